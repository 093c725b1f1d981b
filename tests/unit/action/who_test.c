/* SPDX-License-Identifier: MIT
 * Who did it, as sudo, su, cron, services and containers look to the kernel; and what is
 * only claimed stays a claim. */
#include "journal_bench.h"

#include <fcntl.h>
#include <ftw.h>
#include <pwd.h>
#include <sys/wait.h>

#include "action/who.h"
#include "base/json.h"

/* --- a /proc of our own --- */

static void
put(void **state, const char *name, const char *text)
{
	const struct scratch *scratch = *state;
	struct str path = { 0 };

	str_addf(&path, "%s/%s", scratch->path, name);
	for (char *slash = path.text + strlen(scratch->path) + 1;
		(slash = strchr(slash, '/')) != NULL; slash++) {
		*slash = '\0';
		mkdir(path.text, 0700);
		*slash = '/';
	}
	bench_put(path.text, span_of(text));
	str_free(&path);
}

static void
put_namespace(void **state, const char *target)
{
	const char *path = bench_path(state, "self/ns/pid");

	put(state, "self/ns/x", "");
	unlink(path);
	assert_int_equal(symlink(target, path), 0);
}

static void
put_stat(void **state, const char *name, char process_state, long long started)
{
	char text[256];

	snprintf(text, sizeof(text),
		"4242 (%s) %c 1 4242 4242 34816 4242 4194304 1 2 3 4 5 6 7 8 20 0 1 0 "
		"%lld 9 9 9\n",
		name, process_state, started);
	put(state, "4242/stat", text);
}

static int
remove_one(const char *path, const struct stat *status, int type, struct FTW *place)
{
	(void)status;
	(void)type;
	(void)place;
	return remove(path);
}

static int
proc_remove(void **state)
{
	struct scratch *scratch = *state;

	close(scratch->fd);
	nftw(scratch->path, remove_one, 8, FTW_DEPTH | FTW_PHYS);
	free(scratch);
	return 0;
}

/* The process 4242 of host jump1, with all that the kernel can know of it. */
static struct who_sources
full(void **state)
{
	const struct scratch *scratch = *state;

	put(state, "self/loginuid", "0");
	put(state, "self/sessionid", "17");
	put(state, "sys/kernel/random/boot_id", "3b0a1c2d-boot\n");
	put(state, "4241/comm", "bash\n");
	put_stat(state, "ckptop", 'S', 1234567);
	put_namespace(state, "pid:[4026531836]");
	return (struct who_sources){
		.proc = scratch->path,
		.host = "jump1",
		.uid = 0,
		.euid = 0,
		.pid = 4242,
		.parent = 4241,
		.terminal = -1,
	};
}

static void
is_text(struct span got, const char *wanted)
{
	if (!span_equal(got, span_of(wanted)))
		fail_msg("got '%.*s', not '%s'", (int)got.len,
			got.at != NULL ? got.at : "(none)",
			wanted != NULL ? wanted : "(none)");
}

static void
is_named(const struct who *who, const char *wanted)
{
	struct str name = { 0 };

	who_add_name(&name, who);
	assert_string_equal(name.text, wanted);
	str_free(&name);
}

/* A user that the user database does not have. */
static uid_t
nobody_at_all(void)
{
	uid_t uid = 424242;

	while (getpwuid(uid) != NULL)
		uid++;
	return uid;
}

/* --- what the kernel knows --- */

static void
all_that_is_known_is_told(void **state)
{
	struct arena *arena = arena_new();
	struct who_sources sources = full(state);
	struct who who;

	sources.environment = (const char *const[]){ "SUDO_USER=bob",
		"LOGNAME=", "SSH_CONNECTION=10.1.2.3 50022 10.0.0.1 22", NULL };
	who_find(arena, &who, &sources);
	assert_int_equal(who.uid, 0);
	assert_int_equal(who.euid, 0);
	is_text(who.user, "root");
	assert_int_equal(who.login_uid, 0);
	is_text(who.login_user, "root");
	assert_int_equal(who.session, 17);
	is_text(who.tty, NULL);
	is_text(who.host, "jump1");
	assert_int_equal(who.pid, 4242);
	is_text(who.pid_namespace, "pid:[4026531836]");
	assert_int_equal(who.started, 1234567);
	assert_int_equal(who.parent, 4241);
	is_text(who.parent_name, "bash");
	is_text(who.boot, "3b0a1c2d-boot");
	is_text(who.claims.sudo_user, "bob");
	is_text(who.claims.logname, NULL);
	is_text(who.claims.ssh_connection, "10.1.2.3 50022 10.0.0.1 22");
	is_named(&who, "root@jump1");
	arena_free(arena);
}

