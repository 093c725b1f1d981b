/* SPDX-License-Identifier: MIT
 * The columns of a list of checkpoints. */
#include "model/column_lists.h"

#include <math.h>
#include <string.h>

#include "base/utf8.h"
#include "model/column_cell.h"

static const struct board_row *
row_of(const void *row)
{
	return row;
}

/* --- texts --- */

static void
state_text(struct str *out, const void *row, const struct column_context *context)
{
	(void)context;
	str_add(out, state_word(row_of(row)->state));
}

static void
since_text(struct str *out, const void *row, const struct column_context *context)
{
	cell_add_since(out, row_of(row)->since, context);
}

static void
age_text(struct str *out, const void *row, const struct column_context *context)
{
	cell_add_age(out, row_of(row)->since, context);
}

static void
store_text(struct str *out, const void *row, const struct column_context *context)
{
	(void)context;
	cell_add_name(out, span_of(row_of(row)->board->store.name));
}

static void
job_text(struct str *out, const void *row, const struct column_context *context)
{
	(void)context;
	cell_add_name(out, row_of(row)->key.job);
}

static void
partition_text(struct str *out, const void *row, const struct column_context *context)
{
	(void)context;
	/* Split from a file name that could be split elsewhere too. */
	if ((row_of(row)->flags & CKPT_KEY_GUESSED) != 0)
		str_add_char(out, '~');
	cell_add_name(out, row_of(row)->key.partition);
}

/* True when the text is the number as anybody would write it: 007 and +7 are not. */
static bool
is_plain_number(const struct value *value)
{
	struct str digits = { 0 };
	bool plain;

	str_addf(&digits, "%lld", (long long)value->number);
	plain = span_equal(value->text, str_span(&digits));
	str_free(&digits);
	return plain;
}

/* The end of a long FILE:POSITION is what tells it from others. */
static void
add_tail(struct str *out, struct span text, const struct column_context *context)
{
	size_t skip = text.len - context->width + 1;

	/* Cells and bytes are the same only where every character is one of ASCII's. */
	for (size_t i = 0; i < text.len; i++)
		if (text.at[i] < ' ' || text.at[i] > '~') {
			str_add_span(out, text);
			return;
		}
	str_add_char(out, '~');
	str_add_span(out, (struct span){ text.at + skip, text.len - skip });
}

/* As stored where that fits; a number with commas. */
static void
add_value(
	struct str *out, const struct value *value, const struct column_context *context)
{
	if (value->type == VALUE_INT && is_plain_number(value))
		cell_add_number(out, value->number, context);
	else if (cell_fits(safe_width(value->text), context))
		cell_add_name(out, value->text);
	else if (value->type == VALUE_INT)
		cell_add_number(out, value->number, context);
	else if (value->type == VALUE_TIME && context->times != TIMES_RELATIVE)
		cell_add_time(out, value->number, context);
	else if (value->type == VALUE_FILE_POS)
		add_tail(out, value->text, context);
	else
		str_add_span(out, value->text);
}

static void
value_text(struct str *out, const void *at, const struct column_context *context)
{
	const struct board_row *row = at;

	if (row->value.at != NULL)
		add_value(out, &row->parsed, context);
	else
		str_add(out, row->damage.at != NULL ? "?" : "NULL");
}

static void
head_text(struct str *out, const void *at, const struct column_context *context)
{
	const struct board_row *row = at;

	if (row->head.at != NULL)
		add_value(out, &row->head_parsed, context);
	else
		str_add_char(out, '?');
}

static bool
speed_known(const void *row)
{
	return row_of(row)->parsed.type != VALUE_OPAQUE &&
	       rate_is_known(row_of(row)->speed);
}

/* Positions, or for values that are times the time, that it moves in a minute. A crawl
 * is not a standstill: <0.1 is not 0. */
static void
moved_text(struct str *out, const void *at, const struct column_context *context)
{
	const struct board_row *row = at;
	double minute = row->speed.per_second * 60;

	if (row->parsed.type == VALUE_OPAQUE && row->value.at != NULL)
		str_add_char(out, '-');
	else if (!speed_known(row))
		str_add_char(out, '?');
	else if (fabs(minute) >= 9e18)
		str_add(out, minute < 0 ? "<-9.2E" : ">9.2E");
	else if (row->parsed.type == VALUE_TIME)
		duration_add_short(out, (int64_t)minute);
	else if (fabs(minute) >= 0.95 || minute == 0)
		cell_add_number(out, llround(minute), context);
	else if (fabs(minute) >= 0.05)
		str_addf(out, "%.1f", minute);
	else
		str_add(out, minute < 0 ? "-0.1" : "<0.1");
}

static void
lag_text(struct str *out, const void *row, const struct column_context *context)
{
	cell_add_lag(out, row_of(row)->lag, true, context);
}

