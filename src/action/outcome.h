/* SPDX-License-Identifier: MIT
 * What came of a plan, for programs. */
#ifndef ACTION_OUTCOME_H
#define ACTION_OUTCOME_H

#include "action/apply.h"

/* Appends it as one JSON document and a newline; docs/man/ckptop.1 has the members. */
void
outcome_add_json(struct str *out, const struct outcome *outcome, const struct plan *plan);

/* "; the table sets the time of the save by itself", where it does. */
void outcome_row_add_made(struct str *out, const struct outcome_row *row);

/* "orders/0 is 101, orders/1 is gone and 3 others": rows that are OVERWRITTEN; just_now:
 * those that the last look has found. */
void
outcome_add_overwritten(struct str *out, const struct outcome *outcome, bool just_now);

/* "orders/0: /data/o.db: no such file (and 2 others)": rows that are DONE and could not
 * be seen by the last look. */
void outcome_add_unseen(struct str *out, const struct outcome *outcome);

/* The same as a sentence of a change that is watched: it is done, whatever can be seen
 * of it now. */
void outcome_add_unwatched(struct str *out, const struct outcome *outcome);

#endif
