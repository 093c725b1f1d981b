/* SPDX-License-Identifier: MIT
 * What a person does, done by a program: a plan, its confirmation, the change, what came
 * of it and its undo. What is refused is in plan_refused_test.c. */
#include "change_bench.h"

#include "outside.h"
#include "pg_server.h"

static const struct ckpt_options why = { .reason = "INC-1 bad tax" };

static void
confirm_and_apply(struct ckpt_plan *plan, struct ckpt_answer answer)
{
	if (ckpt_plan_confirm(plan, &answer) != CKPT_OK ||
		ckpt_plan_apply(plan) != CKPT_OK)
		fail_msg("%s", ckpt_plan_error(plan));
}

static void
a_reset_is_planned_confirmed_applied_and_undone(void **state)
{
	struct bench *bench = *state;
	struct ckpt_operator *by = bench_operator(bench);
	struct ckpt_plan *plan = bench_reset(by, "-2", &why), *undo;
	struct ckpt_row row;

	assert_int_equal(ckpt_plan_row_count(plan), 1);
	assert_int_equal(ckpt_plan_row(plan, 0, &row), CKPT_OK);
	assert_string_equal(row.job, "orders");
	assert_string_equal(row.partition, "0");
	assert_string_equal(row.old_value, "10");
	assert_string_equal(row.new_value, "8");
	assert_string_equal(row.direction, "rewind");
	assert_string_equal(row.running, "unknown");
	assert_int_equal(row.result, CKPT_ROW_PLANNED);
	assert_int_equal(ckpt_plan_confirmation(plan), CKPT_CONFIRM_PLAIN);
	assert_string_equal(ckpt_plan_phrase(plan), "yes");
	assert_null(ckpt_plan_running(plan));
	assert_null(ckpt_plan_blocked(plan));
	assert_int_equal(strlen(ckpt_plan_digest(plan)), 64);
	bench_expect_error(ckpt_plan_text(plan), "RESET orders: 1 checkpoint");
	bench_expect_error(ckpt_plan_text(plan), "read again");
	bench_expect_error(ckpt_plan_json(plan), "{\"schema\":1,\"action\":\"reset\"");
	bench_expect_error(ckpt_plan_json(plan), ckpt_plan_digest(plan));
	assert_string_equal(ckpt_plan_outcome(plan), "");
	bench_expect(bench, "0", "10");

	confirm_and_apply(plan, (struct ckpt_answer){ .yes = 1 });
	assert_int_equal(ckpt_plan_row(plan, 0, &row), CKPT_OK);
	assert_int_equal(row.result, CKPT_ROW_DONE);
	assert_null(row.error);
	bench_expect_error(ckpt_plan_outcome(plan), "\"phase\":\"done\"");
	bench_expect_error(ckpt_plan_outcome(plan), ckpt_plan_operation(plan));
	bench_expect(bench, "0", "8");
	bench_expect(bench, "1", "20");

	if (ckpt_plan_undo(&undo, by, ckpt_plan_operation(plan), &why) != CKPT_OK)
		fail_msg("%s", ckpt_operator_error(by));
	confirm_and_apply(undo, (struct ckpt_answer){ .yes = 1 });
	bench_expect(bench, "0", "10");
	ckpt_plan_close(undo);
	ckpt_plan_close(plan);
	ckpt_operator_close(by);
}

static void
a_delete_takes_the_name_and_its_undo_brings_the_job_back(void **state)
{
	struct bench *bench = *state;
	struct ckpt_operator *by = bench_operator(bench);
	const struct ckpt_key key = { "orders", NULL };
	struct ckpt_plan *plan, *undo;

	assert_int_equal(ckpt_plan_delete(&plan, by, &key, 1, &why), CKPT_OK);
	assert_int_equal(ckpt_plan_row_count(plan), 2);
	assert_int_equal(ckpt_plan_confirmation(plan), CKPT_CONFIRM_NAME);
	assert_string_equal(ckpt_plan_phrase(plan), "orders");
	confirm_and_apply(plan, (struct ckpt_answer){ .name = "orders" });
	bench_expect(bench, "0", NULL);
	bench_expect(bench, "1", NULL);
	assert_int_equal(ckpt_plan_undo(&undo, by, ckpt_plan_operation(plan), &why), 0);
	confirm_and_apply(undo, (struct ckpt_answer){ .name = "orders" });
	bench_expect(bench, "0", "10");
	bench_expect(bench, "1", "20");
	ckpt_plan_close(undo);
	ckpt_plan_close(plan);
	ckpt_operator_close(by);
}

