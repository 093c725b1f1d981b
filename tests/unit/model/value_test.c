/* SPDX-License-Identifier: MIT */
#include "model/value.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

/* 2026-11-22T00:00:00Z */
#define MIDNIGHT (INT64_C(1795305600) * SECOND)

static struct value
parse(const char *text, enum value_type wanted)
{
	return value_parse(span_of(text), wanted, NULL);
}

static void
the_text_tells_the_type(void **state)
{
	static const struct {
		const char *text;
		enum value_type type;
		int64_t number;
	} cases[] = {
		{ "0", VALUE_INT, 0 },
		{ "007", VALUE_INT, 7 },
		{ "+5", VALUE_INT, 5 },
		{ "-5", VALUE_INT, -5 },
		{ "9007199254740993", VALUE_INT, INT64_C(9007199254740993) },
		{ "9223372036854775807", VALUE_INT, INT64_MAX },
		{ "-9223372036854775808", VALUE_INT, INT64_MIN },
		{ "9223372036854775808", VALUE_OPAQUE, 0 },
		{ "-9223372036854775809", VALUE_OPAQUE, 0 },
		{ "00000000000000000000000000000000001", VALUE_INT, 1 },
		{ "", VALUE_OPAQUE, 0 },
		{ "-", VALUE_OPAQUE, 0 },
		{ "+-5", VALUE_OPAQUE, 0 },
		{ " 5", VALUE_OPAQUE, 0 },
		{ "5 ", VALUE_OPAQUE, 0 },
		{ "1e3", VALUE_OPAQUE, 0 },
		{ "1.5", VALUE_OPAQUE, 0 },
		{ "-1.5", VALUE_OPAQUE, 0 }, /* no epoch, though it has a '-' */
		{ "2026-11-22", VALUE_TIME, MIDNIGHT },
		{ "2026-11-22T01:00:00Z", VALUE_TIME, MIDNIGHT + HOUR },
		{ "2026-11-22 01:00:00+01:00", VALUE_TIME, MIDNIGHT },
		{ "2026-11-22 01:00", VALUE_TIME, MIDNIGHT + HOUR },
		{ "2026-11-32", VALUE_OPAQUE, 0 },
		{ "16/B374D848", VALUE_LSN, INT64_C(0x16B374D848) },
		{ "0/0", VALUE_LSN, 0 },
		{ "7FFFFFFF/ffffffff", VALUE_LSN, INT64_MAX },
		{ "80000000/0", VALUE_OPAQUE, 0 },
		{ "1/123456789", VALUE_OPAQUE, 0 },
		{ "/1", VALUE_OPAQUE, 0 },
		{ "1/", VALUE_OPAQUE, 0 },
		{ "1/2/3", VALUE_OPAQUE, 0 },
		{ "binlog.000123:456", VALUE_OPAQUE, 0 }, /* only when asked for */
		{ "abc", VALUE_OPAQUE, 0 },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		struct value value = parse(cases[i].text, VALUE_AUTO);

		if (value.type != cases[i].type || value.number != cases[i].number)
			fail_msg("'%s' is %s %lld", cases[i].text,
				value_type_word(value.type), (long long)value.number);
		assert_true(span_is(value.text, cases[i].text));
	}
	assert_int_equal(value_parse(SPAN("5\0"), VALUE_AUTO, NULL).type, VALUE_OPAQUE);
	assert_int_equal(value_parse(SPAN_NONE, VALUE_AUTO, NULL).type, VALUE_OPAQUE);
}

