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

/* --- saves --- */

static void
three_saves_teach_what_late_is(void **state)
{
	struct world world;
	char value[16];

	(void)state;
	world_start(&world);
	for (int i = 0; i < 4; i++) {
		snprintf(value, sizeof(value), "%d", 1000 + i);
		POLL(&world, AT(6 * i), { .value = value, .updated = AT(6 * i - 1) });
	}
	assert_int_equal(world_row(&world, "orders", "0")->cadence, 6 * SECOND);
	world_look(&world, AT(17 + 60));
	assert_int_equal(world_row(&world, "orders", "0")->state, STATE_OK);
	world_look(&world, AT(17 + 61));
	world_expect(&world, "orders", "0", STATE_WARN, FINDING_STOPPED, "stuck");
	assert_int_equal(world_row(&world, "orders", "0")->since.at, AT(17));
	assert_int_equal(world_row(&world, "orders", "0")->state_since.at, AT(77));
	assert_int_equal(world_row(&world, "orders", "0")->cadence_before, 6 * SECOND);
	assert_true(world_row(&world, "orders", "0")->cadence == TIME_NONE);
	world_stop(&world);
}

static void
two_saves_do_not(void **state)
{
	struct world world;
	char value[16];

	(void)state;
	world_start(&world);
	for (int i = 0; i < 3; i++) {
		snprintf(value, sizeof(value), "%d", 1000 + i);
		POLL(&world, AT(6 * i), { .value = value, .updated = AT(6 * i - 1) });
	}
	world_look(&world, AT(4000));
	assert_int_equal(world_row(&world, "orders", "0")->state, STATE_OK);
	world_stop(&world);
}

static void
the_first_save_with_an_error_dates_it(void **state)
{
	struct world world;
	const char *const error = "{\"error\":\"deadlock detected\",\"host\":\"w7\"}";

	(void)state;
	world_start(&world);
	POLL(&world, AT(0), { .value = "1", .updated = AT(-2), .metadata = error },
		{ .partition = "1", .value = "1", .updated = AT(-2) });
	assert_int_equal(world_row(&world, "orders", "0")->error_since, AT(-2));
	POLL(&world, AT(5), { .value = "2", .updated = AT(4), .metadata = error },
		{ .partition = "1", .value = "2", .updated = AT(3), .metadata = error });
	POLL(&world, AT(10), { .value = "3", .updated = AT(9), .metadata = error },
		{ .partition = "1", .value = "3", .updated = AT(9), .metadata = error });
	/* There when we came, and brought by the second save. */
	assert_int_equal(world_row(&world, "orders", "0")->error_since, AT(-2));
	assert_int_equal(world_row(&world, "orders", "1")->error_since, AT(3));
	assert_true(
		span_is(world_row(&world, "orders", "1")->error, "deadlock detected"));
	assert_string_equal(world_row(&world, "orders", "1")->note, "w7");
	POLL(&world, AT(15), { .value = "4", .updated = AT(14), .metadata = "{}" },
		{ .partition = "1", .value = "4", .updated = AT(14), .metadata = "{}" });
	assert_null(world_row(&world, "orders", "1")->error.at);
	assert_true(world_row(&world, "orders", "1")->error_since == TIME_NONE);
	world_stop(&world);
}

static void
a_week_without_a_save_is_dormant(void **state)
{
	struct world world;

	(void)state;
	world_start(&world);
	POLL(&world, AT(0), { .value = "1", .updated = NOW - 7 * DAY - SECOND },
		{ .job = "live", .value = "1", .updated = NOW - 7 * DAY + SECOND },
		{ .job = "mixed", .value = "1", .updated = NOW - 8 * DAY },
		{ .job = "mixed", .partition = "1", .value = "1", .updated = AT(-2) });
	world_expect_job(
		&world, "orders", STATE_OK, FINDING_DORMANT, "dormant since 2026-11-15");
	assert_int_equal(world_job(&world, "live")->finding, FINDING_NONE);
	assert_int_equal(world_job(&world, "mixed")->finding, FINDING_NONE);
	assert_int_equal(world_job(&world, "mixed")->updated, AT(-2));
	assert_int_equal(world.board->dormant_jobs, 1);
	/* Seven days of watching do not make one dormant, and a save wakes up. */
	world_look(&world, NOW + 8 * DAY);
	assert_int_equal(world_job(&world, "live")->finding, FINDING_NONE);
	POLL(&world, NOW + 8 * DAY, { .value = "2", .updated = NOW + 8 * DAY - SECOND });
	assert_int_equal(world_job(&world, "orders")->finding, FINDING_NONE);
	world_stop(&world);
}

