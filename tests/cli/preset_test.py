#!/usr/bin/env -S python3 -B
# SPDX-License-Identifier: MIT
"""Every preset over a table with the columns that its program makes, on a real server and in SQLite:
value, head, lag, time of the save, watermark and status are what that program means."""
import glob
import json
import os
import sqlite3
import subprocess
import sys
import unittest

from own_place import OwnPlace

HERE = os.path.dirname(os.path.abspath(__file__))
sys.path.insert(0, os.path.join(HERE, "..", "store"))

import postgres

# Tables as the upstream that the preset names makes them, as far as it is read; the rows are ours.
# name: (SQL for every kind that it is for, more of the URI, what is shown). A row that is shown: job, partition, value and
# then what is not null of head, lag, updated_at, watermark, status.
CASES = {
    "airbyte": ("""
        CREATE TYPE state_type AS ENUM ('GLOBAL', 'STREAM', 'LEGACY');
        CREATE TABLE state (id uuid, connection_id uuid, state jsonb, updated_at timestamptz,
            stream_name text, namespace text, type state_type);
        INSERT INTO state VALUES (gen_random_uuid(), '00000000-0000-4000-8000-00000000000a',
            '{"cursor": "88123", "cursor_field": ["id"]}', '2025-06-01 02:05:10+02', 'users',
            'public', 'STREAM'),
            (gen_random_uuid(), '00000000-0000-4000-8000-00000000000a', '{"a": 1}',
            '2025-06-01 00:00:00+00', NULL, NULL, 'LEGACY')""", "", [
        ("00000000-0000-4000-8000-00000000000a", "public.users", "88123",
         {"updated_at": "2025-06-01T00:05:10Z"}),
        ("00000000-0000-4000-8000-00000000000a", "LEGACY", '{"a": 1}',
         {"updated_at": "2025-06-01T00:00:00Z"})]),
    "airflow": ("""
        CREATE TABLE dag_run (dag_id text, execution_date text, start_date text, end_date text,
            state text);
        INSERT INTO dag_run VALUES
            ('daily', '2025-06-01 00:00:00', '2025-06-02 00:00:01', '2025-06-02 00:03:00', 'success'),
            ('daily', '2025-06-02 00:00:00', '2025-06-03 00:00:01', '2025-06-03 00:04:00', 'success'),
            ('daily', '2025-06-03 00:00:00', '2025-06-04 00:00:01', NULL, 'running')""", "", [
        ("daily", "-", "2025-06-02 00:00:00", {"updated_at": "2025-06-03T00:04:00Z"})]),
    "akka": ("""
        CREATE TABLE akka_projection_offset_store (projection_name varchar(255),
            projection_key varchar(255), current_offset varchar(255), manifest varchar(4),
            mergeable boolean, last_updated bigint);
        INSERT INTO akka_projection_offset_store VALUES
            ('carts', 'carts-0', '2831', 'SEQ', false, 1763802000123)""", "", [
        ("carts", "carts-0", "2831", {"updated_at": "2025-11-22T09:00:00.123Z"})]),
    "axon": ("""
        CREATE TABLE tokenentry (processorname varchar(255), segment int, token bytea,
            tokentype varchar(255), timestamp varchar(255), owner varchar(255));
        INSERT INTO tokenentry VALUES ('billing', 0, '{"index":123456,"gaps":[]}'::bytea, 'T',
            '2025-11-22T09:00:00.123Z', '1@host-a'), ('billing', 1, NULL, NULL, NULL, NULL),
            ('xml', 0, '<org.T><index>77</index><gaps class="s"/></org.T>'::bytea, 'T', NULL, NULL),
            ('xml', 1, '<R><tokenAtReset class="T"><index>90</index></tokenAtReset>'
            '<currentToken class="T"><index>12</index></currentToken></R>'::bytea, 'R', NULL, 'a'),
            ('again', 0, '{"tokenAtReset":{"index":90},"currentToken":{"index":12}}'::bytea, 'R',
            NULL, 'a'),
            ('again', 1, '{"tokenAtReset":{"index":90},"currentToken":null}'::bytea, 'R', NULL, 'a'),
            ('global', 0, '{"globalIndex": 5}'::bytea, 'G', NULL, 'a'),
            ('merged', 0, '{"lowerSegmentToken":{"index":4},"upperSegmentToken":{"index":9}}'::bytea,
            'M', NULL, 'a'),
            -- What Java makes of an object by itself is no text.
            ('java', 0, '\xaced000573720000'::bytea, 'T', NULL, 'a')""", "", [
        ("billing", "0", "123456", {"updated_at": "2025-11-22T09:00:00.123Z",
                                    "status": "owned by 1@host-a"}),
        ("billing", "1", None, {"status": "unclaimed"}),
        ("xml", "0", "77", {"status": "unclaimed"}),
        ("xml", "1", "12", {"status": "owned by a, replays"}),
        ("again", "0", "12", {"status": "owned by a, replays"}),
        ("again", "1", None, {"status": "owned by a, replays"}),
        ("global", "0", "5", {"status": "owned by a"}),
        ("merged", "0", None, {"status": "owned by a, at two positions since a merge"}),
        ("java", "0", None, {"status": "owned by a"})]),
    "commanded": ("""
        CREATE TABLE projection_versions (projection_name text, last_seen_event_number bigint,
            updated_at timestamp(6));
        INSERT INTO projection_versions VALUES ('accounts', 4711, '2025-11-22 08:59:00')""", "", [
        ("accounts", "-", "4711", {"updated_at": "2025-11-22T08:59:00Z"})]),
    "debezium": ("""
        CREATE TABLE debezium_offset_storage (id varchar(36), offset_key varchar(1255),
            offset_val varchar(1255), record_insert_ts timestamp, record_insert_seq integer);
        INSERT INTO debezium_offset_storage VALUES
            ('1', '["pg",{"server":"grades"}]', '{"lsn":36765863616,"ts_usec":1751808421939766}',
            '2025-07-06 13:27:02', 1),
            ('2', '["my",{"server":"shop"}]',
            '{"ts_sec":1661786366,"file":"binlog.000002","pos":3349}', '2025-07-06 13:27:03', 2),
            ('3', '["mongo",{"rs":"rs0","server_id":"docs"}]', '{"ord":3}', '2025-07-06 13:27:04', 3),
            ('4', '["mssql",{"server":"erp","database":"eu"}]', '{"commit_lsn":"00000025:0448:0003"}',
            '2025-07-06 13:27:05', 4),
            ('5', '["mssql",{"server":"erp","database":"us"}]', '{"commit_lsn":"00000031:0448:0003"}',
            '2025-07-06 13:27:05', 5)""",
        "&tz=UTC", [
        ("pg", "grades", "8/8F6A8EC0", {"updated_at": "2025-07-06T13:27:02Z",
                                        "watermark": "2025-07-06T13:27:01.939766Z"}),
        ("my", "shop", "binlog.000002:3349", {"updated_at": "2025-07-06T13:27:03Z",
                                              "watermark": "2022-08-29T15:19:26Z"}),
        ("mongo", "docs/rs0", '{"ord":3}', {"updated_at": "2025-07-06T13:27:04Z"}),
        ("mssql", "erp/eu", '{"commit_lsn":"00000025:0448:0003"}',
         {"updated_at": "2025-07-06T13:27:05Z"}),
        ("mssql", "erp/us", '{"commit_lsn":"00000031:0448:0003"}',
         {"updated_at": "2025-07-06T13:27:05Z"})]),
    "dlt": ("""
        CREATE TABLE _dlt_pipeline_state (version bigint, engine_version bigint, pipeline_name text,
            state text, created_at timestamptz, version_hash text, _dlt_load_id varchar(64),
            _dlt_id varchar(64) UNIQUE);
        INSERT INTO _dlt_pipeline_state VALUES
            (1, 4, 'chess', 'eNpV', '2025-11-20 10:00:00+00', 'h1', '1.1', 'id1'),
            (2, 4, 'chess', 'eNpd', '2025-11-21 10:00:00+00', 'h2', '2.1', 'id2')""", "", [
        ("chess", "-", "2", {"updated_at": "2025-11-21T10:00:00Z"})]),
    "emmett": ("""
        CREATE TABLE emt_processors (processor_id text, partition text, version int, status text,
            last_processed_checkpoint text, last_updated timestamptz);
        INSERT INTO emt_processors VALUES ('cart', 'emt:default', 1, 'running',
            '0000000000000000412', '2025-11-22 09:00:00+00'), ('cart', 'emt:default', 2, 'stopped',
            '0000000000000000007', '2025-11-22 10:00:00+00')""", "", [
        ("cart", "emt:default", "0000000000000000412",
         {"updated_at": "2025-11-22T09:00:00Z", "status": "running", "position": 412}),
        ("cart", "emt:default/v2", "0000000000000000007",
         {"updated_at": "2025-11-22T10:00:00Z", "status": "stopped", "position": 7})]),
    "eventuous": ("""
        CREATE SCHEMA eventuous; CREATE TABLE eventuous.checkpoints (id varchar, position bigint);
        INSERT INTO eventuous.checkpoints VALUES ('Bookings', 1201), ('Payments', NULL)""", "", [
        ("Bookings", "-", "1201", {}), ("Payments", "-", None, {})]),
    # The file of the log is made by the test: 100 bytes.
    "fluentbit": ("""
        CREATE TABLE in_tail_files (id INTEGER PRIMARY KEY, name TEXT, offset INTEGER, inode INTEGER,
            created INTEGER, rotated INTEGER, offset_marker INTEGER, offset_marker_size INTEGER);
        INSERT INTO in_tail_files VALUES (1, 'LOG', 10, 77, 1, 1, 0, 0), (2, 'LOG', 40, 77, 1, 0, 0, 0)
        """, "", [("LOG", "77", "40", {"head": "100", "lag": 60, "status": "watched"})]),
    "fluentbit_systemd": ("""
        CREATE TABLE in_systemd_cursor (cursor TEXT NOT NULL, updated INTEGER);
        INSERT INTO in_systemd_cursor VALUES ('s=bba0;i=7f2b1;b=4d1f', 1763802050)""", "", [
        ("systemd", "-", "s=bba0;i=7f2b1;b=4d1f", {"updated_at": "2025-11-22T09:00:50Z"})]),
    # The shape that it had for years, and that most have.
    "fluentbit_unmarked": ("""
        CREATE TABLE in_tail_files (id INTEGER PRIMARY KEY, name TEXT, offset INTEGER, inode INTEGER,
            created INTEGER, rotated INTEGER);
        INSERT INTO in_tail_files VALUES (1, 'LOG', 10, 77, 1, 1), (2, 'LOG', 40, 77, 1, 0)
        """, "", [("LOG", "77", "40", {"head": "100", "lag": 60, "status": "watched"})]),
    "gitlab": ("""
        CREATE TABLE batched_background_migrations (id bigint, job_class_name text, table_name text,
            column_name text, min_value bigint, max_value bigint, status smallint,
            updated_at timestamptz);
        CREATE TABLE batched_background_migration_jobs (id bigint,
            batched_background_migration_id bigint, min_value bigint, max_value bigint,
            status smallint);
        INSERT INTO batched_background_migrations VALUES
            (7, 'BackfillIds', 'ci_builds', 'id', 1, 100000, 1, '2025-11-22 09:00:00+00'),
            (8, 'BackfillUrls', 'projects', 'id', 1, 900, 0, '2025-11-21 09:00:00+00'),
            (9, 'Done', 'projects', 'id', 1, 900, 3, '2025-11-20 09:00:00+00'),
            (10, 'Broken', 'projects', 'id', 1, 900, 4, '2025-11-20 09:00:00+00');
        INSERT INTO batched_background_migration_jobs VALUES (1, 7, 1, 20000, 3),
            (2, 7, 20001, 40000, 3), (3, 7, 40001, 60000, 1)""", "", [
        ("BackfillIds", "ci_builds/7", "40000", {"head": "100000", "lag": 60000, "status": "active",
                                                "updated_at": "2025-11-22T09:00:00Z"}),
        ("BackfillUrls", "projects/8", None, {"head": "900", "status": "paused",
                                              "updated_at": "2025-11-21T09:00:00Z"}),
        ("Broken", "projects/10", None, {"head": "900", "status": "failed",
                                         "error": "the migration has failed",
                                         "updated_at": "2025-11-20T09:00:00Z"})]),
    "gitlab_registry": ("""
        CREATE TABLE batched_background_migrations (id bigint, name text, min_value bigint,
            max_value bigint, batch_size int, status int, job_signature_name text, table_name text,
            column_name text, created_at timestamptz, updated_at timestamptz,
            failure_error_code smallint);
        CREATE TABLE batched_background_migration_jobs (id bigint,
            batched_background_migration_id bigint, min_value bigint, max_value bigint, status int,
            attempts int);
        INSERT INTO batched_background_migrations VALUES
            (1, 'CopyMedia', 1, 100, 20, 2, 'Copy', 'public.media', 'id', now(), now(), NULL),
            (2, 'CopyBlobs', 5, 50, 10, 4, 'Copy', 'public.blobs', 'id', now(),
            '2025-11-22 09:00:00+00', NULL),
            (3, 'CopyNames', 1, 16, 1, 3, 'Copy', 'public.names', 'id', now(), NULL, 4);
        INSERT INTO batched_background_migration_jobs VALUES (1, 2, 5, 14, 2, 1),
            (2, 2, 15, 24, 4, 1)""", "", [
        ("CopyBlobs", "public.blobs/2", "14", {"head": "50", "lag": 36, "status": "running",
                                               "updated_at": "2025-11-22T09:00:00Z"}),
        ("CopyNames", "public.names/3", None, {"head": "16", "status": "failed",
                                               "error": "the migration has failed"})]),
    "graphnode": ("""
        CREATE SCHEMA subgraphs;
        CREATE TABLE deployment_schemas (id int, subgraph text, name text, network text, active bool);
        CREATE TABLE subgraphs.head (id int, block_number numeric);
        CREATE TABLE ethereum_networks (name varchar, head_block_number bigint);
        INSERT INTO deployment_schemas VALUES (1, 'QmW', 'sgd1', 'mainnet', true),
            (2, 'QmX', 'sgd2', 'nowhere', true), (3, 'QmY', 'sgd3', 'mainnet', false);
        INSERT INTO subgraphs.head VALUES (1, 21999000), (2, 5), (3, 1);
        INSERT INTO ethereum_networks VALUES ('mainnet', 22000123)""", "", [
        ("QmW", "mainnet", "21999000", {"head": "22000123", "lag": 1123}),
        ("QmX", "nowhere", "5", {})]),
    "kafka_offset": ("""
        CREATE TABLE kafka_offset (topic text, partition smallint, offset_value bigint,
            updated_at timestamptz, PRIMARY KEY (topic, partition));
        INSERT INTO kafka_offset VALUES ('pto.endring', 1, 5519, '2025-11-22 09:00:00+00')""", "", [
        ("pto.endring", "1", "5519", {"updated_at": "2025-11-22T09:00:00Z"})]),
    "kafka_offset_journal": ("""
        CREATE TABLE kafka_offset_journal (consumer_group varchar(255), topic varchar(255),
            partition integer, last_processed_offset bigint, updated_at timestamptz);
        INSERT INTO kafka_offset_journal VALUES ('billing', 'orders', 0, 100,
            '2025-11-22 09:00:00+00')""", "", [
        ("billing", "orders/0", "100", {"updated_at": "2025-11-22T09:00:00Z"})]),
    "maintenance_tasks": ("""
        CREATE TABLE maintenance_tasks_runs (id integer, task_name varchar, ended_at timestamp,
            tick_count bigint, tick_total bigint, cursor varchar, status varchar,
            updated_at timestamp, error_class varchar);
        INSERT INTO maintenance_tasks_runs VALUES
            (1, 'Backfill', NULL, 15000, 60000, '15000', 'running', '2025-11-22 01:20:00', NULL),
            (2, 'Import', NULL, 120, NULL, '120', 'interrupted', '2025-11-22 01:05:00', NULL),
            (3, 'Old', '2025-11-01 01:20:00', 5, 5, '5', 'succeeded', '2025-11-01 01:20:00', NULL),
            (4, 'Fix', '2025-11-01 01:20:00', 5, 9, '5', 'errored', '2025-11-01 01:20:00', 'E::Old'),
            (5, 'Fix', '2025-11-22 01:20:00', 7, 9, '7', 'errored', '2025-11-22 01:20:00', 'E::New'),
            (6, 'Mend', '2025-11-01 01:20:00', 5, 9, '5', 'errored', '2025-11-01 01:20:00', 'E'),
            (7, 'Mend', '2025-11-02 01:20:00', 9, 9, '9', 'succeeded', '2025-11-02 01:20:00', NULL)""",
        "", [
        ("Fix", "5", "7", {"lag": 2, "updated_at": "2025-11-22T01:20:00Z", "status": "errored",
                           "error": "E::New"}),
        ("Backfill", "1", "15000", {"lag": 45000, "updated_at": "2025-11-22T01:20:00Z",
                                    "status": "running"}),
        ("Import", "2", "120", {"updated_at": "2025-11-22T01:05:00Z", "status": "interrupted"})]),
    "marten": ("""
        CREATE TABLE mt_event_progression (name varchar, last_seq_id bigint, last_updated timestamptz);
        INSERT INTO mt_event_progression VALUES ('HighWaterMark', 90210, '2025-11-22 09:00:00+00'),
            ('Trip:All', 90210, '2025-11-22 09:00:00+00'),
            ('Day:All', 71999, '2025-11-22 06:12:00+00')""", "", [
        ("Trip:All", "-", "90210", {"head": "90210", "lag": 0,
                                    "updated_at": "2025-11-22T09:00:00Z"}),
        ("Day:All", "-", "71999", {"head": "90210", "lag": 18211,
                                   "updated_at": "2025-11-22T06:12:00Z"})]),
    "meltano": ("""
        CREATE TABLE state (state_id varchar, updated_at timestamp, partial_state text,
            completed_state text);
        INSERT INTO state VALUES ('dev:tap-to-target', '2025-11-22 01:05:00', '{}', '{"a": 1}')""",
        "&tz=UTC", [("dev:tap-to-target", "-", '{"a": 1}', {"updated_at": "2025-11-22T01:05:00Z"})]),
    "pgcopydb": ("""
        CREATE TABLE sentinel (id INTEGER PRIMARY KEY, startpos pg_lsn, endpos pg_lsn, apply bool,
            write_lsn pg_lsn, flush_lsn pg_lsn, replay_lsn pg_lsn);
        INSERT INTO sentinel VALUES (1, '0/236D668', '0/0', 1, '0/9000000', '0/9000000', '0/8F5C6C0')
        """, "", [("pgcopydb", "replay", "0/8F5C6C0", {"head": "0/9000000", "lag": 0xA3940,
                                                      "status": "applies"})]),
    # PgQ itself is C: this is the shape of what its function answers.
    "pgq": ("""
        CREATE SCHEMA pgq; CREATE FUNCTION pgq.get_consumer_info(OUT queue_name text,
            OUT consumer_name text, OUT lag interval, OUT last_seen interval, OUT last_tick bigint,
            OUT current_batch bigint, OUT next_tick bigint, OUT pending_events bigint)
            RETURNS SETOF record LANGUAGE sql AS $$ SELECT 'orders', 'billing',
            interval '8 min', now() - '2025-11-22 09:00:00+00', 41::bigint, NULL::bigint,
            NULL::bigint, 120::bigint $$""", "", [
        ("orders", "billing", "41", {"lag": 120, "updated_at": "2025-11-22T09:00:00Z"})]),
    "spring_batch": ("""
        CREATE TABLE BATCH_JOB_INSTANCE (JOB_INSTANCE_ID bigint, JOB_NAME varchar(100));
        CREATE TABLE BATCH_JOB_EXECUTION (JOB_EXECUTION_ID bigint, JOB_INSTANCE_ID bigint);
        CREATE TABLE BATCH_STEP_EXECUTION (STEP_EXECUTION_ID bigint, STEP_NAME varchar(100),
            JOB_EXECUTION_ID bigint, STATUS varchar(10), READ_COUNT bigint, LAST_UPDATED timestamp);
        INSERT INTO BATCH_JOB_INSTANCE VALUES (1, 'dailyOrders'), (2, 'dailyInvoices');
        INSERT INTO BATCH_JOB_EXECUTION VALUES (10, 1), (11, 1), (12, 2);
        INSERT INTO BATCH_STEP_EXECUTION VALUES
            (20, 'load', 10, 'COMPLETED', 398000, '2025-11-21 01:40:00'),
            (21, 'load', 11, 'STARTED', 171000, '2025-11-22 01:17:03'),
            (22, 'load', 12, 'FAILED', 3000, '2025-11-22 02:01:00')""", "&tz=UTC", [
        ("dailyOrders", "load", "171000", {"head": "398000", "lag": 227000, "status": "STARTED",
                                           "updated_at": "2025-11-22T01:17:03Z"}),
        ("dailyInvoices", "load", "3000", {"status": "FAILED", "error": "the step is FAILED",
                                           "updated_at": "2025-11-22T02:01:00Z"})]),
    "sui": ("""
        CREATE TABLE watermarks (pipeline text, checkpoint_hi_inclusive bigint,
            timestamp_ms_hi_inclusive bigint);
        INSERT INTO watermarks VALUES ('tx_digests', 150000000, 1763802000000)""", "", [
        ("tx_digests", "-", "150000000", {"watermark": "2025-11-22T09:00:00Z"})]),
    "synapse": ("""
        CREATE TABLE background_updates (update_name text, progress_json text, depends_on text,
            ordering integer);
        INSERT INTO background_updates VALUES ('event_search', '{"rows": 120000}', NULL, 0),
            ('later', '{}', 'event_search', 1)""", "", [
        ("event_search", "-", '{"rows": 120000}', {"status": "ready"}),
        ("later", "-", "{}", {"status": "waits for event_search"})]),
    "txn_offsets": ("""
        CREATE TABLE txn_offsets (topic text, part integer, off bigint, PRIMARY KEY (topic, part));
        INSERT INTO txn_offsets VALUES ('clicks', 3, 77)""", "", [("clicks", "3", "77", {})]),
    "watermill": ("""
        CREATE TABLE watermill_offsets_orders (consumer_group varchar(255), offset_acked bigint,
            last_processed_transaction_id xid8);
        CREATE TABLE watermill_orders ("offset" bigserial, uuid varchar(36));
        INSERT INTO watermill_offsets_orders VALUES ('billing', 90, '800');
        INSERT INTO watermill_orders (uuid) SELECT 'u' FROM generate_series(1, 120)""",
        "&job=orders", [("orders", "billing", "90", {"head": "120", "lag": 30})]),
}
# What a reset sets: name: (row, wanted, what a program reads in the tables afterwards, SQL for that).
# An undo brings back what was there.
RESETS = {
    "debezium": (("pg", "grades"), "0/1000",
                 "SELECT (offset_val::jsonb ->> 'lsn') || ' ' || (offset_val::jsonb ->> 'lsn_proc') "
                 "FROM debezium_offset_storage WHERE id = '1'", "4096 4096"),
    "fluentbit": (("LOG", "77"), "10", "SELECT offset || ' ' || offset_marker FROM in_tail_files "
                  "WHERE id = 2", "10 0"),
    "fluentbit_unmarked": (("LOG", "77"), "10", "SELECT offset FROM in_tail_files WHERE id = 2",
                           "10"),
    "fluentbit_systemd": (("systemd", "-"), "text:s=bba0;i=1;b=4d1f",
                          "SELECT cursor FROM in_systemd_cursor", "s=bba0;i=1;b=4d1f"),
    "kafka_offset": (("pto.endring", "1"), "5000", "SELECT offset_value FROM kafka_offset", "5000"),
    "kafka_offset_journal": (("billing", "orders/0"), "90",
                             "SELECT last_processed_offset FROM kafka_offset_journal", "90"),
    "txn_offsets": (("clicks", "3"), "70", "SELECT off FROM txn_offsets", "70"),
}
# What else there is in their rows.
MORE = {
    "debezium": """; UPDATE debezium_offset_storage SET offset_val =
        '{"lsn_proc":8191,"lsn":8192,"lsn_commit":8192,  "txId":7}' WHERE id = '1'""",
    "fluentbit": "; UPDATE in_tail_files SET offset_marker = 7, offset_marker_size = 8",
}
SLOTS = ["replication_slots", "replication_slots_wal"]
TOLD = ["head", "lag", "updated_at", "watermark", "status"]


