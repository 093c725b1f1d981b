#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""A reset, a delete and an undo are killed at every system call, and every system call
that matters fails once: what is there is old or exactly new, what was said is true, and
the next one finds out what became of it.

By default only some of them; CKPTOP_LONG=1 is everything. With arguments only what they
name:

    change_test.py [VERB [KIND [CALL ERROR|KILL N]]]

A server is tested by change_postgresql_test.py.
"""
import collections
import contextlib
import signal
import subprocess
import sys
import time
from random import Random

sys.dont_write_bytecode = True

import changes
import oracle
import rig
from rig import Fault

ERRORS = ["EIO", "ENOSPC", "EACCES", "EINTR"]
LONG_ERRORS = ERRORS + ["EDQUOT", "EIO+", "ENOSPC+"]
WRITING = {
    "openat", "write", "pwrite64", "fsync", "fdatasync", "rename", "renameat", "renameat2",
    "unlink", "unlinkat", "close", "fchmod", "fchown", "ftruncate", "sendto",
}
# What was not read is not known: nothing may be concluded from it.
READING = {"read", "pread64", "openat2", "getdents64", "fstat", "newfstatat", "readlink", "recvfrom"}
KILLS, FAULTS = 6, 6  # of a case in the short run


def spread(things, count):
    """So many of them, evenly, with the first and the last."""
    if rig.LONG or len(things) <= count:
        return things
    return [things[index * (len(things) - 1) // (count - 1)] for index in range(count)]


def is_of_the_change(call):
    places = "the-store", "journal.jsonl", "<pipe:", "<socket:", "<TCP:"
    return any(place in call.text for place in places)


def kills(case):
    """From the intent to the end. In the short run only between what changes something: a
    death in between is the same death."""
    calls = case.calls[case.intent :]
    # A sanitizer tells nothing of who dies.
    if rig.SANITIZED:
        return []
    if not rig.LONG:
        calls = [call for call in calls if call.name in WRITING - {"openat", "close"}]
    return [Fault(call.name, "KILL", call.nth) for call in spread(calls, KILLS)]


def faults(case):
    start = rig.after_startup(case.calls, case.place)
    calls = [
        call for call in case.calls
        if call.name in WRITING | READING and call.nth > start[call.name]
        and is_of_the_change(call)
    ]
    reading = [call for call in calls if call.name in READING]
    calls = [call for call in calls if call.name in WRITING]
    if rig.LONG:
        return list(dict.fromkeys([
            Fault(call.name, error_of(call, 0), call.nth) for call in reading] + [
            Fault(call.name, error_of(call, index, LONG_ERRORS), call.nth)
            for call in calls for index, error in enumerate(LONG_ERRORS)
            # For ever is too long for writing: then not even the error can be told.
            if not (call.name == "write" and error.endswith("+"))
        ]))
    wanted = calls + [call for call in reading if call.name == "recvfrom"]
    calls = [call for call in case.calls[case.intent :] if call in wanted and call.name != "close"]
    return [
        Fault(call.name, error_of(call, index), call.nth)
        for index, call in enumerate(spread(calls, FAULTS))
    ]


def error_of(call, index, errors=ERRORS):
    """A connection does not fail as a file does."""
    return {"sendto": "EPIPE", "recvfrom": "ECONNRESET"}.get(call.name, errors[index % len(errors)])


def attempt(case, fault):
    """(whether it came to it, what is wrong)"""
    store = case.start()
    run, injected = rig.inject(case.args(store, case.words), fault, env=case.env())
    if not injected:
        return False, []
    return True, ["%s, %s: %s" % (case.name, "%s:%s:%d" % fault, words)
                  for words in case.judge(run, store)]


RANDOM_KILLS = 500 if rig.LONG else 24


def kill_at_random(case, random, longest):
    """(whether it died, what is wrong)"""
    store = case.start()
    process = subprocess.Popen(
        case.args(store, case.words), env=case.env(), stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE, stderr=subprocess.PIPE,
    )
    delay = random.uniform(0, longest)
    try:
        out, err = process.communicate(timeout=delay)
    except subprocess.TimeoutExpired:
        process.kill()
        out, err = process.communicate()
    run = oracle.Run(process.returncode, out.decode(), err.decode(),
                     killed=process.returncode == -signal.SIGKILL)
    return run.killed, ["%s, killed after %.6f s: %s" % (case.name, delay, words)
                        for words in case.judge(run, store)]


# S10 sqlite_kill9_loop
def kill_loop(pairs):
    random, died, wrong, until = Random(4711), 0, [], RANDOM_KILLS
    with contextlib.ExitStack() as stack:
        cases = [stack.enter_context(changes.Case(kind, verb)) for kind, verb in pairs]
        for case in cases:
            case.prepare()
            store, start = case.start(), time.monotonic()
            case.must(store, case.words, case.place)
            case.longest = time.monotonic() - start
        for index in range(until * 10):
            case = cases[index % len(cases)]
            killed, found = kill_at_random(case, random, case.longest)
            died += killed
            wrong += found
            for words in found:
                print(words, flush=True)
            if died == until:
                break
    print("%d killed at random, %d wrong" % (died, len(wrong)))
    return 1 if wrong or died < until else 0


# X09 crash between intent and change
# F02 syscall_sweep_save/reset/delete
# S11 sqlite_io_error_sweep
def sweep(verbs, kinds, only=None):
    counts, wrong = collections.Counter(), []
    for verb in verbs:
        for kind in kinds:
            if verb != "reset" and not kind.endswith("audit") and len(kinds) > 1 and not rig.LONG:
                continue
            with changes.Case(kind, verb) as case:
                case.prepare()
                for fault in only or kills(case) + faults(case):
                    injected, found = attempt(case, fault)
                    counts["killed" if fault.what == "KILL" else "failed"] += injected
                    wrong += found
                    for words in found:
                        print(words, flush=True)
    print("%d killed, %d calls failed, %d wrong" %
          (counts["killed"], counts["failed"], len(wrong)))
    if not only and not (counts["failed"] and (counts["killed"] or rig.SANITIZED)):
        print("no fault was ever met")
        return 1
    return 1 if wrong else 0


def main(args):
    rig.need_strace()
    status = 0 if args or rig.SANITIZED else kill_loop((
        ("sqlite-audit", "reset"), ("sqlite-wal-audit", "delete"), ("dir-audit", "undo")))
    return status | sweep(
        args[:1] or changes.VERBS,
        args[1:2] or changes.KINDS,
        [Fault(args[2], args[3], int(args[4]))] if len(args) > 2 else None,
    )


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
