/* SPDX-License-Identifier: MIT
 * PostgreSQL in its shapes, on a real server: the seed's table with JSON that stays as it
 * was written, and with the JSONB that the seed has; one that is partitioned; one without
 * a unique key that only the settings explain; a view, and a query. */
#include <stdio.h>
#include <string.h>

#include "fixture.h"
#include "outside.h"
#include "pg_server.h"
#include "store/store.h"

#define TO_READ (STORE_CAN_METADATA | STORE_CAN_SQL_HEAD | STORE_CAN_INIT)
#define TO_WRITE                                                                         \
	(TO_READ | STORE_CAN_SAVE | STORE_CAN_GUARD | STORE_CAN_OPERATE | STORE_IS_ATOMIC)

/* --- databases --- */

static const char *
uri_of(const struct site *site)
{
	static char uri[160];

	snprintf(uri, sizeof(uri), "postgresql://postgres@%s", site->path);
	return uri;
}

static const char *
administration(void)
{
	static char uri[80];

	snprintf(uri, sizeof(uri), "postgresql://postgres@127.0.0.1:%d/postgres",
		pg_server_port());
	return uri;
}

/* Making a database takes longer than a test: it is used again until it was lost. */
static bool is_there;

/* An empty database for one test, and what ckptop is told of it. */
static void
make(struct site *site, const char *query)
{
	snprintf(site->path, sizeof(site->path), "127.0.0.1:%d/tests", pg_server_port());
	snprintf(site->uri, sizeof(site->uri), "%s%s", uri_of(site), query);
	if (!is_there)
		outside_sql(administration(), "CREATE DATABASE tests");
	is_there = true;
	outside_sql(uri_of(site),
		"DROP SCHEMA IF EXISTS public, \"Etl\" CASCADE; CREATE SCHEMA public");
}

/* Another database, empty again for each test. */
static const char *
beside(struct site *site)
{
	static char uri[160];

	(void)site;
	snprintf(uri, sizeof(uri), "postgresql://postgres@127.0.0.1:%d/beside",
		pg_server_port());
	outside_close(uri);
	outside_sql(administration(), "DROP DATABASE IF EXISTS beside WITH (FORCE)");
	outside_sql(administration(), "CREATE DATABASE beside");
	return uri;
}

static void
lose(struct site *site)
{
	outside_close(uri_of(site));
	outside_sql(administration(), "DROP DATABASE tests WITH (FORCE)");
	is_there = false;
}

#define SEED_COLUMNS(json)                                                               \
	"(job_id VARCHAR(255) NOT NULL, partition_id VARCHAR(255) NOT NULL, "            \
	"checkpoint_value TEXT, metadata " json ", updated_at TIMESTAMP NOT NULL "       \
	"DEFAULT now(), PRIMARY KEY (job_id, partition_id))"

static void
make_json(struct site *site)
{
	make(site, "");
	outside_sql(uri_of(site), "CREATE TABLE checkpoints " SEED_COLUMNS("JSON"));
}

static void
make_jsonb(struct site *site)
{
	make(site, "");
	outside_sql(uri_of(site), "CREATE TABLE checkpoints " SEED_COLUMNS("JSONB"));
}

static void
make_partitioned(struct site *site)
{
	make(site, "?table=Etl.Check%22Points");
	outside_sql(uri_of(site), "CREATE SCHEMA \"Etl\"");
	outside_sql(
		uri_of(site), "CREATE TABLE \"Etl\".\"Check\"\"Points\" " SEED_COLUMNS(
				      "JSON") " PARTITION BY HASH (partition_id)");
	for (int i = 0; i < 3; i++)
		outside_sql(uri_of(site),
			"CREATE TABLE \"Etl\".part%d PARTITION OF "
			"\"Etl\".\"Check\"\"Points\" FOR VALUES WITH (MODULUS 3, "
			"REMAINDER %d)",
			i, i);
}

static void
make_keyless(struct site *site)
{
	make(site, "?table=pipe%22lines&job_column=select&partition_column=a%20b"
		   "&value_column=offset&metadata_column=doc&updated_column=at");
	outside_sql(uri_of(site),
		"CREATE TABLE \"pipe\"\"lines\" (\"select\" TEXT, \"a b\" TEXT, "
		"\"offset\" TEXT, doc JSON, at TEXT)");
}

static void
make_view(struct site *site)
{
	make_json(site);
	snprintf(site->uri, sizeof(site->uri), "%s?table=looked_at", uri_of(site));
	outside_sql(uri_of(site), "CREATE VIEW looked_at AS SELECT * FROM checkpoints");
}

