/* SPDX-License-Identifier: MIT
 *
 * What a person's change leaves in tables of all kinds, and what SQLite would have made
 * of it in silence. */
#include "edits.h"

/* --- kinds of values --- */

static void
values_keep_their_kind(void **state)
{
	static const struct {
		const char *types; /* of value and time */
		const char *before, *value, *after;
	} cases[] = {
		{ ", ", "5, 1750000000", "7", "71795320000" },
		{ ", ", "'5', '1750000000'", "7", "'7''1795320000'" },
		{ ", ", "5.5, 1750000000.5", "7", "7.01795320000.2" },
		{ ", ", "x'35', '2026-01-01T00:00:00Z'", "7",
			"X'37''2026-11-22T04:00:00Z'" },
		{ ", ", "5, NULL", "x", "'x''2026-11-22 04:00:00.250000'" },
		{ "INTEGER, TIMESTAMP", "5, 1750000000", "7", "71795320000" },
		{ "JSONB, TIMESTAMP", "'16/B3', '2026-01-01'", "7", "7'2026-11-22'" },
		{ "NUMERIC, TIMESTAMP", "5.5, 1750000000.5", "7.0", "71795320000.2" },
		{ "REAL, REAL", "5.0, 1750000000.0", "7", "7.01795320000.2" },
		{ "TEXT, TEXT", "'5', '1750000000'", "007", "'007''1795320000'" },
		{ "VARCHAR(9), DATETIME", "'5', '2026-01-01 00:00'", "1e3",
			"'1e3''2026-11-22 04:00:00.250000'" },
	};
	struct sqlite_bench *bench = *state;

	for (size_t i = 0; i < sizeof(cases) / sizeof(*cases); i++) {
		const char *types = cases[i].types;
		int comma = (int)strcspn(types, ",");
		struct store *store;
		struct err err = { 0 };
		char *found;

		sql(bench,
			"CREATE TABLE checkpoints (job_id, partition_id, "
			"checkpoint_value %.*s, updated_at %s)",
			comma, types, types + comma + 1);
		sql(bench, "INSERT INTO checkpoints VALUES ('a', '0', %s)",
			cases[i].before);
		store = open_bench(bench, STORE_WRITE);
		if (reset(store, "a", "0", cases[i].value, &err) != CHANGE_DONE)
			fail_msg("case %zu: %s", i, err.text);
		found = strdup(sql(bench, "SELECT quote(checkpoint_value) || "
					  "quote(updated_at) FROM checkpoints"));
		if (strcmp(found, cases[i].after) != 0)
			fail_msg("case %zu: %s", i, found);
		free(found);
		store_close(store);
		sql(bench, "DROP TABLE checkpoints");
	}
}

static void
what_a_column_would_make_of_it_is_refused(void **state)
{
	static const char *const values[] = { "007", "1e3", " 7", "7 ", "+7" };
	struct sqlite_bench *bench = *state;
	struct store *store;
	struct err err = { 0 };

	sql(bench, "CREATE TABLE checkpoints (job_id, partition_id, checkpoint_value "
		   "INTEGER, updated_at)");
	sql(bench, "INSERT INTO checkpoints VALUES ('a', '0', 5, 't')");
	store = open_bench(bench, STORE_WRITE);
	for (size_t i = 0; i < sizeof(values) / sizeof(*values); i++) {
		assert_int_equal(reset(store, "a", "0", values[i], &err), CHANGE_FAILED);
		assert_int_equal(err.kind, ERR_REFUSED);
		assert_non_null(strstr(err.text, "checkpoint_value"));
		assert_non_null(strstr(err.text, "nothing was written"));
		assert_string_equal(
			sql(bench, "SELECT quote(checkpoint_value) || updated_at FROM "
				   "checkpoints"),
			"5t");
	}
	assert_int_equal(reset(store, "a", "0", "7", &err), CHANGE_DONE);
	store_close(store);
}

