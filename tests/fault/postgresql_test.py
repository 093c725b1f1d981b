#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""A reset whose answer is lost: what became of it is found out, and nothing else is said. A server
that takes no changes, or that dies in between."""
import json
import os
import shutil
import signal
import subprocess
import sys
import tempfile

sys.dont_write_bytecode = True
sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "store"))

import postgres
import rig
from proxy import BLACK_HOLE, PASS, Forgets, Proxy

TABLE = ("CREATE TABLE checkpoints (job_id text, partition_id text, checkpoint_value text,"
         " metadata jsonb, updated_at timestamptz, PRIMARY KEY (job_id, partition_id));"
         " INSERT INTO checkpoints VALUES ('orders', '0', '42', NULL, now())")

# Of the connection on which the transaction is committed.
ANSWER_LOST, COMMIT_LOST = "the answer of COMMIT is lost", "COMMIT does not arrive"


class Commits(Proxy):
    """Passes all, but for the commit of a transaction that writes: from there on that connection
    is a black hole, and with is_final every one."""

    def __init__(self, server, what=None, is_final=False):
        self.what, self.is_final, self.lost = what, is_final, set()
        self.commits = 0
        super().__init__(server)

    def _take(self, direction):
        super()._take(direction)
        data = direction.waiting[-1][1] if direction.waiting else b""
        # One that only reads is sent with its beginning.
        if direction.is_answer or b"COMMIT\0" not in data or b"BEGIN" in data:
            return
        self.commits += 1
        if self.what is None:
            return
        pair = next(pair for pair in self.connections if direction in pair)
        self.lost.add(pair[1])
        if self.what == COMMIT_LOST:
            self.lost.add(pair[0])
        if self.is_final:
            self.mode = BLACK_HOLE

    def _is_swallowed(self, direction):
        if direction in self.lost:
            return self.what == COMMIT_LOST or direction.is_answer
        # What is to arrive does so also when nothing else does.
        return super()._is_swallowed(direction) and not (
            self.what == ANSWER_LOST and direction.waiting and b"COMMIT\0" in direction.waiting[0][1])


class Site:
    def __init__(self, folder, server):
        self.folder, self.server = folder, server
        self.env = rig.environment(XDG_STATE_HOME=folder)

    def sql(self, text):
        return subprocess.run(
            ["psql", "-XAtq", "-v", "ON_ERROR_STOP=1", self.server.uri(), "-c", text], check=True,
            capture_output=True, text=True, stdin=subprocess.DEVNULL).stdout.strip()

    def value(self):
        return self.sql("SELECT checkpoint_value FROM checkpoints")

    def anew(self, audited):
        self.sql("DROP SCHEMA public CASCADE; CREATE SCHEMA public;" + TABLE)
        shutil.rmtree(os.path.join(self.folder, "ckptop"), ignore_errors=True)
        if audited:
            rig.run([rig.CKPTOP, "init", "-s", self.uri()], env=self.env)

    def uri(self, port=None, timeout="3s"):
        uri = self.server.uri()
        if port is not None:
            uri = uri.replace(":%d/" % self.server.port, ":%d/" % port)
        return uri + "?timeout=" + timeout

    def reset(self, value, port=None):
        return rig.run([rig.CKPTOP, "reset", "orders/0", "--to", value, "-s", self.uri(port),
                        "--reason", "INC-4711 bad tax", "--observe", "0", "--while-running",
                        "--confirm", "orders"], env=self.env)

    def save(self, port, *guard):
        return rig.run([rig.CKPTOP, "save", "orders", "0", "4", *guard, "-s", self.uri(port)],
                       env=self.env)

    def journal(self):
        with open(os.path.join(self.folder, "ckptop", "journal.jsonl"), encoding="utf-8") as file:
            return [json.loads(line) for line in file]


def expect(what, wanted, *got):
    return [] if wanted else ["%s: %r" % (what, got)]


# S19 pg_commit_reply_lost
def a_lost_answer_is_found_out(site):
    wrong = []
    for audited in True, False:
        for what, done in (ANSWER_LOST, True), (COMMIT_LOST, False):
            site.anew(audited)
            with Commits(("127.0.0.1", site.server.port), what) as proxy:
                run = site.reset("4", proxy.address[1])
                case = "%s, audit %s" % (what, audited)
                wrong += expect(case + ": a commit was sent", proxy.commits > 0, run)
            wrong += expect(case + ": status", run.status == (0 if done else 1), run)
            wrong += expect(case + ": value", site.value() == ("4" if done else "42"), site.value())
            wrong += expect(case + ": said", ("42 -> 4  done" in run.out) == done, run)
            wrong += expect(case + ": said of nothing", done or "nothing was written, as a look"
                            in run.err, run)
            phase = site.journal()[-1]["phase"]
            wrong += expect(case + ": journal", phase == ("done" if done else "failed"), phase)
            left = site.sql("SELECT count(*) FROM pg_locks WHERE locktype = 'advisory'")
            wrong += expect(case + ": nothing is under way", left == "0", left)
    return wrong


def what_cannot_be_asked_is_unknown(site):
    """No way to the server any more: nobody knows, until there is one."""
    wrong = []
    for what, value in (ANSWER_LOST, "4"), (COMMIT_LOST, "42"):
        site.anew(True)
        with Commits(("127.0.0.1", site.server.port), what, True) as proxy:
            run = site.reset("4", proxy.address[1])
            wrong += expect(what + ": status", run.status == 7, run)
            wrong += expect(what + ": said", "not known" in run.err and "look before" in run.err, run)
            wrong += expect(what + ": journal", site.journal()[-1]["phase"] == "unknown",
                            site.journal()[-1])
            # The same way again, and now it leads there.
            proxy.what = None
            proxy.set(PASS)
            after = site.reset("3", proxy.address[1])
        told = "it had been done" if value == "4" else "it had not been done"
        wrong += expect(what + ": the next one tells", told in after.err + after.out, after)
        wrong += expect(what + ": and is made", after.status == 0 and site.value() == "3", after)
        old = site.sql("SELECT old_value FROM ckptop_audit ORDER BY seq DESC LIMIT 1")
        wrong += expect(what + ": what it replaced", old == value, old)
    return wrong


def a_lost_answer_of_a_save_is_found_out(site):
    wrong = []
    guards = [], ["--if-value", "42"], ["--if-absent"]
    for guard in guards:
        for what, done in (ANSWER_LOST, True), (COMMIT_LOST, False):
            site.anew(False)
            if guard == ["--if-absent"]:
                site.sql("DELETE FROM checkpoints")
            before = site.value()
            with Commits(("127.0.0.1", site.server.port), what) as proxy:
                run = site.save(proxy.address[1], *guard)
                case = "%s, %s" % (what, " ".join(guard))
                wrong += expect(case + ": a commit was sent", proxy.commits > 0, run)
            wrong += expect(case + ": status", run.status == (0 if done else 5), run)
            wrong += expect(case + ": value", site.value() == ("4" if done else before), site.value())
            wrong += expect(case + ": said", done or "nothing was written" in run.err, run)
            left = site.sql("SELECT count(*) FROM pg_stat_activity WHERE backend_xid IS NOT NULL")
            wrong += expect(case + ": nothing is under way", left == "0", left)
    # No way to ask: either may be so, and that is said.
    for what, value in (ANSWER_LOST, "4"), (COMMIT_LOST, "42"):
        site.anew(False)
        with Commits(("127.0.0.1", site.server.port), what, True) as proxy:
            run = site.save(proxy.address[1])
        wrong += expect(what + ": status", run.status == 7, run)
        wrong += expect(what + ": said", "not known" in run.err and "look before" in run.err, run)
        wrong += expect(what + ": value", site.value() == value, site.value())
    return wrong


def what_may_write_is_not_believed(site):
    """That a transaction only reads is asked in each of them; where the server does not say so,
    nothing that it told is used."""
    site.anew(False)
    wrong = []
    for words in ["list", "--csv"], ["load", "orders", "0"], ["stores"]:
        with Forgets(("127.0.0.1", site.server.port)) as proxy:
            run = rig.run([rig.CKPTOP, *words, "-s", site.uri(proxy.address[1])], env=site.env)
        case = " ".join(words)
        wrong += expect(case + ": it was asked for", proxy.count > 0, run)
        wrong += expect(case + ": said", "does not say that the transaction only reads" in
                        run.err + run.out, run)
        # A port and a time may have the digits of the value in them.
        shown = "orders" in run.out or (words != ["stores"] and "42" in run.out)
        wrong += expect(case + ": nothing is shown", not shown, run)
    return wrong


def verify(site):
    """What people are told of numbers, and the document for programs."""
    told = rig.run([rig.CKPTOP, "audit", "verify", "-s", site.uri()], env=site.env)
    document = rig.run([rig.CKPTOP, "audit", "verify", "-s", site.uri(), "--json"], env=site.env)
    lines = [line for line in told.out.splitlines() if "has no row" in line]
    return told, lines, json.loads(document.out)


PROVES_NOTHING = (": a change that is under way, or was rolled back, takes its numbers, and a crash of"
                  " the server up to 32; so this proves neither that a row was removed nor that none"
                  " was")


def what_the_audit_says(site, rows):
    """Behind a crash: numbers are missing, which proves nothing. So are those of what was rolled
    back. Only a change that the journal tells of is missed."""
    last = int(site.sql("SELECT max(seq) FROM ckptop_audit"))
    wrong = expect("the crash took numbers", rows < last <= rows + 32, last)
    told, lines, document = verify(site)
    said = "the audit of the store has no rows 2 to %d" % (last - 1) + PROVES_NOTHING
    wrong += expect("said", len(lines) == 1 and lines[0].endswith(said), lines, said)
    wrong += expect("no failure", told.status == 0 and told.err == "", told)
    gap = {"first": 2, "last": last - 1, "removed": False}
    wrong += expect("for programs", document["sound"] and len(document["gaps"]) == 1
                    and gap.items() <= document["gaps"][0].items(), document)
    # The answer of COMMIT is not lost, the row is: who writes is told no, behind his number.
    site.sql("CREATE FUNCTION no() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN"
             " RAISE EXCEPTION 'no'; END $$; CREATE CONSTRAINT TRIGGER no AFTER INSERT ON"
             " ckptop_audit DEFERRABLE INITIALLY DEFERRED FOR EACH ROW EXECUTE FUNCTION no()")
    refused = site.reset("2")
    site.sql("DROP TRIGGER no ON ckptop_audit")
    wrong += expect("refused", refused.status not in (0, 7), refused)
    _, lines, _ = verify(site)
    wrong += expect("nothing is behind it yet", len(lines) == 1, lines)
    wrong += expect("made", site.reset("2").status == 0)
    told, lines, _ = verify(site)
    said = "the audit of the store has no row %d" % (last + 1) + PROVES_NOTHING
    wrong += expect("rolled back", told.status == 0 and len(lines) == 2 and lines[1].endswith(said),
                    told)
    site.sql("DELETE FROM ckptop_audit WHERE seq = %d" % last)
    told, lines, document = verify(site)
    wrong += expect("removed", told.status == 1 and "not in the audit of the store" in told.out
                    and len(lines) == 1 and not document["sound"], told)
    return wrong


# S24 pg_restart_immediate
def a_server_that_dies_is_met_again(site):
    site.anew(True)
    first = site.reset("4")
    site.server.run("pg_ctl", "stop", "-m", "immediate", "-D", site.server.data)
    site.server.stop(signal.SIGQUIT)  # what it left is waited for
    away = site.reset("3")
    site.server.start()
    back = site.reset("3")
    rows, value = site.sql("SELECT count(*) FROM ckptop_audit"), site.value()
    return (what_the_audit_says(site, 2) + expect("before", first.status == 0, first) + expect("away", away.status == 5, away)
            + expect("again", back.status == 0 and value == "3", back)
            + expect("no reset is made twice", rows == "2", rows))


def refuses_all(site, why):
    """One wording for all that would write: a reset, a save, the audit and the table of init."""
    empty = site.uri().replace("/postgres?", "/empty?")
    wrong = []
    for name, run in (
            ("reset", site.reset("4")), ("save", site.save(None)),
            ("guarded save", site.save(None, "--if-value", "42")),
            ("init", rig.run([rig.CKPTOP, "init", "-s", site.uri()], env=site.env)),
            ("empty init", rig.run([rig.CKPTOP, "init", "-s", empty], env=site.env))):
        wrong += expect("%s: %s" % (why, name), run.status == 4 and why in run.err
                        and "; nothing was written; " in run.err and "cannot" not in
                        run.err.replace("You cannot do this", ""), run)
    return wrong


# S21 pg_readonly_server / hot standby
def what_takes_no_changes_says_so(site):
    site.anew(False)
    site.sql("CREATE DATABASE empty")
    for name in "empty", "postgres":
        site.sql("ALTER DATABASE %s SET default_transaction_read_only = on" % name)
    wrong = refuses_all(site, "takes no changes from this role by default "
                        "(default_transaction_read_only is on)")
    site.server.stop()
    # Of a server that recovers, nothing more is asked than that it says so.
    with open(os.path.join(site.server.data, "standby.signal"), "w", encoding="ascii"):
        pass
    site.server.settings["hot_standby"] = "on"
    site.server.start()
    wrong += refuses_all(site, "is a standby, which repeats what another server does")
    listed = rig.run([rig.CKPTOP, "list", "-s", site.uri(), "--csv"], env=site.env)
    value = site.value()
    return (wrong + expect("listed", listed.status == 0 and "42" in listed.out, listed)
            + expect("value", value == "42", value))


def main():
    if postgres.binaries() is None:
        print("SKIPPED: PostgreSQL is not installed")
        return 77
    folder = os.path.realpath(tempfile.mkdtemp(prefix="ckptop-postgresql."))
    server = postgres.Server(wal_level="replica")
    wrong = []
    try:
        site = Site(folder, server.start())
        # The last one leaves a server that takes no changes.
        for attempt in (a_lost_answer_is_found_out, what_cannot_be_asked_is_unknown,
                        a_lost_answer_of_a_save_is_found_out, what_may_write_is_not_believed,
                        a_server_that_dies_is_met_again, what_takes_no_changes_says_so):
            wrong += ["%s: %s" % (attempt.__name__, text) for text in attempt(site)]
    finally:
        server.end()
        shutil.rmtree(folder)
    for text in wrong:
        print(text)
    return bool(wrong)


if __name__ == "__main__":
    sys.exit(main())
