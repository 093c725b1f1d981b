/* SPDX-License-Identifier: MIT */
#include "store/postgresql/type.h"

#include <stdlib.h>
#include <string.h>

#include "store/number_text.h"
#include "store/postgresql/jsonb.h"
#include "store/written.h"

enum family { TEXT, WHOLE, DECIMAL, REAL, NAIVE_TIME, ZONED_TIME, DATE, JSONB };

/* What a type begins with, and ends with. The first that fits. */
static const struct {
	const char *begin, *end;
	enum family family;
	int64_t least, most; /* WHOLE */
} types[] = {
	{ "smallint", "", WHOLE, INT16_MIN, INT16_MAX },
	{ "integer", "", WHOLE, INT32_MIN, INT32_MAX },
	{ "bigint", "", WHOLE, INT64_MIN, INT64_MAX },
	{ "oid", "", WHOLE, 0, UINT32_MAX },
	{ "numeric", "", DECIMAL, 0, 0 },
	{ "real", "", REAL, 0, 0 },
	{ "double precision", "", REAL, 0, 0 },
	{ "timestamp", "with time zone", ZONED_TIME, 0, 0 },
	{ "timestamp", "without time zone", NAIVE_TIME, 0, 0 },
	{ "date", "", DATE, 0, 0 },
	{ "jsonb", "", JSONB, 0, 0 },
};

#define TYPES (sizeof(types) / sizeof(*types))

/* Which row of the table; TYPES: none. */
static size_t
row_of(struct span type)
{
	for (size_t i = 0; i < TYPES; i++) {
		size_t begin = strlen(types[i].begin), end = strlen(types[i].end);

		if (type.len < begin + end ||
			memcmp(type.at, types[i].begin, begin) != 0 ||
			memcmp(type.at + type.len - end, types[i].end, end) != 0)
			continue;
		if (end > 0 || type.len == begin || type.at[begin] == '(')
			return i;
	}
	return TYPES;
}

static enum family
family_of(struct span type)
{
	size_t row = row_of(type);

	return row < TYPES ? types[row].family : TEXT;
}

/* --- times --- */

/* Digits that a timestamp keeps behind the point. */
static int
digits_of(struct span type)
{
	const char *bracket = memchr(type.at, '(', type.len);

	return bracket != NULL ? atoi(bracket + 1) : 6;
}

/* PostgreSQL prints no zeros at the end of a fraction. */
static struct span
without_zeros(struct span text, struct arena *arena)
{
	const char *point = memchr(text.at, '.', text.len);
	size_t whole, end, rest;

	if (point == NULL)
		return text;
	whole = (size_t)(point - text.at);
	rest = whole + 1;
	while (rest < text.len && text.at[rest] >= '0' && text.at[rest] <= '9')
		rest++;
	end = rest;
	while (end > whole + 1 && text.at[end - 1] == '0')
		end--;
	end -= end == whole + 1;
	return span_of(arena_printf(arena, "%.*s%.*s", (int)end, text.at,
		(int)(text.len - rest), text.at + rest));
}

static struct span
print_time(enum family family, struct span type, int64_t at, const struct zone *zone,
	struct arena *arena)
{
	int64_t unit = 1;
	struct str text = { 0 };
	struct span out;

	/* What it has no digits for it would round. */
	for (int digits = digits_of(type); digits < 6; digits++)
		unit *= 10;
	at -= (at % unit + unit) % unit;
	written_updated(&text,
		family == ZONED_TIME ? SPAN("2000-01-01 00:00:00.000000+00")
				     : SPAN("2000-01-01 00:00:00.000000"),
		at, zone);
	out = without_zeros(arena_span(arena, str_span(&text)), arena);
	str_free(&text);
	return out;
}

bool
pg_type_is_timestamp(struct span type, bool *has_zone)
{
	enum family family = family_of(type);

	*has_zone = family == ZONED_TIME;
	return family == ZONED_TIME || family == NAIVE_TIME;
}

struct span
pg_type_time(struct span type, struct span like, int64_t at, const struct zone *zone,
	struct arena *arena)
{
	enum family family = family_of(type);
	struct str text = { 0 };
	struct stamp stamp;
	struct span out;

	if (family == NAIVE_TIME || family == ZONED_TIME)
		return print_time(family, type, at, zone, arena);
	if ((family == WHOLE || family == DECIMAL || family == REAL) &&
		!stamp_parse(&stamp, like))
		return like;
	written_updated(&text, family == DATE ? SPAN("2000-01-01") : like, at, zone);
	out = arena_span(arena, str_span(&text));
	str_free(&text);
	return out;
}

