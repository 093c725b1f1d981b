#!/usr/bin/env -S python3 -B
# SPDX-License-Identifier: MIT
"""How many bytes the dashboard sends: the first paint, a second while jobs go on, a second
while nothing changes, and a key.

    pty_bytes.py [--seconds N] [--json]      CKPTOP is the program, else ./ckptop

The load: 43 jobs in a SQLite store, of which 23 save before every poll; polls every 5 s."""
import argparse
import json
import os
import sys
import tempfile
import time
from statistics import median

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "tty"))
from load import BUDGETS, CHANGING, POLL, Load  # noqa: E402
from terminal import Terminal, environment  # noqa: E402

GAP = 0.02  # seconds


def read_for(terminal, seconds):
    """Bytes and refreshes that come in so many seconds. The kernel hands one write over in
    pieces, so what comes within GAP is one refresh."""
    start, refreshes, last = terminal.mark(), 0, 0
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        if terminal.read_once(end - time.monotonic()):
            refreshes += time.monotonic() - last > GAP
            last = time.monotonic()
    return terminal.mark() - start, refreshes


def measure(size, seconds):
    result = {}
    with tempfile.TemporaryDirectory(prefix="ckptop-bench-") as folder:
        load = Load(folder)
        with Terminal(load.options(folder), env=environment(), size=size) as terminal:
            terminal.expect(r"q quit")
            result["first paint"] = terminal.mark()
            terminal.expect(r"pipeline-00")
            read_for(terminal, 1.5)
            result["with data"] = terminal.mark()
            total = refreshes = 0
            for _ in range(max(1, seconds // POLL)):
                load.save(range(CHANGING))
                more, pieces = read_for(terminal, POLL)
                total, refreshes = total + more, refreshes + pieces
            result["load"] = total / (max(1, seconds // POLL) * POLL)
            result["refreshes"] = refreshes
            # Polls find nothing new then; most seconds have the clock only.
            result["idle"] = median(read_for(terminal, 1)[0] for _ in range(2 * POLL))
            # The clock may tick in between: the least of some is the key's own.
            keys = []
            for _ in range(5):
                terminal.send(b"j")
                keys.append(read_for(terminal, 0.2)[0])
            result["key"] = min(keys)
            terminal.send(b"Q")
            terminal.finish()
    return result


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--seconds", type=int, default=20)
    parser.add_argument("--json", action="store_true")
    arguments = parser.parse_args()
    failed = False
    for size, budget in BUDGETS.items():
        result = measure(size, arguments.seconds)
        over = [name for name, most in budget.items() if result[name] > most]
        failed |= bool(over)
        if arguments.json:
            print(json.dumps({"size": "%dx%d" % size, "budget": budget, **result}))
            continue
        for name, value in result.items():
            most = "  (at most %d)" % budget[name] if name in budget else ""
            print("%dx%d  %-12s %7.0f%s%s" % (
                *size, name, value, most, "  OVER" if name in over else ""))
    sys.exit(1 if failed else 0)


main()
