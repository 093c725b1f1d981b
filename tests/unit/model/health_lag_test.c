/* SPDX-License-Identifier: MIT
 * How far a value is behind its head. */
#include "model/health.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#define NOW (INT64_C(1795316861) * SECOND)

#define COUNT(array) (sizeof(array) / sizeof((array)[0]))

static void
counts_lag_by_what_a_position_means(void **state)
{
	static const struct {
		const char *value;
		bool value_is_last;
		const char *head;
		bool head_is_last;
		enum value_type type;
		enum lag_kind kind;
		int64_t amount;
	} cases[] = {
		/* Kafka's own: committed and end are both the next. */
		{ "90", false, "100", false, VALUE_AUTO, LAG_POSITIONS, 10 },
		/* A table with the last done against max(id). */
		{ "90", true, "100", true, VALUE_AUTO, LAG_POSITIONS, 10 },
		/* The last done against Kafka's end: 91 to 99 are left. */
		{ "90", true, "100", false, VALUE_AUTO, LAG_POSITIONS, 9 },
		{ "99", true, "100", false, VALUE_AUTO, LAG_POSITIONS, 0 },
		/* The next against max(id): 90 to 100 are left. */
		{ "90", false, "100", true, VALUE_AUTO, LAG_POSITIONS, 11 },
		{ "100", true, "90", true, VALUE_AUTO, LAG_POSITIONS, -10 },
		{ "9223372036854775807", true, "9223372036854775807", true, VALUE_AUTO,
			LAG_POSITIONS, 0 },
		{ "-9223372036854775807", false, "9223372036854775807", false, VALUE_AUTO,
			LAG_POSITIONS, INT64_MAX },
		{ "9", true, "007", true, VALUE_AUTO, LAG_POSITIONS, -2 },
		{ "16/B374D848", true, "16/B374D948", false, VALUE_AUTO, LAG_POSITIONS,
			0x100 },
		{ "bin.000012:400", true, "bin.000012:900", false, VALUE_FILE_POS,
			LAG_POSITIONS, 500 },
		{ "bin.000012:400", true, "bin.000013:900", false, VALUE_FILE_POS,
			LAG_UNKNOWN, 0 },
		{ "2026-11-22T03:00:00Z", true, "2026-11-22T03:07:41Z", true, VALUE_AUTO,
			LAG_TIME, 461 * SECOND },
		{ "2026-11-22T03:00:00Z", true, "2026-11-22T03:07:41Z", false, VALUE_AUTO,
			LAG_TIME, 461 * SECOND },
		/* Unknown, and never 0. */
		{ "abc", true, "abc", true, VALUE_AUTO, LAG_UNKNOWN, 0 },
		{ "90", true, "2026-11-22", true, VALUE_AUTO, LAG_UNKNOWN, 0 },
		{ "90", true, "", true, VALUE_AUTO, LAG_UNKNOWN, 0 },
	};

	(void)state;
	for (size_t i = 0; i < COUNT(cases); i++) {
		struct value value =
			value_parse(span_of(cases[i].value), cases[i].type, NULL);
		struct value head =
			value_parse(span_of(cases[i].head), cases[i].type, NULL);
		struct lag lag = health_lag(
			&value, cases[i].value_is_last, &head, cases[i].head_is_last);

		assert_int_equal(lag.kind, cases[i].kind);
		if (lag.kind != LAG_UNKNOWN)
			assert_int_equal(lag.amount, cases[i].amount);
	}
}

static void
says_when_a_lag_is_more_than_can_be_counted(void **state)
{
	static const struct {
		const char *value, *head;
		bool value_is_last, head_is_last;
		int64_t amount;
		bool is_at_least;
	} cases[] = {
		{ "0", "9223372036854775807", true, true, INT64_MAX, false },
		{ "0", "9223372036854775807", false, true, INT64_MAX, true },
		{ "-1", "9223372036854775807", true, true, INT64_MAX, true },
		{ "9223372036854775807", "-1", true, true, -INT64_MAX, true },
		{ "9223372036854775807", "0", true, true, -INT64_MAX, false },
		{ "9223372036854775807", "0", true, false, -INT64_MAX, true },
	};

	(void)state;
	for (size_t i = 0; i < COUNT(cases); i++) {
		struct value value =
			value_parse(span_of(cases[i].value), VALUE_INT, NULL);
		struct value head = value_parse(span_of(cases[i].head), VALUE_INT, NULL);
		struct lag lag = health_lag(
			&value, cases[i].value_is_last, &head, cases[i].head_is_last);

		assert_int_equal(lag.kind, LAG_POSITIONS);
		assert_int_equal(lag.amount, cases[i].amount);
		assert_int_equal(lag.partial, cases[i].is_at_least);
	}
}

static void
forgives_only_an_older_head(void **state)
{
	struct lag beyond = { .kind = LAG_POSITIONS, .amount = -7 };
	struct lag behind = { .kind = LAG_POSITIONS, .amount = 7 };

	(void)state;
	assert_int_equal(health_settle_lag(beyond, NOW - SECOND, NOW).amount, 0);
	assert_int_equal(health_settle_lag(beyond, NOW + SECOND, NOW).amount, -7);
	assert_int_equal(health_settle_lag(beyond, NOW, TIME_NONE).amount, -7);
	assert_int_equal(health_settle_lag(behind, NOW - SECOND, NOW).amount, 7);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(counts_lag_by_what_a_position_means),
		cmocka_unit_test(says_when_a_lag_is_more_than_can_be_counted),
		cmocka_unit_test(forgives_only_an_older_head),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
