# SPDX-License-Identifier: MIT
"""The checkpoint code that pipelines have, as they have it, and the little around it that
makes it a program. Everything under "as published" is the text of the seed document.

    seed.py STORE COMMAND [ARGUMENT...]      STORE is plain:FILE, typed:FILE or dir:DIR

save JOB PARTITION VALUE [METADATA]   (VALUE and METADATA as JSON)
load JOB PARTITION                    prints what load() returns, as JSON
age JOB PARTITION                     prints the age in seconds (dir: only)
minutes JOB PARTITION                 the same in whole minutes
loop JOB PARTITION COUNT              saves 1, 2, ... COUNT, then ends
list JOB                              prints partition, value, age in seconds, a line each
reset JOB PARTITION VALUE             CheckpointManager.reset_checkpoint()
delete JOB PARTITION                  CheckpointManager.delete_checkpoint()
batch DATE LAST_ID                    save_checkpoint() of the daily batch
resume DATE                           load_checkpoint() of the daily batch
offset TOPIC PARTITION OFFSET         the transactional consumer
"""
import collections
import json
import os
import sqlite3
import sys
from datetime import datetime

# --- what the snippets call `database` and `self.db`, over sqlite3 -----------------------


class Database:
    def __init__(self, path, detect_types):
        self.connection = sqlite3.connect(path, detect_types=detect_types)

    def execute(self, sql, *parameters):
        with self.connection:
            self.connection.execute(sql, parameters)

    def query(self, sql, *parameters):
        cursor = self.connection.execute(sql, parameters)
        names = [column[0] for column in cursor.description]
        return [collections.namedtuple("Row", names)(*row) for row in cursor]

    def query_one(self, sql, *parameters):
        rows = self.query(sql, *parameters)
        return rows[0] if rows else None


database = None

# --- as published ------------------------------------------------------------------------

SCHEMA = """
CREATE TABLE checkpoints (
    job_id VARCHAR(255) NOT NULL,
    partition_id VARCHAR(255) NOT NULL,
    checkpoint_value VARCHAR(255) NOT NULL,
    metadata JSONB,
    updated_at TIMESTAMP NOT NULL,
    
    PRIMARY KEY (job_id, partition_id)
);
"""


class CheckpointStore:
    def save(self, job_id, partition, value, metadata=None):
        self.db.execute("""
            INSERT INTO checkpoints 
            (job_id, partition_id, checkpoint_value, metadata, updated_at)
            VALUES (?, ?, ?, ?, ?)
            ON CONFLICT (job_id, partition_id) DO UPDATE SET
                checkpoint_value = EXCLUDED.checkpoint_value,
                metadata = EXCLUDED.metadata,
                updated_at = EXCLUDED.updated_at
        """, job_id, partition, value, 
             json.dumps(metadata), datetime.now())
    
    def load(self, job_id, partition):
        row = self.db.query_one("""
            SELECT checkpoint_value, metadata 
            FROM checkpoints 
            WHERE job_id = ? AND partition_id = ?
        """, job_id, partition)
        
        if row:
            return {
                'value': row.checkpoint_value,
                'metadata': json.loads(row.metadata) if row.metadata else {}
            }
        return None


class FileCheckpointStore:
    def __init__(self, checkpoint_dir):
        self.checkpoint_dir = checkpoint_dir
        os.makedirs(checkpoint_dir, exist_ok=True)
    
    def save(self, job_id, partition, value, metadata=None):
        checkpoint_file = os.path.join(
            self.checkpoint_dir, 
            f"{job_id}_{partition}.json"
        )
        
        data = {
            'value': value,
            'metadata': metadata or {},
            'timestamp': datetime.now().isoformat()
        }
        
        # ✅ Atomic write (write to temp, then rename)
        temp_file = f"{checkpoint_file}.tmp"
        with open(temp_file, 'w') as f:
            json.dump(data, f)
        
        os.rename(temp_file, checkpoint_file)
    
    def load(self, job_id, partition):
        checkpoint_file = os.path.join(
            self.checkpoint_dir,
            f"{job_id}_{partition}.json"
        )
        
        if os.path.exists(checkpoint_file):
            with open(checkpoint_file, 'r') as f:
                return json.load(f)
        return None


