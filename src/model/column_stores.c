/* SPDX-License-Identifier: MIT
 * The columns of the list of stores. */
#include "model/column_lists.h"

#include "model/column_cell.h"

static const struct board_store *
store_of(const void *row)
{
	return &((const struct board *)row)->store;
}

static bool
was_read(const void *row)
{
	return store_of(row)->good_at != TIME_NONE;
}

/* --- texts --- */

/* "?": it has not answered yet, neither well nor badly. */
static void
state_text(struct str *out, const void *row, const struct column_context *context)
{
	(void)context;
	if (!store_of(row)->opened)
		str_add_char(out, '?');
	else
		str_add(out, store_of(row)->reachable ? "ok" : "DOWN");
}

static void
since_text(struct str *out, const void *row, const struct column_context *context)
{
	cell_add_since(out, store_of(row)->since, context);
}

static void
age_text(struct str *out, const void *row, const struct column_context *context)
{
	cell_add_age(out, store_of(row)->since, context);
}

static void
store_text(struct str *out, const void *row, const struct column_context *context)
{
	(void)context;
	cell_add_name(out, span_of(store_of(row)->name));
}

static void
kind_text(struct str *out, const void *row, const struct column_context *context)
{
	(void)context;
	str_add(out, store_of(row)->kind != NULL ? store_of(row)->kind : "?");
}

static void
where_text(struct str *out, const void *row, const struct column_context *context)
{
	(void)context;
	str_add(out, store_of(row)->where != NULL ? store_of(row)->where : "?");
}

/* A count of what was read; "?" where nothing ever was. */
static void
add_count(struct str *out, size_t count, const void *row,
	const struct column_context *context)
{
	size_t start = out->len;

	if (!was_read(row)) {
		str_add_char(out, '?');
		return;
	}
	number_add_short(out, (int64_t)count);
	if (!cell_fits(out->len - start, context)) {
		str_cut(out, start);
		number_add_brief(out, (int64_t)count);
	}
}

static void
jobs_text(struct str *out, const void *row, const struct column_context *context)
{
	add_count(out, ((const struct board *)row)->job_count, row, context);
}

static void
ckpts_text(struct str *out, const void *row, const struct column_context *context)
{
	add_count(out, ((const struct board *)row)->checkpoint_count, row, context);
}

static bool
reads_known(const void *row)
{
	return store_of(row)->reachable && store_of(row)->read_p95 != TIME_NONE;
}

static void
add_milliseconds(struct str *out, int64_t duration)
{
	if (duration == TIME_NONE)
		str_add_char(out, '?');
	else if (duration < MILLISECOND)
		str_add(out, "<1");
	else
		str_addf(out, "%lld",
			(long long)((duration + MILLISECOND / 2) / MILLISECOND));
}

static void
read_text(struct str *out, const void *row, const struct column_context *context)
{
	(void)context;
	if (!reads_known(row)) {
		str_add_char(out, '-');
		return;
	}
	add_milliseconds(out, store_of(row)->read_p50);
	str_add(out, " / ");
	add_milliseconds(out, store_of(row)->read_p95);
}

static void
p95_text(struct str *out, const void *row, const struct column_context *context)
{
	(void)context;
	if (reads_known(row))
		add_milliseconds(out, store_of(row)->read_p95);
	else
		str_add_char(out, '-');
}

static void
good_text(struct str *out, const void *row, const struct column_context *context)
{
	if (was_read(row))
		cell_add_time(out, store_of(row)->good_at, context);
	else
		str_add(out, "never");
}

/* --- order --- */

/* Down, not known yet, ok. */
static int
rank(const void *row)
{
	if (!store_of(row)->opened)
		return 1;
	return store_of(row)->reachable ? 2 : 0;
}

static int
state_order(const void *a, const void *b)
{
	return rank(a) - rank(b);
}

static int
age_order(const void *a, const void *b)
{
	return order_since(store_of(a)->since, store_of(b)->since);
}

static int
store_order(const void *a, const void *b)
{
	return span_compare_natural(
		span_of(store_of(a)->name), span_of(store_of(b)->name));
}

static int
kind_order(const void *a, const void *b)
{
	return span_compare_natural(
		span_of(store_of(a)->kind), span_of(store_of(b)->kind));
}

static int
where_order(const void *a, const void *b)
{
	return span_compare_natural(
		span_of(store_of(a)->where), span_of(store_of(b)->where));
}

static int
jobs_order(const void *a, const void *b)
{
	return order_number((int64_t)((const struct board *)b)->job_count,
		(int64_t)((const struct board *)a)->job_count);
}

static int
ckpts_order(const void *a, const void *b)
{
	return order_number((int64_t)((const struct board *)b)->checkpoint_count,
		(int64_t)((const struct board *)a)->checkpoint_count);
}

static int
read_order(const void *a, const void *b)
{
	return order_number(store_of(b)->read_p95, store_of(a)->read_p95);
}

static int
good_order(const void *a, const void *b)
{
	return order_number(store_of(a)->good_at, store_of(b)->good_at);
}

static bool
since_known(const void *row)
{
	return store_of(row)->since.at != TIME_NONE;
}

/* --- the table --- */

const struct column columns_stores[] = {
	{ COLUMNS_STORES, "state", "ST", "ok, DOWN, or ? before its first answer",
		COLUMN_LEFT, state_text, state_order, NULL },
	{ COLUMNS_STORES, "since", "SINCE", "when that began", COLUMN_RIGHT, since_text,
		age_order, since_known },
	{ COLUMNS_STORES, "age", "AGE", "how long ago that was", COLUMN_RIGHT, age_text,
		age_order, since_known },
	{ COLUMNS_STORES, "store", "STORE", "its name", COLUMN_LEFT, store_text,
		store_order, NULL },
	{ COLUMNS_STORES, "kind", "KIND", "what it is: sqlite, json dir, …", COLUMN_LEFT,
		kind_text, kind_order, NULL },
	{ COLUMNS_STORES, "where", "WHERE", "where it is", COLUMN_LEFT, where_text,
		where_order, NULL },
	{ COLUMNS_STORES, "jobs", "JOBS", "jobs in it", COLUMN_RIGHT, jobs_text,
		jobs_order, was_read },
	{ COLUMNS_STORES, "ckpts", "CKPTS", "checkpoints in it", COLUMN_RIGHT, ckpts_text,
		ckpts_order, was_read },
	{ COLUMNS_STORES, "read", "READ ms p50/p95",
		"milliseconds a read takes: half of them, 95 of 100", COLUMN_RIGHT,
		read_text, read_order, reads_known },
	{ COLUMNS_STORES, "p95", "p95 ms", "milliseconds 95 of 100 reads stay below",
		COLUMN_RIGHT, p95_text, read_order, reads_known },
	{ COLUMNS_STORES, "good", "LAST GOOD", "when it was read last", COLUMN_RIGHT,
		good_text, good_order, was_read },
};

const size_t columns_stores_count = sizeof(columns_stores) / sizeof(columns_stores[0]);
