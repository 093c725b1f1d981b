/* SPDX-License-Identifier: MIT
 * How many rows of a table a transaction has changed, whoever asked for it: a trigger may
 * change or remove others with those that an operation names, and then nobody would know,
 * and no undo bring them back. The server counts them, so no row is read. */
#ifndef STORE_POSTGRESQL_COUNTS_H
#define STORE_POSTGRESQL_COUNTS_H

#include "store/postgresql/store.h"

struct pg_counts {
	bool is_known; /* the server counts (track_counts) */
	int64_t inserted, updated, deleted;
};

/* Which rows: those of a table, or those of the tables that refer to it by a foreign key.
 */
enum pg_counted { PG_ROWS, PG_REFERRING_ROWS };

/* Those of the transaction so far, and of what the connection did shortly before: only
 * the difference between two looks within it says something. */
int pg_counts_read(struct pg_counts *out, const struct pg_store *pg, struct span oid,
	enum pg_counted counted, struct err *err);

/* Whether more has been changed since `before` than is expected. A row that moves to
 * another partition is deleted and inserted. */
bool pg_counts_exceed(const struct pg_counts *now, const struct pg_counts *before,
	const struct pg_counts *expected);

#endif
