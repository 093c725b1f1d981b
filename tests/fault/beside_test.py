#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""The program beside others that write: a pipeline that saves all the time while its
checkpoint is reset, and two who reset the same one.

The pipeline numbers its saves and writes down what each of them has displaced. So it is
known of every number what became of it: the next save replaced it, or a reset whose record
in the journal tells it, or it is there still. CKPTOP_LONG=1 is as many resets as a release
is asked; TMPDIR on a file system in memory makes it short, because more of the resets then
end before the next save. With arguments only these kinds:

    beside_test.py [KIND...]

Those of a server are postgresql and postgresql-audit.
"""
import collections
import datetime
import json
import os
import re
import subprocess
import sys

sys.dont_write_bytecode = True

import changes
import oracle
import pg_store
import rig
from asked import Asked

# So many resets are to be done, beside a save every so many seconds: by the program itself,
# and by one that does the same over and over, so that it comes between two saves at all.
# A save every millisecond leaves so little time that most resets end in a conflict: that
# takes minutes, and is for a release.
RUNS, RUN_PAUSE = 30 if rig.LONG else 8, 0.05
STORM, STORM_PAUSE = (3000, 0.001) if rig.LONG else (40, 0.02)
TWO_ROUNDS = 100 if rig.LONG else 2
RACES = ["dir", "dir-audit", "sqlite-audit", "sqlite-wal-audit"]
FIRST, HIGHEST_RESET = 10**9, 10**8
RESETS = os.path.abspath("tests/fault/resets")
CONFLICT = 6

# What a save displaces is seen by exchanging, in a file, and in the same transaction.
SAVES = """
import ctypes, json, os, signal, sqlite3, subprocess, sys, time

path, pause, number = sys.argv[1], float(sys.argv[2]), int(sys.argv[3])
told_to_stop = []
signal.signal(signal.SIGTERM, lambda *_: told_to_stop.append(True))
libc = ctypes.CDLL(None, use_errno=True)
libc.prctl(1, signal.SIGKILL)  # it does not outlive a test that is ended

def value_of_file(path):
    with open(path) as file:
        return str(json.load(file)["value"])

def save_file(number):
    temporary, name = path + "/pipeline.tmp", path + "/orders_0.json"
    with open(temporary, "w") as file:
        json.dump({"value": number, "metadata": {}, "timestamp": "2026-11-22T03:00:00.000001"}, file)
    if libc.renameat2(-100, temporary.encode(), -100, name.encode(), 2) != 0:
        raise OSError(ctypes.get_errno(), "renameat2")
    after = time.time()
    displaced = value_of_file(temporary)
    os.unlink(temporary)
    return after, displaced

def save_row(number):
    db.execute("BEGIN IMMEDIATE")
    displaced, = db.execute("SELECT checkpoint_value FROM checkpoints"
        " WHERE job_id = 'orders' AND partition_id = '0'").fetchone()
    db.execute("UPDATE checkpoints SET checkpoint_value = ?, updated_at = '2026-11-22 03:00:00.000001'"
        " WHERE job_id = 'orders' AND partition_id = '0'", (str(number),))
    db.execute("COMMIT")
    return time.time(), str(displaced)

WHERE = " WHERE job_id = 'orders' AND partition_id = '0'"

def save_at_server(number):
    server.stdin.write("BEGIN; SELECT checkpoint_value FROM checkpoints" + WHERE + " FOR UPDATE;"
        " UPDATE checkpoints SET checkpoint_value = '%d', updated_at = '2026-11-22 03:00:00.000001+00'"
        % number + WHERE + "; COMMIT; \\\\echo done\\n")
    server.stdin.flush()
    displaced, done = server.stdout.readline(), server.stdout.readline()
    if done != "done\\n":
        raise OSError("psql: " + displaced + done)
    return time.time(), displaced.rstrip("\\n")

