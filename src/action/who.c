/* SPDX-License-Identifier: MIT */
#include "action/who.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <pwd.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/mem.h"
#include "config/paths.h"

/* What the kernel answers where nobody logged in. */
#define ID_UNSET 4294967295

/* Enough for every file of /proc that is read here. */
#define PROC_MAX 4096

/* --- /proc --- */

/* Reads PROC/rest without the newline at its end. False where there is nothing. */
static bool
read_proc(struct str *out, const char *proc, const char *rest)
{
	char bytes[PROC_MAX];
	struct str path = { 0 };
	ssize_t got = -1;
	int fd;

	str_clear(out);
	str_addf(&path, "%s/%s", proc, rest);
	fd = open(path.text, O_RDONLY | O_CLOEXEC | O_NOCTTY | O_NONBLOCK);
	str_free(&path);
	if (fd >= 0) {
		got = read(fd, bytes, sizeof(bytes));
		close(fd);
	}
	if (got <= 0)
		return false;
	str_add_span(out, (struct span){ bytes, (size_t)got });
	if (out->text[out->len - 1] == '\n')
		str_cut(out, out->len - 1);
	return out->len > 0;
}

/* A whole number of at least 0, or WHO_NONE. */
static int64_t
number_of(const char *text)
{
	char *end;
	long long number;

	if (*text < '0' || *text > '9')
		return WHO_NONE;
	errno = 0;
	number = strtoll(text, &end, 10);
	return errno == 0 && *end == '\0' ? number : WHO_NONE;
}

static int64_t
proc_id(const char *proc, const char *rest)
{
	struct str text = { 0 };
	int64_t id = WHO_NONE;

	if (read_proc(&text, proc, rest))
		id = number_of(text.text);
	str_free(&text);
	return id == ID_UNSET ? WHO_NONE : id;
}

static struct span
proc_text(struct arena *arena, const char *proc, const char *rest)
{
	struct str text = { 0 };
	struct span span = SPAN_NONE;

	if (read_proc(&text, proc, rest))
		span = arena_span(arena, str_span(&text));
	str_free(&text);
	return span;
}

/* State letter and start of a process: fields 3 and 22 of its stat. The name before them
 * may hold anything, also parentheses. */
static bool
read_stat(const char *proc, int64_t pid, char *state, int64_t *started)
{
	struct str text = { 0 };
	char name[64], *field, *rest = NULL;
	bool known = false;

	snprintf(name, sizeof(name), "%lld/stat", (long long)pid);
	if (read_proc(&text, proc, name))
		rest = strrchr(text.text, ')');
	if (rest != NULL) {
		field = strtok_r(rest + 1, " ", &rest);
		*state = field != NULL ? *field : '\0';
		for (int i = 3; field != NULL && i < 22; i++)
			field = strtok_r(NULL, " ", &rest);
		*started = field != NULL ? number_of(field) : WHO_NONE;
		known = *started != WHO_NONE;
	}
	str_free(&text);
	return known;
}

static struct span
pid_namespace(struct arena *arena, const char *proc)
{
	char path[PATH_MAX], target[128];
	ssize_t len;

	snprintf(path, sizeof(path), "%s/self/ns/pid", proc);
	len = readlink(path, target, sizeof(target));
	if (len <= 0 || len == (ssize_t)sizeof(target))
		return SPAN_NONE;
	return arena_span(arena, (struct span){ target, (size_t)len });
}

/* --- names --- */

static struct span
user_name(struct arena *arena, int64_t uid)
{
	struct passwd entry, *found = NULL;
	size_t size = 1024;
	char *memory = NULL;
	struct span name = SPAN_NONE;
	int status = ERANGE;

	if (uid == WHO_NONE)
		return SPAN_NONE;
	while (status == ERANGE && size <= 1 << 20) {
		size *= 2;
		memory = mem_resize(memory, size, 1);
		status = getpwuid_r((uid_t)uid, &entry, memory, size, &found);
	}
	if (status == 0 && found != NULL && found->pw_name[0] != '\0')
		name = arena_span(arena, span_of(found->pw_name));
	free(memory);
	return name;
}

