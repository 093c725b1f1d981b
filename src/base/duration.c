/* SPDX-License-Identifier: MIT */
#include "base/clock.h"

#include <locale.h>
#include <stdio.h>
#include <time.h>

#include "base/civil.h"

#define WEEK (7 * DAY)
#define YEAR (365 * DAY)

/* --- times --- */

void
time_add_rfc3339(struct str *out, int64_t at)
{
	struct civil civil = civil_of(at);
	int digits = 6;

	if (at == TIME_NONE) {
		str_add_char(out, '?');
		return;
	}
	civil_add_date(out, &civil);
	str_add_char(out, 'T');
	civil_add_time(out, &civil, true);
	if (civil.microsecond != 0) {
		for (; civil.microsecond % 10 == 0; civil.microsecond /= 10)
			digits--;
		str_add_char(out, '.');
		str_add_digits(out, (unsigned)civil.microsecond, (unsigned)digits);
	}
	str_add_char(out, 'Z');
}

static struct tm
broken_down(int64_t at, const struct zone *zone)
{
	int offset = zone != NULL ? zone_offset(zone, at) : 0;
	struct civil civil;
	int64_t local;

	if (__builtin_add_overflow(at, offset * SECOND, &local))
		local = at;
	civil = civil_of(local);
	return (struct tm){
		.tm_year = (int)(civil.year - 1900),
		.tm_mon = civil.month - 1,
		.tm_mday = civil.day,
		.tm_hour = civil.hour,
		.tm_min = civil.minute,
		.tm_sec = civil.second,
		.tm_wday = civil_weekday(floor_div(local, DAY)),
		.tm_yday = (int)(floor_div(local, DAY) - civil_days(civil.year, 1, 1)),
		.tm_gmtoff = offset,
		.tm_zone = zone != NULL ? zone_abbreviation(zone, at) : "UTC",
	};
}

void
time_addf(struct str *out, int64_t at, const struct zone *zone, const char *format)
{
	locale_t english;
	struct tm tm;
	char text[256];

	if (at == TIME_NONE) {
		str_add_char(out, '?');
		return;
	}
	tm = broken_down(at, zone);
	english =
		newlocale(LC_ALL_MASK, "C", (locale_t)0); /* a constant of the library */
	if (strftime_l(text, sizeof(text), format, &tm, english) > 0)
		str_add(out, text);
	freelocale(english);
}

static int
refuse_time(struct err *err, struct span text, const char *why)
{
	return err_set(err, ERR_USAGE,
		"time '%.*s' %s; write it like 2026-11-22T03:07:41Z, "
		"2026-11-22T04:07:41+01:00 or @1795316861",
		(int)(text.len < 80 ? text.len : 80), text.at != NULL ? text.at : "",
		why);
}

int
time_parse(int64_t *out, struct span text, struct err *err)
{
	struct span rest = text;
	bool epoch = take_char(&rest, '@');
	struct stamp stamp;

	if (!stamp_parse(&stamp, rest) || (epoch && stamp.form != STAMP_EPOCH))
		return refuse_time(err, text, "cannot be read");
	if (!epoch && stamp.form == STAMP_EPOCH)
		return refuse_time(err, text, "is a plain number");
	if (stamp.form == STAMP_NAIVE || stamp.form == STAMP_DATE)
		return refuse_time(err, text, "has no zone");
	*out = stamp.at;
	return 0;
}

/* --- reading durations --- */

static const struct {
	const char *name;
	int64_t size;
} units[] = {
	{ "w", WEEK },
	{ "d", DAY },
	{ "h", HOUR },
	{ "m", MINUTE },
	{ "s", SECOND },
	{ "ms", MILLISECOND },
	{ "us", 1 },
};

/* The size of the unit whose name this is, or 0. */
static int64_t
unit_size(struct span name)
{
	for (size_t i = 0; i < sizeof(units) / sizeof(units[0]); i++) {
		if (span_is(name, units[i].name))
			return units[i].size;
	}
	return 0;
}

/* Cuts one "90s" or "1.5h" off the start and adds it; *unit becomes its unit, which must
 * be smaller than the one before. */
static bool
take_part(int64_t *sum, int64_t *unit, struct span *text)
{
	struct span name = { NULL, 0 };
	int64_t whole = 0, size, scale = 1, fraction = 0;
	int digit;

	if (text->len == 0 || text->at[0] < '0' || text->at[0] > '9')
		return false;
	while (take_digits(&digit, text, 1)) {
		if (__builtin_mul_overflow(whole, 10, &whole) ||
			__builtin_add_overflow(whole, digit, &whole))
			return false;
	}
	if (take_char(text, '.')) {
		for (; take_digits(&digit, text, 1); scale *= 10) {
			if (scale > 100000)
				return false;
			fraction = fraction * 10 + digit;
		}
		if (scale == 1)
			return false;
	}
	name.at = text->at;
	for (; text->len > 0 && text->at[0] >= 'a' && text->at[0] <= 'z';
		text->at++, text->len--)
		name.len++;
	size = unit_size(name);
	if (size == 0 || size >= *unit || __builtin_mul_overflow(whole, size, &whole) ||
		__builtin_add_overflow(*sum, whole, sum) ||
		__builtin_add_overflow(*sum, fraction * size / scale, sum))
		return false;
	*unit = size;
	return true;
}