/* --- what a column takes --- */

static int
refuse(const struct pg_column_text *column, struct span text, struct err *err)
{
	return err_set(err, ERR_REFUSED,
		"the column %.*s of table %.*s is of type %.*s, which cannot hold the %s "
		"'%.*s'; nothing was written; give one that it holds",
		(int)column->column.len, column->column.at, (int)column->table.len,
		column->table.at, (int)column->type.len, column->type.at, column->what,
		(int)(text.len < 200 ? text.len : 200), text.at);
}

static int
take_text(struct span *out, const struct pg_column_text *column, struct span text,
	struct arena *arena, struct err *err)
{
	const char *type = arena_span(arena, column->type).at;
	struct written_width width = { column->table, column->column,
		written_declared_most(type), column->what };

	if (text.len > 0 && memchr(text.at, '\0', text.len) != NULL)
		return refuse(column, text, err);
	*out = text;
	return written_check_length(&width, text, SPAN_NONE, err);
}

static int
take_whole(struct span *out, const struct pg_column_text *column, struct span text,
	struct arena *arena, struct err *err)
{
	size_t row = row_of(column->type);
	int64_t number;

	(void)arena;
	if (!number_read_integer(&number, text) || number < types[row].least ||
		number > types[row].most)
		return refuse(column, text, err);
	*out = text;
	return 0;
}

static int
take_decimal(struct span *out, const struct pg_column_text *column, struct span text,
	struct arena *arena, struct err *err)
{
	struct str number = { 0 };
	bool ok = pg_numeric_add(&number, text);

	if (ok)
		*out = arena_span(arena, str_span(&number));
	str_free(&number);
	return ok ? 0 : refuse(column, text, err);
}

/* One that is written otherwise is left to the server. */
static int
take_time(struct span *out, const struct pg_column_text *column, struct span text,
	struct arena *arena, struct err *err)
{
	enum family family = family_of(column->type);
	struct zone *utc = zone_fixed(0);
	struct stamp stamp;

	(void)err;
	*out = text;
	if (stamp_parse(&stamp, text) &&
		stamp.form == (family == ZONED_TIME ? STAMP_ZONED : STAMP_NAIVE))
		*out = print_time(family, column->type, stamp.at, utc, arena);
	zone_free(utc);
	return 0;
}

static int
take_jsonb(struct span *out, const struct pg_column_text *column, struct span text,
	struct arena *arena, struct err *err)
{
	struct str document = { 0 };
	bool ok = pg_jsonb_add(&document, text);

	if (ok)
		*out = arena_span(arena, str_span(&document));
	str_free(&document);
	return ok ? 0 : refuse(column, text, err);
}

static int
take_as_it_is(struct span *out, const struct pg_column_text *column, struct span text,
	struct arena *arena, struct err *err)
{
	(void)column;
	(void)arena;
	(void)err;
	*out = text;
	return 0;
}

int
pg_type_take(struct span *out, const struct pg_column_text *column, struct span text,
	struct arena *arena, struct err *err)
{
	static int (*const takers[])(struct span * out,
		const struct pg_column_text *column, struct span text,
		struct arena *arena, struct err *err) = {
		[TEXT] = take_text,
		[WHOLE] = take_whole,
		[DECIMAL] = take_decimal,
		[REAL] = take_as_it_is,
		[NAIVE_TIME] = take_time,
		[ZONED_TIME] = take_time,
		[DATE] = take_as_it_is,
		[JSONB] = take_jsonb,
	};

	*out = SPAN_NONE;
	if (text.at == NULL)
		return 0;
	return takers[family_of(column->type)](out, column, text, arena, err);
}

bool
pg_type_same(struct span type, struct span a, struct span b)
{
	enum family family = family_of(type);

	if (family == JSONB)
		return pg_jsonb_same(a, b);
	return family == DECIMAL ? pg_numeric_same(a, b) : span_equal(a, b);
}

bool
pg_type_holds(struct span type, struct span given, struct span printed, struct span held)
{
	int64_t number;

	if (held.at == NULL)
		return false;
	/* A fraction is as near as the type can have it; a position is not. */
	if (family_of(type) == REAL && number_read_integer(&number, given))
		return pg_numeric_same(given, held);
	return pg_type_same(type, printed, held);
}
