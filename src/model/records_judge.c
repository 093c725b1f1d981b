/* SPDX-License-Identifier: MIT
 * The judgement of all records at one moment, and what is remembered of it. */
#include "model/records_inside.h"

#include <math.h>

#include "base/mem.h"

#define FUTURE_TOLERANCE (10 * SECOND)

/* --- since when --- */

/* What holds for one record at this moment and has a since of its own. */
struct conditions {
	bool lag_over[2], watermark_over[2], future, watermark_future, ahead, blind,
		repeated;
};

static bool
exceeds(int64_t amount, int64_t limit)
{
	return limit != RULE_UNSET && amount > limit;
}

static struct conditions
conditions_of(const struct record *record, const struct observation *seen,
	const struct limits *limits)
{
	struct conditions holds = {
		.repeated = record_is_repeated(record),
	};

	if (seen->lag.kind == LAG_POSITIONS) {
		holds.lag_over[0] = exceeds(seen->lag.amount, limits->warn_lag);
		holds.lag_over[1] = exceeds(seen->lag.amount, limits->crit_lag);
	}
	holds.blind = seen->lag.kind == LAG_UNKNOWN &&
		      (limits->warn_lag != RULE_UNSET || limits->crit_lag != RULE_UNSET);
	if (seen->lag.kind == LAG_POSITIONS || seen->lag.kind == LAG_TIME)
		holds.ahead = seen->lag.amount < 0;
	if (seen->watermark != TIME_NONE && !seen->superseded) {
		int64_t behind = seen->now - seen->watermark;

		holds.watermark_over[0] = exceeds(behind, limits->warn_watermark);
		holds.watermark_over[1] = exceeds(behind, limits->crit_watermark);
		holds.watermark_future = -behind > FUTURE_TOLERANCE;
	}
	holds.future = seen->updated != TIME_NONE &&
		       seen->updated - seen->now > FUTURE_TOLERANCE;
	return holds;
}

static bool
any_holds(const struct conditions *holds)
{
	return holds->lag_over[0] || holds->lag_over[1] || holds->watermark_over[0] ||
	       holds->watermark_over[1] || holds->future || holds->watermark_future ||
	       holds->ahead || holds->blind || holds->repeated;
}

static void
follow(struct since *since, bool holds, int64_t now, bool at_least)
{
	if (!holds)
		since->at = TIME_NONE;
	else if (since->at == TIME_NONE)
		*since = (struct since){ now, at_least };
}

/* The first poll that sees a condition dates it. At our first look, or the first with a
 * head, it may have been so before. */
static void
follow_conditions(struct records *records, struct record *record,
	struct observation *seen, const struct limits *limits)
{
	struct conditions holds = conditions_of(record, seen, limits);
	bool first = (record->flags & RECORD_NEW) && (record->flags & RECORD_FROM_START);
	bool first_lag = first || (record->flags & RECORD_HEAD_NEW);
	bool lag_known = seen->lag.kind == LAG_POSITIONS || seen->lag.kind == LAG_TIME;
	struct incident *incident = incident_of(record);

	if (incident == NULL && !any_holds(&holds))
		return;
	incident = record_incident(records, record);
	for (int i = 0; i < 2; i++) {
		if (lag_known)
			follow(&incident->lag_over[i], holds.lag_over[i], seen->now,
				first_lag);
		if (lag_known)
			seen->lag_over[i] = incident->lag_over[i];
		follow(&incident->watermark_over[i], holds.watermark_over[i], seen->now,
			first);
		seen->watermark_over[i] = incident->watermark_over[i];
	}
	if (lag_known) {
		follow(&incident->ahead, holds.ahead, seen->now, first_lag);
		seen->ahead = incident->ahead;
	}
	follow(&incident->blind, holds.blind, seen->now, first);
	seen->blind = incident->blind;
	follow(&incident->repeated, holds.repeated, seen->now, first);
	seen->repeated = incident->repeated;
	follow(&incident->future, holds.future, seen->now, first);
	follow(&incident->watermark_future, holds.watermark_future, seen->now, first);
	seen->future = incident->future;
	seen->watermark_future = incident->watermark_future;
}

/* --- trouble and its end --- */

static void
begin_trouble(
	struct records *records, struct record *record, const struct verdict *verdict)
{
	struct past *trouble = &record_incident(records, record)->trouble;

	if (trouble->state == STATE_OK || verdict->since.at < trouble->from)
		trouble->from = verdict->since.at;
	if (verdict->state > trouble->state)
		trouble->state = verdict->state;
}

