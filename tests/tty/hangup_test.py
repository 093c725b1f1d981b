#!/usr/bin/env -S python3 -B
# SPDX-License-Identifier: MIT
"""T08, T09: when the terminal is gone the program goes too, without spinning."""
import os
import signal
import time

from terminal import Terminal, check, main


def hang_up(uri, ignored, keys=b""):
    with Terminal(["-s", uri], ignored=ignored) as terminal:
        terminal.ready()
        if keys:
            terminal.send(keys)
            terminal.expect(r" filter: \n|Enter keep")
        start = time.monotonic()
        terminal.hang_up()
        terminal.wait_for_end()
        print("# gone after %d ms" % ((time.monotonic() - start) * 1000))
        if ignored:
            check(
                os.WIFEXITED(terminal.status) and os.WEXITSTATUS(terminal.status) == 1,
                "it ended with status %s" % terminal.status,
            )
        # One that spins burns seconds before the watchdog barks.
        check(terminal.cpu_seconds() < 2, "it took %.1f s of CPU" % terminal.cpu_seconds())


def with_a_signal(uri):
    hang_up(uri, ())


def with_the_signal_ignored(uri):
    hang_up(uri, (signal.SIGHUP,))


def while_something_is_asked(uri):
    hang_up(uri, (signal.SIGHUP,), b"/")


main(with_a_signal, with_the_signal_ignored, while_something_is_asked)
