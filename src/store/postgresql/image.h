/* SPDX-License-Identifier: MIT
 * The image of a row of a PostgreSQL table: every column that can be written, as the text
 * that PostgreSQL prints and takes back, with its type. */
#ifndef STORE_POSTGRESQL_IMAGE_H
#define STORE_POSTGRESQL_IMAGE_H

#include "store/backend.h"
#include "store/layout.h"

struct pg_cell {
	struct span name; /* of the column */
	struct span type; /* as PostgreSQL spells it, that of a domain looked through:
			     "character varying(255)", "timestamp without time zone" */
	unsigned roles;	  /* 1 << LAYOUT_…; 0: nobody named it */
	struct span text; /* none: NULL */
};

struct pg_image {
	struct span schema, table;
	struct span child; /* the table with its schema that the row is in, where that one
			      inherits from this one; none: it is in this one, or in a
			      partition of it */
	struct pg_cell *cells; /* in the order of the table; no generated columns */
	size_t count;
};

/* Appends the JSON text. */
void pg_image_write(struct str *out, const struct pg_image *image);

/* Reads it back; all is copied into the arena. False: it is not of this back end. */
bool pg_image_read(struct pg_image *out, struct arena *arena, struct span text);

/* The cell with this role or name, or NULL. */
struct pg_cell *pg_image_role(const struct pg_image *image, enum layout_role role);
struct pg_cell *pg_image_name(const struct pg_image *image, struct span name);

/* What the column takes for the same, whatever its spelling. NULL: no such cell. */
bool pg_cell_same(const struct pg_cell *a, const struct pg_cell *b);

/* See store_image_same(). */
bool pg_image_same(const struct pg_image *a, const struct pg_image *b);

/* A row of a table that inherits from this one would come back without what it has there
 * of its own: ERR_REFUSED, -1. 0: the image is of no such row. */
int pg_image_can_come_back(const struct pg_image *image, struct err *err);

/* False where the image is of a row with another key. */
bool pg_image_has_key(const struct pg_image *image, struct key key);

/* ERR_USAGE. Returns -1. */
int pg_not_an_image(struct err *err);

/* Entry points, see backend.h. */
int pg_store_draft(struct store *store, struct span image, const struct draft *draft,
	struct str *out, struct err *err);
bool pg_store_image_read(const struct store *store, struct span image, struct str *memory,
	struct image_facts *out);
bool pg_store_image_same(const struct store *store, struct span a, struct span b);

#endif
