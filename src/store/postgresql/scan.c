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
#include "store/postgresql/store.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "store/postgresql/rows.h"

/* How many pages (8 kB most often) of the table, or of each partition, a range has. */
#define PAGES_PER_RANGE 512
/* All rows are read again no sooner than this, and no more often than that it takes so
 * small a part of the time. */
#define RECONCILE_LEAST MINUTE
#define RECONCILE_PART	20
/* How many rows are read before they are handed out. */
#define ROWS_AHEAD 16
/* Of a view, which is computed anew for every look. */
#define VIEW_ROWS 100000
/* Of one statement, in memory. */
#define BYTES_MAX ((size_t)256 << 20)
/* The same of a range, which could be smaller. */
#define RANGE_BYTES_MAX ((size_t)32 << 20)

struct scan {
	struct pg_store *pg;
	store_row_fn *row;
	void *arg;
	struct pg_query queries[3];
	size_t query_count;
	struct pg_cells cells;	   /* of the statement */
	struct pg_rows rows;	   /* the same */
	size_t counted;		   /* by the server, of all rows */
	int64_t pages, page, step; /* of the table, the first and the number of a range */
	bool is_last;		   /* the range */
	size_t bytes_max;
	bool is_too_much;
	struct str snapshot; /* of the statement */
};

/* --- what a statement brings --- */

