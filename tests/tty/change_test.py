#!/usr/bin/env -S python3 -B
# SPDX-License-Identifier: MIT
"""The dialog that changes checkpoints, on a real terminal and a real store: what is written,
and all that does not write."""
import os
import signal
import sqlite3
import time

from session import Session, path_of, set_value, value
from terminal import check, main


def reset_writes_once_and_says_so(uri):
    with Session(uri) as session:
        session.open()
        session.fill()
        text = session.expect(r"read again")
        check("42" in text and "40" in text, "old and new are not shown")
        session.seen()
        session.type_text("\t")
        session.expect(r"\[ Reset 1 \]")
        # Twice: there is one operation all the same.
        session.send(b"\r\r")
        session.expect(r"reset orders-daily/0 42 -> 40, read back ok, operation [0-9a-f]{8}")
        check(value(uri) == "40", "the store has %r" % value(uri))
        check(session.journal().count('"phase":"done"') == 1, "the journal has not one outcome")
        check(session.journal().count('"phase":"intent"') == 1, "the journal has not one intent")
        # What we did ourselves is no unexplained rewind, and the audit tells of it.
        session.expect(r"(?m)^>.*RPLY|reset by")
        session.send(b"a")
        session.expect(r"AUDIT(.|\n)*reset +orders-daily +0 +42 +40")
        check("UNEXPLAINED" not in session.screen.text(), "our own reset is not explained")
        undo(session, uri)
        session.send(b"Q")
        check(session.finish() == 0, "it did not end well")


def undo(session, uri):
    session.send(b"u")
    session.expect(r"UNDO(.|\n)*\[ Cancel \]")
    session.seen()
    session.type_text("\tback again")
    session.expect(r"\( Undo 1 \)")
    session.read_all()
    session.seen()
    text = session.screen.text()
    if "to confirm" in text:
        phrase = text.split("Type ", 1)[1].split(" to confirm", 1)[0]
        session.type_text("\t" + phrase)
    session.type_text("\t\r")
    session.expect(r"undo orders-daily/0 40 -> 42, read back ok")
    check(value(uri) == "42", "the undo left %r" % value(uri))


def delete_wants_the_name(uri):
    with Session(uri, size=(80, 24)) as session:
        session.open(b"D")
        session.expect(r"DELETE orders-daily")
        session.fill(to=None, reason="CHG-88 retired")
        session.expect(r"Type orders-daily to confirm")
        session.seen()
        session.type_text("\torders-dail\t")
        session.expect(r"\[ Delete 1 \]")
        session.send(b"\r")
        session.expect(r"nothing was written: what is typed to confirm")
        check(value(uri) == "42", "it was deleted")
        # Round to the field, and the rest of the name.
        session.type_text("\t\t\ty\t")
        session.seen()
        session.send(b"\r")
        session.expect(r"delete orders-daily/0 42 -> \(none\), read back ok")
        check(value(uri) is None, "it is still there")
        session.send(b"Q")
        session.finish()


def a_skip_wants_what_is_lost(uri):
    with Session(uri, size=(80, 24)) as session:
        session.open()
        session.type_text("\t+8\tINC-1 poison")
        session.expect(r"read it to its end first")
        session.read_all()
        session.expect(r"Type skip 8 to confirm")
        session.seen()
        session.type_text("\torders-daily\t")
        session.send(b"\r")
        session.expect(r"nothing was written: what is typed to confirm")
        check(value(uri) == "42", "it was skipped")
        session.leave()


def the_hook_is_told_and_its_failure_too(uri):
    home = os.path.dirname(path_of(uri))
    hook, config = os.path.join(home, "hook"), os.path.join(home, ".config/ckptop")
    os.makedirs(config)
    with open(hook, "w") as file:
        file.write('#!/bin/sh\necho "$@" >>"%s/told"\ncat >>"%s/told"\n'
                   'echo no route to pager\necho >/dev/tty on the screen\nexit 3\n' % (home, home))
    os.chmod(hook, 0o700)
    with open(os.path.join(config, "ckptop.conf"), "w") as file:
        file.write("[env]\nhook = %s\n" % os.path.realpath(hook))
    with Session(uri) as session:
        session.open()
        session.fill()
        session.seen()
        session.type_text("\t\r")
        session.expect(r"reset orders-daily/0 42 -> 40, read back ok")
        check("on the screen" not in session.screen.text(), "it has a terminal")
        check(value(uri) == "40", "the store has %r" % value(uri))
        records = session.journal().splitlines()
        with open(os.path.join(home, "told"), encoding="utf-8") as file:
            told = file.read().splitlines()
        check(told[0].startswith("-- reset done "), "it was told: " + told[0])
        check(told[1] == records[1], "it did not get the record")
        check('"action":"hook"' in records[2] and "no route to pager" in records[2],
              "its failure is not in the journal")
        session.send(b"Q")
        check(session.finish() == 0, "it did not end well")


# T12 type_ahead
def what_was_typed_before_does_not_count(uri):
    with Session(uri) as session:
        session.ready()
        session.send(b"/orders-daily\r")
        session.expect(r"(?m)^>.*orders-daily")
        # All of it at once, before there is a dialog: its fields stay empty.
        session.send(b"R\t41\tINC-1 because\t\r")
        session.expect(r"\[ Cancel \]")
        session.seen()
        text = session.screen.text()
        check("INC-1" not in text and "[41" not in text, "what was typed before is there:\n" + text)
        check(value(uri) == "42" and session.journal() == "", "it was written")
        session.leave()


