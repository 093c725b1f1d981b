/* SPDX-License-Identifier: MIT */
#include "store/written.h"

#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "base/utf8.h"
#include "model/value.h"
#include "store/number_text.h"

/* --- the time of a save --- */

/* The zone of naive times when none was configured. */
static struct zone *
local_zone(int64_t at)
{
	time_t seconds = (time_t)(at / SECOND);
	struct tm local;

	return zone_fixed(
		localtime_r(&seconds, &local) != NULL ? (int)local.tm_gmtoff : 0);
}

bool
written_updated(struct str *out, struct span like, int64_t at, const struct zone *zone)
{
	struct zone *local = zone == NULL ? local_zone(at) : NULL;
	struct stamp pattern;
	bool is_time = stamp_parse(&pattern, like);

	if (!is_time)
		stamp_parse(&pattern, SPAN("2000-01-01 00:00:00"));
	stamp_format(out, &pattern, at, local != NULL ? local : zone);
	zone_free(local);
	return is_time;
}

/* --- what fits --- */

size_t
written_declared_most(const char *type)
{
	const char *bracket = type != NULL ? strchr(type, '(') : NULL;
	unsigned long most;
	char *end;

	if (bracket == NULL || strcasestr(type, "char") == NULL ||
		strcasestr(type, "char") > bracket)
		return 0;
	most = strtoul(bracket + 1, &end, 10);
	end += strspn(end, " ");
	return *end == ')' ? most : 0;
}

static size_t
count_characters(struct span text)
{
	size_t count = 0, size;
	uint32_t cp;

	for (size_t at = 0; at < text.len; at += size, count++)
		size = utf8_decode((struct span){ text.at + at, text.len - at }, &cp);
	return count;
}

int
written_check_length(const struct written_width *width, struct span text,
	struct span present, struct err *err)
{
	size_t count;

	if (width->most == 0 || text.len <= width->most)
		return 0;
	count = count_characters(text);
	if (count <= width->most || count_characters(present) > width->most)
		return 0;
	return err_set(err, ERR_REFUSED,
		"the %s has %zu characters, the column %.*s of table %.*s is declared to "
		"hold %zu; nothing was written; give a shorter one",
		width->what, count, (int)width->column.len, width->column.at,
		(int)width->table.len, width->table.at, width->most);
}

/* --- what it became --- */

/* Whole numbers up to here are kept by a double as they are. */
#define EXACT_MOST (INT64_C(1) << 53)

/* True when both texts are the same number. */
static bool
is_same_number(struct span text, struct span held)
{
	double a, b;

	return number_read_real(&a, text) && number_read_real(&b, held) && a == b;
}

bool
written_holds(struct span value, const struct ckpt *row)
{
	struct value given, held;

	if (row->value.at == NULL || row->storage == CKPT_STORAGE_TEXT)
		return row->value.at != NULL && span_equal(value, row->value);
	if (span_equal(value, row->value))
		return true;
	given = value_parse(value, VALUE_AUTO, NULL);
	held = value_parse(row->value, VALUE_AUTO, NULL);
	if (given.type == VALUE_INT && held.type == VALUE_INT)
		return given.number == held.number;
	if (row->storage != CKPT_STORAGE_INTEGER && row->storage != CKPT_STORAGE_REAL)
		return false;
	if (given.type == VALUE_INT &&
		(given.number > EXACT_MOST || given.number < -EXACT_MOST))
		return false;
	return is_same_number(value, row->value);
}
