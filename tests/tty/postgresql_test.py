#!/usr/bin/env -S python3 -B
# SPDX-License-Identifier: MIT
"""The dashboard over a PostgreSQL server that stands still, is killed, or comes back: it answers
keys, shows what it read last with its age and the reason, and recovers by itself."""
import os
import re
import signal
import tempfile
import time

from server_site import Site, answers_keys, answers_keys_without_rows, leave, run
from proxy import BLACK_HOLE, PASS, Forgets, Proxy
from terminal import Terminal, check


def keys_are_answered_while_a_call_hangs(_):
    """The call ends long after this test has given up."""
    with Site() as site, Terminal(["-s", site.uri(timeout="5m")]) as terminal:
        terminal.expect(r"orders +0/1")
        stopped = site.processes()
        for pid in stopped:
            os.kill(pid, signal.SIGSTOP)
        terminal.expect(r"read ([3-9]|\d\d)s ago")
        answers_keys(terminal)
        terminal.send(b"\r")
        terminal.expect(r"1 partition ")
        leave(terminal)


def ours(site):
    """The processes of the server that serve ckptop."""
    return [int(pid) for pid in site.ask("SELECT pid FROM pg_stat_activity"
                                         " WHERE application_name = 'ckptop'").split()]


# S17 pg_backend_sigstop
def a_backend_that_stands_still(_):
    """The server is well but for the one process that serves us: another one does, while that one
    still stands, and there are not more and more of them."""
    with Site() as site, Terminal(["-s", site.uri()]) as terminal:
        terminal.expect(r"orders +0/1")
        stopped = ours(site)
        check(len(stopped) == 1, "it has %d connections" % len(stopped))
        os.kill(stopped[0], signal.SIGSTOP)
        terminal.send(b"S")
        terminal.expect(r"no answer for 2.0 s; given up")
        terminal.send(b"\x1b")
        terminal.expect(r"JOBS +sort")
        answers_keys(terminal)
        terminal.expect(r"STORES +postgres ok")
        site.save("8")
        terminal.send(b"/clicks\r")
        terminal.expect(r"value 8\b")
        check(stopped[0] in ours(site) and len(ours(site)) == 2, "%r serve it" % ours(site))
        # It finds that nobody is there any more, and ends.
        os.kill(stopped[0], signal.SIGCONT)
        while stopped[0] in ours(site):
            terminal.read_once(0.1)
        check(len(ours(site)) == 1, "%r serve it" % ours(site))
        leave(terminal)


# S18 pg_postmaster_sigstop
def a_server_that_lets_nobody_in(_):
    """It takes connections, for the kernel does, and says nothing."""
    with Site() as site:
        os.kill(site.server.process.pid, signal.SIGSTOP)
        with Terminal(["-s", site.uri()]) as terminal:
            answers_keys_without_rows(terminal)
            terminal.expect(r"DOWN ≥?\d+s")
            terminal.send(b"S")
            terminal.expect(r"no answer for 2.0 s; given up")
            terminal.send(b"\x1b")
            os.kill(site.server.process.pid, signal.SIGCONT)
            terminal.expect(r"orders +0/1")
            leave(terminal)


def a_server_that_stands_still(_):
    with Site() as site, Terminal(["-s", site.uri()]) as terminal:
        terminal.expect(r"orders +0/1")
        stopped = site.processes()
        for pid in stopped:
            os.kill(pid, signal.SIGSTOP)
        terminal.expect(r"DOWN \d+s \(last read \d\d:\d\d:\d\d\)")
        terminal.expect(r"UNKN.* orders .*store postgres unreachable")
        answers_keys(terminal)
        terminal.send(b"\r")
        terminal.expect(r"UNKN since \d\d:\d\d:\d\d .*(cannot be read|unreachable)")
        terminal.expect(r"\b(7|42)\b")
        terminal.send(b"\x1b")
        for pid in stopped:
            os.kill(pid, signal.SIGCONT)
        site.sql("UPDATE checkpoints SET checkpoint_value = '43', updated_at = now()"
                 " WHERE job_id = 'orders'")
        terminal.expect(r"STORES +postgres ok")
        terminal.expect(r"(?m)^.ok .* orders")
        leave(terminal)


