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

/* --- our own clock --- */

static void
poll_at(struct world *world, int64_t now, int number)
{
	char value[16];

	snprintf(value, sizeof(value), "%d", 1000 + 10 * number);
	POLL(world, now,
		{ .value = value, .updated = now - SECOND, .asked_head = "9000" });
}

static void
our_clock_may_be_set_back(void **state)
{
	struct world world;
	const struct board_row *row;
	int number = 0;

	(void)state;
	world_start(&world);
	world_rule(&world, "*")->limits.warn_lag = 10;
	for (int i = 0; i < 20; i++)
		poll_at(&world, AT(5 * i), number++);
	row = world_row(&world, "orders", "0");
	assert_true(row->speed.known);
	assert_true(row->speed.per_second > 1.9 && row->speed.per_second < 2.1);
	/* An hour back. */
	for (int i = 0; i < 20; i++) {
		poll_at(&world, AT(5 * i - 3600), number++);
		row = world_row(&world, "orders", "0");
		assert_int_equal(row->finding, FINDING_LAGGING);
		assert_true(row->since.at <= AT(5 * i - 3600));
		assert_true(row->watched_since <= AT(5 * i - 3600));
		if (row->speed.known)
			assert_true(row->speed.per_second > 1.9 &&
				    row->speed.per_second < 2.1);
		assert_true(row->cadence == TIME_NONE || row->cadence > 0);
	}
	assert_true(row->speed.known);
	assert_int_equal(row->cadence, 5 * SECOND);
	/* And again, in a poll that finds nothing new. */
	world_look(&world, AT(-9000));
	row = world_row(&world, "orders", "0");
	assert_true(row->since.at <= AT(-9000));
	assert_int_equal(world_job(&world, "orders")->partitions, 1);
	world_stop(&world);
}

/* Far from 1970, and what was watched is dated whole.
 * K06 2038, 1970, year 9999 */
static void
our_clock_may_stand_anywhere(void **state)
{
	static const int64_t times[] = {
		0, INT64_C(2147483648) * SECOND, /* 2038-01-19 03:14:08 */
		INT64_C(4294967296) * SECOND,	 /* 2106-02-07 06:28:16 */
		INT64_C(253402300799) * SECOND,	 /* 9999-12-31 23:59:59 */
	};

	(void)state;
	for (size_t i = 0; i < sizeof(times) / sizeof(times[0]); i++) {
		struct world world;
		const struct board_row *row;
		int64_t now = times[i] - 100 * SECOND;

		world_start(&world);
		world_rule(&world, "*")->limits.warn_lag = 10;
		for (int number = 0; number < 40; number++)
			poll_at(&world, now + 5 * number * SECOND, number);
		row = world_row(&world, "orders", "0");
		assert_int_equal(row->watched_since, now);
		assert_int_equal(row->finding, FINDING_LAGGING);
		assert_int_equal(row->since.at, now);
		assert_int_equal(row->cadence, 5 * SECOND);
		assert_int_equal(row->updated, now + 194 * SECOND);
		assert_true(row->speed.known);
		assert_true(row->speed.per_second > 1.9 && row->speed.per_second < 2.1);
		assert_int_equal(world_job(&world, "orders")->since.at, now);
		world_stop(&world);
	}
}

/* The last one delivered is the one that is there, whatever their times say, and what
 * goes back is told.
 * K09 equal timestamps */
static void
saves_at_one_time_are_told_apart(void **state)
{
	struct world world;
	const struct board_row *row;

	(void)state;
	world_start(&world);
	POLL(&world, AT(0), { .value = "100", .updated = AT(0) },
		{ .partition = "1", .value = "9", .updated = AT(0) });
	POLL(&world, AT(1), { .value = "101", .updated = AT(0) },
		{ .partition = "1", .value = "9", .updated = AT(0) });
	row = world_row(&world, "orders", "0");
	assert_true(span_is(row->value, "101"));
	assert_int_equal(row->moved.at, AT(1));
	assert_false(row->moved.at_least);
	assert_int_equal(row->state, STATE_OK);
	/* Of two with one time the other did not move. */
	assert_true(world_row(&world, "orders", "1")->moved.at_least);
	assert_int_equal(world_row(&world, "orders", "1")->updated, row->updated);
	POLL(&world, AT(2), { .value = "90", .updated = AT(0) },
		{ .partition = "1", .value = "9", .updated = AT(0) });
	assert_int_equal(world_row(&world, "orders", "0")->finding, FINDING_REWOUND);
	world_stop(&world);
}

/* While an hour comes twice it is not known which of the two is meant, and it accuses
 * nobody; later an hour is no matter any more.
 * K03 DST fold 01:30 twice, gap 02:30 (SQLite) */
