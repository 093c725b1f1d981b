/* SPDX-License-Identifier: MIT
 * What the audit of a store should tell and does not. Only for the files of action/. */
#ifndef ACTION_AUDIT_LACK_H
#define ACTION_AUDIT_LACK_H

#include "action/audit.h"

/* A store whose audit was read. */
struct audit_asked {
	struct span name;
	struct span lasting; /* empty: it has no audit */
};

/* Sets .lack of the entries, which are merged and newest first. */
void audit_find_lacks(struct audit_entry *entries, size_t count,
	const struct audit_asked *asked, size_t asked_count);

#endif
