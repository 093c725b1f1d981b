/* SPDX-License-Identifier: MIT
 *
 * What the contract of stores cannot ask of a PostgreSQL server: how rows are
 * read, and what is said when the server or the rights are not well.
 */
#include "site.h"

/* --- rows --- */

static void
times_of_every_kind_are_read(void **state)
{
	static const struct {
		const char *type, *value, *text;
		enum stamp_form form;
	} times[] = {
		{ "timestamp", "2026-11-22 03:07:41.5", "2026-11-22 03:07:41.5",
			STAMP_NAIVE },
		{ "timestamptz", "2026-11-22 03:07:41+02", "2026-11-22 01:07:41+00",
			STAMP_ZONED },
		{ "timestamptz", "infinity", "infinity", STAMP_UNREADABLE },
		{ "timestamp", "-infinity", "-infinity", STAMP_UNREADABLE },
		{ "timestamp", "294276-12-31 23:59:59", "294276-12-31 23:59:59",
			STAMP_UNREADABLE },
		{ "timestamp", "0044-03-15 12:00:00 BC", "0044-03-15 12:00:00 BC",
			STAMP_UNREADABLE },
		{ "date", "2026-11-22", "2026-11-22", STAMP_DATE },
		{ "bigint", "1795320000", "1795320000", STAMP_EPOCH },
		{ "text", "2026-11-22T03:07:41Z", "2026-11-22T03:07:41Z", STAMP_ZONED },
	};
	struct rows rows = { 0 };

	(void)state;
	for (size_t i = 0; i < sizeof(times) / sizeof(*times); i++) {
		struct store *store;

		outside_sql(site.uri,
			"DROP TABLE checkpoints; CREATE TABLE checkpoints (job_id text, "
			"partition_id int, checkpoint_value numeric, updated_at %s); "
			"INSERT INTO checkpoints VALUES ('orders', 0, 5, '%s')",
			times[i].type, times[i].value);
		store = open_store("");
		bench_scan(store, &rows);
		assert_span(rows.list[0].updated_text, times[i].text);
		assert_int_equal(rows.list[0].updated.form, times[i].form);
		assert_int_equal(rows.list[0].storage, CKPT_STORAGE_INTEGER);
		rows_free(&rows);
		store_close(store);
	}
}

static void
a_key_is_found_as_it_is_written_and_not_otherwise(void **state)
{
	static const char *const others[] = { "07", "seven", "7 ", "7.0", "",
		"99999999999999999999" };
	struct store *store;
	struct rows rows = { 0 };
	struct err err = { 0 };

	(void)state;
	outside_sql(site.uri,
		"DROP TABLE checkpoints; CREATE TABLE checkpoints (job_id char(9), "
		"partition_id int, checkpoint_value int8); INSERT INTO checkpoints "
		"VALUES ('orders', 7, 5), ('orders', NULL, 6)");
	store = open_store("");
	bench_load(store, "orders", "7", &rows);
	assert_span(rows.list[0].value, "5");
	bench_load(store, "orders", "", &rows);
	assert_span(rows.list[0].damage, "partition_id is NULL");
	for (size_t i = 0; i < sizeof(others) / sizeof(*others); i++) {
		if (*others[i] == '\0')
			continue;
		assert_int_equal(store_load(store, key_of("orders", others[i]), rows_take,
					 &rows, &err),
			-1);
		assert_int_equal(err.kind, ERR_NOT_FOUND);
		err_clear(&err);
	}
	rows_free(&rows);
	store_close(store);
}

