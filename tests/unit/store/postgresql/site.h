/* SPDX-License-Identifier: MIT
 * A table on a PostgreSQL server of a test's own, of which another program writes rows.
 */
#ifndef UNIT_STORE_POSTGRESQL_SITE_H
#define UNIT_STORE_POSTGRESQL_SITE_H

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "base/arena.h"
#include "bench.h"
#include "outside.h"
#include "pg_server.h"

static struct {
	char uri[120]; /* of ckptop, and of another program */
	char other[120];
} site;

static inline struct store *
open_as(const char *user, const char *query, int64_t timeout, struct err *err)
{
	static char uri[400];
	static struct store_config config;
	struct store *store;

	snprintf(uri, sizeof(uri), "postgresql://%s@127.0.0.1:%d/postgres%s", user,
		pg_server_port(), query);
	config = (struct store_config){ .name = "etl", .uri = uri, .timeout = timeout };
	return store_open(&store, &config, STORE_READ, err) == 0 ? store : NULL;
}

static inline struct store *
open_store(const char *query)
{
	struct err err = { 0 };
	struct store *store = open_as("postgres", query, 0, &err);

	if (store == NULL)
		fail_msg("%s", err.text);
	return store;
}

static inline int
make_table(void **state)
{
	(void)state;
	snprintf(site.uri, sizeof(site.uri),
		"postgresql://postgres@127.0.0.1:%d/postgres", pg_server_port());
	snprintf(site.other, sizeof(site.other), "%s?application_name=other", site.uri);
	/* What a test that failed has left behind, and locks. */
	outside_close(site.other);
	outside_sql(site.uri, "SELECT pg_terminate_backend(pid, 5000) FROM "
			      "pg_stat_activity WHERE application_name = 'ckptop'");
	outside_sql(site.uri, "DROP SCHEMA IF EXISTS public, etl CASCADE; "
			      "DROP ROLE IF EXISTS wall; CREATE SCHEMA public; "
			      "CREATE TABLE checkpoints (job_id varchar(255), "
			      "partition_id varchar(255), checkpoint_value text, "
			      "metadata jsonb, updated_at timestamp, "
			      "PRIMARY KEY (job_id, partition_id))");
	return 0;
}

static inline void
put(const char *who, const char *partition, int value)
{
	outside_sql(who,
		"INSERT INTO checkpoints VALUES ('orders', '%s', '%d', NULL, now()) ON "
		"CONFLICT (job_id, partition_id) DO UPDATE SET checkpoint_value = "
		"EXCLUDED.checkpoint_value, updated_at = EXCLUDED.updated_at",
		partition, value);
}

/* Reads what changed; the rows must be freed. */
static inline bool
read_changes(struct store *store, struct rows *rows)
{
	struct err err = { 0 };
	bool whole, steady;

	rows_free(rows);
	if (store_scan_changes(store, rows_take, rows, &whole, &steady, &err) != 0)
		fail_msg("%s", err.text);
	assert_true(steady);
	return whole;
}

#endif
