/* SPDX-License-Identifier: MIT
 * A job from its partitions: the worst state, sums that add up, the oldest save. */
#include "model/records_inside.h"

#include <string.h>

#define MOVES_UNKNOWN MINUTE /* while no cadence is known */

void
roll_start(struct roll *roll)
{
	*roll = (struct roll){
		.calm = { .at = TIME_NONE },
		.lag = { .kind = LAG_NONE },
		.updated = TIME_NONE,
		.updated_of_all = TIME_NONE,
		.watermark = TIME_NONE,
		.unexplained = { .at = TIME_NONE },
	};
}

/* --- sums --- */

/* A sum of more than can be counted is at least what it says. */
static void
add_positions(struct lag *sum, const struct lag *lag)
{
	sum->partial |= lag->partial;
	if (__builtin_add_overflow(sum->amount, lag->amount, &sum->amount)) {
		sum->amount = lag->amount > 0 ? INT64_MAX : -INT64_MAX;
		sum->partial = true;
	}
}

static void
add_rate(struct rate *sum, struct rate rate)
{
	if (!rate.known) {
		sum->partial = true;
		return;
	}
	sum->known = true;
	sum->per_second += rate.per_second;
}

/* Positions add up; of times the longest counts, with the rates it has. */
static void
add_lag(struct roll *roll, const struct observation *seen)
{
	struct lag lag = seen->lag;

	if (lag.kind == LAG_NONE)
		return;
	if (lag.kind == LAG_UNKNOWN) {
		roll->lag_unknown++;
		if (seen->value.type == VALUE_INT)
			add_rate(&roll->speed, seen->speed);
		return;
	}
	if (roll->lag.kind != LAG_NONE && roll->lag.kind != lag.kind) {
		roll->lag_mixed = true;
		return;
	}
	if (lag.kind == LAG_POSITIONS) {
		add_positions(&roll->lag, &lag);
		add_rate(&roll->lag_rate, seen->lag_rate);
		add_rate(&roll->speed, seen->speed);
		add_rate(&roll->head_speed, seen->head_speed);
	} else if (roll->lag.kind == LAG_NONE || lag.amount > roll->lag.amount) {
		roll->lag.amount = lag.amount;
		roll->lag.partial = lag.partial;
		roll->lag_rate = seen->lag_rate;
		roll->speed = seen->speed;
		roll->head_speed = seen->head_speed;
	}
	roll->lag.kind = lag.kind;
}

static void
end_lag(struct roll *roll)
{
	if (roll->lag_mixed) {
		roll->lag = (struct lag){ .kind = LAG_NONE };
		roll->lag_rate = roll->speed = roll->head_speed = (struct rate){ 0 };
		return;
	}
	if (roll->lag_unknown == 0)
		return;
	if (roll->lag.kind == LAG_NONE)
		roll->lag.kind = LAG_UNKNOWN;
	else
		roll->lag.partial = true;
}

/* --- saves and watermarks --- */

static void
lower(int64_t *lowest, int64_t at)
{
	if (at != TIME_NONE && (*lowest == TIME_NONE || at < *lowest))
		*lowest = at;
}

static void
add_times(struct roll *roll, uint32_t index, const struct observation *seen,
	const struct verdict *verdict)
{
	bool resting =
		verdict->finding == FINDING_IDLE || verdict->finding == FINDING_DONE;

	/* One that is not known may be older than all that are. */
	roll->watermarks_unknown +=
		seen->lost.at != TIME_NONE || seen->watermark == TIME_NONE;
	if (seen->lost.at != TIME_NONE)
		return;
	lower(&roll->updated_of_all, seen->updated);
	if (!resting)
		lower(&roll->updated, seen->updated);
	if (seen->watermark != TIME_NONE &&
		(roll->watermark == TIME_NONE || seen->watermark < roll->watermark)) {
		roll->watermark = seen->watermark;
		roll->holds_watermark = index;
	}
}

bool
record_moves(const struct observation *seen, const struct limits *limits,
	const struct verdict *verdict)
{
	int64_t within = health_stopped_after(seen, limits), last = seen->updated;

	if (!seen->store_reachable || verdict->finding == FINDING_STOPPED ||
		verdict->finding == FINDING_STALLED || verdict->finding == FINDING_LOST ||
		verdict->finding == FINDING_DAMAGED)
		return false;
	if (last == TIME_NONE && !seen->value_moved.at_least)
		last = seen->value_moved.at;
	return last != TIME_NONE &&
	       seen->now - last <= (within != TIME_NONE ? within : MOVES_UNKNOWN);
}

