/* SPDX-License-Identifier: MIT
 * What takes a change back: where the row still is as it was left all of it, and where
 * the job has moved on its value. */
#include "plan_bench.h"

#define LEFT_AT "2026-11-22T03:00:00Z"

static int
setup(void **state)
{
	struct bench *bench = calloc(1, sizeof(*bench));

	if (bench == NULL)
		return -1;
	bench_start(bench);
	bench->wish.kind = WISH_UNDO;
	bench->wish.undo_of = SPAN("6f0b1a52-9c43-4d53-8e3f-0a0b6d4c1d11");
	*state = bench;
	return 0;
}

static int
teardown(void **state)
{
	bench_stop(*state);
	free(*state);
	return 0;
}

/* Of an undo of the last row that was added. */
static const struct plan_row *
undo(struct bench *bench)
{
	size_t count;

	if (bench_make(bench) != 0)
		fail_msg("%s", bench->err.text);
	return &plan_rows(bench->plan, &count)[0];
}

static void
a_row_that_is_as_it_was_left_becomes_what_it_was(void **state)
{
	struct bench *bench = *state;
	const struct plan_row *row;

	bench_row(bench, "7", "90", "{\"reset_by\": \"bob\"}");
	bench_past(bench, true, "90", BENCH_SAVED, "{\"reset_by\": \"bob\"}");
	bench_past(bench, false, "100", "2026-11-21 00:00:00", "{}");
	row = undo(bench);
	assert_int_equal(row->direction, DIRECTION_RESTORE);
	assert_int_equal(row->distance, 10);
	assert_true(span_equal(row->wanted, bench->subjects[0].before));
	assert_true(span_is(row->new_value, "100"));
	/* It was there before: nothing that was not read before is skipped. */
	assert_int_equal(plan_lost(bench->plan), 0);
	assert_int_equal(plan_confirmation(bench->plan), PLAN_CONFIRM_PLAIN);
	assert_string_equal(bench_risk(bench, "moved-on"), "");
	assert_int_equal(
		plan_confirm(bench->plan,
			&(struct plan_answer){
				.yes = true, .name = SPAN_NONE, .loss = SPAN_NONE },
			&bench->err),
		0);
}

static void
what_was_deleted_comes_back(void **state)
{
	struct bench *bench = *state;
	const struct plan_row *row;

	bench_row(bench, "7", "100", "{\"a\": 1}");
	bench_past(bench, true, NULL, NULL, NULL);
	bench_past(bench, false, "100", BENCH_SAVED, "{\"a\": 1}");
	bench->subjects[0].image = SPAN_NONE;
	bench->subjects[0].now.value = SPAN_NONE;
	row = undo(bench);
	assert_int_equal(row->direction, DIRECTION_RESTORE);
	assert_false(row->exists);
	assert_true(row->will_exist);
	assert_null(row->seen.at);
	assert_true(span_equal(row->wanted, bench->subjects[0].before));
	assert_string_equal(row->meaning, "comes back as it was");
}

static void
what_was_brought_back_goes_away(void **state)
{
	struct bench *bench = *state;
	const struct plan_row *row;

	bench_row(bench, "7", "100", "{}");
	bench_past(bench, true, "100", BENCH_SAVED, "{}");
	bench_past(bench, false, NULL, NULL, NULL);
	row = undo(bench);
	assert_int_equal(row->direction, DIRECTION_DELETE);
	assert_null(row->wanted.at);
	assert_int_equal(plan_confirmation(bench->plan), PLAN_CONFIRM_NAME);
}

static void
an_undo_of_what_was_undone_has_nothing_to_do(void **state)
{
	struct bench *bench = *state;

	bench_row(bench, "7", "100", "{}");
	bench_past(bench, true, "90", LEFT_AT, "{}");
	bench_past(bench, false, "100", BENCH_SAVED, "{}");
	assert_int_equal(undo(bench)->direction, DIRECTION_SAME);
	assert_true(plan_is_empty(bench->plan));
	assert_string_equal(bench_effect(bench, "effect"),
		"Nothing to undo: everything is as it was before the operation. Nothing "
		"is written.");
	/* Also where that is no checkpoint. */
	bench_past(bench, false, NULL, NULL, NULL);
	bench->subjects[0].image = SPAN_NONE;
	bench->subjects[0].now.value = SPAN_NONE;
	assert_int_equal(undo(bench)->direction, DIRECTION_SAME);
	assert_true(plan_is_empty(bench->plan));
}

static void
where_the_job_moved_on_its_value_goes_back(void **state)
{
	struct bench *bench = *state;
	const struct plan_row *row;
	struct image_facts facts;
	struct str memory = { 0 };

	bench_row(bench, "7", "95", "{\"attempt\": 3}");
	bench_past(bench, true, "90", LEFT_AT, "{}");
	bench_past(bench, false, "100", "2026-11-21 00:00:00", "{\"attempt\": 1}");
	row = undo(bench);
	assert_int_equal(row->direction, DIRECTION_SKIP);
	assert_int_equal(row->distance, 5);
	stub_read(&bench->store, row->wanted, &memory, &facts);
	assert_true(span_is(facts.value, "100"));
	assert_true(span_is(facts.updated_text, "2026-11-22T03:07:41Z"));
	assert_non_null(strstr(str_text(&memory), "{\"attempt\": 3, \"reset_by\": "));
	assert_int_equal(plan_confirmation(bench->plan), PLAN_CONFIRM_LOSS);
	assert_string_equal(plan_phrase(bench->plan), "skip 5");
	assert_string_equal(bench_risk(bench, "moved-on"),
		"p7 has moved on since the operation: left at 90, now 95; an undo takes "
		"its value back, and leaves the rest as the job has it.");
	str_free(&memory);
	/* It is there again by itself: as before in value, and not to the byte. */
	bench_past(bench, false, "95", "2026-11-21 00:00:00", "{}");
	assert_int_equal(undo(bench)->direction, DIRECTION_SAME);
}

