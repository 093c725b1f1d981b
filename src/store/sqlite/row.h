/* SPDX-License-Identifier: MIT
 * Reading one row of a SQLite table with everything in it. */
#ifndef STORE_SQLITE_ROW_H
#define STORE_SQLITE_ROW_H

#include "store/sqlite/image.h"
#include "store/sqlite/store.h"

struct sqlite_row {
	bool exists;
	struct ckpt ckpt;
	struct sqlite_image image;
	unsigned hazards; /* enum edit_hazard */
};

/* The columns of the table as they are now, and statements over them: good until the
 * schema changes or the transaction ends in which it was made. Zeroed while there is
 * none. */
struct sqlite_reader {
	const struct sqlite_table *table;
	struct arena *arena;
	const char **names, **types;
	size_t count;
	struct sqlite_query *queries[2]; /* by sqlite_is_nameless() of the key */
};

/* The store must be connected. ERR_REFUSED: what holds the rows, or one of the columns of
 * a checkpoint, cannot be written. */
int sqlite_reader_open(
	struct sqlite_reader *out, const struct sqlite_store *sqlite, struct err *err);
void sqlite_reader_close(struct sqlite_reader *reader);

/* Reads one row into the arena; a row that is not there does not exist. ERR_REFUSED: two
 * rows have the key. */
int sqlite_reader_read(struct sqlite_reader *reader, struct key key, struct arena *arena,
	struct sqlite_row *out, struct err *err);

/* Fills the rest of a row of which there is only the image, as it would be read. */
void sqlite_row_foresee(
	const struct sqlite_table *table, struct arena *arena, struct sqlite_row *row);

#endif
