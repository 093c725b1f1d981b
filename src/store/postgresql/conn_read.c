/* SPDX-License-Identifier: MIT
 *
 * Reading: statements in a transaction that only reads. Several go through a pipeline, in
 * which each is one statement whatever stands in it; the rows of a large table come by
 * COPY, for which libpq makes no result of each row. */
#include "store/postgresql/conn_inside.h"

#include <libpq-fe.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "base/mem.h"

/* Rows between two questions to the stop function while rows keep coming. */
#define ROWS_PER_SLICE 1024
/* Of one pg_read(), with those around them. */
#define QUERIES_MAX 8

/* What two clocks may differ by and agree, and how long an answer may take that is to
 * tell (microseconds). */
#define CLOCKS_AGREE (2 * SECOND)
#define CLOCKS_DOUBT SECOND

/* The server has told its time at some moment between our sending and now. */
static void
compare_clocks(struct pg_link *conn, struct span told)
{
	int64_t sent = conn->reading.sent, doubt = (clock_now() - sent) / 2, ahead;

	if (clock_is_frozen() || told.at == NULL || doubt < 0 || doubt > CLOCKS_DOUBT)
		return;
	ahead = strtoll(told.at, NULL, 10) - (sent + doubt);
	conn->ahead = ahead > CLOCKS_AGREE || ahead < -CLOCKS_AGREE ? ahead : 0;
}

static void
prove(void *arg, const struct span *cells, int count)
{
	struct pg_link *conn = arg;

	conn->reading.is_proven = count > 1 && span_is(cells[count - 1], "on");
	if (count > 1)
		compare_clocks(conn, cells[count - 2]);
}

static void
deliver_columns(const PGresult *result, const struct pg_query *query)
{
	int count = PQnfields(result);
	struct pg_heading *columns = mem_new((size_t)count + 1, sizeof(*columns));

	for (int i = 0; i < count; i++)
		columns[i] =
			(struct pg_heading){ PQfname(result, i), PQftype(result, i) };
	query->columns(query->arg, columns, count);
	free(columns);
}

static void
deliver_part(const PGresult *result, const struct pg_query *query)
{
	if (query->columns != NULL && PQresultStatus(result) == PGRES_TUPLES_OK)
		deliver_columns(result, query);
	pg_result_deliver(result, query->row, query->arg);
}

/* A look at the clock for every row would cost more than the row. */
static int
may_go_on(struct pg_link *conn, struct err *err)
{
	if (++conn->reading.rows % ROWS_PER_SLICE != 0 ||
		!conn->stop(conn->stop_arg, err))
		return 0;
	conn->trouble = PG_TROUBLE_STOPPED;
	return -1;
}

/* Takes the answer to one statement. Behind a failure, whose text is kept, the others are
 * not run. */
static int
take_answer(struct pg_link *conn, const struct pg_query *query, struct err *err)
{
	struct pg_reading *reading = &conn->reading;
	PGresult *part;
	int status = 0;

	PQsetSingleRowMode(conn->pg);
	while (status == 0) {
		status = pg_link_next(conn, &part, err);
		if (status != 0 || part == NULL)
			break;
		if (PQresultStatus(part) != PGRES_PIPELINE_ABORTED &&
			pg_result_is_failure(part))
			reading->failed = pg_link_refused(conn, part, err) != 0;
		else if (!reading->failed)
			deliver_part(part, query);
		PQclear(part);
		status = may_go_on(conn, err);
	}
	return status;
}

static int
take_sync(struct pg_link *conn, struct err *err)
{
	PGresult *part;

	if (pg_link_next(conn, &part, err) != 0)
		return -1;
	PQclear(part);
	return PQexitPipelineMode(conn->pg) != 0 ? 0 : pg_link_lost(conn, err);
}

