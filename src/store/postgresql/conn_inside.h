/* SPDX-License-Identifier: MIT
 * What the parts of the door to libpq share. */
#ifndef STORE_POSTGRESQL_CONN_INSIDE_H
#define STORE_POSTGRESQL_CONN_INSIDE_H

#include "store/postgresql/conn.h"

struct pg_conn; /* PGconn and PGresult, as libpq's header has them */
struct pg_result;

/* How long one wait takes before the stop function is asked again. */
#define PG_SLICE_MILLISECONDS 50

/* What has come of one call of pg_read(). */
struct pg_reading {
	bool is_proven; /* the server says that this transaction only reads */
	int64_t sent;	/* clock_now() */
	bool failed;
	unsigned rows;
};

struct pg_link {
	struct pg_conn *pg;
	pg_stop_fn *stop;
	void *stop_arg;
	char *place;
	int64_t ahead; /* pg_link_ahead() */
	enum pg_trouble trouble;
	char state[6];
	size_t position; /* pg_link_position() */
	struct pg_reading reading;
};

/* Forgets what the last failure was about. */
void pg_link_begin(struct pg_link *conn);

/* Waits for the socket, in slices. False, with err set: the stop function ended it. */
bool pg_link_wait(struct pg_link *conn, short events, struct err *err);

/* Hands a statement to libpq, which sends it with the next flush. */
int pg_link_send(struct pg_link *conn, const char *sql, const struct span *parameters,
	size_t count, struct err *err);
int pg_link_flush(struct pg_link *conn, struct err *err);

/* The next part of an answer, the caller's; NULL at its end. */
int pg_link_next(struct pg_link *conn, struct pg_result **out, struct err *err);
bool pg_result_is_failure(const struct pg_result *result);
/* Its rows one by one; row may be NULL. */
void pg_result_deliver(const struct pg_result *result, pg_row_fn *row, void *arg);

/* The connection is of no use any more, and libpq says why. Returns -1. */
int pg_link_lost(struct pg_link *conn, struct err *err);
/* The server has refused a statement. Returns -1. */
int
pg_link_refused(struct pg_link *conn, const struct pg_result *result, struct err *err);

#endif
