/* SPDX-License-Identifier: MIT */
#include "model/filter.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#define NOW	      (INT64_C(1795316861) * SECOND)
#define AGO(duration) (NOW - (duration))

static const struct board board = { .store = { .name = "pg:main" } };

static const struct board_row rows[] = {
	{ .board = &board,
		.key = { { "orders-daily", 12 }, { "eu-7", 4 } },
		.state = STATE_CRIT,
		.finding = FINDING_STOPPED,
		.since = { AGO(53 * MINUTE), false },
		.lag = { .kind = LAG_POSITIONS, .amount = 592345 },
		.updated = AGO(53 * MINUTE),
		.watermark = AGO(131 * MINUTE),
		.why = { "p7 stuck: deadlock", "p7 stuck", "stuck", "", NULL },
		.error = { "Deadlock detected", 17 } },
	{ .board = &board,
		.key = { { "orders-daily", 12 }, { "us-3", 4 } },
		.state = STATE_OK,
		.since = { AGO(DAY), true },
		.lag = { .kind = LAG_POSITIONS, .amount = 0 },
		.updated = AGO(-4 * MINUTE),
		.watermark = TIME_NONE,
		.why = { "", "", "", "", NULL } },
};

static const struct board_row *const row_places[] = { &rows[0], &rows[1] };

static const struct board_job jobs[] = {
	{ .board = &board,
		.job = { "orders-daily", 12 },
		.state = STATE_CRIT,
		.finding = FINDING_STOPPED,
		.since = { AGO(53 * MINUTE), false },
		.lag = { .kind = LAG_POSITIONS, .amount = 592345, .partial = true },
		.updated = AGO(53 * MINUTE),
		.watermark = AGO(131 * MINUTE),
		.why = { "p7 stuck: deadlock", "p7 stuck", "stuck", "", NULL },
		.partitions = 2,
		.rows = row_places,
		.worst = &rows[0] },
	{ .board = &board,
		.job = { "Tmp import (old)", 16 },
		.state = STATE_OK,
		.finding = FINDING_DORMANT,
		.since = { TIME_NONE, false },
		.lag = { .kind = LAG_UNKNOWN },
		.updated = TIME_NONE,
		.watermark = TIME_NONE,
		.why = { "", "", "", "", NULL },
		.partitions = 1,
		.worst = &rows[1] },
	{ .board = &board,
		.job = { "clock", 5 },
		.state = STATE_OK,
		.since = { AGO(HOUR), true },
		.lag = { .kind = LAG_TIME, .amount = 90 * SECOND },
		.updated = AGO(0),
		.watermark = AGO(0),
		.why = { "", "", "", "", NULL },
		.partitions = 1,
		.worst = &rows[1] },
};

static bool
matches_job(const char *text, size_t job)
{
	struct filter *filter;
	struct err err = { 0 };
	bool matches;

	if (filter_parse(&filter, text, &err) != 0)
		fail_msg("'%s': %s", text, err.text);
	matches = filter_matches_job(filter, &jobs[job], NOW);
	filter_free(filter);
	return matches;
}

static bool
matches_row(const char *text, size_t row)
{
	struct filter *filter;
	struct err err = { 0 };
	bool matches;

	if (filter_parse(&filter, text, &err) != 0)
		fail_msg("'%s': %s", text, err.text);
	matches = filter_matches_row(filter, &rows[row], NOW);
	filter_free(filter);
	return matches;
}

struct match_case {
	const char *text;
	bool matches;
};

static void
check_jobs(const struct match_case *cases, size_t count, size_t job)
{
	for (size_t i = 0; i < count; i++)
		if (matches_job(cases[i].text, job) != cases[i].matches)
			fail_msg("'%s' on job %zu", cases[i].text, job);
}

#define CHECK_JOBS(cases, job) check_jobs(cases, sizeof(cases) / sizeof((cases)[0]), job)

static void
words_and_fields(void **state)
{
	static const struct match_case daily[] = {
		{ "orders", true },
		{ "DAILY", true },
		{ "daily orders", true },
		{ "order x", false },
		{ "eu-7", true }, /* a partition of it */
		{ "part:eu-*", true },
		{ "part:eu", false },
		{ "partition:us-3", true },
		{ "orders*", true },
		{ "*order", false },
		{ "job:orders-*", true },
		{ "job:orders", false },
		{ "job:Orders-*", false },
		{ "store:pg:*", true },
		{ "store:pg", false },
		{ "why:DEADLOCK", true },
		{ "why:*deadlock", true },
		{ "why:deadlock*", false },
		{ "state:crit", true },
		{ "state:CRIT", true },
		{ "state:[cw]*", true },
		{ "state:ok", false },
		{ "state:dormant", false },
		{ "\"or\"", true }, /* quoted, it is no keyword */
		{ "\"state:crit\"", false },
		{ "\"orders*\"", false },
		{ "job:\"orders-daily\"", true },
	};
	static const struct match_case import[] = {
		{ "\"import (\"", true }, { "job:\"Tmp import*\"", true },
		{ "job:Tmp?import*", true }, { "state:ok", true }, { "state:dor*", true },
		{ "state:o?", true },
		{ "us-3", true }, /* only the worst of it is on the board */
	};

	(void)state;
	CHECK_JOBS(daily, 0);
	CHECK_JOBS(import, 1);
}

