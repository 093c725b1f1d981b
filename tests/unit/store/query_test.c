/* SPDX-License-Identifier: MIT
 *
 * A query in the place of a table, asked of SQLite and of PostgreSQL: what its columns
 * mean, that it only reads, and what is said of one that is wrong. */
#include "bench.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "outside.h"
#include "pg_server.h"

/* --- the two databases, each with the same table --- */

struct place {
	const char *name;
	char directory[32];
	char uri[160];	 /* of ckptop */
	char other[160]; /* of another program */
};

static struct place sqlite = { .name = "SQLite" };
static struct place postgresql = { .name = "PostgreSQL" };

static struct place *const places[] = { &sqlite, &postgresql };

#define PLACES (sizeof(places) / sizeof(*places))

static int
make_places(void **state)
{
	(void)state;
	strcpy(sqlite.directory, "/tmp/query_test.XXXXXX");
	if (mkdtemp(sqlite.directory) == NULL)
		return -1;
	snprintf(sqlite.other, sizeof(sqlite.other), "%s/x.db", sqlite.directory);
	snprintf(sqlite.uri, sizeof(sqlite.uri), "sqlite:%s", sqlite.other);
	snprintf(postgresql.other, sizeof(postgresql.other),
		"postgresql://postgres@127.0.0.1:%d/postgres", pg_server_port());
	strcpy(postgresql.uri, postgresql.other);
	outside_sql(postgresql.other,
		"DROP SCHEMA IF EXISTS public CASCADE; CREATE SCHEMA public");
	for (size_t i = 0; i < PLACES; i++) {
		outside_sql(places[i]->other,
			"CREATE TABLE progress (name text, shard integer, done bigint, "
			"total bigint, at text, phase text, note text)");
		outside_sql(places[i]->other,
			"INSERT INTO progress VALUES "
			"('orders', 0, 100, 130, '2026-11-22 03:07:41', 'running', "
			"'{\"a\": 1}'), "
			"('orders', 1, NULL, 20, NULL, NULL, NULL)");
	}
	return 0;
}

static int
unmake_places(void **state)
{
	char path[64];

	(void)state;
	for (size_t i = 0; i < PLACES; i++)
		outside_close(places[i]->other);
	snprintf(path, sizeof(path), "%s/x.db", sqlite.directory);
	unlink(path);
	rmdir(sqlite.directory);
	pg_server_end();
	return 0;
}

#define SETTINGS_MAX 6

static struct store *
open_with(const struct place *place, const struct store_setting *settings,
	enum store_mode mode, struct err *err)
{
	struct store_config config = {
		.name = "etl", .uri = place->uri, .settings = settings
	};
	struct store *store;

	while (config.setting_count < SETTINGS_MAX &&
		settings[config.setting_count].key != NULL)
		config.setting_count++;
	return store_open(&store, &config, mode, err) == 0 ? store : NULL;
}

static struct store *
open_query(const struct place *place, const char *query, struct err *err)
{
	const struct store_setting settings[SETTINGS_MAX] = { { "query", query,
		"x.conf:4" } };

	return open_with(place, settings, STORE_READ, err);
}

static void
scan(const struct place *place, const char *query, struct rows *rows)
{
	struct err err = { 0 };
	struct store *store = open_query(place, query, &err);
	bool steady;

	if (store == NULL || store_scan(store, rows_take, rows, &steady, &err) != 0)
		fail_msg("%s: %s", place->name, err.text);
	store_close(store);
}

/* --- what the columns mean --- */

static void
every_column_has_its_meaning(void **state)
{
	(void)state;
	for (size_t i = 0; i < PLACES; i++) {
		struct rows rows = { 0 };
		const struct ckpt *row;

		scan(places[i],
			"SELECT name AS job, shard AS partition, done AS value, at AS "
			"updated_at, '2026-11-22 03:00:00' AS watermark, total AS head, "
			"total - done AS lag, phase AS state, note AS metadata FROM "
			"progress -- with a comment at its end",
			&rows);
		assert_int_equal(rows.count, 2);
		row = rows_find(&rows, "orders", "0");
		assert_span(row->value, "100");
		assert_int_equal(row->storage, CKPT_STORAGE_INTEGER);
		assert_span(row->updated_text, "2026-11-22 03:07:41");
		assert_span(row->watermark, "2026-11-22 03:00:00");
		assert_span(row->head, "130");
		assert_span(row->lag, "30");
		assert_span(row->state, "running");
		assert_span(row->metadata, "{\"a\": 1}");
		assert_int_equal(row->flags, 0);
		rows_free(&rows);
	}
}

