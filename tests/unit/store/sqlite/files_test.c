/* SPDX-License-Identifier: MIT */
#include "store/sqlite/files.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cmocka.h>

/* The open rule: who may read a database in which way. */
static void
the_open_rule(void **state)
{
	static const struct {
		bool wal_mode, has_wal, has_shm, ours, directory_ours;
		enum sqlite_way way;
	} cases[] = {
		/* Rollback mode: always with locks, never immutable. */
		{ false, false, false, false, false, SQLITE_WAY_LOCKS },
		{ false, false, false, true, true, SQLITE_WAY_LOCKS },
		{ false, true, true, false, true, SQLITE_WAY_LOCKS },
		/* WAL with its files: with locks. */
		{ true, true, true, false, false, SQLITE_WAY_LOCKS },
		{ true, true, true, false, true, SQLITE_WAY_LOCKS },
		{ true, true, true, true, false, SQLITE_WAY_LOCKS },
		/* Quiet WAL: only the owner makes files, and only where he can. */
		{ true, false, false, true, true, SQLITE_WAY_LOCKS },
		{ true, false, false, true, false, SQLITE_WAY_SNAPSHOT },
		{ true, false, false, false, true, SQLITE_WAY_SNAPSHOT },
		{ true, false, false, false, false, SQLITE_WAY_SNAPSHOT },
		/* One of the two: what is in the log must not be passed over. */
		{ true, true, false, true, true, SQLITE_WAY_LOCKS },
		{ true, true, false, true, false, SQLITE_WAY_REFUSED },
		{ true, true, false, false, true, SQLITE_WAY_REFUSED },
		{ true, true, false, false, false, SQLITE_WAY_REFUSED },
		{ true, false, true, false, true, SQLITE_WAY_REFUSED },
		{ true, false, true, true, true, SQLITE_WAY_LOCKS },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(*cases); i++) {
		struct sqlite_files files = { .has_wal = cases[i].has_wal,
			.has_shm = cases[i].has_shm,
			.ours = cases[i].ours,
			.directory_ours = cases[i].directory_ours,
			.owner = 4711 };
		struct err err = { 0 };
		enum sqlite_way way =
			sqlite_files_way(&files, cases[i].wal_mode, "/x.db", &err);

		if (way != cases[i].way)
			fail_msg("case %zu: way %d", i, way);
		assert_int_equal(err_is_set(&err), way == SQLITE_WAY_REFUSED);
		if (way == SQLITE_WAY_REFUSED) {
			assert_int_equal(err.kind, ERR_UNREACHABLE);
			assert_non_null(strstr(err.text, "/x.db"));
			assert_non_null(strstr(err.text, "nothing was read"));
			assert_non_null(strstr(err.text, "4711"));
		}
	}
}

static char directory[64], path[128], other[128];

static int
make(void **state)
{
	(void)state;
	strcpy(directory, "/tmp/sqlite_files.XXXXXX");
	if (mkdtemp(directory) == NULL)
		return -1;
	snprintf(path, sizeof(path), "%s/x.db", directory);
	snprintf(other, sizeof(other), "%s/y.db", directory);
	return 0;
}

static int
unmake(void **state)
{
	static const char *const names[] = { "x.db", "y.db", "y.db-wal", "sub/x.db",
		"sub/x.db-wal", "sub" };
	char name[128];

	(void)state;
	for (size_t i = 0; i < sizeof(names) / sizeof(*names); i++) {
		snprintf(name, sizeof(name), "%s/%s", directory, names[i]);
		remove(name);
	}
	return rmdir(directory);
}

static void
write_file(const char *name, const char *text)
{
	FILE *file = fopen(name, "w");

	assert_non_null(file);
	fputs(text, file);
	fclose(file);
}

static void
what_is_no_file_with_something_in_it_is_refused(void **state)
{
	struct sqlite_files files;
	struct err err = { 0 };
	char below[160];

	(void)state;
	assert_int_equal(sqlite_files_look(&files, path, &err), -1);
	assert_int_equal(err.kind, ERR_UNREACHABLE);
	assert_non_null(strstr(err.text, "no such file"));
	err_clear(&err);
	write_file(path, "");
	assert_int_equal(sqlite_files_look(&files, path, &err), -1);
	assert_int_equal(err.kind, ERR_DAMAGED);
	assert_non_null(strstr(err.text, "empty file"));
	err_clear(&err);
	snprintf(below, sizeof(below), "%s/z", path);
	assert_int_equal(sqlite_files_look(&files, below, &err), -1);
	assert_int_equal(err.kind, ERR_UNREACHABLE);
	err_clear(&err);
	assert_int_equal(sqlite_files_look(&files, directory, &err), -1);
	assert_int_equal(err.kind, ERR_DAMAGED);
	assert_non_null(strstr(err.text, "dir:"));
	err_clear(&err);
	/* A FIFO would block whoever opens it. */
	assert_int_equal(mkfifo(other, 0600), 0);
	assert_int_equal(sqlite_files_look(&files, other, &err), -1);
	assert_int_equal(err.kind, ERR_DAMAGED);
}

static void
the_files_beside_the_real_one_count(void **state)
{
	struct sqlite_files files;
	struct err err = { 0 };
	char sub[160], log[200];

	(void)state;
	snprintf(sub, sizeof(sub), "%s/sub", directory);
	assert_int_equal(mkdir(sub, 0700), 0);
	snprintf(sub, sizeof(sub), "%s/sub/x.db", directory);
	snprintf(log, sizeof(log), "%s-wal", sub);
	write_file(sub, "x");
	write_file(log, "y");
	assert_int_equal(symlink(sub, path), 0);
	assert_int_equal(sqlite_files_look(&files, path, &err), 0);
	assert_true(files.has_wal);
	assert_false(files.has_shm);
	assert_int_equal(files.owner, getuid());
}

static void
a_write_and_a_replacement_are_seen(void **state)
{
	struct sqlite_files before, after;
	struct err err = { 0 };
	char log[200];

	(void)state;
	write_file(path, "x");
	assert_int_equal(sqlite_files_look(&before, path, &err), 0);
	assert_int_equal(sqlite_files_look(&after, path, &err), 0);
	assert_true(sqlite_files_equal(&before, &after));
	write_file(path, "xx");
	assert_int_equal(sqlite_files_look(&after, path, &err), 0);
	assert_false(sqlite_files_equal(&before, &after));
	assert_int_equal(sqlite_files_same(&before, path, &err), 0);
	write_file(other, "xx");
	assert_int_equal(rename(other, path), 0);
	assert_int_equal(sqlite_files_same(&before, path, &err), -1);
	assert_int_equal(err.kind, ERR_UNREACHABLE);
	assert_non_null(strstr(err.text, "replaced"));
	err_clear(&err);
	assert_int_equal(sqlite_files_look(&after, path, &err), 0);
	assert_false(sqlite_files_equal(&before, &after));
	/* A log that appears is a write. */
	before = after;
	snprintf(log, sizeof(log), "%s-wal", path);
	write_file(log, "");
	assert_int_equal(sqlite_files_look(&after, path, &err), 0);
	assert_false(sqlite_files_equal(&before, &after));
	remove(log);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(the_open_rule),
		cmocka_unit_test_setup_teardown(
			what_is_no_file_with_something_in_it_is_refused, make, unmake),
		cmocka_unit_test_setup_teardown(
			the_files_beside_the_real_one_count, make, unmake),
		cmocka_unit_test_setup_teardown(
			a_write_and_a_replacement_are_seen, make, unmake),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
