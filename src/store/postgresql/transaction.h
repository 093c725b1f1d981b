/* SPDX-License-Identifier: MIT
 * A transaction that writes to PostgreSQL. It begins READ COMMITTED, so that a row that
 * was waited for is looked at anew; nothing in it takes longer than the call may; a lock
 * is waited for a second at most; and where we are gone the server ends it by itself.
 */
#ifndef STORE_POSTGRESQL_TRANSACTION_H
#define STORE_POSTGRESQL_TRANSACTION_H

#include "store/postgresql/store.h"

/* The settings of the session that are put back while other people's triggers run. */
#define PG_KEPT_SETTINGS 6
#define PG_ZONE		 1 /* among them: TimeZone */

struct pg_transaction {
	struct pg_store *pg;
	struct arena *arena;
	struct span kept[PG_KEPT_SETTINGS];
};

/* ERR_REFUSED: the server takes no changes (a standby, or read-only by default). */
int pg_transaction_begin(struct pg_transaction *out, struct pg_store *pg,
	struct arena *arena, struct err *err);

/* The same, but all of it sees what there was at its beginning; a change of what others
 * have changed since is refused by the server. */
int pg_transaction_begin_still(struct pg_transaction *out, struct pg_store *pg,
	struct arena *arena, struct err *err);

/* Names are looked up as those do it who wrote the configuration, and all else is as in
 * pg_read(): for what a query returns. */
int pg_transaction_names(const struct pg_transaction *transaction, struct err *err);

/* ERR_REFUSED: it takes no changes from this role by default, or is a standby. Return -1.
 */
int pg_refuse_read_only(const struct pg_store *pg, struct err *err);
int pg_refuse_standby(const struct pg_store *pg, struct err *err);

/* Refuses so where the server takes no changes. Outside of a transaction; the store need
 * not have a table. */
int pg_check_takes_changes(const struct pg_store *pg, struct err *err);

/*
 * Whose statements come now. Between begin and this, and after PG_OURS, times and names
 * are as in pg_read(); before what sets off a trigger all is as its author expects it.
 */
int pg_transaction_as(
	const struct pg_transaction *transaction, enum pg_author author, struct err *err);

/* Ends the transaction, if one is open, without a change, and a connection that is of no
 * use any more with it. */
void pg_transaction_end(struct pg_store *pg);

/*
 * COMMIT. DONE, or with err set FAILED (nothing was written) or UNKNOWN: the answer did
 * not come.
 */
enum change_result pg_transaction_commit(struct pg_store *pg, struct err *err);

/* The server that a transaction has its number on. */
int pg_server_read(const struct pg_store *pg, struct str *out, struct err *err);

/* The number of the open transaction and its server, for whoever asks later what came of
 * it. */
int pg_transaction_name(const struct pg_store *pg, struct pg_last *out, struct err *err);

/*
 * The same with the last look at what was written, in one round trip: the first
 * PG_ENDING_CELLS columns of a SELECT of whoever's statements, whose further columns are
 * then printed as in pg_read(), while its parameters were read as those of the session
 * are. Nothing is found where it has no row.
 */
#define PG_ENDING_CELLS 8
void pg_transaction_add_ending(struct str *sql);
void pg_transaction_take_ending(const struct pg_answer *answer, struct pg_last *out);

/*
 * What came of a transaction of that number whose COMMIT was not answered, asked on a new
 * connection and in the whole time of a call: DONE, FAILED (nothing was written), or
 * UNKNOWN. One that is still under way without a reason is ended.
 */
enum change_result
pg_transaction_ask(struct pg_store *pg, const struct pg_last *last, struct err *err);

/* The lock that an operation holds as long as its transaction lasts, wherever that
 * runs: whoever gets it knows that the transaction has ended. ERR_UNREACHABLE: somebody
 * holds it. */
int pg_transaction_claim(struct pg_store *pg, struct span operation, struct err *err);

#endif
