/* SPDX-License-Identifier: MIT
 * Calendar arithmetic in the proleptic Gregorian calendar: no zone, no locale, no limit
 * but that of an instant (microseconds in an int64_t: the years -290307 to 294246). */
#ifndef BASE_CIVIL_H
#define BASE_CIVIL_H

#include <stdbool.h>
#include <stdint.h>

#include "base/str.h"

/* A date and a time of day. second may be 60 on the way in: a leap second counts as the
 * first second of the next minute. */
struct civil {
	int64_t year; /* 0 is 1 BC */
	int month, day, hour, minute, second, microsecond;
};

/* Division that rounds down, and what it leaves (never negative for b > 0). What is here
 * in whole is done for each of a million times, with b or count a constant. */
static inline int64_t
floor_div(int64_t a, int64_t b)
{
	int64_t quotient = a / b;

	return a % b != 0 && (a % b < 0) != (b < 0) ? quotient - 1 : quotient;
}

static inline int64_t
floor_mod(int64_t a, int64_t b)
{
	int64_t rest = a % b;

	return rest != 0 && (rest < 0) != (b < 0) ? rest + b : rest;
}

/* Days since 1970-01-01; the date must exist. |year| up to 10^9. */
int64_t civil_days(int64_t year, int month, int day);

/* 0 is Sunday, as in struct tm. */
int civil_weekday(int64_t days);

/* The date and time of an instant, in UTC. */
struct civil civil_of(int64_t at);

/* Appends the date, as 2026-11-22; the time of day, as 03:07, and with seconds 03:07:41.
 */
void civil_add_date(struct str *out, const struct civil *civil);
void civil_add_time(struct str *out, const struct civil *civil, bool seconds);

/* The other way; false when there is no such date or time, or no such instant. */
bool civil_instant(int64_t *out, const struct civil *civil);

/* Reads all of "+05:30", "+0530", "+05" or "-00:53:28" as seconds east of UTC, less than
 * a day. */
bool offset_parse(int32_t *seconds, struct span text);

/* True when the text starts with count digits; cuts them off and gives their value. */
static inline bool
take_digits(int *value, struct span *text, size_t count)
{
	int sum = 0;

	if (text->len < count)
		return false;
	for (size_t i = 0; i < count; i++) {
		if (text->at[i] < '0' || text->at[i] > '9')
			return false;
		sum = sum * 10 + (text->at[i] - '0');
	}
	*value = sum;
	text->at += count;
	text->len -= count;
	return true;
}

/* Cuts this character off the start, when it is there. */
static inline bool
take_char(struct span *text, char c)
{
	if (text->len == 0 || text->at[0] != c)
		return false;
	text->at++;
	text->len--;
	return true;
}

#endif