static void
a_head_is_asked_with_names(void **state)
{
	static const struct {
		const char *sql, *head;
	} heads[] = {
		{ "SELECT 100", "100" },
		{ "SELECT :partition || ':job' || $$:job$$", "7:job:job" },
		{ "SELECT /* :job /* ' */ */ :job || :partition || :job -- :x",
			"a'b7a'b" },
		{ "SELECT '5'::int + 1", "6" },
		{ "SELECT max(checkpoint_value) FROM checkpoints", NULL },
		{ "SELECT 1 WHERE false", NULL },
	};
	struct store *store = open_store("");
	struct str head = { 0 };
	struct err err = { 0 };
	bool known;

	(void)state;
	for (size_t i = 0; i < sizeof(heads) / sizeof(*heads); i++) {
		if (store_sql_head(store, heads[i].sql, key_of("a'b", "7"), &head, &known,
			    &err) != 0)
			fail_msg("%s", err.text);
		assert_int_equal(known, heads[i].head != NULL);
		assert_string_equal(str_text(&head), heads[i].head ?: "");
	}
	/* It reads, whatever it says. */
	put(site.uri, "0", 1);
	assert_int_equal(store_sql_head(store, "DELETE FROM checkpoints RETURNING 1",
				 key_of("a", "7"), &head, &known, &err),
		-1);
	assert_int_equal(err.kind, ERR_REFUSED);
	assert_string_equal(
		outside_sql(site.uri, "SELECT count(*) FROM checkpoints"), "1");
	str_free(&head);
	store_close(store);
}

/* --- rights, and a schema that changes --- */

static bool
has_fact(struct store *store, const char *name, const char *text)
{
	const struct store_facts *facts = store_facts(store);

	for (size_t i = 0; i < facts->fact_count; i++)
		if (strcmp(facts->facts[i].name, name) == 0)
			return strstr(facts->facts[i].text, text) != NULL;
	return false;
}

static void
rights_are_told(void **state)
{
	struct store *store;
	struct rows rows = { 0 };
	struct err err = { 0 };

	(void)state;
	put(site.uri, "0", 1);
	outside_sql(
		site.uri, "CREATE ROLE wall LOGIN; GRANT USAGE ON SCHEMA public TO wall");
	assert_null(open_as("wall", "", 0, &err));
	assert_int_equal(err.kind, ERR_UNREACHABLE);
	assert_non_null(strstr(err.text, "role wall lacks SELECT on job_id, "));
	assert_non_null(strstr(err.text, "GRANT SELECT ON public.checkpoints TO wall"));
	outside_sql(site.uri, "GRANT SELECT ON checkpoints TO wall");
	store = open_as("wall", "", 0, &err);
	bench_scan(store, &rows);
	assert_int_equal(rows.count, 1);
	assert_true(has_fact(store, "role", "wall, which may not change the table"));
	assert_false(has_fact(store, "row security", ""));
	store_close(store);
	/* Rows that are hidden are missing without an error. */
	outside_sql(site.uri, "ALTER TABLE checkpoints ENABLE ROW LEVEL SECURITY");
	store = open_as("wall", "", 0, &err);
	bench_scan(store, &rows);
	assert_int_equal(rows.count, 0);
	assert_true(has_fact(store, "row security", "is active"));
	err_clear(&err);
	assert_int_equal(
		store_load(store, key_of("orders", "0"), rows_take, &rows, &err), -1);
	assert_non_null(strstr(err.text, "row-level security"));
	rows_free(&rows);
	store_close(store);
	outside_sql(site.uri, "DROP OWNED BY wall; DROP ROLE wall");
}

/* As a scan does, what it cannot tell being everything. */
static void
changes(struct store *store, struct rows *rows, bool *whole)
{
	struct err err = { 0 };
	bool steady;

	rows_free(rows);
	if (store_scan_changes(store, rows_take, rows, whole, &steady, &err) != 0)
		fail_msg("%s", err.text);
	assert_true(steady);
}