/* --- limits --- */

static void
the_first_poll_that_sees_it_dates_a_lag(void **state)
{
	struct world world;
	const struct board_row *row;

	(void)state;
	world_start(&world);
	world_rule(&world, "*")->limits.warn_lag = 50;
	world.rule_list[0].limits.crit_lag = 100;
	POLL(&world, AT(0), { .value = "10", .updated = AT(-2), .asked_head = "20" });
	POLL(&world, AT(5), { .value = "11", .updated = AT(4), .asked_head = "90" });
	row = world_row(&world, "orders", "0");
	assert_int_equal(row->finding, FINDING_LAGGING);
	assert_int_equal(row->since.at, AT(5));
	assert_false(row->since.at_least);
	POLL(&world, AT(10), { .value = "12", .updated = AT(9), .asked_head = "190" });
	row = world_row(&world, "orders", "0");
	assert_int_equal(row->state, STATE_CRIT);
	assert_int_equal(row->since.at, AT(5));
	assert_int_equal(row->state_since.at, AT(10));
	/* A head that is not known for a while is no recovery, and it is no news after.
	 */
	POLL(&world, AT(15), { .value = "13", .updated = AT(14) });
	row = world_row(&world, "orders", "0");
	assert_int_equal(row->lag.kind, LAG_UNKNOWN);
	assert_int_equal(row->finding, FINDING_BLIND);
	POLL(&world, AT(20), { .value = "14", .updated = AT(19), .asked_head = "190" });
	assert_int_equal(world_row(&world, "orders", "0")->since.at, AT(5));
	world_stop(&world);
}

static void
what_was_so_at_the_first_look_began_before(void **state)
{
	struct world world;

	(void)state;
	world_start(&world);
	world_rule(&world, "*")->limits.warn_lag = 50;
	world.rule_list[0].limits.warn_watermark = MINUTE;
	POLL(&world, AT(0), { .value = "10", .updated = AT(-2), .asked_head = "900" },
		{ .partition = "1",
			.value = "10",
			.updated = AT(-2),
			.asked_head = "20",
			.watermark = "2026-11-22T03:00:00Z" },
		{ .partition = "2", .value = "10", .updated = AT(-2) });
	assert_true(world_row(&world, "orders", "0")->since.at_least);
	assert_int_equal(world_row(&world, "orders", "1")->finding, FINDING_WATERMARK);
	assert_true(world_row(&world, "orders", "1")->since.at_least);
	/* So does a lag that is there with the first head. */
	POLL(&world, AT(5), { .value = "11", .updated = AT(4), .asked_head = "900" },
		{ .partition = "1",
			.value = "10",
			.updated = AT(-2),
			.watermark = "2026-11-22T03:00:00Z" },
		{ .partition = "2",
			.value = "10",
			.updated = AT(-2),
			.asked_head = "900" },
		{ .partition = "3",
			.value = "10",
			.updated = AT(4),
			.watermark = "2026-11-22T03:00:00Z" });
	assert_true(world_row(&world, "orders", "2")->since.at_least);
	/* A row that is new since we look is not older than that. */
	assert_false(world_row(&world, "orders", "3")->since.at_least);
	world_stop(&world);
}

