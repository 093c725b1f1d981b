#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""A sync that fails is never tried again until it succeeds: the kernel tells of lost bytes
once, and then calls the file clean. So a save whose sync failed is not "saved"; it has
failed where what was there is provably there still, and is unknown (exit status 7) where
the new state may come or go with the power.
"""
import os
import re
import shutil
import sys
import tempfile

sys.dont_write_bytecode = True

import rig
from rig import Fault

SYNCS = ["fsync", "fdatasync"]
FAILED, UNREACHABLE, UNKNOWN = 1, 5, 7

# What each sync of a save brings onto the disk, in order: the end of the file's path, the
# exit status when it fails, and words of what is said then. None: SQLite does not ask how it
# went, and nothing that was promised hangs on it.
EXPECTED = {
    "dir": [
        (".tmp", FAILED, "nothing was changed"),
        ("the-store", UNKNOWN, "a power loss may bring the old one back"),
    ],
    "sqlite": [
        ("-journal", UNREACHABLE, "nothing was written"),
        ("", None, ""),
        ("-journal", UNREACHABLE, "nothing was written"),
        ("the-store.db", UNREACHABLE, "nothing was written"),
        ("", UNKNOWN, "the new value is there, but may be lost with the power"),
    ],
    "sqlite-wal-beside": [
        ("-wal", UNKNOWN, "the old value is there, but a crash may bring the new one"),
        ("", None, ""),
        ("-wal", UNKNOWN, "the old value is there, but a crash may bring the new one"),
    ],
}
MAKE = {
    "dir": rig.make_directory,
    "sqlite": rig.make_database,
    "sqlite-wal-beside": rig.make_wal_database,
}


def synced(calls):
    """The paths of the syncs, in order."""
    return [re.search(r"sync\(\d+<([^>]*)>", call.text)[1] for call in calls]


def save(kind, work):
    """Runs work(args) over a new store."""
    folder = os.path.realpath(tempfile.mkdtemp(prefix="ckptop-sync."))
    store = MAKE[kind](folder)
    pipeline = rig.Pipeline(store) if kind.endswith("beside") else None
    try:
        return work(
            [rig.CKPTOP, "--no-config", "save", "orders", "0", "42", "-s", store.uri]
        )
    finally:
        if pipeline:
            pipeline.close()
        shutil.rmtree(folder)


def check(kind):
    expected = EXPECTED[kind]
    run, calls = save(kind, lambda args: rig.calls_of(args, SYNCS))
    paths = synced(calls)
    if len(paths) != len(expected):
        return ["%s: other syncs than expected: %s" % (kind, paths)]
    wrong = []
    for index, (end, status, words) in enumerate(expected):
        where = "%s, sync %d of %s" % (kind, index + 1, os.path.basename(paths[index]))
        if not paths[index].endswith(end):
            wrong.append("%s: it should be that of %s" % (where, end))
        if status is None:
            continue
        call = calls[index]
        fault = Fault(call.name, "EIO", call.nth)
        run, injected = save(kind, lambda args: rig.inject(args, fault))
        if not injected:
            wrong.append("%s: was not made" % where)
        elif run.status != status or words not in run.err or "saved" in run.out:
            wrong.append("%s: %s, %r" % (where, run.ending(), run.out + run.err))
    return wrong


rig.need_strace()
failures = [words for kind in EXPECTED for words in check(kind)]
for words in failures:
    print(words)
sys.exit(1 if failures else 0)
