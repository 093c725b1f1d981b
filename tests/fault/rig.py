# SPDX-License-Identifier: MIT
"""Runs ckptop with something going wrong, for the oracle to judge.

A fault is one system call that fails or one moment at which the program dies, by
`strace -e inject`. (`retval=` is not used: strace then does not make the call at all, and
what seems lost never was.)
"""
import collections
import ctypes
import os
import pty
import re
import select
import shutil
import signal
import subprocess
import sys
import tempfile
import termios
import time

sys.dont_write_bytecode = True

import oracle

WATCHDOG = 60  # seconds; far more than a healthy run takes
CKPTOP = os.path.abspath(os.environ.get("CKPTOP", "./ckptop"))
LONG = os.environ.get("CKPTOP_LONG") == "1"
SANITIZED = "ASAN_OPTIONS" in os.environ or "TSAN_OPTIONS" in os.environ
PR_SET_CHILD_SUBREAPER = 36


def skip(why):
    print("SKIPPED: " + why)
    sys.exit(77)


def need(*programs):
    for program in programs:
        if shutil.which(program, path=os.environ.get("PATH", "") + ":/usr/sbin:/sbin") is None:
            skip(program + " is not installed")


def need_strace():
    """It may be there and not be allowed to trace, as in some containers."""
    need("strace")
    if subprocess.run(["strace", "-qq", "-o", os.devnull, "true"], capture_output=True).returncode:
        skip("strace may not trace here")


def environment(**changes):
    result = {
        "PATH": os.environ.get("PATH", "/usr/bin:/bin") + ":/usr/sbin:/sbin",
        "HOME": "/proc/no-home",
        "LC_ALL": "C.UTF-8",
        "TZ": "UTC",
        # The leak detector stops other threads as strace does: both is one too many.
        "ASAN_OPTIONS": "detect_leaks=0:" + os.environ.get("ASAN_OPTIONS", ""),
    }
    for name in ("UBSAN_OPTIONS", "TSAN_OPTIONS", "LD_LIBRARY_PATH"):
        if name in os.environ:
            result[name] = os.environ[name]
    result.update(changes)
    return result


# --- what a run leaves ---


def adopt_orphans():
    """What a child leaves behind becomes a child of ours, and is seen."""
    ctypes.CDLL(None, use_errno=True).prctl(PR_SET_CHILD_SUBREAPER, 1, 0, 0, 0)


def _children():
    with open("/proc/self/task/%d/children" % os.getpid()) as file:
        return [int(pid) for pid in file.read().split()]


def _end_orphans(before):
    """Ends and names what is there now and was not."""
    found = []
    for pid in set(_children()) - set(before):
        try:
            with open("/proc/%d/stat" % pid) as file:
                name, state = re.match(r"\d+ \((.*)\) (\S)", file.read()).groups()
        except (OSError, AttributeError):
            continue
        if state != "Z":
            found.append("%d (%s)" % (pid, name))
            os.kill(pid, signal.SIGKILL)
        os.waitpid(pid, 0)
    return found


def run(args, killed=False, env=None, cwd=None):
    """One run in pipes."""
    adopt_orphans()
    before = _children()
    process = subprocess.Popen(
        args,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        env=env or environment(),
        cwd=cwd,
    )
    try:
        out, err = process.communicate(timeout=WATCHDOG)
    except subprocess.TimeoutExpired:
        process.kill()
        out, err = process.communicate()
        err += b"\nit did not end within %d s" % WATCHDOG
    return oracle.Run(
        process.returncode,
        out.decode("utf-8", "surrogateescape"),
        err.decode("utf-8", "surrogateescape"),
        killed=killed,
        children=_end_orphans(before),
    )


# --- on a terminal ---

MODES = re.compile(rb"\x1b\[\?([0-9;]+)([hl])")
# Modes that a program turns on and must turn off: alternate screens, mice, pastes, focus.
SWITCHED_ON = {b"47", b"1047", b"1049", b"1000", b"1002", b"1003", b"1004", b"1006", b"2004"}
CURSOR = b"25"


def terminal_trouble(before, after, output):
    """What is not as it was: settings of the line, and modes that were never left."""
    found = []
    if before != after:
        found.append("the settings of the terminal are not as before")
    modes = {}
    for names, switch in MODES.findall(output):
        for name in names.split(b";"):
            modes[name] = switch == b"h"
    for name in sorted(modes):
        if name in SWITCHED_ON and modes[name]:
            found.append("mode %s of the terminal is still on" % name.decode())
    if modes.get(CURSOR) is False:
        found.append("the cursor is still hidden")
    return found


def run_on_terminal(args, env=None):
    """One run with a terminal as standard input, output and error; nobody types."""
    adopt_orphans()
    children = _children()
    master, slave = pty.openpty()
    before = termios.tcgetattr(slave)
    process = subprocess.Popen(
        args, stdin=slave, stdout=slave, stderr=slave, env=env or environment(),
        start_new_session=True,
    )
    output, until = b"", time.monotonic() + WATCHDOG
    while process.poll() is None or select.select([master], [], [], 0)[0]:
        if select.select([master], [], [], 0.05)[0]:
            output += os.read(master, 65536)
        if time.monotonic() > until:
            process.kill()
    after = termios.tcgetattr(slave)
    os.close(slave)
    os.close(master)
    result = oracle.Run(
        process.returncode,
        "",
        output.decode("utf-8", "surrogateescape"),
        children=_end_orphans(children),
        terminal_trouble=terminal_trouble(before, after, output),
    )
    result.on_terminal = True
    return result


