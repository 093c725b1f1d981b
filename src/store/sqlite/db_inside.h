/* SPDX-License-Identifier: MIT
 * What the files of the door to SQLite share. */
#ifndef STORE_SQLITE_DB_INSIDE_H
#define STORE_SQLITE_DB_INSIDE_H

#include <sqlite3.h>

#include "store/number_text.h"
#include "store/sqlite/db.h"

#define COLUMNS_AS_TEXT 12

struct sqlite_db {
	sqlite3 *handle;
	char *path;
	enum sqlite_mode mode;
	sqlite_stop_fn *stop;
	void *stop_arg;
	int64_t waiting_since; /* for a lock; clock_monotonic() */
	enum sqlite_trouble trouble;
};

struct sqlite_query {
	struct sqlite_db *db;
	sqlite3_stmt *statement;
	char numbers[COLUMNS_AS_TEXT][NUMBER_REAL_SIZE];
};

/* Sets err to what SQLite says, and the trouble. Returns -1. */
int sqlite_db_fail(struct sqlite_db *db, int code, struct err *err);

#endif
