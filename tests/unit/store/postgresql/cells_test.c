/* SPDX-License-Identifier: MIT
 *
 * What comes by COPY is what comes printed: read from the same rows both ways.
 */
#include "store/postgresql/cells.h"

#include "site.h"

/* --- which rows come how --- */

static struct pg_table
table_of(const char *type_of_value, const char *type_of_time)
{
	struct pg_table table = {
		.layout = { .columns = { [LAYOUT_JOB] = "job",
				    [LAYOUT_VALUE] = "value",
				    [LAYOUT_UPDATED] = "at" } },
		.schema = "public",
		.name = "t",
		.kind = "table",
	};

	pg_column_set_type(&table.columns[LAYOUT_JOB], "text");
	pg_column_set_type(&table.columns[LAYOUT_VALUE], type_of_value);
	pg_column_set_type(&table.columns[LAYOUT_UPDATED], type_of_time);
	return table;
}

static void
only_types_without_casts_of_their_own_are_copied(void **state)
{
	static const struct {
		const char *value, *time;
		bool is_copied;
	} types[] = {
		{ "int8", "timestamptz", true },
		{ "text", "int8", true },
		{ "bool", "timestamptz", false },
		{ "inet", "timestamptz", false },
		{ "public.mine", "timestamptz", false },
		{ "int8", "interval", false },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(types) / sizeof(*types); i++) {
		struct pg_table table = table_of(types[i].value, types[i].time);

		assert_int_equal(pg_cells_are_copied(&table), types[i].is_copied);
		table.layout.query = "SELECT 1";
		assert_false(pg_cells_are_copied(&table));
	}
}

static void
a_cell_has_the_type_that_is_read(void **state)
{
	static const struct {
		const char *time, *sql;
		enum pg_form form;
	} selects[] = {
		{ "timestamp",
			"(\"job\")::pg_catalog.text, "
			"(\"value\")::pg_catalog.text, "
			"(\"at\")::pg_catalog.timestamp",
			PG_COPIED },
		{ "timestamptz",
			"(\"job\")::pg_catalog.text, "
			"(\"value\")::pg_catalog.text, "
			"(\"at\")::pg_catalog.timestamptz",
			PG_COPIED },
		{ "date",
			"(\"job\")::pg_catalog.text, "
			"(\"value\")::pg_catalog.text, "
			"(\"at\")::pg_catalog.text",
			PG_COPIED },
		{ "timestamptz", "(\"job\"), (\"value\"), (\"at\")", PG_PRINTED },
	};
	const struct pg_documents documents = { 0 };

	(void)state;
	for (size_t i = 0; i < sizeof(selects) / sizeof(*selects); i++) {
		struct pg_table table = table_of("int8", selects[i].time);
		struct pg_cells cells;
		struct str sql = { 0 };

		pg_cells_choose(&cells, &sql, selects[i].form, &table, &documents);
		assert_string_equal(str_text(&sql), selects[i].sql);
		assert_int_equal(cells.count, 3);
		str_free(&sql);
	}
}

/* --- both ways --- */

static void
scan(struct rows *rows)
{
	static const char *const members[] = { "host", "reset_by" };
	static const struct store_wanted wanted = { "event_time_watermark", members, 2 };
	const struct store_config config = {
		.name = "etl", .uri = site.uri, .wanted = &wanted
	};
	struct store *store;
	struct err err = { 0 };

	if (store_open(&store, &config, STORE_READ, &err) != 0)
		fail_msg("%s", err.text);
	bench_scan(store, rows);
	store_close(store);
}

static void
assert_same_span(struct span a, struct span b)
{
	if ((a.at == NULL) != (b.at == NULL) || !span_equal(a, b))
		fail_msg("\"%.*s\" is not \"%.*s\"", (int)a.len, a.at ? a.at : "",
			(int)b.len, b.at ? b.at : "");
}

