/* SPDX-License-Identifier: MIT */
#include "store/sqlite/audit.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "base/utf8.h"
#include "store/audit_row.h"

/* Rows that are read in one statement. */
#define CHUNK_ROWS 500

/* What makes a store audit. The names of the tables are known to table.c, which
 * never takes them for checkpoints. A database has one identity; which of its tables a
 * row is about stands in the row. */
static const char *const statements[] = {
	"CREATE TABLE IF NOT EXISTS ckptop_audit (seq INTEGER PRIMARY KEY, "
	"of_table TEXT NOT NULL, op TEXT NOT NULL, at TEXT NOT NULL, who TEXT, "
	"action TEXT NOT NULL, job TEXT NOT NULL, \"partition\" TEXT NOT NULL, "
	"old_value TEXT, new_value TEXT, existed INTEGER NOT NULL, "
	"\"exists\" INTEGER NOT NULL, reason TEXT, anchor TEXT, undo_of TEXT)",
	"CREATE TABLE IF NOT EXISTS ckptop_store (id TEXT NOT NULL, at TEXT NOT NULL)",
	"INSERT INTO ckptop_store (id, at) SELECT lower(hex(randomblob(4)) || '-' || "
	"hex(randomblob(2)) || '-4' || substr(hex(randomblob(2)), 2) || '-' || "
	"substr('89ab', 1 + (random() & 3), 1) || substr(hex(randomblob(2)), 2) || '-' "
	"|| hex(randomblob(6))), strftime('%Y-%m-%dT%H:%M:%fZ', 'now') "
	"WHERE NOT EXISTS (SELECT 1 FROM ckptop_store)",
};

#define SCRIPT (sizeof(statements) / sizeof(*statements))

/* --- what is there --- */

/* The first row of a statement without parameters; *found false: it has none. */
static int
ask(struct sqlite_db *db, const char *sql, struct str *out, bool *found, struct err *err)
{
	struct sqlite_query *query;
	int status;

	if (sqlite_query_new(&query, db, sql, err) != 0)
		return -1;
	status = sqlite_query_step(query, err);
	if (status == 1)
		str_add_span(out, sqlite_column(query, 0));
	*found = status == 1;
	sqlite_query_free(query);
	return status < 0 ? -1 : 0;
}

enum presence { ABSENT, OURS, FOREIGN };

/* A table of ours, and the columns by which it is known. */
struct own_table {
	const char *name, *columns;
	int64_t count;
};

static const struct own_table audit_table = { "ckptop_audit",
	"'seq', 'of_table', 'op', 'at', 'who', 'action', 'job', 'partition', "
	"'old_value', 'new_value', 'existed', 'exists', 'reason', 'anchor', 'undo_of'",
	15 };
static const struct own_table store_table = { "ckptop_store", "'id', 'at'", 2 };

/* Whether it is there. What only has its name is somebody else's. */
static int
find_table(struct sqlite_db *db, const struct own_table *table, enum presence *out,
	struct err *err)
{
	struct str sql = { 0 };
	struct sqlite_query *query;
	int status = -1;

	*out = ABSENT;
	str_addf(&sql,
		"SELECT type = 'table' AND (SELECT count(*) FROM pragma_table_info('%s') "
		"WHERE lower(name) IN (%s)) = %lld FROM sqlite_schema WHERE type IN "
		"('table', 'view') AND lower(name) = '%s'",
		table->name, table->columns, (long long)table->count, table->name);
	if (sqlite_query_new(&query, db, str_text(&sql), err) == 0) {
		status = sqlite_query_step(query, err);
		if (status == 1)
			*out = sqlite_column_integer(query, 0) != 0 ? OURS : FOREIGN;
		sqlite_query_free(query);
	}
	str_free(&sql);
	return status < 0 ? -1 : 0;
}

