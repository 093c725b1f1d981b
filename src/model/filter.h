/* SPDX-License-Identifier: MIT
 * The filter line of a list: words, fields, not, or.
 *
 *	state:crit or lag>50k and not job:tmp*
 *
 * Words match a part of job or partition in any case, or with a wildcard the whole. job:
 *part: store: take a pattern for the whole name, state: one in any case (state:dormant is
 *a word too), why: a part of the words or, with a wildcard, a pattern for all of them, in
 *any case. lag> age> upd> wmark> (also < = >= <=) take a duration (90s, 1h30m) and lag a
 *number (50k, 2M) too. What is unknown matches no comparison, and of what is known to be
 *"at least" something only that is used. Terms side by side are "and", which binds closer
 * than "or"; "not" or "!" stands before a term; quotes keep blanks and take the meaning
 * from words and colons; parentheses group.
 *
 * On a line of a job, part: and words look at the partitions that the board holds. */
#ifndef MODEL_FILTER_H
#define MODEL_FILTER_H

#include <stdbool.h>

#include "base/err.h"
#include "model/board.h"

struct filter;

/* ERR_USAGE says what was not understood at which column. Blank text gives *out = NULL,
 * which matches everything. */
int filter_parse(struct filter **out, const char *text, struct err *err);
void filter_free(struct filter *filter);

bool
filter_matches_job(const struct filter *filter, const struct board_job *job, int64_t now);
bool
filter_matches_row(const struct filter *filter, const struct board_row *row, int64_t now);

/* True when the filter asks for this job by its name (a word or job:) or for dormant ones
 * (state:dormant): then a dormant job that matches is shown too. */
bool filter_names_job(const struct filter *filter, const struct board_job *job);

#endif
