#!/usr/bin/env -S python3 -B
# SPDX-License-Identifier: MIT
"""Texts that would be SQL somewhere, in every field that reaches a database: keys, values,
reasons, names of tables, columns and files. They are texts: what was meant is changed,
what was not meant stays, and no statement is run that nobody wrote."""
import json
import os
import sqlite3
import unittest

from own_place import STAMP, OwnPlace

HOSTILE = [
    "'; DROP TABLE victim; --", '"; DROP TABLE victim; --', "x' OR '1'='1", 'x" OR "1"="1',
    "%", "_", "\\", "\\'", '\\"', "$1", "?1", ":job", "@job", "?", "''", '""', "[job]",
    "`job`", "/* job", "-- job", "') ; DELETE FROM checkpoints; --", "%s%n", "${HOME}", "$(id)",
]


def quoted(name):
    return '"' + name.replace('"', '""') + '"'


class Injection(OwnPlace):
    def change(self, store, verb, *arguments, reason="INC-1"):
        return json.loads(self.ckptop(verb, *store, "--observe", "0", "--json", "--reason",
                                      reason, *arguments))

    def database(self, path, table="checkpoints", columns=(
            "job_id", "partition_id", "checkpoint_value", "metadata", "updated_at")):
        """The table, and one that nobody may lose."""
        connection = sqlite3.connect(path)
        names = [quoted(name) for name in columns]
        connection.execute(
            f"CREATE TABLE {quoted(table)} ({', '.join(name + ' TEXT' for name in names)}, "
            f"PRIMARY KEY ({names[0]}, {names[1]}))")
        connection.execute("CREATE TABLE victim (a, b)")
        connection.execute("INSERT INTO victim VALUES (1, 'kept')")
        connection.commit()
        return connection

    def everything(self, connection):
        """All that a database holds, but for what ckptop's own audit adds."""
        schema = connection.execute("SELECT type, name, sql FROM sqlite_schema").fetchall()
        return schema, {name: connection.execute(f"SELECT * FROM {quoted(name)}").fetchall()
                        for kind, name, _ in schema
                        if kind == "table" and not name.startswith("ckptop_")}

    def around(self, connection, table="checkpoints"):
        """All of it but the rows of this table."""
        schema, tables = self.everything(connection)
        return schema, {name: rows for name, rows in tables.items() if name != table}

    def insert(self, connection, table, *row):
        connection.execute(f"INSERT INTO {quoted(table)} VALUES (?, ?, ?, ?, ?)", row)
        connection.commit()

    def whole_round(self, store, connection, table, job, partition):
        """Reset, delete and undo of one row: it alone changes."""
        key = ("--job", job, "--partition", partition)
        around, (_, before) = self.around(connection, table), self.everything(connection)
        others = [row for row in before[table] if row[:2] != (job, partition)]
        for text in HOSTILE:
            reset = self.change(store, "reset", *key, "--to", f"text:{text}", "--confirm", job,
                                reason=f"INC {text}")
            rows = self.everything(connection)[1][table]
            self.assertEqual([row[2] for row in rows if row not in others], [text])
            self.assertEqual([row for row in rows if row[:2] != (job, partition)], others)
            if connection.execute("SELECT 1 FROM sqlite_schema WHERE name = "
                                  "'ckptop_audit'").fetchone():
                told = connection.execute(
                    'SELECT job, "partition", new_value, reason FROM ckptop_audit '
                    "ORDER BY seq DESC LIMIT 1").fetchone()
                self.assertEqual(told, (job, partition, text, f"INC {text}"))
            self.change(store, "undo", reset["op"], "--confirm", job, reason=f"INC {text}")
            self.assertEqual(self.everything(connection)[1], before)
        delete = self.change(store, "delete", *key, "--confirm", job)
        self.assertEqual(self.everything(connection)[1][table], others)
        self.change(store, "undo", delete["op"], "--confirm", job)
        self.assertEqual(sorted(self.everything(connection)[1][table]), sorted(before[table]))
        self.assertEqual(self.around(connection, table), around)

    # D15 sql_injection (SQLite)
    def test_reset_delete_and_undo_of_values_and_reasons(self):
        path = self.path("etl.db")
        connection = self.database(path)
        store = ("--no-config", "-s", f"sqlite:{path}")
        self.ckptop("init", *store)
        self.insert(connection, "checkpoints", "orders", "0", "100", '{"a": 1}', STAMP)
        self.insert(connection, "checkpoints", "orders", "1", "200", "{}", STAMP)
        self.insert(connection, "checkpoints", "%", "_", "300", None, STAMP)
        self.whole_round(store, connection, "checkpoints", "orders", "0")
        # A wildcard of LIKE is a name.
        self.whole_round(store, connection, "checkpoints", "%", "_")

    # D15 sql_injection (SQLite)
    def test_jobs_and_partitions(self):
        path = self.path("etl.db")
        connection = self.database(path)
        store = ("--no-config", "-s", f"sqlite:{path}")
        self.ckptop("init", *store)
        self.insert(connection, "checkpoints", "job", "0", "1", "{}", STAMP)
        for text in HOSTILE:
            self.insert(connection, "checkpoints", text, text, "100", "{}", STAMP)
        for text in HOSTILE:
            key = ("--job", text, "--partition", text, "--confirm", text)
            _, before = self.everything(connection)
            reset = self.change(store, "reset", *key, "--to", "-3")
            changed = [(old[:3], new[2]) for old, new in zip(
                before["checkpoints"], self.everything(connection)[1]["checkpoints"])
                if old != new]
            self.assertEqual(changed, [((text, text, "100"), "97")])
            shown = json.loads(self.ckptop("audit", *store, "--json", "-n", "1"))
            self.assertEqual([shown["operations"][0][name] for name in (
                "job", "partition", "old", "new")], [text, text, "100", "97"])
            self.change(store, "undo", reset["op"], "--confirm", text)
            delete = self.change(store, "delete", *key)
            self.assertEqual(len(self.everything(connection)[1]["checkpoints"]), len(HOSTILE))
            self.change(store, "undo", delete["op"], "--confirm", text)
            self.assertEqual(sorted(self.everything(connection)[1]["checkpoints"], key=str),
                             sorted(before["checkpoints"], key=str))

    # D15 sql_injection (SQLite)
    def test_who_is_not_there_changes_nothing(self):
        path = self.path("etl.db")
        connection = self.database(path)
        store = ("--no-config", "-s", f"sqlite:{path}")
        self.ckptop("init", *store)
        self.insert(connection, "checkpoints", "orders", "0", "100", "{}", STAMP)
        before = self.everything(connection)
        for text in HOSTILE:
            for arguments in (("reset", "--job", text, "--to", "5"),
                              ("reset", "--job", "orders", "--partition", text, "--to", "5"),
                              ("delete", "--job", text),
                              ("delete", "--job", "orders", "--partition", text),
                              ("undo", "--", text)):
                done = self.run_ckptop(arguments[0], *store, "--observe", "0", "--reason",
                                       "INC-1", "--confirm", "orders", *arguments[1:])
                self.assertIn(done.returncode, (2, 3), arguments)
            done = self.run_ckptop("reset", "orders/0", "--to", "5", *store, "--observe", "0",
                                   "--reason", "INC-1", "--yes", "--if-value", text)
            self.assertEqual(done.returncode, 6)
        self.assertEqual(self.everything(connection), before)
        self.assertEqual(
            connection.execute("SELECT count(*) FROM ckptop_audit").fetchone(), (0,))

    # D15 sql_injection (SQLite)
    def test_names_of_tables_columns_and_files(self):
        for number, text in enumerate(HOSTILE):
            with self.subTest(name=text):
                name = text.replace("/", "_")
                path = self.path(f"{number} {name}.db")
                columns = [f"{role} {text}" for role in "jpvmu"]
                connection = self.database(path, text, columns)
                config = self.path(f"{number}.conf")
                with open(config, "w") as file:
                    file.write(f"[store etl{number}]\nuri = sqlite:{escaped(path)}\n"
                               f"layout = mapped\ntable = {text}\n")
                    for role, column in zip(
                            ("job", "partition", "value", "metadata", "updated"), columns):
                        file.write(f"{role}_column = {column}\n")
                os.chmod(config, 0o600)
                store = ("--config", config, "-s", f"etl{number}")
                self.insert(connection, text, "orders", "0", "100", "{}", STAMP)
                self.insert(connection, text, "orders", "1", "200", "{}", STAMP)
                if number % 2 == 0:
                    self.ckptop("init", *store)
                key = ("orders/0", "--confirm", "orders")
                around = self.around(connection, text)
                before = self.everything(connection)[1][text]
                for verb in (("reset", *key, "--to", "text:'; --"), ("delete", *key)):
                    op = self.change(store, *verb)["op"]
                    after = self.everything(connection)[1][text]
                    self.assertEqual(before[1:], after[-1:])
                    self.assertNotEqual(before, after)
                    self.change(store, "undo", op, "--confirm", "orders")
                    self.assertEqual(sorted(self.everything(connection)[1][text]), before)
                self.assertEqual(self.around(connection, text), around)

    # D15 sql_injection (SQLite)
    def test_names_that_no_table_or_column_has(self):
        path = self.path("etl.db")
        connection = self.database(path)
        self.insert(connection, "checkpoints", "orders", "0", "100", "{}", STAMP)
        before = self.everything(connection)
        for text in HOSTILE:
            for setting in (f"table = {text}",
                            f"layout = mapped\ntable = checkpoints\nvalue_column = {text}\n"
                            "job_column = job_id\npartition_column = partition_id"):
                config = self.path("wrong.conf")
                with open(config, "w") as file:
                    file.write(f"[store etl]\nuri = sqlite:{path}\n{setting}\n")
                os.chmod(config, 0o600)
                for verb in (("reset", "orders/0", "--to", "5"), ("delete", "orders/0")):
                    done = self.run_ckptop(
                        *verb, "--config", config, "-s", "etl", "--observe", "0", "--reason",
                        "INC-1", "--confirm", "orders")
                    self.assertNotEqual(done.returncode, 0)
                    self.assertIn(text, done.stderr + done.stdout)
                done = self.run_ckptop("init", "--config", config, "-s", "etl")
                self.assertNotEqual(done.returncode, 0)
        self.assertEqual(self.everything(connection), before)

    # D15 sql_injection (SQLite)
    def test_an_empty_store_is_made_under_any_name(self):
        for number, text in enumerate(HOSTILE):
            path = self.path(f"{number} {text.replace('/', '_')}.db")
            store = ("--no-config", "-s", f"sqlite:{escaped(path)}")
            self.ckptop("init", *store)
            tables = sqlite3.connect(path).execute(
                "SELECT name FROM sqlite_schema WHERE type = 'table' ORDER BY name").fetchall()
            self.assertEqual(tables, [("checkpoints",), ("ckptop_audit",), ("ckptop_store",)])


def escaped(path):
    """As a URI wants it."""
    return path.replace("%", "%25").replace("?", "%3F").replace("#", "%23")


if __name__ == "__main__":
    unittest.main(verbosity=2)
