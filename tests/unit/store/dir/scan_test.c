/* SPDX-License-Identifier: MIT
 * A directory as its readers see it from look to look. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "rows.h"

#include <sys/stat.h>
#include <time.h>

/* What a writer does while a reader waits for a half-written file. */
static void (*meanwhile)(void);

int nanosleep(const struct timespec *time, struct timespec *left);

int
nanosleep(const struct timespec *time, struct timespec *left)
{
	void (*now)(void) = meanwhile;

	(void)time;
	(void)left;
	meanwhile = NULL;
	if (now != NULL)
		now();
	return 0;
}

/* --- whole looks --- */

static void
every_file_is_a_row(void **state)
{
	struct scratch *scratch = *state;
	struct opened *opened;

	put_file(scratch, "orders_0.json", "{\"value\": 5}");
	put_file(scratch, "daily_orders_1.json", "{\"value\": \"x\"}");
	put_file(scratch, "any name.json",
		"{\"job\": \"a/b\", \"partition\": \"c_d\", \"value\": null}");
	put_file(scratch, "empty_0.json", "");
	put_file(scratch, "settings.json", "{}");
	put_file(scratch, "notes.txt", "");
	put_file(scratch, ".hidden_0.json", "{\"value\": 1}");
	opened = open_dir_store(scratch, STORE_READ, "");
	assert_scan(opened, "a\\/b/c_d - any name.json; "
			    "daily_orders/1 x ~ daily_orders_1.json; "
			    "empty/0 - !file empty empty_0.json; "
			    "orders/0 5 orders_0.json");
	assert_true(fact_is(opened, "files",
		"4 files, 1 unreadable, 0 left-over .tmp older than 1 min, "
		"1 name that matches no job"));
	assert_true(fact_is(opened, "damage", "empty_0.json (file empty)"));
	assert_true(fact_is(opened, "names", "settings.json"));
	close_store(opened);
}

static void
a_rule_of_the_user_leaves_other_files_out(void **state)
{
	struct scratch *scratch = *state;
	struct opened *opened;

	put_file(scratch, "p3-orders_x.json", "{\"value\": 5}");
	put_file(scratch, "orders_0.json", "{\"value\": 6}");
	opened = open_dir_store(scratch, STORE_READ,
		"?name_regex=^p([0-9]%2B)-(.*)[.]json$&job_group=2&partition_group=1");
	assert_scan(opened, "orders_x/3 5 p3-orders_x.json");
	assert_true(fact_is(opened, "files", "1 file, 0 unreadable"));
	assert_true(fact_is(opened, "files", "1 name that matches no job"));
	close_store(opened);
}

static void
an_empty_directory_is_a_store(void **state)
{
	struct opened *opened = open_dir_store(*state, STORE_READ, "");

	assert_true(has_changed(opened));
	assert_scan(opened, "");
	assert_false(has_changed(opened));
	close_store(opened);
}

static void
whole_looks_go_on_delivering_everything(void **state)
{
	struct scratch *scratch = *state;
	struct opened *opened;

	put_file(scratch, "a_0.json", "{\"value\": 1}");
	opened = open_dir_store(scratch, STORE_READ, "");
	assert_scan(opened, "a/0 1 a_0.json");
	put_file(scratch, "b_0.json", "{\"value\": 2}");
	assert_scan(opened, "a/0 1 a_0.json; b/0 2 b_0.json");
	remove_file(scratch, "a_0.json");
	assert_scan(opened, "b/0 2 b_0.json");
	close_store(opened);
}

/* --- what changed --- */

