/* SPDX-License-Identifier: MIT
 *
 * How long names and values may be: as long as the table was declared to hold, though
 * SQLite itself does not mind, because another database with the same schema would. */
#include "sqlite_bench.h"

#include "base/str.h"

/* A character so many times. */
static const char *
repeated(struct str *out, const char *character, size_t count)
{
	str_clear(out);
	while (count-- > 0)
		str_add(out, character);
	return str_text(out);
}

static size_t
count_rows(struct sqlite_bench *bench)
{
	return (size_t)atoi(sql(bench, "SELECT count(*) FROM checkpoints"));
}

static void
refused(struct sqlite_bench *bench, struct store *store, struct change change,
	const char *words)
{
	size_t rows = count_rows(bench);
	struct err err = { 0 };

	assert_int_equal(store_save(store, &change, &err), CHANGE_FAILED);
	assert_non_null(strstr(err.text, words));
	assert_non_null(strstr(err.text, "nothing was written"));
	assert_int_equal(count_rows(bench), rows);
}

/* D09 255 vs 256 chars, of one byte and of four, and a NUL */
static void
names_and_values_end_where_the_table_does(void **state)
{
	static const char *const characters[] = { "x", "\xf0\x9f\x98\x80" };
	struct sqlite_bench *bench = *state;
	struct change change = change_of("a", "0", "1");
	struct str text = { 0 };
	struct store *store;

	sql(bench, SEED_TABLE);
	store = open_bench(bench, STORE_WRITE);
	for (size_t i = 0; i < sizeof(characters) / sizeof(*characters); i++) {
		const char *most = repeated(&text, characters[i], 255);

		save(store, most, "0", "1");
		save(store, "a", most, "1");
		save(store, "a", "0", most);
		assert_string_equal(
			sql(bench, "SELECT group_concat(DISTINCT max(length(job_id), "
				   "length(partition_id), length(checkpoint_value))) "
				   "FROM checkpoints"),
			"255");
		most = repeated(&text, characters[i], 256);
		refused(bench, store, change_of(most, "0", "1"),
			"the job has 256 characters, the column job_id of table "
			"checkpoints is declared to hold 255");
		refused(bench, store, change_of("a", most, "1"),
			"the partition has 256 characters");
		refused(bench, store, change_of("a", "0", most),
			"the value has 256 characters");
	}
	change.key.job = SPAN("a\0b");
	refused(bench, store, change, "there is a NUL byte in the job");
	change.key = (struct key){ SPAN("a"), SPAN("0\0") };
	refused(bench, store, change, "there is a NUL byte in the partition");
	store_close(store);
	str_free(&text);
}

/* What somebody wrote all the same goes on. */
static void
longer_ones_that_are_there_are_written(void **state)
{
	struct sqlite_bench *bench = *state;
	struct str job = { 0 }, value = { 0 };
	struct store *store;

	sql(bench, SEED_TABLE);
	sql(bench, "INSERT INTO checkpoints VALUES (replace(hex(zeroblob(150)), '0', "
		   "'j'), '0', "
		   "replace(hex(zeroblob(150)), '0', 'v'), NULL, '2026-11-22 03:00:00')");
	repeated(&job, "j", 300);
	repeated(&value, "w", 301);
	store = open_bench(bench, STORE_WRITE);
	save(store, str_text(&job), "0", str_text(&value));
	assert_string_equal(sql(bench, "SELECT length(checkpoint_value) FROM "
				       "checkpoints"),
		"301");
	refused(bench, store, change_of(str_text(&job), "1", "1"),
		"the job has 300 characters");
	store_close(store);
	str_free(&job);
	str_free(&value);
}

/* A new table whose values are declared so; what its columns are called has any case. */
static struct store *
open_with_type(struct sqlite_bench *bench, const char *type)
{
	sql(bench, "DROP TABLE IF EXISTS checkpoints");
	sql(bench, "CREATE TABLE checkpoints (job_id, partition_id, Checkpoint_Value %s)",
		type);
	return open_bench(bench, STORE_WRITE);
}

static void
a_column_without_a_length_takes_any(void **state)
{
	static const char *const types[] = { "TEXT", "", "VARCHAR", "DECIMAL(10,5)",
		"VARCHAR(0)", "\"CHAR (nothing\"" };
	struct sqlite_bench *bench = *state;
	struct str value = { 0 };

	repeated(&value, "v", 1000);
	for (size_t i = 0; i < sizeof(types) / sizeof(*types); i++) {
		struct store *store = open_with_type(bench, types[i]);

		save(store, "a", "0", str_text(&value));
		store_close(store);
	}
	str_free(&value);
}

static void
other_words_for_a_length_count(void **state)
{
	static const char *const types[] = { "CHAR(5)", "nvarchar ( 5 )",
		"CHARACTER VARYING(5)", "varchar2(5)" };
	struct sqlite_bench *bench = *state;

	for (size_t i = 0; i < sizeof(types) / sizeof(*types); i++) {
		struct store *store = open_with_type(bench, types[i]);

		save(store, "a", "0", "12345");
		refused(bench, store, change_of("a", "0", "123456"), "hold 5");
		store_close(store);
	}
}

int
main(void)
{
	static const struct CMUnitTest tests[] = {
#define TEST(name)                                                                       \
	cmocka_unit_test_setup_teardown(name, sqlite_bench_make, sqlite_bench_unmake)
		TEST(names_and_values_end_where_the_table_does),
		TEST(longer_ones_that_are_there_are_written),
		TEST(a_column_without_a_length_takes_any),
		TEST(other_words_for_a_length_count),
	};

	int failed = cmocka_run_group_tests(tests, NULL, NULL);

	outside_kill();
	return failed;
}