static void
make_query(struct site *site)
{
	make_json(site);
	snprintf(site->uri, sizeof(site->uri),
		"%s?query=SELECT%%20job_id%%20AS%%20job,partition_id%%20AS%%20partition,"
		"checkpoint_value%%20AS%%20value,metadata,updated_at%%20FROM%%20"
		"checkpoints%%20--%%20all",
		uri_of(site));
}

/* The query again, and how its rows are changed; guard: locked before they are looked at,
 * or NULL. */
static void
make_written(struct site *site, const char *guard)
{
	size_t size = sizeof(site->uri);

	make_query(site);
	uri_add_setting(site->uri, size, '&', "reset_sql",
		"UPDATE checkpoints SET checkpoint_value = :value, metadata = :metadata, "
		"updated_at = :updated_at WHERE job_id = :job AND partition_id = "
		":partition -- the :value");
	uri_add_setting(site->uri, size, '&', "delete_sql",
		"DELETE FROM checkpoints WHERE job_id = :job AND partition_id = "
		":partition;");
	uri_add_setting(site->uri, size, '&', "insert_sql",
		"INSERT INTO checkpoints VALUES (:job, :partition, :value, :metadata, "
		":updated_at)");
	if (guard != NULL)
		uri_add_setting(site->uri, size, '&', "guard_sql", guard);
}

static void
make_statements(struct site *site)
{
	make_written(site, NULL);
}

static void
make_guarded(struct site *site)
{
	make_written(site, "SELECT 1 FROM checkpoints WHERE job_id = :job AND "
			   "partition_id = :partition FOR UPDATE");
}

/* --- another program --- */

static void
upsert(struct site *site, const char *table, const struct entry *entry)
{
	/* As the seed's PostgreSQL store saves. */
	outside_sql(uri_of(site),
		"INSERT INTO %s (job_id, partition_id, checkpoint_value, metadata, "
		"updated_at) VALUES (%s, %s, %s, %s, coalesce(%s::timestamp, "
		"clock_timestamp() AT TIME ZONE 'UTC')) ON CONFLICT (job_id, "
		"partition_id) DO UPDATE SET checkpoint_value = "
		"EXCLUDED.checkpoint_value, metadata = EXCLUDED.metadata, updated_at = "
		"EXCLUDED.updated_at",
		table, quoted(entry->job), quoted(entry->partition), quoted(entry->value),
		quoted(entry->metadata), quoted(entry->updated));
}

/* Values that no program can go on from. */
static const char *const damages[] = { "NULL", "repeat('x', 70000)" };

#define WAYS (sizeof(damages) / sizeof(*damages))

#define SEED_TABLE(suffix, table)                                                        \
	static void put_##suffix(struct site *site, const struct entry *entry)           \
	{                                                                                \
		upsert(site, table, entry);                                              \
	}                                                                                \
	static void damage_##suffix(                                                     \
		struct site *site, const char *job, const char *partition, unsigned way) \
	{                                                                                \
		outside_sql(uri_of(site),                                                \
			"UPDATE " table " SET checkpoint_value = %s WHERE job_id = %s "  \
			"AND partition_id = %s",                                         \
			damages[way], quoted(job), quoted(partition));                   \
	}                                                                                \
	static void remove_##suffix(                                                     \
		struct site *site, const char *job, const char *partition)               \
	{                                                                                \
		outside_sql(uri_of(site),                                                \
			"DELETE FROM " table " WHERE job_id = %s AND partition_id = %s", \
			quoted(job), quoted(partition));                                 \
	}                                                                                \
	static const char *look_##suffix(                                                \
		struct site *site, const char *job, const char *partition)               \
	{                                                                                \
		const char *value = outside_sql(uri_of(site),                            \
			"SELECT '=' || checkpoint_value FROM " table                     \
			" WHERE job_id = %s AND partition_id = %s",                      \
			quoted(job), quoted(partition));                                 \
                                                                                         \
		return *value == '=' ? value + 1 : NULL;                                 \
	}

SEED_TABLE(plain, "checkpoints")
SEED_TABLE(partitioned, "\"Etl\".\"Check\"\"Points\"")

