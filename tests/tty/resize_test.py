#!/usr/bin/env -S python3 -B
# SPDX-License-Identifier: MIT
"""Any size, changed at any time, on every screen."""
import re
import time

from terminal import WATCHDOG, Terminal, check, main, without_times

SIZES = (
    (1, 1), (2, 1), (10, 3), (40, 10), (60, 15), (80, 24), (120, 36), (300, 100), (500, 200),
)
# The states in the first line and the keys in the last one, which is painted last. A wider
# picture that comes late is broken over several lines, and has only one of them there.
WHOLE = r"\A.*ok ?3.*\n(?:.*\n){%d} .*(?:Enter|Esc|next) .*\n\Z"
# Keys that lead to a screen, and what tells that it is there.
SCREENS = (
    (b"", r"(?m)^>.*items"),
    (b"\r", r"JOBS > items .* 1-1 of 1", b"\r", r"(?m)^ CHECKPOINT items(.|\n)* \{\}"),
    (b"S", r"(?m)^ STORES    1 store"),
    (b"?", r"HELP on JOBS"),
    (b"/ite", r"filter: ite +1 of 3 shown"),
    (b"s", r"sort by"),
    (b"p", r"PAUSED"),
)


def every_size_shows_line_1(uri):
    for size in SIZES:
        with Terminal(["-s", uri], size=size) as terminal:
            # The first cells of line 1 tell the states; below 10 there is room for less.
            if size[0] >= 10:
                terminal.expect(r"\A.*ok ?3")
            else:
                terminal.expect_bytes(rb"\x1b\[2?J")
            terminal.send(b"Q")
            check(terminal.finish() == 0, "%dx%d: it did not end well" % size)
            terminal.assert_clean()


def is_the_whole_picture(terminal, size):
    """What came in pieces is what comes when all of it is painted again."""
    pieces = without_times(terminal.screen.text())
    start = terminal.mark()
    terminal.send(b"\x0c")
    terminal.expect_bytes(rb"\x1b\[2?J", start)
    end = time.monotonic() + WATCHDOG
    while without_times(terminal.screen.text()) != pieces:
        check(time.monotonic() < end, "%dx%d: in pieces\n%s\nanew\n%s" % (
            *size, pieces, without_times(terminal.screen.text())))
        terminal.read_once(0.01)


def a_storm_on(uri, steps):
    """200 sizes as fast as they go; then the big one, the small one and the first again."""
    with Terminal(["-s", uri]) as terminal:
        terminal.ready()
        terminal.press(*steps)
        for turn in range(200):
            terminal.resize(*SIZES[turn * 7 % len(SIZES)])
            # Keys that were read cannot change a picture later than its size does.
            if turn % 10 == 0:
                terminal.type(b"\x1b[6~", lambda: terminal.read_once(0))
            if turn % 10 == 5:
                terminal.type(b"\x1b[5~", lambda: terminal.read_once(0))
            terminal.read_once(0)
        # How far a page is depends on the size that it was typed at.
        terminal.type(b"\x1b[H", lambda: terminal.read_once(0))
        asks = steps[0][:1] in (b"/", b"s")
        for size in ((500, 200), (40, 10), (120, 36)):
            terminal.resize(*size)
            terminal.expect(WHOLE % (size[1] - 2))
            terminal.settle()
            # A question takes all keys but its own, also the one that paints anew.
            if not asks:
                is_the_whole_picture(terminal, size)
        terminal.expect(steps[-1])
        if asks:
            terminal.send(b"\x03")
            terminal.expect(r"filter: -(.|\n)* q quit", absent="sort by|Enter keep")
            is_the_whole_picture(terminal, (120, 36))
        terminal.send(b"Q")
        check(terminal.finish() == 0, "it did not end well")
        terminal.assert_clean()


# T07 resize_storm / 1x1 / 500x200
def any_size_at_any_time(uri):
    every_size_shows_line_1(uri)
    for steps in SCREENS:
        a_storm_on(uri, steps)


main(any_size_at_any_time)