static void
only_what_changed_is_delivered(void **state)
{
	struct scratch *scratch = *state;
	struct opened *opened;

	put_file(scratch, "a_0.json", "{\"value\": 1}");
	put_file(scratch, "b_0.json", "{\"value\": 1}");
	put_file(scratch, "c_0.json", "{\"value\": 1}");
	opened = open_dir_store(scratch, STORE_READ, "");
	assert_scan(opened, "a/0 1 a_0.json; b/0 1 b_0.json; c/0 1 c_0.json");
	assert_false(has_changed(opened));

	put_file(scratch, "a_0.json", "{\"value\": 2}");
	assert_true(has_changed(opened));
	assert_changes(opened, "a/0 2 a_0.json");
	assert_false(has_changed(opened));

	overwrite_file(scratch, "b_0.json", "{\"value\": 3}");
	assert_changes(opened, "b/0 3 b_0.json");
	remove_file(scratch, "c_0.json");
	put_file(scratch, "d_0.json", "{\"value\": 4}");
	assert_changes(opened, "c/0 - gone c_0.json; d/0 4 d_0.json");
	assert_changes(opened, "");
	close_store(opened);
}

/* The kernel keeps only so many events; then it says that some are lost. */
static void
events_that_are_lost_lose_no_change(void **state)
{
	struct scratch *scratch = *state;
	struct opened *opened;
	FILE *limit = fopen("/proc/sys/fs/inotify/max_queued_events", "r");
	int events = 0;

	assert_non_null(limit);
	assert_int_equal(fscanf(limit, "%d", &events), 1);
	fclose(limit);
	put_file(scratch, "a_0.json", "{\"value\": 1}");
	put_file(scratch, "b_0.json", "{\"value\": 1}");
	put_file(scratch, "z_0.json", "{\"value\": 1}");
	opened = open_dir_store(scratch, STORE_READ, "");
	assert_scan(opened, "a/0 1 a_0.json; b/0 1 b_0.json; z/0 1 z_0.json");
	for (int i = 0; i <= events / 2; i++) {
		set_mtime(scratch, "a_0.json", 1700000000 + i);
		set_mtime(scratch, "b_0.json", 1700000000 + i);
	}
	put_file(scratch, "c_0.json", "{\"value\": 2}");
	remove_file(scratch, "z_0.json");
	assert_true(has_changed(opened));
	assert_changes(opened, "a/0 1 a_0.json; b/0 1 b_0.json; c/0 2 c_0.json; "
			       "z/0 - gone z_0.json");
	assert_false(has_changed(opened));
	close_store(opened);
}

static void
temporary_files_are_no_change(void **state)
{
	struct scratch *scratch = *state;
	struct opened *opened = open_dir_store(scratch, STORE_READ, "");

	assert_scan(opened, "");
	put_file(scratch, "a_0.json.tmp", "{");
	put_file(scratch, ".ckptop-abcdefghijkl.tmp", "{");
	assert_false(has_changed(opened));
	close_store(opened);
}

static void
a_renamed_file_keeps_its_key_or_gets_a_new_one(void **state)
{
	struct scratch *scratch = *state;
	struct opened *opened;

	put_file(scratch, "a_0.json", "{\"value\": 1}");
	put_file(scratch, "b_0.json",
		"{\"job\": \"b\", \"partition\": \"0\", \"value\": 2}");
	opened = open_dir_store(scratch, STORE_READ, "");
	assert_scan(opened, "a/0 1 a_0.json; b/0 2 b_0.json");
	renameat(scratch->fd, "a_0.json", scratch->fd, "c_0.json");
	renameat(scratch->fd, "b_0.json", scratch->fd, "x.json");
	assert_changes(opened, "a/0 - gone a_0.json; b/0 2 x.json; c/0 1 c_0.json");
	close_store(opened);
}

static void
a_key_that_changes_inside_is_gone_and_there(void **state)
{
	struct scratch *scratch = *state;
	struct opened *opened;

	put_file(scratch, "x.json",
		"{\"job\": \"a\", \"partition\": \"0\", \"value\": 1}");
	opened = open_dir_store(scratch, STORE_READ, "");
	assert_scan(opened, "a/0 1 x.json");
	put_file(scratch, "x.json",
		"{\"job\": \"b\", \"partition\": \"0\", \"value\": 1}");
	assert_changes(opened, "a/0 - gone x.json; b/0 1 x.json");
	put_file(scratch, "x.json", "{\"value\": 1}");
	assert_changes(opened, "b/0 - gone x.json");
	assert_true(fact_is(opened, "names", "x.json"));
	close_store(opened);
}

