# SPDX-License-Identifier: MIT
"""Programs in a pseudo terminal: when they have painted, and what they cost."""
import fcntl
import os
import pty
import select
import signal
import struct
import termios
import time

QUIET = 0.06  # a picture is complete when nothing follows for so long
LEAST = 400  # bytes of a picture; less is only the set-up of the terminal


class InPty:
    """A program on a terminal of some size. Use it in a with statement."""

    def __init__(self, args, rows=36, columns=120):
        self.args = args
        self.size = (rows, columns)

    def __enter__(self):
        self.started = time.monotonic()
        self.pid, self.fd = pty.fork()
        if self.pid == 0:
            fcntl.ioctl(0, termios.TIOCSWINSZ, struct.pack("HHHH", *self.size, 0, 0))
            os.environ.update(TERM="xterm-256color", LANG="C.UTF-8")
            try:
                os.execvp(self.args[0], self.args)
            finally:
                os._exit(127)
        return self

    def __exit__(self, *_):
        """Ends the program and waits for it, whatever it does."""
        end = time.monotonic() + 5
        os.kill(self.pid, signal.SIGTERM)
        while time.monotonic() < end:
            self.read(0.01)
            if os.waitpid(self.pid, os.WNOHANG)[0]:
                break
        else:
            os.kill(self.pid, signal.SIGKILL)
            os.waitpid(self.pid, 0)
        os.close(self.fd)

    def read(self, timeout):
        """What it has written, b"" after the timeout or at its end."""
        if not select.select([self.fd], [], [], max(timeout, 0))[0]:
            return b""
        try:
            return os.read(self.fd, 65536)
        except OSError:
            return b""

    def read_for(self, seconds):
        """All that it writes in this time."""
        end, result = time.monotonic() + seconds, b""
        while time.monotonic() < end:
            result += self.read(end - time.monotonic())
        return result

    def first_picture(self, most=20):
        """Seconds from the start to the last byte of the first picture, and its bytes."""
        size, last = 0, self.started
        while time.monotonic() - self.started < most:
            got = self.read(QUIET)
            if got:
                size += len(got)
                last = time.monotonic()
            elif size >= LEAST:
                break
        return last - self.started, size

    def key(self, key, most=5):
        """Seconds from a key to the first byte of the answer; the same without those in which
        the screen's thread or we were kept waiting for a CPU by others on this machine; and
        those in which that thread had one."""
        while self.read(0):
            pass
        cpu, waited = self.thread_times(self.pid)
        own = self.thread_times(os.getpid(), "self")[1]
        start = time.monotonic()
        os.write(self.fd, key)
        self.read(most)
        wall = time.monotonic() - start
        cpu_then, waited_then = self.thread_times(self.pid)
        own_then = self.thread_times(os.getpid(), "self")[1]
        without = wall - (waited_then - waited) - (own_then - own)
        return wall, max(without, 0), cpu_then - cpu

    def thread_times(self, thread, process=None):
        """Seconds of one thread so far with a CPU and waiting for one, to the nanosecond."""
        try:
            with open("/proc/%s/task/%s/schedstat" % (process or self.pid, thread)) as file:
                return tuple(int(word) / 1e9 for word in file.read().split()[:2])
        except FileNotFoundError:
            return 0.0, 0.0  # it ended meanwhile

    def cpu(self):
        """Seconds of CPU time of all its threads so far."""
        threads = os.listdir("/proc/%d/task" % self.pid)
        return sum(self.thread_times(thread)[0] for thread in threads)

    def memory(self):
        """Resident kilobytes: now, and at most so far."""
        values = {}
        with open("/proc/%d/status" % self.pid) as file:
            for line in file:
                name, _, rest = line.partition(":")
                values[name] = rest.split()
        return int(values["VmRSS"][0]), int(values["VmHWM"][0])
