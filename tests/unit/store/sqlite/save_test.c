/* SPDX-License-Identifier: MIT
 *
 * What a save leaves in a SQLite database, for the programs that read it next. */
#include "sqlite_bench.h"

#include <fcntl.h>
#include <signal.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <time.h>

static void
an_empty_seed_table_gets_what_python_reads(void **state)
{
	struct sqlite_bench *bench = *state;
	struct store *store;

	sql(bench, SEED_TABLE);
	store = open_bench(bench, STORE_WRITE);
	save(store, "orders", "0", "007");
	assert_string_equal(
		sql(bench, "SELECT quote(checkpoint_value) || quote(metadata) || "
			   "quote(updated_at) FROM checkpoints"),
		"'007'NULL'2026-11-22 04:00:00.250000'");
	store_close(store);
}

/* Without a zone in the configuration it is the one of the process. */
static void
a_naive_time_is_local(void **state)
{
	struct sqlite_bench *bench = *state;
	struct store *store;

	sql(bench, SEED_TABLE);
	bench->config.zone = NULL;
	setenv("TZ", "IST-5:30", 1);
	tzset();
	store = open_bench(bench, STORE_WRITE);
	save(store, "orders", "0", "1");
	unsetenv("TZ");
	tzset();
	assert_string_equal(sql(bench, "SELECT updated_at FROM checkpoints"),
		"2026-11-22 09:30:00.250000");
	store_close(store);
}

static void
a_new_row_is_written_as_its_neighbour(void **state)
{
	struct sqlite_bench *bench = *state;
	struct store *store;

	sql(bench, "CREATE TABLE checkpoints (job_id, partition_id, checkpoint_value, "
		   "metadata, updated_at)");
	sql(bench, "INSERT INTO checkpoints VALUES ('a', 1, 5, NULL, 1750000000)");
	store = open_bench(bench, STORE_WRITE);
	save(store, "b", "2", "6");
	save(store, "b", "x", "007");
	assert_string_equal(
		sql(bench,
			"SELECT group_concat(quote(job_id) || quote(partition_id) || "
			"quote(checkpoint_value) || quote(updated_at)) FROM checkpoints"),
		"'a'151750000000,'b'261795320000,'b''x''007'1795320000");
	store_close(store);
}

static void
kafka_offsets_are_numbers(void **state)
{
	struct sqlite_bench *bench = *state;
	struct store *store;
	struct change change;
	struct err err = { 0 };

	/* Without types, as nobody should, and still Python's next read is an int. */
	sql(bench,
		"CREATE TABLE kafka_offsets (topic, partition, \"offset\", updated_at, "
		"PRIMARY KEY (topic, partition))");
	store = open_bench(bench, STORE_WRITE);
	save(store, "clicks", "3", "41");
	assert_string_equal(sql(bench, "SELECT quote(topic) || quote(partition) || "
				       "quote(\"offset\") FROM kafka_offsets"),
		"'clicks'341");
	save(store, "clicks", "3", "42");
	assert_string_equal(sql(bench, "SELECT group_concat(quote(\"offset\")) FROM "
				       "kafka_offsets"),
		"42");
	/* There is no place for metadata: nothing is dropped without a word. */
	change = change_of("clicks", "3", "43");
	change.metadata = SPAN("{}");
	assert_int_equal(store_save(store, &change, &err), CHANGE_FAILED);
	assert_int_equal(err.kind, ERR_REFUSED);
	assert_non_null(strstr(err.text, "no place for metadata"));
	store_close(store);
}

static void
the_dated_table_takes_its_own_job_only(void **state)
{
	struct sqlite_bench *bench = *state;
	struct change change = change_of("orders", "2026-11-22", "8");
	struct store *store;
	struct err err = { 0 };

	sql(bench, "CREATE TABLE checkpoints (date DATE PRIMARY KEY, last_id INTEGER, "
		   "updated_at TIMESTAMP)");
	store = open_bench(bench, STORE_WRITE);
	save(store, "checkpoints", "2026-11-22", "7");
	assert_string_equal(sql(bench, "SELECT quote(date) || quote(last_id) FROM "
				       "checkpoints"),
		"'2026-11-22'7");
	assert_int_equal(store_save(store, &change, &err), CHANGE_FAILED);
	assert_int_equal(err.kind, ERR_REFUSED);
	assert_non_null(strstr(err.text, "only checkpoints of job checkpoints"));
	store_close(store);
}

