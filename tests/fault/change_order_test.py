#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""What a reset, a delete and an undo do in which order, by their system calls: the intent
is on the disk before the store is touched, the change is before it is told. A dry run
opens nothing for writing. Who hangs up at the question has not said yes, and a store that
is another one by the time of the answer is left alone.
"""
import os
import re
import shutil
import signal
import sys

sys.dont_write_bytecode = True

import changes
import rig
from asked import Asked

CALLS = [
    "open", "creat", "openat", "openat2", "write", "writev", "pwrite64", "pwritev", "fsync",
    "fdatasync", "rename", "renameat", "renameat2", "unlink", "unlinkat", "ftruncate",
    "fallocate", "fchmod", "fchown", "fsetxattr", "link", "linkat", "symlinkat", "mkdir",
    "mkdirat", "utimensat",
]
FAILED = r"= -1 E\w+ \("
OPENING = r"(open|openat|openat2|creat)\("
SYNC = r"f(data)?sync\(\d+<%s>\) += 0"
JOURNAL = r"/state/ckptop/journal\.jsonl"
# Who reads a database in WAL mode makes the index of its log, as SQLite wants it.
OF_READERS = r"the-store\.db-(shm|wal)[\">]"
TO_LOG = r"p?write(64)?\(\d+<[^>]*-wal>"


def trace(case):
    store = case.start()
    run, calls = rig.calls_of(case.args(store, case.words), CALLS, env=case.env())
    if run.status != 0:
        sys.exit("FAILED: %s: %s" % (case.words, run.err))
    return store, [re.sub(r"^\d+ +", "", call.text) for call in calls]


def is_write(case, call):
    """A call that changes something in the store, and succeeds."""
    if not re.search(re.escape(case.place) + "/s[/>\"]", call) or re.search(FAILED, call):
        return False
    if re.search(OF_READERS, call):
        return re.match(TO_LOG, call)
    if re.match(OPENING, call):
        return "O_CREAT" in call
    return not re.match(r"f(data)?sync\(", call)


def after(calls, start, pattern):
    """Where the first call behind start is that matches; the number of calls: none."""
    for index in range(start + 1, len(calls)):
        if re.match(pattern, calls[index]):
            return index
    return len(calls)


def last(calls, pattern):
    return max((index for index, call in enumerate(calls) if re.match(pattern, call)), default=-1)


def commits(kind, path):
    """(the call that makes the change, the sync that makes it last)"""
    if kind.startswith("dir"):
        return r"rename\w*\(.*orders_0\.json\"", SYNC % path
    if "wal" in kind:
        return r"pwrite64\(\d+<%s-wal>" % path, SYNC % (path + "-wal")
    return r"unlink\w*\(.*-journal\"", SYNC % os.path.dirname(path)


def order(case):
    store, calls = trace(case)
    intent = after(calls, -1, r"write\(\d+<[^>]*%s>.*" % JOURNAL)
    safe = after(calls, intent, SYNC % ("[^>]*" + JOURNAL))
    touched = min(index for index, call in enumerate(calls) if is_write(case, call))
    change, sync = commits(case.kind, re.escape(store.path))
    # In a WAL database the last commit may be followed by its transfer into the database.
    made = after(calls, safe, change) if case.kind.startswith("dir") else last(calls, change)
    # The plan is told before, what came of it from the change on.
    told = after(calls, made, r"write\(1<")
    recorded = after(calls, made, r"write\(\d+<[^>]*%s>" % JOURNAL)
    steps = [
        ("the intent", intent),
        ("its sync", safe),
        ("the first touch of the store", touched),
        ("the change", made + (made == touched)),
        ("its sync", after(calls, made, sync)),
        ("the outcome in the journal", recorded),
        ("its sync", after(calls, recorded, SYNC % ("[^>]*" + JOURNAL))),
        ("its telling", told),
    ]
    for (words, at), (next_words, next_at) in zip(steps, steps[1:]):
        if not 0 <= at < next_at < len(calls):
            print("\n".join(calls))
            sys.exit("FAILED: %s: %s (call %d) must come before: %s (call %d)" %
                     (case.name, words, at, next_words, next_at))


# --- a dry run ---


def tree(folder):
    """Everything that can be seen of all files."""
    found = {}
    for place, _, names in os.walk(folder):
        for name in names + ["."]:
            path = os.path.join(place, name)
            status = os.lstat(path)
            with open(path, "rb") if name != "." else open(os.devnull, "rb") as file:
                found[path] = (file.read(), status.st_mode, status.st_ino, status.st_mtime_ns)
    return found


def dry(case):
    store = case.start()
    words = [word for word in case.words if word != "--yes"] + ["--dry-run"]
    before = tree(case.place)
    run, calls = rig.calls_of(case.args(store, words), CALLS, env=case.env())
    wrong = [] if run.status == 0 else ["it fails: " + run.err]
    for call in calls:
        is_ours = case.place in call.text and not re.search(FAILED, call.text)
        is_opening = re.search(OPENING, call.text)
        writes = re.search(r"O_(WRONLY|RDWR|CREAT|TRUNC|APPEND)", call.text)
        excused = re.search(OF_READERS, call.text) and not re.search(TO_LOG, call.text)
        if is_ours and not excused and (not is_opening or writes):
            wrong.append(call.text)
    if not any(case.place in call.text for call in calls):
        wrong.append("it did not even look")
    # A WAL database has its index made and taken away again.
    if "wal" not in case.kind and tree(case.place) != before:
        wrong.append("something is not as it was")
    if wrong:
        sys.exit("FAILED: dry run, %s: %s" % (case.name, "\n".join(wrong)))


# --- what comes while it is asked ---


def ask(case, ignored=()):
    store = case.start()
    words = [word for word in case.words if word != "--yes"]
    return store, Asked(case.args(store, words), case.env(), ignored)


def must_be_untouched(case, store, before, words):
    if changes.after_a_crash(store) != before:
        sys.exit("FAILED: %s: %s: it was written" % (case.name, words))
    if case.operation():
        sys.exit("FAILED: %s: %s: it is in the journal: %s" %
                 (case.name, words, case.operation()))


def replace(case):
    """The store is another one when the answer comes, though it has the very same rows."""
    store, asked = ask(case)
    before = changes.after_a_crash(store)
    aside = store.path + ".aside"
    os.rename(store.path, aside)
    copy = shutil.copytree if os.path.isdir(aside) else shutil.copyfile
    copy(aside, store.path)
    asked.type(b"y\n")
    status, words = asked.wait(), asked.text.decode()
    if status == 0 or "replaced" not in words and "moved" not in words:
        sys.exit("FAILED: %s: status %d: %r" % (case.name, status, words))
    must_be_untouched(case, store, before, "in the new one")
    must_be_untouched(case, type(store)(aside), before, "in the old one")
    print("ok nothing is written when the store was replaced: %s, status %d" %
          (case.name, status))


def hang_up(case):
    ways = [
        ("the terminal goes", (), lambda asked: asked.hang_up()),
        ("it goes, and SIGHUP is ignored", (signal.SIGHUP,), lambda asked: asked.hang_up()),
        ("SIGHUP", (), lambda asked: asked.process.send_signal(signal.SIGHUP)),
        ("SIGTERM", (), lambda asked: asked.process.send_signal(signal.SIGTERM)),
        ("SIGINT", (), lambda asked: asked.process.send_signal(signal.SIGINT)),
        ("the end of input", (), lambda asked: asked.type(b"\x04")),
        ("an answer without an end", (), lambda asked: asked.type(b"y\x04\x04")),
    ]
    for way, ignored, end in ways:
        store, asked = ask(case, ignored)
        before = changes.after_a_crash(store)
        end(asked)
        status = asked.wait()
        if status == 0:
            sys.exit("FAILED: %s: it ends as if all were well" % way)
        must_be_untouched(case, store, before, way)
        print("ok nothing is written when %s: status %d" % (way, status))


def main():
    rig.need_strace()
    for verb in ("reset", "delete", "undo"):
        for kind in changes.KINDS:
            with changes.Case(kind, verb) as case:
                order(case)
                dry(case)
                print("ok order and dry run of %s" % case.name, flush=True)
    for kind in ("sqlite-audit", "dir-audit"):
        with changes.Case(kind, "reset") as case:
            hang_up(case)
    for kind in changes.KINDS:
        with changes.Case(kind, "reset") as case:
            replace(case)


main()
