/* SPDX-License-Identifier: MIT
 *
 * The tables that hold checkpoints in a SQLite database, and what is in their rows. */
#include "sqlite_bench.h"

static void
the_tables_of_the_seed(void **state)
{
	struct sqlite_bench *bench = *state;
	struct store *store;

	sql(bench, SEED_TABLE);
	sql(bench, "INSERT INTO checkpoints VALUES ('orders', 'p-0', '007', '{\"a\":1}', "
		   "'2026-11-22 03:07:41.123456'), ('orders', 'p-1', '8', NULL, "
		   "'2026-11-22 03:07:41')");
	store = open_bench(bench, STORE_READ);
	assert_rows(store, "orders/p-0=007 t {\"a\":1} @2026-11-22 03:07:41.123456\n"
			   "orders/p-1=8 t @2026-11-22 03:07:41\n");
	store_close(store);
	sql(bench, "CREATE TABLE kafka_offsets (topic TEXT, partition INTEGER, offset "
		   "INTEGER, updated_at TEXT, PRIMARY KEY (topic, partition))");
	sql(bench, "INSERT INTO kafka_offsets VALUES ('clicks', 3, 41, NULL)");
	/* checkpoints goes first, and the other one is named. */
	store = open_bench(bench, STORE_READ);
	assert_true(has_fact(store, "also there", "?table=kafka_offsets"));
	store_close(store);
	set_query(bench, "table=kafka_offsets");
	store = open_bench(bench, STORE_READ);
	assert_rows(store, "clicks/3=41 i\n");
	assert_loads(store, "clicks", "3", "clicks/3=41 i\n");
	store_close(store);
}

static void
the_newest_date_is_live(void **state)
{
	struct sqlite_bench *bench = *state;
	struct store *store;

	sql(bench, "CREATE TABLE checkpoints (date TEXT PRIMARY KEY, last_id INTEGER, "
		   "updated_at TEXT)");
	sql(bench, "INSERT INTO checkpoints VALUES ('2026-11-21', 100, 'a'), "
		   "('2026-11-22', 7, 'b'), ('2026-11-20', 90, 'c')");
	store = open_bench(bench, STORE_READ);
	assert_rows(store, "checkpoints/2026-11-21=100 i @a superseded\n"
			   "checkpoints/2026-11-22=7 i @b\n"
			   "checkpoints/2026-11-20=90 i @c superseded\n");
	assert_loads(
		store, "checkpoints", "2026-11-22", "checkpoints/2026-11-22=7 i @b\n");
	sql(bench, "INSERT INTO checkpoints VALUES ('2026-11-23', 1, 'd')");
	assert_loads(store, "checkpoints", "2026-11-22",
		"checkpoints/2026-11-22=7 i @b superseded\n");
	store_close(store);
}

static void
any_table_by_settings(void **state)
{
	struct sqlite_bench *bench = *state;
	struct store *store;

	sql(bench,
		"CREATE TABLE \"we\"\"ird t\" (\"sel ect\", pos, doc, saved, wm, tip)");
	sql(bench, "INSERT INTO \"we\"\"ird t\" VALUES ('x', 5, '{}', 1750000000, "
		   "'2026-01-01', 9)");
	set_query(bench, "table=we%22ird%20t&value_column=pos&partition_column=sel%20ect&"
			 "metadata_column=doc&updated_column=saved&watermark_column=wm&"
			 "head_column=tip&job=nightly");
	store = open_bench(bench, STORE_READ);
	assert_rows(store, "nightly/x=5 i {} @1750000000 w2026-01-01 h9\n");
	assert_loads(
		store, "nightly", "x", "nightly/x=5 i {} @1750000000 w2026-01-01 h9\n");
	store_close(store);
	set_query(bench, "table=we%22ird%20t&value_column=pos");
	store = open_bench(bench, STORE_READ);
	assert_rows(store, "we\"ird t/-=5 i\n");
	assert_loads(store, "we\"ird t", "-", "we\"ird t/-=5 i\n");
	store_close(store);
	set_query(bench, "table=we%22ird%20t&value_column=posi");
	assert_not_opened(bench, STORE_READ, ERR_DAMAGED,
		SAYS("no column posi", "sel ect, pos, doc", bench->path));
}

