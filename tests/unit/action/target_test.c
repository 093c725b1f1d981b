/* SPDX-License-Identifier: MIT */
#include "action/target.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

/* 2026-11-22T03:07:41Z */
#define NOW (INT64_C(1795316861) * SECOND)

static void
what_is_understood(void **state)
{
	static const struct {
		const char *typed;
		enum target_kind kind;
		const char *text; /* NULL: there is none */
		int64_t number;
		bool is_text;
		const char *again; /* as target_add() writes it */
	} cases[] = {
		{ "0", TARGET_VALUE, "0", 0, false, "0" },
		{ "007", TARGET_VALUE, "007", 0, false, "007" },
		{ "9223372036854775807", TARGET_VALUE, "9223372036854775807", 0, false,
			"9223372036854775807" },
		{ "16/B374D848", TARGET_VALUE, "16/B374D848", 0, false, "16/B374D848" },
		{ "binlog.000003:154", TARGET_VALUE, "binlog.000003:154", 0, false,
			"binlog.000003:154" },
		{ "2026-11-21", TARGET_VALUE, "2026-11-21", 0, false, "2026-11-21" },
		{ "+1", TARGET_BY, NULL, 1, false, "+1" },
		{ "-1000", TARGET_BY, NULL, -1000, false, "-1000" },
		{ "+0", TARGET_BY, NULL, 0, false, "+0" },
		{ "-9223372036854775808", TARGET_BY, NULL, INT64_MIN, false,
			"-9223372036854775808" },
		{ "start", TARGET_START, NULL, 0, false, "start" },
		{ "end", TARGET_END, NULL, 0, false, "end" },
		{ "@-7d", TARGET_TIME, NULL, NOW - 7 * DAY, false,
			"@2026-11-15T03:07:41Z" },
		{ "@-1h30m", TARGET_TIME, NULL, NOW - 90 * MINUTE, false,
			"@2026-11-22T01:37:41Z" },
		{ "@2026-11-22T03:07:41Z", TARGET_TIME, NULL, NOW, false,
			"@2026-11-22T03:07:41Z" },
		{ "@2026-11-22 08:37:41+05:30", TARGET_TIME, NULL, NOW, false,
			"@2026-11-22T03:07:41Z" },
		{ "2026-11-22T08:37:41+05:30", TARGET_TIME, NULL, NOW, false,
			"@2026-11-22T03:07:41Z" },
		{ "@1795316861", TARGET_TIME, NULL, NOW, false, "@2026-11-22T03:07:41Z" },
		{ "text:end", TARGET_VALUE, "end", 0, true, "text:end" },
		{ "text:-5", TARGET_VALUE, "-5", 0, true, "text:-5" },
		{ "text:text:", TARGET_VALUE, "text:", 0, true, "text:text:" },
		{ "text:2026-11-21 19:00:00", TARGET_VALUE, "2026-11-21 19:00:00", 0,
			true, "text:2026-11-21 19:00:00" },
		{ "text: 7 ", TARGET_VALUE, " 7 ", 0, true, "text: 7 " },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		struct reset_target target;
		struct str again = { 0 };
		struct err err = { 0 };

		if (target_parse(&target, span_of(cases[i].typed), NOW, &err) != 0)
			fail_msg("%s: %s", cases[i].typed, err.text);
		assert_int_equal(target.kind, cases[i].kind);
		assert_int_equal(target.is_text, cases[i].is_text);
		if (cases[i].kind == TARGET_BY || cases[i].kind == TARGET_TIME)
			assert_true(target.number == cases[i].number);
		if (cases[i].text != NULL)
			assert_true(span_is(target.text, cases[i].text));
		target_add(&again, &target);
		assert_string_equal(str_text(&again), cases[i].again);
		str_free(&again);
	}
}

static void
expect_refused(const char *typed, const char *words)
{
	struct reset_target target;
	struct err err = { 0 };

	assert_int_equal(target_parse(&target, span_of(typed), NOW, &err), -1);
	if (err.kind != ERR_USAGE || strstr(err.text, words) == NULL ||
		strstr(err.text, "nothing was written") == NULL)
		fail_msg("%s: %s", typed, err.text);
}

static void
what_is_not(void **state)
{
	static const char *const cases[][2] = {
		{ "", "there is no target" },
		{ "strat", "is no position" },
		{ "END", "is no position" },
		{ "1e3", "is no position" },
		{ " 7", "is no position" },
		{ "7 ", "is no position" },
		{ "1.5", "is no position" },
		{ "99999999999999999999", "more than 64 bits" },
		{ "+", "is no number of positions" },
		{ "-x", "is no number of positions" },
		{ "+-1", "is no number of positions" },
		{ "-7d", "is no number of positions" },
		{ "+99999999999999999999", "more than 64 bits" },
		{ "@", "is no time" },
		{ "@2026", "too short" },
		{ "@yesterday", "is no time" },
		{ "@2026-02-30T00:00:00Z", "is no time" },
		{ "text:", "has no value" },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++)
		expect_refused(cases[i][0], cases[i][1]);
}

/* K11 reset to time without zone */
static void
a_time_without_a_zone_is_refused(void **state)
{
	static const char *const cases[] = { "@2026-11-21T19:00:00", "@2026-11-21 19:00",
		"@2026-11-21", "2026-11-21T19:00:00", "2026-11-21 19:00:00.5" };

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++)
		expect_refused(cases[i], "has no zone, and a reset does not guess one");
}

static void
a_time_ago_must_be_one(void **state)
{
	struct reset_target target;
	struct err err = { 0 };

	(void)state;
	assert_int_equal(target_parse(&target, SPAN("@-7"), NOW, &err), -1);
	assert_int_equal(err.kind, ERR_USAGE);
	err_clear(&err);
	assert_int_equal(target_parse(&target, SPAN("@-3650d"), INT64_MIN + 5, &err), -1);
	assert_non_null(strstr(err.text, "before all times"));
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(what_is_understood),
		cmocka_unit_test(what_is_not),
		cmocka_unit_test(a_time_without_a_zone_is_refused),
		cmocka_unit_test(a_time_ago_must_be_one),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
