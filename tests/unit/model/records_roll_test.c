/* SPDX-License-Identifier: MIT */
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "world.h"

#define AT(seconds) (NOW + (seconds)*SECOND)

/* --- sums --- */

/* Sixteen partitions that save every five seconds, each with its own pace; p7 stands
 * since before we look. */
static void
poll_orders(struct world *world, int64_t now)
{
	struct world_row rows[16] = { 0 };
	char names[16][16], values[16][24], heads[16][24];

	for (int i = 0; i < 16; i++) {
		int64_t seconds = (now - NOW) / SECOND, saved = seconds - (i % 5);

		snprintf(names[i], sizeof(names[i]), "%d", i);
		snprintf(values[i], sizeof(values[i]), "%lld",
			(long long)(89000000 + 1000 * i + (180 + i) * saved));
		snprintf(heads[i], sizeof(heads[i]), "%lld",
			(long long)(89000500 + 1000 * i + (182 + i) * seconds));
		rows[i] = (struct world_row){ .job = "orders",
			.partition = names[i],
			.value = i == 7 ? "88412007" : values[i],
			.updated = i == 7 ? AT(-3219) : now - (i % 5) * SECOND,
			.asked_head = heads[i] };
	}
	world_poll(world, now, rows, 16);
}

static void
the_numbers_on_a_screen_add_up(void **state)
{
	struct world world;
	const struct board_job *job;
	double lag_rate = 0, speed = 0;
	int64_t lag = 0, oldest = INT64_MAX;
	size_t bad = 0;

	(void)state;
	world_start(&world);
	world_rule(&world, "orders")->limits.warn_age = 15 * MINUTE;
	world.rule_list[0].limits.crit_age = 30 * MINUTE;
	for (int i = -20; i <= 0; i++)
		poll_orders(&world, AT(5 * i));
	job = world_job(&world, "orders");
	for (size_t i = 0; i < job->partitions; i++) {
		const struct board_row *row = job->rows[i];

		assert_int_equal(row->lag.kind, LAG_POSITIONS);
		assert_true(row->lag_rate.known);
		lag += row->lag.amount;
		lag_rate += row->lag_rate.per_second;
		speed += row->speed.per_second;
		bad += row->state != STATE_OK;
		if (row->updated < oldest)
			oldest = row->updated;
		/* Each grows by two a second, but for p7, where nothing is read. */
		assert_true(fabs(row->lag_rate.per_second -
				    (row->state != STATE_OK ? 189 : 2)) < 0.01);
	}
	assert_int_equal(job->lag.amount, lag);
	assert_false(job->lag.partial);
	assert_true(fabs(job->lag_rate.per_second - lag_rate) < 0.001);
	assert_true(fabs(job->speed.per_second - speed) < 0.001);
	assert_int_equal(job->bad, bad);
	assert_int_equal(job->bad, 1);
	assert_int_equal(job->updated, oldest);
	assert_int_equal(job->moving, 15);
	assert_int_equal(job->eta.kind, ETA_NEVER);
	world_expect_job(&world, "orders", STATE_CRIT, FINDING_STOPPED,
		"p7 stuck, 15 others move");
	assert_int_equal(job->since.at, AT(-3219));
	assert_int_equal(job->state_since.at, AT(-3219 + 1800));
	assert_true(span_is(job->worst->key.partition, "7"));
	world_stop(&world);
}

static void
an_unknown_part_makes_a_sum_partial(void **state)
{
	struct world world;

	(void)state;
	world_start(&world);
	POLL(&world, AT(0), { .value = "10", .updated = AT(-1), .asked_head = "30" },
		{ .partition = "1", .value = "10", .updated = AT(-1) },
		{ .partition = "2",
			.value = "10",
			.updated = AT(-1),
			.asked_head = "15" });
	assert_int_equal(world_job(&world, "orders")->lag.kind, LAG_POSITIONS);
	assert_int_equal(world_job(&world, "orders")->lag.amount, 25);
	assert_true(world_job(&world, "orders")->lag.partial);
	world_stop(&world);
}

static void
times_have_a_maximum_and_mixtures_nothing(void **state)
{
	struct world world;
	const char *now = "2026-11-22T03:07:41Z";

	(void)state;
	world_start(&world);
	POLL(&world, AT(0),
		{ .value = "2026-11-22T03:00:00Z", .updated = AT(-1), .asked_head = now },
		{ .partition = "1",
			.value = "2026-11-22T03:07:00Z",
			.updated = AT(-1),
			.asked_head = now },
		{ .job = "mixed",
			.value = "2026-11-22T03:07:00Z",
			.updated = AT(-1),
			.asked_head = now },
		{ .job = "mixed",
			.partition = "1",
			.value = "10",
			.updated = AT(-1),
			.asked_head = "20" });
	assert_int_equal(world_job(&world, "orders")->lag.kind, LAG_TIME);
	assert_int_equal(world_job(&world, "orders")->lag.amount, 461 * SECOND);
	assert_int_equal(world_job(&world, "mixed")->lag.kind, LAG_NONE);
	world_stop(&world);
}

