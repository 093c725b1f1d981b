/* SPDX-License-Identifier: MIT
 * What the two halves of the door to libpq share. */
#ifndef STORE_POSTGRESQL_CONN_INSIDE_H
#define STORE_POSTGRESQL_CONN_INSIDE_H

#include "store/postgresql/conn.h"

struct pg_conn; /* PGconn, as libpq's header has it */

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

#endif