static void
rate_text(struct str *out, const void *row, const struct column_context *context)
{
	cell_add_rate(out, row_of(row)->lag.kind, row_of(row)->lag_rate, "", context);
}

static void
eta_text(struct str *out, const void *row, const struct column_context *context)
{
	cell_add_eta(
		out, row_of(row)->lag, row_of(row)->lag_rate, row_of(row)->eta, context);
}

/* "-" where the store has no place for the time of a save. */
static bool
has_no_updated(const void *row)
{
	return row_of(row)->updated == TIME_NONE &&
	       (row_of(row)->flags & CKPT_NO_UPDATED) != 0;
}

static void
upd_text(struct str *out, const void *row, const struct column_context *context)
{
	if (has_no_updated(row))
		str_add_char(out, '-');
	else
		cell_add_ago(out, row_of(row)->updated, context);
}

static void
updated_text(struct str *out, const void *row, const struct column_context *context)
{
	if (has_no_updated(row))
		str_add_char(out, '-');
	else
		cell_add_time(out, row_of(row)->updated, context);
}

static void
wmark_text(struct str *out, const void *at, const struct column_context *context)
{
	const struct board_row *row = at;

	if (row->watermark == TIME_NONE && (row->flags & CKPT_NO_METADATA) != 0)
		str_add_char(out, '-');
	else
		cell_add_behind(out, row->watermark, context);
}

static void
trend_text(struct str *out, const void *at, const struct column_context *context)
{
	const struct board_row *row = at;
	int64_t limit = row->job != NULL ? cell_spark_limit(row->lag, &row->job->limits)
					 : RULE_UNSET;

	cell_add_spark(out, row->spark, limit, context);
}

static void
why_text(struct str *out, const void *row, const struct column_context *context)
{
	cell_add_why(out, &row_of(row)->why, context);
}

/* Troubles that no other column of the row shows; their words come before who. */
static bool
needs_words(const struct board_row *row)
{
	switch (row->finding) {
	case FINDING_REWOUND:
	case FINDING_LOST:
	case FINDING_DAMAGED:
	case FINDING_UNREACHABLE:
	case FINDING_REPEATED:
	case FINDING_FUTURE: return true;
	default: return row->error.len > 0;
	}
}

/* Who works on it or, before that, what the pipeline says is wrong and what is not seen
 * in the other columns. */
static void
note_text(struct str *out, const void *at, const struct column_context *context)
{
	const struct board_row *row = at;
	const char *note = row->note != NULL ? row->note : "";
	struct str both = { 0 };

	if (note[0] == '\0' && row->status != NULL)
		note = row->status;
	if (row->error.len > 0)
		str_add_span(&both, row->error);
	else if (note[0] == '\0' || needs_words(row))
		cell_add_why(&both, &row->why, context);
	if (both.len == 0) {
		str_add(out, note);
	} else {
		size_t alone = both.len;

		if (note[0] != '\0')
			str_addf(&both, ", %s", note);
		if (!cell_fits(safe_width(str_span(&both)), context))
			str_cut(&both, alone);
		str_add_span(out, str_span(&both));
	}
	str_free(&both);
}

/* --- order --- */

static int
state_order(const void *a, const void *b)
{
	return (int)row_of(b)->state - (int)row_of(a)->state;
}

static int
age_order(const void *a, const void *b)
{
	return order_since(row_of(a)->since, row_of(b)->since);
}

static int
store_order(const void *a, const void *b)
{
	return span_compare_natural(span_of(row_of(a)->board->store.name),
		span_of(row_of(b)->board->store.name));
}

static int
job_order(const void *a, const void *b)
{
	return span_compare_natural(row_of(a)->key.job, row_of(b)->key.job);
}

static int
partition_order(const void *a, const void *b)
{
	return span_compare_natural(row_of(a)->key.partition, row_of(b)->key.partition);
}

/* One type after the other, and of one type the smaller, which is further behind. */
static int
order_value(const struct value *a, const struct value *b)
{
	int order = (int)a->type - (int)b->type;

	if (order == 0 && a->type == VALUE_FILE_POS)
		order = span_compare_natural(a->file, b->file);
	if (order == 0 && a->type != VALUE_OPAQUE)
		order = order_number(a->number, b->number);
	return order != 0 ? order : span_compare_natural(a->text, b->text);
}

static int
value_order(const void *a, const void *b)
{
	return order_value(&row_of(a)->parsed, &row_of(b)->parsed);
}

static int
head_order(const void *a, const void *b)
{
	return order_value(&row_of(a)->head_parsed, &row_of(b)->head_parsed);
}

/* What stands before what moves. */
static int
moved_order(const void *a, const void *b)
{
	return order_rate(row_of(b)->speed, row_of(a)->speed);
}

static int
lag_order(const void *a, const void *b)
{
	return order_lag(row_of(a)->lag, row_of(b)->lag);
}

static int
rate_order(const void *a, const void *b)
{
	return order_rate(row_of(a)->lag_rate, row_of(b)->lag_rate);
}

