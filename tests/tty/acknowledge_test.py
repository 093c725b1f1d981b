#!/usr/bin/env -S python3 -B
# SPDX-License-Identifier: MIT
"""What went back and nobody has recorded stays unexplained until somebody says why: on the
dashboard or on the command line, for every dashboard and wallboard of this host."""
import os
import sqlite3
import subprocess

from session import Session, path_of, set_value
from terminal import CKPTOP, Terminal, check, environment, main

EVERY_SECOND = {"CKPTOP_INTERVAL": "1s"}


class Watcher(Session):
    def __init__(self, uri, *options, size=(120, 36)):
        self.home = os.path.dirname(path_of(uri))
        Terminal.__init__(
            self, ["-s", uri, *options], environment(HOME=self.home, **EVERY_SECOND), size=size
        )

    def end(self):
        self.send(b"Q")
        check(self.finish() == 0, "it did not end well")


class Wall(Watcher):
    def __init__(self, uri):
        self.home = os.path.dirname(path_of(uri))
        Terminal.__init__(
            self, ["-s", uri, "wall"], environment(HOME=self.home, **EVERY_SECOND), size=(120, 36)
        )


def command(uri, *arguments):
    home = os.path.dirname(path_of(uri))
    return subprocess.run(
        [CKPTOP, "-s", uri, *arguments],
        env=environment(HOME=home),
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        check=False,
    )


def remove(uri, job="orders-daily"):
    with sqlite3.connect(path_of(uri)) as db:
        db.execute("DELETE FROM checkpoints WHERE job_id = ?", (job,))
    db.close()


def said_on_the_audit_screen(uri):
    with Watcher(uri) as one, Watcher(uri) as other, Wall(uri) as wall:
        for session in (one, other):
            session.ready()
        wall.expect(r"data \d+s old")
        set_value(uri, "10")
        for session in (one, other, wall):
            session.expect(r"(set|went BACK) 42 -> 10, by UNKNOWN")
        one.send(b"a")
        one.expect(r"(?m)1 UNEXPLAINED(.|\n)*^>.*BACK +orders-daily +0 +42 +10")
        one.expect(r"NOT EXPLAINED")
        one.send(b"x")
        one.expect(r"why was orders-daily/0 42 -> 10: ")
        # Without a reason it is not taken.
        one.send(b"\r")
        one.expect(r"it stays unexplained without a reason")
        check(one.journal() == "", "something was recorded")
        one.type_text("INC-4711 restored by the dba")
        one.send(b"\r")
        one.expect(r"acknowledged orders-daily/0, operation [0-9a-f]{8}")
        text = one.expect(r"(?m)^>.*explain +orders-daily +0", absent="UNEXPLAINED")
        check("INC-4711 restored by the dba" in text, "the reason is not shown")
        check(one.journal().count('"action":"acknowledge"') == 1, "the journal has not one word")
        # Every one of them has it from the journal.
        for session in (other, wall):
            session.expect(r"explained by \S+, 0% done", absent="by UNKNOWN")
        # And when the old value is passed nothing is left to be explained.
        set_value(uri, "43")
        wall.expect(r"(all ok|no problem) since", absent="UNEXPLAINED")
        other.expect(r"was CRIT", absent="UNKNOWN")
        for session in (one, other, wall):
            session.end()
    # Also for whoever looks later; the record stays.
    with Watcher(uri) as later:
        later.ready()
        later.send(b"a")
        later.expect(r"explain +orders-daily", absent="UNEXPLAINED")
        later.end()


