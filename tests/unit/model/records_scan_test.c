/* SPDX-License-Identifier: MIT */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "world.h"

#define AT(seconds) (NOW + (seconds)*SECOND)

/* --- lost, damaged, repeated --- */

static bool
never_gone(void *arg, struct key key)
{
	(void)key;
	*(int *)arg += 1;
	return false;
}

static void
what_does_not_come_is_lost(void **state)
{
	struct world world;
	int asked = 0;

	(void)state;
	world_start(&world);
	POLL(&world, AT(0), { .value = "10", .updated = AT(-2) },
		{ .partition = "1", .value = "20", .updated = AT(-2) });
	/* The store is asked again, and still has it. */
	records_begin(world.records, AT(5));
	world_put(&world, &(struct world_row){ .value = "11", .updated = AT(4) });
	records_end(world.records, never_gone, &asked);
	world_look(&world, AT(5));
	assert_int_equal(asked, 1);
	assert_int_equal(world_row(&world, "orders", "1")->state, STATE_OK);
	/* Half a scan loses nothing. */
	records_begin(world.records, AT(10));
	world_look(&world, AT(10));
	assert_int_equal(world_job(&world, "orders")->bad, 0);

	POLL(&world, AT(15), { .value = "12", .updated = AT(14) });
	world_expect(&world, "orders", "1", STATE_CRIT, FINDING_LOST, "p1 vanished");
	assert_int_equal(world_row(&world, "orders", "1")->since.at, AT(15));
	assert_int_equal(world_row(&world, "orders", "1")->parsed.number, 20);
	/* It stays so, and its return tells from where it goes on. */
	POLL(&world, AT(20), { .value = "13", .updated = AT(19) });
	assert_int_equal(world_row(&world, "orders", "1")->since.at, AT(15));
	POLL(&world, AT(25), { .value = "14", .updated = AT(24) },
		{ .partition = "1", .value = "5", .updated = AT(24) });
	world_expect(&world, "orders", "1", STATE_CRIT, FINDING_REWOUND,
		"p1 set 20 -> 5, by UNKNOWN");
	world_stop(&world);
}

static void
a_store_may_tell_what_is_gone(void **state)
{
	struct world world;

	(void)state;
	world_start(&world);
	POLL(&world, AT(0), { .value = "10", .updated = AT(-2) },
		{ .partition = "1", .value = "20", .updated = AT(-2) });
	records_begin(world.records, AT(5));
	world_put(&world, &(struct world_row){ .partition = "1", .flags = CKPT_GONE });
	world_put(&world, &(struct world_row){ .partition = "9", .flags = CKPT_GONE });
	world_look(&world, AT(5));
	assert_int_equal(world_row(&world, "orders", "0")->state, STATE_OK);
	assert_int_equal(world_row(&world, "orders", "1")->finding, FINDING_LOST);
	assert_int_equal(records_count(world.records), 2);
	world_stop(&world);
}

static void
old_dates_may_be_cleared_away(void **state)
{
	struct world world;

	(void)state;
	world_start(&world);
	POLL(&world, AT(0),
		{ .partition = "2026-11-20",
			.value = "10",
			.updated = AT(-900000),
			.flags = CKPT_SUPERSEDED },
		{ .partition = "2026-11-21", .value = "20", .updated = AT(-2) });
	world_expect(&world, "orders", "2026-11-20", STATE_OK, FINDING_DONE,
		"done for 2026-11-20");
	assert_int_equal(world_job(&world, "orders")->updated, AT(-2));
	POLL(&world, AT(5),
		{ .partition = "2026-11-21", .value = "20", .updated = AT(-2) });
	assert_null(world_row(&world, "orders", "2026-11-20"));
	assert_int_equal(world_job(&world, "orders")->partitions, 1);
	assert_int_equal(records_count(world.records), 1);
	world_stop(&world);
}

static void
damage_is_never_hidden(void **state)
{
	struct world world;
	const struct board_row *row;

	(void)state;
	world_start(&world);
	POLL(&world, AT(0), { .value = "10", .updated = AT(-2) },
		{ .partition = "1", .damage = "file empty" });
	row = world_row(&world, "orders", "1");
	world_expect(
		&world, "orders", "1", STATE_CRIT, FINDING_DAMAGED, "p1: file empty");
	assert_true(row->since.at_least);
	assert_true(span_is(row->damage, "file empty"));
	assert_int_equal(row->lag.kind, LAG_UNKNOWN);
	/* What was readable keeps its last value while it is not. */
	POLL(&world, AT(5), { .damage = "value unreadable" },
		{ .partition = "1", .value = "7", .updated = AT(4) });
	row = world_row(&world, "orders", "0");
	assert_int_equal(row->finding, FINDING_DAMAGED);
	assert_int_equal(row->since.at, AT(5));
	assert_false(row->since.at_least);
	assert_int_equal(row->parsed.number, 10);
	assert_int_equal(world_row(&world, "orders", "1")->finding, FINDING_RECOVERED);
	/* And what comes after is measured against it. */
	POLL(&world, AT(10), { .value = "3", .updated = AT(9) },
		{ .partition = "1", .value = "8", .updated = AT(9) });
	world_expect(&world, "orders", "0", STATE_CRIT, FINDING_REWOUND,
		"p0 set 10 -> 3, by UNKNOWN");
	world_stop(&world);
}

