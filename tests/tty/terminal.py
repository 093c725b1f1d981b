# SPDX-License-Identifier: MIT
"""A terminal for tests: the other end of a pty, and a store to look at.

Nothing here waits for a time: it waits for what the program does, and only a watchdog
that is far too long for a healthy program ends a test that would wait for ever.
"""
import errno
import fcntl
import os
import pty
import re
import select
import signal
import sqlite3
import struct
import sys
import tempfile
import termios
import time

from screen import Screen

WATCHDOG = 60  # seconds

CKPTOP = os.path.abspath(os.environ.get("CKPTOP", "./ckptop"))


class Failure(Exception):
    pass


def check(condition, text):
    if not condition:
        raise Failure(text)


def make_store(folder, jobs=("orders-daily", "ledger-sync", "items")):
    """A SQLite store with the table that pipelines write; returns its URI."""
    path = os.path.join(folder, "store.db")
    with sqlite3.connect(path) as db:
        db.execute(
            "CREATE TABLE checkpoints (job_id TEXT, partition_id TEXT,"
            " checkpoint_value TEXT, metadata TEXT, updated_at TEXT,"
            " PRIMARY KEY (job_id, partition_id))"
        )
        for job in jobs:
            db.execute(
                "INSERT INTO checkpoints VALUES (?, '0', '42', '{}',"
                " '2026-11-22 03:07:41')",
                (job,),
            )
    db.close()
    return "sqlite:" + path


# A dialog tries the journal as soon as it opens: it is to be found empty, and not to stay.
_home = tempfile.TemporaryDirectory(prefix="ckptop-home-")


def environment(**changes):
    """What the program sees; None takes a variable away."""
    result = {
        "PATH": os.environ.get("PATH", "/usr/bin:/bin"),
        "HOME": _home.name,
        "TERM": "xterm-256color",
        "LANG": "C.UTF-8",
    }
    for name in ("ASAN_OPTIONS", "UBSAN_OPTIONS", "TSAN_OPTIONS", "LD_LIBRARY_PATH"):
        if name in os.environ:
            result[name] = os.environ[name]
    for name, value in changes.items():
        if value is None:
            result.pop(name, None)
        else:
            result[name] = value
    return result


def _run_as_job():
    """Goes on in a child that is a job of this process, as of a shell: what nobody waits for
    cannot be stopped. This process ends with it."""
    pid = os.fork()
    if pid == 0:
        os.setpgid(0, 0)
        signal.signal(signal.SIGTTOU, signal.SIG_IGN)
        os.tcsetpgrp(0, os.getpid())
        signal.signal(signal.SIGTTOU, signal.SIG_DFL)
        return
    while True:
        _, status = os.waitpid(pid, os.WUNTRACED)
        if os.WIFEXITED(status):
            os._exit(os.WEXITSTATUS(status))
        if os.WIFSIGNALED(status):
            os._exit(128 + os.WTERMSIG(status))


def _child(slave, args, env, ignored, job, controls):
    os.setsid()
    if controls:
        fcntl.ioctl(slave, termios.TIOCSCTTY, 0)
    for fd in range(3):
        os.dup2(slave, fd)
    # Python ignores SIGPIPE, and what started the tests (nohup) may ignore others.
    for number in (signal.SIGPIPE, signal.SIGHUP, signal.SIGINT, signal.SIGQUIT, signal.SIGTERM):
        signal.signal(number, signal.SIG_DFL)
    # A core file of a test that crashes is no use.
    import resource

    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    for number in ignored:
        signal.signal(number, signal.SIG_IGN)
    os.closerange(3, 256)
    if job:
        _run_as_job()
    os.execve(args[0], args, env)


def without_times(text):
    """A screen, but for the clock and what grows older."""
    times = r"\d\d:\d\d:\d\d|\b(\d+(\.\d+)?(ms|[smhdw]))+\b| [-|/\\]$"
    return re.sub(" +", " ", re.sub(times, "", text, flags=re.M))


