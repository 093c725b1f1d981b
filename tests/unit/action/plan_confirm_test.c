/* SPDX-License-Identifier: MIT
 * What must be typed, what is refused whatever is typed, and what is told before. */
#include "plan_bench.h"

static int
setup(void **state)
{
	struct bench *bench = calloc(1, sizeof(*bench));

	if (bench == NULL)
		return -1;
	bench_start(bench);
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

static int
answer(struct bench *bench, struct plan_answer given)
{
	err_clear(&bench->err);
	return plan_confirm(bench->plan, &given, &bench->err);
}

#define NOTHING .name = SPAN_NONE, .loss = SPAN_NONE

/* None of these is enough; a yes, an empty text and half a name never are. */
static void
expect_not_enough(struct bench *bench)
{
	static const char *const names[] = { "", "order", "orders ", "ORDERS", "orders/7",
		"prod/orders", "y", "yes", "skip" };

	assert_int_equal(answer(bench, (struct plan_answer){ NOTHING }), -1);
	assert_int_equal(bench->err.kind, ERR_REFUSED);
	assert_non_null(strstr(bench->err.text, "nothing was written"));
	assert_int_equal(answer(bench, (struct plan_answer){ .yes = true, NOTHING }), -1);
	for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++) {
		struct span typed = span_of(names[i]);

		assert_int_equal(answer(bench, (struct plan_answer){ .yes = true,
						       .name = typed,
						       .loss = typed }),
			-1);
		assert_int_equal(bench->err.kind, ERR_REFUSED);
	}
	assert_false(plan_is_confirmed(bench->plan));
	assert_int_equal(plan_begin(bench->plan, &bench->err), -1);
}

static void
expect_enough(struct bench *bench, struct plan_answer given)
{
	if (answer(bench, given) != 0)
		fail_msg("%s", bench->err.text);
	assert_true(plan_is_confirmed(bench->plan));
	assert_int_equal(answer(bench, given), -1);
	assert_int_equal(plan_begin(bench->plan, &bench->err), 0);
	assert_false(plan_is_confirmed(bench->plan));
	/* Once. */
	err_clear(&bench->err);
	assert_int_equal(plan_begin(bench->plan, &bench->err), -1);
	assert_int_equal(bench->err.kind, ERR_REFUSED);
}

static void
a_small_step_back_takes_a_yes(void **state)
{
	struct bench *bench = *state;

	bench_row(bench, "7", "5000", NULL);
	bench_reset(bench, "-1000");
	assert_int_equal(plan_confirmation(bench->plan), PLAN_CONFIRM_PLAIN);
	assert_string_equal(plan_phrase(bench->plan), "yes");
	assert_int_equal(answer(bench, (struct plan_answer){ NOTHING }), -1);
	expect_enough(bench, (struct plan_answer){ .yes = true, NOTHING });
}

static void
more_than_that_takes_the_name(void **state)
{
	static const struct {
		const char *why, *old, *second, *target;
		unsigned hazards;
		bool production;
	} cases[] = {
		{ "a larger step", "5000", NULL, "-1001", 0, false },
		{ "several", "5000", "5000", "-1", 0, false },
		{ "a time", "2026-11-20T00:00:00Z", NULL, "@2026-11-19T23:59:59Z", 0,
			false },
		{ "no order", "5000", NULL, "text:x", 0, false },
		{ "nothing before", NULL, NULL, "4", 0, false },
		{ "damage", "5000", NULL, "-1", EDIT_DAMAGED, false },
		{ "no guard", "5000", NULL, "-1", EDIT_UNGUARDED, false },
		{ "production", "5000", NULL, "-1", 0, true },
	};
	struct bench *bench = *state;

	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		const char *name = cases[i].production ? "warehouse/orders" : "orders";

		bench->count = 0;
		bench->terms.production = cases[i].production;
		for (int k = 0; k < 2; k++)
			str_clear(&bench->images[k][0]);
		bench_row(bench, "7", cases[i].old, NULL)->hazards = cases[i].hazards;
		bench->wish.accepted = cases[i].hazards;
		if (cases[i].second != NULL)
			bench_row(bench, "8", cases[i].second, NULL);
		bench_reset(bench, cases[i].target);
		if (plan_confirmation(bench->plan) != PLAN_CONFIRM_NAME)
			fail_msg("%s", cases[i].why);
		assert_string_equal(plan_phrase(bench->plan), name);
		if (cases[i].production)
			assert_int_equal(
				answer(bench,
					(struct plan_answer){ .name = SPAN("orders") }),
				-1);
		else
			expect_not_enough(bench);
		expect_enough(bench, (struct plan_answer){ .name = span_of(name) });
	}
}