static void
a_sum_beyond_all_numbers_stays_large(void **state)
{
	struct world world;

	(void)state;
	world_start(&world);
	POLL(&world, AT(0),
		{ .value = "0", .updated = AT(-1), .asked_head = "9223372036854775807" },
		{ .partition = "1",
			.value = "0",
			.updated = AT(-1),
			.asked_head = "9223372036854775807" });
	assert_true(world_job(&world, "orders")->lag.amount == INT64_MAX);
	world_stop(&world);
}

/* --- watermark, last save --- */

static void
the_lowest_watermark_is_that_of_the_job(void **state)
{
	struct world world;
	const struct board_job *job;

	(void)state;
	world_start(&world);
	world_rule(&world, "*")->limits.warn_watermark = 30 * MINUTE;
	POLL(&world, AT(0),
		{ .value = "1", .updated = AT(-1), .watermark = "2026-11-22T03:07:00Z" },
		{ .partition = "1",
			.value = "1",
			.updated = AT(-1),
			.watermark = "2026-11-22T02:26:41Z" },
		{ .partition = "2", .value = "1", .updated = AT(-1) });
	job = world_job(&world, "orders");
	assert_int_equal(job->watermark, NOW - 41 * MINUTE);
	assert_true(span_is(job->holds_watermark->key.partition, "1"));
	world_expect_job(&world, "orders", STATE_WARN, FINDING_WATERMARK,
		"wmark 41m behind (max 30m)");
	world_stop(&world);
}

static void
a_watermark_that_is_missing_may_be_the_lowest(void **state)
{
	struct world world;
	struct world_row rows[] = {
		{ .value = "1", .updated = AT(-1), .watermark = "2026-11-22T03:07:00Z" },
		{ .partition = "1",
			.value = "1",
			.updated = AT(-1),
			.watermark = "2026-11-22T02:26:41Z" },
		{ .partition = "2", .value = "1", .updated = AT(-1) },
		/* Who has not saved for weeks holds nobody back. */
		{ .partition = "3", .value = "1", .updated = AT(-30 * 86400) },
		{ .job = "none", .value = "1", .updated = AT(-1) },
	};
	const struct board_job *job;

	(void)state;
	world_start(&world);
	world_poll(&world, AT(0), rows, 5);
	job = world_job(&world, "orders");
	assert_int_equal(job->watermark, NOW - 41 * MINUTE);
	assert_false(job->watermark_known);
	assert_false(world_job(&world, "none")->watermark_known);
	rows[2].watermark = "2026-11-22T03:06:00Z";
	rows[2].updated = AT(1);
	world_poll(&world, AT(5), rows, 5);
	assert_true(world_job(&world, "orders")->watermark_known);
	/* A partition that vanished takes its watermark with it. */
	world_poll(&world, AT(10), rows, 2);
	assert_false(world_job(&world, "orders")->watermark_known);
	world_stop(&world);
}

static void
the_oldest_save_is_of_those_at_work(void **state)
{
	struct world world;
	const struct board_job *job;

	(void)state;
	world_start(&world);
	POLL(&world, AT(0),
		/* Idle, done, dormant: none of them should have saved. */
		{ .value = "10", .updated = AT(-5000), .asked_head = "10" },
		{ .partition = "1", .value = "2026-11-21", .updated = AT(-6000) },
		{ .partition = "2", .value = "1", .updated = NOW - 9 * DAY },
		{ .partition = "3",
			.value = "10",
			.updated = AT(-70),
			.asked_head = "20" },
		{ .partition = "4",
			.value = "10",
			.updated = AT(-30),
			.asked_head = "20" },
		{ .job = "rests",
			.value = "10",
			.updated = AT(-5000),
			.asked_head = "10" });
	job = world_job(&world, "orders");
	assert_int_equal(job->updated, AT(-70));
	assert_int_equal(job->dormant, 1);
	/* Where all rest, the last save is shown all the same. */
	assert_int_equal(world_job(&world, "rests")->updated, AT(-5000));
	world_expect_job(&world, "rests", STATE_OK, FINDING_IDLE, "idle: no new input");
	world_stop(&world);
}

