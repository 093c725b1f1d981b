#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""What change_test.py does to files, done to a PostgreSQL server: a reset, a delete and an undo are
killed at every system call and at any time, and calls fail, those to the server too. What is in the
table, in its audit and in the journal agree, and what was left open is told as it is.

    change_postgresql_test.py [VERB [KIND [CALL ERROR|KILL N]]]
"""
import sys

sys.dont_write_bytecode = True

import change_test
import changes
import pg_store
import rig
from rig import Fault

# A case at a time: the server has one table for all of them.
VERBS = ["reset", "delete", "undo"]


# X09 crash between intent and change
def main(args):
    rig.need_strace()
    pg_store.server()
    if args:
        return change_test.sweep(args[:1], args[1:2] or list(changes.POSTGRESQL),
                                 [Fault(args[2], args[3], int(args[4]))] if len(args) > 2 else None)
    status = 0
    # Each run makes the database anew, which takes its time.
    change_test.RANDOM_KILLS = 167 if rig.LONG else 8
    change_test.KILLS = change_test.FAULTS = 4
    for verb in [] if rig.SANITIZED else VERBS:
        status |= change_test.kill_loop([("postgresql-audit", verb)])
    return status | change_test.sweep(changes.VERBS, list(changes.POSTGRESQL))


sys.exit(main(sys.argv[1:]))
