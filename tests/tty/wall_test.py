#!/usr/bin/env -S python3 -B
# SPDX-License-Identifier: MIT
"""The wallboard writes nothing: under strace no open for writing succeeds under the path
of a store, whatever is pressed, and all stores are shown. Keys scroll and quit, or do
nothing at all."""
import json
import os
import re
import shutil
import signal
import sqlite3
import subprocess
import sys
import tempfile

import terminal
from terminal import Terminal, check, environment, main

CKPTOP = terminal.CKPTOP
STRACE = shutil.which("strace")
# The leak detector stops threads as strace does.
WITHOUT_LEAKS = "detect_leaks=0:" + os.environ.get("ASAN_OPTIONS", "")

# What could change a file system.
CALLS = (
    "open,openat,openat2,creat,truncate,ftruncate,rename,renameat,renameat2,unlink,unlinkat,"
    "link,linkat,symlink,symlinkat,mkdir,mkdirat,rmdir,mknod,mknodat,chmod,fchmod,fchmodat,"
    "chown,fchown,fchownat,lchown,utimensat,setxattr,lsetxattr,fsetxattr,fallocate"
)
FOR_WRITING = re.compile(r"O_WRONLY|O_RDWR|O_CREAT|O_TRUNC|O_APPEND|O_TMPFILE")


def may_trace():
    if STRACE is None:
        return False
    probe = subprocess.run([STRACE, "-qq", "-o", os.devnull, "true"], capture_output=True)
    return probe.returncode == 0


def has_landlock():
    """As the program says itself; the unit test of the sandbox tries it."""
    told = json.loads(
        subprocess.run(
            [CKPTOP, "info", "--json", "--no-config"], capture_output=True, check=True
        ).stdout
    )
    return told["landlock"] > 0


class Traced(Terminal):
    """The program under strace; .log has its calls."""

    def __init__(self, args, log, *options):
        env = environment(ASAN_OPTIONS=WITHOUT_LEAKS)
        terminal.CKPTOP = STRACE
        try:
            super().__init__(["-f", "-qq", "-o", log, *options, "--", CKPTOP, *args], env=env)
        finally:
            terminal.CKPTOP = CKPTOP


def make_table(db, job):
    db.execute(
        "CREATE TABLE checkpoints (job_id TEXT, partition_id TEXT, checkpoint_value TEXT,"
        " metadata TEXT, updated_at TEXT, PRIMARY KEY (job_id, partition_id))"
    )
    add_row(db, job)


def add_row(db, job):
    db.execute("INSERT INTO checkpoints VALUES (?, '0', '42', '{}', '2099-11-22T03:07:41+00:00')", (job,))
    db.commit()


class Stores:
    """One store of every kind that matters, each in a folder of its own under one."""

    def __init__(self, folder):
        self.folder = folder
        self.uris = []
        self.names = ("rollback", "live", "quiet", "files")
        self.database("rollback", "DELETE").close()
        # A writer has it open: -wal and -shm are there.
        self.live = self.database("live", "WAL")
        # Nobody has: there is neither.
        self.database("quiet", "WAL").close()
        path = self.place("files")
        with open(path + "/files-job_0.json", "w", encoding="ascii") as file:
            file.write('{"value": 42, "metadata": {}, "timestamp": "2099-11-22T03:07:41+00:00"}')
        self.uris.append("dir:" + path)

    def place(self, name):
        path = os.path.join(self.folder, name)
        os.mkdir(path)
        return path

    def database(self, name, mode):
        path = self.place(name) + "/store.db"
        db = sqlite3.connect(path)
        db.execute("PRAGMA journal_mode = " + mode)
        make_table(db, name + "-job")
        self.uris.append("sqlite:" + path)
        return db

    def args(self):
        return [word for uri in self.uris for word in ("-s", uri)]

    def close(self):
        self.live.close()

    def picture(self):
        """Every name with what is in it. Readers of a live database leave their marks in
        its -shm, which is memory that they share."""
        result = {}
        for place, _, names in os.walk(self.folder):
            for name in names:
                path = os.path.join(place, name)
                with open(path, "rb") as file:
                    result[path] = "shared" if path.endswith("-shm") else file.read()
        return result


