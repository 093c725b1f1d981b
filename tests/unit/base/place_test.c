/* SPDX-License-Identifier: MIT */
#include "base/place.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/stat.h>

#include <cmocka.h>

#include "scratch.h"

/* Two spellings relative to the scratch directory; an absolute one stays as it is. */
static void
expect(const struct scratch *scratch, const char *a, const char *b, bool same)
{
	char here[PATH_MAX];

	assert_non_null(getcwd(here, sizeof(here)));
	assert_int_equal(fchdir(scratch->fd), 0);
	if (place_is_same(a, b) != same || place_is_same(b, a) != same)
		fail_msg("'%s' and '%s' should be %s", a, b, same ? "one" : "two");
	assert_int_equal(chdir(here), 0);
}

static void
put(const struct scratch *scratch, const char *name)
{
	int fd = openat(scratch->fd, name, O_WRONLY | O_CREAT | O_EXCL, 0600);

	assert_true(fd >= 0);
	close(fd);
}

/* In: a place of its own "in" with one file, and links to it from outside. */
static void
make_links(const struct scratch *scratch)
{
	assert_int_equal(mkdirat(scratch->fd, "in", 0700), 0);
	assert_int_equal(symlinkat("in", scratch->fd, "link"), 0);
	assert_int_equal(symlinkat("link/./x.db", scratch->fd, "to-x"), 0);
	assert_int_equal(symlinkat("in/none/../y.db", scratch->fd, "to-y"), 0);
	assert_int_equal(symlinkat("loop", scratch->fd, "loop"), 0);
}

static void
remove_links(const struct scratch *scratch)
{
	unlinkat(scratch->fd, "in/x.db", 0);
	unlinkat(scratch->fd, "in/hard.db", 0);
}

static const char *const spellings[] = { "in/x.db", "./in/x.db", "in//x.db",
	".//in/./x.db", "in/../in/x.db", "link/x.db", "link/../in/x.db", "to-x",
	"./to-x" };

#define SPELLINGS (sizeof(spellings) / sizeof(*spellings))

static void
expect_one_place(const struct scratch *scratch)
{
	char absolute[PATH_MAX + 32];

	for (size_t i = 0; i < SPELLINGS; i++) {
		snprintf(
			absolute, sizeof(absolute), "%s/%s", scratch->path, spellings[i]);
		expect(scratch, spellings[i], absolute, true);
		for (size_t j = 0; j < SPELLINGS; j++)
			expect(scratch, spellings[i], spellings[j], true);
		expect(scratch, spellings[i], "x.db", false);
		expect(scratch, spellings[i], "in/y.db", false);
		expect(scratch, spellings[i], "in", false);
		expect(scratch, spellings[i], "", false);
	}
}

static void
a_file_is_one_however_it_is_spelt(void **state)
{
	struct scratch *scratch = *state;

	make_links(scratch);
	put(scratch, "in/x.db");
	expect_one_place(scratch);
	assert_int_equal(linkat(scratch->fd, "in/x.db", scratch->fd, "in/hard.db", 0), 0);
	expect(scratch, "in/hard.db", "to-x", true);
	put(scratch, "x.db");
	expect(scratch, "x.db", "to-x", false);
	remove_links(scratch);
}

static void
what_is_yet_to_be_made_is_one_too(void **state)
{
	struct scratch *scratch = *state;

	make_links(scratch);
	expect_one_place(scratch);
	expect(scratch, "to-y", "in/y.db", true);
	expect(scratch, "none/link/z", "none//./link/z/", true);
	expect(scratch, "none/z", "nothing/z", false);
	expect(scratch, "loop", "./loop", true);
	expect(scratch, "loop/z", "in/z", false);
	/* A file that is there is not one that is not. */
	put(scratch, "in/x.db");
	expect(scratch, "in/x.db", "in/y.db", false);
	expect(scratch, "to-x", "to-y", false);
	remove_links(scratch);
}

static void
a_directory_is_one_with_a_slash_behind_it(void **state)
{
	struct scratch *scratch = *state;

	make_links(scratch);
	expect(scratch, "in", "in/", true);
	expect(scratch, "in//", "link", true);
	expect(scratch, "link/", ".//in/.", true);
	expect(scratch, "in", ".", false);
	expect(scratch, ".", "link/..", true);
	expect(scratch, "/", "//", true);
	expect(scratch, "/", "/..", true);
	expect(scratch, "new", "new/", true);
	expect(scratch, "new", "/new", false);
	expect(scratch, "", "", true);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, scratch_make, scratch_remove)

int
main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(a_file_is_one_however_it_is_spelt),
		TEST(what_is_yet_to_be_made_is_one_too),
		TEST(a_directory_is_one_with_a_slash_behind_it),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
