/* SPDX-License-Identifier: MIT
 *
 * SQLite gets no memory, once at each of its allocations: a store is opened as it is, or
 * not at all, and never as one without the columns that could not be read. */
#include "sqlite_bench.h"

#include <sqlite3.h>

static sqlite3_mem_methods real;
static long countdown; /* the allocation that fails; 0: none, and it was met */

static bool
fails(void)
{
	return countdown > 0 && --countdown == 0;
}

static void *
no_malloc(int size)
{
	return fails() ? NULL : real.xMalloc(size);
}

static void *
no_realloc(void *old, int size)
{
	return fails() ? NULL : real.xRealloc(old, size);
}

static int
be_the_allocator(void **state)
{
	sqlite3_mem_methods methods;

	(void)state;
	if (sqlite3_config(SQLITE_CONFIG_GETMALLOC, &real) != SQLITE_OK)
		return -1;
	methods = real;
	methods.xMalloc = no_malloc;
	methods.xRealloc = no_realloc;
	/* Nor is there a stock of small pieces, which would not run out here. */
	return sqlite3_config(SQLITE_CONFIG_MALLOC, &methods) == SQLITE_OK &&
			       sqlite3_config(SQLITE_CONFIG_LOOKASIDE, 0, 0) == SQLITE_OK
		       ? 0
		       : -1;
}

/* What is known of the tables of a store that could be opened. */
static void
as_it_is(struct store *store)
{
	struct change longer = change_of("orders", "0", "2");
	struct str text = { 0 };
	struct err err = { 0 };

	assert_loads(
		store, "orders", "0", "orders/0=1 t {\"a\": 1} @2026-11-22 03:07:41\n");
	for (int i = 0; i < 256; i++)
		str_add(&text, "9");
	longer.value = str_span(&text);
	assert_int_equal(store_save(store, &longer, &err), CHANGE_FAILED);
	assert_non_null(strstr(err.text, "declared to hold 255"));
	str_free(&text);
}

static void
is_opened_as_it_is_or_not_at_all(void **state)
{
	struct sqlite_bench *bench = *state;
	long opened = 0, refused = 0;

	sql(bench, SEED_TABLE);
	sql(bench, "INSERT INTO checkpoints VALUES ('orders', '0', '1', '{\"a\": 1}', "
		   "'2026-11-22 03:07:41')");
	for (long at = 1;; at++) {
		struct err err = { 0 };
		struct store *store;
		bool met;
		int status;

		countdown = at;
		status = store_open(&store, &bench->config, STORE_WRITE, &err);
		met = countdown == 0;
		countdown = 0;
		if (status == 0) {
			opened++;
			as_it_is(store);
			store_close(store);
		} else {
			refused++;
			assert_non_null(strstr(err.text, "memory"));
		}
		if (!met)
			break;
	}
	assert_true(opened > 0 && refused > 100);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(is_opened_as_it_is_or_not_at_all,
			sqlite_bench_make, sqlite_bench_unmake),
	};

	return cmocka_run_group_tests(tests, be_the_allocator, NULL);
}
