/* SPDX-License-Identifier: MIT
 * Which cells of a table a scan asks for, and how they come: those that say the same of
 * every row are left out, and where the types allow it the others come by COPY. */
#ifndef STORE_POSTGRESQL_CELLS_H
#define STORE_POSTGRESQL_CELLS_H

#include "store/postgresql/table.h"

enum pg_form {
	PG_PRINTED, /* what the server prints, by pg_read() */
	PG_COPIED,  /* the same by pg_copy_begin(), but the time of a timestamp */
};

struct pg_cells {
	enum pg_form form;
	int count;
	int places[PG_ROW_CELLS]; /* where those of pg_table_row() are; -1: left out */
	bool is_time, has_zone; /* the time of the save is a number, and of which type */
};

/* Whether rows of it can come by COPY. */
bool pg_cells_are_copied(const struct pg_table *table);

/* Chooses the cells of a SELECT and appends them, with commas. */
void pg_cells_choose(struct pg_cells *out, struct str *sql, enum pg_form form,
	const struct pg_table *table, const struct pg_documents *documents);

/* The checkpoint in a row of them; it borrows from the cells, and what is made
 * for it is in the arena. */
void pg_cells_read(const struct pg_table *table, const struct pg_cells *chosen,
	const struct span *cells, struct arena *arena, struct ckpt *out);

#endif
