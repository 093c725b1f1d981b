/* SPDX-License-Identifier: MIT
 *
 * Statements and their answers. */
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
/* The columns of one row that are handed on: more than any table has. */
#define CELLS_MAX 1700
/* Of one pg_read(), with those around them. */
#define QUERIES_MAX 8

/* What two clocks may differ by and agree, and how long an answer may take that is to
 * tell (microseconds). */
#define CLOCKS_AGREE (2 * SECOND)
#define CLOCKS_DOUBT SECOND

struct pg_answer {
	PGresult *pg;
};

/* --- waiting --- */

/* Waits for the socket, in slices. False, with err set: the stop function ended it. */
static bool
wait_for(struct pg_link *conn, short events, struct err *err)
{
	struct pollfd wait = { .fd = PQsocket(conn->pg), .events = events };

	while (poll(&wait, 1, PG_SLICE_MILLISECONDS) <= 0) {
		if (conn->stop(conn->stop_arg, err)) {
			conn->trouble = PG_TROUBLE_STOPPED;
			return false;
		}
	}
	return true;
}

/* --- what is known of it --- */

const char *
pg_link_place(const struct pg_link *conn)
{
	return conn->place;
}

const char *
pg_link_told(const struct pg_link *conn, const char *name)
{
	return PQparameterStatus(conn->pg, name);
}

int
pg_link_version(const struct pg_link *conn)
{
	return PQserverVersion(conn->pg);
}

enum pg_trouble
pg_link_trouble(const struct pg_link *conn)
{
	return conn->trouble;
}

const char *
pg_link_state(const struct pg_link *conn)
{
	return conn->state;
}

size_t
pg_link_position(const struct pg_link *conn)
{
	return conn->position;
}

bool
pg_link_in_transaction(const struct pg_link *conn)
{
	PGTransactionStatusType status = PQtransactionStatus(conn->pg);

	return status == PQTRANS_INTRANS || status == PQTRANS_INERROR;
}

int64_t
pg_link_ahead(const struct pg_link *conn)
{
	return conn->ahead;
}

/* --- failures --- */

static int
lost(struct pg_link *conn, struct err *err)
{
	struct str text = { 0 };

	conn->trouble = PG_TROUBLE_LOST;
	pg_add_message(&text, PQerrorMessage(conn->pg), PQpass(conn->pg));
	err_set(err, ERR_UNREACHABLE, "%s", str_text(&text));
	str_free(&text);
	return -1;
}

static int
refused(struct pg_link *conn, const PGresult *result, struct err *err)
{
	const struct pg_complaint complaint = {
		.state = PQresultErrorField(result, PG_DIAG_SQLSTATE),
		.primary = PQresultErrorField(result, PG_DIAG_MESSAGE_PRIMARY),
		.detail = PQresultErrorField(result, PG_DIAG_MESSAGE_DETAIL),
		.hint = PQresultErrorField(result, PG_DIAG_MESSAGE_HINT),
	};

	const char *position = PQresultErrorField(result, PG_DIAG_STATEMENT_POSITION);

	if (complaint.state == NULL) /* libpq's own: the connection */
		return lost(conn, err);
	conn->position = position != NULL ? strtoul(position, NULL, 10) : 0;
	snprintf(conn->state, sizeof(conn->state), "%s", complaint.state);
	conn->trouble = pg_complaint_tell(&complaint, err);
	if (PQstatus(conn->pg) == CONNECTION_BAD)
		conn->trouble = PG_TROUBLE_LOST;
	return -1;
}

/* --- statements --- */

static int
flush(struct pg_link *conn, struct err *err)
{
	int left;

	while ((left = PQflush(conn->pg)) == 1) {
		if (!wait_for(conn, POLLIN | POLLOUT, err))
			return -1;
		if (PQconsumeInput(conn->pg) == 0)
			return lost(conn, err);
	}
	return left == 0 ? 0 : lost(conn, err);
}

/* Parameters as libpq takes them: texts that end. */
struct values {
	const char **list;
	struct str *texts;
	size_t count;
};

static void
values_take(struct values *out, const struct span *parameters, size_t count)
{
	*out = (struct values){ .list = mem_new(count + 1, sizeof(*out->list)),
		.texts = mem_new(count + 1, sizeof(*out->texts)),
		.count = count };
	for (size_t i = 0; i < count; i++) {
		str_add_span(&out->texts[i], parameters[i]);
		out->list[i] = parameters[i].at != NULL ? str_text(&out->texts[i]) : NULL;
	}
}

static void
values_free(struct values *values)
{
	for (size_t i = 0; i < values->count; i++)
		str_free(&values->texts[i]);
	free(values->texts);
	free(values->list);
}

/* Hands a statement to libpq, which sends it with the next flush. */
static int
send_statement(struct pg_link *conn, const char *sql, const struct span *parameters,
	size_t count, struct err *err)
{
	struct values values;
	int sent;

	values_take(&values, parameters, count);
	sent = PQsendQueryParams(
		conn->pg, sql, (int)values.count, NULL, values.list, NULL, NULL, 0);
	values_free(&values);
	return sent != 0 ? 0 : lost(conn, err);
}

/* The next part of an answer, or NULL at its end. */
static int
next(struct pg_link *conn, PGresult **out, struct err *err)
{
	*out = NULL;
	while (PQisBusy(conn->pg)) {
		if (!wait_for(conn, POLLIN, err))
			return -1;
		if (PQconsumeInput(conn->pg) == 0)
			return lost(conn, err);
	}
	*out = PQgetResult(conn->pg);
	return 0;
}

