/* SPDX-License-Identifier: MIT
 * How lag, its change, its end and its last hour read in a cell. */
#include "model/column_cell.h"

#include <math.h>

#include "base/clock.h"
#include "base/utf8.h"

bool
lag_is_known(struct lag lag)
{
	return lag.kind == LAG_POSITIONS || lag.kind == LAG_TIME;
}

bool
rate_is_known(struct rate rate)
{
	return rate.known && isfinite(rate.per_second);
}

void
cell_add_lag(struct str *out, struct lag lag, bool grouped,
	const struct column_context *context)
{
	struct column_context rest = *context;

	if (lag.kind == LAG_NONE) {
		str_add_char(out, '-');
		return;
	}
	/* A sum of which no part is known says nothing. */
	if (lag.kind == LAG_UNKNOWN || (lag.partial && lag.amount == 0)) {
		str_add_char(out, '?');
		return;
	}
	if (lag.partial) {
		str_add_char(out, lag.amount < 0 ? '<' : '>');
		if (rest.width > 1)
			rest.width--;
	}
	if (lag.kind == LAG_TIME)
		duration_add_medium(out, lag.amount);
	else if (grouped)
		cell_add_number(out, lag.amount, &rest);
	else
		cell_add_short(out, "", lag.amount, "", &rest);
}

/* The sign of a change; "~" before it: some part of the sum is not known. */
static const char *
sign_of(struct rate rate)
{
	static const char *const signs[2][2] = { { "+", "-" }, { "~+", "~-" } };

	return signs[rate.partial][rate.per_second < 0];
}

/* Microseconds a second are seconds in a second: +1.0s. */
static void
add_time_rate(struct str *out, struct rate rate, const char *per,
	const struct column_context *context)
{
	double seconds = fabs(rate.per_second) / (double)SECOND;
	size_t start = out->len;

	str_add(out, sign_of(rate));
	if (seconds < 9.95)
		str_addf(out, "%.1fs", seconds);
	else
		duration_add_short(
			out, seconds < 9e12 ? (int64_t)seconds * SECOND : INT64_MAX);
	str_add(out, per);
	if (!cell_fits(out->len - start, context))
		str_cut(out, out->len - span_of(per).len);
}

/* A change of less than a twentieth is shown as 0. */
static bool
is_flat(enum lag_kind kind, struct rate rate)
{
	double unit = kind == LAG_TIME ? (double)SECOND : 1;

	return fabs(rate.per_second) < 0.05 * unit;
}

void
cell_add_rate(struct str *out, enum lag_kind kind, struct rate rate, const char *per,
	const struct column_context *context)
{
	double size = fabs(rate.per_second);

	if (kind == LAG_NONE)
		str_add_char(out, '-');
	else if (kind == LAG_UNKNOWN || !rate_is_known(rate))
		str_add_char(out, '?');
	else if (is_flat(kind, rate))
		str_addf(out, "%s0%s", rate.partial ? "~" : "", per);
	else if (kind == LAG_TIME)
		add_time_rate(out, rate, per, context);
	else if (size < 0.95)
		str_addf(out, "%s%.1f%s", sign_of(rate), size, per);
	else
		cell_add_short(out, sign_of(rate),
			size < 9e18 ? llround(size) : INT64_MAX, per, context);
}

void
cell_add_eta(struct str *out, struct lag lag, struct rate rate, struct eta eta,
	const struct column_context *context)
{
	if (eta.kind == ETA_NEVER)
		str_add(out, "never");
	else if (eta.kind == ETA_AFTER && eta.after != TIME_NONE)
		duration_add_fit(
			out, eta.after, context->width == 0 ? 6 : context->width);
	else if (lag.kind == LAG_UNKNOWN ||
		 (lag.kind != LAG_NONE && lag.amount > 0 && !rate_is_known(rate)))
		str_add_char(out, '?');
	else
		str_add_char(out, '-');
}

int64_t
cell_spark_limit(struct lag lag, const struct limits *limits)
{
	if (lag.kind == LAG_TIME)
		return RULE_UNSET;
	return limits->crit_lag != RULE_UNSET ? limits->crit_lag : limits->warn_lag;
}

/* What the lowest and the highest bar stand for. */
struct scale {
	double bottom, top;
};

static struct scale
scale_of(const float *spark, int64_t limit)
{
	struct scale scale = { INFINITY, 0 };

	for (size_t i = 0; i < SPARK_CELLS; i++) {
		double value = spark[i] > 0 ? spark[i] : 0;

		if (!isfinite(spark[i]))
			continue;
		scale.bottom = fmin(scale.bottom, value);
		scale.top = fmax(scale.top, value);
	}
	if (limit != RULE_UNSET && limit > 0)
		return (struct scale){ 0, fmax(scale.top, (double)limit) };
	scale.top = fmax(scale.top, 2 * scale.bottom);
	return scale;
}

void
cell_add_spark(struct str *out, const float *spark, int64_t limit,
	const struct column_context *context)
{
	static const char ramp[] = "_.-:=+*#";
	struct scale scale = scale_of(spark, limit);
	bool began = false;

	for (size_t i = 0; i < SPARK_CELLS; i++) {
		unsigned level = 0;

		/* Before the first look there was nothing to know. */
		if (!isfinite(spark[i])) {
			str_add_char(out, began || i == SPARK_CELLS - 1 ? '?' : ' ');
			continue;
		}
		began = true;
		if (spark[i] > scale.bottom)
			level = (unsigned)lround((spark[i] - scale.bottom) /
						 (scale.top - scale.bottom) * 7);
		if (context->ascii)
			str_add_char(out, ramp[level]);
		else
			utf8_add(out, 0x2581 + level);
	}
}
