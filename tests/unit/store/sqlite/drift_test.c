/* SPDX-License-Identifier: MIT
 *
 * A table that becomes another one while a handle is open on it. */
#include "sqlite_bench.h"

static struct store *
open_with_a_row(struct sqlite_bench *bench)
{
	struct store *store;

	sql(bench, SEED_TABLE);
	store = open_bench(bench, STORE_WRITE);
	save(store, "a", "0", "1");
	return store;
}

/* A table that was altered fails the save that meets it, and no other one. */
static void
an_altered_table_is_found_again(void **state)
{
	struct sqlite_bench *bench = *state;
	struct change change = change_of("a", "0", "2");
	struct store *store = open_with_a_row(bench);
	struct err err = { 0 };

	sql(bench, "ALTER TABLE checkpoints DROP COLUMN metadata");
	assert_int_equal(store_save(store, &change, &err), CHANGE_FAILED);
	assert_int_equal(err.kind, ERR_DAMAGED);
	assert_string_equal(sql(bench, "SELECT checkpoint_value FROM checkpoints"), "1");
	save(store, "a", "0", "3");
	assert_string_equal(sql(bench, "SELECT checkpoint_value FROM checkpoints"), "3");
	store_close(store);
}

/* Wants this save refused, and all rows as they are. */
static void
assert_refuses(struct sqlite_bench *bench, struct store *store, struct change change,
	const char *says)
{
	static const char all[] =
		"SELECT group_concat(checkpoint_value) FROM checkpoints";
	char before[64];
	struct err err = { 0 };

	snprintf(before, sizeof(before), "%s", sql(bench, all));
	assert_int_equal(store_save(store, &change, &err), CHANGE_FAILED);
	assert_int_equal(err.kind, ERR_REFUSED);
	assert_non_null(strstr(err.text, says));
	assert_non_null(strstr(err.text, "nothing was written"));
	assert_string_equal(sql(bench, all), before);
}

/* What a table has no place for is refused, also when it had one as the handle was
 * opened. */
static void
metadata_is_not_dropped_with_its_column(void **state)
{
	struct sqlite_bench *bench = *state;
	struct change change = change_of("a", "0", "2");
	struct store *store;
	struct err err = { 0 };
	char other[160];

	sql(bench, SEED_TABLE);
	store = open_bench(bench, STORE_WRITE);
	save(store, "a", "0", "1");
	change.metadata = SPAN("{\"n\": 1}");
	sql(bench, "ALTER TABLE checkpoints DROP COLUMN metadata");
	assert_int_equal(store_save(store, &change, &err), CHANGE_FAILED);
	assert_int_equal(err.kind, ERR_DAMAGED);
	assert_refuses(bench, store, change, "no place for metadata");
	assert_false(store_capabilities(store) & STORE_CAN_METADATA);
	sql(bench, "ALTER TABLE checkpoints ADD COLUMN metadata TEXT");
	store_close(store);
	store = open_bench(bench, STORE_WRITE);
	assert_true(store_capabilities(store) & STORE_CAN_METADATA);
	assert_int_equal(store_save(store, &change, &err), CHANGE_DONE);
	assert_string_equal(sql(bench, "SELECT metadata FROM checkpoints"), "{\"n\": 1}");

	/* Another database in its place: the gate knows only the old one. */
	snprintf(other, sizeof(other), "%s/y.db", bench->directory);
	outside_sql(other, "CREATE TABLE checkpoints (job_id, partition_id, "
			   "checkpoint_value, updated_at)");
	outside_close(other);
	outside_close(bench->path);
	assert_int_equal(rename(other, bench->path), 0);
	assert_refuses(bench, store, change, "no place for metadata");
	store_close(store);
}

static void
a_table_that_became_a_view_is_not_written(void **state)
{
	struct sqlite_bench *bench = *state;
	struct change change = change_of("a", "0", "2");
	struct store *store = open_with_a_row(bench);
	struct err err = { 0 };

	sql(bench, "ALTER TABLE checkpoints RENAME TO kept");
	sql(bench, "CREATE VIEW checkpoints AS SELECT * FROM kept");
	assert_int_equal(store_save(store, &change, &err), CHANGE_FAILED);
	assert_refuses(bench, store, change, "checkpoints is a view");
	assert_false(store_capabilities(store) & STORE_CAN_SAVE);
	store_close(store);
}

int
main(void)
{
#define TEST(name)                                                                       \
	cmocka_unit_test_setup_teardown(name, sqlite_bench_make, sqlite_bench_unmake)
	const struct CMUnitTest tests[] = {
		TEST(an_altered_table_is_found_again),
		TEST(metadata_is_not_dropped_with_its_column),
		TEST(a_table_that_became_a_view_is_not_written),
	};
	int failed = cmocka_run_group_tests(tests, NULL, NULL);

	outside_kill();
	return failed;
}
