/* SPDX-License-Identifier: MIT
 * What the columns of all lists share: how one kind of fact reads in a cell, and how two
 * of them are ordered. "?" is not known, "-" has no meaning here. */
#ifndef MODEL_COLUMN_CELL_H
#define MODEL_COLUMN_CELL_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/str.h"
#include "model/board.h"
#include "model/column.h"

/* --- numbers and texts --- */

/* True when this many cells fit. */
bool cell_fits(size_t cells, const struct column_context *context);

/* With commas, else without, else in short: the first that fits. */
void
cell_add_number(struct str *out, int64_t number, const struct column_context *context);

/* In short, with a sign in front and a unit behind. What is too wide loses its decimals,
 * then the unit. */
void cell_add_short(struct str *out, const char *sign, int64_t size, const char *per,
	const struct column_context *context);

/* A name of a store; an empty one as "". */
void cell_add_name(struct str *out, struct span name);

/* The first of the texts (longest first, NULL ends) that fits, else the last. */
void cell_add_longest(
	struct str *out, const char *const *texts, const struct column_context *context);

/* The words of a finding, with the clock times that this screen shows. */
const struct why *cell_why(const struct why *why, const struct column_context *context);

/* The longest of its forms that fits. */
void cell_add_why(
	struct str *out, const struct why *why, const struct column_context *context);

/* --- times --- */

/* A moment and, in front of it, whether it may have been earlier: ≥02:14, Fri. */
void
cell_add_since(struct str *out, struct since since, const struct column_context *context);

/* How long ago that was: 53m; "≥53m" where the cell has more than four places. */
void
cell_add_age(struct str *out, struct since since, const struct column_context *context);

/* A moment as precisely as the cell allows: 02:14:02, Fri 19:40, Fri, 11-15. */
void cell_add_time(struct str *out, int64_t at, const struct column_context *context);

/* How long ago a save was: 4s, -4m. */
void cell_add_ago(struct str *out, int64_t at, const struct column_context *context);

/* How far a watermark is behind: 2h11m. */
void cell_add_behind(struct str *out, int64_t at, const struct column_context *context);

/* The same of the lowest of several; known false: one of them is not known and may be
 * lower, >2h11m. */
void cell_add_least_behind(
	struct str *out, int64_t at, bool known, const struct column_context *context);

/* --- lag --- */

/* grouped: 592,345 where it fits, else 592k. */
void cell_add_lag(struct str *out, struct lag lag, bool grouped,
	const struct column_context *context);

/* The change of a lag of this kind with its sign, and per ("/s" or "") behind it. */
void cell_add_rate(struct str *out, enum lag_kind kind, struct rate rate, const char *per,
	const struct column_context *context);

void cell_add_eta(struct str *out, struct lag lag, struct rate rate, struct eta eta,
	const struct column_context *context);

/*
 * SPARK_CELLS bars of one cell each. With a limit the lowest is 0 and the full height the
 * limit or what is more: 310 of 50,000 lies low. Without one (RULE_UNSET) the lowest is
 * the least of them and the full height the greatest, but at least twice the least: what
 * hardly changes lies flat, however much it is.
 */
void cell_add_spark(struct str *out, const float *spark, int64_t limit,
	const struct column_context *context);

/* The limit a sparkline is drawn against: the critical lag, else the warning. Lags in
 * time have none. */
int64_t cell_spark_limit(struct lag lag, const struct limits *limits);

/* --- order: the more urgent first; all total --- */

int order_number(int64_t a, int64_t b); /* the smaller first */
int order_since(struct since a, struct since b);
int order_lag(struct lag a, struct lag b);
int order_rate(struct rate a, struct rate b); /* the larger first */
int order_eta(struct eta a, struct eta b);

bool lag_is_known(struct lag lag);
bool rate_is_known(struct rate rate);

#endif
