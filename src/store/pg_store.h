/* SPDX-License-Identifier: MIT
 * What the files of the PostgreSQL back end share. */
#ifndef STORE_PG_STORE_H
#define STORE_PG_STORE_H

#include "store/backend.h"
#include "store/keyset.h"
#include "store/pg_conn.h"
#include "store/pg_table.h"

struct pg_store {
	struct store store;
	struct pg_link *link; /* NULL: not connected */
	struct pg_table *table;
	struct keyset *keys; /* of the rows of the last whole scan and what came since;
				NULL: none was whole */
	size_t rows;	     /* how many those were */
	size_t again;	     /* those of them with the key of an earlier one */
	bool cut;	     /* it ended at a limit before the last row */
	bool scanned;
	struct str snapshot; /* what the last scan or look for changes began with; empty:
				nothing is known */
	struct arena *facts;
};

/* Connects where there is no connection. */
int pg_store_connect(struct pg_store *pg, struct err *err);

/* After a failure: a connection that is of no use any more is given up. Returns -1. */
int pg_store_failed(struct pg_store *pg);

/* pg_read() in the time that is left of the call, given up with pg_store_failed(). */
int pg_store_read(struct pg_store *pg, enum pg_author author,
	const struct pg_query *queries, size_t count, struct err *err);

/* The present snapshot, as text: as long as it is the same, nothing has become visible in
 * any table of the server. */
int pg_store_snapshot(struct pg_store *pg, struct str *out, struct err *err);

/* Makes the facts anew. */
void pg_store_set_facts(struct pg_store *pg);

/* Appends SQL in which :job and :partition stand for parameters with numbers in their
 * places; what is in quotes or a comment stays. Returns how many parameters it has, which
 * are borrowed from the key. */
#define PG_NAMED_PARAMETERS 2
size_t pg_number_parameters(struct str *out, const char *sql, struct key key,
	struct span parameters[PG_NAMED_PARAMETERS]);

backend_scan_fn pg_store_scan;
backend_scan_changes_fn pg_store_scan_changes;

#endif
