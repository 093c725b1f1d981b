/* SPDX-License-Identifier: MIT
 * What one row of a scan tells: new, changed, damaged, back again. */
#include "model/records_inside.h"

#include <string.h>

#define DORMANT_AFTER (7 * DAY)

/* Eight bytes at a time: only sameness counts. 0 stands for no document. */
static uint32_t
hash_document(const struct ckpt *ckpt)
{
	struct span document = ckpt->metadata;
	uint64_t hash = (document.len + ckpt->metadata_more) * 0x9e3779b97f4a7c15ULL;
	size_t i = 0;

	if (document.at == NULL && ckpt->metadata_more == 0)
		return 0;
	for (; i + 8 <= document.len; i += 8) {
		uint64_t word;

		memcpy(&word, document.at + i, sizeof(word));
		hash = (hash ^ word) * 0xff51afd7ed558ccdULL;
		hash ^= hash >> 32;
	}
	for (; i < document.len; i++)
		hash = (hash ^ (unsigned char)document.at[i]) * 0x100000001b3ULL;
	hash ^= hash >> 29;
	return (uint32_t)(hash ^ hash >> 32) | 1;
}

static struct since
noticed(const struct records *records, const struct change *change)
{
	return (struct since){
		.at = records->now,
		.at_least = change->first && !records->judged,
	};
}

/* --- damage, loss --- */

static void
note_damage(struct records *records, struct record *record, const struct ckpt *ckpt,
	const struct change *change)
{
	struct incident *incident = incident_of(record);

	if (ckpt->damage.at == NULL) {
		if (incident != NULL)
			incident->damaged.at = TIME_NONE;
		return;
	}
	incident = record_incident(records, record);
	if (incident->damaged.at == TIME_NONE)
		incident->damaged = noticed(records, change);
	texts_replace(records->texts, &incident->damage, ckpt->damage);
	texts_replace(records->texts, &incident->damage_detail, ckpt->damage_detail);
	incident->written_at = ckpt->written_at;
}

bool
record_is_troubled(const struct record *record)
{
	return record_is_lost(record) || !record_is_shown(record) ||
	       (incident_of(record) != NULL &&
		       incident_of(record)->damaged.at != TIME_NONE);
}

static void
note_return(struct records *records, struct record *record)
{
	if (record->flags & RECORD_REMOVED) {
		record->flags &= (uint16_t)~RECORD_REMOVED;
		records->shown++;
	}
	if (incident_of(record) != NULL)
		incident_of(record)->lost.at = TIME_NONE;
}

/* --- metadata --- */

/* 0: there is no record of a reset. */
static uint64_t
reset_mark(const struct metadata *metadata)
{
	if (metadata->reset_by.at == NULL && metadata->reset_at.at == NULL)
		return 0;
	return (span_hash(metadata->reset_by) * 31 ^ span_hash(metadata->reset_at)) | 1;
}

static void
note_reset_mark(struct records *records, struct record *record, struct change *change)
{
	uint64_t mark = reset_mark(&records->metadata);
	struct incident *incident;
	struct stamp stamp;

	if (mark == 0)
		return;
	/* What the job's next save erased is not new when it comes back: it is kept. */
	incident = record_incident(records, record);
	change->is_reset = !change->first && mark != incident->reset_mark;
	incident->reset_mark = mark;
	incident->reset_at = TIME_NONE;
	if (records->metadata.reset_at.at != NULL &&
		stamp_parse(&stamp, records->metadata.reset_at))
		incident->reset_at =
			record_instant(records, record, stamp.at, stamp.form);
	/* What it wrote is not in the metadata: those who keep records know. */
	texts_replace(records->texts, &incident->reset_id, records->metadata.reset_id);
	records->wondering |= incident->reset_id != 0;
}

/* The member of the metadata that holds the head; NULL: none does. */
static const char *
head_member(const struct records *records, const struct record *record)
{
	const struct head_spec *head = &records->jobs[record->job].head;

	return head->kind == HEAD_METADATA ? head->argument : NULL;
}

static void
note_watermark(
	const struct records *records, struct record *record, const struct ckpt *ckpt)
{
	struct stamp stamp;
	struct span text = ckpt->watermark.at != NULL ? ckpt->watermark
						      : records->metadata.watermark;

	record->watermark_at = TIME_NONE;
	if (text.at != NULL && stamp_parse(&stamp, text)) {
		record->watermark_at = stamp.at;
		record->watermark_form = stamp.form;
	}
}

