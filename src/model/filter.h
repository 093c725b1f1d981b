/* SPDX-License-Identifier: MIT
 * The filter line of a list: words, fields, not, or.
 *
 *	state:crit or lag>50k and not job:tmp*
 *
 * Words match a part of job or partition in any case. Fields: state: job: part: store:
 *why: with a pattern; lag> age> upd> wmark> (also < and =) with a number (50k, 2M) or a
 *duration. An unknown lag matches no comparison. Terms side by side are "and", which
 *binds closer than "or"; "not" or "!" stands before a term; quotes keep spaces;
 *parentheses group. */
#ifndef MODEL_FILTER_H
#define MODEL_FILTER_H

#include <stdbool.h>

#include "base/err.h"
#include "model/board.h"

struct filter;

/* ERR_USAGE says what was not understood at which column. Blank text gives *out = NULL.
 */
int filter_parse(struct filter **out, const char *text, struct err *err);
void filter_free(struct filter *filter);

bool
filter_matches_job(const struct filter *filter, const struct board_job *job, int64_t now);
bool
filter_matches_row(const struct filter *filter, const struct board_row *row, int64_t now);

#endif