static void
a_single_look_up_hides_no_change(void **state)
{
	struct scratch *scratch = *state;
	struct opened *opened;
	struct rows rows = { 0 };
	bool whole, steady;
	struct err err = { 0 };

	put_file(scratch, "a_0.json", "{\"value\": 1}");
	opened = open_dir_store(scratch, STORE_READ, "");
	assert_scan(opened, "a/0 1 a_0.json");
	put_file(scratch, "b_0.json", "{\"value\": 2}");
	remove_file(scratch, "a_0.json");
	assert_int_equal(
		store_load(opened->store, (struct key){ SPAN("none"), SPAN("0") },
			rows_add, &rows, &err),
		-1);
	assert_int_equal(err.kind, ERR_NOT_FOUND);
	assert_true(has_changed(opened));
	assert_int_equal(
		store_scan_changes(opened->store, rows_add, &rows, &whole, &steady, NULL),
		0);
	assert_true(whole && steady);
	assert_string_equal(rows_text(&rows), "b/0 2 b_0.json");
	rows_clear(&rows);
	close_store(opened);
}

/* --- handles that are not told (they write, or the file system is shared) --- */

static void
marks_find_changes_without_being_told(void **state)
{
	struct scratch *scratch = *state;
	struct opened *opened;

	put_file(scratch, "a_0.json", "{\"value\": 1}");
	put_file(scratch, "b_0.json", "{\"value\": 1}");
	opened = open_dir_store(scratch, STORE_WRITE, "");
	assert_scan(opened, "a/0 1 a_0.json; b/0 1 b_0.json");
	assert_true(has_changed(opened));
	put_file(scratch, "a_0.json", "{\"value\": 2}");
	remove_file(scratch, "b_0.json");
	{
		struct rows rows = { 0 };
		bool whole, steady;

		assert_int_equal(store_scan_changes(opened->store, rows_add, &rows,
					 &whole, &steady, NULL),
			0);
		assert_false(whole);
		assert_true(steady);
		assert_string_equal(
			rows_text(&rows), "a/0 2 a_0.json; b/0 - gone b_0.json");
		rows_clear(&rows);
	}
	close_store(opened);
}

static void
an_old_mtime_of_the_same_size_is_still_a_change(void **state)
{
	struct scratch *scratch = *state;
	struct opened *opened;

	put_file(scratch, "a_0.json", "{\"value\": 1}");
	set_mtime(scratch, "a_0.json", 1700000000);
	opened = open_dir_store(scratch, STORE_WRITE, "");
	assert_scan(opened, "a/0 1 a_0.json");
	overwrite_file(scratch, "a_0.json", "{\"value\": 2}");
	set_mtime(scratch, "a_0.json", 1700000000);
	assert_changes(opened, "a/0 2 a_0.json");
	close_store(opened);
}

/* --- files being written --- */

static const struct scratch *writing;

static void
finish_writing(void)
{
	overwrite_file(writing, "a_0.json", "{\"value\": 7}");
}

static void
remove_it(void)
{
	remove_file(writing, "a_0.json");
}

/* F19 pipeline_writes_in_place */
static void
half_a_file_is_no_damage_while_its_writer_is_at_work(void **state)
{
	struct scratch *scratch = *state;
	struct opened *opened;

	writing = scratch;
	put_file(scratch, "a_0.json", "{\"val");
	put_file(scratch, "b_0.json", "{\"value\": 1");
	opened = open_dir_store(scratch, STORE_READ, "");
	meanwhile = finish_writing;
	assert_scan(opened, "a/0 7 a_0.json; b/0 - !file cut off b_0.json");
	overwrite_file(scratch, "a_0.json", "");
	meanwhile = finish_writing;
	assert_changes(opened, "a/0 7 a_0.json");
	overwrite_file(scratch, "a_0.json", "");
	meanwhile = remove_it;
	assert_changes(opened, "a/0 - gone a_0.json");
	close_store(opened);
}

