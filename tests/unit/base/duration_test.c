/* SPDX-License-Identifier: MIT */
#include "base/clock.h"

#include <locale.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#define SOME	     INT64_C(1795316861) /* 2026-11-22T03:07:41Z */
#define WEEK	     (7 * DAY)
#define YEAR	     (365 * DAY)
#define COUNT(array) (sizeof(array) / sizeof((array)[0]))

static void
expect(struct str *out, const char *text, int64_t duration)
{
	if (!span_is(str_span(out), text))
		fail_msg("%lld us is '%s', not '%s'", (long long)duration, str_text(out),
			text);
	str_clear(out);
}

static void
texts_of_a_duration(void **state)
{
	static const struct {
		int64_t duration;
		const char *brief, *medium, *fit5, *fit6, *sentence;
	} cases[] = {
		{ TIME_NONE, "?", "?", "?", "?", "?" },
		{ 0, "0s", "0s", "0s", "0s", "0s" },
		{ 4 * SECOND, "4s", "4s", "4s", "4s", "4s" },
		{ 5 * SECOND + 290000, "5s", "5s", "5s", "5s", "5.2s" },
		{ 5 * SECOND + 90000, "5s", "5s", "5s", "5s", "5s" },
		{ 250 * MILLISECOND, "0s", "0s", "0s", "0s", "250ms" },
		{ 999, "0s", "0s", "0s", "0s", "<1ms" },
		{ 60 * SECOND - 1, "59s", "59s", "59s", "59s", "59.9s" },
		{ MINUTE, "1m", "1m", "1m", "1m", "1m" },
		{ 3 * MINUTE + 35 * SECOND, "3m", "3m", "3m35s", "3m35s", "3m35s" },
		{ 4 * MINUTE + SECOND + 500000, "4m", "4m", "4m01s", "4m01s", "4m01s" },
		{ 13 * MINUTE + 26 * SECOND, "13m", "13m", "13m", "13m26s", "13m26s" },
		{ 53 * MINUTE + 39 * SECOND, "53m", "53m", "53m", "53m39s", "53m39s" },
		{ HOUR - 1, "59m", "59m", "59m", "59m59s", "59m59s" },
		{ HOUR, "1h00", "1h", "1h", "1h", "1h" },
		{ HOUR + 47 * MINUTE + 41 * SECOND, "1h47", "1h47m", "1h47m", "1h47m",
			"1h47m" },
		{ 2 * HOUR, "2h", "2h", "2h", "2h", "2h" },
		{ 2 * HOUR + 11 * MINUTE, "2h", "2h11m", "2h11m", "2h11m", "2h11m" },
		{ 3 * HOUR + 59 * SECOND, "3h", "3h", "3h", "3h", "3h" },
		{ 3 * HOUR + 5 * MINUTE, "3h", "3h05m", "3h05m", "3h05m", "3h05m" },
		{ 12 * HOUR + 33 * MINUTE, "12h", "12h", "12h", "12h33m", "12h33m" },
		{ DAY - 1, "23h", "23h", "23h", "23h59m", "23h59m" },
		{ DAY + 4 * HOUR, "1d", "1d", "1d4h", "1d4h", "1d4h" },
		{ DAY + 23 * HOUR, "1d", "1d", "1d23h", "1d23h", "1d23h" },
		{ 14 * DAY - 1, "13d", "13d", "13d", "13d23h", "13d23h" },
		{ 14 * DAY, "2w", "2w", "14d", "14d", "14d" },
		{ 13 * WEEK, "13w", "13w", "91d", "91d", "91d" },
		{ 100 * WEEK - 1, "99w", "99w", "1y", "1y334d", "1y334d" },
		{ 100 * WEEK, "1y", "1y", "1y", "1y335d", "1y335d" },
		{ 2 * YEAR + 130 * DAY, "2y", "2y", "2y", "2y130d", "2y130d" },
		{ 100 * YEAR - 1, "99y", "99y", "99y", "99y", "99y364d" },
		{ 100 * YEAR, ">99y", ">99y", "100y", "100y", "100y" },
		{ INT64_MAX, ">99y", ">99y", ">999y", ">999y", "292471y76d" },
		{ -1, "0s", "0s", "0s", "0s", "<1ms" },
		{ -500 * MILLISECOND, "0s", "0s", "0s", "0s", "-500ms" },
		{ -4 * MINUTE - 12 * SECOND, "-4m", "-4m", "-4m", "-4m12s", "-4m12s" },
		{ -HOUR - 47 * MINUTE, "-1h", "-1h", "-1h", "-1h47m", "-1h47m" },
		{ -13 * DAY, "-13d", "-13d", "-13d", "-13d", "-13d" },
		{ -100 * YEAR, "<-9y", "<-9y", "<-99y", "<-99y", "-100y" },
		{ INT64_MIN + 1, "<-9y", "<-9y", "<-99y", "<-99y", "-292471y76d" },
	};
	struct str out = { 0 };

	(void)state;
	for (size_t i = 0; i < COUNT(cases); i++) {
		int64_t duration = cases[i].duration;

		duration_add_short(&out, duration);
		expect(&out, cases[i].brief, duration);
		duration_add_medium(&out, duration);
		expect(&out, cases[i].medium, duration);
		duration_add_fit(&out, duration, 5);
		expect(&out, cases[i].fit5, duration);
		duration_add_fit(&out, duration, 6);
		expect(&out, cases[i].fit6, duration);
		duration_add(&out, duration);
		expect(&out, cases[i].sentence, duration);
	}
	str_free(&out);
}

