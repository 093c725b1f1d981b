/* SPDX-License-Identifier: MIT
 *
 * Reading beside a pipeline that writes: it is never held up, nothing of ours is left
 * beside its files, and what was read while it wrote is known for what it is. */
#include "sqlite_bench.h"

#include <fcntl.h>
#include <linux/landlock.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/syscall.h>
#include <sys/wait.h>

/* At every n-th row another program writes. */
struct disturber {
	struct sqlite_bench *bench;
	size_t rows, every, writes;
};

static void
write_at_row(void *arg, const struct ckpt *row)
{
	struct disturber *disturber = arg;

	(void)row;
	if (disturber->rows++ % disturber->every != 0)
		return;
	/* With no patience at all: a lock of ours would make it fail. */
	sql(disturber->bench, "UPDATE checkpoints SET checkpoint_value = "
			      "checkpoint_value + 1 WHERE partition_id = '7'");
	disturber->writes++;
}

/* While rows are handed out nothing is locked, and what changes meanwhile is told. */
static void
nothing_is_locked_while_rows_are_delivered(void **state)
{
	struct sqlite_bench *bench = *state;

	sql(bench, SEED_TABLE);
	sql(bench, "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n LIMIT "
		   "12000) INSERT INTO checkpoints SELECT 'a', i, '0', NULL, 't' FROM n");
	for (int wal = 0; wal < 2; wal++) {
		struct disturber disturber = { .bench = bench, .every = 1000 };
		struct store *store = open_bench(bench, STORE_READ);
		struct err err = { 0 };
		bool steady, changed;

		sql(bench, "PRAGMA busy_timeout = 0");
		assert_int_equal(
			store_scan(store, write_at_row, &disturber, &steady, &err), 0);
		assert_int_equal(disturber.writes, 12);
		assert_false(steady);
		assert_int_equal(store_changed(store, &changed, &err), 0);
		assert_true(changed);
		disturber.every = SIZE_MAX;
		disturber.rows = 1;
		assert_int_equal(
			store_scan(store, write_at_row, &disturber, &steady, &err), 0);
		assert_true(steady);
		store_close(store);
		sql(bench, "PRAGMA journal_mode = WAL");
	}
}

/* --- WAL --- */

/* S13: a reader that polls holds nothing between its polls. */
static void
reader_wal_growth(void **state)
{
	struct sqlite_bench *bench = *state;
	struct store *store;
	struct stat status;
	struct lines lines = { 0 };
	struct err err = { 0 };
	char log[160];
	bool steady;

	sql(bench, "PRAGMA journal_mode = WAL");
	sql(bench, "PRAGMA synchronous = OFF");
	sql(bench, SEED_TABLE);
	sql(bench, "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n LIMIT "
		   "6000) INSERT INTO checkpoints SELECT 'a', i, i, NULL, 't' FROM n");
	store = open_bench(bench, STORE_READ);
	for (int round = 0; round < 60; round++) {
		sql(bench, "UPDATE checkpoints SET checkpoint_value = %d", round);
		lines.count = 0;
		str_clear(&lines.text);
		assert_int_equal(store_scan(store, add_line, &lines, &steady, &err), 0);
		assert_int_equal(lines.count, 6000);
	}
	snprintf(log, sizeof(log), "%s-wal", bench->path);
	assert_int_equal(stat(log, &status), 0);
	assert_true(status.st_size < 8 << 20);
	str_free(&lines.text);
	store_close(store);
}

