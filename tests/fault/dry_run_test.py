#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""--dry-run opens nothing for writing and makes no file, also in a database in WAL mode that
nobody has open, and also where the kernel has no Landlock to see to it; nor in the journal,
which it looks at, whether it is there or not."""
import os
import re
import shutil
import sys
import tempfile

sys.dont_write_bytecode = True

import rig

OPENED = re.compile(r'openat\([^,]*, "([^"]*)", ([A-Z_|]+).* = \d')
OTHERS = re.compile(
    r'(?:creat|unlink|unlinkat|rename|renameat|renameat2|link|linkat|symlink|mkdir|mkdirat|'
    r'truncate|ftruncate|chmod|fchmod|fchmodat|chown|fchown|utimensat)\(.* = 0$')
MAKE = {"dir": rig.make_directory, "sqlite": rig.make_database, "wal": rig.make_wal_database}
WHY = ["--reason", "INC-4711 bad tax", "--observe", "0", "--dry-run"]
VERBS = [["reset", "orders/0", "--to", "40"], ["delete", "orders/0"]]


def touched(text, folder):
    """The calls that would change something below the folder."""
    found = []
    for line in text.splitlines():
        opened = OPENED.search(line)
        writes = opened and re.search("O_(RDWR|WRONLY|CREAT|TRUNC|TMPFILE)", opened[2])
        if folder in line and (writes or OTHERS.search(line)):
            found.append(line)
    return found


def names(folder):
    return sorted(os.path.join(place, name)
                  for place, folders, files in os.walk(folder) for name in folders + files)


def attempt(kind, verb, landlock, journal):
    folder = os.path.realpath(tempfile.mkdtemp(prefix="ckptop-dry."))
    try:
        store = MAKE[kind](folder)
        uri = ("dir:" if kind == "dir" else "sqlite:") + store.path
        environment = rig.environment(XDG_STATE_HOME=os.path.join(folder, "state"))
        if journal:
            other = os.path.join(folder, "other")
            os.mkdir(other)
            rig.run([rig.CKPTOP, "reset", "orders/0", "--to", "41", *WHY[:-1], "--confirm",
                     "orders", "-s", "dir:" + rig.make_directory(other).path],
                    env=environment)
        before = names(folder)
        log = os.path.join(tempfile.gettempdir(), os.path.basename(folder) + ".log")
        options = [] if landlock else [
            "-e", "inject=landlock_create_ruleset:error=ENOSYS:when=1+"]
        args = [rig.CKPTOP, *verb, *WHY, "-s", uri]
        run = rig.run(rig.strace(args, log, "-y", *options), env=environment)
        with open(log) as file:
            text = file.read()
        os.unlink(log)
        wrong = touched(text, folder)
        if not landlock and "landlock_create_ruleset" not in text:
            wrong.append("the kernel was not asked for Landlock")
        if run.status != 0 or "Nothing is written yet" not in run.out:
            wrong.append("exit status %d: %s" % (run.status, run.err))
        if journal != any(name.endswith("journal.jsonl") for name in before):
            wrong.append("the journal to be looked at: %s" % before)
        if names(folder) != before:
            wrong.append("there is now %s" % names(folder))
        return ["%s %s, %s, %s: %s" % (verb[0], kind, "Landlock" if landlock else "none",
                                       "journal" if journal else "no journal", words)
                for words in wrong]
    finally:
        shutil.rmtree(folder)


def main():
    rig.need_strace()
    wrong = []
    for kind in MAKE:
        for verb in VERBS:
            for landlock in (True, False):
                for journal in (True, False):
                    wrong += attempt(kind, verb, landlock, journal)
    for text in wrong:
        print(text)
    return bool(wrong)


if __name__ == "__main__":
    sys.exit(main())
