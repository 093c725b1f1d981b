#!/usr/bin/env -S python3 -B
# SPDX-License-Identifier: MIT
"""Few bytes are sent."""
import os

from load import BUDGETS, CHANGING, JOBS, POLL, Load
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


CLOCK = 33  # bytes of a second in which nothing else changes


def a_poll_sends_what_changed(uri):
    """What it may send follows from the bytes a second: those of the clock come beside."""
    folder = os.path.dirname(uri[len("sqlite:") :])
    for size, budget in BUDGETS.items():
        load = Load(folder)
        with Terminal(load.options(folder, "1h"), size=size) as terminal:
            terminal.expect(r"pipeline-00(.|\n)* 1 of %d ..\n" % JOBS)
            check(terminal.mark() <= budget["first paint"], "%d bytes" % terminal.mark())
            spent = []
            for _ in range(3):
                terminal.settle()
                value = load.value(0)
                load.save(range(CHANGING))
                start = terminal.mark()
                terminal.send(b"r")
                # The panel is painted last.
                terminal.expect(r"value {:,}".format(value))
                terminal.settle()
                spent.append(terminal.mark() - start)
            print("# at %dx%d polls took %s bytes" % (*size, spent))
            most = (budget["load"] - CLOCK) * POLL
            check(min(spent) <= most, "a poll took %d bytes, not %d" % (min(spent), most))
            # One that sends nothing has not been looked at.
            check(min(spent) > 100, "a poll took %d bytes" % min(spent))
            start = terminal.mark()
            terminal.send(b"j")
            terminal.expect(r" 2 of %d ..\n" % JOBS)
            terminal.settle()
            spent = terminal.mark() - start - CLOCK
            check(spent <= budget["key"], "a key took %d bytes" % spent)
            terminal.send(b"Q")
            check(terminal.finish() == 0, "it did not end well")
        os.unlink(load.path)


main(few_bytes_are_sent, a_poll_sends_what_changed)
