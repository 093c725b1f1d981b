/* SPDX-License-Identifier: MIT
 *
 * Connecting, and letting go. */
#include "store/postgresql/conn_inside.h"

#include <libpq-fe.h>
#include <poll.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "base/clock.h"
#include "base/mem.h"
#include "base/thread.h"

/* Options of ours, those of a caller, the URI, and the end. */
#define OPTIONS_MAX 48

int
pg_link_check(const char *uri, struct err *err)
{
	char *message = NULL;
	PQconninfoOption *options = PQconninfoParse(uri, &message);
	struct str text = { 0 };

	if (options != NULL) {
		PQconninfoFree(options);
		return 0;
	}
	pg_add_without_quoted(&text, message != NULL ? message : "out of memory");
	err_set(err, ERR_USAGE,
		"it is no URI of PostgreSQL (%s); write "
		"postgresql://USER@HOST:PORT/DATABASE, with %%XX for what is not a "
		"letter or a digit",
		str_text(&text));
	str_free(&text);
	PQfreemem(message);
	return -1;
}

/* --- connecting --- */

/*
 * An attempt to connect, in a thread of its own: libpq looks up names and services, reads
 * certificates and asks for tickets without coming back in between. Who waits for it may
 * leave it behind; whoever comes second of the two frees it.
 */
struct attempt {
	char *keywords[OPTIONS_MAX], *values[OPTIONS_MAX];
	size_t count;
	PGconn *pg;
	struct bell *bell;
	atomic_bool is_left; /* nobody waits any more */
	atomic_bool is_second;
};

static void
add_option(struct attempt *attempt, const char *keyword, const char *value)
{
	if (attempt->count + 1 == OPTIONS_MAX)
		return;
	attempt->keywords[attempt->count] = mem_copy(keyword, strlen(keyword));
	attempt->values[attempt->count] = mem_copy(value, strlen(value));
	attempt->count++;
}

static void
attempt_end(struct attempt *attempt)
{
	if (!atomic_exchange(&attempt->is_second, true))
		return;
	for (size_t i = 0; i < attempt->count; i++) {
		explicit_bzero(attempt->values[i], strlen(attempt->values[i]));
		free(attempt->keywords[i]);
		free(attempt->values[i]);
	}
	PQfinish(attempt->pg);
	bell_free(attempt->bell);
	free(attempt);
}

static void
connect_slowly(void *arg)
{
	struct attempt *attempt = arg;
	PostgresPollingStatusType status = PGRES_POLLING_WRITING;
	PGconn *pg = PQconnectStartParams((const char *const *)attempt->keywords,
		(const char *const *)attempt->values, 1);

	attempt->pg = pg;
	if (pg == NULL || PQstatus(pg) == CONNECTION_BAD)
		status = PGRES_POLLING_FAILED;
	while (!atomic_load(&attempt->is_left) &&
		(status == PGRES_POLLING_READING || status == PGRES_POLLING_WRITING)) {
		struct pollfd wait = { .fd = PQsocket(pg),
			.events = status == PGRES_POLLING_READING ? POLLIN : POLLOUT };

		if (poll(&wait, 1, PG_SLICE_MILLISECONDS) > 0)
			status = PQconnectPoll(pg);
	}
	bell_ring(attempt->bell);
	attempt_end(attempt);
}

static void
ignore_notice(void *arg, const PGresult *result)
{
	(void)arg;
	(void)result;
}

/* An end of the network is noticed in seconds; what a server does not answer is not, and
 * is ended by the stop function. */
static const struct pg_option presets[] = {
	{ "fallback_application_name", "ckptop" },
	{ "client_encoding", "UTF8" },
	{ "keepalives_idle", "5" },
	{ "keepalives_interval", "2" },
	{ "keepalives_count", "3" },
	{ "tcp_user_timeout", "5000" },
};

static struct attempt *
new_attempt(
	const char *uri, const struct pg_option *options, size_t count, struct err *err)
{
	struct attempt *attempt = mem_new(1, sizeof(*attempt));

	if (bell_new(&attempt->bell, err) != 0) {
		free(attempt);
		return NULL;
	}
	for (size_t i = 0; i < sizeof(presets) / sizeof(*presets); i++)
		add_option(attempt, presets[i].keyword, presets[i].value);
	add_option(attempt, "dbname", uri);
	for (size_t i = 0; i < count; i++)
		add_option(attempt, options[i].keyword, options[i].value);
	return attempt;
}

static char *
place_of(const PGconn *pg)
{
	struct str text = { 0 };
	const char *host = PQhost(pg), *port = PQport(pg), *database = PQdb(pg);

	str_add(&text, host != NULL && *host != '\0' ? host : "localhost");
	if (port != NULL && *port != '\0' && strcmp(port, "5432") != 0)
		str_addf(&text, ":%s", port);
	str_addf(&text, "/%s", database != NULL ? database : "");
	return str_take(&text);
}

