/* SPDX-License-Identifier: MIT
 * Saving into a directory: guards, refusals, other savers. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "rows.h"

#include <sys/file.h>
#include <sys/syscall.h>
#include <sys/wait.h>

#define VALUE(text, kind) ((struct guard){ GUARD_VALUE, SPAN(text), CKPT_STORAGE_##kind })

/* What somebody does while a half-written file is given a moment. */
static void (*meanwhile)(void);

int nanosleep(const struct timespec *time, struct timespec *left);

int
nanosleep(const struct timespec *time, struct timespec *left)
{
	void (*now)(void) = meanwhile;

	meanwhile = NULL;
	if (now != NULL)
		now();
	return (int)syscall(SYS_nanosleep, time, left);
}

/* Counts the files that are put on the disk while nobody has this directory locked. */
static const char *watched_place;
static int written_unlocked;

int fsync(int fd);

int
fsync(int fd)
{
	int place =
		watched_place != NULL ? open(watched_place, O_RDONLY | O_DIRECTORY) : -1;

	if (place >= 0) {
		written_unlocked += flock(place, LOCK_EX | LOCK_NB) == 0;
		close(place);
	}
	return (int)syscall(SYS_fsync, fd);
}

static const struct guard unguarded = { .kind = GUARD_NONE };
static const struct guard if_absent = { .kind = GUARD_ABSENT };

static struct change
change_of(const char *job, const char *partition, const char *value, struct guard guard)
{
	return (struct change){
		.key = { span_of(job), span_of(partition) },
		.value = span_of(value),
		.keep_metadata = true,
		.updated_at = clock_now(),
		.guard = guard,
	};
}

/* Saves orders/0, and says what came of it: "done", or the kind of the error. */
static const char *
save(struct opened *opened, const char *value, struct guard guard)
{
	struct change change = change_of("orders", "0", value, guard);
	struct err err = { 0 };
	enum change_result result = store_save(opened->store, &change, &err);

	assert_int_equal(result == CHANGE_DONE, err.kind == ERR_OK);
	assert_int_equal(result == CHANGE_CONFLICT, err.kind == ERR_CONFLICT);
	if (result != CHANGE_DONE)
		assert_non_null(strstr(err.text, "nothing was written"));
	return result == CHANGE_DONE ? "done" : err_word(err.kind);
}

static void
assert_file(const struct scratch *scratch, const char *name, const char *word)
{
	char *text = file_text(scratch, name);

	assert_non_null(text);
	if (strstr(text, word) == NULL)
		fail_msg("%s is not in %s", word, text);
	free(text);
}

/* --- guards --- */

static void
guards_decide(void **state)
{
	const struct {
		const char *there; /* NULL: no file */
		struct guard guard;
		const char *outcome;
	} cases[] = {
		{ NULL, unguarded, "done" },
		{ NULL, if_absent, "done" },
		{ NULL, VALUE("5", INTEGER), "conflict" },
		{ "{\"value\": 5}", unguarded, "done" },
		{ "{\"value\": 5}", if_absent, "conflict" },
		{ "{\"value\": 5}", VALUE("5", INTEGER), "done" },
		{ "{\"value\": 5}", VALUE("6", INTEGER), "conflict" },
		{ "{\"value\": 5}", VALUE("5", TEXT), "conflict" },
		{ "{\"value\": \"5\"}", VALUE("5", INTEGER), "conflict" },
		{ "{\"value\": \"\\u0035\"}", VALUE("5", TEXT), "done" },
		{ "{\"value\": 5.0}", VALUE("5", REAL), "conflict" },
		{ "{\"value\": null}", { GUARD_VALUE, { NULL, 0 }, CKPT_STORAGE_NULL },
			"done" },
		{ "{\"value\": \"\"}", { GUARD_VALUE, { NULL, 0 }, CKPT_STORAGE_NULL },
			"conflict" },
		{ "{\"value\": null}", VALUE("", TEXT), "conflict" },
	};
	struct scratch *scratch = *state;
	struct opened *opened = open_dir_store(scratch, STORE_WRITE, "");

	for (size_t i = 0; i < sizeof(cases) / sizeof(*cases); i++) {
		bool done = strcmp(cases[i].outcome, "done") == 0;
		char *after;

		unlinkat(scratch->fd, "orders_0.json", 0);
		if (cases[i].there != NULL)
			put_file(scratch, "orders_0.json", cases[i].there);
		assert_string_equal(save(opened, "77", cases[i].guard), cases[i].outcome);
		after = file_text(scratch, "orders_0.json");
		if (done)
			assert_non_null(strstr(after, "77"));
		else if (cases[i].there == NULL)
			assert_null(after);
		else
			assert_string_equal(after, cases[i].there);
		free(after);
		assert_int_equal(scratch_count(scratch, false), after != NULL);
	}
	close_store(opened);
}

