# SPDX-License-Identifier: MIT
"""What a terminal shows after it got these bytes: as much of an xterm as curses uses."""
import codecs
import re
import unicodedata

TOKEN = re.compile(
    r"\x1b\[(?P<private>[?>]?)(?P<numbers>[0-9;]*)(?P<final>[@-~])"
    r"|\x1b\](?P<string>[^\x07\x1b]*)\x07|\x1b[()](?P<set>.)|\x1b(?P<escape>[=>78M])|(?P<control>[\x00-\x1f])|(?P<text>[^\x00-\x1f])"
)
INCOMPLETE = re.compile(r"\x1b([()]|\[[?>]?[0-9;]*|\][^\x07\x1b]*)?$")


class Screen:
    def __init__(self, width, height):
        self.decoder = codecs.getincrementaldecoder("utf-8")("replace")
        self.rest = ""
        self.resize(width, height)

    def resize(self, width, height):
        self.width, self.height = width, height
        self.top, self.bottom = 0, height - 1
        self.x = self.y = 0
        self.saved = (0, 0)
        self.last = " "
        self.lines = [self.blank() for _ in range(height)]

    def blank(self):
        return [" "] * self.width

    def text(self):
        return "\n".join("".join(line).rstrip() for line in self.lines) + "\n"

    def feed(self, data):
        text = self.rest + self.decoder.decode(data)
        incomplete = INCOMPLETE.search(text)
        end = incomplete.start() if incomplete else len(text)
        self.rest = text[end:]
        at = 0
        while at < end:
            token = TOKEN.match(text, at, end)
            if token is None:
                raise ValueError("a sequence that no test knows: %r" % text[at : at + 20])
            at = token.end()
            if token["text"]:
                self.put(token["text"])
            elif token["control"]:
                self.control(token["control"])
            elif token["escape"]:
                self.escape(token["escape"])
            elif token["final"] and not token["private"]:
                numbers = [int(n or 0) for n in token["numbers"].split(";")]
                self.sequence(token["final"], numbers[0], numbers)

    def put(self, character):
        if unicodedata.category(character) in ("Mn", "Me") or "\u1160" <= character <= "\u11ff":
            return
        width = 2 if unicodedata.east_asian_width(character) in "WF" else 1
        if self.x + width > self.width:
            self.x = 0
            self.index()
        self.lines[self.y][self.x] = character
        if width == 2:
            self.lines[self.y][self.x + 1] = ""
        self.x += width
        self.last = character

    def control(self, character):
        if character == "\r":
            self.x = 0
        elif character == "\n":
            self.index()
        elif character == "\b":
            self.x = max(0, min(self.x, self.width - 1) - 1)

    def escape(self, character):
        if character == "M":
            self.reverse_index()
        elif character == "7":
            self.saved = (self.x, self.y)
        elif character == "8":
            self.x, self.y = self.saved

    def index(self):
        if self.y == self.bottom:
            self.scroll(1)
        else:
            self.y = min(self.y + 1, self.height - 1)

    def reverse_index(self):
        if self.y == self.top:
            self.scroll(-1)
        else:
            self.y = max(self.y - 1, 0)

    def scroll(self, count, top=None):
        top = self.top if top is None else top
        for _ in range(abs(count)):
            if count > 0:
                del self.lines[top]
                self.lines.insert(self.bottom, self.blank())
            else:
                del self.lines[self.bottom]
                self.lines.insert(top, self.blank())

    def sequence(self, final, number, numbers):
        count = max(number, 1)
        line = self.lines[self.y]
        # Behind the last cell the cursor is still on it, until a character comes.
        if final in "HdGABCDKJXP@LMSTr":
            self.x = min(self.x, self.width - 1)
        if final == "H":
            self.y = min(count, self.height) - 1
            self.x = min(max(numbers[1] if len(numbers) > 1 else 1, 1), self.width) - 1
        elif final == "d":
            self.y = min(count, self.height) - 1
        elif final == "G":
            self.x = min(count, self.width) - 1
        elif final in "ABCD":
            self.y += {"A": -count, "B": count}.get(final, 0)
            self.x += {"D": -count, "C": count}.get(final, 0)
            self.y = min(max(self.y, 0), self.height - 1)
            self.x = min(max(self.x, 0), self.width - 1)
        elif final == "K":
            first, last = ((self.x, self.width), (0, self.x + 1), (0, self.width))[number]
            line[first:last] = [" "] * (min(last, self.width) - first)
        elif final == "J":
            if number == 0:
                line[self.x :] = [" "] * (self.width - self.x)
            for y in range({0: self.y + 1, 1: 0, 2: 0}[number], self.height if number != 1 else self.y):
                self.lines[y] = self.blank()
        elif final == "X":
            last = min(self.x + count, self.width)
            line[self.x : last] = [" "] * (last - self.x)
        elif final == "P":
            del line[self.x : self.x + count]
            line += [" "] * (self.width - len(line))
        elif final == "@":
            line[self.x : self.x] = [" "] * count
            del line[self.width :]
        elif final == "b":
            for _ in range(count):
                self.put(self.last)
        elif final in "LM":
            self.scroll(count if final == "M" else -count, self.y)
        elif final in "ST":
            self.scroll(count if final == "S" else -count)
        elif final == "r":
            self.top = count - 1
            self.bottom = (numbers[1] if len(numbers) > 1 and numbers[1] else self.height) - 1
            self.x = self.y = 0
