/* SPDX-License-Identifier: MIT
 * What went back or is gone without a record in the store itself, and what others tell of
 * it. */
#include "model/records_inside.h"

void
records_wonder(struct records *records, struct period *when, bool goes_on)
{
	if (!goes_on)
		when->after = records->seen_until;
	when->until = records->now;
	records->wondering = true;
}

bool
record_is_unexplained(const struct record *record)
{
	const struct incident *incident = incident_of(record);

	return incident != NULL && (incident->went_back.at != TIME_NONE ||
					   incident->unexplained.at != TIME_NONE ||
					   incident->lost.at != TIME_NONE);
}

size_t
records_unexplained(const struct records *records, bool *fresh)
{
	*fresh = records->wondering;
	return records->unexplained;
}

void
records_set_asked(struct records *records, bool all)
{
	records->half_asked = !all;
}

/* --- what explains what --- */

static bool
is_of_that_time(const struct explanation *told, const struct period *when)
{
	return when->after < told->until && when->until > told->after;
}

/* Whether a fall that was seen lies within the one that is told of. */
static bool
is_within(const struct records *records, const struct record *record,
	const struct explanation *told, text_id seen_from, text_id seen_to)
{
	struct value from =
		records_parse(records, record, texts_span(records->texts, seen_from));
	struct value to =
		records_parse(records, record, texts_span(records->texts, seen_to));
	struct value told_from = records_parse(records, record, told->from);
	struct value told_to = records_parse(records, record, told->to);

	if (told->from.at != NULL && (!value_comparable(&from, &told_from) ||
					     value_distance(&from, &told_from) > 0))
		return false;
	return told->to.at == NULL ||
	       (value_comparable(&to, &told_to) && value_distance(&to, &told_to) >= 0);
}

/* --- what follows from it --- */

static bool
explain_fall(
	struct records *records, struct record *record, const struct explanation *told)
{
	struct incident *incident = incident_of(record);
	int64_t at = incident->went_back.at;
	struct value from, to;

	if (at == TIME_NONE || !is_of_that_time(told, &incident->went_back_in) ||
		!is_within(records, record, told, incident->went_back_from,
			incident->went_back_to))
		return false;
	from = records_parse(
		records, record, texts_span(records->texts, incident->went_back_from));
	to = records_parse(
		records, record, texts_span(records->texts, incident->went_back_to));
	texts_replace(records->texts, &incident->reset_by, told->by);
	record_replay(records, record, &from, &to, at);
	incident->replay.is_word = told->is_word;
	return true;
}

static bool
explain_past(
	struct records *records, struct record *record, const struct explanation *told)
{
	struct incident *incident = incident_of(record);

	if (incident->unexplained.at == TIME_NONE ||
		!is_of_that_time(told, &incident->unexplained_in) ||
		!is_within(records, record, told, incident->unexplained_from,
			incident->unexplained_to))
		return false;
	incident->unexplained.at = TIME_NONE;
	return true;
}

/* It is where it should be: nowhere. */
static bool
explain_loss(
	struct records *records, struct record *record, const struct explanation *told)
{
	struct incident *incident = incident_of(record);

	if (incident->lost.at == TIME_NONE || !told->is_gone ||
		!is_of_that_time(told, &incident->lost_in))
		return false;
	incident->lost.at = TIME_NONE;
	incident->went_back.at = TIME_NONE;
	incident->unexplained.at = TIME_NONE;
	incident->replay.active = false;
	record->flags |= RECORD_REMOVED;
	records->shown--;
	return true;
}

/* --- where a recorded reset ends --- */

/* A reset explains a value down to what it wrote; what is below fell afterwards. */
static void
fall_below(struct records *records, struct record *record, const struct value *now,
	const struct explanation *told)
{
	struct incident *incident = incident_of(record);
	int64_t updated = record_updated(records, record);

	if (updated == TIME_NONE || updated < told->after || updated > records->now)
		updated = records->now;
	incident->went_back = (struct since){ updated, !records->judged };
	incident->went_back_in = (struct period){ told->after, records->now };
	texts_replace(records->texts, &incident->went_back_from, told->to);
	texts_replace(records->texts, &incident->went_back_to, now->text);
}

/* What was skipped forward to is no replay, whatever the old value was. */
static void
end_replay_of_skip(struct records *records, struct record *record,
	const struct explanation *told, const struct value *wrote)
{
	struct value from = records_parse(records, record, told->from);

	if (told->from.at != NULL && value_comparable(wrote, &from) &&
		value_distance(wrote, &from) >= 0)
		incident_of(record)->replay.active = false;
}

/* What the reset that the metadata tell of wrote, by the record of its operation. */
static void
check_end_of_reset(
	struct records *records, struct record *record, const struct explanation *told)
{
	struct incident *incident = incident_of(record);
	struct span op = texts_span(records->texts, incident->reset_id);
	struct digits digits;
	struct value now, wrote;

	if (incident->reset_id == 0 || told->is_word || told->to.at == NULL ||
		!span_equal(op, told->op) || record_is_troubled(record))
		return;
	texts_replace(records->texts, &incident->reset_id, SPAN_NONE);
	now = record_value(records, record, &digits);
	wrote = records_parse(records, record, told->to);
	if (incident->went_back.at != TIME_NONE || !value_comparable(&now, &wrote) ||
		value_distance(&now, &wrote) >= 0)
		return;
	fall_below(records, record, &now, told);
	end_replay_of_skip(records, record, told, &wrote);
}

bool
records_explain(struct records *records, const struct explanation *told)
{
	struct record *record = record_find(records, told->key);
	bool explained;

	if (record == NULL || !record_is_shown(record) || incident_of(record) == NULL)
		return false;
	check_end_of_reset(records, record, told);
	explained = explain_loss(records, record, told);
	/* A word about what is gone is none about what went back. */
	if (told->is_word && told->is_gone)
		return explained;
	explained |= explain_fall(records, record, told);
	return explain_past(records, record, told) || explained;
}
