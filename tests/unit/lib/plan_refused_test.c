/* SPDX-License-Identifier: MIT
 * What the library refuses a program that changes checkpoints: everything that a person
 * is refused, and each time nothing is written. */
#include "change_bench.h"

#include <sys/wait.h>

static const struct ckpt_options why = { .reason = "INC-1 bad tax" };
static const struct ckpt_answer yes = { .yes = 1 };

static void
expect_refused(struct ckpt_plan *plan, const struct ckpt_answer *answer, const char *part)
{
	assert_int_equal(ckpt_plan_confirm(plan, answer), CKPT_REFUSED);
	bench_expect_error(ckpt_plan_error(plan), part);
	bench_expect_error(ckpt_plan_error(plan), "othing was written");
	assert_int_equal(ckpt_plan_apply(plan), CKPT_REFUSED);
	bench_expect_error(ckpt_plan_error(plan), "the plan is not confirmed");
}

/* Neither a change nor a word of one. */
static void
expect_untouched(const struct bench *bench)
{
	struct stat status;

	bench_expect(bench, "0", "10");
	bench_expect(bench, "1", "20");
	assert_int_equal(stat(bench->journal, &status), -1);
}

static void
end(struct ckpt_plan *plan, struct ckpt_operator *by)
{
	ckpt_plan_close(plan);
	ckpt_operator_close(by);
}

static void
nothing_is_done_unconfirmed(void **state)
{
	struct bench *bench = *state;
	struct ckpt_operator *by = bench_operator(bench);
	struct ckpt_plan *plan = bench_reset(by, "8", &why);

	expect_refused(plan, NULL, "not confirmed");
	expect_refused(plan, &(struct ckpt_answer){ .name = "order" }, "not confirmed");
	expect_refused(plan, &(struct ckpt_answer){ .loss = "2" }, "not confirmed");
	assert_int_equal(bench_result(plan, 0), CKPT_ROW_PLANNED);
	expect_untouched(bench);
	end(plan, by);
}

static void
a_loss_is_confirmed_by_what_is_lost(void **state)
{
	struct bench *bench = *state;
	struct ckpt_operator *by = bench_operator(bench);
	struct ckpt_plan *plan = bench_reset(by, "+5", &why);

	assert_int_equal(ckpt_plan_confirmation(plan), CKPT_CONFIRM_LOSS);
	assert_string_equal(ckpt_plan_phrase(plan), "skip 5");
	expect_refused(plan, &yes, "\"skip 5\" is to be typed");
	expect_refused(plan, &(struct ckpt_answer){ .name = "orders" }, "skip 5");
	expect_refused(plan, &(struct ckpt_answer){ .loss = "4" }, "\"4\" was given");
	expect_untouched(bench);
	assert_int_equal(
		ckpt_plan_confirm(plan, &(struct ckpt_answer){ .loss = "5" }), CKPT_OK);
	assert_int_equal(ckpt_plan_apply(plan), CKPT_OK);
	bench_expect(bench, "0", "15");
	end(plan, by);
}

static void
several_are_confirmed_by_their_name(void **state)
{
	struct bench *bench = *state;
	struct ckpt_operator *by = bench_operator(bench);
	const struct ckpt_key key = { "orders", NULL };
	struct ckpt_plan *plan;

	assert_int_equal(ckpt_plan_reset(&plan, by, &key, 1, "-1", &why), CKPT_OK);
	expect_refused(plan, &yes, "the name \"orders\" is to be typed");
	expect_refused(plan, &(struct ckpt_answer){ .name = "order" }, "\"order\"");
	expect_untouched(bench);
	end(plan, by);
}

static void
a_running_job_is_left_alone_unless_that_is_taken_upon_oneself(void **state)
{
	struct bench *bench = *state;
	struct ckpt_operator *by =
		bench_operator_of(bench, "", "[rule r]\nmatch = orders\ncadence = 1h\n");
	struct ckpt_plan *plan = bench_reset(by, "8", &why);

	/* A second look has seen it save. */
	ckpt_plan_close(plan);
	bench_save(bench, "0", "12");
	plan = bench_reset(by, "8", &why);
	assert_non_null(ckpt_plan_running(plan));
	expect_refused(plan, &yes, "--while-running");
	bench_expect(bench, "0", "12");
	assert_int_equal(ckpt_plan_confirm(plan,
				 &(struct ckpt_answer){ .yes = 1, .while_running = 1 }),
		CKPT_OK);
	assert_int_equal(ckpt_plan_apply(plan), CKPT_OK);
	bench_expect(bench, "0", "8");
	end(plan, by);
}

