/* SPDX-License-Identifier: MIT
 *
 * That no change in PostgreSQL is missed, whatever transactions do. */
#include "site.h"

/* --- what changed --- */

static void
what_commits_late_is_not_missed(void **state)
{
	struct store *store = open_store("");
	struct rows rows = { 0 };

	(void)state;
	put(site.uri, "0", 1);
	put(site.uri, "1", 1);
	assert_true(read_changes(store, &rows));
	outside_sql(site.other, "BEGIN");
	put(site.other, "0", 2);
	put(site.uri, "1", 2);
	assert_false(read_changes(store, &rows));
	assert_span(rows_find(&rows, "orders", "1")->value, "2");
	assert_null(rows_find(&rows, "orders", "0"));
	put(site.uri, "1", 3);
	assert_false(read_changes(store, &rows));
	assert_null(rows_find(&rows, "orders", "0"));
	outside_sql(site.other, "COMMIT");
	assert_true(bench_changed(store));
	assert_false(read_changes(store, &rows));
	assert_span(rows_find(&rows, "orders", "0")->value, "2");
	rows_free(&rows);
	store_close(store);
}

/* The rows bear the number of the subtransaction, which no snapshot lists. */
static void
what_a_subtransaction_wrote_is_not_missed(void **state)
{
	struct store *store = open_store("");
	struct rows rows = { 0 };

	(void)state;
	put(site.uri, "0", 1);
	put(site.uri, "1", 1);
	read_changes(store, &rows);
	outside_sql(site.other, "BEGIN");
	put(site.other, "2", 1);
	outside_sql(site.other, "SAVEPOINT a");
	put(site.other, "0", 2);
	put(site.uri, "1", 2);
	put(site.uri, "1", 3);
	assert_false(read_changes(store, &rows));
	assert_null(rows_find(&rows, "orders", "0"));
	outside_sql(site.other, "RELEASE a");
	outside_sql(site.other, "COMMIT");
	assert_false(read_changes(store, &rows));
	assert_span(rows_find(&rows, "orders", "0")->value, "2");
	assert_span(rows_find(&rows, "orders", "2")->value, "1");
	rows_free(&rows);
	store_close(store);
}

static void
what_is_gone_is_noticed(void **state)
{
	static const char *const ways[] = {
		"DELETE FROM checkpoints WHERE partition_id = '1'",
		"UPDATE checkpoints SET partition_id = '9' WHERE partition_id = '1'",
		("DELETE FROM checkpoints WHERE partition_id = '1'; INSERT INTO "
		 "checkpoints VALUES ('orders', '8', '1')"),
		"TRUNCATE checkpoints",
	};
	struct store *store = open_store("");
	struct rows rows = { 0 };

	(void)state;
	for (size_t i = 0; i < sizeof(ways) / sizeof(*ways); i++) {
		outside_sql(site.uri, "TRUNCATE checkpoints");
		put(site.uri, "0", 1);
		put(site.uri, "1", 1);
		read_changes(store, &rows);
		assert_non_null(rows_find(&rows, "orders", "1"));
		outside_sql(site.uri, "%s", ways[i]);
		assert_true(read_changes(store, &rows));
		assert_null(rows_find(&rows, "orders", "1"));
		put(site.uri, "0", 2);
		assert_false(read_changes(store, &rows));
		assert_span(rows_find(&rows, "orders", "0")->value, "2");
	}
	rows_free(&rows);
	store_close(store);
}

/* The row that was the newest does not change. */
static void
a_newer_date_supersedes_the_one_before(void **state)
{
	struct store *store;
	struct rows rows = { 0 };

	(void)state;
	outside_sql(site.uri,
		"DROP TABLE checkpoints; CREATE TABLE checkpoints (date date PRIMARY "
		"KEY, last_id bigint, updated_at timestamptz); INSERT INTO checkpoints "
		"VALUES ('2026-11-20', 1, now()), ('2026-11-21', 2, now())");
	store = open_store("");
	read_changes(store, &rows);
	assert_int_equal(rows.count, 2);
	assert_true(
		rows_find(&rows, "checkpoints", "2026-11-20")->flags & CKPT_SUPERSEDED);
	assert_false(
		rows_find(&rows, "checkpoints", "2026-11-21")->flags & CKPT_SUPERSEDED);
	outside_sql(site.uri, "INSERT INTO checkpoints VALUES ('2026-11-22', 3, now())");
	read_changes(store, &rows);
	assert_true(
		rows_find(&rows, "checkpoints", "2026-11-21")->flags & CKPT_SUPERSEDED);
	assert_false(
		rows_find(&rows, "checkpoints", "2026-11-22")->flags & CKPT_SUPERSEDED);
	rows_free(&rows);
	store_close(store);
}

