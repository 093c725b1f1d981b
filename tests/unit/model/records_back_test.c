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

/* --- going back --- */

static void
a_fall_without_a_record_is_rewound(void **state)
{
	struct world world;
	const struct board_row *row;

	(void)state;
	world_start(&world);
	POLL(&world, AT(0), { .value = "918220", .updated = AT(-2) });
	POLL(&world, AT(5), { .value = "0", .updated = AT(3) });
	world_expect(&world, "orders", "0", STATE_CRIT, FINDING_REWOUND,
		"set 918k -> 0, by UNKNOWN");
	row = world_row(&world, "orders", "0");
	assert_int_equal(row->since.at, AT(3));
	assert_false(row->since.at_least);
	/* It counts until the old value is passed again, however long that takes. */
	POLL(&world, AT(4000), { .value = "918219", .updated = AT(3999) });
	world_expect(&world, "orders", "0", STATE_CRIT, FINDING_REWOUND,
		"set 918k -> 0, by UNKNOWN");
	POLL(&world, AT(4005), { .value = "918220", .updated = AT(4004) });
	world_expect(&world, "orders", "0", STATE_OK, FINDING_RECOVERED,
		"went BACK 03:07, passed");
	assert_string_equal(world_row(&world, "orders", "0")->why.full,
		"went BACK at 03:07 by UNKNOWN, passed");
	/* Ok, but not forgotten while nobody has said why. */
	POLL(&world, AT(4005 + 1800), { .value = "918221", .updated = AT(5804) });
	world_expect(&world, "orders", "0", STATE_OK, FINDING_RECOVERED,
		"went BACK 03:07, passed");
	world_expect_job(
		&world, "orders", STATE_OK, FINDING_RECOVERED, "went BACK 03:07, passed");
	world_stop(&world);
}

static void
falls_again_from_the_highest_to_the_lowest(void **state)
{
	struct world world;

	(void)state;
	world_start(&world);
	POLL(&world, AT(0), { .value = "5000", .updated = AT(-2) });
	POLL(&world, AT(5), { .value = "3000", .updated = AT(4) });
	POLL(&world, AT(10), { .value = "4000", .updated = AT(9) });
	POLL(&world, AT(15), { .value = "1000", .updated = AT(14) });
	world_expect(
		&world, "orders", "0", STATE_CRIT, FINDING_REWOUND, "set 5.0k -> 1.0k");
	assert_int_equal(world_row(&world, "orders", "0")->since.at, AT(4));
	POLL(&world, AT(20), { .value = "4500", .updated = AT(19) });
	assert_int_equal(world_row(&world, "orders", "0")->state, STATE_CRIT);
	world_stop(&world);
}

#define RESET_BY_ALICE                                                                   \
	"{\"reset_by\":\"alice\",\"reset_at\":\"2026-11-22T03:07:43Z\","                 \
	"\"reset_from\":\"1000\"}"

static void
a_recorded_reset_is_replayed(void **state)
{
	struct world world;
	const struct board_row *row;

	(void)state;
	world_start(&world);
	POLL(&world, AT(0), { .value = "1000", .updated = AT(-2) });
	POLL(&world, AT(5),
		{ .value = "0", .updated = AT(2), .metadata = RESET_BY_ALICE });
	row = world_row(&world, "orders", "0");
	assert_int_equal(row->state, STATE_RPLY);
	assert_int_equal(row->since.at, AT(2));
	assert_string_equal(row->note, "reset by alice");
	/* The job's next save erases the record; the reset is known all the same. */
	POLL(&world, AT(10),
		{ .value = "610", .updated = AT(9), .metadata = "{\"host\":\"w1\"}" });
	world_expect(&world, "orders", "0", STATE_RPLY, FINDING_REPLAYING,
		"reset by alice, 61% done");
	assert_int_equal(world_row(&world, "orders", "0")->replay.passed_at, TIME_NONE);
	POLL(&world, AT(15), { .value = "1000", .updated = AT(14) });
	world_expect(&world, "orders", "0", STATE_OK, FINDING_NONE, "");
	row = world_row(&world, "orders", "0");
	assert_int_equal(row->since.at, AT(15));
	/* That save was the first that a look found beyond the old value. */
	assert_false(row->replay.active);
	assert_int_equal(row->replay.passed_at, AT(14));
	world_stop(&world);
}

