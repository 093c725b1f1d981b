/* SPDX-License-Identifier: MIT */
#include "base/clock.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#define SOME INT64_C(1795316861) /* 2026-11-22T03:07:41Z */

static struct stamp
parse(const char *text)
{
	struct stamp stamp;

	if (!stamp_parse(&stamp, span_of(text)))
		fail_msg("'%s' is unreadable", text);
	return stamp;
}

/* Writes an instant after a pattern; the answer is good until the next call. */
static const char *
formatted(const char *pattern, int64_t at, const struct zone *zone)
{
	static char text[64];
	struct stamp stamp = parse(pattern);
	struct str out = { 0 };

	stamp_format(&out, &stamp, at, zone);
	snprintf(text, sizeof(text), "%s", str_text(&out));
	str_free(&out);
	return text;
}

static void
what_programs_write(void **state)
{
	static const struct {
		const char *text;
		enum stamp_form form;
		int64_t at;
	} cases[] = {
		/* Python isoformat(), with and without microseconds and zone */
		{ "2026-11-22T03:07:41.123456", STAMP_NAIVE, SOME * SECOND + 123456 },
		{ "2026-11-22T03:07:41", STAMP_NAIVE, SOME * SECOND },
		{ "2026-11-22T03:07:41+00:00", STAMP_ZONED, SOME * SECOND },
		{ "2026-11-22T08:37:41.000001+05:30", STAMP_ZONED, SOME * SECOND + 1 },
		{ "2026-11-22T03:07", STAMP_NAIVE, (SOME - 41) * SECOND },
		/* SQLite */
		{ "2026-11-22 03:07:41", STAMP_NAIVE, SOME * SECOND },
		{ "2026-11-22 03:07:41.120", STAMP_NAIVE, SOME * SECOND + 120000 },
		/* PostgreSQL */
		{ "2026-11-22 03:07:41.123+00", STAMP_ZONED, SOME * SECOND + 123000 },
		{ "2026-11-21 23:37:41-03:30", STAMP_ZONED, SOME * SECOND },
		{ "2026-11-22 08:37:41.5+05:30", STAMP_ZONED, SOME * SECOND + 500000 },
		{ "1890-01-01 00:53:28+00:53:28", STAMP_ZONED,
			INT64_C(-2524521600) * SECOND },
		/* RFC 3339, Go, Java, Ruby */
		{ "2026-11-22T03:07:41Z", STAMP_ZONED, SOME * SECOND },
		{ "2026-11-22t03:07:41z", STAMP_ZONED, SOME * SECOND },
		{ "2026-11-22T03:07:41.123456789Z", STAMP_ZONED, SOME * SECOND + 123456 },
		{ "2026-11-22T03:07:41+0000", STAMP_ZONED, SOME * SECOND },
		{ "2026-11-22 03:07:41 UTC", STAMP_ZONED, SOME * SECOND },
		{ "2026-11-22 04:07:41 +0100", STAMP_ZONED, SOME * SECOND },
		/* dates, epochs */
		{ "2026-11-22", STAMP_DATE, INT64_C(1795305600) * SECOND },
		{ "1795316861", STAMP_EPOCH, SOME * SECOND },
		{ "1795316861.25", STAMP_EPOCH, SOME * SECOND + 250000 },
		{ "1795316861123", STAMP_EPOCH, SOME * SECOND + 123000 },
		{ "1795316861123.4", STAMP_EPOCH, SOME * SECOND + 123400 },
		{ "1795316861123456", STAMP_EPOCH, SOME * SECOND + 123456 },
		{ "1795316861123456789", STAMP_EPOCH, SOME * SECOND + 123456 },
		{ "0", STAMP_EPOCH, 0 },
		{ "99999999999", STAMP_EPOCH, INT64_C(99999999999) * SECOND },
		{ "100000000000", STAMP_EPOCH, INT64_C(100000000) * SECOND },
		/* a leap second, and the ends */
		{ "2016-12-31T23:59:60Z", STAMP_ZONED, INT64_C(1483228800) * SECOND },
		{ "2017-01-01T05:29:60.5+05:30", STAMP_ZONED,
			INT64_C(1483228800) * SECOND + 500000 },
		{ "0001-01-01T00:00:00", STAMP_NAIVE, INT64_C(-62135596800) * SECOND },
		{ "9999-12-31T23:59:59.999999", STAMP_NAIVE,
			INT64_C(253402300800) * SECOND - 1 },
		{ "294247-01-10 04:00:54.775807+00", STAMP_ZONED, INT64_MAX },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		struct stamp stamp = parse(cases[i].text);

		if (stamp.form != cases[i].form || stamp.at != cases[i].at)
			fail_msg("'%s' is form %d at %lld", cases[i].text,
				(int)stamp.form, (long long)stamp.at);
	}
}

