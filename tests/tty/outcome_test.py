#!/usr/bin/env -S python3 -B
# SPDX-License-Identifier: MIT
"""What the dashboard says of a change that did not go as it was meant to: somebody was
faster, somebody saved over it, the line was cut; and what has to be taken upon oneself."""
import json
import os
import sqlite3
import subprocess
import time

from session import Session, path_of, set_value, value
from terminal import CKPTOP, Terminal, check, environment, main

HANG_UP_MOST = 2  # seconds


def audit(uri):
    done = subprocess.run(
        [CKPTOP, "-s", uri, "audit", "--json"],
        env=environment(HOME=os.path.dirname(path_of(uri))),
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        check=True,
    )
    return json.loads(done.stdout)["operations"]


def write_lock(uri):
    """Somebody in the middle of a save: what was there can be read, nothing be written."""
    holder = sqlite3.connect(path_of(uri), isolation_level=None)
    holder.execute("BEGIN IMMEDIATE")
    return holder


def press_reset(session):
    session.fill()
    session.seen()
    session.type_text("\t")
    session.expect(r"\[ Reset 1 \]")
    session.send(b"\r")


def panel_says(session, line, words):
    """The audit has such a line on top, and its panel these words; then it is over."""
    session.send(b"a")
    text = session.expect(line)
    check(words in text.split("operation", 1)[1], "the panel does not say it:\n" + text)
    session.send(b"Q")
    session.finish()


def who_was_faster_is_left_alone(uri):
    with Session(uri) as session:
        session.open()
        session.fill()
        session.seen()
        session.type_text("\t")
        session.expect(r"\[ Reset 1 \]")
        # Its save is not there before it commits, which is after the reset was confirmed.
        holder = write_lock(uri)
        holder.execute("UPDATE checkpoints SET checkpoint_value = '43' WHERE job_id = 'orders-daily'")
        session.send(b"\r")
        session.expect(r"writing \.\.\.")
        while '"phase":"intent"' not in session.journal():
            session.read_once(0.02)
        holder.execute("COMMIT")
        holder.close()
        text = session.expect(r"NOT written: ")
        check("orders-daily/0 is now 43 (you saw 42)" in text, "it is not said:\n" + text)
        check(value(uri) == "43", "it was saved over: %r" % value(uri))
        panel_says(session, r"(?m)^>.*CONFLICT +orders-daily +0 +42 +40", "is now 43")
    check(audit(uri)[0]["phase"] == "conflict", "the audit says %r" % audit(uri)[0])


def who_saves_over_it_is_seen(uri):
    with Session(uri) as session:
        session.open()
        press_reset(session)
        session.expect(r"reset orders-daily/0 42 -> 40, read back ok")
        set_value(uri, "44")
        text = session.expect(r"OVERWRITTEN: ")
        check("orders-daily/0 is 44" in text, "what is there now is not said:\n" + text)
        panel_says(session, r"(?m)^>.*OVERWRITTEN? .*orders-daily +0 +42 +40|^>.*OVERWRI.*orders-daily",
                   "now 44")
    check(audit(uri)[0]["phase"] == "overwritten", "the audit says %r" % audit(uri)[0])


def hang_up(session):
    start = time.monotonic()
    session.hang_up()
    session.wait_for_end()
    took = time.monotonic() - start
    check(took < HANG_UP_MOST or "ASAN_OPTIONS" in os.environ, "it took %.1f s" % took)


def a_cut_line_is_a_no(uri):
    # While it is only looked at, nothing was begun.
    with Session(uri) as session:
        session.open()
        session.fill()
        hang_up(session)
        check(value(uri) == "42" and session.journal() == "", "it was written")
    # While it is being written, it waits for the lock: the intent stands.
    holder = write_lock(uri)
    with Session(uri) as session:
        session.open()
        press_reset(session)
        session.expect(r"writing \.\.\.")
        while '"phase":"intent"' not in session.journal():
            session.read_once(0.02)
        hang_up(session)
    holder.execute("ROLLBACK")
    holder.close()
    check(value(uri) == "42", "it was written: %r" % value(uri))
    entry = audit(uri)[0]
    check(
        entry["phase"] == "failed" and "hangup before commit" in (entry["note"] or ""),
        "the audit says %s: %s" % (entry["phase"], entry["note"]),
    )


