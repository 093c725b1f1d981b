/* SPDX-License-Identifier: MIT
 *
 * Databases that cannot be read, or not now: each has its clear text, and none is taken
 * for an empty store. Named as in the battery of faults. */
#include "sqlite_bench.h"

#include <fcntl.h>
#include <sys/resource.h>

static void
overwrite(const char *path, off_t offset, const void *bytes, size_t size)
{
	int fd = open(path, O_WRONLY | O_CREAT, 0644);

	assert_true(fd >= 0);
	assert_int_equal(pwrite(fd, bytes, size, offset), size);
	close(fd);
}

/* S01 */
static void
locked_by_writer(void **state)
{
	struct sqlite_bench *bench = *state;
	struct store *store;
	struct err err = { 0 };
	struct lines lines = { 0 };
	bool steady, changed;

	sqlite_bench_fill(bench);
	bench->config.timeout = 150 * MILLISECOND;
	store = open_bench(bench, STORE_READ);
	assert_rows(store, "orders/0=1 t @t\n");
	sql(bench, "BEGIN EXCLUSIVE");
	assert_int_equal(store_changed(store, &changed, &err), -1);
	assert_int_equal(err.kind, ERR_UNREACHABLE);
	assert_non_null(strstr(err.text, "locked by another program"));
	assert_non_null(strstr(err.text, "nothing was read"));
	assert_non_null(strstr(err.text, bench->path));
	err_clear(&err);
	assert_int_equal(store_scan(store, add_line, &lines, &steady, &err), -1);
	assert_int_equal(err.kind, ERR_UNREACHABLE);
	assert_int_equal(lines.count, 0);
	assert_not_opened(bench, STORE_READ, ERR_UNREACHABLE, SAYS("locked by another"));
	/* It goes on by itself. */
	sql(bench, "UPDATE checkpoints SET checkpoint_value = '2'");
	sql(bench, "COMMIT");
	assert_rows(store, "orders/0=2 t @t\n");
	store_close(store);
}

/* S05 */
static void
hot_journal_readonly(void **state)
{
	struct sqlite_bench *bench = *state;
	struct store *store;
	char other[160], journal[160];

	sqlite_bench_fill(bench);
	/* A journal as a writer leaves it that dies in the middle of its commit. */
	sql(bench, "PRAGMA cache_size = 1");
	sql(bench, "PRAGMA cache_spill = 1");
	sql(bench, "BEGIN IMMEDIATE");
	for (int i = 0; i < 40; i++)
		sql(bench,
			"INSERT INTO checkpoints VALUES ('x', %d, printf('%%.*c', 3000, "
			"'x'), NULL, 't')",
			i);
	snprintf(other, sizeof(other), "%s/y.db", bench->directory);
	snprintf(journal, sizeof(journal), "%s-journal", bench->path);
	sqlite_bench_copy(bench->path, other);
	snprintf(other, sizeof(other), "%s/y.db-journal", bench->directory);
	sqlite_bench_copy(journal, other);
	sql(bench, "ROLLBACK");
	snprintf(bench->uri, sizeof(bench->uri), "sqlite:%s/y.db", bench->directory);
	assert_not_opened(bench, STORE_READ, ERR_UNREACHABLE,
		SAYS("a writer died in a transaction", "nothing was read", ".tables"));
	/* Whoever may write rolls it back. */
	store = open_bench(bench, STORE_WRITE);
	assert_rows(store, "orders/0=1 t @t\n");
	store_close(store);
	store = open_bench(bench, STORE_READ);
	assert_rows(store, "orders/0=1 t @t\n");
	store_close(store);
}

