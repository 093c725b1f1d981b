/* SPDX-License-Identifier: MIT */
#include "model/value.h"

#include <string.h>

static const char *const type_words[] = {
	[VALUE_AUTO] = "auto",
	[VALUE_INT] = "int",
	[VALUE_TIME] = "time",
	[VALUE_LSN] = "lsn",
	[VALUE_FILE_POS] = "file:pos",
	[VALUE_OPAQUE] = "opaque",
};

const char *
value_type_word(enum value_type type)
{
	return type_words[type];
}

/* --- reading --- */

/* Digits only, at least one, that fit. */
static bool
read_digits(int64_t *out, struct span text, bool negative)
{
	int64_t number = 0;

	if (text.len == 0)
		return false;
	for (size_t i = 0; i < text.len; i++) {
		int digit = text.at[i] - '0';

		if (digit < 0 || digit > 9 || __builtin_mul_overflow(number, 10, &number))
			return false;
		/* Built up below zero when negative, so that INT64_MIN fits. */
		if (__builtin_add_overflow(number, negative ? -digit : digit, &number))
			return false;
	}
	*out = number;
	return true;
}

static bool
read_int(struct value *value)
{
	struct span digits = value->text;
	bool sign = digits.len > 0 && (*digits.at == '-' || *digits.at == '+');

	if (sign)
		digits.at++, digits.len--;
	return read_digits(&value->number, digits, sign && *value->text.at == '-');
}

/* UTC where no zone is given: stamp_instant() would not guess, but positions in time only
 * need one and the same zone. */
static bool
read_time(struct value *value, const struct zone *zone, bool epoch_too)
{
	struct stamp stamp;

	if (!stamp_parse(&stamp, value->text))
		return false;
	if (stamp.form == STAMP_EPOCH && !epoch_too)
		return false;
	value->date_only = stamp.form == STAMP_DATE;
	value->number = stamp_instant(&stamp, zone);
	if (value->number == TIME_NONE)
		value->number = stamp.at;
	return true;
}

static int
hex_digit(char c)
{
	if (c >= '0' && c <= '9')
		return c - '0';
	if (c >= 'a' && c <= 'f')
		return c - 'a' + 10;
	if (c >= 'A' && c <= 'F')
		return c - 'A' + 10;
	return -1;
}

/* One to eight hexadecimal digits. */
static bool
read_hex(uint32_t *out, struct span text)
{
	uint32_t number = 0;

	if (text.len < 1 || text.len > 8)
		return false;
	for (size_t i = 0; i < text.len; i++) {
		int digit = hex_digit(text.at[i]);

		if (digit < 0)
			return false;
		number = number << 4 | (uint32_t)digit;
	}
	*out = number;
	return true;
}

static bool
read_lsn(struct value *value)
{
	const char *slash =
		value->text.len > 0 ? memchr(value->text.at, '/', value->text.len) : NULL;
	uint32_t high, low;
	struct span rest;

	if (slash == NULL)
		return false;
	rest.at = slash + 1;
	rest.len = (size_t)(value->text.at + value->text.len - rest.at);
	if (!read_hex(&high,
		    (struct span){ value->text.at, (size_t)(slash - value->text.at) }) ||
		!read_hex(&low, rest) || high > INT32_MAX)
		return false;
	value->number = (int64_t)high << 32 | low;
	return true;
}

static bool
read_file_pos(struct value *value)
{
	struct span file = value->text, digits;

	while (file.len > 0 && file.at[file.len - 1] != ':')
		file.len--;
	if (file.len < 2)
		return false;
	digits.at = file.at + file.len;
	digits.len = value->text.len - file.len;
	file.len--;
	if (!read_digits(&value->number, digits, false))
		return false;
	value->file = file;
	return true;
}

static enum value_type
read_auto(struct value *value, const struct zone *zone)
{
	if (read_int(value))
		return VALUE_INT;
	if (value->text.len > 0 && memchr(value->text.at, '-', value->text.len) != NULL &&
		read_time(value, zone, false))
		return VALUE_TIME;
	return read_lsn(value) ? VALUE_LSN : VALUE_OPAQUE;
}

static enum value_type
read_as(struct value *value, enum value_type wanted, const struct zone *zone)
{
	bool fits = false;

	switch (wanted) {
	case VALUE_AUTO: return read_auto(value, zone);
	case VALUE_INT: fits = read_int(value); break;
	case VALUE_TIME: fits = read_time(value, zone, true); break;
	case VALUE_LSN: fits = read_lsn(value); break;
	case VALUE_FILE_POS: fits = read_file_pos(value); break;
	case VALUE_OPAQUE: break;
	}
	return fits ? wanted : VALUE_OPAQUE;
}

struct value
value_parse(struct span text, enum value_type wanted, const struct zone *zone)
{
	struct value value = { .type = VALUE_OPAQUE, .text = text };
	enum value_type type = read_as(&value, wanted, zone);

	/* Nothing half read stays behind in a value that did not fit. */
	if (type == VALUE_OPAQUE)
		return (struct value){ .type = VALUE_OPAQUE, .text = text };
	value.type = type;
	return value;
}

/* --- comparing --- */

bool
value_comparable(const struct value *a, const struct value *b)
{
	if (a->type != b->type || a->type == VALUE_AUTO || a->type == VALUE_OPAQUE)
		return false;
	return a->type != VALUE_FILE_POS || span_equal(a->file, b->file);
}

int64_t
value_distance(const struct value *a, const struct value *b)
{
	int64_t distance;

	if (__builtin_sub_overflow(a->number, b->number, &distance))
		return a->number > b->number ? INT64_MAX : -INT64_MAX;
	return distance < -INT64_MAX ? -INT64_MAX : distance;
}

bool
value_equal(const struct value *a, const struct value *b)
{
	if (value_comparable(a, b))
		return a->number == b->number;
	return span_equal(a->text, b->text);
}