static void
other_programs_own_checkpoints_too(void **state)
{
	struct sqlite_bench *bench = *state;

	sql(bench,
		"CREATE TABLE checkpoints (thread_id TEXT NOT NULL, checkpoint_ns TEXT "
		"NOT NULL DEFAULT '', checkpoint_id TEXT NOT NULL, checkpoint BLOB, "
		"metadata BLOB, PRIMARY KEY (thread_id, checkpoint_ns, checkpoint_id))");
	assert_not_opened(bench, STORE_READ, ERR_DAMAGED,
		SAYS("job_id, partition_id, checkpoint_value", "LangGraph",
			"nothing was read"));
	sql(bench, "DROP TABLE checkpoints");
	sql(bench, "CREATE TABLE a (b)");
	assert_not_opened(bench, STORE_READ, ERR_DAMAGED,
		SAYS("no table checkpoints", "there are a", "ckptop init"));
}

/* NUMERIC affinity, no affinity, and what should not be there at all. */
static void
what_is_stored_is_what_is_said(void **state)
{
	struct sqlite_bench *bench = *state;
	struct store *store;

	sql(bench, "CREATE TABLE checkpoints (job_id, partition_id, checkpoint_value, "
		   "metadata JSONB, updated_at TIMESTAMP)");
	sql(bench, "INSERT INTO checkpoints VALUES "
		   "('i', 0, 5, '123', '20250615'), "
		   "('r', 1.5, 0.1, '1e3', 1750000000.25), "
		   "('t', '0', '5', 'x', 'y'), "
		   "(x'62ff', '0', x'0102', x'7b7d', NULL), "
		   "(NULL, '0', '1', NULL, NULL), "
		   "('p', NULL, '1', NULL, NULL), "
		   "('v', '0', NULL, NULL, NULL), "
		   "(7, 8, '', '', '')");
	store = open_bench(bench, STORE_READ);
	assert_rows(store, "i/0=5 i 123 @20250615\n"
			   "r/1.5=0.1 r 1000 @1750000000.25\n"
			   "t/0=5 t x @y\n"
			   "b\xff/0=\x01\x02 b {}\n"
			   "/0=1 t !job_id is NULL\n"
			   "p/=1 t !partition_id is NULL\n"
			   "v/0 n !checkpoint_value is NULL\n"
			   "7/8= t  @\n");
	store_close(store);
}

/* A unique index takes the number and the text for two; a name is a text. */
static void
numbers_and_texts_of_one_name_are_told(void **state)
{
	struct sqlite_bench *bench = *state;
	struct store *store;

	sql(bench, "CREATE TABLE checkpoints (job_id TEXT, partition_id, "
		   "checkpoint_value, PRIMARY KEY (job_id, partition_id))");
	sql(bench, "INSERT INTO checkpoints VALUES ('a', 0, 5), ('a', '0', 6), "
		   "('a', 1, 7)");
	store = open_bench(bench, STORE_READ);
	assert_rows(store, "a/0=5 i\na/0=6 i repeated\na/1=7 i\n");
	assert_loads(store, "a", "0", "a/0=6 i repeated\n");
	store_close(store);
}

static void
a_key_is_found_however_it_is_stored(void **state)
{
	struct sqlite_bench *bench = *state;
	struct store *store;

	sql(bench, "CREATE TABLE checkpoints (job_id, partition_id, checkpoint_value)");
	sql(bench, "INSERT INTO checkpoints VALUES (7, 0, 'a'), ('7', '1', 'b'), "
		   "(x'37', 2.5, 'c'), ('t', x'ff00', 'd')");
	store = open_bench(bench, STORE_READ);
	assert_loads(store, "7", "0", "7/0=a t\n");
	assert_loads(store, "7", "1", "7/1=b t\n");
	assert_loads(store, "7", "2.5", "7/2.5=c t\n");
	store_close(store);
}

