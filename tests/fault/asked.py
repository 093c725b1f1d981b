# SPDX-License-Identifier: MIT
"""A change that waits for its answer on a terminal of its own."""
import contextlib
import fcntl
import os
import pty
import re
import select
import signal
import subprocess
import sys
import termios
import time

sys.dont_write_bytecode = True

import rig

QUESTION = re.compile(rb"\[y/N\] |is no\): ")


class Asked:
    """It has looked and planned, and asks."""

    def __init__(self, args, env, ignored=()):
        """ignored: signals that whoever started it had ignored."""
        self.master, slave = pty.openpty()

        def own_terminal():
            fcntl.ioctl(0, termios.TIOCSCTTY, 0)
            # Who runs the tests in the background may have them ignored.
            for name in (signal.SIGINT, signal.SIGQUIT, signal.SIGHUP):
                signal.signal(name, signal.SIG_DFL)
            for name in ignored:
                signal.signal(name, signal.SIG_IGN)

        self.process = subprocess.Popen(
            args, stdin=slave, stdout=slave, stderr=slave, env=env,
            start_new_session=True, preexec_fn=own_terminal,
        )
        os.close(slave)
        self.text, until = b"", time.monotonic() + rig.WATCHDOG
        while not QUESTION.search(self.text):
            if not self.listen(until - time.monotonic()):
                self.process.kill()
                sys.exit("FAILED: no question came: %r" % self.text)

    def listen(self, timeout):
        """Whether it said something."""
        if not select.select([self.master], [], [], max(timeout, 0))[0]:
            return False
        try:
            heard = os.read(self.master, 65536)
        except OSError:  # its side of the terminal is closed
            return False
        self.text += heard
        return bool(heard)

    def hang_up(self):
        os.close(self.master)
        self.master = None

    def press(self, keys):
        with contextlib.suppress(OSError):  # it has just ended
            os.write(self.master, keys)

    def type(self, keys):
        """Until they count: what was typed before the question is thrown away."""
        until = time.monotonic() + rig.WATCHDOG
        while self.process.poll() is None and time.monotonic() < until:
            self.press(keys)
            self.listen(0.05)

    def wait(self):
        try:
            return self.process.wait(rig.WATCHDOG)
        except subprocess.TimeoutExpired:
            self.process.kill()
            self.process.wait()
            sys.exit("FAILED: it stays: %r" % self.text)
        finally:
            if self.master is not None:
                while self.listen(0):
                    pass
                os.close(self.master)
