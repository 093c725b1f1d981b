/* SPDX-License-Identifier: MIT */
#include "store/head.h"

#include "sqlite/sqlite_bench.h"

/* Asks for one head; "?" when it is not known, "!" and the message when it failed. */
static const char *
ask(struct head_round *round, struct store *store, const char *text, const char *job,
	const char *partition)
{
	static struct str out;
	struct head_spec spec;
	struct err err = { 0 };
	bool known;

	assert_int_equal(head_parse(&spec, text, &err), 0);
	if (head_ask(round, store, &spec,
		    (struct key){ span_of(job), span_of(partition) },
		    INT64_C(1795320000000000), &out, &known, &err) != 0) {
		str_clear(&out);
		str_addf(&out, "!%s", err.text);
	} else if (!known) {
		assert_int_equal(out.len, 0);
		str_add_char(&out, '?');
	}
	return str_text(&out);
}

static void
a_query_is_asked_with_its_key(void **state)
{
	struct sqlite_bench *bench = *state;
	struct head_round *round = head_round_new();
	struct store *store;

	sql(bench, SEED_TABLE);
	sql(bench, "CREATE TABLE orders (pipe, part, id INTEGER)");
	sql(bench, "INSERT INTO orders VALUES ('a', '0', 10), ('a', '1', 20), ('b', '0', "
		   "9007199254740993), ('n', '0', NULL)");
	store = open_bench(bench, STORE_READ);
	assert_string_equal(ask(round, store, "sql:SELECT max(id) FROM orders", "a", "0"),
		"9007199254740993");
	assert_string_equal(
		ask(round, store, "sql:SELECT max(id) FROM orders WHERE pipe = :job", "a",
			"0"),
		"20");
	assert_string_equal(
		ask(round, store, "sql:SELECT max(id) FROM orders WHERE pipe = :job", "b",
			"0"),
		"9007199254740993");
	assert_string_equal(
		ask(round, store,
			"sql:SELECT id FROM orders WHERE pipe = :job AND part "
			"= :partition",
			"a", "0"),
		"10");
	assert_string_equal(
		ask(round, store,
			"sql:SELECT id FROM orders WHERE pipe = :job AND part "
			"= :partition",
			"a", "1"),
		"20");
	/* No row and NULL are no head, not a failure and not 0. */
	assert_string_equal(
		ask(round, store,
			"sql:SELECT id FROM orders WHERE pipe = :job AND part "
			"= :partition",
			"a", "7"),
		"?");
	assert_string_equal(
		ask(round, store, "sql:SELECT max(id) FROM orders WHERE pipe = :job", "n",
			"0"),
		"?");
	head_round_free(round);
	store_close(store);
}

/* In one round the same question has the same answer, whatever happens meanwhile; a
 * question of its own for every partition does not. */
static void
a_round_asks_once(void **state)
{
	static const char
		all[] = "sql:SELECT max(id) FROM orders",
		job[] = "sql:SELECT max(id) FROM orders WHERE pipe = :job",
		each[] = "sql:SELECT max(id) FROM orders WHERE part = :partition",
		both[] = "sql:SELECT max(id), ':partition' FROM orders";
	struct sqlite_bench *bench = *state;
	struct head_round *round = head_round_new();
	struct store *store;

	sql(bench, SEED_TABLE);
	sql(bench, "CREATE TABLE orders (pipe, part, id INTEGER)");
	sql(bench, "INSERT INTO orders VALUES ('a', '0', 10)");
	store = open_bench(bench, STORE_READ);
	for (int i = 0; i < 2; i++) {
		assert_string_equal(ask(round, store, all, "a", i ? "1" : "0"), "10");
		assert_string_equal(ask(round, store, job, "a", i ? "1" : "0"), "10");
		assert_string_equal(ask(round, store, each, "a", "0"), i ? "11" : "10");
		assert_string_equal(ask(round, store, both, "a", "0"), i ? "11" : "10");
		sql(bench, "UPDATE orders SET id = id + 1");
	}
	assert_string_equal(ask(round, store, job, "b", "0"), "?");
	head_round_free(round);
	/* The next round asks again. */
	round = head_round_new();
	assert_string_equal(ask(round, store, all, "a", "0"), "12");
	head_round_free(round);
	store_close(store);
}

