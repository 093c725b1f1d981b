/* SPDX-License-Identifier: MIT
 * The columns of a list of jobs. */
#include "model/column_lists.h"

#include "base/utf8.h"
#include "model/column_cell.h"

static const struct board_job *
job_of(const void *row)
{
	return row;
}

/* --- texts --- */

static void
state_text(struct str *out, const void *row, const struct column_context *context)
{
	(void)context;
	str_add(out, state_word(job_of(row)->state));
}

static void
since_text(struct str *out, const void *row, const struct column_context *context)
{
	cell_add_since(out, job_of(row)->since, context);
}

static void
age_text(struct str *out, const void *row, const struct column_context *context)
{
	cell_add_age(out, job_of(row)->since, context);
}

static void
store_text(struct str *out, const void *row, const struct column_context *context)
{
	(void)context;
	cell_add_name(out, span_of(job_of(row)->board->store.name));
}

static void
job_text(struct str *out, const void *row, const struct column_context *context)
{
	(void)context;
	cell_add_name(out, job_of(row)->job);
}

/* 1/16; in short 40/1.0k; else the share, which is 0% or 100% only when it is so. */
static void
bad_text(struct str *out, const void *row, const struct column_context *context)
{
	size_t bad = job_of(row)->bad, all = job_of(row)->partitions, start = out->len;
	size_t percent = all == 0 ? 0 : bad * 100 / all;

	str_addf(out, "%zu/%zu", bad, all);
	if (cell_fits(out->len - start, context))
		return;
	str_cut(out, start);
	number_add_brief(out, (int64_t)bad);
	str_add_char(out, '/');
	number_add_brief(out, (int64_t)all);
	if (cell_fits(out->len - start, context))
		return;
	str_cut(out, start);
	str_addf(out, "%zu%%", percent == 0 && bad > 0 ? 1 : percent);
}

static void
lag_text(struct str *out, const void *row, const struct column_context *context)
{
	cell_add_lag(out, job_of(row)->lag, false, context);
}

static void
rate_text(struct str *out, const void *row, const struct column_context *context)
{
	const struct board_job *job = row;

	cell_add_rate(out, job->lag.kind, job->lag_rate, "/s", context);
}

static void
eta_text(struct str *out, const void *row, const struct column_context *context)
{
	const struct board_job *job = row;

	cell_add_eta(out, job->lag, job->lag_rate, job->eta, context);
}

static void
upd_text(struct str *out, const void *row, const struct column_context *context)
{
	cell_add_ago(out, job_of(row)->updated, context);
}

static void
updated_text(struct str *out, const void *row, const struct column_context *context)
{
	cell_add_time(out, job_of(row)->updated, context);
}

static void
wmark_text(struct str *out, const void *row, const struct column_context *context)
{
	const struct board_job *job = row;

	if (job->watermark == TIME_NONE && (job->worst->flags & CKPT_NO_METADATA) != 0)
		str_add_char(out, '-');
	else
		cell_add_least_behind(out, job->watermark, job->watermark_known, context);
}

static void
trend_text(struct str *out, const void *row, const struct column_context *context)
{
	const struct board_job *job = row;

	cell_add_spark(
		out, job->spark, cell_spark_limit(job->lag, &job->limits), context);
}

static void
why_text(struct str *out, const void *row, const struct column_context *context)
{
	cell_add_why(out, &job_of(row)->why, context);
}

static void
owner_text(struct str *out, const void *row, const struct column_context *context)
{
	(void)context;
	if (job_of(row)->owner != NULL)
		str_add(out, job_of(row)->owner);
}

/* The name and the briefest why in what is left of a narrow line; the name gives way, but
 * not below half of the line. */
static void
problem_text(struct str *out, const void *row, const struct column_context *context)
{
	const struct board_job *job = row;
	struct span brief = span_of(cell_why(&job->why, context)->brief);
	size_t needed = safe_width(brief) + 1, room = SIZE_MAX;
	struct str name = { 0 };

	cell_add_name(&name, job->job);
	if (context->width != 0 && brief.len > 0)
		room = needed + context->width / 2 < context->width
			       ? context->width - needed
			       : context->width - context->width / 2;
	safe_text_cut(out, str_span(&name), room);
	if (brief.len > 0) {
		str_add_char(out, ' ');
		str_add_span(out, brief);
	}
	str_free(&name);
}

/* --- order --- */

static int
state_order(const void *a, const void *b)
{
	return (int)job_of(b)->state - (int)job_of(a)->state;
}

static int
age_order(const void *a, const void *b)
{
	return order_since(job_of(a)->since, job_of(b)->since);
}

static int
store_order(const void *a, const void *b)
{
	return span_compare_natural(span_of(job_of(a)->board->store.name),
		span_of(job_of(b)->board->store.name));
}

static int
job_order(const void *a, const void *b)
{
	return span_compare_natural(job_of(a)->job, job_of(b)->job);
}