static void
take_row(void *arg, const struct span *cells, int count)
{
	struct scan *scan = arg;

	if (count < scan->cells.count || scan->is_too_much)
		return;
	scan->is_too_much = scan->rows.used > scan->bytes_max;
	pg_rows_add(&scan->rows, cells, scan->cells.count);
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

static void
add_select(struct str *sql, struct scan *scan)
{
	const struct pg_documents documents = { .wanted =
							scan->pg->store.config->wanted };

	pg_table_add_few(sql, &scan->cells, scan->pg->table, &documents);
}

static int
fail(struct scan *scan, struct err *err)
{
	err_prefix(err, "%s", pg_link_place(scan->pg->link));
	return pg_store_failed(scan->pg);
}

/* Asks for the rows of one statement, and for `more` beside it, which may be NULL. */
static int
begin_statement(struct scan *scan, const char *sql, const struct span *parameters,
	size_t count, const struct pg_query *more, struct err *err)
{
	struct pg_store *pg = scan->pg;

	scan->query_count = 0;
	scan->queries[scan->query_count++] = (struct pg_query){
		.sql = snapshot_sql, .row = take_snapshot, .arg = &scan->snapshot
	};
	scan->queries[scan->query_count++] = (struct pg_query){ .sql = sql,
		.parameters = parameters,
		.count = count,
		.row = take_row,
		.arg = scan };
	if (more != NULL)
		scan->queries[scan->query_count++] = *more;
	if (pg_read_begin(pg->link, pg_table_author(pg->table), scan->queries,
		    scan->query_count, pg_store_time_left(pg), err) != 0)
		return fail(scan, err);
	return 0;
}

static int
end_statement(struct scan *scan, struct err *err)
{
	struct pg_store *pg = scan->pg;

	pg_rows_clear(&scan->rows);
	scan->is_too_much = false;
	if (pg_read_end(pg->link, scan->queries, scan->query_count, err) == 0) {
		pg->store.clock_ahead = pg_link_ahead(pg->link);
		return 0;
	}
	return fail(scan, err);
}

static int
run_statement(struct scan *scan, const char *sql, const struct span *parameters,
	size_t count, const struct pg_query *more, struct err *err)
{
	if (begin_statement(scan, sql, parameters, count, more, err) != 0)
		return -1;
	return end_statement(scan, err);
}

/* What becomes of the rows of a statement. */
enum fate {
	NOTED = 1 << 0,	     /* their keys are remembered */
	ONE_MOMENT = 1 << 1, /* and they were there at one moment */
	DELIVERED = 1 << 2,
};

/* One that was read ahead. */
struct ahead {
	struct ckpt row;
	uint64_t expected;
};

/* A key that comes again within one moment has several rows; over several it may be one
 * that has moved. */
static void
note_key(struct pg_store *pg, struct ahead *ahead, bool one_moment)
{
	if (!keyset_add_expected(pg->keys, ahead->expected)) {
		pg->rows++;
	} else if (one_moment) {
		ahead->row.flags |= CKPT_KEY_REPEATED;
		pg->again++;
	}
}

/* Goes over the rows of the statement; where their keys are looked for in memory is told
 * to the processor some rows before. */
static void
walk(struct scan *scan, unsigned fate)
{
	struct pg_store *pg = scan->pg;
	struct ahead rows[ROWS_AHEAD];
	struct span cells[PG_ROW_CELLS];
	struct arena *arena = arena_new();
	size_t place = 0;

	for (size_t i = 0; i < scan->rows.count + ROWS_AHEAD; i++) {
		struct ahead *ahead = &rows[i % ROWS_AHEAD];

		if (i >= ROWS_AHEAD && i - ROWS_AHEAD < scan->rows.count) {
			if (fate & NOTED)
				note_key(pg, ahead, fate & ONE_MOMENT);
			if (fate & DELIVERED)
				scan->row(scan->arg, &ahead->row);
		}
		if (i >= scan->rows.count)
			continue;
		pg_rows_next(&scan->rows, &place, cells, scan->cells.count);
		pg_table_few(pg->table, &scan->cells, cells, arena, &ahead->row);
		if (fate & NOTED)
			ahead->expected = keyset_expect(pg->keys, ahead->row.key);
	}
	arena_free(arena);
	if (fate & DELIVERED) {
		pg_rows_clear(&scan->rows);
		store_extend(&pg->store);
	}
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

	add_select(&sql, scan);
	if (is_view)
		str_addf(&sql, " LIMIT %d", VIEW_ROWS + 1);
	status = run_statement(scan, str_text(&sql), NULL, 0, NULL, err);
	str_free(&sql);
	if (status != 0)
		return -1;
	pg->cut = scan->is_too_much;
	if (is_view && scan->rows.count > VIEW_ROWS) {
		scan->rows.count = VIEW_ROWS;
		pg->cut = true;
	}
	walk(scan, NOTED | ONE_MOMENT | DELIVERED);
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

/* Asks for a range of pages; the last one has no end. */
static int
begin_range(struct scan *scan, struct err *err)
{
	char from[32], to[32];
	struct span bounds[2];
	struct str sql = { 0 };
	int64_t end = scan->page + scan->step;
	int status;

	scan->is_last = end >= scan->pages;
	scan->bytes_max = scan->step > 1 ? RANGE_BYTES_MAX : BYTES_MAX;
	snprintf(from, sizeof(from), "(%lld,0)", (long long)scan->page);
	snprintf(to, sizeof(to), "(%lld,0)", (long long)end);
	bounds[0] = span_of(from);
	bounds[1] = span_of(to);
	add_select(&sql, scan);
	str_add(&sql, " WHERE ctid >= $1::pg_catalog.tid");
	if (!scan->is_last)
		str_add(&sql, " AND ctid < $2::pg_catalog.tid");
	status = begin_statement(
		scan, str_text(&sql), bounds, scan->is_last ? 1 : 2, NULL, err);
	str_free(&sql);
	return status;
}

/* Where a range holds too much to be kept at once, ranges have half as many pages from
 * then on. */
static int
end_range(struct scan *scan, struct err *err)
{
	for (;;) {
		if (end_statement(scan, err) != 0)
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
	add_select(&sql, scan);
	str_add(&sql, " WHERE pg_catalog.age(xmin) <= "
		      "(SELECT pg_catalog.age($1::pg_catalog.xid))");
	str_add(&count_sql, "SELECT count(*) FROM ");
	pg_table_add_name(&count_sql, pg->table);
	count.sql = str_text(&count_sql);
	status = run_statement(scan, str_text(&sql), &parameter, 1, &count, err);
	str_free(&count_sql);
	str_free(&sql);
	if (status != 0)
		return -1;
	if (!scan->is_too_much)
		walk(scan, NOTED);
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
		walk(scan, NOTED | DELIVERED | (is_one ? ONE_MOMENT : 0));
	}
	if (status != 0)
		goto out;
	str_add_span(&pg->snapshot, str_span(&before));
	*steady = true;
	if (is_one || span_equal(str_span(&before), str_span(&scan->snapshot)))
		goto out;
	scan->bytes_max = BYTES_MAX;
	status = scan_since(scan, &whole, err);
	if (status == 0) {
		walk(scan, DELIVERED);
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
	struct scan scan = { .pg = pg, .row = row, .arg = arg, .bytes_max = BYTES_MAX };
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
	return pg->keys != NULL && pg->snapshot.len > 0 && pg->table->unique &&
	       pg->table->order != PG_AT_ONCE && !pg->table->layout.dated &&
	       clock_monotonic() < pg->reconcile_at;
}

int
pg_store_scan_changes(struct store *store, store_row_fn *row, void *arg, bool *whole,
	bool *steady, struct err *err)
{
	struct pg_store *pg = (struct pg_store *)store;
	struct scan scan = { .pg = pg, .row = row, .arg = arg, .bytes_max = BYTES_MAX };
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
	walk(&scan, DELIVERED);
	str_clear(&pg->snapshot);
	str_add_span(&pg->snapshot, str_span(&scan.snapshot));
	*whole = false;
	*steady = true;
out:
	end_scan(&scan);
	return status;
}
