/* SPDX-License-Identifier: MIT
 * The table of a PostgreSQL database that holds the checkpoints: found by its columns,
 * read row by row into checkpoints. */
#ifndef STORE_PG_TABLE_H
#define STORE_PG_TABLE_H

#include "base/arena.h"
#include "store/layout.h"
#include "store/pg_conn.h"

/* How the rows can be read. */
enum pg_order {
	PG_BY_PAGE, /* in ranges of pages, of all partitions at once */
	PG_AT_ONCE, /* a view or somebody else's table: in one statement */
};

/* What a column holds, as far as it matters here. */
struct pg_column {
	const char *type; /* of the column, or that its domain is over: "int8", "jsonb" */
	enum ckpt_storage storage;
};

/* Everything lives in its arena. */
struct pg_table {
	struct arena *arena;
	struct layout layout;
	const char *schema, *name; /* layout.table is how it was asked for; none of a
				      query */
	const char *kind; /* "table", "partitioned table", "view", …, "query" */
	const char *oid;  /* in digits; none of a query */
	enum pg_order order;
	bool unique;		  /* a job and partition cannot come twice */
	bool is_secured;	  /* row-level security hides rows from this role */
	bool may_read, may_write; /* rights of this role */
	struct pg_column columns[LAYOUT_ROLES];
};

/* What each row of a statement has: the columns of the roles, and whether a newer row
 * supersedes it. */
#define PG_ROW_CELLS (LAYOUT_ROLES + 1)

/* Whose names are in its statements: those of a query are looked up as its writer does.
 */
enum pg_author pg_table_author(const struct pg_table *table);

/* How a type holds what is in it, as far as it matters here. */
enum ckpt_storage pg_storage(const char *type);

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

/* Appends the columns of a SELECT that pg_table_row() reads. */
void pg_table_add_cells(struct str *out, const struct pg_table *table);

/* Appends "SELECT … FROM TABLE", with these cells. */
void pg_table_add_select(struct str *out, const struct pg_table *table);

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

#endif