/* Whatever is typed: what is taken upon oneself is an option of its own. */
static void
a_hazard_is_taken_upon_oneself_or_nothing_is_done(void **state)
{
	static const struct {
		unsigned hazards, accepted;
		const char *option; /* that is missing; NULL: none */
	} cases[] = {
		{ EDIT_DAMAGED, 0, "--replace-damaged" },
		{ EDIT_DAMAGED, EDIT_LINKED | EDIT_UNGUARDED, "--replace-damaged" },
		{ EDIT_LINKED, EDIT_DAMAGED, "--break-hardlink" },
		{ EDIT_UNGUARDED, 0, "--accept-no-cas" },
		{ EDIT_LINKED | EDIT_UNGUARDED, EDIT_LINKED, "--accept-no-cas" },
		{ EDIT_LINKED | EDIT_UNGUARDED, EDIT_LINKED | EDIT_UNGUARDED, NULL },
	};
	const struct plan_answer everything = { .yes = true,
		.name = SPAN("orders"),
		.loss = SPAN("skip 1"),
		.while_running = true };
	struct bench *bench = *state;

	bench_row(bench, "7", "5000", NULL);
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		bench->subjects[0].hazards = cases[i].hazards;
		bench->wish.accepted = cases[i].accepted;
		bench_reset(bench, "-1");
		assert_int_equal(
			plan_blocked(bench->plan) == NULL, cases[i].option == NULL);
		if (cases[i].option == NULL) {
			expect_enough(bench, everything);
			continue;
		}
		assert_int_equal(answer(bench, everything), -1);
		assert_int_equal(bench->err.kind, ERR_REFUSED);
		assert_non_null(strstr(bench->err.text, "nothing was written"));
		assert_non_null(strstr(bench->err.text, cases[i].option));
	}
}

/* Nothing but what is lost is enough, whatever else is given with it. */
static void
expect_loss(
	struct bench *bench, const char *const *wrong, size_t count, const char *right)
{
	expect_not_enough(bench);
	for (size_t i = 0; i < count; i++)
		assert_int_equal(answer(bench, (struct plan_answer){ .yes = true,
						       .name = SPAN("orders"),
						       .loss = span_of(wrong[i]) }),
			-1);
	expect_enough(
		bench, (struct plan_answer){ .loss = span_of(right), .name = SPAN_NONE });
}

/* O04 reset_forward */
static void
what_is_skipped_is_typed(void **state)
{
	static const char *const wrong[] = { "12042", "skip 12,043", "skip", "012043",
		"skip 12043 ", "rewind 12043", "1204", "orders", "yes", "" };
	static const char *const right[] = { "12043", "skip 12043" };
	struct bench *bench = *state;

	bench_row(bench, "7", "100", NULL);
	bench_row(bench, "8", "100", NULL);
	bench_row(bench, "9", "20000", NULL);
	bench->subjects[1].now.value = SPAN("12100");
	for (size_t i = 0; i < sizeof(right) / sizeof(right[0]); i++) {
		const struct plan_row *rows = bench_reset(bench, "12122");

		assert_int_equal(rows[0].distance, 12022);
		assert_int_equal(rows[1].distance, 22);
		bench_reset(bench, "12121");
		assert_int_equal(plan_lost(bench->plan), 12042);
		bench->subjects[1].now.value = SPAN("12099");
		bench_reset(bench, "12121");
		bench->subjects[1].now.value = SPAN("12100");
		assert_int_equal(plan_confirmation(bench->plan), PLAN_CONFIRM_LOSS);
		assert_string_equal(plan_phrase(bench->plan), "skip 12043");
		assert_non_null(strstr(bench_effect(bench, "effect"),
			"FORWARD: SKIPS 12,043 records: they will never be read."));
		expect_loss(bench, wrong, sizeof(wrong) / sizeof(wrong[0]), right[i]);
	}
}