static void
this_process_is_what_it_is(void **state)
{
	static const char *const environment[] = { NULL };
	struct who_sources sources = who_sources_real(environment);
	struct arena *arena = arena_new();
	struct passwd *entry = getpwuid(getuid());
	char host[256] = "", *tty = ttyname(STDIN_FILENO);
	struct who who;

	(void)state;
	who_find(arena, &who, &sources);
	assert_int_equal(who.uid, getuid());
	assert_int_equal(who.euid, geteuid());
	is_text(who.user, entry != NULL ? entry->pw_name : NULL);
	assert_int_equal(gethostname(host, sizeof(host)), 0);
	is_text(who.host, host);
	is_text(who.tty, tty);
	assert_int_equal(who.pid, getpid());
	assert_int_equal(who.parent, getppid() > 0 ? getppid() : WHO_NONE);
	assert_true(who.started > 0);
	assert_int_equal(who.boot.len, 36);
	assert_int_equal(who_state_of(&who, &sources), WHO_RUNNING);
	arena_free(arena);
}

/* --- how it was called --- */

struct called {
	const char *what;
	const char *login_uid,
		*session; /* as the files of /proc say; NULL: no such file */
	bool known_user;  /* the user database has it */
	int parent;	  /* 0: outside of this container */
	const char *parent_name;
	int64_t wanted_login, wanted_session;
	const char *wanted_name; /* %u: the unknown user */
};

static const struct called calls[] = {
	{ "sudo of a user who logged in", "424242", "3", true, 4241, "sudo\n", 424242, 3,
		"uid 424242@jump1" },
	{ "su in a session of root", "0", "3", false, 4241, "su\n", 0, 3, "root@jump1" },
	{ "sshd without PAM", "4294967295", "4294967295", true, 4241, "sshd\n", WHO_NONE,
		WHO_NONE, "root@jump1" },
	{ "cron", "0", "12", true, 4241, "cron\n", 0, 12, "root@jump1" },
	{ "a service of systemd", "4294967295", "4294967295", true, 1, "systemd\n",
		WHO_NONE, WHO_NONE, "root@jump1" },
	{ "a container", NULL, NULL, false, 0, NULL, WHO_NONE, WHO_NONE, "uid %u@jump1" },
	{ "files of another kernel", "", "bob\n", false, 4241, "x) S 1\n", WHO_NONE,
		WHO_NONE, "uid %u@jump1" },
	{ "files of another kernel", "-1", "99999999999999999999", true, 4241, "",
		WHO_NONE, WHO_NONE, "root@jump1" },
};

static void
put_or_remove(void **state, const char *name, const char *text)
{
	if (text != NULL)
		put(state, name, text);
	else
		unlink(bench_path(state, name));
}

static void
is_called(const struct who *who, const struct called *call, uid_t unknown)
{
	struct str name = { 0 };
	const char *number = strstr(call->wanted_name, "%u");

	assert_int_equal(who->login_uid, call->wanted_login);
	assert_int_equal(who->session, call->wanted_session);
	is_text(who->user, call->known_user ? "root" : NULL);
	is_text(who->tty, NULL);
	assert_int_equal(who->parent, call->parent > 0 ? call->parent : WHO_NONE);
	if (call->parent_name == NULL || call->parent_name[0] == '\0')
		is_text(who->parent_name, NULL);
	else
		assert_int_equal(who->parent_name.len, strlen(call->parent_name) - 1);
	if (number != NULL)
		str_addf(&name, "uid %u%s", (unsigned)unknown, number + 2);
	else
		str_add(&name, call->wanted_name);
	is_named(who, name.text);
	str_free(&name);
}