static void
ten_seconds_are_not_the_future(void **state)
{
	struct world world;

	(void)state;
	world_start(&world);
	POLL(&world, AT(0), { .value = "1", .updated = AT(10) },
		{ .partition = "1", .value = "1", .updated = AT(11) },
		{ .partition = "2",
			.value = "1",
			.updated = AT(-1),
			.metadata = "{\"event_time_watermark\":"
				    "\"2026-11-22T03:11:53Z\"}" });
	assert_int_equal(world_row(&world, "orders", "0")->state, STATE_OK);
	world_expect(&world, "orders", "1", STATE_WARN, FINDING_FUTURE,
		"updated 11s in the FUTURE");
	world_expect(&world, "orders", "2", STATE_WARN, FINDING_FUTURE,
		"p2 wmark 4m in the FUTURE");
	/* It passes by itself. */
	world_look(&world, AT(1));
	assert_int_equal(world_row(&world, "orders", "1")->finding, FINDING_RECOVERED);
	world_stop(&world);
}

static void
a_value_beyond_its_head_stays_visible(void **state)
{
	struct world world;

	(void)state;
	world_start(&world);
	/* A head from before the save is only old. */
	POLL(&world, AT(0), { .value = "105", .updated = AT(1), .asked_head = "100" });
	assert_int_equal(world_row(&world, "orders", "0")->lag.amount, 0);
	POLL(&world, AT(5), { .value = "105", .updated = AT(1), .asked_head = "100" });
	assert_int_equal(world_row(&world, "orders", "0")->lag.amount, -5);
	assert_int_equal(world_row(&world, "orders", "0")->state, STATE_OK);
	POLL(&world, AT(65), { .value = "105", .updated = AT(1), .asked_head = "100" });
	world_expect(
		&world, "orders", "0", STATE_WARN, FINDING_AHEAD, "5 beyond its source");
	assert_int_equal(world_job(&world, "orders")->lag.amount, -5);
	world_stop(&world);
}

static void
without_a_head_the_lag_is_unknown(void **state)
{
	struct world world;

	(void)state;
	world_start(&world);
	POLL(&world, AT(0), { .value = "105", .updated = AT(-2) },
		{ .job = "words", .value = "abc", .updated = AT(-2), .head = "abc" });
	assert_int_equal(world_row(&world, "orders", "0")->lag.kind, LAG_UNKNOWN);
	assert_int_equal(world_job(&world, "orders")->lag.kind, LAG_UNKNOWN);
	assert_int_equal(world_row(&world, "words", "0")->lag.kind, LAG_UNKNOWN);
	assert_int_equal(world_job(&world, "words")->finding, FINDING_NONE);
	world_stop(&world);
}

static void
heads_come_from_the_row_or_are_asked(void **state)
{
	struct world world;

	(void)state;
	world_start(&world);
	world.setup.head = (struct head_spec){
		.kind = HEAD_METADATA,
		.argument = "end",
		.is_last = true,
	};
	POLL(&world, AT(0), { .value = "5", .updated = AT(-2), .head = "9" },
		{ .partition = "1",
			.value = "5",
			.updated = AT(-2),
			.metadata = "{\"end\":8}" },
		{ .partition = "2",
			.value = "5",
			.updated = AT(-2),
			.head = "9",
			.asked_head = "7" });
	assert_int_equal(world_row(&world, "orders", "0")->lag.amount, 4);
	assert_int_equal(world_row(&world, "orders", "1")->lag.amount, 3);
	assert_int_equal(world_row(&world, "orders", "1")->head_at, AT(-2));
	assert_int_equal(world_row(&world, "orders", "2")->lag.amount, 2);
	/* A row that did not change brings its head all the same. */
	POLL(&world, AT(5), { .value = "5", .updated = AT(-2), .head = "19" },
		{ .partition = "1",
			.value = "5",
			.updated = AT(-2),
			.metadata = "{\"end\":8}" },
		{ .partition = "2",
			.value = "5",
			.updated = AT(-2),
			.head = "19",
			.asked_head = "17" });
	assert_int_equal(world_row(&world, "orders", "0")->lag.amount, 14);
	assert_int_equal(world_row(&world, "orders", "1")->lag.amount, 3);
	assert_int_equal(world_row(&world, "orders", "2")->lag.amount, 12);
	world_stop(&world);
}

