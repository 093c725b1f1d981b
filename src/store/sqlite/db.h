/* SPDX-License-Identifier: MIT
 * The one door to SQLite: connections, statements, errors in words. A connection belongs
 * to one thread. Besides the statements of its user nothing is ever left open: a
 * statement that was stepped is reset before anything else is done. */
#ifndef STORE_SQLITE_DB_H
#define STORE_SQLITE_DB_H

#include "base/err.h"
#include "model/ckpt.h"

/* The longest value, row or statement that SQLite is allowed to handle for us. */
#define SQLITE_LENGTH_MAX (4 << 20)

struct sqlite_db;

enum sqlite_mode {
	SQLITE_MODE_READ,      /* mode=ro, with locks */
	SQLITE_MODE_IMMUTABLE, /* without locks and without looking at the log */
	SQLITE_MODE_WRITE,
	SQLITE_MODE_CREATE, /* to write, and the file need not be there */
};

/* Asked while SQLite works or waits for a lock; true, with err set, ends the call. err
 * may be NULL. */
typedef bool sqlite_stop_fn(void *arg, struct err *err);

/*
 * A connection with limits against a hostile database. Only the database file itself is
 * opened, and nothing is read or locked before the first statement. Callers want
 * open.h, which knows in which mode a database may be opened.
 */
int sqlite_db_new(struct sqlite_db **out, const char *path, enum sqlite_mode mode,
	sqlite_stop_fn *stop, void *stop_arg, struct err *err);

/* NULL is allowed. All statements must have been freed. */
void sqlite_db_free(struct sqlite_db *db);

/*
 * Tells from the header whether the database is in WAL mode; ERR_DAMAGED when it is no
 * database. To be asked before the first statement. The file is read through SQLite,
 * because closing a descriptor of our own would drop the locks of every connection to it
 * in this process.
 */
int sqlite_db_header(struct sqlite_db *db, bool *wal_mode, struct err *err);

/* The path no longer names the file that is open. */
bool sqlite_db_has_moved(struct sqlite_db *db);

/* False where SQLite could open a file only for reading. */
bool sqlite_db_is_writable(const struct sqlite_db *db);

const char *sqlite_version(void);

/* Runs a statement that answers nothing. */
int sqlite_db_run(struct sqlite_db *db, const char *sql, struct err *err);

/* Rows changed by the last INSERT, UPDATE or DELETE. */
int64_t sqlite_db_changes(const struct sqlite_db *db);

/* The number of the row that the last INSERT made. */
int64_t sqlite_db_last_rowid(const struct sqlite_db *db);

/* True while a transaction is open. */
bool sqlite_db_in_transaction(const struct sqlite_db *db);

/* What the last failure was about. */
enum sqlite_trouble {
	SQLITE_TROUBLE_NONE,
	SQLITE_TROUBLE_LOCKED,	/* by somebody else, for all the time there was */
	SQLITE_TROUBLE_STOPPED, /* by the stop function */
	SQLITE_TROUBLE_TOO_BIG, /* a row is longer than SQLITE_LENGTH_MAX */
	SQLITE_TROUBLE_REFUSED, /* a constraint: the change itself is not allowed */
	SQLITE_TROUBLE_OTHER,	/* whatever it is, open the database anew */
};

enum sqlite_trouble sqlite_db_trouble(const struct sqlite_db *db);
/* The last file that could not be opened lacked no right, but a descriptor. */
bool sqlite_db_lacks_descriptors(const struct sqlite_db *db);

/* --- statements --- */

struct sqlite_query;

/* Prepares one statement. ERR_DAMAGED: a table or column is not there (any more). */
int sqlite_query_new(struct sqlite_query **out, struct sqlite_db *db, const char *sql,
	struct err *err);

/* Prepares SQL that a person wrote: one SELECT that can do nothing but read. ERR_USAGE
 * says what is wrong with it. */
int sqlite_query_new_select(struct sqlite_query **out, struct sqlite_db *db,
	const char *sql, struct err *err);

/* The same for a statement of ours around a query of a person's, of which what is wrong
 * is told without the query: *offset is at which byte of sql, or -1. Only ERR_USAGE is
 * about the query. */
int sqlite_query_new_around(struct sqlite_query **out, struct sqlite_db *db,
	const char *sql, int *offset, struct err *err);

/* The same for a statement of a person's that changes rows, and does nothing else:
 * *table is cleared and then the first table that it writes itself. */
int sqlite_query_new_change(struct sqlite_query **out, struct sqlite_db *db,
	const char *sql, struct str *table, struct err *err);

/* Its columns, by their names (borrowed), and how many parameters it has. */
int sqlite_query_columns(const struct sqlite_query *query);
const char *sqlite_query_column_name(const struct sqlite_query *query, int column);
int sqlite_query_parameters(const struct sqlite_query *query);
/* The number of a parameter such as ":job"; 0: the statement has none of that name. */
int sqlite_query_parameter(const struct sqlite_query *query, const char *name);

/* Appends the name of a trigger that would write to this table if the statement were run,
 * which it is not; nothing where there is none. *trigger must be empty. */
int sqlite_db_find_trigger(struct sqlite_db *db, const char *sql, const char *table,
	struct str *trigger, struct err *err);

/* NULL is allowed. */
void sqlite_query_free(struct sqlite_query *query);

/* Parameters are numbered from 1. Bound bytes are borrowed until the next bind or
 * reset. A span of none binds NULL. */
void sqlite_bind_text(struct sqlite_query *query, int parameter, struct span text);
void sqlite_bind_integer(struct sqlite_query *query, int parameter, int64_t number);
void sqlite_bind_real(struct sqlite_query *query, int parameter, double number);
void sqlite_bind_blob(struct sqlite_query *query, int parameter, struct span bytes);

/* Binds a parameter such as ":job", where the statement has it. */
void sqlite_bind_named(struct sqlite_query *query, const char *name, struct span text);

/*
 * 1: a row; 0: no more, or done; -1: failed. The statement is reset after 0 and -1.
 * ERR_UNREACHABLE: locked, stopped, I/O error, no permission; ERR_DAMAGED: malformed, not
 * a database, a schema that does not fit; ERR_FAILED: a constraint or a full disk.
 */
int sqlite_query_step(struct sqlite_query *query, struct err *err);

/* Ends the statement's read; nothing of it stays locked. */
void sqlite_query_reset(struct sqlite_query *query);

/* Columns are numbered from 0. */
enum ckpt_storage sqlite_column_storage(struct sqlite_query *query, int column);

/* The stored value as text, of a number the shortest that gives it back (of a real
 * beyond the columns of a checkpoint: about); none for NULL. Borrowed until the next step
 * or reset. */
struct span sqlite_column(struct sqlite_query *query, int column);
int64_t sqlite_column_integer(struct sqlite_query *query, int column);
double sqlite_column_real(struct sqlite_query *query, int column);

#endif