/* The longest of them: each partition has input of its own. */
static void
so_is_the_time_that_is_skipped(void **state)
{
	static const char *const wrong[] = { "1", "skip", "1d3h", "skip 1d",
		"skip 100800", "orders", "yes", "" };
	static const char *const right[] = { "1d4h", "skip 1d4h" };
	struct bench *bench = *state;

	bench_row(bench, "7", "2026-11-20T00:00:00Z", NULL);
	bench_row(bench, "8", "2026-11-20T02:00:00Z", NULL);
	for (size_t i = 0; i < sizeof(right) / sizeof(right[0]); i++) {
		bench_reset(bench, "@2026-11-21T04:00:00Z");
		assert_int_equal(plan_confirmation(bench->plan), PLAN_CONFIRM_LOSS);
		assert_string_equal(plan_phrase(bench->plan), "skip 1d4h");
		expect_loss(bench, wrong, sizeof(wrong) / sizeof(wrong[0]), right[i]);
	}
	/* A step back of one beside it takes nothing from that. */
	bench_reset(bench, "@2026-11-20T01:00:00Z");
	assert_string_equal(plan_phrase(bench->plan), "skip 1h");
}

static void
even_one_record(void **state)
{
	struct bench *bench = *state;

	bench_row(bench, "7", "88412007", NULL);
	bench_reset(bench, "88412008");
	assert_string_equal(plan_phrase(bench->plan), "skip 1");
	assert_string_equal(bench_effect(bench, "effect"),
		"FORWARD: record 88,412,008 is SKIPPED: it will never be read.");
	assert_string_equal(bench_effect(bench, "first"),
		"First record read after it: 88,412,009 (in warehouse a value is the "
		"LAST "
		"record done).");
	expect_not_enough(bench);
	bench->terms.production = true;
	bench_reset(bench, "88412008");
	assert_string_equal(plan_phrase(bench->plan), "skip 1 warehouse/orders");
	assert_int_equal(
		answer(bench, (struct plan_answer){ .loss = SPAN("skip 1") }), -1);
	expect_enough(bench, (struct plan_answer){ .loss = SPAN("1"),
				     .name = SPAN("warehouse/orders") });
	bench_reset(bench, "88412008");
	expect_enough(
		bench, (struct plan_answer){ .loss = SPAN("skip 1 warehouse/orders") });
}

/* O08 delete_vs_reset */
static void
a_delete_starts_over_and_takes_the_name(void **state)
{
	struct bench *bench = *state;
	const struct plan_row *rows;
	size_t count;

	bench_row(bench, "0", "55000", NULL);
	bench_row(bench, "1", "54120", NULL);
	bench->wish.kind = WISH_DELETE;
	assert_int_equal(bench_make(bench), 0);
	rows = plan_rows(bench->plan, &count);
	assert_int_equal(rows[0].direction, DIRECTION_DELETE);
	assert_false(rows[0].will_exist);
	assert_null(rows[0].wanted.at);
	assert_true(span_equal(rows[0].seen, bench->subjects[0].image));
	assert_string_equal(bench_effect(bench, "effect"),
		"DELETE: the job starts FROM THE BEGINNING if it runs again: all input "
		"is "
		"read again, going by the values up to 109,120 records.");
	assert_non_null(strstr(bench_effect(bench, "undo"), "undo brings them back"));
	bench->count = 1;
	assert_int_equal(bench_make(bench), 0);
	assert_int_equal(plan_confirmation(bench->plan), PLAN_CONFIRM_NAME);
	expect_not_enough(bench);
	expect_enough(bench, (struct plan_answer){ .name = SPAN("orders") });
	/* And back, to the byte. */
	bench_past(bench, false, "55000", BENCH_SAVED, NULL);
	bench->subjects[0].image = SPAN_NONE;
	bench->wish.kind = WISH_UNDO;
	assert_int_equal(bench_make(bench), 0);
	rows = plan_rows(bench->plan, &count);
	assert_true(span_equal(rows[0].wanted, str_span(&bench->images[0][0])));
}