/* S06, S07 */
static void
zero_bytes_junk_and_cut_off(void **state)
{
	static const char junk[8192] = "this is no database at all";
	struct sqlite_bench *bench = *state;

	overwrite(bench->path, 0, junk, 0);
	assert_not_opened(bench, STORE_READ, ERR_DAMAGED,
		SAYS("empty file", "no table checkpoints", "nothing was read"));
	overwrite(bench->path, 0, junk, sizeof(junk));
	assert_not_opened(bench, STORE_READ, ERR_DAMAGED,
		SAYS("no SQLite database", "encrypted", "nothing was read"));
	assert_not_opened(bench, STORE_WRITE, ERR_DAMAGED,
		SAYS("no SQLite database", "nothing was written"));
	assert_int_equal(truncate(bench->path, 50), 0);
	assert_not_opened(bench, STORE_READ, ERR_DAMAGED, SAYS("no SQLite database"));
	assert_int_equal(unlink(bench->path), 0);
	sqlite_bench_fill(bench);
	outside_close(bench->path);
	assert_int_equal(truncate(bench->path, 5000), 0);
	assert_not_opened(
		bench, STORE_READ, ERR_DAMAGED, SAYS("malformed", "integrity_check"));
}

/* S07: whatever bits are flipped, there is an answer and no crash, and what is called an
 * answer is one: at most the rows that were there. */
static void
bit_flips(void **state)
{
	struct sqlite_bench *bench = *state;
	char master[160];
	int readable = 0;

	sqlite_bench_fill(bench);
	for (int i = 1; i < 60; i++)
		sql(bench, "INSERT INTO checkpoints VALUES ('orders', %d, %d, '{}', 't')",
			i, i);
	outside_close(bench->path);
	snprintf(master, sizeof(master), "%s/y.db", bench->directory);
	sqlite_bench_copy(bench->path, master);
	srand(11);
	for (int round = 0; round < 300; round++) {
		struct store *store;
		struct lines lines = { 0 };
		struct err err = { 0 };
		struct stat status;
		bool steady;

		sqlite_bench_copy(master, bench->path);
		stat(bench->path, &status);
		for (int flip = rand() % 8; flip >= 0; flip--) {
			unsigned char byte = (unsigned char)rand();

			overwrite(bench->path, rand() % status.st_size, &byte, 1);
		}
		if (store_open(&store, &bench->config, STORE_READ, &err) == 0) {
			if (store_scan(store, add_line, &lines, &steady, &err) == 0)
				readable++;
			store_close(store);
		}
		if (err_is_set(&err) && err.kind != ERR_DAMAGED &&
			err.kind != ERR_UNREACHABLE)
			fail_msg("round %d: %s", round, err.text);
		str_free(&lines.text);
	}
	assert_true(readable > 0 && readable < 300);
}

/* S14 */
static void
replaced_under_us(void **state)
{
	struct sqlite_bench *bench = *state;
	struct change change = { .key = { SPAN("orders"), SPAN("0") },
		.value = SPAN("9") };
	struct store *reader, *writer;
	struct err err = { 0 };
	char other[160];
	bool changed;

	sqlite_bench_fill(bench);
	snprintf(other, sizeof(other), "%s/y.db", bench->directory);
	outside_sql(other, SEED_TABLE);
	outside_sql(other, "INSERT INTO checkpoints VALUES ('orders', '0', '77', NULL, "
			   "'u'), ('new', '0', '5', NULL, 'u')");
	outside_close(other);
	reader = open_bench(bench, STORE_READ);
	writer = open_bench(bench, STORE_WRITE);
	assert_rows(reader, "orders/0=1 t @t\n");
	assert_int_equal(rename(other, bench->path), 0);
	assert_int_equal(store_changed(reader, &changed, &err), 0);
	assert_true(changed);
	assert_rows(reader, "orders/0=77 t @u\nnew/0=5 t @u\n");
	/* A guard over what the old file held does not hold in the new one. */
	change.guard = (struct guard){ GUARD_VALUE, SPAN("1"), CKPT_STORAGE_TEXT };
	assert_int_equal(store_save(writer, &change, &err), CHANGE_CONFLICT);
	err_clear(&err);
	assert_int_equal(remove(bench->path), 0);
	assert_int_equal(store_save(writer, &change, &err), CHANGE_FAILED);
	assert_int_equal(err.kind, ERR_UNREACHABLE);
	store_close(reader);
	store_close(writer);
}

