#!/usr/bin/env -S python3 -B
# SPDX-License-Identifier: MIT
"""T06, T16: where there is no terminal that can do it, the program says what to use
instead, ends with 2 and writes not one escape."""
import os
import pty
import subprocess

from terminal import CKPTOP, Terminal, check, environment, main


def run(uri, **files):
    return subprocess.run(
        [CKPTOP, "-s", uri], env=environment(), stderr=subprocess.PIPE, timeout=60, **files
    )


def assert_refused(result, output, what):
    check(result.returncode == 2, "%s: status %s" % (what, result.returncode))
    check(output == b"", "%s: it wrote %r" % (what, output))
    check(b"ckptop list" in result.stderr, "%s: it said %r" % (what, result.stderr))
    check(b"\x1b" not in result.stderr, "%s: an escape in %r" % (what, result.stderr))


def without_a_terminal(uri):
    result = run(uri, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE)
    assert_refused(result, result.stdout, "no terminal")
    master, slave = pty.openpty()
    result = run(uri, stdin=slave, stdout=subprocess.PIPE)
    assert_refused(result, result.stdout, "output to a pipe")
    result = run(uri, stdin=subprocess.DEVNULL, stdout=slave)
    os.set_blocking(master, False)
    try:
        written = os.read(master, 4096)
    except BlockingIOError:
        written = b""
    assert_refused(result, written, "input from /dev/null")
    os.close(master)
    os.close(slave)


def with_a_terminal_that_cannot(uri):
    for term, word in ((None, b"TERM is not set"), ("", b"TERM is not set"),
                       ("no-such-terminal", b"no-such-terminal"), ("dumb", b"'dumb'")):
        with Terminal(["-s", uri], env=environment(TERM=term)) as terminal:
            status = terminal.finish()
            check(status == 2, "TERM=%s: status %s" % (term, status))
            check(b"\x1b" not in terminal.output, "TERM=%s: %r" % (term, terminal.output))
            check(word in terminal.output, "TERM=%s: %r" % (term, terminal.output))
            check(b"ckptop list" in terminal.output, "TERM=%s: no hint" % term)


def with_all_others_it_runs(uri):
    for term in ("xterm", "xterm-256color", "linux", "vt100", "screen", "tmux-256color"):
        with Terminal(["-s", uri], env=environment(TERM=term)) as terminal:
            terminal.ready()
            terminal.send(b"q")
            check(terminal.finish() == 0, "TERM=%s: it did not end well" % term)


main(without_a_terminal, with_a_terminal_that_cannot, with_all_others_it_runs)
