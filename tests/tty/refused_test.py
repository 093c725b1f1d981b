#!/usr/bin/env -S python3 -B
# SPDX-License-Identifier: MIT
"""Where there is no terminal the program says what to use instead, ends with 2, and no
command writes an escape."""
import os
import pty
import subprocess

from hostile import make_stores
from terminal import CKPTOP, check, environment, main


def run(uri, **files):
    return subprocess.run(
        [CKPTOP, "-s", uri], env=environment(), stderr=subprocess.PIPE, timeout=60, **files
    )


def assert_refused(result, output, what):
    check(result.returncode == 2, "%s: status %s" % (what, result.returncode))
    check(output == b"", "%s: it wrote %r" % (what, output))
    check(b"ckptop list" in result.stderr, "%s: it said %r" % (what, result.stderr))
    check(b"\x1b" not in result.stderr, "%s: an escape in %r" % (what, result.stderr))


def no_command_writes_an_escape(uri):
    """Into pipes; also where a store is full of them, but for what asks for its bytes."""
    hostile = make_stores(os.path.dirname(uri[len("sqlite:") :]))
    for options in (
        (), ("list",), ("list", "--plain"), ("list", "--json"), ("list", "--jsonl"), ("show", "items"),
        ("show", "many"), ("stores",), ("stores", "--json"), ("info",), ("theme", "--list"),
        ("-b", "-n", "1"), ("list", "no-such-job"), ("no-such-command",), ("list", "--help"),
        ("save", "items", "0", "43"), ("load", "items", "0"), ("load", "items", "no-such"),
        ("help",), ("--help",), ("--version",),
    ):
        stores = [uri] if options[:1] in (("save",), ("load",)) else [uri, *hostile]
        command = [CKPTOP, "--no-config", *options, *(word for one in stores for word in ("-s", one))]
        result = subprocess.run(command, env=environment(), stdin=subprocess.DEVNULL,
                                stdout=subprocess.PIPE, stderr=subprocess.PIPE, timeout=60)
        check(result.returncode >= 0, "%s: status %s" % (options, result.returncode))
        for output in (result.stdout, result.stderr):
            check(b"\x1b" not in output, "%s: an escape in %r" % (options, output))


# T16 no_tty
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
    no_command_writes_an_escape(uri)


main(without_a_terminal)
