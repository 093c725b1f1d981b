#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""The power goes while a checkpoint is saved, and just after "saved".

The program is killed before its N-th system call (or runs to its end) and the file system
is cut (disk.py). Then it is mounted again, and the oracle judges: the old state or the new
one, whole; and after "saved" the new one.

So that the cut is known to be one, writers that leave out a sync lose here first.
"""
import os
import re
import shutil
import subprocess
import sys
import tempfile

sys.dont_write_bytecode = True

import oracle
import rig
from disk import FILE_SYSTEMS, FileSystem, need_disks
from rig import Fault

OLD_STAMP = "2026-11-21T03:07:41.250000"
LIBRARY = os.path.abspath(".libs/libckpt.so")
# As a pipeline saves: through the library, in a process of its own.
SAVE_BY_LIBRARY = """
import ctypes, sys
lib = ctypes.CDLL(sys.argv[1])
lib.ckpt_error.restype = ctypes.c_char_p
handle = ctypes.c_void_p()
status = lib.ckpt_open(ctypes.byref(handle), sys.argv[2].encode())
status = status or lib.ckpt_save(handle, b"orders", b"0", b"42", None)
if status:
    sys.exit("ckptop: " + lib.ckpt_error(handle).decode())
print("saved orders/0")
"""


# --- what is saved, and how ---


def by_program(store):
    return [rig.CKPTOP, "--no-config", "save", "orders", "0", "42", "-s", store.uri]


def needed_first():
    """The runtime of the address sanitizer, where the library is made with it: Python is not."""
    needed = subprocess.run(["ldd", LIBRARY], stdout=subprocess.PIPE, text=True, check=True).stdout
    found = re.search(r"libasan\S* => (\S+)", needed)
    return ["env", "LD_PRELOAD=" + found[1]] if found else []


def by_library(store):
    return [*needed_first(), sys.executable, "-B", "-c", SAVE_BY_LIBRARY, LIBRARY, store.uri]


KINDS = {
    "dir": (rig.make_directory, by_program, False),
    "dir-library": (rig.make_directory, by_library, False),
    "sqlite": (rig.make_database, by_program, False),
    "sqlite-wal": (rig.make_wal_database, by_program, False),
    "sqlite-wal-beside": (rig.make_wal_database, by_program, True),
    "sqlite-library": (rig.make_database, by_library, False),
}

# Calls before which the power may go; None is after the end.
SHORT_POINTS = {
    "dir": ["renameat", "fsync", None],
    "dir-library": [None],
    "sqlite": ["unlink", None],
    "sqlite-wal-beside": [None],
    "sqlite-library": [None],
}


class Case:
    """A kind of store on a file system."""

    def __init__(self, disk, kind):
        self.disk, self.kind = disk, kind
        self.make, self.command, self.beside = KINDS[kind]
        self.folder = os.path.join(disk.place, "pipeline")
        self.runs, self.wrong = 0, []

    def start(self):
        """The old state, on the disk."""
        shutil.rmtree(self.folder, ignore_errors=True)
        os.mkdir(self.folder)
        store = self.make(self.folder)
        pipeline = rig.Pipeline(store) if self.beside else None
        self.disk.sync()
        return store, pipeline

    def prepare(self):
        store, pipeline = self.start()
        self.before = oracle.Snapshot(store)
        run, calls = rig.calls_of(self.command(store))
        if run.status != 0:
            self.wrong.append("it fails without a cut: " + run.out + run.err)
        self.new = oracle.Snapshot(store)
        touched = rig.after_startup(calls, store.path)
        self.points = [call for call in calls if call.nth > touched[call.name]]
        if pipeline:
            pipeline.close()

    def try_cut(self, point, flushed):
        """point: the call that is not made any more, or None."""
        store, pipeline = self.start()
        args = self.command(store)
        if point is None:
            run = rig.run(args)
        else:
            run, injected = rig.inject(args, Fault(point.name, "KILL", point.nth))
            if not injected:
                self.wrong.append("%s was never called a %d. time" % point[:2])
        if flushed:
            self.disk.flush_by_other()
        self.disk.cut(pipeline.kill if pipeline else lambda: None)
        self.runs += 1
        found = oracle.judge_state(run, store, self.before, self.new)
        if point is None and run.status != 0:
            found.append("it was not saved: " + run.err)
        where = "at the end" if point is None else "before %s %d" % point[:2]
        for words in found:
            self.wrong.append(
                "%s on %s, power gone %s%s: %s"
                % (self.kind, self.disk.name, where, ", flushed by another" * flushed, words)
            )

    def try_all(self):
        names = None if rig.LONG else SHORT_POINTS[self.kind]
        for point in self.points if names is None else []:
            for flushed in (False, True):
                self.try_cut(point, flushed)
        for name in names or [None]:
            if name is not None:
                # The last of its name: of two fsync() that of the directory.
                self.try_cut([call for call in self.points if call.name == name][-1], True)
            else:
                self.try_cut(None, False)
                if self.kind == "dir" or rig.LONG:
                    self.try_cut(None, True)


# --- writers that lose ---


def write_without_sync(path, text):
    with open(path + ".tmp", "w") as file:
        file.write(text)
    os.rename(path + ".tmp", path)


def write_without_directory_sync(path, text):
    with open(path + ".tmp", "w") as file:
        file.write(text)
        file.flush()
        os.fsync(file.fileno())
    os.rename(path + ".tmp", path)


COMMIT_IN_FULL = (
    "import sqlite3, sys; db = sqlite3.connect(sys.argv[1]);"
    " db.execute('PRAGMA synchronous = FULL');"
    " db.execute(\"UPDATE checkpoints SET checkpoint_value = '42'\"); db.commit()"
)


def commit_in_full(path):
    """SQLite's default, whose journal comes back after a cut."""
    subprocess.run([sys.executable, "-c", COMMIT_IN_FULL, path], check=True)


