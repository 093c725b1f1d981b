/* SPDX-License-Identifier: MIT
 * The table of a SQLite database that holds the checkpoints: found by its columns, read
 * row by row into checkpoints. */
#ifndef STORE_SQLITE_TABLE_H
#define STORE_SQLITE_TABLE_H

#include "base/arena.h"
#include "store/layout.h"
#include "store/sqlite/db.h"
#include "store/statements.h"

/* How the rows can be walked without holding anything between two chunks. */
enum sqlite_order {
	SQLITE_BY_ROWID,
	SQLITE_BY_KEY,	/* WITHOUT ROWID: by the primary key */
	SQLITE_AT_ONCE, /* a view or a virtual table: in one statement */
};

#define SQLITE_KEY_COLUMNS 16

/* Everything lives in its arena. */
struct sqlite_table {
	struct arena *arena;
	struct layout layout;
	enum sqlite_order order;
	const char *kind;  /* "table", "view", "virtual table" */
	const char *rowid; /* SQLITE_BY_ROWID: the name that no column hides */
	const char *key_columns[SQLITE_KEY_COLUMNS]; /* SQLITE_BY_KEY */
	int key_count;
	bool loose;  /* a part of the key may be the number 0 beside the text 0 */
	bool unique; /* an index says that a job and partition cannot come twice */
	const char *triggers;  /* names of those on it; NULL: none */
	const char *referrers; /* names of tables whose foreign keys lead to it, with
				  what they say of a delete; NULL: none */
	const struct statements *statements; /* of a query that can be written; or NULL */
	const char *written; /* the table that its reset_sql writes; NULL: that cannot be
				said */
	size_t most[LAYOUT_ROLES]; /* characters that a column is declared to hold, as
				      VARCHAR(255) is; SQLite holds more. 0: any */
};

/* Where the cursor begins in a row of a chunk: the rowid, or the key columns. */
#define SQLITE_CURSOR_COLUMN (LAYOUT_ROLES + 1)

/* How much of a row is asked for; the rest is NULL. */
enum sqlite_detail { SQLITE_WHOLE_ROW, SQLITE_KEY_ONLY, SQLITE_CURSOR_ONLY };

/* Looks for the table. Free with sqlite_table_free(). Failures: layout_choose(). */
int sqlite_table_find(struct sqlite_table **out, struct sqlite_db *db,
	const struct store_config *config, struct err *err);
void sqlite_table_free(struct sqlite_table *table);

/* The table in which a change is made: that of the checkpoints, or the one that the
 * reset_sql of a query writes (else what stands for it). */
const char *sqlite_table_changed(const struct sqlite_table *table);

/* How many values make a cursor; 0: the table cannot be walked in chunks. */
int sqlite_table_cursor_size(const struct sqlite_table *table);

/* Selects rows for sqlite_table_row(): ?1 how many; from ?2 on, unless they are the
 * first, the cursor behind which. Lives as long as the table. */
const char *sqlite_table_chunk_sql(
	const struct sqlite_table *table, bool first, enum sqlite_detail detail);

/* Whether a part of the key is the empty name. That a column is NULL in such a row is
 * looked for by statements of their own, because no index helps them. */
bool sqlite_is_nameless(struct key key);

/* Selects one checkpoint by sqlite_bind_key(…, 1, …), the last row first. */
const char *sqlite_table_key_sql(const struct sqlite_table *table, bool nameless);

/* The same with everything that is in the row: behind what sqlite_table_row() reads, from
 * SQLITE_CURSOR_COLUMN on, the rowid (NULL where there is none) and these columns. Lives
 * as long as the table. */
const char *sqlite_table_row_sql(const struct sqlite_table *table, bool nameless,
	const char *const *columns, size_t count);

/* The same of all rows, in any order. */
const char *sqlite_table_every_sql(
	const struct sqlite_table *table, const char *const *columns, size_t count);

/* Selects one row to see how the columns are stored: the newest, where rowids tell. */
const char *sqlite_table_sample_sql(const struct sqlite_table *table);

/* Appends the condition of exactly one key: " WHERE …" with six parameters from ?first
 * on. False when it wrote none: the table has no column of the key. */
bool sqlite_table_add_key(
	struct str *out, const struct sqlite_table *table, int first, bool nameless);

/* Binds a key to those parameters, whatever the columns hold it as. False when no row of
 * this table can have the key. */
bool sqlite_bind_key(struct sqlite_query *query, const struct sqlite_table *table,
	int first, struct key key);

/* The checkpoint in the present row of one of these statements, copied into the arena. */
void sqlite_table_row(const struct sqlite_table *table, struct sqlite_query *query,
	struct arena *arena, struct ckpt *out);

#endif
