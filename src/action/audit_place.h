/* SPDX-License-Identifier: MIT
 * Which store an entry of the audit is of. Only for the files of action/. */
#ifndef ACTION_AUDIT_PLACE_H
#define ACTION_AUDIT_PLACE_H

#include "action/audit.h"

/* A store that the audit is asked about. */
struct audit_place {
	struct span name;
	struct span uri; /* where it is, see store_add_place(); none: not known */
	/* What store_identify() says of it; both empty where it could not be asked. */
	struct span lasting, present;
	bool configured; /* the name is a person's, not made from a URI */
	bool asked;	 /* its audit was read to the end: what that does not tell is
			    not in it */
};

/*
 * Which of them an entry of the journal is of, or count: by the identity that was
 * recorded; else the one that is where it was, as the same table, or that a person calls
 * as it was called.
 */
size_t audit_place_of(
	const struct audit_place *places, size_t count, const struct audit_entry *entry);

#endif