def a_cut_line_is_no_answer_to_the_prompt(uri):
    home = os.path.dirname(path_of(uri))
    with Terminal(
        ["-s", uri, "reset", "orders-daily", "--to", "40", "--reason", "INC-1 tax", "--observe", "0"],
        environment(HOME=home),
    ) as prompt:
        prompt.expect(r"Write this change\? \[y/N\]|to confirm \(anything else is no\)")
        prompt.send(b"y")
        hang_up(prompt)
    check(value(uri) == "42", "it was written")
    check([entry for entry in audit(uri) if entry["phase"] == "intent"] == [], "an intent stands")


def an_interrupt_is_no_answer_to_the_prompt(uri):
    with Terminal(
        ["-s", uri, "reset", "orders-daily", "--to", "40", "--reason", "INC-1 tax", "--observe", "0"],
        environment(HOME=os.path.dirname(path_of(uri))),
    ) as prompt:
        prompt.expect(r"Write this change\? \[y/N\]|to confirm \(anything else is no\)")
        prompt.send(b"\x03")
        prompt.expect(r"nothing was written")
        check(prompt.finish() == 4, "it is a refusal like any other no")
    check(value(uri) == "42", "it was written")


def reset_elsewhere(uri):
    """As somebody on another terminal of this host does it, who came by ssh."""
    done = subprocess.run(
        [CKPTOP, "-s", uri, "reset", "orders-daily", "--to", "40", "--reason", "INC-1 tax"]
        + ["--observe", "0", "--yes"],
        env=environment(
            HOME=os.path.dirname(path_of(uri)), SSH_CONNECTION="10.1.2.3 5 10.1.2.4 22"
        ),
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        check=False,
    )
    check(done.returncode == 0, "it failed: %s%s" % (done.stdout, done.stderr))


def another_dashboard_knows_who_it_was(uri):
    files = os.path.join(os.path.dirname(path_of(uri)), "files")
    os.mkdir(files)
    name = os.path.join(files, "orders-daily_0.json")
    with open(name, "w", encoding="utf-8") as file:
        file.write('{"value": 42, "metadata": {}, "timestamp": "2026-11-22T03:07:41"}')
    # Without a place for metadata only the journal can tell.
    with sqlite3.connect(path_of(uri)) as db:
        db.execute("ALTER TABLE checkpoints DROP COLUMN metadata")
    db.close()
    for store in (uri, "dir:" + files):
        with Session(store) as session:
            session.ready()
            reset_elsewhere(store)
            session.send(b"r")
            session.expect(r"(?m)^>?.?RPLY.* orders-daily .*reset by ")
            check("UNKNOWN" not in session.output.decode(), "it was called unexplained")
            session.send(b"a")
            session.expect(r"reset +orders-daily +0 +42 +40")
            session.expect(r"by +uid %d   ckptop \S+ cli   ssh from 10\.1\.2\.3" % os.getuid())
            session.send(b"Q")
            session.finish()


def what_cannot_be_made_safe_is_typed(uri):
    folder = os.path.join(os.path.dirname(path_of(uri)), "files")
    name = os.path.join(folder, "orders-daily_0.json")
    os.mkdir(folder)
    with open(name, "w", encoding="utf-8") as file:
        file.write('{"value": 42, "metadata": {}, "timestamp": "2026-11-22T03:07:41"}')
    os.link(name, folder + ".json")
    with Session("dir:" + folder) as session:
        session.open()
        session.fill()
        session.expect(r"has other names \(links\)")
        session.expect(r"To do it all the same type break-hardlink \[")
        session.expect(r"what is not safe is to be typed first")
        session.seen()
        session.type_text("\tbreak-hardlink")
        session.expect(r"Type \S+ to confirm", absent="To do it all the same")
        session.read_all()
        phrase = session.screen.text().split("Type ", 1)[1].split(" to confirm", 1)[0]
        session.seen()
        session.type_text("\t" + phrase + "\t")
        session.expect(r"\[ Reset 1 \]")
        session.send(b"\r")
        session.expect(r"reset orders-daily/0 42 -> 40, read back ok")
        session.send(b"Q")
        session.finish()
    with open(name, encoding="utf-8") as file:
        check(json.load(file)["value"] == 40, "it was not written")
    with open(folder + ".json", encoding="utf-8") as file:
        check(json.load(file)["value"] == 42, "the other name was written, too")


if __name__ == "__main__":
    main(
        who_was_faster_is_left_alone,
        who_saves_over_it_is_seen,
        a_cut_line_is_a_no,
        a_cut_line_is_no_answer_to_the_prompt,
        an_interrupt_is_no_answer_to_the_prompt,
        another_dashboard_knows_who_it_was,
        what_cannot_be_made_safe_is_typed,
    )