class Presets(OwnPlace):
    @classmethod
    def setUpClass(cls):
        cls.server = postgres.Server(wal_level="logical").start()
        cls.addClassCleanup(cls.server.end)

    def sql(self, database, text):
        uri = self.server.uri().rsplit("/", 1)[0] + "/" + database
        done = subprocess.run(["psql", "-XAtq", "-v", "ON_ERROR_STOP=1", uri, "-c", text],
                              stdin=subprocess.DEVNULL, text=True, capture_output=True)
        self.assertEqual(done.returncode, 0, done.stderr)
        return done.stdout.strip()

    def make(self, kind, name, text):
        """A database with these tables, and its URI."""
        if kind == "sqlite":
            connection = sqlite3.connect(self.path(name + ".db"))
            connection.executescript(text.replace("LOG", self.path("app.log")))
            connection.close()
            return "sqlite:" + self.path(name + ".db")
        self.sql("postgres", f"CREATE DATABASE {name}")
        self.sql(name, text)
        return self.server.uri().rsplit("/", 1)[0] + "/" + name

    def rows(self, uri):
        done = self.run_ckptop("list", "--json", "-s", uri)
        document = json.loads(done.stdout)
        self.assertEqual((document["errors"], done.stderr), ([], ""))
        for row in document["checkpoints"]:
            shown = self.run_ckptop("show", "--json", "-s", uri, "--job", row["job"],
                                    "--partition", row["partition"])
            self.assertEqual(shown.stderr, "")
            row.update(json.loads(shown.stdout)["checkpoints"][0])
        return document["checkpoints"]

    def kinds(self, name):
        told = self.run_ckptop("preset", name).stdout
        return [line for line in told.splitlines() if line.startswith("kinds = ")][0].split()[2:]

    def test_presets(self):
        with open(self.path("app.log"), "w", encoding="ascii") as file:
            file.write("x" * 100)
        for name, kind in ((name, kind) for name in CASES for kind in self.kinds(name)):
            with self.subTest(preset=name, kind=kind):
                text, more, expected = CASES[name]
                uri = self.make(kind, name, text) + "?preset=" + name + more
                rows = {(row["job"], row["partition"]): row for row in self.rows(uri)}
                wanted = {}
                for job, partition, value, told in expected:
                    job = job.replace("LOG", self.path("app.log"))
                    wanted[job, partition] = (value, told)
                self.assertEqual(set(rows), set(wanted))
                for key, (value, told) in wanted.items():
                    row = rows[key]
                    self.assertEqual(row["value"], value, key)
                    self.assertIsNone(row["damage"], key)
                    document = row["metadata"] if isinstance(row["metadata"], dict) else {}
                    self.assertEqual(document.get("error"), told.get("error"), key)
                    for member in TOLD:
                        self.assertEqual(row[member], told.get(member), (key, member))
                    self.assertEqual(row["position"], told.get("position", row["position"]))

    def test_slots(self):
        uri = self.make("postgresql", "slots", "CREATE TABLE t (x int)")
        self.sql("slots", "SELECT pg_create_logical_replication_slot('cdc', 'pgoutput')")
        self.sql("slots", "SELECT pg_create_physical_replication_slot('standby', true)")
        self.sql("slots", "INSERT INTO t SELECT generate_series(1, 1000)")
        self.sql("slots", "SELECT pg_replication_slot_advance('cdc', pg_current_wal_lsn())")
        self.sql("slots", "INSERT INTO t SELECT generate_series(1, 1000)")
        columns = ("confirmed_flush_lsn - '0/0', restart_lsn - '0/0', "
                   "pg_current_wal_lsn() - '0/0'")
        confirmed, kept, end = map(int, self.sql(
            "slots", f"SELECT {columns} FROM pg_replication_slots WHERE slot_name = 'cdc'").split("|"))
        both = []
        for name in SLOTS:
            rows = {row["job"]: row for row in self.rows(uri + "?preset=" + name)}
            self.assertEqual(set(rows), {"cdc", "standby"})
            self.assertEqual(rows["cdc"]["partition"], "slots")
            self.assertEqual(rows["standby"]["partition"], "physical")
            self.assertEqual(rows["cdc"]["value_type"], "lsn")
            self.assertRegex(rows["cdc"]["status"], "^inactive, WAL reserved"
                             + (", retains [0-9]+ (bytes|kB|MB)$" if name == SLOTS[0] else "$"))
            both.append(rows)
        # A server writes some WAL by itself.
        consumer, retained = (rows["cdc"]["lag"] for rows in both)
        self.assertTrue(0 < end - confirmed <= consumer, (confirmed, end, consumer))
        self.assertTrue(consumer < end - kept <= retained, (kept, end, retained))
        self.assertEqual(both[0]["standby"]["value"], both[1]["standby"]["value"])
        metadata = both[0]["cdc"]["metadata"]
        self.assertEqual(metadata["plugin"], "pgoutput")
        for slot in "cdc", "standby":
            self.sql("slots", f"SELECT pg_drop_replication_slot('{slot}')")

    def ask(self, kind, name, text):
        if kind != "sqlite":
            return self.sql(name, text)
        connection = sqlite3.connect(self.path(name + ".db"))
        rows = connection.execute(text).fetchall()
        connection.close()
        return "\n".join("|".join(str(cell) for cell in row) for row in rows)

    def change(self, uri, *arguments):
        """A change, and its operation."""
        done = self.run_ckptop(*arguments, "-s", uri, "--reason", "a test of it", "--observe", "0",
                               "--json")
        document = json.loads(done.stdout) if done.stdout else {}
        return done, document

    def test_resets(self):
        """What a reset sets the program reads, and an undo brings all of it back."""
        with open(self.path("app.log"), "w", encoding="ascii") as file:
            file.write("x" * 100)
        for name, kind in ((name, kind) for name in RESETS for kind in self.kinds(name)):
            with self.subTest(preset=name, kind=kind):
                key, wanted, sql, expected = RESETS[name]
                job, partition = (part.replace("LOG", self.path("app.log")) for part in key)
                text = CASES[name][0]
                text += MORE.get(name, "")
                uri = self.make(kind, "r_" + name, text) + "?preset=" + name
                table = text.split("CREATE TABLE ")[1].split("(")[0].strip()
                whole = f"SELECT * FROM {table} ORDER BY 1"
                before = self.ask(kind, "r_" + name, whole)
                value = self.ask(kind, "r_" + name, sql)
                done, document = self.change(uri, "reset", "--job", job, "--partition", partition,
                                             "--to", wanted, "--yes", "--confirm", job)
                self.assertEqual(done.returncode, 0, done.stderr + done.stdout)
                self.assertEqual(self.ask(kind, "r_" + name, sql), expected)
                done, _ = self.change(uri, "undo", document["op"], "--yes",
                                      "--confirm", job, "--confirm-skip", "0")
                self.assertEqual(done.returncode, 0, done.stderr + done.stdout)
                self.assertEqual(self.ask(kind, "r_" + name, sql), value)
                self.assertEqual(self.ask(kind, "r_" + name, whole), before)

    def test_a_table_with_markers_and_one_without(self):
        """Both are read by either preset; a reset wants the one that knows what is there."""
        with open(self.path("app.log"), "w", encoding="ascii") as file:
            file.write("x" * 100)
        marked, plain = (self.make("sqlite", "mark_" + name, CASES[name][0] + MORE.get(name, ""))
                         for name in ("fluentbit", "fluentbit_unmarked"))
        for uri, wrong, why in ((plain, "fluentbit", "no such column: offset_marker"),
                                (marked, "fluentbit_unmarked", "use the preset fluentbit")):
            for name in "fluentbit", "fluentbit_unmarked":
                rows = self.rows(uri + "?preset=" + name)
                self.assertEqual([(row["value"], row["lag"]) for row in rows], [("40", 60)])
            done, _ = self.change(uri + "?preset=" + wrong, "reset", "--job", self.path("app.log"),
                                  "--partition", "77", "--to", "10", "--yes")
            self.assertNotEqual(done.returncode, 0, done.stdout)
            self.assertIn(why, done.stderr)
            self.assertIn("nothing was written", done.stderr)
        metadata = self.rows(marked + "?preset=fluentbit")[0]["metadata"]
        self.assertEqual((metadata["offset_marker"], metadata["offset_marker_size"]), (7, 8))

    def test_a_slot_goes_only_forward(self):
        """While nobody reads it, and not beyond the end, which the server would take for the end."""
        uri = self.make("postgresql", "moved", "CREATE TABLE t (x int)") + "?preset=replication_slots"
        self.sql("moved", "SELECT pg_create_logical_replication_slot('moved', 'test_decoding')")
        self.addCleanup(self.sql, "moved", "SELECT pg_drop_replication_slot('moved')")
        position = "SELECT confirmed_flush_lsn FROM pg_replication_slots WHERE slot_name = 'moved'"
        first = self.sql("moved", position)
        self.sql("moved", "INSERT INTO t SELECT generate_series(1, 100)")
        middle = self.sql("moved", "SELECT pg_current_wal_lsn()")
        self.sql("moved", "INSERT INTO t VALUES (1000)")
        plan, _ = self.change(uri, "reset", "moved", "--to", middle, "--dry-run")
        self.assertIn("never sent to the consumer", plan.stdout)
        lost = json.loads(plan.stdout)["lost"]
        for wanted, why in ("FFFF/0", "the WAL ends at"), ("0/1", "a slot goes only forward"):
            done, _ = self.change(uri, "reset", "moved", "--to", wanted, "--yes", "--confirm", "moved")
            self.assertEqual(done.returncode, 4, done.stdout)
            self.assertIn(why, done.stderr)
        self.assertEqual(self.sql("moved", position), first)
        done, document = self.change(uri, "reset", "moved", "--to", middle, "--confirm-skip",
                                     str(lost))
        self.assertEqual(done.returncode, 0, done.stderr + done.stdout)
        self.assertEqual(self.sql("moved", position), middle)
        # What was skipped is not sent any more, and what came later is.
        sent = self.sql("moved", "SELECT count(*) FROM pg_logical_slot_peek_changes('moved', NULL, "
                                 "NULL) WHERE data LIKE 'table%'")
        self.assertEqual(sent, "1")
        done, _ = self.change(uri, "undo", document["op"], "--yes", "--confirm", "moved")
        self.assertEqual(done.returncode, 4, done.stdout)
        self.assertIn("a slot goes only forward", done.stderr)
        done, _ = self.change(uri, "delete", "moved", "--confirm", "moved")
        self.assertEqual(done.returncode, 4, done.stdout)
        self.assertIn("use pg_drop_replication_slot", done.stderr)
        self.assertEqual(self.sql("moved", position), middle)

    def test_an_active_slot_is_left_alone(self):
        uri = self.make("postgresql", "active", "CREATE TABLE t (x int)") + "?preset=replication_slots"
        self.sql("active", "SELECT pg_create_logical_replication_slot('read', 'test_decoding')")
        reader = subprocess.Popen(["pg_recvlogical", "-d", uri.split("?")[0], "-S", "read", "--start",
                                   "-f", self.path("changes")], stdin=subprocess.DEVNULL,
                                  stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        try:
            active = "SELECT active FROM pg_replication_slots WHERE slot_name = 'read'"
            while self.sql("active", active) != "t":
                self.assertIsNone(reader.poll())
            done, _ = self.change(uri, "reset", "read", "--to", "0/1", "--confirm", "read")
            self.assertEqual(done.returncode, 4, done.stdout)
            self.assertIn("the slot is active", done.stderr)
        finally:
            reader.kill()
            reader.wait()
            while self.sql("active", active) != "f":
                pass
            self.sql("active", "SELECT pg_drop_replication_slot('read')")

    def test_every_preset_is_tried_and_tells_what_changes_mean(self):
        listed = [line.split()[0] for line in self.run_ckptop("preset", "--list").stdout.splitlines()]
        self.assertEqual(listed, sorted([*CASES, *SLOTS]))
        files = glob.glob(os.path.join(HERE, "..", "..", "presets", "*.ini"))
        self.assertEqual(listed, sorted(os.path.basename(path)[:-4] for path in files))
        for name in listed:
            told = self.run_ckptop("preset", name)
            self.assertEqual(told.stderr, "")
            for key in "about", "upstream", "kinds", "on_reset", "on_delete":
                self.assertRegex(told.stdout, f"(?m)^{key} = .{{8}}" if key != "kinds"
                                 else "(?m)^kinds = (postgresql|sqlite)", name)

    def test_a_table_of_another_name_is_read(self):
        uri = self.make("postgresql", "elsewhere", """
            CREATE SCHEMA "Events"; CREATE TABLE "Events"."mt ""x" (name varchar,
                last_seq_id bigint, last_updated timestamptz);
            INSERT INTO "Events"."mt ""x" VALUES ('HighWaterMark', 9, now()), ('Trip', 4, now())""")
        rows = self.rows(uri + "?preset=marten&table=Events.mt%20%22x")
        self.assertEqual([(row["job"], row["value"], row["lag"]) for row in rows], [("Trip", "4", 5)])

    def test_a_change_is_refused_with_what_it_would_mean(self):
        uri = self.make("sqlite", "refused", CASES["pgcopydb"][0]) + "?preset=pgcopydb"
        done = self.run_ckptop("reset", "pgcopydb/replay", "--to", "0/1", "--reason", "again", "-s",
                               uri, "--dry-run")
        self.assertEqual(done.returncode, 4)
        self.assertIn("to reset: use pgcopydb stream sentinel set", done.stderr)
        self.assertIn("to delete: the migration starts over with a new copy", done.stderr)


if __name__ == "__main__":
    if postgres.binaries() is None:
        print("SKIPPED: PostgreSQL is not installed")
        sys.exit(77)
    unittest.main()