static void
end_trouble(struct incident *incident, int64_t now)
{
	/* A replay that is over was no trouble. */
	if (incident->trouble.state > STATE_RPLY)
		incident->past = (struct past){
			.state = incident->trouble.state,
			.from = incident->trouble.from,
			.until = now,
		};
	incident->trouble = (struct past){ 0 };
	incident->calm = (struct since){ .at = now };
}

/* Returns whether the past has changed, and with it what is to be said now. */
static bool
follow_trouble(struct records *records, struct record *record, struct observation *seen,
	const struct verdict *verdict)
{
	if (verdict->state != STATE_OK) {
		begin_trouble(records, record, verdict);
		return false;
	}
	if (incident_of(record) == NULL || incident_of(record)->trouble.state == STATE_OK)
		return false;
	end_trouble(incident_of(record), seen->now);
	seen->past = incident_of(record)->past;
	seen->calm = incident_of(record)->calm;
	return true;
}

/* --- one record --- */

static double
lag_number(struct lag lag)
{
	bool known = lag.kind == LAG_POSITIONS || lag.kind == LAG_TIME;

	return known ? (double)lag.amount : NAN;
}

/* Before the record is observed: what its rates are must not change until the next
 * judgement, or a job would not be the sum of its rows. */
static void
take_sample(const struct records *records, struct record *record)
{
	struct reading reading = record_reading(records, record);

	if (record->value_type != VALUE_OPAQUE)
		history_sample(history_of(record), &reading, records->now);
}

static void
follow_history(const struct records *records, struct record *record,
	const struct observation *seen)
{
	struct history *history = history_of(record);
	double lag = lag_number(seen->lag);

	if (!isnan(lag))
		spark_add(&history->spark, seen->now, lag);
	if (seen->speed.known && !record_stands(records, record))
		history->speed_before = (float)seen->speed.per_second;
}

static void
judge_record(struct records *records, uint32_t index, struct roll *roll)
{
	struct record *record = &records->all[index];
	const struct limits *limits = record_limits(records, record);
	struct observation seen;
	struct verdict verdict;

	if (records->reachable && history_of(record) != NULL)
		take_sample(records, record);
	record_observe(records, record, NULL, &seen);
	if (records->reachable) {
		if (history_of(record) != NULL)
			follow_history(records, record, &seen);
		follow_conditions(records, record, &seen, limits);
	}
	verdict = health_judge(&seen, limits);
	if (records->reachable && follow_trouble(records, record, &seen, &verdict))
		verdict = health_judge(&seen, limits);
	record->state = verdict.state;
	record->finding = verdict.finding;
	if (records->reachable)
		record->flags &= (uint16_t) ~(RECORD_NEW | RECORD_HEAD_NEW);
	records->unexplained += record_is_unexplained(record);
	roll_add(roll, records, index, &seen, &verdict);
}

/* --- all --- */

/* The picture of the sum; made when it first changes. */
static void
follow_job(const struct records *records, struct job *job)
{
	double lag = lag_number(job->roll.lag), before = job->spark_lag;
	bool same = isnan(lag) ? isnan(before) : lag == before;

	job->spark_lag = lag;
	if (job->spark == NULL) {
		if (same || !records->judged)
			return;
		job->spark = mem_new(1, sizeof(*job->spark));
		job->spark->step = records->now / SPARK_STEP;
		spark_flat(job->spark->cells, job->watched_since, records->now, before);
	}
	if (!isnan(lag))
		spark_add(job->spark, records->now, lag);
}

static void
judge_job(struct records *records, struct job *job)
{
	roll_start(&job->roll);
	for (uint32_t i = 0; i < job->count; i++)
		if (record_is_shown(&records->all[job->members[i]]))
			judge_record(records, job->members[i], &job->roll);
	roll_end(records, job);
	if (records->reachable)
		follow_job(records, job);
}

void
records_set_trouble(struct records *records, struct span text)
{
	str_clear(&records->trouble);
	str_add_span(&records->trouble, text);
}

void
records_judge(struct records *records, int64_t now, bool reachable, int64_t good_at)
{
	records_apply_pending(records);
	if (records->now != TIME_NONE && now < records->now)
		records_step_back(records, now);
	records->now = now;
	records->reachable = reachable;
	records->good_at = good_at;
	records_agree_on_zone(records);
	records->unexplained = 0;
	records->wondering = false;
	for (size_t i = 0; i < job_count(records); i++)
		judge_job(records, &records->jobs[i]);
	if (reachable)
		records->judged = true;
}
