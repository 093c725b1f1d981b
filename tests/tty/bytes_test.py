#!/usr/bin/env -S python3 -B
# SPDX-License-Identifier: MIT
"""No colours where none are wanted, ASCII where the locale has nothing else, and few
bytes."""
import os
import re
import sqlite3
from datetime import datetime, timezone

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


def a_poll_sends_what_changed(uri):
    """23 of 43 jobs saved. With a clock of 33 bytes a second and polls every 5 seconds this
    is what 200 bytes a second allow."""

    def save(jobs, value):
        now = datetime.now(timezone.utc).isoformat(sep=" ")
        with sqlite3.connect(uri[len("sqlite:") :]) as db:
            db.executemany(
                "INSERT OR REPLACE INTO checkpoints VALUES (?, '0', ?, ?, ?)",
                [("job-%02d" % job, value, '{"end": %d}' % (value + job), now) for job in jobs],
            )
        db.close()

    save(range(43), 1000)
    config = os.path.join(os.path.dirname(uri), "ckptop.conf")[len("sqlite:") :]
    with open(config, "w", encoding="ascii") as file:
        file.write("[env]\ninterval = 1h\n[store s]\nuri = %s\nhead = metadata:end\n" % uri)
    with Terminal(["--config", config]) as terminal:
        # The panel is painted last.
        terminal.expect(r"job-21 (.|\n)*1 of 46")
        terminal.send(b"j")
        terminal.expect(r"2 of 46")
        save(range(23), 2000)
        start = terminal.mark()
        terminal.send(b"r")
        terminal.expect(r"value 2,000")
        terminal.send(b"Q")
        check(terminal.finish() == 0, "it did not end well")
        spent = terminal.output[start:].find(b"\x1b[?2004l")
        print("# a poll took %d bytes" % spent)
        check(0 < spent <= 835, "a poll took %d bytes" % spent)


main(
    without_colours,
    in_other_locales_only_ascii,
    few_bytes_are_sent,
    a_poll_sends_what_changed,
)