static void
a_policy_cannot_be_relaxed(void **state)
{
	struct bench *bench = *state;
	struct ckpt_operator *by = bench_operator_of(bench,
		"[env]\nproduction = yes\nrequire_reason = yes\nreason_least = 8\n",
		"[env]\nproduction = no\nrequire_reason = no\nreason_least = 1\n");
	struct ckpt_plan *plan = bench_reset(by, "8", NULL);

	assert_string_equal(ckpt_plan_phrase(plan), "etl/orders");
	expect_refused(plan, &(struct ckpt_answer){ .name = "etl/orders" }, "reason");
	ckpt_plan_close(plan);
	plan = bench_reset(by, "8", &(struct ckpt_options){ .reason = "short" });
	expect_refused(plan, &(struct ckpt_answer){ .name = "etl/orders" }, "reason");
	ckpt_plan_close(plan);
	plan = bench_reset(by, "8", &why);
	expect_refused(plan, &yes, "\"etl/orders\" is to be typed");
	expect_refused(plan, &(struct ckpt_answer){ .name = "orders" }, "etl/orders");
	expect_untouched(bench);
	assert_int_equal(
		ckpt_plan_confirm(plan, &(struct ckpt_answer){ .name = "etl/orders" }),
		CKPT_OK);
	assert_int_equal(ckpt_plan_apply(plan), CKPT_OK);
	bench_expect(bench, "0", "8");
	end(plan, by);
}

static void
a_read_only_store_is_not_changed(void **state)
{
	struct bench *bench = *state;
	struct ckpt_operator *by =
		bench_operator_of(bench, "[env]\nread_only = yes\n", "");
	struct ckpt_plan *plan = bench_reset(by, "8", &why);

	/* The plan itself says so, and whose word that is. */
	bench_expect_error(ckpt_plan_blocked(plan), bench->policy);
	expect_refused(plan, &yes, "read-only");
	assert_int_equal(bench_result(plan, 0), CKPT_ROW_PLANNED);
	expect_untouched(bench);
	end(plan, by);
}

static void
no_journal_no_change(void **state)
{
	struct bench *bench = *state;
	struct ckpt_operator *by = bench_operator(bench);
	struct ckpt_plan *plan = bench_reset(by, "8", &why);

	assert_int_equal(mkdir(bench->journal, 0700), 0);
	assert_int_equal(ckpt_plan_confirm(plan, &yes), CKPT_OK);
	assert_int_equal(ckpt_plan_apply(plan), CKPT_REFUSED);
	bench_expect_error(ckpt_plan_error(plan), "journal");
	bench_expect(bench, "0", "10");
	/* It was not begun, so it may be tried again. */
	assert_int_equal(rmdir(bench->journal), 0);
	assert_int_equal(ckpt_plan_apply(plan), CKPT_OK);
	bench_expect(bench, "0", "8");
	end(plan, by);
}

static void
without_a_place_for_the_journal_there_is_no_plan(void **state)
{
	const struct bench *bench = *state;
	const struct ckpt_key key = { "orders", "0" };
	struct ckpt_operator *by;
	struct ckpt_plan *plan;

	unsetenv("CKPTOP_JOURNAL");
	unsetenv("XDG_STATE_HOME");
	unsetenv("HOME");
	by = bench_operator(bench);
	assert_int_equal(ckpt_plan_reset(&plan, by, &key, 1, "8", &why), CKPT_REFUSED);
	assert_null(plan);
	bench_expect_error(ckpt_operator_error(by), "no place for the journal");
	ckpt_operator_close(by);
	expect_untouched(bench);
}

