#!/usr/bin/env -S python3 -B
# SPDX-License-Identifier: MIT
"""Clocks that jump under the dashboard: a machine that slept, a program that was stopped, a
wall clock that was set. What is there is read again at once, and nothing is called old for
it."""
import os
import signal
import sqlite3
import subprocess

from terminal import Terminal, check, environment, main

HERE = os.path.dirname(os.path.abspath(__file__))


class Clocks:
    """A program's clocks, and the store that it looks at."""

    def __init__(self, uri, interval):
        self.path = uri.partition(":")[2]
        folder = os.path.dirname(self.path)
        self.file = os.path.join(folder, "clocks")
        library = os.path.join(folder, "clocks.so")
        subprocess.run(
            [os.environ.get("CC", "cc"), "-shared", "-fPIC", "-o", library,
             os.path.join(HERE, "clocks.c")], check=True)
        self.ahead = [0, 0, 0]
        self.add(0, 0, 0)
        self.terminal = Terminal(["-s", uri], env=environment(
            LD_PRELOAD=library, CLOCKS=self.file, CKPTOP_INTERVAL=interval,
            ASAN_OPTIONS=os.environ.get("ASAN_OPTIONS", "") + ":verify_asan_link_order=0"))

    def add(self, wall, counting_sleep, monotonic):
        """Seconds; all at once for the program, which reads one small file."""
        self.ahead = [a + b for a, b in zip(self.ahead, (wall, counting_sleep, monotonic))]
        with open(self.file + ".new", "w", encoding="ascii") as file:
            file.write("%d %d %d\n" % tuple(self.ahead))
        os.rename(self.file + ".new", self.file)

    def save(self, job):
        with sqlite3.connect(self.path) as db:
            db.execute("INSERT INTO checkpoints VALUES (?, '0', '42', '{}',"
                       " '2026-11-22 03:07:41')", (job,))
        db.close()

    def end(self):
        self.terminal.send(b"Q")
        check(self.terminal.finish() == 0, "it did not end well")
        check(b"DATA IS OLD" not in self.terminal.output, "data was called old")


# N12 laptop_suspend: no poll is due for an hour, and the clock of timers stood still
def a_machine_that_slept(uri):
    clocks = Clocks(uri, "1h")
    with clocks.terminal as terminal:
        terminal.ready()
        clocks.save("after-the-sleep")
        clocks.add(8 * 3600, 8 * 3600, 0)
        terminal.expect(r"nothing was seen for 8h \(asleep or stopped\); reading all stores")
        terminal.expect("after-the-sleep")
        clocks.end()


# N12 laptop_suspend: stopped for ten minutes, which all clocks count
def a_program_that_was_stopped(uri):
    clocks = Clocks(uri, "1h")
    with clocks.terminal as terminal:
        terminal.ready()
        os.kill(terminal.pid, signal.SIGSTOP)
        clocks.save("while-it-was-stopped")
        clocks.add(600, 600, 600)
        os.kill(terminal.pid, signal.SIGCONT)
        terminal.expect("nothing was seen for 10m")
        terminal.expect("while-it-was-stopped")
        clocks.end()


# K01 clock_back_1h / forward_1d: it is told, and polls go on by a clock that is not set
def a_clock_that_is_set(uri):
    clocks = Clocks(uri, "1s")
    with clocks.terminal as terminal:
        terminal.ready()
        for seconds, words, jobs in (
            (-3600, "the clock jumped 1h back; reading all stores again", ("back", "back-2")),
            (86400, "the clock jumped 1d forward; reading all", ("forth", "forth-2")),
        ):
            clocks.add(seconds, 0, 0)
            terminal.expect(words)
            for job in jobs:
                clocks.save(job)
                terminal.expect(r"\b%s\b" % job)
        clocks.end()


main(a_machine_that_slept, a_program_that_was_stopped, a_clock_that_is_set)