static void
of_a_repeated_key_the_last_row_counts(void **state)
{
	struct world world;

	(void)state;
	world_start(&world);
	/* Two rows with one key: from poll to poll neither moves nor goes back. */
	for (int i = 0; i < 6; i++)
		POLL(&world, AT(5 * i), { .value = "900", .updated = AT(-2) },
			{ .partition = "1", .value = "5", .updated = AT(-2) },
			{ .value = "100",
				.updated = AT(-60),
				.flags = CKPT_KEY_REPEATED });
	world_expect(&world, "orders", "0", STATE_WARN, FINDING_REPEATED,
		"p0 in several rows");
	assert_int_equal(world_row(&world, "orders", "0")->since.at, AT(0));
	assert_int_equal(world_row(&world, "orders", "0")->parsed.number, 100);
	assert_true(world_row(&world, "orders", "0")->moved.at_least);
	assert_int_equal(world_job(&world, "orders")->partitions, 2);
	/* The last one falls: that is a fall. */
	POLL(&world, AT(30), { .value = "900", .updated = AT(-2) },
		{ .partition = "1", .value = "5", .updated = AT(-2) },
		{ .value = "50", .updated = AT(29) });
	assert_int_equal(world_row(&world, "orders", "0")->finding, FINDING_REWOUND);
	/* One row again. */
	POLL(&world, AT(35), { .partition = "1", .value = "5", .updated = AT(-2) },
		{ .value = "150", .updated = AT(34) });
	POLL(&world, AT(40), { .partition = "1", .value = "5", .updated = AT(-2) },
		{ .value = "140", .updated = AT(39) });
	world_expect(&world, "orders", "0", STATE_CRIT, FINDING_REWOUND,
		"p0 150 -> 140, by UNKNOWN");
	world_stop(&world);
}

static void
ignored_jobs_are_not_there(void **state)
{
	struct world world;

	(void)state;
	world_start(&world);
	world_rule(&world, "old-*")->ignore = true;
	POLL(&world, AT(0), { .value = "10" }, { .job = "old-1", .value = "10" });
	assert_null(world_job(&world, "old-1"));
	assert_int_equal(records_count(world.records), 1);
	assert_int_equal(world.board->checkpoint_count, 1);
	world_stop(&world);
}

/* --- many --- */

static void
put_many(struct world *world, int64_t now, size_t count, bool reversed, int generation)
{
	char job[24], partition[24], value[24];

	records_begin(world->records, now);
	for (size_t n = 0; n < count; n++) {
		size_t i = reversed ? count - 1 - n : n;

		snprintf(job, sizeof(job), "job-%zu", i / 100);
		snprintf(partition, sizeof(partition), "%zu", i % 100);
		snprintf(value, sizeof(value), "%zu", i + (size_t)generation);
		world_put(world, &(struct world_row){ .job = job,
					 .partition = partition,
					 .value = value,
					 .updated = now - SECOND });
	}
	records_end(world->records, NULL, NULL);
	records_judge(world->records, now, true, now);
}

static void
many_rows_find_their_records_in_any_order(void **state)
{
	const size_t count = 20000;
	struct world world;

	(void)state;
	world_start(&world);
	world.records = records_new(&world.setup);
	/* Less than there will be, and more when there are some: what is there stays. */
	records_reserve(world.records, count / 10);
	put_many(&world, AT(0), count, false, 0);
	records_reserve(world.records, 10 * count);
	put_many(&world, AT(5), count, true, 1);
	put_many(&world, AT(10), count, false, 2);
	assert_int_equal(records_count(world.records), count);
	world_look(&world, AT(10));
	assert_int_equal(world.board->job_count, count / 100);
	assert_int_equal(world.board->row_count, count);
	for (size_t i = 0; i < count; i++) {
		const struct board_row *row = &world.board->rows[i];

		/* Jobs and partitions in natural order: the order of the numbers. */
		assert_int_equal(row->parsed.number, (int64_t)i + 2);
		assert_int_equal(row->state, STATE_OK);
	}
	world_stop(&world);
}

