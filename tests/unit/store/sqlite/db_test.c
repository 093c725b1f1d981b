/* SPDX-License-Identifier: MIT */
#include "store/sqlite/open.h"
#include "store/sqlite/value.h"

#include "sqlite_bench.h"

/* A stop function that counts how often it is asked. */
struct stopper {
	int asked, stop_at; /* 0: never */
	struct sqlite_bench *bench;
	const char *sql; /* what another program does at stop_at instead */
};

static bool
stop(void *arg, struct err *err)
{
	struct stopper *stopper = arg;

	if (++stopper->asked < stopper->stop_at || stopper->stop_at == 0)
		return false;
	if (stopper->sql != NULL) {
		sql(stopper->bench, "%s", stopper->sql);
		stopper->stop_at = 0;
		return false;
	}
	err_set(err, ERR_UNREACHABLE, "stopped by the test");
	return true;
}

static struct sqlite_file
open_file(
	struct sqlite_bench *bench, enum sqlite_purpose purpose, struct stopper *stopper)
{
	struct sqlite_file file;
	struct err err = { 0 };

	if (sqlite_open(&file, bench->path, purpose, stop, stopper, &err) != 0)
		fail_msg("%s", err.text);
	return file;
}

/* The first column of the first row. */
static const char *
answer(struct sqlite_file *file, const char *text)
{
	static char copy[256];
	struct sqlite_query *query;
	struct err err = { 0 };
	struct span span;

	if (sqlite_query_new(&query, file->db, text, &err) != 0 ||
		sqlite_query_step(query, &err) != 1)
		fail_msg("%s", err.text);
	span = sqlite_column(query, 0);
	snprintf(copy, sizeof(copy), "%.*s", (int)span.len, span.at);
	sqlite_query_free(query);
	return copy;
}

static void
a_lock_is_waited_for(void **state)
{
	struct sqlite_bench *bench = *state;
	struct stopper stopper = { .bench = bench };
	struct sqlite_file file;

	sql(bench, "CREATE TABLE t (v)");
	sql(bench, "INSERT INTO t VALUES (1)");
	file = open_file(bench, SQLITE_TO_READ, &stopper);
	sql(bench, "BEGIN EXCLUSIVE");
	sql(bench, "UPDATE t SET v = 2");
	/* The lock goes away while we wait for the fourth time. */
	stopper.asked = 0;
	stopper.stop_at = 4;
	stopper.sql = "COMMIT";
	assert_string_equal(answer(&file, "SELECT v FROM t"), "2");
	assert_true(stopper.asked >= 4);
	sqlite_close(&file);
}

static void
waiting_and_working_can_be_stopped(void **state)
{
	static const char endless[] = "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT "
				      "i + 1 FROM n) SELECT max(i) FROM n";
	struct sqlite_bench *bench = *state;
	struct stopper stopper = { .bench = bench };
	struct sqlite_file file;
	struct sqlite_query *query;
	struct err err = { 0 };

	sql(bench, "CREATE TABLE t (v)");
	file = open_file(bench, SQLITE_TO_READ, &stopper);
	assert_int_equal(sqlite_query_new(&query, file.db, endless, &err), 0);
	stopper = (struct stopper){ .stop_at = 20 };
	assert_int_equal(sqlite_query_step(query, &err), -1);
	assert_int_equal(sqlite_db_trouble(file.db), SQLITE_TROUBLE_STOPPED);
	assert_string_equal(err.text, "stopped by the test; nothing was read");
	sqlite_query_free(query);
	sql(bench, "BEGIN EXCLUSIVE");
	err_clear(&err);
	stopper = (struct stopper){ .stop_at = 5 };
	assert_int_equal(sqlite_db_run(file.db, "SELECT count(*) FROM t", &err), -1);
	assert_int_equal(sqlite_db_trouble(file.db), SQLITE_TROUBLE_LOCKED);
	assert_int_equal(err.kind, ERR_UNREACHABLE);
	assert_non_null(strstr(err.text, "fuser"));
	sql(bench, "COMMIT");
	stopper.stop_at = 0;
	err_clear(&err);
	assert_int_equal(sqlite_db_run(file.db, "SELECT count(*) FROM t", &err), 0);
	assert_int_equal(sqlite_db_trouble(file.db), SQLITE_TROUBLE_NONE);
	sqlite_close(&file);
}

/* POSIX locks belong to the process, and closing any descriptor of a file drops them: a
 * second handle, with its look at the header, must not do that. */
static void
a_second_handle_keeps_the_locks_of_the_first(void **state)
{
	struct sqlite_bench *bench = *state;
	struct stopper stopper = { 0 };
	struct sqlite_file writer, reader;
	struct err err = { 0 };
	const char *message;

	sql(bench, "CREATE TABLE t (v)");
	sql(bench, "PRAGMA busy_timeout = 0");
	writer = open_file(bench, SQLITE_TO_WRITE, &stopper);
	assert_int_equal(sqlite_db_run(writer.db, "BEGIN IMMEDIATE", &err), 0);
	reader = open_file(bench, SQLITE_TO_READ, &stopper);
	assert_string_equal(answer(&reader, "SELECT count(*) FROM t"), "0");
	sqlite_close(&reader);
	assert_false(outside_try(bench->path, "BEGIN IMMEDIATE", &message));
	assert_non_null(strstr(message, "locked"));
	assert_int_equal(sqlite_db_run(writer.db, "COMMIT", &err), 0);
	assert_true(outside_try(bench->path, "BEGIN IMMEDIATE", &message));
	sqlite_close(&writer);
}

