/* SPDX-License-Identifier: MIT */
#include "store/postgresql/cells.h"

#include <endian.h>
#include <stdio.h>
#include <string.h>

#include "base/civil.h"

/* 2000-01-01, from which the server counts microseconds. */
#define SERVER_EPOCH (INT64_C(946684800) * SECOND)
/* After which the calendar repeats itself. */
#define CYCLE_YEARS 400
#define CYCLE	    (146097 * DAY)
/* What the longest time has: a year of six digits, a fraction, a zone and " BC". */
#define TIME_ROOM 48

bool
pg_cells_are_copied(const struct pg_table *table)
{
	if (table->layout.query != NULL)
		return false;
	for (int role = 0; role < LAYOUT_ROLES; role++)
		if (table->layout.columns[role] != NULL &&
			!table->columns[role].is_copied)
			return false;
	return true;
}

static bool
is_timestamp(const struct pg_table *table, bool *has_zone)
{
	const char *type = table->columns[LAYOUT_UPDATED].type;

	if (table->layout.columns[LAYOUT_UPDATED] == NULL || type == NULL)
		return false;
	*has_zone = strcmp(type, "timestamptz") == 0;
	return *has_zone || strcmp(type, "timestamp") == 0;
}

static const char *
cast_of(const struct pg_cells *chosen, int place)
{
	if (chosen->form == PG_PRINTED)
		return "";
	if (place != LAYOUT_UPDATED || !chosen->is_time)
		return "::pg_catalog.text";
	return chosen->has_zone ? "::pg_catalog.timestamptz" : "::pg_catalog.timestamp";
}

void
pg_cells_choose(struct pg_cells *out, struct str *sql, enum pg_form form,
	const struct pg_table *table, const struct pg_documents *documents)
{
	struct str cell = { 0 };

	*out = (struct pg_cells){ .form = form };
	out->is_time = form == PG_COPIED && is_timestamp(table, &out->has_zone);
	for (int place = 0; place < PG_ROW_CELLS; place++) {
		out->places[place] = -1;
		str_clear(&cell);
		pg_table_add_cell(&cell, table, documents, place);
		if (strcmp(str_text(&cell), "NULL") == 0 ||
			strcmp(str_text(&cell), "false") == 0)
			continue;
		str_addf(sql, "%s(%s)%s", out->count > 0 ? ", " : "", str_text(&cell),
			cast_of(out, place));
		out->places[place] = out->count++;
	}
	str_free(&cell);
}

/* --- times --- */

static char *
put_two(char *at, int number)
{
	*at++ = (char)('0' + number / 10);
	*at++ = (char)('0' + number % 10);
	return at;
}

static char *
put_year(char *at, int64_t year)
{
	if (year > 9999)
		return at + sprintf(at, "%lld", (long long)year);
	return put_two(put_two(at, (int)(year / 100)), (int)(year % 100));
}

/* Six digits without the zeros at their end; returns how many are left. */
static int
put_fraction(char *at, int microseconds)
{
	int digits = 6;

	while (microseconds % 10 == 0) {
		microseconds /= 10;
		digits--;
	}
	for (int i = digits; i-- > 0; microseconds /= 10)
		at[i] = (char)('0' + microseconds % 10);
	return digits;
}

/* As the server prints it, and as it would be read from that: often, so neither is done
 * by what prints and reads everything. */
static struct span
print_time(char text[TIME_ROOM], struct stamp *stamp, int64_t number, bool has_zone)
{
	/* Some of the server's times are beyond ours, but not an age before. */
	struct civil civil = civil_of(number - (CYCLE - SERVER_EPOCH));
	int64_t year = civil.year + CYCLE_YEARS;
	bool is_before_christ = year < 1, is_beyond;
	char *at = put_year(text, is_before_christ ? 1 - year : year);

	*stamp = (struct stamp){ .form = has_zone ? STAMP_ZONED : STAMP_NAIVE,
		.separator = ' ',
		.seconds = true };
	is_beyond = __builtin_add_overflow(number, SERVER_EPOCH, &stamp->at);
	*at++ = '-';
	at = put_two(at, civil.month);
	*at++ = '-';
	at = put_two(at, civil.day);
	*at++ = ' ';
	at = put_two(at, civil.hour);
	*at++ = ':';
	at = put_two(at, civil.minute);
	*at++ = ':';
	at = put_two(at, civil.second);
	if (civil.microsecond > 0) {
		*at++ = '.';
		stamp->fraction = (uint8_t)put_fraction(at, civil.microsecond);
		at += stamp->fraction;
	}
	if (has_zone) {
		memcpy(at, "+00", 3);
		memcpy(stamp->suffix, "+00", 3);
		at += 3;
	}
	if (is_before_christ) {
		memcpy(at, " BC", 3);
		at += 3;
	}
	if (is_before_christ || is_beyond)
		stamp_parse(stamp, (struct span){ text, (size_t)(at - text) });
	return (struct span){ text, (size_t)(at - text) };
}

static void
read_time(struct ckpt *out, struct span cell, bool has_zone, struct arena *arena)
{
	int64_t number;

	if (cell.len != sizeof(number))
		return;
	memcpy(&number, cell.at, sizeof(number));
	number = (int64_t)be64toh((uint64_t)number);
	if (number == INT64_MAX || number == INT64_MIN)
		out->updated_text = number > 0 ? SPAN("infinity") : SPAN("-infinity");
	else
		out->updated_text = print_time(arena_alloc(arena, TIME_ROOM, 1),
			&out->updated, number, has_zone);
}

/* --- rows --- */

void
pg_cells_read(const struct pg_table *table, const struct pg_cells *chosen,
	const struct span *cells, struct arena *arena, struct ckpt *out)
{
	struct span all[PG_ROW_CELLS], time;

	for (int i = 0; i < PG_ROW_CELLS; i++)
		all[i] = chosen->places[i] >= 0 ? cells[chosen->places[i]] : SPAN_NONE;
	if (!chosen->is_time) {
		pg_table_borrow(table, all, arena, out);
		return;
	}
	time = all[LAYOUT_UPDATED];
	all[LAYOUT_UPDATED] = SPAN_NONE;
	pg_table_borrow(table, all, arena, out);
	read_time(out, time, chosen->has_zone, arena);
}
