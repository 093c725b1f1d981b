/* SPDX-License-Identifier: MIT
 * How single cells read. */
#include "model/column.h"

#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "base/utf8.h"
#include "night.h"

static const struct board_row stuck_row = { ROW_DEFAULTS, NO_WORDS, .state = STATE_CRIT,
	.finding = FINDING_STOPPED, .since = { AT(2, 14, 2), false }, LAG(592345),
	.updated = AT(2, 14, 2), .watermark = AT(0, 56, 10), .note = "worker-07 att 3" };

static const struct board_job stuck_job = { JOB_DEFAULTS,
	WORDS("p7 stuck, 15 others move", "p7 stuck, 15 others move", "p7 stuck"),
	.job = { "orders-daily", 12 }, .state = STATE_CRIT };

static void
what_is_not_known_is_never_a_number(void **state)
{
	static const struct {
		const char *name, *text;
	} unknown[] = {
		{ "since", "?" },
		{ "age", "?" },
		{ "value", "?" },
		{ "head", "?" },
		{ "moved", "?" },
		{ "lag", "?" },
		{ "rate", "?" },
		{ "eta", "?" },
		{ "updated", "?" },
		{ "upd", "?" },
		{ "wmark", "?" },
		{ "trend", "         ?" },
	};
	struct board_row row = { ROW_DEFAULTS, NO_WORDS, .note = "",
		.since = { TIME_NONE, false }, .damage = SPAN("value unreadable"),
		.updated = TIME_NONE, .watermark = TIME_NONE,
		.parsed = { .type = VALUE_OPAQUE } };

	(void)state;
	set_spark(row.spark, "??????????", 0);
	for (size_t i = 0; i < sizeof(unknown) / sizeof(unknown[0]); i++)
		assert_string_equal(
			cell(COLUMNS_PARTITIONS, unknown[i].name, &row, &plain),
			unknown[i].text);
	row.flags = CKPT_NO_METADATA | CKPT_NO_UPDATED;
	assert_string_equal(cell(COLUMNS_PARTITIONS, "wmark", &row, &plain), "-");
	assert_string_equal(cell(COLUMNS_PARTITIONS, "upd", &row, &plain), "-");
	row.damage = SPAN_NONE;
	assert_string_equal(cell(COLUMNS_PARTITIONS, "value", &row, &plain), "NULL");
	row.value = row.parsed.text = SPAN("");
	assert_string_equal(cell(COLUMNS_PARTITIONS, "value", &row, &plain), "\"\"");
	assert_string_equal(cell(COLUMNS_PARTITIONS, "moved", &row, &plain), "-");
}

static void
values_are_shown_as_stored_while_they_fit(void **state)
{
	static const struct {
		const char *text;
		enum value_type type;
		unsigned width;
		const char *shown;
	} cases[] = {
		{ "88412007", VALUE_AUTO, 11, "88,412,007" },
		{ "1234567890", VALUE_AUTO, 11, "1234567890" },
		{ "-123456789012", VALUE_AUTO, 11, "-123G" },
		{ "1700000000123456", VALUE_AUTO, 11, "1.70P" },
		{ "1700000000123456", VALUE_AUTO, 26, "1,700,000,000,123,456" },
		{ "007", VALUE_AUTO, 11, "007" },
		{ "000000000000000007", VALUE_AUTO, 11, "7" },
		{ "16/B374D848", VALUE_AUTO, 11, "16/B374D848" },
		{ "2026-11-21", VALUE_AUTO, 11, "2026-11-21" },
		{ "2026-11-22T02:14:02Z", VALUE_AUTO, 26, "2026-11-22T02:14:02Z" },
		{ "2026-11-22T02:14:02Z", VALUE_AUTO, 11, "02:14:02" },
		{ "2026-11-20T19:40:00Z", VALUE_AUTO, 11, "Fri 19:40" },
		{ "2026-09-20T19:40:00Z", VALUE_AUTO, 11, "09-20 19:40" },
		{ "2020-09-20T19:40:00Z", VALUE_AUTO, 11, "2020-09-20" },
		{ "binlog.000123:45678", VALUE_FILE_POS, 11, "~0123:45678" },
		{ "d\xc3\xa4nlog.000123:45678", VALUE_FILE_POS, 11,
			"d\xc3\xa4nlog.000123:45678" },
		{ "any text at all", VALUE_AUTO, 11, "any text at all" },
	};
	struct column_context context = plain;

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		struct board_row row = { ROW_DEFAULTS, NO_WORDS, .note = "",
			.value = span_of(cases[i].text) };

		row.parsed = value_parse(row.value, cases[i].type, NULL);
		context.width = cases[i].width;
		assert_string_equal(cell(COLUMNS_PARTITIONS, "value", &row, &context),
			cases[i].shown);
	}
}

