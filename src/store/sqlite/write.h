/* SPDX-License-Identifier: MIT
 * What a save and an operation of a person share in a SQLite database: the end of a
 * transaction. */
#ifndef STORE_SQLITE_WRITE_H
#define STORE_SQLITE_WRITE_H

#include "store/sqlite/store.h"
#include "store/written.h"

/* How a column of the present or of a neighbouring row is stored. */
struct sqlite_pattern {
	enum ckpt_storage storage;
	struct span text; /* none: NULL, or no such column */
};

/* What is in the database after a COMMIT that failed. */
enum sqlite_found {
	SQLITE_FOUND_UNREAD, /* it could not be read again */
	SQLITE_FOUND_NEW,    /* what was to be written */
	SQLITE_FOUND_OLD,    /* what was there before */
	SQLITE_FOUND_OTHER,
};

/* Looks through the connection of the store, which is a new one. */
typedef enum sqlite_found sqlite_look_fn(void *arg);

/*
 * Ends the transaction. When COMMIT fails in a way that leaves open whether the change is
 * in the database, the store is connected anew (which first rolls back what must be
 * rolled back) and look() decides. DONE, or with err set FAILED or UNKNOWN. All
 * statements but those of the store itself must have been freed.
 */
enum change_result sqlite_commit(
	struct sqlite_store *sqlite, sqlite_look_fn *look, void *arg, struct err *err);

/* Nothing stays open; what ROLLBACK has to say adds nothing to the failure before it. */
void sqlite_roll_back(const struct sqlite_store *sqlite);

#endif
