/* SPDX-License-Identifier: MIT
 * The rows that a wish is about, as they are in the store now: examined one by one, and
 * kept for the plan. */
#ifndef ACTION_SUBJECTS_H
#define ACTION_SUBJECTS_H

#include "action/journal.h"
#include "action/plan.h"

struct subjects;

/*
 * Examines these checkpoints in their order; deletes: they are to be deleted. board (may
 * be NULL) is what was observed of their store; it is borrowed. ERR_NOT_FOUND names the
 * first that is not there. To be freed in any case.
 */
int subjects_examine(struct subjects **out, struct store *store, const struct key *keys,
	size_t count, bool deletes, const struct board *board, struct err *err);

/*
 * The same for the rows that an operation has changed, as the journal tells: each with
 * what it has left and what was there before. One that is not there now is a subject too.
 * ERR_REFUSED: the journal has not kept enough to bring a row back.
 */
int subjects_examine_undo(struct subjects **out, struct store *store,
	const struct journal_record *record, const struct board *board, struct err *err);

/*
 * Makes of those that a plan would change what it would leave of them: for another plan
 * that is carried out behind it. Plans before that one come first.
 */
int subjects_foresee(struct subjects *subjects, struct store *store,
	const struct plan *before, struct err *err);

void subjects_free(struct subjects *subjects);

/* They live as long as the subjects. */
const struct plan_subject *subjects_list(const struct subjects *subjects, size_t *count);

#endif
