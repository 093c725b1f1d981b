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

/* The columns of one row that are handed on: more than any table has. */
#define CELLS_MAX 1700

struct pg_answer {
	PGresult *pg;
};

/* --- waiting --- */

/* Waits for the socket, in slices. False, with err set: the stop function ended it. */
bool
pg_link_wait(struct pg_link *conn, short events, struct err *err)
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

bool
pg_link_is_served_by(const struct pg_link *conn, struct span process)
{
	char ours[16];

	snprintf(ours, sizeof(ours), "%d", PQbackendPID(conn->pg));
	return span_is(process, ours);
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

int
pg_link_lost(struct pg_link *conn, struct err *err)
{
	struct str text = { 0 };

	conn->trouble = PG_TROUBLE_LOST;
	pg_add_message(&text, PQerrorMessage(conn->pg), PQpass(conn->pg));
	err_set(err, ERR_UNREACHABLE, "%s", str_text(&text));
	str_free(&text);
	return -1;
}

int
pg_link_refused(struct pg_link *conn, const PGresult *result, struct err *err)
{
	const struct pg_complaint complaint = {
		.state = PQresultErrorField(result, PG_DIAG_SQLSTATE),
		.primary = PQresultErrorField(result, PG_DIAG_MESSAGE_PRIMARY),
		.detail = PQresultErrorField(result, PG_DIAG_MESSAGE_DETAIL),
		.hint = PQresultErrorField(result, PG_DIAG_MESSAGE_HINT),
	};

	const char *position = PQresultErrorField(result, PG_DIAG_STATEMENT_POSITION);

	if (complaint.state == NULL) /* libpq's own: the connection */
		return pg_link_lost(conn, err);
	conn->position = position != NULL ? strtoul(position, NULL, 10) : 0;
	snprintf(conn->state, sizeof(conn->state), "%s", complaint.state);
	conn->trouble = pg_complaint_tell(&complaint, err);
	if (PQstatus(conn->pg) == CONNECTION_BAD)
		conn->trouble = PG_TROUBLE_LOST;
	return -1;
}

/* --- statements --- */

int
pg_link_flush(struct pg_link *conn, struct err *err)
{
	int left;

	while ((left = PQflush(conn->pg)) == 1) {
		if (!pg_link_wait(conn, POLLIN | POLLOUT, err))
			return -1;
		if (PQconsumeInput(conn->pg) == 0)
			return pg_link_lost(conn, err);
	}
	return left == 0 ? 0 : pg_link_lost(conn, err);
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
int
pg_link_send(struct pg_link *conn, const char *sql, const struct span *parameters,
	size_t count, struct err *err)
{
	struct values values;
	int sent;

	values_take(&values, parameters, count);
	sent = PQsendQueryParams(
		conn->pg, sql, (int)values.count, NULL, values.list, NULL, NULL, 0);
	values_free(&values);
	return sent != 0 ? 0 : pg_link_lost(conn, err);
}

/* The next part of an answer, or NULL at its end. */
int
pg_link_next(struct pg_link *conn, PGresult **out, struct err *err)
{
	*out = NULL;
	while (PQisBusy(conn->pg)) {
		if (!pg_link_wait(conn, POLLIN, err))
			return -1;
		if (PQconsumeInput(conn->pg) == 0)
			return pg_link_lost(conn, err);
	}
	*out = PQgetResult(conn->pg);
	return 0;
}

bool
pg_result_is_failure(const PGresult *result)
{
	ExecStatusType status = PQresultStatus(result);

	return status != PGRES_COMMAND_OK && status != PGRES_TUPLES_OK &&
	       status != PGRES_SINGLE_TUPLE;
}

void
pg_link_begin(struct pg_link *conn)
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
	pg_link_begin(conn);
	status = pg_link_send(conn, sql, parameters, count, err);
	if (status == 0)
		status = pg_link_flush(conn, err);
	while (status == 0 && (status = pg_link_next(conn, &part, err)) == 0 &&
		part != NULL) {
		if (pg_result_is_failure(part))
			failed = pg_link_refused(conn, part, err) != 0;
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

void
pg_result_deliver(const PGresult *result, pg_row_fn *row, void *arg)
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

void
pg_answer_deliver(const struct pg_answer *result, pg_row_fn *row, void *arg)
{
	pg_result_deliver(result->pg, row, arg);
}