static void
a_commit_survives_a_power_loss(void **state)
{
	struct sqlite_bench *bench = *state;
	struct stopper stopper = { 0 };
	struct sqlite_file file;

	sql(bench, "CREATE TABLE t (v)");
	file = open_file(bench, SQLITE_TO_WRITE, &stopper);
	assert_string_equal(answer(&file, "PRAGMA synchronous"), "3");
	assert_string_equal(file.journal_mode, "delete");
	sqlite_close(&file);
	sql(bench, "PRAGMA journal_mode = WAL");
	file = open_file(bench, SQLITE_TO_WRITE, &stopper);
	assert_string_equal(answer(&file, "PRAGMA synchronous"), "3");
	assert_string_equal(file.journal_mode, "wal");
	sqlite_close(&file);
}

static void
a_handle_to_read_cannot_write(void **state)
{
	static const char *const writes[] = { "DELETE FROM t", "CREATE TABLE u (v)",
		"PRAGMA user_version = 3", "PRAGMA journal_mode = WAL", "VACUUM",
		"PRAGMA writable_schema = ON; DELETE FROM sqlite_schema" };
	struct sqlite_bench *bench = *state;
	struct stopper stopper = { 0 };
	struct sqlite_file file;

	sql(bench, "CREATE TABLE t (v)");
	sql(bench, "INSERT INTO t VALUES (1)");
	file = open_file(bench, SQLITE_TO_READ, &stopper);
	for (size_t i = 0; i < sizeof(writes) / sizeof(*writes); i++) {
		struct err err = { 0 };

		sqlite_db_run(file.db, writes[i], &err);
	}
	sqlite_close(&file);
	assert_string_equal(sql(bench, "SELECT count(*) FROM t"), "1");
	assert_string_equal(sql(bench, "PRAGMA user_version"), "0");
	assert_string_equal(sql(bench, "PRAGMA journal_mode"), "delete");
	assert_string_equal(sql(bench, "SELECT count(*) FROM sqlite_master"), "1");
}

/* --- statements --- */

static void
only_a_select_that_reads_is_a_select(void **state)
{
	static const char *const good[] = { "SELECT 1", "select max(v) from t;",
		"SELECT v FROM t WHERE v = :job -- so\n; /* and */ ",
		"WITH x(i) AS (VALUES (1), (2)) SELECT i FROM x", "VALUES (1)" };
	static const char *const bad[] = { "", "--", "DELETE FROM t",
		"INSERT INTO t VALUES (1)", "SELECT 1; DELETE FROM t",
		"SELECT 1; SELECT 2", "SELECT 1; nonsense", "PRAGMA journal_mode = WAL",
		"PRAGMA data_version", "BEGIN", "ATTACH 'x' AS x",
		"WITH x AS (SELECT 1) DELETE FROM t", "SELECT load_extension('x')",
		"SELECT * FROM pragma_table_info('t')", "VACUUM", "SELECT nope FROM t",
		"SELECT \"nope\" FROM t", "SELECT 1 FROM gone", "CREATE TEMP TABLE x (y)",
		"SELECT" };
	struct sqlite_bench *bench = *state;
	struct stopper stopper = { 0 };
	struct sqlite_file file;
	struct sqlite_query *query;

	sql(bench, "CREATE TABLE t (v)");
	file = open_file(bench, SQLITE_TO_WRITE, &stopper);
	for (size_t i = 0; i < sizeof(good) / sizeof(*good); i++) {
		struct err err = { 0 };

		if (sqlite_query_new_select(&query, file.db, good[i], &err) != 0)
			fail_msg("'%s': %s", good[i], err.text);
		sqlite_query_free(query);
	}
	for (size_t i = 0; i < sizeof(bad) / sizeof(*bad); i++) {
		struct err err = { 0 };

		if (sqlite_query_new_select(&query, file.db, bad[i], &err) == 0)
			fail_msg("'%s' was taken", bad[i]);
		assert_int_equal(err.kind, ERR_USAGE);
		assert_non_null(strstr(err.text, bad[i]));
	}
	/* What is not for persons is still possible. */
	assert_string_equal(answer(&file, "PRAGMA user_version"), "0");
	sqlite_close(&file);
}

/* A value that is bound as it was stored is the same value; as anything else it is not.
 */
