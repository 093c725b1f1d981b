/* SPDX-License-Identifier: MIT
 *
 * What became of an operation whose outcome nobody knows. Its transaction holds a lock of
 * its own from before the first row is touched until it ends, so that nothing is said
 * while it may still be under way on the server: a statement that came late, a server
 * that has not noticed that we are gone. */
#include "store/postgresql/operate.h"

#include <stdio.h>

#include "store/edits.h"
#include "store/postgresql/statement.h"

/* --- is it still under way? --- */

/* $1, $2: the two halves of the lock. One that only waits for a standby has committed
 * here already, and is left to that. */
static const char end_sql[] =
	"SELECT l.pid, a.wait_event IS NOT DISTINCT FROM 'SyncRep', "
	"CASE WHEN a.wait_event IS DISTINCT FROM 'SyncRep' "
	"THEN pg_catalog.pg_terminate_backend(l.pid) END "
	"FROM pg_catalog.pg_locks l "
	"JOIN pg_catalog.pg_stat_activity a ON a.pid = l.pid "
	"WHERE l.locktype = 'advisory' AND l.granted AND l.objsubid = 1 "
	"AND l.classid = $1::pg_catalog.oid AND l.objid = $2::pg_catalog.oid "
	"AND l.database = (SELECT oid FROM pg_catalog.pg_database "
	"WHERE datname = pg_catalog.current_database()) "
	"AND l.pid <> pg_catalog.pg_backend_pid()";

/* Has the server end the process in which it is still under way. */
static int
end_holder(struct pg_store *pg, struct span operation, struct err *err)
{
	unsigned long long key = span_hash(operation);
	char halves[2][16];
	struct span parameters[2];
	struct pg_answer *answer;
	struct err failure = { 0 };
	int status = 0;

	snprintf(halves[0], sizeof(halves[0]), "%llu", key >> 32);
	snprintf(halves[1], sizeof(halves[1]), "%llu", key & 0xffffffff);
	for (int i = 0; i < 2; i++)
		parameters[i] = span_of(halves[i]);
	if (pg_run(pg->link, &answer, end_sql, parameters, 2, &failure) != 0)
		return err_set(err, ERR_UNKNOWN,
			"%s: the transaction of this operation is still under way on the "
			"server, and cannot be ended (%s); look again when it has ended",
			pg_link_place(pg->link), failure.text);
	if (pg_answer_rows(answer) > 0 && span_is(pg_answer_cell(answer, 0, 1), "t")) {
		struct span pid = pg_answer_cell(answer, 0, 0);

		status = err_set(err, ERR_UNKNOWN,
			"%s: the transaction of this operation is still under way on the "
			"server (process %.*s waits for a standby); look again when it "
			"has ended",
			pg_link_place(pg->link), (int)pid.len, pid.at);
	}
	pg_answer_free(answer);
	return status;
}

static bool
is_claimed_by_another(const struct pg_store *pg)
{
	return pg->link != NULL && pg_link_trouble(pg->link) == PG_TROUBLE_LOCKED;
}

/* Waits for it, then has it ended, then waits for that. */
static int
begin(struct pg_work *work, struct err *err)
{
	struct err failure = { 0 };

	for (int round = 0; round < 2; round++) {
		err_clear(&failure);
		if (pg_work_begin(work, &failure) == 0)
			return 0;
		if (!is_claimed_by_another(work->pg) || round > 0)
			break;
		pg_work_end(work);
		if (end_holder(work->pg, work->operation->id, err) != 0) {
			work->arena = arena_new();
			return -1;
		}
	}
	pg_store_blame(work->pg, "", &failure);
	return err_set(err, failure.kind, "%s", failure.text);
}

/* --- what is there --- */

static int
gather(struct pg_work *work, struct edit_evidence *out, struct err *err)
{
	int64_t since = TIME_NONE;

	*out = (struct edit_evidence){ 0 };
	if (work->audit.exists &&
		(pg_audit_has(work->pg, work->operation->id, &out->recorded, err) != 0 ||
			pg_audit_since(work->pg, &since, err) != 0))
		return -1;
	/* What a function has done may stand without its row in the audit. */
	out->would_know = since != TIME_NONE && since <= work->operation->at &&
			  (work->pg->table->statements == NULL ||
				  !pg_statements_call(work->pg->table));
	for (size_t i = 0; i < work->count; i++) {
		struct pg_row *row = arena_alloc(work->arena, 1, sizeof(*row));

		work->pairs[i].before = row;
		if (pg_row_read(row, work->pg, &work->fields, work->edits[i].key, PG_LOOK,
			    work->arena, err) != 0)
			return -1;
		out->marked |= row->exists &&
			       edit_has_mark(row->ckpt.metadata, work->operation->id);
		if (pg_row_is(row, work->pairs[i].seen))
			out->seen++;
		else if (pg_row_is(row, work->pairs[i].wanted))
			out->wanted++;
		else
			out->other++;
	}
	return 0;
}

/* Whoever made the operation himself, and still is there, knows the number of its
 * transaction; the server knows what became of it, as long as it is the same server. */
static void
ask_for_transaction(const struct pg_work *work, struct edit_evidence *out)
{
	const struct pg_last *last = &work->pg->last;
	struct span number = str_span(&last->transaction);
	struct pg_answer *answer;
	struct str server = { 0 };

	if (last->operation.len == 0 ||
		!span_equal(str_span(&last->operation), work->operation->id))
		return;
	if (pg_server_read(work->pg, &server, NULL) == 0 &&
		span_equal(str_span(&server), str_span(&last->server)) &&
		pg_run(work->pg->link, &answer,
			"SELECT pg_catalog.pg_xact_status($1::pg_catalog.xid8)", &number,
			1, NULL) == 0) {
		out->recorded |= span_is(pg_answer_cell(answer, 0, 0), "committed");
		out->would_know |= span_is(pg_answer_cell(answer, 0, 0), "aborted");
		pg_answer_free(answer);
	}
	str_free(&server);
}

/* What it has left where the table sets the time of a save by itself: known by its mark.
 */
static void
take_timed(const struct pg_work *work)
{
	for (size_t i = 0; i < work->count; i++) {
		const struct pg_pair *pair = &work->pairs[i];

		if (!pg_row_is(pair->before, pair->wanted) &&
			pg_row_is_but_for_time(pair->before, pair->wanted) &&
			edit_has_mark(pair->before->ckpt.metadata, work->operation->id))
			pg_image_write(&work->edits[i].made, &pair->before->image);
	}
}

void
pg_store_settle(struct store *store, const struct operation *operation,
	struct edit *edits, size_t count)
{
	struct pg_work work = { .pg = (struct pg_store *)store,
		.operation = operation,
		.edits = edits,
		.count = count,
		.settles = true };
	enum change_result result = CHANGE_UNKNOWN;
	struct edit_evidence evidence;
	struct err err = { 0 };

	if (begin(&work, &err) == 0) {
		if (gather(&work, &evidence, &err) == 0) {
			ask_for_transaction(&work, &evidence);
			result = edit_judge(&evidence, &err);
			if (result == CHANGE_DONE)
				take_timed(&work);
		} else {
			pg_store_blame(work.pg, "", &err);
		}
	}
	edits_set_all(edits, count, result, &err);
	pg_work_end(&work);
}
