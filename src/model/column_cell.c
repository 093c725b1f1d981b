/* SPDX-License-Identifier: MIT */
#include "model/column_cell.h"

#include <string.h>

#include "base/clock.h"
#include "base/utf8.h"

bool
cell_fits(size_t cells, const struct column_context *context)
{
	return context->width == 0 || cells <= context->width;
}

/* Keeps what was appended since start when it fits, else takes it away again. */
static bool
keep_if_fits(struct str *out, size_t start, const struct column_context *context)
{
	if (cell_fits(out->len - start, context))
		return true;
	str_cut(out, start);
	return false;
}

/* --- numbers and texts --- */

void
cell_add_short(struct str *out, const char *sign, int64_t size, const char *per,
	const struct column_context *context)
{
	size_t start = out->len;

	str_add(out, sign);
	number_add_short(out, size);
	str_add(out, per);
	if (keep_if_fits(out, start, context))
		return;
	str_add(out, sign);
	number_add_brief(out, size);
	str_add(out, per);
	if (!cell_fits(out->len - start, context))
		str_cut(out, out->len - span_of(per).len);
}

void
cell_add_number(struct str *out, int64_t number, const struct column_context *context)
{
	size_t start = out->len;

	number_add_grouped(out, number);
	if (keep_if_fits(out, start, context))
		return;
	str_addf(out, "%lld", (long long)number);
	if (keep_if_fits(out, start, context))
		return;
	cell_add_short(out, "", number, "", context);
}

void
cell_add_name(struct str *out, struct span name)
{
	if (name.len == 0)
		str_add(out, name.at == NULL ? "-" : "\"\"");
	else
		str_add_span(out, name);
}

void
cell_add_longest(
	struct str *out, const char *const *texts, const struct column_context *context)
{
	const char *last = "";

	for (; *texts != NULL; texts++) {
		last = *texts;
		if (cell_fits(safe_width(span_of(last)), context))
			break;
	}
	str_add(out, last);
}

const struct why *
cell_why(const struct why *why, const struct column_context *context)
{
	return context->times == TIMES_LOCAL && why->local != NULL ? why->local : why;
}

/* True for "abc~" and "abcdef". */
static bool
is_cut_from(const char *cut, const char *text)
{
	size_t length = strlen(cut);

	return length > 1 && cut[length - 1] == '~' &&
	       strncmp(cut, text, length - 1) == 0;
}

void
cell_add_why(struct str *out, const struct why *why, const struct column_context *context)
{
	const struct why *words = cell_why(why, context);
	const char *const texts[] = { words->full, words->text, words->brief, NULL };

	/* What had to be cut for the second form may be cut later here. */
	if (is_cut_from(words->text, words->full) &&
		cell_fits(safe_width(span_of(words->text)), context))
		str_add(out, words->full);
	else
		cell_add_longest(out, texts, context);
}

/* --- times --- */

/* now - at, limited to what an int64_t holds. */
static int64_t
ago(int64_t at, const struct column_context *context)
{
	int64_t duration;

	if (at == TIME_NONE || context->now == TIME_NONE)
		return TIME_NONE;
	if (__builtin_sub_overflow(context->now, at, &duration))
		return context->now > at ? INT64_MAX : -INT64_MAX;
	return duration;
}

static const struct zone *
zone_of(const struct column_context *context)
{
	return context->times == TIMES_LOCAL ? context->zone : NULL;
}

/* Appends the time in the first of the formats that fits, else in the last. */
static void
add_formatted(struct str *out, int64_t at, const char *const *formats,
	const struct column_context *context)
{
	size_t start = out->len;

	for (; *formats != NULL; formats++) {
		str_cut(out, start);
		time_addf(out, at, zone_of(context), *formats);
		if (cell_fits(out->len - start, context))
			return;
	}
}

/* Clock time within a day, the weekday within six (a seventh would be today's), the date
 * beyond and always in the future. */
static const char *const *
formats_for(int64_t passed)
{
	static const char *const today[] = { "%H:%M:%S", "%H:%M", NULL };
	static const char *const this_week[] = { "%a %H:%M", "%a", NULL };
	static const char *const this_year[] = { "%m-%d %H:%M", "%m-%d", NULL };
	static const char *const far[] = { "%Y-%m-%d %H:%M", "%Y-%m-%d", "%Y", NULL };

	if (passed > -DAY && passed < DAY)
		return today;
	if (passed >= DAY && passed < 6 * DAY)
		return this_week;
	return passed > -300 * DAY && passed < 300 * DAY ? this_year : far;
}