# --- faults ---

Fault = collections.namedtuple("Fault", "call what nth")  # what: "EIO" or "KILL"


def _named(call):
    """Not every machine has every call."""
    return "?" + call


def strace(args, log, *options):
    return ["strace", "-f", "-qq", "-o", log, *options, "--", *args]


def inject(args, fault, **options):
    """Runs with one fault. Returns (run, whether it came to it); once=False where the
    call fails for ever from then on, which a `+` behind what says."""
    forever = "+" if fault.what.endswith("+") else ""
    what = fault.what.rstrip("+")
    action = "signal=KILL" if what == "KILL" else "error=" + what
    call = _named(fault.call)
    with tempfile.NamedTemporaryFile(prefix="ckptop-strace.") as log:
        result = run(
            strace(
                args,
                log.name,
                "-e",
                "trace=" + call,
                "-e",
                "inject=%s:%s:when=%d%s" % (call, action, fault.nth, forever),
            ),
            **options
        )
        text = log.read().decode("utf-8", "replace")
    result.killed = what == "KILL" and "+++ killed by SIGKILL +++" in text
    return result, result.killed or "(INJECTED)" in text


Call = collections.namedtuple("Call", "name nth text")


def calls_of(args, names=None, **options):
    """The system calls of a run without a fault, each with its number among its kind."""
    with tempfile.NamedTemporaryFile(prefix="ckptop-strace.") as log:
        which = ["-e", "trace=" + ",".join(_named(name) for name in names)] if names else []
        result = run(strace(args, log.name, "-y", *which), **options)
        lines = log.read().decode("utf-8", "replace").splitlines()
    counts, calls = collections.Counter(), []
    for line in lines:
        match = re.match(r"(\d+) +(\w+)\(", line)
        if match:
            # Faults are counted by thread, too.
            counts[match[0]] += 1
            calls.append(Call(match[2], counts[match[0]], line))
    return result, calls


def after_startup(calls, place):
    """For each kind of call how many were made before the store was first touched: there
    are only the loader and the locale."""
    skipped = collections.Counter()
    for call in calls:
        if place in call.text and call.name != "execve":
            break
        skipped[call.name] += 1
    return skipped


# --- stores ---

TABLE = """CREATE TABLE checkpoints (job_id TEXT, partition_id TEXT,
 checkpoint_value TEXT, metadata TEXT, updated_at TEXT,
 PRIMARY KEY (job_id, partition_id))"""
ROWS = [("orders", "0", "41"), ("orders", "1", "7"), ("ledger", "0", "2026-11-22")]


def save(uri):
    return ["save", "orders", "0", "42", "-s", uri]


def save_new(uri):
    return ["save", "orders", "9", "42", "-m", '{"host": "w9"}', "-s", uri]


def load(uri):
    return ["load", "orders", "0", "-s", uri]


def listing(uri):
    return ["list", "--plain", "-s", uri]


def show(uri):
    return ["show", "orders", "-s", uri]


def make_directory(folder):
    path = os.path.join(folder, "the-store")
    os.mkdir(path)
    for job, partition, value in ROWS:
        with open(os.path.join(path, "%s_%s.json" % (job, partition)), "w") as file:
            file.write(
                '{"value": "%s", "metadata": {"host": "w%s"},'
                ' "timestamp": "2026-11-21T03:07:41.250000"}' % (value, partition)
            )
    return oracle.Directory(path)


MAKE_DATABASE = """
import sqlite3, sys
db = sqlite3.connect(sys.argv[1])
db.execute("PRAGMA journal_mode = " + sys.argv[2])
db.execute(sys.argv[3])
for row in eval(sys.argv[4]):
    db.execute("INSERT INTO checkpoints VALUES (?, ?, ?, '{}', '2026-11-21 03:07:41.250000')", row)
db.commit()
db.close()
"""


def make_database(folder, journal_mode="DELETE"):
    path = os.path.join(folder, "the-store.db")
    subprocess.run(
        [sys.executable, "-c", MAKE_DATABASE, path, journal_mode, TABLE, repr(ROWS)], check=True
    )
    return oracle.Database(path)


def make_wal_database(folder):
    return make_database(folder, "WAL")


HOLD = """
import sqlite3, sys
db = sqlite3.connect(sys.argv[1], isolation_level=None)
if sys.argv[2] == "True":
    db.execute("BEGIN")
db.execute("SELECT count(*) FROM checkpoints").fetchall()
print("open", flush=True)
sys.stdin.read()
"""


class Pipeline:
    """Another program that has the database open, as a running pipeline does, or that is
    reading it."""

    def __init__(self, store, reading=False):
        self.process = subprocess.Popen(
            [sys.executable, "-c", HOLD, store.path, str(reading)],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
        )
        self.process.stdout.readline()

    def kill(self):
        self.process.kill()
        self.close()

    def close(self):
        self.process.stdin.close()
        self.process.stdout.close()
        self.process.wait()
