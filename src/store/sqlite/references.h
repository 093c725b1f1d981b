/* SPDX-License-Identifier: MIT
 * Rows that refer to other rows. Foreign keys are off for our statements: what a foreign
 * key cascades to nobody would be told of, and no undo would bring back. So it is found
 * out instead whether a change leaves rows that refer to nothing. */
#ifndef STORE_SQLITE_REFERENCES_H
#define STORE_SQLITE_REFERENCES_H

#include "store/sqlite/edit.h"

/* A row that refers to nothing. */
struct sqlite_orphan {
	uint64_t sum; /* of what names it and the foreign key */
	size_t table; /* of those below */
	int64_t key;  /* of the foreign keys of the table */
};

struct sqlite_references {
	struct sqlite_store *sqlite;
	const char **tables; /* whose rows the edits may leave without theirs */
	size_t table_count;
	struct sqlite_orphan *orphans; /* that there are, in order */
	size_t count;
};

/*
 * Looks which rows refer to nothing already, inside the transaction. Only those tables
 * are read whose foreign keys the edits may break: none for a reset that leaves alone
 * what refers, or is referred to. Free with sqlite_references_free().
 */
int sqlite_references_look(
	const struct sqlite_work *work, struct sqlite_references *out, struct err *err);

/* What a change does to the rows of the table. */
struct sqlite_touch {
	bool is_unknown; /* anything at all */
	bool inserts, deletes;
	/* Whether it gives a row that stays another value in this column. */
	bool (*changes)(const void *arg, struct span column);
	const void *arg;
};

/* The same for a change that is no operation; the names live as long as the arena. */
int
sqlite_references_look_for(struct sqlite_store *sqlite, const struct sqlite_touch *touch,
	struct arena *arena, struct sqlite_references *out, struct err *err);

/* Looks again behind the last edit. ERR_REFUSED: there are more of them. */
int sqlite_references_check(const struct sqlite_references *before, struct err *err);

void sqlite_references_free(struct sqlite_references *references);

#endif
