#!/usr/bin/env -S python3 -B
# SPDX-License-Identifier: MIT
"""The journal's file system is full: before the intent nothing is changed; after it the
outcome still has its place; and where that was taken away all the same, what is said is
true, and the next change completes the record."""
import contextlib
import json
import os
import resource
import sqlite3
import subprocess
import time

from mounts import CKPTOP, check, ckptop, need, run

NOT_IN_IT = "but not what came of it"
RESET = ["reset", "orders/0", "--yes", "--reason", "INC-1", "--observe", "0"]
WATCHDOG = 60


class Place:
    """A store, and a journal on a small file system of its own."""

    def __init__(self, place):
        need("mount", "-t", "tmpfs", "-o", "size=1m,mode=0700", "tmpfs", place)
        self.state = place
        self.database = place + ".db"
        self.store = ["-s", "sqlite:" + self.database]
        self.journal = os.path.join(place, "ckptop", "journal.jsonl")
        self.filling = os.path.join(place, "filling")
        with contextlib.closing(sqlite3.connect(self.database)) as database, database:
            database.execute(
                "CREATE TABLE checkpoints (job_id TEXT, partition_id TEXT, checkpoint_value TEXT, "
                "metadata TEXT, updated_at TEXT, PRIMARY KEY (job_id, partition_id))")
            database.execute("INSERT INTO checkpoints VALUES "
                             "('orders', '0', '100', '{}', '2026-11-22 03:07:36')")

    def value(self):
        with contextlib.closing(sqlite3.connect(self.database)) as database:
            return database.execute("SELECT checkpoint_value FROM checkpoints").fetchone()[0]

    def records(self):
        if not os.path.exists(self.journal):
            return []
        with open(self.journal) as file:
            return [json.loads(line) for line in file if line.strip()]

    def phases(self):
        return [record["phase"] for record in self.records()]

    def fill(self):
        """Takes all the room that is left, to the last page."""
        with open(self.filling, "ab", buffering=0) as file:
            for size in (4096, 1):
                with contextlib.suppress(OSError):
                    while file.write(b"x" * size):
                        pass

    def reset(self, to, expected):
        status, said = ckptop(*RESET, "--to", to, *self.store, state=self.state)
        check(status == expected, "status %d: %s" % (status, said))
        return said

    def reset_meanwhile(self, to, act):
        """A reset that waits for another writer of the store, when its intent is written, until
        act() is done."""
        count = len(self.records())
        environment = {"PATH": os.environ["PATH"], "HOME": "/proc/no-home", "LC_ALL": "C.UTF-8",
                       "TZ": "UTC", "XDG_STATE_HOME": self.state}
        if "ASAN_OPTIONS" in os.environ:
            environment["ASAN_OPTIONS"] = os.environ["ASAN_OPTIONS"]
        with contextlib.closing(sqlite3.connect(self.database, isolation_level=None)) as writer:
            writer.execute("BEGIN IMMEDIATE")
            process = subprocess.Popen(
                [CKPTOP, *RESET, "--to", to, *self.store], env=environment,
                stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.STDOUT)
            until = time.monotonic() + WATCHDOG
            while len(self.records()) == count and process.poll() is None:
                check(time.monotonic() < until, "no intent was written")
                time.sleep(0.005)
            act()
            writer.execute("ROLLBACK")
        said = process.communicate(timeout=WATCHDOG)[0].decode()
        return process.returncode, said

    def is_sound(self):
        status, said = ckptop("audit", "verify", *self.store, state=self.state)
        check(status == 0, said)

    def close(self):
        os.remove(self.database)


# A02 audit disk full / read-only / EACCES
def full_before_the_intent(place):
    at = Place(place)
    at.reset("99", 0)
    # Room for the intent alone would do for it, and not for its outcome.
    os.truncate(at.journal, os.path.getsize(at.journal))
    at.fill()
    os.truncate(at.filling, os.path.getsize(at.filling) - 8192)
    said = at.reset("98", 4)
    check("has no room for this change and for what becomes of it" in said, said)
    check("No space left on device" in said and "nothing is changed" in said, said)
    check((at.value(), at.phases()) == ("99", ["intent", "done"]), "%s" % at.phases())
    os.remove(at.filling)
    at.reset("98", 0)
    at.is_sound()
    at.close()


def full_after_the_intent(place):
    at = Place(place)
    for number in range(3):
        status, said = at.reset_meanwhile(str(90 - number), at.fill)
        check(status == 0 and "done, read back" in said and NOT_IN_IT not in said, said)
        check(at.phases() == ["intent", "done"] * (number + 1), "%s" % at.phases())
        os.remove(at.filling)
    at.is_sound()
    at.close()


def said_and_completed(at, act, mend, why):
    """The outcome has no place: that is said, and the next change ends it."""
    status, said = at.reset_meanwhile("90", act)
    check(status == 0 and "done, read back" in said and why in said, said)
    check(NOT_IN_IT in said and "completes the record" in said, said)
    check("nothing is changed" not in said and "try again" not in said, said)
    check(at.value() == "90", at.value())
    mend()
    operation = at.records()[0]["op"]
    said = at.reset("89", 0)
    check(operation in said and "it had been done" in said, said)
    check(at.phases() == ["intent", "resolved", "intent", "done"], "%s" % at.phases())
    check(at.records()[1]["op"] == operation, "another one was completed")
    at.is_sound()
    at.close()


def room_taken_away(place):
    at = Place(place)

    def take():
        size = os.path.getsize(at.journal)
        os.truncate(at.journal, size)
        # What is left of its last page is none either; it stays as a crash would leave it.
        with open(at.journal, "ab") as file:
            file.write(b" " * (-size % 4096))
        at.fill()

    said_and_completed(at, take, lambda: os.remove(at.filling), "No space left on device")


def journal_taken_away(place):
    at = Place(place)

    def take():
        os.rename(at.journal, at.journal + ".away")
        os.mkdir(at.journal)

    def mend():
        os.rmdir(at.journal)
        os.rename(at.journal + ".away", at.journal)

    said_and_completed(at, take, mend, "is not a regular file")


def limited_size(place):
    at = Place(place)
    at.reset("99", 0)
    limit = os.path.getsize(at.journal) + 8192
    resource.setrlimit(resource.RLIMIT_FSIZE, (limit, resource.RLIM_INFINITY))
    said = at.reset("98", 4)
    resource.setrlimit(resource.RLIMIT_FSIZE, (resource.RLIM_INFINITY, resource.RLIM_INFINITY))
    check("File too large" in said and "ulimit -f" in said, said)
    check((at.value(), at.phases()) == ("99", ["intent", "done"]), "%s" % at.phases())
    at.close()


run(full_before_the_intent, full_after_the_intent, room_taken_away, journal_taken_away,
    limited_size)