static bool
is_failure(const PGresult *result)
{
	ExecStatusType status = PQresultStatus(result);

	return status != PGRES_COMMAND_OK && status != PGRES_TUPLES_OK &&
	       status != PGRES_SINGLE_TUPLE;
}

static void
begin_call(struct pg_link *conn)
{
	conn->trouble = PG_TROUBLE_NONE;
	conn->state[0] = '\0';
	conn->position = 0;
}

int
pg_run(struct pg_link *conn, struct pg_answer **out, const char *sql,
	const struct span *parameters, size_t count, struct err *err)
{
	PGresult *kept = NULL, *part;
	bool failed = false;
	int status;

	if (out != NULL)
		*out = NULL;
	begin_call(conn);
	status = send_statement(conn, sql, parameters, count, err);
	if (status == 0)
		status = flush(conn, err);
	while (status == 0 && (status = next(conn, &part, err)) == 0 && part != NULL) {
		if (is_failure(part))
			failed = refused(conn, part, err) != 0;
		PQclear(kept);
		kept = part;
	}
	if (status != 0 || failed || out == NULL) {
		PQclear(kept);
		return failed ? -1 : status;
	}
	*out = mem_new(1, sizeof(**out));
	(*out)->pg = kept;
	return 0;
}

void
pg_answer_free(struct pg_answer *result)
{
	if (result == NULL)
		return;
	PQclear(result->pg);
	free(result);
}

size_t
pg_answer_rows(const struct pg_answer *result)
{
	return (size_t)PQntuples(result->pg);
}

static struct span
cell_of(const PGresult *result, int row, int column)
{
	size_t length = (size_t)PQgetlength(result, row, column);

	if (length == 0 && PQgetisnull(result, row, column))
		return SPAN_NONE;
	return (struct span){ PQgetvalue(result, row, column), length };
}

struct span
pg_answer_cell(const struct pg_answer *result, size_t row, int column)
{
	return cell_of(result->pg, (int)row, column);
}

int64_t
pg_answer_changes(const struct pg_answer *result)
{
	return strtoll(PQcmdTuples(result->pg), NULL, 10);
}

bool
pg_answer_is(const struct pg_answer *result, const char *command)
{
	return strcmp(PQcmdStatus(result->pg), command) == 0;
}

/* --- reading --- */

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
deliver(const PGresult *result, pg_row_fn *row, void *arg)
{
	struct span cells[CELLS_MAX];
	int count = PQnfields(result);

	if (row == NULL)
		return;
	if (count > CELLS_MAX)
		count = CELLS_MAX;
	for (int i = 0; i < PQntuples(result); i++) {
		for (int column = 0; column < count; column++)
			cells[column] = cell_of(result, i, column);
		row(arg, cells, count);
	}
}

static void
deliver_part(const PGresult *result, const struct pg_query *query)
{
	if (query->columns != NULL && PQresultStatus(result) == PGRES_TUPLES_OK)
		deliver_columns(result, query);
	deliver(result, query->row, query->arg);
}

void
pg_answer_deliver(const struct pg_answer *result, pg_row_fn *row, void *arg)
{
	deliver(result->pg, row, arg);
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
		status = next(conn, &part, err);
		if (status != 0 || part == NULL)
			break;
		if (PQresultStatus(part) != PGRES_PIPELINE_ABORTED && is_failure(part))
			reading->failed = refused(conn, part, err) != 0;
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

	if (next(conn, &part, err) != 0)
		return -1;
	PQclear(part);
	return PQexitPipelineMode(conn->pg) != 0 ? 0 : lost(conn, err);
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

static int
send_all(struct pg_link *conn, const struct pg_query *queries, size_t count,
	struct err *err)
{
	int status = 0;

	for (size_t i = 0; i < count && status == 0; i++)
		status = send_statement(conn, queries[i].sql, queries[i].parameters,
			queries[i].count, err);
	if (status == 0 && PQpipelineSync(conn->pg) == 0)
		status = lost(conn, err);
	return status == 0 ? flush(conn, err) : -1;
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

/* The statements with those around them. */
static size_t
surround(struct pg_query all[QUERIES_MAX], struct pg_link *conn,
	const struct pg_query *queries, size_t count)
{
	all[0] = (struct pg_query){ .sql = begin_sql };
	all[1] = (struct pg_query){
		.sql = settings_sql, .count = 3, .row = prove, .arg = conn
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
	char milliseconds[24], lock[24];
	struct span settings[3];

	snprintf(milliseconds, sizeof(milliseconds), "%lld",
		(long long)(timeout / MILLISECOND + 1));
	/* It is the server that shall say that somebody has a lock, before we give up. */
	snprintf(lock, sizeof(lock), "%lld",
		(long long)(timeout * 7 / 8 / MILLISECOND + 1));
	settings[0] = span_of(milliseconds);
	settings[2] = span_of(lock);
	settings[1] = author == PG_OURS ? SPAN("pg_catalog") : SPAN_NONE;
	all[1].parameters = settings;
	begin_call(conn);
	conn->reading = (struct pg_reading){ .sent = clock_now() };
	if (PQenterPipelineMode(conn->pg) == 0)
		return lost(conn, err);
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
	if (conn->reading.failed)
		return roll_back(conn);
	if (!conn->reading.is_proven)
		return err_set(err, ERR_FAILED,
			"the server does not say that the transaction only reads; what "
			"it told is not used");
	return 0;
}

int
pg_read(struct pg_link *conn, enum pg_author author, const struct pg_query *queries,
	size_t count, int64_t timeout, struct err *err)
{
	if (pg_read_begin(conn, author, queries, count, timeout, err) != 0)
		return -1;
	return pg_read_end(conn, queries, count, err);
}
