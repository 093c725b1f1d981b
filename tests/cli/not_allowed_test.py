#!/usr/bin/env -S python3 -B
# SPDX-License-Identifier: MIT
"""Who may not write is refused before he is asked, and before there is a record of it: exit
status 4, with what is missing and whose it is. A dry run shows him the plan all the same."""
import os
import shutil
import sqlite3
import subprocess
import sys
import tempfile

PROGRAM = os.path.abspath(os.environ.get("CKPTOP", "./ckptop"))
NOBODY = 65534
AS_ROOT = os.geteuid() == 0
REASON = ["--reason", "INC-4711", "--observe", "0"]
VERBS = [
    ["reset", "orders/0", "--to", "4", "--yes"],
    ["reset", "orders/0", "--to", "4", "--dry-run"],
    ["delete", "orders/0", "--confirm", "orders"],
]


def directory(place, mode, owner=0, group=None):
    """A directory with a checkpoint in a file of root's, or of this user."""
    os.mkdir(place)
    path = os.path.join(place, "orders_0.json")
    with open(path, "w") as file:
        file.write('{"value": 5, "metadata": {}, "timestamp": "2026-11-20T00:00:00"}')
    os.chmod(path, 0o666)
    if AS_ROOT:
        os.chown(path, owner, owner if group is None else group)
    os.chmod(place, mode)
    return "dir:" + place


def own(at, make, mode):
    """What make() made belongs to the user who tries, and has a mode that forbids it to him."""
    store = make(at, 0o777)
    if AS_ROOT:
        os.chown(at, NOBODY, NOBODY)
    for name in os.listdir(at):
        if AS_ROOT:
            os.chown(os.path.join(at, name), NOBODY, NOBODY)
        if name == "etl.db":
            os.chmod(os.path.join(at, name), mode)
            mode = 0o755
    os.chmod(at, mode)
    return store


def audited(place):
    store = directory(place, 0o777, NOBODY)
    with open(os.path.join(place, ".ckptop-audit.jsonl"), "w") as file:
        file.write('{"v":1,"store":"0b6d4c8e-3f0a-4d53-9c43-6a3f8f0c1d11",'
                   '"at":"2026-11-20T00:00:00Z"}\n')
    os.chmod(os.path.join(place, ".ckptop-audit.jsonl"), 0o444)
    return store


def database(place, mode, file_mode=0o666, journal="DELETE"):
    os.mkdir(place)
    path = os.path.join(place, "etl.db")
    db = sqlite3.connect(path)
    db.execute("PRAGMA journal_mode = " + journal)
    db.execute("CREATE TABLE checkpoints (job_id TEXT, partition_id TEXT, "
               "checkpoint_value TEXT, metadata TEXT, updated_at TEXT)")
    db.execute("INSERT INTO checkpoints VALUES ('orders', '0', '5', '{}', '2026-11-20 00:00:00')")
    db.commit()
    db.close()
    os.chmod(path, file_mode)
    os.chmod(place, mode)
    return "sqlite:" + path


# Of a dry run: the rows, what hinders it, and how somebody who may would do it.
PLANNED = ["orders/0 5 4 -1 read again from 5", "!! You cannot do this: ", "nothing was written",
           " reset --to 4 "]

# What is there, words of what is said, and whether only root can make it.
CASES = {
    "a directory": (lambda at: directory(at, 0o555), "may not be written by this user", False),
    "its audit": (audited, ".ckptop-audit.jsonl may not be written", False),
    "a file of another": (lambda at: directory(at, 0o777),
                          "orders_0.json belongs to somebody else", True),
    "a file of a group": (lambda at: directory(at, 0o777, NOBODY, 0),
                          "do this as root, or when you are in that group", True),
    "a directory of one's own": (lambda at: own(at, directory, 0o555),
                                 "give yourself the right first (chmod u+w)", False),
    "a database of one's own": (lambda at: own(at, database, 0o444),
                                "give yourself the right first (chmod u+w)", False),
    "a sticky directory": (lambda at: directory(at, 0o1777),
                           "orders_0.json belongs to somebody else", True),
    "a database": (lambda at: database(at, 0o777, 0o444), "etl.db", False),
    "its directory": (lambda at: database(at, 0o555),
                      "its -journal file cannot be made beside it", False),
    "its directory, WAL": (lambda at: database(at, 0o555, journal="WAL"),
                           "its -wal and -shm files cannot be made beside it", False),
}