static void
assert_same_stamp(const struct stamp *a, const struct stamp *b)
{
	assert_int_equal(a->form, b->form);
	assert_int_equal(a->offset, b->offset);
	assert_int_equal(a->at, b->at);
	assert_int_equal(a->epoch_unit, b->epoch_unit);
	assert_int_equal(a->nanoseconds, b->nanoseconds);
	assert_int_equal(a->fraction, b->fraction);
	assert_int_equal(a->separator, b->separator);
	assert_int_equal(a->seconds, b->seconds);
	assert_int_equal(a->leap_second, b->leap_second);
	assert_memory_equal(a->suffix, b->suffix, sizeof(a->suffix));
}

static void
assert_same(const struct ckpt *a, const struct ckpt *b)
{
	assert_same_span(a->key.job, b->key.job);
	assert_same_span(a->key.partition, b->key.partition);
	assert_same_span(a->value, b->value);
	assert_int_equal(a->storage, b->storage);
	assert_same_span(a->metadata, b->metadata);
	assert_int_equal(a->metadata_more, b->metadata_more);
	assert_same_span(a->updated_text, b->updated_text);
	assert_same_stamp(&a->updated, &b->updated);
	assert_same_span(a->watermark, b->watermark);
	assert_same_span(a->damage, b->damage);
	assert_int_equal(a->flags & ~(unsigned)CKPT_KEY_REPEATED,
		b->flags & ~(unsigned)CKPT_KEY_REPEATED);
}

/* A table with a key is read by COPY, one without at once and printed. */
static void
assert_same_both_ways(size_t count)
{
	struct rows copied = { 0 }, printed = { 0 };

	scan(&copied);
	outside_sql(site.uri, "ALTER TABLE checkpoints DROP CONSTRAINT checkpoints_pkey");
	scan(&printed);
	assert_int_equal(copied.count, count);
	assert_int_equal(printed.count, count);
	for (size_t i = 0; i < count; i++)
		assert_same(&copied.list[i], &printed.list[i]);
	rows_free(&copied);
	rows_free(&printed);
}

static void
make_it(const char *value, const char *partition, const char *time)
{
	make_table(NULL);
	outside_sql(site.uri,
		"DROP TABLE checkpoints; CREATE TABLE checkpoints (job_id text, "
		"partition_id %s, checkpoint_value %s, metadata jsonb, updated_at %s, "
		"PRIMARY KEY (job_id, partition_id))",
		partition, value, time);
}

/* All that the server's calendar has, with fractions of every length. */
static void
times_are_read_as_they_are_printed(void **state)
{
	static const char *const types[] = { "timestamp", "timestamptz" };

	(void)state;
	for (size_t i = 0; i < 2; i++) {
		make_it("text", "int", types[i]);
		outside_sql(site.uri,
			"SET TimeZone = 'Asia/Kathmandu'; INSERT INTO checkpoints "
			"SELECT 'orders', n, '1', NULL, timestamp '2000-01-01' + "
			"(n - 200) * interval '47 years 1 day 01:23:45' + "
			"(n %% 7) * interval '0.12345 s' + (n %% 3) * interval '1 us' "
			"FROM generate_series(100, 490) n; "
			"INSERT INTO checkpoints VALUES ('a', 0, '1', NULL, 'infinity'), "
			"('a', 1, '1', NULL, '-infinity'), ('a', 2, '1', NULL, NULL), "
			"('a', 3, '1', NULL, '294276-12-31 23:59:59.999999Z'), "
			"('a', 4, '1', NULL, '4714-11-24 12:00:00Z BC'), "
			"('a', 5, '1', NULL, '0001-01-01 00:00:00Z'), "
			"('a', 6, '1', NULL, '0001-12-31 23:59:59.5Z BC'), "
			"('a', 7, '1', NULL, '9999-12-31 23:59:59Z'), "
			"('a', 8, '1', NULL, '10000-01-01 00:00:00Z'), "
			"('a', 9, '1', NULL, '1970-01-01 00:00:00Z')");
		assert_same_both_ways(401);
	}
}

