/* SPDX-License-Identifier: MIT */
#include "store/postgresql/transaction.h"

#include <stdio.h>
#include <time.h>

/* Nobody's save waits longer for us, and we no longer for anybody's. */
#define LOCK_TIMEOUT SECOND
/* Beyond the end of the call, until the server ends what we have left behind. */
#define LEFT_BEHIND SECOND

/* --- settings --- */

#define KEPT(name)	  "pg_catalog.current_setting('" name "'), "
#define OURS(name, value) ", pg_catalog.set_config('" name "', '" value "', true)"

/* As in pg_read(). */
#define OUR_SETTINGS                                                                     \
	OURS("search_path", "pg_catalog")                                                \
	OURS("TimeZone", "UTC")                                                          \
	OURS("DateStyle", "ISO, YMD")                                                    \
	OURS("IntervalStyle", "iso_8601")                                                \
	OURS("bytea_output", "hex")                                                      \
	OURS("extra_float_digits", "1")

/* What is kept of the session, in the order of the parameters of theirs_sql; then whether
 * it takes changes; then, from left to right, what holds for this transaction alone. A
 * commit that may be lost with the power is none of ours. */
static const char begin_sql[] = "SELECT " KEPT("search_path") KEPT("TimeZone")
	KEPT("DateStyle") KEPT("IntervalStyle") KEPT("bytea_output") KEPT(
		"extra_float_digits") "pg_catalog.current_setting('default_transaction_"
				      "read_only'), "
				      "pg_catalog.set_config('statement_timeout', $1, "
				      "true), "
				      "pg_catalog.set_config('lock_timeout', $2, true), "
				      "pg_catalog.set_config('idle_in_transaction_"
				      "session_timeout', $3, true), "
				      "pg_catalog.set_config('synchronous_commit', CASE "
				      "pg_catalog.current_setting('synchronous_commit') "
				      "WHEN 'off' THEN 'on' "
				      "ELSE "
				      "pg_catalog.current_setting('synchronous_commit') "
				      "END, true)" OUR_SETTINGS;

static const char ours_sql[] = "SELECT true" OUR_SETTINGS;

static const char theirs_sql[] = "SELECT pg_catalog.set_config('search_path', $1, true), "
				 "pg_catalog.set_config('TimeZone', $2, true), "
				 "pg_catalog.set_config('DateStyle', $3, true), "
				 "pg_catalog.set_config('IntervalStyle', $4, true), "
				 "pg_catalog.set_config('bytea_output', $5, true), "
				 "pg_catalog.set_config('extra_float_digits', $6, true)";

int
pg_refuse_read_only(const struct pg_store *pg, struct err *err)
{
	return err_set(err, ERR_REFUSED,
		"%s takes no changes from this role by default "
		"(default_transaction_read_only is on); nothing was written; take a role "
		"that may write",
		pg_link_place(pg->link));
}

int
pg_refuse_standby(const struct pg_store *pg, struct err *err)
{
	return err_set(err, ERR_REFUSED,
		"%s is a standby, which repeats what another server does; nothing was "
		"written; change the checkpoint on that one",
		pg_link_place(pg->link));
}

int
pg_check_takes_changes(const struct pg_store *pg, struct err *err)
{
	struct pg_answer *answer;
	bool is_standby, is_read_only;

	if (pg_run(pg->link, &answer,
		    "SELECT pg_catalog.pg_is_in_recovery(), "
		    "pg_catalog.current_setting('default_transaction_read_only')",
		    NULL, 0, err) != 0)
		return -1;
	is_standby = span_is(pg_answer_cell(answer, 0, 0), "t");
	is_read_only = span_is(pg_answer_cell(answer, 0, 1), "on");
	pg_answer_free(answer);
	if (is_standby)
		return pg_refuse_standby(pg, err);
	return is_read_only ? pg_refuse_read_only(pg, err) : 0;
}

/* Which a standby refuses with words of its own, and no other server. */
static int
begin_to_write(const struct pg_store *pg, const char *sql, struct err *err)
{
	struct err failure = { 0 };

	if (pg_run(pg->link, NULL, sql, NULL, 0, &failure) == 0)
		return 0;
	if (pg_link_trouble(pg->link) == PG_TROUBLE_STATEMENT &&
		pg_check_takes_changes(pg, err) != 0)
		return -1;
	return err_set(err, failure.kind, "%s", failure.text);
}