static void
a_board_holds_what_was_asked_for(void **state)
{
	struct world world;
	struct board *board;

	(void)state;
	world_start(&world);
	POLL(&world, AT(0), { .job = "a", .partition = "10", .value = "1" },
		{ .job = "a", .partition = "9", .damage = "file empty" },
		{ .job = "b", .value = "2" });
	board = board_new();
	records_fill(world.records, board, BOARD_ROWS_NONE, SPAN_NONE);
	assert_int_equal(board->row_count, 0);
	assert_int_equal(board->checkpoint_count, 3);
	assert_null(board->jobs[0].rows);
	assert_true(span_is(board->jobs[0].worst->key.partition, "9"));
	assert_ptr_equal(board->jobs[0].worst->job, &board->jobs[0]);
	board_unref(board);
	board = board_new();
	records_fill(world.records, board, BOARD_ROWS_JOB, SPAN("a"));
	assert_int_equal(board->row_count, 2);
	assert_true(span_is(board->jobs[0].rows[0]->key.partition, "9"));
	assert_true(span_is(board->jobs[0].rows[1]->key.partition, "10"));
	assert_ptr_equal(board->jobs[0].worst, board->jobs[0].rows[0]);
	assert_null(board->jobs[1].rows);
	board_unref(board);
	world_stop(&world);
}

/* --- what a query tells --- */

static void
a_lag_without_a_head_is_a_lag(void **state)
{
	struct world world;
	const struct board_row *row;

	(void)state;
	world_start(&world);
	world_rule(&world, "*")->limits.warn_lag = 50;
	/* Of what has no position, and of one that is no number. */
	POLL(&world, AT(0), { .value = "10", .lag = "20" },
		{ .partition = "1", .lag = "60" },
		{ .partition = "2", .value = "abc", .lag = "7" },
		{ .partition = "3", .value = "1", .head = "9", .lag = "100" },
		{ .partition = "4", .value = "1", .lag = "many" });
	row = world_row(&world, "orders", "0");
	assert_int_equal(row->lag.kind, LAG_POSITIONS);
	assert_int_equal(row->lag.amount, 20);
	assert_null(row->head.at);
	row = world_row(&world, "orders", "1");
	assert_int_equal(row->lag.amount, 60);
	assert_int_equal(row->finding, FINDING_LAGGING);
	assert_int_equal(world_row(&world, "orders", "2")->lag.amount, 7);
	/* A head says more. */
	assert_int_equal(world_row(&world, "orders", "3")->lag.amount, 8);
	assert_int_equal(world_row(&world, "orders", "4")->lag.kind, LAG_UNKNOWN);
	/* It goes where the table says, and is unknown again where that says nothing. */
	POLL(&world, AT(60), { .value = "40", .lag = "50" }, { .partition = "1" },
		{ .partition = "2", .value = "abc", .head = "9", .lag = "7" },
		{ .partition = "3", .value = "1", .lag = "100" });
	row = world_row(&world, "orders", "0");
	assert_int_equal(row->lag.amount, 50);
	assert_null(world_row(&world, "orders", "1")->head.at);
	assert_int_equal(world_row(&world, "orders", "1")->lag.kind, LAG_UNKNOWN);
	assert_int_equal(world_row(&world, "orders", "2")->lag.kind, LAG_UNKNOWN);
	assert_int_equal(world_row(&world, "orders", "3")->lag.amount, 100);
	POLL(&world, AT(120), { .value = "70", .lag = "80" });
	row = world_row(&world, "orders", "0");
	assert_true(row->lag_rate.known);
	assert_true(row->lag_rate.per_second > 0.4 && row->lag_rate.per_second < 0.6);
	world_stop(&world);
}

static void
what_a_program_says_of_itself_is_told(void **state)
{
	struct world world;
	const struct board_row *row;

	(void)state;
	world_start(&world);
	POLL(&world, AT(0),
		{ .value = "10", .state = "running", .metadata = "{\"host\": \"w1\"}" });
	row = world_row(&world, "orders", "0");
	assert_string_equal(row->status, "running");
	assert_string_equal(row->note, "");
	POLL(&world, AT(5),
		{ .value = "10", .state = "paused", .metadata = "{\"host\": \"w1\"}" });
	assert_string_equal(world_row(&world, "orders", "0")->status, "paused");
	POLL(&world, AT(10), { .value = "11", .metadata = "{\"host\": \"w2\"}" });
	row = world_row(&world, "orders", "0");
	assert_null(row->status);
	assert_string_equal(row->note, "w2");
	world_stop(&world);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(what_does_not_come_is_lost),
		cmocka_unit_test(a_store_may_tell_what_is_gone),
		cmocka_unit_test(old_dates_may_be_cleared_away),
		cmocka_unit_test(damage_is_never_hidden),
		cmocka_unit_test(of_a_repeated_key_the_last_row_counts),
		cmocka_unit_test(ignored_jobs_are_not_there),
		cmocka_unit_test(many_rows_find_their_records_in_any_order),
		cmocka_unit_test(a_board_holds_what_was_asked_for),
		cmocka_unit_test(a_lag_without_a_head_is_a_lag),
		cmocka_unit_test(what_a_program_says_of_itself_is_told),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
