/* SPDX-License-Identifier: MIT
 *
 * Reading all rows, or those that changed, without hurting the writers: a snapshot that
 * is held keeps the server from cleaning up behind them, so a table is read in ranges of
 * pages, each in a transaction of its own. While the rows of one are handed out the
 * server looks for those of the next, and holds its snapshot no longer than that takes.
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
 * moment, and where some are missing all are read. Numbers of transactions go round: a
 * row so old that its own is of the round before (it is frozen then) has no age, or seems
 * to be new and comes once more, which does no harm.
 *
 * What can change without a transaction that wrote rows (partitions that are put in the
 * place of others, say) is found because all are read again every now and then.
 */
#include "store/postgresql/scan_statement.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* How many pages (8 kB most often) of the table, or of each partition, a range has. */
#define PAGES_PER_RANGE 512
/* All rows are read again no sooner than this, and no more often than that it takes so
 * small a part of the time. */
#define RECONCILE_LEAST MINUTE
#define RECONCILE_PART	20
/* Of a view, which is computed anew for every look. */
#define VIEW_ROWS 100000
/* Of one statement, in memory. */
#define BYTES_MAX ((size_t)256 << 20)
/* The same of a range, which could be smaller. */
#define RANGE_BYTES_MAX ((size_t)32 << 20)

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

/* What can be read in one statement alone: a view, a table in which a key may have
 * several rows, which moving rows would look like, and one of which this role may not
 * read the columns of the system. */
static bool
is_at_once(const struct pg_table *table)
{
	return table->order == PG_AT_ONCE || !table->unique || table->unread != NULL;
}

/* A view up to a limit. */
static int
scan_at_once(struct scan *scan, bool *steady, struct err *err)
{
	struct pg_store *pg = scan->pg;
	bool is_view = pg->table->order == PG_AT_ONCE;
	struct str sql = { 0 };
	int status;

	scan_add_select(&sql, scan, PG_PRINTED);
	if (is_view) {
		str_addf(&sql, " LIMIT %d", VIEW_ROWS + 1);
		scan->rows_max = VIEW_ROWS;
	}
	status = scan_run(scan, str_text(&sql), NULL, 0, scan_take_row, err);
	str_free(&sql);
	if (status != 0)
		return -1;
	pg->cut = scan->is_too_much;
	if (scan_walk(scan, SCAN_NOTED | SCAN_ONE_MOMENT | SCAN_DELIVERED, err) != 0)
		return -1;
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
	if (cells[1].at != NULL)
		scan->pg->store.rows_expected = strtoull(cells[1].at, NULL, 10);
}

/* Of the largest of all tables that hold its rows, and how many the server thinks that
 * there are in all: not more than any page can hold. */
static const char pages_sql[] =
	"WITH RECURSIVE family (oid) AS (SELECT $1::pg_catalog.oid UNION "
	"SELECT i.inhrelid FROM family JOIN pg_catalog.pg_inherits i "
	"ON i.inhparent = family.oid) "
	"SELECT max(pg_catalog.pg_relation_size(c.oid)) / "
	"pg_catalog.current_setting('block_size')::pg_catalog.int8, "
	"sum(least(greatest(c.reltuples, 0), pg_catalog.pg_relation_size(c.oid) / 32) "
	") FILTER (WHERE c.relkind <> 'p')::pg_catalog.int8 "
	"FROM family JOIN pg_catalog.pg_class c ON c.oid = family.oid";

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

/* Asks for a range of pages; the last one has no end. */
static int
begin_range(struct scan *scan, struct err *err)
{
	enum pg_form form = pg_cells_are_copied(scan->pg->table) ? PG_COPIED : PG_PRINTED;
	int64_t end = scan->page + scan->step;
	struct str sql = { 0 };
	int status;

	scan->is_last = end >= scan->pages;
	scan->bytes_max = scan->step > 1 ? RANGE_BYTES_MAX : BYTES_MAX;
	scan_add_select(&sql, scan, form);
	str_addf(
		&sql, " WHERE ctid >= '(%lld,0)'::pg_catalog.tid", (long long)scan->page);
	if (!scan->is_last)
		str_addf(&sql, " AND ctid < '(%lld,0)'::pg_catalog.tid", (long long)end);
	status = form == PG_COPIED
			 ? scan_begin_copy(scan, str_text(&sql), err)
			 : scan_begin(scan, str_text(&sql), NULL, 0, scan_take_row, err);
	str_free(&sql);
	return status;
}

