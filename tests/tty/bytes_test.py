#!/usr/bin/env -S python3 -B
# SPDX-License-Identifier: MIT
"""Few bytes are sent."""
import os
import sqlite3
from datetime import datetime, timezone

from terminal import Terminal, check, main

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


main(few_bytes_are_sent, a_poll_sends_what_changed)
