#!/usr/bin/env -S python3 -B
# SPDX-License-Identifier: MIT
"""What is changed over a real ssh, and what becomes of it when the line is cut. Started by
ssh_test.sh, which has a server:

    ssh_change.py CONFIGURATION-OF-THE-CLIENT
"""
import json
import os
import shlex
import shutil
import signal
import sys
import time

from outcome_test import HANG_UP_MOST, audit, press_reset, write_lock
from session import Session, path_of, value
from terminal import CKPTOP, WATCHDOG, Terminal, check, environment, main

ASKED = ["reset", "orders-daily", "--to", "40", "--reason", "INC-1 tax", "--observe", "0"]
IGNORED = "trap '' HUP; "


class Line(Session):
    """ckptop on the other side of an ssh; what is a process of ours is the client."""

    program = shutil.which("ssh")

    def __init__(self, uri, *words, before=""):
        self.home = os.path.dirname(path_of(uri))
        self.pid_file = os.path.join(self.home, "pid")
        if os.path.exists(self.pid_file):
            os.remove(self.pid_file)
        remote = "%secho $$ >%s.new; mv %s.new %s; exec env HOME=%s %s" % (
            before, self.pid_file, self.pid_file, self.pid_file, self.home,
            shlex.join([CKPTOP, "-s", uri, *words]),
        )
        Terminal.__init__(self, ["-F", sys.argv[1], "-tt", "test", remote], environment())

    def remote(self):
        with open(self.pid_file, encoding="ascii") as file:
            return int(file.read())

    def parent_of_remote(self):
        """The sshd of this line."""
        with open("/proc/%d/stat" % self.remote(), "rb") as file:
            return int(file.read().rsplit(b") ", 1)[1].split()[1])

    def is_gone(self):
        try:
            with open("/proc/%d/stat" % self.remote(), "rb") as file:
                return file.read().rsplit(b") ", 1)[1][:1] == b"Z"
        except FileNotFoundError:
            return True

    def cut(self, killed):
        """Kills one end of the line; the remote ckptop ends, and soon."""
        start = time.monotonic()
        os.kill(killed, signal.SIGKILL)
        while not self.is_gone():
            took = time.monotonic() - start
            check(took < WATCHDOG, "it is there %d s after the line was cut" % took)
            time.sleep(0.01)
        took = time.monotonic() - start
        check(took < HANG_UP_MOST or "ASAN_OPTIONS" in os.environ, "it took %.1f s" % took)
        print("# gone after %d ms" % (took * 1000))
        self.wait_for_end()


def client(line):
    return line.pid


def cut_while_it_is_looked_at(uri, before, end):
    with Line(uri, before=before) as line:
        line.open()
        line.fill()
        line.cut(end(line))
        check(value(uri) == "42" and line.journal() == "", "it was written")


def cut_while_it_is_written(uri, before, end):
    """It waits for the lock of somebody else, and the intent stands."""
    earlier = len(audit(uri))
    holder = write_lock(uri)
    with Line(uri, before=before) as line:
        line.open()
        press_reset(line)
        line.expect(r"writing \.\.\.")
        while line.journal().count('"phase":"intent"') == earlier:
            line.read_once(0.02)
        line.cut(end(line))
    holder.execute("ROLLBACK")
    holder.close()
    check(value(uri) == "42", "it was written: %r" % value(uri))
    entries = audit(uri)
    check(len(entries) == earlier + 1, "the audit has %d operations" % len(entries))
    check(
        entries[0]["phase"] == "failed" and "hangup before commit" in (entries[0]["note"] or ""),
        "the audit says %s: %s" % (entries[0]["phase"], entries[0]["note"]),
    )


# T08 ssh_drop_sighup
def a_cut_line_is_a_no(uri):
    ways = (("", client), (IGNORED, client), ("", Line.parent_of_remote))
    for before, end in ways:
        cut_while_it_is_looked_at(uri, before, end)
    for before, end in ways:
        cut_while_it_is_written(uri, before, end)
    # What was there before any of them is what the next one finds.
    with Line(uri) as line:
        line.open()
        line.leave()


def a_cut_line_is_no_answer_to_the_prompt(uri):
    for before, end in (("", client), (IGNORED, client), ("", Line.parent_of_remote)):
        with Line(uri, *ASKED, before=before) as line:
            line.expect(r"Write this change\? \[y/N\]|to confirm \(anything else is no\)")
            line.send(b"y")
            line.cut(end(line))
            check(value(uri) == "42" and line.journal() == "", "it was written")


# T17 real_sshd_loopback
def a_reset_names_the_line(uri):
    with Line(uri) as line:
        line.open()
        press_reset(line)
        line.expect(r"reset orders-daily/0 42 -> 40, read back ok")
        line.send(b"a")
        line.expect(r"reset +orders-daily +0 +42 +40")
        line.expect(r"ssh from 127\.0\.0\.1")
        line.send(b"Q")
        check(line.finish() == 0, "it did not end well")
        records = [json.loads(text) for text in line.journal().splitlines()]
    check([record["phase"] for record in records] == ["intent", "done"], "it has %s" % records)
    for record in records:
        check(record["who"]["tty"].startswith("/dev/pts/"), "its terminal: %s" % record["who"])
        check(
            record["claims"]["ssh_connection"].startswith("127.0.0.1 "),
            "its line: %s" % record["claims"],
        )


if __name__ == "__main__":
    main(a_cut_line_is_a_no, a_cut_line_is_no_answer_to_the_prompt, a_reset_names_the_line)
