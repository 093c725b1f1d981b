#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""What a reset leaves of the metadata and of the file around it: every byte but those of
its own five members, of the value and of the time. What an undo leaves: every byte."""
import json
import os
import re
import sqlite3
import unittest

import documents
from seed_test import Case

OURS = ("reset_by", "reset_at", "reset_from", "reset_reason", "reset_id")
STAMP = "2026-11-22T03:07:36.250000"
REASON = 'INC-1 "tax" \\ é'
TABLES = {
    # As published: in SQLite its JSONB has the affinity of numbers.
    "seed": "metadata JSONB, updated_at TIMESTAMP NOT NULL",
    "text": "metadata TEXT, updated_at TEXT NOT NULL",
}
FILES = {
    "as Python writes it": '{{"value": {value}, "metadata": {metadata}, "timestamp": "{stamp}"}}',
    "with members of others":
        '{{\r\n\t"n" : [1.0, 1e400, -0, NaN],\n  "timestamp":"{stamp}","metadata" :{metadata} ,'
        ' "half": "\\ud800",\n"value":  {value},"z": {{"value": 0.10}}, "a": 18446744073709551616\n}}\n',
}


def members(text, start=0):
    """Where the values of an object's members are: name → (from, to), in their order."""
    decoder, blank = json.JSONDecoder(), re.compile(r"[\s,:]*")
    found = {}
    at = blank.match(text, text.index("{", start) + 1).end()
    while text[at] != "}":
        name, at = decoder.raw_decode(text, at)
        at = blank.match(text, at).end()
        found[name] = (at, decoder.raw_decode(text, at)[1])
        at = blank.match(text, found[name][1]).end()
    return found


def replaced(text, values):
    """The text with the values of some of its members replaced by other bytes, and those
    that it has not added behind its last."""
    there = members(text)
    end = max((to for _, to in there.values()), default=text.index("{") + 1)
    added = "".join(f', "{name}": {value}' for name, value in values.items()
                    if name not in there)
    text = text[:end] + (added if there else added[2:]) + text[end:]
    for name in sorted(set(values) & set(there), key=lambda name: -there[name][0]):
        text = text[:there[name][0]] + values[name] + text[there[name][1]:]
    return text


def meaning(document):
    """Equal for what Python reads as equal, also where there is a NaN."""
    return repr(json.loads(document))