/* No duration is wider than the columns were made for. */
static void
widths_hold(void **state)
{
	struct str out = { 0 };

	(void)state;
	for (int64_t size = 1; size < INT64_MAX / 11; size += size / 10 + 1) {
		for (int sign = -1; sign <= 1; sign += 2) {
			duration_add_short(&out, sign * size);
			assert_in_range(out.len, 2, 4);
			str_clear(&out);
			duration_add_medium(&out, sign * size);
			assert_in_range(out.len, 2, 5);
			str_clear(&out);
			duration_add_fit(&out, sign * size, 5);
			assert_in_range(out.len, 2, 5);
			str_clear(&out);
		}
	}
	str_free(&out);
}

static void
durations_are_read(void **state)
{
	static const struct {
		const char *text;
		int64_t duration;
	} cases[] = {
		{ "250ms", 250 * MILLISECOND },
		{ "7us", 7 },
		{ "0s", 0 },
		{ "5s", 5 * SECOND },
		{ "90s", 90 * SECOND },
		{ "15m", 15 * MINUTE },
		{ "1h30m", 90 * MINUTE },
		{ "2h05m", 125 * MINUTE },
		{ "7d", 7 * DAY },
		{ "2w", 14 * DAY },
		{ "1.5h", 90 * MINUTE },
		{ "5.2s", 5200 * MILLISECOND },
		{ "0.000001s", 1 },
		{ "1w2d3h4m5s6ms7us",
			9 * DAY + 3 * HOUR + 4 * MINUTE + 5 * SECOND + 6007 },
	};
	struct err err = { 0 };
	int64_t duration;

	(void)state;
	for (size_t i = 0; i < COUNT(cases); i++) {
		assert_int_equal(
			duration_parse(&duration, span_of(cases[i].text), &err), 0);
		assert_int_equal(duration, cases[i].duration);
	}
}

static void
durations_are_refused(void **state)
{
	static const char *const texts[] = { "", "5", "0", "s", "5x", "5 s", " 5s", "5s ",
		"-5s", "+5s", "5S", "5s5s", "5s1m", "1m5", "1.s", ".5s", "1.5.5s",
		"1.1234567s", "5M", "1y", "9223372036854775808us", "9223372036854775807s",
		"15250285w", "1e3s", "99999999999999999999999s", "5mss" };
	const struct span with_nul = { "5s\0", 3 };
	int64_t duration = 77;

	(void)state;
	for (size_t i = 0; i < COUNT(texts); i++) {
		struct err err = { 0 };

		if (duration_parse(&duration, span_of(texts[i]), &err) != -1)
			fail_msg(
				"'%s' was taken for %lld", texts[i], (long long)duration);
		assert_int_equal(err.kind, ERR_USAGE);
	}
	assert_int_equal(duration_parse(&duration, with_nul, NULL), -1);
	assert_int_equal(duration_parse(&duration, SPAN_NONE, NULL), -1);
	assert_int_equal(duration, 77);
}