/* What is not there is not known, and nothing is taken for damage. */
static void
what_is_null_is_unknown(void **state)
{
	(void)state;
	for (size_t i = 0; i < PLACES; i++) {
		struct rows rows = { 0 };
		const struct ckpt *row;

		scan(places[i],
			"SELECT name AS job, shard AS partition, done AS value, total - "
			"done AS lag, phase AS state FROM progress\n ; -- all; of it\n; "
			"/* ' */ ",
			&rows);
		row = rows_find(&rows, "orders", "1");
		assert_null(row->value.at);
		assert_null(row->damage.at);
		assert_null(row->head.at);
		assert_null(row->lag.at);
		assert_null(row->state.at);
		assert_null(row->watermark.at);
		assert_int_equal(row->flags, CKPT_NO_METADATA | CKPT_NO_UPDATED);
		rows_free(&rows);
	}
}

static void
settings_name_other_columns(void **state)
{
	static const struct store_setting settings[SETTINGS_MAX] = {
		{ "query", "SELECT * FROM progress", "x.conf:4" },
		{ "job", "all of it", "x.conf:5" },
		{ "partition_column", "shard", "x.conf:6" },
		{ "value_column", "done", "x.conf:7" },
		{ "state_column", "phase", "x.conf:8" },
	};

	(void)state;
	for (size_t i = 0; i < PLACES; i++) {
		struct err err = { 0 };
		struct store *store = open_with(places[i], settings, STORE_READ, &err);
		struct rows rows = { 0 };

		if (store == NULL)
			fail_msg("%s: %s", places[i]->name, err.text);
		bench_scan(store, &rows);
		assert_span(rows_find(&rows, "all of it", "0")->value, "100");
		assert_span(rows_find(&rows, "all of it", "0")->state, "running");
		rows_free(&rows);
		bench_load(store, "all of it", "0", &rows);
		assert_span(rows.list[0].value, "100");
		rows_free(&rows);
		store_close(store);
	}
}

static const char *
fact(const struct store *store, const char *name)
{
	const struct store_facts *facts = store_facts(store);

	for (size_t i = 0; i < facts->fact_count; i++)
		if (strcmp(facts->facts[i].name, name) == 0)
			return facts->facts[i].text;
	return "";
}

static void
a_column_that_means_nothing_is_told(void **state)
{
	(void)state;
	for (size_t i = 0; i < PLACES; i++) {
		struct err err = { 0 };
		struct store *store = open_query(places[i],
			"SELECT name AS job, done AS value, at AS updatd_at FROM "
			"progress "
			"WHERE shard = 0",
			&err);
		struct rows rows = { 0 };

		assert_non_null(store);
		bench_scan(store, &rows);
		assert_string_equal(
			fact(store, "columns"), "mean nothing here: updatd_at");
		assert_string_equal(
			fact(store, "query"), "1 row, read whole in each poll");
		assert_span(rows.list[0].key.partition, "-");
		assert_true(bench_changed(store));
		rows_free(&rows);
		store_close(store);
	}
}

/* --- what is wrong with a query --- */

struct wrong {
	const char *query, *says; /* says: of both */
	const char *sqlite, *postgresql;
};

static const struct wrong wrongs[] = {
	{ "SELECT name AS job,\n  dune AS value\nFROM progress",
		"x.conf:4: the query, line 2, column 3: ", "no such column: dune",
		"column \"dune\" does not exist" },
	{ "SELECT '\xc3\xa4\xc3\xb6' AS job, dune AS value FROM progress",
		"the query, line 1, column 21: ", "no such column: dune",
		"column \"dune\" does not exist" },
	{ "SELECT name AS job, done AS value FROM progres",
		"nothing was read; correct the query", "no such table: progres",
		"line 1, column 40: relation \"progres\" does not exist" },
	{ "SELEC 1", "x.conf:4: the query, line 1, column ", "syntax error",
		"syntax error" },
	{ "SELECT 1 AS job; SELECT 2 AS job", "x.conf:4: the query",
		"it must be one SELECT and nothing else",
		"the query, line 1, column 16: syntax error" },
	{ "DELETE FROM progress", "x.conf:4: the query",
		"not authorized, only one SELECT that reads",
		"line 1, column 8: syntax error" },
	{ "WITH gone AS (DELETE FROM progress RETURNING *) SELECT name AS job, 1 AS "
	  "value FROM gone",
		"the query", "syntax error",
		"WITH clause containing a data-modifying statement" },
	{ "SELECT name AS job, done AS value FROM progress WHERE shard = $1",
		"there is a parameter in it", "", "" },
	{ "SELECT name AS jobs, done AS value FROM progress",
		"x.conf:4: the query returns no column job (there are jobs, value); "
		"nothing was read; name one with AS job, or write job = NAME for all "
		"rows",
		"", "" },
	{ "SELECT name AS job FROM progress",
		"the query returns no column value, lag or state (there is job)", "",
		"" },
	{ "SELECT name AS job, done AS value, total AS value FROM progress",
		"the query returns 2 columns value", "", "" },
	{ " ;; ", "x.conf:4: the query is empty; write a SELECT", "", "" },
};

static void
assert_says(const struct place *place, const struct wrong *wrong, const char *text)
{
	const char *own = place == &sqlite ? wrong->sqlite : wrong->postgresql;

	if (strstr(text, wrong->says) == NULL || strstr(text, own) == NULL)
		fail_msg("%s, '%s': %s", place->name, wrong->query, text);
}