static struct span
host_name(struct arena *arena, const char *given)
{
	char name[256] = "";

	if (given == NULL && gethostname(name, sizeof(name) - 1) == 0)
		given = name;
	return given != NULL && given[0] != '\0' ? arena_span(arena, span_of(given))
						 : SPAN_NONE;
}

static struct span
terminal_name(struct arena *arena, int fd)
{
	char name[PATH_MAX];

	return fd >= 0 && ttyname_r(fd, name, sizeof(name)) == 0
		       ? arena_span(arena, span_of(name))
		       : SPAN_NONE;
}

static struct span
variable(struct arena *arena, const char *const *environment, const char *name)
{
	const char *value = paths_variable(environment, name);

	return value != NULL ? arena_span(arena, span_of(value)) : SPAN_NONE;
}

/* --- all of it --- */

struct who_sources
who_sources_real(const char *const *environment)
{
	return (struct who_sources){
		.proc = "/proc",
		.uid = getuid(),
		.euid = geteuid(),
		.pid = getpid(),
		.parent = getppid(),
		.terminal = STDIN_FILENO,
		.environment = environment,
	};
}

void
who_find(struct arena *arena, struct who *out, const struct who_sources *sources)
{
	const char *const *environment = sources->environment;
	char name[64], state;

	*out = (struct who){
		.uid = sources->uid,
		.euid = sources->euid,
		.user = user_name(arena, sources->uid),
		.login_uid = proc_id(sources->proc, "self/loginuid"),
		.session = proc_id(sources->proc, "self/sessionid"),
		.tty = terminal_name(arena, sources->terminal),
		.host = host_name(arena, sources->host),
		.pid = sources->pid,
		.pid_namespace = pid_namespace(arena, sources->proc),
		.started = WHO_NONE,
		/* 0: it is outside of this container. */
		.parent = sources->parent > 0 ? sources->parent : WHO_NONE,
		.boot = proc_text(arena, sources->proc, "sys/kernel/random/boot_id"),
		.claims = {
			.sudo_user = variable(arena, environment, "SUDO_USER"),
			.ssh_connection = variable(arena, environment, "SSH_CONNECTION"),
			.logname = variable(arena, environment, "LOGNAME"),
		},
	};
	out->login_user = user_name(arena, out->login_uid);
	read_stat(sources->proc, sources->pid, &state, &out->started);
	if (out->parent != WHO_NONE) {
		snprintf(name, sizeof(name), "%lld/comm", (long long)out->parent);
		out->parent_name = proc_text(arena, sources->proc, name);
	}
}

void
who_add_name(struct str *out, const struct who *who)
{
	bool logged_in = who->login_uid != WHO_NONE;
	struct span name = logged_in ? who->login_user : who->user;
	int64_t id = logged_in ? who->login_uid : who->uid;

	if (name.at != NULL)
		str_add_span(out, name);
	else if (id != WHO_NONE)
		str_addf(out, "uid %lld", (long long)id);
	else
		str_add_char(out, '?');
	str_add_char(out, '@');
	str_add_span(out, who->host.at != NULL ? who->host : SPAN("?"));
}

enum who_state
who_state_of(const struct who *who, const struct who_sources *here)
{
	struct arena *arena = arena_new();
	struct span host = host_name(arena, here->host);
	struct span boot = proc_text(arena, here->proc, "sys/kernel/random/boot_id");
	struct span space = pid_namespace(arena, here->proc);
	enum who_state result = WHO_NOT_KNOWN;
	int64_t started;
	char state;

	if (who->host.at == NULL || who->boot.at == NULL || boot.at == NULL ||
		!span_equal(who->host, host))
		result = WHO_NOT_KNOWN;
	else if (!span_equal(who->boot, boot))
		result = WHO_GONE;
	else if (who->pid_namespace.at == NULL || who->started == WHO_NONE ||
		 !span_equal(who->pid_namespace, space))
		result = WHO_NOT_KNOWN;
	else if (read_stat(here->proc, who->pid, &state, &started))
		result = started == who->started && state != 'Z' && state != 'X'
				 ? WHO_RUNNING
				 : WHO_GONE;
	else if (who->pid > 0 && kill((pid_t)who->pid, 0) != 0 && errno == ESRCH)
		result = WHO_GONE;
	arena_free(arena);
	return result;
}
