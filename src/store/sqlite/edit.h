/* SPDX-License-Identifier: MIT
 * One edit of an operation: inside a transaction that holds the write lock, a row is
 * compared with what was seen, replaced, and read again. */
#ifndef STORE_SQLITE_EDIT_H
#define STORE_SQLITE_EDIT_H

#include "store/sqlite/row.h"

/* One edit, its images understood. */
struct sqlite_pair {
	const struct sqlite_image *seen, *wanted; /* NULL: no checkpoint */
	struct sqlite_row *before; /* what was there when the edit was made */
};

/* An operation under way. */
struct sqlite_work {
	struct sqlite_store *sqlite;
	const struct operation *operation;
	struct edit *edits;
	size_t count;
	struct sqlite_pair *pairs;
	struct arena *arena;
	struct sqlite_reader reader;
	bool audited; /* there is a store audit */
};

/* Whether what is there is what the edit began with, or what it wants. */
bool sqlite_row_is(const struct sqlite_row *row, const struct sqlite_image *image);

/*
 * Makes an edit; but for DONE its err is set, and the transaction must be given up.
 * only_look: it is to be given up already; what else is not as it was seen is of interest
 * all the same.
 */
enum change_result
sqlite_edit_make(struct sqlite_work *work, size_t index, bool only_look);

/* Reads the row of an edit that was made. ERR_REFUSED: it is not what was wanted (a
 * trigger, also of another row or table, has made something else of it). */
int sqlite_edit_check(struct sqlite_work *work, size_t index, struct err *err);

#endif
