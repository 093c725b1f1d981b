/* SPDX-License-Identifier: MIT
 *
 * Reading all rows, or those that changed, without hurting the writers: a snapshot that
 * is held keeps the server from cleaning up behind them, so a table is read in ranges of
 * pages, each in a transaction of its own that has ended before its rows are delivered.
 *
 * A row that is updated meanwhile may move from a range that is still to come to one that
 * was read. Its new version is then younger than the snapshot from before the first
 * range, and a last statement, which sees one moment, brings all that are.
 *
 * The same statement is how changes are found later. What was under way when a snapshot
 * was taken is younger than the oldest transaction of that time, whatever the clock says
 * and however long it takes to commit; that a snapshot lists what is under way is of no
 * use here, because it does not list the subtransactions, whose ids the rows bear. What
 * was deleted has no version that could be found: the rows are counted in the same
 * moment, and where some are missing all are read.
 */
#include "store/pg_store.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/mem.h"

/* How many pages (8 kB most often) of the table, or of each partition, a range has. */
#define PAGES_PER_RANGE 2048
/* Of a view, which is computed anew for every look. */
#define VIEW_ROWS 100000
/* Of one statement, in memory. */
#define BYTES_MAX (256 << 20)

struct scan {
	struct pg_store *pg;
	store_row_fn *row;
	void *arg;
	struct arena *arena; /* of the statement */
	struct ckpt *rows;
	size_t count, room;
	size_t counted; /* by the server, of all rows */
	int64_t pages;
	bool is_too_much;
	struct str snapshot; /* of the statement */
};

/* --- what a statement brings --- */

static void
take_row(void *arg, const struct span *cells, int count)
{
	struct scan *scan = arg;

	if (count < PG_ROW_CELLS || scan->is_too_much)
		return;
	scan->is_too_much = arena_size(scan->arena) > BYTES_MAX;
	if (scan->count == scan->room) {
		scan->room = 2 * scan->room + 256;
		scan->rows = mem_resize(scan->rows, scan->room, sizeof(*scan->rows));
	}
	pg_table_row(scan->pg->table, cells, scan->arena, &scan->rows[scan->count++]);
}

static void
take_count(void *arg, const struct span *cells, int count)
{
	struct scan *scan = arg;

	(void)count;
	scan->counted = strtoull(cells[0].at, NULL, 10);
}

static void
take_snapshot(void *arg, const struct span *cells, int count)
{
	struct str *snapshot = arg;

	(void)count;
	str_clear(snapshot);
	str_add_span(snapshot, cells[0]);
}

static const char snapshot_sql[] = "SELECT pg_catalog.pg_current_snapshot()";

int
pg_store_snapshot(struct pg_store *pg, struct str *out, struct err *err)
{
	const struct pg_query query = {
		.sql = snapshot_sql, .row = take_snapshot, .arg = out
	};

	return pg_store_read(pg, PG_OURS, &query, 1, err);
}

/* Runs one statement that brings rows, and `more` beside it, which may be NULL. */
static int
run_statement(struct scan *scan, const char *sql, const struct span *parameters,
	size_t count, const struct pg_query *more, struct err *err)
{
	struct pg_query queries[3] = {
		{ .sql = snapshot_sql, .row = take_snapshot, .arg = &scan->snapshot },
		{ .sql = sql,
			.parameters = parameters,
			.count = count,
			.row = take_row,
			.arg = scan },
	};
	size_t queries_count = 2;

	if (more != NULL)
		queries[queries_count++] = *more;
	scan->count = 0;
	scan->is_too_much = false;
	scan->arena = arena_new();
	if (pg_store_read(scan->pg, pg_table_author(scan->pg->table), queries,
		    queries_count, err) == 0)
		return 0;
	arena_free(scan->arena);
	scan->arena = NULL;
	return -1;
}

/* Remembers the keys of the statement's rows. A key that comes again within one moment
 * has several rows; over several it may be one that has moved. */
static void
note_keys(struct scan *scan, bool one_moment)
{
	struct pg_store *pg = scan->pg;

	for (size_t i = 0; i < scan->count; i++) {
		if (!keyset_add(pg->keys, scan->rows[i].key)) {
			pg->rows++;
		} else if (one_moment) {
			scan->rows[i].flags |= CKPT_KEY_REPEATED;
			pg->again++;
		}
	}
}

