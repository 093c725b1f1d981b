/* SPDX-License-Identifier: MIT
 * What went back or is gone without a record, and what others tell of it: what explains
 * it, and what looks like it and does not. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

#include <cmocka.h>

#include "world.h"

#define AT(seconds) (NOW + (seconds)*SECOND)

/* From 900 at AT(0) to 100 at AT(5), as it was seen. */
static void
fall(struct world *world)
{
	world_start(world);
	POLL(world, AT(0), { .value = "900", .updated = AT(-2) });
	POLL(world, AT(5), { .value = "100", .updated = AT(3) });
	assert_int_equal(world_row(world, "orders", "0")->finding, FINDING_REWOUND);
}

static struct explanation
told(int after, int until, const char *from, const char *to)
{
	return (struct explanation){
		.key = { SPAN("orders"), SPAN("0") },
		.after = AT(after),
		.until = AT(until),
		.is_gone = to == NULL,
		.from = from != NULL ? span_of(from) : SPAN_NONE,
		.to = to != NULL ? span_of(to) : SPAN_NONE,
		.by = SPAN("alice@jump1"),
	};
}

static void
what_was_done_is_replayed(void **state)
{
	struct explanation reset = told(1, 4, "900", "100");
	struct world world;
	bool fresh;

	(void)state;
	fall(&world);
	assert_int_equal(records_unexplained(world.records, &fresh), 1);
	assert_false(fresh);
	assert_true(records_explain(world.records, &reset));
	/* Once: there is nothing left to be explained. */
	assert_false(records_explain(world.records, &reset));
	world_look(&world, AT(6));
	assert_int_equal(records_unexplained(world.records, &fresh), 0);
	world_expect(
		&world, "orders", "0", STATE_RPLY, FINDING_REPLAYING, "reset, 0% done");
	assert_string_equal(world_row(&world, "orders", "0")->why.full,
		"reset by alice@jump1, 0% done");
	assert_int_equal(world_row(&world, "orders", "0")->doubt.kind, DOUBT_NONE);
	POLL(&world, AT(10), { .value = "901", .updated = AT(9) });
	assert_int_equal(world_row(&world, "orders", "0")->state, STATE_OK);
	assert_int_equal(world_job(&world, "orders")->unexplained.at, TIME_NONE);
	world_stop(&world);
}

static void
what_was_said_is_not_done_by_him(void **state)
{
	struct explanation word = told(0, 5, NULL, NULL);
	struct world world;
	const struct board_row *row;

	(void)state;
	fall(&world);
	word.is_gone = false;
	word.is_word = true;
	assert_true(records_explain(world.records, &word));
	world_look(&world, AT(6));
	world_expect(&world, "orders", "0", STATE_RPLY, FINDING_REPLAYING,
		"explained, 0% done");
	row = world_row(&world, "orders", "0");
	assert_string_equal(row->why.sentence, "went back at 03:07, explained by "
					       "alice@jump1; 0% of it is done again.");
	/* What falls further is not what he spoke of. */
	POLL(&world, AT(10), { .value = "50", .updated = AT(9) });
	assert_int_equal(world_row(&world, "orders", "0")->finding, FINDING_REWOUND);
	assert_false(records_explain(world.records, &word));
	world_stop(&world);
}

/* What lies outside, in time or in values, is something else. */
static void
only_what_lies_within_is_explained(void **state)
{
	static const struct {
		int after, until;
		const char *from, *to;
		bool explains;
	} cases[] = {
		{ -10, 1, "900", "100", true },
		{ -10, 0, "900", "100", false }, /* before the look that saw 900 */
		{ 5, 9, "900", "100", false },	 /* after the one that saw 100 */
		{ 4, 9, "900", "100", true },
		{ 1, 4, "950", "90", true }, /* saves before it, and after */
		{ 1, 4, "899", "100", false },
		{ 1, 4, "900", "101", false },
		{ 1, 4, NULL, "100", true },
		{ 1, 4, "900", NULL, true }, /* removed, and begun anew */
		{ 1, 4, "abc", "100", false },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		struct explanation change =
			told(cases[i].after, cases[i].until, cases[i].from, cases[i].to);
		struct world world;

		fall(&world);
		if (records_explain(world.records, &change) != cases[i].explains)
			fail_msg("case %zu", i);
		change.key.partition = SPAN("1");
		assert_false(records_explain(world.records, &change));
		world_stop(&world);
	}
}

