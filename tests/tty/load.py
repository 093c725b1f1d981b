# SPDX-License-Identifier: MIT
"""A store whose jobs go on: what the budgets of bytes are held against."""
import os
import sqlite3
from datetime import datetime, timezone

JOBS, CHANGING, POLL = 43, 23, 5
# Bytes allowed, by size: a first picture, a second while CHANGING of JOBS save before every
# poll, a second in which nothing changes, and a cursor key.
BUDGETS = {
    (120, 36): {"first paint": 5000, "load": 200, "idle": 50, "key": 500},
    (80, 24): {"first paint": 5000, "load": 120, "idle": 50, "key": 500},
}


class Load:
    """A store whose first jobs fall behind and catch up."""

    def __init__(self, folder):
        self.path = os.path.join(folder, "load.db")
        self.turn = 0
        with self.connect() as db:
            db.execute(
                "CREATE TABLE checkpoints (job_id TEXT, partition_id TEXT,"
                " checkpoint_value TEXT, metadata TEXT, updated_at TEXT,"
                " PRIMARY KEY (job_id, partition_id))"
            )
        self.save(range(JOBS))

    def connect(self):
        return sqlite3.connect(self.path)

    def value(self, job):
        """Of the next turn."""
        return 100000 + self.turn * 900 + job * 17

    def save(self, jobs):
        now = datetime.now(timezone.utc).isoformat(sep=" ", timespec="milliseconds")
        with self.connect() as db:
            for job in jobs:
                value = self.value(job)
                end = value + (self.turn * 37 + job * 101) % 997
                db.execute(
                    "INSERT OR REPLACE INTO checkpoints VALUES (?, '0', ?, ?, ?)",
                    ("pipeline-%02d" % job, value, '{"end": %d, "watermark": "%s"}' % (end, now), now),
                )
        db.close()
        self.turn += 1

    def options(self, folder, interval="%ds" % POLL):
        path = os.path.join(folder, "ckptop.conf")
        with open(path, "w", encoding="ascii") as file:
            file.write(
                "[env]\ninterval = %s\n[store load]\nuri = sqlite:%s\n"
                "head = metadata:end\n" % (interval, self.path)
            )
        return ["--config", path]