static void
a_conflict_says_what_is_there_now(void **state)
{
	struct opened *opened = open_dir_store(*state, STORE_WRITE, "");
	struct change change = change_of("orders", "0", "7", VALUE("5", INTEGER));
	struct err err = { 0 };

	put_file(*state, "orders_0.json",
		"{\"value\": 6, \"timestamp\": \"2026-11-22T03:07:41\"}");
	assert_int_equal(store_save(opened->store, &change, &err), CHANGE_CONFLICT);
	assert_non_null(strstr(err.text, "orders_0.json is 6 now"));
	assert_non_null(strstr(err.text, "saved 2026-11-22T03:07:41"));
	close_store(opened);
}

static void
a_handle_that_reads_does_not_write(void **state)
{
	struct opened *opened = open_dir_store(*state, STORE_READ, "");

	assert_string_equal(save(opened, "7", unguarded), "refused");
	assert_int_equal(scratch_count(*state, false), 0);
	close_store(opened);
}

/* --- which file --- */

static void
a_file_that_holds_another_key_is_left_alone(void **state)
{
	static const char other[] =
		"{\"job\": \"a_b\", \"partition\": \"c\", \"value\": 5}";
	struct scratch *scratch = *state;
	struct opened *opened = open_dir_store(scratch, STORE_WRITE, "");
	struct change change = change_of("a", "b_c", "7", unguarded);
	struct err err = { 0 };
	char *after;

	put_file(scratch, "a_b_c.json", other);
	assert_int_equal(store_save(opened->store, &change, &err), CHANGE_FAILED);
	assert_int_equal(err.kind, ERR_REFUSED);
	assert_non_null(
		strstr(err.text, "a_b_c.json holds the checkpoint a_b/c, not a/b_c"));
	after = file_text(scratch, "a_b_c.json");
	assert_string_equal(after, other);
	free(after);
	close_store(opened);
}

static void
a_checkpoint_stays_in_the_file_it_is_in(void **state)
{
	struct scratch *scratch = *state;
	struct opened *opened = open_dir_store(scratch, STORE_WRITE, "");

	put_file(scratch, "odd name.json",
		"{\"job\": \"orders\", \"partition\": 0, \"value\": 5}");
	assert_string_equal(save(opened, "7", VALUE("5", INTEGER)), "done");
	assert_int_equal(scratch_count(scratch, false), 1);
	assert_file(scratch, "odd name.json",
		"{\"job\": \"orders\", \"partition\": 0, \"value\": 7");
	close_store(opened);
}

static void
a_name_that_would_not_be_found_again_is_not_made(void **state)
{
	struct scratch *scratch = *state;
	struct opened *opened = open_dir_store(
		scratch, STORE_WRITE, "?name_regex=^(.*)-([0-9]%2B)[.]json$");

	assert_string_equal(save(opened, "7", unguarded), "refused");
	assert_int_equal(scratch_count(scratch, false), 0);
	put_file(scratch, "orders-0.json", "{\"value\": 5}");
	assert_string_equal(save(opened, "7", unguarded), "done");
	assert_file(scratch, "orders-0.json", "\"value\": 7");
	close_store(opened);
}

static void
names_never_leave_the_directory(void **state)
{
	struct scratch *scratch = *state;
	struct opened *opened = open_dir_store(scratch, STORE_WRITE, "");
	struct change change = change_of("../x", "0", "7", unguarded);
	struct err err = { 0 };

	assert_int_equal(store_save(opened->store, &change, &err), CHANGE_FAILED);
	assert_int_equal(err.kind, ERR_REFUSED);
	assert_int_equal(scratch_count(scratch, false), 0);
	close_store(opened);
}

/* --- what is in the way --- */

static void
damage_is_not_written_over(void **state)
{
	static const char *const damaged[] = { "", "{\"value\": 5", "[1]",
		"{\"value\": 1, \"value\": 2}" };
	struct scratch *scratch = *state;
	struct opened *opened = open_dir_store(scratch, STORE_WRITE, "");

	for (size_t i = 0; i < sizeof(damaged) / sizeof(*damaged); i++) {
		char *after;

		put_file(scratch, "orders_0.json", damaged[i]);
		assert_string_equal(save(opened, "7", unguarded), "refused");
		assert_string_equal(save(opened, "7", if_absent), "refused");
		after = file_text(scratch, "orders_0.json");
		assert_string_equal(after, damaged[i]);
		free(after);
	}
	close_store(opened);
}