static void
what_was_passed_again_is_explained_too(void **state)
{
	struct explanation word = told(0, 20, "900", "100");
	struct world world;

	(void)state;
	fall(&world);
	POLL(&world, AT(15), { .value = "1000", .updated = AT(14) });
	assert_int_equal(world_row(&world, "orders", "0")->doubt.kind, DOUBT_PASSED);
	assert_true(span_is(world_row(&world, "orders", "0")->doubt.from, "900"));
	assert_int_equal(world_job(&world, "orders")->unexplained.at, AT(3));
	/* Before it is explained it goes back again. */
	POLL(&world, AT(25), { .value = "500", .updated = AT(24) });
	assert_int_equal(world_row(&world, "orders", "0")->doubt.kind, DOUBT_BACK);
	word.is_word = true;
	assert_true(records_explain(world.records, &word));
	world_look(&world, AT(26));
	assert_int_equal(world_row(&world, "orders", "0")->doubt.kind, DOUBT_BACK);
	assert_true(span_is(world_row(&world, "orders", "0")->doubt.from, "1000"));
	POLL(&world, AT(30), { .value = "1000", .updated = AT(29) });
	assert_int_equal(world_job(&world, "orders")->unexplained.at, AT(24));
	world_stop(&world);
}

static void
what_was_removed_is_no_loss(void **state)
{
	struct explanation removed = told(1, 4, "900", NULL);
	struct explanation reset = told(1, 4, "900", "100");
	struct world world;

	(void)state;
	world_start(&world);
	POLL(&world, AT(0), { .value = "900", .updated = AT(-2) },
		{ .partition = "1", .value = "1", .updated = AT(-2) });
	POLL(&world, AT(5), { .partition = "1", .value = "1", .updated = AT(-2) });
	assert_int_equal(world_row(&world, "orders", "0")->finding, FINDING_LOST);
	assert_int_equal(world_row(&world, "orders", "0")->doubt.kind, DOUBT_GONE);
	assert_false(records_explain(world.records, &reset));
	assert_true(records_explain(world.records, &removed));
	world_look(&world, AT(6));
	assert_null(world_row(&world, "orders", "0"));
	assert_int_equal(world_job(&world, "orders")->state, STATE_OK);
	assert_int_equal(records_count(world.records), 1);
	/* And when it comes back it begins anew. */
	POLL(&world, AT(10), { .value = "3", .updated = AT(9) },
		{ .partition = "1", .value = "1", .updated = AT(-2) });
	assert_int_equal(world_row(&world, "orders", "0")->state, STATE_OK);
	assert_int_equal(world_row(&world, "orders", "0")->doubt.kind, DOUBT_NONE);
	world_stop(&world);
}

/* Somebody who says that it is gone has not said why it went back. */
static void
a_word_about_a_loss_is_none_about_a_fall(void **state)
{
	struct explanation word = told(1, 4, NULL, NULL);
	struct world world;

	(void)state;
	fall(&world);
	word.is_word = true;
	assert_false(records_explain(world.records, &word));
	world_stop(&world);
}

/* --- where a recorded reset ends --- */

#define RESET_BY_ALICE                                                                   \
	"{\"reset_by\":\"alice\",\"reset_at\":\"2026-11-22T03:07:43Z\","                 \
	"\"reset_from\":\"%s\",\"reset_id\":\"op-1\"}"

/* The first look at a checkpoint whose metadata have a reset from a value, and what the
 * journal has of that: the value that it wrote. */
static bool
look_after(struct world *world, const char *value, const char *from, const char *wrote)
{
	struct explanation reset = told(1, 4, from, wrote);
	char metadata[160];

	snprintf(metadata, sizeof(metadata), RESET_BY_ALICE, from);
	reset.op = SPAN("op-1");
	world_start(world);
	world->records = records_new(&world->setup);
	records_begin(world->records, AT(20));
	world_put(
		world, &(struct world_row){
			       .value = value, .updated = AT(15), .metadata = metadata });
	records_end(world->records, NULL, NULL);
	records_explain(world->records, &reset);
	world_look(world, AT(20));
	return world_row(world, "orders", "0")->finding == FINDING_REWOUND;
}

