/* SPDX-License-Identifier: MIT
 * What the judgement rests on, put together from a record. */
#include "model/records_inside.h"

#define STANDS_LEAST   (15 * SECOND)
#define STANDS_UNKNOWN MINUTE /* while no cadence is known */

static int64_t
observed_now(const struct records *records)
{
	return records->reachable || records->good_at == TIME_NONE ? records->now
								   : records->good_at;
}

static struct since
value_moved(const struct records *records, const struct record *record)
{
	if (history_of(record) != NULL && history_of(record)->value_moved_at != TIME_NONE)
		return (struct since){ .at = history_of(record)->value_moved_at };
	return (struct since){ .at = record_watched_since(records, record),
		.at_least = true };
}

/* The save that counts for rates: one in the future says nothing about now. */
static int64_t
usable_save(const struct records *records, const struct record *record)
{
	int64_t updated = record_updated(records, record);

	return updated <= observed_now(records) ? updated : TIME_NONE;
}

bool
record_stands(const struct records *records, const struct record *record)
{
	int64_t cadence = TIME_NONE, limit = STANDS_UNKNOWN;
	int64_t last = usable_save(records, record);

	if (history_of(record) != NULL)
		cadence = history_cadence(history_of(record));
	if (cadence != TIME_NONE)
		limit = 2 * cadence > STANDS_LEAST ? 2 * cadence : STANDS_LEAST;
	if (last == TIME_NONE)
		last = value_moved(records, record).at;
	return observed_now(records) - last > limit;
}

struct reading
record_reading(const struct records *records, const struct record *record)
{
	int64_t now = observed_now(records), saved = usable_save(records, record);
	int64_t head = extra_of(record)->head, head_at = extra_of(record)->head_at;

	/* What the lag is added to may be a time, or nothing. */
	if (record->head_is_lag && (record->value_type != VALUE_INT ||
					   __builtin_add_overflow(record->value,
						   extra_of(record)->head, &head)))
		head_at = TIME_NONE;
	return (struct reading){
		.value = record->value,
		.value_at = saved == TIME_NONE || record_stands(records, record) ? now
										 : saved,
		.head = head,
		.head_at = head_at,
	};
}

static void
observe_history(const struct records *records, const struct record *record,
	struct observation *seen)
{
	const struct history *history = history_of(record);
	struct reading reading;
	struct history_rates rates;

	seen->learned_cadence = TIME_NONE;
	seen->head_moved_at = TIME_NONE;
	if (history == NULL)
		return;
	seen->learned_cadence = history_cadence(history);
	seen->head_moved_at = history->head_moved_at;
	seen->saves_seen = history->saves_seen;
	seen->saves_standing = history->saves_standing;
	if (record->value_type == VALUE_OPAQUE)
		return;
	reading = record_reading(records, record);
	rates = history_rates(history, &reading);
	seen->speed = rates.speed;
	seen->head_speed = rates.head_speed;
	if (seen->lag.kind == LAG_POSITIONS || seen->lag.kind == LAG_TIME)
		seen->lag_rate = rates.lag_rate;
}

static void
observe_incident(const struct records *records, const struct record *record,
	struct observation *seen)
{
	static const struct since never = { .at = TIME_NONE };
	const struct incident *incident = incident_of(record);

	seen->damaged = seen->lost = seen->went_back = seen->unexplained = never;
	seen->future = seen->watermark_future = seen->ahead = seen->blind = never;
	seen->repeated = never;
	for (int i = 0; i < 2; i++)
		seen->lag_over[i] = seen->watermark_over[i] = never;
	seen->calm = (struct since){
		.at = record_watched_since(records, record),
		.at_least = record->flags & RECORD_FROM_START,
	};
	if (incident == NULL)
		return;
	seen->damaged = incident->damaged;
	seen->lost = incident->lost;
	seen->went_back = incident->went_back;
	seen->unexplained = incident->unexplained;
	seen->future = incident->future;
	seen->blind = incident->blind;
	seen->repeated = incident->repeated;
	seen->watermark_future = incident->watermark_future;
	seen->calm = incident->calm;
	seen->replay = incident->replay;
	seen->past = incident->past;
	/* An unknown lag is over no limit; since when it was is kept for when it is known
	 * again. */
	for (int i = 0; i < 2; i++) {
		seen->watermark_over[i] = incident->watermark_over[i];
		if (seen->lag.kind == LAG_POSITIONS)
			seen->lag_over[i] = incident->lag_over[i];
	}
	if (seen->lag.kind == LAG_POSITIONS || seen->lag.kind == LAG_TIME)
		seen->ahead = incident->ahead;
}

static void
observe_words(const struct records *records, const struct record *record,
	struct observation *seen)
{
	const struct incident *incident = incident_of(record);
	bool goes_on;

	seen->store = span_of(records->setup.store);
	seen->store_trouble = str_span(&records->trouble);
	seen->error = texts_span(records->texts, extra_of(record)->error);
	if (incident == NULL)
		return;
	seen->damage = texts_span(records->texts, incident->damage);
	seen->damage_detail = texts_span(records->texts, incident->damage_detail);
	seen->replay.by = texts_span(records->texts, incident->reset_by);
	goes_on = incident->went_back.at != TIME_NONE;
	seen->went_back_from = records_parse(records, record,
		texts_span(records->texts,
			goes_on ? incident->went_back_from : incident->unexplained_from));
	seen->went_back_to = records_parse(records, record,
		texts_span(records->texts,
			goes_on ? incident->went_back_to : incident->unexplained_to));
}

void
record_observe(const struct records *records, const struct record *record,
	struct digits *digits, struct observation *seen)
{
	*seen = (struct observation){
		.now = records->now,
		.store_reachable = records->reachable,
		.store_good_at = records->good_at,
		.half_asked = records->half_asked,
		.superseded = record->flags & CKPT_SUPERSEDED,
		.dormant = record->flags & RECORD_DORMANT,
		.lag = record_lag(records, record),
		.head_at = extra_of(record)->head_at,
		.updated = record_updated(records, record),
		.value_moved = value_moved(records, record),
		.watermark = record_instant(
			records, record, record->watermark_at, record->watermark_form),
	};
	seen->updated_doubtful =
		seen->updated == TIME_NONE && record_is_doubtful(records, record);
	seen->value = record_value(records, record, digits);
	observe_history(records, record, seen);
	observe_incident(records, record, seen);
	if (digits != NULL)
		observe_words(records, record, seen);
}
