/* SPDX-License-Identifier: MIT */
#include "run/folder.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/stat.h>

#include <cmocka.h>

#include "../base/scratch.h"

static struct folder
make(const struct scratch *scratch)
{
	const char *places[] = { "relative", "/nowhere/at/all", scratch->path, NULL };
	struct err err = { 0 };
	struct folder folder;

	assert_int_equal(folder_make(&folder, places, "night", &err), 0);
	return folder;
}

static void
touch(int directory, const char *name)
{
	int fd = openat(directory, name, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0600);

	assert_true(fd >= 0);
	close(fd);
}

static void
first_place_that_works_is_taken(void **state)
{
	struct scratch *scratch = *state;
	struct folder folder = make(scratch);
	struct stat status;

	assert_int_equal(strncmp(folder.path, scratch->path, strlen(scratch->path)), 0);
	assert_non_null(strstr(folder.path, "/night-"));
	assert_int_equal(stat(folder.path, &status), 0);
	assert_int_equal(status.st_mode, S_IFDIR | 0700);
	assert_int_equal(folder_remove(&folder, NULL), 0);
	assert_int_equal(stat(folder.path, &status), -1);
}

static void
nowhere_to_make_one_is_said(void **state)
{
	const char *places[] = { "relative", "/nowhere/at/all", NULL };
	struct err err = { 0 };
	struct folder folder;

	(void)state;
	assert_int_equal(folder_make(&folder, places, "night", &err), -1);
	assert_non_null(strstr(err.text, "No such file or directory"));
}

static void
everything_in_it_is_removed(void **state)
{
	struct folder folder = make(*state);
	char name[64];
	int inner;

	for (int i = 0; i < 300; i++) {
		snprintf(name, sizeof(name), "orders_%d.json", i);
		touch(folder.self, name);
	}
	assert_int_equal(mkdirat(folder.self, "files", 0700), 0);
	inner = openat(folder.self, "files", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	touch(inner, "one");
	assert_int_equal(mkdirat(inner, "deeper", 0700), 0);
	assert_int_equal(mkfifoat(inner, "fifo", 0600), 0);
	close(inner);
	assert_int_equal(folder_remove(&folder, NULL), 0);
	assert_int_equal(access(folder.path, F_OK), -1);
}

/* Links lead to a folder and a file of somebody else, who keeps both. */
static void
links_are_removed_and_not_followed(void **state)
{
	struct scratch *scratch = *state;
	struct folder folder = make(scratch);
	int theirs;

	assert_int_equal(mkdirat(scratch->fd, "theirs", 0700), 0);
	theirs = openat(scratch->fd, "theirs", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	touch(theirs, "precious");
	assert_int_equal(symlinkat("../theirs", folder.self, "link"), 0);
	assert_int_equal(symlinkat("../theirs/precious", folder.self, "file"), 0);
	assert_int_equal(symlinkat("..", folder.self, "up"), 0);
	assert_int_equal(folder_remove(&folder, NULL), 0);
	assert_int_equal(access(folder.path, F_OK), -1);
	assert_int_equal(faccessat(theirs, "precious", F_OK, 0), 0);
	assert_int_equal(unlinkat(theirs, "precious", 0), 0);
	close(theirs);
}

/* Somebody moved the folder away and put another in its place: that one is not ours. */
static void
what_took_its_place_stays(void **state)
{
	struct scratch *scratch = *state;
	struct folder folder = make(scratch);
	const char *name = strrchr(folder.path, '/') + 1;

	touch(folder.self, "ours");
	assert_int_equal(renameat(scratch->fd, name, scratch->fd, "moved"), 0);
	assert_int_equal(mkdirat(scratch->fd, name, 0700), 0);
	assert_int_equal(folder_remove(&folder, NULL), 0);
	assert_int_equal(faccessat(scratch->fd, name, F_OK, 0), 0);
	assert_int_equal(faccessat(scratch->fd, "moved/ours", F_OK, 0), -1);
	assert_int_equal(unlinkat(scratch->fd, name, AT_REMOVEDIR), 0);
}

/* It says so when it could not remove everything: here because it goes deep. */
static void
what_is_left_is_said(void **state)
{
	struct scratch *scratch = *state;
	struct folder folder = make(scratch);
	struct err err = { 0 };
	char path[PATH_MAX];

	snprintf(path, sizeof(path), "%s", folder.path);
	for (int i = 0; i < 40; i++) {
		strcat(path, "/deep");
		assert_int_equal(mkdir(path, 0700), 0);
	}
	assert_int_equal(folder_remove(&folder, &err), -1);
	assert_non_null(strstr(err.text, "is left behind"));
	for (int i = 0; i <= 40; i++) {
		assert_int_equal(rmdir(path), 0);
		*strrchr(path, '/') = '\0';
	}
}

#define IN_SCRATCH(test)                                                                 \
	cmocka_unit_test_setup_teardown(test, scratch_make, scratch_remove)

int
main(void)
{
	const struct CMUnitTest tests[] = {
		IN_SCRATCH(first_place_that_works_is_taken),
		cmocka_unit_test(nowhere_to_make_one_is_said),
		IN_SCRATCH(everything_in_it_is_removed),
		IN_SCRATCH(links_are_removed_and_not_followed),
		IN_SCRATCH(what_took_its_place_stays),
		IN_SCRATCH(what_is_left_is_said),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