/* Scans everything while a writer is at work; what is there afterwards is found by the
 * next scan of changes, which is whole again. */
static void
assert_no_ghost(struct opened *opened, void (*change)(void), const char *delivered,
	const char *afterwards)
{
	struct rows rows = { 0 };
	bool whole = false, steady = true;

	meanwhile = change;
	assert_int_equal(store_scan(opened->store, rows_add, &rows, &steady, NULL), 0);
	assert_string_equal(rows_text(&rows), delivered);
	assert_false(steady);
	rows_clear(&rows);
	assert_true(has_changed(opened));
	assert_int_equal(
		store_scan_changes(opened->store, rows_add, &rows, &whole, &steady, NULL),
		0);
	assert_true(whole && steady);
	assert_string_equal(rows_text(&rows), afterwards);
	rows_clear(&rows);
	assert_changes(opened, "");
}

static void
change_its_key(void)
{
	put_file(writing, "a_0.json",
		"{\"job\": \"c\", \"partition\": \"0\", \"value\": 1}");
}

/* The row was delivered, and its file goes (or gets another key) before the scan ends. */
static void
what_goes_during_a_whole_look_is_no_ghost(void **state)
{
	struct scratch *scratch = *state;
	struct opened *opened;

	writing = scratch;
	put_file(scratch, "b_0.json", "{\"value\": 1");
	put_file(scratch, "a_0.json", "{\"value\": 1}");
	opened = open_dir_store(scratch, STORE_READ, "");
	assert_no_ghost(opened, remove_it, "a/0 1 a_0.json; b/0 - !file cut off b_0.json",
		"b/0 - !file cut off b_0.json");
	put_file(scratch, "b_0.json", "{\"value\": 1");
	put_file(scratch, "a_0.json", "{\"value\": 1}");
	assert_no_ghost(opened, change_its_key,
		"a/0 1 a_0.json; b/0 - !file cut off b_0.json; c/0 1 a_0.json",
		"b/0 - !file cut off b_0.json; c/0 1 a_0.json");
	close_store(opened);
}

static void
damage_comes_and_goes(void **state)
{
	struct scratch *scratch = *state;
	struct opened *opened;

	put_file(scratch, "a_0.json", "{\"value\": 1}");
	opened = open_dir_store(scratch, STORE_READ, "");
	assert_scan(opened, "a/0 1 a_0.json");
	overwrite_file(scratch, "a_0.json", "{\"value\": 1");
	assert_changes(opened, "a/0 - !file cut off a_0.json");
	assert_true(fact_is(opened, "damage", "1 file cannot be read"));
	overwrite_file(scratch, "a_0.json", "{\"value\": 12}");
	assert_changes(opened, "a/0 12 a_0.json");
	assert_true(fact_is(opened, "damage", NULL));
	close_store(opened);
}

/* --- one checkpoint --- */

static void
assert_load(struct opened *opened, const char *job, const char *partition,
	const char *expected)
{
	struct rows rows = { 0 };
	struct err err = { 0 };
	int status = store_load(opened->store,
		(struct key){ span_of(job), span_of(partition) }, rows_add, &rows, &err);

	if (expected == NULL) {
		assert_int_equal(status, -1);
		assert_int_equal(err.kind, ERR_NOT_FOUND);
	} else {
		assert_int_equal(status, 0);
		assert_int_equal(rows.count, 1);
		assert_string_equal(rows_text(&rows), expected);
	}
	rows_clear(&rows);
}

