/* SPDX-License-Identifier: MIT
 * Times that pipelines write without a zone, and our own clock when it is set back. */
#include "model/records_inside.h"

#include <string.h>

#define ZONE_REACH    (15 * HOUR)  /* no zone is further from UTC */
#define WRITE_TAKES   (2 * MINUTE) /* from the stamp in a file to the writing of it */
#define CLOCK_DIFFER  (10 * SECOND)
#define DOUBT_MATTERS (3 * HOUR)   /* so long after an hour that came twice */
#define LIVE_GAP      (5 * MINUTE) /* a longer one leaves a quarter of an hour in doubt */

/* While clocks are set back an hour comes twice, while they are set forward one is left
 * out. Which was meant is only a guess, and not made while an hour would matter. */
static int64_t
instant_in_zone(const struct records *records, int64_t local)
{
	bool doubtful;
	int64_t at = zone_to_utc(records->setup.zone, local, &doubtful);

	return doubtful && records->now - at < DOUBT_MATTERS ? TIME_NONE : at;
}

bool
stamp_is_naive(enum stamp_form form)
{
	return form == STAMP_NAIVE || form == STAMP_DATE;
}

int64_t
record_instant(const struct records *records, const struct record *record, int64_t at,
	enum stamp_form form)
{
	int8_t quarters = record->zone_quarters;

	if (at == TIME_NONE || form == STAMP_UNREADABLE)
		return TIME_NONE;
	if (!stamp_is_naive(form))
		return at;
	if (records->setup.zone != NULL)
		return instant_in_zone(records, at);
	if (!record_zone_is_good(records, record))
		return TIME_NONE;
	if (quarters == ZONE_UNKNOWN)
		quarters = records->zone_quarters;
	return quarters == ZONE_UNKNOWN ? TIME_NONE : at - quarters * QUARTER;
}

int64_t
record_updated(const struct records *records, const struct record *record)
{
	int64_t at =
		record_instant(records, record, record->updated_at, record->updated_form);

	return at == TIME_NONE ? TIME_NONE : at - records->clock_ahead;
}

bool
record_is_doubtful(const struct records *records, const struct record *record)
{
	return stamp_is_naive(record->updated_form) && record->updated_at != TIME_NONE &&
	       record_updated(records, record) == TIME_NONE;
}

/*
 * The offset of a local time from an instant that it was written at: rounded to a quarter
 * of an hour, as zones are. What is left over must lie between least and most, or the
 * time says nothing about its zone.
 */
static bool
offset_between(
	int8_t *quarters, int64_t local, int64_t instant, int64_t least, int64_t most)
{
	int64_t offset = local - instant, rounded, left;

	if (offset > ZONE_REACH || offset < -ZONE_REACH)
		return false;
	rounded = offset + QUARTER / 2;
	rounded = (rounded - ((rounded % QUARTER) + QUARTER) % QUARTER) / QUARTER;
	left = offset - rounded * QUARTER;
	if (left < least || left > most)
		return false;
	*quarters = (int8_t)rounded;
	return true;
}

void
record_learn_zone(struct records *records, struct record *record, const struct ckpt *ckpt,
	bool live)
{
	int64_t gap;
	int8_t quarters;

	if (records->setup.zone != NULL || ckpt->updated.form != STAMP_NAIVE)
		return;
	if (ckpt->written_at != TIME_NONE &&
		offset_between(&quarters, ckpt->updated.at, ckpt->written_at,
			-WRITE_TAKES, CLOCK_DIFFER)) {
		record->zone_quarters = quarters;
		record->zone_of_file = true;
		records->zones_are_implied = true;
		return;
	}
	if (!live || records->seen_until == TIME_NONE)
		return;
	gap = records->now - records->seen_until;
	if (gap < 0 || gap > LIVE_GAP)
		return;
	if (offset_between(&quarters, ckpt->updated.at,
		    records->now + records->clock_ahead, -gap - CLOCK_DIFFER,
		    CLOCK_DIFFER)) {
		record->zone_quarters = quarters;
		record->zone_of_file = false;
		records->zone_quarters = quarters;
	}
}

/* --- the stamp of the last save --- */

/* Everything of a stamp but its time: the same for most rows of a store, so that it is
 * kept once. Copied member by member, because what lies between them is not defined. */