# Those that belong to the user who tries: to him nothing is said of their owner.
OWN = {"a file of a group", "a directory of one's own", "a database of one's own"}


def contents(place):
    found = {}
    for name in os.listdir(place):
        with open(os.path.join(place, name), "rb") as file:
            found[name] = file.read()
    return found


def attempt(name, verb):
    make, words, _ = CASES[name]
    folder = tempfile.mkdtemp(prefix="ckptop-not-allowed.")
    place, state = os.path.join(folder, "store"), os.path.join(folder, "state")
    try:
        os.chmod(folder, 0o755)
        os.mkdir(state)
        os.chmod(state, 0o700)
        if AS_ROOT:
            os.chown(state, NOBODY, NOBODY)
        store = make(place)
        before = contents(place)
        environment = {"PATH": os.environ["PATH"], "HOME": folder, "XDG_STATE_HOME": state,
                       "LC_ALL": "C.UTF-8", "TZ": "UTC"}
        if "ASAN_OPTIONS" in os.environ:
            environment["ASAN_OPTIONS"] = os.environ["ASAN_OPTIONS"]
        user = {"user": NOBODY, "group": NOBODY, "extra_groups": []} if AS_ROOT else {}
        run = subprocess.run([PROGRAM, *verb, *REASON, "-s", store], env=environment, text=True,
                             stdin=subprocess.DEVNULL, stdout=subprocess.PIPE,
                             stderr=subprocess.PIPE, timeout=120, **user)
        owner = NOBODY if name in OWN or name == "its audit" else 0
        owner = owner if AS_ROOT else os.geteuid()
        wrong = []
        if run.returncode != 4:
            wrong.append("exit status %d" % run.returncode)
        for expected in (words, "uid %d" % owner,
                         "nothing was written"):
            if expected not in run.stderr:
                wrong.append("it does not say %r: %s" % (expected, run.stderr))
        if name in OWN and "as its owner" in run.stderr:
            wrong.append("its owner is told to ask himself: " + run.stderr)
        if "--dry-run" in verb:
            wrong += ["the plan does not show %r: %s" % (expected, run.stdout)
                      for expected in PLANNED if expected not in " ".join(run.stdout.split())]
        journal = os.path.join(state, "ckptop", "journal.jsonl")
        if os.path.exists(journal) and os.path.getsize(journal) > 0:
            wrong.append("there is a record of it")
        if contents(place) != before:
            wrong.append("there is now %s" % sorted(contents(place)))
        return ["%s, %s: %s" % (name, " ".join(verb), text) for text in wrong]
    finally:
        os.chmod(place, 0o755)
        shutil.rmtree(folder)


def init(name, make, file):
    """What cannot be made is refused, too, and nothing is."""
    folder = tempfile.mkdtemp(prefix="ckptop-not-allowed.")
    place = os.path.join(folder, "store")
    try:
        os.chmod(folder, 0o755)
        kind = make(place).split(":")[0]
        before = contents(place)
        user = {"user": NOBODY, "group": NOBODY, "extra_groups": []} if AS_ROOT else {}
        run = subprocess.run([PROGRAM, "init", "-s", kind + ":" + os.path.join(place, file).rstrip("/")],
                             env={"PATH": os.environ["PATH"], "HOME": folder, "TZ": "UTC"},
                             text=True, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE,
                             stderr=subprocess.PIPE, timeout=120, **user)
        wrong = [] if run.returncode == 4 else ["exit status %d" % run.returncode]
        wrong += ["it does not say %r: %s" % (words, run.stderr)
                  for words in ("/store may not be written by this user", "nothing was written")
                  if words not in run.stderr]
        if contents(place) != before:
            wrong.append("there is now %s" % sorted(contents(place)))
        return ["init, %s: %s" % (name, text) for text in wrong]
    finally:
        os.chmod(place, 0o755)
        shutil.rmtree(folder)


def main():
    wrong = init("a new database", lambda at: database(at, 0o555), "new.db")
    wrong += init("a database", lambda at: database(at, 0o555), "etl.db")
    wrong += init("a database in WAL mode", lambda at: database(at, 0o555, journal="WAL"),
                  "etl.db")
    wrong += init("a directory", lambda at: directory(at, 0o555), "")
    for name in CASES:
        for verb in VERBS:
            if AS_ROOT or not CASES[name][2]:
                wrong += attempt(name, verb)
    for text in wrong:
        print(text)
    return bool(wrong)


if __name__ == "__main__":
    sys.exit(main())
