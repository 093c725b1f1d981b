/* SPDX-License-Identifier: MIT
 * What the journal is told of a plan. Only for apply.c and apply_resolve.c. */
#ifndef ACTION_APPLY_RECORD_H
#define ACTION_APPLY_RECORD_H

#include "action/apply.h"

enum journal_action apply_action(enum wish_kind kind);

/* Appends the intent (outcome NULL) or the outcome of a plan. head as in
 * journal_append(). */
int apply_record(const struct apply_terms *terms, const struct plan *plan,
	const struct outcome *outcome, char *head, struct err *err);

/* Refuses a store that is not the one which the journal knows under this name; lasting:
 * its identity, empty where it has none. */
int
apply_check_pin(const struct apply_terms *terms, struct span lasting, struct err *err);

#endif