static void
rates_have_a_sign_and_keep_to_their_cell(void **state)
{
	static const struct {
		double per_second;
		unsigned width;
		const char *job, *row;
	} cases[] = {
		{ 0, 7, "0/s", "0" },
		{ 0.04, 7, "0/s", "0" },
		{ -0.3, 7, "-0.3/s", "-0.3" },
		{ 0.96, 7, "+1/s", "+1" },
		{ 999.6, 7, "+1.0k/s", "+1.0k" },
		{ -88123, 7, "-88k/s", "-88.1k" },
		{ -88123, 5, "-88k", "-88k" },
		{ 2030000, 7, "+2.0M/s", "+2.03M" },
		{ 1e30, 7, "+9.2E/s", "+9.22E" },
		{ -INFINITY, 7, "?", "?" },
		{ NAN, 7, "?", "?" },
	};
	struct column_context context = plain;

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		struct board_job job = { JOB_DEFAULTS, NO_WORDS, LAG(1),
			LAG_RATE(cases[i].per_second) };
		struct board_row row = { ROW_DEFAULTS, NO_WORDS, .note = "", LAG(1),
			LAG_RATE(cases[i].per_second) };

		context.width = cases[i].width;
		assert_string_equal(
			cell(COLUMNS_JOBS, "rate", &job, &context), cases[i].job);
		assert_string_equal(
			cell(COLUMNS_PARTITIONS, "rate", &row, &context), cases[i].row);
	}
}

static void
sums_with_unknown_parts_say_so(void **state)
{
	struct board_job job = { JOB_DEFAULTS, NO_WORDS, LAG(631019), LAG_RATE(184) };

	(void)state;
	job.lag.partial = job.lag_rate.partial = true;
	assert_string_equal(cell(COLUMNS_JOBS, "lag", &job, &plain), ">631k");
	assert_string_equal(cell(COLUMNS_JOBS, "rate", &job, &plain), "~+184/s");
	job.lag.amount = 0;
	assert_string_equal(cell(COLUMNS_JOBS, "lag", &job, &plain), "?");
	job.lag.kind = LAG_NONE;
	assert_string_equal(cell(COLUMNS_JOBS, "lag", &job, &plain), "-");
	assert_string_equal(cell(COLUMNS_JOBS, "rate", &job, &plain), "-");
	assert_string_equal(cell(COLUMNS_JOBS, "eta", &job, &plain), "-");
}

static void
lag_in_time(void **state)
{
	struct board_job job = { JOB_DEFAULTS, NO_WORDS,
		.lag = { .kind = LAG_TIME, .amount = 2 * HOUR + 11 * MINUTE },
		LAG_RATE(1e6) };

	(void)state;
	assert_string_equal(cell(COLUMNS_JOBS, "lag", &job, &plain), "2h11m");
	assert_string_equal(cell(COLUMNS_JOBS, "rate", &job, &plain), "+1.0s/s");
	job.lag_rate.per_second = -90e6;
	assert_string_equal(cell(COLUMNS_JOBS, "rate", &job, &plain), "-1m/s");
	job.lag_rate.per_second = 40000;
	assert_string_equal(cell(COLUMNS_JOBS, "rate", &job, &plain), "0/s");
}

static void
a_crawl_is_no_standstill(void **state)
{
	struct board_row row = { ROW_DEFAULTS, NO_WORDS, .note = "", .value = SPAN("5"),
		SPEED(0.0001) };

	(void)state;
	row.parsed = value_parse(row.value, VALUE_AUTO, NULL);
	assert_string_equal(cell(COLUMNS_PARTITIONS, "moved", &row, &plain), "<0.1");
	row.speed.per_second = 0.005;
	assert_string_equal(cell(COLUMNS_PARTITIONS, "moved", &row, &plain), "0.3");
	row.speed.per_second = 0;
	assert_string_equal(cell(COLUMNS_PARTITIONS, "moved", &row, &plain), "0");
	row.parsed.type = VALUE_TIME;
	row.speed.per_second = 1e6;
	assert_string_equal(cell(COLUMNS_PARTITIONS, "moved", &row, &plain), "1m");
}

