/* SPDX-License-Identifier: MIT
 * The library as a pipeline calls it. This program's own fsync() comes before the C
 * library's, so that a save can have an unknown outcome. */
#include "lib/handle.h"

#include <errno.h>
#include <fcntl.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cmocka.h>

#include "../base/scratch.h"
#include "base/clock.h"

/* The call of fsync() that fails, counted from 1; 0: none. */
static int failing_sync;

int fsync(int fd);

int
fsync(int fd)
{
	if (failing_sync > 0 && --failing_sync == 0) {
		errno = EIO;
		return -1;
	}
	return (int)syscall(SYS_fsync, fd);
}

static struct ckpt_handle *
open_store(const struct scratch *scratch)
{
	struct ckpt_handle *handle;
	char uri[PATH_MAX + 8];

	snprintf(uri, sizeof(uri), "dir:%s", scratch->path);
	if (ckpt_open(&handle, uri) != CKPT_OK)
		fail_msg("%s", ckpt_error(handle));
	return handle;
}

static void
put(const struct scratch *scratch, const char *name, const char *text)
{
	int fd = openat(scratch->fd, name, O_WRONLY | O_CREAT | O_TRUNC, 0666);

	assert_int_equal(write(fd, text, strlen(text)), strlen(text));
	close(fd);
}

static void
assert_value(struct ckpt_handle *handle, const char *expected)
{
	const char *value = NULL;

	assert_int_equal(ckpt_load(handle, "orders", "0", &value, NULL), CKPT_OK);
	assert_string_equal(value, expected);
}

#define LOAD(handle)	    ckpt_load(handle, "orders", "0", NULL, NULL)
#define SAVE(handle, value) ckpt_save(handle, "orders", "0", value, NULL)
#define SAVE_IF(handle, value, expected)                                                 \
	ckpt_save_if(handle, "orders", "0", value, NULL, expected)

/* --- loading --- */

static void
a_partition_may_be_empty_a_job_may_not(void **state)
{
	struct ckpt_handle *handle = open_store(*state);
	const char *value = NULL;

	assert_int_equal(ckpt_load(handle, "orders", "", &value, NULL), CKPT_NOT_FOUND);
	assert_int_equal(ckpt_save(handle, "orders", "", "5", NULL), CKPT_OK);
	assert_int_equal(ckpt_save(handle, "orders", "", "6", NULL), CKPT_OK);
	assert_int_equal(ckpt_load(handle, "orders", "", &value, NULL), CKPT_OK);
	assert_string_equal(value, "6");
	assert_int_equal(ckpt_save(handle, "", "0", "5", NULL), CKPT_USAGE);
	assert_non_null(strstr(ckpt_error(handle), "job"));
	assert_int_equal(ckpt_save(handle, "orders", NULL, "5", NULL), CKPT_USAGE);
	assert_non_null(strstr(ckpt_error(handle), "partition"));
	ckpt_close(handle);
}

static void
what_was_saved_is_loaded(void **state)
{
	struct ckpt_handle *handle = open_store(*state);
	const char *value = "left", *metadata = "left";

	assert_int_equal(
		ckpt_load(handle, "orders", "0", &value, &metadata), CKPT_NOT_FOUND);
	assert_null(value);
	assert_string_equal(metadata, "");
	assert_string_equal(ckpt_error(handle), "");
	assert_int_equal(
		ckpt_save(handle, "orders", "0", "88412007", "{\"host\":\"w7\"}"),
		CKPT_OK);
	assert_int_equal(ckpt_load(handle, "orders", "0", &value, &metadata), CKPT_OK);
	assert_string_equal(value, "88412007");
	assert_string_equal(metadata, "{\"host\":\"w7\"}");
	assert_int_equal(LOAD(handle), CKPT_OK);
	ckpt_close(handle);
}