/* A reset forward is nobody's save, whether it was seen or was there before. */
static void
a_reset_forward_is_recorded(void **state)
{
	struct world world;

	(void)state;
	for (int first = 0; first < 2; first++) {
		world_start(&world);
		if (!first)
			POLL(&world, AT(0), { .value = "500", .updated = AT(-60) });
		POLL(&world, AT(5),
			{ .value = "5000",
				.updated = AT(2),
				.metadata = RESET_BY_ALICE });
		assert_int_equal(world_row(&world, "orders", "0")->reset_at, AT(2));
		assert_false(world_row(&world, "orders", "0")->replay.active);
		POLL(&world, AT(10), { .value = "5001", .updated = AT(9) });
		assert_int_equal(world_row(&world, "orders", "0")->reset_at, AT(2));
		world_stop(&world);
	}
	world_start(&world);
	POLL(&world, AT(0), { .value = "500", .updated = AT(-60) });
	assert_int_equal(world_row(&world, "orders", "0")->reset_at, TIME_NONE);
	POLL(&world, AT(5),
		{ .value = "600", .updated = AT(2), .metadata = "{\"reset_by\":\"a\"}" });
	assert_int_equal(world_row(&world, "orders", "0")->reset_at, TIME_NONE);
	world_stop(&world);
}

static void
an_old_record_excuses_nothing(void **state)
{
	struct world world;

	(void)state;
	world_start(&world);
	POLL(&world, AT(0),
		{ .value = "5000", .updated = AT(-2), .metadata = RESET_BY_ALICE });
	world_expect(&world, "orders", "0", STATE_OK, FINDING_NONE, "");
	POLL(&world, AT(5),
		{ .value = "10", .updated = AT(4), .metadata = RESET_BY_ALICE });
	assert_int_equal(world_row(&world, "orders", "0")->finding, FINDING_REWOUND);
	/* Erased and back again it is still the same. */
	POLL(&world, AT(10), { .value = "20", .updated = AT(9), .metadata = "{}" });
	POLL(&world, AT(15),
		{ .value = "15", .updated = AT(14), .metadata = RESET_BY_ALICE });
	assert_int_equal(world_row(&world, "orders", "0")->finding, FINDING_REWOUND);
	world_stop(&world);
}

static void
a_later_record_explains_a_fall(void **state)
{
	struct world world;
	const struct board_row *row;

	(void)state;
	world_start(&world);
	POLL(&world, AT(0), { .value = "5000", .updated = AT(-2) });
	POLL(&world, AT(5), { .value = "10", .updated = AT(4) });
	assert_int_equal(world_row(&world, "orders", "0")->finding, FINDING_REWOUND);
	POLL(&world, AT(10),
		{ .value = "2000",
			.updated = AT(9),
			.metadata = "{\"reset_by\":\"bob\"}" });
	row = world_row(&world, "orders", "0");
	assert_int_equal(row->state, STATE_RPLY);
	assert_true(row->replay.from_known);
	assert_int_equal(row->replay.from, 5000);
	world_stop(&world);
}

/* Positions start anew in the next file: having come to it is to have passed the old one.
 */
static void
a_replay_ends_in_the_next_file(void **state)
{
	struct world world;

	(void)state;
	world_start(&world);
	world.setup.value_type = VALUE_FILE_POS;
	POLL(&world, AT(0), { .value = "bin.123:9999", .updated = AT(-2) });
	POLL(&world, AT(5),
		{ .value = "bin.123:10", .updated = AT(2), .metadata = RESET_BY_ALICE });
	assert_int_equal(world_row(&world, "orders", "0")->state, STATE_RPLY);
	POLL(&world, AT(10), { .value = "bin.124:20", .updated = AT(9) });
	world_expect(&world, "orders", "0", STATE_OK, FINDING_NONE, "");
	world_stop(&world);
}

/* Of a store that tells only what changed, a row may come again after any number of
 * scans. */
static void
a_rewind_is_seen_however_many_scans_later(void **state)
{
	static const struct world_row before = { .value = "1000", .updated = AT(0) };
	static const struct world_row after = { .value = "500", .updated = AT(1) };

	(void)state;
	for (int scans = 254; scans < 259; scans++) {
		struct world world;

		world_start(&world);
		POLL(&world, AT(0), before);
		for (int i = 1; i < scans; i++)
			records_begin(world.records, AT(1));
		records_begin(world.records, AT(2));
		world_put(&world, &after);
		records_judge(world.records, AT(2), true, AT(2));
		world_look(&world, AT(2));
		assert_int_equal(
			world_row(&world, "orders", "0")->finding, FINDING_REWOUND);
		world_stop(&world);
	}
}

