#!/usr/bin/env -S python3 -B
# SPDX-License-Identifier: MIT
"""T10, T13, T14: what is pasted, and what the terminal sends of its own accord, is no key;
and what a stop in between does to the terminal is put right."""
import os
import signal
import termios

from terminal import Terminal, check, main


def quits_by_q(terminal):
    terminal.send(b"Q")
    status = terminal.finish()
    check(status == 0, "it ended with %s" % status)
    terminal.assert_clean()


def pasted_text_is_no_command(uri):
    with Terminal(["-s", uri]) as terminal:
        terminal.ready()
        terminal.send(b"\x1b[200~q\rQ\x03\x1b[201~")
        terminal.expect(r"pasted text is not taken")
        # Into a question it goes as text, its line end included.
        terminal.send(b"/")
        terminal.expect(r"(?m)^ filter: ")
        terminal.send(b"\x1b[200~items\rQ\x1b[201~")
        terminal.expect(r"filter: items Q")
        terminal.send(b"\x1b")
        terminal.expect(r"orders-daily", absent="filter: items")
        quits_by_q(terminal)


def answers_of_the_terminal_are_no_keys(uri):
    with Terminal(["-s", uri]) as terminal:
        terminal.ready()
        for answer in (
            b"\x1b[?62;1;6;9;15;22c",
            b"\x1b[>41;370;0c",
            b"\x1b[24;80R",
            b"\x1b[0n",
            b"\x1b[I\x1b[O",
            b"\x1b]11;rgb:1e1e/1e1e/2e2e\x1b\\",
            b"\x1b]10;rgb:ffff/ffff/ffff\x07",
            b"\x1bP>|qQ(370)\x1b\\",
            b"\x1b[<0;10;20M\x1b[M Qq",
        ):
            terminal.send(answer)
        # One of them taken for a key would have opened or closed something, or left a
        # message; the next key still finds the list of jobs.
        terminal.send(b"?")
        terminal.expect(r"HELP on JOBS")
        check(b"no command" not in terminal.output, "a part of an answer was a key")
        quits_by_q(terminal)


def an_escape_needs_no_second_key(uri):
    with Terminal(["-s", uri]) as terminal:
        terminal.ready()
        terminal.send(b"?")
        terminal.expect(r"HELP on JOBS")
        terminal.send(b"\x1b")
        terminal.expect(r"orders-daily", absent="HELP")
        quits_by_q(terminal)


def a_stop_in_between_is_put_right(uri):
    with Terminal(["-s", uri]) as terminal:
        terminal.ready()
        raw = termios.tcgetattr(terminal.slave)
        os.kill(terminal.pid, signal.SIGSTOP)
        os.waitpid(terminal.pid, os.WUNTRACED)
        # A shell takes the terminal back for itself.
        termios.tcsetattr(terminal.slave, termios.TCSANOW, terminal.modes)
        start = terminal.mark()
        os.kill(terminal.pid, signal.SIGCONT)
        start = terminal.expect_bytes(rb"\x1b\[\?2004h", start)
        terminal.expect_bytes(rb"orders-daily", start)
        check(termios.tcgetattr(terminal.slave) == raw, "the modes are not ours again")
        quits_by_q(terminal)


main(
    pasted_text_is_no_command,
    answers_of_the_terminal_are_no_keys,
    an_escape_needs_no_second_key,
    a_stop_in_between_is_put_right,
)