/* Where a range holds too much to be kept at once, ranges have half as many pages from
 * then on. */
static int
end_range(struct scan *scan, struct err *err)
{
	for (;;) {
		if (scan_end(scan, err) != 0)
			return -1;
		if (!scan->is_too_much)
			return 0;
		if (scan->step == 1)
			break;
		scan->step /= 2;
		/* The last may be no longer the last. */
		if (begin_range(scan, err) != 0)
			return -1;
	}
	return err_set(err, ERR_DAMAGED,
		"%s: a page of %s holds more than %d MB; its rows are too large to be "
		"checkpoints",
		pg_link_place(scan->pg->link), scan->pg->table->layout.table,
		(int)(BYTES_MAX >> 20));
}

/* Before the cells of a row there is a number, which only the row of the count has. */
static void
take_changed(void *arg, const struct span *cells, int count)
{
	struct scan *scan = arg;

	if (cells[0].at != NULL)
		scan->counted = strtoull(cells[0].at, NULL, 10);
	else
		scan_take_row(arg, cells + 1, count - 1);
}

/* Which rows are younger than the snapshot, $1: the 32 bits of it that rows bear. */
#define IS_YOUNGER "pg_catalog.age(xmin) <= (SELECT pg_catalog.age($1::pg_catalog.xid))"

/* The row of the count. */
static void
add_count(struct str *sql, const struct scan *scan, const char *count, const char *from)
{
	str_addf(sql, "SELECT %s", count);
	for (int i = 0; i < scan->cells.count; i++)
		str_add(sql, ", NULL");
	if (from != NULL)
		str_addf(sql, " FROM %s", from);
	else
		scan_add_from(sql, scan);
}

/* Two walks over the table: a place is one of a partition, and several have it. */
static void
add_changes_of_partitions(struct str *sql, struct scan *scan)
{
	str_add(sql, "SELECT NULL::pg_catalog.int8, ");
	scan_add_cells(sql, scan, PG_PRINTED);
	scan_add_from(sql, scan);
	str_add(sql, " WHERE " IS_YOUNGER " UNION ALL ");
	add_count(sql, scan, "count(*)", NULL);
}

/* One that counts and finds the places, where the rows are then. */
static void
add_changes(struct str *sql, struct scan *scan)
{
	str_add(sql, "WITH seen AS MATERIALIZED (SELECT count(*) AS n, array_agg(ctid) "
		     "FILTER (WHERE " IS_YOUNGER ") AS places");
	scan_add_from(sql, scan);
	str_add(sql, ") SELECT NULL::pg_catalog.int8, ");
	scan_add_cells(sql, scan, PG_PRINTED);
	scan_add_from(sql, scan);
	str_add(sql, " WHERE ctid = ANY ((SELECT places FROM seen)::pg_catalog.tid[]) "
		     "UNION ALL ");
	add_count(sql, scan, "n", "seen");
}

/* Brings what became visible since the snapshot that is known. *whole: the keys that are
 * known are all that there are. */
static int
scan_since(struct scan *scan, bool *whole, struct err *err)
{
	struct pg_store *pg = scan->pg;
	struct str sql = { 0 };
	char oldest[16];
	struct span parameter;
	int status;

	snprintf(oldest, sizeof(oldest), "%u",
		(unsigned)strtoull(str_text(&pg->snapshot), NULL, 10));
	parameter = span_of(oldest);
	if (strcmp(pg->table->kind, "partitioned table") == 0)
		add_changes_of_partitions(&sql, scan);
	else
		add_changes(&sql, scan);
	status = scan_run(scan, str_text(&sql), &parameter, 1, take_changed, err);
	str_free(&sql);
	if (status != 0)
		return -1;
	if (!scan->is_too_much && scan_walk(scan, SCAN_NOTED, err) != 0)
		return -1;
	*whole = !scan->is_too_much && scan->counted == pg->rows + pg->again;
	return 0;
}