static int
eta_order(const void *a, const void *b)
{
	return order_eta(row_of(a)->eta, row_of(b)->eta);
}

static int
upd_order(const void *a, const void *b)
{
	return order_number(row_of(a)->updated, row_of(b)->updated);
}

static int
wmark_order(const void *a, const void *b)
{
	return order_number(row_of(a)->watermark, row_of(b)->watermark);
}

static int
why_order(const void *a, const void *b)
{
	if (row_of(a)->finding != row_of(b)->finding)
		return (int)row_of(b)->finding - (int)row_of(a)->finding;
	return span_compare_natural(
		span_of(row_of(a)->why.full), span_of(row_of(b)->why.full));
}

/* --- what can be ordered --- */

static bool
since_known(const void *row)
{
	return row_of(row)->since.at != TIME_NONE;
}

static bool
value_known(const void *row)
{
	return row_of(row)->value.at != NULL;
}

static bool
head_known(const void *row)
{
	return row_of(row)->head.at != NULL;
}

static bool
lag_known(const void *row)
{
	return lag_is_known(row_of(row)->lag);
}

static bool
rate_known(const void *row)
{
	return lag_known(row) && rate_is_known(row_of(row)->lag_rate);
}

static bool
eta_known(const void *row)
{
	return row_of(row)->eta.kind != ETA_NONE;
}

static bool
upd_known(const void *row)
{
	return row_of(row)->updated != TIME_NONE;
}

static bool
wmark_known(const void *row)
{
	return row_of(row)->watermark != TIME_NONE;
}

/* --- the table --- */

const struct column columns_partitions[] = {
	{ COLUMNS_PARTITIONS, "state", "ST", "state: how bad it is", COLUMN_LEFT,
		state_text, state_order, NULL },
	{ COLUMNS_PARTITIONS, "since", "SINCE", "when that began", COLUMN_RIGHT,
		since_text, age_order, since_known },
	{ COLUMNS_PARTITIONS, "age", "AGE", "how long ago that was", COLUMN_RIGHT,
		age_text, age_order, since_known },
	{ COLUMNS_PARTITIONS, "store", "STORE", "the store that holds it", COLUMN_LEFT,
		store_text, store_order, NULL },
	{ COLUMNS_PARTITIONS, "job", "JOB", "the job", COLUMN_LEFT, job_text, job_order,
		NULL },
	{ COLUMNS_PARTITIONS, "partition", "PART",
		"the partition; ~ before it: guessed from the name of a file",
		COLUMN_LEFT, partition_text, partition_order, NULL },
	{ COLUMNS_PARTITIONS, "value", "VALUE", "the checkpoint itself", COLUMN_RIGHT,
		value_text, value_order, value_known },
	{ COLUMNS_PARTITIONS, "moved", "MOVED/min", "positions it moves in a minute",
		COLUMN_RIGHT, moved_text, moved_order, speed_known },
	{ COLUMNS_PARTITIONS, "head", "HEAD", "where its source is", COLUMN_RIGHT,
		head_text, head_order, head_known },
	{ COLUMNS_PARTITIONS, "lag", "LAG",
		"how far it is behind its source: positions or time", COLUMN_RIGHT,
		lag_text, lag_order, lag_known },
	{ COLUMNS_PARTITIONS, "rate", "LAG/s",
		"change of the lag in a second; + is falling behind", COLUMN_RIGHT,
		rate_text, rate_order, rate_known },
	{ COLUMNS_PARTITIONS, "eta", "CATCH", "time until it has caught up at this speed",
		COLUMN_RIGHT, eta_text, eta_order, eta_known },
	{ COLUMNS_PARTITIONS, "updated", "UPDATED", "when it was saved last",
		COLUMN_RIGHT, updated_text, upd_order, upd_known },
	{ COLUMNS_PARTITIONS, "upd", "UPD", "how long ago that was", COLUMN_RIGHT,
		upd_text, upd_order, upd_known },
	{ COLUMNS_PARTITIONS, "wmark", "WMARK", "how far its watermark is behind now",
		COLUMN_RIGHT, wmark_text, wmark_order, wmark_known },
	{ COLUMNS_PARTITIONS, "trend", "LAG 1h",
		"the lag of the last hour; full height is its limit or its maximum, and "
		"without a limit what does not change lies flat",
		COLUMN_LEFT, trend_text, NULL, NULL },
	{ COLUMNS_PARTITIONS, "why", "WHY", "why it is in this state", COLUMN_LEFT,
		why_text, why_order, NULL },
	{ COLUMNS_PARTITIONS, "note", "WHO / NOTE",
		"what the pipeline says is wrong, who works on it, or why", COLUMN_LEFT,
		note_text, NULL, NULL },
};

const size_t columns_partitions_count =
	sizeof(columns_partitions) / sizeof(columns_partitions[0]);
