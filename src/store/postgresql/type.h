/* SPDX-License-Identifier: MIT
 * What a column of PostgreSQL makes of a text, by its type: known without asking the
 * server, so that a plan shows what will be there. Where it is not known the text is left
 * as it is, and what became of it is seen after the write. Types are as format_type()
 * spells them. */
#ifndef STORE_POSTGRESQL_TYPE_H
#define STORE_POSTGRESQL_TYPE_H

#include "base/arena.h"
#include "base/clock.h"
#include "base/err.h"

/* A column that a text is put into, for messages. */
struct pg_column_text {
	struct span table, column, type;
	const char *what; /* the text is: "value" */
};

/* What the column holds when the text (none: NULL) is put into it. ERR_REFUSED: it does
 * not take it. */
int pg_type_take(struct span *out, const struct pg_column_text *column, struct span text,
	struct arena *arena, struct err *err);

/*
 * The time of a save as the column holds it: a timestamp as PostgreSQL prints it, a text
 * or an epoch as `like` has it (see written_updated()). A number in which no time was
 * before stays as it is, because nobody knows what it counts.
 */
struct span pg_type_time(struct span type, struct span like, int64_t at,
	const struct zone *zone, struct arena *arena);

/* Whether it is a timestamp, and one with a time zone. */
bool pg_type_is_timestamp(struct span type, bool *has_zone);

/* Whether the column takes both texts for the same. */
bool pg_type_same(struct span type, struct span a, struct span b);

/*
 * Whether what the column holds is the value that was given, whatever its spelling: as
 * the server prints what was given in that type without its length or digits, so that a
 * number that was rounded is another one.
 */
bool
pg_type_holds(struct span type, struct span given, struct span printed, struct span held);

#endif
