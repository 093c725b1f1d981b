# SPDX-License-Identifier: MIT
"""A reset, a delete or an undo that something befalls, and who judges what came of it.

What is in the store, in its audit and in the journal is read here without ckptop. Only
`audit --json` and `audit verify` are asked of it, as a person would.
"""
import collections
import contextlib
import json
import os
import re
import shutil
import sqlite3
import sys
import tempfile

sys.dont_write_bytecode = True

import oracle
import pg_store
import rig


def make_table(_):
    return pg_store.make(rig.ROWS)


KINDS = {
    "sqlite": (rig.make_database, False),
    "sqlite-audit": (rig.make_database, True),
    "sqlite-wal": (rig.make_wal_database, False),
    "sqlite-wal-audit": (rig.make_wal_database, True),
    "dir": (rig.make_directory, False),
    "dir-audit": (rig.make_directory, True),
}
POSTGRESQL = {"postgresql": (make_table, False), "postgresql-audit": (make_table, True)}
SAID_WHY = ["--reason", "INC-4711 bad tax", "--observe", "0"]
RESET = ["reset", "orders/0", "--to", "40", *SAID_WHY, "--yes"]
RESET_JOB = ["reset", "orders", "--to", "3", *SAID_WHY, "--confirm", "orders"]
DELETE = ["delete", "orders/0", *SAID_WHY, "--confirm", "orders"]
NEXT = ["reset", "tmp/0", "--to", "4", *SAID_WHY, "--yes"]
VERBS = ["reset", "reset-job", "delete", "undo"]

NEXT_KEY = ("tmp", "0")
WRITTEN_NOW = re.compile(r"20\d\d-\d\d-\d\d[T ]\d\d:\d\d:\d\d(\.\d+)?(Z|\+00:00)?")
OPERATION = re.compile(r"[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f-]{22}")
NOT_DONE_WORDS = re.compile(
    oracle.NOT_DONE_WORDS.pattern + "|without a journal nothing is changed"
)

DONE, PARTIAL, UNKNOWN = 0, 8, 7
TIDIED = "what it had left behind was removed"
TRUTH = {"it had been done": "new", "it had not been done": "old",
         "it had been done in part": "mixed"}


def masked(text):
    """What a reset writes differs from run to run by its time and its operation."""
    return OPERATION.sub("OP", WRITTEN_NOW.sub("TIME", text)) if text is not None else None


def key_of_file(name):
    return tuple(name[: -len(".json")].rsplit("_", 1))


def rows_of(store, state):
    """The rows of one of store.states(), as text by key."""
    if isinstance(store, pg_store.Table):
        return state
    if isinstance(store, oracle.Directory):
        return {key_of_file(name): text for name, text in state.items()}
    return {tuple(json.loads(key)[1:]): json.dumps(row) for key, row in state.items()}


def after_a_crash(store):
    """Without touching anything: the next to come is to find it as it was left."""
    if not isinstance(store, oracle.Database):
        return rows_of(store, store.states()[0])
    with tempfile.TemporaryDirectory(prefix="ckptop-change.") as folder:
        for suffix in ("", "-wal", "-journal"):
            if os.path.exists(store.path + suffix):
                shutil.copyfile(store.path + suffix, os.path.join(folder, "copy.db" + suffix))
        copy = oracle.Database(os.path.join(folder, "copy.db"))
        return rows_of(copy, copy.states()[-1])


def store_audit(store):
    """(op, key, old value, new value) of each row of the audit in the store."""
    if isinstance(store, pg_store.Table):
        return store.audit()
    if isinstance(store, oracle.Database):
        with contextlib.closing(sqlite3.connect(store.path)) as db:
            return [
                (op, (job, partition), old, new)
                for op, job, partition, old, new in db.execute(
                    'SELECT op, job, "partition", old_value, new_value FROM ckptop_audit'
                )
            ]
    with open(os.path.join(store.path, ".ckptop-audit.jsonl")) as file:
        rows = [json.loads(line) for line in file]
    return [
        (row["op"], (row["job"], row["partition"]), row["old"], row["new"])
        for row in rows
        if "op" in row
    ]


