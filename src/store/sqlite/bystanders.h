/* SPDX-License-Identifier: MIT
 * The rows of the table that an operation does not name. A trigger may change or remove
 * them with those that it names, and then nobody would know, and no undo bring them back.
 */
#ifndef STORE_SQLITE_BYSTANDERS_H
#define STORE_SQLITE_BYSTANDERS_H

#include "store/sqlite/edit.h"

struct sqlite_bystanders {
	struct str trigger;  /* that writes to the table; empty: none does, and what
				follows was not looked at */
	uint64_t count, sum; /* of their rows, and of their contents */
};

/* Looks at them before the first edit, inside the transaction. Where no trigger that the
 * edits or the store audit set off writes to the table (one that keeps a history in
 * another does not), no row is read. Free with sqlite_bystanders_free(). */
int sqlite_bystanders_look(
	const struct sqlite_work *work, struct sqlite_bystanders *out, struct err *err);

/* Looks again behind the last edit. ERR_REFUSED: they are not what they were. */
int sqlite_bystanders_check(const struct sqlite_work *work,
	const struct sqlite_bystanders *before, struct err *err);

void sqlite_bystanders_free(struct sqlite_bystanders *bystanders);

#endif
