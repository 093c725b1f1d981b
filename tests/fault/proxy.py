#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""A TCP connection that misbehaves, between a client and a server on this machine.

In a test:
    with Proxy(("127.0.0.1", 5432)) as proxy:
        connect to proxy.address, then for instance
        proxy.set(BLACK_HOLE)

By itself, until its standard input ends; each line of it is a mode, as in "drip 10":
    proxy.py HOST PORT [MODE [NUMBER]]      prints the port that it listens on, then "ok"
                                            or what is wrong for each line

A mode holds for connections that there are and for new ones, from the next byte on. Bytes
of both directions are treated alike, except where a direction is named.
"""
import os
import select
import socket
import struct
import sys
import threading
import time

PASS = "pass"
DELAY = "delay"  # NUMBER milliseconds each way, in order
DRIP = "drip"  # NUMBER bytes a second each way
BLACK_HOLE = "black-hole"  # nothing arrives and nothing is closed; connecting still works
BLACK_HOLE_ANSWERS = "black-hole-answers"  # what the client sends arrives, no answer comes back
RESET = "reset"  # connections are reset, new ones too
CUT = "cut"  # after NUMBER more bytes of the server the connection is reset

MODES = {PASS: 0, DELAY: 1, DRIP: 1, BLACK_HOLE: 0, BLACK_HOLE_ANSWERS: 0, RESET: 0, CUT: 1}
CHUNK = 65536


def reset(connection):
    """Closes with a RST and not with a FIN."""
    try:
        connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
    except OSError:
        pass
    connection.close()


class _Direction:
    """Bytes from one side on their way to the other."""

    def __init__(self, source, target, is_answer):
        self.source, self.target, self.is_answer = source, target, is_answer
        self.waiting = []  # (when it may go on, bytes); no bytes: the end
        self.next_drip = 0.0
        self.ended = False  # the source has nothing more to say
        self.left = None  # bytes until the cut


class Proxy:
    def __init__(self, server, mode=PASS, number=0):
        self.server = server
        self.listener = socket.create_server(("127.0.0.1", 0))
        self.address = self.listener.getsockname()
        self.connections = []  # pairs of directions
        self.accepted = 0
        self.passed = 0  # bytes that arrived, of both directions
        self._lost = set()  # directions of which nothing arrives any more
        self._lock = threading.Condition()
        self._wake_out, self._wake_in = os.pipe()
        self._stopping = False
        self.set(mode, number)
        self._thread = threading.Thread(target=self._run)
        self._thread.start()

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.close()

    def set(self, mode, number=0):
        if mode not in MODES or number < 0 or (mode == DRIP and number == 0):
            raise ValueError("no such mode: %s %s" % (mode, number))
        with self._lock:
            self.mode, self.number = mode, number
            for pair in self.connections:
                for direction in pair:
                    direction.left = None
        os.write(self._wake_in, b"x")

    def lose(self):
        """The connections that there are become black holes for good, as where a firewall forgot
        them; what is opened later is not touched."""
        with self._lock:
            self._lost.update(direction for pair in self.connections for direction in pair)

    def wait_until_held(self, count, seconds=60):
        """Until so many bytes have come and wait here to go on; False where they do not."""

        def are_held():
            return count <= sum(
                len(data)
                for pair in self.connections
                for direction in pair
                for _, data in direction.waiting
            )

        with self._lock:
            return self._lock.wait_for(are_held, seconds)

    def close(self):
        self._stopping = True
        os.write(self._wake_in, b"x")
        self._thread.join()
        os.close(self._wake_in)
        os.close(self._wake_out)

    # --- the thread ---

    def _run(self):
        while not self._stopping:
            with self._lock:
                if self.mode == RESET:
                    self._reset_all()
                readable, writable, timeout = self._interests()
            ready, can_write, _ = select.select(readable, writable, [], timeout)
            with self._lock:
                if self._wake_out in ready:
                    os.read(self._wake_out, CHUNK)
                if self.listener in ready:
                    self._accept()
                self._move(set(ready), set(can_write))
                self._lock.notify_all()
        self._reset_all()
        self.listener.close()

    def _is_swallowed(self, direction):
        """True while what comes this way stays in the kernel's buffers or here."""
        return (
            self.mode == BLACK_HOLE
            or (self.mode == BLACK_HOLE_ANSWERS and direction.is_answer)
            or direction in self._lost
        )

    def _interests(self):
        now = time.monotonic()
        readable, writable, due = [self.listener, self._wake_out], [], []
        for pair in self.connections:
            for direction in pair:
                if not direction.ended and len(direction.waiting) < 16:
                    readable.append(direction.source)
                if direction.waiting and not self._is_swallowed(direction):
                    when = max(direction.waiting[0][0], direction.next_drip)
                    if when <= now:
                        writable.append(direction.target)
                    else:
                        due.append(when - now)
        return readable, writable, min(due) if due else None

    def _accept(self):
        client = self.listener.accept()[0]
        self.accepted += 1
        if self.mode == RESET:
            reset(client)
            return
        try:
            server = socket.create_connection(self.server, timeout=10)
        except OSError:
            reset(client)
            return
        for connection in (client, server):
            connection.setblocking(False)
            connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        self.connections.append(
            (_Direction(client, server, False), _Direction(server, client, True))
        )

    def _move(self, ready, can_write):
        for pair in list(self.connections):
            try:
                for direction in pair:
                    if direction.source in ready:
                        self._take(direction)
                    if direction.target in can_write:
                        self._give(direction)
            except OSError:
                self._reset(pair)
                continue
            if all(direction.ended and not direction.waiting for direction in pair):
                self._forget(pair)
                for connection in (pair[0].source, pair[0].target):
                    connection.close()

    def _take(self, direction):
        try:
            data = direction.source.recv(CHUNK)
        except BlockingIOError:
            return
        delay = self.number / 1000 if self.mode == DELAY else 0
        direction.ended = not data
        direction.waiting.append((time.monotonic() + delay, data))

    def _give(self, direction):
        when, data = direction.waiting[0]
        # Two things may be ready at once, and the first of them have changed the other.
        if max(when, direction.next_drip) > time.monotonic():
            return
        if not data:
            direction.waiting.pop(0)
            direction.target.shutdown(socket.SHUT_WR)
            return
        count = len(data)
        if self.mode == DRIP:
            # At most twenty pieces a second.
            count = min(count, max(1, self.number // 20))
        if self.mode == CUT and direction.is_answer:
            if direction.left is None:
                direction.left = self.number
            count = min(count, direction.left)
        sent = direction.target.send(data[:count]) if count else 0
        self.passed += sent
        if self.mode == DRIP:
            direction.next_drip = time.monotonic() + sent / self.number
        direction.waiting[0] = (when, data[sent:])
        if not data[sent:]:
            direction.waiting.pop(0)
        if direction.left is not None:
            direction.left -= sent
            if direction.left == 0:
                self._after_cut(direction)

    def _after_cut(self, direction):
        """What was sent is to arrive: the client is sent a FIN, the server a RST."""
        direction.target.shutdown(socket.SHUT_WR)
        raise ConnectionResetError

    def _reset(self, pair):
        self._forget(pair)
        for connection in (pair[0].source, pair[0].target):
            if self.mode == CUT and connection is pair[0].source:
                connection.close()
            else:
                reset(connection)

    def _reset_all(self):
        for pair in list(self.connections):
            self._reset(pair)

    def _forget(self, pair):
        self.connections.remove(pair)
        self._lost.difference_update(pair)


class Forgets(Proxy):
    """Leaves out of each transaction of PostgreSQL that it only reads, as what stands between may
    do that has ideas of its own; while .forgets."""

    asked, put = b"REPEATABLE READ, READ ONLY\0", b"REPEATABLE READ           \0"

    def __init__(self, server, forgets=True):
        self.count, self.forgets = 0, forgets
        super().__init__(server)

    def _take(self, direction):
        super()._take(direction)
        if self.forgets and direction.waiting and not direction.is_answer:
            when, data = direction.waiting[-1]
            self.count += data.count(self.asked)
            direction.waiting[-1] = when, data.replace(self.asked, self.put)


def read_mode(words):
    """("drip", 10) of ["drip", "10"]."""
    if not words or words[0] not in MODES or len(words) != 1 + MODES[words[0]]:
        raise ValueError("no such mode: " + " ".join(words))
    return words[0], int(words[1]) if len(words) > 1 else 0


def main(args):
    if len(args) < 2:
        print(__doc__, file=sys.stderr)
        return 2
    with Proxy((args[0], int(args[1])), *read_mode(args[2:] or [PASS])) as proxy:
        print(proxy.address[1], flush=True)
        for line in sys.stdin:
            try:
                proxy.set(*read_mode(line.split()))
                print("ok", flush=True)
            except ValueError as error:
                print(error, flush=True)
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