static void
a_rule_names_the_head_of_its_jobs(void **state)
{
	struct world world;

	(void)state;
	world_start(&world);
	world.setup.head = (struct head_spec){
		.kind = HEAD_METADATA,
		.argument = "end",
		.is_last = true,
	};
	world_rule(&world, "bills")->head = "metadata:log_end";
	world_rule(&world, "none")->head = "none";
	world_rule(&world, "asked")->head = "file:/var/log/x";
	POLL(&world, AT(0),
		{ .value = "5",
			.updated = AT(-2),
			.metadata = "{\"end\":8,\"log_end\":100}" },
		{ .job = "bills",
			.value = "5",
			.updated = AT(-2),
			.metadata = "{\"end\":8,\"log_end\":100}" },
		{ .job = "none",
			.value = "5",
			.updated = AT(-2),
			.metadata = "{\"end\":8,\"log_end\":100}" },
		{ .job = "asked",
			.value = "5",
			.updated = AT(-2),
			.metadata = "{\"end\":8,\"log_end\":100}",
			.asked_head = "9" });
	assert_int_equal(world_job(&world, "orders")->lag.amount, 3);
	assert_int_equal(world_job(&world, "bills")->lag.amount, 95);
	assert_int_equal(world_job(&world, "none")->lag.kind, LAG_UNKNOWN);
	/* The size of a file is the next position, where the value is the last: 6, 7, 8.
	 */
	assert_int_equal(world_job(&world, "asked")->lag.amount, 3);
	/* It follows the document from save to save, too. */
	POLL(&world, AT(5),
		{ .job = "bills",
			.value = "50",
			.updated = AT(3),
			.metadata = "{\"end\":8,\"log_end\":103}" });
	assert_int_equal(world_job(&world, "bills")->lag.amount, 53);
	world_stop(&world);
}

static void
a_head_of_another_type_gives_no_lag(void **state)
{
	struct world world;
	const struct board_row *row;

	(void)state;
	world_start(&world);
	world.setup.head.kind = HEAD_SQL;
	POLL(&world, AT(0),
		{ .value = "2026-11-22T03:00:00Z",
			.updated = AT(-2),
			.asked_head = "1795316861" },
		{ .partition = "1",
			.value = "100",
			.updated = AT(-2),
			.asked_head = "2026-11-22T03:07:41Z" },
		{ .partition = "2", .value = "100", .updated = AT(-2) },
		{ .partition = "3", .updated = AT(-2), .asked_head = "100" });
	row = world_row(&world, "orders", "0");
	assert_int_equal(row->lag.kind, LAG_UNKNOWN);
	assert_string_equal(
		row->lag_reason, "the value is of type time, the head of type int");
	row = world_row(&world, "orders", "1");
	assert_int_equal(row->lag.kind, LAG_UNKNOWN);
	assert_string_equal(
		row->lag_reason, "the value is of type int, the head of type time");
	assert_string_equal(row->why.full, "p1 head of another type, lag ?");
	row = world_row(&world, "orders", "2");
	assert_string_equal(row->lag_reason, "the head is not known");
	assert_string_equal(row->why.full, "p2 head not known, lag ?");
	row = world_row(&world, "orders", "3");
	assert_string_equal(row->lag_reason, "there is no value that is a position");
	world_stop(&world);
	/* Where it is said that such numbers are times, they are. */
	world_start(&world);
	world.setup.value_type = VALUE_TIME;
	POLL(&world, AT(0),
		{ .value = "2026-11-22T03:00:00Z",
			.updated = AT(-2),
			.asked_head = "1795316461" });
	row = world_row(&world, "orders", "0");
	assert_int_equal(row->lag.kind, LAG_TIME);
	assert_int_equal(row->lag.amount, 61 * SECOND);
	assert_null(row->lag_reason);
	world_stop(&world);
}

/* --- the store does not answer --- */

