#!/usr/bin/env -S python3 -B
# SPDX-License-Identifier: MIT
"""The dashboard over a network that is slow, silent, cut, or answers what it should not: it
answers keys, each call ends in its time, and nothing is held that a dead connection had."""
import os
import socket
import struct
import subprocess
import sys
import tempfile
import threading
import time

import terminal as terminals
from server_site import Site, answers_keys, answers_keys_without_rows, leave, run
import proxy
from proxy import Proxy
from terminal import Terminal, check, environment

HERE = os.path.dirname(os.path.abspath(__file__))
IS_LONG = bool(os.environ.get("CKPTOP_LONG"))


def port_of(server):
    return server.getsockname()[1]


def through(site, between, **more):
    return site.uri(between.address[1], **more)


# --- connecting ---

class Alone(Terminal):
    program = "/usr/bin/env"


def may_be_alone():
    return subprocess.run(["unshare", "--user", "--map-root-user", "--net", "--mount", "true"],
                          check=False, capture_output=True).returncode == 0


# N01 dns_blackhole
def names_that_nobody_answers(_):
    command = ["unshare", "--user", "--map-root-user", "--net", "--mount", "--", sys.executable,
               "-B", os.path.join(HERE, "alone.py"), terminals.CKPTOP, "-s",
               "postgresql://wall@db.example.com/etl?interval=1s&timeout=2s"]
    with Alone(command) as terminal:
        answers_keys_without_rows(terminal)
        terminal.expect(r"DOWN ≥?\d+s")
        answers_keys_without_rows(terminal)
        terminal.send(b"S")
        terminal.expect(r"did not answer|does not answer|within 2s|timeout")
        leave(terminal)


class Silent:
    """A port whose queue is full: who connects waits for an answer."""

    def __init__(self):
        self.listener = socket.socket()
        self.listener.bind(("127.0.0.1", 0))
        self.listener.listen(0)
        self.port = port_of(self.listener)
        self.waiting = []
        for _ in range(4):
            client = socket.socket()
            client.setblocking(False)
            client.connect_ex(self.listener.getsockname())
            self.waiting.append(client)

    def close(self):
        for held in [self.listener, *self.waiting]:
            held.close()


# N02 blackhole_connect_multi_host
def hosts_that_do_not_answer_share_one_time(_):
    silent = [Silent() for _ in range(3)]
    hosts = ",".join("127.0.0.1:%d" % one.port for one in silent)
    start = time.monotonic()
    with Terminal(["-s", "postgresql://wall@%s/etl?interval=1s&timeout=5s" % hosts]) as terminal:
        answers_keys_without_rows(terminal)
        terminal.expect(r"DOWN ≥?\d+s")
        took = time.monotonic() - start
        check(took < 15, "three hosts took %.1f s" % took)
        leave(terminal)
    for one in silent:
        one.close()


class Mute(Silent):
    """One that takes every connection, and says nothing."""

    def __init__(self):
        self.listener = socket.create_server(("127.0.0.1", 0), backlog=64)
        self.port = port_of(self.listener)
        self.waiting = []


def a_silent_host_leaves_time_for_the_others(_):
    with Site() as site:
        for first in (Silent(), Mute()):
            uri = site.uri(timeout="4s").replace("127.0.0.1", "127.0.0.1:%d,127.0.0.1" % first.port)
            with Terminal(["-s", uri]) as terminal:
                terminal.expect(r"orders +0/1")
                site.save("77")
                terminal.expect(r"value 77\b")
                leave(terminal)
            site.save("7")
            first.close()


# --- a connection that is there ---