static void
what_does_not_fit_is_opaque_and_empty(void **state)
{
	static const struct {
		const char *text;
		enum value_type wanted, type;
	} cases[] = {
		{ "2026-11-22", VALUE_INT, VALUE_OPAQUE },
		{ "17", VALUE_LSN, VALUE_OPAQUE },
		{ "17", VALUE_OPAQUE, VALUE_OPAQUE },
		{ "1795305600", VALUE_TIME, VALUE_TIME },
		{ "soon", VALUE_TIME, VALUE_OPAQUE },
		{ "binlog.000123:456", VALUE_FILE_POS, VALUE_FILE_POS },
		{ "/var/log/a:b:456", VALUE_FILE_POS, VALUE_FILE_POS },
		{ ":456", VALUE_FILE_POS, VALUE_OPAQUE },
		{ "a:", VALUE_FILE_POS, VALUE_OPAQUE },
		{ "a:-1", VALUE_FILE_POS, VALUE_OPAQUE },
		{ "456", VALUE_FILE_POS, VALUE_OPAQUE },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		struct value value = parse(cases[i].text, cases[i].wanted);

		if (value.type != cases[i].type)
			fail_msg(
				"'%s' is %s", cases[i].text, value_type_word(value.type));
		if (value.type == VALUE_OPAQUE) {
			assert_int_equal(value.number, 0);
			assert_null(value.file.at);
			assert_false(value.date_only);
		}
	}
	assert_true(parse("1795305600", VALUE_TIME).number == MIDNIGHT);
	assert_true(
		span_is(parse("/var/log/a:b:456", VALUE_FILE_POS).file, "/var/log/a:b"));
}

static void
naive_times_are_taken_in_the_zone(void **state)
{
	struct zone *zone = zone_fixed(2 * 3600);
	struct value naive = value_parse(SPAN("2026-11-22 02:00:00"), VALUE_AUTO, zone);
	struct value zoned = value_parse(SPAN("2026-11-22T00:00:00Z"), VALUE_AUTO, zone);
	struct value date = value_parse(SPAN("2026-11-22"), VALUE_AUTO, zone);

	(void)state;
	assert_true(naive.number == MIDNIGHT);
	assert_true(zoned.number == MIDNIGHT);
	assert_true(date.number == MIDNIGHT - 2 * HOUR);
	assert_true(date.date_only);
	assert_false(naive.date_only);
	assert_true(value_equal(&naive, &zoned));
	zone_free(zone);
}

static void
only_like_values_are_compared(void **state)
{
	struct value seven = parse("007", VALUE_AUTO), same = parse("7", VALUE_AUTO);
	struct value lsn = parse("0/7", VALUE_AUTO);
	struct value file = parse("a:7", VALUE_FILE_POS);
	struct value other = parse("b:9", VALUE_FILE_POS);
	struct value later = parse("a:9", VALUE_FILE_POS);
	struct value word = parse("x", VALUE_AUTO), nothing = { .type = VALUE_OPAQUE };

	(void)state;
	assert_true(value_comparable(&seven, &same));
	assert_true(value_equal(&seven, &same));
	assert_false(value_comparable(&seven, &lsn));
	assert_false(value_equal(&seven, &lsn));
	assert_false(value_comparable(&file, &other));
	assert_false(value_equal(&file, &other));
	assert_int_equal(value_distance(&later, &file), 2);
	assert_false(value_comparable(&word, &word));
	assert_true(value_equal(&word, &word));
	assert_true(value_equal(&nothing, &nothing));
	assert_false(value_equal(&nothing, &word));
}

static void
distances_do_not_overflow(void **state)
{
	struct value low = { .type = VALUE_INT, .number = INT64_MIN };
	struct value high = { .type = VALUE_INT, .number = INT64_MAX };
	struct value zero = { .type = VALUE_INT, .number = 0 };

	(void)state;
	assert_true(value_distance(&high, &low) == INT64_MAX);
	assert_true(value_distance(&low, &high) == -INT64_MAX);
	assert_true(value_distance(&low, &zero) == -INT64_MAX);
	assert_true(value_distance(&high, &high) == 0);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(the_text_tells_the_type),
		cmocka_unit_test(what_does_not_fit_is_opaque_and_empty),
		cmocka_unit_test(naive_times_are_taken_in_the_zone),
		cmocka_unit_test(only_like_values_are_compared),
		cmocka_unit_test(distances_do_not_overflow),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
