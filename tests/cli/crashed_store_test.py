#!/usr/bin/env -S python3 -B
# SPDX-License-Identifier: MIT
"""A database in which a writer died in a transaction can only be read once somebody who may
write has rolled it back. A change does that to the store that is meant, and to no other."""
import json
import os
import signal
import sqlite3
import subprocess
import unittest

from own_place import PROGRAM, STAMP, OwnPlace


def die_in_a_transaction(path):
    """In a process of its own, which leaves more in the file than fits its memory."""
    child = os.fork()
    if child == 0:
        connection = sqlite3.connect(path, isolation_level=None)
        connection.execute("PRAGMA cache_size = 1")
        connection.execute("BEGIN IMMEDIATE")
        for number in range(3000):
            connection.execute("INSERT INTO checkpoints VALUES ('half', ?, '1', '{}', ?)",
                               (str(number), STAMP))
        os.kill(os.getpid(), signal.SIGKILL)
    os.waitpid(child, 0)


class CrashedStore(OwnPlace):
    def setUp(self):
        super().setUp()
        for name, job in (("one", "orders"), ("two", "clicks"), ("three", "daily")):
            self.make(name, job)

    def path(self, name):
        return super().path(name + ".db")

    def make(self, name, job):
        connection = sqlite3.connect(self.path(name))
        connection.execute("CREATE TABLE checkpoints (job_id TEXT, partition_id TEXT, "
                           "checkpoint_value TEXT, metadata TEXT, updated_at TEXT, "
                           "PRIMARY KEY (job_id, partition_id))")
        connection.execute("INSERT INTO checkpoints VALUES (?, '0', '10', '{}', ?)",
                           (job, STAMP))
        connection.commit()
        connection.close()

    def change(self, stores, *arguments):
        """Its exit status, and what it said."""
        chosen = [word for name in stores for word in ("-s", "sqlite:" + self.path(name))]
        done = subprocess.run([PROGRAM, *chosen, *arguments, "--observe", "0", "--json",
                               "--reason", "INC-1", "--yes"],
                              env=self.environment, text=True, stdin=subprocess.DEVNULL,
                              stdout=subprocess.PIPE, stderr=subprocess.PIPE)
        return done.returncode, done.stdout, done.stderr

    def reset(self, stores, what):
        return self.change(stores, "reset", what, "--to", "9")

    def contents(self, name):
        """The file, and whether a transaction waits to be rolled back."""
        with open(self.path(name), "rb") as file:
            return file.read(), os.path.exists(self.path(name) + "-journal")

    def crash(self, *names):
        for name in names:
            die_in_a_transaction(self.path(name))
            self.assertTrue(self.contents(name)[1], "no transaction was left")
        return {name: self.contents(name) for name in names}

    def value(self, name):
        connection = sqlite3.connect("file:%s?mode=ro" % self.path(name), uri=True)
        value = connection.execute("SELECT checkpoint_value FROM checkpoints").fetchall()
        connection.close()
        return value

    def test_the_only_store_is_rolled_back(self):
        self.crash("two")
        status, _, said = self.reset(["two"], "clicks/0")
        self.assertEqual(status, 0, said)
        self.assertIn("opened to write, it can be read now; going on", said)
        self.assertEqual(self.value("two"), [("9",)])

    def test_another_store_is_left_as_it_is(self):
        """Also where it may have the same job: which one is meant is asked."""
        before = self.crash("two", "three")
        status, _, said = self.reset(["one", "two", "three"], "orders/0")
        self.assertEqual((status, self.value("one")), (5, [("10",)]), said)
        self.assertIn("two.db, three.db could not be read and may have it, too", said)
        status, _, said = self.reset(["one"], "orders/0")
        self.assertEqual((status, self.value("one")), (0, [("9",)]), said)
        self.assertEqual({name: self.contents(name) for name in before}, before)

    def test_it_is_not_guessed_which_one_is_meant(self):
        before = self.crash("two", "three")
        status, _, said = self.reset(["one", "two", "three"], "clicks/0")
        self.assertEqual(status, 5, said)
        self.assertIn("2 of 3 stores could not be read and may have it", said)
        self.assertEqual({name: self.contents(name) for name in before}, before)

    def test_an_undo_is_of_the_store_where_it_was(self):
        status, out, said = self.reset(["two"], "clicks/0")
        self.assertEqual(status, 0, said)
        before = self.crash("two", "three")
        status, _, said = self.change(["one", "two", "three"], "undo", json.loads(out)["op"])
        self.assertEqual((status, self.value("two")), (0, [("10",)]), said)
        self.assertEqual(self.contents("three"), before["three"])

    def test_a_dry_run_rolls_nothing_back(self):
        before = self.crash("two")
        status, _, said = self.change(["two"], "reset", "clicks/0", "--to", "9", "--dry-run")
        self.assertEqual(status, 5, said)
        self.assertEqual(self.contents("two"), before["two"])


if __name__ == "__main__":
    unittest.main()