static void
a_key_that_comes_twice_is_not_written(void **state)
{
	struct sqlite_bench *bench = *state;
	struct change change = change_of("a", "0", "9");
	struct store *store;
	struct err err = { 0 };

	sql(bench, "CREATE TABLE checkpoints (job_id, partition_id, checkpoint_value)");
	sql(bench, "INSERT INTO checkpoints VALUES ('a', '0', '1'), ('a', '0', '2')");
	store = open_bench(bench, STORE_WRITE);
	assert_int_equal(store_save(store, &change, &err), CHANGE_FAILED);
	assert_int_equal(err.kind, ERR_REFUSED);
	assert_non_null(strstr(err.text, "more than one row"));
	assert_string_equal(
		sql(bench, "SELECT group_concat(checkpoint_value) FROM checkpoints"),
		"1,2");
	/* Nothing is left open. */
	sql(bench, "BEGIN EXCLUSIVE");
	sql(bench, "COMMIT");
	store_close(store);
}

/* In columns of every kind the rows beside the one that is meant stay as they are. */
static void
only_the_very_key_is_written(void **state)
{
	struct sqlite_bench *bench = *state;
	struct change change = change_of("A", "5", "9");
	struct store *store;
	struct err err = { 0 };
	struct lines lines = { 0 };

	sql(bench, "CREATE TABLE checkpoints (job_id COLLATE NOCASE, partition_id, "
		   "checkpoint_value)");
	sql(bench, "INSERT INTO checkpoints VALUES ('a', 5, '1'), ('A', 5.0, '2'), "
		   "('A', 5, '3'), ('A', 1.1, '4'), (x'41', 6, '5')");
	store = open_bench(bench, STORE_WRITE);
	save(store, "A", "5", "30");
	save(store, "A", "5.0", "20");
	save(store, "A", "1.1", "40");
	save(store, "A", "1.10", "41");
	save(store, "A", "6", "50");
	assert_string_equal(
		sql(bench, "SELECT group_concat(quote(job_id) || quote(partition_id) || "
			   "checkpoint_value) FROM checkpoints"),
		"'a'51,'A'5.020,'A'530,'A'1.140,X'41'650,X'41''1.10'41");
	store_close(store);
	/* A column of numbers cannot hold every name. */
	sql(bench, "DROP TABLE checkpoints");
	sql(bench, "CREATE TABLE checkpoints (job_id TEXT, partition_id INTEGER, "
		   "checkpoint_value TEXT)");
	store = open_bench(bench, STORE_WRITE);
	save(store, "A", "5", "1");
	change.key.partition = SPAN("05");
	assert_int_equal(store_load(store, change.key, add_line, &lines, &err), -1);
	assert_int_equal(err.kind, ERR_NOT_FOUND);
	err_clear(&err);
	assert_int_equal(store_save(store, &change, &err), CHANGE_FAILED);
	assert_int_equal(err.kind, ERR_REFUSED);
	assert_non_null(strstr(err.text, "would not be found again"));
	assert_string_equal(sql(bench, "SELECT group_concat(partition_id || '=' || "
				       "checkpoint_value) FROM checkpoints"),
		"5=1");
	store_close(store);
}

/* NULL is a value that can have been seen, and texts that only look alike are not equal.
 */