/* The identity; *out stays empty where there is none. */
static int
read_store(struct sqlite_db *db, const char *column, struct str *out, struct err *err)
{
	struct str sql = { 0 };
	enum presence presence;
	bool found = false;
	int status;

	if (find_table(db, &store_table, &presence, err) != 0)
		return -1;
	if (presence != OURS)
		return 0;
	str_addf(&sql, "SELECT %s FROM ckptop_store ORDER BY rowid LIMIT 1", column);
	status = ask(db, str_text(&sql), out, &found, err);
	str_free(&sql);
	return status;
}

int
sqlite_audit_look(struct sqlite_db *db, bool *exists, int64_t *since, struct err *err)
{
	struct str text = { 0 };
	struct stamp stamp;
	enum presence presence;
	int status = 0;

	*exists = false;
	if (find_table(db, &audit_table, &presence, err) != 0)
		return -1;
	*exists = presence == OURS;
	if (since == NULL)
		return 0;
	*since = TIME_NONE;
	status = read_store(db, "at", &text, err);
	if (stamp_parse(&stamp, str_span(&text)))
		*since = stamp_instant(&stamp, NULL);
	str_free(&text);
	return status;
}

int
sqlite_audit_check(const struct sqlite_store *sqlite, struct err *err)
{
	enum presence presence;

	if (find_table(sqlite->file.db, &audit_table, &presence, err) != 0)
		return -1;
	return presence == FOREIGN ? audit_table_foreign(audit_table.name,
					     store_path(sqlite->store.config),
					     AUDIT_FOREIGN_UNDONE, err)
				   : 0;
}

int
sqlite_audit_count(const struct sqlite_store *sqlite, struct span operation,
	int64_t behind, int64_t *count, struct err *err)
{
	struct sqlite_query *query;
	int status;

	*count = 0;
	if (sqlite_query_new(&query, sqlite->file.db,
		    "SELECT count(*) FROM ckptop_audit WHERE op = ?1 AND of_table = ?2 "
		    "AND seq > ?3",
		    err) != 0)
		return -1;
	sqlite_bind_text(query, 1, operation);
	sqlite_bind_text(query, 2, span_of(sqlite_table_changed(sqlite->table)));
	sqlite_bind_integer(query, 3, behind);
	status = sqlite_query_step(query, err);
	if (status == 1)
		*count = sqlite_column_integer(query, 0);
	sqlite_query_free(query);
	return status < 0 ? -1 : 0;
}

/* --- writing --- */

/* The columns of a row but its number, in the order of their parameters. */
static const char *const columns[] = { "of_table", "op", "at", "who", "action", "job",
	"\"partition\"", "old_value", "new_value", "reason", "anchor", "undo_of",
	"existed", "\"exists\"" };

#define COLUMNS ((int)(sizeof(columns) / sizeof(*columns)))

/* A statement over all columns: before the first, before each of the others, after the
 * name of each (its parameter behind that, where `after` is given), and the end. */
struct row_sql {
	const char *begin, *between, *after, *end;
};

static const struct row_sql insert_sql = { "INSERT INTO ckptop_audit (", ", ", NULL,
	") VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, ?13, ?14)" };
static const struct row_sql same_sql = { "SELECT 1 FROM ckptop_audit WHERE ", " AND ",
	" COLLATE BINARY IS ?", " AND seq = ?15" };

static int
prepare(struct sqlite_query **out, const struct sqlite_store *sqlite,
	const struct row_sql *parts, struct err *err)
{
	struct str sql = { 0 };
	int status;

	str_add(&sql, parts->begin);
	for (int i = 0; i < COLUMNS; i++) {
		str_addf(&sql, "%s%s", i > 0 ? parts->between : "", columns[i]);
		if (parts->after != NULL)
			str_addf(&sql, "%s%d", parts->after, i + 1);
	}
	str_add(&sql, parts->end);
	status = sqlite_query_new(out, sqlite->file.db, str_text(&sql), err);
	str_free(&sql);
	return status;
}

