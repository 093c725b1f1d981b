/* SPDX-License-Identifier: MIT */
#include "base/clock.h"

#include <stdio.h>
#include <string.h>

#include "base/civil.h"

/* --- reading --- */

static size_t
count_digits(struct span text)
{
	size_t count = 0;

	while (count < text.len && text.at[count] >= '0' && text.at[count] <= '9')
		count++;
	return count;
}

/* Reads ".123456" of 1 to max digits as nanoseconds, if there is one. */
static bool
take_fraction(struct stamp *stamp, int *nanoseconds, struct span *text, size_t max)
{
	size_t digits;

	*nanoseconds = 0;
	if (!take_char(text, '.'))
		return true;
	digits = count_digits(*text);
	if (digits < 1 || digits > max || !take_digits(nanoseconds, text, digits))
		return false;
	stamp->fraction = (uint8_t)digits;
	for (size_t i = digits; i < 9; i++)
		*nanoseconds *= 10;
	return true;
}

/* Reads YYYY-MM-DD; a year of more than four digits has no zero before it. */
static bool
take_date(struct civil *date, struct span *text)
{
	size_t digits = count_digits(*text);
	int year;

	if (digits < 4 || digits > 6 || (digits > 4 && text->at[0] == '0'))
		return false;
	if (!take_digits(&year, text, digits) || year == 0)
		return false;
	date->year = year;
	return take_char(text, '-') && take_digits(&date->month, text, 2) &&
	       take_char(text, '-') && take_digits(&date->day, text, 2);
}

/* Reads HH:MM[:SS[.fraction]]. */
static bool
take_time(struct stamp *stamp, struct civil *time, struct span *text)
{
	int nanoseconds = 0;

	if (!take_digits(&time->hour, text, 2) || !take_char(text, ':') ||
		!take_digits(&time->minute, text, 2))
		return false;
	if (!take_char(text, ':'))
		return true;
	if (!take_digits(&time->second, text, 2) ||
		!take_fraction(stamp, &nanoseconds, text, 9))
		return false;
	stamp->seconds = true;
	stamp->leap_second = time->second == 60;
	time->microsecond = nanoseconds / 1000;
	stamp->nanoseconds = (uint16_t)(nanoseconds % 1000);
	return true;
}

/* Reads the zone at the end of a stamp, and keeps it as it was written. */
static bool
read_suffix(struct stamp *stamp, struct span text)
{
	if (text.len >= sizeof(stamp->suffix))
		return false;
	memcpy(stamp->suffix, text.at, text.len);
	take_char(&text, ' ');
	return span_is(text, "Z") || span_is(text, "z") || span_is(text, "UTC") ||
	       offset_parse(&stamp->offset, text);
}

static bool
parse_calendar(struct stamp *stamp, struct span text)
{
	struct civil civil = { 0 };

	if (!take_date(&civil, &text))
		return false;
	stamp->form = STAMP_DATE;
	if (text.len > 0) {
		stamp->separator = text.at[0];
		if (!take_char(&text, 'T') && !take_char(&text, 't') &&
			!take_char(&text, ' '))
			return false;
		if (!take_time(stamp, &civil, &text))
			return false;
		stamp->form = STAMP_NAIVE;
	}
	if (text.len > 0) {
		if (!read_suffix(stamp, text))
			return false;
		stamp->form = STAMP_ZONED;
	}
	return civil_instant(&stamp->at, &civil) &&
	       !__builtin_sub_overflow(stamp->at, stamp->offset * SECOND, &stamp->at);
}

/* How many digits a number of this unit has at least, and what it is in nanoseconds. */
static const struct {
	uint64_t below;
	int64_t per_second;
	uint32_t nanoseconds;
	size_t digits; /* of the fraction, down to the nanosecond */
} epoch_units[] = {
	{ UINT64_C(100000000000), 1, 1000000000, 9 },
	{ UINT64_C(100000000000000), 1000, 1000000, 6 },
	{ UINT64_C(100000000000000000), 1000000, 1000, 3 },
	{ UINT64_MAX, 1000000000, 1, 0 },
};

static bool
parse_epoch(struct stamp *stamp, struct span text)
{
	size_t digits = count_digits(text), unit = 0;
	unsigned __int128 total;
	uint64_t number = 0;
	int nanoseconds;

	if (digits < 1 || digits > 19 || (digits > 1 && text.at[0] == '0'))
		return false;
	for (size_t i = 0; i < digits; i++)
		number = number * 10 + (uint64_t)(text.at[i] - '0');
	text.at += digits;
	text.len -= digits;
	while (number >= epoch_units[unit].below)
		unit++;
	if (!take_fraction(stamp, &nanoseconds, &text, epoch_units[unit].digits) ||
		text.len > 0)
		return false;
	total = (unsigned __int128)number * epoch_units[unit].nanoseconds +
		(unsigned)(nanoseconds / epoch_units[unit].per_second);
	stamp->form = STAMP_EPOCH;
	stamp->at = (int64_t)(total / 1000);
	stamp->nanoseconds = (uint16_t)(total % 1000);
	stamp->epoch_unit = epoch_units[unit].per_second;
	return true;
}

