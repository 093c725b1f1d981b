/* SPDX-License-Identifier: MIT */
#include "base/clock.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include <cmocka.h>

static struct zone *
load(const char *name)
{
	struct err err = { 0 };
	struct zone *zone = NULL;

	if (zone_load(&zone, name, &err) != 0)
		fail_msg("%s: %s", name, err.text);
	return zone;
}

/* A time as its text, read as if it were UTC. */
static int64_t
utc(const char *text)
{
	struct stamp stamp;

	assert_true(stamp_parse(&stamp, span_of(text)));
	return stamp.at;
}

/* The same numbers in every run. */
static uint64_t
next_random(uint64_t *seed)
{
	*seed = *seed * UINT64_C(6364136223846793005) + UINT64_C(1442695040888963407);
	return *seed >> 20;
}

/* Offsets and names are the C library's, and local times come back. */
static void
compare(const char *name, struct zone *zone, int64_t at)
{
	time_t seconds = (time_t)(at / SECOND);
	bool doubtful;
	struct tm tm;
	int64_t back;

	localtime_r(&seconds, &tm);
	if (zone_offset(zone, at) != tm.tm_gmtoff)
		fail_msg("%s at %lld: %d, not %ld", name, (long long)seconds,
			zone_offset(zone, at), tm.tm_gmtoff);
	assert_string_equal(zone_abbreviation(zone, at), tm.tm_zone);
	back = zone_to_utc(zone, at + tm.tm_gmtoff * SECOND, &doubtful);
	if (!doubtful)
		assert_int_equal(back, at);
	else
		assert_true(back == at || zone_offset(zone, back) != tm.tm_gmtoff);
}

static void
agrees_with_the_c_library(void **state)
{
	static const char *const names[] = { "Europe/Berlin", "America/New_York",
		"Australia/Lord_Howe", "Africa/Casablanca", "Pacific/Apia", "Asia/Gaza",
		"America/Sao_Paulo", "Asia/Kolkata", "Europe/Dublin",
		"America/St_Johns" };
	uint64_t seed = 1;

	(void)state;
	for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++) {
		struct zone *zone = load(names[i]);

		assert_string_equal(zone_name(zone), names[i]);
		setenv("TZ", names[i], 1);
		tzset();
		/* From 1900 to 2500, and the turns of the years around the last sample.
		 */
		for (int n = 0; n < 20000; n++)
			compare(names[i], zone,
				((int64_t)(next_random(&seed) % 18934214400) -
					2208988800) *
					SECOND);
		for (int n = -4000; n < 4000; n++)
			compare(names[i], zone,
				(INT64_C(5017593600) + n * INT64_C(7200)) * SECOND);
		zone_free(zone);
	}
	unsetenv("TZ");
}

static void
folds_and_gaps(void **state)
{
	static const struct {
		const char *zone, *local, *utc;
		bool doubtful;
	} cases[] = {
		{ "America/New_York", "2026-11-01 00:59:59.999999",
			"2026-11-01 04:59:59.999999", false },
		{ "America/New_York", "2026-11-01 01:00:00", "2026-11-01 05:00:00",
			true },
		{ "America/New_York", "2026-11-01 01:59:59.999999",
			"2026-11-01 05:59:59.999999", true },
		{ "America/New_York", "2026-11-01 02:00:00", "2026-11-01 07:00:00",
			false },
		{ "America/New_York", "2026-03-08 01:59:59.999999",
			"2026-03-08 06:59:59.999999", false },
		{ "America/New_York", "2026-03-08 02:00:00", "2026-03-08 07:00:00",
			true },
		{ "America/New_York", "2026-03-08 02:30:00", "2026-03-08 07:30:00",
			true },
		{ "America/New_York", "2026-03-08 03:00:00", "2026-03-08 07:00:00",
			false },
		/* The day that Samoa left out, and half an hour of Lord Howe. */
		{ "Pacific/Apia", "2011-12-29 23:59:59", "2011-12-30 09:59:59", false },
		{ "Pacific/Apia", "2011-12-30 12:00:00", "2011-12-30 22:00:00", true },
		{ "Pacific/Apia", "2011-12-31 00:00:00", "2011-12-30 10:00:00", false },
		{ "Australia/Lord_Howe", "2026-04-05 01:45:00", "2026-04-04 14:45:00",
			true },
		{ "Australia/Lord_Howe", "2026-04-05 01:29:59", "2026-04-04 14:29:59",
			false },
		/* Far beyond the samples: clocks go back on the first Sunday of November.
		 */
		{ "America/New_York", "9998-11-01 01:30:00", "9998-11-01 05:30:00",
			true },
		{ "America/New_York", "9998-10-31 01:30:00", "9998-10-31 05:30:00",
			false },
		{ "America/New_York", "9998-11-02 01:30:00", "9998-11-02 06:30:00",
			false },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		struct zone *zone = load(cases[i].zone);
		bool doubtful = !cases[i].doubtful;

		assert_int_equal(zone_to_utc(zone, utc(cases[i].local), &doubtful),
			utc(cases[i].utc));
		assert_int_equal(doubtful, cases[i].doubtful);
		assert_int_equal(
			zone_to_utc(zone, utc(cases[i].local), NULL), utc(cases[i].utc));
		zone_free(zone);
	}
}