/* Runs a statement over one row. */
static int
step_row(struct sqlite_query *query, const struct sqlite_store *sqlite,
	const struct audit_row *row, struct err *err)
{
	const struct operation *operation = &row->operation;
	struct str at = { 0 };
	int status;

	time_add_rfc3339(&at, operation->at);
	struct span texts[] = { span_of(sqlite_table_changed(sqlite->table)),
		operation->id, str_span(&at), operation->who, operation->action,
		row->key.job, row->key.partition, row->old_value, row->new_value,
		operation->reason, operation->anchor, operation->undo_of };
	for (int i = 0; i < COLUMNS - 2; i++)
		sqlite_bind_text(query, i + 1, texts[i]);
	sqlite_bind_integer(query, COLUMNS - 1, row->existed);
	sqlite_bind_integer(query, COLUMNS, row->exists);
	status = sqlite_query_step(query, err);
	sqlite_query_reset(query);
	str_free(&at);
	return status;
}

/* numbers: gets those of the rows. */
static int
insert_rows(const struct sqlite_store *sqlite, const struct audit_row *rows, size_t count,
	int64_t *numbers, struct err *err)
{
	struct sqlite_query *query;
	int status = prepare(&query, sqlite, &insert_sql, err);

	if (status != 0)
		return -1;
	for (size_t i = 0; i < count && status == 0; i++) {
		status = step_row(query, sqlite, &rows[i], err);
		if (status == 0 && sqlite_db_changes(sqlite->file.db) != 1)
			status = audit_row_altered(err);
		numbers[i] = sqlite_db_last_rowid(sqlite->file.db);
	}
	sqlite_query_free(query);
	return status;
}

/* A trigger can do anything with a row without a word, also with an earlier one. */
static int
read_rows_back(const struct sqlite_store *sqlite, const struct audit_row *rows,
	size_t count, const int64_t *numbers, struct err *err)
{
	struct sqlite_query *query;
	int status = prepare(&query, sqlite, &same_sql, err);

	if (status != 0)
		return -1;
	for (size_t i = 0; i < count && status == 0; i++) {
		sqlite_bind_integer(query, COLUMNS + 1, numbers[i]);
		status = step_row(query, sqlite, &rows[i], err);
		if (status >= 0)
			status = status == 1 ? 0 : audit_row_altered(err);
	}
	sqlite_query_free(query);
	return status;
}

/* The number of the last row. */
static int
find_last(const struct sqlite_store *sqlite, int64_t *out, struct err *err)
{
	struct sqlite_query *query;
	int status;

	*out = INT64_MIN;
	if (sqlite_query_new(&query, sqlite->file.db, "SELECT max(seq) FROM ckptop_audit",
		    err) != 0)
		return -1;
	status = sqlite_query_step(query, err);
	if (status == 1 && sqlite_column_storage(query, 0) != CKPT_STORAGE_NULL)
		*out = sqlite_column_integer(query, 0);
	sqlite_query_free(query);
	return status < 0 ? -1 : 0;
}

int
sqlite_audit_add(const struct sqlite_store *sqlite, const struct audit_row *rows,
	size_t count, struct err *err)
{
	int64_t *numbers = mem_new(count, sizeof(*numbers));
	int64_t last, found = 0;
	int status = -1;

	if (find_last(sqlite, &last, err) == 0 &&
		insert_rows(sqlite, rows, count, numbers, err) == 0 &&
		read_rows_back(sqlite, rows, count, numbers, err) == 0)
		status =
			sqlite_audit_count(sqlite, rows->operation.id, last, &found, err);
	if (status == 0 && found != (int64_t)count)
		status = audit_row_altered(err);
	free(numbers);
	return status;
}

/* Counts what is there; refuses where another's table has the name of one of ours. */
static int
count_tables(const struct sqlite_store *sqlite, int *count, struct err *err)
{
	static const struct own_table *const tables[] = { &audit_table, &store_table };
	enum presence presence;

	*count = 0;
	for (size_t i = 0; i < sizeof(tables) / sizeof(*tables); i++) {
		if (find_table(sqlite->file.db, tables[i], &presence, err) != 0)
			return -1;
		if (presence == FOREIGN)
			return audit_table_foreign(tables[i]->name,
				store_path(sqlite->store.config), "no audit was made",
				err);
		*count += presence == OURS;
	}
	return 0;
}