/* --- the worst --- */

/* Problems: what is worse, then what began first. What is ok: what became so last. */
static bool
is_worse(const struct verdict *a, const struct verdict *b)
{
	if (a->state != b->state)
		return a->state > b->state;
	if (a->state == STATE_OK)
		return a->since.at > b->since.at;
	if (a->finding != b->finding)
		return a->finding > b->finding;
	return a->since.at < b->since.at;
}

/* Troubles that ended together are told as one: the worst of them, from when it began. */
static void
add_past(struct roll *roll, const struct observation *seen)
{
	struct past *last = &roll->past;
	const struct past *past = &seen->past;

	if (past->state != STATE_OK) {
		if (last->state == STATE_OK || past->until > last->until) {
			*last = *past;
		} else if (past->until == last->until) {
			last->from = past->from < last->from ? past->from : last->from;
			last->state =
				past->state > last->state ? past->state : last->state;
		}
	}
	if (seen->unexplained.at != TIME_NONE &&
		(roll->unexplained.at == TIME_NONE ||
			seen->unexplained.at < roll->unexplained.at))
		roll->unexplained = seen->unexplained;
}

void
roll_add(struct roll *roll, const struct records *records, uint32_t index,
	const struct observation *seen, const struct verdict *verdict)
{
	const struct record *record = &records->all[index];
	bool is_live = !seen->superseded && verdict->finding != FINDING_DORMANT;

	if (roll->partitions == 0 || is_worse(verdict, &roll->verdict)) {
		roll->verdict = *verdict;
		roll->worst = index;
	}
	roll->partitions++;
	roll->bad += state_is_problem(verdict->state) && verdict->state != STATE_RPLY;
	roll->rewound += verdict->finding == FINDING_REWOUND;
	roll->doubted += record_is_unexplained(record);
	roll->dormant += verdict->finding == FINDING_DORMANT;
	add_lag(roll, seen);
	add_past(roll, seen);
	if (!is_live)
		return;
	roll->live++;
	roll->ok_findings |= 1u << verdict->finding;
	roll->moving += record_moves(seen, record_limits(records, record), verdict);
	add_times(roll, index, seen, verdict);
}

/* --- an ok job --- */

/* What holds for all of its live partitions, or that it was in trouble not long ago. */
static enum finding
ok_finding(const struct roll *roll)
{
	if (roll->live == 0)
		return roll->dormant > 0 ? FINDING_DORMANT : FINDING_DONE;
	for (int i = 0; i < FINDINGS; i++)
		if (roll->ok_findings == 1u << i)
			return (enum finding)i;
	if (roll->ok_findings & 1u << FINDING_RECOVERED)
		return FINDING_RECOVERED;
	return FINDING_NONE;
}

/* Of two that are ok in the same way, the one to speak of: what nobody has explained, the
 * one with an error, the one without a head, the lower date, the older save. */
static bool
speaks_before(
	const struct records *records, const struct record *a, const struct record *b)
{
	int64_t x = record_updated(records, a), y = record_updated(records, b);

	if (record_is_unexplained(a) != record_is_unexplained(b))
		return record_is_unexplained(a);
	if ((extra_of(a)->error != 0) != (extra_of(b)->error != 0))
		return extra_of(a)->error != 0;
	if ((extra_of(a)->head_at == TIME_NONE) != (extra_of(b)->head_at == TIME_NONE))
		return extra_of(a)->head_at == TIME_NONE;
	if (a->flags & b->flags & RECORD_DATE_ONLY && a->value != b->value)
		return a->value < b->value;
	return x != TIME_NONE && (y == TIME_NONE || x < y);
}

static void
end_ok(const struct records *records, struct job *job)
{
	struct roll *roll = &job->roll;
	const struct record *speaker = NULL;

	roll->verdict.finding = ok_finding(roll);
	for (uint32_t i = 0; i < job->count; i++) {
		const struct record *record = &records->all[job->members[i]];

		if (!record_is_shown(record) || record->finding != roll->verdict.finding)
			continue;
		if (speaker != NULL && !speaks_before(records, record, speaker))
			continue;
		speaker = record;
		roll->worst = job->members[i];
	}
}

void
roll_end(const struct records *records, struct job *job)
{
	struct roll *roll = &job->roll;

	end_lag(roll);
	if (roll->updated == TIME_NONE)
		roll->updated = roll->updated_of_all;
	if (roll->partitions > 0 && roll->verdict.state == STATE_OK)
		end_ok(records, job);
}
