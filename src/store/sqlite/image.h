/* SPDX-License-Identifier: MIT
 * The image of a row of a SQLite table: every column with its storage class and bytes, as
 * JSON text. It says itself what its columns mean and how they are declared, so that it
 * can be understood without the database. */
#ifndef STORE_SQLITE_IMAGE_H
#define STORE_SQLITE_IMAGE_H

#include "base/arena.h"
#include "store/backend.h"
#include "store/layout.h"
#include "store/sqlite/db.h"

#define SQLITE_ROLE(role) (1u << LAYOUT_##role)

struct sqlite_cell {
	struct span name;     /* of the column */
	struct span declared; /* its type; may be empty */
	unsigned roles;	      /* SQLITE_ROLE() of what it means; 0: nobody named it */
	enum ckpt_storage storage;
	struct span bytes; /* as text; none: NULL */
};

struct sqlite_image {
	struct span table;
	bool has_rowid;
	int64_t rowid;
	struct sqlite_cell *cells; /* in the order of the table; no generated columns */
	size_t count;
};

/* Appends the JSON text. */
void sqlite_image_write(struct str *out, const struct sqlite_image *image);

/* Reads it back; all bytes are copied into the arena. False: it is not of this back end.
 */
bool sqlite_image_read(struct sqlite_image *out, struct arena *arena, struct span text);

/* The cell with this role or name, or NULL. */
const struct sqlite_cell *
sqlite_image_role(const struct sqlite_image *image, enum layout_role role);
const struct sqlite_cell *
sqlite_image_name(const struct sqlite_image *image, struct span name);

/* The same storage class and the same bytes. NULL is a cell that is not there. */
bool sqlite_cell_same(const struct sqlite_cell *a, const struct sqlite_cell *b);

/* See store_image_same(). */
bool sqlite_image_same(const struct sqlite_image *a, const struct sqlite_image *b);

/* False where the image is of a row with another key. */
bool sqlite_image_has_key(const struct sqlite_image *image, struct key key);

/* ERR_USAGE. Returns -1. */
int sqlite_not_an_image(struct err *err);

/* Binds the very value of the cell. NULL binds NULL. */
void sqlite_bind_cell(
	struct sqlite_query *query, int parameter, const struct sqlite_cell *cell);

/* Entry points, see backend.h. */
int sqlite_store_draft(struct store *store, struct span image, const struct draft *draft,
	struct str *out, struct err *err);
bool sqlite_store_image_read(const struct store *store, struct span image,
	struct str *memory, struct image_facts *out);
bool sqlite_store_image_same(const struct store *store, struct span a, struct span b);

#endif