static void
links_are_not_written_through(void **state)
{
	struct scratch *scratch = *state;
	struct opened *opened = open_dir_store(scratch, STORE_WRITE, "");

	put_file(scratch, "target", "{\"value\": 5}");
	assert_int_equal(symlinkat("target", scratch->fd, "orders_0.json"), 0);
	assert_string_equal(save(opened, "7", unguarded), "refused");
	assert_file(scratch, "target", "{\"value\": 5}");
	close_store(opened);
}

static void
a_lock_is_waited_for_and_then_given_up(void **state)
{
	struct scratch *scratch = *state;
	struct opened *opened;
	struct store_config config = { .name = "files", .timeout = 20 * MILLISECOND };
	char uri[PATH_MAX + 8];
	struct store *store;
	struct change change = change_of("orders", "0", "7", unguarded);
	struct err err = { 0 };

	snprintf(uri, sizeof(uri), "dir:%s", scratch->path);
	config.uri = uri;
	assert_int_equal(store_open(&store, &config, STORE_WRITE, NULL), 0);
	assert_int_equal(flock(scratch->fd, LOCK_EX), 0);
	assert_int_equal(store_save(store, &change, &err), CHANGE_FAILED);
	assert_int_equal(err.kind, ERR_UNREACHABLE);
	assert_non_null(strstr(err.text, "nothing was written"));
	assert_int_equal(scratch_count(scratch, false), 0);
	assert_int_equal(flock(scratch->fd, LOCK_UN), 0);
	assert_int_equal(store_save(store, &change, NULL), CHANGE_DONE);
	/* Nothing keeps the lock after a save, done or not. */
	assert_int_equal(flock(scratch->fd, LOCK_EX | LOCK_NB), 0);
	assert_int_equal(flock(scratch->fd, LOCK_UN), 0);
	store_close(store);
	opened = open_dir_store(scratch, STORE_WRITE, "");
	assert_string_equal(save(opened, "8", if_absent), "conflict");
	assert_int_equal(flock(scratch->fd, LOCK_EX | LOCK_NB), 0);
	close_store(opened);
}

/* --- the directory --- */

static void
nothing_is_written_into_a_directory_that_was_moved_away(void **state)
{
	struct scratch *scratch = *state;
	struct opened *opened = open_dir_store(scratch, STORE_WRITE, "");
	char aside[PATH_MAX], path[PATH_MAX + 16];

	put_file(scratch, "orders_0.json", "{\"value\": 5}");
	snprintf(aside, sizeof(aside), "%.4000s.aside", scratch->path);
	assert_int_equal(rename(scratch->path, aside), 0);
	assert_int_equal(mkdir(scratch->path, 0777), 0);
	assert_string_equal(save(opened, "7", VALUE("5", INTEGER)), "conflict");
	assert_string_equal(save(opened, "7", if_absent), "done");
	assert_file(scratch, "orders_0.json", "{\"value\": 5}");
	close_store(opened);
	snprintf(path, sizeof(path), "%s/orders_0.json", scratch->path);
	assert_int_equal(unlink(path), 0);
	assert_int_equal(rmdir(scratch->path), 0);
	assert_int_equal(rename(aside, scratch->path), 0);
}

static const struct scratch *replaced;
static char replaced_aside[PATH_MAX];

/* While the reader waits for a half-written file: it becomes that of another key, and
 * then the whole directory is another one. */
static void
replace_directory(void)
{
	overwrite_file(replaced, "orders_0.json",
		"{\"job\": \"x\", \"partition\": \"1\", \"value\": 5}");
	assert_int_equal(rename(replaced->path, replaced_aside), 0);
	assert_int_equal(mkdir(replaced->path, 0777), 0);
}

/* Whoever locks the directory is kept out while a file of it is written. */
static void
the_directory_that_is_written_is_the_locked_one(void **state)
{
	struct scratch *scratch = *state;
	struct opened *opened = open_dir_store(scratch, STORE_WRITE, "");
	char path[PATH_MAX + 16];

	replaced = scratch;
	snprintf(replaced_aside, sizeof(replaced_aside), "%.4000s.aside", scratch->path);
	put_file(scratch, "orders_0.json", "{\"val");
	meanwhile = replace_directory;
	watched_place = scratch->path;
	written_unlocked = 0;
	assert_string_equal(save(opened, "7", unguarded), "done");
	watched_place = NULL;
	assert_null(meanwhile);
	assert_int_equal(written_unlocked, 0);
	close_store(opened);
	snprintf(path, sizeof(path), "%s/orders_0.json", scratch->path);
	assert_int_equal(unlink(path), 0);
	assert_int_equal(rmdir(scratch->path), 0);
	assert_int_equal(rename(replaced_aside, scratch->path), 0);
}

