#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""Every system call of a reset fails once, or is the last, and the answer is true.

For each kind of call and each error the N-th call fails, N = 1, 2, ... until a run does not
come to an N-th call. The row and its line in the store audit are there both or neither, now
and as after a crash of everybody; what is said is so; and whoever asks afterwards is told
which it was. By default a few calls, CKPTOP_LONG=1 is more.
"""
import os
import shutil
import sqlite3
import sys
import tempfile

sys.dont_write_bytecode = True

import rig
from rig import Fault

OPERATE = os.path.abspath("tests/fault/operate")
OP = "6f1d0a3e-52c4-4b8e-9d0f-3a7c1e5b9f20"
RESULTS = ["DONE", "CONFLICT", "FAILED", "UNKNOWN"]
CALLS = ["pwrite64", "fdatasync", "fsync", "unlink", "ftruncate", "openat"]
ERRORS = ["EIO", "KILL"]
if rig.LONG:
    CALLS += ["fcntl", "close", "fchown", "fchmod", "fstat", "newfstatat", "pread64"]
    ERRORS += ["ENOSPC", "EACCES", "EINTR", "EIO+"]


def look(path):
    """The value, and whether the audit has it. It is another program that looks, and it
    leaves nothing open."""
    db = sqlite3.connect(path, timeout=0)
    try:
        if db.execute("PRAGMA integrity_check").fetchone() != ("ok",):
            return "damaged"
        value = db.execute(
            "SELECT checkpoint_value FROM checkpoints WHERE job_id || partition_id = 'orders0'"
        ).fetchone()[0]
        rows = db.execute("SELECT count(*) FROM ckptop_audit WHERE op = ?", (OP,)).fetchone()[0]
        return {("41", 0): "old", ("42", 1): "new"}.get((value, rows), "%s, %s" % (value, rows))
    finally:
        db.close()


def states(path):
    """As after a crash of everybody, where -shm is worth nothing; then as it is now."""
    with tempfile.TemporaryDirectory() as folder:
        copy = os.path.join(folder, "copy.db")
        for suffix in ("", "-wal", "-journal"):
            if os.path.exists(path + suffix):
                shutil.copyfile(path + suffix, copy + suffix)
        return [look(copy), look(path)]


def judge(run, found):
    """What is wrong."""
    if not set(found) <= {"old", "new"}:
        return "there is a third state: %s" % found
    said = None if run.killed else run.out.split(" ")[0].strip()
    if said == "DONE" and found != ["new", "new"]:
        return "it says DONE, and there is %s: %s" % (found, run.out)
    if said in ("FAILED", "CONFLICT") and found != ["old", "old"]:
        return "it says %s, and there is %s: %s" % (said, found, run.out)
    if said not in (None, "DONE", "FAILED", "UNKNOWN") and found != ["old", "old"]:
        return "it did not begin, and there is %s: %s" % (found, run.out)
    return None


def judge_settled(run, before, after):
    said = run.out.split(" ")[0].strip()
    if set(after) != {before}:
        return "settling made %s of %s" % (after, before)
    if said != {"old": "FAILED", "new": "DONE"}[before]:
        return "it is settled as %s, and there is what is %s: %s" % (said, before, run.out)
    return None


class Case:
    def __init__(self, make):
        self.folder = tempfile.mkdtemp(prefix="ckptop-operate.")
        self.template = os.path.join(self.folder, "template")
        os.mkdir(self.template)
        store = make(self.template)
        self.name = os.path.basename(store.path)
        self.draft = os.path.join(self.folder, "draft")
        for args in (["init", store.uri], ["draft", store.uri, self.draft]):
            run = rig.run([OPERATE, *args])
            if run.status != 0:
                sys.exit("FAILED: %s: %s" % (args[0], run.out))
        self.wrong, self.runs, self.injected = [], 0, set()

    def start(self):
        place = os.path.join(self.folder, "run")
        shutil.rmtree(place, ignore_errors=True)
        shutil.copytree(self.template, place)
        return os.path.join(place, self.name)

    def args(self, verb, path):
        return [OPERATE, verb, "sqlite:" + path, self.draft, OP]

    def try_fault(self, fault):
        path = self.start()
        run, injected = rig.inject(self.args("apply", path), fault)
        if not injected:
            return False
        self.runs += 1
        found = states(path)
        words = judge(run, found)
        if words is None:
            now = states(path)[1]
            settled = rig.run(self.args("settle", path))
            words = judge_settled(settled, now, states(path))
            self.injected.add(now)
        if words is not None:
            self.wrong.append("%s:%s:%d: %s" % (*fault, words))
        return True

    def sweep(self):
        path = self.start()
        run, calls = rig.calls_of(self.args("apply", path))
        if run.status != 0 or states(path) != ["new", "new"]:
            sys.exit("FAILED without a fault: " + run.out)
        startup = rig.after_startup(calls, path)
        for call in CALLS:
            for what in ERRORS:
                nth = startup[call] + 1
                while self.try_fault(Fault(call, what, nth)):
                    nth += 1


# S11 sqlite_io_error_sweep
def main():
    wrong = 0
    for make in (rig.make_database, rig.make_wal_database):
        case = Case(make)
        try:
            case.sweep()
        finally:
            shutil.rmtree(case.folder, ignore_errors=True)
        wrong += len(case.wrong)
        print("%s: %d runs, %d wrong" % (make.__name__, case.runs, len(case.wrong)))
        for words in case.wrong:
            print(words)
        if case.injected != {"old", "new"}:
            print("no fault came before, or none behind the commit: %s" % case.injected)
            wrong += 1
    return 1 if wrong else 0


rig.need_strace()
sys.exit(main())