static void
what_was_saved_since_is_not_overwritten(void **state)
{
	struct bench *bench = *state;
	struct ckpt_operator *by = bench_operator(bench);
	struct ckpt_plan *plan = bench_reset(by, "8", &why);
	struct ckpt_row row;

	assert_int_equal(ckpt_plan_confirm(plan, &yes), CKPT_OK);
	bench_save(bench, "0", "11");
	assert_int_equal(ckpt_plan_apply(plan), CKPT_CONFLICT);
	assert_int_equal(ckpt_plan_row(plan, 0, &row), CKPT_OK);
	assert_int_equal(row.result, CKPT_ROW_CONFLICT);
	assert_true(row.now_exists);
	assert_string_equal(row.now_value, "11");
	assert_non_null(row.error);
	bench_expect(bench, "0", "11");
	end(plan, by);
}

static void
a_plan_is_applied_once(void **state)
{
	struct bench *bench = *state;
	struct ckpt_operator *by = bench_operator(bench);
	struct ckpt_plan *plan = bench_reset(by, "8", &why);

	assert_int_equal(ckpt_plan_confirm(plan, &yes), CKPT_OK);
	assert_int_equal(ckpt_plan_confirm(plan, &yes), CKPT_REFUSED);
	assert_int_equal(ckpt_plan_apply(plan), CKPT_OK);
	bench_save(bench, "0", "10");
	assert_int_equal(ckpt_plan_apply(plan), CKPT_REFUSED);
	bench_expect_error(ckpt_plan_error(plan), "was applied before");
	assert_int_equal(ckpt_plan_confirm(plan, &yes), CKPT_REFUSED);
	/* What came of it is what came of it. */
	assert_int_equal(bench_result(plan, 0), CKPT_ROW_DONE);
	bench_expect(bench, "0", "10");
	end(plan, by);
}

static void
another_store_in_its_place_is_not_changed(void **state)
{
	struct bench *bench = *state;
	struct ckpt_operator *by = bench_operator(bench);
	struct ckpt_plan *plan = bench_reset(by, "8", &why);
	char store[96], away[128];
	struct err err = { 0 };
	bool made;

	snprintf(store, sizeof(store), "%s/store", bench->root);
	snprintf(away, sizeof(away), "%s/away", bench->root);
	assert_int_equal(ckpt_plan_confirm(plan, &yes), CKPT_OK);
	assert_int_equal(rename(store, away), 0);
	assert_int_equal(
		handle_create(&(struct store_config){ .uri = bench->uri }, &made, &err),
		0);
	bench_save(bench, "0", "10");
	assert_int_equal(ckpt_plan_apply(plan), CKPT_REFUSED);
	bench_expect_error(ckpt_plan_error(plan), "it was replaced meanwhile");
	bench_expect(bench, "0", "10");
	end(plan, by);
}

static void
conditions_of_the_wish_hold(void **state)
{
	struct ckpt_operator *by = bench_operator(*state);
	const struct ckpt_key key = { "orders", "0" };
	struct ckpt_options options = why;
	struct ckpt_plan *plan = bench_reset(by, "8", &why);
	char digest[13];

	snprintf(digest, sizeof(digest), "%.12s", ckpt_plan_digest(plan));
	ckpt_plan_close(plan);
	options.if_digest = digest;
	options.if_value = "10";
	plan = bench_reset(by, "8", &options);
	ckpt_plan_close(plan);
	assert_int_equal(
		ckpt_plan_reset(&plan, by, &key, 1, "7", &options), CKPT_CONFLICT);
	assert_null(plan);
	options = (struct ckpt_options){ .reason = "INC-1", .if_value = "11" };
	assert_int_equal(
		ckpt_plan_reset(&plan, by, &key, 1, "8", &options), CKPT_CONFLICT);
	assert_null(plan);
	ckpt_operator_close(by);
}