/* What a stranger (or an owner who cannot make files) finds: 0, or which step failed. */
static int
look_as(struct sqlite_bench *bench, unsigned uid, const char *expected)
{
	struct store *store;
	struct lines lines = { 0 };
	struct err err = { 0 };
	bool steady, changed;
	int step = 1;

	if (setresgid(uid, uid, uid) != 0 || setresuid(uid, uid, uid) != 0)
		return step;
	step++;
	if (store_open(&store, &bench->config, STORE_READ, &err) != 0) {
		if (expected == NULL && strstr(err.text, "WAL mode") != NULL &&
			err.kind == ERR_UNREACHABLE)
			return 0;
		fprintf(stderr, "%s\n", err.text);
		return step;
	}
	step++;
	if (expected == NULL || store_changed(store, &changed, &err) != 0 || !changed)
		return step;
	step++;
	if (store_scan(store, add_line, &lines, &steady, &err) != 0 || !steady ||
		strcmp(str_text(&lines.text), expected) != 0)
		return step;
	step++;
	if (store_changed(store, &changed, &err) != 0 || changed)
		return step;
	step++;
	if (!has_fact(store, "access", "without locks"))
		return step;
	store_close(store);
	str_free(&lines.text);
	return 0;
}

static void
assert_looks(struct sqlite_bench *bench, unsigned uid, const char *expected)
{
	pid_t child = fork();
	int status;

	if (child == 0)
		_exit(look_as(bench, uid, expected));
	assert_int_equal(waitpid(child, &status, 0), child);
	assert_true(WIFEXITED(status));
	assert_int_equal(WEXITSTATUS(status), 0);
}

static bool
is_there(const struct sqlite_bench *bench, const char *suffix)
{
	char name[160];

	snprintf(name, sizeof(name), "%s%s", bench->path, suffix);
	return access(name, F_OK) == 0;
}

/* S03, and what a stranger must not do to a database at rest: leave files beside it that
 * stop its owner. Changing the user needs root. */
static void
a_stranger_leaves_nothing_beside_a_quiet_wal(void **state)
{
	struct sqlite_bench *bench = *state;
	unsigned nobody = 65534;

	sql(bench, "PRAGMA journal_mode = WAL");
	sqlite_bench_fill(bench);
	outside_close(bench->path);
	assert_false(is_there(bench, "-wal"));
	if (geteuid() != 0) {
		/* As ourselves, where no file can be made. */
		chmod(bench->directory, 0555);
		assert_looks(bench, geteuid(), "orders/0=1 t @t\n");
		return;
	}
	/* A stranger who could make files, and one who could not. */
	chmod(bench->path, 0644);
	chmod(bench->directory, 0777);
	assert_looks(bench, nobody, "orders/0=1 t @t\n");
	assert_false(is_there(bench, "-wal"));
	assert_false(is_there(bench, "-shm"));
	chmod(bench->directory, 0755);
	assert_looks(bench, nobody, "orders/0=1 t @t\n");
	/* The owner where he can make none. */
	assert_int_equal(chown(bench->path, nobody, nobody), 0);
	assert_looks(bench, nobody, "orders/0=1 t @t\n");
	/* With a log that nobody recovers there is more than the file tells. */
	assert_int_equal(chown(bench->path, 0, 0), 0);
	sql(bench, "UPDATE checkpoints SET checkpoint_value = '2'");
	assert_true(is_there(bench, "-shm"));
	chmod(bench->directory, 0777);
	assert_true(is_there(bench, "-wal"));
	snprintf(bench->uri, sizeof(bench->uri), "sqlite:%s/y.db", bench->directory);
	char from[160], to[160];

	snprintf(from, sizeof(from), "%s", bench->path);
	snprintf(to, sizeof(to), "%s/y.db", bench->directory);
	sqlite_bench_copy(from, to);
	snprintf(from, sizeof(from), "%s-wal", bench->path);
	snprintf(to, sizeof(to), "%s/y.db-wal", bench->directory);
	sqlite_bench_copy(from, to);
	assert_looks(bench, nobody, NULL);
	set_query(bench, "");
}

/* A sandbox in which nothing can be written; false where the kernel has none. */
static bool
enter_sandbox(void)
{
	struct landlock_ruleset_attr rules = { .handled_access_fs =
						       LANDLOCK_ACCESS_FS_WRITE_FILE |
						       LANDLOCK_ACCESS_FS_MAKE_REG |
						       LANDLOCK_ACCESS_FS_REMOVE_FILE };
	long fd = syscall(SYS_landlock_create_ruleset, &rules, sizeof(rules), 0);

	return fd >= 0 && prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) == 0 &&
	       syscall(SYS_landlock_restrict_self, fd, 0) == 0;
}

