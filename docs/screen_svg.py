#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""Draws what `tmux capture-pane -e -p` prints as SVG: screen_svg.py COLUMNS <TEXT >SVG.

Text is text, in whatever fixed-width font the reader has, and each run of it is held to
its cells; bars and rules are drawn, because fonts disagree about them.
"""

import re
import sys
from html import escape
from typing import NamedTuple, Optional

CELL, LINE, SIZE, BASE, MARGIN = 8.0, 17.0, 13, 12.5, 14
PLAIN, GROUND = "#d0d0d0", "#16181d"
COLOURS = (
    "#3b4048 #e05561 #8cc265 #d8a93f #5aa5f0 #c678dd #42b3c2 #d7dae0 "
    "#6b7280 #ff616e #a5e075 #f0c65a #6fb7ff #de8ef5 #5fd3e0 #ffffff"
).split()
# Dark text on colour stays dark.
COLOURS[0] = "#111318"


class Look(NamedTuple):
    """How a cell is shown."""

    front: Optional[int] = None
    back: Optional[int] = None
    bold: bool = False
    dim: bool = False
    underline: bool = False
    reverse: bool = False

    def colours(self):
        front = PLAIN if self.front is None else colour(self.front)
        back = GROUND if self.back is None else colour(self.back)
        return (back, front) if self.reverse else (front, back)


def colour(index):
    """One of the 256 colours of a terminal."""
    if index < 16:
        return COLOURS[index]
    if index >= 232:
        return "#" + "%02x" % (8 + 10 * (index - 232)) * 3
    levels = (0, 95, 135, 175, 215, 255)
    index -= 16
    return "#%02x%02x%02x" % (
        levels[index // 36],
        levels[index // 6 % 6],
        levels[index % 6],
    )


def changed(look, codes):
    """The look after ESC [ CODES m."""
    simple = {
        0: lambda l: Look(),
        1: lambda l: l._replace(bold=True),
        2: lambda l: l._replace(dim=True),
        4: lambda l: l._replace(underline=True),
        7: lambda l: l._replace(reverse=True),
        22: lambda l: l._replace(bold=False, dim=False),
        24: lambda l: l._replace(underline=False),
        27: lambda l: l._replace(reverse=False),
        39: lambda l: l._replace(front=None),
        49: lambda l: l._replace(back=None),
    }
    codes = [int(code or 0) for code in codes.split(";")]
    while codes:
        code = codes.pop(0)
        if code in simple:
            look = simple[code](look)
        elif code in (38, 48) and codes[:1] == [5]:
            index = codes[1]
            del codes[:2]
            look = look._replace(**{"front" if code == 38 else "back": index})
        elif 30 <= code <= 37 or 90 <= code <= 97:
            look = look._replace(front=code - 30 if code < 90 else code - 82)
        elif 40 <= code <= 47 or 100 <= code <= 107:
            look = look._replace(back=code - 40 if code < 100 else code - 92)
        else:
            sys.exit("screen_svg.py: SGR %d is not known" % code)
    return look


def cells_of(text, columns):
    """The lines as lists of (character, look)."""
    look = Look()
    for line in text.rstrip("\n").split("\n"):
        cells = []
        for code, character in re.findall(r"\x1b\[([0-9;]*)m|(.)", line):
            if character:
                cells.append((character, look))
            else:
                look = changed(look, code)
        cells += [(" ", Look())] * (columns - len(cells))
        yield cells


def runs_of(cells):
    """Neighbours that look alike: (column, text, look)."""
    start = 0
    for at in range(1, len(cells) + 1):
        if at == len(cells) or cells[at][1] != cells[start][1]:
            yield start, "".join(c for c, _ in cells[start:at]), cells[start][1]
            start = at


def box(x, y, width, height, fill):
    return '<rect x="%g" y="%g" width="%g" height="%g" fill="%s"/>' % (
        x, y, width, height, fill)


def draw_words(column, text, y, look, front):
    """Words at their columns; one or two blanks do not part them."""
    for word in re.finditer(r"[^ \u2500\u2581-\u2588]+(?: [^ \u2500\u2581-\u2588]+)*", text):
        length = len(word.group())
        yield '<text x="%g" y="%g" textLength="%g" fill="%s"%s%s%s>%s</text>' % (
            MARGIN + CELL * (column + word.start()),
            y + BASE,
            CELL * length,
            front,
            ' font-weight="bold"' if look.bold else "",
            ' opacity="0.6"' if look.dim else "",
            ' text-decoration="underline"' if look.underline else "",
            escape(word.group()),
        )


def draw_shapes(column, text, y, front):
    """Bars of eighths and rules."""
    for shape in re.finditer(r"\u2500+|[\u2581-\u2588]", text):
        x = MARGIN + CELL * (column + shape.start())
        if shape.group()[0] == "\u2500":
            yield box(x, y + LINE / 2, CELL * len(shape.group()), 1, front)
        else:
            height = (LINE - 3) * (ord(shape.group()) - 0x2580) / 8
            yield box(x, y + LINE - 1.5 - height, CELL, height, front)


def draw(cells, row):
    y = MARGIN + LINE * row
    for column, text, look in runs_of(cells):
        front, back = look.colours()
        if back != GROUND:
            yield box(MARGIN + CELL * column, y, CELL * len(text), LINE, back)
        yield from draw_shapes(column, text, y, front)
        yield from draw_words(column, text, y, look, front)


def main():
    columns = int(sys.argv[1])
    rows = list(cells_of(sys.stdin.read(), columns))
    width = 2 * MARGIN + CELL * columns
    height = 2 * MARGIN + LINE * len(rows)
    print('<svg xmlns="http://www.w3.org/2000/svg" width="%g" height="%g" '
          'viewBox="0 0 %g %g" font-size="%d" xml:space="preserve" font-family="'
          "ui-monospace, 'DejaVu Sans Mono', Menlo, Consolas, monospace\">"
          % (width, height, width, height, SIZE))
    print("<title>ckptop</title>")
    print('<rect width="100%%" height="100%%" rx="8" fill="%s"/>' % GROUND)
    for row, cells in enumerate(rows):
        for shape in draw(cells, row):
            print(shape)
    print("</svg>")


main()
