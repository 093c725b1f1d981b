/* SPDX-License-Identifier: MIT
 * Values that go back: by a recorded reset, which is then replayed, or by nobody knows
 * whom. */
#include "model/records_inside.h"

/* When what this row brings happened: at its save, where that lies between the last scan
 * and now. */
int64_t
record_happened_at(const struct records *records, const struct record *record)
{
	int64_t updated = record_updated(records, record);

	if (updated == TIME_NONE || updated > records->now ||
		(records->seen_until != TIME_NONE && updated <= records->seen_until))
		return records->now;
	return updated;
}

static struct value
kept_value(const struct records *records, const struct record *record, text_id id)
{
	return records_parse(records, record, texts_span(records->texts, id));
}

/* What the metadata say of it. */
static void
start_replay(struct records *records, struct record *record, struct value from,
	const struct value *to)
{
	const struct metadata *metadata = &records->metadata;
	struct incident *incident = record_incident(records, record);
	struct value stated = records_parse(records, record, metadata->reset_from);
	struct stamp stamp = { .form = STAMP_UNREADABLE };
	int64_t at = record_happened_at(records, record), said = TIME_NONE;

	if (value_comparable(&stated, &from) && value_distance(&stated, &from) > 0)
		from = stated;
	if (metadata->reset_at.at != NULL && stamp_parse(&stamp, metadata->reset_at))
		said = record_instant(records, record, stamp.at, stamp.form);
	if (said != TIME_NONE && said <= records->now)
		at = said;
	texts_replace(records->texts, &incident->reset_by, metadata->reset_by);
	record_replay(records, record, &from, to, at);
}

void
record_replay(struct records *records, struct record *record, const struct value *from,
	const struct value *to, int64_t at)
{
	struct incident *incident = record_incident(records, record);

	texts_replace(records->texts, &incident->replay_from, from->text);
	incident->replay = (struct replay){
		.active = true,
		.at = at,
		.from = from->number,
		.from_known = true,
		.passed_at = TIME_NONE,
	};
	if (to != NULL) {
		incident->replay.to = to->number;
		incident->replay.to_known = true;
	}
	incident->went_back.at = TIME_NONE;
}

/* The highest value before and the lowest after count until the highest is passed. */
static void
note_rewind(struct records *records, struct record *record, const struct change *change)
{
	struct incident *incident = record_incident(records, record);
	struct value from, to;

	records_wonder(
		records, &incident->went_back_in, incident->went_back.at != TIME_NONE);
	if (incident->went_back.at == TIME_NONE) {
		incident->went_back.at = record_happened_at(records, record);
		incident->went_back.at_least = false;
		texts_replace(
			records->texts, &incident->went_back_from, change->old.text);
		texts_replace(records->texts, &incident->went_back_to, change->new.text);
		return;
	}
	from = kept_value(records, record, incident->went_back_from);
	to = kept_value(records, record, incident->went_back_to);
	if (!value_comparable(&from, &change->old) ||
		value_distance(&change->old, &from) > 0)
		texts_replace(
			records->texts, &incident->went_back_from, change->old.text);
	if (!value_comparable(&to, &change->new) || value_distance(&change->new, &to) < 0)
		texts_replace(records->texts, &incident->went_back_to, change->new.text);
}

void
record_went_back(
	struct records *records, struct record *record, const struct change *change)
{
	struct value from = change->old, worse;

	if (!change->is_reset) {
		note_rewind(records, record, change);
		return;
	}
	/* A reset with a record also explains what went back without one before it. */
	if (incident_of(record)->went_back.at != TIME_NONE) {
		worse = kept_value(records, record, incident_of(record)->went_back_from);
		if (value_comparable(&worse, &from) && value_distance(&worse, &from) > 0)
			from = worse;
	}
	start_replay(records, record, from, &change->new);
}

/* A value in another file is beyond the old one; only its own kind can be passed. */
static bool
has_passed(const struct value *value, const struct value *mark)
{
	if (value->type == VALUE_FILE_POS && mark->type == VALUE_FILE_POS &&
		!span_equal(value->file, mark->file))
		return true;
	return value_comparable(value, mark) && value_distance(value, mark) >= 0;
}

/* Passed, but not forgotten. */
static void
keep_unexplained(struct records *records, struct incident *incident)
{
	incident->unexplained = incident->went_back;
	incident->unexplained_in = incident->went_back_in;
	texts_replace(records->texts, &incident->unexplained_from,
		texts_span(records->texts, incident->went_back_from));
	texts_replace(records->texts, &incident->unexplained_to,
		texts_span(records->texts, incident->went_back_to));
	incident->went_back.at = TIME_NONE;
}

void
record_went_on(
	struct records *records, struct record *record, const struct change *change)
{
	struct incident *incident = incident_of(record);
	struct value from;

	if (incident == NULL)
		return;
	if (incident->went_back.at != TIME_NONE) {
		from = kept_value(records, record, incident->went_back_from);
		if (has_passed(&change->new, &from)) {
			keep_unexplained(records, incident);
		} else if (change->is_reset)
			start_replay(records, record, from, &change->new);
	}
	if (incident->replay.active) {
		from = kept_value(records, record, incident->replay_from);
		if (has_passed(&change->new, &from)) {
			incident->replay.active = false;
			incident->replay.passed_at = record_happened_at(records, record);
		}
	}
}

/* A reset that was recorded before we looked: replayed until its old value is passed. */
void
record_first_replay(
	struct records *records, struct record *record, const struct change *change)
{
	struct value from;

	if (incident_of(record) == NULL || records->metadata.reset_from.at == NULL)
		return;
	from = records_parse(records, record, records->metadata.reset_from);
	if (value_comparable(&change->new, &from) &&
		value_distance(&change->new, &from) < 0)
		start_replay(records, record, from, NULL);
}
