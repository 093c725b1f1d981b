#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""Each way in which the proxy misbehaves, with a server behind it that sends back what it is
sent. What must not arrive is followed by something that must, or by the end: nothing is
waited for in the hope that it does not come."""
import os
import socket
import struct
import subprocess
import sys
import threading
import time

sys.dont_write_bytecode = True

import proxy
from proxy import Proxy

WATCHDOG = 60  # seconds; far more than any answer takes
failures = []


class Echo:
    """A server that sends back what it is sent, and counts it. It ends with its process."""

    def __init__(self):
        self.listener = socket.create_server(("127.0.0.1", 0))
        self.address = self.listener.getsockname()
        self.came = 0
        self.ends = []  # how each connection ended: "end" or "reset"
        self.changed = threading.Condition()
        threading.Thread(target=self._accept, daemon=True).start()

    def _accept(self):
        while True:
            connection = self.listener.accept()[0]
            threading.Thread(target=self._answer, args=(connection,), daemon=True).start()

    def _answer(self, connection):
        end = "end"
        try:
            while True:
                data = connection.recv(65536)
                if not data:
                    break
                with self.changed:
                    self.came += len(data)
                    self.changed.notify_all()
                connection.sendall(data)
        except ConnectionError:
            end = "reset"
        connection.close()
        with self.changed:
            self.ends.append(end)
            self.changed.notify_all()

    def wait_for(self, what):
        with self.changed:
            return self.changed.wait_for(what, WATCHDOG)


def check(condition, what):
    if not condition:
        failures.append("%s: %s" % (case, what))


def connect(address):
    connection = socket.create_connection(address, timeout=WATCHDOG)
    connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
    return connection


def receive(connection, count):
    """So many bytes, or those before the end; None where it was reset."""
    data = b""
    try:
        while len(data) < count:
            piece = connection.recv(count - len(data))
            if not piece:
                break
            data += piece
    except ConnectionResetError:
        return None
    return data


def is_reset(address):
    """A new connection is, be it before connect() returns."""
    try:
        with connect(address) as connection:
            return receive(connection, 1) is None
    except ConnectionResetError:
        return True


def ask(connection, data=b"are you there?"):
    connection.sendall(data)
    return receive(connection, len(data))


# --- the modes ---


def passes(server):
    much = bytes(range(256)) * 4096
    with Proxy(server.address) as between, connect(between.address) as client:
        answer = []
        reader = threading.Thread(target=lambda: answer.append(receive(client, len(much))))
        reader.start()
        client.sendall(much)
        reader.join()
        check(answer == [much], "a mebibyte does not come back as it was")
        with connect(between.address) as second:
            check(ask(second) == b"are you there?", "a second connection is not served")
        check(between.accepted == 2, "%d connections were counted" % between.accepted)
        client.shutdown(socket.SHUT_WR)
        check(client.recv(1) == b"", "the end is not passed on")
        check(server.wait_for(lambda: "end" in server.ends), "the server is not told the end")
        check(between.passed >= 2 * len(much), "%d bytes were counted" % between.passed)


def delays(server):
    with Proxy(server.address, proxy.DELAY, 50) as between, connect(between.address) as client:
        for _ in range(3):
            start = time.monotonic()
            check(ask(client) == b"are you there?", "it does not answer")
            check(time.monotonic() - start >= 0.1, "an answer came sooner than there and back")
        for number in range(20):
            client.sendall(struct.pack("B", number))
        check(receive(client, 20) == bytes(range(20)), "the order has changed")


def drips(server):
    with Proxy(server.address, proxy.DRIP, 100) as between, connect(between.address) as client:
        start = time.monotonic()
        check(ask(client, b"x" * 60) == b"x" * 60, "not all of it arrives")
        # The last piece of at most five bytes is not waited for.
        took = time.monotonic() - start
        check(took >= 55 / 100, "60 bytes at 100 a second took %.2f s" % took)
        between.set(proxy.PASS)
        check(ask(client, b"y" * 10000) == b"y" * 10000, "it does not stop dripping")


def swallows(server):
    """What was sent into a black hole arrives when it is none any more, as TCP has it."""
    with Proxy(server.address) as between, connect(between.address) as client:
        check(ask(client) == b"are you there?", "it does not answer")
        before = server.came
        between.set(proxy.BLACK_HOLE)
        client.sendall(b"lost")
        with connect(between.address) as second:
            second.sendall(b"lost, too")
            check(between.wait_until_held(13), "it does not take what is sent")
            check(server.came == before, "something arrived")
            check(not readable(client) and not readable(second), "something was answered")
            between.set(proxy.PASS)
            check(receive(client, 4) == b"lost", "the first does not get its answer at last")
            check(receive(second, 9) == b"lost, too", "nor the second")


def swallows_answers(server):
    with Proxy(server.address) as between, connect(between.address) as client:
        check(ask(client) == b"are you there?", "it does not answer")
        before = server.came
        between.set(proxy.BLACK_HOLE_ANSWERS)
        client.sendall(b"commit")
        check(server.wait_for(lambda: server.came == before + 6), "the question does not arrive")
        check(between.wait_until_held(6), "no answer was held")
        check(not readable(client), "an answer came back")
        between.set(proxy.PASS)
        check(receive(client, 6) == b"commit", "the answer does not come at last")


def resets(server):
    with Proxy(server.address) as between, connect(between.address) as client:
        check(ask(client) == b"are you there?", "it does not answer")
        between.set(proxy.RESET)
        check(receive(client, 1) is None, "an open connection is not reset")
        check(server.wait_for(lambda: "reset" in server.ends), "the server's side is not reset")
        check(is_reset(between.address), "a new connection is not reset")
        between.set(proxy.PASS)
        with connect(between.address) as third:
            check(ask(third) == b"are you there?", "it does not recover")


def cuts(server):
    with Proxy(server.address) as between, connect(between.address) as client:
        check(ask(client) == b"are you there?", "it does not answer")
        between.set(proxy.CUT, 5)
        client.sendall(b"0123456789")
        check(receive(client, 10) == b"01234", "not just five bytes arrive")
        check(server.wait_for(lambda: "reset" in server.ends), "the server's side is not reset")
        with connect(between.address) as second:
            second.sendall(b"ab")
            check(receive(second, 2) == b"ab", "a new connection has not five bytes of its own")
            second.sendall(b"cdefgh")
            check(receive(second, 6) == b"cde", "or more than those")


def without_server(_):
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        with Proxy(taken.getsockname()) as between:
            check(is_reset(between.address), "it is not reset where nobody listens behind it")


# --- around them ---


def readable(connection):
    connection.setblocking(False)
    try:
        connection.recv(1, socket.MSG_PEEK)
        return True
    except BlockingIOError:
        return False
    finally:
        connection.settimeout(WATCHDOG)


def refuses(server):
    with Proxy(server.address) as between, connect(between.address) as client:
        for mode, number in (("loud", 0), (proxy.DELAY, -1), (proxy.DRIP, 0)):
            try:
                between.set(mode, number)
                check(False, "it takes %s %d" % (mode, number))
            except ValueError:
                pass
        check(ask(client) == b"are you there?", "it is not as it was")


def closes(server):
    between = Proxy(server.address)
    with connect(between.address) as client:
        check(ask(client) == b"are you there?", "it does not answer")
        between.close()
        check(receive(client, 1) is None, "a connection outlives the proxy")
    try:
        connect(between.address).close()
        check(False, "it still listens")
    except ConnectionRefusedError:
        pass


def from_a_shell(server):
    program = os.path.join(os.path.dirname(os.path.abspath(__file__)), "proxy.py")
    host, port = server.address
    process = subprocess.Popen(
        [sys.executable, "-B", program, host, str(port), "drip", "1000000"],
        stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True,
    )
    with connect((host, int(process.stdout.readline()))) as client:
        check(ask(client) == b"are you there?", "it does not answer")
        for line, answer in (("loud", "no such mode: loud"), ("drip", "no such mode: drip"),
                             ("reset", "ok")):
            process.stdin.write(line + "\n")
            process.stdin.flush()
            said = process.stdout.readline().strip()
            check(said == answer, "of %r it says %r" % (line, said))
        check(receive(client, 1) is None, "the mode of a line does not hold")
    process.stdin.close()
    check(process.wait(WATCHDOG) == 0, "it does not end well with its input")
    process.stdout.close()


for test in (passes, delays, drips, swallows, swallows_answers, resets, cuts, without_server,
             refuses, closes, from_a_shell):
    case = test.__name__
    try:
        test(Echo())
    except (OSError, AssertionError) as error:
        check(False, "%s: %s" % (type(error).__name__, error))
for text in failures:
    print(text)
sys.exit(1 if failures else 0)