static const char begin_sql[] = "BEGIN ISOLATION LEVEL REPEATABLE READ, READ ONLY";
/* Of this transaction alone: what others do on the same connection is not touched. */
static const char settings_sql[] =
	"SELECT pg_catalog.set_config('statement_timeout', $1, true), "
	"pg_catalog.set_config('lock_timeout', $3, true), "
	"pg_catalog.set_config('TimeZone', 'UTC', true), "
	"pg_catalog.set_config('DateStyle', 'ISO, YMD', true), "
	"pg_catalog.set_config('IntervalStyle', 'iso_8601', true), "
	"pg_catalog.set_config('bytea_output', 'hex', true), "
	"pg_catalog.set_config('extra_float_digits', '1', true), "
	"pg_catalog.set_config('search_path', coalesce($2, "
	"pg_catalog.current_setting('search_path')), true), "
	"(extract(epoch FROM pg_catalog.clock_timestamp()) * "
	"1000000)::pg_catalog.int8, "
	"pg_catalog.current_setting('transaction_read_only')";

/* The values in it. */
#define SETTINGS 3
struct settings {
	char timeout[24], lock[24];
	struct span values[SETTINGS];
};

static void
settings_take(struct settings *out, enum pg_author author, int64_t timeout)
{
	snprintf(out->timeout, sizeof(out->timeout), "%lld",
		(long long)(timeout / MILLISECOND + 1));
	/* It is the server that shall say that somebody has a lock, before we give up. */
	snprintf(out->lock, sizeof(out->lock), "%lld",
		(long long)(timeout * 7 / 8 / MILLISECOND + 1));
	out->values[0] = span_of(out->timeout);
	out->values[1] = author == PG_OURS ? SPAN("pg_catalog") : SPAN_NONE;
	out->values[2] = span_of(out->lock);
}

static void
begin_reading(struct pg_link *conn)
{
	pg_link_begin(conn);
	conn->reading = (struct pg_reading){ .sent = clock_now() };
}

/* --- in a pipeline --- */

static int
send_all(struct pg_link *conn, const struct pg_query *queries, size_t count,
	struct err *err)
{
	int status = 0;

	for (size_t i = 0; i < count && status == 0; i++)
		status = pg_link_send(conn, queries[i].sql, queries[i].parameters,
			queries[i].count, err);
	if (status == 0 && PQpipelineSync(conn->pg) == 0)
		status = pg_link_lost(conn, err);
	return status == 0 ? pg_link_flush(conn, err) : -1;
}

static int
take_all(struct pg_link *conn, const struct pg_query *queries, size_t count,
	struct err *err)
{
	int status = 0;

	for (size_t i = 0; i < count && status == 0; i++)
		status = take_answer(conn, &queries[i], err);
	return status == 0 ? take_sync(conn, err) : -1;
}

/* A transaction that failed is still there. */
static int
roll_back(struct pg_link *conn)
{
	enum pg_trouble trouble = conn->trouble;
	size_t position = conn->position;
	struct err ignored = { 0 };
	char state[sizeof(conn->state)];

	memcpy(state, conn->state, sizeof(state));
	if (trouble != PG_TROUBLE_LOST && PQtransactionStatus(conn->pg) != PQTRANS_IDLE &&
		pg_run(conn, NULL, "ROLLBACK", NULL, 0, &ignored) != 0)
		trouble = PG_TROUBLE_LOST;
	conn->trouble = trouble;
	conn->position = position;
	memcpy(conn->state, state, sizeof(state));
	return -1;
}

static int
end_reading(struct pg_link *conn, struct err *err)
{
	if (conn->reading.failed)
		return roll_back(conn);
	if (!conn->reading.is_proven)
		return err_set(err, ERR_UNPROVEN,
			"the server does not say that the transaction only reads; what "
			"it told is not used");
	return 0;
}

/* The statements with those around them. */
static size_t
surround(struct pg_query all[QUERIES_MAX], struct pg_link *conn,
	const struct pg_query *queries, size_t count)
{
	all[0] = (struct pg_query){ .sql = begin_sql };
	all[1] = (struct pg_query){
		.sql = settings_sql, .count = SETTINGS, .row = prove, .arg = conn
	};
	memcpy(all + 2, queries, count * sizeof(*queries));
	all[count + 2] = (struct pg_query){ .sql = "COMMIT" };
	return count + 3;
}