static void
damage_is_no_reason_to_start_over(void **state)
{
	struct ckpt_handle *handle = open_store(*state);
	const char *value = "left";

	put(*state, "orders_0.json", "");
	assert_int_equal(ckpt_load(handle, "orders", "0", &value, NULL), CKPT_UNREADABLE);
	assert_null(value);
	assert_non_null(strstr(ckpt_error(handle), "file empty"));
	assert_int_equal(SAVE(handle, "1"), CKPT_REFUSED);
	assert_int_equal(SAVE_IF(handle, "1", NULL), CKPT_REFUSED);
	assert_int_equal(
		ckpt_save_unfenced(handle, "orders", "0", "1", NULL), CKPT_REFUSED);
	put(*state, "orders_0.json", "{\"value\": \"a\\u0000b\"}");
	assert_int_equal(LOAD(handle), CKPT_UNREADABLE);
	assert_int_equal(SAVE(handle, "1"), CKPT_REFUSED);
	ckpt_close(handle);
}

static void
a_checkpoint_may_have_no_value(void **state)
{
	struct ckpt_handle *handle = open_store(*state);
	const char *value = "left";

	put(*state, "orders_0.json", "{\"value\": null}");
	assert_int_equal(ckpt_load(handle, "orders", "0", &value, NULL), CKPT_OK);
	assert_null(value);
	assert_int_equal(SAVE(handle, "5"), CKPT_OK);
	assert_value(handle, "5");
	ckpt_close(handle);
}

/* --- the fence --- */

static void
a_handle_saves_again_and_again(void **state)
{
	struct ckpt_handle *handle = open_store(*state);

	assert_int_equal(LOAD(handle), CKPT_NOT_FOUND);
	assert_int_equal(SAVE(handle, "1"), CKPT_OK);
	assert_int_equal(SAVE(handle, "002"), CKPT_OK);
	assert_int_equal(SAVE(handle, "2026-11-22"), CKPT_OK);
	assert_int_equal(SAVE(handle, "4"), CKPT_OK);
	assert_value(handle, "4");
	ckpt_close(handle);
}

static void
a_job_that_was_reset_is_stopped(void **state)
{
	struct ckpt_handle *job = open_store(*state), *person = open_store(*state);

	assert_int_equal(SAVE(job, "500"), CKPT_OK);
	assert_int_equal(ckpt_save_unfenced(person, "orders", "0", "100", NULL), CKPT_OK);
	assert_int_equal(SAVE(job, "501"), CKPT_FENCED);
	assert_non_null(strstr(ckpt_error(job), "100 now and not 500"));
	assert_int_equal(SAVE(job, "502"), CKPT_FENCED);
	assert_value(person, "100");
	/* Who loads again goes on. */
	assert_value(job, "100");
	assert_int_equal(SAVE(job, "101"), CKPT_OK);
	ckpt_close(job);
	ckpt_close(person);
}

static void
a_job_whose_checkpoint_was_deleted_does_not_bring_it_back(void **state)
{
	struct scratch *scratch = *state;
	struct ckpt_handle *job = open_store(scratch);

	assert_int_equal(SAVE(job, "500"), CKPT_OK);
	assert_int_equal(unlinkat(scratch->fd, "orders_0.json", 0), 0);
	assert_int_equal(SAVE(job, "501"), CKPT_FENCED);
	assert_non_null(strstr(ckpt_error(job), "absent now"));
	assert_int_equal(scratch_count(scratch, false), 0);
	ckpt_close(job);
}

static void
of_two_that_found_nothing_one_starts(void **state)
{
	struct ckpt_handle *one = open_store(*state), *two = open_store(*state);

	assert_int_equal(LOAD(one), CKPT_NOT_FOUND);
	assert_int_equal(LOAD(two), CKPT_NOT_FOUND);
	assert_int_equal(SAVE(one, "1"), CKPT_OK);
	assert_int_equal(SAVE(two, "1"), CKPT_FENCED);
	ckpt_close(one);
	ckpt_close(two);
}

