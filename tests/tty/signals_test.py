#!/usr/bin/env -S python3 -B
# SPDX-License-Identifier: MIT
"""Whatever signal ends the program, the terminal is left as it was."""
import os
import signal
import sqlite3
import termios

from terminal import Terminal, check, main


ASKED = (signal.SIGTERM, signal.SIGINT, signal.SIGHUP, signal.SIGQUIT)
CRASHES = (signal.SIGSEGV, signal.SIGABRT, signal.SIGBUS, signal.SIGFPE, signal.SIGILL)
# Keys and what they lead to.
SCREENS = (
    (b"", r"read \d+s ago"),
    (b"/items", r"(?m)^ filter: items"),  # with a cursor that is shown
    (b"s", r"sort by"),
    (b"?", r"HELP on JOBS"),
    (b"\r", r"JOBS > items .* 1-1 of 1", b"\r", r"(?m)^ CHECKPOINT "),
)


def end_by(number, terminal):
    os.kill(terminal.pid, number)
    status = terminal.finish()
    check(status == -number, "%s: it ended with %s" % (number.name, status))
    terminal.assert_clean()


# T11 kill_signals
def signals_that_end(uri):
    for number in (*ASKED, *CRASHES):
        everywhere = number in (signal.SIGTERM, signal.SIGSEGV)
        for steps in SCREENS if everywhere else SCREENS[:2]:
            with Terminal(["-s", uri]) as terminal:
                terminal.ready()
                terminal.press(*steps)
                end_by(number, terminal)
    folder = os.path.dirname(uri[len("sqlite:") :])
    check(os.listdir(folder) == ["store.db"], "it left %s" % os.listdir(folder))
    # Also while a store does not answer and nothing was read yet.
    writer = sqlite3.connect(uri[len("sqlite:") :], isolation_level=None)
    writer.execute("BEGIN EXCLUSIVE")
    for number in (signal.SIGTERM, signal.SIGSEGV):
        with Terminal(["-s", uri]) as terminal:
            terminal.expect(r"q quit")
            end_by(number, terminal)
    writer.close()


def keys_that_quit(uri):
    for key in (b"q", b"Q", b"\x03", b"\x1c"):
        with Terminal(["-s", uri]) as terminal:
            terminal.ready()
            terminal.send(key)
            status = terminal.finish()
            check(status == 0, "%r: it ended with %s" % (key, status))
            terminal.assert_clean()


def signals_that_were_ignored_stay_ignored(uri):
    with Terminal(["-s", uri], ignored=(signal.SIGHUP, signal.SIGINT)) as terminal:
        terminal.ready()
        os.kill(terminal.pid, signal.SIGHUP)
        os.kill(terminal.pid, signal.SIGINT)
        terminal.send(b"?")
        terminal.expect(r"HELP on JOBS")
        terminal.send(b"Q")
        check(terminal.finish() == 0, "it did not end by its key")


def a_terminal_that_takes_nothing_does_not_hold_it(uri):
    # Nobody reads: the program blocks in a write as soon as the kernel's buffer is full.
    with Terminal(["-s", uri], size=(500, 200)) as terminal:
        terminal.ready()
        for _ in range(2000):
            try:
                terminal.send(b"\x0c")
            except BlockingIOError:
                break
        os.kill(terminal.pid, signal.SIGTERM)
        terminal.wait_for_end()
        check(os.WIFSIGNALED(terminal.status), "it did not end by the signal")


def output_that_is_stopped_does_not_hold_it(uri):
    # Not even when the first byte that cannot be written is of the farewell.
    with Terminal(["-s", uri]) as terminal:
        terminal.ready()
        termios.tcflow(terminal.slave, termios.TCOOFF)
        os.kill(terminal.pid, signal.SIGTERM)
        terminal.wait_for_end()
        check(os.WIFSIGNALED(terminal.status), "it did not end by the signal")
        termios.tcflow(terminal.slave, termios.TCOON)
        check(
            termios.tcgetattr(terminal.slave) == terminal.modes,
            "the modes of the terminal were not restored",
        )


main(
    signals_that_end,
    keys_that_quit,
    signals_that_were_ignored_stay_ignored,
    a_terminal_that_takes_nothing_does_not_hold_it,
    output_that_is_stopped_does_not_hold_it,
)