static void
what_was_read_can_be_compared(void **state)
{
	static const struct {
		const char *literal, *text;
		enum ckpt_storage storage;
	} values[] = { { "5", "5", CKPT_STORAGE_INTEGER },
		{ "'5'", "5", CKPT_STORAGE_TEXT }, { "5.5", "5.5", CKPT_STORAGE_REAL },
		{ "x'35'", "5", CKPT_STORAGE_BLOB }, { "NULL", NULL, CKPT_STORAGE_NULL },
		{ "''", "", CKPT_STORAGE_TEXT }, { "x''", "", CKPT_STORAGE_BLOB },
		{ "-9223372036854775808", "-9223372036854775808", CKPT_STORAGE_INTEGER },
		{ "9007199254740993", "9007199254740993", CKPT_STORAGE_INTEGER },
		{ "0.1", "0.1", CKPT_STORAGE_REAL },
		{ "1e300", "1e+300", CKPT_STORAGE_REAL },
		{ "0.30000000000000004", "0.30000000000000004", CKPT_STORAGE_REAL },
		{ "'007'", "007", CKPT_STORAGE_TEXT } };
	struct sqlite_bench *bench = *state;
	struct stopper stopper = { 0 };
	struct sqlite_file file;
	struct sqlite_query *read, *compare;
	struct err err = { 0 };
	size_t count = sizeof(values) / sizeof(*values), i;

	sql(bench, "CREATE TABLE t (id INTEGER PRIMARY KEY, v)");
	for (i = 0; i < count; i++)
		sql(bench, "INSERT INTO t (v) VALUES (%s)", values[i].literal);
	file = open_file(bench, SQLITE_TO_READ, &stopper);
	assert_int_equal(
		sqlite_query_new(&read, file.db, "SELECT v FROM t ORDER BY id", &err), 0);
	assert_int_equal(sqlite_query_new(&compare, file.db,
				 "SELECT id FROM t WHERE v IS ?1", &err),
		0);
	for (i = 0; sqlite_query_step(read, &err) == 1; i++) {
		struct span text = sqlite_column(read, 0);

		assert_int_equal(sqlite_column_storage(read, 0), values[i].storage);
		assert_true(span_is(text, values[i].text));
		sqlite_bind_stored(compare, 1, text, values[i].storage);
		assert_int_equal(sqlite_query_step(compare, &err), 1);
		assert_int_equal(sqlite_column_integer(compare, 0), i + 1);
		sqlite_query_reset(compare);
	}
	assert_int_equal(i, count);
	sqlite_query_free(read);
	sqlite_query_free(compare);
	sqlite_close(&file);
}

static void
the_name_of_a_missing_column_is_no_text(void **state)
{
	struct sqlite_bench *bench = *state;
	struct stopper stopper = { 0 };
	struct sqlite_file file;
	struct sqlite_query *query;
	struct err err = { 0 };

	sql(bench, "CREATE TABLE t (v)");
	file = open_file(bench, SQLITE_TO_READ, &stopper);
	assert_int_equal(
		sqlite_query_new(&query, file.db, "SELECT \"gone\" FROM t", &err), -1);
	assert_int_equal(err.kind, ERR_DAMAGED);
	assert_non_null(strstr(err.text, "no such column: gone"));
	sqlite_close(&file);
}

/* --- paths --- */

static void
no_path_is_special(void **state)
{
	static const char *const names[] = { ":memory:", "x?mode=memory", "a#b", "a%41",
		"file:x", "a b" };
	struct sqlite_bench *bench = *state;
	struct stopper stopper = { 0 };
	struct sqlite_file file;
	char before[256];

	assert_non_null(getcwd(before, sizeof(before)));
	assert_int_equal(chdir(bench->directory), 0);
	for (size_t i = 0; i < sizeof(names) / sizeof(*names); i++) {
		struct err err = { 0 };

		if (sqlite_open(&file, names[i], SQLITE_TO_CREATE, stop, &stopper,
			    &err) != 0 ||
			sqlite_db_run(file.db, "CREATE TABLE t (v)", &err) != 0)
			fail_msg("%s", err.text);
		sqlite_close(&file);
		assert_int_equal(access(names[i], F_OK), 0);
		if (sqlite_open(&file, names[i], SQLITE_TO_READ, stop, &stopper, &err) !=
			0)
			fail_msg("%s", err.text);
		assert_string_equal(answer(&file, "SELECT count(*) FROM t"), "0");
		sqlite_close(&file);
		unlink(names[i]);
	}
	assert_int_equal(chdir(before), 0);
}

int
main(void)
{
#define TEST(name)                                                                       \
	cmocka_unit_test_setup_teardown(name, sqlite_bench_make, sqlite_bench_unmake)
	const struct CMUnitTest tests[] = {
		TEST(a_lock_is_waited_for),
		TEST(waiting_and_working_can_be_stopped),
		TEST(a_second_handle_keeps_the_locks_of_the_first),
		TEST(a_commit_survives_a_power_loss),
		TEST(a_handle_to_read_cannot_write),
		TEST(only_a_select_that_reads_is_a_select),
		TEST(what_was_read_can_be_compared),
		TEST(the_name_of_a_missing_column_is_no_text),
		TEST(no_path_is_special),
	};
	int failed = cmocka_run_group_tests(tests, NULL, NULL);

	outside_kill();
	return failed;
}
