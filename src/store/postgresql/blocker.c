/* SPDX-License-Identifier: MIT */
#include "store/postgresql/blocker.h"

#include <string.h>

#include "store/postgresql/transaction.h"

/* lock_not_available */
#define LOCK_TIMEOUT_STATE "55P03"

/* A session that the server tells of, in words. */
#define SESSION                                                                          \
	"'process ' || a.pid || coalesce(', role ' || a.usename, '') || "                \
	"coalesce(', ' || nullif(a.application_name, ''), '') || "                       \
	"coalesce(', in a transaction since ' || pg_catalog.to_char(a.xact_start, "      \
	"'HH24:MI:SS') || ' UTC', '')"

/* Of the whole table: $1 is its oid. */
static const char table_sql[] =
	"SELECT " SESSION " FROM pg_catalog.pg_locks l "
	"JOIN pg_catalog.pg_stat_activity a ON a.pid = l.pid "
	"WHERE l.granted AND l.locktype = 'relation' "
	"AND l.relation = $1::pg_catalog.oid AND l.mode IN ('ShareLock', "
	"'ShareRowExclusiveLock', 'ExclusiveLock', 'AccessExclusiveLock') "
	"AND l.pid <> pg_catalog.pg_backend_pid() LIMIT 1";

/* Of a row: whose transaction it waits for stands in it. */
static const char row_sql[] = "SELECT " SESSION " FROM row_of_key r "
			      "JOIN pg_catalog.pg_locks l ON l.transactionid = r.xmax "
			      "JOIN pg_catalog.pg_stat_activity a ON a.pid = l.pid "
			      "WHERE l.granted AND l.locktype = 'transactionid' LIMIT 1";

static void
take_session(void *arg, const struct span *cells, int count)
{
	struct str *session = arg;

	(void)count;
	str_clear(session);
	str_add_span(session, cells[0]);
}

static int
ask_of_table(struct pg_store *pg, struct str *session)
{
	const struct span oid = span_of(pg->table->oid);
	const struct pg_query query = { .sql = table_sql,
		.parameters = &oid,
		.count = 1,
		.row = take_session,
		.arg = session };

	return pg_store_read(pg, PG_OURS, &query, 1, NULL);
}

static int
ask_of_row(struct pg_store *pg, struct key key, struct str *session)
{
	struct span parameters[PG_KEY_PARAMETERS];
	struct pg_query query = { .parameters = parameters,
		.count = pg_table_key_parameters(pg->table, key, parameters),
		.row = take_session,
		.arg = session };
	struct str sql = { 0 };
	int status;

	str_add(&sql, "WITH row_of_key AS (SELECT xmax FROM ");
	pg_table_add_name(&sql, pg->table);
	pg_table_add_key(&sql, pg->table, key);
	str_addf(&sql, ") %s", row_sql);
	query.sql = str_text(&sql);
	status = pg_store_read(pg, PG_OURS, &query, 1, NULL);
	str_free(&sql);
	return status;
}

void
pg_blocker_tell(struct pg_store *pg, struct key key, struct err *err)
{
	struct str session = { 0 }, name = { 0 };

	if (pg->link == NULL || strcmp(pg_link_state(pg->link), LOCK_TIMEOUT_STATE) != 0)
		return;
	pg_transaction_end(pg);
	if (pg->link == NULL || ask_of_table(pg, &session) != 0 ||
		(session.len == 0 && ask_of_row(pg, key, &session) != 0) ||
		session.len == 0)
		goto out;
	key_add(&name, key);
	err_clear(err);
	err_set(err, ERR_UNREACHABLE,
		"%s: %s is locked by somebody else (%s); nothing was written; try again "
		"when that has ended",
		pg_link_place(pg->link), str_text(&name), str_text(&session));
out:
	str_free(&session);
	str_free(&name);
}