static void
and_binds_closer_than_or(void **state)
{
	static const struct match_case cases[] = {
		{ "x or orders", true },
		{ "x or orders and q", false },
		{ "orders or x q", true },
		{ "(orders or x) q", false },
		{ "(orders or x) daily", true },
		{ "orders AND daily", true },
		{ "not x", true },
		{ "!x", true },
		{ "! x", true },
		{ "!!x", false },
		{ "not not x", false },
		{ "not ! not x", true },
		{ "not orders or daily", true },
		{ "not (orders or daily)", false },
		{ "!(x or q) !z", true },
		{ "!state:ok", true },
		{ "state:crit or lag>50k and not job:tmp*", true },
		{ "  orders\t\n", true },
	};

	(void)state;
	CHECK_JOBS(cases, 0);
}

static void
amounts(void **state)
{
	static const struct match_case partial[] = {
		{ "lag>592344", true },
		{ "lag>592k", true },
		{ "lag>0.5M", true },
		{ "lag>1M", false },
		{ "lag>=592,345", true },
		{ "lag>592345", false },
		/* It may be more: nothing else is known. */
		{ "lag=592345", false },
		{ "lag<1M", false },
		{ "lag<=592345", false },
		{ "lag>1s", false }, /* not a time */
		{ "age>52m", true },
		{ "age<=53m", true },
		{ "age=53m", true },
		{ "upd>1h", false },
		{ "wmark>2h", true },
		{ "wmark>2h11m", false },
	};
	static const struct match_case unknown[] = {
		{ "lag>0", false },
		{ "lag<1", false },
		{ "lag=0", false },
		{ "not lag>0", true },
		{ "age>0s", false },
		{ "upd>0", false },
		{ "wmark<1d", false },
	};
	static const struct match_case time[] = {
		{ "lag>1m", true },
		{ "lag>1m30s", false },
		{ "lag>=1m30s", true },
		{ "lag>1k", false },
		{ "lag>0", true }, /* nothing is nothing in any unit */
		{ "age>59m", true },
		{ "age>=1h", true },
		{ "age<2h", false }, /* an hour at least, perhaps a day */
		{ "upd=0", true },
	};

	(void)state;
	CHECK_JOBS(partial, 0);
	CHECK_JOBS(unknown, 1);
	CHECK_JOBS(time, 2);
	assert_true(matches_row("lag=0", 1));
	assert_true(matches_row("upd<-3m", 1)); /* in the future */
	assert_false(matches_row("upd<-5m", 1));
	assert_true(matches_row("lag<1M", 0));
}

static void
rows_match_by_their_own_facts(void **state)
{
	(void)state;
	assert_true(matches_row("eu-7", 0));
	assert_false(matches_row("eu-7", 1));
	assert_true(matches_row("job:orders-daily part:us-*", 1));
	assert_true(matches_row("why:\"deadlock detected\"", 0));
	assert_false(matches_row("why:deadlock", 1));
	assert_true(matches_row("state:ok", 1));
}

static void
blank_matches_everything(void **state)
{
	struct filter *filter = (struct filter *)(uintptr_t)&board;

	(void)state;
	assert_int_equal(filter_parse(&filter, " \t ", NULL), 0);
	assert_null(filter);
	assert_true(filter_matches_job(NULL, &jobs[1], NOW));
	assert_true(filter_matches_row(NULL, &rows[1], NOW));
	assert_false(filter_names_job(NULL, &jobs[1]));
	filter_free(NULL);
}

static void
dormant_jobs_are_named(void **state)
{
	static const struct match_case cases[] = {
		{ "tmp", true },
		{ "job:Tmp*", true },
		{ "x or tmp", true },
		{ "state:dormant", true },
		{ "not not tmp", true },
		{ "state:ok", false },
		{ "state:*", false },
		{ "not orders", false },
		{ "not tmp", false },
		{ "!(x !tmp)", true },
		{ "us-3", false },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		struct filter *filter;

		assert_int_equal(filter_parse(&filter, cases[i].text, NULL), 0);
		if (filter_names_job(filter, &jobs[1]) != cases[i].matches)
			fail_msg("'%s'", cases[i].text);
		filter_free(filter);
	}
}