/* The record of such a process has every member, and null for what is none. */
static void
is_recorded(void **state, const struct who *who)
{
	static const char *const members[] = { "uid", "euid", "user", "login_uid",
		"login_user", "session", "tty", "host", "pid", "pid_namespace", "started",
		"parent", "parent_name", "boot" };
	const char *path = bench_path(state, "journal.jsonl");
	struct journal_record record = bench_record(bench_op(1), JOURNAL_INTENT);
	struct str bytes;
	struct json *json;
	json_at at;

	unlink(path);
	record.who = *who;
	bench_append(path, &record, NULL);
	bytes = bench_bytes(path);
	assert_int_equal(json_parse(&json, str_span(&bytes), NULL), 0);
	at = json_member(json, JSON_ROOT, "who", NULL);
	assert_int_equal(json_count(json, at), COUNT_OF(members));
	for (size_t i = 0; i < COUNT_OF(members); i++)
		assert_int_not_equal(
			json_member(json, at, members[i], NULL), JSON_ABSENT);
	assert_true(
		(who->login_uid == WHO_NONE) ==
		(json_kind(json, json_member(json, at, "login_uid", NULL)) == JSON_NULL));
	assert_int_equal(json_kind(json, json_member(json, at, "tty", NULL)), JSON_NULL);
	assert_true((who->user.at == NULL) ==
		    (json_kind(json, json_member(json, at, "user", NULL)) == JSON_NULL));
	json_free(json);
	str_free(&bytes);
}

/* A05 sudo, su, cron */
static void
a05_what_is_not_known_is_none(void **state)
{
	uid_t unknown = nobody_at_all();

	for (size_t i = 0; i < COUNT_OF(calls); i++) {
		struct arena *arena = arena_new();
		struct who_sources sources = full(state);
		struct who who;

		put_or_remove(state, "self/loginuid", calls[i].login_uid);
		put_or_remove(state, "self/sessionid", calls[i].session);
		put_or_remove(state, "1/comm", calls[i].parent_name);
		put_or_remove(state, "4241/comm", calls[i].parent_name);
		sources.uid = calls[i].known_user ? 0 : unknown;
		sources.parent = calls[i].parent;
		who_find(arena, &who, &sources);
		is_called(&who, &calls[i], unknown);
		is_recorded(state, &who);
		arena_free(arena);
	}
}

/* Nothing of /proc at all. */
static void
without_proc_all_of_it_is_none(void **state)
{
	struct arena *arena = arena_new();
	struct who_sources sources = full(state);
	struct who who;

	sources.proc = "/nonexistent";
	sources.host = "";
	who_find(arena, &who, &sources);
	assert_int_equal(who.login_uid, WHO_NONE);
	assert_int_equal(who.started, WHO_NONE);
	is_text(who.boot, NULL);
	is_text(who.host, NULL);
	is_text(who.pid_namespace, NULL);
	is_named(&who, "root@?");
	assert_int_equal(who_state_of(&who, &sources), WHO_NOT_KNOWN);
	arena_free(arena);
}

/* --- claims --- */

static void
has_text(const struct json *json, json_at at, const char *name, const char *wanted)
{
	struct str text = { 0 };
	json_at value = json_member(json, at, name, NULL);

	if (!json_text(json, value, &text) || strcmp(str_text(&text), wanted) != 0)
		fail_msg("%s is '%s', not '%s'", name, str_text(&text), wanted);
	str_free(&text);
}