def said_after_it_was_passed_again(uri):
    with Watcher(uri) as one, Wall(uri) as wall:
        one.ready()
        wall.expect(r"data \d+s old")
        set_value(uri, "10")
        for session in (one, wall):
            session.expect(r"(set|went BACK) 42 -> 10, by UNKNOWN")
        set_value(uri, "50")
        wall.expect(r"1 UNEXPLAINED: orders-daily went BACK")
        one.expect(r"went BACK \d\d:\d\d.*passed|went BACK at .*passed")
        # Here from the list of jobs: it is what the cursor is on.
        one.send(b"/orders-daily\r")
        one.expect(r"(?m)^>.*orders-daily")
        one.send(b"x")
        one.expect(r"why was orders-daily/0 42 -> 10: ")
        one.type_text("drill")
        one.send(b"\r")
        one.expect(r"acknowledged orders-daily/0")
        wall.expect(r"(all ok|no problem) since", absent="UNEXPLAINED")
        # What comes after it has no explanation yet.
        set_value(uri, "20")
        for session in (one, wall):
            session.expect(r"(set|went BACK) 50 -> 20, by UNKNOWN")
            session.end()


def said_on_the_command_line(uri):
    with Wall(uri) as wall:
        wall.expect(r"data \d+s old")
        set_value(uri, "10")
        wall.expect(r"(set|went BACK) 42 -> 10, by UNKNOWN")
        done = command(uri, "audit", "acknowledge", "orders-daily", "--reason", "INC-4711 by hand")
        check(done.returncode == 0, "it failed: %s" % done.stderr)
        check("orders-daily/0  now 10  acknowledged" in done.stdout, done.stdout)
        wall.expect(r"explained by \S+, 0% done", absent="by UNKNOWN")
        # Further down is another thing.
        set_value(uri, "5")
        wall.expect(r"by UNKNOWN")
        wall.end()


def gone_as_it_should_be(uri):
    with Watcher(uri) as one, Wall(uri) as wall:
        one.ready()
        wall.expect(r"data \d+s old")
        remove(uri)
        for session in (one, wall):
            session.expect(r"vanished")
        refused = command(uri, "audit", "acknowledge", "orders-daily/0", "--reason", "retired")
        check(refused.returncode == 3, "what is not there was acknowledged: %s" % refused.stdout)
        done = command(
            uri, "audit", "acknowledge", "orders-daily/0", "--vanished", "--reason", "retired"
        )
        check(done.returncode == 0, "it failed: %s" % done.stderr)
        wall.expect(r"(all ok|no problem) since", absent="vanished")
        one.expect(r"ledger-sync", absent="orders-daily")
        for session in (one, wall):
            session.end()


def our_own_delete_is_no_loss(uri):
    with Watcher(uri) as one, Wall(uri) as wall:
        one.ready()
        wall.expect(r"data \d+s old")
        done = command(
            uri,
            "delete",
            "orders-daily",
            "--reason",
            "CHG-88 retired",
            "--observe",
            "0",
            "--confirm",
            "orders-daily",
        )
        check(done.returncode == 0, "it failed: %s" % done.stderr)
        one.expect(r"ledger-sync", absent="orders-daily")
        check(b"vanished" not in one.output + wall.output, "our own delete was called a loss")
        for session in (one, wall):
            session.end()


def read_only_says_nothing(uri):
    with Watcher(uri, "--read-only") as one:
        one.ready()
        set_value(uri, "10")
        one.expect(r"(set|went BACK) 42 -> 10, by UNKNOWN")
        one.send(b"x")
        one.expect(r"x \(explain\) is off")
        one.end()
        check(one.journal() == "", "a journal was written")
    refused = command(
        uri, "--read-only", "audit", "acknowledge", "orders-daily", "--reason", "INC-1 x"
    )
    check(refused.returncode == 4, "it was not refused: %d" % refused.returncode)
    with Wall(uri) as wall:
        wall.expect(r"data \d+s old")
        wall.send(b"x")
        wall.settle()
        check("why was" not in wall.screen.text(), "the wallboard asks")
        wall.end()


if __name__ == "__main__":
    main(
        said_on_the_audit_screen,
        said_after_it_was_passed_again,
        said_on_the_command_line,
        gone_as_it_should_be,
        our_own_delete_is_no_loss,
        read_only_says_nothing,
    )
