/* SPDX-License-Identifier: MIT
 * The directory itself: gone, replaced, linked, and what is said about it. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "rows.h"

/* --- the directory itself --- */

static void
move_away(const struct scratch *scratch, char *aside, size_t size)
{
	snprintf(aside, size, "%.4000s.aside", scratch->path);
	assert_int_equal(rename(scratch->path, aside), 0);
}

static void
a_directory_that_is_gone_is_not_empty(void **state)
{
	struct scratch *scratch = *state;
	struct opened *opened;
	char aside[PATH_MAX];
	struct err err = { 0 };
	bool changed, steady;
	struct rows rows = { 0 };

	put_file(scratch, "a_0.json", "{\"value\": 1}");
	opened = open_dir_store(scratch, STORE_READ, "");
	assert_scan(opened, "a/0 1 a_0.json");
	move_away(scratch, aside, sizeof(aside));
	assert_int_equal(store_changed(opened->store, &changed, &err), -1);
	assert_int_equal(err.kind, ERR_UNREACHABLE);
	assert_non_null(strstr(err.text, scratch->path));
	err_clear(&err);
	assert_int_equal(store_scan(opened->store, rows_add, &rows, &steady, &err), -1);
	assert_int_equal(err.kind, ERR_UNREACHABLE);
	assert_int_equal(rows.count, 0);
	assert_int_equal(rename(aside, scratch->path), 0);
	assert_true(has_changed(opened));
	assert_scan(opened, "a/0 1 a_0.json");
	close_store(opened);
}

static void
a_directory_that_was_replaced_is_opened_again(void **state)
{
	struct scratch *scratch = *state;
	struct opened *opened;
	char aside[PATH_MAX], path[PATH_MAX + 16];
	int fd;

	put_file(scratch, "a_0.json", "{\"value\": 1}");
	put_file(scratch, "b_0.json", "{\"value\": 1}");
	opened = open_dir_store(scratch, STORE_READ, "");
	assert_scan(opened, "a/0 1 a_0.json; b/0 1 b_0.json");
	move_away(scratch, aside, sizeof(aside));
	assert_int_equal(mkdir(scratch->path, 0777), 0);
	snprintf(path, sizeof(path), "%s/a_0.json", scratch->path);
	fd = open(path, O_WRONLY | O_CREAT, 0666);
	assert_int_equal(write(fd, "{\"value\": 2}", 12), 12);
	close(fd);
	assert_true(has_changed(opened));
	assert_changes(opened, "a/0 2 a_0.json; b/0 - gone b_0.json");
	assert_true(fact_is(opened, "replaced", "replaced"));
	/* It is the new one that is watched now. */
	assert_false(has_changed(opened));
	unlink(path);
	assert_changes(opened, "a/0 - gone a_0.json");
	close_store(opened);
	assert_int_equal(rmdir(scratch->path), 0);
	assert_int_equal(rename(aside, scratch->path), 0);
}

/* Removes a file that must hold these words. */
static void
take_file(const char *directory, const char *name, const char *words)
{
	char path[PATH_MAX + 16], bytes[512] = "";
	int fd;

	snprintf(path, sizeof(path), "%.4000s/%s", directory, name);
	fd = open(path, O_RDONLY);
	assert_true(fd >= 0);
	assert_true(read(fd, bytes, sizeof(bytes) - 1) > 0);
	close(fd);
	assert_non_null(strstr(bytes, words));
	assert_int_equal(unlink(path), 0);
}

/* F16 dir_deleted / replaced_while_running */
static void
no_write_reaches_a_directory_that_is_no_longer_there(void **state)
{
	struct scratch *scratch = *state;
	struct opened *reader, *writer;
	struct change change = { .key = { SPAN("a"), SPAN("0") },
		.value = SPAN("7"),
		.updated_at = INT64_C(1795316861) * SECOND };
	char aside[PATH_MAX];
	struct err err = { 0 };

	put_file(scratch, "a_0.json", "{\"value\": 1}");
	reader = open_dir_store(scratch, STORE_READ, "");
	writer = open_dir_store(scratch, STORE_WRITE, "");
	assert_scan(reader, "a/0 1 a_0.json");
	move_away(scratch, aside, sizeof(aside));
	assert_int_equal(store_save(writer->store, &change, &err), CHANGE_FAILED);
	assert_int_equal(err.kind, ERR_UNREACHABLE);
	assert_int_equal(mkdir(scratch->path, 0777), 0);
	err_clear(&err);
	assert_int_equal(store_save(writer->store, &change, &err), CHANGE_DONE);
	assert_changes(reader, "a/0 7 a_0.json");
	assert_true(fact_is(reader, "replaced", "the directory was replaced"));
	take_file(scratch->path, "a_0.json", "\"value\": 7");
	close_store(reader);
	close_store(writer);
	assert_int_equal(rmdir(scratch->path), 0);
	assert_int_equal(rename(aside, scratch->path), 0);
	take_file(scratch->path, "a_0.json", "{\"value\": 1}");
}

