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

/* S13 sqlite_reader_wal_growth
 * A reader that polls holds nothing between its polls: the log is put back into the
 * database by the saves themselves. As ten minutes of a poll a second and 20,000 saves a
 * minute in the long count. */
static void
reader_wal_growth(void **state)
{
	struct sqlite_bench *bench = *state;
	int polls = getenv("CKPTOP_LONG") != NULL ? 600 : 12;
	struct store *store;
	struct stat status;
	struct lines lines = { 0 };
	struct err err = { 0 };
	char log[160];
	bool steady, changed;

	sql(bench, "PRAGMA journal_mode = WAL");
	sql(bench, "PRAGMA synchronous = OFF");
	sql(bench, SEED_TABLE);
	sql(bench, "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n LIMIT "
		   "6000) INSERT INTO checkpoints SELECT 'a', i, i, NULL, 't' FROM n");
	store = open_bench(bench, STORE_READ);
	snprintf(log, sizeof(log), "%s-wal", bench->path);
	for (int poll = 0; poll < polls; poll++) {
		for (int save = 0; save < 333; save++)
			sql(bench,
				"UPDATE checkpoints SET checkpoint_value = %d WHERE "
				"partition_id = '%d'",
				poll, save * 18 + 1);
		lines.count = 0;
		str_clear(&lines.text);
		assert_int_equal(store_changed(store, &changed, &err), 0);
		assert_true(changed);
		assert_int_equal(store_scan(store, add_line, &lines, &steady, &err), 0);
		assert_int_equal(lines.count, 6000);
		assert_int_equal(stat(log, &status), 0);
		assert_true(status.st_size <= 8 << 20);
	}
	/* "0": nobody was in the way of emptying it. */
	assert_string_equal(sql(bench, "PRAGMA wal_checkpoint(TRUNCATE)"), "0");
	assert_int_equal(stat(log, &status), 0);
	assert_int_equal(status.st_size, 0);
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
		if (expected == NULL && err.kind == ERR_UNREACHABLE &&
			strstr(err.text, "WAL mode and its -shm file is missing") &&
			strstr(err.text, "nothing was read; open it once as its owner") &&
			strstr(err.text, "let the pipeline run") &&
			!strstr(err.text, "readonly"))
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

/* A copy of a database that was killed, with a log that nobody recovers: there is more
 * than the file tells. */
static void
leave_a_log(struct sqlite_bench *bench)
{
	char from[160], to[160];

	sql(bench, "UPDATE checkpoints SET checkpoint_value = '2'");
	assert_true(is_there(bench, "-wal"));
	snprintf(to, sizeof(to), "%s/y.db", bench->directory);
	sqlite_bench_copy(bench->path, to);
	snprintf(from, sizeof(from), "%s-wal", bench->path);
	snprintf(to, sizeof(to), "%s/y.db-wal", bench->directory);
	sqlite_bench_copy(from, to);
	snprintf(bench->uri, sizeof(bench->uri), "sqlite:%s/y.db", bench->directory);
}

/* S03 sqlite_wal_ro_dir_no_shm
 * Also what a stranger must not do to a database at rest: leave files beside it that stop
 * its owner. Changing the user needs root. */
static void
a_stranger_leaves_nothing_beside_a_quiet_wal(void **state)
{
	struct sqlite_bench *bench = *state;
	unsigned ours = geteuid(), nobody = 65534;

	sql(bench, "PRAGMA journal_mode = WAL");
	sqlite_bench_fill(bench);
	outside_close(bench->path);
	assert_false(is_there(bench, "-wal"));
	if (ours == 0) {
		/* A stranger who could make files, and the owner where he can not. */
		chmod(bench->path, 0644);
		chmod(bench->directory, 0777);
		assert_looks(bench, nobody, "orders/0=1 t @t\n");
		assert_false(is_there(bench, "-wal"));
		assert_false(is_there(bench, "-shm"));
		chmod(bench->directory, 0755);
		assert_int_equal(chown(bench->path, nobody, nobody), 0);
		assert_looks(bench, nobody, "orders/0=1 t @t\n");
		assert_int_equal(chown(bench->path, 0, 0), 0);
	}
	chmod(bench->directory, 0555);
	assert_looks(bench, ours == 0 ? nobody : ours, "orders/0=1 t @t\n");
	chmod(bench->directory, 0755);
	leave_a_log(bench);
	if (ours == 0) {
		chmod(bench->directory, 0777);
		assert_looks(bench, nobody, NULL);
	}
	chmod(bench->directory, 0555);
	assert_looks(bench, ours == 0 ? nobody : ours, NULL);
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

/* What a stranger who can make no files reads while a pipeline has the database open: 0,
 * or which step failed. locked: the pipeline keeps everybody out. */
static int
read_beside_a_pipeline(struct sqlite_bench *bench, const char *expected, bool locked)
{
	struct store *store;
	struct lines lines = { 0 };
	struct err err = { 0 };
	bool steady;

	if (geteuid() == 0 && setresuid(65534, 65534, 65534) != 0)
		return 1;
	bench->config.timeout = locked ? 100 * MILLISECOND : 0;
	if (store_open(&store, &bench->config, STORE_READ, &err) != 0)
		return locked && strstr(err.text, "locked by another") ? 0 : 2;
	if (locked || has_fact(store, "access", ""))
		return 3;
	if (store_scan(store, add_line, &lines, &steady, &err) != 0)
		return 4;
	return strcmp(str_text(&lines.text), expected) != 0 ? 5 : 0;
}

static void
assert_reads_beside(struct sqlite_bench *bench, const char *expected, bool locked)
{
	pid_t child = fork();
	int status;

	if (child == 0)
		_exit(read_beside_a_pipeline(bench, expected, locked));
	assert_int_equal(waitpid(child, &status, 0), child);
	assert_true(WIFEXITED(status));
	assert_int_equal(WEXITSTATUS(status), 0);
}

/* S04 sqlite_immutable_never
 * Where somebody may write there are locks, for a stranger too, and what is read is what
 * was committed last. Only of a database in WAL mode that nobody has open is it different
 * (see S03): what is read is then thrown away if anybody came. */
static void
a_live_database_is_read_with_locks(void **state)
{
	struct sqlite_bench *bench = *state;

	sqlite_bench_fill(bench);
	for (int wal = 0; wal < 2; wal++) {
		sql(bench, "UPDATE checkpoints SET checkpoint_value = '%d'", 42 + wal);
		chmod(bench->directory, geteuid() == 0 ? 0755 : 0555);
		assert_reads_beside(
			bench, wal ? "orders/0=43 t @t\n" : "orders/0=42 t @t\n", false);
		chmod(bench->directory, 0755);
		sql(bench, "BEGIN EXCLUSIVE");
		sql(bench, "UPDATE checkpoints SET checkpoint_value = 'not yet'");
		/* In WAL mode a writer keeps no reader out. */
		assert_reads_beside(bench, "orders/0=43 t @t\n", !wal);
		sql(bench, "ROLLBACK");
		sql(bench, "PRAGMA journal_mode = WAL");
	}
	/* At rest in rollback mode as well. */
	sql(bench, "PRAGMA journal_mode = DELETE");
	outside_close(bench->path);
	assert_reads_beside(bench, "orders/0=43 t @t\n", false);
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
		TEST(a_live_database_is_read_with_locks),
		TEST(a_scan_of_two_tries_is_not_steady),
	};
	int failed = cmocka_run_group_tests(tests, NULL, NULL);

	outside_kill();
	return failed;
}
