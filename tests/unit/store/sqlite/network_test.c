/* SPDX-License-Identifier: MIT
 *
 * A database on a file system that other hosts write to: who locks it need not be here,
 * and where locks fail there is a reason. */
#include "sqlite_bench.h"

#include <linux/magic.h>
#include <sys/statfs.h>

static bool is_remote;

/* In the place of that of the C library: a file system that is not here. */
int
fstatfs(int fd, struct statfs *status)
{
	(void)fd;
	*status = (struct statfs){ .f_type = is_remote ? NFS_SUPER_MAGIC : TMPFS_MAGIC };
	return 0;
}

static const char *
text_of_failed_read(struct sqlite_bench *bench)
{
	static struct err err;
	struct store *store;

	err_clear(&err);
	assert_int_equal(store_open(&store, &bench->config, STORE_READ, &err), -1);
	return err.text;
}

static void
whoever_locks_it_may_be_on_another_host(void **state)
{
	static const char says[] = "it is on nfs, where other hosts may have it open";
	struct sqlite_bench *bench = *state;

	sqlite_bench_fill(bench);
	bench->config.timeout = 100 * MILLISECOND;
	sql(bench, "BEGIN EXCLUSIVE");
	is_remote = false;
	assert_non_null(strstr(text_of_failed_read(bench), "fuser"));
	assert_null(strstr(text_of_failed_read(bench), "other hosts"));
	is_remote = true;
	assert_non_null(strstr(text_of_failed_read(bench), says));
	assert_non_null(
		strstr(text_of_failed_read(bench), "look on the host that writes it"));
	sql(bench, "COMMIT");
	/* A table that is not there has nothing to do with it. */
	sql(bench, "DROP TABLE checkpoints");
	assert_null(strstr(text_of_failed_read(bench), "nfs"));
}

static void
the_panel_of_the_store_warns(void **state)
{
	struct sqlite_bench *bench = *state;
	struct store *store;

	sqlite_bench_fill(bench);
	is_remote = true;
	store = open_bench(bench, STORE_READ);
	assert_true(has_fact(store, "disk", "nfs: locks over a network are not safe"));
	store_close(store);
	is_remote = false;
	store = open_bench(bench, STORE_READ);
	assert_string_equal(fact_of(store, "disk"), "tmpfs");
	store_close(store);
}

int
main(void)
{
#define TEST(name)                                                                       \
	cmocka_unit_test_setup_teardown(name, sqlite_bench_make, sqlite_bench_unmake)
	const struct CMUnitTest tests[] = {
		TEST(whoever_locks_it_may_be_on_another_host),
		TEST(the_panel_of_the_store_warns),
	};
	int failed = cmocka_run_group_tests(tests, NULL, NULL);

	outside_kill();
	return failed;
}