static void
a_store_that_does_not_answer_keeps_its_rows(void **state)
{
	struct world world;
	const struct board_row *row;

	(void)state;
	world_start(&world);
	world_rule(&world, "*")->limits.warn_age = MINUTE;
	POLL(&world, AT(0), { .value = "10", .updated = AT(-2), .asked_head = "20" },
		{ .partition = "1", .damage = "file empty" });
	world_fail(&world, AT(600), AT(0));
	row = world_row(&world, "orders", "0");
	world_expect(&world, "orders", "0", STATE_UNKN, FINDING_UNREACHABLE,
		"store pg:main unreachable");
	assert_int_equal(row->since.at, AT(0));
	assert_int_equal(row->lag.amount, 10);
	assert_int_equal(row->updated, AT(-2));
	assert_int_equal(world_row(&world, "orders", "1")->state, STATE_CRIT);
	/* When it answers again the outage was none of the job's trouble. */
	POLL(&world, AT(605), { .value = "11", .updated = AT(604), .asked_head = "20" },
		{ .partition = "1", .damage = "file empty" });
	world_expect(&world, "orders", "0", STATE_OK, FINDING_NONE, "");
	assert_true(world_row(&world, "orders", "0")->since.at_least);
	world_stop(&world);
}

/* --- whole stories --- */

static void
a_store_without_times_is_watched(void **state)
{
	struct world world;
	const struct board_row *row;

	(void)state;
	world_start(&world);
	world_rule(&world, "*")->limits.warn_age = 10 * MINUTE;
	for (int i = 0; i <= 60; i++)
		POLL(&world, AT(10 * i), { .value = "5", .asked_head = "9" },
			{ .partition = "1",
				.value = i < 10 ? "5" : "6",
				.asked_head = "9" });
	row = world_row(&world, "orders", "0");
	assert_true(row->updated == TIME_NONE);
	assert_true(row->moved.at_least);
	/* Unchanged for ten minutes and no longer, as far as we know. */
	assert_int_equal(row->state, STATE_OK);
	world_look(&world, AT(601));
	world_expect(&world, "orders", "0", STATE_WARN, FINDING_STOPPED, "p0 stuck");
	row = world_row(&world, "orders", "0");
	assert_int_equal(row->since.at, AT(0));
	assert_true(row->since.at_least);
	world_look(&world, AT(701));
	row = world_row(&world, "orders", "1");
	assert_int_equal(row->since.at, AT(100));
	assert_false(row->since.at_least);
	world_stop(&world);
}

static void
saves_that_do_not_get_on_are_seen(void **state)
{
	struct world world;
	char head[16];

	(void)state;
	world_start(&world);
	for (int i = 0; i < 20; i++) {
		snprintf(head, sizeof(head), "%d", 500 + 10 * i);
		POLL(&world, AT(5 * i),
			{ .value = i < 4 ? "400" : "420",
				.updated = AT(5 * i - 1),
				.asked_head = head });
	}
	/* It moved at 19; a minute and a second later it stands for too long. */
	assert_int_equal(world_row(&world, "orders", "0")->moved.at, AT(19));
	world_expect(&world, "orders", "0", STATE_WARN, FINDING_STALLED,
		"saves, but stands at 420");
	assert_int_equal(world_row(&world, "orders", "0")->since.at, AT(19));
	assert_int_equal(world_row(&world, "orders", "0")->state_since.at, AT(79));
	/* The pipeline is alive, so the rest of its numbers is, too. */
	assert_true(world_row(&world, "orders", "0")->speed.known);
	assert_true(world_row(&world, "orders", "0")->speed.per_second == 0);
	assert_int_equal(world_job(&world, "orders")->moving, 0);
	world_stop(&world);
}