/* --- which state --- */

static void
the_worst_partition_speaks_for_the_job(void **state)
{
	struct world world;
	const struct board_job *job;

	(void)state;
	world_start(&world);
	POLL(&world, AT(0), { .value = "900", .updated = AT(-1) },
		{ .partition = "1", .value = "900", .updated = AT(-1) },
		{ .job = "all", .value = "918220", .updated = AT(-1) },
		{ .job = "all", .partition = "1", .value = "917904", .updated = AT(-1) });
	POLL(&world, AT(5), { .damage = "file empty" },
		{ .partition = "1", .value = "10", .updated = AT(4) },
		{ .job = "all", .value = "0", .updated = AT(4) },
		{ .job = "all", .partition = "1", .value = "0", .updated = AT(4) });
	job = world_job(&world, "orders");
	assert_int_equal(job->bad, 2);
	assert_int_equal(job->finding, FINDING_REWOUND);
	assert_int_equal(job->rank, 0);
	world_expect_job(&world, "all", STATE_CRIT, FINDING_REWOUND,
		"p0,p1 918k -> 0, by UNKNOWN");
	job = world_job(&world, "all");
	assert_string_equal(job->why.full, "p0,p1 set 918k -> 0, by UNKNOWN");
	assert_non_null(strstr(job->why.sentence, "together by 1,836,124"));
	/* All of it rewound is more urgent than anything else that is CRIT. */
	assert_int_equal(job->rank, 1);
	world_stop(&world);
}

static void
a_replay_is_not_bad(void **state)
{
	struct world world;
	const char *reset = "{\"reset_by\":\"alice\"}";

	(void)state;
	world_start(&world);
	POLL(&world, AT(0), { .value = "1000", .updated = AT(-1) },
		{ .partition = "1", .value = "3000", .updated = AT(-1) });
	POLL(&world, AT(5), { .value = "0", .updated = AT(4), .metadata = reset },
		{ .partition = "1", .value = "0", .updated = AT(4), .metadata = reset });
	POLL(&world, AT(10), { .value = "500", .updated = AT(9), .metadata = reset },
		{ .partition = "1",
			.value = "700",
			.updated = AT(9),
			.metadata = reset });
	/* 1,200 of 4,000 together. */
	world_expect_job(&world, "orders", STATE_RPLY, FINDING_REPLAYING,
		"reset by alice, 30% done");
	assert_int_equal(world_job(&world, "orders")->bad, 0);
	world_stop(&world);
}

static void
all_that_stand_are_said_to_stand(void **state)
{
	struct world world;

	(void)state;
	world_start(&world);
	world_rule(&world, "*")->limits.warn_age = MINUTE;
	POLL(&world, AT(0), { .value = "1", .updated = AT(-100) },
		{ .partition = "1", .value = "1", .updated = AT(-300) },
		{ .job = "some", .value = "1", .updated = AT(-100) },
		{ .job = "some", .partition = "1", .value = "1", .updated = AT(-1) },
		{ .job = "some", .partition = "2", .value = "1", .updated = AT(-1) },
		{ .job = "some", .partition = "10", .value = "1", .updated = AT(-100) },
		{ .job = "one", .value = "1", .updated = AT(-100) });
	world_expect_job(&world, "orders", STATE_WARN, FINDING_STOPPED, "all stuck");
	assert_int_equal(world_job(&world, "orders")->since.at, AT(-300));
	world_expect_job(&world, "some", STATE_WARN, FINDING_STOPPED,
		"p0,p10 stuck, 2 others move");
	world_expect_job(&world, "one", STATE_WARN, FINDING_STOPPED, "stuck");
	world_stop(&world);
}

static void
what_holds_for_all_holds_for_the_job(void **state)
{
	struct world world;

	(void)state;
	world_start(&world);
	POLL(&world, AT(0),
		{ .job = "done", .value = "2026-11-22", .updated = AT(-6000) },
		{ .job = "done",
			.partition = "1",
			.value = "2026-11-21",
			.updated = AT(-6000) },
		{ .job = "half", .value = "2026-11-21", .updated = AT(-6000) },
		{ .job = "half",
			.partition = "1",
			.value = "1",
			.updated = AT(-1),
			.asked_head = "5" },
		{ .job = "both", .value = "2026-11-21", .updated = AT(-6000) },
		{ .job = "both",
			.partition = "1",
			.value = "5",
			.updated = AT(-6000),
			.asked_head = "5" });
	/* The day that all have done. */
	world_expect_job(&world, "done", STATE_OK, FINDING_DONE, "done for 2026-11-21");
	world_expect_job(&world, "half", STATE_OK, FINDING_NONE, "");
	world_expect_job(&world, "both", STATE_OK, FINDING_NONE, "");
	world_stop(&world);
}