static void
the_mode_of_a_file_is_kept(void **state)
{
	struct scratch *scratch = *state;
	struct opened *opened = open_dir_store(scratch, STORE_WRITE, "");
	struct stat status;

	put_file(scratch, "orders_0.json", "{\"value\": 5}");
	assert_int_equal(fchmodat(scratch->fd, "orders_0.json", 0664, 0), 0);
	assert_string_equal(save(opened, "7", unguarded), "done");
	assert_int_equal(fstatat(scratch->fd, "orders_0.json", &status, 0), 0);
	assert_int_equal(status.st_mode & 07777, 0664);
	assert_int_equal(scratch_count(scratch, false), 1);
	close_store(opened);
}

static void
an_empty_store_is_a_new_directory(void **state)
{
	struct scratch *scratch = *state;
	char uri[PATH_MAX + 16];
	struct store_config config = { .uri = uri };
	struct err err = { 0 };
	bool made;

	snprintf(uri, sizeof(uri), "dir:%s/a/b", scratch->path);
	assert_int_equal(store_create(&config, &made, &err), 0);
	assert_true(made);
	assert_int_equal(store_create(&config, &made, &err), 0);
	assert_false(made);
	assert_int_equal(unlinkat(scratch->fd, "a/b", AT_REMOVEDIR), 0);
	put_file(scratch, "file", "");
	snprintf(uri, sizeof(uri), "dir:%s/file", scratch->path);
	assert_int_equal(store_create(&config, &made, &err), -1);
	assert_int_equal(err.kind, ERR_REFUSED);
}

/* --- several savers --- */

#define SAVERS	   3
#define INCREMENTS 25

struct seen {
	char value[32];
	enum ckpt_storage storage;
};

static void
note(void *arg, const struct ckpt *row)
{
	struct seen *seen = arg;

	snprintf(seen->value, sizeof(seen->value), "%.*s", (int)row->value.len,
		row->value.at);
	seen->storage = row->storage;
}

/* Adds 1 until it has been the one who did so INCREMENTS times. */
static int
increment(const struct scratch *scratch)
{
	struct opened *opened = open_dir_store(scratch, STORE_WRITE, "");
	struct key key = { SPAN("orders"), SPAN("0") };

	for (int done = 0; done < INCREMENTS;) {
		struct seen seen = { 0 };
		struct change change;
		char next[32];
		enum change_result result;

		if (store_load(opened->store, key, note, &seen, NULL) != 0)
			return 1;
		snprintf(next, sizeof(next), "%d", atoi(seen.value) + 1);
		change = change_of("orders", "0", next,
			(struct guard){ GUARD_VALUE, span_of(seen.value), seen.storage });
		result = store_save(opened->store, &change, NULL);
		if (result != CHANGE_DONE && result != CHANGE_CONFLICT)
			return 2;
		done += result == CHANGE_DONE;
	}
	close_store(opened);
	return 0;
}

static void
savers_who_compare_lose_no_increment(void **state)
{
	struct scratch *scratch = *state;
	int status;

	put_file(scratch, "orders_0.json", "{\"value\": 0}");
	for (int i = 0; i < SAVERS; i++) {
		if (fork() == 0)
			_exit(increment(scratch));
	}
	for (int i = 0; i < SAVERS; i++) {
		assert_true(wait(&status) > 0);
		assert_int_equal(status, 0);
	}
	assert_file(scratch, "orders_0.json", "\"value\": 75");
	assert_int_equal(scratch_count(scratch, false), 1);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, scratch_make, scratch_remove)

int
main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(guards_decide),
		TEST(a_conflict_says_what_is_there_now),
		TEST(a_handle_that_reads_does_not_write),
		TEST(a_file_that_holds_another_key_is_left_alone),
		TEST(a_checkpoint_stays_in_the_file_it_is_in),
		TEST(a_name_that_would_not_be_found_again_is_not_made),
		TEST(names_never_leave_the_directory),
		TEST(damage_is_not_written_over),
		TEST(links_are_not_written_through),
		TEST(a_lock_is_waited_for_and_then_given_up),
		TEST(nothing_is_written_into_a_directory_that_was_moved_away),
		TEST(the_directory_that_is_written_is_the_locked_one),
		TEST(the_mode_of_a_file_is_kept),
		TEST(an_empty_store_is_a_new_directory),
		TEST(savers_who_compare_lose_no_increment),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
