/* SPDX-License-Identifier: MIT */
#include "poll/clerk.h"

#include <poll.h>

#include "../action/journal_bench.h"
#include "base/clock.h"

/* Only for what never comes: a test that has to wait so long has failed. */
#define WATCHDOG 20000 /* milliseconds */

static bool
has_news(struct clerk *clerk, int timeout)
{
	struct pollfd news = { .fd = clerk_fd(clerk), .events = POLLIN };

	return poll(&news, 1, timeout) == 1;
}

static struct clerk *
start(const char *journal, const struct store_config *configs, size_t count)
{
	struct clerk *clerk = NULL;
	struct err err = { 0 };

	const struct ledger_terms terms = {
		.journal = journal,
		.stores = configs,
		.store_count = count,
	};

	if (clerk_start(&clerk, &terms, &err) != 0)
		fail_msg("%s", err.text);
	return clerk;
}

/* The next ledger; with_stores: that for which the stores were asked, too. */
static const struct ledger *
wait_for(struct clerk *clerk, bool with_stores)
{
	for (;;) {
		const struct ledger *ledger;

		assert_true(has_news(clerk, WATCHDOG));
		ledger = clerk_take(clerk);
		if (ledger != NULL && (ledger->asked || !with_stores))
			return ledger;
		ledger_unref(ledger);
	}
}

static struct journal_row
row_of(const char *job)
{
	return (struct journal_row){ .key = { span_of(job), SPAN("0") },
		.old = { .exists = true, .value = SPAN("5") },
		.new = { .exists = true, .value = SPAN("4") },
		.result = SPAN("done") };
}

static void
append_reset(const char *path, unsigned number)
{
	struct journal_row row = row_of("orders");
	struct journal_record record = bench_record(bench_op(number), JOURNAL_DONE);

	record.rows = &row;
	record.row_count = 1;
	bench_append(path, &record, NULL);
}

static void
nothing_is_read_before_it_is_asked(void **state)
{
	const char *path = bench_path(state, "journal");
	struct clerk *clerk;

	append_reset(path, 1);
	clerk = start(path, NULL, 0);
	assert_false(has_news(clerk, 50));
	assert_null(clerk_take(clerk));
	assert_true(clerk_stop(clerk));
}

static void
each_time_it_is_asked_it_reads_all_of_it(void **state)
{
	const char *path = bench_path(state, "journal");
	struct clerk *clerk = start(path, NULL, 0);
	const struct ledger *first, *second;

	append_reset(path, 1);
	clerk_ask(clerk);
	first = wait_for(clerk, false);
	assert_int_equal(first->count, 1);
	assert_true(span_is(first->entries[0].key.job, "orders"));
	append_reset(path, 2);
	clerk_ask(clerk);
	second = wait_for(clerk, false);
	assert_int_equal(second->count, 2);
	/* The one before is as it was, for as long as somebody has it. */
	assert_int_equal(first->count, 1);
	assert_false(has_news(clerk, 50));
	assert_null(clerk_take(clerk));
	assert_true(clerk_stop(clerk));
	assert_true(span_is(first->entries[0].key.job, "orders"));
	ledger_unref(first);
	ledger_unref(second);
}

static void
a_store_that_does_not_answer_is_a_gap_and_no_end(void **state)
{
	const char *path = bench_path(state, "journal");
	char uri[PATH_MAX + 80];
	const struct store_config missing = { .name = "etl", .uri = uri };
	const struct ledger *ledger;
	struct clerk *clerk;

	snprintf(uri, sizeof(uri), "sqlite:%s", bench_path(state, "nothing.db"));
	append_reset(path, 1);
	clerk = start(path, &missing, 1);
	clerk_ask(clerk);
	ledger = wait_for(clerk, true);
	assert_int_equal(ledger->count, 1);
	assert_int_equal(ledger->gap_count, 1);
	assert_string_equal(ledger->gaps[0].store, "etl");
	assert_non_null(strstr(ledger->gaps[0].error, "nothing.db"));
	assert_false(err_is_set(&ledger->journal_err));
	ledger_unref(ledger);
	assert_true(clerk_stop(clerk));
}

/* The journal of this host has what was done in all stores. */
static void
what_was_done_in_other_stores_is_left_out_where_only_some_are_meant(void **state)
{
	const char *path = bench_path(state, "journal");
	const struct store_config one = { .name = "here", .uri = "sqlite:/nowhere.db" };
	struct ledger_terms terms = { path, &one, 1, false, false };
	struct journal_row row = row_of("orders");
	struct journal_record record = bench_record(bench_op(2), JOURNAL_DONE);
	const struct ledger *ledger;

	append_reset(path, 1);
	record.rows = &row;
	record.row_count = 1;
	record.store = (struct journal_store){ SPAN("there"), SPAN("sqlite:/nowhere.db"),
		SPAN("1:2 checkpoints") };
	bench_append(path, &record, NULL);
	ledger = ledger_read(&terms);
	assert_int_equal(ledger->count, 2);
	ledger_unref(ledger);
	terms.only_these = true;
	ledger = ledger_read(&terms);
	assert_int_equal(ledger->count, 1);
	assert_true(span_is(ledger->entries[0].op, bench_op(2)));
	/* Under the name that it has here. */
	assert_true(span_is(ledger->entries[0].store, "here"));
	ledger_unref(ledger);
}

/* What cannot be read is part of what it found out. */
static void
a_journal_that_cannot_be_read_is_said(void **state)
{
	struct clerk *clerk = start(NULL, NULL, 0);
	const struct ledger *ledger;

	clerk_ask(clerk);
	ledger = wait_for(clerk, false);
	assert_true(err_is_set(&ledger->journal_err));
	ledger_unref(ledger);
	assert_true(clerk_stop(clerk));
	clerk = start(((const struct scratch *)*state)->path, NULL, 0);
	clerk_ask(clerk);
	ledger = wait_for(clerk, false);
	assert_true(err_is_set(&ledger->journal_err));
	assert_int_equal(ledger->count, 0);
	ledger_unref(ledger);
	assert_true(clerk_stop(clerk));
}

/* Nobody takes what it reads, and it is asked again and again while it is ended. */
static void
it_ends_with_what_nobody_took(void **state)
{
	const char *path = bench_path(state, "journal");

	append_reset(path, 1);
	for (int i = 0; i < 20; i++) {
		struct clerk *clerk = start(path, NULL, 0);

		for (int asked = 0; asked < i % 4; asked++)
			clerk_ask(clerk);
		if (i % 2 == 1)
			assert_true(has_news(clerk, WATCHDOG));
		assert_true(clerk_stop(clerk));
	}
	assert_true(clerk_stop(NULL));
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
#define TEST(name) cmocka_unit_test_setup_teardown(name, scratch_make, scratch_remove)
		TEST(nothing_is_read_before_it_is_asked),
		TEST(each_time_it_is_asked_it_reads_all_of_it),
		TEST(a_store_that_does_not_answer_is_a_gap_and_no_end),
		TEST(what_was_done_in_other_stores_is_left_out_where_only_some_are_meant),
		TEST(a_journal_that_cannot_be_read_is_said),
		TEST(it_ends_with_what_nobody_took),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
