/* SPDX-License-Identifier: MIT
 * The program that an administrator wants to be told of changes. Only for the files of
 * action/. */
#ifndef ACTION_HOOK_H
#define ACTION_HOOK_H

#include "action/apply.h"

/* How long it may take. */
#define HOOK_TIMEOUT (5 * SECOND)

/*
 * Runs the hook of the terms, where there is one, as HOOK -- ACTION PHASE OP STORE with
 * the line of the record, which is in the journal, on its standard input. What fails is
 * no failure of the change: it is recorded in the journal and told in err (-1).
 */
int hook_tell(const struct apply_terms *terms, const struct journal_record *record,
	struct span line, struct err *err);

#endif
