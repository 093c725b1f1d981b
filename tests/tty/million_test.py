#!/usr/bin/env -S python3 -B
# SPDX-License-Identifier: MIT
"""A directory with very many files: there is a screen before they are read, it says that it
reads, it can be left, and the memory for each stays small. Ten thousand files; a million with
CKPTOP_LONG=1."""
import os
import subprocess
import time

from terminal import CKPTOP, Terminal, check, environment, main

FILES = 1000000 if os.environ.get("CKPTOP_LONG") else 10000
JOBS = FILES // 100
FIRST_SCREEN = 2 * 10  # seconds: what it may take, and ten times that for a busy machine
BASE, EACH = 64 << 20, 1536  # bytes of memory: of the program, and for each file


def make_files(folder):
    for number in range(FILES):
        path = os.path.join(folder, "job%05d_%d.json" % (number // 100, number % 100))
        with open(path, "w", encoding="ascii") as file:
            file.write('{"value": %d, "metadata": {}, "timestamp": "2026-11-22T03:07:41Z"}' % number)


# The address sanitizer keeps memory for its own use.
def is_plain():
    return "ASAN_OPTIONS" not in os.environ


def a_screen_is_there_before_all_is_read(folder):
    start = time.monotonic()
    with Terminal(["-s", "dir:" + folder]) as terminal:
        terminal.expect(r"(?i)reading|read \d+s ago")
        took = time.monotonic() - start
        check(took < FIRST_SCREEN, "the first screen took %.1f s" % took)
        terminal.ready()
        check(b"reading" in terminal.output, "it did not say that it reads")
        terminal.expect(r"\b{:,}\b|\b{}\b".format(JOBS, JOBS))
        terminal.send(b"q")
        check(terminal.finish() == 0, "it did not end well")


def it_can_be_left_while_it_reads(folder):
    with Terminal(["-s", "dir:" + folder]) as terminal:
        terminal.expect(r"(?i)reading|read \d+s ago")
        terminal.send(b"q")
        check(terminal.finish() == 0, "it did not end well")
        terminal.assert_clean()


def every_file_is_listed_and_memory_stays_small(folder):
    with subprocess.Popen([CKPTOP, "list", "--jsonl", "-s", "dir:" + folder], env=environment(),
                          stdout=subprocess.PIPE) as child:
        lines = sum(1 for line in child.stdout if b'"partition"' in line)
        _, status, usage = os.wait4(child.pid, 0)
        child.returncode = os.waitstatus_to_exitcode(status)
    check(child.returncode == 0, "list: status %d" % child.returncode)
    check(lines == FILES, "%d rows of %d" % (lines, FILES))
    most = BASE + EACH * FILES
    check(not is_plain() or usage.ru_maxrss * 1024 < most,
          "%d kB of memory" % usage.ru_maxrss)


# F17 million_files
def very_many_files(uri):
    folder = os.path.join(os.path.dirname(uri[len("sqlite:"):]), "files")
    os.mkdir(folder)
    make_files(folder)
    a_screen_is_there_before_all_is_read(folder)
    it_can_be_left_while_it_reads(folder)
    every_file_is_listed_and_memory_stays_small(folder)


main(very_many_files)
