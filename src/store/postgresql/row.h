/* SPDX-License-Identifier: MIT
 * Reading one row of a PostgreSQL table with everything in it. */
#ifndef STORE_POSTGRESQL_ROW_H
#define STORE_POSTGRESQL_ROW_H

#include "store/postgresql/image.h"
#include "store/postgresql/store.h"

struct pg_row {
	bool exists;
	struct ckpt ckpt;
	struct pg_image image;
	unsigned hazards;	     /* enum edit_hazard */
	struct span place, in_table; /* ctid, and the oid of the table or partition that
					holds it: this version of the row */
};

/* The columns of the table that can be written, as they are now. */
struct pg_field {
	const char *name;
	struct span type; /* see struct pg_cell */
	unsigned roles;
};

struct pg_fields {
	struct pg_field *list;
	size_t count;
};

/* Reads the columns inside a transaction of ours. ERR_REFUSED: what holds the rows, or
 * one of the columns of a checkpoint, cannot be written. */
int pg_fields_read(struct pg_fields *out, const struct pg_store *pg, struct arena *arena,
	struct err *err);

/* Whether the row is only looked at, or kept from others until the transaction ends. */
enum pg_look { PG_LOOK, PG_LOCK };

/*
 * Reads one row inside a transaction of ours; one that is not there does not exist. A
 * lock on it is waited for, and what is read is then what is there. ERR_REFUSED: two rows
 * have the key, or row-level security shows the row but lets nobody change it.
 */
int
pg_row_read(struct pg_row *out, const struct pg_store *pg, const struct pg_fields *fields,
	struct key key, enum pg_look look, struct arena *arena, struct err *err);

/* The row that an image is of, as it would be read. */
void
pg_row_foresee(const struct pg_table *table, struct arena *arena, struct pg_row *row);

/* Reads one in a transaction that only reads, which it makes. */
int pg_row_examine(struct pg_row *out, struct pg_store *pg, struct key key,
	struct arena *arena, struct err *err);

#endif