static void
what_is_too_long_is_not_drafted(void **state)
{
	struct sqlite_bench *bench = *state;
	struct draft draft = draft_to("a", "0", "123456");
	struct str seen, wanted = { 0 };
	struct store *store;
	struct err err = { 0 };

	sql(bench, "CREATE TABLE checkpoints (job_id, partition_id, checkpoint_value "
		   "VARCHAR(5), metadata VARCHAR(10))");
	sql(bench, "INSERT INTO checkpoints VALUES ('a', '0', '5', NULL)");
	store = open_bench(bench, STORE_READ);
	seen = image_of(store, "a", "0");
	assert_int_equal(store_draft(store, str_span(&seen), &draft, &wanted, &err), -1);
	assert_int_equal(err.kind, ERR_REFUSED);
	assert_non_null(strstr(err.text, "6 characters"));
	err_clear(&err);
	draft.value = SPAN("12345");
	draft.keep_metadata = false;
	draft.metadata = SPAN("{\"abc\": 12}");
	assert_int_equal(store_draft(store, str_span(&seen), &draft, &wanted, &err), -1);
	assert_non_null(strstr(err.text, "metadata has 11"));
	err_clear(&err);
	draft.metadata = SPAN("{\"ab\": 12}");
	assert_int_equal(store_draft(store, str_span(&seen), &draft, &wanted, &err), 0);
	str_free(&seen);
	str_free(&wanted);
	store_close(store);
}

/* --- triggers --- */

static void
is_refused_and_changes_nothing(
	struct sqlite_bench *bench, const char *trigger, bool deletes)
{
	struct store *store;
	struct str seen, none = { 0 };
	struct err err = { 0 };
	enum change_result result;

	sqlite_bench_fill(bench);
	sql(bench, "CREATE TABLE log (x)");
	sql(bench, "%s", trigger);
	store = open_bench(bench, STORE_WRITE);
	seen = image_of(store, "orders", "0");
	result = deletes ? apply_one(
				   store, "orders", "0", str_span(&seen), SPAN_NONE, &err)
			 : reset(store, "orders", "0", "9", &err);
	assert_int_equal(result, CHANGE_FAILED);
	assert_non_null(strstr(err.text, "trigger"));
	assert_non_null(strstr(err.text, "nothing was written"));
	assert_string_equal(
		sql(bench, "SELECT checkpoint_value || updated_at || (SELECT count(*) "
			   "FROM log) FROM checkpoints"),
		"1t0");
	/* Nothing is left open, and the handle is as good as before. */
	sql(bench, "BEGIN EXCLUSIVE");
	sql(bench, "COMMIT");
	str_free(&none);
	none = image_of(store, "orders", "0");
	assert_string_equal(str_text(&none), str_text(&seen));
	str_free(&none);
	str_free(&seen);
	store_close(store);
	sql(bench, "DROP TABLE checkpoints");
	sql(bench, "DROP TABLE log");
}

static void
what_a_trigger_would_make_of_it_is_refused(void **state)
{
	struct sqlite_bench *bench = *state;

	is_refused_and_changes_nothing(bench,
		"CREATE TRIGGER t AFTER UPDATE ON checkpoints BEGIN INSERT INTO log "
		"VALUES (1); UPDATE checkpoints SET updated_at = 'now' WHERE rowid = "
		"new.rowid; END",
		false);
	is_refused_and_changes_nothing(bench,
		"CREATE TRIGGER t BEFORE UPDATE ON checkpoints BEGIN SELECT "
		"RAISE(IGNORE); END",
		false);
	is_refused_and_changes_nothing(bench,
		"CREATE TRIGGER t AFTER UPDATE ON checkpoints BEGIN INSERT INTO log "
		"VALUES (1); DELETE FROM checkpoints WHERE rowid = new.rowid; END",
		false);
	is_refused_and_changes_nothing(bench,
		"CREATE TRIGGER t AFTER DELETE ON checkpoints BEGIN INSERT INTO "
		"checkpoints VALUES (old.job_id, old.partition_id, 0, NULL, 't'); END",
		true);
	/* One that only keeps a log is nobody's business. */
	sqlite_bench_fill(bench);
	sql(bench, "CREATE TABLE log (x)");
	sql(bench, "CREATE TRIGGER t AFTER UPDATE ON checkpoints BEGIN INSERT INTO log "
		   "VALUES (new.checkpoint_value); END");
	{
		struct store *store = open_bench(bench, STORE_WRITE);
		struct err err = { 0 };

		assert_int_equal(reset(store, "orders", "0", "9", &err), CHANGE_DONE);
		assert_string_equal(sql(bench, "SELECT x FROM log"), "9");
		store_close(store);
	}
}

