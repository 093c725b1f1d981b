#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""What ckptop costs beside a program that does a similar thing, measured in the same minute.

Ours and the reference run in turns, in both orders, after each was run once to warm up. What
counts is the median of the ratios of the pairs; the smallest and the largest are shown with
it. A reference that is not installed is named, and its case left out. Nothing here fails: it
prints figures beside the goals.
"""
import argparse
import json
import multiprocessing
import os
import resource
import shutil
import sqlite3
import statistics
import subprocess
import sys
import tempfile
import threading
import time

import data
import postgresql
from in_pty import InPty

HTOP = ["htop", "-d", "10"]


class Skipped(Exception):
    pass


def need(program):
    if shutil.which(program) is None:
        raise Skipped("%s is not installed" % program)
    return program


# --- measuring ---


def run(args):
    """Wall and CPU seconds of a program whose output goes to /dev/null."""
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    start = time.monotonic()
    subprocess.run(args, stdout=subprocess.DEVNULL, stdin=subprocess.DEVNULL, check=True)
    wall = time.monotonic() - start
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    cpu = after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime
    return {"wall": wall, "cpu": cpu}


def pairs(ours, reference, count):
    """The figures of both, in turns; the order changes from pair to pair."""
    ours()
    reference()
    result = []
    for number in range(count):
        if number % 2 == 0:
            mine, theirs = ours(), reference()
        else:
            theirs, mine = reference(), ours()
        result.append((mine, theirs))
    return result


def spread(values):
    return {
        "median": statistics.median(values),
        "min": min(values),
        "max": max(values),
    }


def percentile(values, share):
    values = sorted(values)
    return values[min(len(values) - 1, int(len(values) * share))]


class Report:
    def __init__(self):
        self.lines = []

    def ratio(self, case, what, measured, figure, goal):
        """One line for the ratios of one figure."""
        entry = {
            "case": case,
            "what": what,
            "pairs": len(measured),
            "ratio": spread([mine[figure] / theirs[figure] for mine, theirs in measured]),
            "ours": spread([mine[figure] for mine, _ in measured]),
            "reference": spread([theirs[figure] for _, theirs in measured]),
            "goal": goal,
        }
        self.add(entry, entry["ratio"], "x")

    def value(self, case, what, values, unit, goal):
        """One line for a figure that has no reference."""
        entry = {"case": case, "what": what, "count": len(values), "goal": goal, "unit": unit}
        entry["value"] = spread(values)
        self.add(entry, entry["value"], unit)

    def add(self, entry, figures, unit):
        self.lines.append(entry)
        goal = entry["goal"]
        verdict = "" if goal is None else "ok" if figures["median"] <= goal else "MISSED"
        print(
            "%-14s %-52s %9.3f (%.3f..%.3f) %-3s %s %s"
            % (
                entry["case"],
                entry["what"],
                figures["median"],
                figures["min"],
                figures["max"],
                unit,
                "" if goal is None else "goal %g" % goal,
                verdict,
            ),
            flush=True,
        )

    def skipped(self, case, why):
        self.lines.append({"case": case, "skipped": why})
        print("%-14s skipped: %s" % (case, why), flush=True)


class Bench:
    def __init__(self, options, report):
        self.options = options
        self.report = report
        self.ckptop = os.path.abspath(options.ckptop)
        self.cache = os.path.abspath(options.cache)
        self.folder = tempfile.mkdtemp(prefix="bench-")
        os.makedirs(self.cache, exist_ok=True)

    def close(self):
        shutil.rmtree(self.folder)

    def config(self, *stores, interval="1s"):
        """A configuration file with these URIs; the arguments for it."""
        path = os.path.join(self.folder, "ckptop.conf")
        with open(path, "w") as file:
            file.write("[env]\ninterval = %s\n" % interval)
            for number, uri in enumerate(stores):
                file.write("[store s%d]\nuri = %s\n" % (number, uri))
        os.chmod(path, 0o600)
        return [self.ckptop, "--config", path]

    def rows(self, count, name="rows"):
        return data.sqlite_file(self.cache, count, name)

    # --- the cases: what a user waits for, what stays in use, what others pay ---

    def first_screen(self):
        """From exec to a complete first picture, with a store that never answers."""
        need("htop")
        path = os.path.join(self.folder, "locked.db")
        shutil.copy(self.rows(10000), path)
        writer = sqlite3.connect(path, isolation_level=None)
        writer.execute("BEGIN EXCLUSIVE")
        args = self.config("sqlite:" + path)
        sizes = []

        def picture(args):
            with InPty(args) as program:
                seconds, size = program.first_picture()
                return {"wall": seconds, "cpu": program.cpu(), "bytes": size}

        def ours():
            figures = picture(args)
            sizes.append(figures["bytes"])
            return figures

        measured = pairs(ours, lambda: picture(HTOP), self.options.pairs)
        writer.close()
        self.report.ratio("first-screen", "first picture, wall / htop", measured, "wall", 0.35)
        self.report.ratio("first-screen", "until then, CPU / htop", measured, "cpu", None)
        self.report.value("first-screen", "bytes of the first picture", sizes, "B", 5000)

    def bytes(self):
        """What the dashboard sends, counted; 43 jobs of which 23 save before every poll."""
        script = os.path.join(os.path.dirname(os.path.abspath(__file__)), "pty_bytes.py")
        output = subprocess.run([sys.executable, script, "--json"], stdout=subprocess.PIPE,
                                env=dict(os.environ, CKPTOP=self.ckptop), text=True, check=False)
        for line in output.stdout.splitlines():
            figures = json.loads(line)
            for name, goal in figures["budget"].items():
                unit = "B/s" if name in ("load", "idle") else "B"
                what = "%s: %s" % (figures["size"], name)
                self.report.value("bytes", what, [figures[name]], unit, goal)

    def idle_of(self, args, what, goal):
        """One line for the CPU of a dashboard on which nothing changes but the ages."""

        def idle(args):
            with InPty(args) as program:
                program.first_picture()
                program.read_for(2)
                before, start = program.cpu(), time.monotonic()
                size = len(program.read_for(self.options.idle))
                seconds = time.monotonic() - start
                return {"cpu": (program.cpu() - before) / seconds, "bytes": size / seconds}

        measured = pairs(lambda: idle(args), lambda: idle(HTOP), self.options.pairs)
        self.report.ratio("idle", what + ", CPU / htop -d 10", measured, "cpu", goal)
        self.report.ratio("idle", what + ", bytes / htop -d 10", measured, "bytes", None)

    def idle(self):
        """As it is shipped, and asked to look each second at many rows."""
        need("htop")
        args = self.config("sqlite:" + self.rows(10000), interval="5s")
        self.idle_of(args, "10000 rows each 5 s", 0.35)
        args = self.config("sqlite:" + self.rows(self.options.rows))
        self.idle_of(args, "%d rows each second" % self.options.rows, None)

    def memory(self):
        """Resident memory with 10,000 checkpoints."""
        need("htop")
        args = self.config("sqlite:" + self.rows(10000))

        def resident(args):
            with InPty(args) as program:
                program.first_picture()
                program.read_for(3)
                now, most = program.memory()
                return {"now": now, "most": most}

        measured = pairs(lambda: resident(args), lambda: resident(HTOP), self.options.pairs)
        self.report.ratio("memory", "10000 checkpoints, resident / htop", measured, "now", 2.5)
        self.report.ratio("memory", "the same at its highest", measured, "most", None)

    def listing(self):
        """All rows of a table as text."""
        need("sqlite3")
        path = self.rows(self.options.rows)
        measured = pairs(
            lambda: run([self.ckptop, "--no-config", "list", "-s", "sqlite:" + path, "--plain"]),
            lambda: run(["sqlite3", path, "select * from checkpoints"]),
            self.options.pairs,
        )
        what = "list --plain of %d rows / sqlite3" % self.options.rows
        self.report.ratio("list", what + ", CPU", measured, "cpu", 1.0)
        self.report.ratio("list", what + ", wall", measured, "wall", None)

    def poll(self, uri, rounds, *more):
        """Figures of each poll of a store, as a worker makes them."""
        args = [os.path.abspath(self.options.poll_bench), uri, str(rounds), *more]
        output = subprocess.run(args, stdout=subprocess.PIPE, check=True, text=True).stdout
        lines = [[int(word) for word in line.split()] for line in output.splitlines()]
        return [{"wall": line[1] / 1e6, "cpu": line[2] / 1e6} for line in lines]

    def directory(self):
        """The first look at a directory, and one that finds nothing changed unwatched."""
        path = data.directory(self.cache, self.options.files)
        find = [need("find"), path, "-type", "f", "-printf", "%T@ %i %s %f\\n"]
        first = pairs(
            lambda: self.poll("dir:" + path, 1)[0], lambda: run(find), self.options.pairs
        )
        again = pairs(
            lambda: self.poll("dir:" + path, 2, "unwatched")[1],
            lambda: run(find),
            self.options.pairs,
        )
        what = "%d files, " % self.options.files
        for figure, goals in (("wall", (1.5, 0.8)), ("cpu", (None, None))):
            self.report.ratio(
                "directory", what + "first read / find, " + figure, first, figure, goals[0]
            )
            self.report.ratio(
                "directory", what + "rescan unwatched / find, " + figure, again, figure, goals[1]
            )

    def commits(self, path, seconds):
        """Milliseconds of each commit of a writer that saves a hundred rows at a time."""
        db = sqlite3.connect(path, isolation_level=None, timeout=30)
        number, result, end = 0, [], time.monotonic() + seconds
        while time.monotonic() < end:
            number += 1
            due = time.monotonic() + 0.02
            start = time.monotonic()
            db.execute("BEGIN IMMEDIATE")
            for row in range(100):
                job, partition, *_ = data.checkpoint((number * 100 + row) * 37 % self.beside)
                db.execute(
                    "UPDATE checkpoints SET checkpoint_value = ? WHERE job_id = ?"
                    " AND partition_id = ?",
                    (str(number), job, partition),
                )
            db.execute("COMMIT")
            result.append((time.monotonic() - start) * 1000)
            time.sleep(max(0, due - time.monotonic()))
        db.close()
        return result

    def writer(self):
        """What a pipeline's commit pays for a dashboard that refreshes each second."""
        self.beside = 1000000 if self.options.full else self.options.rows
        path = os.path.join(self.folder, "written.db")
        shutil.copy(self.rows(self.beside), path)
        args = self.config("sqlite:" + path)
        alone, watched = [], []

        def with_ckptop():
            with InPty(args) as program:
                reader = threading.Thread(target=program.read_for, args=(self.options.writer + 3,))
                reader.start()
                time.sleep(2)
                result = self.commits(path, self.options.writer)
                reader.join()
                return result

        self.commits(path, 1)
        for number in range(self.options.pairs):
            steps = [
                lambda: alone.append(percentile(self.commits(path, self.options.writer), 0.99)),
                lambda: watched.append(percentile(with_ckptop(), 0.99)),
            ]
            for step in steps if number % 2 == 0 else reversed(steps):
                step()
        what = "%d rows, p99 of a commit, with ckptop - without" % self.beside
        more = [mine - theirs for mine, theirs in zip(watched, alone)]
        self.report.value("writer", what, more, "ms", 10)
        self.report.value("writer", "p99 without", alone, "ms", None)
        self.report.value("writer", "p99 with", watched, "ms", None)

    def keys(self, args, seconds):
        """Figures of cursor keys, see InPty.key(), and the cores that are busy meanwhile."""
        figures = []
        with InPty(args) as program:
            program.first_picture()
            # A key on a list without rows has no answer.
            program.read_for(1)
            before, start = program.cpu(), time.monotonic()
            while time.monotonic() < start + seconds:
                for key in (b"j", b"k"):
                    figures.append(program.key(key))
                    program.read_for(0.02)
            busy = (program.cpu() - before) / (time.monotonic() - start)
        wall, without, cpu = ([second * 1000 for second in column] for column in zip(*figures))
        return (percentile(wall, 0.99), percentile(without, 0.99), percentile(cpu, 0.99),
                percentile(wall, 0.5), busy)

    def keys_while(self, args, what):
        figures = [self.keys(args, 3) for _ in range(self.options.pairs)]
        for place, (name, unit, goal) in enumerate((
            ("key to picture, p99", "ms", 5),
            ("without waiting for a CPU, p99", "ms", 5),
            ("its CPU in the screen's thread, p99", "ms", 5),
            ("key to picture, p50", "ms", None),
            ("cores kept busy", "", None),
        )):
            values = [figure[place] for figure in figures]
            self.report.value("frames", "%s: %s" % (what, name), values, unit, goal)

    def frames(self):
        """Keys are answered while rows are loaded again and again, and while a store hangs."""
        small = "sqlite:" + self.rows(10000)
        hangs, loads = (os.path.join(self.folder, name) for name in ("hangs.db", "loads.db"))
        shutil.copy(self.rows(10000), hangs)
        shutil.copy(self.rows(self.options.rows), loads)
        # Without changes a poll would read nothing.
        self.beside = self.options.rows
        changes = multiprocessing.Process(target=self.commits, args=(loads, 86400), daemon=True)
        changes.start()
        try:
            self.keys_while(self.config(small, "sqlite:" + loads, interval="200ms"),
                            "%d rows load" % self.options.rows)
        finally:
            changes.terminate()
            changes.join()
        writer = sqlite3.connect(hangs, isolation_level=None)
        writer.execute("BEGIN EXCLUSIVE")
        self.keys_while(self.config(small, "sqlite:" + hangs), "a store hangs")
        writer.close()

    def postgresql(self):
        """A table in PostgreSQL, beside psql."""
        if postgresql.postgres.binaries() is None:
            raise Skipped("PostgreSQL is not installed")
        postgresql.PostgreSQL(self, run, pairs).measure()


