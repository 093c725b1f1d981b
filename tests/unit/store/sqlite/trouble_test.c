/* SPDX-License-Identifier: MIT
 *
 * Databases that cannot be read, or not now: each has its clear text, and none is taken
 * for an empty store. Named as in the battery of faults. */
#include "sqlite_bench.h"

#include <fcntl.h>
#include <sys/resource.h>
#include <sys/wait.h>

static void
overwrite(const char *path, off_t offset, const void *bytes, size_t size)
{
	int fd = open(path, O_WRONLY | O_CREAT, 0644);

	assert_true(fd >= 0);
	assert_int_equal(pwrite(fd, bytes, size, offset), size);
	close(fd);
}

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

/* S05 sqlite_hot_journal_readonly */
static void
hot_journal_readonly(void **state)
{
	struct sqlite_bench *bench = *state;
	struct store *before, *store;
	struct lines lines = { 0 };
	struct err err = { 0 };
	struct stat journal;
	char name[160];
	bool steady;

	sqlite_bench_fill(bench);
	before = open_bench(bench, STORE_READ);
	assert_rows(before, "orders/0=1 t @t\n");
	/* A writer is killed when it has begun to write into the database. */
	sql(bench, "PRAGMA cache_size = 1");
	sql(bench, "PRAGMA cache_spill = 1");
	sql(bench, "BEGIN IMMEDIATE");
	sql(bench, "UPDATE checkpoints SET checkpoint_value = 'half done'");
	for (int i = 0; i < 40; i++)
		sql(bench,
			"INSERT INTO checkpoints VALUES ('x', %d, printf('%%.*c', 3000, "
			"'x'), NULL, 't')",
			i);
	outside_kill();
	snprintf(name, sizeof(name), "%s-journal", bench->path);
	assert_int_equal(stat(name, &journal), 0);
	assert_true(journal.st_size > 0);
	/* Whoever had it open is told the same as who comes new: it is not empty. */
	assert_int_equal(store_scan(before, add_line, &lines, &steady, &err), -1);
	assert_int_equal(lines.count, 0);
	assert_int_equal(err.kind, ERR_UNREACHABLE);
	assert_non_null(strstr(err.text, "a writer died in a transaction"));
	assert_not_opened(bench, STORE_READ, ERR_UNREACHABLE,
		SAYS("a writer died in a transaction", "one that may write",
			"nothing was read", ".tables"));
	assert_int_equal(stat(name, &journal), 0);
	/* Whoever may write rolls it back. */
	store = open_bench(bench, STORE_WRITE);
	assert_rows(store, "orders/0=1 t @t\n");
	store_close(store);
	assert_rows(before, "orders/0=1 t @t\n");
	store_close(before);
}

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

/* --- damage at random --- */

static uint32_t
next_random(uint32_t *seed)
{
	*seed ^= *seed << 13;
	*seed ^= *seed >> 17;
	*seed ^= *seed << 5;
	return *seed;
}

/* Some bits of the file are others, and of one file in eight the end is gone. */
static void
spoil(const char *path, off_t size, uint32_t *seed)
{
	int fd = open(path, O_RDWR);

	assert_true(fd >= 0);
	for (uint32_t flips = 1 + next_random(seed) % 8; flips > 0; flips--) {
		/* The first page says what all others are: it gets more than its part. */
		off_t at = next_random(seed) % (flips % 2 == 0 ? 4096 : size);
		unsigned char byte;

		assert_int_equal(pread(fd, &byte, 1, at), 1);
		byte ^= (unsigned char)(1 << next_random(seed) % 8);
		assert_int_equal(pwrite(fd, &byte, 1, at), 1);
	}
	if (next_random(seed) % 8 == 0)
		assert_int_equal(ftruncate(fd, next_random(seed) % size), 0);
	close(fd);
}

static void
judge_failure(const struct sqlite_bench *bench, const struct err *err, uint32_t seed)
{
	bool is_named = strstr(err->text, bench->path) != NULL;
	bool is_known = err->kind == ERR_DAMAGED || err->kind == ERR_UNREACHABLE;

	if (!is_named || !is_known)
		fail_msg("seed %u: %s: %s", seed, err_word(err->kind), err->text);
	if (strstr(err->text, "is malformed") && !strstr(err->text, "integrity_check"))
		fail_msg("seed %u: no way out: %s", seed, err->text);
}

/* Reads the spoilt database; true when that worked. */
static bool
read_spoilt(struct sqlite_bench *bench, size_t rows_most, uint32_t seed)
{
	struct store *store;
	struct lines lines = { 0 };
	struct err err = { 0 };
	bool steady, done = false;

	if (store_open(&store, &bench->config, STORE_READ, &err) == 0) {
		done = store_scan(store, add_line, &lines, &steady, &err) == 0;
		store_close(store);
	}
	if (!done)
		judge_failure(bench, &err, seed);
	if (lines.count > rows_most)
		fail_msg("seed %u: %zu rows", seed, lines.count);
	str_free(&lines.text);
	return done;
}