/* Hands the rows out, and ends them. */
static void
deliver(struct scan *scan)
{
	for (size_t i = 0; i < scan->count; i++)
		scan->row(scan->arg, &scan->rows[i]);
	arena_free(scan->arena);
	scan->arena = NULL;
	store_extend(&scan->pg->store);
}

/* --- all rows --- */

static void
forget(struct pg_store *pg)
{
	keyset_free(pg->keys);
	pg->keys = NULL;
	str_clear(&pg->snapshot);
}

static void
begin_whole(struct pg_store *pg)
{
	forget(pg);
	pg->keys = keyset_new();
	pg->rows = pg->again = 0;
	pg->cut = false;
}

/* What can be read in one statement alone: a view, up to a limit, and a table in which a
 * key may have several rows, which moving rows would look like. */
static int
scan_at_once(struct scan *scan, bool *steady, struct err *err)
{
	struct pg_store *pg = scan->pg;
	bool is_view = pg->table->order == PG_AT_ONCE;
	struct str sql = { 0 };
	int status;

	pg_table_add_select(&sql, pg->table);
	if (is_view)
		str_addf(&sql, " LIMIT %d", VIEW_ROWS + 1);
	status = run_statement(scan, str_text(&sql), NULL, 0, NULL, err);
	str_free(&sql);
	if (status != 0)
		return -1;
	pg->cut = scan->is_too_much;
	if (is_view && scan->count > VIEW_ROWS) {
		scan->count = VIEW_ROWS;
		pg->cut = true;
	}
	note_keys(scan, true);
	deliver(scan);
	str_add_span(&pg->snapshot, str_span(&scan->snapshot));
	*steady = !pg->cut;
	return 0;
}

static void
take_pages(void *arg, const struct span *cells, int count)
{
	struct scan *scan = arg;

	(void)count;
	if (cells[0].at != NULL)
		scan->pages = strtoll(cells[0].at, NULL, 10);
}

/* Of the largest of all tables that hold its rows. */
static const char pages_sql[] =
	"WITH RECURSIVE family (oid) AS (SELECT $1::pg_catalog.oid UNION "
	"SELECT i.inhrelid FROM family JOIN pg_catalog.pg_inherits i "
	"ON i.inhparent = family.oid) "
	"SELECT max(pg_catalog.pg_relation_size(oid)) / "
	"pg_catalog.current_setting('block_size')::pg_catalog.int8 FROM family";

static int
read_pages(struct scan *scan, struct err *err)
{
	const struct span oid = span_of(scan->pg->table->oid);
	const struct pg_query query = { .sql = pages_sql,
		.parameters = &oid,
		.count = 1,
		.row = take_pages,
		.arg = scan };

	return pg_store_read(scan->pg, PG_OURS, &query, 1, err);
}

/* One range of pages, the last one without an end. */
static int
scan_range(struct scan *scan, int64_t first, bool is_last, struct err *err)
{
	char from[32], to[32];
	struct span bounds[2];
	struct str sql = { 0 };
	int status;

	snprintf(from, sizeof(from), "(%lld,0)", (long long)first);
	snprintf(to, sizeof(to), "(%lld,0)", (long long)(first + PAGES_PER_RANGE));
	bounds[0] = span_of(from);
	bounds[1] = span_of(to);
	pg_table_add_select(&sql, scan->pg->table);
	str_add(&sql, " WHERE ctid >= $1::pg_catalog.tid");
	if (!is_last)
		str_add(&sql, " AND ctid < $2::pg_catalog.tid");
	status = run_statement(scan, str_text(&sql), bounds, is_last ? 1 : 2, NULL, err);
	str_free(&sql);
	if (status != 0)
		return -1;
	if (scan->is_too_much) {
		arena_free(scan->arena);
		scan->arena = NULL;
		return err_set(err, ERR_DAMAGED,
			"%s: %d pages of %s hold more than %d MB; its rows are too large "
			"to be checkpoints",
			pg_link_place(scan->pg->link), PAGES_PER_RANGE,
			scan->pg->table->layout.table, BYTES_MAX >> 20);
	}
	return 0;
}

/* Brings what became visible since the snapshot that is known. *whole: the keys that are
 * known are all that there are. */
