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

/* The wall clock. With CKPTOP_NOW set (RFC 3339) it stands still there: for tests, and
 * therefore every handle that writes refuses while clock_is_frozen(). */
int64_t clock_now(void);
bool clock_is_frozen(void);

/* Only for tests in one process: sets, or with TIME_NONE ends, the frozen time. */
void clock_freeze(int64_t at);

/* A clock that never jumps, for timeouts; runs also while the wall clock is frozen. */
int64_t clock_monotonic(void);

/* --- zones --- */

/*
 * A time zone. zone_load() reads it with the C library (it sets TZ for a moment), so call
 * it only while the process has one thread; afterwards the zone is constant and any
 * thread may use it. Names: "UTC", "local", "+05:30", "Europe/Berlin".
 */
struct zone;

int zone_load(struct zone **out, const char *name, struct err *err);
void zone_free(struct zone *zone);
const char *zone_name(const struct zone *zone);

/* Offset from UTC in seconds at an instant. */
int zone_offset(const struct zone *zone, int64_t at);

/*
 * The instant of a local time (given as if it were UTC). In a fold the earlier instant,
 * in a gap the instant after it; *doubtful says that it was one of these. doubtful may be
 * NULL.
 */
int64_t zone_to_utc(const struct zone *zone, int64_t local, bool *doubtful);

/* A fixed offset as a zone. zone_free() it. */
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
	int64_t at;
	char separator;		/* 'T', 't' or ' ' between date and time */
	uint8_t fraction;	/* digits after the second */
	bool zulu;		/* the zone was written Z */
	bool offset_colon;	/* +05:30 rather than +0530 */
	int16_t offset_minutes; /* the offset that was written */
	int64_t epoch_unit; /* STAMP_EPOCH: how many of it make a second (1, 1000, …) */
	bool leap_second;   /* it said :60; at is the following second */
};

/*
 * Reads YYYY-MM-DD, YYYY-MM-DD{T| }HH:MM[:SS[.fraction]][Z|±HH[:]MM|±HH], years 0001 to
 * 9999 (and up to 294276 as PostgreSQL writes them), and plain numbers as epochs by their
 * size. "infinity", "BC" dates and anything else are STAMP_UNREADABLE. Returns false
 * then.
 */
bool stamp_parse(struct stamp *out, struct span text);

/* The instant of a stamp: naive forms are taken in zone; TIME_NONE when zone is NULL and
 * the form needs one, or the stamp is unreadable. */
int64_t stamp_instant(const struct stamp *stamp, const struct zone *zone);

/*
 * Writes an instant in the format of another stamp (separator, fraction digits, zone
 * form, epoch unit). zone is for naive and date forms and must not be NULL for them.
 * Python leaves a fraction of zero out: a pattern without a fraction gets six digits when
 * `at` has microseconds and the pattern is STAMP_NAIVE, none otherwise.
 */
void stamp_format(struct str *out, const struct stamp *pattern, int64_t at,
	const struct zone *zone);

/* --- times and durations for people and machines --- */

/* 2026-11-22T03:07:41Z, with a fraction of up to six digits only where there is one. */
void time_add_rfc3339(struct str *out, int64_t at);

/* strftime() in UTC or, with a zone, in it. */
void time_addf(struct str *out, int64_t at, const struct zone *zone, const char *format);

/* A time given by a user: RFC 3339 with a zone, or @epoch. Without a zone: ERR_USAGE. */
int time_parse(int64_t *out, struct span text, struct err *err);

/* "250ms", "5s", "15m", "1h30m", "7d"; a plain number is refused. ERR_USAGE. */
int duration_parse(int64_t *out, struct span text, struct err *err);

/* For tables, at most 4 cells: 4s 53m 6h 1h47 2d 13w, "-4m" below zero, "?" for
 * TIME_NONE. One unit, but hours and minutes from 1h up to 2h ("1h47"). */
void duration_add_short(struct str *out, int64_t duration);

/* At most 5 cells, two units where they say something: 53m 2h11m 13m26s 3h. */
void duration_add_medium(struct str *out, int64_t duration);

/* For sentences: 53m39s, 2h11m, 1d4h, 5.2s below a minute when not whole. */
void duration_add(struct str *out, int64_t duration);

#endif
