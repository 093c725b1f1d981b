/* SPDX-License-Identifier: MIT
 * What is written into a column, whichever database it is of: times in the format of what
 * they replace, and texts that are not longer than the column was declared for. */
#ifndef STORE_WRITTEN_H
#define STORE_WRITTEN_H

#include "store/store_write.h"

/*
 * Appends the time of a save as `like` has it. After one that is no time as Python's
 * sqlite3 does, which cannot read a 'T' or a zone back: false then. zone NULL: naive
 * times are in the zone of this process, as it is at that moment.
 */
bool
written_updated(struct str *out, struct span like, int64_t at, const struct zone *zone);

/* How many characters a type is declared to hold: the N of VARCHAR(N), CHAR(N), CHARACTER
 * VARYING(N) and their like. 0: any. NULL is allowed. */
size_t written_declared_most(const char *type);

/* A column, as far as the length of what is written to it is concerned. */
struct written_width {
	struct span table, column;
	size_t most;	  /* characters; 0: any */
	const char *what; /* is written: "value" */
};

/*
 * SQLite takes any length, but the declaration says what the table was made for, and
 * another database with this schema would refuse. Where something longer is there
 * already, nobody minds. ERR_REFUSED.
 */
int written_check_length(const struct written_width *width, struct span text,
	struct span present, struct err *err);

/*
 * Whether a row holds the value that was written, whatever its spelling: SQLite changes
 * the form of a number in a column of numbers, so that 007 and 7, 1e3 and 1000 are the
 * same there. A whole number that was rounded is another one.
 */
bool written_holds(struct span value, const struct ckpt *row);

#endif
