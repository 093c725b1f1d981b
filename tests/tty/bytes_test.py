#!/usr/bin/env -S python3 -B
# SPDX-License-Identifier: MIT
"""No colours where none are wanted, ASCII where the locale has nothing else, and few
bytes."""
import re
import sqlite3

from terminal import Terminal, check, environment, main

COLOUR = re.compile(rb"\x1b\[([0-9;]*;)?(3[0-8]|4[0-8]|9[0-7]|10[0-7])(;[0-9;]*)?m")


def run(uri, *options, keys=b"", size=(120, 36), **changes):
    with Terminal([*options, "-s", uri], env=environment(**changes), size=size) as terminal:
        terminal.ready()
        for key in keys:
            terminal.send(bytes([key]))
        terminal.send(b"Q")
        check(terminal.finish() == 0, "it did not end well")
        return terminal.output


def without_colours(uri):
    check(COLOUR.search(run(uri, keys=b"?")), "there are no colours to be switched off")
    for name, value in (("NO_COLOR", "1"), ("CKPTOP_NO_COLOR", "1"), ("TERM", "vt100")):
        output = run(uri, keys=b"?", **{name: value})
        found = COLOUR.search(output)
        check(not found, "%s=%s: %r" % (name, value, found and found.group()))
    check(COLOUR.search(run(uri, keys=b"?", NO_COLOR="")), "an empty NO_COLOR is none")


def in_other_locales_only_ascii(uri):
    with sqlite3.connect(uri[len("sqlite:") :]) as db:
        db.execute(
            "INSERT INTO checkpoints VALUES ('caf\u00e9-\u4e2d\u6587', '0', '1', '{}', '')"
        )
    db.close()
    check(re.search(rb"[\x80-\xff]", run(uri)), "nothing but ASCII even in UTF-8")
    for changes in (
        {"LANG": "C"},
        {"LANG": None},
        {"LC_ALL": "POSIX"},
        {"LC_ALL": "de_DE.ISO-8859-1"},
    ):
        output = run(uri, keys=b"j\r?s", **changes)
        found = re.search(rb"[\x80-\xff]", output)
        check(not found, "%s: byte %r" % (changes, found and found.group()))
        check(b"caf?-????" in output, "%s: the name is not told" % changes)
    check(not re.search(rb"[\x80-\xff]", run(uri, "--ascii")), "--ascii is not ASCII")


def few_bytes_are_sent(uri):
    with Terminal(["-s", uri]) as terminal:
        # The panel below the list is what is painted last.
        terminal.expect(r"store store\.db")
        first = terminal.mark()
        check(first <= 5000, "the first screen took %d bytes" % first)
        # The cursor on the second row: both rows anew, and no screen cleared.
        start = terminal.mark()
        terminal.send(b"j")
        terminal.expect(r"(?m)^>.*ledger-sync(.|\n)*-- ledger-sync|\u2500 ledger-sync")
        terminal.send(b"Q")
        check(terminal.finish() == 0, "it did not end well")
        spent = terminal.output[start:].find(b"\x1b[?2004l")
        check(0 < spent <= 500, "a key took %d bytes" % spent)
        for clear in (b"\x1b[2J", b"\x1b[J"):
            check(terminal.output.count(clear) <= 1, "it clears the screen again")


main(
    without_colours,
    in_other_locales_only_ascii,
    few_bytes_are_sent,
)
