#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""With next to no file descriptors, and next to no memory, a run does what it shall or says
clearly why not; the oracle judges each.
"""
import os
import shutil
import sys
import tempfile

sys.dont_write_bytecode = True

import oracle
import rig
from oracle import is_of_a_log, judge_reading
from rig import listing, load, save, save_new, show

COMMANDS = {"save": save, "new": save_new, "load": load, "list": listing, "show": show}
STORES = {
    "dir": rig.make_directory,
    "sqlite": rig.make_database,
    "sqlite-wal": rig.make_wal_database,
}
KB = 1024
OUT_OF_MEMORY = "ckptop: out of memory; nothing more was done\n"


def limited(limit, args):
    run = rig.run(["prlimit", "--core=0", limit, "--", *args])
    # It cannot go on, and ends like one that is killed; but not without a word.
    if run.signal is not None and run.err == OUT_OF_MEMORY:
        run.killed = True
    return run


def attempt(make, command, limit):
    """One run over a new store: how it ended, and what is wrong with that."""
    folder = tempfile.mkdtemp(prefix="ckptop-limits.")
    try:
        store = make(folder)
        before = oracle.Snapshot(store)
        args = [rig.CKPTOP, "--no-config", *command(store.uri)]
        good = rig.run(args)
        new = oracle.Snapshot(store) if command in (save, save_new) else None
        shutil.rmtree(folder)
        os.mkdir(folder)
        store = make(folder)
        run = limited(limit, args)
        found = oracle.judge(run, store, before, new)
        if new is None:
            found += judge_reading(run, good)
        # SQLite makes its log before the index of it, and cannot take back the one where
        # it comes to no other; empty it harms nobody, and the next writer takes it away.
        if new is None or run.status != 0:
            found = [words for words in found if not is_of_a_log(words)]
        return run, found
    finally:
        shutil.rmtree(folder)


def try_limits(name, make, command, limits):
    wrong, refused = [], 0
    for limit in limits:
        run, found = attempt(make, command, limit)
        refused += run.status != 0
        wrong += ["%s with %s: %s" % (name, limit, words) for words in found]
        if "--nofile" in limit and run.status not in (0, 127) and "ulimit -n" not in run.err:
            wrong.append("%s with %s does not say why: %s" % (name, limit, run.err))
    return wrong, refused


# A08 RLIMIT_NOFILE=16, RLIMIT_AS small, 0 free fds
def main():
    rig.need("prlimit")
    descriptors = ["--nofile=%d" % count for count in (3, 4, 5, 6, 7, 8, 16)]
    # A sanitizer maps terabytes, so that a limit of memory says nothing about us.
    memory = [] if rig.SANITIZED else [
        "--as=%d" % (size * KB) for size in range(4000, 10001, 500)
    ]
    failed, refused = [], 0
    for kind, make in STORES.items():
        for verb, command in COMMANDS.items():
            # Memory is taken alike in both modes of a database.
            limits = descriptors + (memory if kind != "sqlite-wal" else [])
            wrong, some = try_limits(verb + "-" + kind, make, command, limits)
            failed += wrong
            refused += some
        run, found = attempt(make, listing, "--nofile=16")
        if run.status != 0:
            failed.append("list-%s: 16 descriptors are enough: %s" % (kind, run.err))
    print("\n".join(failed))
    # Limits that nothing minds would prove nothing.
    if refused < 10:
        failed.append("only %d runs came to a limit" % refused)
        print(failed[-1])
    sys.exit(1 if failed else 0)


main()
