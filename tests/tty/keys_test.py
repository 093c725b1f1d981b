#!/usr/bin/env -S python3 -B
# SPDX-License-Identifier: MIT
"""What is pasted, and what the terminal sends of its own accord, is no key;
and what a stop in between does to the terminal is put right."""
import os
import signal
import termios
import time

from terminal import WATCHDOG, Terminal, check, environment, main, without_times


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


# What terminals send unasked, or asked by a program that ran before: who they are, where
# the cursor is, colours, modes, titles, sizes, the mouse, the focus. Many have letters in
# them that are keys here.
ANSWERS = (
    b"\x1b[?62;1;6;9;15;22c",
    b"\x1b[>41;370;0c",
    b"\x1b[24;80R",
    b"\x1b[?24;80;1R",
    b"\x1b[0n",
    b"\x1b[?2026;2$y",
    b"\x1b[?1u",
    b"\x1b[8;36;120t",
    b"\x1b[I",
    b"\x1b[O",
    b"\x1b]11;rgb:1e1e/1e1e/2e2e\x1b\\",
    b"\x1b]10;rgb:ffff/ffff/ffff\x07",
    b"\x1b]lq Q \x03\x1b\\",
    b"\x1bP>|qQ(370)\x1b\\",
    b"\x1bP1$r0 q\x1b\\",
    b"\x1b_Gi=1;qQ\x1b\\",
    b"\x1b[<0;10;20M",
    b"\x1b[<0;10;20m",
    b"\x1b[32;10;20M",
    b"\x1b[M Qq",
    b"\x1b[M\xa0\xf1\xff",
)


FIRST = r"(?m)^>.*items(.|\n)*1 of 3 ..$(.|\n)*q quit"


def feed_answers(terminal, screen):
    """All of them, whole and in two pieces; then the screen is still the one it was."""
    before = without_times(terminal.expect(screen))
    for answer in ANSWERS:
        # An Escape alone, without the rest, is a key: there it cannot be cut.
        for cut in {0, 2, len(answer) // 2, len(answer) - 1} - {1}:
            for piece in (answer[:cut], answer[cut:]):
                if piece:
                    terminal.type(piece)
    # They have been acted on when the answer to a key comes that was typed behind them.
    start = terminal.mark()
    terminal.send(b"\x0c")
    terminal.expect_bytes(rb"\x1b\[2?J", start)
    end = time.monotonic() + WATCHDOG
    while without_times(terminal.screen.text()) != before:
        check(time.monotonic() < end, "it was\n%s\nit is\n%s" % (before, terminal.screen.text()))
        terminal.read_once(0.01)


# T14 mouse
def answers_of_the_terminal_are_no_keys(uri):
    # Another poll may show another time that a read took.
    with Terminal(["-s", uri], env=environment(CKPTOP_INTERVAL="1h")) as terminal:
        terminal.ready()
        feed_answers(terminal, FIRST)
        for keys, screen in (
            (b"?", r"HELP on JOBS(.|\n)*Esc back"),
            (b"q", FIRST),
            (b"S", r"(?m)^ STORES    1 store(.|\n)*1 of 1 ..$(.|\n)*Esc back"),
            (b"1\r", r"(?m)JOBS > items .* 1-1 of 1$(.|\n)*1 of 1 ..$(.|\n)*Esc back"),
            (b"\r", r"(?m)^ CHECKPOINT (.|\n)* \{\}(.|\n)*Esc back"),
        ):
            terminal.send(keys)
            feed_answers(terminal, screen)
        terminal.send(b"1/ite")
        terminal.expect(r"filter: ite +1 of 3 shown")
        for answer in ANSWERS:
            terminal.send(answer)
        # Nothing of them is in what was typed.
        terminal.send(b"ms")
        terminal.expect(r"filter: items +1 of 3 shown")
        check("no command" not in terminal.screen.text(), "a part of an answer was a key")
        terminal.send(b"\x1b")
        terminal.expect(r"orders-daily", absent="filter: items")
        quits_by_q(terminal)


def an_answer_is_whole_also_when_we_are_late(uri):
    with Terminal(["-s", uri]) as terminal:
        before = without_times(terminal.expect(FIRST))
        terminal.type(b"\x1b]11;rg")
        os.kill(terminal.pid, signal.SIGSTOP)
        os.waitpid(terminal.pid, os.WUNTRACED)
        terminal.send(b"b:ffff/ffff/ffff\x1b\\")
        # Longer than a sequence is waited for.
        time.sleep(1.2)
        start = terminal.mark()
        os.kill(terminal.pid, signal.SIGCONT)
        terminal.expect_bytes(rb"\x1b\[\?2004h", start)
        start = terminal.mark()
        terminal.send(b"\x0c")
        terminal.expect_bytes(rb"\x1b\[2?J", start)
        terminal.expect(FIRST)
        check(without_times(terminal.screen.text()) == before, terminal.screen.text())
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
    an_answer_is_whole_also_when_we_are_late,
    an_escape_needs_no_second_key,
    a_stop_in_between_is_put_right,
)
