/* SPDX-License-Identifier: MIT
 *
 * SQL that a person wrote: statements that can do nothing but read, or change rows. */
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "base/mem.h"
#include "store/sqlite/db_inside.h"

/* A table that SQLite or we keep for ourselves. */
static bool
is_reserved(const char *table)
{
	return strncasecmp(table, "sqlite_", 7) == 0 ||
	       strncasecmp(table, "ckptop_", 7) == 0;
}

/* What a statement of a person's may do. arg: where the table goes that it writes; NULL:
 * it only reads. What its triggers do is not the person's. */
static int
authorize(void *arg, int action, const char *a, const char *function, const char *c,
	const char *trigger)
{
	struct str *table = arg;

	(void)c;
	if (action == SQLITE_FUNCTION && strcasecmp(function, "load_extension") == 0)
		return SQLITE_DENY;
	if (table != NULL && (action == SQLITE_UPDATE || action == SQLITE_INSERT ||
				     action == SQLITE_DELETE)) {
		if (trigger != NULL)
			return SQLITE_OK;
		if (is_reserved(a))
			return SQLITE_DENY;
		if (table->len == 0)
			str_add(table, a);
		return SQLITE_OK;
	}
	return action == SQLITE_SELECT || action == SQLITE_READ ||
			       action == SQLITE_FUNCTION || action == SQLITE_RECURSIVE
		       ? SQLITE_OK
		       : SQLITE_DENY;
}

/* True when nothing but white space, comments and semicolons follows. */
static bool
is_blank(struct sqlite_db *db, const char *tail)
{
	sqlite3_stmt *statement = NULL;

	while (*tail) {
		const char *before = tail;

		if (sqlite3_prepare_v2(db->handle, tail, -1, &statement, &tail) !=
				SQLITE_OK ||
			statement != NULL) {
			sqlite3_finalize(statement);
			return false;
		}
		if (tail == before)
			break;
	}
	return true;
}

/* What came of a person's SQL. */
enum asked { ASKED, ASKED_WRONG, ASKED_MORE, ASKED_FAILED };

/* table NULL: it must only read. */
static enum asked
prepare(struct sqlite_query **out, struct sqlite_db *db, const char *sql, int *offset,
	struct str *table, struct err *err)
{
	bool must_read = table == NULL;
	sqlite3_stmt *statement;
	const char *tail;
	int code;

	*out = NULL;
	sqlite3_set_authorizer(db->handle, authorize, table);
	code = sqlite3_prepare_v2(db->handle, sql, -1, &statement, &tail);
	*offset = sqlite3_error_offset(db->handle);
	sqlite3_set_authorizer(db->handle, NULL, NULL);
	if (code != SQLITE_OK && code != SQLITE_ERROR && code != SQLITE_AUTH) {
		sqlite_db_fail(db, code, err);
		return ASKED_FAILED;
	}
	db->trouble = SQLITE_TROUBLE_OTHER;
	if (code != SQLITE_OK) {
		err_set(err, ERR_USAGE, "%s%s", sqlite3_errmsg(db->handle),
			code != SQLITE_AUTH ? ""
			: must_read	    ? ", only one SELECT that reads"
					    : ", only a change of rows");
		return ASKED_WRONG;
	}
	if (statement == NULL || (sqlite3_stmt_readonly(statement) != 0) != must_read ||
		(must_read && sqlite3_column_count(statement) == 0) ||
		!is_blank(db, tail)) {
		sqlite3_finalize(statement);
		return ASKED_MORE;
	}
	db->trouble = SQLITE_TROUBLE_NONE;
	*out = mem_new(1, sizeof(**out));
	(*out)->db = db;
	(*out)->statement = statement;
	return ASKED;
}

int
sqlite_query_new_select(
	struct sqlite_query **out, struct sqlite_db *db, const char *sql, struct err *err)
{
	int offset;

	switch (prepare(out, db, sql, &offset, NULL, err)) {
	case ASKED: return 0;
	case ASKED_WRONG:
		err_prefix(err, "the query '%s' cannot be asked", sql);
		return -1;
	case ASKED_MORE:
		return err_set(err, ERR_USAGE,
			"the query '%s' must be one SELECT and nothing else", sql);
	case ASKED_FAILED: return -1;
	}
	return -1;
}

int
sqlite_query_new_around(struct sqlite_query **out, struct sqlite_db *db, const char *sql,
	int *offset, struct err *err)
{
	enum asked asked = prepare(out, db, sql, offset, NULL, err);

	if (asked == ASKED_MORE)
		err_set(err, ERR_USAGE, "it must be one SELECT and nothing else");
	return asked == ASKED ? 0 : -1;
}

int
sqlite_query_new_change(struct sqlite_query **out, struct sqlite_db *db, const char *sql,
	struct str *table, struct err *err)
{
	enum asked asked;
	int offset;

	str_clear(table);
	asked = prepare(out, db, sql, &offset, table, err);
	if (asked == ASKED_MORE)
		err_set(err, ERR_USAGE, "it must be one statement that changes rows");
	return asked == ASKED ? 0 : -1;
}

int
sqlite_query_columns(const struct sqlite_query *query)
{
	return sqlite3_column_count(query->statement);
}

const char *
sqlite_query_column_name(const struct sqlite_query *query, int column)
{
	return sqlite3_column_name(query->statement, column);
}

int
sqlite_query_parameters(const struct sqlite_query *query)
{
	return sqlite3_bind_parameter_count(query->statement);
}

int
sqlite_query_parameter(const struct sqlite_query *query, const char *name)
{
	return sqlite3_bind_parameter_index(query->statement, name);
}
