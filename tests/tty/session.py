# SPDX-License-Identifier: MIT
"""The dashboard as one who changes checkpoints has it: a store, and a journal of its own."""
import os
import sqlite3
import time

from terminal import Terminal, check, environment

# Longer than the dialog is deaf to what was typed before it was seen.
SEEN = 0.5


def path_of(uri):
    return uri.split(":", 1)[1]


def value(uri, job="orders-daily"):
    with sqlite3.connect(path_of(uri)) as db:
        row = db.execute("SELECT checkpoint_value FROM checkpoints WHERE job_id = ?", (job,)).fetchone()
    db.close()
    return row[0] if row else None


def set_value(uri, text, job="orders-daily"):
    with sqlite3.connect(path_of(uri)) as db:
        db.execute("UPDATE checkpoints SET checkpoint_value = ? WHERE job_id = ?", (text, job))
    db.close()


class Session(Terminal):
    """The dashboard with a journal of its own."""

    def __init__(self, uri, *options, size=(120, 36), job=False):
        self.home = os.path.dirname(path_of(uri))
        super().__init__(["-s", uri, *options], environment(HOME=self.home), size=size, job=job)

    def journal(self):
        path = os.path.join(self.home, ".local/state/ckptop/journal.jsonl")
        if not os.path.exists(path):
            return ""
        with open(path, encoding="utf-8") as file:
            return file.read()

    def open(self, key=b"R", job="orders-daily"):
        self.ready()
        self.send(b"/" + job.encode() + b"\r")
        self.expect(r"(?m)^>.*" + job)
        self.send(key)
        self.expect(r"\[ Cancel \]")
        self.seen()

    def seen(self):
        """What is typed sooner than somebody can read does not count."""
        end = time.monotonic() + SEEN
        while time.monotonic() < end:
            self.read_once(end - time.monotonic())

    def type_text(self, text):
        """As fingers do: one key after the other."""
        for character in text:
            self.send(character.encode())
            self.read_once(0.02)
            time.sleep(0.012)

    def fill(self, to="40", reason="INC-1 tax table"):
        """From Cancel through the fields to the button."""
        if to is not None:
            self.type_text("\t" + to)
        self.type_text("\t" + reason)
        self.expect(r"\( (Reset|Delete|Undo) \d+ \)")
        self.read_all()

    def read_all(self):
        """Nothing is written before its end was on the screen."""
        self.send(b"\x1b[6~\x1b[6~")
        self.expect(r"Same as +ckptop", absent="more lines? below")

    def leave(self):
        self.send(b"\x1b")
        self.expect(r"nothing was written", absent=r"Cancel")
        self.send(b"Q")
        check(self.finish() == 0, "it did not end well")