/* A04 forged SUDO_USER */
static void
a04_claims_are_marked_and_change_no_fact(void **state)
{
	const char *path = bench_path(state, "journal.jsonl");
	struct journal_record record = bench_record(bench_op(1), JOURNAL_INTENT);
	struct arena *arena = arena_new();
	struct who_sources sources = full(state);
	struct who honest, forged;
	struct str bytes;
	struct json *json;
	json_at claims;

	who_find(arena, &honest, &sources);
	sources.environment = (const char *const[]){ "SUDO_USER=alice", "SUDO_UID=1",
		"LOGNAME=alice", "USER=alice", "HOSTNAME=elsewhere", "SSH_TTY=/dev/pts/9",
		"SSH_CONNECTION=10.6.6.6 1 10.6.6.6 22", NULL };
	who_find(arena, &forged, &sources);
	is_named(&forged, "root@jump1");
	record.who = forged;
	bench_append(path, &record, NULL);
	bytes = bench_bytes(path);
	assert_int_equal(json_parse(&json, str_span(&bytes), NULL), 0);
	claims = json_member(json, JSON_ROOT, "claims", NULL);
	has_text(json, claims, "sudo_user", "alice");
	has_text(json, claims, "logname", "alice");
	has_text(json, claims, "ssh_connection", "10.6.6.6 1 10.6.6.6 22");
	has_text(json, json_member(json, JSON_ROOT, "who", NULL), "user", "root");
	/* But for the claims nothing has changed. */
	forged.claims = (struct who_claims){ { 0 }, { 0 }, { 0 } };
	assert_int_equal(forged.uid, honest.uid);
	assert_int_equal(forged.login_uid, honest.login_uid);
	assert_true(span_equal(forged.user, honest.user));
	assert_true(span_equal(forged.login_user, honest.login_user));
	assert_true(span_equal(forged.tty, honest.tty));
	assert_true(span_equal(forged.host, honest.host));
	assert_null(strstr(str_text(&bytes), "elsewhere"));
	assert_null(strstr(str_text(&bytes), "pts/9"));
	json_free(json);
	str_free(&bytes);
	arena_free(arena);
}

/* --- does it still run? --- */

static void
a_process_runs_or_is_gone_or_nobody_knows(void **state)
{
	struct arena *arena = arena_new();
	struct who_sources here = full(state), there = here;
	struct who who, other;

	who_find(arena, &who, &here);
	assert_int_equal(who_state_of(&who, &here), WHO_RUNNING);
	put_stat(state, "a) S 1 (b", 'S', 1234567);
	assert_int_equal(who_state_of(&who, &here), WHO_RUNNING);
	put_stat(state, "ckptop", 'Z', 1234567);
	assert_int_equal(who_state_of(&who, &here), WHO_GONE);
	/* Another one has the number now. */
	put_stat(state, "ckptop", 'S', 1234568);
	assert_int_equal(who_state_of(&who, &here), WHO_GONE);
	put_stat(state, "ckptop", 'S', 1234567);
	there.host = "jump2";
	assert_int_equal(who_state_of(&who, &there), WHO_NOT_KNOWN);
	put_namespace(state, "pid:[4026532000]");
	assert_int_equal(who_state_of(&who, &here), WHO_NOT_KNOWN);
	put(state, "sys/kernel/random/boot_id", "another-boot");
	assert_int_equal(who_state_of(&who, &here), WHO_GONE);
	other = (struct who){ .pid = 1, .started = 1 };
	assert_int_equal(who_state_of(&other, &here), WHO_NOT_KNOWN);
	arena_free(arena);
}

static void
a_child_that_has_ended_is_gone(void **state)
{
	struct who_sources sources = who_sources_real(NULL);
	struct arena *arena = arena_new();
	struct who who;
	int hold[2];
	char byte = 0;
	pid_t child;

	(void)state;
	assert_int_equal(pipe2(hold, O_CLOEXEC), 0);
	child = fork();
	assert_true(child >= 0);
	if (child == 0) {
		close(hold[1]);
		_exit(read(hold[0], &byte, 1) != 0);
	}
	sources.pid = child;
	who_find(arena, &who, &sources);
	assert_int_equal(who_state_of(&who, &sources), WHO_RUNNING);
	close(hold[1]);
	close(hold[0]);
	assert_int_equal(waitpid(child, NULL, 0), child);
	assert_int_equal(who_state_of(&who, &sources), WHO_GONE);
	arena_free(arena);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, scratch_make, proc_remove)

int
main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(all_that_is_known_is_told),
		TEST(this_process_is_what_it_is),
		TEST(a05_what_is_not_known_is_none),
		TEST(without_proc_all_of_it_is_none),
		TEST(a04_claims_are_marked_and_change_no_fact),
		TEST(a_process_runs_or_is_gone_or_nobody_knows),
		TEST(a_child_that_has_ended_is_gone),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