static void
the_guard_is_exact(void **state)
{
	struct sqlite_bench *bench = *state;
	struct change change = change_of("a", "0", "9");
	struct store *store;
	struct err err = { 0 };

	sql(bench, "CREATE TABLE checkpoints (job_id, partition_id, checkpoint_value "
		   "COLLATE NOCASE, PRIMARY KEY (job_id, partition_id))");
	sql(bench, "INSERT INTO checkpoints VALUES ('a', '0', NULL)");
	store = open_bench(bench, STORE_WRITE);
	change.guard = (struct guard){ GUARD_VALUE, SPAN(""), CKPT_STORAGE_TEXT };
	assert_int_equal(store_save(store, &change, &err), CHANGE_CONFLICT);
	err_clear(&err);
	change.guard = (struct guard){ GUARD_VALUE, SPAN_NONE, CKPT_STORAGE_NULL };
	assert_int_equal(store_save(store, &change, &err), CHANGE_DONE);
	sql(bench, "UPDATE checkpoints SET checkpoint_value = 'Abc'");
	change.guard = (struct guard){ GUARD_VALUE, SPAN("abc"), CKPT_STORAGE_TEXT };
	assert_int_equal(store_save(store, &change, &err), CHANGE_CONFLICT);
	assert_non_null(strstr(err.text, "Abc"));
	err_clear(&err);
	sql(bench, "UPDATE checkpoints SET checkpoint_value = 5");
	change.guard = (struct guard){ GUARD_VALUE, SPAN("5"), CKPT_STORAGE_TEXT };
	assert_int_equal(store_save(store, &change, &err), CHANGE_CONFLICT);
	err_clear(&err);
	change.guard.storage = CKPT_STORAGE_INTEGER;
	assert_int_equal(store_save(store, &change, &err), CHANGE_DONE);
	store_close(store);
}

static void
what_the_table_does_not_allow_is_said(void **state)
{
	struct sqlite_bench *bench = *state;
	struct change change = change_of("a", "0", "9");
	struct store *store;
	struct err err = { 0 };

	sql(bench,
		"CREATE TABLE checkpoints (job_id TEXT, partition_id TEXT, "
		"checkpoint_value TEXT CHECK (checkpoint_value < '5'), tenant TEXT NOT "
		"NULL DEFAULT 'x', PRIMARY KEY (job_id, partition_id))");
	store = open_bench(bench, STORE_WRITE);
	save(store, "a", "0", "1");
	assert_int_equal(store_save(store, &change, &err), CHANGE_FAILED);
	assert_int_equal(err.kind, ERR_FAILED);
	assert_non_null(strstr(err.text, "CHECK constraint failed"));
	assert_non_null(strstr(err.text, "nothing was written"));
	assert_string_equal(sql(bench, "SELECT checkpoint_value FROM checkpoints"), "1");
	/* The handle is as good as before. */
	save(store, "a", "0", "2");
	store_close(store);
}

/* --- locks and the end of the transaction --- */

static void
a_locked_database_is_not_written(void **state)
{
	struct sqlite_bench *bench = *state;
	struct change change = change_of("a", "0", "9");
	struct store *store;
	struct err err = { 0 };

	sql(bench, SEED_TABLE);
	bench->config.timeout = 150 * MILLISECOND;
	store = open_bench(bench, STORE_WRITE);
	sql(bench, "BEGIN IMMEDIATE");
	assert_int_equal(store_save(store, &change, &err), CHANGE_FAILED);
	assert_int_equal(err.kind, ERR_UNREACHABLE);
	assert_non_null(strstr(err.text, "locked by another program"));
	assert_non_null(strstr(err.text, "nothing was written"));
	sql(bench, "COMMIT");
	save(store, "a", "0", "1");
	store_close(store);
}

/* The child of the next test: 0, or which save failed. */
static int
count_up(struct sqlite_bench *bench, const char *partition, int saves)
{
	struct store *store;
	struct err err = { 0 };
	char value[16];

	if (store_open(&store, &bench->config, STORE_WRITE, &err) != 0)
		return 100;
	for (int i = 1; i <= saves; i++) {
		struct change change;

		snprintf(value, sizeof(value), "%d", i);
		change = change_of("a", partition, value);
		if (store_save(store, &change, &err) != CHANGE_DONE) {
			fprintf(stderr, "save %d: %s\n", i, err.text);
			return i;
		}
	}
	store_close(store);
	return 0;
}

/* S02 sqlite_deferred_upgrade
 * Two who save at the same time wait for each other: a transaction that looks first and
 * asks for the lock of a writer afterwards is told at once that it is locked. */
