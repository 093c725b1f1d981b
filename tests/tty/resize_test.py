#!/usr/bin/env -S python3 -B
# SPDX-License-Identifier: MIT
"""T07: any size, changed at any time."""
from terminal import Terminal, check, main

SIZES = (
    (1, 1), (2, 1), (10, 3), (40, 10), (60, 15), (80, 24), (120, 36), (300, 100), (500, 200),
)


def every_size_shows_line_1(uri):
    for size in SIZES:
        with Terminal(["-s", uri], size=size) as terminal:
            # The first cells of line 1 tell the states; below 10 there is room for less.
            if size[0] >= 10:
                terminal.expect(r"\A.*ok ?3")
            else:
                terminal.expect_bytes(rb"\x1b\[2J")
            terminal.send(b"Q")
            check(terminal.finish() == 0, "%dx%d: it did not end well" % size)
            terminal.assert_clean()


def a_storm_of_sizes(uri):
    with Terminal(["-s", uri]) as terminal:
        terminal.ready()
        for turn in range(200):
            terminal.resize(*SIZES[turn * 7 % len(SIZES)])
            if turn % 10 == 0:
                terminal.send(b"j?")
            if turn % 10 == 5:
                terminal.send(b"?/x\x1b")
        # It settles on the last size, and all of it is painted.
        terminal.send(b"\x1b\x1b1")
        terminal.resize(120, 36)
        terminal.expect(r"\A ckptop    ok 3.* UTC\n STORES(.|\n)* Enter open .*q quit")
        terminal.send(b"Q")
        check(terminal.finish() == 0, "it did not end well")
        terminal.assert_clean()


main(every_size_shows_line_1, a_storm_of_sizes)
