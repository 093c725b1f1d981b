#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""The power goes while a checkpoint is reset, deleted or brought back, and just after
"done": store, audit and journal are on the disk that is cut.

What is there then is old or exactly new, and new with its record in the journal once it was
said to be done; the next one finds out what became of it, tells the truth and tidies up. By
default a few moments of each, CKPTOP_LONG=1 is before every call that writes. With arguments
only what they name:

    powerloss_change_test.py [FILE-SYSTEM [VERB [KIND]]]
"""
import collections
import os
import sys
import tempfile

sys.dont_write_bytecode = True

import changes
import rig
from disk import FILE_SYSTEMS, FileSystem, need_disks
from rig import Fault

VERBS = ["reset", "delete", "undo"]
# The kinds of changes.KINDS; beside: another program has the database open, and its log
# stays.
KINDS = {
    "dir-audit": False,
    "sqlite-audit": False,
    "sqlite-wal-audit": True,
    "dir": False,
    "sqlite": False,
    "sqlite-wal": False,
}
SHORT_KINDS = ["dir-audit", "sqlite-audit", "sqlite-wal-audit"]
# The last of these calls; None is after the end.
SHORT_POINTS = {
    "dir": ["renameat2", "fsync", None],
    "sqlite": ["unlink", None],
    "sqlite-wal": ["fdatasync", None],
}
WRITING = {
    "openat", "openat2", "mkdir", "mkdirat", "write", "pwrite64", "fsync", "fdatasync", "rename",
    "renameat", "renameat2", "unlink", "unlinkat", "ftruncate",
}


class Cuts:
    """A verb and a kind of store on a disk."""

    def __init__(self, disk, case):
        self.disk, self.case = disk, case
        self.beside = KINDS[case.kind]
        self.runs, self.wrong = collections.Counter(), []
        case.place = os.path.join(disk.place, "run")

    def points(self):
        """The calls before which the power goes, each with whether somebody else has the log
        written out; None is after the end."""
        calls = [call for call in self.case.calls if call.name in WRITING]
        if rig.LONG:
            first = self.case.calls[self.case.intent]
            calls = calls[calls.index(first) :]
            return [(call, flushed) for call in [*calls, None] for flushed in (False, True)]
        names = SHORT_POINTS[self.case.kind.replace("-audit", "")]
        points = [[call for call in calls if call.name == name] for name in names if name]
        return [(found[-1], True) for found in points if found] + [(None, False)]

    def try_cut(self, point, flushed):
        case = self.case
        store = case.start()
        pipeline = rig.Pipeline(store) if self.beside else None
        self.disk.sync()
        args = case.args(store, case.words)
        if point is None:
            run = rig.run(args, env=case.env())
        else:
            run, met = rig.inject(args, Fault(point.name, "KILL", point.nth), env=case.env())
            # With another program beside it there is less to do at the end.
            point = point if met or not self.beside else None
        if flushed:
            self.disk.flush_by_other()
        self.disk.cut(pipeline.kill if pipeline else lambda: None)
        self.runs["at the end" if point is None else "before a call"] += 1
        found = []
        if point is None and run.status == 0:
            phases = [record["phase"] for record in case.operation()]
            if phases != ["intent", "done"]:
                found.append("it was done, and the journal has only %s" % phases)
        elif point is None or not run.killed:
            found.append("%s: %s" % (run.ending(), run.err))
        found += case.judge(run, store)
        where = "at the end" if point is None else "before %s %d" % point[:2]
        for words in found:
            self.wrong.append("%s on %s, power gone %s%s: %s" % (
                case.name, self.disk.name, where, ", flushed by another" * flushed, words))


def cut_one(disk, verb, kind):
    with changes.Case(kind, verb) as case:
        cuts = Cuts(disk, case)
        case.prepare()
        for point, flushed in cuts.points():
            cuts.try_cut(point, flushed)
    for words in cuts.wrong:
        print(words, flush=True)
    return cuts


# F01 powerloss_save
# S09 sqlite_powerloss_commit
def cut_everywhere(names, verbs, kinds):
    runs, wrong = collections.Counter(), 0
    with tempfile.TemporaryDirectory(prefix="ckptop-powerloss.") as folder:
        for name in names:
            disk = FileSystem(name, folder)
            try:
                for verb in verbs:
                    for kind in kinds:
                        cuts = cut_one(disk, verb, kind)
                        runs += cuts.runs
                        wrong += len(cuts.wrong)
            finally:
                disk.close()
            print("%s: so far %d cuts before a call, %d at the end, %d wrong" %
                  (name, runs["before a call"], runs["at the end"], wrong), flush=True)
    return 1 if wrong or not runs["at the end"] else 0


def main(args):
    rig.need_strace()
    need_disks()
    return cut_everywhere(
        args[:1] or FILE_SYSTEMS,
        args[1:2] or VERBS,
        args[2:3] or (KINDS if rig.LONG else SHORT_KINDS),
    )


sys.exit(main(sys.argv[1:]))