static void
an_ok_job_tells_of_its_last_trouble(void **state)
{
	struct world world;

	(void)state;
	world_start(&world);
	world_rule(&world, "*")->limits.warn_lag = 50;
	for (int i = 0; i < 5; i++)
		POLL(&world, AT(60 * i),
			{ .value = "1",
				.updated = AT(60 * i),
				.asked_head = i > 0 && i < 3 ? "100" : "10" },
			{ .partition = "1",
				.value = "1",
				.updated = AT(60 * i),
				.asked_head = "10" });
	world_expect_job(
		&world, "orders", STATE_OK, FINDING_RECOVERED, "was WARN 03:08-03:10");
	assert_int_equal(world_job(&world, "orders")->since.at, AT(180));
	world_stop(&world);
}

/* --- the picture of the lag --- */

static void
the_picture_shifts_on_whole_steps(void **state)
{
	struct world world;
	const struct board_job *job;
	int64_t step = NOW / SPARK_STEP * SPARK_STEP;
	char head[16];

	(void)state;
	world_start(&world);
	for (int i = 0; i < 20; i++) {
		snprintf(head, sizeof(head), "%d", 100 * (i + 1));
		POLL(&world, step + i * 3 * MINUTE,
			{ .value = "0", .updated = AT(-1), .asked_head = head },
			{ .partition = "1",
				.value = "0",
				.updated = AT(-1),
				.asked_head = head });
	}
	job = world_job(&world, "orders");
	/* Two polls a cell; the larger lag stays, and a job's is the sum. */
	for (int i = 0; i < SPARK_CELLS; i++) {
		assert_true(job->rows[0]->spark[i] == 200.0f * (float)(i + 1));
		assert_true(job->spark[i] == 400.0f * (float)(i + 1));
	}
	/* The store is gone for two steps: nothing is known of them. */
	world_fail(&world, step + 12 * SPARK_STEP, step + 19 * 3 * MINUTE);
	job = world_job(&world, "orders");
	assert_true(isnan(job->spark[SPARK_CELLS - 1]));
	assert_true(isnan(job->rows[0]->spark[SPARK_CELLS - 2]));
	assert_true(job->spark[SPARK_CELLS - 4] == 4000.0f);
	world_stop(&world);
}

static void
a_lag_that_stands_has_a_flat_picture(void **state)
{
	struct world world;
	const struct board_row *row;

	(void)state;
	world_start(&world);
	for (int i = 0; i < 3; i++)
		POLL(&world, AT(i * 360),
			{ .value = "5", .updated = AT(-1), .asked_head = "12" });
	row = world_row(&world, "orders", "0");
	assert_true(row->spark[SPARK_CELLS - 1] == 7.0f);
	assert_true(row->spark[SPARK_CELLS - 3] == 7.0f);
	/* From before we looked nothing is known. */
	assert_true(isnan(row->spark[SPARK_CELLS - 4]));
	/* When it moves at last, it has not forgotten. */
	POLL(&world, AT(3 * 360),
		{ .value = "5", .updated = AT(-1), .asked_head = "13" });
	row = world_row(&world, "orders", "0");
	assert_true(row->spark[SPARK_CELLS - 1] == 8.0f);
	assert_true(row->spark[SPARK_CELLS - 2] == 7.0f);
	assert_true(world_job(&world, "orders")->spark[SPARK_CELLS - 2] == 7.0f);
	world_stop(&world);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(the_numbers_on_a_screen_add_up),
		cmocka_unit_test(an_unknown_part_makes_a_sum_partial),
		cmocka_unit_test(times_have_a_maximum_and_mixtures_nothing),
		cmocka_unit_test(a_sum_beyond_all_numbers_stays_large),
		cmocka_unit_test(the_lowest_watermark_is_that_of_the_job),
		cmocka_unit_test(a_watermark_that_is_missing_may_be_the_lowest),
		cmocka_unit_test(the_oldest_save_is_of_those_at_work),
		cmocka_unit_test(the_worst_partition_speaks_for_the_job),
		cmocka_unit_test(a_replay_is_not_bad),
		cmocka_unit_test(all_that_stand_are_said_to_stand),
		cmocka_unit_test(what_holds_for_all_holds_for_the_job),
		cmocka_unit_test(an_ok_job_tells_of_its_last_trouble),
		cmocka_unit_test(the_picture_shifts_on_whole_steps),
		cmocka_unit_test(a_lag_that_stands_has_a_flat_picture),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
