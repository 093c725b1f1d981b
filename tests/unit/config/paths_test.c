/* SPDX-License-Identifier: MIT */
#include "config/paths.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

static void
the_variables_name_the_places(void **state)
{
	static const char *const environment[] = { "HOME=/home/op", "XDG_CONFIG_HOME=/c",
		"XDG_STATE_HOME=/s", "XDG_DATA_HOME=/d", NULL };
	struct paths paths;

	(void)state;
	paths_find(&paths, environment);
	assert_string_equal(paths.policy_file, "/etc/ckptop/policy.conf");
	assert_string_equal(paths.system_file, "/etc/ckptop/ckptop.conf");
	assert_string_equal(paths.user_file, "/c/ckptop/ckptop.conf");
	assert_string_equal(paths.config_dir, "/c/ckptop");
	assert_string_equal(paths.state_dir, "/s/ckptop");
	assert_string_equal(paths.journal_file, "/s/ckptop/journal.jsonl");
	assert_string_equal(paths.data_dir, "/d/ckptop");
	paths_free(&paths);
}

static void
relative_and_empty_variables_are_ignored(void **state)
{
	static const char *const environment[] = { "XDG_CONFIG_HOME=conf",
		"XDG_STATE_HOME=", "XDG_DATA_HOME=./d", "HOME=/home/op", NULL };
	struct paths paths;

	(void)state;
	paths_find(&paths, environment);
	assert_string_equal(paths.user_file, "/home/op/.config/ckptop/ckptop.conf");
	assert_string_equal(paths.state_dir, "/home/op/.local/state/ckptop");
	assert_string_equal(paths.data_dir, "/home/op/.local/share/ckptop");
	paths_free(&paths);
}

static void
without_a_home_there_are_no_places_of_the_user(void **state)
{
	static const char *const none[] = { NULL };
	static const char *const relative[] = { "HOME=home", "HOMER=/x", NULL };
	static const char *const mixed[] = { "XDG_STATE_HOME=/s", NULL };
	struct paths paths;

	(void)state;
	paths_find(&paths, none);
	assert_null(paths.user_file);
	assert_null(paths.config_dir);
	assert_null(paths.state_dir);
	assert_null(paths.journal_file);
	assert_null(paths.data_dir);
	assert_string_equal(paths.policy_file, "/etc/ckptop/policy.conf");
	paths_free(&paths);
	paths_find(&paths, relative);
	assert_null(paths.user_file);
	paths_free(&paths);
	paths_find(&paths, mixed);
	assert_null(paths.user_file);
	assert_string_equal(paths.state_dir, "/s/ckptop");
	paths_free(&paths);
}

int
main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test(the_variables_name_the_places),
		cmocka_unit_test(relative_and_empty_variables_are_ignored),
		cmocka_unit_test(without_a_home_there_are_no_places_of_the_user),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
