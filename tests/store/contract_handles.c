/* SPDX-License-Identifier: MIT
 *
 * What holds for a handle, whatever is done with it. */
#include "bench.h"

#include <stdatomic.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/thread.h"

static void
unknown_settings_are_refused(void **state)
{
	struct bench *bench = *state;
	struct store_setting setting = { "no_such_setting", "x", "ckptop.conf:12" };
	struct store *store;
	struct err err = { 0 };

	bench->config.settings = &setting;
	bench->config.setting_count = 1;
	assert_int_equal(store_open(&store, &bench->config, STORE_READ, &err), -1);
	assert_null(store);
	assert_int_equal(err.kind, ERR_USAGE);
	assert_non_null(strstr(err.text, "ckptop.conf:12"));
	assert_non_null(strstr(err.text, "no_such_setting"));
}

static void
facts_are_complete(void **state)
{
	struct bench *bench = *state;
	struct store *store = bench_open(bench, STORE_READ);
	struct rows rows = { 0 };

	bench_put(bench, "orders", "0", "1", NULL);
	for (int round = 0; round < 2; round++) {
		const struct store_facts *facts = store_facts(store);

		assert_true(strlen(facts->kind) > 0);
		assert_true(strlen(facts->where) > 0);
		for (size_t i = 0; i < facts->fact_count; i++) {
			assert_true(strlen(facts->facts[i].name) > 0);
			assert_true(strlen(facts->facts[i].text) > 0);
		}
		bench_scan(store, &rows);
	}
	rows_free(&rows);
	store_close(store);
}

static void
capabilities_are_as_announced(void **state)
{
	struct bench *bench = *state;
	struct store *store = bench_open(bench, STORE_READ);

	assert_int_equal(store_capabilities(store), bench->fixture->to_read);
	store_close(store);
	if (bench->fixture->traits & FIXTURE_WRITES) {
		store = bench_open(bench, STORE_WRITE);
		assert_int_equal(store_capabilities(store), bench->fixture->to_write);
		store_close(store);
	}
	store_close(NULL);
}

static void
what_cannot_be_written_is_not_opened_to_write(void **state)
{
	struct bench *bench = *state;
	struct store *store;
	struct err err = { 0 };

	if (bench->fixture->traits & FIXTURE_WRITES) {
		bench->config.read_only = true;
		bench->config.read_only_why = "policy.conf:3";
	}
	assert_int_equal(store_open(&store, &bench->config, STORE_WRITE, &err), -1);
	assert_int_equal(err.kind, ERR_REFUSED);
	if (bench->fixture->traits & FIXTURE_WRITES)
		assert_non_null(strstr(err.text, "policy.conf:3"));
	store = bench_open(bench, STORE_READ);
	store_close(store);
}

static void
a_handle_to_read_does_not_write(void **state)
{
	struct bench *bench = *state;
	struct change change = change_of("orders", "0", "2");
	struct store *store = bench_open(bench, STORE_READ);
	struct err err = { 0 };

	bench_put(bench, "orders", "0", "1", NULL);
	assert_int_equal(store_save(store, &change, &err), CHANGE_FAILED);
	assert_int_equal(err.kind, ERR_REFUSED);
	assert_outside(bench, "orders", "0", "1");
	store_close(store);
}

static void
nothing_is_written_while_the_clock_stands(void **state)
{
	struct bench *bench = *state;
	struct change change = change_of("orders", "0", "2");
	struct store *store = bench_open(bench, STORE_WRITE), *other;
	struct err err = { 0 };
	bool made;

	bench_put(bench, "orders", "0", "1", NULL);
	clock_freeze(1700000000 * SECOND);
	assert_int_equal(store_save(store, &change, &err), CHANGE_FAILED);
	assert_int_equal(err.kind, ERR_REFUSED);
	err_clear(&err);
	assert_int_equal(store_open(&other, &bench->config, STORE_WRITE, &err), -1);
	assert_int_equal(err.kind, ERR_REFUSED);
	err_clear(&err);
	assert_int_equal(store_create(&bench->config, &made, &err), -1);
	assert_int_equal(err.kind, ERR_REFUSED);
	clock_freeze(TIME_NONE);
	assert_outside(bench, "orders", "0", "1");
	store_close(store);
}

/* --- whose it is --- */

static void
use_in_thread(void *arg)
{
	struct store *store = arg;
	struct err err = { 0 };
	struct rows rows = { 0 };
	bool steady;

	if (store_scan(store, rows_take, &rows, &steady, &err) != -1 ||
		err.kind != ERR_FAILED)
		store_interrupt(store);
}

static void
another_thread_is_refused(void **state)
{
	struct bench *bench = *state;
	struct store *store = bench_open(bench, STORE_READ);
	struct thread *thread;
	struct err err = { 0 };
	struct rows rows = { 0 };
	bool changed = false;

	/* A cmocka assertion belongs to the main thread: the other one tells by an
	 * answer of its own. */
	assert_int_equal(thread_start(&thread, "other", use_in_thread, store, &err), 0);
	thread_join(thread);
	assert_int_equal(store_changed(store, &changed, &err), 0);
	assert_true(changed);
	bench_scan(store, &rows);
	assert_int_equal(rows.count, 0);
	store_close(store);
}