static void
unreadable(void **state)
{
	static const char *const texts[] = { "", " ", "infinity", "-infinity", "epoch",
		"null", "2026-11-22T", "2026-11-22T03",
		"2026-11-22T03:", "2026-11-22T03:07:", "2026-11-22T03:07:41.",
		"2026-11-22T03:07:41.1234567890", "2026-11-22T3:07:41",
		"2026-11-22T24:00:00", "2026-11-22T03:60:00", "2026-11-22T03:07:61",
		"2026-02-29", "2026-13-01", "2026-00-10", "2026-01-00", "2026-1-1",
		"26-01-01", "0000-01-01", "02026-01-01", "2026-11-22 03:07:41 BC",
		"0044-03-15 BC", "2026-11-22T03:07:41 ", " 2026-11-22T03:07:41",
		"2026-11-22T03:07:41Zx", "2026-11-22T03:07:41+24:00",
		"2026-11-22T03:07:41+5", "2026-11-22T03:07:41  UTC",
		"2026-11-22_03:07:41", "2026-11-22T03:07:41,5", "2026-11-22T03:07.5",
		"294247-01-10 04:00:54.775808+00", "294247-01-10 04:00:54-01",
		"294276-12-31", "1000000-01-01", "-1", "+1", "007", "1.", ".5", "1e9",
		"0x10", "1 ", "12-34", "1795316861123456789.0", "1795316861.1234567890",
		"17953168611234567890", "99999999999999999999", "NaN" };
	const struct span with_nul = { "2026-11-22\0", 11 };
	struct stamp stamp;

	(void)state;
	for (size_t i = 0; i < sizeof(texts) / sizeof(texts[0]); i++) {
		if (stamp_parse(&stamp, span_of(texts[i])))
			fail_msg("'%s' was read", texts[i]);
		assert_int_equal(stamp.form, STAMP_UNREADABLE);
		assert_true(stamp.at == TIME_NONE);
		assert_true(stamp_instant(&stamp, NULL) == TIME_NONE);
	}
	assert_false(stamp_parse(&stamp, with_nul));
	assert_false(stamp_parse(&stamp, SPAN_NONE));
}

/* --- the same instant gives the same text --- */

static void
comes_back(const char *text, const struct zone *zone)
{
	struct stamp stamp = parse(text);
	struct str out = { 0 };

	stamp_format(&out, &stamp, stamp_instant(&stamp, zone), zone);
	if (!span_is(str_span(&out), text))
		fail_msg("'%s' in %s came back as '%s'", text, zone_name(zone),
			str_text(&out));
	str_free(&out);
}

/* Every form, times every fraction, of one date and time. */
static void
all_forms_come_back(const char *date, const char *time, const struct zone *zone)
{
	static const char *const separators[] = { "T", "t", " " };
	static const char *const fractions[] = { "", ".0", ".5", ".12", ".000", ".120",
		".000000", ".000001", ".999999", ".1234567", ".123456789", ".000000000" };
	static const char *const suffixes[] = { "", "Z", "z", " UTC", "UTC", "+00", "-00",
		"+00:00", "-00:00", "+0000", "+05:30", "-0330", "-03", "+14", "-12:00",
		"+00:53:28", " +0100", "+23:59:59", " -23:59:59" };
	char text[80];

	for (size_t i = 0; i < sizeof(separators) / sizeof(separators[0]); i++) {
		for (size_t k = 0; k < sizeof(suffixes) / sizeof(suffixes[0]); k++) {
			snprintf(text, sizeof(text), "%s%s%.5s%s", date, separators[i],
				time, suffixes[k]);
			comes_back(text, zone);
			for (size_t n = 0; n < sizeof(fractions) / sizeof(fractions[0]);
				n++) {
				snprintf(text, sizeof(text), "%s%s%s%s%s", date,
					separators[i], time, fractions[n], suffixes[k]);
				comes_back(text, zone);
			}
		}
	}
	comes_back(date, zone);
}

static void
every_stamp_comes_back(void **state)
{
	static const char *const zones[] = { "UTC", "+05:30", "America/New_York",
		"Pacific/Apia", "Australia/Lord_Howe", "America/Sao_Paulo" };
	static const char *const dates[] = { "2026-11-22", "2026-11-01", "2026-03-08",
		"2011-12-30", "2018-11-04", "2026-04-05", "1969-12-31", "2000-02-29",
		"0001-01-02", "9999-12-30", "12345-06-07", "294246-12-31" };
	static const char *const times[] = { "03:07:41", "00:00:00", "01:30:00",
		"02:30:30", "23:59:60", "23:59:59" };

	(void)state;
	for (size_t z = 0; z < sizeof(zones) / sizeof(zones[0]); z++) {
		struct zone *zone = NULL;

		assert_int_equal(zone_load(&zone, zones[z], NULL), 0);
		for (size_t d = 0; d < sizeof(dates) / sizeof(dates[0]); d++) {
			for (size_t t = 0; t < sizeof(times) / sizeof(times[0]); t++)
				all_forms_come_back(dates[d], times[t], zone);
		}
		zone_free(zone);
	}
}

