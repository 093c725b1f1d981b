/* SPDX-License-Identifier: MIT
 * An operation that is to be undone, and stands in the audit of its store alone: what
 * brings the rows back is in the journal of whoever did it. */
#ifndef ACTION_ELSEWHERE_H
#define ACTION_ELSEWHERE_H

#include "base/err.h"
#include "store/store.h"

struct elsewhere_terms {
	struct store *store; /* any handle */
	const struct store_config *config;
	const char *journal; /* which does not have it */
	struct span me;	     /* who asks, as who_add_name() says it */
};

/*
 * Where the audit of this store has an operation that begins so, says in err (whatever it
 * said before; ERR_REFUSED) whose it is, when it was done and from where, in whose
 * journal the old rows are, and what to do. False, and err as it was: it has none.
 * *unread (may be NULL) is set where that could not be found out.
 */
bool elsewhere_refuse(const struct elsewhere_terms *terms, struct span op, bool *unread,
	struct err *err);

#endif
