# SPDX-License-Identifier: MIT
"""Data sets for the benchmarks, made once and kept in a cache directory."""
import json
import os
import shutil
import sqlite3

JOBS_OF = 50  # partitions of a job
DDL = (
    "CREATE TABLE checkpoints (job_id VARCHAR(255) NOT NULL,"
    " partition_id VARCHAR(255) NOT NULL, checkpoint_value VARCHAR(255) NOT NULL,"
    " metadata JSONB, updated_at TIMESTAMP, PRIMARY KEY (job_id, partition_id))"
)


def checkpoint(number):
    """Job, partition, value, metadata and time of one checkpoint, the same in every run."""
    job, partition = divmod(number, JOBS_OF)
    metadata = {
        "host": "worker-%02d" % (number % 40),
        "attempt": number % 3,
        "event_time_watermark": "2026-11-22T03:%02d:%02d+00:00" % (number // 60 % 60, number % 60),
        "batch": {"rows": number % 5000, "source": "orders-%d" % (number % 7)},
    }
    stamp = "2026-11-22 03:%02d:%02d.%06d" % (number % 60, number // 7 % 60, number % 1000000)
    value = str(88000000 + number * 137)
    return "job-%05d" % job, "p%d" % partition, value, metadata, stamp


def sqlite_file(cache, rows, name="rows"):
    """A database in rollback-journal mode with the seed's table; its path."""
    path = os.path.join(cache, "%s-%d.db" % (name, rows))
    if os.path.exists(path):
        return path
    if os.path.exists(path + ".new"):
        os.unlink(path + ".new")
    db = sqlite3.connect(path + ".new")
    db.execute("PRAGMA synchronous=OFF")
    db.execute(DDL)
    db.executemany(
        "INSERT INTO checkpoints VALUES (?, ?, ?, ?, ?)",
        (
            (job, partition, value, json.dumps(metadata), stamp)
            for job, partition, value, metadata, stamp in map(checkpoint, range(rows))
        ),
    )
    db.commit()
    db.close()
    os.rename(path + ".new", path)
    return path


def directory(cache, files):
    """A directory of files as the seed's Python class writes them; its path."""
    path = os.path.join(cache, "files-%d" % files)
    if os.path.exists(path):
        return path
    shutil.rmtree(path + ".new", ignore_errors=True)
    os.makedirs(path + ".new")
    for number in range(files):
        job, partition, value, metadata, stamp = checkpoint(number)
        name = "%s.new/%s_%s.json" % (path, job, partition)
        with open(name, "w") as file:
            json.dump(
                {
                    "value": int(value),
                    "metadata": metadata,
                    "timestamp": stamp.replace(" ", "T"),
                },
                file,
            )
    os.rename(path + ".new", path)
    return path
