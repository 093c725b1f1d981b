#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""Pipelines in Python and ckptop on the same stores: what one writes the other reads, with
the right ages, in three time zones. seed.py is the pipelines' code; it runs as a process of
its own, in the zone of the pipeline."""
import functools
import json
import os
import queue
import subprocess
import sys
import tempfile
import threading
import time
import unittest

HERE = os.path.dirname(os.path.abspath(__file__))
PROGRAM = os.path.abspath("ckptop")
ZONES = ("UTC", "America/New_York", "Asia/Kolkata")
# What is waited for comes at once or never; a loaded machine is given its time.
PATIENCE = 60


class Case(unittest.TestCase):
    def setUp(self):
        self.directory = tempfile.TemporaryDirectory()
        self.addCleanup(self.directory.cleanup)
        self.environment = {
            "PATH": os.environ["PATH"], "HOME": self.directory.name, "TZ": "UTC",
            "LC_ALL": "C.UTF-8", "PYTHONDONTWRITEBYTECODE": "1"}
        if "ASAN_OPTIONS" in os.environ:
            self.environment["ASAN_OPTIONS"] = os.environ["ASAN_OPTIONS"]

    def path(self, name):
        return os.path.join(self.directory.name, name)

    def pipeline(self, zone, place, *arguments):
        """What the pipeline prints."""
        return subprocess.run(
            [sys.executable, os.path.join(HERE, "seed.py"), place, *arguments],
            env={**self.environment, "TZ": zone}, stdout=subprocess.PIPE, check=True,
            text=True).stdout

    def ckptop(self, *arguments, zone="UTC"):
        done = subprocess.run(
            [PROGRAM, "--no-config", *arguments], env={**self.environment, "TZ": zone},
            stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
        self.assertEqual((done.returncode, done.stderr), (0, ""), arguments)
        return done.stdout

    def rows(self, *arguments, zone="UTC"):
        document = json.loads(self.ckptop("list", "--json", *arguments, zone=zone))
        self.assertEqual(document["errors"], [])
        return {(row["job"], row["partition"]): row for row in document["checkpoints"]}

    def assertFresh(self, age):
        """The age of what was saved a moment ago; a wrong zone is off by hours."""
        self.assertIsNotNone(age)
        self.assertGreaterEqual(age, 0)
        self.assertLess(age, PATIENCE)


def in_each(test):
    """Runs a test for every zone and kind of store, each in a store of its own."""
    @functools.wraps(test)
    def run(self):
        for zone, place, uri in self.each():
            with self.subTest(zone=zone, store=place.partition(":")[0]):
                test(self, zone, place, uri)
    return run


class Watch:
    """ckptop list --watch --jsonl; each line is a checkpoint that changed."""

    def __init__(self, case, *arguments):
        self.process = subprocess.Popen(
            [PROGRAM, "--no-config", "list", "--jsonl", "--watch", "-n", "0.1",
             *arguments], env=case.environment, stdout=subprocess.PIPE, text=True)
        self.lines = queue.Queue()
        threading.Thread(target=self.read, daemon=True).start()

    def read(self):
        for line in self.process.stdout:
            self.lines.put(json.loads(line))

    def until(self, condition):
        """The first row for which the condition holds."""
        deadline = time.monotonic() + PATIENCE
        while True:
            row = self.lines.get(timeout=max(0, deadline - time.monotonic()))
            if condition(row):
                return row

    def __enter__(self):
        return self

    def __exit__(self, *unused):
        self.process.kill()
        self.process.wait()
        self.process.stdout.close()


class DatabaseStore(Case):
    """CheckpointStore on SQLite; typed is a connection that converts declared types, and
    stumbles over a T, a Z or an offset in updated_at."""

    def each(self):
        for zone in ZONES:
            for kind in ("plain", "typed"):
                path = self.path(f"{kind}-{zone.replace('/', '-')}.db")
                yield zone, f"{kind}:{path}", f"sqlite:{path}"

    @in_each
    def test_ckptop_lists_and_shows_what_python_saves(self, zone, place, uri):
        self.pipeline(zone, place, "save", "daily-orders", "0", '"88412007"',
                      '{"host": "worker-07"}')
        self.pipeline(zone, place, "save", "daily-orders", "1", "7")
        with self.subTest("the zone is said"):
            rows = self.rows("-s", f"{uri}?tz={zone}")
            self.assertEqual(list(rows), [("daily-orders", "0"), ("daily-orders", "1")])
            row = rows["daily-orders", "0"]
            self.assertEqual((row["value"], row["position"]), ("88412007", 88412007))
            self.assertEqual(row["metadata"], {"host": "worker-07"})
            self.assertFresh(row["age_seconds"])
            # json.dumps(None)
            self.assertIsNone(rows["daily-orders", "1"]["metadata"])
            self.assertEqual(rows["daily-orders", "1"]["value"], "7")
        with self.subTest("the zone is that of ckptop"):
            rows = self.rows("-s", f"{uri}?tz=local", zone=zone)
            self.assertFresh(rows["daily-orders", "1"]["age_seconds"])
        with self.subTest("nobody said the zone"):
            row = self.rows("-s", uri)["daily-orders", "0"]
            self.assertIsNone(row["age_seconds"])
            self.assertIsNone(row["updated_at"])
            self.assertNotEqual(row["state"], "CRIT")
        shown = self.ckptop("show", "daily-orders/0", "-s", f"{uri}?tz={zone}")
        self.assertIn("88412007", shown)
        self.assertIn('metadata     {"host": "worker-07"}\n', shown)

    @in_each
    def test_ckptop_follows_what_python_saves(self, zone, place, uri):
        self.pipeline(zone, place, "save", "orders", "0", "1")
        with Watch(self, "-s", f"{uri}?tz={zone}") as watch:
            self.assertFresh(watch.until(lambda row: row["value"] == "1")["age_seconds"])
            self.pipeline(zone, place, "save", "orders", "0", "2")
            self.assertFresh(watch.until(lambda row: row["value"] == "2")["age_seconds"])
            self.pipeline(zone, place, "save", "orders", "new", '"x"')
            self.assertEqual(
                watch.until(lambda row: row["partition"] == "new")["value"], "x")
            self.pipeline(zone, place, "delete", "orders", "new")
            gone = watch.until(lambda row: row["finding"] == "lost")
            self.assertEqual(gone["partition"], "new")

    @in_each
    def test_the_zone_is_learned_from_a_save_that_was_seen(self, zone, place, uri):
        self.pipeline(zone, place, "save", "orders", "0", "1")
        with Watch(self, "-s", uri) as watch:
            self.assertIsNone(watch.until(lambda row: row["value"] == "1")["age_seconds"])
            self.pipeline(zone, place, "save", "orders", "0", "2")
            row = watch.until(lambda row: row["updated_at"] is not None)
            self.assertFresh(row["age_seconds"])

    @in_each
    def test_python_loads_what_ckptop_saves(self, zone, place, uri):
        self.pipeline(zone, place, "save", "orders", "0", '"1"', '{"a": 1}')
        self.ckptop("save", "orders", "0", "2", "-s", uri, zone=zone)
        self.assertEqual(json.loads(self.pipeline(zone, place, "load", "orders", "0")),
                         {"value": "2", "metadata": {}})
        self.ckptop("save", "orders", "1", "007", "--if-absent", "-m",
                    '{"host": "é", "n": 0.10}', "-s", f"{uri}?tz={zone}")
        self.assertEqual(json.loads(self.pipeline(zone, place, "load", "orders", "1")),
                         {"value": "007", "metadata": {"host": "é", "n": 0.1}})
        # The typed connection converts updated_at here.
        for line in self.pipeline(zone, place, "list", "orders").splitlines():
            self.assertFresh(float(line.split()[-1]))
        self.assertEqual(self.ckptop("load", "orders", "1", "-s", uri), "007\n")

    @in_each
    def test_python_saves_over_what_ckptop_saved(self, zone, place, uri):
        self.pipeline(zone, place, "save", "orders", "0", '"1"')
        self.ckptop("save", "orders", "0", "2", "--if-value", "1", "-s", uri, zone=zone)
        self.pipeline(zone, place, "save", "orders", "0", '"3"')
        self.assertEqual(self.ckptop("load", "orders", "0", "-s", uri), "3\n")

    @in_each
    def test_an_admin_resets(self, zone, place, uri):
        self.pipeline(zone, place, "save", "orders", "0", '"500"')
        with Watch(self, "-s", f"{uri}?tz={zone}") as watch:
            watch.until(lambda row: row["value"] == "500")
            self.pipeline(zone, place, "reset", "orders", "0", "100")
            row = watch.until(lambda row: row["value"] == "100")
            self.assertEqual(row["metadata"]["reset_by"], "admin")
            # Recorded, and so no mystery.
            self.assertNotEqual(row["finding"], "rewound")

    @in_each
    def test_the_daily_batch(self, zone, place, uri):
        self.pipeline(zone, place, "batch", "2026-11-20", "1000")
        self.pipeline(zone, place, "batch", "2026-11-21", "88412007")
        rows = self.rows("-s", f"{uri}?tz={zone}")
        self.assertEqual(rows["checkpoints", "2026-11-21"]["value"], "88412007")
        self.assertFresh(rows["checkpoints", "2026-11-21"]["age_seconds"])
        self.assertEqual(rows["checkpoints", "2026-11-20"]["finding"], "done")
        self.ckptop("save", "checkpoints", "2026-11-21", "5", "-s", uri, zone=zone)
        self.assertEqual(self.pipeline(zone, place, "resume", "2026-11-21"), "5\n")

    @in_each
    def test_kafka_offsets(self, zone, place, uri):
        self.pipeline(zone, place, "offset", "clicks", "0", "310")
        self.pipeline(zone, place, "offset", "clicks", "11", str(2**53 + 1))
        rows = self.rows("-s", f"{uri}?tz={zone}")
        self.assertEqual(rows["clicks", "11"]["position"], 2**53 + 1)
        self.assertFresh(rows["clicks", "0"]["age_seconds"])


class FileStore(Case):
    """FileCheckpointStore; its times are naive too, but a file has another."""

    def each(self):
        for zone in ZONES:
            path = self.path(zone.replace("/", "-"))
            yield zone, f"dir:{path}", f"dir:{path}"

    @in_each
    def test_ckptop_lists_and_shows_what_python_saves(self, zone, place, uri):
        self.pipeline(zone, place, "save", "daily_orders", "0", "88412007",
                      '{"host": "worker-07"}')
        self.pipeline(zone, place, "save", "ledger", "eu", '"2026-11-21"')
        rows = self.rows("-s", uri)
        row = rows["daily_orders", "0"]
        self.assertEqual((row["value"], row["position"]), ("88412007", 88412007))
        self.assertEqual(row["metadata"], {"host": "worker-07"})
        for key in rows:
            self.assertFresh(rows[key]["age_seconds"])
        shown = self.ckptop("show", "daily_orders/0", "-s", uri)
        self.assertIn("where        daily_orders_0.json\n", shown)

    @in_each
    def test_ckptop_follows_what_python_saves(self, zone, place, uri):
        self.pipeline(zone, place, "save", "orders", "0", "1")
        with Watch(self, "-s", uri) as watch:
            self.assertFresh(watch.until(lambda row: row["value"] == "1")["age_seconds"])
            self.pipeline(zone, place, "save", "orders", "0", "2")
            self.assertFresh(watch.until(lambda row: row["value"] == "2")["age_seconds"])

    @in_each
    def test_python_loads_what_ckptop_saves(self, zone, place, uri):
        self.pipeline(zone, place, "save", "orders", "0", '"1"', '{"a": 1}')
        self.ckptop("save", "orders", "0", "2", "-m", '{"host": "é"}', "-s", uri,
                    zone=zone)
        loaded = json.loads(self.pipeline(zone, place, "load", "orders", "0"))
        self.assertEqual((loaded["value"], loaded["metadata"]), ("2", {"host": "é"}))
        self.assertFresh(float(self.pipeline(zone, place, "age", "orders", "0")))
        self.ckptop("save", "orders", "1", "x", "--if-absent", "-s", uri, zone=zone)
        loaded = json.loads(self.pipeline(zone, place, "load", "orders", "1"))
        self.assertEqual((loaded["value"], loaded["metadata"]), ("x", {}))
        self.assertFresh(float(self.pipeline(zone, place, "age", "orders", "1")))
        self.pipeline(zone, place, "save", "orders", "0", '"3"')
        self.assertEqual(self.ckptop("load", "orders", "0", "-s", uri), "3\n")


if __name__ == "__main__":
    unittest.main(verbosity=2)