/* Saves into it: what is called saved is read back. */
static void
save_spoilt(struct sqlite_bench *bench, uint32_t seed)
{
	struct change change = change_of("orders", "3", "4711");
	struct store *store;
	struct lines lines = { 0 };
	struct err err = { 0 };

	if (store_open(&store, &bench->config, STORE_WRITE, &err) != 0)
		return;
	if (store_save(store, &change, &err) == CHANGE_DONE) {
		err_clear(&err);
		if (store_load(store, change.key, add_line, &lines, &err) != 0 ||
			strncmp(str_text(&lines.text), "orders/3=4711 ", 14) != 0)
			fail_msg("seed %u: saved, but read '%s' %s", seed,
				str_text(&lines.text), err.text);
	} else if (err.text[0] == '\0') {
		fail_msg("seed %u: not saved, and nothing is said", seed);
	}
	str_free(&lines.text);
	store_close(store);
}

/* S07 sqlite_junk
 * See also zero_bytes_junk_and_cut_off(). Whatever bits are others, there is an answer,
 * and what was not read is told in words. */
static void
bit_flips(void **state)
{
	static const char *const tables[] = { SEED_TABLE, SEED_TABLE " WITHOUT ROWID" };
	struct sqlite_bench *bench = *state;
	char master[160];
	struct stat status;
	int readable = 0;

	snprintf(master, sizeof(master), "%s/y.db", bench->directory);
	for (int table = 0; table < 2; table++) {
		sql(bench, "%s", tables[table]);
		sql(bench,
			"WITH RECURSIVE n(i) AS (SELECT 0 UNION ALL SELECT i + 1 FROM n "
			"LIMIT 150) INSERT INTO checkpoints SELECT 'orders', i, i, "
			"json_object('n', printf('%%.*c', i * 40, 'x')), 't' FROM n");
		outside_close(bench->path);
		sqlite_bench_copy(bench->path, master);
		assert_int_equal(stat(master, &status), 0);
		for (uint32_t round = 1; round <= 500; round++) {
			uint32_t seed = round * 2654435761u + (uint32_t)table;

			sqlite_bench_copy(master, bench->path);
			spoil(bench->path, status.st_size, &seed);
			/* A cell takes four bytes at least. */
			readable += read_spoilt(bench, (size_t)status.st_size / 4, round);
			if (round % 20 == 0)
				save_spoilt(bench, round);
		}
		assert_int_equal(unlink(bench->path), 0);
	}
	assert_true(readable > 100 && readable < 900);
}

struct counter {
	struct store *store;
	size_t rows;
};

/* Far more rows than there are end the scan. */
static void
count_row(void *arg, const struct ckpt *row)
{
	struct counter *counter = arg;

	(void)row;
	if (++counter->rows == 500000)
		store_interrupt(counter->store);
}

/* Rows whose order leads back to the first one would be read for ever. */
static void
a_circle_of_rows_ends(void **state)
{
	struct sqlite_bench *bench = *state;
	struct counter counter = { 0 };
	struct err err = { 0 };
	static char bytes[1 << 20];
	char *cell;
	ssize_t size;
	bool steady;
	int fd;

	sql(bench, "CREATE TABLE checkpoints (job_id, partition_id, checkpoint_value)");
	sql(bench, "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n LIMIT "
		   "5500) INSERT INTO checkpoints SELECT 'j', i, 'row' || i FROM n");
	outside_close(bench->path);
	fd = open(bench->path, O_RDONLY);
	size = read(fd, bytes, sizeof(bytes));
	close(fd);
	cell = memmem(bytes, (size_t)size, "row5000", 7);
	assert_non_null(cell);
	/* Before the value stand a name of one byte, a number of two, a header of four
	 * and the rowid, of two: now it is 0. */
	overwrite(bench->path, cell - bytes - 9, "\x80\x00", 2);
	counter.store = open_bench(bench, STORE_READ);
	assert_int_equal(
		store_scan(counter.store, count_row, &counter, &steady, &err), -1);
	assert_int_equal(err.kind, ERR_DAMAGED);
	assert_non_null(strstr(err.text, "malformed"));
	assert_non_null(strstr(err.text, "integrity_check"));
	store_close(counter.store);
}