/* libpq does not use a password file that others may read, and says so only on standard
 * error: then the server got no password, and that is the reason. */
static void
add_password_file(struct str *out, PGconn *pg)
{
	PQconninfoOption *options = PQconninfo(pg), *option = options;
	struct stat status;

	if (!PQconnectionNeedsPassword(pg) || options == NULL) {
		PQconninfoFree(options);
		return;
	}
	while (option->keyword != NULL && strcmp(option->keyword, "passfile") != 0)
		option++;
	if (option->keyword != NULL && option->val != NULL &&
		stat(option->val, &status) == 0 &&
		(status.st_mode & (S_IRWXG | S_IRWXO)) != 0)
		str_addf(out,
			"; the password file %s is not used, because others than its "
			"owner "
			"have rights on it (mode %04o): chmod 600 %s",
			option->val, (unsigned)status.st_mode & 07777, option->val);
	PQconninfoFree(options);
}

static int
not_connected(PGconn *pg, struct err *err)
{
	struct str text = { 0 };
	char *place;

	if (pg == NULL)
		return err_set(err, ERR_UNREACHABLE, "no memory for a connection");
	place = place_of(pg);
	pg_add_message(&text, PQerrorMessage(pg), PQpass(pg));
	add_password_file(&text, pg);
	err_set(err, ERR_UNREACHABLE, "%s: %s", place, str_text(&text));
	str_free(&text);
	free(place);
	return -1;
}

/*
 * A database in SQL_ASCII holds bytes of which it knows nothing: asked for UTF-8 the
 * server would refuse to hand out what is none, and with it all else that was asked. They
 * are taken as they are, and judged where they are shown.
 */
static int
take_bytes(struct pg_link *conn, struct err *err)
{
	const char *encoding = PQparameterStatus(conn->pg, "server_encoding");

	if (encoding == NULL || strcmp(encoding, "SQL_ASCII") != 0)
		return 0;
	return pg_run(conn, NULL, "SET client_encoding = 'SQL_ASCII'", NULL, 0, err);
}

/* Waits for the attempt as long as the stop function allows. */
static int
take_connection(struct pg_link *conn, struct attempt *attempt, struct err *err)
{
	while (!bell_wait(attempt->bell, PG_SLICE_MILLISECONDS * (SECOND / 1000)))
		if (conn->stop(conn->stop_arg, err))
			return -1;
	if (attempt->pg == NULL || PQstatus(attempt->pg) != CONNECTION_OK)
		return not_connected(attempt->pg, err);
	conn->pg = attempt->pg;
	attempt->pg = NULL;
	conn->place = place_of(conn->pg);
	PQsetNoticeReceiver(conn->pg, ignore_notice, NULL);
	PQsetnonblocking(conn->pg, 1);
	return take_bytes(conn, err);
}

int
pg_link_new(struct pg_link **out, const char *uri, const struct pg_option *options,
	size_t count, pg_stop_fn *stop, void *stop_arg, struct err *err)
{
	struct attempt *attempt;
	struct thread *thread;
	struct pg_link *conn;
	int status;

	*out = NULL;
	if (pg_link_check(uri, err) != 0)
		return -1;
	attempt = new_attempt(uri, options, count, err);
	if (attempt == NULL)
		return -1;
	if (thread_start(&thread, "pg-connect", connect_slowly, attempt, err) != 0) {
		atomic_store(&attempt->is_second, true);
		attempt_end(attempt);
		return -1;
	}
	thread_leave(thread);
	conn = mem_new(1, sizeof(*conn));
	conn->stop = stop;
	conn->stop_arg = stop_arg;
	status = take_connection(conn, attempt, err);
	atomic_store(&attempt->is_left, true);
	attempt_end(attempt);
	if (status != 0) {
		pg_link_free(conn);
		return -1;
	}
	*out = conn;
	return 0;
}

/* --- letting go --- */

static void
cancel_slowly(void *arg)
{
	char ignored[256];

	PQcancel(arg, ignored, sizeof(ignored));
	PQfreeCancel(arg);
}

/* A statement that nobody waits for any more would work on: the server is asked to end
 * it, in a thread, for that is a connection of its own. */
static void
cancel(struct pg_link *conn)
{
	PGcancel *request = PQgetCancel(conn->pg);
	struct thread *thread;

	if (request == NULL)
		return;
	if (thread_start(&thread, "pg-cancel", cancel_slowly, request, NULL) != 0)
		PQfreeCancel(request);
	else
		thread_leave(thread);
}

void
pg_link_free(struct pg_link *conn)
{
	if (conn == NULL)
		return;
	if (conn->pg != NULL && PQtransactionStatus(conn->pg) == PQTRANS_ACTIVE)
		cancel(conn);
	PQfinish(conn->pg);
	free(conn->place);
	free(conn);
}
