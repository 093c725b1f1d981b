/* SPDX-License-Identifier: MIT
 * Opening a SQLite database so that neither its owner nor its reader is hurt (see
 * files.h for the rule), and noticing when it is no longer the one that was
 * opened. */
#ifndef STORE_SQLITE_OPEN_H
#define STORE_SQLITE_OPEN_H

#include "store/sqlite/db.h"
#include "store/sqlite/files.h"

enum sqlite_purpose {
	SQLITE_TO_READ,	  /* by the rule of files.h */
	SQLITE_TO_WRITE,  /* commits survive a power loss */
	SQLITE_TO_CREATE, /* the same, and the file need not be there */
};

/* An open database; zeroed while it is closed. */
struct sqlite_file {
	struct sqlite_db *db;
	char *path;
	struct sqlite_files files; /* as they were when it was opened */
	bool snapshot;		   /* read without locks: what was read counts only if
				      sqlite_unmoved() says so afterwards, and it is closed
				      before the next poll */
	char journal_mode[16];	   /* "delete", "wal", … as of the opening */
};

/*
 * Opens a database and reads its schema. Failures are those of sqlite_query_step(), and
 * ERR_REFUSED where this user may not write. On failure nothing is open.
 */
int sqlite_open(struct sqlite_file *out, const char *path, enum sqlite_purpose purpose,
	sqlite_stop_fn *stop, void *stop_arg, struct err *err);
void sqlite_close(struct sqlite_file *file);

/* Whether this user may change an open database, and make the files that SQLite needs for
 * that. ERR_REFUSED says what is missing; touches nothing. */
int sqlite_permit(const struct sqlite_file *file, struct err *err);

/* The path still names the file that is open; of a snapshot also that nothing was written
 * to it. ERR_UNREACHABLE says what happened. */
int sqlite_unmoved(const struct sqlite_file *file, struct err *err);

#endif
