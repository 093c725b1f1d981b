/* SPDX-License-Identifier: MIT
 * The table of a PostgreSQL database that holds the checkpoints: found by its columns,
 * read row by row into checkpoints. */
#ifndef STORE_POSTGRESQL_TABLE_H
#define STORE_POSTGRESQL_TABLE_H

#include "base/arena.h"
#include "store/layout.h"
#include "store/postgresql/conn.h"
#include "store/statements.h"

/* How the rows can be read. */
enum pg_order {
	PG_BY_PAGE, /* in ranges of pages, of all partitions at once */
	PG_AT_ONCE, /* a view or somebody else's table: in one statement */
};

/* What a column holds, as far as it matters here. */
struct pg_column {
	const char *type; /* of the column, or that its domain is over: "int8", "jsonb" */
	enum ckpt_storage storage;
	bool is_padded; /* CHAR(n) */
	bool is_jsonb;
	bool is_copied;	     /* as a text it is what the server prints of it: nothing else
				makes a text of this type */
	const char *spelled; /* of a query: the type as format_type() has it */
};

/* Everything lives in its arena. */
struct pg_table {
	struct arena *arena;
	struct layout layout;
	const char *schema, *name; /* layout.table is how it was asked for; of a query the
				      table that its reset_sql writes, or what stands for
				      it; none of one that is only read */
	const char *kind; /* "table", "partitioned table", "view", …, "query" */
	const char *oid;  /* in digits; "0": it is not known; none of a query that is
			     only read */
	const struct statements *statements; /* of a query that can be written; or NULL */
	enum pg_order order;
	bool unique;	 /* a job and partition cannot come twice */
	bool is_secured; /* row-level security hides rows from this role */
	bool may_write;	 /* this role, some of its columns */
	bool may_delete; /* this role */
	bool is_closed;	 /* row-level security lets this role change no row */
	bool is_closed_to_deletes;
	const char *role;   /* this one; NULL: of a query */
	const char *unread; /* names of columns that this role may not read, as a list, or
			       of those of the system; NULL: it may read all */
	const char *unwritten; /* the same of what a reset sets, which it may not; NULL:
				  it may set all */
	const char *grant;     /* what gives it that right; NULL: it has it */
	struct pg_column columns[LAYOUT_ROLES];
};

/* What each row of a statement has: the columns of the roles, whether a newer row
 * supersedes it, and how large a document is of which not everything came. */
#define PG_SUPERSEDED_CELL LAYOUT_ROLES
#define PG_SIZE_CELL	   (LAYOUT_ROLES + 1)
#define PG_ROW_CELLS	   (LAYOUT_ROLES + 2)

/* Before a size in the cell of the metadata, where the column is jsonb, no text of which
 * begins so: the server is spared a look at the size for a cell of its own. */
#define PG_SIZE_MARK " "

/* How much of the metadata a statement brings: what is wanted of it, else not more than
 * so many bytes (0: all). */
struct pg_documents {
	const struct store_wanted *wanted;
	size_t max;
};

/* Appends the cells of the metadata, of the watermark and of the size (see PG_SIZE_CELL).
 */
void pg_document_add(struct str *out, const struct pg_table *table,
	const struct pg_documents *documents);
void pg_document_add_watermark(struct str *out, const struct pg_table *table,
	const struct pg_documents *documents);
void pg_document_add_size(struct str *out, const struct pg_table *table,
	const struct pg_documents *documents);

/* Whose names are in its statements: those of a query are looked up as its writer does.
 */
enum pg_author pg_table_author(const struct pg_table *table);

/* A column has this type, and holds what is in it so. Borrowed. */
void pg_column_set_type(struct pg_column *column, const char *type);

/* Finds out what the query of the settings returns, which takes the place of a table. For
 * pg_table_find(). */
int pg_query_find(struct pg_table *table, struct pg_link *link,
	const struct store_config *config, int64_t timeout, struct err *err);

/* Looks for the table. Free with pg_table_free(). where names the database. Failures:
 * layout_choose(), pg_read(). */
int pg_table_find(struct pg_table **out, struct pg_link *link,
	const struct store_config *config, int64_t timeout, struct err *err);
void pg_table_free(struct pg_table *table);

/* Rows of it can be changed as they stand: it is no view, and nothing of it is on another
 * server. */
bool pg_table_is_written(const struct pg_table *table);

/* Appends its name with its schema, quoted, or the query as a table. */
void pg_table_add_name(struct str *out, const struct pg_table *table);

/* Appends the table with its schema that a row is in, where that one inherits from this
 * one, else NULL: a partition holds its rows for this one, and what is put into this one
 * goes there. */
void pg_table_add_child(struct str *out, const struct pg_table *table);

/* What a column holds as it is shown and loaded; cell as the server prints it. */
struct span
pg_table_text(const struct pg_table *table, enum layout_role role, struct span cell);

/* Appends the cell of one place: an enum layout_role, PG_SUPERSEDED_CELL, PG_SIZE_CELL.
 */
void pg_table_add_cell(struct str *out, const struct pg_table *table,
	const struct pg_documents *documents, int place);

/* Appends the columns of a SELECT that pg_table_row() reads. */
void pg_table_add_cells(struct str *out, const struct pg_table *table,
	const struct pg_documents *documents);

/* Appends "SELECT … FROM TABLE", with these cells. */
void pg_table_add_select(struct str *out, const struct pg_table *table,
	const struct pg_documents *documents);

/* Appends the condition of exactly one key, " WHERE …", with the parameters of
 * pg_table_key_parameters(). */
#define PG_KEY_PARAMETERS 4
void pg_table_add_key(struct str *out, const struct pg_table *table, struct key key);

/* The parameters of that condition, borrowed from the key. Returns how many. */
size_t pg_table_key_parameters(const struct pg_table *table, struct key key,
	struct span parameters[PG_KEY_PARAMETERS]);

/* False: no row of this table can have the key. */
bool pg_table_has_key(const struct pg_table *table, struct key key);

/* The checkpoint in a row of one of these statements, copied into the arena. */
void pg_table_row(const struct pg_table *table, const struct span *cells,
	struct arena *arena, struct ckpt *out);

/* The same, which borrows from the cells; what is made for it is in the arena. */
void pg_table_borrow(const struct pg_table *table, const struct span *cells,
	struct arena *arena, struct ckpt *out);

#endif