/* Many jobs: the answers stay apart while the table of them grows. */
static void
answers_are_kept_apart(void **state)
{
	static const char job[] = "sql:SELECT id FROM orders WHERE pipe = :job";
	struct sqlite_bench *bench = *state;
	struct head_round *round = head_round_new();
	struct store *store;
	char name[16], expected[16];

	sql(bench, SEED_TABLE);
	sql(bench, "CREATE TABLE orders (pipe PRIMARY KEY, id INTEGER)");
	sql(bench, "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n LIMIT "
		   "500) INSERT INTO orders SELECT 'j' || i, i * 7 FROM n");
	store = open_bench(bench, STORE_READ);
	for (int pass = 0; pass < 2; pass++) {
		for (int i = 1; i <= 500; i++) {
			snprintf(name, sizeof(name), "j%d", i);
			snprintf(expected, sizeof(expected), "%d", i * 7);
			assert_string_equal(ask(round, store, job, name, "0"), expected);
		}
		sql(bench, "DELETE FROM orders");
	}
	head_round_free(round);
	store_close(store);
}

/* A query that fails (or runs out of time) is not asked for every checkpoint again. */
static void
a_failure_counts_for_the_round(void **state)
{
	static const char gone[] = "sql:SELECT id FROM gone WHERE p = :partition";
	struct sqlite_bench *bench = *state;
	struct head_round *round = head_round_new();
	struct store *store;

	sql(bench, SEED_TABLE);
	store = open_bench(bench, STORE_READ);
	assert_non_null(strstr(ask(round, store, gone, "a", "0"), "no such table: gone"));
	sql(bench, "CREATE TABLE gone (p, id)");
	sql(bench, "INSERT INTO gone VALUES ('1', 5)");
	assert_non_null(strstr(ask(round, store, gone, "a", "1"), "no such table: gone"));
	head_round_free(round);
	round = head_round_new();
	assert_string_equal(ask(round, store, gone, "a", "1"), "5");
	head_round_free(round);
	store_close(store);
}

static void
an_endless_query_ends(void **state)
{
	static const char endless[] =
		"sql:WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n) "
		"SELECT max(i) FROM n";
	struct sqlite_bench *bench = *state;
	struct head_round *round = head_round_new();
	struct store *store;

	sql(bench, SEED_TABLE);
	bench->config.timeout = 200 * MILLISECOND;
	store = open_bench(bench, STORE_READ);
	assert_non_null(
		strstr(ask(round, store, endless, "a", "0"), "no answer for 0.2"));
	/* The store itself is well. */
	assert_rows(store, "");
	head_round_free(round);
	store_close(store);
}

static void
a_file_is_as_long_as_it_is(void **state)
{
	struct sqlite_bench *bench = *state;
	struct head_round *round = head_round_new();
	char head[256];
	FILE *file;

	snprintf(head, sizeof(head), "file:%s/{job}.d{partition}", bench->directory);
	snprintf(bench->path, sizeof(bench->path), "%s/x.db", bench->directory);
	file = fopen(bench->path, "w");
	fputs("12345", file);
	fclose(file);
	assert_string_equal(ask(round, NULL, head, "x", "b"), "5");
	assert_non_null(strstr(ask(round, NULL, head, "y", "b"), "No such file"));
	snprintf(head, sizeof(head), "file:%s", bench->directory);
	assert_non_null(strstr(ask(round, NULL, head, "x", "b"), "no regular file"));
	assert_string_equal(ask(round, NULL, "now", "x", "b"), "2026-11-22T04:00:00Z");
	assert_string_equal(ask(round, NULL, "none", "x", "b"), "?");
	assert_string_equal(ask(round, NULL, "metadata:end", "x", "b"), "?");
	head_round_free(round);
}

int
main(void)
{
#define TEST(name)                                                                       \
	cmocka_unit_test_setup_teardown(name, sqlite_bench_make, sqlite_bench_unmake)
	const struct CMUnitTest tests[] = {
		TEST(a_query_is_asked_with_its_key),
		TEST(a_round_asks_once),
		TEST(answers_are_kept_apart),
		TEST(a_failure_counts_for_the_round),
		TEST(an_endless_query_ends),
		TEST(a_file_is_as_long_as_it_is),
	};
	int failed = cmocka_run_group_tests(tests, NULL, NULL);

	outside_kill();
	return failed;
}
