#!/usr/bin/env -S python3 -B
# SPDX-License-Identifier: MIT
"""When the terminal is gone the program goes too, without spinning, and leaves nothing."""
import os
import signal
import sqlite3
import time

from terminal import Terminal, check, main

# Seconds: one that spins burns many before the watchdog barks.
CPU_MOST = 1


def cpu_so_far(pid):
    """Seconds of CPU time of all threads, to the nanosecond."""
    folder = "/proc/%d/task" % pid
    times = []
    for thread in os.listdir(folder):
        with open("%s/%s/schedstat" % (folder, thread), encoding="ascii") as file:
            times.append(int(file.read().split()[0]))
    return sum(times) / 1e9


def hang_up(terminal, ignored):
    """Closes the other end; the program ends."""
    before, start = cpu_so_far(terminal.pid), time.monotonic()
    terminal.hang_up()
    terminal.wait_for_end()
    spent = terminal.cpu_seconds() - before
    print("# gone after %d ms, %.3f s of CPU" % ((time.monotonic() - start) * 1000, spent))
    check(spent < CPU_MOST, "it took %.2f s of CPU" % spent)
    if ignored:
        check(
            os.WIFEXITED(terminal.status) and os.WEXITSTATUS(terminal.status) == 1,
            "it ended with status %s" % terminal.status,
        )
    else:
        check(
            os.WIFSIGNALED(terminal.status) and os.WTERMSIG(terminal.status) == signal.SIGHUP,
            "it ended with status %s" % terminal.status,
        )


def on_every_screen(uri, ignored):
    for steps in (
        (b"", r"read \d+s ago"),
        (b"/", r"(?m)^ filter: "),
        (b"s", r"sort by"),
        (b"?", r"HELP on JOBS"),
        (b"\r", r"JOBS > items .* 1-1 of 1", b"\r", r"(?m)^ CHECKPOINT "),
        (b"p", r"PAUSED"),
    ):
        with Terminal(["-s", uri], ignored=ignored) as terminal:
            terminal.ready()
            terminal.press(*steps)
            hang_up(terminal, ignored)
    folder = os.path.dirname(uri[len("sqlite:") :])
    check(os.listdir(folder) == ["store.db"], "it left %s" % os.listdir(folder))


def with_a_signal(uri):
    on_every_screen(uri, ())


def without_a_signal(uri):
    # What is read may tell sooner than the signal, or alone; it ends in the same way.
    with Terminal(["-s", uri], controls=False) as terminal:
        terminal.ready()
        hang_up(terminal, ())


# T09 pty_closed_sighup_ignored
def with_the_signal_ignored(uri):
    on_every_screen(uri, (signal.SIGHUP,))
    # Nor is it held by a store that does not answer, on the first screen or with rows.
    for keys in (b"", b"r"):
        with Terminal(["-s", uri], ignored=(signal.SIGHUP,)) as terminal:
            if keys:
                terminal.ready()
            writer = sqlite3.connect(uri[len("sqlite:") :], isolation_level=None)
            writer.execute("BEGIN EXCLUSIVE")
            terminal.send(keys)
            terminal.expect(r"q quit")
            hang_up(terminal, (signal.SIGHUP,))
            writer.execute("ROLLBACK")
            writer.close()


main(with_a_signal, without_a_signal, with_the_signal_ignored)
