/* SPDX-License-Identifier: MIT
 * The members of a checkpoint. */
#include "model/ckpt.h"
#include "report/field.h"

#define FIELD(name) static struct field_value get_##name(const void *of, int64_t now)
#define ROW	    const struct board_row *row = of

FIELD(store)
{
	ROW;
	(void)now;
	return field_word(row->board->store.name);
}

FIELD(job)
{
	ROW;
	(void)now;
	return field_text(row->key.job);
}

FIELD(partition)
{
	ROW;
	(void)now;
	return field_text(row->key.partition);
}

FIELD(value)
{
	ROW;
	(void)now;
	return field_text(row->value);
}

/* A time has its instant in value and in lag; a position would only invite arithmetic
 * with a unit that nobody sees. */
FIELD(position)
{
	ROW;
	(void)now;
	switch (row->parsed.type) {
	case VALUE_INT:
	case VALUE_LSN:
	case VALUE_FILE_POS: return field_integer(row->parsed.number);
	case VALUE_AUTO:
	case VALUE_TIME:
	case VALUE_OPAQUE: break;
	}
	return field_none();
}

FIELD(value_type)
{
	ROW;
	(void)now;
	if (row->value.at == NULL)
		return field_none();
	return field_word(value_type_word(row->parsed.type));
}

FIELD(updated_at)
{
	ROW;
	(void)now;
	return field_time(row->updated);
}

FIELD(updated_text)
{
	ROW;
	(void)now;
	return field_text(row->updated_text);
}

FIELD(age_seconds)
{
	ROW;
	return field_ago(row->updated, now);
}

FIELD(head)
{
	ROW;
	(void)now;
	return field_text(row->head);
}

FIELD(lag)
{
	ROW;
	(void)now;
	return field_lag(row->lag);
}

/* A number beside false is the least it can be. */
FIELD(lag_known)
{
	ROW;
	(void)now;
	return field_bool((row->lag.kind == LAG_POSITIONS || row->lag.kind == LAG_TIME) &&
			  !row->lag.partial);
}

FIELD(lag_reason)
{
	ROW;
	(void)now;
	return field_word(row->lag_reason);
}

FIELD(lag_unit)
{
	ROW;
	(void)now;
	return field_lag_unit(row->lag);
}

FIELD(rate)
{
	ROW;
	(void)now;
	return field_rate(row->speed, row->parsed.type == VALUE_TIME);
}

FIELD(lag_rate)
{
	ROW;
	(void)now;
	return field_rate(row->lag_rate, row->lag.kind == LAG_TIME);
}

FIELD(eta_seconds)
{
	ROW;
	(void)now;
	return field_eta(row->eta);
}

FIELD(eta_never)
{
	ROW;
	(void)now;
	return field_eta_never(row->eta);
}

FIELD(watermark)
{
	ROW;
	(void)now;
	return field_time(row->watermark);
}

FIELD(watermark_lag_seconds)
{
	ROW;
	return field_ago(row->watermark, now);
}

FIELD(state)
{
	ROW;
	(void)now;
	return field_word(state_word(row->state));
}

FIELD(finding)
{
	ROW;
	(void)now;
	return field_word(finding_word(row->finding));
}

FIELD(why)
{
	ROW;
	(void)now;
	return field_word(row->why.full);
}

FIELD(since)
{
	ROW;
	(void)now;
	return field_time(row->since.at);
}

FIELD(since_at_least)
{
	ROW;
	(void)now;
	return field_bool(row->since.at_least);
}

FIELD(state_since)
{
	ROW;
	(void)now;
	return field_time(row->state_since.at);
}

FIELD(metadata)
{
	ROW;
	(void)now;
	if (row->metadata.at == NULL)
		return field_none();
	return (struct field_value){ .kind = FIELD_DOCUMENT, .text = row->metadata };
}

FIELD(metadata_unread)
{
	ROW;
	(void)now;
	return field_word(row->board->store.metadata_unread);
}