static struct stamp
pattern_of(const struct stamp *stamp)
{
	struct stamp pattern;

	memset(&pattern, 0, sizeof(pattern));
	pattern.form = stamp->form;
	pattern.offset = stamp->offset;
	pattern.epoch_unit = stamp->epoch_unit;
	pattern.nanoseconds = stamp->nanoseconds;
	pattern.fraction = stamp->fraction;
	pattern.separator = stamp->separator;
	pattern.seconds = stamp->seconds;
	pattern.leap_second = stamp->leap_second;
	memcpy(pattern.suffix, stamp->suffix, sizeof(pattern.suffix));
	return pattern;
}

static bool
has_time(const struct ckpt *ckpt)
{
	return ckpt->updated_text.at != NULL && ckpt->updated.form != STAMP_UNREADABLE;
}

bool
record_has_updated(const struct records *records, const struct record *record,
	const struct ckpt *ckpt)
{
	if (has_time(ckpt))
		return record->updated_form == ckpt->updated.form &&
		       record->updated_at == ckpt->updated.at;
	return record->updated_at == TIME_NONE &&
	       span_equal(texts_span(records->texts, record->updated_pattern),
		       ckpt->updated_text);
}

void
record_set_updated(
	struct records *records, struct record *record, const struct ckpt *ckpt)
{
	struct stamp pattern;
	struct span bytes = ckpt->updated_text;
	/* Most times of a store look the same. */
	text_id like = record > records->all ? record[-1].updated_pattern : 0;

	record->updated_at = TIME_NONE;
	record->updated_form = STAMP_UNREADABLE;
	if (has_time(ckpt)) {
		record->updated_at = ckpt->updated.at;
		record->updated_form = ckpt->updated.form;
		pattern = pattern_of(&ckpt->updated);
		bytes = (struct span){ (const char *)&pattern, sizeof(pattern) };
	}
	texts_replace_like(records->texts, &record->updated_pattern, bytes, like);
}

bool
record_add_updated_text(
	const struct records *records, const struct record *record, struct str *out)
{
	struct span kept = texts_span(records->texts, record->updated_pattern);
	struct stamp pattern;

	if (kept.at == NULL)
		return false;
	if (record->updated_at == TIME_NONE) {
		str_add_span(out, kept);
		return true;
	}
	memcpy(&pattern, kept.at, sizeof(pattern));
	pattern.at = record->updated_at;
	/* A naive time is kept as if it were UTC, and so it is written. */
	stamp_format(out, &pattern, record->updated_at, records->utc);
	return true;
}

/* --- our own clock --- */

static void
clamp(int64_t *at, int64_t now)
{
	if (*at > now)
		*at = now;
}

static void
step_back_incident(struct incident *incident, int64_t now)
{
	clamp(&incident->damaged.at, now);
	clamp(&incident->lost.at, now);
	clamp(&incident->went_back.at, now);
	clamp(&incident->unexplained.at, now);
	clamp(&incident->future.at, now);
	clamp(&incident->watermark_future.at, now);
	clamp(&incident->repeated.at, now);
	clamp(&incident->ahead.at, now);
	clamp(&incident->blind.at, now);
	clamp(&incident->calm.at, now);
	for (int i = 0; i < 2; i++) {
		clamp(&incident->lag_over[i].at, now);
		clamp(&incident->watermark_over[i].at, now);
	}
	clamp(&incident->replay.at, now);
	clamp(&incident->replay.passed_at, now);
	clamp(&incident->trouble.from, now);
	clamp(&incident->past.from, now);
	clamp(&incident->past.until, now);
}

static void
step_back_record(struct records *records, struct record *record, int64_t now)
{
	if (record_watched_since(records, record) > now)
		record_watch_from(records, record, now);
	if (record->extra != NULL)
		clamp(&record->extra->head_at, now);
	if (history_of(record) != NULL)
		history_step_back(history_of(record), now);
	if (incident_of(record) != NULL)
		step_back_incident(incident_of(record), now);
}

void
records_step_back(struct records *records, int64_t now)
{
	for (size_t i = 0; i < records->count; i++)
		step_back_record(records, &records->all[i], now);
	for (size_t i = 0; i < job_count(records); i++) {
		struct job *job = &records->jobs[i];

		clamp(&job->watched_since, now);
		if (job->spark != NULL && job->spark->step > now / SPARK_STEP)
			job->spark->step = now / SPARK_STEP;
	}
	clamp(&records->good_at, now);
	records->seen_until = TIME_NONE;
}
