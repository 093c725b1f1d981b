/* SPDX-License-Identifier: MIT
 * Times and durations of other programs. A stamp that was read is written again as the
 * very same text; any instant can be written in its format and is read again as what the
 * format could hold of it; nothing overflows. Texts of durations keep to their cells and
 * never say more than has passed. */
#include "fuzz.h"

#include <string.h>

#include "base/clock.h"
#include "base/err.h"

/* --- stamps --- */

/* The finest part of a second that the stamp could hold of another instant; 0: none, only
 * the day. */
static int64_t
step_of(const struct stamp *stamp, const struct stamp *written)
{
	int64_t step = SECOND;
	unsigned fraction = written->fraction;

	if (stamp->form == STAMP_DATE)
		return DAY;
	if (stamp->form == STAMP_EPOCH)
		for (int64_t unit = written->epoch_unit; unit > 1; unit /= 10)
			fraction++;
	for (; fraction > 0 && step > 1; fraction--)
		step /= 10;
	return step;
}

/* True for instants that this format writes and nobody reads as such: before the year 1,
 * the last days that there are, and numbers below zero or so large that they would be of
 * another unit (from the year 5138 on, of nanoseconds 2286). */
static bool
is_out_of_reach(const struct stamp *stamp, int64_t at)
{
	if (stamp->form == STAMP_EPOCH)
		return at < 0 || at / 10 >= INT64_C(10000000000000000) ||
		       (stamp->epoch_unit > 1000000 && at >= INT64_C(10000000000000000));
	return at < -719161 * DAY || at > INT64_MAX - 2 * DAY;
}

/* An instant in the format of a stamp, read again. Where clocks are set back, a time
 * without a zone is the earlier of two. */
static void
check_other_instant(const struct stamp *stamp, int64_t at, const struct zone *zone)
{
	bool naive = stamp->form == STAMP_NAIVE || stamp->form == STAMP_DATE;
	struct str text = { 0 };
	struct stamp again;
	int64_t lost;

	stamp_format(&text, stamp, at, zone);
	WANT(text.len > 0);
	if (!is_out_of_reach(stamp, at)) {
		WANT(stamp_parse(&again, str_span(&text)));
		lost = at - stamp_instant(&again, zone);
		/* A number of milliseconds may be so small that it reads as seconds. */
		if (again.epoch_unit == stamp->epoch_unit)
			WANT(lost >= 0 &&
				lost < step_of(stamp, &again) + (naive ? 3 * HOUR : 0));
	}
	str_free(&text);
}

static void
check_stamp(struct span text, int64_t other, const struct zone *zone)
{
	struct str written = { 0 };
	struct stamp stamp;
	bool readable = stamp_parse(&stamp, text);
	int64_t at = stamp_instant(&stamp, zone);

	WANT(readable == (stamp.form != STAMP_UNREADABLE));
	WANT(readable == (stamp.at != TIME_NONE) && readable == (at != TIME_NONE));
	if (readable) {
		stamp_format(&written, &stamp, at, zone);
		WANT(span_equal(str_span(&written), text));
		check_other_instant(&stamp, other, zone);
	}
	str_free(&written);
}

/* A time of the command line is a stamp with a zone, or an '@' and a number. */
static void
check_given(struct span text)
{
	struct err err = { 0 };
	struct stamp stamp;
	int64_t at = TIME_NONE;

	if (time_parse(&at, text, &err) != 0) {
		WANT(err.kind == ERR_USAGE && at == TIME_NONE);
		return;
	}
	if (text.at[0] == '@')
		text.at++, text.len--;
	WANT(stamp_parse(&stamp, text) && stamp.at == at);
	WANT(stamp.form == STAMP_ZONED || stamp.form == STAMP_EPOCH);
}

static void
check_rfc3339(int64_t at)
{
	struct str text = { 0 };
	struct stamp stamp;

	time_add_rfc3339(&text, at);
	if (at == TIME_NONE)
		WANT(strcmp(text.text, "?") == 0);
	else if (stamp_parse(&stamp, str_span(&text)))
		WANT(stamp.form == STAMP_ZONED && stamp.at == at);
	else
		WANT(at < -719162 * DAY);
	str_free(&text);
}

/* --- durations --- */

static const struct {
	char name[3];
	int64_t size;
} units[] = {
	{ "ms", MILLISECOND },
	{ "us", 1 },
	{ "y", 365 * DAY },
	{ "w", 7 * DAY },
	{ "d", DAY },
	{ "h", HOUR },
	{ "m", MINUTE },
	{ "s", SECOND },
};

