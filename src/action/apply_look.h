/* SPDX-License-Identifier: MIT
 * Looking whether what was done is there. Only for the files of action/. */
#ifndef ACTION_APPLY_LOOK_H
#define ACTION_APPLY_LOOK_H

#include "action/apply.h"
#include "base/arena.h"

/* Looks at every row that is DONE: what is not as it was left becomes OVERWRITTEN, and
 * what could not be looked at is told so. results are those of the outcome; texts go to
 * the arena. How many were found overwritten. */
size_t apply_look(struct outcome *outcome, struct outcome_row *results,
	const struct plan_row *rows, struct store *store, struct arena *arena);

#endif
