#!/usr/bin/env -S python3 -B
# SPDX-License-Identifier: MIT
"""The configuration is read once, when the program starts: what becomes of its file later
changes nothing that is running, and is told at the next start."""
import os
import sqlite3

from terminal import Terminal, check, main

GOOD = """[env]
name = first
read_only = yes
interval = 1h
[store mine]
uri = %s
[rule r]
match = orders-*
owner = team-first
"""
CHANGED = GOOD.replace("first", "second").replace("read_only = yes", "read_only = no")
BROKEN = "[env]\nname = third\nread_only = no\n[store mine\nuri = sqlite:/elsewhere\n"


def save(uri, job):
    with sqlite3.connect(uri.partition(":")[2]) as db:
        db.execute("INSERT INTO checkpoints VALUES (?, '0', '42', '{}',"
                   " '2026-11-22 03:07:41')", (job,))
    db.close()


# C14 reload (SIGHUP when daemonised / key) with broken file: there is none, so that the old
# configuration is kept whatever the file says; who starts with the broken one is told
def a_file_that_changes_breaks_and_goes(uri):
    path = os.path.join(os.path.dirname(uri.partition(":")[2]), "ckptop.conf")

    def write(text):
        with open(path, "w", encoding="ascii") as file:
            file.write(text)

    write(GOOD % uri)
    with Terminal(["--config", path]) as terminal:
        terminal.ready()
        terminal.expect("first.*READ-ONLY|READ-ONLY.*first")
        for job, text in (("changed", CHANGED % uri), ("broken", BROKEN), ("gone", None)):
            if text is None:
                os.unlink(path)
            else:
                write(text)
            save(uri, "after-" + job)
            screen = terminal.press(b"r", r"\bafter-%s\b" % job)
            check("first" in screen and "READ-ONLY" in screen, "it is another: " + screen)
            check("poll 1h" in screen, "the interval is another: " + screen)
        terminal.send(b"Q")
        check(terminal.finish() == 0, "it did not end well")
        terminal.assert_clean()
    write(BROKEN)
    with Terminal(["--config", path]) as terminal:
        check(terminal.finish() == 2, "it started with a broken file")
        check(b"ckptop.conf:4: the section has no ']' at its end" in terminal.output,
              "it does not say why: %r" % terminal.output)


main(a_file_that_changes_breaks_and_goes)