static int
begin(struct pg_transaction *out, const char *sql, struct err *err)
{
	struct pg_link *link = out->pg->link;
	int64_t left = pg_store_time_left(out->pg);
	int64_t lock = left / 2 < LOCK_TIMEOUT ? left / 2 : LOCK_TIMEOUT;
	int64_t times[] = { left, lock, left + LEFT_BEHIND };
	char texts[3][24];
	struct span parameters[3];
	struct pg_answer *answer;
	bool is_read_only;

	for (int i = 0; i < 3; i++) {
		snprintf(texts[i], sizeof(texts[i]), "%lld",
			(long long)(times[i] / MILLISECOND + 1));
		parameters[i] = span_of(texts[i]);
	}
	if (begin_to_write(out->pg, sql, err) != 0 ||
		pg_run(link, &answer, begin_sql, parameters, 3, err) != 0)
		return -1;
	for (int i = 0; i < PG_KEPT_SETTINGS; i++)
		out->kept[i] = arena_span(out->arena, pg_answer_cell(answer, 0, i));
	is_read_only = span_is(pg_answer_cell(answer, 0, PG_KEPT_SETTINGS), "on");
	pg_answer_free(answer);
	return is_read_only ? pg_refuse_read_only(out->pg, err) : 0;
}

int
pg_transaction_begin(struct pg_transaction *out, struct pg_store *pg, struct arena *arena,
	struct err *err)
{
	*out = (struct pg_transaction){ .pg = pg, .arena = arena };
	return begin(out, "BEGIN ISOLATION LEVEL READ COMMITTED, READ WRITE", err);
}

int
pg_transaction_begin_still(struct pg_transaction *out, struct pg_store *pg,
	struct arena *arena, struct err *err)
{
	*out = (struct pg_transaction){ .pg = pg, .arena = arena };
	return begin(out, "BEGIN ISOLATION LEVEL REPEATABLE READ, READ WRITE", err);
}

int
pg_transaction_names(const struct pg_transaction *transaction, struct err *err)
{
	return pg_run(transaction->pg->link, NULL,
		"SELECT pg_catalog.set_config('search_path', $1, true)",
		transaction->kept, 1, err);
}

int
pg_transaction_as(
	const struct pg_transaction *transaction, enum pg_author author, struct err *err)
{
	struct pg_link *link = transaction->pg->link;

	if (author == PG_OURS)
		return pg_run(link, NULL, ours_sql, NULL, 0, err);
	return pg_run(link, NULL, theirs_sql, transaction->kept, PG_KEPT_SETTINGS, err);
}

/* --- the end --- */

void
pg_transaction_end(struct pg_store *pg)
{
	if (pg->link == NULL)
		return;
	if (pg_link_trouble(pg->link) != PG_TROUBLE_NONE)
		pg_store_failed(pg);
	if (pg->link != NULL && pg_link_in_transaction(pg->link) &&
		pg_run(pg->link, NULL, "ROLLBACK", NULL, 0, NULL) != 0)
		pg_store_failed(pg);
}

enum change_result
pg_transaction_commit(struct pg_store *pg, struct err *err)
{
	struct err failure = { 0 };
	struct pg_answer *answer;
	bool is_done;

	if (pg_run(pg->link, &answer, "COMMIT", NULL, 0, &failure) != 0) {
		enum pg_trouble trouble = pg_link_trouble(pg->link);

		if (trouble != PG_TROUBLE_LOST && trouble != PG_TROUBLE_STOPPED) {
			const char *next =
				pg_refusal_of(pg_link_state(pg->link), &failure.kind);

			err_set(err, failure.kind, "%s: %s; nothing was written%s%s",
				pg_link_place(pg->link), failure.text,
				next != NULL ? "; " : "", next != NULL ? next : "");
			return CHANGE_FAILED;
		}
		err_set(err, ERR_UNKNOWN,
			"%s: no answer at the end of the transaction (%s); it is not "
			"known whether the change was written; look before you try "
			"again",
			pg_link_place(pg->link), failure.text);
		return CHANGE_UNKNOWN;
	}
	is_done = pg_answer_is(answer, "COMMIT");
	pg_answer_free(answer);
	if (is_done)
		return CHANGE_DONE;
	err_set(err, ERR_FAILED,
		"%s: the server gave the transaction up without a reason; nothing was "
		"written; try again",
		pg_link_place(pg->link));
	return CHANGE_FAILED;
}

/* --- when its end was not answered --- */

/* Without an operator, which somebody's search_path could replace. */
#define SERVER "pg_catalog.concat(s.system_identifier, ':', c.timeline_id)"
#define OF_SERVER                                                                        \
	" FROM pg_catalog.pg_control_system() s, pg_catalog.pg_control_checkpoint() c"

/* It may be asked before the server has come to it. */
#define PAUSE	 (20 * MILLISECOND)
#define PATIENCE 10

#define NAME "pg_catalog.pg_current_xact_id(), (SELECT " SERVER OF_SERVER ")"

int
pg_server_read(const struct pg_store *pg, struct str *out, struct err *err)
{
	struct pg_answer *answer;

	if (pg_run(pg->link, &answer, "SELECT " SERVER OF_SERVER, NULL, 0, err) != 0)
		return -1;
	str_add_span(out, pg_answer_cell(answer, 0, 0));
	pg_answer_free(answer);
	return 0;
}

