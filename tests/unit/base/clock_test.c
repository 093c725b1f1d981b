/* SPDX-License-Identifier: MIT */
#include "base/clock.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include <cmocka.h>

#include "base/civil.h"

/* The environment is asked once in a process, so each answer needs a process of its own;
 * the child's exit status is the answer. */
static int
in_child(const char *now, int (*ask)(void))
{
	int status;
	pid_t child = fork();

	assert_true(child >= 0);
	if (child == 0) {
		setenv("CKPTOP_NOW", now, 1);
		_exit(ask());
	}
	assert_int_equal(waitpid(child, &status, 0), child);
	assert_true(WIFEXITED(status));
	return WEXITSTATUS(status);
}

static int
stands_at_the_given_time(void)
{
	return clock_now() == INT64_C(1795316861) * SECOND && clock_is_frozen() &&
			       clock_check(NULL) == 0
		       ? 0
		       : 1;
}

static int
runs_but_counts_as_frozen(void)
{
	struct err err = { 0 };
	int64_t wrong = clock_now() - time(NULL) * SECOND;

	return wrong > -MINUTE && wrong < MINUTE && clock_is_frozen() &&
			       clock_check(&err) == -1 && err.kind == ERR_USAGE &&
			       strstr(err.text, "CKPTOP_NOW") != NULL
		       ? 0
		       : 1;
}

static int
runs(void)
{
	int64_t wrong = clock_now() - time(NULL) * SECOND;

	return wrong > -MINUTE && wrong < MINUTE && !clock_is_frozen() ? 0 : 1;
}

static void
environment_freezes(void **state)
{
	(void)state;
	assert_int_equal(in_child("2026-11-22T03:07:41Z", stands_at_the_given_time), 0);
	assert_int_equal(
		in_child("2026-11-22T08:37:41+05:30", stands_at_the_given_time), 0);
	assert_int_equal(in_child("", runs), 0);
}

static void
garbled_environment_never_counts_as_running(void **state)
{
	(void)state;
	assert_int_equal(in_child("2026-11-22T03:07:41", runs_but_counts_as_frozen), 0);
	assert_int_equal(in_child("yesterday", runs_but_counts_as_frozen), 0);
}

static void
freeze_and_end(void **state)
{
	int64_t before;

	(void)state;
	clock_freeze(5);
	assert_true(clock_now() == 5 && clock_is_frozen());
	before = clock_monotonic();
	while (clock_monotonic() == before) {
		/* It runs on while the wall clock stands. */
	}
	before = clock_monotonic();
	clock_advance(3600 * SECOND);
	assert_true(clock_monotonic() - before >= 3600 * SECOND && clock_now() == 5);
	clock_freeze(-1);
	assert_true(clock_now() == -1);
	clock_freeze(TIME_NONE);
	assert_false(clock_is_frozen());
	assert_int_equal(runs(), 0);
}

static void
civil_agrees_with_the_c_library(void **state)
{
	(void)state;
	/* Every day of 400 years and a bit, far ones in between. */
	for (int64_t day = -200000; day < 200000; day++) {
		int64_t days = day % 3 == 0 ? day * 400 : day;
		time_t seconds = (time_t)(days * 86400 + 3723);
		struct civil civil = civil_of(seconds * SECOND + 7);
		struct tm tm;
		int64_t back;

		gmtime_r(&seconds, &tm);
		assert_int_equal(civil.year, tm.tm_year + INT64_C(1900));
		assert_int_equal(civil.month, tm.tm_mon + 1);
		assert_int_equal(civil.day, tm.tm_mday);
		assert_int_equal(
			civil.hour * 3600 + civil.minute * 60 + civil.second, 3723);
		assert_int_equal(civil.microsecond, 7);
		assert_int_equal(civil_weekday(days), tm.tm_wday);
		assert_true(civil_instant(&back, &civil));
		assert_int_equal(back, seconds * SECOND + 7);
	}
}