static int
make_tables(const struct sqlite_store *sqlite, bool *made, struct err *err)
{
	struct sqlite_db *db = sqlite->file.db;
	int tables;

	if (sqlite_db_run(db, "BEGIN IMMEDIATE", err) != 0 ||
		count_tables(sqlite, &tables, err) != 0)
		return -1;
	for (size_t i = 0; i < SCRIPT; i++)
		if (sqlite_db_run(db, statements[i], err) != 0)
			return -1;
	if (sqlite_db_run(db, "COMMIT", err) != 0)
		return -1;
	*made = tables < 2;
	return 0;
}

int
sqlite_store_audit_create(struct store *store, bool *made, struct err *err)
{
	struct sqlite_store *sqlite = (struct sqlite_store *)store;
	int status;

	if (sqlite_store_connect(sqlite, err) != 0)
		return -1;
	status = make_tables(sqlite, made, err);
	if (status == 0)
		store->capabilities |= STORE_HAS_AUDIT;
	else
		sqlite_store_failed(sqlite);
	if (sqlite->file.db != NULL && sqlite_db_in_transaction(sqlite->file.db))
		sqlite_db_run(sqlite->file.db, "ROLLBACK", NULL);
	sqlite->seen = false;
	return status;
}

int
sqlite_store_audit_add_script(struct store *store, struct str *out, struct err *err)
{
	struct sqlite_store *sqlite = (struct sqlite_store *)store;
	const char *path = store_path(store->config);
	const char *slash = strrchr(path, '/');
	struct span directory = slash == NULL ? SPAN(".")
				: slash == path
					? SPAN("/")
					: (struct span){ path, (size_t)(slash - path) };

	if (sqlite_store_connect(sqlite, err) != 0)
		return -1;
	str_add(out, "-- The store audit of ckptop. To be run in the database ");
	safe_text(out, span_of(path));
	str_add(out, "\n");
	for (size_t i = 0; i < SCRIPT; i++)
		str_addf(out, "%s;\n", statements[i]);
	str_addf(out,
		"-- SQLite knows no GRANT: who resets must be able to write that file "
		"(it belongs to\n-- uid %u, mode %04o) and, for its journal, to make "
		"files in ",
		sqlite->file.files.owner, sqlite->file.files.mode);
	safe_text(out, directory);
	str_add(out, "\n");
	return 0;
}

/* --- reading --- */

struct audit_reader {
	struct sqlite_store *sqlite;
	struct sqlite_query *query;
	struct audit_row *rows; /* of a chunk */
	size_t count;
	int64_t last; /* its last number */
	struct arena *arena;
};

static void
take_audit_row(struct audit_reader *reader)
{
	struct audit_row *row = &reader->rows[reader->count++];
	struct span texts[AUDIT_ROW_TEXTS];

	for (int i = 0; i < AUDIT_ROW_TEXTS; i++)
		texts[i] = arena_span(reader->arena, sqlite_column(reader->query, i + 3));
	reader->last = sqlite_column_integer(reader->query, 0);
	audit_row_take(row, texts);
	row->existed = sqlite_column_integer(reader->query, 1) != 0;
	row->exists = sqlite_column_integer(reader->query, 2) != 0;
}

static int
read_audit_chunk(struct audit_reader *reader, struct err *err)
{
	struct span table = span_of(sqlite_table_changed(reader->sqlite->table));
	int status;

	reader->count = 0;
	sqlite_bind_text(reader->query, 1, table);
	sqlite_bind_integer(reader->query, 2, reader->last);
	sqlite_bind_integer(reader->query, 3, CHUNK_ROWS);
	while ((status = sqlite_query_step(reader->query, err)) == 1)
		take_audit_row(reader);
	return status;
}