static void
what_the_table_does_not_allow_is_said(void **state)
{
	struct sqlite_bench *bench = *state;
	struct store *store;
	struct err err = { 0 };

	sql(bench, "CREATE TABLE checkpoints (job_id, partition_id, checkpoint_value "
		   "TEXT CHECK (checkpoint_value < '5'), updated_at)");
	sql(bench, "INSERT INTO checkpoints VALUES ('a', '0', '1', 't')");
	store = open_bench(bench, STORE_WRITE);
	assert_int_equal(reset(store, "a", "0", "9", &err), CHANGE_FAILED);
	assert_int_equal(err.kind, ERR_FAILED);
	assert_non_null(strstr(err.text, "CHECK constraint failed"));
	assert_non_null(strstr(err.text, "nothing was written"));
	assert_int_equal(reset(store, "a", "0", "2", &err), CHANGE_DONE);
	store_close(store);
}

/* --- tables that cannot be changed, and shapes that can --- */

static void
assert_refused(struct sqlite_bench *bench, const char *const *says)
{
	struct key key = { SPAN("a"), SPAN("0") };
	struct store *store = open_bench(bench, STORE_READ);
	struct str image = { 0 };
	struct err err = { 0 };

	assert_int_equal(store_examine(store, key, take_image, &image, &err), -1);
	if (err.kind != ERR_REFUSED)
		fail_msg("kind %s: %s", err_word(err.kind), err.text);
	for (; *says != NULL; says++)
		if (strstr(err.text, *says) == NULL)
			fail_msg("'%s' is not said: %s", *says, err.text);
	assert_int_equal(image.len, 0);
	store_close(store);
}

/* S08 sqlite_wrong_schema */
static void
what_cannot_be_changed_says_why(void **state)
{
	struct sqlite_bench *bench = *state;

	sql(bench, "CREATE TABLE checkpoints (job_id, partition_id, checkpoint_value, "
		   "updated_at)");
	sql(bench, "INSERT INTO checkpoints VALUES ('a', '0', '1', 't'), ('a', '0', '2', "
		   "'t')");
	assert_refused(bench, SAYS("more than one row", "a/0", "make the key unique"));
	sql(bench, "ALTER TABLE checkpoints RENAME TO behind");
	sql(bench, "CREATE VIEW checkpoints AS SELECT * FROM behind");
	sql(bench, "CREATE TRIGGER t INSTEAD OF UPDATE ON checkpoints BEGIN SELECT 1; "
		   "END");
	assert_refused(bench, SAYS("checkpoints is a view", "nothing was written"));
	sql(bench, "DROP VIEW checkpoints");
	sql(bench, "CREATE TABLE checkpoints (job_id, partition_id, n, checkpoint_value "
		   "AS (n + 1), updated_at)");
	sql(bench, "INSERT INTO checkpoints VALUES ('a', '0', 1, 't')");
	assert_refused(bench, SAYS("checkpoint_value", "computed from others"));
}

/* Two rows of one key came after the look: neither is touched. */
static void
a_key_that_came_twice_meanwhile_is_not_changed(void **state)
{
	struct sqlite_bench *bench = *state;
	struct store *store;
	struct str seen;
	struct err err = { 0 };

	sql(bench, "CREATE TABLE checkpoints (job_id, partition_id, checkpoint_value, "
		   "updated_at)");
	sql(bench, "INSERT INTO checkpoints VALUES ('a', '0', '1', 't')");
	store = open_bench(bench, STORE_WRITE);
	seen = image_of(store, "a", "0");
	sql(bench, "INSERT INTO checkpoints VALUES ('a', '0', '1', 't')");
	assert_int_equal(apply_one(store, "a", "0", str_span(&seen), SPAN_NONE, &err),
		CHANGE_FAILED);
	assert_int_equal(err.kind, ERR_REFUSED);
	assert_string_equal(sql(bench, "SELECT count(*) FROM checkpoints"), "2");
	str_free(&seen);
	store_close(store);
}

