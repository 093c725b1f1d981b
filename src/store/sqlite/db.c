/* SPDX-License-Identifier: MIT */
#include "store/sqlite/db_inside.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <time.h>

#include <sqlite3.h>

#include "base/mem.h"
#include "store/number_text.h"
#include "store/sqlite/files.h"
#include "store/uri.h"

/* Ask the stop function after this many steps of SQLite's machine: some tens of
 * microseconds. */
#define STEPS_BETWEEN_STOPS 2000

/* --- failures in words --- */

struct failure {
	int code; /* extended, or primary for all of its kind */
	enum err_kind kind;
	enum sqlite_trouble trouble;
	const char *what;
	const char *next; /* what to do; %s is the path */
};

static const struct failure failures[] = {
#define FAILURE(code, kind, trouble, what, next)                                         \
	{ SQLITE_##code, ERR_##kind, SQLITE_TROUBLE_##trouble, what, next },
#include "store/sqlite/failures.def"
#undef FAILURE
};

static const struct failure *
find_failure(int code)
{
	static const struct failure other = { 0, ERR_FAILED, SQLITE_TROUBLE_OTHER,
		"SQLite failed", "try again" };

	for (size_t i = 0; i < sizeof(failures) / sizeof(*failures); i++)
		if (failures[i].code == code || failures[i].code == (code & 0xff))
			return &failures[i];
	return &other;
}

static const char *
undone(const struct sqlite_db *db)
{
	return db->mode == SQLITE_MODE_READ || db->mode == SQLITE_MODE_IMMUTABLE
		       ? "nothing was read"
		       : "nothing was written";
}

/* Failures that a disk of another host makes of a lock, or of its absence. Who locks it
 * need not be on this host, where fuser would look. */
static void
add_network(struct str *out, int code, const char *path)
{
	static const int primary[] = { SQLITE_BUSY, SQLITE_PROTOCOL, SQLITE_IOERR,
		SQLITE_CORRUPT };
	const char *type = sqlite_files_system(path);

	if (!fsio_is_shared(type))
		return;
	for (size_t i = 0; i < sizeof(primary) / sizeof(*primary); i++)
		if ((code & 0xff) == primary[i])
			str_addf(out,
				"; it is on %s, where other hosts may have it open and "
				"locks are not safe: look on the host that writes it",
				type);
}

/* The reason is the one who stopped it; what that means for the store is said here. */
static int
fail_stopped(struct sqlite_db *db, struct err *err)
{
	struct err stopped = { 0 };

	db->trouble = SQLITE_TROUBLE_STOPPED;
	if (!db->stop(db->stop_arg, &stopped))
		err_set(&stopped, ERR_UNREACHABLE, "%s: interrupted", db->path);
	return err_set(err, stopped.kind, "%s; %s", stopped.text, undone(db));
}

bool
sqlite_db_lacks_descriptors(const struct sqlite_db *db)
{
	int number = sqlite3_system_errno(db->handle);

	return number == EMFILE || number == ENFILE;
}

/* Says what a result code means here. Returns -1. */
int
sqlite_db_fail(struct sqlite_db *db, int code, struct err *err)
{
	const struct failure *failure = find_failure(code);
	struct str next = { 0 };
	char waited[48] = "";

	if ((code & 0xff) == SQLITE_INTERRUPT)
		return fail_stopped(db, err);
	db->trouble = failure->trouble;
	if (failure->trouble == SQLITE_TROUBLE_LOCKED && db->waiting_since != 0)
		snprintf(waited, sizeof(waited), " for the %.1f s that we waited",
			(double)(clock_monotonic() - db->waiting_since) / SECOND);
	if (failure->code == SQLITE_CANTOPEN && sqlite_db_lacks_descriptors(db))
		return err_set_errno(err, failure->kind, sqlite3_system_errno(db->handle),
			"%s: %s; %s", db->path, failure->what, undone(db));
	for (const char *c = failure->next; *c; c++) {
		if (c[0] == '%' && c[1] == 's') {
			str_add(&next, db->path);
			c++;
		} else {
			str_add_char(&next, *c);
		}
	}
	add_network(&next, code, db->path);
	err_set(err, failure->kind, "%s: %s%s (%s); %s; %s", db->path, failure->what,
		waited, sqlite3_errmsg(db->handle), undone(db), str_text(&next));
	str_free(&next);
	return -1;
}

enum sqlite_trouble
sqlite_db_trouble(const struct sqlite_db *db)
{
	return db->trouble;
}

/* --- waiting and stopping --- */

static int
on_progress(void *arg)
{
	struct sqlite_db *db = arg;

	return db->stop(db->stop_arg, NULL);
}

/* A lock is in the way: look again soon, until the call must stop. */
static int
on_busy(void *arg, int times)
{
	struct sqlite_db *db = arg;
	static const long milliseconds[] = { 1, 1, 2, 4, 8, 16, 25 };
	size_t last = sizeof(milliseconds) / sizeof(*milliseconds) - 1;
	struct timespec pause = { 0 };

	if (times == 0)
		db->waiting_since = clock_monotonic();
	if (db->stop(db->stop_arg, NULL))
		return 0;
	pause.tv_nsec =
		milliseconds[(size_t)times < last ? (size_t)times : last] * 1000000;
	nanosleep(&pause, NULL);
	return 1;
}

/* --- opening --- */

/* What a database that we do not trust may make SQLite do. The schema of a big foreign
 * database must still be readable: these stop bombs, not tables. */
static void
set_limits(sqlite3 *handle)
{
	static const int limits[][2] = {
		{ SQLITE_LIMIT_LENGTH, SQLITE_LENGTH_MAX },
		{ SQLITE_LIMIT_SQL_LENGTH, 1 << 20 },
		{ SQLITE_LIMIT_EXPR_DEPTH, 200 },
		{ SQLITE_LIMIT_COMPOUND_SELECT, 100 },
		{ SQLITE_LIMIT_VDBE_OP, 200000 },
		{ SQLITE_LIMIT_ATTACHED, 0 },
		{ SQLITE_LIMIT_LIKE_PATTERN_LENGTH, 1000 },
		{ SQLITE_LIMIT_TRIGGER_DEPTH, 10 },
		{ SQLITE_LIMIT_WORKER_THREADS, 0 },
	};

	for (size_t i = 0; i < sizeof(limits) / sizeof(*limits); i++)
		sqlite3_limit(handle, limits[i][0], limits[i][1]);
	sqlite3_db_config(handle, SQLITE_DBCONFIG_DEFENSIVE, 1, NULL);
	/* Off, SQLite 3.40 takes JSON in a CHECK, an index or a trigger for malformed;
	 * load_extension() is refused there all the same. */
	sqlite3_db_config(handle, SQLITE_DBCONFIG_TRUSTED_SCHEMA, 1, NULL);
	/* What a foreign key cascades to no undo would bring back. */
	sqlite3_db_config(handle, SQLITE_DBCONFIG_ENABLE_FKEY, 0, NULL);
	sqlite3_db_config(handle, SQLITE_DBCONFIG_ENABLE_LOAD_EXTENSION, 0, NULL);
	/* Else the name of a column that is gone becomes a text of that name. */
	sqlite3_db_config(handle, SQLITE_DBCONFIG_DQS_DML, 0, NULL);
}

static const struct {
	const char *parameters;
	int flags;
} modes[] = {
	[SQLITE_MODE_READ] = { "?mode=ro", SQLITE_OPEN_READONLY },
	[SQLITE_MODE_IMMUTABLE] = { "?mode=ro&immutable=1", SQLITE_OPEN_READONLY },
	[SQLITE_MODE_WRITE] = { "?mode=rw", SQLITE_OPEN_READWRITE },
	[SQLITE_MODE_CREATE] = { "?mode=rwc",
		SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE },
};

static int
open_handle(struct sqlite_db *db, struct err *err)
{
	struct str uri = { 0 };
	int code;

	uri_add(&uri, "file", db->path);
	str_add(&uri, modes[db->mode].parameters);
	code = sqlite3_open_v2(str_text(&uri), &db->handle,
		modes[db->mode].flags | SQLITE_OPEN_URI | SQLITE_OPEN_NOMUTEX |
			SQLITE_OPEN_PRIVATECACHE,
		NULL);
	str_free(&uri);
	if (code != SQLITE_OK)
		return sqlite_db_fail(db, sqlite3_extended_errcode(db->handle), err);
	sqlite3_extended_result_codes(db->handle, 1);
	set_limits(db->handle);
	sqlite3_progress_handler(db->handle, STEPS_BETWEEN_STOPS, on_progress, db);
	sqlite3_busy_handler(db->handle, on_busy, db);
	return 0;
}

int
sqlite_db_new(struct sqlite_db **out, const char *path, enum sqlite_mode mode,
	sqlite_stop_fn *stop, void *stop_arg, struct err *err)
{
	struct sqlite_db *db = mem_new(1, sizeof(*db));
	struct str full = { 0 };

	*out = NULL;
	/* With a slash in it no path is special to SQLite, as ":memory:" is. */
	str_addf(&full, "%s%s", strchr(path, '/') != NULL ? "" : "./", path);
	db->path = str_take(&full);
	db->mode = mode;
	db->stop = stop;
	db->stop_arg = stop_arg;
	if (open_handle(db, err) != 0) {
		sqlite_db_free(db);
		return -1;
	}
	*out = db;
	return 0;
}

void
sqlite_db_free(struct sqlite_db *db)
{
	if (db == NULL)
		return;
	sqlite3_close(db->handle);
	free(db->path);
	free(db);
}

int
sqlite_db_header(struct sqlite_db *db, bool *wal_mode, struct err *err)
{
	static const char magic[16] = "SQLite format 3";
	sqlite3_file *file = NULL;
	unsigned char header[100];
	int code;

	sqlite3_file_control(db->handle, "main", SQLITE_FCNTL_FILE_POINTER, &file);
	if (file == NULL || file->pMethods == NULL)
		return sqlite_db_fail(db, SQLITE_CANTOPEN, err);
	code = file->pMethods->xRead(file, header, sizeof(header), 0);
	if (code != SQLITE_OK && code != SQLITE_IOERR_SHORT_READ)
		return sqlite_db_fail(db, code, err);
	if (code != SQLITE_OK || memcmp(header, magic, sizeof(magic)) != 0) {
		db->trouble = SQLITE_TROUBLE_OTHER;
		return err_set(err, ERR_DAMAGED,
			"%s: it is no SQLite database, or it is encrypted (it does not "
			"begin like one); %s; check the path",
			db->path, undone(db));
	}
	*wal_mode = header[18] == 2 || header[19] == 2;
	return 0;
}

bool
sqlite_db_has_moved(struct sqlite_db *db)
{
	int moved = 0;

	sqlite3_file_control(db->handle, "main", SQLITE_FCNTL_HAS_MOVED, &moved);
	return moved;
}

bool
sqlite_db_is_writable(const struct sqlite_db *db)
{
	return sqlite3_db_readonly(db->handle, "main") == 0;
}

const char *
sqlite_version(void)
{
	return sqlite3_libversion();
}

/* --- statements --- */

int
sqlite_db_run(struct sqlite_db *db, const char *sql, struct err *err)
{
	struct sqlite_query *query;
	int status;

	if (sqlite_query_new(&query, db, sql, err) != 0)
		return -1;
	while ((status = sqlite_query_step(query, err)) == 1) {
		/* A PRAGMA answers what it set. */
	}
	sqlite_query_free(query);
	return status;
}

int64_t
sqlite_db_changes(const struct sqlite_db *db)
{
	return sqlite3_changes(db->handle);
}

int64_t
sqlite_db_last_rowid(const struct sqlite_db *db)
{
	return sqlite3_last_insert_rowid(db->handle);
}

bool
sqlite_db_in_transaction(const struct sqlite_db *db)
{
	return !sqlite3_get_autocommit(db->handle);
}

int
sqlite_query_new(
	struct sqlite_query **out, struct sqlite_db *db, const char *sql, struct err *err)
{
	sqlite3_stmt *statement;
	int code = sqlite3_prepare_v2(db->handle, sql, -1, &statement, NULL);

	*out = NULL;
	if (code != SQLITE_OK)
		return sqlite_db_fail(db, code, err);
	*out = mem_new(1, sizeof(**out));
	(*out)->db = db;
	(*out)->statement = statement;
	db->trouble = SQLITE_TROUBLE_NONE;
	return 0;
}

/* A table, and the first trigger that writes to it. */
struct writers {
	const char *table;
	struct str *trigger;
};

static int
note_writer(void *arg, int action, const char *table, const char *column,
	const char *schema, const char *trigger)
{
	const struct writers *writers = arg;

	(void)column;
	(void)schema;
	if ((action == SQLITE_INSERT || action == SQLITE_UPDATE ||
		    action == SQLITE_DELETE) &&
		trigger != NULL && writers->trigger->len == 0 &&
		strcasecmp(table, writers->table) == 0)
		str_add(writers->trigger, trigger);
	return SQLITE_OK;
}

int
sqlite_db_find_trigger(struct sqlite_db *db, const char *sql, const char *table,
	struct str *trigger, struct err *err)
{
	struct writers writers = { table, trigger };
	struct sqlite_query *query;
	int status;

	sqlite3_set_authorizer(db->handle, note_writer, &writers);
	status = sqlite_query_new(&query, db, sql, err);
	sqlite3_set_authorizer(db->handle, NULL, NULL);
	if (status == 0)
		sqlite_query_free(query);
	return status;
}

void
sqlite_query_free(struct sqlite_query *query)
{
	if (query == NULL)
		return;
	sqlite3_finalize(query->statement);
	free(query);
}

void
sqlite_bind_text(struct sqlite_query *query, int parameter, struct span text)
{
	if (text.at == NULL)
		sqlite3_bind_null(query->statement, parameter);
	else
		sqlite3_bind_text64(query->statement, parameter, text.at, text.len,
			SQLITE_STATIC, SQLITE_UTF8);
}

void
sqlite_bind_integer(struct sqlite_query *query, int parameter, int64_t number)
{
	sqlite3_bind_int64(query->statement, parameter, number);
}

void
sqlite_bind_real(struct sqlite_query *query, int parameter, double number)
{
	sqlite3_bind_double(query->statement, parameter, number);
}

void
sqlite_bind_blob(struct sqlite_query *query, int parameter, struct span bytes)
{
	sqlite3_bind_blob64(
		query->statement, parameter, bytes.at, bytes.len, SQLITE_STATIC);
}

void
sqlite_bind_named(struct sqlite_query *query, const char *name, struct span text)
{
	int parameter = sqlite3_bind_parameter_index(query->statement, name);

	if (parameter > 0)
		sqlite_bind_text(query, parameter, text);
}

int
sqlite_query_step(struct sqlite_query *query, struct err *err)
{
	struct sqlite_db *db = query->db;
	int code = sqlite3_step(query->statement);

	if (code == SQLITE_ROW)
		return 1;
	if (code != SQLITE_DONE)
		sqlite_db_fail(db, code, err);
	else
		db->trouble = SQLITE_TROUBLE_NONE;
	sqlite3_reset(query->statement);
	db->waiting_since = 0;
	return code == SQLITE_DONE ? 0 : -1;
}

void
sqlite_query_reset(struct sqlite_query *query)
{
	sqlite3_reset(query->statement);
}

enum ckpt_storage
sqlite_column_storage(struct sqlite_query *query, int column)
{
	switch (sqlite3_column_type(query->statement, column)) {
	case SQLITE_INTEGER: return CKPT_STORAGE_INTEGER;
	case SQLITE_FLOAT: return CKPT_STORAGE_REAL;
	case SQLITE_TEXT: return CKPT_STORAGE_TEXT;
	case SQLITE_BLOB: return CKPT_STORAGE_BLOB;
	default: return CKPT_STORAGE_NULL;
	}
}

struct span
sqlite_column(struct sqlite_query *query, int column)
{
	sqlite3_stmt *statement = query->statement;
	enum ckpt_storage storage = sqlite_column_storage(query, column);
	const char *at;

	if (storage == CKPT_STORAGE_NULL)
		return SPAN_NONE;
	if (storage == CKPT_STORAGE_REAL && column < COLUMNS_AS_TEXT) {
		number_write_real(
			query->numbers[column], sqlite3_column_double(statement, column));
		return span_of(query->numbers[column]);
	}
	at = storage == CKPT_STORAGE_BLOB
		     ? sqlite3_column_blob(statement, column)
		     : (const char *)sqlite3_column_text(statement, column);
	/* An empty BLOB has no address, but it is there. */
	return (struct span){ at != NULL ? at : "",
		(size_t)sqlite3_column_bytes(statement, column) };
}

int64_t
sqlite_column_integer(struct sqlite_query *query, int column)
{
	return sqlite3_column_int64(query->statement, column);
}

double
sqlite_column_real(struct sqlite_query *query, int column)
{
	return sqlite3_column_double(query->statement, column);
}