int
duration_parse(int64_t *out, struct span text, struct err *err)
{
	int64_t sum = 0, unit = INT64_MAX;
	struct span rest = text;

	do {
		if (!take_part(&sum, &unit, &rest))
			return err_set(err, ERR_USAGE,
				"duration '%.*s' cannot be read; write numbers with "
				"their unit, "
				"like 250ms, 5s, 15m, 1h30m, 7d or 2w",
				(int)(text.len < 80 ? text.len : 80),
				text.at != NULL ? text.at : "");
	} while (rest.len > 0);
	*out = sum;
	return 0;
}

/* --- writing durations --- */

/* The size of a duration; *negative when it is a second or more below zero. */
static int64_t
size_of(int64_t duration, bool *negative)
{
	*negative = duration <= -SECOND;
	return duration < 0 ? -duration : duration;
}

/* The short text, which the medium one shares but for hours. */
static void
add_one_unit(struct str *out, int64_t size, bool negative)
{
	static const struct {
		int64_t below, unit;
		char name;
	} steps[] = {
		{ MINUTE, SECOND, 's' },
		{ HOUR, MINUTE, 'm' },
		{ DAY, HOUR, 'h' },
		{ 14 * DAY, DAY, 'd' },
		{ 100 * WEEK, WEEK, 'w' },
		{ 100 * YEAR, YEAR, 'y' },
	};
	size_t i = 0;

	if (size >= 100 * YEAR) {
		str_add(out, negative ? "<-9y" : ">99y");
		return;
	}
	while (size >= steps[i].below)
		i++;
	str_addf(out, "%s%lld%c", negative ? "-" : "", (long long)(size / steps[i].unit),
		steps[i].name);
}

void
duration_add_short(struct str *out, int64_t duration)
{
	bool negative;
	int64_t size = size_of(duration == TIME_NONE ? 0 : duration, &negative);

	if (duration == TIME_NONE)
		str_add_char(out, '?');
	else if (!negative && size >= HOUR && size < 2 * HOUR)
		str_addf(out, "1h%02lld", (long long)(size % HOUR / MINUTE));
	else
		add_one_unit(out, size, negative);
}

/* The larger unit of a duration and the one below it, which is shown unless it is 0. */
struct pair {
	int64_t unit, below;
	const char *format, *format_below;
};

static const struct pair *
pair_for(int64_t size)
{
	static const struct pair pairs[] = {
		{ YEAR, DAY, "%lldy", "%lldd" },
		{ DAY, HOUR, "%lldd", "%lldh" },
		{ HOUR, MINUTE, "%lldh", "%02lldm" },
		{ MINUTE, SECOND, "%lldm", "%02llds" },
		{ SECOND, SECOND, "%llds", "" },
	};
	size_t i = 0;

	while (size < pairs[i].unit && pairs[i].unit > SECOND)
		i++;
	return &pairs[i];
}

/* Two units, or the larger one alone where both take more than cells. */
static void
add_two_units(struct str *out, int64_t size, bool negative, size_t cells)
{
	const struct pair *pair = pair_for(size);
	long long below = size % pair->unit / pair->below;
	size_t start = out->len, alone;

	if (negative)
		str_add_char(out, '-');
	str_addf(out, pair->format, (long long)(size / pair->unit));
	alone = out->len;
	if (below != 0)
		str_addf(out, pair->format_below, below);
	if (out->len - start > cells)
		str_cut(out, alone);
}

void
duration_add_medium(struct str *out, int64_t duration)
{
	bool negative;
	int64_t size = size_of(duration == TIME_NONE ? 0 : duration, &negative);

	if (duration == TIME_NONE)
		str_add_char(out, '?');
	else if (!negative && size >= HOUR && size < 10 * HOUR)
		add_two_units(out, size, false, SIZE_MAX);
	else
		add_one_unit(out, size, negative);
}

void
duration_add_fit(struct str *out, int64_t duration, unsigned cells)
{
	bool negative;
	int64_t size = size_of(duration == TIME_NONE ? 0 : duration, &negative);

	if (duration == TIME_NONE)
		str_add_char(out, '?');
	else if (size >= 1000 * YEAR || (negative && size >= 100 * YEAR))
		str_add(out, negative ? "<-99y" : ">999y");
	else
		add_two_units(out, size, negative, cells);
}

/* What is shorter than a minute and not whole seconds. */
static void
add_fraction(struct str *out, int64_t size, const char *sign)
{
	if (size < MILLISECOND)
		str_add(out, "<1ms");
	else if (size < SECOND)
		str_addf(out, "%s%lldms", sign, (long long)(size / MILLISECOND));
	else if (size % SECOND < SECOND / 10)
		str_addf(out, "%s%llds", sign, (long long)(size / SECOND));
	else
		str_addf(out, "%s%lld.%llds", sign, (long long)(size / SECOND),
			(long long)(size % SECOND / (SECOND / 10)));
}

void
duration_add(struct str *out, int64_t duration)
{
	bool negative;
	int64_t size = size_of(duration == TIME_NONE ? 0 : duration, &negative);

	if (duration == TIME_NONE)
		str_add_char(out, '?');
	else if (size < MINUTE && size % SECOND != 0)
		add_fraction(out, size, duration < 0 ? "-" : "");
	else
		add_two_units(out, size, negative, SIZE_MAX);
}
