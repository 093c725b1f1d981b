/* SPDX-License-Identifier: MIT
 * A key that several files have: every file is a row. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "rows.h"

#define DOUBLE(value) "{\"job\": \"a\", \"partition\": \"0\", \"value\": " #value "}"

static void
every_file_of_a_key_is_a_row_and_the_properly_named_counts(void **state)
{
	struct scratch *scratch = *state;
	struct opened *opened;

	put_file(scratch, "zz.json", DOUBLE(3));
	put_file(scratch, "a_0.json", DOUBLE(1));
	put_file(scratch, "yy.json", DOUBLE(2));
	opened = open_dir_store(scratch, STORE_READ, "");
	assert_scan(opened, "a/0 1 repeated a_0.json; a/0@yy.json 2 repeated yy.json; "
			    "a/0@zz.json 3 repeated zz.json");
	assert_true(fact_is(opened, "keys", "3 files"));
	assert_changes(opened, "");
	/* All are told again when one changes. */
	put_file(scratch, "zz.json", DOUBLE(9));
	assert_changes(opened, "a/0 1 repeated a_0.json; a/0@yy.json 2 repeated yy.json; "
			       "a/0@zz.json 9 repeated zz.json");
	/* Without the proper one the last by name counts. */
	remove_file(scratch, "a_0.json");
	assert_changes(opened, "a/0 9 repeated zz.json; a/0@yy.json 2 repeated yy.json; "
			       "a/0@zz.json - gone zz.json");
	remove_file(scratch, "zz.json");
	assert_changes(opened, "a/0 2 yy.json; a/0@yy.json - gone yy.json");
	assert_true(fact_is(opened, "keys", NULL));
	remove_file(scratch, "yy.json");
	assert_changes(opened, "a/0 - gone yy.json");
	assert_scan(opened, "");
	close_store(opened);
}

static void
a_second_file_comes_and_goes_as_a_row_of_its_own(void **state)
{
	struct scratch *scratch = *state;
	struct opened *opened;

	put_file(scratch, "zz.json", DOUBLE(3));
	opened = open_dir_store(scratch, STORE_READ, "");
	assert_scan(opened, "a/0 3 zz.json");
	/* It has the proper name: the other steps aside. */
	put_file(scratch, "a_0.json", DOUBLE(1));
	assert_changes(opened, "a/0 1 repeated a_0.json; a/0@zz.json 3 repeated zz.json");
	assert_scan(opened, "a/0 1 repeated a_0.json; a/0@zz.json 3 repeated zz.json");
	/* It gets another key, its row of before is gone. */
	put_file(scratch, "zz.json",
		"{\"job\": \"b\", \"partition\": \"0\", \"value\": 4}");
	assert_changes(opened, "a/0 1 a_0.json; a/0@zz.json - gone zz.json; "
			       "b/0 4 zz.json");
	put_file(scratch, "zz.json", DOUBLE(5));
	assert_changes(opened, "a/0 1 repeated a_0.json; a/0@zz.json 5 repeated zz.json; "
			       "b/0 - gone zz.json");
	/* Both go at once. */
	remove_file(scratch, "zz.json");
	remove_file(scratch, "a_0.json");
	assert_changes(opened, "a/0 - gone zz.json; a/0@zz.json - gone zz.json");
	close_store(opened);
}

static void
both_go_at_once_in_whichever_order(void **state)
{
	struct scratch *scratch = *state;
	struct opened *opened;

	put_file(scratch, "zz.json", DOUBLE(3));
	put_file(scratch, "a_0.json", DOUBLE(1));
	opened = open_dir_store(scratch, STORE_READ, "");
	assert_scan(opened, "a/0 1 repeated a_0.json; a/0@zz.json 3 repeated zz.json");
	remove_file(scratch, "a_0.json");
	remove_file(scratch, "zz.json");
	assert_changes(opened, "a/0 - gone a_0.json; a/0@zz.json - gone zz.json");
	close_store(opened);
}

/* Copies by the hundred of one file: no time that grows with their square. */
static void
many_files_of_a_key_are_many_rows(void **state)
{
	struct scratch *scratch = *state;
	struct opened *opened;
	struct rows rows = { 0 };
	bool steady;

	for (int i = 0; i < 50; i++) {
		char name[32];

		snprintf(name, sizeof(name), "copy%02d.json", i);
		put_file(scratch, name, DOUBLE(1));
	}
	opened = open_dir_store(scratch, STORE_READ, "");
	assert_int_equal(store_scan(opened->store, rows_add, &rows, &steady, NULL), 0);
	assert_int_equal(rows.keys_count, 50);
	/* Of the first it was not known yet that others follow. */
	assert_in_range(rows.count, 50, 51);
	assert_true(fact_is(opened, "keys", "50 files"));
	rows_clear(&rows);
	close_store(opened);
}

/* --- one of them --- */

static void
assert_value(struct opened *opened, const char *partition, const char *expected)
{
	struct rows rows = { 0 };
	struct err err = { 0 };
	int status = store_load(opened->store,
		(struct key){ SPAN("a"), span_of(partition) }, rows_add, &rows, &err);

	if (expected == NULL) {
		assert_int_equal(status, -1);
		assert_int_equal(err.kind, ERR_NOT_FOUND);
	} else {
		assert_int_equal(status, 0);
		assert_string_equal(rows_text(&rows), expected);
	}
	rows_clear(&rows);
}

static void
each_is_loaded_and_saved_under_its_own_name(void **state)
{
	struct scratch *scratch = *state;
	struct opened *opened;
	struct err err = { 0 };
	char *text;

	put_file(scratch, "a_0.json", DOUBLE(1));
	put_file(scratch, "z@z.json", DOUBLE(3));
	put_file(scratch, "b_0.json", "{\"value\": 7}");
	opened = open_dir_store(scratch, STORE_WRITE, "");
	assert_value(opened, "0", "a/0 1 a_0.json");
	assert_value(opened, "0@z@z.json", "a/0@z@z.json 3 z@z.json");
	assert_value(opened, "0@a_0.json", NULL);
	assert_value(opened, "0@b_0.json", NULL);
	assert_value(opened, "1@z@z.json", NULL);
	assert_value(opened, "0@", NULL);
	assert_int_equal(
		store_save(opened->store,
			&(struct change){ .key = { SPAN("a"), SPAN("0@z@z.json") },
				.value = SPAN("4"),
				.keep_metadata = true,
				.updated_at = INT64_C(1795316861) * SECOND },
			&err),
		CHANGE_DONE);
	text = file_text(scratch, "z@z.json");
	assert_non_null(
		strstr(text, "{\"job\": \"a\", \"partition\": \"0\", \"value\": 4"));
	free(text);
	assert_value(opened, "0", "a/0 1 a_0.json");
	assert_value(opened, "0@z@z.json", "a/0@z@z.json 4 z@z.json");
	close_store(opened);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, scratch_make, scratch_remove)

int
main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(every_file_of_a_key_is_a_row_and_the_properly_named_counts),
		TEST(a_second_file_comes_and_goes_as_a_row_of_its_own),
		TEST(both_go_at_once_in_whichever_order),
		TEST(many_files_of_a_key_are_many_rows),
		TEST(each_is_loaded_and_saved_under_its_own_name),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