static void
every_epoch_comes_back(void **state)
{
	static const char *const texts[] = { "0", "0.5", "0.000000001", "7", "1795316861",
		"1795316861.0", "1795316861.123456789", "1795316861.000000",
		"99999999999", "99999999999.999999999", "100000000000", "1795316861123",
		"1795316861123.0", "1795316861123.456789", "99999999999999.999999",
		"100000000000000", "1795316861123456", "1795316861123456.789",
		"99999999999999999.999", "100000000000000000", "1795316861123456789",
		"9999999999999999999" };
	struct zone *zone = zone_fixed(0);

	(void)state;
	for (size_t i = 0; i < sizeof(texts) / sizeof(texts[0]); i++)
		comes_back(texts[i], zone);
	zone_free(zone);
}

/* --- another instant in the same format --- */

static void
another_instant(void **state)
{
	const int64_t at = SOME * SECOND + 123456, whole = SOME * SECOND;
	struct zone *berlin = NULL;

	(void)state;
	assert_int_equal(zone_load(&berlin, "Europe/Berlin", NULL), 0);
	assert_string_equal(formatted("2020-07-01T00:00:00.000001", at, berlin),
		"2026-11-22T04:07:41.123456");
	assert_string_equal(formatted("2020-07-01 00:00:00", at, berlin),
		"2026-11-22 04:07:41.123456");
	assert_string_equal(
		formatted("2020-07-01 00:00:00", whole, berlin), "2026-11-22 04:07:41");
	assert_string_equal(formatted("2020-07-01 00:00:00.500", at, berlin),
		"2026-11-22 04:07:41.123");
	assert_string_equal(formatted("2020-07-01T00:00:00.123456789", at, berlin),
		"2026-11-22T04:07:41.123456000");
	assert_string_equal(
		formatted("2020-07-01T00:00:00Z", at, NULL), "2026-11-22T03:07:41Z");
	assert_string_equal(formatted("2020-07-01 00:00:00.5+05:30", at, NULL),
		"2026-11-22 08:37:41.1+05:30");
	assert_string_equal(formatted("2020-07-01T12:30+0100", whole, NULL),
		"2026-11-22T04:07:41+0100");
	assert_string_equal(formatted("2020-07-01T12:30", whole - 41 * SECOND, berlin),
		"2026-11-22T04:07");
	assert_string_equal(
		formatted("2016-12-31T23:59:60Z", whole, NULL), "2026-11-22T03:07:41Z");
	assert_string_equal(formatted("2020-07-01", at, berlin), "2026-11-22");
	assert_string_equal(
		formatted("2020-07-01", whole + 20 * HOUR, berlin), "2026-11-23");
	assert_string_equal(formatted("5", at, NULL), "1795316861");
	assert_string_equal(formatted("5.25", at, NULL), "1795316861.12");
	assert_string_equal(formatted("1600000000000", at, NULL), "1795316861123");
	assert_string_equal(formatted("1600000000000000", at, NULL), "1795316861123456");
	assert_string_equal(
		formatted("1600000000000000000", at, NULL), "1795316861123456000");
	assert_string_equal(formatted("5.5", -SECOND / 2, NULL), "-0.5");
	assert_string_equal(formatted("1600000000000", 7 * SECOND, NULL), "7000");
	zone_free(berlin);
}

static void
instants(void **state)
{
	struct zone *zone = zone_fixed(3600);
	struct stamp naive = parse("2026-11-22T03:07:41");
	struct stamp date = parse("2026-11-22");

	(void)state;
	assert_true(stamp_instant(&naive, NULL) == TIME_NONE);
	assert_true(stamp_instant(&date, NULL) == TIME_NONE);
	assert_int_equal(stamp_instant(&naive, zone), (SOME - 3600) * SECOND);
	assert_int_equal(
		stamp_instant(&date, zone), (INT64_C(1795305600) - 3600) * SECOND);
	assert_string_equal(formatted("2026-11-22T03:07:41Z", TIME_NONE, NULL), "?");
	zone_free(zone);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(what_programs_write),
		cmocka_unit_test(unreadable),
		cmocka_unit_test(every_stamp_comes_back),
		cmocka_unit_test(every_epoch_comes_back),
		cmocka_unit_test(another_instant),
		cmocka_unit_test(instants),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
