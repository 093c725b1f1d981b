/* SPDX-License-Identifier: MIT */
#include "store/postgresql/scan_statement.h"

#include <string.h>

#include "store/postgresql/blocker.h"

/* How many rows are read before they are handed out. */
#define ROWS_AHEAD 16

/* --- what it brings --- */

void
scan_take_row(void *arg, const struct span *cells, int count)
{
	struct scan *scan = arg;

	if (count < scan->cells.count || scan->is_too_much)
		return;
	scan->is_too_much =
		scan->rows.used > scan->bytes_max || scan->row_count == scan->rows_max;
	if (scan->row_count++ < scan->rows_max)
		pg_rows_add(&scan->rows, cells, scan->cells.count);
}

static void
take_copied(void *arg, struct span bytes)
{
	struct scan *scan = arg;

	if (scan->is_too_much)
		return;
	scan->is_too_much = scan->rows.used > scan->bytes_max;
	pg_rows_take(&scan->rows, bytes);
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

/* --- asking --- */

void
scan_add_cells(struct str *sql, struct scan *scan, enum pg_form form)
{
	const struct pg_documents documents = { .wanted =
							scan->pg->store.config->wanted };

	pg_cells_choose(&scan->cells, sql, form, scan->pg->table, &documents);
}

void
scan_add_from(struct str *sql, const struct scan *scan)
{
	str_add(sql, " FROM ");
	pg_table_add_name(sql, scan->pg->table);
}

void
scan_add_select(struct str *sql, struct scan *scan, enum pg_form form)
{
	str_add(sql, "SELECT ");
	scan_add_cells(sql, scan, form);
	scan_add_from(sql, scan);
}

int
scan_fail(struct scan *scan, struct err *err)
{
	err_prefix(err, "%s", pg_link_place(scan->pg->link));
	return pg_store_failed_to_read(scan->pg, err);
}

int
scan_begin(struct scan *scan, const char *sql, const struct span *parameters,
	size_t count, pg_row_fn *row, struct err *err)
{
	struct pg_store *pg = scan->pg;

	scan->queries[0] = (struct pg_query){
		.sql = snapshot_sql, .row = take_snapshot, .arg = &scan->snapshot
	};
	scan->queries[1] = (struct pg_query){ .sql = sql,
		.parameters = parameters,
		.count = count,
		.row = row,
		.arg = scan };
	if (pg_read_begin(pg->link, pg_table_author(pg->table), scan->queries,
		    SCAN_QUERIES, pg_store_time_left(pg), err) != 0)
		return scan_fail(scan, err);
	return 0;
}

int
scan_begin_copy(struct scan *scan, const char *select, struct err *err)
{
	struct pg_store *pg = scan->pg;

	scan->copy = (struct pg_copy){
		.first = { .sql = snapshot_sql,
			.row = take_snapshot,
			.arg = &scan->snapshot },
		.select = select,
		.bytes = take_copied,
		.arg = scan,
	};
	if (pg_copy_begin(pg->link, &scan->copy, pg_store_time_left(pg), err) != 0)
		return scan_fail(scan, err);
	return 0;
}

int
scan_end(struct scan *scan, struct err *err)
{
	struct pg_store *pg = scan->pg;
	int status;

	pg_rows_clear(&scan->rows);
	scan->row_count = 0;
	scan->is_too_much = false;
	status = scan->cells.form == PG_COPIED
			 ? pg_copy_end(pg->link, &scan->copy, err)
			 : pg_read_end(pg->link, scan->queries, SCAN_QUERIES, err);
	if (status == 0) {
		pg->store.clock_ahead = pg_link_ahead(pg->link);
		return 0;
	}
	return scan_fail(scan, err);
}

int
scan_run(struct scan *scan, const char *sql, const struct span *parameters, size_t count,
	pg_row_fn *row, struct err *err)
{
	if (scan_begin(scan, sql, parameters, count, row, err) != 0)
		return -1;
	return scan_end(scan, err);
}

/* --- handing out --- */

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

static void
hand_over(struct scan *scan, struct ahead *ahead, unsigned fate)
{
	if (fate & SCAN_NOTED)
		note_key(scan->pg, ahead, fate & SCAN_ONE_MOMENT);
	if (fate & SCAN_DELIVERED)
		scan->row(scan->arg, &ahead->row);
}

/* Returns how many rows there are. */
static size_t
hand_over_all(struct scan *scan, unsigned fate, size_t *place, struct arena *arena)
{
	const struct pg_store *pg = scan->pg;
	struct ahead rows[ROWS_AHEAD];
	struct span cells[PG_ROW_CELLS];
	size_t count = 0;

	while (pg_rows_next(&scan->rows, place, cells, scan->cells.count)) {
		struct ahead *ahead = &rows[count % ROWS_AHEAD];

		if (count++ >= ROWS_AHEAD)
			hand_over(scan, ahead, fate);
		pg_cells_read(pg->table, &scan->cells, cells, arena, &ahead->row);
		if (fate & SCAN_NOTED)
			ahead->expected = keyset_expect(pg->keys, ahead->row.key);
	}
	for (size_t i = count > ROWS_AHEAD ? count - ROWS_AHEAD : 0; i < count; i++)
		hand_over(scan, &rows[i % ROWS_AHEAD], fate);
	return count;
}

/* Goes over the rows of the statement; where their keys are looked for in memory is told
 * to the processor some rows before. */
int
scan_walk(struct scan *scan, unsigned fate, struct err *err)
{
	struct arena *arena = arena_new();
	size_t place = 0, count = hand_over_all(scan, fate, &place, arena);

	arena_free(arena);
	if (place != PG_ROWS_END)
		return err_set(err, ERR_DAMAGED,
			"%s: behind %zu rows of %s the server sent what is no row; the "
			"others are not known",
			pg_link_place(scan->pg->link), count,
			scan->pg->table->layout.table);
	if (fate & SCAN_DELIVERED) {
		pg_rows_clear(&scan->rows);
		store_extend(&scan->pg->store);
	}
	return 0;
}