static int
bad_order(const void *a, const void *b)
{
	if (job_of(a)->bad != job_of(b)->bad)
		return order_number((int64_t)job_of(b)->bad, (int64_t)job_of(a)->bad);
	return order_number(
		(int64_t)job_of(b)->partitions, (int64_t)job_of(a)->partitions);
}

static int
lag_order(const void *a, const void *b)
{
	return order_lag(job_of(a)->lag, job_of(b)->lag);
}

static int
rate_order(const void *a, const void *b)
{
	return order_rate(job_of(a)->lag_rate, job_of(b)->lag_rate);
}

static int
eta_order(const void *a, const void *b)
{
	return order_eta(job_of(a)->eta, job_of(b)->eta);
}

static int
upd_order(const void *a, const void *b)
{
	return order_number(job_of(a)->updated, job_of(b)->updated);
}

static int
wmark_order(const void *a, const void *b)
{
	return order_number(job_of(a)->watermark, job_of(b)->watermark);
}

/* Alike troubles together, the gravest kind first. */
static int
why_order(const void *a, const void *b)
{
	if (job_of(a)->finding != job_of(b)->finding)
		return (int)job_of(b)->finding - (int)job_of(a)->finding;
	return span_compare_natural(
		span_of(job_of(a)->why.full), span_of(job_of(b)->why.full));
}

/* --- what can be ordered --- */

static bool
since_known(const void *row)
{
	return job_of(row)->since.at != TIME_NONE;
}

static bool
lag_known(const void *row)
{
	return lag_is_known(job_of(row)->lag);
}

static bool
rate_known(const void *row)
{
	return lag_known(row) && rate_is_known(job_of(row)->lag_rate);
}

static bool
eta_known(const void *row)
{
	return job_of(row)->eta.kind != ETA_NONE;
}

static bool
upd_known(const void *row)
{
	return job_of(row)->updated != TIME_NONE;
}

static bool
wmark_known(const void *row)
{
	return job_of(row)->watermark != TIME_NONE;
}

/* --- the table --- */

const struct column columns_jobs[] = {
	{ COLUMNS_JOBS, "state", "ST", "state: the worst of its partitions", COLUMN_LEFT,
		state_text, state_order, NULL },
	{ COLUMNS_JOBS, "since", "SINCE", "when that began", COLUMN_RIGHT, since_text,
		age_order, since_known },
	{ COLUMNS_JOBS, "age", "AGE", "how long ago that was", COLUMN_RIGHT, age_text,
		age_order, since_known },
	{ COLUMNS_JOBS, "store", "STORE", "the store that holds it", COLUMN_LEFT,
		store_text, store_order, NULL },
	{ COLUMNS_JOBS, "job", "JOB", "the job", COLUMN_LEFT, job_text, job_order, NULL },
	{ COLUMNS_JOBS, "bad", "BAD", "partitions in trouble / all partitions",
		COLUMN_RIGHT, bad_text, bad_order, NULL },
	{ COLUMNS_JOBS, "lag", "LAG",
		"how far its partitions are behind their source: the sum of positions or "
		"the longest time; > where a part is not known",
		COLUMN_RIGHT, lag_text, lag_order, lag_known },
	{ COLUMNS_JOBS, "rate", "LAG/s",
		"change of the lag in a second; + is falling behind, ~ a part is not "
		"known",
		COLUMN_RIGHT, rate_text, rate_order, rate_known },
	{ COLUMNS_JOBS, "eta", "CATCH", "time until it has caught up at this speed",
		COLUMN_RIGHT, eta_text, eta_order, eta_known },
	{ COLUMNS_JOBS, "upd", "UPD", "time since the last save of its oldest partition",
		COLUMN_RIGHT, upd_text, upd_order, upd_known },
	{ COLUMNS_JOBS, "updated", "UPDATED", "when that save was", COLUMN_RIGHT,
		updated_text, upd_order, upd_known },
	{ COLUMNS_JOBS, "wmark", "WMARK",
		"how far its watermark, the lowest of its partitions, is behind now",
		COLUMN_RIGHT, wmark_text, wmark_order, wmark_known },
	{ COLUMNS_JOBS, "trend", "LAG 1h",
		"the lag of the last hour; full height is its limit or its maximum, and "
		"without a limit what does not change lies flat",
		COLUMN_LEFT, trend_text, NULL, NULL },
	{ COLUMNS_JOBS, "why", "WHY", "why it is in this state", COLUMN_LEFT, why_text,
		why_order, NULL },
	{ COLUMNS_JOBS, "owner", "OWNER", "who looks after it, from the configuration",
		COLUMN_LEFT, owner_text, NULL, NULL },
	{ COLUMNS_JOBS, "problem", "JOB", "the job and why, for narrow screens",
		COLUMN_LEFT, problem_text, job_order, NULL },
};

const size_t columns_jobs_count = sizeof(columns_jobs) / sizeof(columns_jobs[0]);
