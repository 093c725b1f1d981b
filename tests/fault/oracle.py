# SPDX-License-Identifier: MIT
"""The judge of every fault: a clear error, and nothing lost.

What a store holds is read here without ckptop, by two independent ways for a database:
as a program that comes now would read it, and as one would after a crash of everybody.
judge() then compares what was said with what is there:

- done means the new state; an error means the old one, byte for byte; only "unknown"
  (exit status 7) may be either; a third state is always wrong
- an error names what failed, where, what was not done and what to do next, in one line
- nothing is left over: temporary files, journals, locks, processes, escapes, a changed
  terminal; sanitizers have nothing to say

For shells:
    oracle.py snapshot STORE >BEFORE            STORE is dir:PATH or sqlite:PATH
    oracle.py judge STORE BEFORE NEW STATUS OUT ERR
                                                prints what is wrong; exit status 1 then
"""
import datetime
import fcntl
import json
import os
import re
import shutil
import sqlite3
import sys
import tempfile

DONE, UNKNOWN = 0, 7
# Exit statuses that say that nothing was changed.
NOT_DONE = (1, 2, 3, 4, 5, 6, 8)

TEMPORARY = re.compile(r"^\.ckptop-[a-z2-7]{12}\.tmp$")
BESIDE_DATABASE = ("-journal", "-wal", "-shm")
STAMP = re.compile(r'("timestamp": ")([^"]*)(")')


class Unreadable(Exception):
    """A store that not even a program of its own kind can read."""


# --- what a store holds ---


