/* SPDX-License-Identifier: MIT
 *
 * Rows in which a column of the key is NULL: shown under the empty name, and found by it
 * whatever is asked. */
#include "edits.h"

/* As programs make it that declare nothing NOT NULL: NULL comes as often as it likes. */
#define LOOSE_TABLE                                                                      \
	"CREATE TABLE checkpoints (job_id TEXT, partition_id TEXT, checkpoint_value "    \
	"TEXT, metadata TEXT, updated_at TEXT, PRIMARY KEY (job_id, partition_id))"

static const char everything[] =
	"SELECT group_concat(line, char(10)) FROM (SELECT quote(job_id) || ' ' || "
	"quote(partition_id) || ' ' || quote(checkpoint_value) AS line FROM checkpoints "
	"ORDER BY 1)";

static void
assert_there(struct sqlite_bench *bench, const char *expected)
{
	assert_string_equal(sql(bench, "%s", everything), expected);
}

static void
a_name_that_is_null_is_the_empty_one(void **state)
{
	struct sqlite_bench *bench = *state;
	struct store *store;

	sql(bench, LOOSE_TABLE);
	sql(bench, "INSERT INTO checkpoints VALUES ('a', NULL, '1', NULL, NULL), "
		   "(NULL, 'b', '2', NULL, NULL), (NULL, NULL, '3', NULL, NULL), "
		   "('', 'c', '4', NULL, NULL), ('a', '0', '5', NULL, NULL)");
	store = open_bench(bench, STORE_READ);
	assert_rows(store, "a/=1 t !partition_id is NULL\n/b=2 t !job_id is NULL\n"
			   "/=3 t !job_id is NULL\n/c=4 t\na/0=5 t\n");
	assert_loads(store, "a", "", "a/=1 t !partition_id is NULL\n");
	assert_loads(store, "", "b", "/b=2 t !job_id is NULL\n");
	assert_loads(store, "", "", "/=3 t !job_id is NULL\n");
	assert_loads(store, "", "c", "/c=4 t\n");
	assert_loads(store, "a", "0", "a/0=5 t\n");
	store_close(store);
}

static void
a_second_row_of_the_key_is_said(void **state)
{
	struct sqlite_bench *bench = *state;
	struct store *store;

	sql(bench, LOOSE_TABLE);
	sql(bench, "INSERT INTO checkpoints VALUES ('a', NULL, '1', NULL, NULL), "
		   "('a', '', '2', NULL, NULL), ('b', NULL, '3', NULL, NULL), "
		   "('b', NULL, '4', NULL, NULL)");
	store = open_bench(bench, STORE_READ);
	assert_rows(store, "a/=1 t !partition_id is NULL\na/=2 t repeated\n"
			   "b/=3 t !partition_id is NULL\n"
			   "b/=4 t repeated !partition_id is NULL\n");
	assert_loads(store, "a", "", "a/=2 t repeated\n");
	assert_loads(store, "b", "", "b/=4 t repeated !partition_id is NULL\n");
	store_close(store);
}

static void
a_save_adds_no_second_row(void **state)
{
	static const enum guard_kind guards[] = { GUARD_NONE, GUARD_ABSENT, GUARD_VALUE };
	struct sqlite_bench *bench = *state;
	struct store *store;

	sql(bench, LOOSE_TABLE);
	sql(bench, "INSERT INTO checkpoints VALUES ('a', NULL, '1', NULL, NULL)");
	store = open_bench(bench, STORE_WRITE);
	for (size_t i = 0; i < sizeof(guards) / sizeof(*guards); i++) {
		struct change change = change_of("a", "", "9");
		struct err err = { 0 };

		change.guard = (struct guard){ guards[i], SPAN("1"), CKPT_STORAGE_TEXT };
		assert_int_equal(store_save(store, &change, &err), CHANGE_FAILED);
		assert_int_equal(err.kind, ERR_REFUSED);
		assert_non_null(strstr(err.text, "partition_id is NULL"));
		assert_non_null(strstr(err.text, "nothing was written"));
		assert_there(bench, "'a' NULL '1'");
	}
	save(store, "b", "", "5");
	save(store, "a", "0", "7");
	save(store, "b", "", "6");
	assert_there(bench, "'a' '0' '7'\n'a' NULL '1'\n'b' '' '6'");
	store_close(store);
}

/* A hazard, taken upon oneself. */
static void
change(struct store *store, struct span seen, struct span wanted)
{
	struct operation operation = operation_of(OP);
	struct edit edit = { .key = { SPAN("a"), SPAN("") },
		.seen = seen,
		.wanted = wanted,
		.accepted = EDIT_DAMAGED };
	struct err err = { 0 };

	if (store_apply(store, &operation, &edit, 1, &err) != 0)
		fail_msg("%s", err.text);
	edit_clear(&edit);
}

static void
an_undo_brings_back_null(void **state)
{
	struct sqlite_bench *bench = *state;
	struct draft draft = draft_to("a", "", "9");
	struct store *store;
	struct str seen, wanted;

	sql(bench, LOOSE_TABLE);
	sql(bench, "INSERT INTO checkpoints VALUES ('a', NULL, '1', NULL, NULL), "
		   "('a', '0', '2', NULL, NULL)");
	store = open_bench(bench, STORE_WRITE);
	seen = image_of(store, "a", "");
	wanted = draft_of(store, &seen, &draft);
	change(store, str_span(&seen), str_span(&wanted));
	assert_there(bench, "'a' '0' '2'\n'a' NULL '9'");
	change(store, str_span(&wanted), str_span(&seen));
	assert_there(bench, "'a' '0' '2'\n'a' NULL '1'");
	change(store, str_span(&seen), SPAN_NONE);
	assert_there(bench, "'a' '0' '2'");
	change(store, SPAN_NONE, str_span(&seen));
	assert_there(bench, "'a' '0' '2'\n'a' NULL '1'");
	str_free(&seen);
	str_free(&wanted);
	store_close(store);
}

/* Deleted rows are not brought back beside one of the same name. */
static void
an_undo_adds_no_second_row(void **state)
{
	struct sqlite_bench *bench = *state;
	struct err err = { 0 };
	struct store *store;
	struct str seen;

	sql(bench, LOOSE_TABLE);
	sql(bench, "INSERT INTO checkpoints VALUES ('a', '', '1', NULL, NULL)");
	store = open_bench(bench, STORE_WRITE);
	seen = image_of(store, "a", "");
	apply_done(store, "a", "", str_span(&seen), SPAN_NONE);
	sql(bench, "INSERT INTO checkpoints VALUES ('a', NULL, '2', NULL, NULL)");
	assert_int_equal(apply_one(store, "a", "", SPAN_NONE, str_span(&seen), &err),
		CHANGE_CONFLICT);
	assert_there(bench, "'a' NULL '2'");
	str_free(&seen);
	store_close(store);
}

int
main(void)
{
#define TEST(name)                                                                       \
	cmocka_unit_test_setup_teardown(name, sqlite_bench_make, sqlite_bench_unmake)
	const struct CMUnitTest tests[] = {
		TEST(a_name_that_is_null_is_the_empty_one),
		TEST(a_second_row_of_the_key_is_said),
		TEST(a_save_adds_no_second_row),
		TEST(an_undo_brings_back_null),
		TEST(an_undo_adds_no_second_row),
	};
	int failed = cmocka_run_group_tests(tests, NULL, NULL);

	outside_kill();
	return failed;
}
