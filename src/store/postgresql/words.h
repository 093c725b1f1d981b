/* SPDX-License-Identifier: MIT
 * What libpq and PostgreSQL say, in one line of ours and without secrets. Knows no libpq.
 */
#ifndef STORE_POSTGRESQL_WORDS_H
#define STORE_POSTGRESQL_WORDS_H

#include "base/err.h"
#include "base/str.h"

/* What the last failure was about. */
enum pg_trouble {
	PG_TROUBLE_NONE,
	PG_TROUBLE_STATEMENT, /* the server refused it; the connection goes on */
	PG_TROUBLE_LOCKED,    /* by somebody else, for all the time there was */
	PG_TROUBLE_STOPPED,   /* by the stop function; the connection is of no use */
	PG_TROUBLE_LOST,      /* the connection; what was sent may have been done */
};

/* What the server says of a statement; NULL where it says nothing. */
struct pg_complaint {
	const char *state; /* SQLSTATE: five characters */
	const char *primary, *detail, *hint;
};

/* Sets err to it and tells what it is about. */
enum pg_trouble pg_complaint_tell(const struct pg_complaint *complaint, struct err *err);

/* What a database refuses to write: what kind of failure that is, and what to do next.
 * NULL: the state says nothing of the kind. */
const char *pg_refusal_of(const char *state, enum err_kind *kind);

/* Appends a message in one line; secret (NULL: there is none) is replaced wherever it
 * stands. */
void pg_add_message(struct str *out, const char *message, const char *secret);

/* Appends the first line of a message without what stands in double quotes: what libpq
 * quotes of a URI that it could not read may be any part of it. */
void pg_add_without_quoted(struct str *out, const char *message);

#endif