# N04 rst_midquery
def a_connection_that_is_reset_in_the_midst(_):
    with Site() as site, Proxy(("127.0.0.1", site.server.port)) as between:
        site.sql("INSERT INTO checkpoints SELECT 'many', n, n, NULL, now()"
                 " FROM generate_series(1, 20000) n")
        with Terminal(["-s", through(site, between)]) as terminal:
            terminal.expect(r"many +0/20k")
            between.set(proxy.CUT, 100000)
            site.sql("UPDATE checkpoints SET checkpoint_value = partition_id::int + 50000"
                     " WHERE job_id = 'many'")
            terminal.expect(r"DOWN ≥?\d+s")
            answers_keys(terminal)
            # A part of an answer is none.
            terminal.expect(r"UNKN.* many ")
            between.set(proxy.RESET)
            is_tried_in_vain(terminal, between, 2)
            between.set(proxy.PASS)
            terminal.expect(r"STORES +postgres ok")
            terminal.expect(r"(?m)^.ok .* many +0/20k", absent="UNKN")
            leave(terminal)


# N05 slow_drip
def bytes_that_drip_do_not_stop_the_clock(_):
    with Site() as site, Proxy(("127.0.0.1", site.server.port)) as between:
        with Terminal(["-s", through(site, between)]) as terminal:
            terminal.expect(r"orders +0/1")
            between.set(proxy.DRIP, 1)
            terminal.expect(r"DOWN ≥?\d+s")
            answers_keys(terminal)
            between.set(proxy.PASS)
            terminal.expect(r"STORES +postgres ok")
            leave(terminal)


# N06 300ms_rtt
def a_line_that_is_long(_):
    with Site() as site, Proxy(("127.0.0.1", site.server.port)) as between:
        between.set(proxy.DELAY, 150)
        with Terminal(["-s", through(site, between, timeout="10s")]) as terminal:
            terminal.expect(r"orders +0/1")
            site.save("77")
            terminal.expect(r"value 77\b")
            answers_keys(terminal)
            # Ten seconds there and back: keys do not wait for that.
            between.set(proxy.DELAY, 5000)
            check(between.wait_until_held(1), "it asks nothing")
            start = time.monotonic()
            answers_keys(terminal)
            took = time.monotonic() - start
            check(took < 5, "keys took %.1f s" % took)
            between.set(proxy.PASS)
            leave(terminal)


def held(pid):
    """Threads and descriptors."""
    return len(os.listdir("/proc/%d/task" % pid)), len(os.listdir("/proc/%d/fd" % pid))


def memory(pid):
    """Kilobytes."""
    with open("/proc/%d/status" % pid, encoding="ascii") as file:
        return next(int(line.split()[1]) for line in file if line.startswith("VmRSS:"))


# N07 cancel_blocked
def what_asks_a_silent_server_to_cancel_does_not_pile_up(_):
    with Site() as site, Proxy(("127.0.0.1", site.server.port)) as between:
        with Terminal(["-s", through(site, between, timeout="300ms")]) as terminal:
            terminal.expect(r"orders +0/1")
            before = held(terminal.pid)
            for _ in range(5):
                # While a statement is under way nothing arrives any more.
                between.set(proxy.BLACK_HOLE)
                terminal.expect(r"DOWN ≥?\d+s")
                between.set(proxy.PASS)
                terminal.send(b"r")
                terminal.expect(r"STORES +postgres ok")
            between.set(proxy.BLACK_HOLE)
            terminal.expect(r"DOWN ≥?([5-9]|\d\d)s")
            after = held(terminal.pid)
            check(after[0] <= before[0] + 2 and after[1] <= before[1] + 4,
                  "threads and descriptors were %r and are %r" % (before, after))
            leave(terminal)


def outages(path):
    """The lines of the log while the store was down, a list for each time."""
    found, is_down = [], False
    with open(path, encoding="utf-8") as file:
        for line in file:
            if " FAILED: " in line and not is_down:
                found.append([])
            is_down = " open: " not in line and (is_down or " FAILED: " in line)
            if is_down:
                found[-1].append(line)
    return found


def is_tried_in_vain(terminal, between, times):
    wanted = between.accepted + times
    while between.accepted < wanted:
        terminal.read_once(0.1)


