# SPDX-License-Identifier: MIT
"""What reading a table of PostgreSQL costs, beside psql on the same server in the same minute."""
import os
import re
import shutil
import subprocess
import sys
import tempfile
import threading
import time

from in_pty import InPty

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "store"))
import postgres  # noqa: E402

COLUMNS = "job_id, partition_id, checkpoint_value, updated_at"
# What a pipeline keeps, and the same with what tells who worked: its worker is shown beside it.
DOCUMENTS = {
    "plain": "'records', n % 5000, 'source', 'orders-' || n % 7, 'batch', 'b-' || n",
    "worker": "'host', 'worker-' || n % 40, 'attempt', n % 3, 'batch', jsonb_build_object("
              "'rows', n % 5000, 'source', 'orders-' || n % 7)",
}
# Its times are past: a watermark in the future is a finding of its own.
FILL = """CREATE TABLE %(table)s (job_id varchar(255), partition_id varchar(255),
    checkpoint_value varchar(255) NOT NULL, metadata jsonb, updated_at timestamp,
    PRIMARY KEY (job_id, partition_id));
INSERT INTO %(table)s SELECT 'job-' || lpad((n / 50)::text, 5, '0'), 'p' || n %% 50,
    (88000000 + n::bigint * 137)::text, jsonb_build_object('event_time_watermark',
    to_char(now() AT TIME ZONE 'UTC' - (1 + n %% 86400) * interval '1 s',
    'YYYY-MM-DD"T"HH24:MI:SS"Z"'), %(more)s),
    now() AT TIME ZONE 'UTC' - (1 + n %% 86400) * interval '1 s' FROM generate_series(0, %(rows)d - 1) n;
VACUUM (ANALYZE) %(table)s"""
UPSERT = """\\set n random(0, 999)
INSERT INTO plain VALUES ('job-' || lpad((:n / 50)::text, 5, '0'), 'p' || :n %% 50, '1', NULL,
    now()) ON CONFLICT (job_id, partition_id) DO UPDATE SET checkpoint_value =
    EXCLUDED.checkpoint_value, updated_at = EXCLUDED.updated_at;
""".replace("%%", "%")


class Polls:
    """poll_bench, which polls when it is told to."""

    def __init__(self, bench, uri, *modes):
        args = [os.path.abspath(bench.options.poll_bench), uri, "1000000", "paced", *modes]
        self.process = subprocess.Popen(args, stdin=subprocess.PIPE, stdout=subprocess.PIPE,
                                        text=True, bufsize=1)

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.process.stdin.close()
        self.process.wait()
        self.process.stdout.close()

    def poll(self):
        self.process.stdin.write("\n")
        _, wall, cpu, count = map(int, self.process.stdout.readline().split())
        return {"wall": wall / 1e6, "cpu": cpu / 1e6, "count": count}


