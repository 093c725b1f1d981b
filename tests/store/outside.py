# SPDX-License-Identifier: MIT
# Another program on the same stores: runs what it is told, one request a line.
# {"db": PATH, "sql": TEXT} runs SQL on a connection that stays open, {"close": PATH} ends
# it, {"file": PATH, "text": TEXT or null} writes a file as careful programs do, or
# removes it. Answers "ok" and the first column of the first row, or "error" and why.
import json
import os
import sqlite3
import subprocess
import sys

connections = {}
FIELD, ROW, END = "\x1f", "\x1e", "\x1d"


class Psql:
    """PostgreSQL's own client, on one connection."""

    def __init__(self, uri):
        # Where ckptop keeps a lock that it should not have, a test fails and does not hang.
        self.process = subprocess.Popen(
            ["psql", "-XAtq", "-F", FIELD, "-R", ROW, uri], stdin=subprocess.PIPE,
            stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True,
            env=dict(os.environ, PGOPTIONS="-c lock_timeout=60s"))

    def execute(self, sql):
        """The first column of the first row."""
        self.process.stdin.write(
            sql + "\n;\n\\echo '%s' :ERROR :LAST_ERROR_MESSAGE '%s'\n" % (END, END))
        self.process.stdin.flush()
        text = ""
        while text.count(END) < 2:
            line = self.process.stdout.readline()
            if not line:
                raise OSError("psql has ended")
            text += line
        answer, outcome, _ = text.split(END)
        if outcome.split()[0] == "true":
            raise OSError(outcome.split(None, 1)[1].strip())
        return answer.split(ROW)[0].split(FIELD)[0].rstrip("\n")

    def close(self):
        self.process.stdin.close()
        self.process.wait()


def connection(path):
    if path not in connections and path.startswith("postgresql:"):
        connections[path] = Psql(path)
    elif path not in connections:
        connections[path] = sqlite3.connect(path, isolation_level=None, timeout=10)
        connections[path].text_factory = bytes
    return connections[path]


def as_text(row):
    if not row or row[0] is None:
        return ""
    if isinstance(row[0], bytes):
        return row[0].decode("utf-8", "surrogateescape")
    return str(row[0])


def answer(request):
    if "close" in request:
        if request["close"] in connections:
            connections.pop(request["close"]).close()
        return ""
    if "file" in request:
        if request["text"] is None:
            os.unlink(request["file"])
            return ""
        with open(request["file"] + ".tmp", "w") as file:
            file.write(request["text"])
        os.rename(request["file"] + ".tmp", request["file"])
        return ""
    if request["db"].startswith("postgresql:"):
        return connection(request["db"]).execute(request["sql"])
    return as_text(connection(request["db"]).execute(request["sql"]).fetchone())


sys.stdout.reconfigure(errors="surrogateescape")
for line in sys.stdin:
    try:
        print("ok", json.dumps(answer(json.loads(line))), flush=True)
    except (sqlite3.Error, OSError, ValueError) as error:
        print("error", json.dumps(str(error)), flush=True)