/* In a sandbox not even the owner can make the files of WAL mode. */
static void
a_quiet_wal_is_read_from_a_sandbox(void **state)
{
	struct sqlite_bench *bench = *state;
	pid_t child;
	int status;

	sql(bench, "PRAGMA journal_mode = WAL");
	sqlite_bench_fill(bench);
	outside_close(bench->path);
	child = fork();
	if (child == 0)
		_exit(enter_sandbox() ? look_as(bench, geteuid(), "orders/0=1 t @t\n")
				      : 77);
	assert_int_equal(waitpid(child, &status, 0), child);
	assert_true(WIFEXITED(status));
	if (WEXITSTATUS(status) == 77)
		skip();
	assert_int_equal(WEXITSTATUS(status), 0);
	assert_false(is_there(bench, "-wal"));
}

/* --- a snapshot and a writer --- */

/* What the child of a test tells its parent, and waits for. */
struct talk {
	int from_child[2], to_child[2];
};

static void
say(int fd)
{
	if (write(fd, "x", 1) != 1)
		_exit(90);
}

static void
hear(int fd)
{
	char byte;

	if (read(fd, &byte, 1) != 1)
		_exit(91);
}

struct listener {
	struct talk *talk;
	size_t rows;
	int last; /* value of partition 1 as it was delivered last */
};

static void
talk_at_first_row(void *arg, const struct ckpt *row)
{
	struct listener *listener = arg;

	if (listener->rows++ == 0) {
		say(listener->talk->from_child[1]);
		hear(listener->talk->to_child[0]);
	}
	if (span_is(row->key.partition, "1"))
		listener->last = atoi(row->value.at);
}

/* The child: begins to read a snapshot, and goes on when somebody has written. */
static int
read_while_it_is_opened(struct sqlite_bench *bench, struct talk *talk)
{
	struct listener listener = { .talk = talk };
	struct store *store;
	struct err err = { 0 };
	bool steady;

	if (!enter_sandbox())
		return 77;
	if (store_open(&store, &bench->config, STORE_READ, &err) != 0 ||
		!has_fact(store, "access", "without locks"))
		return 1;
	if (store_scan(store, talk_at_first_row, &listener, &steady, &err) != 0) {
		fprintf(stderr, "%s\n", err.text);
		return 2;
	}
	/* The first chunk was believed, what came after it was not; then all again. */
	if (listener.rows <= 6000 || listener.last != 2)
		return 3;
	return 0;
}

static void
a_snapshot_is_thrown_away_when_somebody_writes(void **state)
{
	struct sqlite_bench *bench = *state;
	struct talk talk;
	pid_t child;
	int status;

	sql(bench, "PRAGMA journal_mode = WAL");
	sql(bench, SEED_TABLE);
	sql(bench, "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n LIMIT "
		   "6000) INSERT INTO checkpoints SELECT 'a', i, '1', NULL, 't' FROM n");
	outside_close(bench->path);
	assert_int_equal(pipe(talk.from_child), 0);
	assert_int_equal(pipe(talk.to_child), 0);
	child = fork();
	if (child == 0)
		_exit(read_while_it_is_opened(bench, &talk));
	close(talk.from_child[1]);
	close(talk.to_child[0]);
	if (read(talk.from_child[0], &status, 1) == 1) {
		sql(bench, "UPDATE checkpoints SET checkpoint_value = '2'");
		assert_int_equal(write(talk.to_child[1], "x", 1), 1);
	}
	assert_int_equal(waitpid(child, &status, 0), child);
	close(talk.from_child[0]);
	close(talk.to_child[1]);
	assert_true(WIFEXITED(status));
	if (WEXITSTATUS(status) == 77)
		skip();
	assert_int_equal(WEXITSTATUS(status), 0);
}

