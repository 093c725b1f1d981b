#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""The oracle sees what it is there for: each violation is planted, and found."""
import os
import shutil
import subprocess
import sys
import tempfile

sys.dont_write_bytecode = True

import oracle
import rig
from oracle import Run

GOOD = "ckptop: the-store: the disk is full; nothing was written; make room on it\n"
NEW_FILE = '{"value": "42", "metadata": {}, "timestamp": "%s"}'
failures = []


def now():
    return oracle.datetime.datetime.now(oracle.datetime.timezone.utc).strftime(
        "%Y-%m-%dT%H:%M:%S.%f"
    )


class World:
    """A store before a save, what the save would make of it, and what went wrong."""

    def __init__(self, make, save):
        self.folder = tempfile.mkdtemp(prefix="ckptop-oracle.")
        self.save = save
        self.store = make(self.folder)
        self.before = oracle.Snapshot(self.store)
        save(self.store, "42", now())
        self.new = oracle.Snapshot(self.store)
        self.put_back()

    def put_back(self):
        for name in os.listdir(self.folder):
            path = os.path.join(self.folder, name)
            shutil.rmtree(path) if os.path.isdir(path) else os.remove(path)
        make = rig.make_directory if isinstance(self.store, oracle.Directory) else None
        (make or rig.make_database)(self.folder)

    def expect(self, what, run, words):
        """words: of one of the violations, or None where there must be none."""
        found = oracle.judge(run, self.store, self.before, self.new)
        good = not found if words is None else any(words in text for text in found)
        if not good:
            failures.append(
                "%s: expected %r, found %r" % (what, words or "nothing wrong", found)
            )
        self.put_back()

    def close(self):
        shutil.rmtree(self.folder)


def save_file(store, value, stamp):
    with open(os.path.join(store.path, "orders_0.json"), "w") as file:
        file.write(NEW_FILE.replace("42", value) % stamp)


def save_row(store, value, stamp):
    code = (
        "import sqlite3, sys; db = sqlite3.connect(sys.argv[1]); db.execute(\"UPDATE checkpoints"
        " SET checkpoint_value = ?, updated_at = ? WHERE job_id = 'orders' AND partition_id ="
        " '0'\", sys.argv[2:]); db.commit()"
    )
    subprocess.run([sys.executable, "-c", code, store.path, value, stamp], check=True)


def touch(store, name, text=""):
    folder = store.path if os.path.isdir(store.path) else os.path.dirname(store.path)
    with open(os.path.join(folder, name), "w") as file:
        file.write(text)


def what_is_said(world):
    saved = Run(0, "saved orders/0 = 42\n", "")
    failed = Run(5, "", GOOD)
    world.save(world.store, "42", now())
    world.expect("a save", saved, None)
    world.expect("a failure", failed, None)
    world.expect("saved, but it is not", saved, "the state is old")
    world.save(world.store, "42", now())
    world.expect("failed, but it is there", failed, "the state is new")
    world.save(world.store, "43", now())
    world.expect("another value", saved, "a third state")
    world.save(world.store, "43", now())
    world.expect("another value, and killed", Run(-9, "", "", killed=True), "a third state")
    world.save(world.store, "42", "2020-01-01T00:00:00")
    world.expect("the time of another save", saved, "at a wrong time")
    world.save(world.store, "42", now())
    unknown = GOOD.replace("nothing was written", "it is not known whether it was written")
    world.expect("unknown, and new", Run(7, "", unknown), None)
    world.expect("unknown, and old", Run(7, "", unknown), None)
    world.expect("killed early", Run(-9, "", "", killed=True), None)
    world.expect("killed after the word", Run(-9, "saved\n", "", killed=True), "the state is old")
    world.expect("a crash", Run(-11, "", ""), "ended by signal 11")


def how_it_is_said(world):
    def of(text, status=5):
        return Run(status, "", text)

    world.expect("no word", of(""), "without a word")
    world.expect("two lines", of("Error\n" + GOOD), "not one line")
    world.expect("no place", of(GOOD.replace("the-store", "it")), "does not say where")
    world.expect(
        "not what was not done", of(GOOD.replace("nothing was written; ", "")), "what was not done"
    )
    world.expect("no advice", of(GOOD.replace("; make room on it", "")), "what to do next")
    world.expect("a status of nobody", of(GOOD, 42), "none of ours")
    world.expect(
        "a sanitizer", of("x.c:1:2: runtime error: shift exponent\n" + GOOD), "sanitizer"
    )
    world.expect("an escape", of(GOOD.replace("full", "\x1b[1mfull")), "escapes into a pipe")