static void
a_name_that_cannot_be_typed_is_typed_as_shown(void **state)
{
	struct bench *bench = *state;

	bench_row(bench, "7", "5000", NULL)->key.job = SPAN("a\x1b");
	bench_row(bench, "7", "5000", NULL)->key.job = SPAN("b");
	bench_reset(bench, "-1");
	assert_string_equal(plan_phrase(bench->plan), "a\x1b,b");
	expect_enough(bench, (struct plan_answer){ .name = SPAN("a\\x1b,b") });
}

/* --- what is observed --- */

struct seen {
	struct board board;
	struct board_job job;
	struct board_row rows[2];
};

/* Two partitions that saved so long ago, every so often. */
static void
observe(struct bench *bench, struct seen *seen, int64_t cadence, int64_t first_age,
	int64_t second_age)
{
	*seen = (struct seen){
		.board = {
			.taken_at = BENCH_NOW,
			.store = { .reachable = true, .good_at = BENCH_NOW },
			.jobs = &seen->job,
			.job_count = 1,
			.rows = seen->rows,
			.row_count = 2,
		},
		.job = { .job = SPAN("orders"), .partitions = 2,
			.limits = rule_unset().limits },
	};
	for (int i = 0; i < 2; i++)
		seen->rows[i] = (struct board_row){
			.board = &seen->board,
			.job = &seen->job,
			.key = { SPAN("orders"), i == 0 ? SPAN("7") : SPAN("8") },
			.value = SPAN("5000"),
			.parsed = value_parse(SPAN("5000"), VALUE_AUTO, NULL),
			.updated_text = SPAN(BENCH_SAVED),
			.updated = BENCH_NOW - (i == 0 ? first_age : second_age),
			.moved = { BENCH_NOW - DAY, true },
			.cadence = cadence,
			.cadence_before = TIME_NONE,
			.watermark = TIME_NONE,
			.lag = { .kind = LAG_UNKNOWN },
			.note = "",
		};
	bench->terms.board = &seen->board;
	bench->subjects[0].observed = &seen->rows[0];
}

