# SPDX-License-Identifier: MIT
"""store FILE [LAYOUT]: makes a SQLite database from lines of standard input.

seed   JOB | PARTITION | VALUE | METADATA | UPDATED_AT   (the default)
kafka  TOPIC | PARTITION | OFFSET | UPDATED_AT
dated  DATE | LAST_ID | UPDATED_AT

A cell is a text; NULL, int:5, real:1.5, hex:ff41 (bytes as text) and repeat:x*300 are
what they say.
"""
import sqlite3
import sys

LAYOUTS = {
    "seed": (
        """CREATE TABLE IF NOT EXISTS checkpoints (
            job_id VARCHAR(255) NOT NULL,
            partition_id VARCHAR(255) NOT NULL,
            checkpoint_value VARCHAR(255) NOT NULL,
            metadata JSONB,
            updated_at TIMESTAMP NOT NULL,
            PRIMARY KEY (job_id, partition_id))""",
        "checkpoints", 5),
    "kafka": (
        """CREATE TABLE IF NOT EXISTS kafka_offsets (
            topic TEXT, partition INTEGER, "offset" BIGINT, updated_at TIMESTAMP,
            PRIMARY KEY (topic, partition))""",
        "kafka_offsets", 4),
    "dated": (
        """CREATE TABLE IF NOT EXISTS checkpoints (
            date DATE PRIMARY KEY, last_id BIGINT, updated_at TIMESTAMP)""",
        "checkpoints", 3),
}


def cell(text):
    """(expression, parameter) for one cell."""
    kind, _, rest = text.partition(":")
    if text == "NULL":
        return "?", None
    if kind == "int":
        return "?", int(rest)
    if kind == "real":
        return "?", float(rest)
    if kind == "hex":
        return "CAST(? AS TEXT)", bytes.fromhex(rest)
    if kind == "repeat":
        what, _, count = rest.partition("*")
        return "?", what * int(count)
    return "?", text


create, table, width = LAYOUTS[sys.argv[2] if len(sys.argv) > 2 else "seed"]
database = sqlite3.connect(sys.argv[1])
database.execute(create)
for line in sys.stdin:
    cells = [cell(part.strip().replace("\\e", "\x1b").replace("\\t", "\t")
                  .replace("\\n", "\n")) for part in line.split(" | ")]
    assert len(cells) == width, line
    database.execute(
        f"INSERT INTO {table} VALUES ({', '.join(c[0] for c in cells)})",
        [c[1] for c in cells])
database.commit()
