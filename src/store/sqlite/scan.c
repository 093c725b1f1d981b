/* SPDX-License-Identifier: MIT
 *
 * Reading all rows without hurting the writers: chunk by chunk, each a statement of its
 * own that is reset before its rows are delivered, so that nothing is locked while the
 * caller works on them. */
#include "store/sqlite/store.h"

#include <stdlib.h>

#include "base/mem.h"
#include "store/keyset.h"
#include "store/sqlite/value.h"

/* A chunk ends after so many rows (3 ms of a reader's lock) or bytes. */
#define CHUNK_ROWS  5000
#define CHUNK_BYTES (8 << 20)

/* Of what can only be read in one piece. */
#define AT_ONCE_ROWS  100000
#define AT_ONCE_BYTES (64 << 20)

/* Where the next chunk begins: the rowid or the key columns of the last row. */
struct cursor {
	bool set;
	int64_t rowid;
	enum ckpt_storage storage[SQLITE_KEY_COLUMNS];
	struct str text[SQLITE_KEY_COLUMNS];
};

/* What a chunk that begins where an earlier one began proves: in a damaged database the
 * order of the rows leads back. Brent's way to find it: the cursor to compare with is
 * kept anew whenever the number of chunks has doubled. */
struct circle {
	size_t chunk; /* behind which the kept cursor stood */
	struct cursor cursor;
};

struct scan {
	struct sqlite_store *sqlite;
	const struct sqlite_table *table;
	store_row_fn *row;
	void *arg;
	struct cursor cursor;
	struct circle circle;
	struct keyset *keys; /* those that can come twice */
	struct ckpt *rows;   /* of the chunk */
	size_t count, room, bytes_max;
	size_t chunks, total, again;
	bool more, cut;
	struct arena *arena; /* of the chunk */
};

static void
note_cursor(struct scan *scan, struct sqlite_query *query)
{
	struct cursor *cursor = &scan->cursor;

	cursor->set = true;
	if (scan->table->order == SQLITE_BY_ROWID)
		cursor->rowid = sqlite_column_integer(query, SQLITE_CURSOR_COLUMN);
	for (int i = 0; i < scan->table->key_count; i++) {
		int column = SQLITE_CURSOR_COLUMN + i;

		cursor->storage[i] = sqlite_column_storage(query, column);
		str_clear(&cursor->text[i]);
		str_add_span(&cursor->text[i], sqlite_column(query, column));
	}
}

static void
bind_chunk(const struct scan *scan, struct sqlite_query *query, size_t rows)
{
	const struct cursor *cursor = &scan->cursor;

	sqlite_bind_integer(query, 1, (int64_t)rows);
	if (!cursor->set)
		return;
	if (scan->table->order == SQLITE_BY_ROWID)
		sqlite_bind_integer(query, 2, cursor->rowid);
	for (int i = 0; i < scan->table->key_count; i++)
		sqlite_bind_stored(
			query, 2 + i, str_span(&cursor->text[i]), cursor->storage[i]);
}

static bool
cursor_equal(const struct scan *scan, const struct cursor *a, const struct cursor *b)
{
	if (scan->table->order == SQLITE_BY_ROWID)
		return a->rowid == b->rowid;
	for (int i = 0; i < scan->table->key_count; i++)
		if (a->storage[i] != b->storage[i] ||
			!span_equal(str_span(&a->text[i]), str_span(&b->text[i])))
			return false;
	return true;
}

static void
cursor_keep(const struct scan *scan, struct cursor *kept, const struct cursor *cursor)
{
	kept->rowid = cursor->rowid;
	for (int i = 0; i < scan->table->key_count; i++) {
		kept->storage[i] = cursor->storage[i];
		str_clear(&kept->text[i]);
		str_add_span(&kept->text[i], str_span(&cursor->text[i]));
	}
}

static void
cursor_free(struct cursor *cursor)
{
	for (int i = 0; i < SQLITE_KEY_COLUMNS; i++)
		str_free(&cursor->text[i]);
}

/* Asked before another chunk is read behind the cursor: else it may never end. */
static int
check_advance(struct scan *scan, struct err *err)
{
	struct circle *circle = &scan->circle;

	if (circle->chunk > 0 && cursor_equal(scan, &circle->cursor, &scan->cursor))
		return err_set(err, ERR_DAMAGED,
			"%s: the database is malformed (the rows of %s lead back to "
			"where they began); see what is wrong with `sqlite3 '%s' "
			"'PRAGMA integrity_check'`",
			scan->sqlite->file.path, scan->table->layout.table,
			scan->sqlite->file.path);
	if (scan->chunks >= 2 * circle->chunk) {
		circle->chunk = scan->chunks;
		cursor_keep(scan, &circle->cursor, &scan->cursor);
	}
	return 0;
}

static struct ckpt *
take_row(struct scan *scan, struct sqlite_query *query)
{
	struct ckpt *row = &scan->rows[scan->count++];

	sqlite_table_row(scan->table, query, scan->arena, row);
	note_cursor(scan, query);
	/* In an index that is unique NULL comes as often as it likes. */
	if ((!scan->table->unique || scan->table->loose ||
		    sqlite_is_nameless(row->key)) &&
		keyset_add(scan->keys, row->key)) {
		row->flags |= CKPT_KEY_REPEATED;
		scan->again++;
	}
	return row;
}

/*
 * A row of which SQLite will not hand out everything: asks for its key alone, or where
 * even that is too long for nothing but its place, and goes on behind it.
 */