/* What the child finds: 0, or which step failed. */
static int
use_in_child(struct store *store)
{
	struct err err = { 0 };
	bool changed;

	if (store_changed(store, &changed, &err) != -1 || err.kind != ERR_FAILED)
		return 1;
	if (strstr(err.text, "process") == NULL)
		return 2;
	store_close(store);
	return 0;
}

static void
a_child_is_refused_and_harms_nothing(void **state)
{
	struct bench *bench = *state;
	struct store *store = bench_open(bench, STORE_READ);
	struct rows rows = { 0 };
	int status;
	pid_t child;

	bench_put(bench, "orders", "0", "1", NULL);
	bench_scan(store, &rows);
	child = fork();
	if (child == 0)
		_exit(use_in_child(store));
	assert_int_equal(waitpid(child, &status, 0), child);
	assert_true(WIFEXITED(status));
	assert_int_equal(WEXITSTATUS(status), 0);
	assert_unchanged(bench, store);
	bench_put(bench, "orders", "0", "2", NULL);
	assert_true(bench_changed(store));
	bench_scan(store, &rows);
	assert_span(rows_find(&rows, "orders", "0")->value, "2");
	rows_free(&rows);
	store_close(store);
}

/* --- going away --- */

static void
interrupt_at_row(void *arg, const struct ckpt *row)
{
	(void)row;
	store_interrupt(arg);
}

static void
an_interrupted_scan_fails_and_the_next_one_is_whole(void **state)
{
	struct bench *bench = *state;
	struct store *store = bench_open(bench, STORE_READ);
	struct rows rows = { 0 };
	struct err err = { 0 };
	bool steady;

	bench_put(bench, "orders", "0", "1", NULL);
	bench_put(bench, "orders", "1", "1", NULL);
	assert_int_equal(store_scan(store, interrupt_at_row, store, &steady, &err), -1);
	assert_int_equal(err.kind, ERR_UNREACHABLE);
	assert_true(bench_changed(store));
	bench_scan(store, &rows);
	assert_int_equal(rows.count, 2);
	rows_free(&rows);
	store_close(store);
}

struct pest {
	struct store *store;
	atomic_bool enough;
};

static void
interrupt_again_and_again(void *arg)
{
	struct pest *pest = arg;

	while (!atomic_load(&pest->enough))
		store_interrupt(pest->store);
}

/* An interrupt may come at any moment: it ends a call, and harms none after it. */
static void
interrupts_come_at_any_moment(void **state)
{
	struct bench *bench = *state;
	struct pest pest = { .store = bench_open(bench, STORE_READ) };
	struct thread *thread;
	struct rows rows = { 0 };
	struct err err = { 0 };
	bool changed, steady;

	bench_put(bench, "orders", "0", "1", NULL);
	assert_int_equal(
		thread_start(&thread, "pest", interrupt_again_and_again, &pest, &err), 0);
	for (int i = 0; i < 200; i++) {
		rows_free(&rows);
		if (store_changed(pest.store, &changed, &err) != 0 ||
			store_scan(pest.store, rows_take, &rows, &steady, &err) != 0)
			assert_int_equal(err.kind, ERR_UNREACHABLE);
		err_clear(&err);
	}
	atomic_store(&pest.enough, true);
	thread_join(thread);
	bench_scan(pest.store, &rows);
	assert_int_equal(rows.count, 1);
	rows_free(&rows);
	store_close(pest.store);
}

static void
a_lost_store_says_where_it_was(void **state)
{
	struct bench *bench = *state;
	struct store *store = bench_open(bench, STORE_READ), *again;
	struct rows rows = { 0 };
	struct err err = { 0 };
	bool steady;

	bench_put(bench, "orders", "0", "1", NULL);
	bench_scan(store, &rows);
	rows_free(&rows);
	bench->fixture->lose(&bench->site);
	assert_int_equal(store_scan(store, rows_take, &rows, &steady, &err), -1);
	assert_int_equal(err.kind, ERR_UNREACHABLE);
	assert_non_null(strstr(err.text, bench->site.path));
	assert_int_equal(rows.count, 0);
	err_clear(&err);
	assert_int_equal(store_open(&again, &bench->config, STORE_READ, &err), -1);
	assert_int_equal(err.kind, ERR_UNREACHABLE);
	assert_non_null(strstr(err.text, bench->site.path));
	store_close(store);
}

const struct contract contract_of_handles[] = {
	{ "unknown settings are refused", unknown_settings_are_refused, 0, 0 },
	{ "facts are complete", facts_are_complete, 0, 0 },
	{ "capabilities are as announced", capabilities_are_as_announced, 0, 0 },
	{ "what cannot be written is not opened to write",
		what_cannot_be_written_is_not_opened_to_write, 0, 0 },
	{ "a handle to read does not write", a_handle_to_read_does_not_write, 0, 0 },
	{ "nothing is written while the clock stands",
		nothing_is_written_while_the_clock_stands, FIXTURE_WRITES, 0 },
	{ "another thread is refused", another_thread_is_refused, 0, 0 },
	{ "a child is refused and harms nothing", a_child_is_refused_and_harms_nothing, 0,
		0 },
	{ "an interrupted scan fails and the next one is whole",
		an_interrupted_scan_fails_and_the_next_one_is_whole, 0, 0 },
	{ "interrupts come at any moment", interrupts_come_at_any_moment, 0, 0 },
	{ "a lost store says where it was", a_lost_store_says_where_it_was, 0, 0 },
	{ NULL, NULL, 0, 0 },
};
