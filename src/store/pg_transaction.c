/* SPDX-License-Identifier: MIT */
#include "store/pg_transaction.h"

#include <stdio.h>

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

static int
begin(struct pg_transaction *out, struct err *err)
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
	if (pg_run(link, NULL, "BEGIN ISOLATION LEVEL READ COMMITTED, READ WRITE", NULL,
		    0, err) != 0 ||
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
	return begin(out, err);
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
			err_set(err, failure.kind, "%s; nothing was written",
				failure.text);
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
