/* SPDX-License-Identifier: MIT
 * One edit of an operation: inside a transaction a row is locked, compared with what was
 * seen, replaced by the place of the version that was compared, and read again. */
#ifndef STORE_POSTGRESQL_EDIT_H
#define STORE_POSTGRESQL_EDIT_H

#include "store/postgresql/audit.h"
#include "store/postgresql/row.h"

/* One edit, its images understood. */
struct pg_pair {
	const struct pg_image *seen, *wanted; /* NULL: no checkpoint */
	struct pg_row *before;		      /* what was there when it was locked */
};

/* An operation under way. */
struct pg_work {
	struct pg_store *pg;
	const struct operation *operation;
	struct edit *edits;
	size_t count;
	struct pg_pair *pairs;
	struct arena *arena;
	struct pg_transaction transaction;
	struct pg_fields fields;
	struct pg_audit audit;
	bool is_begun;	 /* all of this is known */
	bool settles;	 /* nothing is to be written */
	bool has_called; /* a function was run whose effect may outlive the transaction */
	bool wants_place;	     /* of a save: where the row is once it is written, */
	struct span place, in_table; /* here (see struct pg_row); none: nobody told */
};

/* Whether what is there is what the edit began with, or what it wants. */
bool pg_row_is(const struct pg_row *row, const struct pg_image *image);

/* Whether it is the wanted row but for the time of the save. */
bool pg_row_is_but_for_time(const struct pg_row *row, const struct pg_image *wanted);

/* Something else is there than was seen. Returns CHANGE_CONFLICT. */
enum change_result pg_edit_conflict(struct edit *edit, const struct pg_row *row);

/* False: the row is to be as it is, and nothing is written. */
bool pg_pair_writes(const struct pg_pair *pair);

/* Each of these: but for DONE the err of the edit is set, and the transaction must be
 * given up. Locks the row and compares it with what was seen. */
enum change_result pg_edit_lock(struct pg_work *work, size_t index);
/* Writes it; see pg_transaction_as(). */
enum change_result pg_edit_write(struct pg_work *work, size_t index);

/* Reads the row of an edit that was made. ERR_REFUSED: it is not what was wanted (a
 * trigger, also of another row or table, has made something else of it). A trigger that
 * makes the time of the save that of this transaction makes nothing else of it: the edit
 * is told what is there (see struct edit). */
int pg_edit_check(struct pg_work *work, size_t index, struct err *err);

#endif
