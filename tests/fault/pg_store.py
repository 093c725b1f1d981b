# SPDX-License-Identifier: MIT
"""A table on a PostgreSQL server of the test's own, for those who judge changes: what oracle.py
has for directories and files."""
import atexit
import json
import os
import subprocess
import sys
import time

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "store"))

import postgres
import rig

# What an error of ckptop has to name.
DATABASE = "the-store"
TABLE = ("CREATE TABLE checkpoints (job_id text, partition_id text, checkpoint_value text,"
         " metadata jsonb, updated_at timestamptz, PRIMARY KEY (job_id, partition_id))")

_servers = []


def is_there():
    return postgres.binaries() is not None


def server():
    """One for all tests of a program; it ends with it."""
    if not _servers:
        if not is_there():
            rig.skip("PostgreSQL is not installed")
        _servers.append(postgres.Server())
        atexit.register(_servers[0].end)
        _servers[0].start()
    return _servers[0]


def sql(text, database=DATABASE):
    done = subprocess.run(
        ["psql", "-XAtq", "-v", "ON_ERROR_STOP=1", server().uri(database), "-c", text],
        capture_output=True, text=True, stdin=subprocess.DEVNULL,
        env={**os.environ, "PGTZ": "UTC"})
    if done.returncode != 0:
        raise OSError("psql: " + done.stderr)
    return done.stdout.rstrip("\n")


class Table:
    def __init__(self):
        self.path = DATABASE
        self.uri = server().uri(DATABASE)

    def wait_for_others(self):
        """Until the server has noticed that whoever was there is gone."""
        until = time.monotonic() + rig.WATCHDOG
        while sql("SELECT count(*) FROM pg_stat_activity WHERE application_name = 'ckptop'",
                  "postgres") != "0":
            if time.monotonic() > until:
                raise OSError("a connection of ckptop is still there")
            time.sleep(0.01)

    def states(self):
        self.wait_for_others()
        text = sql("SELECT coalesce(json_agg(json_build_array(job_id, partition_id, to_json(t))),"
                   " '[]') FROM checkpoints t")
        return [{(job, partition): json.dumps(row) for job, partition, row in json.loads(text)}]

    def audit(self):
        text = sql("SELECT coalesce(json_agg(json_build_array(op, job, partition, old_value,"
                   " new_value)), '[]') FROM ckptop_audit")
        return [(op, (job, partition), old, new) for op, job, partition, old, new in json.loads(text)]

    def others(self):
        """What is there beside the rows."""
        return set(sql("SELECT relname FROM pg_class WHERE relnamespace = 'public'::regnamespace"
                       " UNION ALL SELECT extname FROM pg_extension").split("\n"))

    def needs(self, name):
        return False

    def locked(self):
        left = sql("SELECT count(*) FROM pg_locks l JOIN pg_stat_activity a USING (pid)"
                   " WHERE a.pid <> pg_backend_pid() AND a.datname = current_database()")
        return None if left == "0" else "%s locks are still held" % left


def make(rows):
    sql("DROP DATABASE IF EXISTS \"%s\" WITH (FORCE)" % DATABASE, "postgres")
    sql("CREATE DATABASE \"%s\"" % DATABASE, "postgres")
    sql(TABLE)
    for job, partition, value in rows:
        sql("INSERT INTO checkpoints VALUES ('%s', '%s', '%s', '{}', '2026-11-21 03:07:41.25+00')" %
            (job, partition, value))
    return Table()


def keep():
    """What is there becomes what every start begins with."""
    sql("DROP DATABASE IF EXISTS template WITH (FORCE)", "postgres")
    sql("ALTER DATABASE \"%s\" RENAME TO template" % DATABASE, "postgres")


def begin():
    sql("DROP DATABASE IF EXISTS \"%s\" WITH (FORCE)" % DATABASE, "postgres")
    sql("CREATE DATABASE \"%s\" TEMPLATE template" % DATABASE, "postgres")
    return Table()