/* Neither where a row is nor which transaction wrote it can be asked. */
static void
what_a_role_may_read_is_read(void **state)
{
	struct store *store;
	struct rows rows = { 0 };
	struct err err = { 0 };
	bool whole, changed;

	(void)state;
	put(site.uri, "0", 1);
	put(site.uri, "1", 2);
	outside_sql(site.uri,
		"UPDATE checkpoints SET metadata = '{}'; CREATE ROLE wall LOGIN; "
		"GRANT USAGE ON SCHEMA public TO wall; GRANT SELECT (job_id, "
		"partition_id, checkpoint_value, updated_at) ON checkpoints TO wall");
	store = open_as("wall", "", 0, &err);
	assert_non_null(store);
	bench_scan(store, &rows);
	assert_int_equal(rows.count, 2);
	assert_null(rows.list[0].metadata.at);
	assert_int_equal(rows.list[0].flags & CKPT_NO_METADATA, 0);
	assert_string_equal(
		store_facts(store)->metadata_unread, "role wall may not read metadata");
	assert_non_null(strstr(store_facts(store)->refuses, "SELECT on metadata"));
	assert_true(store_facts(store)->may_relent);
	assert_int_equal(store_changed(store, &changed, &err), 0);
	assert_false(changed);
	put(site.uri, "1", 3);
	changes(store, &rows, &whole);
	assert_true(whole);
	assert_int_equal(rows.count, 2);
	assert_true(span_is(rows_find(&rows, "orders", "1")->value, "3"));
	outside_sql(site.uri, "DELETE FROM checkpoints WHERE partition_id = '1'");
	changes(store, &rows, &whole);
	assert_true(whole);
	assert_int_equal(rows.count, 1);
	rows_free(&rows);
	store_close(store);
	outside_sql(site.uri, "DROP OWNED BY wall; DROP ROLE wall");
}

static void
a_schema_that_drifts_is_told_and_found_again(void **state)
{
	struct store *store = open_store("");
	struct rows rows = { 0 };
	struct err err = { 0 };
	bool steady;

	(void)state;
	put(site.uri, "0", 1);
	bench_scan(store, &rows);
	outside_sql(site.uri, "ALTER TABLE checkpoints RENAME checkpoint_value TO v");
	for (int i = 0; i < 2; i++) {
		err_clear(&err);
		assert_int_equal(store_scan(store, rows_take, &rows, &steady, &err), -1);
		assert_int_equal(err.kind, ERR_DAMAGED);
		assert_non_null(strstr(err.text, "checkpoint_value"));
	}
	outside_sql(site.uri, "ALTER TABLE checkpoints RENAME v TO checkpoint_value");
	bench_scan(store, &rows);
	assert_span(rows_find(&rows, "orders", "0")->value, "1");
	outside_sql(
		site.uri, "CREATE SCHEMA etl; ALTER TABLE checkpoints SET SCHEMA etl");
	err_clear(&err);
	assert_int_equal(store_scan(store, rows_take, &rows, &steady, &err), -1);
	store_close(store);
	store = open_store("?table=etl.checkpoints");
	bench_scan(store, &rows);
	assert_span(rows_find(&rows, "orders", "0")->value, "1");
	rows_free(&rows);
	store_close(store);
}

static void
a_password_is_told_nowhere(void **state)
{
	static const char *const wrong[] = { "", "?table=none", "?value_column=none",
		"?dbname=none", "?sslmode=verify-full", "?port=1" };
	const struct store_facts *facts;
	struct store *store;

	(void)state;
	outside_sql(site.uri, "CREATE TABLE kafka_offsets (topic text, partition int, "
			      "\"offset\" int8, updated_at timestamptz)");
	for (size_t i = 0; i < sizeof(wrong) / sizeof(*wrong); i++) {
		struct err err = { 0 };

		store = open_as("postgres:S3cret", wrong[i], 0, &err);
		assert_int_equal(store != NULL, i == 0);
		assert_null(strstr(err.text, "S3cret"));
		if (store == NULL)
			continue;
		facts = store_facts(store);
		assert_null(strstr(facts->where, "S3cret"));
		assert_true(has_fact(store, "also there", "kafka_offsets"));
		for (size_t j = 0; j < facts->fact_count; j++)
			assert_null(strstr(facts->facts[j].text, "S3cret"));
		store_close(store);
	}
}

/* libpq takes the wrong parts of it for a host, a port and a database, and tells them. */
static void
a_password_that_was_not_encoded_is_told_nowhere(void **state)
{
	static const char *const uris[] = { "postgresql://bob:S3c/ret@h/db",
		"postgresql://bob:12/S3cret@h/db", "postgresql://bob:S3c@ret@h/db",
		"postgresql://bob@corp:S3cret@h/db", "postgresql://bob:S3cret/db",
		"postgresql://bob:S3cret" };

	(void)state;
	for (size_t i = 0; i < sizeof(uris) / sizeof(*uris); i++) {
		struct store_config config = { .uri = uris[i], .origin = "etl.conf:7" };
		struct err err = { 0 };

		assert_int_equal(store_check(&config, &err), -1);
		assert_int_equal(err.kind, ERR_USAGE);
		assert_non_null(strstr(err.text, "etl.conf:7: it is no URI"));
		assert_null(strstr(err.text, "S3c"));
		assert_null(strstr(err.text, "ret"));
	}
}

