/* SPDX-License-Identifier: MIT
 * One row of the audit in a database, whichever it is: its columns, and what they mean.
 */
#ifndef STORE_AUDIT_ROW_H
#define STORE_AUDIT_ROW_H

#include "store/store_write.h"

/* The columns of text, in the order of audit_row_take(). */
#define AUDIT_ROW_COLUMNS                                                                \
	"op, at, who, action, job, \"partition\", old_value, new_value, reason, "        \
	"anchor, undo_of"
#define AUDIT_ROW_TEXTS 11

/* Fills all but existed and exists. The texts are borrowed for the life of the row. */
void audit_row_take(struct audit_row *out, const struct span texts[AUDIT_ROW_TEXTS]);

/* ERR_REFUSED: the audit does not hold what was just written to it. Returns -1. */
int audit_row_altered(struct err *err);

/* ERR_REFUSED: what has the name of one of our tables is somebody else's. undone says
 * what was not done because of it. Returns -1. */
int audit_table_foreign(
	const char *name, const char *where, const char *undone, struct err *err);
/* What is said of a change. */
#define AUDIT_FOREIGN_UNDONE                                                             \
	"nothing was written, because a change could not be recorded in it"

#endif