int
pg_read_begin(struct pg_link *conn, enum pg_author author, const struct pg_query *queries,
	size_t count, int64_t timeout, struct err *err)
{
	struct pg_query all[QUERIES_MAX];
	size_t all_count = surround(all, conn, queries, count);
	struct settings settings;

	settings_take(&settings, author, timeout);
	all[1].parameters = settings.values;
	begin_reading(conn);
	if (PQenterPipelineMode(conn->pg) == 0)
		return pg_link_lost(conn, err);
	return send_all(conn, all, all_count, err);
}

int
pg_read_end(struct pg_link *conn, const struct pg_query *queries, size_t count,
	struct err *err)
{
	struct pg_query all[QUERIES_MAX];
	size_t all_count = surround(all, conn, queries, count);

	if (take_all(conn, all, all_count, err) != 0)
		return -1;
	return end_reading(conn, err);
}

int
pg_read(struct pg_link *conn, enum pg_author author, const struct pg_query *queries,
	size_t count, int64_t timeout, struct err *err)
{
	if (pg_read_begin(conn, author, queries, count, timeout, err) != 0)
		return -1;
	return pg_read_end(conn, queries, count, err);
}

/* --- by COPY --- */

/* The settings with their values in them, which are numbers and a name of ours. */
static void
add_settings(struct str *out, const struct settings *settings)
{
	for (const char *at = settings_sql; *at != '\0'; at++) {
		if (*at != '$') {
			str_add_char(out, *at);
			continue;
		}
		str_add_char(out, '\'');
		str_add_span(out, settings->values[*++at - '1']);
		str_add_char(out, '\'');
	}
}

int
pg_copy_begin(struct pg_link *conn, const struct pg_copy *copy, int64_t timeout,
	struct err *err)
{
	struct settings settings;
	struct str sql = { 0 };
	int sent;

	settings_take(&settings, PG_OURS, timeout);
	begin_reading(conn);
	str_addf(&sql, "%s; ", begin_sql);
	add_settings(&sql, &settings);
	str_addf(&sql, "; %s; COPY (%s) TO STDOUT (FORMAT binary); COMMIT",
		copy->first.sql, copy->select);
	sent = PQsendQuery(conn->pg, str_text(&sql));
	str_free(&sql);
	return sent != 0 ? pg_link_flush(conn, err) : pg_link_lost(conn, err);
}

/* Takes all that comes until the server says how it ended. */
static int
take_copied(struct pg_link *conn, const struct pg_copy *copy, struct err *err)
{
	char *bytes;
	int len;

	while ((len = PQgetCopyData(conn->pg, &bytes, true)) >= 0) {
		if (len > 0) {
			copy->bytes(copy->arg, (struct span){ bytes, (size_t)len });
			PQfreemem(bytes);
			if (may_go_on(conn, err) != 0)
				return -1;
			continue;
		}
		if (!pg_link_wait(conn, POLLIN, err))
			return -1;
		if (PQconsumeInput(conn->pg) == 0)
			return pg_link_lost(conn, err);
	}
	return len == -1 ? 0 : pg_link_lost(conn, err);
}

/* Its parts are those of the statements, one after the other: which one a row belongs to
 * is told by how many are behind. */
static int
take_part(struct pg_link *conn, const struct pg_copy *copy, const PGresult *part,
	int *answered, struct err *err)
{
	const struct pg_query asked[] = { { .row = prove, .arg = conn }, copy->first };

	if (PQresultStatus(part) == PGRES_COPY_OUT)
		return take_copied(conn, copy, err);
	if (pg_result_is_failure(part))
		conn->reading.failed = pg_link_refused(conn, part, err) != 0;
	else if (PQresultStatus(part) == PGRES_TUPLES_OK && *answered < 2)
		deliver_part(part, &asked[(*answered)++]);
	return 0;
}

int
pg_copy_end(struct pg_link *conn, const struct pg_copy *copy, struct err *err)
{
	int answered = 0, status = 0;
	PGresult *part;

	while (status == 0) {
		status = pg_link_next(conn, &part, err);
		if (status != 0 || part == NULL)
			break;
		status = take_part(conn, copy, part, &answered, err);
		PQclear(part);
	}
	return status == 0 ? end_reading(conn, err) : -1;
}