static void
says_what_and_at_which_column(void **state)
{
	static const struct {
		const char *text, *column, *about;
	} cases[] = {
		{ "state:crti", "column 1:", "state:crit" },
		{ "orders state:", "column 8:", "state:crit" },
		{ "foo:bar", "column 1:", "no field 'foo:'" },
		{ "x lag:5", "column 3:", "lag>50k" },
		{ "lag>", "column 1:", "lag>50k" },
		{ "lag>5x", "column 1:", "lag>50k" },
		{ "lag>5m5", "column 1:", "lag>50k" },
		{ "lag>k", "column 1:", "lag>50k" },
		{ "lag>99999999999999999999", "column 1:", "lag>50k" },
		{ "lag>99999999999E", "column 1:", "lag>50k" },
		{ "age>50k", "column 1:", "age>15m" },
		{ "age>5", "column 1:", "age>15m" },
		{ "job>5", "column 1:", "job:orders-*" },
		{ "job=5", "column 1:", "job:orders-*" },
		{ "(a or b", "column 1:", "not closed" },
		{ "a)", "column 2:", "')'" },
		{ "a or", "column 5:", "missing" },
		{ "or a", "column 1:", "missing" },
		{ "a and", "column 6:", "missing" },
		{ "and a", "column 1:", "missing" },
		{ "not", "column 4:", "missing" },
		{ "()", "column 2:", "missing" },
		{ "a \"b c", "column 3:", "quote" },
		{ "\xc3\xa4\xc3\xa4 foo:x", "column 4:", "no field" },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		struct filter *filter = (struct filter *)(uintptr_t)&board;
		struct err err = { 0 };

		assert_int_equal(filter_parse(&filter, cases[i].text, &err), -1);
		assert_null(filter);
		assert_int_equal(err.kind, ERR_USAGE);
		if (strstr(err.text, cases[i].column) == NULL ||
			strstr(err.text, cases[i].about) == NULL)
			fail_msg("'%s': %s", cases[i].text, err.text);
	}
}

static void
depth_is_limited_length_is_not(void **state)
{
	struct filter *filter;
	struct err err = { 0 };
	struct str text = { 0 };

	(void)state;
	str_add_repeated(&text, '(', 50);
	str_add(&text, "orders");
	str_add_repeated(&text, ')', 50);
	assert_true(matches_job(str_text(&text), 0));
	str_clear(&text);
	str_add_repeated(&text, '(', 1000000);
	assert_int_equal(filter_parse(&filter, str_text(&text), &err), -1);
	assert_non_null(strstr(err.text, "column 51:"));
	str_clear(&text);
	str_add_repeated(&text, '!', 100001);
	str_add(&text, "x");
	assert_true(matches_job(str_text(&text), 0));
	str_clear(&text);
	for (int i = 0; i < 20000; i++)
		str_add(&text, "x or ");
	str_add(&text, "orders");
	assert_true(matches_job(str_text(&text), 0));
	str_free(&text);
}

/* Whatever is typed: an answer or an error, and nothing else. */
static void
any_bytes_are_answered(void **state)
{
	static const char pieces[][12] = { "(", ")", "!", "not ", " or ", " and ", "\"",
		"state:", "crit", "lag>", "50k", "age<", "1h", "job:", "[a-", "*", "\\",
		" ", "\xff", "\xc3\xa4", "\x01", "=", ":", "-", ".5M" };
	uint64_t random = 88172645463325252u;
	struct str text = { 0 };
	size_t read = 0, refused = 0;

	(void)state;
	for (int round = 0; round < 20000; round++) {
		struct filter *filter;
		struct err err = { 0 };

		str_clear(&text);
		for (int i = 0; i < 12; i++) {
			random ^= random << 13;
			random ^= random >> 7;
			random ^= random << 17;
			if (round % 2 == 0)
				str_add(&text, pieces[random % 25]);
			else
				str_add_char(&text, (char)(random % 255 + 1));
		}
		if (filter_parse(&filter, str_text(&text), &err) == 0) {
			read++;
			filter_matches_job(filter, &jobs[round % 3], NOW);
			filter_names_job(filter, &jobs[round % 3]);
			filter_free(filter);
		} else {
			refused++;
			assert_non_null(strstr(err.text, "filter, column "));
		}
	}
	assert_true(read > 100 && refused > 100);
	str_free(&text);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(words_and_fields),
		cmocka_unit_test(and_binds_closer_than_or),
		cmocka_unit_test(amounts),
		cmocka_unit_test(rows_match_by_their_own_facts),
		cmocka_unit_test(blank_matches_everything),
		cmocka_unit_test(dormant_jobs_are_named),
		cmocka_unit_test(says_what_and_at_which_column),
		cmocka_unit_test(depth_is_limited_length_is_not),
		cmocka_unit_test(any_bytes_are_answered),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