static void
a_key_that_was_never_loaded_is_loaded_first(void **state)
{
	struct ckpt_handle *handle = open_store(*state);

	put(*state, "orders_0.json", "{\"value\": 5}");
	assert_int_equal(SAVE(handle, "6"), CKPT_OK);
	put(*state, "orders_0.json", "{\"value\": 5}");
	assert_int_equal(SAVE(handle, "7"), CKPT_FENCED);
	ckpt_close(handle);
}

static void
a_condition_needs_no_load(void **state)
{
	struct ckpt_handle *handle = open_store(*state);

	assert_int_equal(SAVE_IF(handle, "6", "5"), CKPT_FENCED);
	assert_int_equal(SAVE_IF(handle, "5", NULL), CKPT_OK);
	assert_int_equal(SAVE_IF(handle, "6", NULL), CKPT_FENCED);
	assert_int_equal(SAVE_IF(handle, "6", "4"), CKPT_FENCED);
	assert_non_null(strstr(ckpt_error(handle), "is 5, not 4 as required"));
	assert_null(strstr(ckpt_error(handle), "someone else"));
	assert_value(handle, "5");
	assert_int_equal(SAVE_IF(handle, "6", "5"), CKPT_OK);
	assert_value(handle, "6");
	ckpt_close(handle);
}

static void
after_an_unknown_outcome_the_job_goes_on(void **state)
{
	struct ckpt_handle *handle = open_store(*state);

	assert_int_equal(SAVE(handle, "1"), CKPT_OK);
	failing_sync = 2; /* the first is the file's, the second the directory's */
	assert_int_equal(SAVE(handle, "2"), CKPT_UNKNOWN);
	failing_sync = 0;
	assert_int_equal(SAVE(handle, "3"), CKPT_OK);
	failing_sync = 1;
	assert_int_equal(SAVE(handle, "4"), CKPT_FAILED);
	failing_sync = 0;
	assert_value(handle, "3");
	assert_int_equal(SAVE(handle, "4"), CKPT_OK);
	ckpt_close(handle);
}

/* A save whose outcome is not known, over a value that its handle never loaded: the
 * job goes on whatever became of it. */
static void
an_unknown_outcome_stops_no_job(void **state)
{
	struct ckpt_handle *handle;

	for (int call = 0; call < 3; call++) {
		handle = open_store(*state);
		if (call == 2)
			assert_int_equal(
				ckpt_save_unfenced(handle, "orders", "0", "3", NULL),
				CKPT_OK);
		put(*state, "orders_0.json", "{\"value\": 5}");
		failing_sync = 2;
		assert_int_equal(call == 0   ? SAVE(handle, "6")
				 : call == 1 ? SAVE_IF(handle, "6", "5")
					     : ckpt_save_unfenced(
						       handle, "orders", "0", "6", NULL),
			CKPT_UNKNOWN);
		failing_sync = 0;
		/* The power took it back. */
		put(*state, "orders_0.json", "{\"value\": 5}");
		assert_int_equal(SAVE(handle, "7"), CKPT_OK);
		ckpt_close(handle);
	}
	handle = open_store(*state);
	failing_sync = 2;
	assert_int_equal(SAVE(handle, "8"), CKPT_UNKNOWN);
	failing_sync = 0;
	put(*state, "orders_0.json", "{\"value\": 9}");
	assert_int_equal(SAVE(handle, "10"), CKPT_FENCED);
	ckpt_close(handle);
}

/* --- arguments --- */

static void
arguments_that_make_no_sense_are_told(void **state)
{
	struct ckpt_handle *handle = open_store(*state);

	assert_int_equal(ckpt_load(handle, NULL, "0", NULL, NULL), CKPT_USAGE);
	assert_int_equal(ckpt_load(handle, "", "0", NULL, NULL), CKPT_USAGE);
	assert_int_equal(ckpt_load(handle, "orders", NULL, NULL, NULL), CKPT_USAGE);
	assert_int_equal(SAVE(handle, NULL), CKPT_USAGE);
	assert_int_equal(ckpt_save(handle, "orders", "0", "1", "[1]"), CKPT_USAGE);
	assert_int_equal(ckpt_save(handle, "orders", "0", "1", ""), CKPT_USAGE);
	assert_int_equal(
		ckpt_save(handle, "orders", "0", "1", "{\"a\":1,\"a\":2}"), CKPT_USAGE);
	assert_true(strlen(ckpt_error(handle)) > 0);
	assert_int_equal(ckpt_save(handle, "../x", "0", "1", NULL), CKPT_REFUSED);
	assert_int_equal(scratch_count(*state, false), 0);
	assert_int_equal(SAVE(handle, "1"), CKPT_OK);
	assert_string_equal(ckpt_error(handle), "");
	assert_int_equal(LOAD(NULL), CKPT_USAGE);
	assert_int_equal(SAVE(NULL, "1"), CKPT_USAGE);
	ckpt_close(handle);
	ckpt_close(NULL);
}