static void
a_new_day_takes_over(void **state)
{
	struct world world;

	(void)state;
	world_start(&world);
	world_rule(&world, "*")->limits.warn_age = MINUTE;
	POLL(&world, AT(0),
		{ .partition = "2026-11-21",
			.value = "900",
			.updated = AT(-100),
			.asked_head = "950" });
	world_expect_job(&world, "orders", STATE_WARN, FINDING_STOPPED, "stuck");
	POLL(&world, AT(5),
		{ .partition = "2026-11-21",
			.value = "900",
			.updated = AT(-100),
			.asked_head = "950",
			.flags = CKPT_SUPERSEDED },
		{ .partition = "2026-11-22",
			.value = "3",
			.updated = AT(4),
			.asked_head = "7" });
	world_expect(&world, "orders", "2026-11-21", STATE_OK, FINDING_DONE,
		"done for 2026-11-21");
	world_expect_job(&world, "orders", STATE_OK, FINDING_NONE, "");
	assert_int_equal(world_job(&world, "orders")->lag.amount, 4);
	assert_int_equal(world_job(&world, "orders")->updated, AT(4));
	world_stop(&world);
}

static void
speed_before_it_stopped_is_kept(void **state)
{
	struct world world;
	char value[16], head[16];

	(void)state;
	world_start(&world);
	for (int i = 0; i < 60; i++) {
		int saved = i < 30 ? i : 29;

		snprintf(value, sizeof(value), "%d", 1000 + 100 * saved);
		snprintf(head, sizeof(head), "%d", 2000 + 100 * i);
		POLL(&world, AT(5 * i),
			{ .value = value, .updated = AT(5 * saved), .asked_head = head });
	}
	assert_true(world_row(&world, "orders", "0")->speed.known);
	assert_true(world_row(&world, "orders", "0")->speed.per_second == 0);
	assert_true(world_row(&world, "orders", "0")->speed_before.known);
	assert_true(world_row(&world, "orders", "0")->speed_before.per_second > 19.9);
	assert_true(world_row(&world, "orders", "0")->speed_before.per_second < 20.1);
	assert_true(world_row(&world, "orders", "0")->lag_rate.per_second > 19.9);
	assert_int_equal(world_row(&world, "orders", "0")->eta.kind, ETA_NEVER);
	world_stop(&world);
}

/* A limit that can no longer be judged is not kept, whatever made it so. */
static void
a_limit_without_a_lag_is_never_ok(void **state)
{
	static const struct world_row strange[] = {
		{ .value = "abc", .updated = AT(9), .head = "100" }, /* no number */
		{ .value = "40", .updated = AT(9), .head = "x" },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(strange) / sizeof(*strange); i++) {
		struct world world;

		world_start(&world);
		world_rule(&world, "orders")->limits.crit_lag = 50;
		POLL(&world, AT(0), { .value = "40", .updated = AT(0), .head = "100" });
		assert_int_equal(world_row(&world, "orders", "0")->state, STATE_CRIT);
		world_poll(&world, AT(10), &strange[i], 1);
		world_expect(&world, "orders", "0", STATE_UNKN, FINDING_BLIND,
			"lag not known, max 50");
		world_stop(&world);
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(three_saves_teach_what_late_is),
		cmocka_unit_test(two_saves_do_not),
		cmocka_unit_test(the_first_save_with_an_error_dates_it),
		cmocka_unit_test(a_week_without_a_save_is_dormant),
		cmocka_unit_test(the_first_poll_that_sees_it_dates_a_lag),
		cmocka_unit_test(what_was_so_at_the_first_look_began_before),
		cmocka_unit_test(ten_seconds_are_not_the_future),
		cmocka_unit_test(a_value_beyond_its_head_stays_visible),
		cmocka_unit_test(without_a_head_the_lag_is_unknown),
		cmocka_unit_test(heads_come_from_the_row_or_are_asked),
		cmocka_unit_test(a_rule_names_the_head_of_its_jobs),
		cmocka_unit_test(a_head_of_another_type_gives_no_lag),
		cmocka_unit_test(a_store_that_does_not_answer_keeps_its_rows),
		cmocka_unit_test(a_store_without_times_is_watched),
		cmocka_unit_test(saves_that_do_not_get_on_are_seen),
		cmocka_unit_test(a_new_day_takes_over),
		cmocka_unit_test(speed_before_it_stopped_is_kept),
		cmocka_unit_test(a_limit_without_a_lag_is_never_ok),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