static int
scan_since(struct scan *scan, bool *whole, struct err *err)
{
	struct pg_store *pg = scan->pg;
	struct str sql = { 0 }, count_sql = { 0 };
	struct pg_query count = { .row = take_count, .arg = scan };
	char oldest[16];
	struct span parameter;
	int status;

	/* The 32 bits of it that rows bear. */
	snprintf(oldest, sizeof(oldest), "%u",
		(unsigned)strtoull(str_text(&pg->snapshot), NULL, 10));
	parameter = span_of(oldest);
	pg_table_add_select(&sql, pg->table);
	str_add(&sql,
		" WHERE pg_catalog.age(xmin) <= pg_catalog.age($1::pg_catalog.xid)");
	str_add(&count_sql, "SELECT count(*) FROM ");
	pg_table_add_name(&count_sql, pg->table);
	count.sql = str_text(&count_sql);
	status = run_statement(scan, str_text(&sql), &parameter, 1, &count, err);
	str_free(&count_sql);
	str_free(&sql);
	if (status != 0)
		return -1;
	if (!scan->is_too_much)
		note_keys(scan, false);
	*whole = !scan->is_too_much && scan->counted == pg->rows + pg->again;
	return 0;
}

static int
scan_ranges(struct scan *scan, bool *steady, struct err *err)
{
	struct pg_store *pg = scan->pg;
	struct str before = { 0 };
	bool is_one, whole = true;
	int status;

	if (read_pages(scan, err) != 0 || pg_store_snapshot(pg, &before, err) != 0)
		return -1;
	is_one = scan->pages <= PAGES_PER_RANGE;
	for (int64_t page = 0; page == 0 || page < scan->pages; page += PAGES_PER_RANGE) {
		status = scan_range(
			scan, page, page + PAGES_PER_RANGE >= scan->pages, err);
		if (status != 0)
			goto out;
		note_keys(scan, is_one);
		deliver(scan);
	}
	str_add_span(&pg->snapshot, str_span(&before));
	status = 0;
	*steady = true;
	if (is_one || span_equal(str_span(&before), str_span(&scan->snapshot)))
		goto out;
	status = scan_since(scan, &whole, err);
	if (status == 0) {
		deliver(scan);
		str_clear(&pg->snapshot);
		/* Where one was removed behind us the next look begins anew. */
		if (whole)
			str_add_span(&pg->snapshot, str_span(&scan->snapshot));
	}
out:
	str_free(&before);
	return status;
}

static int
scan_whole(struct scan *scan, bool *steady, struct err *err)
{
	struct pg_store *pg = scan->pg;
	bool at_once = pg->table->order == PG_AT_ONCE || !pg->table->unique;
	int status;

	begin_whole(pg);
	status = (at_once ? scan_at_once : scan_ranges)(scan, steady, err);
	if (status != 0)
		forget(pg);
	pg->scanned = status == 0;
	return status;
}

static void
end_scan(struct scan *scan)
{
	if (scan->arena != NULL)
		arena_free(scan->arena);
	free(scan->rows);
	str_free(&scan->snapshot);
	if (scan->pg->link != NULL)
		pg_store_set_facts(scan->pg);
}

int
pg_store_scan(
	struct store *store, store_row_fn *row, void *arg, bool *steady, struct err *err)
{
	struct pg_store *pg = (struct pg_store *)store;
	struct scan scan = { .pg = pg, .row = row, .arg = arg };
	int status = -1;

	*steady = false;
	if (pg_store_connect(pg, err) == 0)
		status = scan_whole(&scan, steady, err);
	end_scan(&scan);
	return status;
}

/* --- what changed --- */

int
pg_store_scan_changes(struct store *store, store_row_fn *row, void *arg, bool *whole,
	bool *steady, struct err *err)
{
	struct pg_store *pg = (struct pg_store *)store;
	struct scan scan = { .pg = pg, .row = row, .arg = arg };
	bool is_complete = false;
	int status = -1;

	*whole = true;
	*steady = false;
	if (pg_store_connect(pg, err) != 0)
		goto out;
	if (pg->keys == NULL || pg->snapshot.len == 0 || !pg->table->unique ||
		pg->table->order == PG_AT_ONCE) {
		status = scan_whole(&scan, steady, err);
		goto out;
	}
	status = scan_since(&scan, &is_complete, err);
	if (status != 0)
		goto out;
	if (!is_complete) {
		arena_free(scan.arena);
		scan.arena = NULL;
		status = scan_whole(&scan, steady, err);
		goto out;
	}
	deliver(&scan);
	str_clear(&pg->snapshot);
	str_add_span(&pg->snapshot, str_span(&scan.snapshot));
	*whole = false;
	*steady = true;
out:
	end_scan(&scan);
	return status;
}
