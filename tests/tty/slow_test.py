#!/usr/bin/env -S python3 -B
# SPDX-License-Identifier: MIT
"""A terminal that is slow, or takes nothing: keys are acted on meanwhile, and what it gets
then is the newest picture and not all that were missed."""
import fcntl
import os
import re
import signal
import sqlite3
import termios
import time

from terminal import WATCHDOG, Terminal, check, main

JOBS = 60
PICTURE = 8000  # bytes of a whole one, with room to spare
KERNEL = 65536  # and what the kernel may hold of a terminal's output
SLOWLY = 1024  # bytes a second


def fill(uri):
    with sqlite3.connect(uri[len("sqlite:") :]) as db:
        for job in range(JOBS):
            db.execute("INSERT INTO checkpoints VALUES (?, '0', '42', '{}', '')", ("job-%02d" % job,))
    db.close()


def memory(terminal):
    with open("/proc/%d/status" % terminal.pid, encoding="ascii") as file:
        return int(re.search(r"VmRSS:\s+(\d+)", file.read()).group(1))


class SlowReader:
    """Reads so many bytes a second, whenever it is called."""

    def __init__(self, terminal):
        self.terminal = terminal
        self.started = time.monotonic()
        self.count = 0

    def __call__(self):
        due = int((time.monotonic() - self.started) * SLOWLY) - self.count
        if due >= 16:
            self.count += self.terminal.read_once(0, 16) and 16


def the_newest_picture_comes(terminal, row, start):
    """What is still on its way is no more than the kernel holds, and the last picture."""
    terminal.expect(r"(?m)^>.*job-%02d(.|\n)* %d of %d ..$" % (row - 2, row, JOBS + 3))
    left = terminal.mark() - start
    print("# then %d bytes came" % left)
    check(left <= KERNEL + 2 * PICTURE, "%d bytes came then" % left)


def keys_do_not_wait_for_a_terminal_that_takes_nothing(uri):
    with Terminal(["-s", uri]) as terminal:
        terminal.expect(r" 1 of %d ..\n" % (JOBS + 3))
        before, start = memory(terminal), terminal.mark()
        # Each would paint all of the screen.
        for _ in range(40):
            terminal.type(b"j\x0c" * 20 + b"k" * 19)
            terminal.settle(read=False)
        check(terminal.mark() == start, "the test has read something")
        grown = memory(terminal) - before
        check(grown <= 4096, "it grew by %d kB" % grown)
        the_newest_picture_comes(terminal, 41, start)
        terminal.send(b"Q")
        check(terminal.finish() == 0, "it did not end well")
        terminal.assert_clean()


def a_slow_terminal_gets_what_is_new(uri):
    with Terminal(["-s", uri]) as terminal:
        terminal.expect(r" 1 of %d ..\n" % (JOBS + 3))
        read, waits = SlowReader(terminal), []
        for _ in range(40):
            waits.append(terminal.type(b"j\x0c", read) * 1000)
            # As fast as a key repeats.
            until = time.monotonic() + 0.03
            while time.monotonic() < until:
                read()
                time.sleep(0.001)
        print("# a key was taken after %.1f ms, at most" % max(waits))
        the_newest_picture_comes(terminal, 41, terminal.mark())
        terminal.send(b"Q")
        check(terminal.finish() == 0, "it did not end well")
        terminal.assert_clean()


def it_ends_though_nothing_is_taken(uri):
    for keys, number in ((b"Q", None), (b"", signal.SIGTERM), (b"", signal.SIGSEGV)):
        with Terminal(["-s", uri]) as terminal:
            terminal.expect(r" 1 of %d ..\n" % (JOBS + 3))
            for _ in range(20):
                terminal.type(b"j\x0c")
                terminal.settle(read=False)
            terminal.send(keys)
            if number:
                os.kill(terminal.pid, number)
            terminal.wait_for_end()
            ended = os.WTERMSIG(terminal.status) if os.WIFSIGNALED(terminal.status) else None
            check(ended == number, "it ended with status %s" % terminal.status)
            check(
                termios.tcgetattr(terminal.slave) == terminal.modes,
                "the modes of the terminal were not restored",
            )


# T15 slow_terminal
def slow_terminals(uri):
    fill(uri)
    keys_do_not_wait_for_a_terminal_that_takes_nothing(uri)
    a_slow_terminal_gets_what_is_new(uri)
    it_ends_though_nothing_is_taken(uri)


def others_may_wait_for_it(uri):
    """The terminal stays as it was handed down: a write of another program waits."""
    with Terminal(["-s", uri]) as terminal:
        terminal.ready()
        flags = fcntl.fcntl(terminal.slave, fcntl.F_GETFL)
        check(not flags & os.O_NONBLOCK, "the terminal of the shell does not wait any more")
        terminal.send(b"Q")
        check(terminal.finish() == 0, "it did not end well")


main(slow_terminals, others_may_wait_for_it)