def calls(log):
    """The lines of the log; what other threads interrupted is put together."""
    begun = {}
    with open(log, encoding="utf-8", errors="replace") as file:
        for line in file:
            pid, _, text = line.partition(" ")
            text = text.strip()
            if text.endswith("<unfinished ...>"):
                begun[pid] = text[: -len("<unfinished ...>")]
            elif text.startswith("<... "):
                yield begun.pop(pid) + text.partition(" resumed>")[2] + "\n"
            else:
                yield text + "\n"
    yield from (text + " and was never done\n" for text in begun.values())


def changes(log, folder):
    """The lines of the log that changed something below the folder, or could have."""
    result = []
    for line in calls(log):
        if folder not in line or re.search(r"= -1 E[A-Z]+ ", line):
            continue
        if re.search(r"\bopen(at2?)?\(", line) and not FOR_WRITING.search(line):
            continue
        result.append(line)
    return result


EVERY_KEY = (
    [bytes([code]) for code in range(1, 256)]
    + [b"\x1b[" + c for c in (b"A", b"B", b"C", b"D", b"F", b"H", b"Z")]
    + [b"\x1bO" + c for c in (b"A", b"B", b"C", b"D", b"F", b"H", b"P", b"Q", b"R", b"S")]
    + [b"\x1b[%d~" % n for n in range(1, 35)]
    + [b"\x1b[200~qQR\x03\x1b[201~"]
)
QUIT = (b"q", b"Q", b"\x03", b"\x1c")




def press_everything(wall, but=()):
    for key in EVERY_KEY:
        if key not in but:
            for _ in range(3):
                wall.send(key)


def expect_all(wall, stores):
    for name in stores.names:
        wall.expect(r"WARN .* %s-job .* in the FUTURE" % name)


def in_a_folder(test):
    with tempfile.TemporaryDirectory(prefix="ckptop-wall-") as folder:
        folder = os.path.realpath(folder)
        os.mkdir(folder + "/stores")
        stores = Stores(folder + "/stores")
        try:
            test(stores, folder + "/log")
        finally:
            stores.close()


def expect_no_change(stores, before, log):
    after = stores.picture()
    check(set(before) == set(after), "files: %s" % sorted(set(before) ^ set(after)))
    for path in before:
        # Another program wrote to that one meanwhile.
        if "/live/" not in path:
            check(before[path] == after[path], path + " was changed")
    found = changes(log, stores.folder)
    check(not found, "these calls could write:\n" + "".join(found))
    with open(log, encoding="utf-8", errors="replace") as file:
        check(stores.folder in file.read(), "the log has no store in it")


def a_wall_writes_nothing(stores, log):
    before = stores.picture()
    with Traced(["wall", *stores.args()], log, "-e", "trace=" + CALLS) as wall:
        expect_all(wall, stores)
        wall.expect(r"READ-ONLY wallboard")
        press_everything(wall, QUIT)
        # It reads on, and from under a writer.
        add_row(stores.live, "later-job")
        wall.expect(r"WARN .* later-job .* in the FUTURE")
        expect_all(wall, stores)
        wall.send(b"q")
        check(wall.finish() == 0, "it did not end by q")
        wall.assert_clean()
    expect_no_change(stores, before, log)


def a_dashboard_that_may_only_read_writes_nothing(stores, log):
    before = stores.picture()
    args = ["--read-only", *stores.args()]
    with Traced(args, log, "-e", "trace=" + CALLS) as dashboard:
        for name in stores.names:
            dashboard.expect(r"WARN .* %s-job" % name)
        check("not sandboxed" not in dashboard.screen.text(), dashboard.screen.text())
        # But ^Z, which stops it, and what quits.
        press_everything(dashboard, QUIT + (b"\x1a",))
        dashboard.send(b"\x1b[201~\x03")
        dashboard.send(b"Q")
        check(dashboard.finish() == 0, "it did not end by Q")
    expect_no_change(stores, before, log)


def a_list_that_may_only_read_writes_nothing(stores, log):
    before = stores.picture()
    listed = subprocess.run(
        [STRACE, "-f", "-qq", "-o", log, "-e", "trace=" + CALLS, "--", CKPTOP]
        + ["list", "--read-only", "--plain", *stores.args()],
        env=environment(ASAN_OPTIONS=WITHOUT_LEAKS),
        capture_output=True,
        text=True,
    )
    check(listed.returncode == 0, listed.stderr)
    for name in stores.names:
        check(name + "-job" in listed.stdout, listed.stdout)
    expect_no_change(stores, before, log)