static void
a_checkpoint_is_found_whatever_its_file_is_called(void **state)
{
	struct scratch *scratch = *state;
	struct opened *opened;

	put_file(scratch, "orders_0.json", "{\"value\": 5}");
	put_file(scratch, "odd.json",
		"{\"job\": \"a/b\", \"partition\": \"0\", \"value\": 6}");
	put_file(scratch, "broken_0.json", "[");
	opened = open_dir_store(scratch, STORE_READ, "");
	assert_load(opened, "orders", "0", "orders/0 5 orders_0.json");
	assert_load(opened, "a/b", "0", "a\\/b/0 6 odd.json");
	assert_load(opened, "broken", "0", "broken/0 - !file cut off broken_0.json");
	assert_load(opened, "orders", "1", NULL);
	assert_load(opened, "../orders", "0", NULL);
	assert_load(opened, "odd", "", NULL);
	close_store(opened);
}

/* a_b_c.json may be a_b/c or a/b_c: a list must guess, who asks knows. */
static void
an_ambiguous_name_answers_to_both_keys_until_it_says_one(void **state)
{
	struct scratch *scratch = *state;
	struct opened *opened;

	put_file(scratch, "a_b_c.json", "{\"value\": 5}");
	opened = open_dir_store(scratch, STORE_READ, "");
	assert_scan(opened, "a_b/c 5 ~ a_b_c.json");
	assert_load(opened, "a_b", "c", "a_b/c 5 ~ a_b_c.json");
	assert_load(opened, "a", "b_c", "a/b_c 5 ~ a_b_c.json");
	put_file(scratch, "a_b_c.json",
		"{\"job\": \"a\", \"partition\": \"b_c\", \"value\": 6}");
	assert_load(opened, "a", "b_c", "a/b_c 6 a_b_c.json");
	assert_load(opened, "a_b", "c", NULL);
	close_store(opened);
}

/* --- interrupts --- */

struct interrupting {
	struct store *store;
	size_t rows;
};

static void
interrupt_it(void *arg, const struct ckpt *row)
{
	struct interrupting *interrupting = arg;

	(void)row;
	if (++interrupting->rows == 2)
		store_interrupt(interrupting->store);
}

static void
a_look_can_be_interrupted_between_files(void **state)
{
	struct scratch *scratch = *state;
	struct opened *opened;
	struct interrupting interrupting = { 0 };
	struct err err = { 0 };
	bool steady = true;

	for (int i = 0; i < 10; i++) {
		char name[32];

		snprintf(name, sizeof(name), "a_%d.json", i);
		put_file(scratch, name, "{\"value\": 1}");
	}
	opened = open_dir_store(scratch, STORE_READ, "");
	interrupting.store = opened->store;
	assert_int_equal(
		store_scan(opened->store, interrupt_it, &interrupting, &steady, &err),
		-1);
	assert_int_equal(err.kind, ERR_UNREACHABLE);
	assert_false(steady);
	assert_int_equal(interrupting.rows, 2);
	assert_true(has_changed(opened));
	interrupting.rows = 3;
	assert_int_equal(
		store_scan(opened->store, interrupt_it, &interrupting, &steady, NULL), 0);
	assert_int_equal(interrupting.rows, 13);
	close_store(opened);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, scratch_make, scratch_remove)

int
main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(every_file_is_a_row),
		TEST(a_rule_of_the_user_leaves_other_files_out),
		TEST(an_empty_directory_is_a_store),
		TEST(whole_looks_go_on_delivering_everything),
		TEST(only_what_changed_is_delivered),
		TEST(events_that_are_lost_lose_no_change),
		TEST(temporary_files_are_no_change),
		TEST(a_renamed_file_keeps_its_key_or_gets_a_new_one),
		TEST(a_key_that_changes_inside_is_gone_and_there),
		TEST(a_single_look_up_hides_no_change),
		TEST(marks_find_changes_without_being_told),
		TEST(an_old_mtime_of_the_same_size_is_still_a_change),
		TEST(half_a_file_is_no_damage_while_its_writer_is_at_work),
		TEST(what_goes_during_a_whole_look_is_no_ghost),
		TEST(damage_comes_and_goes),
		TEST(a_checkpoint_is_found_whatever_its_file_is_called),
		TEST(an_ambiguous_name_answers_to_both_keys_until_it_says_one),
		TEST(a_look_can_be_interrupted_between_files),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