class Terminal:
    """Runs the program on a new pty. Everything that it writes is in .output. As a job
    (which .stop() and .go_on() need) its process is .job(), a child of .pid. A terminal that
    does not control it sends it no signals."""

    program = None  # what is run instead of ckptop

    def __init__(self, args, env=None, size=(120, 36), ignored=(), job=False, controls=True):
        self.master, self.slave = pty.openpty()
        self.screen = Screen(*size)
        self.resize(*size, tell=False)
        self.modes = termios.tcgetattr(self.slave)
        self.output = b""
        self.status = None
        self.usage = None
        self.pid = os.fork()
        if self.pid == 0:
            command = [self.program or CKPTOP, *args]
            try:
                _child(self.slave, command, env or environment(), ignored, job, controls)
            finally:
                os._exit(127)

    def _children(self):
        with open("/proc/%d/task/%d/children" % (self.pid, self.pid), encoding="ascii") as file:
            return [int(child) for child in file.read().split()]

    def job(self):
        return self._children()[0]

    def stop(self, number=signal.SIGTSTP):
        """Stops the job, and waits until it is; reads what it writes before."""
        end = time.monotonic() + WATCHDOG
        os.kill(self.job(), number)
        while True:
            self.read_once(0.01)
            with open("/proc/%d/stat" % self.job(), "rb") as file:
                if file.read().rsplit(b") ", 1)[1][:1] == b"T":
                    return
            check(time.monotonic() < end, "it does not stop")

    def go_on(self):
        os.kill(self.job(), signal.SIGCONT)

    def resize(self, width, height, tell=True):
        size = struct.pack("HHHH", height, width, 0, 0)
        self.screen.resize(width, height)
        # The kernel tells the program when the size is another one.
        fcntl.ioctl(self.master if tell else self.slave, termios.TIOCSWINSZ, size)

    def send(self, data):
        os.write(self.master, data)

    def _read_some(self, end, wanted="its end"):
        """Reads what comes next; False: the program has ended and all is read."""
        while True:
            check(
                time.monotonic() < end,
                "waited in vain for %r on\n%s" % (wanted, self.screen.text()),
            )
            ready, _, _ = select.select([self.master], [], [], 0.02)
            if ready:
                try:
                    data = os.read(self.master, 65536)
                except OSError as error:
                    if error.errno != errno.EIO:
                        raise
                    data = b""
                if data:
                    self.output += data
                    self.screen.feed(data)
                    return True
                self._reap(0)
                return False
            if self._reap(os.WNOHANG):
                return False

    def read_once(self, seconds, most=65536):
        """Reads what comes within so long; False: nothing did."""
        if not select.select([self.master], [], [], max(0, seconds))[0]:
            return False
        data = os.read(self.master, most)
        self.output += data
        self.screen.feed(data)
        return True

    def _reap(self, flags):
        if self.status is None:
            pid, status, usage = os.wait4(self.pid, flags)
            if pid == 0:
                return False
            self.status, self.usage = status, usage
        return True

    def expect(self, pattern, absent=None):
        """Waits until the screen shows the pattern (and no longer the absent one)."""
        end = time.monotonic() + WATCHDOG
        while True:
            text = self.screen.text()
            if re.search(pattern, text) and not (absent and re.search(absent, text)):
                return text
            check(
                self._read_some(end, pattern),
                "it ended (status %s) before it showed %r:\n%s" % (self.status, pattern, text),
            )

    def expect_bytes(self, pattern, start=0):
        """Waits until the output from `start` on has the bytes; returns where they end."""
        end = time.monotonic() + WATCHDOG
        while True:
            found = re.compile(pattern, re.DOTALL).search(self.output, start)
            if found:
                return found.end()
            check(self._read_some(end, pattern), "it ended before it wrote %r" % pattern)

    def _bytes_read(self):
        """What the thread of the screen has read from all its descriptors."""
        with open("/proc/%d/task/%d/io" % (self.pid, self.pid), encoding="ascii") as file:
            return int(file.readline().split()[1])

    def _not_read(self):
        """Bytes of what was typed that the program has not read yet."""
        return int.from_bytes(fcntl.ioctl(self.slave, termios.FIONREAD, b"\0" * 4), "little")

    def type(self, keys, meanwhile=None):
        """Sends keys and waits until the program has read them; returns the seconds. What
        it answers is not read, but by meanwhile()."""
        before, start = self._bytes_read(), time.monotonic()
        self.send(keys)
        # They are there a moment after they were sent.
        while self._bytes_read() < before + len(keys) or self._not_read() > 0:
            check(time.monotonic() < start + WATCHDOG, "it does not read what is typed")
            if meanwhile:
                meanwhile()
            time.sleep(0.0005)
        return time.monotonic() - start

    def settle(self, read=True):
        """Reads until nothing more comes by itself: the thread of the screen
        sleeps. Without read it may also wait for the terminal to take something."""
        end = time.monotonic() + WATCHDOG
        while True:
            with open("/proc/%d/task/%d/stat" % (self.pid, self.pid), "rb") as file:
                asleep = file.read().rsplit(b") ", 1)[1][:1] == b"S"
            if not (read and self.read_once(0)) and asleep:
                return
            check(time.monotonic() < end, "it does not come to rest")
            if not asleep:
                time.sleep(0.0005)

    def press(self, *steps):
        """Keys and the pattern that they lead to, and so on; returns the last screen."""
        for keys, pattern in zip(steps[::2], steps[1::2]):
            self.send(keys)
            text = self.expect(pattern)
        return text

    def mark(self):
        return len(self.output)

    def ready(self):
        """Waits until the first screen with data is there."""
        return self.expect(r"read \d+s ago")

    def finish(self):
        """Waits for the end; returns the exit status, or minus the signal."""
        end = time.monotonic() + WATCHDOG
        while self._read_some(end):
            pass
        while not self._reap(os.WNOHANG):
            check(time.monotonic() < end, "it does not end")
            time.sleep(0.01)
        if os.WIFSIGNALED(self.status):
            return -os.WTERMSIG(self.status)
        return os.WEXITSTATUS(self.status)

    def hang_up(self):
        """The other end goes away, as when a connection is lost."""
        os.close(self.master)
        os.close(self.slave)
        self.master = self.slave = -1

    def wait_for_end(self):
        end = time.monotonic() + WATCHDOG
        while not self._reap(os.WNOHANG):
            check(time.monotonic() < end, "it does not end")
            time.sleep(0.01)

    def cpu_seconds(self):
        return self.usage.ru_utime + self.usage.ru_stime

    def assert_clean(self):
        """The terminal is as it was: modes, screen, cursor, paste brackets."""
        check(
            termios.tcgetattr(self.slave) == self.modes,
            "the modes of the terminal were not restored",
        )
        for on, off, what in (
            (b"\x1b[?1049h", b"\x1b[?1049l", "the alternate screen is on"),
            (b"\x1b[?25l", b"\x1b[?25h", "the cursor is hidden"),
            (b"\x1b[?2004h", b"\x1b[?2004l", "bracketed paste is on"),
        ):
            check(on in self.output, "%r was never written" % on)
            check(self.output.rfind(off) > self.output.rfind(on), what)
        for mode in (b"1000", b"1002", b"1003", b"1006", b"1004"):
            check(b"\x1b[?" + mode + b"h" not in self.output, "the mouse was taken")

    def close(self):
        if self._reap(os.WNOHANG) is False:
            for child in self._children():
                os.kill(child, signal.SIGKILL)
            os.kill(self.pid, signal.SIGKILL)
            self._reap(0)
        for fd in (self.master, self.slave):
            if fd >= 0:
                os.close(fd)

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.close()


def main(*tests):
    """Runs the tests, each with a folder of its own and a store in it."""
    failed = 0
    if not os.access(CKPTOP, os.X_OK):
        print("there is no %s (set CKPTOP)" % CKPTOP)
        sys.exit(99)
    for test in tests:
        with tempfile.TemporaryDirectory(prefix="ckptop-tty-") as folder:
            try:
                test(make_store(folder))
                print("ok - " + test.__name__)
            except Failure as failure:
                failed += 1
                print("not ok - %s: %s" % (test.__name__, failure))
    sys.exit(1 if failed else 0)
