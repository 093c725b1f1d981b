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

/*
 * A password with a '/' or an '@' that should have been encoded: libpq takes what stands
 * before it for a host or a port, and what stands behind it for a name that it then tells
 * to everybody.
 */
static bool
may_show_password(const char *uri)
{
	const char *start = strstr(uri, "://");
	const char *last = start != NULL ? strrchr(start, '@') : NULL;
	size_t length = last != NULL ? (size_t)(last - start - 3) : 0;

	return length > 0 && (memchr(start + 3, '@', length) != NULL ||
				     memchr(start + 3, '/', length) != NULL);
}

static const char *
value_of(const PQconninfoOption *options, const char *keyword)
{
	for (; options != NULL && options->keyword != NULL; options++)
		if (strcmp(options->keyword, keyword) == 0 && options->val != NULL)
			return options->val;
	return "";
}

static int
check_parts(const char *uri, const PQconninfoOption *options, struct err *err)
{
	const char *port = value_of(options, "port");

	if (may_show_password(uri))
		return err_set(err, ERR_USAGE,
			"it is no URI of PostgreSQL: before its last '@' there is "
			"another one, or a '/'; in a name and a password these are "
			"written %%40 and %%2F");
	/* USER:PASSWORD without a host is one, with that port. */
	if (port[strspn(port, "0123456789,")] != '\0')
		return err_set(err, ERR_USAGE,
			"it is no URI of PostgreSQL: what stands behind the colon of the "
			"host is no port; write postgresql://USER@HOST:PORT/DATABASE");
	return 0;
}

