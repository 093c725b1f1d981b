#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""A temporary file that cannot be removed: the change is made, and what is left of it is
said, kept in the journal, shown with the store, and removed by the next change."""
import json
import os
import shutil
import sys
import tempfile

sys.dont_write_bytecode = True

import rig

SAID_WHY = ["--reason", "INC-4711 bad tax", "--observe", "0", "--yes"]


def hidden(store):
    return [name for name in os.listdir(store.path) if name.startswith(".ckptop-")]


def journal(folder):
    with open(os.path.join(folder, "ckptop", "journal.jsonl")) as file:
        return [json.loads(line) for line in file]


def expect(what, wanted, *got):
    return [] if wanted else ["%s: %r" % (what, got)]


def reset(store, key, *options):
    return [rig.CKPTOP, "reset", key, "--to", "4", "-s", "dir:" + store.path, *SAID_WHY, *options]


def attempt(folder):
    store = rig.make_directory(folder)
    env = rig.environment(XDG_STATE_HOME=folder)
    wrong = []

    run, injected = rig.inject(
        reset(store, "orders/1"), rig.Fault("unlinkat", "EIO+", 1), env=env)
    left = hidden(store)
    wrong += expect("nothing failed", injected, run)
    wrong += expect("status of the reset", run.status == 0, run)
    wrong += expect("one file is left", len(left) == 1, left)
    wrong += expect("it is named", left and left[0] in run.out, run.out)
    wrong += expect("and why", "could not be removed" in run.out and "Input/output error" in run.out, run.out)
    records = journal(folder)
    wrong += expect("the phase", records[-1]["phase"] == "done", records[-1])
    wrong += expect("the journal knows", records[-1].get("left") is True, records[-1])

    facts = rig.run([rig.CKPTOP, "stores", "-s", "dir:" + store.path],
                    env=dict(env, CKPTOP_NOW="2099-01-01T00:00:00Z"))
    wrong += expect("stores names it", left and left[0] in facts.out, facts.out)

    after = rig.run(reset(store, "orders/0"), env=env)
    wrong += expect("status of the next", after.status == 0, after)
    wrong += expect("it says so", "what it had left behind was removed" in after.err, after.err)
    wrong += expect("nothing is left", hidden(store) == [], hidden(store))
    told = [record for record in journal(folder) if record["op"] == records[-1]["op"]]
    wrong += expect("the operation is ended", told[-1]["phase"] == "resolved", told[-1])
    wrong += expect("its row is done", told[-1]["rows"][0]["result"] == "done", told[-1])

    again = rig.run(reset(store, "orders/0", "--if-value", "4"), env=env)
    wrong += expect("nothing more is said", "left behind" not in again.err, again.err)
    undo = rig.run([rig.CKPTOP, "undo", records[-1]["op"], "-s", "dir:" + store.path,
                    "--reason", "it was right", "--observe", "0", "--while-running",
                    "--yes"], env=env)
    wrong += expect("it can be undone", undo.status == 0, undo.err)
    return wrong


def main():
    rig.need_strace()
    folder = os.path.realpath(tempfile.mkdtemp(prefix="ckptop-left."))
    try:
        wrong = attempt(folder)
    finally:
        shutil.rmtree(folder)
    for text in wrong:
        print(text)
    return bool(wrong)


if __name__ == "__main__":
    sys.exit(main())