static void
a_store_that_cannot_be_opened_says_why(void **state)
{
	struct ckpt_handle *handle;

	(void)state;
	assert_int_equal(ckpt_open(NULL, "dir:/"), CKPT_USAGE);
	assert_int_equal(ckpt_open(&handle, NULL), CKPT_USAGE);
	assert_true(strlen(ckpt_error(handle)) > 0);
	assert_int_equal(LOAD(handle), CKPT_USAGE);
	ckpt_close(handle);
	assert_int_equal(ckpt_open(&handle, "nosuch:x"), CKPT_USAGE);
	ckpt_close(handle);
	assert_int_equal(ckpt_open(&handle, "dir:/nonexistent/x"), CKPT_UNREACHABLE);
	assert_non_null(strstr(ckpt_error(handle), "/nonexistent/x"));
	assert_int_equal(SAVE(handle, "1"), CKPT_UNREACHABLE);
	assert_non_null(strstr(ckpt_error(handle), "/nonexistent/x"));
	ckpt_close(handle);
}

static void
a_child_does_not_use_the_handle_of_its_parent(void **state)
{
	struct ckpt_handle *handle = open_store(*state);
	int status;
	pid_t child = fork();

	if (child == 0) {
		bool refused = SAVE(handle, "1") == CKPT_FAILED &&
			       LOAD(handle) == CKPT_FAILED &&
			       strstr(ckpt_error(handle), "process") != NULL;

		ckpt_close(handle);
		_exit(refused ? 0 : 1);
	}
	assert_int_equal(waitpid(child, &status, 0), child);
	assert_int_equal(status, 0);
	assert_int_equal(SAVE(handle, "1"), CKPT_OK);
	ckpt_close(handle);
}

/* --- as the program uses it --- */

static void
a_handle_to_read_loads_and_does_not_save(void **state)
{
	struct scratch *scratch = *state;
	struct ckpt_handle *handle;
	char uri[PATH_MAX + 8];
	struct store_config config = { .name = "files", .uri = uri, .read_only = true };

	snprintf(uri, sizeof(uri), "dir:%s", scratch->path);
	put(scratch, "orders_0.json", "{\"value\": 5}");
	assert_int_equal(handle_open(&handle, &config, STORE_WRITE), CKPT_REFUSED);
	ckpt_close(handle);
	assert_int_equal(handle_open(&handle, &config, STORE_READ), CKPT_OK);
	assert_value(handle, "5");
	assert_int_equal(SAVE(handle, "6"), CKPT_REFUSED);
	assert_value(handle, "5");
	ckpt_close(handle);
}

/* --- in a database --- */

static struct ckpt_handle *
open_database(const struct scratch *scratch)
{
	struct ckpt_handle *handle;
	char uri[PATH_MAX + 16];
	struct store_config config = { .name = "state", .uri = uri };
	bool made;
	struct err err = { 0 };

	snprintf(uri, sizeof(uri), "sqlite:%s/state.db", scratch->path);
	if (handle_create(&config, &made, &err) != 0)
		fail_msg("%s", err.text);
	if (ckpt_open(&handle, uri) != CKPT_OK)
		fail_msg("%s", ckpt_error(handle));
	return handle;
}