class CheckpointManager:
    def list_checkpoints(self, job_id):
        """List all checkpoints for a job."""
        return self.db.query("""
            SELECT partition_id, checkpoint_value, updated_at
            FROM checkpoints
            WHERE job_id = ?
            ORDER BY partition_id
        """, job_id)
    
    def reset_checkpoint(self, job_id, partition, value):
        """Manually set checkpoint (for reprocessing)."""
        self.save(job_id, partition, value, {
            'reset_by': 'admin',
            'reset_at': datetime.now().isoformat()
        })
    
    def delete_checkpoint(self, job_id, partition):
        """Delete checkpoint (restart from beginning)."""
        self.db.execute("""
            DELETE FROM checkpoints
            WHERE job_id = ? AND partition_id = ?
        """, job_id, partition)


def load_checkpoint(date):
    return database.query_one(
        "SELECT last_id FROM checkpoints WHERE date = ?", date
    )

def save_checkpoint(date, last_id):
    database.execute("""
        INSERT INTO checkpoints (date, last_id, updated_at)
        VALUES (?, ?, ?)
        ON CONFLICT (date) DO UPDATE SET
            last_id = EXCLUDED.last_id,
            updated_at = EXCLUDED.updated_at
    """, date, last_id, datetime.now())


Message = collections.namedtuple("Message", "topic partition offset")


def save_offset(message):
    # Save checkpoint (offset)
    database.execute("""
        INSERT INTO kafka_offsets 
        (topic, partition, offset, updated_at)
        VALUES (?, ?, ?, ?)
        ON CONFLICT (topic, partition) DO UPDATE SET
            offset = EXCLUDED.offset,
            updated_at = EXCLUDED.updated_at
    """, message.topic, message.partition, 
         message.offset, datetime.now())


# --- the program -------------------------------------------------------------------------

# The document gives no DDL for these two.
DATED_SCHEMA = """
CREATE TABLE checkpoints (date DATE PRIMARY KEY, last_id BIGINT, updated_at TIMESTAMP)
"""
OFFSETS_SCHEMA = """
CREATE TABLE kafka_offsets (
    topic VARCHAR(255), partition INTEGER, offset BIGINT, updated_at TIMESTAMP,
    PRIMARY KEY (topic, partition))
"""


class Store(CheckpointManager, CheckpointStore):
    def __init__(self, db):
        self.db = db


def age(stamp):
    if not isinstance(stamp, datetime):
        stamp = datetime.fromisoformat(stamp)
    return (datetime.now() - stamp).total_seconds()


def run(store, command, *arguments):
    if command == "save":
        job, partition, *rest = arguments
        store.save(job, partition, *(json.loads(text) for text in rest))
    elif command == "load":
        print(json.dumps(store.load(*arguments)))
    elif command == "list":
        for row in store.list_checkpoints(*arguments):
            print(row.partition_id, row.checkpoint_value, age(row.updated_at))
    elif command == "age":
        print(age(store.load(*arguments)["timestamp"]))
    elif command == "minutes":
        print(int(age(store.load(*arguments)["timestamp"]) // 60))
    elif command == "loop":
        job, partition, count = arguments
        for value in range(1, int(count) + 1):
            store.save(job, partition, value, {"loop": True})
    elif command == "reset":
        store.reset_checkpoint(*arguments)
    elif command == "delete":
        store.delete_checkpoint(*arguments)
    elif command == "batch":
        save_checkpoint(arguments[0], int(arguments[1]))
    elif command == "resume":
        print(load_checkpoint(*arguments).last_id)
    elif command == "offset":
        save_offset(Message(arguments[0], int(arguments[1]), int(arguments[2])))
    else:
        sys.exit(f"no such command: {command}")


def main(place, command, *arguments):
    global database
    kind, _, path = place.partition(":")
    if kind == "dir":
        run(FileCheckpointStore(path), command, *arguments)
        return
    is_new = not os.path.exists(path)
    types = sqlite3.PARSE_DECLTYPES if kind == "typed" else 0
    database = Database(path, types)
    if is_new:
        schemas = {"batch": DATED_SCHEMA, "offset": OFFSETS_SCHEMA}
        database.execute(schemas.get(command, SCHEMA))
    run(Store(database), command, *arguments)


main(*sys.argv[1:])
