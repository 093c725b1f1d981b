/* SPDX-License-Identifier: MIT
 * The rows of one statement, one behind the other in memory that the rows of the next
 * statement take over. They stand there in the binary form of COPY, so that what comes so
 * is taken as it is. */
#ifndef STORE_POSTGRESQL_ROWS_H
#define STORE_POSTGRESQL_ROWS_H

#include <stddef.h>

#include "base/str.h"

/* Zeroed: there is none. End it with pg_rows_free(). */
struct pg_rows {
	char *bytes;
	size_t used, room; /* of the bytes */
	bool is_stream;	   /* they came by pg_rows_take() */
};

void pg_rows_free(struct pg_rows *rows);
/* Forgets the rows and keeps the memory. */
void pg_rows_clear(struct pg_rows *rows);

/* Copies the cells of one row. */
void pg_rows_add(struct pg_rows *rows, const struct span *cells, int count);

/* Copies the next bytes of what COPY brings, of which there is nothing else then. */
void pg_rows_take(struct pg_rows *rows, struct span bytes);

/*
 * The cells of the row at *place, which must be as many, borrowed until a row is added;
 * the place of the first is 0, and *place becomes that of the next. False: there is none,
 * and the place is PG_ROWS_END, or what stands there is not in the form of COPY.
 */
#define PG_ROWS_END SIZE_MAX
bool
pg_rows_next(const struct pg_rows *rows, size_t *place, struct span *cells, int count);

#endif
