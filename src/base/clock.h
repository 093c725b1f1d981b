/* SPDX-License-Identifier: MIT
 * Time. An instant is microseconds since 1970-01-01T00:00:00 UTC in an int64_t, a
 * duration is microseconds; TIME_NONE is "not known". Everything below takes the time as
 * an argument except clock_now() and clock_monotonic(). */
#ifndef BASE_CLOCK_H
#define BASE_CLOCK_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/err.h"
#include "base/str.h"

#define TIME_NONE   INT64_MIN
#define MILLISECOND INT64_C(1000)
#define SECOND	    INT64_C(1000000)
#define MINUTE	    (60 * SECOND)
#define HOUR	    (60 * MINUTE)
#define DAY	    (24 * HOUR)

/* --- now --- */

/* The wall clock. With CKPTOP_NOW set (as for time_parse()) it stands still there: for
 * tests, and therefore every handle that writes refuses while clock_is_frozen(). A
 * CKPTOP_NOW that cannot be read leaves the clock running but counts as frozen, so that
 * nothing is written by mistake. Any thread. */
int64_t clock_now(void);
bool clock_is_frozen(void);

/* Says what is wrong with CKPTOP_NOW: ERR_USAGE. For main(), before anything else. */
int clock_check(struct err *err);

/* Only for tests in one process: sets, or with TIME_NONE ends, the frozen time. */
void clock_freeze(int64_t at);

/* A clock that never jumps, for timeouts; runs also while the wall clock is frozen. */
int64_t clock_monotonic(void);

/* Only for tests in one process: lets clock_monotonic() be so much later, for what a
 * person does slowly. */
void clock_advance(int64_t by);

/* What happened to time between two looks at the clocks. */
struct clock_jump {
	int64_t absent; /* this process did not run for so long, because the machine slept
			   or the process was stopped; 0: it ran */
	int64_t set;	/* the wall clock was set so far (<0: back); 0: it was not */
};

/* The clocks at the last look. Zero it first. */
struct clock_watch {
	bool looked;
	int64_t wall, elapsed;
};

/* Looks at the clocks, which is to be done every second or so. One thread. */
struct clock_jump clock_look(struct clock_watch *watch);

/* The same, for times that were read elsewhere: of the wall clock, and of one that runs
 * on while the machine sleeps and is never set. */
struct clock_jump clock_compare(struct clock_watch *watch, int64_t wall, int64_t elapsed);

/* --- zones --- */

/*
 * A time zone. zone_load() reads it with the C library (it sets TZ for a moment), so call
 * it only while the process has one thread; afterwards the zone is constant and any
 * thread may use it. Names: "UTC", "local", "+05:30", "Europe/Berlin". "local" is what TZ
 * or /etc/localtime say. A name without a file in the zone database, or a TZ that the C
 * library would silently take for UTC, is refused: ERR_USAGE.
 *
 * Transitions are known from 1900 on; earlier instants take the first offset. From 2129
 * on the rules of the years before repeat.
 */
struct zone;

int zone_load(struct zone **out, const char *name, struct err *err);

/* The zone that times are shown in where that shall be the local one. Where TZ says what
 * nobody knows (or there is no zone database) it is UTC, and *why says so: false then. */
bool zone_load_shown(struct zone **out, struct err *why);
void zone_free(struct zone *zone);

/* "UTC", "+05:30", "Europe/Berlin"; for "local" the name behind it where there is one,
 * else "local". */
const char *zone_name(const struct zone *zone);

/* Offset from UTC in seconds, and "CET", "CEST", …, at an instant. */
int zone_offset(const struct zone *zone, int64_t at);
const char *zone_abbreviation(const struct zone *zone, int64_t at);

/*
 * The instant of a local time (given as if it were UTC), as PostgreSQL's and Python's
 * default have it for a gap, and Python's for a fold: where clocks are set back, the
 * earlier of the two instants; where they are set forward, the skipped 02:30 is 03:30.
 * *doubtful says that it was one of these. doubtful may be NULL. TIME_NONE stays
 * TIME_NONE.
 */
int64_t zone_to_utc(const struct zone *zone, int64_t local, bool *doubtful);

/* A fixed offset (less than a day) as a zone. zone_free() it. */
struct zone *zone_fixed(int offset_seconds);

/* --- stamps: times as other programs write them --- */

enum stamp_form {
	STAMP_UNREADABLE,
	STAMP_NAIVE, /* date and time without a zone: at is the local time as if UTC */
	STAMP_ZONED, /* with Z or an offset: at is the instant */
	STAMP_EPOCH, /* a number of seconds, milli-, micro- or nanoseconds since 1970 */
	STAMP_DATE,  /* a date alone: at is its midnight as if UTC */
};

