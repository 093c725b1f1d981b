"""The file store of the seed document as an outside program.

    seed_file_store.py DIR save JOB PARTITION VALUE_JSON [METADATA_JSON]
    seed_file_store.py DIR load JOB PARTITION        prints the document, or null
    seed_file_store.py DIR age JOB PARTITION         prints its age in whole minutes
    seed_file_store.py DIR loop JOB PARTITION COUNT  saves 1, 2, ... COUNT, then ends

The class is the one that pipelines have; only the import is new.
"""
import json
import os
import sys
from datetime import datetime


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


def main(directory, command, job, partition, *rest):
    store = FileCheckpointStore(directory)
    if command == 'save':
        store.save(job, partition, *(json.loads(text) for text in rest))
    elif command == 'load':
        print(json.dumps(store.load(job, partition)))
    elif command == 'age':
        saved = datetime.fromisoformat(store.load(job, partition)['timestamp'])
        print(int((datetime.now() - saved).total_seconds() // 60))
    elif command == 'loop':
        for value in range(1, int(rest[0]) + 1):
            store.save(job, partition, value, {'loop': True})
    else:
        sys.exit(f"no such command: {command}")


main(*sys.argv[1:])
