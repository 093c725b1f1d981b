#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""What was called saved is on the disk, by the order of the system calls.

A loop device can lose its power for real (powerloss_test.py) where that is allowed; this
holds everywhere: the data is synced before it gets its name or counts as committed, that
step is synced too, and only then does the program say that it has saved.
"""
import os
import re
import sys
import tempfile

sys.dont_write_bytecode = True

import rig

CALLS = [
    "openat", "openat2", "write", "pwrite64", "fsync", "fdatasync", "rename", "renameat",
    "renameat2", "unlink", "unlinkat", "ftruncate",
]
SYNCS = r"f(data)?sync\(\d+<%s>"


def first(calls, pattern, start=0):
    """Where the first call from start on stands that matches; the number of calls: none."""
    for index in range(start, len(calls)):
        if re.match(pattern, calls[index]):
            return index
    return len(calls)


def last(calls, pattern):
    found = [index for index, call in enumerate(calls) if re.match(pattern, call)]
    return found[-1] if found else -1


def expect(steps, calls):
    """The steps come in this order; each is (its words, where it stands)."""
    for (words, at), (next_words, next_at) in zip(steps, steps[1:]):
        if not 0 <= at < next_at < len(calls):
            print("\n".join(calls))
            sys.exit("FAILED: %s (call %d) must come before: %s (call %d)" %
                     (words, at, next_words, next_at))


def trace(store):
    args = [rig.CKPTOP, "save", "orders", "0", "42", "-s", store.uri]
    run, calls = rig.calls_of(args, CALLS)
    if run.status != 0:
        sys.exit("FAILED: the save itself: " + run.err)
    texts = [re.sub(r"^\d+ +", "", call.text) for call in calls]
    return texts, ("it says so", first(texts, r"write\([12]<.*aved"))


def directory(folder):
    store = rig.make_directory(folder)
    calls, said = trace(store)
    path = re.escape(store.path)
    named = first(calls, r"rename\w*\(.*orders_0\.json\"")
    expect([
        ("the bytes", last(calls[:named], r"write\(\d+<%s/" % path)),
        ("their sync", last(calls[:named], SYNCS % (path + "/[^>]*"))),
        ("the name", named),
        ("its sync", first(calls, SYNCS % path, named)),
        said,
    ], calls)


def rollback(folder):
    store = rig.make_database(folder)
    calls, said = trace(store)
    path = re.escape(store.path)
    committed = last(calls, r"unlink\w*\(.*-journal\"")
    expect([
        ("the journal", first(calls, r"pwrite64\(\d+<%s-journal>" % path)),
        ("its sync", first(calls, SYNCS % (path + "-journal"))),
        ("the rows", last(calls, r"pwrite64\(\d+<%s>" % path)),
        ("their sync", last(calls[:committed], SYNCS % path)),
        ("the commit", committed),
        ("its sync", first(calls, SYNCS % re.escape(os.path.dirname(store.path)), committed)),
        said,
    ], calls)


def write_ahead(folder):
    store = rig.make_wal_database(folder)
    pipeline = rig.Pipeline(store)
    calls, said = trace(store)
    pipeline.close()
    log = re.escape(store.path) + "-wal"
    written = last(calls, r"pwrite64\(\d+<%s>" % log)
    expect([
        ("the commit", written),
        ("its sync", first(calls, SYNCS % log, written)),
        said,
    ], calls)


def main():
    rig.need_strace()
    for place in (directory, rollback, write_ahead):
        with tempfile.TemporaryDirectory(prefix="ckptop-durable.") as folder:
            place(os.path.realpath(folder))
            print("ok %s" % place.__name__)


main()