/* S14 sqlite_db_replaced_under_us */
static void
replaced_under_us(void **state)
{
	struct sqlite_bench *bench = *state;
	struct change change = change_of("orders", "0", "9");
	struct store *reader, *writer;
	struct err err = { 0 };
	char other[160], old[160];
	bool changed;

	sqlite_bench_fill(bench);
	snprintf(other, sizeof(other), "%s/y.db", bench->directory);
	snprintf(old, sizeof(old), "%s/log", bench->directory);
	outside_sql(other, SEED_TABLE);
	outside_sql(other, "INSERT INTO checkpoints VALUES ('orders', '0', '77', NULL, "
			   "'u'), ('new', '0', '5', NULL, 'u')");
	outside_close(other);
	reader = open_bench(bench, STORE_READ);
	writer = open_bench(bench, STORE_WRITE);
	assert_rows(reader, "orders/0=1 t @t\n");
	assert_null(fact_of(reader, "replaced"));
	outside_close(bench->path);
	assert_int_equal(link(bench->path, old), 0);
	assert_int_equal(rename(other, bench->path), 0);
	assert_int_equal(store_changed(reader, &changed, &err), 0);
	assert_true(changed);
	assert_rows(reader, "orders/0=77 t @u\nnew/0=5 t @u\n");
	assert_true(has_fact(reader, "replaced", "another file took its place, seen at"));
	/* A guard over what the old file held does not hold in the new one. */
	change.guard = (struct guard){ GUARD_VALUE, SPAN("1"), CKPT_STORAGE_TEXT };
	assert_int_equal(store_save(writer, &change, &err), CHANGE_CONFLICT);
	err_clear(&err);
	/* What is written goes into the new file, and the old one stays as it was. */
	change.guard.kind = GUARD_NONE;
	assert_int_equal(store_save(writer, &change, &err), CHANGE_DONE);
	assert_string_equal(sql(bench, "SELECT checkpoint_value FROM checkpoints WHERE "
				       "job_id = 'orders'"),
		"9");
	assert_string_equal(
		outside_sql(old, "SELECT checkpoint_value FROM checkpoints"), "1");
	outside_close(old);
	outside_close(bench->path);
	assert_int_equal(remove(bench->path), 0);
	assert_int_equal(store_save(writer, &change, &err), CHANGE_FAILED);
	assert_int_equal(err.kind, ERR_UNREACHABLE);
	store_close(reader);
	store_close(writer);
}

/* What S25 asks of PostgreSQL: found again when it is put right. */
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

/* A scan that fails and says this. */
static void
assert_not_scanned(struct sqlite_bench *bench, const char *says)
{
	struct store *store = open_bench(bench, STORE_READ);
	struct lines lines = { 0 };
	struct err err = { 0 };
	bool steady;

	assert_int_equal(store_scan(store, add_line, &lines, &steady, &err), -1);
	assert_int_equal(lines.count, 0);
	assert_non_null(strstr(err.text, says));
	store_close(store);
}

/* A save that fails so, and changes nothing. */
static void
assert_not_saved(struct sqlite_bench *bench, const char *says)
{
	struct change change = change_of("orders", "0", "9");
	struct store *store = open_bench(bench, STORE_WRITE);
	struct err err = { 0 };

	assert_int_equal(store_save(store, &change, &err), CHANGE_FAILED);
	if (!strstr(err.text, says) || !strstr(err.text, "nothing was written"))
		fail_msg("%s", err.text);
	store_close(store);
	assert_string_equal(sql(bench, "SELECT checkpoint_value FROM checkpoints"), "1");
}

/* The child of the next test, so that its memory is its own. */
static void
meet_hostile_schemas(struct sqlite_bench *bench)
{
#define ENDLESS "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n) SELECT "
	static const char bomb[] = ENDLESS "i AS job_id, i AS partition_id, max(i) AS "
					   "checkpoint_value FROM n";

	bench->config.timeout = 300 * MILLISECOND;
	sql(bench, "CREATE VIEW checkpoints AS %s", bomb);
	assert_not_scanned(bench, "no answer for 0.3 s");
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
	assert_not_scanned(bench, "4 MiB");
	sql(bench, "DROP VIEW checkpoints");
	/* What waits for a save. */
	sqlite_bench_fill(bench);
	sql(bench, "CREATE TRIGGER t AFTER UPDATE ON checkpoints BEGIN SELECT "
		   "load_extension('x'); END");
	assert_not_saved(bench, "unsafe use of load_extension");
	sql(bench, "DROP TRIGGER t");
	sql(bench, "CREATE TABLE sink (i)");
	sql(bench, "CREATE VIEW endless AS " ENDLESS "i FROM n");
	sql(bench, "CREATE TRIGGER t AFTER UPDATE ON checkpoints BEGIN INSERT INTO sink "
		   "SELECT max(i) FROM endless; END");
	assert_not_saved(bench, "no answer for 0.3 s");
}

/* S16 sqlite_hostile_schema */
static void
hostile_schema(void **state)
{
	pid_t child = fork();
	struct rusage usage;
	int status;

	if (child == 0) {
		meet_hostile_schemas(*state);
		outside_kill();
		_exit(0);
	}
	assert_int_equal(wait4(child, &status, 0, &usage), child);
	assert_true(WIFEXITED(status));
	assert_int_equal(WEXITSTATUS(status), 0);
#ifndef __SANITIZE_ADDRESS__
	assert_true(usage.ru_maxrss <= 64 << 10);
#endif
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
		TEST(a_circle_of_rows_ends),
		TEST(replaced_under_us),
		TEST(schema_drift),
		TEST(hostile_schema),
	};
	int failed = cmocka_run_group_tests(tests, NULL, NULL);

	outside_kill();
	return failed;
}