class PostgreSQL:
    def __init__(self, bench, run, pairs):
        self.bench, self.run, self.pairs = bench, run, pairs
        self.rows = 1000000 if bench.options.full else bench.options.rows
        self.server = postgres.Server(shared_buffers="512MB", max_wal_size="4GB",
                                      synchronous_commit="off")

    def sql(self, text):
        return subprocess.run([self.psql, "-XAtqc", text, self.uri], check=True, text=True,
                              stdout=subprocess.PIPE).stdout.strip()

    def copy(self, columns, table="plain"):
        """psql reads so many columns, in binary form, to nowhere."""
        return self.run([self.psql, "-XqAtc", "\\copy (SELECT %s FROM %s) TO '/dev/null' "
                         "(FORMAT binary)" % (columns, table), self.uri])

    def measure(self):
        self.psql = os.path.join(self.server.binaries, "psql")
        try:
            self.server.start()
            self.uri = self.server.uri()
            for table, more in DOCUMENTS.items():
                for statement in (FILL % {"table": table, "more": more,
                                          "rows": self.rows}).split(";\n"):
                    self.sql(statement)
            for table in DOCUMENTS:
                self.first_read(table)
            self.calls()
            self.changes()
            self.upserts()
        finally:
            self.server.end()

    def first_read(self, table):
        """Everything into the model, with watermark and lag, judged."""
        uri = self.uri + "?table=" + table

        def ours(*modes):
            with Polls(self.bench, uri, *modes) as polls:
                return polls.poll()

        measured = self.pairs(ours, lambda: self.copy(COLUMNS + ", metadata", table),
                              self.bench.options.pairs)
        what = "%d rows (%s) / \\copy 5 columns, " % (self.rows, table)
        self.bench.report.ratio("postgresql", what + "wall", measured, "wall", 0.60)
        self.bench.report.ratio("postgresql", what + "client CPU", measured, "cpu", None)
        measured = self.pairs(lambda: ours("reading"),
                              lambda: self.copy(COLUMNS + ", metadata", table),
                              self.bench.options.pairs)
        self.bench.report.ratio("postgresql", "the same, reading alone", measured, "wall", None)

    def changes(self):
        """What one row of a hundred costs that was changed."""
        for modes, what, goal in (((), "poll, judged", None), (("reading",), "reading", 0.40)):
            measured, missed = [], []
            with Polls(self.bench, self.uri + "?table=plain", *modes) as polls:
                polls.poll()
                self.copy(COLUMNS)
                for number in range(self.bench.options.pairs):
                    changed = int(self.sql(
                        "WITH u AS (UPDATE plain SET checkpoint_value = checkpoint_value::bigint "
                        "+ 1 WHERE abs(hashtext(job_id || partition_id)) %% 100 = %d RETURNING 1) "
                        "SELECT count(*) FROM u" % number))
                    if number % 2:
                        theirs, mine = self.copy(COLUMNS), polls.poll()
                    else:
                        mine, theirs = polls.poll(), self.copy(COLUMNS)
                    measured.append((mine, theirs))
                    missed.append(max(0, changed - mine["count"]))
                    self.sql("VACUUM plain")
                    polls.poll()
            what = "1 %% of %d rows changed, %s / \\copy 4 columns" % (self.rows, what)
            self.bench.report.ratio("postgresql", what, measured, "wall", goal)
            if modes:
                self.bench.report.value("postgresql", "rows missed", missed, "", 0)

    def calls(self):
        """System calls of a poll that finds nothing changed."""
        if shutil.which("strace") is None:
            self.bench.report.skipped("postgresql", "strace is not installed")
            return
        counts = []
        for rounds in (10, 110):
            with tempfile.NamedTemporaryFile(dir=self.bench.folder) as trace:
                self.run(["strace", "-f", "-o", trace.name,
                          os.path.abspath(self.bench.options.poll_bench),
                          self.uri + "?table=plain", str(rounds), "reading"])
                counts.append(sum(1 for _ in open(trace.name)))
        self.bench.report.value("postgresql", "system calls of a poll without a change",
                                [(counts[1] - counts[0]) / 100], "", 15)

    def pgbench(self, script):
        output = subprocess.run(
            [os.path.join(self.server.binaries, "pgbench"), "-n", "-c", "4", "-j", "1", "-T",
             str(int(self.bench.options.writer)), "-f", script, self.uri],
            check=True, text=True, stdout=subprocess.PIPE, stderr=subprocess.STDOUT).stdout
        return float(re.search(r"tps = ([0-9.]+)", output).group(1))

    def upserts(self):
        """What those who save pay for a dashboard."""
        if not os.path.exists(os.path.join(self.server.binaries, "pgbench")):
            self.bench.report.skipped("postgresql", "pgbench is not installed")
            return
        script = os.path.join(self.bench.folder, "upsert.sql")
        with open(script, "w") as file:
            file.write(UPSERT)
        args = self.bench.config(self.uri + "?table=plain", interval="5s")
        alone, watched = [], []

        def with_ckptop():
            with InPty(args) as program:
                seconds = self.bench.options.writer + 4
                reader = threading.Thread(target=program.read_for, args=(seconds,))
                reader.start()
                time.sleep(3)
                result = self.pgbench(script)
                reader.join()
                return result

        self.pgbench(script)
        for number in range(self.bench.options.pairs):
            steps = [lambda: alone.append(self.pgbench(script)),
                     lambda: watched.append(with_ckptop())]
            for step in steps if number % 2 == 0 else reversed(steps):
                step()
            self.sql("VACUUM plain")
        what = "upserts beside %d rows, without ckptop / with, each 5 s" % self.rows
        ratios = [mine / theirs for mine, theirs in zip(alone, watched)]
        self.bench.report.value("postgresql", what, ratios, "x", 1 / 0.95)
        self.bench.report.value("postgresql", "upserts a second without", alone, "", None)