static void
an_hour_that_comes_twice_is_doubtful(void **state)
{
	/* 2026-11-01 06:00 UTC, where clocks in New York are set back from 2 to 1, and
	 * 2026-03-08 07:00 UTC, where they are set forward from 2 to 3. */
	const int64_t back = INT64_C(1793512800) * SECOND,
		      forward = INT64_C(1772953200) * SECOND;
	const struct {
		const char *text;
		int64_t now, updated, if_right;
	} cases[] = {
		{ "2026-11-01 00:59:59", back, back - HOUR - SECOND, TIME_NONE },
		{ "2026-11-01 01:30:00", back, TIME_NONE, back - 30 * MINUTE },
		{ "2026-11-01 01:30:00", back + HOUR, TIME_NONE, back - 30 * MINUTE },
		{ "2026-11-01 01:30:00", back + 3 * HOUR, back - 30 * MINUTE, TIME_NONE },
		{ "2026-11-01 02:00:00", back + 2 * HOUR, back + HOUR, TIME_NONE },
		{ "2026-03-08 01:59:59", forward, forward - SECOND, TIME_NONE },
		{ "2026-03-08 02:30:00", forward + HOUR, TIME_NONE,
			forward + 30 * MINUTE },
		{ "2026-03-08 03:30:00", forward + HOUR, forward + 30 * MINUTE,
			TIME_NONE },
	};
	struct zone *zone;

	(void)state;
	assert_int_equal(zone_load(&zone, "America/New_York", NULL), 0);
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		struct world world;
		const struct board_row *row;

		world_start(&world);
		world.setup.zone = zone;
		world_rule(&world, "*")->limits.warn_age = MINUTE;
		POLL(&world, cases[i].now,
			{ .value = "1",
				.updated_text = cases[i].text,
				.asked_head = "5" });
		row = world_row(&world, "orders", "0");
		assert_true(row->updated == cases[i].updated);
		assert_true(row->updated_if == cases[i].if_right);
		assert_false(row->updated_unzoned);
		if (cases[i].updated == TIME_NONE) {
			assert_string_equal(row->updated_assumed, "America/New_York");
			assert_int_equal(row->state, STATE_OK);
		} else {
			assert_null(row->updated_assumed);
		}
		world_stop(&world);
	}
	zone_free(zone);
}

static void
our_clock_may_jump_forward(void **state)
{
	struct world world;
	int number = 0;

	(void)state;
	world_start(&world);
	for (int i = 0; i < 10; i++)
		poll_at(&world, AT(5 * i), number++);
	for (int i = 0; i < 10; i++)
		poll_at(&world, AT(5 * i) + 30 * DAY, number++);
	assert_int_equal(world_row(&world, "orders", "0")->state, STATE_OK);
	assert_int_equal(world_row(&world, "orders", "0")->cadence, 5 * SECOND);
	world_stop(&world);
}

/* Times of saves are told by the store's clock: what is old by both is as old as it is,
 * and a zone is learned from it. */
static void
the_clock_of_the_store_may_differ(void **state)
{
	static const int64_t ahead[] = { 10 * MINUTE, -10 * MINUTE, 0 };

	(void)state;
	for (size_t i = 0; i < sizeof(ahead) / sizeof(ahead[0]); i++) {
		struct world world;
		const struct board_row *row;
		char text[40];
		struct str stamp = { 0 };

		world_start(&world);
		world_rule(&world, "*")->limits.warn_age = MINUTE;
		poll_at(&world, AT(0), 0);
		records_set_clock(world.records, ahead[i]);
		POLL(&world, AT(5), { .value = "1010", .updated = AT(4) + ahead[i] });
		row = world_row(&world, "orders", "0");
		assert_true(row->updated == AT(4));
		assert_int_equal(row->state, STATE_OK);
		/* Naive times, two hours ahead of UTC. */
		time_add_rfc3339(&stamp, AT(9) + ahead[i] + 2 * HOUR);
		snprintf(text, sizeof(text), "%.10s %.8s", str_text(&stamp),
			str_text(&stamp) + 11);
		POLL(&world, AT(10), { .value = "1020", .updated_text = text });
		row = world_row(&world, "orders", "0");
		assert_true(row->updated == AT(9));
		str_free(&stamp);
		world_stop(&world);
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(our_clock_may_be_set_back),
		cmocka_unit_test(our_clock_may_jump_forward),
		cmocka_unit_test(our_clock_may_stand_anywhere),
		cmocka_unit_test(saves_at_one_time_are_told_apart),
		cmocka_unit_test(an_hour_that_comes_twice_is_doubtful),
		cmocka_unit_test(the_clock_of_the_store_may_differ),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