save = save_file
if path.startswith("postgresql:"):
    server = subprocess.Popen(["psql", "-XAtq", "-v", "ON_ERROR_STOP=1", path],
        stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
    save = save_at_server
elif not os.path.isdir(path):
    db = sqlite3.connect(path, isolation_level=None, timeout=60)
    save = save_row
saves = []
while not told_to_stop:
    number += 1
    before = time.time()
    saves.append((number, before, *save(number)))
    if len(saves) == 1:
        print("saving", flush=True)
    time.sleep(pause)
json.dump(saves, sys.stdout)
"""

Save = collections.namedtuple("Save", "number before after displaced")
Reset = collections.namedtuple("Reset", "op result old begun ended")


def place_of(store):
    return store.uri if isinstance(store, pg_store.Table) else store.path


class Pipeline:
    def __init__(self, store, pause):
        self.process = subprocess.Popen(
            [sys.executable, "-c", SAVES, place_of(store), str(pause), str(FIRST)],
            stdout=subprocess.PIPE, text=True,
        )
        if self.process.stdout.readline() != "saving\n":
            sys.exit("FAILED: the pipeline does not save")

    def stop(self):
        self.process.terminate()
        out, _ = self.process.communicate()
        if self.process.returncode != 0:
            sys.exit("FAILED: the pipeline ended with %d" % self.process.returncode)
        return [Save(*save) for save in json.loads(out)]

    def kill(self):
        if self.process.poll() is None:
            self.process.kill()
            self.process.communicate()


# --- resets ---


def words(value):
    return ["reset", "orders/0", "--to", str(value), *changes.SAID_WHY, "--while-running",
            "--confirm", "orders"]


def instant(text):
    return datetime.datetime.fromisoformat(text.replace("Z", "+00:00")).timestamp()


def read_records(path):
    with open(path) as file:
        return [json.loads(line) for line in file]


def told(records):
    """What became of each reset, by the value that was wanted."""
    resets = {}
    for record in records:
        row = record["rows"][0]
        known = resets.get(row["new"]["value"])
        begun = known.begun if known else instant(record["at"])
        resets[row["new"]["value"]] = Reset(
            record["op"], row["result"], row["old"]["value"], begun, instant(record["at"])
        )
    return resets


def run_by_run(case, store):
    """(how often each end was told, what the journal tells, what is wrong)"""
    endings, wrong = collections.Counter(), []
    for index in range(RUNS * 100):
        run = rig.run(case.args(store, words(HIGHEST_RESET - index)), env=case.env())
        if run.status == 0 and "done, read back" in run.out:
            endings["done"] += 1
        elif run.status == CONFLICT and "saved over it since" in run.err:
            endings["overwritten"] += 1
        elif run.status == CONFLICT and "nothing was written" in run.err:
            endings["conflict"] += 1
        else:
            wrong.append("%s: %s" % (run.ending(), run.err))
        if endings["done"] + endings["overwritten"] == RUNS or wrong:
            break
    return endings, told(case.journal()), wrong + case.judge_proof(store)


def over_and_over(case, store):
    """The same."""
    folder = os.path.join(case.place, "journals")
    os.mkdir(folder)
    run = subprocess.run(
        [RESETS, store.uri, folder, str(STORM), str(HIGHEST_RESET)],
        stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, env=case.env(),
    )
    counts = re.findall(r"(\d+) (\w+)", run.stdout)
    endings = collections.Counter({word: int(count) for count, word in counts})
    records = [record for name in os.listdir(folder)
               for record in read_records(os.path.join(folder, name))]
    return endings, told(records), [run.stderr] if run.returncode else []


# --- what became of every number ---


class Account:
    """What each save has displaced, and why that may be."""

    def __init__(self, is_file, resets):
        self.is_file, self.resets = is_file, resets
        self.conflicts = sorted(
            (reset.begun, reset.ended) for reset in resets.values() if reset.result == "conflict"
        )
        self.counts = collections.Counter()
        self.wrong = []

    def stands_for(self, value):
        """The save that was replaced for it, as the journal tells; None: nobody was told that
        the reset was done."""
        while value in self.resets:
            if self.resets[value].result not in ("done", "overwritten"):
                return None
            value = self.resets[value].old
        return value

    def is_put_back(self, save):
        """A reset that did not find what it had seen puts back what it has displaced: for a
        moment that, or its own version, is in place. Nobody is told then that it is done."""
        return self.is_file and any(
            begun <= save.after and save.before <= ended for begun, ended in self.conflicts
        )

    def add(self, save, previous):
        if save.displaced == previous:
            self.counts["superseded by the pipeline"] += 1
        elif self.stands_for(save.displaced) == previous:
            self.counts["in the journal"] += 1
        elif self.is_put_back(save):
            self.counts["superseded while a conflict was put back"] += 1
        else:
            self.wrong.append(
                "save %s displaced %s (%s), and before it %s was saved" %
                (save.number, save.displaced, self.resets.get(save.displaced), previous)
            )

    def add_last(self, last, in_place):
        if self.stands_for(in_place) == last:
            self.counts["in the store" if in_place == last else "in the journal"] += 1
        else:
            self.wrong.append("at the end there is %s, and %s was saved last" % (in_place, last))


def value_in_place(store):
    if isinstance(store, oracle.Directory):
        return str(json.loads(store.states()[0]["orders_0.json"])["value"])
    if isinstance(store, pg_store.Table):
        return json.loads(store.states()[-1]["orders", "0"])["checkpoint_value"]
    rows = store.states()[-1].values()
    return [
        row["checkpoint_value"].strip("'") for row in rows
        if (row["job_id"], row["partition_id"]) == ("'orders'", "'0'")
    ][0]


def judge_audit(store, resets):
    """The audit in the store has what was done, and nothing else, each with its old value."""
    rows = {(op, old, new) for op, _, old, new in changes.store_audit(store)}
    done = {
        (reset.op, reset.old, value) for value, reset in resets.items()
        if reset.result in ("done", "overwritten")
    }
    if rows == done:
        return []
    return ["only in the audit of the store, or only in the journal: %s" % sorted(rows ^ done)]


def judge(case, store, saves, resets):
    account = Account(isinstance(store, oracle.Directory), resets)
    previous = "41"
    for save in saves:
        account.add(save, previous)
        previous = str(save.number)
    account.add_last(previous, value_in_place(store))
    wrong = account.wrong
    for value, reset in resets.items():
        if reset.result not in ("done", "overwritten", "conflict"):
            wrong.append("the reset to %s ended as %s" % (value, reset.result))
    if case.has_audit:
        wrong += judge_audit(store, resets)
    left = {name for name in store.others() - case.others if not store.needs(name)}
    if left:
        wrong.append("left behind: %s" % sorted(left))
    return account.counts, wrong


def race(kind, resetting, wanted, pause):
    with changes.Case(kind, "reset") as case:
        store = case.start()
        pipeline = Pipeline(store, pause)
        try:
            endings, resets, wrong = resetting(case, store)
            saves = pipeline.stop()
        finally:
            pipeline.kill()
        counts, found = judge(case, store, saves, resets)
    results = collections.Counter(reset.result for reset in resets.values())
    wrong += found
    done = results["done"] + results["overwritten"]
    if done != wanted or +endings != results:
        wrong.append("the journal tells of %s, and it was told of %s" % (results, endings))
    print("%s, a save every %d ms: %d resets: %d DONE (%d saved over since), %d CONFLICT" %
          (kind, 1000 * pause, sum(results.values()), done, results["overwritten"],
           results["conflict"]))
    print("%s: %d saves: %s; %d wrong" %
          (kind, len(saves), ", ".join("%d %s" % (count, word) for word, count in
                                       sorted(counts.items())), len(wrong)), flush=True)
    return wrong


# X02 pipeline saves every 1 ms (file) during 3000 resets
# X03 pipeline upsert during PG/SQLite reset (SQLite)
# X03 pipeline upsert during PG/SQLite reset (PostgreSQL)
def beside_a_pipeline(kind):
    return race(kind, run_by_run, RUNS, RUN_PAUSE) + race(
        kind, over_and_over, STORM, STORM_PAUSE
    )


# --- two who reset ---


def ask_two(case, store):
    shared = [*changes.SAID_WHY, "--watch=0.1"]
    return [
        Asked(case.args(store, ["reset", "orders/0", "--to", value, *shared]), case.env())
        for value in ("40", "39")
    ]


def judge_two(case, store, asked, statuses):
    """One is told that it was done, the other that it was not and what is there instead."""
    if sorted(statuses) != [0, CONFLICT]:
        return ["of two one is done: %s" % statuses]
    winner, loser = (asked[status != 0] for status in statuses)
    value = ("40", "39")[asked.index(winner)]
    text = loser.text.decode()
    wrong = []
    if value_in_place(store) != value:
        wrong.append("%s was done, and there is %s" % (value, value_in_place(store)))
    if b"done, read back" not in winner.text or "done, read back" in text:
        wrong.append("it is told to the wrong one: %r" % text)
    if "now %s" % value not in text and "%s now" % value not in text or (
        "nothing was written" not in text
    ):
        wrong.append("the other is not told what is there: %r" % text)
    results = [record["rows"][0]["result"] for record in case.journal()]
    if sorted(result for result in results if result) != ["conflict", "done"]:
        wrong.append("the journal tells of %s" % results)
    return wrong + case.judge_proof(store)


# X01 two ckptop reset the same key (SQLite)
# X01 two ckptop reset the same key (files)
# X01 two ckptop reset the same key (PostgreSQL)
def two_reset(kind):
    """Both have looked before either writes: one after the other, then at once."""
    wrong, firsts = [], collections.Counter()
    with changes.Case(kind, "reset") as case:
        for index in range(2 + TWO_ROUNDS):
            store = case.start()
            asked = ask_two(case, store)
            if index < 2:
                for one in asked[::-1 if index else 1]:
                    one.type(b"y\n")
            while any([one.process.poll() is None for one in asked]):
                for one in asked:
                    one.press(b"y\n")
                for one in asked:
                    one.listen(0.02)
            statuses = [one.wait() for one in asked]
            firsts[tuple(statuses)] += 1
            wrong += ["%s, round %d: %s" % (kind, index, words)
                      for words in judge_two(case, store, asked, statuses)]
    print("%s: two on one key %d times: %d times one done and one conflict; %d wrong" %
          (kind, 2 + TWO_ROUNDS, firsts[(0, CONFLICT)] + firsts[(CONFLICT, 0)], len(wrong)),
          flush=True)
    return wrong


def main(kinds):
    wrong = []
    if not kinds and pg_store.is_there():
        kinds = RACES + ["postgresql", "postgresql-audit"]
    elif not kinds:
        print("SKIPPED: PostgreSQL is not installed")
    for kind in kinds or RACES:
        wrong += two_reset(kind)
        wrong += beside_a_pipeline(kind)
    for words in wrong[:50]:
        print(words)
    return 1 if wrong else 0


sys.exit(main(sys.argv[1:]))