int
pg_link_check(const char *uri, struct err *err)
{
	char *message = NULL;
	PQconninfoOption *options = PQconninfoParse(uri, &message);
	struct str text = { 0 };
	int status;

	if (options != NULL) {
		status = check_parts(uri, options, err);
		PQconninfoFree(options);
		return status;
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
	int64_t timeout;     /* for all hosts together */
	struct str silent;   /* the hosts that did not answer, as a list */
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
	str_free(&attempt->silent);
	free(attempt);
}

/* --- several hosts --- */

/* What libpq takes for an empty place in a list of ports. */
#define DEFAULT_PORT "5432"

static size_t
list_count(const char *list)
{
	size_t count = 1;

	for (; *list != '\0'; list++)
		count += *list == ',';
	return count;
}

/* The entry of this index; borrowed. */
static struct span
list_entry(const char *list, size_t index)
{
	for (; index > 0; index--)
		list += strcspn(list, ",") + (list[strcspn(list, ",")] != '\0');
	return (struct span){ list, strcspn(list, ",") };
}

/* The hosts of a connection, in the lists of libpq; "": not given. Borrowed. */
struct hosts {
	const char *names, *addresses, *ports;
	size_t count;
};

static struct hosts
hosts_of(const PQconninfoOption *options)
{
	struct hosts hosts = { .names = value_of(options, "host"),
		.addresses = value_of(options, "hostaddr"),
		.ports = value_of(options, "port") };

	hosts.count =
		list_count(*hosts.addresses != '\0' ? hosts.addresses : hosts.names);
	return hosts;
}

static struct span
port_of(const struct hosts *hosts, size_t index)
{
	struct span port = list_entry(
		hosts->ports, list_count(hosts->ports) == hosts->count ? index : 0);

	return port.len > 0 ? port : SPAN(DEFAULT_PORT);
}

/* Which of them is being tried, or their count: none that is told from the others. */
static size_t
host_tried(const struct hosts *hosts, const PGconn *pg)
{
	struct span name = span_of(PQhost(pg)), port = span_of(PQport(pg));

	for (size_t i = 0; i < hosts->count; i++)
		if (span_equal(port_of(hosts, i), port) &&
			(span_equal(list_entry(hosts->names, i), name) ||
				span_equal(list_entry(hosts->addresses, i), name)))
			return i;
	return hosts->count;
}

/* Sets an option that wins over the URI, where there is anything to be set. */
static void
replace_option(struct attempt *attempt, const char *keyword, const char *value)
{
	size_t i = attempt->count;

	if (*value == '\0')
		return;
	while (i > 0 && strcmp(attempt->keywords[i - 1], keyword) != 0 &&
		strcmp(attempt->keywords[i - 1], "dbname") != 0)
		i--;
	if (i == 0 || strcmp(attempt->keywords[i - 1], keyword) != 0) {
		add_option(attempt, keyword, value);
		return;
	}
	free(attempt->values[i - 1]);
	attempt->values[i - 1] = mem_copy(value, strlen(value));
}

static void
add_entry(struct str *list, bool is_first, struct span entry)
{
	if (!is_first)
		str_add_char(list, ',');
	str_add_span(list, entry);
}

/* Leaves this host out of the options, as one that is not there. */
static void
leave_out(struct attempt *attempt, const struct hosts *hosts, size_t left_out)
{
	struct str names = { 0 }, addresses = { 0 }, ports = { 0 };

	for (size_t i = 0, kept = 0; i < hosts->count; i++) {
		if (i == left_out)
			continue;
		if (*hosts->names != '\0')
			add_entry(&names, kept == 0, list_entry(hosts->names, i));
		if (*hosts->addresses != '\0')
			add_entry(&addresses, kept == 0, list_entry(hosts->addresses, i));
		add_entry(&ports, kept++ == 0, port_of(hosts, i));
	}
	replace_option(attempt, "host", str_text(&names));
	replace_option(attempt, "hostaddr", str_text(&addresses));
	replace_option(attempt, "port", str_text(&ports));
	str_free(&names);
	str_free(&addresses);
	str_free(&ports);
}

static PostgresPollingStatusType
start(struct attempt *attempt)
{
	attempt->pg = PQconnectStartParams((const char *const *)attempt->keywords,
		(const char *const *)attempt->values, 1);
	return attempt->pg == NULL || PQstatus(attempt->pg) == CONNECTION_BAD
		       ? PGRES_POLLING_FAILED
		       : PGRES_POLLING_WRITING;
}

/* Goes on with the other hosts; false where there are none. libpq goes on by itself from
 * one that refuses, but waits for ever for one that is silent. */
static bool
pass_over(struct attempt *attempt, PostgresPollingStatusType *status)
{
	PQconninfoOption *options = PQconninfo(attempt->pg);
	struct hosts hosts = hosts_of(options);
	size_t tried = host_tried(&hosts, attempt->pg);
	bool has_others = hosts.count > 1 && tried < hosts.count;

	if (has_others) {
		str_addf(&attempt->silent, "%s:%s does not answer; ", PQhost(attempt->pg),
			PQport(attempt->pg));
		leave_out(attempt, &hosts, tried);
		PQfinish(attempt->pg);
		*status = start(attempt);
	}
	PQconninfoFree(options);
	return has_others;
}

/* How long one host may be silent while there are others. */
static int64_t
share_of(const struct attempt *attempt)
{
	PQconninfoOption *options = PQconninfo(attempt->pg);
	struct hosts hosts = hosts_of(options);

	PQconninfoFree(options);
	return attempt->timeout / (int64_t)hosts.count;
}

static bool
is_going_on(const struct attempt *attempt, PostgresPollingStatusType status)
{
	return !atomic_load(&attempt->is_left) &&
	       (status == PGRES_POLLING_READING || status == PGRES_POLLING_WRITING);
}

static void
connect_slowly(void *arg)
{
	struct attempt *attempt = arg;
	PostgresPollingStatusType status = start(attempt);
	int64_t share = share_of(attempt), since = clock_monotonic();
	const char *host = PQhost(attempt->pg); /* each has a text of its own */

	while (is_going_on(attempt, status)) {
		struct pollfd wait = { .fd = PQsocket(attempt->pg),
			.events = status == PGRES_POLLING_READING ? POLLIN : POLLOUT };
		bool is_over =
			clock_monotonic() - since >= share && pass_over(attempt, &status);

		if (!is_over && poll(&wait, 1, PG_SLICE_MILLISECONDS) > 0)
			status = PQconnectPoll(attempt->pg);
		if (is_over || PQhost(attempt->pg) != host) {
			host = PQhost(attempt->pg);
			since = clock_monotonic();
		}
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
new_attempt(const char *uri, const struct pg_option *options, size_t count,
	int64_t timeout, struct err *err)
{
	struct attempt *attempt = mem_new(1, sizeof(*attempt));

	attempt->timeout = timeout;
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
not_connected(const struct attempt *attempt, struct err *err)
{
	struct str text = { 0 };
	PGconn *pg = attempt->pg;
	char *place;

	if (pg == NULL)
		return err_set(err, ERR_UNREACHABLE, "no memory for a connection");
	place = place_of(pg);
	str_add_span(&text, str_span(&attempt->silent));
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
		return not_connected(attempt, err);
	conn->pg = attempt->pg;
	attempt->pg = NULL;
	conn->place = place_of(conn->pg);
	PQsetNoticeReceiver(conn->pg, ignore_notice, NULL);
	PQsetnonblocking(conn->pg, 1);
	return take_bytes(conn, err);
}

int
pg_link_new(struct pg_link **out, const char *uri, const struct pg_option *options,
	size_t count, int64_t timeout, pg_stop_fn *stop, void *stop_arg, struct err *err)
{
	struct attempt *attempt;
	struct thread *thread;
	struct pg_link *conn;
	int status;

	*out = NULL;
	if (pg_link_check(uri, err) != 0)
		return -1;
	attempt = new_attempt(uri, options, count, timeout, err);
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