static void
read_document(struct records *records, struct record *record, const struct ckpt *ckpt,
	struct change *change)
{
	uint32_t hash = hash_document(ckpt);

	if (hash == record->metadata_hash && !change->first)
		return;
	record->metadata_hash = hash;
	change->read_document = true;
	records->names.head = head_member(records, record);
	if (ckpt->metadata.at == NULL && ckpt->metadata_more > 0)
		metadata_unread(&records->metadata, ckpt->metadata_more);
	else
		metadata_read(&records->metadata, ckpt->metadata, &records->names);
	if (!record->note_is_status)
		texts_replace(records->texts, &record->note, records->metadata.note);
	note_reset_mark(records, record, change);
	if (ckpt->watermark.at == NULL)
		note_watermark(records, record, ckpt);
}

/* --- value and save --- */

static void
note_value(struct records *records, struct record *record, struct change *change)
{
	bool comparable = value_comparable(&change->old, &change->new), back;

	if (change->first) {
		record_set_value(records, record, &change->new);
		if (change->read_document)
			record_first_replay(records, record, change);
		return;
	}
	back = comparable && value_distance(&change->new, &change->old) < 0;
	if (change->moved) {
		struct history *history =
			record_history(records, record, record_lag(records, record));

		history->value_moved_at = record_happened_at(records, record);
		if (back || !comparable)
			history_restart(history);
	}
	if (back)
		record_went_back(records, record, change);
	else
		record_went_on(records, record, change);
	/* Last: the old value may borrow from the record. */
	if (change->moved)
		record_set_value(records, record, &change->new);
}

static int64_t
interval_of(const struct records *records, const struct record *record,
	const struct change *change, int64_t moved_before)
{
	int64_t updated = record_updated(records, record);

	if (updated != TIME_NONE && change->old_updated != TIME_NONE)
		return updated - change->old_updated;
	if (record->updated_at == TIME_NONE && moved_before != TIME_NONE)
		return records->now - moved_before;
	return TIME_NONE;
}

static void
note_save(struct records *records, struct record *record, const struct change *change,
	int64_t moved_before)
{
	struct history *history;

	if (!change->saved)
		return;
	history = record_history(records, record, record_lag(records, record));
	history_saved(history, interval_of(records, record, change, moved_before));
	history->saves_standing = change->moved ? 0 : history->saves_standing + 1;
	record->flags &= (uint16_t)~RECORD_DORMANT;
}

static void
note_error(struct records *records, struct record *record, const struct change *change)
{
	struct span error = records->metadata.error;
	bool changed =
		change->read_document &&
		!span_equal(texts_span(records->texts, extra_of(record)->error), error);

	if (changed)
		texts_replace(records->texts, &extra_make(records, record)->error, error);
	if (change->first || history_of(record) == NULL)
		return;
	if (changed)
		history_of(record)->error_since = record_happened_at(records, record);
	else if (extra_of(record)->error != 0 &&
		 history_of(record)->error_since == TIME_NONE)
		history_of(record)->error_since = change->old_updated;
}

static void
note_dormant(const struct records *records, struct record *record)
{
	int64_t updated = record_updated(records, record);

	/* A zone that is only assumed makes no difference of days. */
	if (updated == TIME_NONE)
		updated = record->updated_at;
	if (updated != TIME_NONE && records->now - updated > DORMANT_AFTER)
		record->flags |= RECORD_DORMANT;
}

/* --- heads that come with the row --- */

static void
take_head(struct records *records, struct record *record, struct span head, int64_t at)
{
	struct lag before = { .kind = LAG_UNKNOWN };
	bool back;

	if (history_of(record) == NULL)
		before = record_lag(records, record);
	if (!record_take_head(records, record, head, at, &back))
		return;
	record_history(records, record, before)->head_moved_at = records->now;
	if (back)
		history_restart(history_of(record));
}

static void
take_lag(struct records *records, struct record *record, struct span text)
{
	struct lag before = { .kind = LAG_UNKNOWN };

	if (history_of(record) == NULL)
		before = record_lag(records, record);
	if (record_take_lag(records, record, text, records->now))
		record_history(records, record, before)->head_moved_at = records->now;
}