static void
a_wrong_query_is_told_with_its_place(void **state)
{
	(void)state;
	for (size_t i = 0; i < PLACES; i++) {
		for (size_t k = 0; k < sizeof(wrongs) / sizeof(*wrongs); k++) {
			struct err err = { 0 };
			struct store *store =
				open_query(places[i], wrongs[k].query, &err);

			if (store != NULL)
				fail_msg("%s takes '%s'", places[i]->name,
					wrongs[k].query);
			assert_says(places[i], &wrongs[k], err.text);
		}
		assert_string_equal(
			outside_sql(places[i]->other, "SELECT count(*) FROM progress"),
			"2");
	}
}

static void
settings_that_make_no_sense_are_refused(void **state)
{
	static const struct {
		struct store_setting setting;
		const char *says;
	} cases[] = {
		{ { "table", "progress", "x.conf:5" },
			"x.conf:5: table and query are both there" },
		{ { "layout", "mapped", "x.conf:5" },
			"x.conf:5: layout and query are both there" },
		{ { "value_column", "nothing", "x.conf:5" },
			"x.conf:5: the query returns no column nothing (there are job, "
			"value); nothing was read; correct the setting" },
	};

	(void)state;
	for (size_t i = 0; i < PLACES; i++)
		for (size_t k = 0; k < sizeof(cases) / sizeof(*cases); k++) {
			const struct store_setting settings[SETTINGS_MAX] = {
				{ "query", "SELECT name AS job, 1 AS value FROM progress",
					"x.conf:4" },
				cases[k].setting
			};
			struct err err = { 0 };

			assert_null(open_with(places[i], settings, STORE_READ, &err));
			assert_int_equal(err.kind, ERR_USAGE);
			if (strstr(err.text, cases[k].says) == NULL)
				fail_msg("%s: %s", places[i]->name, err.text);
		}
}

/* --- it only reads --- */

static void
nothing_is_written_through_a_query(void **state)
{
	static const struct store_setting settings[SETTINGS_MAX] = { { "query",
		"SELECT name AS job, done AS value FROM progress", "x.conf:4" } };

	(void)state;
	for (size_t i = 0; i < PLACES; i++) {
		struct err err = { 0 }, failure = { 0 };
		struct store *store = open_with(places[i], settings, STORE_READ, &err);

		assert_non_null(store);
		assert_int_equal(store_capabilities(store), STORE_CAN_SQL_HEAD);
		assert_int_equal(
			store_permit(store, key_of("orders", "-"), SPAN_NONE, &failure),
			-1);
		assert_int_equal(failure.kind, ERR_REFUSED);
		assert_non_null(
			strstr(failure.text, "what a query returns is only read"));
		store_close(store);
		assert_null(open_with(places[i], settings, STORE_WRITE, &err));
		assert_int_equal(err.kind, ERR_REFUSED);
	}
}

/* The server does not let it, whatever a function of the database does inside. */
static void
a_query_that_writes_is_refused(void **state)
{
	static const char *const queries[] = {
		"SELECT bump() AS job, 1 AS value",
		"SELECT 'x' AS job, nextval('numbers') AS value",
		/* Which it may not turn off itself. */
		"SELECT set_config('transaction_read_only', 'off', true) AS job, 1 lag",
	};

	(void)state;
	outside_sql(postgresql.other,
		"CREATE SEQUENCE numbers; "
		"CREATE FUNCTION bump() RETURNS text LANGUAGE sql VOLATILE AS "
		"'UPDATE progress SET done = done + 1 RETURNING name'");
	for (size_t i = 0; i < sizeof(queries) / sizeof(*queries); i++) {
		struct err err = { 0 };
		struct store *store = open_query(&postgresql, queries[i], &err);
		struct rows rows = { 0 };
		bool steady;

		assert_non_null(store);
		assert_int_equal(store_scan(store, rows_take, &rows, &steady, &err), -1);
		if (strstr(err.text, "read-only") == NULL &&
			strstr(err.text, "read-write") == NULL)
			fail_msg("%s: %s", queries[i], err.text);
		assert_int_equal(rows.count, 0);
		rows_free(&rows);
		store_close(store);
		assert_string_equal(outside_sql(postgresql.other,
					    "SELECT done FROM progress WHERE shard = 0"),
			"100");
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(every_column_has_its_meaning),
		cmocka_unit_test(what_is_null_is_unknown),
		cmocka_unit_test(settings_name_other_columns),
		cmocka_unit_test(a_column_that_means_nothing_is_told),
		cmocka_unit_test(a_wrong_query_is_told_with_its_place),
		cmocka_unit_test(settings_that_make_no_sense_are_refused),
		cmocka_unit_test(nothing_is_written_through_a_query),
		cmocka_unit_test(a_query_that_writes_is_refused),
	};

	if (!pg_server_is_there())
		return 77;
	return cmocka_run_group_tests_name("query", tests, make_places, unmake_places);
}
