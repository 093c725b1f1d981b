#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""Every system call of a save fails once, in every way, and nothing is lost.

For each kind of call and each error the N-th call fails, N = 1, 2, ... until a run does
not come to an N-th call; the oracle judges each run. By default only a few of them, after
the program has started; CKPTOP_LONG=1 is everything. With arguments only what they name:

    sweep_test.py SCENARIO...
    sweep_test.py --look SCENARIO [CALL [ERROR [N]]]    and says of each run how it ended
"""
import collections
import os
import shutil
import sys
import tempfile
import time

sys.dont_write_bytecode = True

import oracle
import rig
from oracle import is_of_a_log, judge_reading
from rig import Fault, listing, load, save, save_new, show

CALLS = [
    "openat", "openat2", "write", "pwrite64", "fsync", "fdatasync", "fchmod", "fchown",
    "close", "rename", "renameat", "renameat2", "unlink", "unlinkat", "ftruncate", "fcntl",
    "flock", "fstat", "newfstatat", "fsetxattr", "fremovexattr", "flistxattr", "getrandom",
]
READ_CALLS = [
    "openat", "openat2", "read", "pread64", "getdents64", "fcntl", "flock", "close", "fstat",
    "newfstatat", "statx", "lseek", "mmap", "readlink", "inotify_init1", "inotify_add_watch",
]
ERRORS = ["EIO", "ENOSPC", "EDQUOT", "EACCES", "EINTR", "KILL"]
LONG_ERRORS = ERRORS + ["EIO+", "ENOSPC+"]
READ_ERRORS = ["EIO", "EACCES", "EINTR", "EMFILE", "KILL", "EIO+"]

# What every program asks before it begins; SQLite asks for locks hundreds of times.
SHORT_ERRORS = ["EIO", "KILL"]
SHORT_CALLS = {
    "write", "pwrite64", "fsync", "fdatasync", "fchmod", "fchown", "renameat", "unlink",
    "openat2", "flock", "ftruncate", "getdents64", "pread64",
}

Scenario = collections.namedtuple("Scenario", "make pipeline command calls errors")


SAVES = {
    "dir": (rig.make_directory, False),
    "sqlite": (rig.make_database, False),
    "sqlite-wal": (rig.make_wal_database, False),
    "sqlite-wal-beside": (rig.make_wal_database, True),
}
SCENARIOS = {}
for name, (make, pipeline) in SAVES.items():
    SCENARIOS["save-" + name] = Scenario(make, pipeline, save, CALLS, LONG_ERRORS)
    SCENARIOS["new-" + name] = Scenario(make, pipeline, save_new, CALLS, LONG_ERRORS)
    for verb, command in (("list", listing), ("show", show), ("load", load)):
        SCENARIOS["%s-%s" % (verb, name)] = Scenario(
            make, pipeline, command, READ_CALLS, READ_ERRORS
        )


class Case:
    """A scenario with a folder of its own."""

    def __init__(self, name):
        self.name = name
        self.scenario = SCENARIOS[name]
        self.writes = self.scenario.command in (save, save_new)
        self.folder = tempfile.mkdtemp(prefix="ckptop-sweep.")
        self.template = os.path.join(self.folder, "template")
        os.mkdir(self.template)
        self.scenario.make(self.template)
        self.runs = 0
        self.wrong = []

    def start(self):
        """A store as it was before."""
        self.place = os.path.join(self.folder, "run")
        shutil.rmtree(self.place, ignore_errors=True)
        shutil.copytree(self.template, self.place)
        path = os.path.join(self.place, os.listdir(self.template)[0])
        kind = oracle.Directory if os.path.isdir(path) else oracle.Database
        store = kind(path)
        pipeline = rig.Pipeline(store) if self.scenario.pipeline else None
        return store, pipeline

    def args(self, store):
        return [rig.CKPTOP, "--no-config", *self.scenario.command(store.uri)]

    def prepare(self):
        """The run without a fault: what it makes, what it prints, which calls it makes."""
        store, pipeline = self.start()
        self.before = oracle.Snapshot(store)
        self.good, calls = rig.calls_of(self.args(store))
        self.new = oracle.Snapshot(store) if self.writes else None
        self.startup = rig.after_startup(calls, store.path)
        self.counts = collections.Counter(call.name for call in calls)
        found = oracle.judge(self.good, store, self.before, self.new)
        # A reader who owns a database in WAL mode makes its log, as SQLite wants it, and may
        # not take it away: the next writer does.
        self.made = set() if self.writes else {text for text in found if is_of_a_log(text)}
        self.wrong += [text for text in found if text not in self.made]
        if self.good.status != 0:
            self.wrong.append("it fails without a fault: " + self.good.err)
        if pipeline:
            pipeline.close()

    def try_fault(self, fault):
        store, pipeline = self.start()
        run, injected = rig.inject(self.args(store), fault)
        found = []
        if injected:
            self.runs += 1
            found = oracle.judge(run, store, self.before, self.new)
            found = [
                text
                for text in found
                if text not in self.made and not is_beyond_cleaning(fault, text)
            ]
            if not self.writes:
                found += judge_reading(run, self.good)
            else:
                found += self.judge_next(run, store)
        if pipeline:
            pipeline.close()
            if "cannot be understood" in run.err:
                found.append("the tables are blamed for the disk: " + run.err)
        for words in found:
            self.wrong.append("%s %s: %s" % (self.name, "%s:%s:%d" % fault, words))
        return injected, run

    def judge_next(self, run, store):
        """Whatever happened, the next save works, and leaves no files of SQLite."""
        again = rig.run(self.args(store))
        left = {name for name in store.others() - self.before.others if not store.needs(name)}
        if left and isinstance(store, oracle.Database):
            return ["the save after it left " + " ".join(sorted(left))]
        if again.status == 0 and oracle.which(
            store, store.states()[0], self.before, self.new
        ) == "new":
            return []
        return ["the save after it: " + again.ending() + " " + again.err]

    def sweep(self, errors, only_calls=None):
        """What the loader and the locale ask before the store is touched fails in one way,
        and only in the long run."""
        for call in self.scenario.calls:
            if only_calls is not None and call not in only_calls:
                continue
            for what in errors:
                # For ever is too long for writing: then not even the error can be told.
                if call == "write" and what.endswith("+"):
                    continue
                # A death at a lock is one between two other calls.
                if call == "fcntl" and what == "KILL" and not rig.LONG:
                    continue
                # Without memory for a library the loader dies, which is not ours to say.
                early = rig.LONG and what == errors[0] and call != "mmap"
                nth = 1 if early else self.startup[call] + 1
                while self.try_fault(Fault(call, what, nth))[0]:
                    nth += 1

    def close(self):
        shutil.rmtree(self.folder, ignore_errors=True)


def is_beyond_cleaning(fault, text):
    """SQLite takes its log and the index of it away with the last connection, and cannot
    where a call fails to the end, or the removal itself does. Empty they harm nobody."""
    return is_of_a_log(text) and (fault.what.endswith("+") or fault.call == "unlink")


# What is tried in seconds: a kind of store, a command, calls that matter for both.
SHORT = {
    "save-dir": SHORT_CALLS,
    "new-dir": {"openat", "renameat", "fsync"},
    "save-sqlite": {"fcntl", "fdatasync", "pwrite64", "unlink"},
    "save-sqlite-wal": {"pwrite64", "fdatasync"},
    "save-sqlite-wal-beside": {"pwrite64", "fdatasync"},
    "list-dir": {"getdents64", "openat2", "read"},
    "show-dir": {"getdents64", "openat2"},
    "list-sqlite": {"pread64"},
    "load-sqlite": {"pread64"},
}


# F02 syscall_sweep_save
# S11 sqlite_io_error_sweep
def sweep(names):
    wrong, runs = 0, 0
    for name in names or (SCENARIOS if rig.LONG else SHORT):
        case = Case(name)
        try:
            case.prepare()
            errors = case.scenario.errors if rig.LONG else SHORT_ERRORS
            case.sweep(errors, None if rig.LONG else SHORT[name])
        finally:
            case.close()
        runs += case.runs
        wrong += len(case.wrong)
        print("%s: %d runs, %d wrong" % (name, case.runs, len(case.wrong)))
        for words in case.wrong:
            print(words)
        sys.stdout.flush()
    print("%d runs, %d wrong" % (runs, wrong))
    if runs == 0:
        print("no fault was ever met")
    return 1 if wrong or runs == 0 else 0


def look(name, only_call=None, only_error=None, only_nth=None):
    """Says how each run ended."""
    case = Case(name)
    case.prepare()
    for call in case.scenario.calls:
        for what in LONG_ERRORS if only_error is None else [only_error]:
            if only_call not in (None, call):
                continue
            nth = int(only_nth or 1)
            while True:
                before = len(case.wrong)
                injected, run = case.try_fault(Fault(call, what, nth))
                if not injected:
                    break
                print("%s %s %d: %s %r" % (call, what, nth, run.ending(), run.err or run.out))
                for words in case.wrong[before:]:
                    print("    WRONG: " + words)
                nth += 1
                if only_nth:
                    break
    case.close()
    return 1 if case.wrong else 0


rig.need_strace()
sys.exit(look(*sys.argv[2:]) if sys.argv[1:2] == ["--look"] else sweep(sys.argv[1:]))