static void
put_keyless(struct site *site, const struct entry *entry)
{
	outside_sql(uri_of(site),
		"WITH gone AS (DELETE FROM \"pipe\"\"lines\" WHERE \"select\" = %s AND "
		"\"a b\" = %s) INSERT INTO \"pipe\"\"lines\" VALUES (%s, %s, %s, %s, "
		"coalesce(%s, (clock_timestamp() AT TIME ZONE 'UTC')::text))",
		quoted(entry->job), quoted(entry->partition), quoted(entry->job),
		quoted(entry->partition), quoted(entry->value), quoted(entry->metadata),
		quoted(entry->updated));
}

static void
damage_keyless(struct site *site, const char *job, const char *partition, unsigned way)
{
	outside_sql(uri_of(site),
		"UPDATE \"pipe\"\"lines\" SET \"offset\" = %s WHERE \"select\" = %s AND "
		"\"a b\" = %s",
		damages[way], quoted(job), quoted(partition));
}

static void
remove_keyless(struct site *site, const char *job, const char *partition)
{
	outside_sql(uri_of(site),
		"DELETE FROM \"pipe\"\"lines\" WHERE \"select\" = %s AND \"a b\" = %s",
		quoted(job), quoted(partition));
}

static const char *
look_keyless(struct site *site, const char *job, const char *partition)
{
	const char *value = outside_sql(uri_of(site),
		"SELECT '=' || \"offset\" FROM \"pipe\"\"lines\" WHERE \"select\" = %s "
		"AND "
		"\"a b\" = %s",
		quoted(job), quoted(partition));

	return *value == '=' ? value + 1 : NULL;
}

static void
damage_query(struct site *site, const char *job, const char *partition, unsigned way)
{
	/* The first one is no damage: what has no position yet. */
	damage_plain(site, job, partition, way + 1);
}

#define STORE_OF(variant, access, can, more)                                             \
	const struct fixture fixture_postgresql_##variant = {                            \
		.name = "postgresql_" #variant,                                          \
		.traits = FIXTURE_TIMES | FIXTURE_ANY_VALUE | (more),                    \
		.to_read = (can),                                                        \
		.to_write = (can),                                                       \
		.beside = beside,                                                        \
		.ways = WAYS,                                                            \
		.make = make_##variant,                                                  \
		.is_there = pg_server_is_there,                                          \
		.end = pg_server_end,                                                    \
		.put = put_##access,                                                     \
		.damage = damage_##access,                                               \
		.remove = remove_##access,                                               \
		.look = look_##access,                                                   \
		.lose = lose,                                                            \
	}

STORE_OF(json, plain, TO_WRITE, FIXTURE_WRITES);
STORE_OF(jsonb, plain, TO_WRITE, FIXTURE_WRITES | FIXTURE_REWRITES_JSON);
STORE_OF(partitioned, partitioned, TO_WRITE, FIXTURE_WRITES);
STORE_OF(keyless, keyless, TO_WRITE, FIXTURE_WRITES | FIXTURE_ANY_TIME);
STORE_OF(view, plain, TO_READ, FIXTURE_NO_GATE);

const struct fixture fixture_postgresql_query = {
	.name = "postgresql_query",
	.traits = FIXTURE_TIMES | FIXTURE_ANY_VALUE | FIXTURE_NO_GATE,
	.to_read = TO_READ & ~STORE_CAN_INIT,
	.ways = WAYS - 1,
	.make = make_query,
	.is_there = pg_server_is_there,
	.end = pg_server_end,
	.put = put_plain,
	.damage = damage_query,
	.remove = remove_plain,
	.look = look_plain,
	.lose = lose,
};

#define STATEMENT_CAPABILITIES                                                           \
	(STORE_CAN_METADATA | STORE_CAN_SQL_HEAD | STORE_CAN_OPERATE | STORE_IS_ATOMIC)

#define WRITTEN_QUERY(variant)                                                           \
	const struct fixture fixture_postgresql_##variant = {                            \
		.name = "postgresql_" #variant,                                          \
		.traits = FIXTURE_TIMES | FIXTURE_ANY_VALUE | FIXTURE_NO_GATE |          \
			  FIXTURE_WRITES,                                                \
		.to_read = STATEMENT_CAPABILITIES,                                       \
		.to_write = STATEMENT_CAPABILITIES,                                      \
		.ways = WAYS - 1,                                                        \
		.make = make_##variant,                                                  \
		.is_there = pg_server_is_there,                                          \
		.end = pg_server_end,                                                    \
		.put = put_plain,                                                        \
		.damage = damage_query,                                                  \
		.remove = remove_plain,                                                  \
		.look = look_plain,                                                      \
		.lose = lose,                                                            \
	}

WRITTEN_QUERY(statements);
WRITTEN_QUERY(guarded);