/* While somebody has it open there are locks for the stranger too. */
static void
a_live_wal_is_read_fresh_by_a_stranger(void **state)
{
	struct sqlite_bench *bench = *state;
	pid_t child;
	int status;

	sql(bench, "PRAGMA journal_mode = WAL");
	sqlite_bench_fill(bench);
	sql(bench, "UPDATE checkpoints SET checkpoint_value = '42'");
	chmod(bench->directory, 0755);
	child = fork();
	if (child == 0) {
		struct store *store;
		struct lines lines = { 0 };
		struct err err = { 0 };
		bool steady;

		if (geteuid() == 0 && setresuid(65534, 65534, 65534) != 0)
			_exit(1);
		if (store_open(&store, &bench->config, STORE_READ, &err) != 0)
			_exit(2);
		if (store_scan(store, add_line, &lines, &steady, &err) != 0)
			_exit(3);
		_exit(strcmp(str_text(&lines.text), "orders/0=42 t @t\n") != 0);
	}
	assert_int_equal(waitpid(child, &status, 0), child);
	assert_true(WIFEXITED(status));
	assert_int_equal(WEXITSTATUS(status), 0);
	sql(bench, "UPDATE checkpoints SET checkpoint_value = '43'");
}

struct intrusion {
	struct sqlite_bench *bench;
	size_t rows;
};

/* A writer comes while the first chunk is delivered, and stays. */
static void
intrude(void *arg, const struct ckpt *row)
{
	struct intrusion *intrusion = arg;

	(void)row;
	if (intrusion->rows++ > 0)
		return;
	if (geteuid() != 0 && getuid() != 0)
		chmod(intrusion->bench->directory, 0755);
	sql(intrusion->bench, "DELETE FROM checkpoints WHERE partition_id = '1'");
}

/* What was delivered from a snapshot that broke may be gone: nobody may conclude from
 * such a scan which rows there are. */
static void
a_scan_of_two_tries_is_not_steady(void **state)
{
	struct sqlite_bench *bench = *state;
	struct intrusion intrusion = { bench, 0 };
	struct store *store;
	struct err err = { 0 };
	bool steady = true, changed = false, is_root = geteuid() == 0;

	sql(bench, "PRAGMA journal_mode = WAL");
	sql(bench, SEED_TABLE);
	sql(bench, "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n LIMIT "
		   "6000) INSERT INTO checkpoints SELECT 'a', i, i, NULL, 't' FROM n");
	outside_close(bench->path);
	/* Somebody who cannot make the files of the log. */
	assert_int_equal(chmod(bench->directory, is_root ? 0755 : 0555), 0);
	if (is_root)
		assert_int_equal(seteuid(65534), 0);
	store = open_bench(bench, STORE_READ);
	assert_true(has_fact(store, "access", "without locks"));
	assert_int_equal(store_scan(store, intrude, &intrusion, &steady, &err), 0);
	assert_int_equal(intrusion.rows, 5000 + 5999);
	assert_false(steady);
	assert_int_equal(store_changed(store, &changed, &err), 0);
	assert_true(changed);
	intrusion.rows = 1;
	assert_int_equal(store_scan(store, intrude, &intrusion, &steady, &err), 0);
	assert_int_equal(intrusion.rows, 1 + 5999);
	assert_true(steady);
	store_close(store);
	if (is_root)
		assert_int_equal(seteuid(0), 0);
}

int
main(void)
{
#define TEST(name)                                                                       \
	cmocka_unit_test_setup_teardown(name, sqlite_bench_make, sqlite_bench_unmake)
	const struct CMUnitTest tests[] = {
		TEST(nothing_is_locked_while_rows_are_delivered),
		TEST(reader_wal_growth),
		TEST(a_stranger_leaves_nothing_beside_a_quiet_wal),
		TEST(a_quiet_wal_is_read_from_a_sandbox),
		TEST(a_snapshot_is_thrown_away_when_somebody_writes),
		TEST(a_live_wal_is_read_fresh_by_a_stranger),
		TEST(a_scan_of_two_tries_is_not_steady),
	};
	int failed = cmocka_run_group_tests(tests, NULL, NULL);

	outside_kill();
	return failed;
}
