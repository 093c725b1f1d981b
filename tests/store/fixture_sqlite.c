/* SPDX-License-Identifier: MIT
 * SQLite in its shapes: both journals, a table without rowid, one that only the settings
 * explain, with columns of no type and no unique key, and a query, with and without
 * statements that change its rows. */
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "fixture.h"
#include "outside.h"
#include "store/store.h"

#define CAPABILITIES                                                                     \
	(STORE_CAN_SAVE | STORE_CAN_METADATA | STORE_CAN_GUARD | STORE_CAN_SQL_HEAD |    \
		STORE_CAN_INIT | STORE_CAN_OPERATE | STORE_IS_ATOMIC)

#define TRAITS                                                                           \
	(FIXTURE_TIMES | FIXTURE_ANY_TIME | FIXTURE_ANY_NAME | FIXTURE_ANY_VALUE |       \
		FIXTURE_WRITES)

static const char seed_table[] =
	"CREATE TABLE checkpoints (job_id VARCHAR(255) NOT NULL, "
	"partition_id VARCHAR(255) NOT NULL, checkpoint_value VARCHAR(255), "
	"metadata JSONB, updated_at TIMESTAMP NOT NULL, "
	"PRIMARY KEY (job_id, partition_id))";

static void
make(struct site *site, const char *query)
{
	snprintf(site->path, sizeof(site->path), "%s/checkpoints.db", site->directory);
	snprintf(site->uri, sizeof(site->uri), "sqlite:%s%s", site->path, query);
}

static void
unmake(struct site *site)
{
	outside_close(site->path);
}

static void
make_rollback(struct site *site)
{
	make(site, "");
	outside_sql(site->path, "%s", seed_table);
}

static void
make_wal(struct site *site)
{
	make(site, "");
	outside_sql(site->path, "PRAGMA journal_mode = WAL");
	outside_sql(site->path, "%s", seed_table);
}

static void
make_without_rowid(struct site *site)
{
	make(site, "");
	outside_sql(site->path, "%s WITHOUT ROWID", seed_table);
}

static void
make_mapped(struct site *site)
{
	make(site, "?table=pipe%22lines&job_column=select&partition_column=a%20b"
		   "&value_column=value&metadata_column=doc&updated_column=rowid");
	outside_sql(site->path,
		"CREATE TABLE \"pipe\"\"lines\" (\"select\", \"a b\", value, doc, "
		"rowid)");
}

static void
make_query(struct site *site)
{
	make(site, "?query=SELECT%20job_id%20AS%20job,partition_id%20AS%20partition,"
		   "checkpoint_value%20AS%20value,metadata,updated_at%20FROM%20"
		   "checkpoints%20--%20all");
	outside_sql(site->path, "%s", seed_table);
}

/* The query again, and how its rows are changed. */
static void
make_statements(struct site *site)
{
	make(site, "");
	uri_add_setting(site->uri, sizeof(site->uri), '?', "query",
		"SELECT job_id AS job, partition_id AS partition, "
		"checkpoint_value AS value, metadata, updated_at FROM checkpoints");
	uri_add_setting(site->uri, sizeof(site->uri), '&', "reset_sql",
		"UPDATE checkpoints SET checkpoint_value = :value, metadata = :metadata, "
		"updated_at = :updated_at WHERE job_id = :job AND partition_id = "
		":partition -- the :value");
	uri_add_setting(site->uri, sizeof(site->uri), '&', "delete_sql",
		"DELETE FROM checkpoints WHERE job_id = :job AND partition_id = "
		":partition;");
	uri_add_setting(site->uri, sizeof(site->uri), '&', "insert_sql",
		"INSERT INTO checkpoints VALUES (:job, :partition, :value, :metadata, "
		":updated_at)");
	outside_sql(site->path, "%s", seed_table);
}

static void
put(struct site *site, const struct entry *entry)
{
	/* As the seed's CheckpointStore saves. */
	outside_sql(site->path,
		"INSERT INTO checkpoints (job_id, partition_id, checkpoint_value, "
		"metadata, updated_at) VALUES (%s, %s, %s, %s, %s) ON CONFLICT (job_id, "
		"partition_id) DO UPDATE SET checkpoint_value = "
		"EXCLUDED.checkpoint_value, metadata = EXCLUDED.metadata, updated_at = "
		"EXCLUDED.updated_at",
		quoted(entry->job), quoted(entry->partition), quoted(entry->value),
		quoted(entry->metadata),
		entry->updated ? quoted(entry->updated) : "datetime('now')");
}

/* Values that no program can go on from. */
static const char *const damages[] = { "NULL", "x'00ff'", "x'ff'",
	"CAST(x'310032' AS TEXT)", "zeroblob(70000)", "printf('%.70000c', 'x')" };

#define WAYS (sizeof(damages) / sizeof(*damages))

static void
damage(struct site *site, const char *job, const char *partition, unsigned way)
{
	outside_sql(site->path,
		"UPDATE checkpoints SET checkpoint_value = %s WHERE job_id = %s AND "
		"partition_id = %s",
		damages[way], quoted(job), quoted(partition));
}