static int
scan_ranges(struct scan *scan, bool *steady, struct err *err)
{
	struct pg_store *pg = scan->pg;
	struct str before = { 0 };
	bool is_one = false, whole = true;
	int status;

	if (read_pages(scan, err) != 0 || pg_store_snapshot(pg, &before, err) != 0)
		return -1;
	keyset_reserve(pg->keys, pg->store.rows_expected);
	scan->page = 0;
	scan->step = PAGES_PER_RANGE;
	status = begin_range(scan, err);
	for (bool is_last = false; status == 0 && !is_last;) {
		status = end_range(scan, err);
		is_last = scan->is_last;
		is_one = scan->page == 0 && is_last;
		scan->page += scan->step;
		/* The server looks for the next ones while these are handed out. */
		if (status == 0 && !is_last)
			status = begin_range(scan, err);
		if (status != 0)
			break;
		status = scan_walk(scan,
			SCAN_NOTED | SCAN_DELIVERED | (is_one ? SCAN_ONE_MOMENT : 0),
			err);
	}
	if (status != 0)
		goto out;
	str_add_span(&pg->snapshot, str_span(&before));
	*steady = true;
	if (is_one || span_equal(str_span(&before), str_span(&scan->snapshot)))
		goto out;
	scan->bytes_max = BYTES_MAX;
	status = scan_since(scan, &whole, err);
	if (status == 0)
		status = scan_walk(scan, SCAN_DELIVERED, err);
	if (status == 0) {
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
	bool at_once = is_at_once(pg->table);
	int64_t started = clock_monotonic(), took, pause;
	int status;

	begin_whole(pg);
	status = (at_once ? scan_at_once : scan_ranges)(scan, steady, err);
	if (status != 0)
		forget(pg);
	took = clock_monotonic() - started;
	pause = took * RECONCILE_PART;
	pg->reconcile_at =
		started + took + (pause > RECONCILE_LEAST ? pause : RECONCILE_LEAST);
	pg->scanned = status == 0;
	return status;
}

static void
end_scan(struct scan *scan)
{
	pg_rows_free(&scan->rows);
	str_free(&scan->snapshot);
	if (scan->pg->link != NULL)
		pg_store_set_facts(scan->pg);
}

int
pg_store_scan(
	struct store *store, store_row_fn *row, void *arg, bool *steady, struct err *err)
{
	struct pg_store *pg = (struct pg_store *)store;
	struct scan scan = { .pg = pg,
		.row = row,
		.arg = arg,
		.bytes_max = BYTES_MAX,
		.rows_max = SIZE_MAX };
	int status = -1;

	*steady = false;
	if (pg_store_connect(pg, err) == 0)
		status = scan_whole(&scan, steady, err);
	end_scan(&scan);
	return status;
}

/* --- what changed --- */

/* Whether what has changed can be told without reading everything. Which of the dates of
 * a dated table is the newest changes without a change of its row. */
static bool
knows_changes(const struct pg_store *pg)
{
	return pg->keys != NULL && pg->snapshot.len > 0 && !is_at_once(pg->table) &&
	       !pg->table->layout.dated && clock_monotonic() < pg->reconcile_at;
}

int
pg_store_scan_changes(struct store *store, store_row_fn *row, void *arg, bool *whole,
	bool *steady, struct err *err)
{
	struct pg_store *pg = (struct pg_store *)store;
	struct scan scan = { .pg = pg,
		.row = row,
		.arg = arg,
		.bytes_max = BYTES_MAX,
		.rows_max = SIZE_MAX };
	bool is_complete = false;
	int status = -1;

	*whole = true;
	*steady = false;
	if (pg_store_connect(pg, err) != 0)
		goto out;
	if (!knows_changes(pg)) {
		status = scan_whole(&scan, steady, err);
		goto out;
	}
	status = scan_since(&scan, &is_complete, err);
	if (status != 0)
		goto out;
	if (!is_complete) {
		status = scan_whole(&scan, steady, err);
		goto out;
	}
	status = scan_walk(&scan, SCAN_DELIVERED, err);
	if (status != 0)
		goto out;
	str_clear(&pg->snapshot);
	str_add_span(&pg->snapshot, str_span(&scan.snapshot));
	*whole = false;
	*steady = true;
out:
	end_scan(&scan);
	return status;
}
