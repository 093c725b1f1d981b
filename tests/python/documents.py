# SPDX-License-Identifier: MIT
"""Metadata as it is met: what only Python writes, numbers whose text is more than their
value, members in every order, and the states that other programs keep."""

# Texts of Python's own making: json.loads() of them and json.dumps() of that is the same.
PYTHON = [
    '{"loss": NaN}',
    '{"best": Infinity, "worst": -Infinity, "host": "w7"}',
    '{"id": 1180591620717411303424}',
    '{"half": "\\ud800", "other half": "\\udc00 and more", "pair": "\\ud83d\\ude00"}',
    '{"all": [NaN, {"deep": [-Infinity, 1180591620717411303424, "\\udfff"]}]}',
    '{"\\ud800": "a name can be one too", "\\u0000": "\\u0000"}',
    '{"reset_by": "admin", "loss": NaN, "reset_at": "2026-11-22T03:07:36.250000"}',
]

NUMBERS = [
    '{"n": 0.1}', '{"n": 1.0}', '{"n": -0}', '{"n": 1e400}', '{"n": 9007199254740993}',
    '{"n": -0.0}', '{"n": 1E+2}', '{"n": 0.10000000000000001}', '{"n": 1.10}',
    '{"n": 5e-324, "m": 123456789012345678901234567890.000}',
    '{"n": [0.1, 1.0, -0, 1e400, 9007199254740993], "reset_from": 0.10, "m": -0}',
]

ORDER = [
    '{}', '{ }', '{\n}', '{"z": 1, "a": 2, "m": 3}',
    '{ "b" : [ ] , "a" : { } }', '\t{"tab":\t"\\t"}\r\n',
    '{"reset_id": "old", "z": 1, "reset_by": "admin", "a": {"reset_by": "not ours"}}',
    '{"a": 1,\n  "reset_reason": null,\n  "reset_from" : {"b": [1, 2]} , "c": 3\n}',
    '{"é": "é\\u00e9\\/", "\\u0061": "a", "quote": "\\"}", "日本": "\\ud83d\\ude00😀"}',
    '{"unknown": {"of": {"any": ["depth", {"reset_at": 1}]}}, "": ""}',
    '{"long": "' + "x" * 3000 + '", "last": true}',
]

# Of other programs: Elastic relay, Singer, Vector, Kafka Connect, Telegraf and Spark.
STATES = [
    '''{
  "mysql-to-es": {
    "mysql_binlog_file": "binlog.000007",
    "mysql_binlog_pos": 16905
  },
  "postgresql-to-es-cdc": {}
}''',
    '''{
  "currently_syncing": null,
  "bookmarks": {
    "mysql_source_db-full": {
      "replication_key": "begin",
      "replication_key_value": 7,
      "version": 1
    },
    "mysql_source_db-no_pk_table": {},
    "mysql_source_db-table_with_space and UPPERCase": {
      "log_file": "mysql-bin.000005",
      "log_pos": 286544,
      "version": 1
    }
  }
}''',
    '''
{
  "version": "1",
  "checkpoints": [
    {
      "fingerprint": { "dev_inode": [ 1, 2 ] },
      "position": 1234,
      "modified": "2021-07-12T18:19:11.769003Z"
    }
  ]
}

''',
    '''{
  "offsets": [
    {
      "partition": {
        "kafka_topic": "test",
        "kafka_partition": 1
      },
      "offset": null
    }
  ]
}''',
    '{"5f3c1c2b": "eyIvdmFyL2xvZy9hcHAubG9nIjogODEyMzQ1LCAiL3Zhci9sb2cvb3RoZXIubG9nIjogNzd9"}',
    '{"batchWatermarkMs":10000,"batchTimestampMs":1531172902217,'
    '"conf":{"spark.sql.shuffle.partitions":"10"}}',
]