def a_server_that_is_killed_and_comes_back(_):
    with Site() as site, Terminal(["-s", site.uri()]) as terminal:
        terminal.expect(r"orders +0/1")
        site.server.stop(signal.SIGQUIT)
        terminal.expect(r"DOWN \d+s")
        answers_keys(terminal)
        # Its interval is 1s: it is not left alone for long.
        terminal.send(b"S")
        terminal.expect(r"next in [0-5]s \(back-off 1s \.\. 5s\)")
        terminal.send(b"\x1b")
        terminal.expect(r"next try in [1-5]s|trying")
        site.server.start()
        terminal.expect(r"STORES +postgres ok")
        terminal.expect(r"(?m)^.ok .* orders", absent="UNKN")
        leave(terminal)


# N03 established_blackhole
def a_network_that_swallows_everything(_):
    with Site() as site:
        with Proxy(("127.0.0.1", site.server.port)) as between, Terminal(
                ["-s", site.uri(between.address[1])]) as terminal:
            terminal.expect(r"orders +0/1")
            between.set(BLACK_HOLE)
            # What was read last stays, with when that was, and why there is nothing newer.
            down = r"DOWN (\d+)s \(last read (\d\d:\d\d:\d\d)\)"
            first = re.search(down, terminal.expect(down)).groups()
            later = re.search(down, terminal.expect(down, absent="DOWN %ss" % first[0])).groups()
            check(int(later[0]) > int(first[0]) and later[1] == first[1],
                  "it was down %r and then %r" % (first, later))
            terminal.expect(r"UNKN.* clicks .*store postgres unreachable")
            terminal.expect(r"value 7\b")
            site.save("8")
            terminal.send(b"S")
            terminal.expect(r"no answer for 2.0 s; given up")
            terminal.expect(r"next in [0-5]s \(back-off 1s \.\. 5s\)")
            terminal.expect(r"DATA IS OLD: nothing read for \d+s \(last good %s\)" % first[1])
            terminal.send(b"\x1b")
            terminal.expect(r"JOBS +sort")
            answers_keys(terminal)
            # There is no plan without the server, and so nothing that could be confirmed.
            terminal.send(b"R")
            terminal.expect(r"To do +Type where to")
            shown = time.monotonic()
            while time.monotonic() < shown + 0.5:  # what is typed at once does not count
                terminal.read_once(0.05)
            terminal.send(b"5\tINC-1 because\t")
            terminal.expect(r"no answer for 2.0 s.*(?s:.*)there is nothing to write yet")
            terminal.send(b"\t\r\r")
            between.set(PASS)
            terminal.send(b"\x1b")
            terminal.expect(r"STORES +postgres ok", absent="RESET")
            terminal.expect(r"clicks +0/1(?s:.*)value 8\b", absent="UNKN")
            leave(terminal)


def a_connection_that_is_lost_for_good(_):
    """It never answers again, nor ends. Another one does, with no key and while it stands."""
    with Site() as site:
        with Proxy(("127.0.0.1", site.server.port)) as between, Terminal(
                ["-s", site.uri(between.address[1])]) as terminal:
            terminal.expect(r"orders +0/1")
            lost = ours(site)
            between.lose()
            terminal.expect(r"STORES +postgres DOWN")
            site.save("8")
            terminal.expect(r"STORES +postgres ok")
            terminal.expect(r"clicks +0/1(?s:.*)value 8\b", absent="UNKN")
            # The server does not know that nobody is there any more.
            check(set(lost) < set(ours(site)) and len(ours(site)) == 2, "%r serve it" % ours(site))
            leave(terminal)


# S23 pg_pgbouncer_options
def a_wallboard_wants_proof(_):
    """What stands before the server takes out of each transaction that it only reads. A wallboard
    is not started then, and one that was shows nothing new, and why."""
    with Site() as site, Forgets(("127.0.0.1", site.server.port)) as between:
        uri = site.uri(between.address[1])
        with Terminal(["wall", "-s", uri]) as terminal:
            check(terminal.finish() == 4, "it ended with %r" % terminal.status)
            words = " ".join(terminal.output.decode("utf-8", "replace").split())
            for said in ("does not say that the transaction only reads", "so it was not started"):
                check(said in words, "it said " + words[-700:])
        check(between.count > 0, "nothing was left out")
        between.forgets = False
        with Terminal(["wall", "-s", uri]) as terminal:
            terminal.expect(r"2 jobs, 2 checkpoints")
            between.forgets = True
            terminal.expect(r"postgres.*does not say")
            between.forgets = False
            terminal.expect(r"stores +postgres ok", absent="does not say")
            leave(terminal)