/* A parsed stamp, with what is needed to write another one in the same format. */
struct stamp {
	enum stamp_form form;
	int32_t offset;	    /* STAMP_ZONED: seconds east of UTC */
	int64_t at;	    /* TIME_NONE when unreadable */
	int64_t epoch_unit; /* STAMP_EPOCH: how many of it make a second (1, 1000, …) */
	uint16_t nanoseconds; /* 0 to 999: what at could not hold */
	uint8_t fraction;     /* digits after the decimal point, 0 to 9 */
	char separator;	      /* 'T', 't' or ' ' between date and time */
	bool seconds;	      /* HH:MM:SS rather than HH:MM */
	bool leap_second;     /* it said :60; at is in the following second */
	char suffix[12];      /* the zone as it was written: Z, +05:30, +00, … */
};

/*
 * Reads, without white space around it:
 *   YYYY-MM-DD
 *   YYYY-MM-DD{T|t| }HH:MM[:SS[.fraction]][zone], the fraction of 1 to 9 digits, the zone
 *   Z, z, UTC or ±HH[[:]MM[:SS]], with or without one space before it;
 *   a number, at least 0, as an epoch by its size: below 10^11 seconds, below 10^14
 *   milliseconds, below 10^17 microseconds, else nanoseconds; a fraction down to the
 *   nanosecond.
 * Years are 0001 to 9999 and on to 294246, which is as far as an instant goes (PostgreSQL
 * can hold 30 years more). The 24th hour, "infinity", "BC" dates and anything else are
 * STAMP_UNREADABLE. Returns false then.
 */
bool stamp_parse(struct stamp *out, struct span text);

/* The instant of a stamp: naive forms are taken in zone; TIME_NONE when zone is NULL and
 * the form needs one, or the stamp is unreadable. */
int64_t stamp_instant(const struct stamp *stamp, const struct zone *zone);

/*
 * Writes an instant in the format of another stamp (separator, fraction digits, zone
 * form, epoch unit). zone is for naive and date forms and must not be NULL for them. The
 * instant of the pattern itself gives the very text that was parsed. For another one,
 * what is finer than the pattern is cut off, except where the pattern may have left out
 * zeros: seconds are written when they are not 0 (Java leaves :00 out), and a naive
 * pattern without a fraction gets six digits when `at` has microseconds (Python leaves
 * .000000 out). After an unreadable pattern: as time_add_rfc3339().
 */
void stamp_format(struct str *out, const struct stamp *pattern, int64_t at,
	const struct zone *zone);

/* --- times and durations for people and machines --- */

/* 2026-11-22T03:07:41Z, with a fraction of up to six digits only where there is one; "?"
 * for TIME_NONE. */
void time_add_rfc3339(struct str *out, int64_t at);

/* strftime() in UTC or, with a zone, in it; in English whatever the locale, at most 255
 * bytes; "?" for TIME_NONE. */
void time_addf(struct str *out, int64_t at, const struct zone *zone, const char *format)
	__attribute__((format(strftime, 4, 0)));

/* A time given by a user: RFC 3339 with a zone (or what stamp_parse() takes with one), or
 * @epoch. Without a zone: ERR_USAGE. */
int time_parse(int64_t *out, struct span text, struct err *err);

/* "250ms", "5s", "15m", "1h30m", "7d", "2w", "1.5h": numbers with a unit, largest first,
 * each unit once. A plain number and a sign are refused. ERR_USAGE. */
int duration_parse(int64_t *out, struct span text, struct err *err);

/*
 * Four texts of a duration. All cut towards zero (never more than has passed), put "-"
 * before a duration below zero that does not show as zero, write minutes and seconds
 * behind a larger unit with two digits, and give "?" for TIME_NONE. A year is 365 days.
 */

/* For AGE and UPD, at most 4 cells, one unit: 0s 4s 53m 2h 13d 2w 99w 2y; from 1h to 2h
 * hours and minutes: 1h47 (but -1h). Days below 14d, weeks below 100w; beyond 99 years
 * ">99y" and "<-9y". */
void duration_add_short(struct str *out, int64_t duration);

/* For WMARK, at most 5 cells: as the short one, but from 1h to 10h hours and minutes:
 * 2h11m, 3h when there are no minutes (-2h below zero). */
void duration_add_medium(struct str *out, int64_t duration);

/* For CATCH: the text of duration_add() to whole seconds, or its larger unit alone where
 * that is wider than `cells` (at least 5): 3m35s, in 6 cells 13m26s, in 5 13m; beyond
 * 999 years ">999y", below -99 years "<-99y". */
void duration_add_fit(struct str *out, int64_t duration, unsigned cells);

/* For sentences: two units, the second only when it is not 0: 53m39s 2h11m 3h 1d4h
 * 2y130d. Below a minute tenths of a second when not whole, 5.2s; below a second whole
 * milliseconds, 250ms, and "<1ms". */
void duration_add(struct str *out, int64_t duration);

#endif