class Case:
    """A kind of store and a verb, with a folder of its own."""

    def __init__(self, kind, verb):
        self.name = "%s %s" % (verb, kind)
        self.kind, self.verb = kind, verb
        self.has_audit = kind.endswith("audit")
        self.is_atomic = not kind.startswith("dir")
        self.folder = os.path.realpath(tempfile.mkdtemp(prefix="ckptop-change."))
        self.template = os.path.join(self.folder, "template")
        self.place = os.path.join(self.folder, "run")

    def __enter__(self):
        self.make_template()
        return self

    def __exit__(self, *_):
        shutil.rmtree(self.folder)

    # --- running ---

    def env(self, place=None):
        return rig.environment(XDG_STATE_HOME=os.path.join(place or self.place, "state"))

    def args(self, store, words):
        return [rig.CKPTOP, "--no-config", *words, "-s", store.uri]

    def must(self, store, words, place):
        run = rig.run(self.args(store, words), env=self.env(place))
        if run.status != 0:
            sys.exit("FAILED: %s: %s without a fault: %s" % (self.name, words, run.err))
        return run

    def make_template(self):
        os.makedirs(os.path.join(self.template, "s"))
        store = {**KINDS, **POSTGRESQL}[self.kind][0](os.path.join(self.template, "s"))
        self.must(store, ["save", "tmp", "0", "5"], self.template)
        if self.has_audit:
            self.must(store, ["init"], self.template)
        self.words = {"reset": RESET, "reset-job": RESET_JOB, "delete": DELETE}.get(self.verb)
        if self.verb == "undo" and self.has_audit:
            self.reset_to_undo(store, self.template)
        self.known = {record["op"] for record in self.journal(self.template)}
        if self.kind in POSTGRESQL:
            pg_store.keep()

    def reset_to_undo(self, store, place):
        self.must(store, RESET, place)
        op = self.journal(place)[-1]["op"]
        self.words = ["undo", op, *SAID_WHY, "--yes"]

    def open(self):
        """A copy of the template."""
        if self.kind in POSTGRESQL:
            return pg_store.begin()
        path = os.path.join(self.place, "s")
        path = os.path.join(path, [name for name in os.listdir(path) if "-wal" not in name
                                   and "-shm" not in name][0])
        return oracle.Directory(path) if os.path.isdir(path) else oracle.Database(path)

    def start(self):
        """A store as it was before."""
        shutil.rmtree(self.place, ignore_errors=True)
        shutil.copytree(self.template, self.place)
        store = self.open()
        # A copy of what has no id of its own is another store, on which no operation of the
        # first one can be taken back.
        if self.verb == "undo" and not self.has_audit:
            self.reset_to_undo(store, self.place)
            self.known = {record["op"] for record in self.journal()}
            self.before = after_a_crash(store)
        self.others = store.others()
        return store

    def prepare(self):
        """The run without a fault: what there was, what it makes, which calls it makes."""
        store = self.start()
        self.before = after_a_crash(store)
        self.good, self.calls = rig.calls_of(self.args(store, self.words), env=self.env())
        if self.good.status != 0:
            sys.exit("FAILED: %s without a fault: %s" % (self.name, self.good.err))
        self.new = after_a_crash(store)
        self.changed = sorted(
            key for key in self.before if self.before[key] != self.new.get(key)
        )
        self.intent = [
            index for index, call in enumerate(self.calls)
            if call.name == "write" and "journal.jsonl>" in call.text
        ][0]

    # --- what is there ---

    def journal(self, place=None):
        path = os.path.join(place or self.place, "state", "ckptop", "journal.jsonl")
        records = []
        if os.path.exists(path):
            with open(path, "rb") as file:
                for line in file:
                    with contextlib.suppress(ValueError):
                        records.append(json.loads(line))
        return records

    def kind_of_row(self, key, text):
        if text == self.before[key]:
            return "old"
        wanted = self.new.get(key)
        same = masked(text) == masked(wanted) if "reset" in self.verb else text == wanted
        return "new" if same else "third: %r" % text

    def look(self, rows):
        """What the rows of the wish are: "old", "new", "mixed"; and what is wrong."""
        wrong = []
        for key in sorted(set(rows) | set(self.before)):
            if key == NEXT_KEY or key in self.changed:
                continue
            if rows.get(key) != self.before.get(key):
                wrong.append("%s/%s was none of its business: %r" % (*key, rows.get(key)))
        self.rows = {key: self.kind_of_row(key, rows.get(key)) for key in self.changed}
        kinds = set(self.rows.values())
        for kind in kinds - {"old", "new"}:
            wrong.append("neither old nor new, but a " + kind)
        if len(kinds) > 1 and self.is_atomic:
            wrong.append("a part was written: %s" % self.rows)
        return ("mixed" if len(kinds) > 1 else kinds.pop()), wrong

    def operation(self):
        """The records of the operation, if it came to be in the journal."""
        records = [
            record for record in self.journal()
            if record["op"] not in self.known and record["rows"][0]["job"] != NEXT_KEY[0]
        ]
        if len({record["op"] for record in records}) > 1:
            sys.exit("FAILED: %s: more than one operation: %s" % (self.name, records))
        return records

    # --- the judge ---

    def judge(self, run, store):
        """What is wrong; [] when nothing is."""
        try:
            state, wrong = self.look(after_a_crash(store))
            wrong += self.judge_words(run, state)
            records = self.operation()
            if state != "old" and [record["phase"] for record in records[:1]] != ["intent"]:
                wrong.append("it was changed without an intent in the journal")
            wrong += self.judge_next(store, state, records)
        except (oracle.Unreadable, sqlite3.Error, OSError) as error:
            return ["it cannot be read any more: %s" % error]
        return wrong

    def judge_words(self, run, state):
        wrong = []
        if run.signal is not None and not run.killed:
            wrong.append("it was ended by signal %d" % run.signal)
        if oracle.SANITIZERS.search(run.err):
            wrong.append("a sanitizer complains: " + run.err[:2000])
        said_done = run.out.count("done, read back")
        is_new = list(self.rows.values()).count("new")
        if said_done > is_new:
            wrong.append("it says done, and it is %s: %s" % (state, run.out[-300:]))
        if run.killed:
            return wrong
        if run.status == DONE and state != "new":
            wrong.append("exit status 0, and it is " + state)
        # Where only the telling failed the thing itself is done.
        if run.status not in (DONE, UNKNOWN, PARTIAL) and state != "old" and (
            "standard output" not in run.err
        ):
            wrong.append("%s, and it is %s: %s" % (run.ending(), state, run.err))
        # Of one of several it may be said.
        of_all = re.sub(r"\d+ of \d+ written; the first that was not: .*", "", run.err)
        if "nothing was written" in of_all and state != "old":
            wrong.append("nothing was written, it says, and it is " + state)
        if run.status != DONE:
            wrong += self.judge_error(run)
        return wrong

    def judge_error(self, run):
        text = run.err.splitlines()[-1] if run.err.strip() else ""
        wrong = []
        if run.status not in oracle.NOT_DONE + (UNKNOWN,):
            wrong.append("%s is none of ours: %r" % (run.ending(), run.err))
        if not text.startswith("ckptop: "):
            wrong.append("the error is no line of ckptop: %r" % run.err)
        if not re.search(r"the-store|journal|standard output|orders", text):
            wrong.append("the error does not say where: %r" % text)
        if run.status != UNKNOWN and not NOT_DONE_WORDS.search(text):
            wrong.append("the error does not say what was not done: %r" % text)
        if not oracle.NEXT_STEP.search(text):
            wrong.append("the error does not say what to do next: %r" % text)
        return wrong

    def judge_next(self, store, state, records):
        """The next one finds out what became of it, tells the truth, and tidies up."""
        after = rig.run(self.args(store, NEXT), env=self.env())
        if after.status != 0:
            return ["the next reset: %s %s" % (after.ending(), after.err)]
        state_now, wrong = self.look(rows_of(store, store.states()[-1]))
        if state_now != state:
            wrong.append("it was %s and became %s with the next reset" % (state, state_now))
        left = {name for name in store.others() - self.others if not store.needs(name)}
        if left:
            wrong.append("left behind: %s" % sorted(left))
        locked = store.locked()
        if locked:
            wrong.append(locked)
        if records:
            wrong += self.judge_records(store, after, records[0]["op"], state)
        return wrong + self.judge_proof(store)

    def judge_records(self, store, after, op, state):
        wrong = []
        last = self.operation()[-1]
        phase = last["phase"]
        if last.get("note") == TIDIED:
            last = self.operation()[-2]
        truth = {"done": "new", "failed": "old"}.get(last["phase"]) or TRUTH.get(last.get("note"))
        if last["phase"] not in ("done", "failed", "resolved"):
            wrong.append("it stays open as %s: %s" % (phase, after.err))
        # Of several files some may be done: then the rows tell.
        elif truth != state and not (truth == "old" and state == "mixed"):
            wrong.append("it is %s, and the journal says %s, %s" %
                         (state, phase, last.get("note")))
        results = {(row["job"], row["partition"]): row.get("result") for row in last["rows"]}
        for key, kind in self.rows.items():
            if (results.get(key) == "done") != (kind == "new"):
                wrong.append("%s/%s is %s, and the journal says %s" %
                             (*key, kind, results.get(key)))
        if phase == "resolved" and op not in after.err:
            wrong.append("it was resolved without a word: %r" % after.err)
        if self.has_audit:
            told = collections.Counter(key for of, key, _, _ in store_audit(store) if of == op)
            done = collections.Counter(key for key, kind in self.rows.items() if kind == "new")
            if told != done:
                wrong.append("done are %s, and the audit of the store tells of %s" %
                             (dict(done), dict(told)))
        return wrong + self.judge_told(store, op, state)

    def judge_told(self, store, op, state):
        """The same to those who ask: each row for itself."""
        run = rig.run(self.args(store, ["audit", "--json"]), env=self.env())
        told = [row for row in json.loads(run.out)["operations"] if row["op"] == op]
        if len(told) != len(self.rows):
            return ["audit --json says %s of what is %s" % (told, state)]
        for row in told:
            kind = self.rows[(row["job"], row["partition"])]
            if (row["phase"] == "done") != (kind == "new") or (
                self.has_audit and row["in_store"] != (kind == "new")
            ):
                return ["audit --json says %s of what is %s" % (row, kind)]
        return []

    def judge_proof(self, store):
        run = rig.run(self.args(store, ["audit", "verify"]), env=self.env())
        return [] if run.status == 0 else ["audit verify: %s %s" % (run.out, run.err)]