static void
the_shapes_of_the_seed_are_changed(void **state)
{
	struct sqlite_bench *bench = *state;
	struct draft draft = draft_to("clicks", "3", "41");
	struct str seen, wanted = { 0 };
	struct store *store;
	struct err err = { 0 };

	sql(bench, "CREATE TABLE kafka_offsets (topic TEXT, partition INTEGER, "
		   "\"offset\" BIGINT, updated_at TIMESTAMP, PRIMARY KEY (topic, "
		   "partition))");
	sql(bench, "INSERT INTO kafka_offsets VALUES ('clicks', 3, 100, '2026-01-01 "
		   "00:00:00')");
	store = open_bench(bench, STORE_WRITE);
	assert_int_equal(reset(store, "clicks", "3", "41", &err), CHANGE_DONE);
	assert_string_equal(sql(bench, "SELECT quote(\"offset\") || updated_at FROM "
				       "kafka_offsets"),
		"412026-11-22 04:00:00.250000");
	/* There is no place for metadata: nothing is dropped without a word. */
	seen = image_of(store, "clicks", "3");
	draft.keep_metadata = false;
	draft.metadata = SPAN("{}");
	assert_int_equal(store_draft(store, str_span(&seen), &draft, &wanted, &err), -1);
	assert_int_equal(err.kind, ERR_REFUSED);
	assert_non_null(strstr(err.text, "no place for metadata"));
	err_clear(&err);
	draft.metadata = SPAN_NONE;
	assert_int_equal(store_draft(store, str_span(&seen), &draft, &wanted, &err), 0);
	store_close(store);
	sql(bench, "DROP TABLE kafka_offsets");
	sql(bench, "CREATE TABLE checkpoints (date DATE PRIMARY KEY, last_id INTEGER, "
		   "updated_at TIMESTAMP)");
	sql(bench, "INSERT INTO checkpoints VALUES ('2026-11-21', 5, 't'), "
		   "('2026-11-22', 9, 't')");
	store = open_bench(bench, STORE_WRITE);
	assert_int_equal(
		reset(store, "checkpoints", "2026-11-22", "7", &err), CHANGE_DONE);
	assert_string_equal(
		sql(bench, "SELECT group_concat(quote(last_id)) FROM checkpoints"),
		"5,7");
	str_free(&seen);
	str_free(&wanted);
	store_close(store);
}

/* NULL is a value that can have been seen, and texts that only look alike are not equal.
 */
static void
the_guard_is_exact(void **state)
{
	static const struct {
		const char *before, *after;
	} cases[] = { { "NULL, 't'", "'', 't'" }, { "'', 't'", "NULL, 't'" },
		{ "'Abc', 't'", "'abc', 't'" }, { "5, 't'", "'5', 't'" },
		{ "5, 't'", "5.0, 't'" }, { "'5', 't'", "x'35', 't'" },
		{ "'5', NULL", "'5', ''" }, { "'5', 't'", "'5', 'T'" } };
	struct sqlite_bench *bench = *state;
	struct store *store;

	sql(bench, "CREATE TABLE checkpoints (job_id, partition_id, checkpoint_value "
		   "COLLATE NOCASE, updated_at COLLATE NOCASE)");
	store = open_bench(bench, STORE_WRITE);
	for (size_t i = 0; i < sizeof(cases) / sizeof(*cases); i++) {
		struct err err = { 0 };
		struct str seen;

		sql(bench, "INSERT INTO checkpoints VALUES ('a', '0', %s)",
			cases[i].before);
		seen = image_of(store, "a", "0");
		sql(bench, "UPDATE checkpoints SET (checkpoint_value, updated_at) = (%s)",
			cases[i].after);
		if (apply_one(store, "a", "0", str_span(&seen), SPAN_NONE, &err) !=
			CHANGE_CONFLICT)
			fail_msg("%s is taken for %s", cases[i].after, cases[i].before);
		assert_string_equal(sql(bench, "SELECT count(*) FROM checkpoints"), "1");
		sql(bench, "DELETE FROM checkpoints");
		str_free(&seen);
	}
	store_close(store);
}