def loses(disk, kind, save, flushed):
    """True when what save() did is not there after a cut; tried again, because a machine
    that is very slow may write everything out by itself."""
    for _ in range(3):
        case = Case(disk, kind)
        store, _ = case.start()
        before = oracle.Snapshot(store)
        save(store)
        if flushed:
            disk.flush_by_other()
        disk.cut(lambda: None)
        try:
            if store.states()[0] == before.state:
                return True
        except oracle.Unreadable:
            return True
    return False


def check_that_cuts_cut(disk):
    text = '{"value": "42", "metadata": {}, "timestamp": "%s"}' % OLD_STAMP
    wrong = []

    def in_directory(write):
        return lambda store: write(os.path.join(store.path, "orders_0.json"), text)

    if not loses(disk, "dir", in_directory(write_without_directory_sync), False):
        wrong.append("a name that was not synced survives on " + disk.name)
    # By default ext4 writes out what is renamed over something.
    if disk.name != "ext4" and not loses(disk, "dir", in_directory(write_without_sync), True):
        wrong.append("bytes that were not synced survive on " + disk.name)
    if not loses(disk, "sqlite", lambda store: commit_in_full(store.path), False):
        wrong.append("a commit that was not wholly synced survives on " + disk.name)
    return wrong


# --- all of it ---


# F01 powerloss_save
# S09 sqlite_powerloss_commit
def cut_everywhere():
    wrong, runs = [], 0
    with tempfile.TemporaryDirectory(prefix="ckptop-powerloss.") as folder:
        for name in FILE_SYSTEMS:
            disk = FileSystem(name, folder)
            wrong += check_that_cuts_cut(disk)
            for kind in KINDS if rig.LONG else SHORT_POINTS:
                if KINDS[kind][1] is by_library and not os.path.exists(LIBRARY):
                    continue
                case = Case(disk, kind)
                case.prepare()
                case.try_all()
                runs += case.runs
                wrong += case.wrong
            disk.close()
    print("%d cuts, %d wrong" % (runs, len(wrong)))
    for words in wrong:
        print(words)
    return 1 if wrong or runs == 0 else 0


rig.need_strace()
need_disks()
sys.exit(cut_everywhere())
