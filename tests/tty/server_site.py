# SPDX-License-Identifier: MIT
"""A PostgreSQL server with a table, and what every test of the dashboard over it does."""
import os
import subprocess
import sys

TESTS = os.path.join(os.path.dirname(os.path.abspath(__file__)), "..")
sys.path[:0] = [os.path.join(TESTS, "store"), os.path.join(TESTS, "fault")]

import postgres
from terminal import check, main


class Site:
    """A server with a table of two checkpoints."""

    def __init__(self, **settings):
        self.server = postgres.Server(**settings).start()
        self.sql("CREATE TABLE checkpoints (job_id text, partition_id text, checkpoint_value text,"
                 " metadata jsonb, updated_at timestamptz, PRIMARY KEY (job_id, partition_id));"
                 " INSERT INTO checkpoints VALUES ('orders', '0', '42', '{}', now()),"
                 " ('clicks', '0', '7', '{}', now())")

    def ask(self, text):
        """What psql prints."""
        return subprocess.run(
            ["psql", "-XAtq", "-v", "ON_ERROR_STOP=1", self.server.uri(), "-c", text], check=True,
            capture_output=True, text=True, stdin=subprocess.DEVNULL).stdout.strip()

    def sql(self, text):
        self.ask(text)

    def save(self, value):
        """What the pipeline of clicks does."""
        self.sql("UPDATE checkpoints SET checkpoint_value = '%s', updated_at = now()"
                 " WHERE job_id = 'clicks'" % value)

    def uri(self, port=None, timeout="2s", more=""):
        uri = self.server.uri()
        if port is not None:
            uri = uri.replace(":%d/" % self.server.port, ":%d/" % port)
        return uri + "?interval=1s&timeout=" + timeout + more

    def processes(self):
        """The server and its children."""
        with open("/proc/%d/task/%d/children" % (2 * (self.server.process.pid,)),
                  encoding="ascii") as file:
            return [self.server.process.pid] + [int(pid) for pid in file.read().split()]

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.server.end()


def answers_keys(terminal):
    """The help screen comes and goes."""
    terminal.send(b"?")
    terminal.expect(r"HELP on JOBS")
    terminal.send(b"\x1b")
    terminal.expect(r"JOBS", absent="HELP on")


def answers_keys_without_rows(terminal):
    terminal.send(b"?")
    terminal.expect(r"HELP on")
    terminal.send(b"\x1b")
    terminal.expect(r"STORES", absent="HELP on")


def leave(terminal):
    terminal.send(b"Q")
    check(terminal.finish() == 0, "it did not end well")


def run(*tests):
    if postgres.binaries() is None:
        print("SKIPPED: PostgreSQL is not installed")
        sys.exit(77)
    main(*tests)