static void
civil_refuses_what_is_not_in_the_calendar(void **state)
{
	static const struct civil wrong[] = {
		{ 2026, 2, 29, 0, 0, 0, 0 },
		{ 2100, 2, 29, 0, 0, 0, 0 },
		{ 2026, 4, 31, 0, 0, 0, 0 },
		{ 2026, 0, 1, 0, 0, 0, 0 },
		{ 2026, 13, 1, 0, 0, 0, 0 },
		{ 2026, 1, 0, 0, 0, 0, 0 },
		{ 2026, 1, 1, 24, 0, 0, 0 },
		{ 2026, 1, 1, 0, 60, 0, 0 },
		{ 2026, 1, 1, 0, 0, 61, 0 },
		{ 294247, 1, 10, 4, 0, 54, 775808 },
		{ 999999, 12, 31, 0, 0, 0, 0 },
	};
	const struct civil last = { 294247, 1, 10, 4, 0, 54, 775807 };
	const struct civil leap_day = { 2000, 2, 29, 0, 0, 0, 0 };
	int64_t at;

	(void)state;
	for (size_t i = 0; i < sizeof(wrong) / sizeof(wrong[0]); i++)
		assert_false(civil_instant(&at, &wrong[i]));
	assert_true(civil_instant(&at, &last));
	assert_true(at == INT64_MAX);
	assert_true(civil_instant(&at, &leap_day));
	assert_int_equal(civil_of(INT64_MAX).microsecond, 775807);
	assert_int_equal(civil_of(INT64_MIN).year, -290308);
}

static void
offsets(void **state)
{
	static const char *const wrong[] = { "", "+", "5", "+5", "+24", "+05:60",
		"+05:", "+05:3", "+05:30:", "+0530:00", "+05:30:60", "+05 ", "05:30",
		"+05:30x" };
	int32_t offset;

	(void)state;
	for (size_t i = 0; i < sizeof(wrong) / sizeof(wrong[0]); i++)
		assert_false(offset_parse(&offset, span_of(wrong[i])));
	assert_true(offset_parse(&offset, SPAN("+05:30")) && offset == 19800);
	assert_true(offset_parse(&offset, SPAN("-0330")) && offset == -12600);
	assert_true(offset_parse(&offset, SPAN("-00:53:28")) && offset == -3208);
	assert_true(offset_parse(&offset, SPAN("-00")) && offset == 0);
}

static void
sleeps_and_jumps_are_told_apart(void **state)
{
	static const struct {
		int64_t wall, elapsed, absent, set;
	} cases[] = {
		/* The first look knows nothing of before. */
		{ 1000 * SECOND, 50 * SECOND, 0, 0 },
		{ 1001 * SECOND, 51 * SECOND, 0, 0 },
		/* Much to do, and a clock that is brought into step. */
		{ 1012 * SECOND, 60 * SECOND, 0, 0 },
		/* A night. */
		{ 1012 * SECOND + 8 * HOUR, 60 * SECOND + 8 * HOUR, 8 * HOUR, 0 },
		/* Set back, set forward. */
		{ 1013 * SECOND + 7 * HOUR, 61 * SECOND + 8 * HOUR, 0, -HOUR },
		{ 1014 * SECOND + 7 * HOUR, 62 * SECOND + 8 * HOUR, 0, 0 },
		{ 1015 * SECOND + 31 * HOUR, 63 * SECOND + 8 * HOUR, 0, DAY },
		/* Asleep, and a clock that did not go on meanwhile. */
		{ 1015 * SECOND + 31 * HOUR, 63 * SECOND + 9 * HOUR, HOUR, -HOUR },
	};
	struct clock_watch watch = { 0 };

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		struct clock_jump jump =
			clock_compare(&watch, cases[i].wall, cases[i].elapsed);

		assert_int_equal(jump.absent, cases[i].absent);
		assert_int_equal(jump.set, cases[i].set);
	}
	watch = (struct clock_watch){ 0 };
	for (int i = 0; i < 3; i++) {
		struct clock_jump jump = clock_look(&watch);

		assert_true(jump.absent == 0 && jump.set == 0);
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(environment_freezes),
		cmocka_unit_test(garbled_environment_never_counts_as_running),
		cmocka_unit_test(freeze_and_end),
		cmocka_unit_test(sleeps_and_jumps_are_told_apart),
		cmocka_unit_test(civil_agrees_with_the_c_library),
		cmocka_unit_test(civil_refuses_what_is_not_in_the_calendar),
		cmocka_unit_test(offsets),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