static void
two_writers_wait_for_each_other(void **state)
{
	struct sqlite_bench *bench = *state;
	pid_t child;
	int status, failed;

	sql(bench, SEED_TABLE);
	bench->config.timeout = MINUTE;
	for (int wal = 0; wal < 2; wal++) {
		child = fork();
		if (child == 0)
			_exit(count_up(bench, "child", 60));
		failed = count_up(bench, "parent", 60);
		assert_int_equal(waitpid(child, &status, 0), child);
		assert_int_equal(failed, 0);
		assert_true(WIFEXITED(status));
		assert_int_equal(WEXITSTATUS(status), 0);
		assert_string_equal(sql(bench, "SELECT group_concat(checkpoint_value) "
					       "FROM checkpoints"),
			"60,60");
		sql(bench, "PRAGMA journal_mode = WAL");
	}
}

/* A reader in the way of COMMIT: the whole change is given up, and that is known. */
static void
a_commit_that_must_wait_too_long_is_given_up(void **state)
{
	struct sqlite_bench *bench = *state;
	struct change change = change_of("a", "0", "9");
	struct store *store;
	struct err err = { 0 };

	sql(bench, SEED_TABLE);
	bench->config.timeout = 150 * MILLISECOND;
	store = open_bench(bench, STORE_WRITE);
	save(store, "a", "0", "1");
	sql(bench, "BEGIN");
	sql(bench, "SELECT count(*) FROM checkpoints");
	assert_int_equal(store_save(store, &change, &err), CHANGE_FAILED);
	assert_int_equal(err.kind, ERR_UNREACHABLE);
	sql(bench, "COMMIT");
	assert_string_equal(sql(bench, "SELECT checkpoint_value FROM checkpoints"), "1");
	save(store, "a", "0", "2");
	assert_string_equal(sql(bench, "SELECT checkpoint_value FROM checkpoints"), "2");
	store_close(store);
}

/*
 * The disk fails while COMMIT writes: the limit on file sizes lets the journal be written
 * but not the end of the database. Whatever is answered, it is not DONE, and the old
 * value is there when the disk is well again.
 */
static int
save_with_failing_disk(struct sqlite_bench *bench)
{
	struct rlimit limit = { 64 << 10, RLIM_INFINITY };
	struct change change = change_of("z", "999", "new");
	struct store *store;
	struct err err = { 0 };
	enum change_result result;

	signal(SIGXFSZ, SIG_IGN);
	if (store_open(&store, &bench->config, STORE_WRITE, &err) != 0)
		return 1;
	setrlimit(RLIMIT_FSIZE, &limit);
	result = store_save(store, &change, &err);
	if (result == CHANGE_DONE || result == CHANGE_CONFLICT)
		return 2;
	if (result == CHANGE_UNKNOWN && err.kind != ERR_UNKNOWN)
		return 3;
	if (!err_is_set(&err))
		return 4;
	return 0;
}

static void
a_failing_disk_is_not_done(void **state)
{
	struct sqlite_bench *bench = *state;
	struct store *store;
	pid_t child;
	int status;

	sql(bench, SEED_TABLE);
	sql(bench, "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n LIMIT "
		   "2000) INSERT INTO checkpoints SELECT 'z', i, 'old', NULL, "
		   "printf('%%.*c', 200, 't') FROM n");
	outside_close(bench->path);
	child = fork();
	if (child == 0)
		_exit(save_with_failing_disk(bench));
	assert_int_equal(waitpid(child, &status, 0), child);
	assert_true(WIFEXITED(status));
	assert_int_equal(WEXITSTATUS(status), 0);
	/* The next writer rolls back what is left. */
	store = open_bench(bench, STORE_WRITE);
	save(store, "z", "1", "other");
	store_close(store);
	assert_string_equal(sql(bench, "SELECT checkpoint_value FROM checkpoints WHERE "
				       "partition_id = '999'"),
		"old");
	assert_string_equal(sql(bench, "PRAGMA integrity_check"), "ok");
}