static void
many_partitions_keep_to_their_cell(void **state)
{
	static const struct {
		size_t bad, all;
		const char *shown;
	} cases[] = {
		{ 0, 1024, "0/1024" },
		{ 100, 512, "19%" },
		{ 1, 100000, "1/100k" },
		{ 12, 100000, "1%" },
		{ 99999, 100000, "99%" },
		{ 100000, 100000, "100%" },
	};
	struct column_context context = plain;

	(void)state;
	context.width = 6;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		struct board_job job = { JOB_DEFAULTS, NO_WORDS, .bad = cases[i].bad,
			.partitions = cases[i].all };

		assert_string_equal(
			cell(COLUMNS_JOBS, "bad", &job, &context), cases[i].shown);
	}
}

static void
bars_are_measured_by_the_limit(void **state)
{
	struct board_job job = { JOB_DEFAULTS, NO_WORDS };
	struct column_context context = plain;

	(void)state;
	for (size_t i = 0; i < SPARK_CELLS; i++)
		job.spark[i] = 310;
	job.spark[9] = NAN;
	assert_string_equal(cell(COLUMNS_JOBS, "trend", &job, &plain), "_________?");
	job.limits.crit_lag = RULE_UNSET;
	job.limits.warn_lag = 620;
	assert_string_equal(cell(COLUMNS_JOBS, "trend", &job, &plain), "=========?");
	job.limits.crit_lag = 3100;
	assert_string_equal(cell(COLUMNS_JOBS, "trend", &job, &plain), ".........?");
	job.limits.crit_lag = 31;
	job.spark[0] = -5;
	context.ascii = false;
	assert_string_equal(cell(COLUMNS_JOBS, "trend", &job, &context),
		"\u2581\u2588\u2588\u2588\u2588\u2588\u2588\u2588\u2588?");
}

static void
without_a_limit_only_change_is_drawn(void **state)
{
	struct board_job job = { JOB_DEFAULTS, NO_WORDS };

	(void)state;
	job.limits.crit_lag = RULE_UNSET;
	for (size_t i = 0; i < SPARK_CELLS; i++)
		job.spark[i] = 900000;
	assert_string_equal(cell(COLUMNS_JOBS, "trend", &job, &plain), "__________");
	/* A tenth more is one step, twice as much is all the height. */
	job.spark[3] = 990000;
	assert_string_equal(cell(COLUMNS_JOBS, "trend", &job, &plain), "___.______");
	job.spark[4] = 1800000;
	assert_string_equal(cell(COLUMNS_JOBS, "trend", &job, &plain), "___.#_____");
	job.spark[9] = -INFINITY;
	job.spark[8] = 0;
	assert_string_equal(cell(COLUMNS_JOBS, "trend", &job, &plain), "====#===_?");
	/* A limit in positions does not measure times. */
	job.limits.warn_lag = 1;
	job.lag.kind = LAG_TIME;
	for (size_t i = 0; i < SPARK_CELLS; i++)
		job.spark[i] = 5;
	assert_string_equal(cell(COLUMNS_JOBS, "trend", &job, &plain), "__________");
}

static void
times_follow_the_switch(void **state)
{
	struct zone *zone = zone_fixed(-5 * 3600);
	struct column_context context = {
		.now = NOW, .zone = zone, .times = TIMES_LOCAL
	};
	struct board_row row = stuck_row;
	struct why local = { "was WARN 21:40", "was WARN 21:40", "21:40", "", NULL };

	(void)state;
	context.width = 8;
	row.since.at_least = true;
	assert_string_equal(
		cell(COLUMNS_PARTITIONS, "updated", &row, &context), "21:14:02");
	assert_string_equal(
		cell(COLUMNS_PARTITIONS, "since", &row, &context), "\u226521:14");
	context.times = TIMES_RELATIVE;
	assert_string_equal(
		cell(COLUMNS_PARTITIONS, "updated", &row, &context), "53m39s");
	assert_string_equal(
		cell(COLUMNS_PARTITIONS, "since", &row, &context), "\u226553m");
	context.times = TIMES_UTC;
	assert_string_equal(
		cell(COLUMNS_PARTITIONS, "updated", &row, &context), "02:14:02");
	row.why.full = "was WARN 02:40";
	row.why.local = &local;
	context.width = 0;
	assert_string_equal(
		cell(COLUMNS_PARTITIONS, "why", &row, &context), "was WARN 02:40");
	context.times = TIMES_LOCAL;
	assert_string_equal(
		cell(COLUMNS_PARTITIONS, "why", &row, &context), "was WARN 21:40");
	zone_free(zone);
}