# N11 flapping
def a_line_that_comes_and_goes(_):
    with Site() as site, Proxy(("127.0.0.1", site.server.port)) as between, \
            tempfile.TemporaryDirectory() as folder:
        log = os.path.join(folder, "log")
        with Terminal(["-s", through(site, between, timeout="1s")],
                      env=environment(CKPTOP_LOG=log)) as terminal:
            terminal.expect(r"orders +0/1")
            before = None
            for number in range(60 if IS_LONG else 6):
                for mode in (proxy.BLACK_HOLE, proxy.RESET):
                    between.set(mode)
                    terminal.expect(r"DOWN ≥?\d+s")
                    between.set(proxy.PASS)
                    site.save(1000 + number)
                    terminal.send(b"r")
                    terminal.expect(r"STORES +postgres ok")
                    terminal.expect(r"value %s\b" % "1,{:03d}".format(number))
                now = held(terminal.pid) + (memory(terminal.pid),)
                before = before or now
            check(now[0] <= before[0] + 2 and now[1] <= before[1] + 4,
                  "threads, descriptors and kB were %r and are %r" % (before, now))
            check(now[2] < before[2] + 20000 or "ASAN_OPTIONS" in os.environ,
                  "threads, descriptors and kB were %r and are %r" % (before, now))
            between.set(proxy.RESET)
            terminal.expect(r"DOWN ≥?\d+s")
            is_tried_in_vain(terminal, between, 3)
            leave(terminal)
        # However often it was tried: that it failed, and that this was the end of the connection.
        found = outages(log)
        check(len(found) >= 2 * number + 3, "%d outages are in the log" % len(found))
        for lines in found:
            check(len(lines) <= 2, "".join(["the log is flooded:\n", *lines]))


# --- servers that are none, or want none of us ---

class Liar:
    """Takes what a client sends first, and answers all with the same bytes."""

    def __init__(self, answers):
        self.answers = answers
        self.heard = b""
        self.listener = socket.create_server(("127.0.0.1", 0))
        self.port = port_of(self.listener)
        threading.Thread(target=self.accept, daemon=True).start()

    def accept(self):
        while True:
            try:
                client, _ = self.listener.accept()
            except OSError:
                return
            threading.Thread(target=self.answer, args=(client,), daemon=True).start()

    def answer(self, client):
        with client:
            try:
                for answer in self.answers:
                    self.heard += client.recv(65536)
                    client.sendall(answer)
                while data := client.recv(65536):
                    self.heard += data
            except OSError:
                pass


def message(kind, body):
    return kind + struct.pack(">I", len(body) + 4) + body


READY = (message(b"R", struct.pack(">I", 0))
         + message(b"S", b"server_version\00015.1\0") + message(b"Z", b"I"))
# The answers to BEGIN, and then a row that says it is two gigabytes long.
HUGE = (message(b"1", b"") + message(b"2", b"")
        + message(b"T", struct.pack(">H", 1) + b"x\0" + struct.pack(">IHIhih", 0, 0, 25, -1, -1, 0))
        + b"D" + struct.pack(">IHI", 0x7FFFFFF0, 1, 0x7FFFFFE0) + b"x" * 100000)


# N08 server_sends_garbage
def what_is_no_server(_):
    for answers in ((b"SSH-2.0-OpenSSH_9.2\r\n",), (os.urandom(5000),), (b"\0" * 70000,),
                    (READY, os.urandom(5000)), (READY, HUGE),
                    (message(b"E", b"SFATAL\0C57P03\0Mstarting\x1b[2J up\0\0"),)):
        liar = Liar(answers)
        uri = "postgresql://wall@127.0.0.1:%d/etl?interval=1s&timeout=2s&sslmode=disable"
        with Terminal(["-s", uri % liar.port]) as terminal:
            terminal.expect(r"DOWN ≥?([2-9]|\d\d)s")
            answers_keys_without_rows(terminal)
            check(memory(terminal.pid) < 100000 or "ASAN_OPTIONS" in os.environ,
                  "it has %d kB" % memory(terminal.pid))
            # What it says is text, and commands no terminal.
            check(b"starting\x1b[2J" not in terminal.output, "an escape got through")
            leave(terminal)
        liar.listener.close()