static void
an_image_of_another_table_is_refused(void **state)
{
	struct sqlite_bench *bench = *state;
	struct store *store;
	struct str seen;
	struct err err = { 0 };

	sqlite_bench_fill(bench);
	sql(bench, "CREATE TABLE second AS SELECT * FROM checkpoints");
	store = open_bench(bench, STORE_READ);
	seen = image_of(store, "orders", "0");
	store_close(store);
	set_query(bench, "table=second");
	store = open_bench(bench, STORE_WRITE);
	assert_int_equal(
		apply_one(store, "orders", "0", str_span(&seen), SPAN_NONE, &err),
		CHANGE_FAILED);
	assert_int_equal(err.kind, ERR_REFUSED);
	assert_non_null(strstr(err.text, "table checkpoints"));
	assert_string_equal(sql(bench, "SELECT count(*) FROM second"), "1");
	str_free(&seen);
	store_close(store);
}

static void
a_locked_database_is_not_changed(void **state)
{
	struct sqlite_bench *bench = *state;
	struct store *store;
	struct str seen;
	struct err err = { 0 };

	sqlite_bench_fill(bench);
	bench->config.timeout = 150 * MILLISECOND;
	store = open_bench(bench, STORE_WRITE);
	seen = image_of(store, "orders", "0");
	sql(bench, "BEGIN IMMEDIATE");
	assert_int_equal(
		apply_one(store, "orders", "0", str_span(&seen), SPAN_NONE, &err),
		CHANGE_FAILED);
	assert_int_equal(err.kind, ERR_UNREACHABLE);
	assert_non_null(strstr(err.text, "locked by another program"));
	assert_non_null(strstr(err.text, "nothing was written"));
	sql(bench, "COMMIT");
	apply_done(store, "orders", "0", str_span(&seen), SPAN_NONE);
	str_free(&seen);
	store_close(store);
}

/* --- schemas --- */

/* What people make of metadata that is JSON: none of it stands in the way of a change. */
static void
a_schema_may_use_json(void **state)
{
	static const char table[] =
		"CREATE TABLE checkpoints (job_id TEXT, partition_id TEXT, "
		"checkpoint_value INTEGER CHECK (json_valid(checkpoint_value)), metadata "
		"TEXT CHECK (json_valid(metadata)), updated_at TEXT, host TEXT AS "
		"(json_extract(metadata, '$.host')), PRIMARY KEY (job_id, partition_id))";
	static const char *const more[] = {
		"CREATE INDEX by_host ON checkpoints (metadata ->> '$.host')",
		"CREATE TABLE history (document)",
		"CREATE TRIGGER kept AFTER UPDATE ON checkpoints BEGIN INSERT INTO "
		"history VALUES (json_object('value', old.checkpoint_value)); END",
		"INSERT INTO checkpoints VALUES ('orders', '0', 5, '{\"host\":\"a\"}', "
		"'2026-11-22 03:07:41')",
	};
	struct sqlite_bench *bench = *state;
	struct err err = { 0 };
	struct store *store;

	sql(bench, "%s", table);
	for (size_t i = 0; i < sizeof(more) / sizeof(*more); i++)
		sql(bench, "%s", more[i]);
	store = open_bench(bench, STORE_WRITE);
	assert_loads(store, "orders", "0",
		"orders/0=5 i {\"host\":\"a\"} @2026-11-22 03:07:41\n");
	if (reset(store, "orders", "0", "4", &err) != CHANGE_DONE)
		fail_msg("%s", err.text);
	assert_string_equal(sql(bench, "SELECT checkpoint_value || host || document FROM "
				       "checkpoints, history"),
		"4a{\"value\":5}");
	store_close(store);
}

int
main(void)
{
#define TEST(name)                                                                       \
	cmocka_unit_test_setup_teardown(name, sqlite_bench_make, sqlite_bench_unmake)
	const struct CMUnitTest tests[] = {
		TEST(values_keep_their_kind),
		TEST(what_a_column_would_make_of_it_is_refused),
		TEST(what_is_too_long_is_not_drafted),
		TEST(what_a_trigger_would_make_of_it_is_refused),
		TEST(a_schema_may_use_json),
		TEST(what_the_table_does_not_allow_is_said),
		TEST(what_cannot_be_changed_says_why),
		TEST(a_key_that_came_twice_meanwhile_is_not_changed),
		TEST(the_shapes_of_the_seed_are_changed),
		TEST(the_guard_is_exact),
		TEST(an_image_of_another_table_is_refused),
		TEST(a_locked_database_is_not_changed),
	};
	int failed = cmocka_run_group_tests(tests, NULL, NULL);

	outside_kill();
	return failed;
}
