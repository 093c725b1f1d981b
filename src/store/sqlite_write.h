/* SPDX-License-Identifier: MIT
 * What a save and an operation of a person share in a SQLite database: the format of
 * times, the declared lengths, and the end of a transaction. */
#ifndef STORE_SQLITE_WRITE_H
#define STORE_SQLITE_WRITE_H

#include "store/sqlite_store.h"

/* How a column of the present or of a neighbouring row is stored. */
struct sqlite_pattern {
	enum ckpt_storage storage;
	struct span text; /* none: NULL, or no such column */
};

/*
 * Appends the time of a save as the pattern has it. After a pattern that is no time as
 * Python's sqlite3 does, which cannot read a 'T' or a zone back; the pattern then is a
 * text. zone NULL: naive times are in the zone of this process, as it is at that moment.
 */
void sqlite_format_updated(struct str *out, struct sqlite_pattern *like, int64_t at,
	const struct zone *zone);

/* A column, as far as the length of what is written to it is concerned. */
struct sqlite_width {
	struct span table, column;
	size_t most;	  /* characters; 0: any */
	const char *what; /* is written: "value" */
};

/*
 * SQLite takes any length, but the declaration says what the table was made for, and
 * another database with this schema would refuse. Where something longer is there
 * already, nobody minds. ERR_REFUSED.
 */
int sqlite_check_length(const struct sqlite_width *width, struct span text,
	struct span present, struct err *err);

/* What is in the database after a COMMIT that failed. */
enum sqlite_found {
	SQLITE_FOUND_UNREAD, /* it could not be read again */
	SQLITE_FOUND_NEW,    /* what was to be written */
	SQLITE_FOUND_OLD,    /* what was there before */
	SQLITE_FOUND_OTHER,
};

/* Looks through the connection of the store, which is a new one. */
typedef enum sqlite_found sqlite_look_fn(void *arg);

/*
 * Ends the transaction. When COMMIT fails in a way that leaves open whether the change is
 * in the database, the store is connected anew (which first rolls back what must be
 * rolled back) and look() decides. DONE, or with err set FAILED or UNKNOWN. All
 * statements but those of the store itself must have been freed.
 */
enum change_result sqlite_commit(
	struct sqlite_store *sqlite, sqlite_look_fn *look, void *arg, struct err *err);

/* Nothing stays open; what ROLLBACK has to say adds nothing to the failure before it. */
void sqlite_roll_back(const struct sqlite_store *sqlite);

#endif