def expect_value(site, terminal, table, key, value):
    """A save of now is seen."""
    site.sql("UPDATE %s SET checkpoint_value = '%d', updated_at = now() WHERE %s = 'clicks'" %
             (table, value, key))
    terminal.expect(r"value %d\b" % value)
    terminal.expect(r"STORES +postgres ok")


# S25 pg_schema_drift
def a_table_that_changes_while_it_is_watched(_):
    with Site() as site, Terminal(["-s", site.uri()]) as terminal:
        terminal.expect(r"orders +0/1")
        terminal.send(b"/clicks\r")
        expect_value(site, terminal, "checkpoints", "job_id", 11)
        # Without what it needs it says what that is, and shows what it read last.
        site.sql("ALTER TABLE checkpoints RENAME checkpoint_value TO cursor")
        terminal.expect(r"STORES +postgres DOWN")
        terminal.expect(r"value 11\b")
        terminal.send(b"S")
        terminal.expect(r"no\s+column\s+checkpoint_value")
        terminal.send(b"\x1b")
        site.sql("ALTER TABLE checkpoints RENAME cursor TO checkpoint_value")
        expect_value(site, terminal, "checkpoints", "job_id", 12)
        # What it can do without, or finds under names in quotes and in another schema.
        site.sql("ALTER TABLE checkpoints DROP metadata")
        expect_value(site, terminal, "checkpoints", "job_id", 14)
        site.sql("ALTER TABLE checkpoints RENAME job_id TO \"Job_Id\"")
        expect_value(site, terminal, "checkpoints", '"Job_Id"', 15)
        site.sql("ALTER TABLE checkpoints RENAME TO \"Checkpoints\"")
        expect_value(site, terminal, '"Checkpoints"', '"Job_Id"', 16)
        site.sql("CREATE SCHEMA \"Else where\"; ALTER TABLE \"Checkpoints\" SET SCHEMA \"Else where\"")
        expect_value(site, terminal, '"Else where"."Checkpoints"', '"Job_Id"', 17)
        leave(terminal)


def a_server_that_is_not_there_when_it_starts(_):
    with Site() as site:
        site.server.stop()
        with Terminal(["-s", site.uri()]) as terminal:
            terminal.expect(r"DOWN")
            answers_keys_without_rows(terminal)
            site.server.start()
            terminal.expect(r"orders +0/1")
            leave(terminal)


def a_head_that_is_asked_in_another_store(_):
    """What is kept in files is well while the server with the source is not."""
    with Site() as site, tempfile.TemporaryDirectory() as folder:
        site.sql("CREATE TABLE source (id bigint); INSERT INTO source VALUES (90)")
        with open(os.path.join(folder, "sales_0.json"), "w", encoding="ascii") as file:
            file.write('{"value": 40, "timestamp": "%s"}' %
                       time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime()))
        config = os.path.join(folder, "ckptop.conf")
        with open(config, "w", encoding="ascii") as file:
            file.write("[store files]\nuri = dir:%s\ntz = UTC\ninterval = 1s\n"
                       "head = sql@server:SELECT max(id) FROM source\n"
                       "[store server]\nuri = %s\ntimeout = 2s\n" % (folder, site.server.uri()))
        os.chmod(config, 0o600)
        with Terminal(["--config", config, "-s", "files"]) as terminal:
            terminal.expect(r"sales +0/1 +50 ")
            site.server.stop(signal.SIGQUIT)
            terminal.expect(r"sales +0/1 +\? ")
            terminal.expect(r"STORES +files ok", absent="DOWN|UNKN")
            answers_keys(terminal)
            site.server.start()
            site.sql("INSERT INTO source VALUES (100)")
            terminal.expect(r"sales +0/1 +60 ")
            leave(terminal)