/* No row is written when a partition takes the place of another one. */
static void
all_rows_are_read_again_every_now_and_then(void **state)
{
	struct store *store;
	struct rows rows = { 0 };

	(void)state;
	outside_sql(site.uri,
		"DROP TABLE checkpoints; CREATE TABLE checkpoints (job_id text, "
		"partition_id text, checkpoint_value bigint, PRIMARY KEY (job_id, "
		"partition_id)) PARTITION BY LIST (job_id); CREATE TABLE one (LIKE "
		"checkpoints INCLUDING ALL); CREATE TABLE other (LIKE one INCLUDING "
		"ALL); INSERT INTO one VALUES ('orders', '0', 1); INSERT INTO other "
		"VALUES ('orders', '0', 2); ALTER TABLE checkpoints ATTACH PARTITION "
		"one FOR VALUES IN ('orders'); CREATE TABLE beside (n int)");
	store = open_store("");
	assert_true(read_changes(store, &rows));
	outside_sql(site.uri, "BEGIN; ALTER TABLE checkpoints DETACH PARTITION one; "
			      "ALTER TABLE checkpoints ATTACH PARTITION other FOR VALUES "
			      "IN ('orders'); COMMIT");
	assert_true(bench_changed(store));
	assert_false(read_changes(store, &rows));
	assert_int_equal(rows.count, 0);
	clock_advance(59 * SECOND);
	outside_sql(site.uri, "INSERT INTO beside VALUES (1)");
	assert_false(read_changes(store, &rows));
	clock_advance(2 * MINUTE);
	/* Not while nothing at all happens on the server. */
	assert_false(bench_changed(store));
	outside_sql(site.uri, "INSERT INTO beside VALUES (1)");
	assert_true(bench_changed(store));
	assert_true(read_changes(store, &rows));
	assert_span(rows_find(&rows, "orders", "0")->value, "2");
	outside_sql(site.uri, "INSERT INTO beside VALUES (1)");
	assert_false(read_changes(store, &rows));
	rows_free(&rows);
	store_close(store);
}

/* --- a table of several ranges --- */

/* Counts rows, and moves one that is still to come to where it was read already. */
struct mover {
	size_t rows;
	bool has_moved, saw_new;
};

static void
move_while_reading(void *arg, const struct ckpt *row)
{
	struct mover *mover = arg;

	mover->rows++;
	mover->saw_new |= span_is(row->value, "moved");
	if (mover->has_moved)
		return;
	mover->has_moved = true;
	outside_sql(site.other, "UPDATE checkpoints SET checkpoint_value = 'moved' WHERE "
				"partition_id = '29999'");
}

static void
a_row_that_moves_while_all_are_read_is_not_missed(void **state)
{
	struct store *store = open_store("");
	struct mover mover = { 0 };
	struct rows rows = { 0 };
	struct err err = { 0 };
	bool steady;

	(void)state;
	/* Two rows a page, and room for more on the first. */
	outside_sql(site.uri, "ALTER TABLE checkpoints ALTER metadata SET STORAGE PLAIN; "
			      "INSERT INTO checkpoints SELECT 'orders', n, n, "
			      "to_jsonb(repeat('x', 2000)), now() FROM "
			      "generate_series(0, 29999) n; "
			      "DELETE FROM checkpoints WHERE partition_id IN ('0', '1', "
			      "'2', '3')");
	outside_sql(site.uri, "VACUUM (INDEX_CLEANUP ON) checkpoints");
	assert_true(
		strtol(outside_sql(site.uri, "SELECT pg_relation_size('checkpoints') / "
					     "8192"),
			NULL, 10) > 3 * 2048);
	if (store_scan(store, move_while_reading, &mover, &steady, &err) != 0)
		fail_msg("%s", err.text);
	assert_true(steady);
	assert_true(mover.saw_new);
	assert_in_range(mover.rows, 29996, 29997);
	/* It did move to where the first range had been read. */
	assert_string_equal("t",
		outside_sql(site.uri, "SELECT ctid < '(2048,0)' FROM checkpoints WHERE "
				      "partition_id = '29999'"));
	assert_false(bench_changed(store));
	put(site.uri, "7", 1);
	assert_false(read_changes(store, &rows));
	assert_int_equal(rows.count, 1);
	rows_free(&rows);
	store_close(store);
}

#define TEST(function) cmocka_unit_test_setup(function, make_table)

int
main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(what_commits_late_is_not_missed),
		TEST(what_a_subtransaction_wrote_is_not_missed),
		TEST(what_is_gone_is_noticed),
		TEST(a_newer_date_supersedes_the_one_before),
		TEST(all_rows_are_read_again_every_now_and_then),
		TEST(a_row_that_moves_while_all_are_read_is_not_missed),
	};

	if (!pg_server_is_there()) {
		printf("SKIPPED: PostgreSQL is not installed\n");
		pg_server_end();
		return 77;
	}
	return cmocka_run_group_tests(tests, NULL, pg_server_teardown);
}