static void
a_key_that_comes_twice_is_marked(void **state)
{
	struct sqlite_bench *bench = *state;
	struct store *store;

	sql(bench, "CREATE TABLE checkpoints (job_id, partition_id, checkpoint_value)");
	sql(bench, "INSERT INTO checkpoints VALUES ('a', '0', 1), ('b', '0', 2), "
		   "('a', '0', 3), ('a', '1', 4)");
	store = open_bench(bench, STORE_READ);
	assert_rows(store, "a/0=1 i\nb/0=2 i\na/0=3 i repeated\na/1=4 i\n");
	assert_loads(store, "a", "0", "a/0=3 i repeated\n");
	assert_loads(store, "b", "0", "b/0=2 i\n");
	assert_true(has_fact(store, "table", "no unique key"));
	store_close(store);
	/* A unique index over more than the key allows it; over the key it does not. */
	sql(bench, "CREATE UNIQUE INDEX wide ON checkpoints (job_id, partition_id, "
		   "checkpoint_value)");
	store = open_bench(bench, STORE_READ);
	assert_rows(store, "a/0=1 i\nb/0=2 i\na/0=3 i repeated\na/1=4 i\n");
	store_close(store);
	sql(bench, "DELETE FROM checkpoints WHERE checkpoint_value = 3");
	sql(bench, "CREATE UNIQUE INDEX narrow ON checkpoints (partition_id, job_id)");
	store = open_bench(bench, STORE_READ);
	assert_false(has_fact(store, "table", "no unique key"));
	store_close(store);
}

static void
a_view_is_read_in_one_statement_and_not_written(void **state)
{
	struct sqlite_bench *bench = *state;
	struct store *store;

	sql(bench, "CREATE TABLE t (j, p, v)");
	sql(bench, "INSERT INTO t VALUES ('a', '0', 1), ('b', '0', 2)");
	sql(bench,
		"CREATE VIEW checkpoints AS SELECT j AS job_id, p AS partition_id, v AS "
		"checkpoint_value FROM t");
	store = open_bench(bench, STORE_READ);
	assert_rows(store, "a/0=1 i\nb/0=2 i\n");
	assert_true(has_fact(store, "reading", "a view"));
	assert_false(store_capabilities(store) & STORE_CAN_SAVE);
	store_close(store);
	assert_not_opened(bench, STORE_WRITE, ERR_REFUSED,
		SAYS("a view", "nothing was "
			       "written"));
	/* Of a long one only the beginning. */
	sql(bench, "DELETE FROM t");
	sql(bench, "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n LIMIT "
		   "100001) INSERT INTO t SELECT 'a', i, i FROM n");
	store = open_bench(bench, STORE_READ);
	struct lines lines = { 0 };
	struct err err = { 0 };
	bool steady, changed;

	assert_int_equal(store_scan(store, add_line, &lines, &steady, &err), 0);
	assert_int_equal(lines.count, 100000);
	assert_false(steady);
	assert_true(has_fact(store, "rows", "only the first 100000 rows"));
	assert_int_equal(store_changed(store, &changed, &err), 0);
	assert_true(changed);
	str_free(&lines.text);
	store_close(store);
}

/* A broken view elsewhere in the database is nobody's business. */
static void
a_broken_view_beside_it_does_not_matter(void **state)
{
	struct sqlite_bench *bench = *state;
	struct store *store;

	sql(bench, "CREATE VIEW broken AS SELECT * FROM gone");
	sql(bench, SEED_TABLE);
	store = open_bench(bench, STORE_READ);
	assert_rows(store, "");
	store_close(store);
	set_query(bench, "table=broken");
	assert_not_opened(bench, STORE_READ, ERR_DAMAGED, SAYS("gone"));
}

/* --- walking --- */

/* All rows of a big table come once, whatever its key is. */
static void
assert_walked(struct sqlite_bench *bench, size_t expected)
{
	struct store *store = open_bench(bench, STORE_READ);
	struct lines lines = { 0 };
	struct err err = { 0 };
	bool steady, changed;

	assert_int_equal(store_scan(store, add_line, &lines, &steady, &err), 0);
	assert_true(steady);
	assert_int_equal(lines.count, expected);
	assert_null(strstr(str_text(&lines.text), "repeated"));
	assert_int_equal(store_changed(store, &changed, &err), 0);
	assert_false(changed);
	str_free(&lines.text);
	store_close(store);
}

