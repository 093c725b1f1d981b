/* SPDX-License-Identifier: MIT */
#include "store/postgresql/blocker.h"

#include <string.h>

#include "store/postgresql/audit_tables.h"
#include "store/postgresql/transaction.h"

/* lock_not_available */
#define LOCK_TIMEOUT_STATE "55P03"
/* What is left of the call after the wait may be little; the server answers. */
#define ASK_FOR SECOND

/*
 * Who has a lock, in words: a session, of which a role that may not see more of it sees
 * process and role, or a transaction that was prepared and whose session is gone.
 */
#define HOLDER                                                                           \
	"CASE WHEN p.gid IS NOT NULL THEN 'prepared transaction ' || "                   \
	"pg_catalog.quote_literal(p.gid) || ', role ' || p.owner || ', since ' || "      \
	"pg_catalog.to_char(p.prepared, 'HH24:MI:SS') || ' UTC' "                        \
	"ELSE 'process ' || a.pid || coalesce(', role ' || a.usename, '') || "           \
	"coalesce(', ' || nullif(a.application_name, ''), '') || "                       \
	"coalesce(', in a transaction since ' || pg_catalog.to_char(a.xact_start, "      \
	"'HH24:MI:SS') || ' UTC', '') || coalesce(CASE a.state WHEN 'active' THEN "      \
	"', at ' ELSE ', idle after ' END || pg_catalog.upper("                          \
	"pg_catalog.substring(a.query, '^[[:space:]]*([A-Za-z]+)')), '') END"

/* Of locks l. What was prepared has a lock on its own number, beside the others. */
#define HOLDERS                                                                          \
	"LEFT JOIN pg_catalog.pg_stat_activity a ON a.pid = l.pid "                      \
	"LEFT JOIN pg_catalog.pg_prepared_xacts p ON l.pid IS NULL AND EXISTS (SELECT "  \
	"FROM pg_catalog.pg_locks x WHERE x.pid IS NULL "                                \
	"AND x.locktype = 'transactionid' AND x.transactionid = p.transaction "          \
	"AND x.virtualtransaction = l.virtualtransaction) "                              \
	"WHERE l.pid IS DISTINCT FROM pg_catalog.pg_backend_pid() "                      \
	"AND (a.pid IS NOT NULL OR p.gid IS NOT NULL) "

/*
 * Of a table as a whole, with its name: $1 is the table of the checkpoints, whose
 * partitions count, $2 its schema, where our own tables are, $3 whose audit it is, $4 the
 * modes that are in our way. Who waits for such a lock himself is in our way, too.
 */
static const char tables_sql[] =
	"WITH RECURSIVE tables (oid, rank) AS (SELECT $1::pg_catalog.oid, 0 UNION "
	"SELECT i.inhrelid, t.rank FROM pg_catalog.pg_inherits i "
	"JOIN tables t ON i.inhparent = t.oid), theirs (oid, rank, name) AS ("
	"SELECT oid, rank, 'table ' || oid::pg_catalog.regclass FROM tables UNION ALL "
	"SELECT c.oid, 1, 'the store audit ' || c.oid::pg_catalog.regclass "
	"FROM pg_catalog.pg_class c JOIN pg_catalog.pg_namespace n "
	"ON n.oid = c.relnamespace WHERE n.nspname = $2 AND c.relname = $3) "
	"SELECT " HOLDER ", t.name FROM theirs t "
	"JOIN pg_catalog.pg_locks l ON l.locktype = 'relation' AND l.relation = t.oid "
	"AND l.database = (SELECT oid FROM pg_catalog.pg_database "
	"WHERE datname = pg_catalog.current_database()) "
	"AND l.mode = ANY ($4::text[]) " HOLDERS
	"ORDER BY t.rank, l.granted DESC, l.mode LIMIT 1";

#define IN_THE_WAY_OF_READING "{AccessExclusiveLock}"
#define IN_THE_WAY_OF_WRITING                                                            \
	"{AccessExclusiveLock,ExclusiveLock,ShareLock,ShareRowExclusiveLock}"

/* Of a row: whose transaction it waits for stands in it. */
static const char row_sql[] =
	"SELECT " HOLDER ", NULL FROM row_of_key r "
	"JOIN pg_catalog.pg_locks l ON l.transactionid = r.xmax AND l.granted "
	"AND l.locktype = 'transactionid' " HOLDERS "LIMIT 1";

