/* SPDX-License-Identifier: MIT
 * Somebody dies while he changes a checkpoint through the library: who comes next finds
 * out what became of it, and says so. This program's own fsync() comes before the C
 * library's: there it dies. */
#include "change_bench.h"

#include <sys/syscall.h>
#include <sys/wait.h>

/* The call of fsync() in which it dies, counted from 1; 0: in none. */
static int deadly_sync;

int fsync(int fd);

int
fsync(int fd)
{
	if (deadly_sync > 0 && --deadly_sync == 0)
		_exit(1);
	return (int)syscall(SYS_fsync, fd);
}

static const struct ckpt_options why = { .reason = "INC-1 bad tax" };

static void
reset_to(const struct bench *bench, const char *target)
{
	struct ckpt_operator *by = bench_operator(bench);
	struct ckpt_plan *plan = bench_reset(by, target, &why);

	if (ckpt_plan_confirm(plan, &(struct ckpt_answer){ .name = "orders" }) !=
			CKPT_OK ||
		ckpt_plan_apply(plan) != CKPT_OK)
		fail_msg("%s", ckpt_plan_error(plan));
	ckpt_plan_close(plan);
	ckpt_operator_close(by);
}

/* Whether it died there. */
static bool
die_at(const struct bench *bench, int sync)
{
	int status;
	pid_t child = fork();

	if (child == 0) {
		deadly_sync = sync;
		reset_to(bench, "8");
		_exit(0);
	}
	assert_true(child > 0);
	assert_int_equal(waitpid(child, &status, 0), child);
	assert_true(WIFEXITED(status));
	return WEXITSTATUS(status) != 0;
}

static bool
count_one(void *arg, const struct journal_record *record)
{
	(void)record;
	++*(size_t *)arg;
	return true;
}

static size_t
count_begun(const struct bench *bench)
{
	struct err err = { 0 };
	size_t count = 0;

	assert_int_equal(
		journal_open_intents(bench->journal, count_one, &count, &err), 0);
	return count;
}

static void
what_was_begun_is_ended_truthfully(void **state)
{
	struct bench *bench = *state;
	size_t ended = 0;
	int sync = 1;

	for (; die_at(bench, sync); sync++) {
		struct ckpt_operator *by = bench_operator(bench);
		size_t begun = count_begun(bench);
		const char *news;

		if (ckpt_operator_recover(by) != CKPT_OK)
			fail_msg("%s", ckpt_operator_error(by));
		news = ckpt_operator_news(by);
		assert_int_equal(count_begun(bench), 0);
		if (begun == 0)
			assert_string_equal(news, "");
		else if (strstr(news, "it had been done") != NULL)
			bench_expect(bench, "0", "8");
		else if (strstr(news, "it had not been done") != NULL)
			bench_expect(bench, "0", "10");
		else
			fail_msg("died at %d: \"%s\"", sync, news);
		ended += begun;
		/* Nothing is said twice. */
		assert_int_equal(ckpt_operator_recover(by), CKPT_OK);
		assert_string_equal(ckpt_operator_news(by), "");
		ckpt_operator_close(by);
		bench_save(bench, "0", "10");
	}
	bench_expect(bench, "0", "8");
	assert_true(ended > 0);
}

static void
a_change_ends_what_was_begun_before_it(void **state)
{
	struct bench *bench = *state;
	struct ckpt_operator *by;
	struct ckpt_plan *plan;
	int sync = 1;

	while (die_at(bench, sync) && count_begun(bench) == 0)
		sync++;
	assert_int_equal(count_begun(bench), 1);
	by = bench_operator(bench);
	plan = bench_reset(by, "7", &why);
	assert_int_equal(
		ckpt_plan_confirm(plan, &(struct ckpt_answer){ .name = "orders" }),
		CKPT_OK);
	assert_int_equal(ckpt_plan_apply(plan), CKPT_OK);
	bench_expect_error(ckpt_operator_news(by), "reset");
	assert_int_equal(count_begun(bench), 0);
	bench_expect(bench, "0", "7");
	ckpt_plan_close(plan);
	ckpt_operator_close(by);
}

static void
a_read_only_store_is_not_recovered(void **state)
{
	struct ckpt_operator *by =
		bench_operator_of(*state, "[env]\nread_only = yes\n", "");

	assert_int_equal(ckpt_operator_recover(by), CKPT_REFUSED);
	bench_expect_error(ckpt_operator_error(by), "read-only");
	ckpt_operator_close(by);
	assert_int_equal(ckpt_operator_recover(NULL), CKPT_USAGE);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		BENCH_TEST(what_was_begun_is_ended_truthfully),
		BENCH_TEST(a_change_ends_what_was_begun_before_it),
		BENCH_TEST(a_read_only_store_is_not_recovered),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