static void
remove_row(struct site *site, const char *job, const char *partition)
{
	outside_sql(site->path,
		"DELETE FROM checkpoints WHERE job_id = %s AND partition_id = %s",
		quoted(job), quoted(partition));
}

static const char *
look(struct site *site, const char *job, const char *partition)
{
	const char *value = outside_sql(site->path,
		"SELECT '=' || checkpoint_value FROM checkpoints WHERE job_id = %s AND "
		"partition_id = %s",
		quoted(job), quoted(partition));

	return *value == '=' ? value + 1 : NULL;
}

static void
lose(struct site *site)
{
	char away[160];

	snprintf(away, sizeof(away), "%s.away", site->path);
	outside_close(site->path);
	rename(site->path, away);
}

static void
put_mapped(struct site *site, const struct entry *entry)
{
	outside_sql(site->path, "BEGIN IMMEDIATE");
	outside_sql(site->path,
		"DELETE FROM \"pipe\"\"lines\" WHERE \"select\" = %s AND \"a b\" = %s",
		quoted(entry->job), quoted(entry->partition));
	outside_sql(site->path,
		"INSERT INTO \"pipe\"\"lines\" VALUES (%s, %s, %s, %s, %s)",
		quoted(entry->job), quoted(entry->partition), quoted(entry->value),
		quoted(entry->metadata),
		entry->updated ? quoted(entry->updated) : "datetime('now')");
	outside_sql(site->path, "COMMIT");
}

static void
damage_mapped(struct site *site, const char *job, const char *partition, unsigned way)
{
	outside_sql(site->path,
		"UPDATE \"pipe\"\"lines\" SET value = %s WHERE \"select\" = %s AND "
		"\"a b\" = %s",
		damages[way], quoted(job), quoted(partition));
}

static void
remove_mapped(struct site *site, const char *job, const char *partition)
{
	outside_sql(site->path,
		"DELETE FROM \"pipe\"\"lines\" WHERE \"select\" = %s AND \"a b\" = %s",
		quoted(job), quoted(partition));
}

static const char *
look_mapped(struct site *site, const char *job, const char *partition)
{
	const char *value = outside_sql(site->path,
		"SELECT '=' || value FROM \"pipe\"\"lines\" WHERE \"select\" = %s AND "
		"\"a b\" = %s",
		quoted(job), quoted(partition));

	return *value == '=' ? value + 1 : NULL;
}

#define SEED_STORE(variant)                                                              \
	const struct fixture fixture_sqlite_##variant = {                                \
		.name = "sqlite_" #variant,                                              \
		.traits = TRAITS,                                                        \
		.to_read = CAPABILITIES,                                                 \
		.to_write = CAPABILITIES,                                                \
		.ways = WAYS,                                                            \
		.make = make_##variant,                                                  \
		.unmake = unmake,                                                        \
		.put = put,                                                              \
		.damage = damage,                                                        \
		.remove = remove_row,                                                    \
		.look = look,                                                            \
		.lose = lose,                                                            \
	}

SEED_STORE(rollback);
SEED_STORE(wal);
SEED_STORE(without_rowid);

const struct fixture fixture_sqlite_mapped = {
	.name = "sqlite_mapped",
	.traits = TRAITS,
	.to_read = CAPABILITIES,
	.to_write = CAPABILITIES,
	.ways = WAYS,
	.make = make_mapped,
	.unmake = unmake,
	.put = put_mapped,
	.damage = damage_mapped,
	.remove = remove_mapped,
	.look = look_mapped,
	.lose = lose,
};

static void
damage_query(struct site *site, const char *job, const char *partition, unsigned way)
{
	/* The first one is no damage: what has no position yet. */
	damage(site, job, partition, way + 1);
}

const struct fixture fixture_sqlite_query = {
	.name = "sqlite_query",
	.traits = FIXTURE_TIMES | FIXTURE_ANY_NAME | FIXTURE_ANY_VALUE | FIXTURE_NO_GATE,
	.to_read = STORE_CAN_METADATA | STORE_CAN_SQL_HEAD,
	.ways = WAYS - 1,
	.make = make_query,
	.unmake = unmake,
	.put = put,
	.damage = damage_query,
	.remove = remove_row,
	.look = look,
	.lose = lose,
};

#define STATEMENT_CAPABILITIES                                                           \
	(STORE_CAN_METADATA | STORE_CAN_SQL_HEAD | STORE_CAN_OPERATE | STORE_IS_ATOMIC)

const struct fixture fixture_sqlite_statements = {
	.name = "sqlite_statements",
	.traits = TRAITS | FIXTURE_NO_GATE,
	.to_read = STATEMENT_CAPABILITIES,
	.to_write = STATEMENT_CAPABILITIES,
	.ways = WAYS - 1,
	.make = make_statements,
	.unmake = unmake,
	.put = put,
	.damage = damage_query,
	.remove = remove_row,
	.look = look,
	.lose = lose,
};