static const struct field checkpoint_fields[] = {
	{ "store", "name of the store", get_store },
	{ "job", "the job", get_job },
	{ "partition", "the partition", get_partition },
	{ "value", "the checkpoint itself, always a string, as stored", get_value },
	{ "position", "the same as a number, where it is one", get_position },
	{ "value_type", "how values are compared: int, time, lsn, file:pos, opaque",
		get_value_type },
	{ "updated_at", "time of the last save", get_updated_at },
	{ "updated_text", "the same as stored, also where its zone is not known",
		get_updated_text },
	{ "age_seconds", "how long ago that was", get_age_seconds },
	{ "head", "where the source is now", get_head },
	{ "lag", "how far the checkpoint is behind the head", get_lag },
	{ "lag_unit", "positions or seconds", get_lag_unit },
	{ "rate", "how fast the value moves, units per second", get_rate },
	{ "lag_rate", "how fast the lag grows, units per second", get_lag_rate },
	{ "eta_seconds", "time until it has caught up at this speed", get_eta_seconds },
	{ "eta_never", "at this speed it never will", get_eta_never },
	{ "watermark", "event time up to which everything was seen", get_watermark },
	{ "watermark_lag_seconds", "how far that is behind now",
		get_watermark_lag_seconds },
	{ "state", "ok, RPLY, WARN, UNKN or CRIT", get_state },
	{ "finding", "the kind of trouble", get_finding },
	{ "why", "the same in words", get_why },
	{ "since", "when it began", get_since },
	{ "since_at_least", "it may have begun earlier: it was so when first seen",
		get_since_at_least },
	{ "state_since", "when it reached this state", get_state_since },
	{ "metadata", "the document stored with it", get_metadata },
	{ "lag_known", "the lag is known, and is not more than is said", get_lag_known },
	{ "lag_reason", "why the lag is not known", get_lag_reason },
	{ "metadata_unread", "why no metadata of its store is known",
		get_metadata_unread },
};

const struct field *
field_checkpoint_table(size_t *count)
{
	*count = sizeof(checkpoint_fields) / sizeof(*checkpoint_fields);
	return checkpoint_fields;
}

/* --- what only one checkpoint on its own is worth --- */

FIELD(storage)
{
	static const char *const words[] = {
		[CKPT_STORAGE_NULL] = "null",
		[CKPT_STORAGE_INTEGER] = "integer",
		[CKPT_STORAGE_REAL] = "real",
		[CKPT_STORAGE_TEXT] = "text",
		[CKPT_STORAGE_BLOB] = "blob",
		[CKPT_STORAGE_OTHER] = "other",
	};
	ROW;
	(void)now;
	return field_word(words[row->storage]);
}

FIELD(sentence)
{
	ROW;
	(void)now;
	return field_word(row->why.sentence);
}

FIELD(updated_assumed_zone)
{
	ROW;
	(void)now;
	return field_word(row->updated_assumed);
}

FIELD(head_at)
{
	ROW;
	(void)now;
	return field_time(row->head.at != NULL ? row->head_at : TIME_NONE);
}

FIELD(cadence_seconds)
{
	ROW;
	(void)now;
	return field_seconds(row->cadence);
}

FIELD(error)
{
	ROW;
	(void)now;
	return field_text(row->error);
}

FIELD(note)
{
	ROW;
	(void)now;
	return field_word(row->note);
}

FIELD(status)
{
	ROW;
	(void)now;
	return field_word(row->status);
}

FIELD(damage)
{
	ROW;
	(void)now;
	return field_text(row->damage);
}

FIELD(damage_detail)
{
	ROW;
	(void)now;
	return field_text(row->damage_detail);
}

FIELD(where)
{
	ROW;
	(void)now;
	return field_text(row->where);
}

FIELD(key_guessed)
{
	ROW;
	(void)now;
	return field_bool((row->flags & CKPT_KEY_GUESSED) != 0);
}

FIELD(key_repeated)
{
	ROW;
	(void)now;
	return field_bool((row->flags & CKPT_KEY_REPEATED) != 0);
}

FIELD(written_at)
{
	ROW;
	(void)now;
	return field_time(row->written_at);
}

static const struct field detail_fields[] = {
	{ "storage", "how the store holds the value", get_storage },
	{ "sentence", "the trouble in full sentences", get_sentence },
	{ "updated_assumed_zone", "zone that a time without one is taken in",
		get_updated_assumed_zone },
	{ "head_at", "when the head was read", get_head_at },
	{ "cadence_seconds", "time between two saves", get_cadence_seconds },
	{ "error", "what the pipeline says is wrong", get_error },
	{ "note", "who works on it", get_note },
	{ "damage", "why it cannot be read", get_damage },
	{ "where", "what names it in the store: a file", get_where },
	{ "key_guessed", "its name was split from a file name that allows others",
		get_key_guessed },
	{ "key_repeated", "the store has more than one row with this key",
		get_key_repeated },
	{ "written_at", "of a damaged one, when its file was written", get_written_at },
	{ "damage_detail", "why it cannot be read, with what and where",
		get_damage_detail },
	{ "status", "what the program says of itself in the store", get_status },
};

const struct field *
field_detail_table(size_t *count)
{
	*count = sizeof(detail_fields) / sizeof(*detail_fields);
	return detail_fields;
}