static void
unknown_names_are_refused(void **state)
{
	static const char *const names[] = { "", "Foo/Bar", "Europe", "Europe/",
		"europe/berlin", "zone.tab", "/usr/share/zoneinfo/Europe/Berlin",
		"../zoneinfo/Europe/Berlin", "CET-1CEST", "+5", "+05:61", "UTC+1", ":UTC",
		"Local" };

	(void)state;
	for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++) {
		struct zone *zone = NULL;
		struct err err = { 0 };

		if (zone_load(&zone, names[i], &err) != -1)
			fail_msg("'%s' was taken", names[i]);
		assert_null(zone);
		assert_int_equal(err.kind, ERR_USAGE);
	}
}

static void
fixed_offsets(void **state)
{
	struct zone *zone = load("+05:30");

	(void)state;
	assert_string_equal(zone_name(zone), "+05:30");
	assert_string_equal(zone_abbreviation(zone, 0), "+05:30");
	assert_int_equal(zone_offset(zone, INT64_MAX), 19800);
	assert_int_equal(zone_to_utc(zone, 0, NULL), -19800 * SECOND);
	zone_free(zone);

	zone = zone_fixed(-(3 * 3600 + 30 * 60 + 52));
	assert_string_equal(zone_name(zone), "-03:30:52");
	zone_free(zone);

	zone = load("UTC");
	assert_string_equal(zone_name(zone), "UTC");
	assert_int_equal(zone_offset(zone, 0), 0);
	zone_free(zone);

	zone = zone_fixed(0);
	assert_string_equal(zone_name(zone), "UTC");
	zone_free(zone);
}

static void
local_is_what_tz_says(void **state)
{
	static const struct {
		const char *tz, *name;
		int winter, summer;
	} cases[] = {
		{ "America/New_York", "America/New_York", -18000, -14400 },
		{ ":America/New_York", "America/New_York", -18000, -14400 },
		{ "/usr/share/zoneinfo/Asia/Tokyo", "/usr/share/zoneinfo/Asia/Tokyo",
			32400, 32400 },
		{ "CET-1CEST,M3.5.0,M10.5.0/3", "CET-1CEST,M3.5.0,M10.5.0/3", 3600,
			7200 },
		{ "<+0545>-5:45", "<+0545>-5:45", 20700, 20700 },
		{ "", "UTC", 0, 0 },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		struct zone *zone;

		setenv("TZ", cases[i].tz, 1);
		zone = load("local");
		assert_string_equal(zone_name(zone), cases[i].name);
		assert_int_equal(
			zone_offset(zone, utc("2026-01-15 12:00:00")), cases[i].winter);
		assert_int_equal(
			zone_offset(zone, utc("2026-07-15 12:00:00")), cases[i].summer);
		zone_free(zone);
	}
	unsetenv("TZ");
}

/* What the C library takes for UTC without a word. */
static void
local_refuses_a_wrong_tz(void **state)
{
	static const char *const values[] = { "Foo/Bar", "Europe/Berln", ":nowhere",
		"/etc/passwd", "Europe", "12", "<+05" };

	(void)state;
	for (size_t i = 0; i < sizeof(values) / sizeof(values[0]); i++) {
		struct zone *zone = NULL;
		struct err err = { 0 };

		setenv("TZ", values[i], 1);
		if (zone_load(&zone, "local", &err) != -1)
			fail_msg("TZ='%s' was taken", values[i]);
		assert_int_equal(err.kind, ERR_USAGE);
	}
	unsetenv("TZ");
}

static void
tz_is_put_back(void **state)
{
	(void)state;
	setenv("TZ", "Asia/Tokyo", 1);
	zone_free(load("America/New_York"));
	assert_string_equal(getenv("TZ"), "Asia/Tokyo");
	assert_string_equal(tzname[0], "JST");
	unsetenv("TZ");
	zone_free(load("America/New_York"));
	assert_null(getenv("TZ"));
}

static void
ends_of_time_do_not_overflow(void **state)
{
	struct zone *zone = load("Europe/Berlin");

	(void)state;
	assert_int_equal(zone_offset(zone, INT64_MAX), 3600);
	assert_true(zone_to_utc(zone, INT64_MAX, NULL) == INT64_MAX - HOUR);
	assert_true(zone_to_utc(zone, INT64_MIN + 1, NULL) == INT64_MIN + 1);
	assert_true(zone_to_utc(zone, TIME_NONE, NULL) == TIME_NONE);
	zone_free(zone);
	zone = zone_fixed(-12 * 3600);
	assert_true(zone_to_utc(zone, INT64_MAX, NULL) == INT64_MAX);
	zone_free(zone);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(agrees_with_the_c_library),
		cmocka_unit_test(folds_and_gaps),
		cmocka_unit_test(unknown_names_are_refused),
		cmocka_unit_test(fixed_offsets),
		cmocka_unit_test(local_is_what_tz_says),
		cmocka_unit_test(local_refuses_a_wrong_tz),
		cmocka_unit_test(tz_is_put_back),
		cmocka_unit_test(ends_of_time_do_not_overflow),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