/* Who has what we waited for, and what that is: nothing, where it is the row. */
struct blocker {
	struct str holder, what;
};

static void
take_blocker(void *arg, const struct span *cells, int count)
{
	struct blocker *blocker = arg;

	(void)count;
	str_clear(&blocker->holder);
	str_clear(&blocker->what);
	str_add_span(&blocker->holder, cells[0]);
	str_add_span(&blocker->what, cells[1]);
}

static int
ask_of_tables(struct pg_store *pg, const char *modes, struct blocker *blocker)
{
	const struct span parameters[] = { span_of(pg->table->oid),
		span_of(pg->table->schema), span_of(pg_audit_table.name),
		span_of(modes) };
	const struct pg_query query = { .sql = tables_sql,
		.parameters = parameters,
		.count = 4,
		.row = take_blocker,
		.arg = blocker };

	return pg_store_read(pg, PG_OURS, &query, 1, NULL);
}

static int
ask_of_row(struct pg_store *pg, struct key key, struct blocker *blocker)
{
	struct span parameters[PG_KEY_PARAMETERS];
	struct pg_query query = { .parameters = parameters,
		.count = pg_table_key_parameters(pg->table, key, parameters),
		.row = take_blocker,
		.arg = blocker };
	struct str sql = { 0 };
	int status;

	/* A row of a query is not that of a table: of it nothing can be asked. */
	if (pg->table->layout.query != NULL)
		return -1;
	str_add(&sql, "WITH row_of_key AS (SELECT xmax FROM ");
	pg_table_add_name(&sql, pg->table);
	pg_table_add_key(&sql, pg->table, key);
	str_addf(&sql, ") %s", row_sql);
	query.sql = str_text(&sql);
	status = pg_store_read(pg, PG_OURS, &query, 1, NULL);
	str_free(&sql);
	return status;
}

/* And has time to say for whom. */
static bool
has_waited(struct pg_store *pg)
{
	int64_t least = clock_monotonic() + ASK_FOR;

	if (pg->link == NULL || pg->table == NULL ||
		strcmp(pg_link_state(pg->link), LOCK_TIMEOUT_STATE) != 0)
		return false;
	if (pg->store.deadline < least)
		pg->store.deadline = least;
	return true;
}

/* undone: what was not done. */
static void
tell(const struct pg_store *pg, const struct blocker *blocker, const char *what,
	const char *undone, struct err *err)
{
	const char *place = pg_link_place(pg->link);

	err_clear(err);
	if (blocker->holder.len == 0)
		err_set(err, ERR_UNREACHABLE,
			"%s: %s is locked by somebody else, who has ended by now or is "
			"not shown to this role; %s; try again",
			place, what, undone);
	else
		err_set(err, ERR_UNREACHABLE,
			"%s: %s is locked by somebody else (%s); %s; try again when that "
			"has ended",
			place, blocker->what.len > 0 ? str_text(&blocker->what) : what,
			str_text(&blocker->holder), undone);
}

void
pg_blocker_tell(struct pg_store *pg, struct key key, struct err *err)
{
	struct blocker blocker = { 0 };
	struct str name = { 0 };

	if (!has_waited(pg))
		return;
	pg_transaction_end(pg);
	if (pg->link != NULL && pg->table->oid != NULL &&
		ask_of_tables(pg, IN_THE_WAY_OF_WRITING, &blocker) == 0 &&
		(blocker.holder.len > 0 || ask_of_row(pg, key, &blocker) == 0)) {
		key_add(&name, key);
		tell(pg, &blocker, str_text(&name), "nothing was written", err);
	}
	str_free(&blocker.holder);
	str_free(&blocker.what);
	str_free(&name);
}

int
pg_store_failed_to_read(struct pg_store *pg, struct err *err)
{
	struct blocker blocker = { 0 };

	pg_store_failed(pg);
	/* Nobody asks for whom this is asked. */
	if (err == NULL || !has_waited(pg) || pg->table->oid == NULL)
		return -1;
	if (ask_of_tables(pg, IN_THE_WAY_OF_READING, &blocker) == 0)
		tell(pg, &blocker, pg->table->layout.table, "nothing was read", err);
	str_free(&blocker.holder);
	str_free(&blocker.what);
	return -1;
}
