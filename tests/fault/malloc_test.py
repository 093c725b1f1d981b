#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""Of all allocations of a reset, a delete and an undo each fails once, and all from there
on: what is there is old or exactly new, and what was said of it is true. Our own code
cannot go on and says so; what became of it the next one finds out, as after a kill.

By default only some of them; CKPTOP_LONG=1 is everything. With arguments only what they
name:

    malloc_test.py [VERB [KIND [N|N+]]]
"""
import os
import subprocess
import sys

sys.dont_write_bytecode = True

import changes
import rig

OUT_OF_MEMORY = "ckptop: out of memory; nothing more was done\n"
HERE = os.path.dirname(os.path.abspath(__file__))
CASES = [("sqlite-audit", "reset"), ("sqlite-wal", "reset"), ("sqlite-audit", "delete"),
         ("sqlite-wal-audit", "undo"), ("dir-audit", "reset"), ("dir-audit", "undo")]
SHORT = 24  # of each kind of a case in the short run


class Case(changes.Case):
    def make_library(self):
        self.preloaded = os.path.join(self.folder, "no_memory.so")
        subprocess.run([os.environ.get("CC", "cc").split()[0], "-shared", "-fPIC",
                        "-D_GNU_SOURCE", "-o", self.preloaded,
                        os.path.join(HERE, "no_memory.c")], check=True)
        self.told = os.path.join(self.folder, "told")

    def without_memory(self, at):
        """The run, and what the library tells of it."""
        store = self.start()
        if os.path.exists(self.told):
            os.remove(self.told)
        run = rig.run(self.args(store, self.words), env={
            **self.env(), "LD_PRELOAD": self.preloaded, "NO_MEMORY": at,
            "NO_MEMORY_TOLD": self.told})
        with open(self.told) as file:
            lines = [line.split() for line in file]
        # It cannot go on, and ends like one that is killed; but not without a word.
        if run.signal is not None and run.err.endswith(OUT_OF_MEMORY):
            run.killed = True
        return store, run, {what: int(count) for what, count in lines}

    def count(self):
        _, run, told = self.without_memory("0")
        if run.status != 0:
            sys.exit("FAILED: %s with the library: %s" % (self.name, run.err))
        return told["end"]

    def attempt(self, at):
        """(whether it came to it, what is wrong)"""
        store, run, told = self.without_memory(at)
        if "failed" not in told:
            return False, run, []
        return True, run, ["%s without memory at %s: %s" % (self.name, at, words)
                           for words in self.judge(run, store)]


def points(count):
    numbers = range(1, count + 1)
    if not rig.LONG:
        numbers = sorted({1 + index * (count - 1) // (SHORT - 1) for index in range(SHORT)})
    return ["%d" % number for number in numbers] + ["%d+" % number for number in numbers]


# S12 sqlite_malloc_sweep
def sweep(cases, only=None):
    status = 0
    for kind, verb in cases:
        with Case(kind, verb) as case:
            case.prepare()
            case.make_library()
            met = ended = refused = wrong = 0
            for at in only or points(case.count()):
                came, run, found = case.attempt(at)
                met += came
                ended += came and run.killed
                refused += came and not run.killed and run.status != 0
                wrong += len(found)
                for words in found:
                    print(words, flush=True)
            print("%s: %d allocations failed, %d ended it, %d were refused, %d wrong" % (
                case.name, met, ended, refused, wrong), flush=True)
            if wrong or not met:
                status = 1
    return status


def main(args):
    if rig.SANITIZED:
        print("skipped: a sanitizer allocates by itself")
        return 77
    rig.need_strace()
    cases = CASES
    if args:
        cases = [case for case in [(kind, verb) for kind in changes.KINDS for verb in
                                   changes.VERBS] if case[1] == args[0] and
                 (len(args) < 2 or case[0] == args[1])]
    return sweep(cases, args[2:] or None)


sys.exit(main(sys.argv[1:]))