def told_before_a_dialog(terminal, words):
    """R opens none, and says why on the line for messages."""
    terminal.send(b"R")
    terminal.expect(r"postgres is not changed here: .*" + words, absent="To do")


# S21 pg_readonly_server
# S27 pg_privileges
def what_cannot_be_changed_opens_no_dialog(_):
    with Site() as site:
        site.sql("CREATE ROLE wall LOGIN; GRANT SELECT ON checkpoints TO wall;"
                 " CREATE VIEW looked_at AS SELECT * FROM checkpoints")
        uri = site.uri().replace("postgres@", "wall@", 1)
        with Terminal(["-s", uri]) as terminal:
            terminal.expect(r"orders +0/1")
            told_before_a_dialog(terminal, r"role wall lacks UPDATE on public.checkpoints")
            # A right on some columns of those that are set is not enough.
            site.sql("GRANT UPDATE (checkpoint_value) ON checkpoints TO wall")
            terminal.send(b"S")
            terminal.expect(r"none are made here")
            terminal.send(b"r")
            terminal.expect(r"lacks\s+UPDATE\s+on\s+metadata")
            terminal.send(b"\x1b")
            terminal.expect(r"orders +0/1", absent="none are made here")
            told_before_a_dialog(terminal, r"role wall lacks UPDATE on metadata, updated_at of")
            # What was granted since counts when it is asked again.
            site.sql("GRANT UPDATE ON checkpoints TO wall")
            terminal.send(b"S")
            terminal.expect(r"changes +none are made here")
            terminal.send(b"r")
            terminal.expect(r"role +wall", absent="changes +none")
            terminal.send(b"\x1b")
            terminal.expect(r"orders +0/1")
            terminal.send(b"R")
            terminal.expect(r"To do +Type where to")
            terminal.send(b"\x1b")
            terminal.expect(r"orders +0/1", absent="To do")
            # A delete needs a right of its own.
            terminal.send(b"D")
            terminal.expect(r"postgres is not changed here: role wall lacks DELETE on"
                            r" public.checkpoints; r asks again", absent="To do")
            site.sql("GRANT DELETE ON checkpoints TO wall")
            terminal.send(b"S")
            terminal.expect(r"deletes +none are made here: role wall lacks DELETE")
            terminal.send(b"r")
            terminal.expect(r"role +wall", absent="none are made here")
            terminal.send(b"\x1b")
            terminal.expect(r"orders +0/1")
            terminal.send(b"D")
            terminal.expect(r"DELETE clicks/0(?s:.*)Nothing is written yet")
            terminal.send(b"\x1b")
            terminal.expect(r"orders +0/1", absent="DELETE clicks")
            leave(terminal)
        # Nor is a right enough where no policy lets a row through.
        site.sql("ALTER TABLE checkpoints ENABLE ROW LEVEL SECURITY;"
                 " CREATE POLICY seen ON checkpoints FOR SELECT USING (true)")
        with Terminal(["-s", uri]) as terminal:
            terminal.expect(r"orders +0/1")
            told_before_a_dialog(terminal, r"security of public.checkpoints lets role wall change")
            site.sql("CREATE POLICY own ON checkpoints FOR UPDATE USING (true)")
            terminal.send(b"S")
            terminal.expect(r"changes +none are made here")
            terminal.send(b"r")
            terminal.expect(r"deletes +none are made here: row-level security",
                            absent="changes +none")
            leave(terminal)
        site.sql("ALTER TABLE checkpoints DISABLE ROW LEVEL SECURITY")
        with Terminal(["-s", site.uri(more="&table=looked_at")]) as terminal:
            terminal.expect(r"orders +0/1")
            told_before_a_dialog(terminal, r"a view is only shown")
            leave(terminal)
        # What is not seen whole is not changed, and what is not seen is not said to be none.
        site.sql("CREATE ROLE part LOGIN; GRANT SELECT (job_id, partition_id, checkpoint_value),"
                 " UPDATE, DELETE ON checkpoints TO part")
        with Terminal(["-s", site.uri().replace("postgres@", "part@", 1)]) as terminal:
            terminal.expect(r"orders +0/1")
            told_before_a_dialog(terminal, r"role part lacks SELECT on metadata, updated_at of")
            terminal.send(b"S")
            terminal.expect(r"GRANT\s+SELECT\s+ON\s+public.checkpoints\s+TO\s+part")
            terminal.send(b"\x1b")
            terminal.expect(r"orders +0/1", absent="GRANT")
            terminal.send(b"\r")
            terminal.expect(r"1 partition ")
            terminal.send(b"\r")
            terminal.expect(r"watermark +\? +\(role part may not read metadata\)(?s:.*)"
                            r"worker +\? +\(role part(?s:.*)not known: role part may not read")
            terminal.send(b"\x1b")
            terminal.expect(r"1 partition ")
            site.sql("GRANT SELECT ON public.checkpoints TO part")
            terminal.send(b"\x1b")
            terminal.expect(r"orders +0/1")
            terminal.send(b"r")
            terminal.expect(r"orders +0/1 +\? +\? +\? +\d+s")
            terminal.send(b"R")
            terminal.expect(r"To do +Type where to")
            terminal.send(b"\x1b")
            terminal.expect(r"orders +0/1", absent="To do")
            leave(terminal)
        site.sql("ALTER DATABASE postgres SET default_transaction_read_only = on")
        with Terminal(["-s", site.uri()]) as terminal:
            terminal.expect(r"orders +0/1")
            told_before_a_dialog(terminal, r"the server is read-only")
            leave(terminal)
        site.server.stop()
        # Of a server that recovers, nothing more is asked than that it says so.
        with open(os.path.join(site.server.data, "standby.signal"), "w", encoding="ascii"):
            pass
        site.server.settings["hot_standby"] = "on"
        site.server.start()
        with Terminal(["-s", site.uri()]) as terminal:
            terminal.expect(r"orders +0/1")
            told_before_a_dialog(terminal, r"the server is a standby")
            leave(terminal)


