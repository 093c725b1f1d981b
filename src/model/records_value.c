/* SPDX-License-Identifier: MIT
 * Values and heads, kept as a number and, where that does not say all, as their text. */
#include "model/records_inside.h"

/* True for what printing the number gives: 7, but not 007, +7 or -0. */
static bool
is_canonical(const struct value *value)
{
	struct span text = value->text;

	if (value->type != VALUE_INT)
		return false;
	if (text.at[0] == '-') {
		text.at++, text.len--;
		if (text.at[0] == '0')
			return false;
	}
	return text.at[0] != '+' && (text.at[0] != '0' || text.len == 1);
}

/* From the last digit to the first; as often as there are records, so not by printf(). */
static struct span
print(struct digits *digits, int64_t number)
{
	uint64_t rest = number < 0 ? 0 - (uint64_t)number : (uint64_t)number;
	char *end = digits->text + sizeof(digits->text), *at = end;

	do {
		*--at = (char)('0' + rest % 10);
		rest /= 10;
	} while (rest > 0);
	if (number < 0)
		*--at = '-';
	return (struct span){ at, (size_t)(end - at) };
}

/* As value_parse() gave it. Only a file must be found again in the text. */
static struct value
rebuild(enum value_type type, struct span text, int64_t number, bool date_only)
{
	struct value value = {
		.type = type,
		.text = text,
		.number = number,
		.date_only = date_only,
	};

	return type == VALUE_FILE_POS ? value_parse(text, type, NULL) : value;
}

struct value
record_value(
	const struct records *records, const struct record *record, struct digits *digits)
{
	struct span text = texts_span(records->texts, record->value_text);

	if (record->flags & RECORD_NO_VALUE)
		return (struct value){ .type = VALUE_OPAQUE };
	if (record->value_text == 0 && digits != NULL)
		text = print(digits, record->value);
	return rebuild(record->value_type, text, record->value,
		record->flags & RECORD_DATE_ONLY);
}

struct value
record_head(
	const struct records *records, const struct record *record, struct digits *digits)
{
	struct span text = texts_span(records->texts, extra_of(record)->head_text);

	if (extra_of(record)->head_at == TIME_NONE || record->head_is_lag)
		return (struct value){ .type = VALUE_OPAQUE };
	if (extra_of(record)->head_text == 0 && digits != NULL)
		text = print(digits, extra_of(record)->head);
	return rebuild(record->head_type, text, extra_of(record)->head, false);
}

bool
record_has_value(const struct records *records, const struct record *record,
	const struct value *value)
{
	bool none = record->flags & RECORD_NO_VALUE;

	if (none || value->text.at == NULL)
		return none && value->text.at == NULL;
	if (record->value_text == 0)
		return is_canonical(value) && value->number == record->value;
	return span_equal(texts_span(records->texts, record->value_text), value->text);
}

/* A time without a zone, where none is configured: comparable with its like only. */
static bool
is_naive(const struct records *records, const struct value *value)
{
	struct stamp stamp;

	return value->type == VALUE_TIME && records->setup.zone == NULL &&
	       stamp_parse(&stamp, value->text) &&
	       (stamp.form == STAMP_NAIVE || stamp.form == STAMP_DATE);
}

static void
set_flag(struct record *record, enum record_flag flag, bool on)
{
	record->flags = (uint16_t)(on ? record->flags | flag : record->flags & ~flag);
}

void
record_set_value(
	struct records *records, struct record *record, const struct value *value)
{
	record->value = value->number;
	record->value_type = value->type;
	texts_replace(records->texts, &record->value_text,
		value->text.at != NULL && is_canonical(value) ? SPAN_NONE : value->text);
	set_flag(record, RECORD_NO_VALUE, value->text.at == NULL);
	set_flag(record, RECORD_DATE_ONLY, value->date_only);
	set_flag(record, RECORD_VALUE_NAIVE, is_naive(records, value));
}

/* As it is configured. */
static enum value_type
type_wanted(const struct records *records, const struct record *record)
{
	enum value_type wanted = records->jobs[record->job].rule->value_type;

	return wanted != VALUE_AUTO ? wanted : records->setup.value_type;
}

struct value
records_parse(
	const struct records *records, const struct record *record, struct span text)
{
	enum value_type wanted = type_wanted(records, record);

	if (text.at == NULL)
		return (struct value){ .type = VALUE_OPAQUE };
	return value_parse(text, wanted, records->setup.zone);
}

static void
forget_head(struct records *records, struct record *record)
{
	record->head_type = VALUE_OPAQUE;
	record->head_is_lag = false;
	if (record->extra == NULL)
		return;
	record->extra->head_at = TIME_NONE;
	texts_replace(records->texts, &record->extra->head_text, SPAN_NONE);
}