static void
documents_and_names_of_every_kind_are_the_same(void **state)
{
	(void)state;
	make_it("numeric", "char(6)", "date");
	outside_sql(site.uri,
		"INSERT INTO checkpoints VALUES "
		"('orders', '0', 5, NULL, '2026-11-22'), "
		"('orders', 'p 1', 5.50, '{}', NULL), "
		"(E'\\u00e4\\t\\n\\\\N', '', 'NaN', 'null', '2026-11-22'), "
		"('', '2', 1e30, '[]', '0044-03-15 BC'), "
		"('orders', '3', 0.0, '{\"event_time_watermark\": "
		"\"2026-11-22T03:07:41Z\"}', 'infinity'), "
		"('orders', '4', 1, '{\"host\": \"w\", \"event_time_watermark\": 7}', "
		"NULL), ('orders', '5', 2, jsonb_build_object('host', 'w', 'x', "
		"(SELECT string_agg(md5(n::text), '') FROM generate_series(1, 900) n)), "
		"NULL), ('orders', '6', 3, jsonb_build_object('reset_by', 'bob', 'x', "
		"(SELECT string_agg(md5(n::text), '') FROM generate_series(1, 20000) "
		"n)), NULL)");
	assert_same_both_ways(8);
	make_it("bytea", "uuid", "int8");
	outside_sql(site.uri, "INSERT INTO checkpoints VALUES "
			      "('orders', '00000000-0000-0000-0000-00000000000a', "
			      "'\\x6162', NULL, 1795320000), "
			      "('orders', '00000000-0000-0000-0000-00000000000b', "
			      "'\\x00', NULL, 1795320000123), "
			      "('orders', '00000000-0000-0000-0000-00000000000c', "
			      "'', NULL, NULL)");
	assert_same_both_ways(3);
	make_it("float8", "pg_lsn", "text");
	outside_sql(site.uri, "INSERT INTO checkpoints VALUES "
			      "('orders', '16/B374D848', 0.1, NULL, 'yesterday'), "
			      "('orders', '0/0', '-Infinity', NULL, '')");
	assert_same_both_ways(2);
}

/* The names of columns are others' too, and stand in what is sent as a text. */
static void
a_hostile_name_stays_a_name(void **state)
{
	struct rows rows = { 0 };

	(void)state;
	make_it("text", "int", "timestamp");
	outside_sql(site.uri,
		"CREATE SCHEMA \"a'); DROP TABLE checkpoints; --\"; "
		"ALTER TABLE checkpoints SET SCHEMA \"a'); DROP TABLE checkpoints; --\"; "
		"INSERT INTO \"a'); DROP TABLE checkpoints; --\".checkpoints VALUES "
		"('orders', 0, '5', NULL, now()); ALTER ROLE postgres SET search_path = "
		"\"a'); DROP TABLE checkpoints; --\"");
	scan(&rows);
	outside_sql(site.uri, "ALTER ROLE postgres RESET search_path");
	assert_int_equal(rows.count, 1);
	assert_span(rows.list[0].value, "5");
	outside_sql(site.uri, "DROP SCHEMA \"a'); DROP TABLE checkpoints; --\" CASCADE");
	rows_free(&rows);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(only_types_without_casts_of_their_own_are_copied),
		cmocka_unit_test(a_cell_has_the_type_that_is_read),
		cmocka_unit_test(times_are_read_as_they_are_printed),
		cmocka_unit_test(documents_and_names_of_every_kind_are_the_same),
		cmocka_unit_test(a_hostile_name_stays_a_name),
	};

	if (!pg_server_is_there()) {
		printf("SKIPPED: PostgreSQL is not installed\n");
		pg_server_end();
		return 77;
	}
	return cmocka_run_group_tests(tests, NULL, pg_server_teardown);
}
