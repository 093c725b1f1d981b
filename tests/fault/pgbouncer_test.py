#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""PostgreSQL behind a PgBouncer that hands its connections out for a transaction each: nothing that
a session would have to remember is relied on, and what reads only reads."""
import json
import os
import re
import shutil
import subprocess
import sys
import tempfile
import time

sys.dont_write_bytecode = True

import pg_store
import rig

PROGRAM = shutil.which("pgbouncer", path=os.environ.get("PATH", "") + ":/usr/sbin")
SETTINGS = """[databases]
* = host=127.0.0.1 port=%d
[pgbouncer]
listen_addr = 127.0.0.1
listen_port = %d
unix_socket_dir =
auth_type = trust
auth_file = %s
pool_mode = %s
ignore_startup_parameters = options
server_round_robin = 1
default_pool_size = 3
"""
SAID = re.compile("read-only transaction|transaction blocks not allowed")
# What a client leaves behind on a connection that the next one gets.
LEFT_BEHIND = ("SET default_transaction_read_only = off; SET TimeZone = 'Asia/Tokyo';"
               " SET search_path = elsewhere; SET DateStyle = 'German';"
               " SET default_transaction_isolation = 'serializable'; SET bytea_output = 'escape'")


class Pooler:
    def __init__(self, mode):
        self.folder = tempfile.mkdtemp(prefix="ckptop-pgbouncer.")
        server = pg_store.server()
        self.port = pg_store.postgres.free_port()
        with open(os.path.join(self.folder, "users"), "w", encoding="ascii") as file:
            file.write('"postgres" ""\n')
        self.settings = os.path.join(self.folder, "pgbouncer.ini")
        with open(self.settings, "w", encoding="ascii") as file:
            file.write(SETTINGS % (server.port, self.port, os.path.join(self.folder, "users"), mode))
        os.chmod(self.folder, 0o755)
        self.log = open(os.path.join(self.folder, "log"), "w", encoding="utf-8")
        # It does not run as root either.
        self.process = subprocess.Popen([PROGRAM, self.settings], stdin=subprocess.DEVNULL,
                                        stdout=self.log, stderr=self.log, **server.as_account())
        self.wait()

    def wait(self):
        while subprocess.run([os.path.join(pg_store.server().binaries, "pg_isready"), "-q", "-h",
                              "127.0.0.1", "-p", str(self.port)]).returncode != 0:
            if self.process.poll() is not None:
                sys.exit("FAILED: PgBouncer has ended")
            time.sleep(0.02)

    def uri(self, more=""):
        return "postgresql://postgres@127.0.0.1:%d/%s%s" % (self.port, pg_store.DATABASE, more)

    def leave_behind(self):
        """On all of its connections."""
        for _ in range(6):
            subprocess.run(["psql", "-XAtq", self.uri(), "-c", LEFT_BEHIND], check=True,
                           stdin=subprocess.DEVNULL)

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.process.terminate()
        self.process.wait()
        self.log.close()
        shutil.rmtree(self.folder)


class Site:
    def __init__(self, folder):
        self.env = rig.environment(XDG_STATE_HOME=folder)
        pg_store.make(rig.ROWS)

    def run(self, *words):
        return rig.run([rig.CKPTOP, "--no-config", *words], env=self.env)


def expect(what, wanted, *got):
    return [] if wanted else ["%s: %r" % (what, got)]


def changed(site, uri, words, status=0):
    run = site.run(*words, "-s", uri)
    return run, expect(" ".join(words), run.status == status, run.status, run.out, run.err)


# S23 pg_pgbouncer_options
def nothing_is_left_to_a_session(site):
    wrong = []
    why = ["--reason", "INC-4711 bad tax", "--observe", "0"]
    with Pooler("transaction") as pooler:
        uri = pooler.uri("?options=-c%20geqo%3Doff")
        _, found = changed(site, uri, ["init"])
        wrong += found
        for _ in range(3):
            pooler.leave_behind()
            listed, found = changed(site, uri, ["list", "--csv"])
            wrong += found + expect("the time", "2026-11-21T03:07:41.25Z" in listed.out, listed.out)
            told, found = changed(site, uri, ["stores"])
            wrong += found + expect("the pooler", "one stands between" in told.out, told.out)
            wrong += expect("the rows", listed.out.count("\n") == 1 + len(rig.ROWS), listed.out)
            reset, found = changed(site, uri, ["reset", "orders/0", "--to", "40", *why, "--confirm",
                                               "orders", "--json"])
            op = json.loads(reset.out or "{}").get("op", "none")
            wrong += found + changed(site, uri, ["undo", op, *why, "--confirm", "orders"])[1]
            wrong += changed(site, uri, ["save", "ledger", "1", "7", "--if-absent"])[1]
            wrong += changed(site, uri, ["save", "ledger", "1", "8", "--if-value", "7"])[1]
            gone, found = changed(site, uri, ["delete", "ledger/1", *why, "--confirm", "ledger"])
            wrong += found
        direct, found = changed(site, pg_store.server().uri(pg_store.DATABASE), ["stores"])
        wrong += found + expect("no pooler", "one stands between" not in direct.out, direct.out)
        told = pg_store.sql("SELECT count(*) FROM ckptop_audit")
        wrong += expect("the audit", told == "9", told)
        rows = pg_store.sql("SELECT job_id, partition_id, checkpoint_value, updated_at FROM checkpoints"
                            " WHERE job_id = 'orders' AND partition_id = '0'")
        wrong += expect("as before", rows == "orders|0|41|2026-11-21 03:07:41.25+00", rows)
        left = pg_store.Table().locked()
        wrong += expect("locks", left is None, left)
    return wrong


def what_reads_only_reads(site):
    """Whatever a view may do when it is looked at; also where each statement may go to another
    connection, because what reads is sent as one."""
    wrong = []
    pg_store.sql("CREATE TABLE told (at timestamptz); CREATE FUNCTION tell() RETURNS bool LANGUAGE"
                 " plpgsql VOLATILE AS 'BEGIN INSERT INTO public.told VALUES (now()); RETURN true; END';"
                 " CREATE VIEW telling AS SELECT * FROM checkpoints WHERE tell()")
    for mode in "transaction", "statement":
        with Pooler(mode) as pooler:
            pooler.leave_behind()
            run = site.run("list", "-s", pooler.uri("?table=public.telling"))
            good = site.run("list", "--csv", "-s", pooler.uri())
        wrong += expect(mode + ": refused", run.status != 0 and SAID.search(run.err), run.status,
                        run.out, run.err)
        wrong += expect(mode + ": read", good.status == 0 and "orders,0,41" in good.out, good)
    told = pg_store.sql("SELECT count(*) FROM told")
    return wrong + expect("nothing was written", told == "0", told)


def what_cannot_be_one_transaction_is_refused(site):
    wrong = []
    with Pooler("statement") as pooler:
        for words in (["save", "orders", "0", "1"],
                      ["reset", "orders/0", "--to", "1", "--reason", "INC-4711", "--observe", "0",
                       "--confirm", "orders"]):
            run = site.run(*words, "-s", pooler.uri())
            wrong += expect(words[0], run.status not in (0, 7) and "transaction" in run.err
                            and "nothing was written" in run.err, run.status, run.out, run.err)
    value = pg_store.sql("SELECT checkpoint_value FROM checkpoints WHERE job_id = 'orders'"
                         " AND partition_id = '0'")
    return wrong + expect("value", value == "41", value)


def main():
    if PROGRAM is None or not pg_store.is_there():
        print("SKIPPED: PostgreSQL or PgBouncer is not installed")
        return 77
    wrong = []
    for attempt in (nothing_is_left_to_a_session, what_reads_only_reads,
                    what_cannot_be_one_transaction_is_refused):
        with tempfile.TemporaryDirectory(prefix="ckptop-pgbouncer.") as folder:
            wrong += ["%s: %s" % (attempt.__name__, text) for text in attempt(Site(folder))]
    for text in wrong:
        print(text)
    return bool(wrong)


if __name__ == "__main__":
    sys.exit(main())
