#!/usr/bin/env -S python3 -B
# SPDX-License-Identifier: MIT
"""The dashboard over a PostgreSQL server that stands still, is killed, or comes back: it answers
keys, shows what it read last with its age and the reason, and recovers by itself."""
import os
import signal
import socket
import threading

from server_site import Site, answers_keys, answers_keys_without_rows, leave, run
from terminal import Terminal


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


# S17 pg_backend_sigstop
# S18 pg_postmaster_sigstop
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
        terminal.expect(r"UNKN since \d\d:\d\d:\d\d .*(does not answer|unreachable)")
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
        site.server.start()
        terminal.expect(r"STORES +postgres ok")
        terminal.expect(r"(?m)^.ok .* orders", absent="UNKN")
        leave(terminal)


class Hole:
    """Between a client and the server: lets through, or takes and says nothing, for ever."""

    def __init__(self, port):
        self.port = port
        self.is_open = True
        self.listener = socket.create_server(("127.0.0.1", 0))
        threading.Thread(target=self.accept, daemon=True).start()

    def accept(self):
        while True:
            try:
                client, _ = self.listener.accept()
            except OSError:
                return
            server = socket.create_connection(("127.0.0.1", self.port))
            for source, sink in ((client, server), (server, client)):
                threading.Thread(target=self.copy, args=(source, sink), daemon=True).start()

    def copy(self, source, sink):
        try:
            while data := source.recv(65536):
                if self.is_open:
                    sink.sendall(data)
        except OSError:
            pass
        source.close()
        sink.close()


def a_network_that_swallows_everything(_):
    with Site() as site:
        hole = Hole(site.server.port)
        with Terminal(["-s", site.uri(hole.listener.getsockname()[1])]) as terminal:
            terminal.expect(r"orders +0/1")
            hole.is_open = False
            terminal.expect(r"DOWN \d+s")
            answers_keys(terminal)
            hole.is_open = True
            terminal.expect(r"STORES +postgres ok")
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


if __name__ == "__main__":
    run(
        keys_are_answered_while_a_call_hangs,
        a_server_that_stands_still,
        a_server_that_is_killed_and_comes_back,
        a_network_that_swallows_everything,
        a_server_that_is_not_there_when_it_starts,
    )