static int
take_big_row(struct scan *scan, struct err *err)
{
	static const enum sqlite_detail details[] = { SQLITE_KEY_ONLY,
		SQLITE_CURSOR_ONLY };
	struct sqlite_db *db = scan->sqlite->file.db;
	struct sqlite_query *query;
	int status = -1;

	for (int i = 0; i < 2 && status < 0; i++) {
		const char *sql = sqlite_table_chunk_sql(
			scan->table, !scan->cursor.set, details[i]);

		err_clear(err);
		if (sqlite_query_new(&query, db, sql, err) != 0)
			return -1;
		bind_chunk(scan, query, 1);
		status = sqlite_query_step(query, err);
		if (status == 1)
			take_row(scan, query)->damage = SPAN("row of more than 4 MB");
		sqlite_query_free(query);
		if (status < 0 && sqlite_db_trouble(db) != SQLITE_TROUBLE_TOO_BIG)
			return -1;
	}
	/* It may be gone by now. */
	scan->more = true;
	return status < 0 ? -1 : 0;
}

static int
read_chunk(struct scan *scan, struct err *err)
{
	struct sqlite_store *sqlite = scan->sqlite;
	struct sqlite_query *query = scan->cursor.set ? sqlite->next : sqlite->first;
	struct err failure = { 0 };
	int status;

	scan->count = 0;
	scan->more = false;
	/* One row more than there is room for tells whether there are more. */
	bind_chunk(scan, query, scan->room + 1);
	while (!scan->more && (status = sqlite_query_step(query, &failure)) == 1) {
		if (scan->count < scan->room)
			take_row(scan, query);
		else
			scan->more = true;
		if (arena_size(scan->arena) > scan->bytes_max)
			scan->more = true;
	}
	sqlite_query_reset(query);
	if (status >= 0)
		return 0;
	if (sqlite_db_trouble(sqlite->file.db) != SQLITE_TROUBLE_TOO_BIG ||
		sqlite_table_cursor_size(scan->table) == 0)
		return err_set(err, failure.kind, "%s", failure.text);
	if (scan->count < scan->room)
		return take_big_row(scan, err);
	scan->more = true;
	return 0;
}

/* Hands the rows out, after a look whether they may be believed. */
static int
deliver(struct scan *scan, struct err *err)
{
	if (sqlite_store_verify(scan->sqlite, err) != 0)
		return -1;
	for (size_t i = 0; i < scan->count; i++)
		scan->row(scan->arg, &scan->rows[i]);
	scan->total += scan->count;
	scan->chunks++;
	return 0;
}

static int
scan_chunks(struct scan *scan, struct err *err)
{
	struct store *store = &scan->sqlite->store;
	int status;

	do {
		scan->arena = arena_new();
		status = read_chunk(scan, err);
		if (status != 0)
			sqlite_store_failed(scan->sqlite);
		else
			status = deliver(scan, err);
		arena_free(scan->arena);
		if (status != 0 || store_must_stop(store, err))
			return -1;
		store_extend(store);
		if (scan->more && sqlite_table_cursor_size(scan->table) == 0) {
			scan->cut = true;
			return 0;
		}
		if (scan->more && check_advance(scan, err) != 0)
			return -1;
	} while (scan->more);
	return 0;
}

static int
run_scan(struct scan *scan, bool *steady, struct err *err)
{
	struct sqlite_store *sqlite = scan->sqlite;
	int64_t before = 0, after = 0;

	if (!sqlite->quiet && sqlite_store_version(sqlite, &before, err) != 0)
		return -1;
	sqlite->seen = false;
	if (scan_chunks(scan, err) != 0)
		return -1;
	if (!sqlite->quiet && sqlite_store_version(sqlite, &after, err) != 0)
		return -1;
	/* One statement sees one moment, and files that did not move one as well. */
	*steady = !scan->cut && (scan->chunks == 1 || before == after);
	sqlite->seen = *steady;
	sqlite->seen_version = before;
	sqlite->seen_files = sqlite->file.files;
	sqlite->scanned = true;
	sqlite->rows = scan->total;
	sqlite->again = scan->again;
	sqlite->cut = scan->cut;
	sqlite_store_set_facts(sqlite);
	return 0;
}

static int
scan_once(struct sqlite_store *sqlite, store_row_fn *row, void *arg, bool *steady,
	size_t *delivered, struct err *err)
{
	struct scan scan = { .sqlite = sqlite, .row = row, .arg = arg };
	bool at_once;
	int status;

	if (sqlite_store_connect(sqlite, err) != 0)
		return -1;
	at_once = sqlite->table->order == SQLITE_AT_ONCE;
	scan.table = sqlite->table;
	scan.room = at_once ? AT_ONCE_ROWS : CHUNK_ROWS;
	scan.bytes_max = at_once ? AT_ONCE_BYTES : CHUNK_BYTES;
	scan.rows = mem_new(scan.room + 1, sizeof(*scan.rows));
	scan.keys = keyset_new();
	status = run_scan(&scan, steady, err);
	*delivered = scan.total;
	cursor_free(&scan.cursor);
	cursor_free(&scan.circle.cursor);
	keyset_free(scan.keys);
	free(scan.rows);
	return status;
}

int
sqlite_store_scan(
	struct store *store, store_row_fn *row, void *arg, bool *steady, struct err *err)
{
	struct sqlite_store *sqlite = (struct sqlite_store *)store;
	struct err moved = { 0 };
	size_t delivered = 0, again = 0;

	*steady = false;
	if (scan_once(sqlite, row, arg, steady, &delivered, &moved) == 0)
		return 0;
	/* Somebody opened a database that nobody had open: now there are locks. */
	if (!sqlite->quiet || sqlite->file.db != NULL || store_must_stop(store, NULL))
		return err_set(err, moved.kind, "%s", moved.text);
	if (scan_once(sqlite, row, arg, steady, &again, err) != 0)
		return -1;
	/* What was delivered before they came may be gone by now. */
	if (delivered > 0)
		*steady = sqlite->seen = false;
	return 0;
}
