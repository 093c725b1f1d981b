/* SPDX-License-Identifier: MIT
 * One statement of a scan: asking for rows, keeping those that come, handing them out. */
#ifndef STORE_POSTGRESQL_SCAN_STATEMENT_H
#define STORE_POSTGRESQL_SCAN_STATEMENT_H

#include "store/postgresql/cells.h"
#include "store/postgresql/rows.h"
#include "store/postgresql/store.h"

/* What is asked for at one moment: the snapshot, and rows. */
#define SCAN_QUERIES 2

struct scan {
	struct pg_store *pg;
	store_row_fn *row;
	void *arg;
	struct pg_query queries[SCAN_QUERIES];
	struct pg_copy copy;
	struct pg_cells cells;	    /* of the statement */
	struct pg_rows rows;	    /* the same */
	size_t row_count, rows_max; /* of those that were added one by one */
	size_t counted;		    /* by the server, of all rows */
	int64_t pages, page, step; /* of the table, the first and the number of a range */
	bool is_last;		   /* the range */
	size_t bytes_max;
	bool is_too_much;
	struct str snapshot; /* of the statement */
};

/* Append the cells of a row, " FROM TABLE", and both as a SELECT. */
void scan_add_cells(struct str *sql, struct scan *scan, enum pg_form form);
void scan_add_from(struct str *sql, const struct scan *scan);
void scan_add_select(struct str *sql, struct scan *scan, enum pg_form form);

/* A pg_row_fn over struct scan that keeps the row. */
void scan_take_row(void *arg, const struct span *cells, int count);

/* Asks for the rows of one statement, and for the snapshot that it sees. */
int scan_begin(struct scan *scan, const char *sql, const struct span *parameters,
	size_t count, pg_row_fn *row, struct err *err);
/* The same by COPY, in a statement of ours without parameters. */
int scan_begin_copy(struct scan *scan, const char *select, struct err *err);
/* Takes what was asked for, in the place of what was there. */
int scan_end(struct scan *scan, struct err *err);
/* scan_begin() and scan_end(). */
int scan_run(struct scan *scan, const char *sql, const struct span *parameters,
	size_t count, pg_row_fn *row, struct err *err);

/* A call of the door has failed. Returns -1. */
int scan_fail(struct scan *scan, struct err *err);

/* What becomes of the rows of a statement. */
enum scan_fate {
	SCAN_NOTED = 1 << 0,	  /* their keys are remembered */
	SCAN_ONE_MOMENT = 1 << 1, /* and they were there at one moment */
	SCAN_DELIVERED = 1 << 2,
};

/* Goes over the rows of the statement; those that are delivered are forgotten then.
 * ERR_DAMAGED: the rest of them cannot be read. */
int scan_walk(struct scan *scan, unsigned fate, struct err *err);

#endif
