/* SPDX-License-Identifier: MIT
 * Changes of what a query returns, by the statements of the configuration. */
#ifndef STORE_SQLITE_STATEMENT_H
#define STORE_SQLITE_STATEMENT_H

#include "store/sqlite/edit.h"

/* Whether all of them can be prepared as the schema is now. ERR_USAGE, with the origin of
 * the one that cannot. The store is connected, and the rows come from a query. */
int sqlite_statements_check(struct sqlite_store *sqlite, struct err *err);

/* Asks guard_sql, where there is one and a row that it could be asked about. ERR_REFUSED:
 * no, and why. seen and wanted may be NULL. */
int sqlite_statement_ask(struct sqlite_store *sqlite, struct key key,
	const struct sqlite_image *seen, const struct sqlite_image *wanted,
	struct err *err);

/* The steps of an edit, see edit.h: writes it, and reads its row again. */
int sqlite_statement_make(struct sqlite_work *work, size_t index, struct err *err);
int sqlite_statement_check(struct sqlite_work *work, size_t index, struct err *err);

/* See store_image_add_unlike(). */
void sqlite_store_image_add_unlike(
	const struct store *store, struct span a, struct span b, struct str *out);

#endif
