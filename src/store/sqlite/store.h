/* SPDX-License-Identifier: MIT
 * What the files of the SQLite back end share. */
#ifndef STORE_SQLITE_STORE_H
#define STORE_SQLITE_STORE_H

#include "store/backend.h"
#include "store/sqlite/open.h"
#include "store/sqlite/table.h"

struct sqlite_store {
	struct store store;
	struct sqlite_file file; /* zeroed while not connected */
	struct sqlite_table *table;
	struct sqlite_query *version, *first, *next; /* over file.db */
	struct sqlite_query *load[2]; /* by sqlite_is_nameless() of the key */
	struct sqlite_query *head;    /* the last one asked */
	char *head_sql;

	/* What the last scan saw, for the gate: data_version of this connection, or the
	 * files where there is no lasting connection. */
	bool quiet; /* there is none: the last connection was a snapshot */
	bool seen;
	int64_t seen_version;
	struct sqlite_files seen_files;

	struct file_mark opened; /* the file that the last connection was to */
	unsigned replaced;	 /* how often another one had taken its place */
	int64_t replaced_at;	 /* when that was seen last */

	bool scanned; /* the next ones are known */
	size_t rows;  /* of the last scan */
	size_t again; /* those of them with the key of an earlier one */
	bool cut;     /* it ended at a limit before the last row */
	struct arena *facts;
};

/* Connects where there is no connection, or no longer one to the file that the path
 * names; capabilities and facts are then those of what is there now. */
int sqlite_store_connect(struct sqlite_store *sqlite, struct err *err);

/* Frees everything that belongs to the connection. */
void sqlite_store_disconnect(struct sqlite_store *sqlite);

/* After a failure. A connection is kept through a lock or a time-out, which are nobody's
 * fault, and given up for anything else. Returns -1. */
int sqlite_store_failed(struct sqlite_store *sqlite);

/* ERR_NOT_FOUND, for a key. Returns -1. */
int sqlite_store_not_found(
	const struct sqlite_store *sqlite, struct key key, struct err *err);

/* What was read so far counts: nothing was written under a snapshot. */
int sqlite_store_verify(struct sqlite_store *sqlite, struct err *err);

/* The gate of a lasting connection: changes when anybody else commits. */
int sqlite_store_version(struct sqlite_store *sqlite, int64_t *version, struct err *err);

/* Makes the facts anew, from what the connection and the last scan know. */
void sqlite_store_set_facts(struct sqlite_store *sqlite);

/* store_must_stop() for SQLite. */
bool sqlite_store_stop(void *arg, struct err *err);

backend_scan_fn sqlite_store_scan;
backend_save_fn sqlite_store_save;
backend_create_fn sqlite_store_create;
extern const struct backend_operations sqlite_operations;

#endif