static void
a_link_to_a_directory_is_followed(void **state)
{
	struct scratch *scratch = *state;
	struct scratch link = *scratch;
	struct opened *opened;

	put_file(scratch, "a_0.json", "{\"value\": 1}");
	snprintf(link.path, sizeof(link.path), "%.4000s.link", scratch->path);
	assert_int_equal(symlink(scratch->path, link.path), 0);
	opened = open_dir_store(&link, STORE_READ, "");
	assert_scan(opened, "a/0 1 a_0.json");
	assert_false(has_changed(opened));
	close_store(opened);
	assert_int_equal(unlink(link.path), 0);
}

static void
what_is_no_directory_is_refused(void **state)
{
	struct scratch *scratch = *state;
	char uri[PATH_MAX + 32];
	struct store_config config = { .uri = uri };
	struct store *store;
	struct err err = { 0 };

	put_file(scratch, "file", "");
	snprintf(uri, sizeof(uri), "dir:%s/file", scratch->path);
	assert_int_equal(store_open(&store, &config, STORE_READ, &err), -1);
	assert_int_equal(err.kind, ERR_UNREACHABLE);
	err_clear(&err);
	snprintf(uri, sizeof(uri), "dir:%s/none", scratch->path);
	assert_int_equal(store_open(&store, &config, STORE_READ, &err), -1);
	assert_int_equal(err.kind, ERR_UNREACHABLE);
	err_clear(&err);
	snprintf(uri, sizeof(uri), "dir:");
	assert_int_equal(store_open(&store, &config, STORE_READ, &err), -1);
	assert_int_equal(err.kind, ERR_USAGE);
}

/* --- facts --- */

static void
left_over_files_are_counted(void **state)
{
	struct scratch *scratch = *state;
	struct opened *opened;

	put_file(scratch, "a_0.json.tmp", "{");
	put_file(scratch, "b_0.json.tmp", "{");
	set_mtime(scratch, "a_0.json.tmp", time(NULL) - 90);
	opened = open_dir_store(scratch, STORE_READ, "");
	assert_scan(opened, "");
	assert_true(fact_is(opened, "files", "1 left-over .tmp"));
	assert_true(fact_is(opened, "left over", "a_0.json.tmp"));
	close_store(opened);
}

static void
links_and_times_are_warned_of(void **state)
{
	struct scratch *scratch = *state;
	struct opened *opened;

	put_file(scratch, "a_0.json",
		"{\"value\": 1, \"timestamp\": \"2001-01-01T00:00:00Z\"}");
	put_file(scratch, "b_0.json", "{\"value\": 1}");
	assert_int_equal(linkat(scratch->fd, "b_0.json", scratch->fd, "b_1.json", 0), 0);
	opened = open_dir_store(scratch, STORE_READ, "");
	assert_scan(opened, "a/0 1 a_0.json; b/0 1 b_0.json; b/1 1 b_1.json");
	assert_true(fact_is(opened, "times", "1 file has mtime != timestamp"));
	assert_true(fact_is(opened, "times", "a_0.json"));
	assert_true(fact_is(opened, "links", "b_0.json, b_1.json"));
	assert_true(fact_is(opened, "writes", "allowed for this user"));
	assert_string_equal(store_facts(opened->store)->kind, "json dir");
	assert_non_null(strstr(store_facts(opened->store)->where, scratch->path));
	/* That one of its names is gone, the kernel tells nobody who watches the other.
	 */
	remove_file(scratch, "b_1.json");
	set_mtime(scratch, "b_0.json", 1700000000);
	assert_changes(opened, "b/0 1 b_0.json; b/1 - gone b_1.json");
	assert_true(fact_is(opened, "links", NULL));
	close_store(opened);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, scratch_make, scratch_remove)

int
main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(a_directory_that_is_gone_is_not_empty),
		TEST(a_directory_that_was_replaced_is_opened_again),
		TEST(no_write_reaches_a_directory_that_is_no_longer_there),
		TEST(a_link_to_a_directory_is_followed),
		TEST(what_is_no_directory_is_refused),
		TEST(left_over_files_are_counted),
		TEST(links_and_times_are_warned_of),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