/* X: killed at any moment, the value is the old or the new one. */
static void
killed_in_the_middle(void **state)
{
	struct sqlite_bench *bench = *state;

	sql(bench, SEED_TABLE);
	sql(bench, "INSERT INTO checkpoints VALUES ('a', '0', '0', NULL, 't')");
	srand(5);
	for (int round = 0; round < 40; round++) {
		pid_t child = fork();
		const char *value;
		int count;

		if (child == 0) {
			struct store *store;
			struct err err = { 0 };
			char text[16];

			if (store_open(&store, &bench->config, STORE_WRITE, &err) != 0)
				_exit(1);
			for (int i = 0;; i++) {
				struct change change;

				snprintf(text, sizeof(text), "%d", i);
				change = change_of("a", "0", text);
				change.metadata = change.value;
				if (store_save(store, &change, &err) != CHANGE_DONE)
					_exit(2);
			}
		}
		usleep((useconds_t)(rand() % 20000));
		kill(child, SIGKILL);
		waitpid(child, NULL, 0);
		value = sql(bench,
			"SELECT count(*) FROM checkpoints WHERE metadata IS NULL "
			"OR checkpoint_value = metadata");
		count = atoi(value);
		assert_int_equal(count, 1);
	}
	assert_string_equal(sql(bench, "PRAGMA integrity_check"), "ok");
}

/* --- who may --- */

static int
open_as_nobody(struct sqlite_bench *bench)
{
	struct store *store;
	struct err err = { 0 };

	if (setresuid(65534, 65534, 65534) != 0)
		return 1;
	if (store_open(&store, &bench->config, STORE_WRITE, &err) == 0)
		return 2;
	if (err.kind != ERR_REFUSED || strstr(err.text, "nothing was written") == NULL ||
		strstr(err.text, "uid") == NULL)
		return 3;
	return 0;
}

static void
who_may_not_write_is_told_at_the_door(void **state)
{
	struct sqlite_bench *bench = *state;
	pid_t child;
	int status;

	sql(bench, SEED_TABLE);
	if (geteuid() != 0) {
		assert_int_equal(chmod(bench->path, 0444), 0);
		assert_not_opened(bench, STORE_WRITE, ERR_REFUSED,
			SAYS("nothing was written", "uid"));
		return;
	}
	chmod(bench->directory, 0755);
	child = fork();
	if (child == 0)
		_exit(open_as_nobody(bench));
	assert_int_equal(waitpid(child, &status, 0), child);
	assert_true(WIFEXITED(status));
	assert_int_equal(WEXITSTATUS(status), 0);
}

static void
a_store_is_not_made_among_other_tables(void **state)
{
	struct sqlite_bench *bench = *state;
	struct err err = { 0 };
	bool made;

	sql(bench, "CREATE TABLE other (x)");
	assert_int_equal(store_create(&bench->config, &made, &err), -1);
	assert_int_equal(err.kind, ERR_REFUSED);
	assert_non_null(strstr(err.text, "CREATE TABLE checkpoints"));
	assert_false(made);
	err_clear(&err);
	set_query(bench, "table=x");
	assert_int_equal(store_create(&bench->config, &made, &err), -1);
	assert_int_equal(err.kind, ERR_REFUSED);
	err_clear(&err);
	snprintf(bench->uri, sizeof(bench->uri), "sqlite:%s/no/such/x.db",
		bench->directory);
	assert_int_equal(store_create(&bench->config, &made, &err), -1);
	assert_int_equal(err.kind, ERR_UNREACHABLE);
	set_query(bench, "");
}

int
main(void)
{
#define TEST(name)                                                                       \
	cmocka_unit_test_setup_teardown(name, sqlite_bench_make, sqlite_bench_unmake)
	const struct CMUnitTest tests[] = {
		TEST(an_empty_seed_table_gets_what_python_reads),
		TEST(a_naive_time_is_local),
		TEST(a_new_row_is_written_as_its_neighbour),
		TEST(kafka_offsets_are_numbers),
		TEST(the_dated_table_takes_its_own_job_only),
		TEST(a_key_that_comes_twice_is_not_written),
		TEST(only_the_very_key_is_written),
		TEST(the_guard_is_exact),
		TEST(what_the_table_does_not_allow_is_said),
		TEST(a_locked_database_is_not_written),
		TEST(two_writers_wait_for_each_other),
		TEST(a_commit_that_must_wait_too_long_is_given_up),
		TEST(a_failing_disk_is_not_done),
		TEST(killed_in_the_middle),
		TEST(who_may_not_write_is_told_at_the_door),
		TEST(a_store_is_not_made_among_other_tables),
	};
	int failed = cmocka_run_group_tests(tests, NULL, NULL);

	outside_kill();
	return failed;
}