/* What a sentence says can be given back as an option. */
static void
sentences_are_read_back(void **state)
{
	struct str out = { 0 };
	int64_t duration;

	(void)state;
	for (int64_t size = 1; size < 300 * DAY; size += size / 7 + 1) {
		duration_add(&out, size);
		if (!span_is(str_span(&out), "<1ms")) {
			assert_int_equal(
				duration_parse(&duration, str_span(&out), NULL), 0);
			assert_in_range(size - duration, 0, size / 2);
		}
		str_clear(&out);
	}
	str_free(&out);
}

static void
rfc3339(void **state)
{
	static const struct {
		int64_t at;
		const char *text;
	} cases[] = {
		{ SOME * SECOND, "2026-11-22T03:07:41Z" },
		{ SOME * SECOND + 120000, "2026-11-22T03:07:41.12Z" },
		{ SOME * SECOND + 1, "2026-11-22T03:07:41.000001Z" },
		{ -1, "1969-12-31T23:59:59.999999Z" },
		{ INT64_C(-62135596800) * SECOND, "0001-01-01T00:00:00Z" },
		{ INT64_MAX, "294247-01-10T04:00:54.775807Z" },
		{ TIME_NONE, "?" },
	};
	struct str out = { 0 };
	int64_t back;

	(void)state;
	for (size_t i = 0; i < COUNT(cases); i++) {
		time_add_rfc3339(&out, cases[i].at);
		assert_string_equal(str_text(&out), cases[i].text);
		if (cases[i].at != TIME_NONE) {
			assert_int_equal(time_parse(&back, str_span(&out), NULL), 0);
			assert_true(back == cases[i].at);
		}
		str_clear(&out);
	}
	str_free(&out);
}

static void
formatted_times(void **state)
{
	struct zone *berlin = NULL;
	struct str out = { 0 };

	(void)state;
	assert_int_equal(zone_load(&berlin, "Europe/Berlin", NULL), 0);
	/* Days and months stay English. */
	setlocale(LC_ALL, "");
	time_addf(&out, SOME * SECOND, NULL, "%a %d %b %H:%M:%S %Z %j");
	assert_string_equal(str_text(&out), "Sun 22 Nov 03:07:41 UTC 326");
	str_clear(&out);
	time_addf(&out, SOME * SECOND + 999999, berlin, "%F %T %Z %z");
	assert_string_equal(str_text(&out), "2026-11-22 04:07:41 CET +0100");
	str_clear(&out);
	time_addf(&out, SOME * SECOND - 150 * DAY, berlin, "%H:%M %Z");
	assert_string_equal(str_text(&out), "05:07 CEST");
	str_clear(&out);
	time_addf(&out, TIME_NONE, berlin, "%F");
	assert_string_equal(str_text(&out), "?");
	str_free(&out);
	zone_free(berlin);
}

static void
times_of_a_user(void **state)
{
	static const char *const good[] = { "2026-11-22T03:07:41Z",
		"2026-11-22 04:07:41+01:00", "@1795316861", "@1795316861000",
		"2026-11-22T03:07:41.000Z" };
	static const struct {
		const char *text, *why;
	} wrong[] = {
		{ "2026-11-22T03:07:41", "no zone" },
		{ "2026-11-22", "no zone" },
		{ "1795316861", "plain number" },
		{ "@2026-11-22T03:07:41Z", "cannot be read" },
		{ "@", "cannot be read" },
		{ "", "cannot be read" },
		{ "yesterday", "cannot be read" },
		{ "@-7d", "cannot be read" },
	};
	int64_t at;

	(void)state;
	for (size_t i = 0; i < COUNT(good); i++) {
		assert_int_equal(time_parse(&at, span_of(good[i]), NULL), 0);
		assert_int_equal(at, SOME * SECOND);
	}
	for (size_t i = 0; i < COUNT(wrong); i++) {
		struct err err = { 0 };

		assert_int_equal(time_parse(&at, span_of(wrong[i].text), &err), -1);
		assert_int_equal(err.kind, ERR_USAGE);
		assert_non_null(strstr(err.text, wrong[i].why));
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(texts_of_a_duration),
		cmocka_unit_test(widths_hold),
		cmocka_unit_test(durations_are_read),
		cmocka_unit_test(durations_are_refused),
		cmocka_unit_test(sentences_are_read_back),
		cmocka_unit_test(rfc3339),
		cmocka_unit_test(formatted_times),
		cmocka_unit_test(times_of_a_user),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