static void
take_name(const struct pg_answer *answer, struct pg_last *out)
{
	str_clear(&out->transaction);
	str_clear(&out->server);
	str_add_span(&out->transaction, pg_answer_cell(answer, 0, 0));
	str_add_span(&out->server, pg_answer_cell(answer, 0, 1));
}

int
pg_transaction_name(const struct pg_store *pg, struct pg_last *out, struct err *err)
{
	struct pg_answer *answer;

	if (pg_run(pg->link, &answer, "SELECT " NAME, NULL, 0, err) != 0)
		return -1;
	take_name(answer, out);
	pg_answer_free(answer);
	return 0;
}

/* As many columns as PG_ENDING_CELLS. */
static const char ending[] = NAME OUR_SETTINGS;

void
pg_transaction_add_ending(struct str *sql)
{
	str_add(sql, ending);
}

void
pg_transaction_take_ending(const struct pg_answer *answer, struct pg_last *out)
{
	take_name(answer, out);
}

/* What the server says of it. */
struct told {
	const struct pg_last *of;
	bool is_same; /* server */
	bool is_committed, is_aborted, is_under_way;
};

static void
take_told(void *arg, const struct span *cells, int count)
{
	struct told *told = arg;

	(void)count;
	told->is_same = span_equal(cells[0], str_span(&told->of->server));
	told->is_committed = span_is(cells[1], "committed");
	told->is_aborted = span_is(cells[1], "aborted");
	told->is_under_way = span_is(cells[1], "in progress");
}

static int
read_told(struct pg_store *pg, struct told *told, struct err *err)
{
	struct span number = str_span(&told->of->transaction);
	const struct pg_query query = {
		.sql = "SELECT " SERVER
		       ", pg_catalog.pg_xact_status($1::pg_catalog.xid8)" OF_SERVER,
		.parameters = &number,
		.count = 1,
		.row = take_told,
		.arg = told,
	};

	return pg_read(pg->link, PG_OURS, &query, 1, pg_store_time_left(pg), err);
}

/* The server has not noticed that we are gone. One that waits for a standby has committed
 * there, and is left to that. */
static int
end_it(struct pg_store *pg, const struct pg_last *last, struct err *err)
{
	static const char sql[] =
		"SELECT pg_catalog.pg_terminate_backend(a.pid) "
		"FROM pg_catalog.pg_stat_activity a "
		"WHERE a.backend_xid = $1::pg_catalog.xid8::pg_catalog.xid "
		"AND a.wait_event IS DISTINCT FROM 'SyncRep'";
	struct span number = str_span(&last->transaction);
	const struct pg_query query = { .sql = sql, .parameters = &number, .count = 1 };

	return pg_read(pg->link, PG_OURS, &query, 1, pg_store_time_left(pg), err);
}

static int
wait_for_told(struct pg_store *pg, struct told *told, struct err *err)
{
	const struct timespec pause = { .tv_nsec = PAUSE * 1000 };

	for (int round = 0;; round++) {
		if (read_told(pg, told, err) != 0)
			return -1;
		if (!told->is_under_way)
			return 0;
		if (store_must_stop(&pg->store, err) ||
			(round == PATIENCE && end_it(pg, told->of, err) != 0))
			return -1;
		nanosleep(&pause, NULL);
	}
}

enum change_result
pg_transaction_ask(struct pg_store *pg, const struct pg_last *last, struct err *err)
{
	struct told told = { .of = last };
	struct err failure = { 0 };
	const char *why = failure.text;

	pg_transaction_end(pg);
	store_extend(&pg->store);
	if (pg_store_connect(pg, &failure) == 0 &&
		wait_for_told(pg, &told, &failure) != 0)
		pg_store_failed(pg);
	if (!err_is_set(&failure) && told.is_same) {
		if (told.is_committed)
			return CHANGE_DONE;
		if (told.is_aborted) {
			err_set(err, ERR_UNREACHABLE,
				"%s: the connection was lost before the end of the "
				"transaction, and the server gave it up; nothing was "
				"written; try again",
				pg_link_place(pg->link));
			return CHANGE_FAILED;
		}
	}
	if (!err_is_set(&failure))
		why = told.is_same ? "the server remembers it no more"
				   : "it is another server now";
	err_set(err, ERR_UNKNOWN,
		"no answer at the end of the transaction, and what came of it cannot be "
		"asked (%s): it is not known whether the change was written; look before "
		"you try again",
		why);
	return CHANGE_UNKNOWN;
}

/* --- one at a time --- */

/* The 64 bits of an advisory lock. */
static void
write_lock_key(char out[24], struct span operation)
{
	snprintf(out, 24, "%lld", (long long)span_hash(operation));
}

int
pg_transaction_claim(struct pg_store *pg, struct span operation, struct err *err)
{
	char text[24];
	struct span key;

	write_lock_key(text, operation);
	key = span_of(text);
	return pg_run(pg->link, NULL,
		"SELECT pg_catalog.pg_advisory_xact_lock($1::pg_catalog.int8)", &key, 1,
		err);
}