static void
a_reset_from_before_we_looked_is_replayed(void **state)
{
	struct world world;

	(void)state;
	world_start(&world);
	POLL(&world, AT(100),
		{ .value = "400", .updated = AT(99), .metadata = RESET_BY_ALICE });
	/* Where it began is not known, so neither is how much is done. */
	world_expect(
		&world, "orders", "0", STATE_RPLY, FINDING_REPLAYING, "reset by alice");
	assert_int_equal(world_row(&world, "orders", "0")->since.at, AT(2));
	POLL(&world, AT(105),
		{ .value = "1001", .updated = AT(104), .metadata = RESET_BY_ALICE });
	assert_int_equal(world_row(&world, "orders", "0")->state, STATE_OK);
	world_stop(&world);
}

static void
a_reset_is_no_save(void **state)
{
	struct world world;
	char value[16];

	(void)state;
	world_start(&world);
	/* Two saves and two resets between them: not three saves. */
	for (int i = 0; i < 5; i++) {
		char metadata[64];

		snprintf(value, sizeof(value), "%d", i % 2 == 0 ? 1000 + i : 500 + i);
		snprintf(metadata, sizeof(metadata), "{\"reset_by\":\"bob %d\"}", i);
		POLL(&world, AT(5 * i),
			{ .value = value,
				.updated = AT(5 * i),
				.metadata = i % 2 == 0 ? NULL : metadata });
	}
	world_look(&world, AT(4000));
	world_expect(&world, "orders", "0", STATE_OK, FINDING_NONE, "");
	world_stop(&world);
}

static void
only_what_can_be_ordered_goes_back(void **state)
{
	static const struct {
		const char *before, *after;
		enum value_type type;
		enum finding finding;
	} cases[] = {
		{ "zebra", "ant", VALUE_AUTO, FINDING_NONE },
		{ "100", "ant", VALUE_AUTO, FINDING_NONE },
		{ "9", "10", VALUE_AUTO, FINDING_NONE },
		{ "10", "9", VALUE_AUTO, FINDING_REWOUND },
		{ "16/B374D848", "16/A", VALUE_AUTO, FINDING_REWOUND },
		{ "2026-11-21", "2026-11-20", VALUE_AUTO, FINDING_REWOUND },
		{ "bin.2:900", "bin.2:400", VALUE_FILE_POS, FINDING_REWOUND },
		{ "bin.2:900", "bin.3:4", VALUE_FILE_POS, FINDING_NONE },
		{ "007", "7", VALUE_AUTO, FINDING_NONE },
		{ "5", NULL, VALUE_AUTO, FINDING_NONE },
		{ NULL, "5", VALUE_AUTO, FINDING_NONE },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		struct world world;

		world_start(&world);
		world.setup.value_type = cases[i].type;
		POLL(&world, AT(0), { .value = cases[i].before, .updated = AT(-2) });
		POLL(&world, AT(5), { .value = cases[i].after, .updated = AT(4) });
		assert_int_equal(
			world_row(&world, "orders", "0")->finding, cases[i].finding);
		world_stop(&world);
	}
}

static void
a_file_that_goes_on_leaves_the_fall_behind(void **state)
{
	struct world world;

	(void)state;
	world_start(&world);
	world.setup.value_type = VALUE_FILE_POS;
	POLL(&world, AT(0), { .value = "bin.2:900", .updated = AT(-2) });
	POLL(&world, AT(5), { .value = "bin.2:4", .updated = AT(4) });
	assert_int_equal(world_row(&world, "orders", "0")->finding, FINDING_REWOUND);
	POLL(&world, AT(10), { .value = "bin.3:4", .updated = AT(9) });
	assert_int_equal(world_row(&world, "orders", "0")->finding, FINDING_RECOVERED);
	world_stop(&world);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_fall_without_a_record_is_rewound),
		cmocka_unit_test(falls_again_from_the_highest_to_the_lowest),
		cmocka_unit_test(a_recorded_reset_is_replayed),
		cmocka_unit_test(a_reset_forward_is_recorded),
		cmocka_unit_test(an_old_record_excuses_nothing),
		cmocka_unit_test(a_later_record_explains_a_fall),
		cmocka_unit_test(a_replay_ends_in_the_next_file),
		cmocka_unit_test(a_rewind_is_seen_however_many_scans_later),
		cmocka_unit_test(a_reset_from_before_we_looked_is_replayed),
		cmocka_unit_test(a_reset_is_no_save),
		cmocka_unit_test(only_what_can_be_ordered_goes_back),
		cmocka_unit_test(a_file_that_goes_on_leaves_the_fall_behind),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