# T13 paste_into_dialog
def pasted_text_confirms_nothing(uri):
    for paste in (b"\x1b[200~orders-daily\t\r\x1b[201~", b"orders-daily\t\r"):
        with Session(uri) as session:
            session.open(b"D")
            session.fill(to=None, reason="CHG-88 retired")
            session.seen()
            session.type_text("\t")
            session.send(paste)
            session.expect(r"pasted text does not confirm anything")
            session.seen()
            session.send(b"\r")
            session.seen()
            check(value(uri) == "42" and session.journal() == "", "it was deleted")
            session.leave()


def enter_in_a_field_presses_nothing(uri):
    with Session(uri) as session:
        session.open()
        session.fill()
        session.seen()
        session.send(b"\r")
        session.expect(r"Tab goes to the next field")
        check(value(uri) == "42", "it was written")
        # And ^C is a no.
        session.send(b"\x03")
        session.expect(r"cancelled; nothing was written")
        session.send(b"Q")
        session.finish()


def what_moved_is_counted_and_refused(uri):
    with Session(uri) as session:
        session.open()
        session.fill()
        session.expect(r"0 of 1 moved")
        set_value(uri, "43")
        session.expect(r"1 of 1 moved since you opened this")
        session.leave()


def a_store_that_hangs_holds_nothing_up(uri):
    holder = sqlite3.connect(path_of(uri), isolation_level=None)
    with Session(uri) as session:
        session.open()
        holder.execute("BEGIN EXCLUSIVE")
        session.type_text("\t40\tINC-1 tax")
        # Keys are answered although the actor waits for the lock.
        session.expect(r"INC-1 tax")
        session.leave()
    holder.execute("ROLLBACK")
    holder.close()


def read_only_says_why(uri):
    with Session(uri, "--read-only") as session:
        session.ready()
        session.send(b"R")
        session.expect(r"R \(reset\) is off")
        session.send(b"D")
        session.expect(r"D \(delete\) is off")
        session.send(b"Q")
        session.finish()
        check(session.journal() == "", "a journal was written")


def hang_up_is_a_no(uri):
    with Session(uri) as session:
        session.open()
        session.fill()
        session.seen()
        session.type_text("\t")
        os.kill(session.pid, signal.SIGHUP)
        session.finish()
        check(value(uri) == "42" and session.journal() == "", "it was written")


# T10 stop_cont
def a_stop_with_the_dialog_open(uri):
    for number in (signal.SIGTSTP, signal.SIGSTOP):
        for moved in (False, True):
            set_value(uri, "42")
            with Session(uri, job=True) as session:
                session.open()
                session.fill()
                session.seen()
                session.type_text("\t")
                session.expect(r"\[ Reset 1 \]")
                mark = session.mark()
                session.stop(number)
                if number == signal.SIGTSTP:
                    # What it wrote last may be on its way while it stands already.
                    for given_back in (rb"\x1b\[\?1049l", rb"\x1b\[\?25h", rb"\x1b\[\?2004l"):
                        session.expect_bytes(given_back, mark)
                    session.assert_clean()
                if moved:
                    set_value(uri, "43")
                mark = session.mark()
                session.go_on()
                # All of it is painted again, whatever others have left there.
                again = rb"\x1b\[\?1049h.*orders-daily" if number == signal.SIGTSTP else rb"orders-daily"
                session.expect_bytes(again, mark)
                if moved:
                    session.expect(
                        r"cancelled: 1 moved while this was stopped; nothing was written",
                        absent=r"Cancel",
                    )
                    check(value(uri) == "43", "it was written")
                else:
                    session.expect(r"RESET orders-daily(.|\n)*42 +40(.|\n)*\[ Reset 1 \]")
                    session.seen()
                    session.send(b"\r")
                    session.expect(r"42 -> 40, read back ok")
                    check(value(uri) == "40", "it was not written")
                session.send(b"Q")
                session.finish()


# O14 two dialogs, double Enter, key repeat
def two_dialogs_are_one_operation(uri):
    with Session(uri) as first, Session(uri) as second:
        for session in (first, second):
            session.open()
            session.fill()
            session.seen()
            session.type_text("\t")
            session.expect(r"\[ Reset 1 \]")
        # Pressed twice, then held, in both.
        for keys in (b"\r\r", *[b"\r"] * 30):
            for session in (first, second):
                session.send(keys)
                session.read_once(0.01)
            time.sleep(0.02)
        for session in (first, second):
            session.expect(r"read \d+s ago|nothing would change")
            session.send(b"\x1b\x1b")
            session.seen()
            session.send(b"Q")
            session.finish()
        check(value(uri) == "40", "the store has %r" % value(uri))
        check(first.journal().count('"phase":"done"') == 1, "it was done more than once:\n" + first.journal())


if __name__ == "__main__":
    main(
        reset_writes_once_and_says_so,
        the_hook_is_told_and_its_failure_too,
        delete_wants_the_name,
        a_skip_wants_what_is_lost,
        what_was_typed_before_does_not_count,
        pasted_text_confirms_nothing,
        enter_in_a_field_presses_nothing,
        what_moved_is_counted_and_refused,
        a_store_that_hangs_holds_nothing_up,
        read_only_says_why,
        hang_up_is_a_no,
        a_stop_with_the_dialog_open,
        two_dialogs_are_one_operation,
    )