class Directory:
    def __init__(self, path):
        self.path = path
        self.uri = "dir:" + path

    def states(self):
        """Every view of what is there: one, because files have no journal."""
        names = [name for name in os.listdir(self.path) if name.endswith(".json")]
        state = {}
        for name in sorted(names):
            with open(os.path.join(self.path, name), "rb") as file:
                state[name] = file.read().decode("utf-8", "surrogateescape")
            try:
                json.loads(state[name])
            except ValueError as error:
                raise Unreadable("%s is no complete document: %s" % (name, error))
        return [state]

    def others(self):
        """Names that are no checkpoints."""
        return {name for name in os.listdir(self.path) if not name.endswith(".json")}

    def is_of_a_crash(self, name):
        return TEMPORARY.match(name) is not None

    def needs(self, name):
        return False

    def locked(self):
        fd = os.open(self.path, os.O_RDONLY | os.O_DIRECTORY)
        try:
            fcntl.flock(fd, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError:
            return "the directory is still locked"
        finally:
            os.close(fd)
        return None

    @staticmethod
    def stamps(state):
        return [match[1] for text in state.values() for match in STAMP.findall(text)]

    @staticmethod
    def without_stamps(state):
        return {name: STAMP.sub(r"\1\3", text) for name, text in state.items()}


class Database:
    def __init__(self, path, table="checkpoints", stamp="updated_at"):
        self.path = path
        self.table, self.stamp = table, stamp
        self.uri = "sqlite:" + path

    def _rows(self, path):
        db = sqlite3.connect(path, timeout=0)
        db.row_factory = sqlite3.Row
        try:
            health = db.execute("PRAGMA integrity_check").fetchone()[0]
            if health != "ok":
                raise Unreadable("integrity_check says: %s" % health)
            rows = db.execute("SELECT * FROM %s ORDER BY 1, 2" % self.table)
            return {
                json.dumps([index] + [str(row[key]) for key in row.keys()[:2]]): {
                    key: repr(row[key]) for key in row.keys()
                }
                for index, row in enumerate(rows)
            }
        except sqlite3.Error as error:
            raise Unreadable("SQLite cannot read it: %s" % error)
        finally:
            db.close()

    def states(self):
        """As after a crash of everybody, where -shm is worth nothing; then as it is now.
        Nobody may hold a connection in this process: closing a file drops its locks."""
        with tempfile.TemporaryDirectory() as folder:
            copy = os.path.join(folder, "copy.db")
            for suffix in ("", "-wal", "-journal"):
                if os.path.exists(self.path + suffix):
                    shutil.copyfile(self.path + suffix, copy + suffix)
            return [self._rows(copy), self._rows(self.path)]

    def others(self):
        folder, name = os.path.split(self.path)
        return {other for other in os.listdir(folder or ".") if other != name}

    def is_of_a_crash(self, name):
        base = os.path.basename(self.path)
        return name in [base + suffix for suffix in BESIDE_DATABASE]

    def needs(self, name):
        """A log or a journal with something in it is a part of the database, and -shm
        belongs to a log."""
        if not name.startswith(os.path.basename(self.path)):
            return False
        suffix = name[len(os.path.basename(self.path)) :]
        file = self.path + {"-shm": "-wal"}.get(suffix, suffix)
        return suffix in BESIDE_DATABASE and os.path.exists(file) and os.path.getsize(file) > 0

    def locked(self):
        db = sqlite3.connect(self.path, timeout=0, isolation_level=None)
        try:
            db.execute("BEGIN IMMEDIATE")
            db.execute("ROLLBACK")
            pinned = db.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchone()[0]
            return "its log is pinned" if pinned else None
        except sqlite3.Error as error:
            return "the database is still locked: %s" % error
        finally:
            db.close()

    def stamps(self, state):
        return [row[self.stamp].strip("'") for row in state.values()]

    def without_stamps(self, state):
        return {
            key: {name: text for name, text in row.items() if name != self.stamp}
            for key, row in state.items()
        }


def store_of(uri):
    kind, path = uri.split(":", 1)
    return Directory(path) if kind == "dir" else Database(path)


class Snapshot:
    """A store at a moment that is known to be good."""

    def __init__(self, store):
        self.state = store.states()[0]
        self.others = store.others()

    @staticmethod
    def load(path):
        with open(path, encoding="utf-8", errors="surrogateescape") as file:
            document = json.load(file)
        snapshot = Snapshot.__new__(Snapshot)
        snapshot.state = document["state"]
        snapshot.others = set(document["others"])
        return snapshot

    def dump(self):
        return json.dumps({"state": self.state, "others": sorted(self.others)})


# --- what is there against what was said ---


def _is_now(stamp, now):
    """True for a time of the last minutes; where it names no zone it is UTC here."""
    try:
        at = datetime.datetime.fromisoformat(stamp.replace("Z", "+00:00"))
    except ValueError:
        return False
    if at.tzinfo is None:
        at = at.replace(tzinfo=datetime.timezone.utc)
    return abs((at - now).total_seconds()) < 300


def which(store, state, before, new):
    """ "old", "new" or what else it is."""
    if state == before.state:
        return "old"
    if new is None:
        return "changed, though nothing was to be"
    if store.without_stamps(state) != store.without_stamps(new.state):
        return "a third state: %r" % (state,)
    now = datetime.datetime.now(datetime.timezone.utc)
    fresh = set(store.stamps(state)) - set(store.stamps(before.state))
    if not fresh or not all(_is_now(stamp, now) for stamp in fresh):
        return "the new value at a wrong time: %s" % sorted(fresh)
    return "new"


def judge_state(run, store, before, new):
    found = []
    try:
        states = store.states()
    except Unreadable as error:
        return ["it cannot be read any more: %s" % error]
    kinds = [which(store, state, before, new) for state in states]
    for kind in kinds:
        if kind not in ("old", "new"):
            found.append(kind)
    if len(set(kinds)) > 1:
        if not run.killed and run.status != UNKNOWN:
            found.append("it is %s now and would be %s after a crash" % tuple(kinds[::-1]))
        return found
    # Where only the telling failed the thing itself is done.
    told = "standard output" not in run.err
    if run.status == DONE or "saved" in run.out:
        wanted = "old" if new is None else "new"
    elif run.killed or run.status == UNKNOWN:
        return found
    else:
        wanted = "old" if told else "new"
    if kinds[0] in ("old", "new") and kinds[0] != wanted:
        found.append(
            "the state is %s, but it ended with %s: %s"
            % (kinds[0], run.ending(), (run.out + run.err).strip())
        )
    return found


# --- the words ---

NOT_DONE_WORDS = re.compile(
    r"[Nn]othing was (written|changed|saved|read|done|made|started)|was not (written|saved|read)"
    r"|(could not|cannot) (be )?(read|listed|open|opened|reached|looked at|look at)|not (known|complete)"
    r"|what was read was thrown away|cannot tell|may bring the (old|new) one|is there but damaged"
)
# The next step is a sentence of its own that begins with what to do.
NEXT_STEP = re.compile(
    r"[;:(] (then )?(try|check|look|see|make|free|let|run|do|read|load|move|wait|ask|mount|unset"
    r"|write|open|start|stop|give|name|take|use|raise|set|it should end|do not) |, (try again|look )"
    r"|[.] Stop the job first[.]"
)


def judge_words(run, store):
    """An error is one line that says what, where, what was not done and what to do."""
    found = []
    lines = run.err.splitlines()
    if run.status == DONE or run.killed:
        return found
    if run.status == 127 and "error while loading shared libraries" in run.err:
        return found
    if run.status not in NOT_DONE + (UNKNOWN,):
        return ["exit status %s is none of ours" % run.status]
    if not lines:
        return ["exit status %d without a word" % run.status]
    text = lines[-1]
    if len(lines) != 1 or not text.startswith("ckptop: "):
        found.append("the error is not one line of ckptop: %r" % run.err)
    places = [os.path.basename(store.path).split(".")[0], "standard output", "/etc/ckptop"]
    if not any(place in text for place in places):
        found.append("the error does not say where: %r" % text)
    if not NOT_DONE_WORDS.search(text):
        found.append("the error does not say what was not done: %r" % text)
    if not NEXT_STEP.search(text):
        found.append("the error does not say what to do next: %r" % text)
    return found


SANITIZERS = re.compile(r"(Address|Leak|Thread|UndefinedBehavior|Memory)Sanitizer|runtime error:")


def judge_manners(run, store, before):
    found = []
    if SANITIZERS.search(run.err):
        found.append("a sanitizer complains: %s" % run.err[:2000])
    if run.signal is not None and not run.killed:
        found.append("it was ended by signal %d" % run.signal)
    for name in sorted(store.others() - before.others):
        if not (run.killed and store.is_of_a_crash(name)) and not store.needs(name):
            found.append("it left %s behind" % name)
    for name in sorted(before.others - store.others()):
        found.append("%s has gone" % name)
    if run.children:
        found.append("it left processes behind: %s" % run.children)
    if not run.on_terminal and "\x1b" in run.out + run.err:
        found.append("it wrote escapes into a pipe")
    found += run.terminal_trouble
    return found


class Run:
    """How a run of ckptop ended, and what it said."""

    def __init__(self, status, out, err, killed=False, children=(), terminal_trouble=()):
        self.signal = -status if status < 0 else None
        self.status = status
        self.out, self.err = out, err
        self.killed = killed  # by the test
        self.children = list(children)
        self.on_terminal = False
        self.terminal_trouble = list(terminal_trouble)

    def ending(self):
        return "signal %d" % self.signal if self.signal else "exit status %d" % self.status


def judge_reading(run, good):
    """What cannot be read is not empty: where all is said to be well all is there."""
    if run.killed or run.status != 0:
        return []
    if "no jobs" in run.out.lower() and "no jobs" not in good.out.lower():
        return ["nothing was read, and it says that there are no jobs"]
    if not run.out.strip():
        return ["nothing was read, and it says nothing"]
    if len(run.out.splitlines()) < len(good.out.splitlines()):
        return ["rows are missing without a word: %r" % run.out]
    return []


def is_of_a_log(words):
    """What was found is a file that WAL mode needs, and that an owner who reads may make."""
    return words.endswith(("-wal behind", "-shm behind"))


def judge(run, store, before, new):
    """What is wrong, in words; [] when nothing is. new is None where nothing was to be
    changed, else a snapshot of the store after the same run without a fault."""
    found = judge_manners(run, store, before)
    found += judge_state(run, store, before, new)
    found += judge_words(run, store)
    locked = store.locked()
    if locked:
        found.append(locked)
    return found


# --- for shells ---


def main(args):
    if len(args) == 2 and args[0] == "snapshot":
        print(Snapshot(store_of(args[1])).dump())
        return 0
    if len(args) == 7 and args[0] == "judge":
        texts = []
        for path in args[5:]:
            with open(path, encoding="utf-8", errors="surrogateescape") as file:
                texts.append(file.read())
        # A shell says 128 + N of signal N.
        status = int(args[4])
        status = 128 - status if status > 128 else status
        new = None if args[3] == "-" else Snapshot.load(args[3])
        run = Run(status, *texts, killed=status == -9)
        found = judge(run, store_of(args[1]), Snapshot.load(args[2]), new)
        for words in found:
            print(words)
        return 1 if found else 0
    print(__doc__, file=sys.stderr)
    return 2


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