/* Also by who looks for the first time: it fell after the reset. */
static void
a_value_below_what_a_reset_wrote_is_not_its_replay(void **state)
{
	static const struct {
		const char *value, *from, *wrote;
		bool rewound;
	} cases[] = {
		{ "10", "100", "90", true }, { "89", "100", "90", true },
		{ "90", "100", "90", false }, { "95", "100", "90", false },
		{ "120", "100", "90", false },
		{ "50", "100", "200", true }, /* a skip is never replayed */
		{ "150", "100", "200", true }, { "200", "100", "200", false },
		{ "abc", "100", "90", false }, /* nobody can say what is below it */
	};

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		struct world world;

		if (look_after(&world, cases[i].value, cases[i].from, cases[i].wrote) !=
			cases[i].rewound)
			fail_msg("case %zu", i);
		world_stop(&world);
	}
}

static void
what_fell_after_a_reset_is_said_from_what_that_wrote(void **state)
{
	struct explanation word = told(14, 20, NULL, "10");
	const struct board_row *row;
	struct world world;

	(void)state;
	assert_true(look_after(&world, "10", "100", "90"));
	row = world_row(&world, "orders", "0");
	assert_int_equal(row->state, STATE_CRIT);
	assert_string_equal(row->why.full, "went BACK 90 -> 10, by UNKNOWN");
	assert_int_equal(row->since.at, AT(15));
	assert_true(row->since.at_least);
	assert_int_equal(row->doubt.kind, DOUBT_BACK);
	/* Passed, it is within the reset again. */
	POLL(&world, AT(25), { .value = "91", .updated = AT(24) });
	assert_int_equal(world_row(&world, "orders", "0")->finding, FINDING_REPLAYING);
	world_stop(&world);
	/* Who says why it was explains this as any other fall. */
	assert_true(look_after(&world, "10", "100", "90"));
	word.is_word = true;
	assert_true(records_explain(world.records, &word));
	world_look(&world, AT(21));
	assert_int_equal(world_row(&world, "orders", "0")->finding, FINDING_REPLAYING);
	world_stop(&world);
}

/* Between two looks of one who was there all the time it may be both, too. */
static void
a_reset_and_a_fall_between_two_looks_are_told_apart(void **state)
{
	struct explanation reset = told(1, 4, "100", "90"), other = reset;
	struct world world;
	char metadata[160];
	bool fresh;

	(void)state;
	snprintf(metadata, sizeof(metadata), RESET_BY_ALICE, "100");
	reset.op = SPAN("op-1");
	other.op = SPAN("op-2");
	other.to = SPAN("95");
	world_start(&world);
	POLL(&world, AT(0), { .value = "100", .updated = AT(-2) });
	records_begin(world.records, AT(5));
	world_put(
		&world, &(struct world_row){
				.value = "10", .updated = AT(4), .metadata = metadata });
	records_end(world.records, NULL, NULL);
	/* What it wrote is to be asked for. */
	records_unexplained(world.records, &fresh);
	assert_true(fresh);
	assert_false(records_explain(world.records, &other));
	world_look(&world, AT(5));
	assert_int_equal(world_row(&world, "orders", "0")->finding, FINDING_REPLAYING);
	records_explain(world.records, &reset);
	world_look(&world, AT(6));
	assert_string_equal(world_row(&world, "orders", "0")->why.full,
		"went BACK 90 -> 10, by UNKNOWN");
	world_stop(&world);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(what_was_done_is_replayed),
		cmocka_unit_test(what_was_said_is_not_done_by_him),
		cmocka_unit_test(only_what_lies_within_is_explained),
		cmocka_unit_test(what_was_passed_again_is_explained_too),
		cmocka_unit_test(what_was_removed_is_no_loss),
		cmocka_unit_test(a_word_about_a_loss_is_none_about_a_fall),
		cmocka_unit_test(a_value_below_what_a_reset_wrote_is_not_its_replay),
		cmocka_unit_test(what_fell_after_a_reset_is_said_from_what_that_wrote),
		cmocka_unit_test(a_reset_and_a_fall_between_two_looks_are_told_apart),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