static void
old_times_lose_what_says_least(void **state)
{
	static const struct {
		int64_t ago;
		unsigned width;
		const char *shown;
	} cases[] = {
		{ 0, 8, "03:07:41" }, { 0, 5, "03:07" }, { DAY - SECOND, 8, "03:07:42" },
		{ DAY, 9, "Sat 03:07" }, { DAY, 8, "Sat" },
		{ 6 * DAY - SECOND, 9, "Mon 03:07" }, { 6 * DAY, 9, "11-16" },
		{ 6 * DAY, 0, "11-16 03:07" }, { 400 * DAY, 9, "2025" },
		{ 400 * DAY, 10, "2025-10-18" }, { -5 * MINUTE, 8, "03:12:41" },
		{ -2 * DAY, 8, "11-24" }, /* a weekday would look like the past */
	};
	struct column_context context = plain;

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		struct board_row row = { ROW_DEFAULTS, NO_WORDS, .note = "",
			.updated = NOW - cases[i].ago };

		context.width = cases[i].width;
		assert_string_equal(cell(COLUMNS_PARTITIONS, "updated", &row, &context),
			cases[i].shown);
	}
}

static void
the_cause_comes_before_who(void **state)
{
	struct board_row row = stuck_row;
	struct column_context context = plain;

	(void)state;
	context.width = 18;
	row.error = SPAN("deadlock detected");
	assert_string_equal(
		cell(COLUMNS_PARTITIONS, "note", &row, &context), "deadlock detected");
	context.width = 40;
	assert_string_equal(cell(COLUMNS_PARTITIONS, "note", &row, &context),
		"deadlock detected, worker-07 att 3");
	row.error = SPAN_NONE;
	row.finding = FINDING_DAMAGED;
	row.why = (struct why){ "value unreadable", "value unreadable", "unreadable", "",
		NULL };
	context.width = 18;
	assert_string_equal(
		cell(COLUMNS_PARTITIONS, "note", &row, &context), "value unreadable");
	row.finding = FINDING_LAGGING;
	assert_string_equal(
		cell(COLUMNS_PARTITIONS, "note", &row, &context), "worker-07 att 3");
	row.note = "";
	assert_string_equal(
		cell(COLUMNS_PARTITIONS, "note", &row, &context), "value unreadable");
}

static void
a_guessed_key_is_marked(void **state)
{
	struct board_row row = stuck_row;

	(void)state;
	row.key.partition = SPAN("7");
	assert_string_equal(cell(COLUMNS_PARTITIONS, "partition", &row, &plain), "7");
	row.flags = CKPT_KEY_GUESSED;
	assert_string_equal(cell(COLUMNS_PARTITIONS, "partition", &row, &plain), "~7");
}

/* The why of a narrow line is never pushed out by a long name. */
static void
long_jobs_give_way_on_narrow_screens(void **state)
{
	struct board_job job = stuck_job;
	struct column_context context = plain;

	(void)state;
	context.width = 31;
	job.job = SPAN("a-very-long-name-of-a-job-that-has-no-end");
	assert_string_equal(cell(COLUMNS_JOBS, "problem", &job, &context),
		"a-very-long-name-of-a~ p7 stuck");
	context.width = 10;
	assert_string_equal(
		cell(COLUMNS_JOBS, "problem", &job, &context), "a-ve~ p7 stuck");
	job.job = SPAN("bad\x1b[2Jname");
	context.width = 0;
	assert_string_equal(cell(COLUMNS_JOBS, "problem", &job, &context),
		"bad\\x1b[2Jname p7 stuck");
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(what_is_not_known_is_never_a_number),
		cmocka_unit_test(values_are_shown_as_stored_while_they_fit),
		cmocka_unit_test(rates_have_a_sign_and_keep_to_their_cell),
		cmocka_unit_test(sums_with_unknown_parts_say_so),
		cmocka_unit_test(lag_in_time),
		cmocka_unit_test(a_crawl_is_no_standstill),
		cmocka_unit_test(many_partitions_keep_to_their_cell),
		cmocka_unit_test(bars_are_measured_by_the_limit),
		cmocka_unit_test(without_a_limit_only_change_is_drawn),
		cmocka_unit_test(times_follow_the_switch),
		cmocka_unit_test(old_times_lose_what_says_least),
		cmocka_unit_test(the_cause_comes_before_who),
		cmocka_unit_test(a_guessed_key_is_marked),
		cmocka_unit_test(long_jobs_give_way_on_narrow_screens),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