static void
rows_that_are_named_twice_are_changed_once(void **state)
{
	struct ckpt_operator *by = bench_operator(*state);
	const struct ckpt_key keys[] = { { "orders", "1" }, { "orders", NULL },
		{ "orders", "0" } };
	struct ckpt_plan *plan;
	struct ckpt_row row;

	assert_int_equal(ckpt_plan_reset(&plan, by, keys, 3, "5", &why), CKPT_OK);
	assert_int_equal(ckpt_plan_row_count(plan), 2);
	assert_int_equal(ckpt_plan_row(plan, 1, &row), CKPT_OK);
	assert_string_equal(row.partition, "1");
	assert_int_equal(ckpt_plan_row(plan, 2, &row), CKPT_USAGE);
	ckpt_plan_close(plan);
	ckpt_operator_close(by);
}

static void
what_is_so_already_is_an_empty_plan(void **state)
{
	struct ckpt_operator *by = bench_operator(*state);
	struct ckpt_plan *plan = bench_reset(by, "10", &why);

	assert_true(ckpt_plan_is_empty(plan));
	assert_int_equal(
		ckpt_plan_confirm(plan, &(struct ckpt_answer){ .yes = 1 }), CKPT_REFUSED);
	bench_expect_error(ckpt_plan_error(plan), "nothing to change");
	ckpt_plan_close(plan);
	ckpt_operator_close(by);
}

static void
a_save_over_a_reset_is_told_by_watching(void **state)
{
	struct bench *bench = *state;
	struct ckpt_operator *by = bench_operator(bench);
	struct ckpt_plan *plan = bench_reset(by, "8", &why);
	struct ckpt_row row;

	assert_int_equal(ckpt_plan_watch(plan, 0), CKPT_USAGE);
	confirm_and_apply(plan, (struct ckpt_answer){ .yes = 1 });
	assert_int_equal(ckpt_plan_watch(plan, 0), CKPT_OK);
	bench_save(bench, "0", "11");
	assert_int_equal(ckpt_plan_watch(plan, 0), CKPT_CONFLICT);
	bench_expect_error(ckpt_plan_error(plan), "OVERWRITTEN");
	assert_int_equal(ckpt_plan_row(plan, 0, &row), CKPT_OK);
	assert_int_equal(row.result, CKPT_ROW_OVERWRITTEN);
	assert_string_equal(row.now_value, "11");
	ckpt_plan_close(plan);
	ckpt_operator_close(by);
}

/* --- a pipeline that saves as if nothing had happened --- */

/* X04 stale pipeline save after reset via our library (SQLite)
 * X04 stale pipeline save after reset via our library (files)
 * X04 stale pipeline save after reset via our library (PostgreSQL) */
static void
a_stale_save_after_a_reset_is_fenced(void **state)
{
	struct bench *bench = *state;
	struct ckpt_operator *by = bench_operator(bench);
	struct ckpt_handle *pipeline;
	struct ckpt_plan *plan;
	const char *value = NULL;

	assert_int_equal(ckpt_open(&pipeline, bench->uri), CKPT_OK);
	assert_int_equal(ckpt_load(pipeline, "orders", "0", NULL, NULL), CKPT_OK);
	assert_int_equal(ckpt_save(pipeline, "orders", "0", "11", NULL), CKPT_OK);
	plan = bench_reset(by, "4", &why);
	confirm_and_apply(plan, (struct ckpt_answer){ .yes = 1 });
	/* Once and again: it does not get through by insisting. */
	for (int i = 0; i < 2; i++) {
		assert_int_equal(
			ckpt_save(pipeline, "orders", "0", "12", NULL), CKPT_FENCED);
		bench_expect(bench, "0", "4");
	}
	assert_int_equal(ckpt_plan_watch(plan, 0), CKPT_OK);
	/* Who loads again goes on from where it was set to. */
	assert_int_equal(ckpt_load(pipeline, "orders", "0", &value, NULL), CKPT_OK);
	assert_string_equal(value, "4");
	assert_int_equal(ckpt_save(pipeline, "orders", "0", "5", NULL), CKPT_OK);
	bench_expect(bench, "0", "5");
	ckpt_close(pipeline);
	ckpt_plan_close(plan);
	ckpt_operator_close(by);
}

