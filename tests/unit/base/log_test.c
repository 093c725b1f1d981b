/* SPDX-License-Identifier: MIT */
#include "base/log.h"

#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/stat.h>

#include <cmocka.h>

#include "base/clock.h"
#include "base/fsio.h"
#include "base/thread.h"
#include "scratch.h"

static const char *
path_of(const struct scratch *scratch, const char *name)
{
	static char path[PATH_MAX + 16];

	snprintf(path, sizeof(path), "%s/%s", scratch->path, name);
	return path;
}

static void
expect_log(const struct scratch *scratch, const char *text)
{
	struct str out = { 0 };

	assert_int_equal(fsio_read(&out, NULL, scratch->fd, "log", 1 << 20, NULL), 0);
	assert_string_equal(str_text(&out), text);
	str_free(&out);
}

static void
nothing_is_logged_unasked(void **state)
{
	struct scratch *scratch = *state;

	log_add("nobody listens");
	assert_false(log_is_open());
	assert_int_equal(scratch_count(scratch, false), 0);
	log_close();
}

static void
a_line_is_one_line_and_plain(void **state)
{
	struct scratch *scratch = *state;
	struct stat status;
	struct err err = { 0 };

	clock_freeze(INT64_C(1795316861) * SECOND + 123000);
	assert_int_equal(log_open(path_of(scratch, "log"), &err), 0);
	assert_true(log_is_open());
	errno = ENOSPC;
	log_add("job %s, %d rows", "a\nb\033[2J\xff", 7);
	log_add("%s", "");
	assert_int_equal(errno, ENOSPC);
	log_close();
	assert_false(log_is_open());
	log_add("too late");
	expect_log(scratch,
		"2026-11-22T03:07:41.123Z main job a\\x0ab\\x1b[2J\\xff, 7 rows\n"
		"2026-11-22T03:07:41.123Z main \n");
	assert_int_equal(fstatat(scratch->fd, "log", &status, 0), 0);
	assert_int_equal(status.st_mode & 07777, 0600);

	assert_int_equal(log_open(path_of(scratch, "log"), &err), 0);
	log_add("again");
	log_close();
	assert_int_equal(fstatat(scratch->fd, "log", &status, 0), 0);
	assert_true(status.st_size > 100);
	clock_freeze(TIME_NONE);
}

static void
only_a_regular_file_is_a_log(void **state)
{
	static const char *const names[] = { "fifo", "link", "dir", "missing/log" };
	struct scratch *scratch = *state;

	assert_int_equal(mkfifoat(scratch->fd, "fifo", 0600), 0);
	assert_int_equal(symlinkat("log", scratch->fd, "link"), 0);
	assert_int_equal(mkdirat(scratch->fd, "dir", 0700), 0);
	for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++) {
		struct err err = { 0 };

		assert_int_equal(log_open(path_of(scratch, names[i]), &err), -1);
		assert_int_equal(err.kind, ERR_FAILED);
		assert_non_null(strstr(err.text, names[i]));
		assert_false(log_is_open());
	}
	assert_int_equal(scratch_count(scratch, false), 3);
}

static void
say_much(void *arg)
{
	for (int i = 0; i < 500; i++)
		log_add("%s", (const char *)arg);
}

static void
lines_of_threads_stay_whole(void **state)
{
	static char texts[3][300];
	struct scratch *scratch = *state;
	struct thread *threads[3];
	struct str out = { 0 };
	size_t lines = 0;

	assert_int_equal(log_open(path_of(scratch, "log"), NULL), 0);
	for (size_t i = 0; i < 3; i++) {
		memset(texts[i], 'a' + (int)i, sizeof(texts[i]) - 1);
		assert_int_equal(
			thread_start(&threads[i], "speaker", say_much, texts[i], NULL),
			0);
	}
	for (size_t i = 0; i < 3; i++)
		thread_join(threads[i]);
	log_close();
	assert_int_equal(fsio_read(&out, NULL, scratch->fd, "log", 1 << 20, NULL), 0);
	for (char *line = out.text, *end; (end = strchr(line, '\n')) != NULL;
		line = end + 1) {
		char *text = strstr(line, " speaker ");

		assert_true(text != NULL && text < end);
		text += strlen(" speaker ");
		*end = '\0';
		assert_in_range(*text, 'a', 'c');
		assert_string_equal(text, texts[*text - 'a']);
		lines++;
	}
	assert_int_equal(lines, 1500);
	str_free(&out);
}

#define IN_SCRATCH(test)                                                                 \
	cmocka_unit_test_setup_teardown(test, scratch_make, scratch_remove)

int
main(void)
{
	const struct CMUnitTest tests[] = {
		IN_SCRATCH(nothing_is_logged_unasked),
		IN_SCRATCH(a_line_is_one_line_and_plain),
		IN_SCRATCH(only_a_regular_file_is_a_log),
		IN_SCRATCH(lines_of_threads_stay_whole),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