bool
record_take_lag(
	struct records *records, struct record *record, struct span text, int64_t now)
{
	struct value lag = value_parse(text, VALUE_INT, NULL);
	bool was_known = record->head_is_lag;
	int64_t before = extra_of(record)->head;
	struct extra *extra;

	forget_head(records, record);
	if (lag.type != VALUE_INT)
		return false;
	extra = extra_make(records, record);
	extra->head = lag.number;
	extra->head_at = now;
	record->head_is_lag = true;
	if (!was_known)
		set_flag(record, RECORD_HEAD_NEW, true);
	return was_known && before != lag.number;
}

/* A head is read as the values are that it is compared with. Where their type is only
 * found in their text, so is that of the head: a number beside a time is no epoch. */
static enum value_type
head_type_wanted(const struct records *records, const struct record *record)
{
	return record->value_type == VALUE_TIME ? type_wanted(records, record)
						: record->value_type;
}

bool
record_take_head(struct records *records, struct record *record, struct span text,
	int64_t now, bool *back)
{
	struct value old = record_head(records, record, NULL), head;
	bool was_known = extra_of(record)->head_at != TIME_NONE && !record->head_is_lag;
	enum value_type wanted = head_type_wanted(records, record);
	struct extra *extra;
	bool moved;

	*back = false;
	if (text.at == NULL) {
		forget_head(records, record);
		return false;
	}
	head = value_parse(text, wanted, records->setup.zone);
	/* What it is instead: no lag comes of it, but it is shown. */
	if (head.type == VALUE_OPAQUE)
		head = value_parse(text, VALUE_AUTO, records->setup.zone);
	moved = was_known && !value_equal(&old, &head);
	*back = moved &&
		(!value_comparable(&old, &head) || value_distance(&head, &old) < 0);
	extra = extra_make(records, record);
	extra->head = head.number;
	extra->head_at = now;
	record->head_type = head.type;
	record->head_is_lag = false;
	texts_replace(records->texts, &extra->head_text,
		is_canonical(&head) ? SPAN_NONE : head.text);
	set_flag(record, RECORD_HEAD_NAIVE, is_naive(records, &head));
	if (!was_known)
		set_flag(record, RECORD_HEAD_NEW, true);
	return moved;
}

/* Puts a naive time where it belongs, so that it can be compared with one that has a
 * zone. */
static bool
resolve(const struct records *records, const struct record *record, struct value *value,
	bool naive)
{
	if (!naive)
		return true;
	value->number = record_instant(records, record, value->number, STAMP_NAIVE);
	return value->number != TIME_NONE;
}

/* A head that stands beside the value counts as the value does. */
static bool
head_is_last(const struct records *records, const struct record *record)
{
	return record->flags & RECORD_HEAD_ASKED ? records->jobs[record->job].head.is_last
						 : records->setup.value_is_last;
}

/* Written with the value: neither is older. */
static bool
head_is_in_metadata(const struct records *records, const struct record *record)
{
	return !(record->flags & RECORD_HEAD_ASKED) &&
	       records->jobs[record->job].head.kind == HEAD_METADATA;
}

struct lag
record_lag(const struct records *records, const struct record *record)
{
	bool value_naive = record->flags & RECORD_VALUE_NAIVE;
	bool head_naive = record->flags & RECORD_HEAD_NAIVE;
	struct value value, head;
	struct lag lag;

	if (record->flags & CKPT_SUPERSEDED)
		return (struct lag){ .kind = LAG_NONE };
	if (record_is_lost(record))
		return (struct lag){ .kind = LAG_UNKNOWN, .gap = LAG_GAP_LOST };
	if (incident_of(record) != NULL && incident_of(record)->damaged.at != TIME_NONE)
		return (struct lag){ .kind = LAG_UNKNOWN, .gap = LAG_GAP_DAMAGED };
	if (extra_of(record)->head_at == TIME_NONE)
		return (struct lag){
			.kind = LAG_UNKNOWN,
			.gap = records->jobs[record->job].head.kind == HEAD_NONE
				       ? LAG_GAP_NO_HEAD
				       : LAG_GAP_HEAD,
		};
	if (record->head_is_lag)
		return (struct lag){ .kind = LAG_POSITIONS,
			.amount = extra_of(record)->head };
	value = record_value(records, record, NULL);
	head = record_head(records, record, NULL);
	if (value_naive != head_naive &&
		(!resolve(records, record, &value, value_naive) ||
			!resolve(records, record, &head, head_naive)))
		return (struct lag){ .kind = LAG_UNKNOWN, .gap = LAG_GAP_ZONE };
	lag = health_lag(&value, records->setup.value_is_last, &head,
		head_is_last(records, record));
	if (head_is_in_metadata(records, record))
		return lag;
	return health_settle_lag(
		lag, extra_of(record)->head_at, record_updated(records, record));
}