static void
a_running_job_is_refused(void **state)
{
	static const struct {
		int64_t cadence, first, second;
		const char *metadata;
		enum running running;
	} cases[] = {
		{ 5 * SECOND, 3 * SECOND, HOUR, "{}", RUNNING_YES },
		{ 5 * SECOND, HOUR, 3 * SECOND, "{}", RUNNING_SIBLINGS },
		{ 5 * SECOND, HOUR, HOUR, "{}", RUNNING_NO },
		{ 5 * SECOND, HOUR, HOUR, "{\"host\": \"worker-07\", \"attempt\": 3}",
			RUNNING_NOT_KNOWN },
		{ TIME_NONE, HOUR, HOUR, "{}", RUNNING_NOT_KNOWN },
		{ TIME_NONE, 3 * SECOND, 3 * SECOND, "{}", RUNNING_NOT_KNOWN },
		{ HOUR, 5 * HOUR, DAY, "{}", RUNNING_YES },
	};
	struct bench *bench = *state;
	struct seen seen;

	bench_row(bench, "7", "5000", NULL);
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		bool runs = cases[i].running == RUNNING_YES ||
			    cases[i].running == RUNNING_SIBLINGS;

		observe(bench, &seen, cases[i].cadence, cases[i].first, cases[i].second);
		bench->subjects[0].now.metadata = span_of(cases[i].metadata);
		if (bench_reset(bench, "-1")->running != cases[i].running)
			fail_msg("%zu", i);
		assert_int_equal(plan_running_refusal(bench->plan) != NULL, runs);
		assert_int_equal(bench_risk(bench, "running")[0] != '\0', runs);
		if (cases[i].metadata[1] != '}')
			assert_non_null(strstr(bench_risk(bench, "not-known"),
				"CANNOT TELL whether worker-07 att 3 runs"));
		assert_int_equal(
			answer(bench, (struct plan_answer){ .yes = true, NOTHING }),
			runs ? -1 : 0);
		if (!runs)
			continue;
		assert_int_equal(bench->err.kind, ERR_REFUSED);
		assert_non_null(strstr(bench->err.text, "is RUNNING: 1 of 2 partitions"));
		expect_enough(
			bench, (struct plan_answer){
				       .yes = true, NOTHING, .while_running = true });
	}
	/* Saved between the last poll and the look at the row. */
	observe(bench, &seen, 5 * SECOND, HOUR, HOUR);
	seen.rows[0].value = SPAN("4999");
	assert_int_equal(bench_reset(bench, "-1")->running, RUNNING_YES);
	/* A reset of ours is no save of the job. */
	observe(bench, &seen, 5 * SECOND, SECOND, HOUR);
	seen.rows[0].replay.active = true;
	seen.rows[0].replay.at = BENCH_NOW - SECOND;
	assert_int_equal(bench_reset(bench, "-1")->running, RUNNING_NO);
	/* Nor is one of a partition beside it, wherever it led to. */
	observe(bench, &seen, 5 * SECOND, HOUR, 3 * SECOND);
	assert_int_equal(bench_reset(bench, "-1")->running, RUNNING_SIBLINGS);
	seen.rows[1].reset_at = BENCH_NOW - 3 * SECOND;
	assert_int_equal(bench_reset(bench, "-1")->running, RUNNING_NO);
	seen.rows[1].reset_at = BENCH_NOW - 8 * SECOND;
	assert_int_equal(bench_reset(bench, "-1")->running, RUNNING_SIBLINGS);
	observe(bench, &seen, 5 * SECOND, HOUR, HOUR);
	bench->terms.board = NULL;
	bench->subjects[0].observed = NULL;
	assert_int_equal(bench_reset(bench, "-1")->running, RUNNING_NOT_KNOWN);
}

/* O13 stale screen */
static void
what_is_too_old_is_not_acted_on(void **state)
{
	struct bench *bench = *state;
	struct seen seen;

	bench_row(bench, "7", "5000", NULL);
	observe(bench, &seen, 5 * SECOND, HOUR, HOUR);
	bench->terms.stale_after = 30 * SECOND;
	seen.board.store.good_at = BENCH_NOW - 30 * SECOND;
	bench_reset(bench, "-1");
	assert_null(plan_blocked(bench->plan));
	seen.board.store.good_at = BENCH_NOW - 31 * SECOND;
	bench_reset(bench, "-1");
	assert_non_null(
		strstr(plan_blocked(bench->plan), "its last good read was 31s ago"));
	assert_non_null(strstr(bench_risk(bench, "blocked"), "too old to act on"));
	assert_int_equal(answer(bench, (struct plan_answer){ .yes = true,
					       .name = SPAN("orders"),
					       .while_running = true }),
		-1);
	seen.board.store.good_at = TIME_NONE;
	bench_reset(bench, "-1");
	assert_non_null(plan_blocked(bench->plan));
	seen.board.store.good_at = BENCH_NOW;
	bench->terms.journal = false;
	bench_reset(bench, "-1");
	assert_non_null(strstr(plan_blocked(bench->plan), "no journal"));
	assert_int_equal(answer(bench, (struct plan_answer){ .yes = true, NOTHING }), -1);
}