def what_is_left(world):
    failed = Run(5, "", GOOD)
    killed = Run(-9, "", "", killed=True)
    is_directory = isinstance(world.store, oracle.Directory)
    rest = ".ckptop-abcdefghijkl.tmp" if is_directory else "the-store.db-journal"
    touch(world.store, rest)
    world.expect("a left-over", failed, "it left " + rest)
    touch(world.store, rest)
    world.expect("a left-over of a crash", killed, None)
    if not is_directory:
        touch(world.store, rest, "\0" * 512)
        world.expect("a journal with something in it", failed, None)
        touch(world.store, "the-store.db-shm", "\0" * 512)
        world.expect("an index of no log", failed, "it left the-store.db-shm")
    touch(world.store, "orders_0.json.tmp")
    world.expect("a foreign name, killed", killed, "it left orders_0.json.tmp")
    world.expect("a child", Run(5, "", GOOD, children=["17 (ckptop)"]), "left processes")
    if is_directory:
        touch(world.store, "orders_0.json", '{"value": "4')
        world.expect("half a file", killed, "cannot be read any more")
        touch(world.store, "orders_0.json", "")
        world.expect("an empty file", killed, "cannot be read any more")
        os.remove(os.path.join(world.store.path, "ledger_0.json"))
        world.expect("another file has gone", failed, "a third state")
    else:
        with open(world.store.path, "r+b") as file:
            file.seek(4096)
            file.write(b"\xff" * 4096)
        world.expect("a torn page", killed, "cannot be read any more")


def locks_and_logs():
    """What only a database has: a lock, a pinned log, a log that speaks after a crash."""
    with tempfile.TemporaryDirectory(prefix="ckptop-oracle.") as folder:
        store = rig.make_wal_database(folder)
        before = oracle.Snapshot(store)
        pipeline = rig.Pipeline(store, reading=True)
        save_row(store, "42", now())
        if "pinned" not in (store.locked() or ""):
            failures.append("a pinned log is not seen")
        pipeline.close()
        # A commit in the log that the living do not see: a crash would bring it.
        store = rig.make_wal_database(tempfile.mkdtemp(dir=folder))
        before = oracle.Snapshot(store)
        pipeline = rig.Pipeline(store)
        with open(store.path + "-shm", "rb") as file:
            index = file.read()
        save_row(store, "42", now())
        new = oracle.Snapshot(store)
        before.others = new.others = store.others()
        with open(store.path + "-shm", "r+b") as file:
            file.write(index)
        found = oracle.judge(Run(5, "", GOOD), store, before, new)
        if not any("after a crash" in words for words in found):
            failures.append("a log that a crash would replay is not seen: %r" % found)
        pipeline.close()


def terminals():
    def trouble(output, after=1):
        return rig.terminal_trouble(1, after, output)

    if trouble(b"\x1b[?1049h\x1b[?25lx\x1b[?25h\x1b[?1049l"):
        failures.append("a terminal that was restored is blamed")
    if len(trouble(b"\x1b[?1049;2004h\x1b[?25l", after=2)) != 4:
        failures.append("a terminal that was not restored is not seen")
    raw = rig.run_on_terminal(["stty", "raw"])
    if raw.terminal_trouble != ["the settings of the terminal are not as before"]:
        failures.append("settings of the line are not seen: %r" % raw.terminal_trouble)
    orphan = rig.run(["sh", "-c", "sleep 600 >/dev/null 2>&1 &"])
    if len(orphan.children) != 1 or "sleep" not in orphan.children[0]:
        failures.append("a process left behind is not seen: %r" % orphan.children)


def from_a_shell():
    with tempfile.TemporaryDirectory(prefix="ckptop-oracle.") as folder:
        store = rig.make_directory(folder)
        script = """
        set -e
        oracle() { python3 -B "$1/oracle.py" "$2" "$3" ${4:+"$4"} ${5:+"$5" "$6" "$7" "$8"}; }
        here=$1 store=$2 folder=$3 good=$4
        oracle "$here" snapshot "dir:$store" >"$folder/before"
        : >"$folder/out"
        echo "$good" >"$folder/err"
        oracle "$here" judge "dir:$store" "$folder/before" - 5 "$folder/out" "$folder/err"
        touch "$store/left.tmp"
        ! oracle "$here" judge "dir:$store" "$folder/before" - 5 "$folder/out" "$folder/err"
        """
        here = os.path.dirname(os.path.abspath(__file__))
        done = subprocess.run(
            ["sh", "-c", script, "sh", here, store.path, folder, GOOD.strip()],
            capture_output=True,
            text=True,
        )
        if done.returncode != 0 or "it left left.tmp behind" not in done.stdout:
            failures.append("from a shell: %s%s" % (done.stdout, done.stderr))


for make, save in ((rig.make_directory, save_file), (rig.make_database, save_row)):
    world = World(make, save)
    for part in (what_is_said, how_it_is_said, what_is_left):
        part(world)
    world.close()
locks_and_logs()
terminals()
from_a_shell()
for text in failures:
    print(text)
sys.exit(1 if failures else 0)