def listed(*args):
    return subprocess.run(
        [CKPTOP, "list", "--read-only", "--plain", *args],
        env=environment(),
        capture_output=True,
        text=True,
    )


def what_cannot_be_read_without_writing_is_said(stores, _log):
    """The log of a writer that died without the index of it, and the other way round."""
    for name, kept in (("no-index", "-wal"), ("no-log", "-shm")):
        path = stores.place(name) + "/store.db"
        for ending in ("", kept):
            shutil.copy(stores.folder + "/live/store.db" + ending, path + ending)
        result = listed("-s", "sqlite:" + path)
        check(result.returncode == 5, "%s: status %d" % (name, result.returncode))
        check(
            "would make one that a process that only reads cannot make" in result.stderr,
            result.stderr,
        )
        check(len(os.listdir(stores.folder + "/" + name)) == 2, "it made files")


def a_large_sort_needs_no_file(stores, log):
    db = sqlite3.connect(stores.folder + "/rollback/store.db")
    db.execute("CREATE TABLE source (v)")
    db.executemany("INSERT INTO source VALUES (?)", (("%06d" % i * 8,) for i in range(200000)))
    db.commit()
    db.close()
    with open(log, "w", encoding="ascii") as config:
        config.write(
            "[store s]\nuri = sqlite:%s/rollback/store.db\ntimeout = 5m\n" % stores.folder
            + "head_sql = SELECT count(*) FROM"
            " (SELECT DISTINCT v || 'x' FROM source ORDER BY v || 'y' DESC)\n"
        )
    result = listed("--config", log)
    check(result.returncode == 0 and "\t199958\t" in result.stdout, result.stdout + result.stderr)


def where_there_is_no_landlock_it_says_so(stores, log):
    options = ("-e", "trace=landlock_create_ruleset")
    options += ("-e", "inject=landlock_create_ruleset:error=ENOSYS")
    with Traced(["wall", *stores.args()], log, *options) as wall:
        wall.expect(r"READ-ONLY, not sandboxed wallboard")
        expect_all(wall, stores)
        wall.send(b"q")
        check(wall.finish() == 0, "it did not end by q")
    with Traced(["--read-only", *stores.args()], log, *options) as dashboard:
        dashboard.expect(r"READ-ONLY, not sandboxed")
        dashboard.send(b"q")
        dashboard.finish()


def without_keys_only_a_signal_ends_it(stores, _log):
    with Terminal(["wall", "--no-keys", *stores.args()]) as wall:
        expect_all(wall, stores)
        press_everything(wall)
        add_row(stores.live, "later-job")
        wall.expect(r"WARN .* later-job .* in the FUTURE")
        os.kill(wall.pid, signal.SIGTERM)
        check(wall.finish() == -signal.SIGTERM, "it did not end by the signal")
        wall.assert_clean()


def of_all_keys_only_those_that_quit_end_it(stores, _log):
    for key in QUIT:
        with Terminal(["wall", *stores.args()], size=(80, 24)) as wall:
            expect_all(wall, stores)
            wall.send(b"DRxzu:job\r")
            wall.send(key)
            check(wall.finish() == 0, "%r did not end it" % key)
            wall.assert_clean()


def run(*tests):
    main(*(named(test) for test in tests))


def named(test):
    def wrapped(_uri):
        in_a_folder(test)

    wrapped.__name__ = test.__name__
    return wrapped


if not may_trace():
    print("SKIPPED: strace is missing or may not trace here")
    sys.exit(77)
if not has_landlock():
    print("SKIPPED: this kernel has no Landlock")
    sys.exit(77)
run(
    a_wall_writes_nothing,
    a_dashboard_that_may_only_read_writes_nothing,
    a_list_that_may_only_read_writes_nothing,
    what_cannot_be_read_without_writing_is_said,
    a_large_sort_needs_no_file,
    where_there_is_no_landlock_it_says_so,
    without_keys_only_a_signal_ends_it,
    of_all_keys_only_those_that_quit_end_it,
)