/* S25 of the battery, for SQLite: found again when it is put right. */
static void
schema_drift(void **state)
{
	struct sqlite_bench *bench = *state;
	struct store *store;
	struct lines lines = { 0 };
	struct err err = { 0 };
	bool steady, changed;

	sqlite_bench_fill(bench);
	store = open_bench(bench, STORE_READ);
	assert_rows(store, "orders/0=1 t @t\n");
	sql(bench, "ALTER TABLE checkpoints RENAME COLUMN checkpoint_value TO position");
	assert_int_equal(store_changed(store, &changed, &err), 0);
	assert_true(changed);
	assert_int_equal(store_scan(store, add_line, &lines, &steady, &err), -1);
	assert_int_equal(err.kind, ERR_DAMAGED);
	assert_non_null(strstr(err.text, "checkpoint_value"));
	err_clear(&err);
	assert_int_equal(store_scan(store, add_line, &lines, &steady, &err), -1);
	assert_non_null(strstr(err.text, "no column checkpoint_value"));
	sql(bench, "ALTER TABLE checkpoints RENAME COLUMN position TO checkpoint_value");
	assert_rows(store, "orders/0=1 t @t\n");
	store_close(store);
}

/* S16 */
static void
hostile_schema(void **state)
{
	struct sqlite_bench *bench = *state;
	struct store *store;
	struct lines lines = { 0 };
	struct err err = { 0 };
	struct rusage usage;
	bool steady;

	bench->config.timeout = 300 * MILLISECOND;
	sql(bench,
		"CREATE VIEW checkpoints AS WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL "
		"SELECT i + 1 FROM n) SELECT i AS job_id, i AS partition_id, max(i) AS "
		"checkpoint_value FROM n");
	store = open_bench(bench, STORE_READ);
	assert_int_equal(store_scan(store, add_line, &lines, &steady, &err), -1);
	assert_int_equal(err.kind, ERR_UNREACHABLE);
	assert_non_null(strstr(err.text, "no answer for 0.3 s"));
	store_close(store);
	sql(bench, "DROP VIEW checkpoints");
	sql(bench,
		"CREATE VIEW checkpoints AS SELECT load_extension('x') AS job_id, 1 AS "
		"partition_id, 2 AS checkpoint_value");
	assert_not_opened(bench, STORE_READ, ERR_DAMAGED,
		SAYS("unsafe use of load_extension", "nothing was read"));
	sql(bench, "DROP VIEW checkpoints");
	/* A gigabyte that SQLite would have to make up first. */
	sql(bench, "CREATE VIEW checkpoints AS SELECT 'a' AS job_id, 1 AS partition_id, "
		   "randomblob(1000000000) AS checkpoint_value");
	store = open_bench(bench, STORE_READ);
	err_clear(&err);
	assert_int_equal(store_scan(store, add_line, &lines, &steady, &err), -1);
	assert_non_null(strstr(err.text, "4 MiB"));
	store_close(store);
	assert_int_equal(lines.count, 0);
	getrusage(RUSAGE_SELF, &usage);
	assert_true(usage.ru_maxrss < 200 * 1024);
}

int
main(void)
{
#define TEST(name)                                                                       \
	cmocka_unit_test_setup_teardown(name, sqlite_bench_make, sqlite_bench_unmake)
	const struct CMUnitTest tests[] = {
		TEST(locked_by_writer),
		TEST(hot_journal_readonly),
		TEST(zero_bytes_junk_and_cut_off),
		TEST(bit_flips),
		TEST(replaced_under_us),
		TEST(schema_drift),
		TEST(hostile_schema),
	};
	int failed = cmocka_run_group_tests(tests, NULL, NULL);

	outside_kill();
	return failed;
}