static void
note_head(struct records *records, struct record *record, const struct ckpt *ckpt,
	const struct change *change)
{
	int64_t updated;

	if (record->flags & RECORD_HEAD_ASKED)
		return;
	if (ckpt->head.at != NULL) {
		take_head(records, record, ckpt->head, records->now);
		return;
	}
	if (ckpt->lag.at != NULL) {
		take_lag(records, record, ckpt->lag);
		return;
	}
	if (head_member(records, record) == NULL) {
		/* What the columns do not tell any more is not known any more. */
		if (extra_of(record)->head_at != TIME_NONE)
			take_head(records, record, SPAN_NONE, records->now);
		return;
	}
	if (!change->read_document)
		return;
	/* One in the metadata is as old as the save. */
	updated = record_updated(records, record);
	take_head(records, record, records->metadata.head,
		updated != TIME_NONE ? updated : records->now);
}

void
records_set_head(struct records *records, size_t index, struct span head, int64_t now)
{
	struct record *record = &records->all[index];

	if (head.at == NULL && !(record->flags & RECORD_HEAD_ASKED))
		return;
	record->flags |= RECORD_HEAD_ASKED;
	take_head(records, record, head, now);
}

/* --- one row --- */

static bool
updated_went_on(const struct record *record, int64_t old_at)
{
	return record->updated_at != TIME_NONE &&
	       (old_at == TIME_NONE || record->updated_at > old_at);
}

/* What follows from the row, once value and time of the save are read. */
static void
note_change(struct records *records, struct record *record, const struct ckpt *ckpt,
	struct change *change)
{
	int64_t old_at = record->updated_at, moved_before = TIME_NONE;
	bool same_time = record_has_updated(records, record, ckpt);

	if (history_of(record) != NULL)
		moved_before = history_of(record)->value_moved_at;
	if (!same_time) {
		/* The zone first: it may say when the save before was, too. */
		record_learn_zone(records, record, ckpt,
			!change->first && ckpt->updated.at > old_at);
		if (change->old_updated == TIME_NONE)
			change->old_updated = record_updated(records, record);
		record_set_updated(records, record, ckpt);
	}
	read_document(records, record, ckpt, change);
	change->saved =
		!change->first && !change->is_reset &&
		(change->moved || (!same_time && updated_went_on(record, old_at)));
	note_value(records, record, change);
	note_save(records, record, change, moved_before);
	note_error(records, record, change);
	if (change->first)
		note_dormant(records, record);
	note_head(records, record, ckpt, change);
}

static void
set_ckpt_flags(struct record *record, const struct ckpt *ckpt)
{
	record->flags = (uint16_t)((record->flags & ~RECORD_CKPT_FLAGS) |
				   (ckpt->flags & RECORD_CKPT_FLAGS));
	record->storage = ckpt->storage;
}

/* What the program says of itself stands where else its metadata name the worker. */
static void
note_status(struct records *records, struct record *record, const struct ckpt *ckpt)
{
	if (ckpt->state.at == NULL && !record->note_is_status)
		return;
	texts_replace(records->texts, &record->note, ckpt->state);
	record->note_is_status = ckpt->state.at != NULL;
}

void
record_put(struct records *records, struct record *record, const struct ckpt *ckpt,
	bool first)
{
	struct change change = { .first = first };
	bool same;

	change.new = records_parse(records, record, ckpt->value);
	change.moved = first || !record_has_value(records, record, &change.new);
	same = !change.moved && record_has_updated(records, record, ckpt) &&
	       hash_document(ckpt) == record->metadata_hash;
	set_ckpt_flags(record, ckpt);
	if (ckpt->watermark.at != NULL)
		note_watermark(records, record, ckpt);
	note_status(records, record, ckpt);
	if (ckpt->where.at != NULL)
		texts_replace(
			records->texts, &extra_make(records, record)->where, ckpt->where);
	if (same && ckpt->damage.at == NULL && !record_is_troubled(record)) {
		note_head(records, record, ckpt, &change);
		return;
	}
	note_return(records, record);
	note_damage(records, record, ckpt, &change);
	if (ckpt->damage.at != NULL && !first)
		return;
	change.old_updated = record_updated(records, record);
	change.old = record_value(records, record, &change.old_digits);
	note_change(records, record, ckpt, &change);
}