void
cell_add_time(struct str *out, int64_t at, const struct column_context *context)
{
	int64_t passed = ago(at, context);
	size_t start = out->len;

	if (passed == TIME_NONE) {
		str_add_char(out, '?');
	} else if (context->times == TIMES_RELATIVE) {
		duration_add(out, passed / SECOND * SECOND);
		if (keep_if_fits(out, start, context))
			return;
		duration_add_short(out, passed);
	} else {
		add_formatted(out, at, formats_for(passed), context);
	}
}

static void
add_at_least(struct str *out, const struct column_context *context)
{
	str_add(out, context->ascii ? ">" : "\u2265");
}

/* Never more than HH:MM, so that a list stays still; the mark takes a cell of its own. */
void
cell_add_since(struct str *out, struct since since, const struct column_context *context)
{
	struct column_context narrow = *context;

	if (since.at == TIME_NONE) {
		str_add_char(out, '?');
		return;
	}
	if (since.at_least)
		add_at_least(out, context);
	if (context->times == TIMES_RELATIVE) {
		duration_add_medium(out, ago(since.at, context));
		return;
	}
	if (narrow.width == 0 || narrow.width > 5)
		narrow.width = 5;
	cell_add_time(out, since.at, &narrow);
}

void
cell_add_age(struct str *out, struct since since, const struct column_context *context)
{
	int64_t age = ago(since.at, context);
	size_t start;

	if (age == TIME_NONE) {
		str_add_char(out, '?');
		return;
	}
	if (since.at_least && cell_fits(5, context))
		add_at_least(out, context);
	start = out->len;
	duration_add_short(out, age);
	/* In three cells 1h47 is 1h. */
	if (!cell_fits(out->len - start, context) && age >= HOUR && age < 2 * HOUR)
		str_cut(out, start + 2);
}

void
cell_add_ago(struct str *out, int64_t at, const struct column_context *context)
{
	duration_add_short(out, ago(at, context));
}

void
cell_add_behind(struct str *out, int64_t at, const struct column_context *context)
{
	duration_add_medium(out, ago(at, context));
}

void
cell_add_least_behind(
	struct str *out, int64_t at, bool known, const struct column_context *context)
{
	if (at == TIME_NONE || known) {
		cell_add_behind(out, at, context);
		return;
	}
	str_add_char(out, '>');
	duration_add_short(out, ago(at, context));
}

/* --- order --- */

int
order_number(int64_t a, int64_t b)
{
	return (a > b) - (a < b);
}

/* The older first; of two equal ones that which may be older still. Unknown last. */
int
order_since(struct since a, struct since b)
{
	if (a.at == TIME_NONE || b.at == TIME_NONE)
		return (a.at == TIME_NONE) - (b.at == TIME_NONE);
	if (a.at != b.at)
		return order_number(a.at, b.at);
	return (int)b.at_least - (int)a.at_least;
}

/* Positions before times, as they cannot be compared; the larger first. */
int
order_lag(struct lag a, struct lag b)
{
	static const int rank[] = {
		[LAG_POSITIONS] = 0,
		[LAG_TIME] = 1,
		[LAG_UNKNOWN] = 2,
		[LAG_NONE] = 3,
	};

	if (a.kind != b.kind)
		return rank[a.kind] - rank[b.kind];
	if (a.amount != b.amount)
		return order_number(b.amount, a.amount);
	return (int)b.partial - (int)a.partial;
}

int
order_rate(struct rate a, struct rate b)
{
	return (a.per_second < b.per_second) - (a.per_second > b.per_second);
}

/* Never first, then the longest. */
int
order_eta(struct eta a, struct eta b)
{
	static const int rank[] = {
		[ETA_NEVER] = 0,
		[ETA_AFTER] = 1,
		[ETA_NONE] = 2,
	};

	if (a.kind != b.kind)
		return rank[a.kind] - rank[b.kind];
	return order_number(b.after, a.after);
}