def certificate(site):
    """Makes one that nobody has signed, and a server that has it."""
    folder = site.server.directory
    key, cert = os.path.join(folder, "server.key"), os.path.join(folder, "server.crt")
    site.server.run_any("openssl", "req", "-new", "-x509", "-days", "2", "-nodes", "-subj",
                        "/CN=elsewhere.example", "-keyout", key, "-out", cert)
    os.chmod(key, 0o600)
    site.server.stop()
    site.server.settings.update(ssl="on", ssl_key_file=key, ssl_cert_file=cert)
    site.server.start()


# N09 tls_bad_cert
def a_certificate_of_somebody_else(_):
    with Site() as site:
        certificate(site)
        cert = os.path.join(site.server.directory, "server.crt")
        with Terminal(["-s", site.uri(more="&sslmode=require")]) as terminal:
            terminal.expect(r"orders +0/1")
            leave(terminal)
        for more, words in (("&sslmode=verify-full", r"(?i)root certificate|certificate verify"),
                            ("&sslmode=verify-full&sslrootcert=" + cert,
                             r"(?i)does not match host name")):
            with Terminal(["-s", site.uri(more=more)]) as terminal:
                terminal.expect(r"DOWN ≥?\d+s")
                terminal.send(b"S")
                terminal.expect(words)
                answers_keys_without_rows(terminal)
                leave(terminal)


def no_password_to_who_has_no_certificate(_):
    """A server without TLS that asks for the password as it is."""
    asks = message(b"R", struct.pack(">I", 3))
    for answers in ((b"N", asks, asks), (b"N" + asks, asks), (asks, asks, asks)):
        liar = Liar(answers)
        uri = ("postgresql://wall@127.0.0.1:%d/etl?interval=1s&timeout=2s"
               "&gssencmode=disable&sslmode=verify-full" % liar.port)
        with Terminal(["-s", uri], env=environment(PGPASSWORD="sesame77")) as terminal:
            terminal.expect(r"DOWN ≥?([2-9]|\d\d)s")
            leave(terminal)
            check(b"sesame77" not in terminal.output, "the password is on the screen")
        check(b"sesame77" not in liar.heard, "it sent the password in clear")
        liar.listener.close()


class Tries(Proxy):
    """Keeps when somebody came. Who is told of his failure was counted before, so that what lies
    between two of them is never shorter than what he waited."""

    def __init__(self, server):
        self.times = []
        super().__init__(server)

    def _accept(self):
        self.times.append(time.monotonic())
        super()._accept()

    def waits(self):
        return [after - before for before, after in zip(self.times, self.times[1:])]


# Of a store whose interval is 1s: at least half of 1s, and twice as much each time, up to 5s.
LEAST_WAITS = (0.5, 1, 2, 2.5, 2.5)


def tries_come_later_and_later(site):
    """Four that are refused at one moment do not come back at one moment either."""
    proxies = [Tries(("127.0.0.1", site.server.port)) for _ in range(4)]
    words = [word for one in proxies for word in ("-s", through(site, one))]
    with Terminal(words) as terminal:
        while any(len(one.times) <= len(LEAST_WAITS) for one in proxies):
            terminal.read_once(0.1)
        leave(terminal)
    for one in proxies:
        one.close()
    waits = [one.waits()[:len(LEAST_WAITS)] for one in proxies]
    for of_one in waits:
        check(all(wait >= least for wait, least in zip(of_one, LEAST_WAITS)),
              "it tried again after %r" % of_one)
    # How slow this machine is makes them longer, and not one of them than the others each time.
    spread = [max(of_all) - min(of_all) for of_all in zip(*waits)]
    check(max(spread) > 0.2, "they came back together: %r" % waits)


