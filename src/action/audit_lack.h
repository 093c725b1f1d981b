/* SPDX-License-Identifier: MIT
 * What the audit of a store should tell and does not. Only for the files of action/. */
#ifndef ACTION_AUDIT_LACK_H
#define ACTION_AUDIT_LACK_H

#include "action/audit_place.h"

/* Sets .lack of the entries, which are merged, newest first, and know their place. */
void audit_find_lacks(struct audit_entry *entries, size_t count,
	const struct audit_place *places, size_t place_count);

#endif