/* Cuts one unit off the text, or 0. */
static int64_t
take_unit(struct span *text)
{
	for (size_t i = 0; i < sizeof(units) / sizeof(*units); i++) {
		size_t len = strlen(units[i].name);

		if (text->len < len || memcmp(text->at, units[i].name, len) != 0)
			continue;
		text->at += len;
		text->len -= len;
		return units[i].size;
	}
	return 0;
}

/* The duration that a text says, in plain arithmetic that cannot overflow, and its
 * smallest unit. A missing unit is the one below the last: 1h47. */
static __int128
evaluate(struct span text, int64_t *smallest)
{
	__int128 sum = 0;

	*smallest = 0;
	while (text.len > 0) {
		__int128 number = 0, scale = 0;
		int64_t unit;

		for (; text.len > 0 && strchr("0123456789.", *text.at) != NULL &&
			*text.at;
			text.at++, text.len--) {
			if (*text.at == '.') {
				scale = 1;
				continue;
			}
			number = number * 10 + (*text.at - '0');
			scale *= 10;
		}
		unit = take_unit(&text);
		if (unit == 0) {
			WANT(text.len == 0 && *smallest == HOUR);
			unit = MINUTE;
		}
		scale = scale == 0 ? 1 : scale;
		sum += number * unit / scale;
		*smallest = unit / (int64_t)scale;
	}
	return sum;
}

/* What a text says of a duration: never more than it is, and less by at most its smallest
 * unit. ">99y" and "<1ms" say no number. */
static void
check_said(struct span said, int64_t duration, bool all_units)
{
	bool negative = *said.at == '-';
	int64_t smallest;
	__int128 size = duration, value;

	WANT(said.len > 0);
	if (*said.at == '<' || *said.at == '>' || *said.at == '?')
		return;
	if (negative)
		said.at++, said.len--;
	size = size < 0 ? -size : size;
	value = evaluate(said, &smallest);
	WANT(!negative || duration < 0);
	WANT(value <= size);
	/* "3h" is shown for 3h00m59s, where the unit below is zero. */
	WANT(size - value < (all_units ? smallest : (__int128)HOUR * 24 * 365));
}

static void
check_shown(int64_t duration)
{
	struct str text = { 0 };

	duration_add_short(&text, duration);
	WANT(text.len <= 4);
	check_said(str_span(&text), duration, true);
	str_clear(&text);
	duration_add_medium(&text, duration);
	WANT(text.len <= 5);
	check_said(str_span(&text), duration, false);
	for (unsigned cells = 5; cells < 9; cells++) {
		str_clear(&text);
		duration_add_fit(&text, duration, cells);
		WANT(text.len <= cells);
		check_said(str_span(&text), duration, false);
	}
	str_clear(&text);
	duration_add(&text, duration);
	check_said(str_span(&text), duration, false);
	str_free(&text);
}

/* What was read is what plain arithmetic says, and written again it is read as the same
 * once it has been cut to two units. */
static void
check_duration(struct span text)
{
	int64_t duration = TIME_NONE, smallest, cut, again;
	struct str written = { 0 }, twice = { 0 };
	struct err err = { 0 };

	if (duration_parse(&duration, text, &err) != 0) {
		WANT(err.kind == ERR_USAGE && duration == TIME_NONE);
		return;
	}
	WANT(duration >= 0);
	if (memchr(text.at, '.', text.len) == NULL)
		WANT(evaluate(text, &smallest) == duration);
	check_shown(duration);
	duration_add(&written, duration);
	if (duration_parse(&cut, str_span(&written), NULL) == 0) {
		duration_add(&twice, cut);
		WANT(duration_parse(&again, str_span(&twice), NULL) == 0 && again == cut);
		WANT(span_equal(str_span(&written), str_span(&twice)));
	} else {
		WANT(duration < MILLISECOND || duration >= 365 * DAY);
	}
	str_free(&written);
	str_free(&twice);
}

/* The zones cost time to load: once a process. */
static const struct zone *
zone_for(size_t number)
{
	static const char *const names[] = { "UTC", "Europe/Berlin", "-00:53:28",
		"Australia/Lord_Howe" };
	static struct zone *zones[4];

	number %= sizeof(names) / sizeof(*names);
	if (zones[number] == NULL)
		WANT(zone_load(&zones[number], names[number], NULL) == 0);
	return zones[number];
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	const struct zone *zone = zone_for((size_t)fuzz_take_number(data, &size, 1));
	int64_t other = (int64_t)fuzz_take_number(data, &size, 8);
	struct span text = fuzz_span(data, size);

	check_stamp(text, other, zone);
	check_given(text);
	check_rfc3339(other);
	check_duration(text);
	check_shown(other);
	return 0;
}
