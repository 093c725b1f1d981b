/* SPDX-License-Identifier: MIT
 * The rows of one statement as the server printed them, one behind the other in memory
 * that the rows of the next statement take over. */
#ifndef STORE_POSTGRESQL_ROWS_H
#define STORE_POSTGRESQL_ROWS_H

#include <stddef.h>

#include "base/str.h"

/* Zeroed: there is none. End it with pg_rows_free(). */
struct pg_rows {
	char *bytes;
	size_t used, room; /* of the bytes */
	size_t count;
};

void pg_rows_free(struct pg_rows *rows);
/* Forgets the rows and keeps the memory. */
void pg_rows_clear(struct pg_rows *rows);

/* Copies the cells of one row; every row has as many. */
void pg_rows_add(struct pg_rows *rows, const struct span *cells, int count);

/* The cells of the row at *place, with a NUL behind each, borrowed until a row is added;
 * the place of the first is 0, and *place becomes that of the next. */
void
pg_rows_next(const struct pg_rows *rows, size_t *place, struct span *cells, int count);

#endif