static void
the_fence_stands_in_a_database_too(void **state)
{
	static const char *const values[] = { "1", "002", "1e3", "1.50", "", "x",
		"9007199254740993", "2026-11-22 03:07:41" };
	struct ckpt_handle *job = open_database(*state), *person = open_database(*state);

	assert_int_equal(LOAD(person), CKPT_NOT_FOUND);
	assert_int_equal(LOAD(job), CKPT_NOT_FOUND);
	for (size_t i = 0; i < sizeof(values) / sizeof(*values); i++) {
		assert_int_equal(SAVE(job, values[i]), CKPT_OK);
		assert_value(person, values[i]);
	}
	assert_int_equal(SAVE(person, "100"), CKPT_OK);
	assert_int_equal(SAVE(job, "101"), CKPT_FENCED);
	assert_int_equal(SAVE_IF(job, "101", NULL), CKPT_FENCED);
	assert_int_equal(SAVE_IF(job, "101", "100"), CKPT_OK);
	assert_int_equal(SAVE(person, "102"), CKPT_FENCED);
	assert_value(person, "101");
	ckpt_close(job);
	ckpt_close(person);
}

/* --- times --- */

static void
take_updated(void *arg, const struct ckpt *row)
{
	*(int64_t *)arg = row->updated.at;
}

static void
assert_saved_at(const struct store_config *config, int64_t from, int64_t until)
{
	const struct key key = { SPAN("orders"), SPAN("0") };
	struct store *store;
	int64_t at = TIME_NONE;

	assert_int_equal(store_open(&store, config, STORE_READ, NULL), 0);
	assert_int_equal(store_load(store, key, take_updated, &at, NULL), 0);
	assert_true(from <= at && at <= until);
	store_close(store);
}

static void
a_clock_may_be_wrong(void **state)
{
	const struct scratch *scratch = *state;
	struct zone *zone = zone_fixed(0);
	char uri[PATH_MAX + 8];
	struct store_config config = { .name = "files", .uri = uri, .zone = zone };
	struct ckpt_handle *handle;
	int64_t before;

	snprintf(uri, sizeof(uri), "dir:%s", scratch->path);
	assert_int_equal(handle_open(&handle, &config, STORE_WRITE), CKPT_OK);
	before = clock_now();
	handle_shift_clock(handle, -20 * MINUTE);
	assert_int_equal(SAVE(handle, "1"), CKPT_OK);
	assert_saved_at(&config, before - 20 * MINUTE, clock_now() - 20 * MINUTE);
	handle_shift_clock(handle, 7 * MINUTE);
	assert_int_equal(SAVE(handle, "2"), CKPT_OK);
	assert_saved_at(&config, before + 7 * MINUTE, clock_now() + 7 * MINUTE);
	handle_shift_clock(handle, 0);
	assert_int_equal(SAVE(handle, "3"), CKPT_OK);
	assert_saved_at(&config, before, clock_now());
	ckpt_close(handle);
	zone_free(zone);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, scratch_make, scratch_remove)

int
main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(what_was_saved_is_loaded),
		TEST(a_partition_may_be_empty_a_job_may_not),
		TEST(damage_is_no_reason_to_start_over),
		TEST(a_checkpoint_may_have_no_value),
		TEST(a_handle_saves_again_and_again),
		TEST(a_job_that_was_reset_is_stopped),
		TEST(a_job_whose_checkpoint_was_deleted_does_not_bring_it_back),
		TEST(of_two_that_found_nothing_one_starts),
		TEST(a_key_that_was_never_loaded_is_loaded_first),
		TEST(a_condition_needs_no_load),
		TEST(after_an_unknown_outcome_the_job_goes_on),
		TEST(an_unknown_outcome_stops_no_job),
		TEST(arguments_that_make_no_sense_are_told),
		TEST(a_store_that_cannot_be_opened_says_why),
		TEST(a_child_does_not_use_the_handle_of_its_parent),
		TEST(a_handle_to_read_loads_and_does_not_save),
		TEST(the_fence_stands_in_a_database_too),
		TEST(a_clock_may_be_wrong),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
