/* SPDX-License-Identifier: MIT
 * The one door to libpq: connections, statements, errors in words. A connection belongs
 * to one thread, and no call takes longer than its stop function allows: what libpq does
 * not let go of (names, services, certificates, a cancel) is done in a thread that can be
 * left behind. No text of an error holds a password. */
#ifndef STORE_POSTGRESQL_CONN_H
#define STORE_POSTGRESQL_CONN_H

#include "base/err.h"
#include "base/str.h"
#include "store/postgresql/words.h"

struct pg_link;

/* Asked several times a second while something is waited for; true, with err set, ends
 * the call. err may be NULL. */
typedef bool pg_stop_fn(void *arg, struct err *err);

/* A keyword of libpq and its value, such as { "sslmode", "verify-full" }. */
struct pg_option {
	const char *keyword, *value;
};

/* Whether libpq can make sense of a URI (postgresql://…), without connecting. ERR_USAGE.
 */
int pg_link_check(const char *uri, struct err *err);

/*
 * Connects. The options win over the URI, and both over the environment and a service.
 * Of several hosts each has an even share of the timeout (microseconds), after which the
 * others are tried; it is stop that ends the attempt, and is kept for the life of the
 * connection. ERR_UNREACHABLE: no server there, it does
 * not let us in, or the time is up; ERR_USAGE: the URI makes no sense.
 */
int pg_link_new(struct pg_link **out, const char *uri, const struct pg_option *options,
	size_t count, int64_t timeout, pg_stop_fn *stop, void *stop_arg, struct err *err);

/* NULL is allowed. Waits for nothing. */
void pg_link_free(struct pg_link *conn);

/* Where it leads, "HOST:PORT/DATABASE", without anything secret. Borrowed. */
const char *pg_link_place(const struct pg_link *conn);
/* What the server told about itself ("server_version", "in_hot_standby", "TimeZone"), or
 * NULL. Borrowed until the next statement. */
const char *pg_link_told(const struct pg_link *conn, const char *name);
/* Of the server: 150005. */
int pg_link_version(const struct pg_link *conn);

/* Whether this process of the server (its pid in digits) is the one that we connected to;
 * another one: a pooler stands between, and hands its connections out. */
bool pg_link_is_served_by(const struct pg_link *conn, struct span process);

/* How far the server's clock is ahead of ours, in microseconds, as pg_read() saw it last;
 * 0: they agree within two seconds, or it is not known. */
int64_t pg_link_ahead(const struct pg_link *conn);

/* What the last failure was about. */
enum pg_trouble pg_link_trouble(const struct pg_link *conn);
/* The SQLSTATE of the last failure, "" where the server said none. */
const char *pg_link_state(const struct pg_link *conn);

/* At which character of its statement the last failure is, from 1; 0: it is nowhere
 * there, or not known. */
size_t pg_link_position(const struct pg_link *conn);
/* A transaction is open, or was given up and not yet ended. */
bool pg_link_in_transaction(const struct pg_link *conn);

/* --- statements --- */

/* All rows of an answer, as the server prints them. */
struct pg_answer;

/*
 * Runs one statement with parameters as texts (none: NULL) and takes its whole answer,
 * for answers that are small by nature. *out may be NULL where nobody wants it.
 * ERR_UNREACHABLE: no answer, a lock, a time limit; ERR_REFUSED: no privilege, or the
 * server is read-only; ERR_DAMAGED: no such table or column; ERR_FAILED: all else.
 */
int pg_run(struct pg_link *conn, struct pg_answer **out, const char *sql,
	const struct span *parameters, size_t count, struct err *err);

/* NULL is allowed. */
void pg_answer_free(struct pg_answer *result);
size_t pg_answer_rows(const struct pg_answer *result);
/* Borrowed until the result is freed; none for NULL. */
struct span pg_answer_cell(const struct pg_answer *result, size_t row, int column);
/* Rows changed by an INSERT, UPDATE or DELETE. */
int64_t pg_answer_changes(const struct pg_answer *result);
/* Whether the server says that it has done this: "COMMIT". It answers the end of a
 * transaction that it gave up with another word, and without an error. */
bool pg_answer_is(const struct pg_answer *result, const char *command);

/* The cells of one row, as the server prints them, none for NULL; borrowed. */
typedef void pg_row_fn(void *arg, const struct span *cells, int count);

/* Hands the rows out one by one, as pg_read() does. */
void pg_answer_deliver(const struct pg_answer *result, pg_row_fn *row, void *arg);

/* --- reading --- */

/* A column of an answer; that of a domain has the type that the domain is over. */
struct pg_heading {
	const char *name;
	unsigned type; /* its oid */
};

/* Called behind the rows. Borrowed. */
typedef void pg_columns_fn(void *arg, const struct pg_heading *columns, int count);

/* One statement of several that see the same moment. */
struct pg_query {
	const char *sql;
	const struct span *parameters; /* texts; none: NULL */
	size_t count;
	pg_row_fn *row; /* its rows one by one, so that none is held; NULL: nobody wants
			   them */
	pg_columns_fn *columns; /* NULL: nobody wants them */
	void *arg;
};

/* Whose statements they are: ours name every schema and look nowhere else; those of
 * others find their tables as their writer does. */
enum pg_author { PG_OURS, PG_OTHERS };

/*
 * Runs statements in one transaction that only reads and that was seen to, within one
 * round trip and without anything left on the connection, so that it may be shared by a
 * pooler. Times come in UTC and as ISO 8601 has them. The server gives up after timeout
 * microseconds, also where we are gone. What was delivered before a failure was read.
 */
int pg_read(struct pg_link *conn, enum pg_author author, const struct pg_query *queries,
	size_t count, int64_t timeout, struct err *err);

/*
 * The two halves of it, for who has something else to do until the server has found what
 * it is asked for. Between them nothing else may be asked on the connection, and after a
 * failure of the first half it is of no use any more. The second is given the same
 * statements; parameters need not be there any more.
 */
int pg_read_begin(struct pg_link *conn, enum pg_author author,
	const struct pg_query *queries, size_t count, int64_t timeout, struct err *err);
int pg_read_end(struct pg_link *conn, const struct pg_query *queries, size_t count,
	struct err *err);

/* A part of what COPY brings, of any size; borrowed. */
typedef void pg_bytes_fn(void *arg, struct span bytes);

/* The rows of one SELECT in the binary form of COPY. */
struct pg_copy {
	struct pg_query first; /* what is asked at the same moment, before it; without
				  parameters */
	const char *select;    /* without parameters */
	pg_bytes_fn *bytes;
	void *arg;
};

/*
 * pg_read_begin() and pg_read_end() for a large table, in half the time. Both statements
 * are ours to the last character (PG_OURS): other than there, one in which a semicolon
 * stands would be two.
 */
int pg_copy_begin(struct pg_link *conn, const struct pg_copy *copy, int64_t timeout,
	struct err *err);
int pg_copy_end(struct pg_link *conn, const struct pg_copy *copy, struct err *err);

#endif