static void
what_is_to_be_known_is_told(void **state)
{
	struct bench *bench = *state;
	struct seen seen;

	bench->terms.root = true;
	bench->terms.production = true;
	bench->terms.environment = "prod-eu1";
	bench_row(bench, "7", "5000",
		"{\"error\": \"deadlock detected\", \"event_time_watermark\": "
		"\"2026-11-22T01:00:00Z\", \"reset_by\": \"al\", \"reset_at\": "
		"\"2026-11-22 02:59:31.250000+00:00\", \"reset_from\": 4990}");
	observe(bench, &seen, 5 * SECOND, HOUR, HOUR);
	seen.rows[0].lag = (struct lag){ .kind = LAG_POSITIONS, .amount = 40 };
	seen.rows[0].head = SPAN("5040");
	seen.rows[0].speed = (struct rate){ .known = true };
	seen.rows[0].speed_before = (struct rate){ .known = true, .per_second = 223 };
	seen.rows[0].head_speed = (struct rate){ .known = true, .per_second = 184 };
	bench_reset(bench, "-740");
	assert_string_equal(bench_effect(bench, "lag"),
		"Lag then 780; worked off in about 20s at 39/s net (223/s before it "
		"stopped, less 184/s input).");
	assert_string_equal(bench_risk(bench, "error"),
		"p7: the last error is \"deadlock detected\". This does not touch its "
		"cause: what failed is read again and may fail again.");
	assert_string_equal(bench_risk(bench, "watermark"),
		"The watermark of p7 stays at 2026-11-22T01:00:00Z, ahead of what is "
		"then "
		"read again, until the job saves.");
	assert_string_equal(bench_risk(bench, "read-before"),
		"p7 was reset before by al at 2026-11-22 02:59:31+00:00, from 4990: some "
		"of what lies before that may be read a third time.");
	assert_string_equal(bench_risk(bench, "production"),
		"This is PRODUCTION, prod-eu1: store warehouse.");
	assert_non_null(strstr(bench_risk(bench, "root"), "as ROOT"));
	assert_string_equal(bench_effect(bench, "ok"),
		"p7 was not saved for 1h: no running worker was seen.");
	seen.rows[0].head_speed.per_second = 300;
	bench_reset(bench, "-740");
	assert_string_equal(bench_effect(bench, "lag"),
		"Lag then 780; at this speed it is never worked off (223/s before it "
		"stopped, less 300/s input).");
	bench_reset(bench, "+41");
	assert_non_null(strstr(bench_risk(bench, "beyond-head"),
		"p7 would stand beyond its source, which was at 5040"));
	bench_reset(bench, "+40");
	assert_string_equal(bench_risk(bench, "beyond-head"), "");
	assert_string_equal(bench_effect(bench, "lag"), "Lag then 0.");
	assert_non_null(strstr(bench_risk(bench, "error"), "it comes again"));
}

int
main(void)
{
#define TEST(name) cmocka_unit_test_setup_teardown(name, setup, teardown)
	const struct CMUnitTest tests[] = {
		TEST(a_small_step_back_takes_a_yes),
		TEST(more_than_that_takes_the_name),
		TEST(a_hazard_is_taken_upon_oneself_or_nothing_is_done),
		TEST(what_is_skipped_is_typed),
		TEST(so_is_the_time_that_is_skipped),
		TEST(even_one_record),
		TEST(a_delete_starts_over_and_takes_the_name),
		TEST(a_name_that_cannot_be_typed_is_typed_as_shown),
		TEST(a_running_job_is_refused),
		TEST(what_is_too_old_is_not_acted_on),
		TEST(what_is_to_be_known_is_told),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