bool
stamp_parse(struct stamp *out, struct span text)
{
	static const struct stamp empty = { .form = STAMP_UNREADABLE, .at = TIME_NONE };

	*out = empty;
	if (parse_calendar(out, text))
		return true;
	*out = empty;
	if (parse_epoch(out, text))
		return true;
	*out = empty;
	return false;
}

int64_t
stamp_instant(const struct stamp *stamp, const struct zone *zone)
{
	bool naive = stamp->form == STAMP_NAIVE || stamp->form == STAMP_DATE;

	if (!naive)
		return stamp->at;
	return zone != NULL ? zone_to_utc(zone, stamp->at, NULL) : TIME_NONE;
}

/* --- writing --- */

/* A number of seconds and its nine decimals are the digits of the other units too; only
 * the point moves. */
static void
format_epoch(
	struct str *out, const struct stamp *pattern, int64_t at, unsigned nanoseconds)
{
	uint64_t size = at < 0 ? -(uint64_t)at : (uint64_t)at;
	char digits[48];
	size_t point, start = 0;

	point = (size_t)snprintf(digits, sizeof(digits), "%llu",
		(unsigned long long)(size / (uint64_t)SECOND));
	snprintf(digits + point, sizeof(digits) - point, "%06u%03u",
		(unsigned)(size % (uint64_t)SECOND), nanoseconds);
	for (int64_t unit = pattern->epoch_unit; unit > 1; unit /= 10)
		point++;
	while (start + 1 < point && digits[start] == '0')
		start++;
	if (at < 0)
		str_add_char(out, '-');
	str_add_span(out, (struct span){ digits + start, point - start });
	if (pattern->fraction > 0) {
		str_add_char(out, '.');
		str_add_span(out, (struct span){ digits + point, pattern->fraction });
	}
}

/* The time of day of a pattern that is not a date, and its zone. */
static void
format_time(struct str *out, const struct stamp *pattern, const struct civil *time,
	unsigned nanoseconds)
{
	unsigned fraction = pattern->fraction;

	if (fraction == 0 && pattern->form == STAMP_NAIVE && time->microsecond != 0)
		fraction = 6;
	str_add_char(out, pattern->separator);
	civil_add_time(out, time, pattern->seconds || time->second != 0 || fraction > 0);
	if (fraction > 0) {
		size_t start = out->len + 1;

		str_add_char(out, '.');
		str_add_digits(out, (unsigned)time->microsecond, 6);
		str_add_digits(out, nanoseconds, 3);
		str_cut(out, start + fraction);
	}
	str_add(out, pattern->suffix);
}

/* The civil time to write, as the pattern's zone has it. The pattern's own instant comes
 * back as it was read, also where the zone has no or two such times. */
static struct civil
civil_for(const struct stamp *pattern, int64_t at, const struct zone *zone, bool same)
{
	int64_t offset = pattern->offset;
	bool leap = same && pattern->leap_second;
	struct civil civil;

	if (pattern->form != STAMP_ZONED)
		offset = same ? (pattern->at - at) / SECOND : zone_offset(zone, at);
	if (leap)
		offset--;
	if (__builtin_add_overflow(at, offset * SECOND, &at))
		at = offset > 0 ? INT64_MAX : INT64_MIN + 1;
	civil = civil_of(at);
	if (leap)
		civil.second++;
	return civil;
}

void
stamp_format(
	struct str *out, const struct stamp *pattern, int64_t at, const struct zone *zone)
{
	bool same = at != TIME_NONE && at == stamp_instant(pattern, zone);
	unsigned nanoseconds = same ? pattern->nanoseconds : 0;
	struct civil civil;

	if (pattern->form == STAMP_UNREADABLE || at == TIME_NONE) {
		time_add_rfc3339(out, at);
		return;
	}
	if (pattern->form == STAMP_EPOCH) {
		format_epoch(out, pattern, at, nanoseconds);
		return;
	}
	civil = civil_for(pattern, at, zone, same);
	civil_add_date(out, &civil);
	if (pattern->form != STAMP_DATE)
		format_time(out, pattern, &civil, nanoseconds);
}
