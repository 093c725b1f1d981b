/* SPDX-License-Identifier: MIT */
#include "base/civil.h"

#include <stddef.h>

#include "base/clock.h"

/* Years are counted from March, so that the leap day is the last of its year, and in
 * cycles of 400 years, after which the calendar repeats. */
#define DAYS_OF_400_YEARS 146097
#define DAYS_BEFORE_1970  719468 /* from 0000-03-01 */

int64_t
civil_days(int64_t year, int month, int day)
{
	int64_t march_year = month <= 2 ? year - 1 : year;
	int64_t cycle = floor_div(march_year, 400);
	int64_t year_of_cycle = floor_mod(march_year, 400);
	int64_t day_of_year =
		(153 * (month > 2 ? month - 3 : month + 9) + 2) / 5 + day - 1;
	int64_t day_of_cycle = year_of_cycle * 365 + year_of_cycle / 4 -
			       year_of_cycle / 100 + day_of_year;

	return cycle * DAYS_OF_400_YEARS + day_of_cycle - DAYS_BEFORE_1970;
}

int
civil_weekday(int64_t days)
{
	return (int)floor_mod(days + 4, 7); /* 1970-01-01 was a Thursday. */
}

struct civil
civil_of(int64_t at)
{
	int64_t days = floor_div(at, DAY) + DAYS_BEFORE_1970;
	int64_t rest = floor_mod(at, DAY);
	int64_t cycle = floor_div(days, DAYS_OF_400_YEARS);
	int64_t day_of_cycle = floor_mod(days, DAYS_OF_400_YEARS);
	int64_t year_of_cycle =
		(day_of_cycle - day_of_cycle / 1460 + day_of_cycle / 36524 -
			day_of_cycle / (DAYS_OF_400_YEARS - 1)) /
		365;
	int64_t day_of_year = day_of_cycle - (365 * year_of_cycle + year_of_cycle / 4 -
						     year_of_cycle / 100);
	int march_month = (int)((5 * day_of_year + 2) / 153);
	struct civil civil;

	civil.day = (int)(day_of_year - (153 * march_month + 2) / 5 + 1);
	civil.month = march_month < 10 ? march_month + 3 : march_month - 9;
	civil.year = cycle * 400 + year_of_cycle + (civil.month <= 2 ? 1 : 0);
	civil.hour = (int)(rest / HOUR);
	civil.minute = (int)(rest / MINUTE % 60);
	civil.second = (int)(rest / SECOND % 60);
	civil.microsecond = (int)(rest % SECOND);
	return civil;
}

static int
days_of_month(int64_t year, int month)
{
	static const int days[] = { 31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31 };
	bool leap = year % 4 == 0 && (year % 100 != 0 || year % 400 == 0);

	return days[month - 1] + (month == 2 && leap ? 1 : 0);
}

/* Two digits. Lists are full of times. */
static void
put_pair(char *to, int number)
{
	to[0] = (char)('0' + number / 10);
	to[1] = (char)('0' + number % 10);
}

void
civil_add_date(struct str *out, const struct civil *civil)
{
	char text[10];

	if (civil->year < 0 || civil->year > 9999) {
		str_addf(out, "%04lld-%02d-%02d", (long long)civil->year, civil->month,
			civil->day);
		return;
	}
	put_pair(text, (int)civil->year / 100);
	put_pair(text + 2, (int)civil->year % 100);
	text[4] = '-';
	put_pair(text + 5, civil->month);
	text[7] = '-';
	put_pair(text + 8, civil->day);
	str_add_span(out, (struct span){ text, sizeof(text) });
}

void
civil_add_time(struct str *out, const struct civil *civil, bool seconds)
{
	char text[8];

	put_pair(text, civil->hour);
	text[2] = ':';
	put_pair(text + 3, civil->minute);
	text[5] = ':';
	put_pair(text + 6, civil->second);
	str_add_span(out, (struct span){ text, seconds ? 8 : 5 });
}

bool
civil_instant(int64_t *out, const struct civil *civil)
{
	int64_t seconds, at;

	if (civil->month < 1 || civil->month > 12 || civil->day < 1 ||
		civil->day > days_of_month(civil->year, civil->month))
		return false;
	if (civil->hour > 23 || civil->minute > 59 || civil->second > 60)
		return false;
	seconds = civil_days(civil->year, civil->month, civil->day) * (DAY / SECOND) +
		  civil->hour * 3600 + civil->minute * 60 + civil->second;
	if (__builtin_mul_overflow(seconds, SECOND, &at) ||
		__builtin_add_overflow(at, civil->microsecond, &at))
		return false;
	*out = at;
	return true;
}

bool
offset_parse(int32_t *seconds, struct span text)
{
	int hours, minutes = 0, rest = 0;
	bool negative = take_char(&text, '-');

	if (!negative && !take_char(&text, '+'))
		return false;
	if (!take_digits(&hours, &text, 2))
		return false;
	if (take_char(&text, ':')) {
		if (!take_digits(&minutes, &text, 2))
			return false;
		if (take_char(&text, ':') && !take_digits(&rest, &text, 2))
			return false;
	} else if (text.len > 0 && !take_digits(&minutes, &text, 2)) {
		return false;
	}
	if (text.len > 0 || hours > 23 || minutes > 59 || rest > 59)
		return false;
	*seconds = (hours * 60 + minutes) * 60 + rest;
	if (negative)
		*seconds = -*seconds;
	return true;
}
