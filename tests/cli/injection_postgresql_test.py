#!/usr/bin/env -S python3 -B
# SPDX-License-Identifier: MIT
"""What injection_test.py does to SQLite, done to a PostgreSQL server: a text that would be SQL
somewhere is a text in every field, and what was not meant stays."""
import json
import os
import subprocess
import sys
import unittest

from injection_test import HOSTILE
from own_place import STAMP, OwnPlace

HERE = os.path.dirname(os.path.abspath(__file__))
sys.path.insert(0, os.path.join(HERE, "..", "store"))

import postgres

COLUMNS = ("job_id", "partition_id", "checkpoint_value", "metadata", "updated_at")
# What a server understands that SQLite does not.
TEXTS = HOSTILE + ["$$; DROP TABLE victim; $$", "E'\\'", "U&'\\0027'", "x'::int", "\\x27", "*", "{}",
                   '{"a"}', "NULL", "public.victim", "\\c other"]
# Where each takes many runs.
FEW = TEXTS[::3]


def quoted(name):
    return '"' + name.replace('"', '""') + '"'


def setUpModule():
    global server
    server = postgres.Server().start()
    unittest.addModuleCleanup(server.end)


class InjectionPostgresql(OwnPlace):
    def setUp(self):
        super().setUp()
        self.sql("DROP SCHEMA public CASCADE; CREATE SCHEMA public; CREATE TABLE victim (a int, b text);"
                 " INSERT INTO victim VALUES (1, 'kept')")
        self.store = ("--no-config", "-s", server.uri())

    # --- the server, without ckptop ---

    def sql(self, text, **values):
        """What psql prints; in the text :'name' is a value."""
        done = subprocess.run(
            ["psql", "-XAtq", "-v", "ON_ERROR_STOP=1", server.uri(),
             *(f"--set={name}={value}" for name, value in values.items())],
            input=text + "\n", capture_output=True, text=True, check=True)
        return done.stdout.rstrip("\n")

    def rows(self, table="checkpoints"):
        text = self.sql(f"SELECT coalesce(json_agg(to_json(t)), '[]') FROM {quoted(table)} t")
        rows = [tuple(row.values()) for row in json.loads(text)]
        return sorted(rows, key=str)

    def around(self, table="checkpoints"):
        """All names of the database, and what nobody may lose."""
        return self.sql(
            "SELECT c.relkind, c.relname, a.attname FROM pg_class c LEFT JOIN pg_attribute a"
            " ON a.attrelid = c.oid WHERE c.relnamespace = 'public'::regnamespace"
            " ORDER BY 1, 2, 3"), self.rows("victim"), self.sql("SELECT usename FROM pg_user")

    def make(self, table="checkpoints", columns=COLUMNS):
        names = [quoted(name) for name in columns]
        self.sql(f"CREATE TABLE {quoted(table)} ({names[0]} text, {names[1]} text, {names[2]} text,"
                 f" {names[3]} jsonb, {names[4]} timestamp, PRIMARY KEY ({names[0]}, {names[1]}))")

    def insert(self, job, partition, value, metadata="{}", table="checkpoints"):
        self.sql(f"INSERT INTO {quoted(table)} VALUES (:'job', :'part', :'value', :'doc', :'at')",
                 job=job, part=partition, value=value, doc=metadata, at=STAMP)

    # --- ckptop ---

    def change(self, verb, *arguments, reason="INC-1", store=None):
        return json.loads(self.ckptop(verb, *(store or self.store), "--observe", "0", "--json",
                                      "--reason", reason, *arguments))

    def whole_round(self, job, partition, texts):
        """Reset, delete and undo of one row: it alone changes."""
        key = ("--job", job, "--partition", partition)
        around, before = self.around(), self.rows()
        others = [row for row in before if row[:2] != (job, partition)]
        for text in texts:
            reset = self.change("reset", *key, "--to", f"text:{text}", "--confirm", job,
                                reason=f"INC {text}")
            rows = self.rows()
            self.assertEqual([row for row in rows if row[:2] != (job, partition)], others)
            self.assertEqual([(row[2], row[3]["reset_reason"]) for row in rows if row not in others],
                             [(text, f"INC {text}")])
            told = json.loads(self.sql(
                "SELECT json_build_array(job, partition, new_value, reason) FROM ckptop_audit"
                " ORDER BY seq DESC LIMIT 1"))
            self.assertEqual(told, [job, partition, text, f"INC {text}"])
            self.change("undo", reset["op"], "--confirm", job, reason=f"INC {text}")
            self.assertEqual(self.rows(), before)
        delete = self.change("delete", *key, "--confirm", job)
        self.assertEqual(self.rows(), others)
        self.change("undo", delete["op"], "--confirm", job)
        self.assertEqual(self.rows(), before)
        self.assertEqual(self.around(), around)

    # D15 sql_injection (PostgreSQL)
    def test_reset_delete_and_undo_of_values_and_reasons(self):
        self.make()
        self.ckptop("init", *self.store)
        self.insert("orders", "0", "100", '{"a": 1}')
        self.insert("orders", "1", "200")
        self.insert("%", "_", "300")
        self.whole_round("orders", "0", TEXTS)
        # A wildcard of LIKE is a name.
        self.whole_round("%", "_", TEXTS[:1])

    # D15 sql_injection (PostgreSQL)
    def test_jobs_partitions_and_saves(self):
        self.make()
        self.ckptop("init", *self.store)
        self.insert("job", "0", "1")
        around = self.around()
        for text in TEXTS:
            self.ckptop("save", *self.store, "--if-absent", "-m", json.dumps({text: text}), "--",
                        text, text, text)
            self.assertEqual(self.ckptop("load", *self.store, "--", text, text), text + "\n")
            self.ckptop("save", *self.store, "--if-value", text, "-m", json.dumps({text: text}),
                        "--", text, text, "100")
        self.assertEqual([row[:4] for row in self.rows()],
                         sorted([("job", "0", "1", {})] +
                                [(text, text, "100", {text: text}) for text in TEXTS], key=str))
        for text in FEW:
            key = ("--job", text, "--partition", text, "--confirm", text)
            before = self.rows()
            reset = self.change("reset", *key, "--to", "-3")
            changed = [row[:3] for row in self.rows() if row not in before]
            self.assertEqual(changed, [(text, text, "97")])
            shown = json.loads(self.ckptop("audit", *self.store, "--json", "-n", "1"))
            self.assertEqual([shown["operations"][0][name] for name in (
                "job", "partition", "old", "new")], [text, text, "100", "97"])
            self.change("undo", reset["op"], "--confirm", text)
            delete = self.change("delete", *key)
            self.assertEqual(len(self.rows()), len(TEXTS))
            self.change("undo", delete["op"], "--confirm", text)
            self.assertEqual(self.rows(), before)
        self.assertEqual(self.around(), around)

    # D15 sql_injection (PostgreSQL)
    def test_who_is_not_there_changes_nothing(self):
        self.make()
        self.ckptop("init", *self.store)
        self.insert("orders", "0", "100")
        before = self.rows(), self.around()
        for text in FEW:
            for arguments in (("reset", "--job", text, "--to", "5"),
                              ("reset", "--job", "orders", "--partition", text, "--to", "5"),
                              ("delete", "--job", text),
                              ("delete", "--job", "orders", "--partition", text),
                              ("undo", "--", text)):
                done = self.run_ckptop(arguments[0], *self.store, "--observe", "0", "--reason",
                                       "INC-1", "--confirm", "orders", *arguments[1:])
                self.assertIn(done.returncode, (2, 3), arguments)
            done = self.run_ckptop("reset", "orders/0", "--to", "5", *self.store, "--observe", "0",
                                   "--reason", "INC-1", "--yes", "--if-value", text)
            self.assertEqual(done.returncode, 6)
        self.assertEqual((self.rows(), self.around()), before)
        self.assertEqual(self.sql("SELECT count(*) FROM ckptop_audit"), "0")

    # D15 sql_injection (PostgreSQL)
    def test_names_of_tables_and_columns(self):
        for number, text in enumerate(FEW):
            # A point parts the schema from the table.
            if "." in text:
                continue
            with self.subTest(name=text):
                self.sql("DROP TABLE IF EXISTS ckptop_audit, ckptop_store")
                columns = [f"{role} {text}" for role in "jpvmu"]
                self.make(text, columns)
                config = self.path(f"{number}.conf")
                with open(config, "w") as file:
                    file.write(f"[store etl{number}]\nuri = {server.uri()}\nlayout = mapped\n"
                               f"table = {text}\n")
                    for role, column in zip(
                            ("job", "partition", "value", "metadata", "updated"), columns):
                        file.write(f"{role}_column = {column}\n")
                os.chmod(config, 0o600)
                store = ("--config", config, "-s", f"etl{number}")
                self.insert("orders", "0", "100", table=text)
                self.insert("orders", "1", "200", table=text)
                if number % 2 == 0:
                    self.ckptop("init", *store)
                key = ("orders/0", "--confirm", "orders")
                around, before = self.around(), self.rows(text)
                for verb in (("reset", *key, "--to", "text:'; --"), ("delete", *key)):
                    op = self.change(*verb, store=store)["op"]
                    after = self.rows(text)
                    self.assertEqual(before[1:], after[-1:])
                    self.assertNotEqual(before, after)
                    self.change("undo", op, "--confirm", "orders", store=store)
                    self.assertEqual(self.rows(text), before)
                self.assertEqual(self.around(), around)

    # D15 sql_injection (PostgreSQL)
    def test_names_that_no_table_or_column_has(self):
        self.make()
        self.insert("orders", "0", "100")
        before = self.rows(), self.around()
        for text in FEW:
            table = text.replace("public.", "missing.")
            for name, setting in (
                    (table, f"table = {table}"),
                    (text, f"layout = mapped\ntable = checkpoints\nvalue_column = {text}\n"
                     "job_column = job_id\npartition_column = partition_id")):
                config = self.path("wrong.conf")
                with open(config, "w") as file:
                    file.write(f"[store etl]\nuri = {server.uri()}\n{setting}\n")
                os.chmod(config, 0o600)
                for verb in (("reset", "orders/0", "--to", "5"), ("delete", "orders/0")):
                    done = self.run_ckptop(
                        *verb, "--config", config, "-s", "etl", "--observe", "0", "--reason",
                        "INC-1", "--confirm", "orders")
                    self.assertNotEqual(done.returncode, 0)
                    self.assertIn(name, done.stderr + done.stdout)
                done = self.run_ckptop("init", "--config", config, "-s", "etl")
                self.assertNotEqual(done.returncode, 0, (setting, done.stdout))
        self.assertEqual((self.rows(), self.around()), before)


if __name__ == "__main__":
    if postgres.binaries() is None:
        print("SKIPPED: PostgreSQL is not installed")
        sys.exit(77)
    unittest.main()