class Bytes(Case):
    """All documents are partitions of one job, reset in one operation."""

    def change(self, uri, verb, *arguments):
        return json.loads(self.ckptop(
            verb, *arguments, "-s", uri, "--observe", "0", "--confirm", "job",
            "--reason", REASON, "--json"))

    def assertMarked(self, before, after, old):
        """Our members are in it, and no other byte is another one."""
        there = members(after)
        ours = {name: after[there[name][0]:there[name][1]] for name in OURS}
        self.assertEqual(after, replaced(before, ours))
        self.assertEqual(json.loads(ours["reset_from"]), old)
        self.assertEqual(json.loads(ours["reset_reason"]), REASON)
        # Python reads the rest as it did.
        others = [{name: value for name, value in json.loads(text).items()
                   if name not in OURS} for text in (before, after)]
        self.assertEqual(repr(others[0]), repr(others[1]))

    # --- a table ---

    def table(self, path, columns, texts):
        database = sqlite3.connect(path)
        database.execute(
            "CREATE TABLE checkpoints (job_id VARCHAR(255), partition_id VARCHAR(255), "
            f"checkpoint_value VARCHAR(255), {columns}, n REAL DEFAULT 0.1, other BLOB "
            "DEFAULT x'00ff', PRIMARY KEY (job_id, partition_id))")
        database.executemany(
            "INSERT INTO checkpoints (job_id, partition_id, checkpoint_value, metadata, "
            "updated_at) VALUES ('job', ?, '42', ?, ?)",
            [(f"{i:03}", text, STAMP.replace("T", " ")) for i, text in enumerate(texts)])
        database.commit()
        database.close()

    def rows(self, path):
        """Every column with its type, as SQLite itself writes them."""
        database = sqlite3.connect(path)
        database.row_factory = sqlite3.Row
        rows = [dict(row) for row in database.execute(
            "SELECT *, typeof(metadata) AS kind FROM checkpoints ORDER BY partition_id")]
        database.close()
        return rows

    def in_tables(self, texts):
        for name, columns in TABLES.items():
            with self.subTest(table=name):
                path = self.path(f"{name}.db")
                uri = f"sqlite:{path}"
                self.table(path, columns, texts)
                self.reset_of_a_table(path, uri, texts)

    def reset_of_a_table(self, path, uri, texts):
        before = self.rows(path)
        self.assertEqual([row["metadata"] for row in before], texts)
        listed = json.loads(self.ckptop("list", "--json", "-s", uri))["checkpoints"]
        self.assertEqual([row["value"] for row in listed], ["42"] * len(texts))
        self.assertNotIn("damaged", [row["finding"] for row in listed])
        op = self.change(uri, "reset", "job", "--to", "-2")["op"]
        after = self.rows(path)
        for old, new in zip(before, after, strict=True):
            self.assertEqual(new["checkpoint_value"], "40")
            self.assertMarked(old["metadata"], new["metadata"], "42")
            changed = {name for name in old if old[name] != new[name]}
            self.assertEqual(changed, {"checkpoint_value", "metadata", "updated_at"})
        # Once more: nothing piles up.
        op_again = self.change(uri, "reset", "job", "--to", "-2")["op"]
        for old, new in zip(after, self.rows(path), strict=True):
            self.assertMarked(old["metadata"], new["metadata"], "40")
        self.change(uri, "undo", op_again)
        self.assertEqual(self.rows(path), after)
        self.change(uri, "undo", op)
        self.assertEqual(self.rows(path), before)

    # --- files ---

    def files(self, directory):
        contents = {}
        for name in sorted(os.listdir(directory)):
            with open(os.path.join(directory, name), "rb") as file:
                contents[name] = file.read().decode()
        return contents

    def in_files(self, texts):
        for number, (name, form) in enumerate(FILES.items()):
            for value in ("42", '"42"'):
                with self.subTest(file=name, value=value):
                    directory = self.path(f"files-{number}-{len(value)}")
                    os.mkdir(directory)
                    for i, text in enumerate(texts):
                        path = os.path.join(directory, f"job_{i:03}.json")
                        with open(path, "w", newline="") as file:
                            file.write(form.format(
                                value=value, metadata=text, stamp=STAMP))
                    self.reset_of_files(directory, value)

    def reset_of_files(self, directory, value):
        uri = f"dir:{directory}"
        before = self.files(directory)
        listed = json.loads(self.ckptop("list", "--json", "-s", uri))["checkpoints"]
        self.assertEqual([row["value"] for row in listed], ["42"] * len(before))
        self.assertNotIn("damaged", [row["finding"] for row in listed])
        op = self.change(uri, "reset", "job", "--to", "-2")["op"]
        after = self.files(directory)
        self.assertEqual(list(after), list(before))
        for name in before:
            self.file_was_reset(before[name], after[name], value)
        self.change(uri, "undo", op)
        self.assertEqual(self.files(directory), before)

    def file_was_reset(self, before, after, value):
        old, new = members(before), members(after)
        self.assertEqual(list(old), list(new))
        texts = {name: after[new[name][0]:new[name][1]]
                 for name in ("value", "metadata", "timestamp")}
        self.assertEqual(texts["value"], value.replace("42", "40"))
        self.assertRegex(texts["timestamp"], r'^"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{6}"$')
        self.assertMarked(
            before[old["metadata"][0]:old["metadata"][1]], texts["metadata"], "42")
        self.assertEqual(after, replaced(before, texts))
        self.assertEqual(json.loads(after)["value"], json.loads(value) - 2
                         if value == "42" else "40")

    # --- the documents ---

    # D03 json_python_only
    def test_what_only_python_writes(self):
        for text in documents.PYTHON:
            self.assertEqual(json.dumps(json.loads(text)), text)
        self.in_tables(documents.PYTHON)
        self.in_files(documents.PYTHON)

    # D03 json_python_only
    def test_what_the_pipeline_itself_saves(self):
        """The published classes write it, and load it again after the reset."""
        for kind, place, uri in (
                ("table", f"plain:{self.path('p.db')}", f"sqlite:{self.path('p.db')}"),
                ("files", f"dir:{self.path('p')}", f"dir:{self.path('p')}")):
            with self.subTest(kind=kind):
                for i, text in enumerate(documents.PYTHON):
                    self.pipeline("UTC", place, "save", "job", str(i), "42", text)
                op = self.change(uri, "reset", "job", "--to", "40")["op"]
                for i, text in enumerate(documents.PYTHON):
                    loaded = json.loads(self.pipeline("UTC", place, "load", "job", str(i)))
                    self.assertEqual(str(loaded["value"]), "40")
                    self.assertMarked(text, self.stored(uri, i), "42")
                self.change(uri, "undo", op)
                for i, text in enumerate(documents.PYTHON):
                    loaded = json.loads(self.pipeline("UTC", place, "load", "job", str(i)))
                    self.assertEqual(str(loaded["value"]), "42")
                    self.assertEqual(repr(loaded["metadata"]), meaning(text))

    def stored(self, uri, partition):
        kind, _, path = uri.partition(":")
        if kind == "sqlite":
            return self.rows(path)[partition]["metadata"]
        text = self.files(path)[f"job_{partition}.json"]
        start, end = members(text)["metadata"]
        return text[start:end]

    # D04 json_number_text
    def test_the_text_of_numbers(self):
        self.in_tables(documents.NUMBERS)
        self.in_files(documents.NUMBERS)

    # D04 json_number_text
    def test_a_value_of_many_digits(self):
        directory = self.path("values")
        os.mkdir(directory)
        path = os.path.join(directory, "job_0.json")
        for value, target, wanted in (
                ("9007199254740993", "-2", "9007199254740991"),
                ('"9007199254740993"', "-2", '"9007199254740991"'),
                ("9223372036854775807", "-1", "9223372036854775806"),
                ("7", "text:0.10", "0.10"), ("0.1", "text:1.0", "1.0")):
            with self.subTest(value=value):
                before = f'{{"value": {value}, "metadata": {{"n": 0.10}}, "timestamp": "{STAMP}"}}'
                with open(path, "w") as file:
                    file.write(before)
                op = self.change(f"dir:{directory}", "reset", "job/0", "--to", target)["op"]
                after = self.files(directory)["job_0.json"]
                start, end = members(after)["value"]
                self.assertEqual(after[start:end], wanted)
                self.change(f"dir:{directory}", "undo", op)
                self.assertEqual(self.files(directory)["job_0.json"], before)

    # D06 json_member_order_and_unknown_members
    def test_the_order_of_members_and_unknown_ones(self):
        self.in_tables(documents.ORDER)
        self.in_files(documents.ORDER)

    # D06 json_member_order_and_unknown_members
    def test_the_states_of_other_programs(self):
        self.in_tables(documents.STATES)
        self.in_files(documents.STATES)


if __name__ == "__main__":
    unittest.main(verbosity=2)