CASES = {
    "first-screen": Bench.first_screen,
    "bytes": Bench.bytes,
    "idle": Bench.idle,
    "memory": Bench.memory,
    "list": Bench.listing,
    "directory": Bench.directory,
    "writer": Bench.writer,
    "frames": Bench.frames,
    "postgresql": Bench.postgresql,
}


def conditions():
    processes = sum(name.isdigit() for name in os.listdir("/proc"))
    return {"load": os.getloadavg(), "processes": processes, "cores": os.cpu_count()}


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--ckptop", default="./ckptop")
    parser.add_argument("--poll-bench", default="tests/bench/poll_bench")
    parser.add_argument("--cache", default="bench-data", help="where data sets are kept")
    parser.add_argument("--json", default="bench.json", help="figures for programs")
    parser.add_argument("--pairs", type=int, default=9)
    parser.add_argument("--rows", type=int, default=100000)
    parser.add_argument("--files", type=int, default=100000)
    parser.add_argument("--idle", type=float, default=10, help="seconds of each idle run")
    parser.add_argument("--writer", type=float, default=6, help="seconds of each writer")
    parser.add_argument("--full", action="store_true", help="a million rows beside the writer and in PostgreSQL")
    parser.add_argument("case", nargs="*", choices=[[], *CASES], help="only these cases")
    options = parser.parse_args()
    report, before = Report(), conditions()
    bench = Bench(options, report)
    try:
        for name in options.case or CASES:
            try:
                CASES[name](bench)
            except Skipped as why:
                report.skipped(name, str(why))
    finally:
        bench.close()
    after = conditions()
    print("load %.2f before, %.2f after; %d processes; %d cores; medians of %d pairs (min..max)" % (
        before["load"][0], after["load"][0], after["processes"], after["cores"], options.pairs))
    with open(options.json, "w") as file:
        json.dump({"before": before, "after": after, "figures": report.lines}, file, indent=1)


if __name__ == "__main__":
    sys.exit(main())