static int
read_audit(struct audit_reader *reader, store_audit_fn *row, void *arg, struct err *err)
{
	int status;

	do {
		reader->arena = arena_new();
		status = read_audit_chunk(reader, err);
		if (status == 0)
			status = sqlite_unmoved(&reader->sqlite->file, err);
		for (size_t i = 0; status == 0 && i < reader->count; i++)
			row(arg, &reader->rows[i]);
		arena_free(reader->arena);
		if (status != 0 || store_must_stop(&reader->sqlite->store, err))
			return -1;
		store_extend(&reader->sqlite->store);
	} while (reader->count == CHUNK_ROWS);
	return 0;
}

int
sqlite_store_audit_read(
	struct store *store, store_audit_fn *row, void *arg, struct err *err)
{
	static const char sql[] =
		"SELECT seq, existed, \"exists\", " AUDIT_ROW_COLUMNS " FROM "
		"ckptop_audit WHERE of_table = ?1 AND seq > ?2 ORDER BY seq LIMIT ?3";
	struct sqlite_store *sqlite = (struct sqlite_store *)store;
	struct audit_reader reader = { .sqlite = sqlite, .last = INT64_MIN };
	bool exists = false;
	int status = -1;

	if (sqlite_store_connect(sqlite, err) != 0)
		return -1;
	if (sqlite_audit_look(sqlite->file.db, &exists, NULL, err) != 0)
		goto out;
	if (!exists) {
		status = 0;
		goto out;
	}
	reader.rows = mem_new(CHUNK_ROWS, sizeof(*reader.rows));
	if (sqlite_query_new(&reader.query, sqlite->file.db, sql, err) == 0)
		status = read_audit(&reader, row, arg, err);
	sqlite_query_free(reader.query);
	free(reader.rows);
out:
	if (status != 0)
		sqlite_store_failed(sqlite);
	return status;
}

/* A row is given the number behind the greatest, and one that is rolled back leaves its
 * own to the next. */
static int
read_gaps(struct sqlite_store *sqlite, store_gap_fn *gap, void *arg, struct err *err)
{
	static const char sql[] =
		"SELECT before + 1, seq - 1 FROM (SELECT seq, lag(seq, 1, 0) OVER "
		"(ORDER BY seq) AS before FROM ckptop_audit) WHERE seq > before + 1 "
		"ORDER BY seq LIMIT ?1";
	struct sqlite_query *query;
	int status;

	if (sqlite_query_new(&query, sqlite->file.db, sql, err) != 0)
		return -1;
	sqlite_bind_integer(query, 1, STORE_GAPS_MOST);
	while ((status = sqlite_query_step(query, err)) == 1)
		gap(arg, &(struct audit_gap){
				 .first = sqlite_column_integer(query, 0),
				 .last = sqlite_column_integer(query, 1),
				 .removed = true,
			 });
	sqlite_query_free(query);
	return status == 0 ? sqlite_unmoved(&sqlite->file, err) : -1;
}

int
sqlite_store_audit_gaps(
	struct store *store, store_gap_fn *gap, void *arg, struct err *err)
{
	struct sqlite_store *sqlite = (struct sqlite_store *)store;
	bool exists = false;
	int status;

	if (sqlite_store_connect(sqlite, err) != 0)
		return -1;
	status = sqlite_audit_look(sqlite->file.db, &exists, NULL, err);
	if (status == 0 && exists)
		status = read_gaps(sqlite, gap, arg, err);
	if (status != 0)
		sqlite_store_failed(sqlite);
	return status;
}

int
sqlite_store_identify(
	struct store *store, struct str *lasting, struct str *present, struct err *err)
{
	struct sqlite_store *sqlite = (struct sqlite_store *)store;
	const struct file_mark *mark = &sqlite->file.files.database;

	if (sqlite_store_connect(sqlite, err) != 0)
		return -1;
	if (read_store(sqlite->file.db, "id", lasting, err) != 0)
		return sqlite_store_failed(sqlite);
	if (lasting->len > 0)
		str_addf(lasting, " %s", sqlite_table_changed(sqlite->table));
	str_addf(present, "%" PRIu64 ":%" PRIu64 " %s", mark->device, mark->inode,
		sqlite_table_changed(sqlite->table));
	return sqlite_store_verify(sqlite, err);
}
