/* SPDX-License-Identifier: MIT
 * The store audit in a SQLite database: the tables ckptop_audit, a row for each change,
 * and ckptop_store, which gives the database an identity. */
#ifndef STORE_SQLITE_AUDIT_H
#define STORE_SQLITE_AUDIT_H

#include "store/sqlite/store.h"

/* Whether there is one, and since when (TIME_NONE: not known). since may be NULL. */
int
sqlite_audit_look(struct sqlite_db *db, bool *exists, int64_t *since, struct err *err);

/* ERR_REFUSED, where nothing could be recorded: another's table has its name. */
int sqlite_audit_check(const struct sqlite_store *sqlite, struct err *err);

/* Writes the rows of an operation, inside the transaction of what they tell of, and reads
 * them back. ERR_REFUSED: the table holds something else now (a trigger on it). */
int sqlite_audit_add(const struct sqlite_store *sqlite, const struct audit_row *rows,
	size_t count, struct err *err);

/* How many rows the operation has behind this number (INT64_MIN: at all). */
int sqlite_audit_count(const struct sqlite_store *sqlite, struct span operation,
	int64_t behind, int64_t *count, struct err *err);

/* Entry points, see backend.h. */
int sqlite_store_audit_create(struct store *store, bool *made, struct err *err);
int sqlite_store_audit_add_script(struct store *store, struct str *out, struct err *err);
int sqlite_store_audit_read(
	struct store *store, store_audit_fn *row, void *arg, struct err *err);
int sqlite_store_audit_gaps(
	struct store *store, store_gap_fn *gap, void *arg, struct err *err);
int sqlite_store_identify(
	struct store *store, struct str *lasting, struct str *present, struct err *err);

#endif