static void
what_makes_no_sense_is_said(void **state)
{
	const struct bench *bench = *state;
	struct ckpt_operator *by = bench_operator(bench);
	const struct ckpt_key row = { "orders", "0" }, gone = { "orders", "7" },
			      job = { "order", NULL }, nobody = { NULL, NULL };
	struct ckpt_plan *plan;

	assert_int_equal(ckpt_plan_reset(&plan, by, &row, 1, NULL, &why), CKPT_USAGE);
	assert_null(plan);
	assert_int_equal(ckpt_plan_reset(&plan, by, &row, 1, "soon", &why), CKPT_USAGE);
	assert_int_equal(ckpt_plan_reset(&plan, by, NULL, 0, "8", &why), CKPT_USAGE);
	assert_int_equal(ckpt_plan_reset(&plan, by, &nobody, 1, "8", &why), CKPT_USAGE);
	assert_int_equal(ckpt_plan_reset(NULL, by, &row, 1, "8", &why), CKPT_USAGE);
	assert_int_equal(ckpt_plan_reset(&plan, NULL, &row, 1, "8", &why), CKPT_USAGE);
	assert_int_equal(ckpt_plan_delete(&plan, by, &gone, 1, &why), CKPT_NOT_FOUND);
	assert_int_equal(ckpt_plan_delete(&plan, by, &job, 1, &why), CKPT_NOT_FOUND);
	bench_expect_error(ckpt_operator_error(by), "no job 'order'");
	assert_int_equal(ckpt_plan_undo(&plan, by, "1b2c3d4e", &why), CKPT_NOT_FOUND);
	assert_int_equal(ckpt_plan_undo(&plan, by, NULL, &why), CKPT_NOT_FOUND);
	ckpt_operator_close(by);
	assert_int_equal(ckpt_operator_open(&by, NULL), CKPT_USAGE);
	bench_expect_error(ckpt_operator_error(by), "store");
	assert_int_equal(ckpt_plan_reset(&plan, by, &row, 1, "8", &why), CKPT_USAGE);
	bench_expect_error(ckpt_operator_error(by), "store");
	ckpt_operator_close(by);
	expect_untouched(bench);
}

static void
a_store_that_is_not_there_is_not_reached(void **state)
{
	const struct bench *bench = *state;
	const struct ckpt_key key = { "orders", "0" };
	struct ckpt_operator *by;
	struct ckpt_plan *plan;
	char uri[128];

	snprintf(uri, sizeof(uri), "%s.not", bench->uri);
	assert_int_equal(ckpt_operator_open(&by, uri), CKPT_OK);
	assert_int_equal(
		ckpt_plan_reset(&plan, by, &key, 1, "8", &why), CKPT_UNREACHABLE);
	assert_null(plan);
	ckpt_operator_close(by);
}

static void
an_operator_belongs_to_its_process(void **state)
{
	const struct bench *bench = *state;
	struct ckpt_operator *by = bench_operator(bench);
	struct ckpt_plan *plan = bench_reset(by, "8", &why), *other;
	const struct ckpt_key key = { "orders", "0" };
	int status;
	pid_t child;

	assert_int_equal(ckpt_plan_confirm(plan, &yes), CKPT_OK);
	child = fork();
	if (child == 0)
		_exit(ckpt_plan_reset(&other, by, &key, 1, "8", &why) == CKPT_FAILED ? 0
										     : 1);
	assert_int_equal(waitpid(child, &status, 0), child);
	assert_int_equal(status, 0);
	assert_int_equal(ckpt_plan_apply(plan), CKPT_OK);
	end(plan, by);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		BENCH_TEST(nothing_is_done_unconfirmed),
		BENCH_TEST(a_loss_is_confirmed_by_what_is_lost),
		BENCH_TEST(several_are_confirmed_by_their_name),
		BENCH_TEST(a_running_job_is_left_alone_unless_that_is_taken_upon_oneself),
		BENCH_TEST(a_policy_cannot_be_relaxed),
		BENCH_TEST(a_read_only_store_is_not_changed),
		BENCH_TEST(no_journal_no_change),
		BENCH_TEST(without_a_place_for_the_journal_there_is_no_plan),
		BENCH_TEST(what_was_saved_since_is_not_overwritten),
		BENCH_TEST(a_plan_is_applied_once),
		BENCH_TEST(another_store_in_its_place_is_not_changed),
		BENCH_TEST(conditions_of_the_wish_hold),
		BENCH_TEST(what_makes_no_sense_is_said),
		BENCH_TEST(a_store_that_is_not_there_is_not_reached),
		BENCH_TEST(an_operator_belongs_to_its_process),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