# N10 max_connections_reached
def a_server_that_is_full(_):
    with Site(max_connections="5", superuser_reserved_connections="0") as site:
        with Terminal(["-s", site.uri()]) as terminal:
            terminal.expect(r"orders +0/1")
            count = site.ask("SELECT count(*) FROM pg_stat_activity"
                             " WHERE application_name = 'ckptop'")
            check(count == "1", "it has %s connections" % count)
            leave(terminal)
        # Those that come first keep theirs until their input ends.
        others = [subprocess.Popen(["psql", "-XAtq", site.server.uri()], stdin=subprocess.PIPE,
                                   stdout=subprocess.PIPE, stderr=subprocess.DEVNULL)
                  for _ in range(5)]
        for other in others:
            other.stdin.write(b"SELECT 1;\n")
            other.stdin.flush()
            check(other.stdout.readline() == b"1\n", "the server is full too early")
        with Terminal(["-s", site.uri()]) as terminal:
            terminal.expect(r"DOWN ≥?\d+s")
            terminal.send(b"S")
            terminal.expect(r"too many clients|remaining connection slots")
            terminal.send(b"\x1b")
            terminal.expect(r"JOBS +sort")
            tries_come_later_and_later(site)
            for other in others:
                other.communicate()
            # Nobody presses a key.
            terminal.expect(r"STORES +postgres ok")
            terminal.expect(r"orders +0/1")
            leave(terminal)


# --- what is there beside us ---

# X11 ALTER TABLE while wallboard runs
def a_table_can_be_altered_while_it_is_watched(_):
    with Site() as site:
        with Terminal(["wall", "-s", site.uri()]) as terminal:
            terminal.expect(r"2 jobs, 2 checkpoints")
            for number in range(200 if IS_LONG else 30):
                site.sql("SET lock_timeout = '2s'; ALTER TABLE checkpoints ADD c%d int;"
                         " ALTER TABLE checkpoints DROP c%d" % (number, number))
            terminal.send(b"Q")
            check(terminal.finish() == 0, "it did not end well")


# K07 server clock
def a_server_whose_clock_differs(_):
    with Site() as site:
        folder = site.server.directory
        library, clocks = os.path.join(folder, "clocks.so"), os.path.join(folder, "clocks")
        subprocess.run([os.environ.get("CC", "cc"), "-shared", "-fPIC", "-o", library,
                        os.path.join(HERE, "clocks.c")], check=True)
        for ours, words in ((600, "is 10m behind that of this host"),
                            (-600, "is 10m ahead of that of this host")):
            with open(clocks, "w", encoding="ascii") as file:
                file.write("%d 0 0\n" % ours)
            site.save("42")
            env = environment(LD_PRELOAD=library, CLOCKS=clocks,
                              ASAN_OPTIONS=os.environ.get("ASAN_OPTIONS", "")
                              + ":verify_asan_link_order=0")
            with Terminal(["-s", site.uri()], env=env) as terminal:
                terminal.expect(r"clicks +0/1 .*\?  +\d+s ", absent=r"FUT|future")
                terminal.send(b"S")
                terminal.expect(words)
                leave(terminal)


if __name__ == "__main__":
    tests = [
        hosts_that_do_not_answer_share_one_time,
        a_silent_host_leaves_time_for_the_others,
        a_connection_that_is_reset_in_the_midst,
        bytes_that_drip_do_not_stop_the_clock,
        a_line_that_is_long,
        what_asks_a_silent_server_to_cancel_does_not_pile_up,
        a_line_that_comes_and_goes,
        what_is_no_server,
        a_certificate_of_somebody_else,
        no_password_to_who_has_no_certificate,
        a_server_that_is_full,
        a_table_can_be_altered_while_it_is_watched,
        a_server_whose_clock_differs,
    ]
    if may_be_alone():
        tests.insert(0, names_that_nobody_answers)
    else:
        print("SKIPPED: names_that_nobody_answers: no network namespaces here")
    wanted = sys.argv[1:]
    run(*[test for test in tests if not wanted or test.__name__ in wanted])