/* An undo that skips is no easier than a reset that does. */
static void
what_an_undo_skips_is_typed(void **state)
{
	static const struct plan_answer nothing = { .name = SPAN_NONE,
		.loss = SPAN_NONE };
	struct bench *bench = *state;
	struct plan_answer answer = nothing;

	bench_row(bench, "7", "95", "{}");
	bench_past(bench, true, "90", LEFT_AT, "{}");
	bench_past(bench, false, "100", "2026-11-21 00:00:00", "{}");
	assert_int_equal(undo(bench)->direction, DIRECTION_SKIP);
	answer.yes = true;
	answer.name = SPAN("orders");
	assert_int_equal(plan_confirm(bench->plan, &answer, &bench->err), -1);
	assert_non_null(strstr(bench->err.text, "\"skip 5\" is to be typed"));
	err_clear(&bench->err);
	answer = nothing;
	answer.loss = SPAN("5");
	assert_int_equal(plan_confirm(bench->plan, &answer, &bench->err), 0);
	/* In production with the name. */
	bench->terms.production = true;
	undo(bench);
	assert_string_equal(plan_phrase(bench->plan), "skip 5 warehouse/orders");
	assert_int_equal(plan_confirm(bench->plan, &answer, &bench->err), -1);
	err_clear(&bench->err);
	answer.name = SPAN("warehouse/orders");
	assert_int_equal(plan_confirm(bench->plan, &answer, &bench->err), 0);
	/* Of times, how long. */
	bench->terms.production = false;
	bench->count = 0;
	str_clear(&bench->images[0][0]);
	bench_row(bench, "7", "2026-11-20T00:00:00Z", "{}");
	bench_past(bench, true, "2026-11-19T00:00:00Z", LEFT_AT, "{}");
	bench_past(bench, false, "2026-11-21T00:00:00Z", "2026-11-21 00:00:00", "{}");
	assert_int_equal(undo(bench)->direction, DIRECTION_SKIP);
	assert_string_equal(plan_phrase(bench->plan), "skip 1d");
}

static void
what_is_gone_or_there_again_is_told(void **state)
{
	struct bench *bench = *state;
	const struct plan_row *row;

	/* The job has deleted what a reset has left. */
	bench_row(bench, "7", "90", "{}");
	bench_past(bench, true, "90", BENCH_SAVED, "{}");
	bench_past(bench, false, "100", LEFT_AT, "{}");
	bench->subjects[0].image = SPAN_NONE;
	bench->subjects[0].now.value = SPAN_NONE;
	row = undo(bench);
	assert_int_equal(row->direction, DIRECTION_RESTORE);
	assert_non_null(strstr(bench_risk(bench, "moved-on"), "left at 90, now gone"));
	assert_int_equal(plan_confirmation(bench->plan), PLAN_CONFIRM_NAME);
	/* The job has begun anew after a delete. */
	bench->count = 0;
	str_clear(&bench->images[0][0]);
	bench_row(bench, "7", "3", "{}");
	bench_past(bench, true, NULL, NULL, NULL);
	bench_past(bench, false, "100", LEFT_AT, "{}");
	row = undo(bench);
	assert_int_equal(row->direction, DIRECTION_SKIP);
	assert_non_null(strstr(bench_risk(bench, "moved-on"), "left at nothing, now 3"));
	assert_int_equal(plan_confirmation(bench->plan), PLAN_CONFIRM_LOSS);
	assert_string_equal(plan_phrase(bench->plan), "skip 97");
	/* It had no value before, and no draft can give it none. */
	bench->images[0][2].len = 0;
	str_add(&bench->images[0][2], "-,-,-,");
	bench->subjects[0].before = str_span(&bench->images[0][2]);
	assert_int_equal(bench_make(bench), -1);
	assert_int_equal(bench->err.kind, ERR_REFUSED);
	assert_non_null(strstr(bench->err.text, "it had no value"));
}

int
main(void)
{
#define TEST(name) cmocka_unit_test_setup_teardown(name, setup, teardown)
	const struct CMUnitTest tests[] = {
		TEST(a_row_that_is_as_it_was_left_becomes_what_it_was),
		TEST(what_was_deleted_comes_back),
		TEST(what_was_brought_back_goes_away),
		TEST(an_undo_of_what_was_undone_has_nothing_to_do),
		TEST(where_the_job_moved_on_its_value_goes_back),
		TEST(what_an_undo_skips_is_typed),
		TEST(what_is_gone_or_there_again_is_told),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