static void
a_big_table_is_walked_in_chunks(void **state)
{
	static const char rows[] =
		"WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + "
		"1 FROM n LIMIT 10001) INSERT INTO checkpoints SELECT ";
	struct sqlite_bench *bench = *state;

	sql(bench, "CREATE TABLE checkpoints (job_id, partition_id, checkpoint_value)");
	sql(bench, "%s 'j', i, i FROM n", rows);
	/* Both ends of what a rowid can be, and gaps. */
	sql(bench,
		"INSERT INTO checkpoints (rowid, job_id, partition_id, "
		"checkpoint_value) VALUES (-9223372036854775808, 'a', 0, 0), (-5, 'a', "
		"1, 0), (9223372036854775807, 'a', 2, 0)");
	sql(bench, "DELETE FROM checkpoints WHERE partition_id BETWEEN 4000 AND 6000 AND "
		   "job_id = 'j'");
	assert_walked(bench, 10001 + 3 - 2001);
	sql(bench, "DROP TABLE checkpoints");
	/* Exactly as many as fit. */
	sql(bench, "CREATE TABLE checkpoints (job_id, partition_id, checkpoint_value)");
	sql(bench, "%s 'j', i, i FROM n WHERE i <= 5000", rows);
	assert_walked(bench, 5000);
	sql(bench, "DROP TABLE checkpoints");
	/* A key of several columns and types, in an order of its own. */
	sql(bench, "CREATE TABLE checkpoints (job_id, partition_id, checkpoint_value, n "
		   "REAL, PRIMARY KEY (n, partition_id DESC, job_id)) WITHOUT ROWID");
	sql(bench,
		"%s CASE i %% 4 WHEN 0 THEN i WHEN 1 THEN 'x' || i WHEN 2 THEN "
		"CAST(i AS BLOB) ELSE i + 0.1 END, i %% 7, i, i / 1000 FROM n",
		rows);
	assert_walked(bench, 10001);
	sql(bench, "DROP TABLE checkpoints");
	/* Columns that hide the rowid. */
	sql(bench, "CREATE TABLE checkpoints (job_id, partition_id, checkpoint_value, "
		   "rowid, oid)");
	sql(bench, "%s 'j', i, i, 1, 1 FROM n", rows);
	assert_walked(bench, 10001);
}

/* Big rows make short chunks, and a row that is too big is named and left out. */
static void
big_rows_are_delivered_as_far_as_can_be(void **state)
{
	struct sqlite_bench *bench = *state;
	struct store *store;
	struct lines lines = { 0 };
	struct err err = { 0 };
	bool steady;

	sql(bench, SEED_TABLE);
	sql(bench, "INSERT INTO checkpoints VALUES ('a', '0', '1', NULL, 't'), "
		   "('big', 'document', '2', printf('%%.*c', 5000000, 'x'), 't'), "
		   "('big', 'value', printf('%%.*c', 70000, '7'), NULL, 't'), "
		   "(printf('%%.*c', 5000000, 'j'), 'name', '3', NULL, 't'), "
		   "('z', '0', '4', NULL, 't')");
	store = open_bench(bench, STORE_READ);
	assert_rows(store, "a/0=1 t @t\n"
			   "big/document n !row of more than 4 MB\n"
			   "big/value t @t !value of 70 kB\n"
			   "/ n !row of more than 4 MB\n"
			   "z/0=4 t @t\n");
	sql(bench, "DELETE FROM checkpoints");
	for (int i = 0; i < 12; i++)
		sql(bench,
			"INSERT INTO checkpoints VALUES ('a', %d, '1', printf('%%.*c', "
			"3000000, 'x'), 't')",
			i);
	assert_int_equal(store_scan(store, add_line, &lines, &steady, &err), 0);
	assert_true(steady);
	assert_int_equal(lines.count, 12);
	str_free(&lines.text);
	store_close(store);
}

int
main(void)
{
#define TEST(name)                                                                       \
	cmocka_unit_test_setup_teardown(name, sqlite_bench_make, sqlite_bench_unmake)
	const struct CMUnitTest tests[] = {
		TEST(the_tables_of_the_seed),
		TEST(the_newest_date_is_live),
		TEST(any_table_by_settings),
		TEST(other_programs_own_checkpoints_too),
		TEST(what_is_stored_is_what_is_said),
		TEST(numbers_and_texts_of_one_name_are_told),
		TEST(a_key_is_found_however_it_is_stored),
		TEST(a_key_that_comes_twice_is_marked),
		TEST(a_view_is_read_in_one_statement_and_not_written),
		TEST(a_broken_view_beside_it_does_not_matter),
		TEST(a_big_table_is_walked_in_chunks),
		TEST(big_rows_are_delivered_as_far_as_can_be),
	};
	int failed = cmocka_run_group_tests(tests, NULL, NULL);

	outside_kill();
	return failed;
}