/* X05 delete, then stale save (SQLite)
 * X05 delete, then stale save (files)
 * X05 delete, then stale save (PostgreSQL) */
static void
a_stale_save_after_a_delete_brings_nothing_back(void **state)
{
	struct bench *bench = *state;
	struct ckpt_operator *by = bench_operator(bench);
	const struct ckpt_key key = { "orders", "0" };
	struct ckpt_handle *pipeline;
	struct ckpt_plan *plan;

	assert_int_equal(ckpt_open(&pipeline, bench->uri), CKPT_OK);
	assert_int_equal(ckpt_load(pipeline, "orders", "0", NULL, NULL), CKPT_OK);
	assert_int_equal(ckpt_plan_delete(&plan, by, &key, 1, &why), CKPT_OK);
	confirm_and_apply(plan, (struct ckpt_answer){ .name = "orders" });
	for (int i = 0; i < 2; i++) {
		assert_int_equal(
			ckpt_save(pipeline, "orders", "0", "11", NULL), CKPT_FENCED);
		bench_expect(bench, "0", NULL);
	}
	assert_int_equal(ckpt_plan_watch(plan, 0), CKPT_OK);
	/* Who loads again and finds nothing starts over. */
	assert_int_equal(ckpt_load(pipeline, "orders", "0", NULL, NULL), CKPT_NOT_FOUND);
	assert_int_equal(ckpt_save(pipeline, "orders", "0", "1", NULL), CKPT_OK);
	bench_expect(bench, "0", "1");
	ckpt_close(pipeline);
	ckpt_plan_close(plan);
	ckpt_operator_close(by);
}

/* --- on a server --- */

static int
make_on_server(void **state)
{
	struct bench *bench = bench_new();

	*state = bench;
	snprintf(bench->uri, sizeof(bench->uri),
		"postgresql://postgres@127.0.0.1:%d/postgres", pg_server_port());
	outside_sql(bench->uri, "DROP SCHEMA public CASCADE; CREATE SCHEMA public");
	return bench_fill(bench);
}

static int
end_server(void **state)
{
	(void)state;
	outside_kill();
	pg_server_end();
	return 0;
}

#define SERVER_TEST(function)                                                            \
	cmocka_unit_test_setup_teardown(function, make_on_server, bench_end)

/* Where there is none that is said, and in CI it is a failure. */
static int
run_on_server(void)
{
	const struct CMUnitTest tests[] = {
		SERVER_TEST(a_reset_is_planned_confirmed_applied_and_undone),
		SERVER_TEST(a_delete_takes_the_name_and_its_undo_brings_the_job_back),
		SERVER_TEST(rows_that_are_named_twice_are_changed_once),
		SERVER_TEST(what_is_so_already_is_an_empty_plan),
		SERVER_TEST(a_save_over_a_reset_is_told_by_watching),
		SERVER_TEST(a_stale_save_after_a_reset_is_fenced),
		SERVER_TEST(a_stale_save_after_a_delete_brings_nothing_back),
	};
	const char *ci = getenv("CI");

	if (pg_server_is_there())
		return cmocka_run_group_tests_name("PostgreSQL", tests, NULL, end_server);
	printf("SKIPPED: PostgreSQL: it is not installed\n");
	end_server(NULL);
	return ci != NULL && strcmp(ci, "true") == 0;
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		BENCH_TEST(a_reset_is_planned_confirmed_applied_and_undone),
		BENCH_TEST(a_delete_takes_the_name_and_its_undo_brings_the_job_back),
		BENCH_TEST(rows_that_are_named_twice_are_changed_once),
		BENCH_TEST(what_is_so_already_is_an_empty_plan),
		BENCH_TEST(a_save_over_a_reset_is_told_by_watching),
		BENCH_TEST(a_stale_save_after_a_reset_is_fenced),
		BENCH_TEST(a_stale_save_after_a_delete_brings_nothing_back),
	};

	return cmocka_run_group_tests(tests, NULL, NULL) + run_on_server();
}