/* --- a server that is not well --- */

static void
a_lock_ends_a_call_and_not_the_connection(void **state)
{
	struct err err = { 0 };
	struct store *store = open_as("postgres", "", SECOND, &err);
	struct rows rows = { 0 };
	bool steady;
	char backend[32];

	(void)state;
	put(site.uri, "0", 1);
	bench_scan(store, &rows);
	snprintf(backend, sizeof(backend), "%s",
		outside_sql(site.uri, "SELECT pid FROM pg_stat_activity WHERE "
				      "application_name = 'ckptop'"));
	outside_sql(site.other, "BEGIN; LOCK TABLE checkpoints");
	assert_int_equal(store_scan(store, rows_take, &rows, &steady, &err), -1);
	assert_int_equal(err.kind, ERR_UNREACHABLE);
	outside_sql(site.other, "COMMIT");
	bench_scan(store, &rows);
	assert_int_equal(rows.count, 1);
	assert_string_equal(
		backend, outside_sql(site.uri, "SELECT pid FROM pg_stat_activity WHERE "
					       "application_name = 'ckptop'"));
	rows_free(&rows);
	store_close(store);
}

static void
a_session_that_was_ended_is_made_anew(void **state)
{
	struct store *store = open_store("");
	struct rows rows = { 0 };
	struct err err = { 0 };
	bool steady;

	(void)state;
	put(site.uri, "0", 1);
	read_changes(store, &rows);
	outside_sql(site.uri, "SELECT pg_terminate_backend(pid, 5000) FROM "
			      "pg_stat_activity WHERE application_name = 'ckptop'");
	assert_int_equal(store_scan(store, rows_take, &rows, &steady, &err), -1);
	assert_int_equal(err.kind, ERR_UNREACHABLE);
	/* Another server may answer: everything is read again. */
	assert_true(bench_changed(store));
	assert_true(read_changes(store, &rows));
	assert_int_equal(rows.count, 1);
	rows_free(&rows);
	store_close(store);
}

/* X11: nothing of ours stands in the way of others between two calls. */
static void
nothing_is_held_between_two_calls(void **state)
{
	struct store *store = open_store("");
	struct rows rows = { 0 };

	(void)state;
	put(site.uri, "0", 1);
	bench_scan(store, &rows);
	bench_load(store, "orders", "0", &rows);
	assert_string_equal(
		"idle", outside_sql(site.uri, "SELECT state FROM pg_stat_activity WHERE "
					      "application_name = 'ckptop'"));
	outside_sql(site.other, "SET lock_timeout = 1000; LOCK TABLE checkpoints; ALTER "
				"TABLE checkpoints ADD COLUMN more int");
	bench_scan(store, &rows);
	assert_span(rows_find(&rows, "orders", "0")->value, "1");
	rows_free(&rows);
	store_close(store);
}

#define TEST(function) cmocka_unit_test_setup(function, make_table)

int
main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(times_of_every_kind_are_read),
		TEST(a_key_is_found_as_it_is_written_and_not_otherwise),
		TEST(a_head_is_asked_with_names),
		TEST(rights_are_told),
		TEST(what_a_role_may_read_is_read),
		TEST(a_schema_that_drifts_is_told_and_found_again),
		TEST(a_password_is_told_nowhere),
		TEST(a_password_that_was_not_encoded_is_told_nowhere),
		TEST(a_lock_ends_a_call_and_not_the_connection),
		TEST(a_session_that_was_ended_is_made_anew),
		TEST(nothing_is_held_between_two_calls),
	};

	if (!pg_server_is_there()) {
		printf("SKIPPED: PostgreSQL is not installed\n");
		pg_server_end();
		return 77;
	}
	return cmocka_run_group_tests(tests, NULL, pg_server_teardown);
}