def want_a_password(site, password):
    """From now on the role reader needs one; the others get in as before."""
    site.sql("CREATE ROLE reader LOGIN PASSWORD '%s'; GRANT SELECT ON checkpoints TO reader" %
             password)
    site.server.stop()
    path = os.path.join(site.server.data, "pg_hba.conf")
    with open(path, encoding="ascii") as file:
        rules = file.read()
    with open(path, "w", encoding="ascii") as file:
        file.write("host all reader 127.0.0.1/32 scram-sha-256\n" + rules)
    site.server.start()


def a_password_file_that_is_not_used(_):
    """libpq warns on standard error, which is the terminal: the screen has the reason instead."""
    with Site() as site, tempfile.TemporaryDirectory() as folder:
        want_a_password(site, "simsalabim")
        path = os.path.join(folder, "pf")
        with open(path, "w", encoding="ascii") as file:
            file.write("*:*:*:reader:simsalabim\n")
        os.chmod(path, 0o640)
        uri = site.uri(more="&passfile=" + path).replace("postgres@", "reader@", 1)
        with Terminal(["-s", uri]) as terminal:
            terminal.expect(r"DOWN")
            terminal.send(b"S")
            terminal.expect(r"(?s)no password supplied.*is not\s+used.*0640")
            terminal.expect(r"(?s)chmod\s+600\s+" + re.escape(path))
            terminal.send(b"r")
            terminal.expect(r"tries +[2-9]")
            check(b"WARNING" not in terminal.output, "a library wrote on the screen")
            os.chmod(path, 0o600)
            terminal.send(b"r")
            terminal.expect(r"STORES +postgres ok")
            terminal.send(b"\x1b")
            terminal.expect(r"orders +0/1")
            leave(terminal)


if __name__ == "__main__":
    run(
        keys_are_answered_while_a_call_hangs,
        a_backend_that_stands_still,
        a_server_that_lets_nobody_in,
        a_server_that_stands_still,
        a_server_that_is_killed_and_comes_back,
        a_network_that_swallows_everything,
        a_connection_that_is_lost_for_good,
        a_wallboard_wants_proof,
        a_table_that_changes_while_it_is_watched,
        a_server_that_is_not_there_when_it_starts,
        a_head_that_is_asked_in_another_store,
        what_cannot_be_changed_opens_no_dialog,
        a_password_file_that_is_not_used,
    )
