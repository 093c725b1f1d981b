/* SPDX-License-Identifier: MIT */
#include "base/err.h"

#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

static void
first_failure_wins(void **state)
{
	struct err err = { 0 };

	(void)state;
	assert_false(err_is_set(&err));
	assert_int_equal(err_set(&err, ERR_CONFLICT, "p%d moved", 7), -1);
	assert_int_equal(err_set(&err, ERR_FAILED, "close failed"), -1);
	assert_int_equal(err.kind, ERR_CONFLICT);
	assert_string_equal(err.text, "p7 moved");
}

static void
prefix_and_errno(void **state)
{
	struct err err = { 0 };

	(void)state;
	err_prefix(&err, "nothing to prefix");
	assert_string_equal(err.text, "");
	err_set_errno(&err, ERR_UNREACHABLE, ENOENT, "cannot open %s", "x");
	err_prefix(&err, "store %s", "main");
	assert_string_equal(err.text,
		"store main: cannot open x: No such file or directory; check the path");
	err_clear(&err);
	err_append(&err, "nothing to append to");
	assert_string_equal(err.text, "");
	err_set(&err, ERR_UNREACHABLE, "no answer");
	err_append(&err, "nothing was written");
	assert_string_equal(err.text, "no answer; nothing was written");
	assert_int_equal(err.kind, ERR_UNREACHABLE);
	err_clear(&err);
	assert_false(err_is_set(&err));
}

static void
long_text_is_cut_not_overrun(void **state)
{
	struct err err = { 0 };
	char text[4000];

	(void)state;
	memset(text, 'x', sizeof(text) - 1);
	text[sizeof(text) - 1] = '\0';
	err_set(&err, ERR_FAILED, "%s", text);
	err_prefix(&err, "%s", text);
	assert_int_equal(strlen(err.text), sizeof(err.text) - 1);
}

/* A name of any length must not push out what was not done. */
static void
a_long_text_keeps_its_end(void **state)
{
	struct err err = { 0 };
	char name[3000];

	(void)state;
	for (size_t i = 0; i + 3 < sizeof(name); i += 3)
		memcpy(name + i, "\u20ac", 4);
	for (int shift = 0; shift < 3; shift++) {
		err_clear(&err);
		err_set(&err, ERR_REFUSED, "%.*s%s: nothing was written", shift, "xx",
			name);
		assert_in_range(
			strlen(err.text), sizeof(err.text) - 7, sizeof(err.text) - 1);
		assert_non_null(strstr(err.text, "\u20ac\u2026\u20ac"));
		assert_non_null(strstr(err.text, "\u20ac: nothing was written"));
		err_prefix(&err, "store main");
		assert_memory_equal(err.text, "store main: ", 12);
		assert_non_null(strstr(err.text, ": nothing was written"));
	}
}

static void
every_kind_has_a_status_and_words(void **state)
{
	(void)state;
	for (int kind = 0; kind < ERR_KINDS; kind++) {
		assert_in_range(err_exit_status(kind), 0, 8);
		assert_true(strlen(err_word(kind)) > 0);
		assert_true(strlen(err_meaning(kind)) > 0);
	}
	assert_int_equal(err_exit_status(ERR_PARTIAL), 8);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(first_failure_wins),
		cmocka_unit_test(prefix_and_errno),
		cmocka_unit_test(long_text_is_cut_not_overrun),
		cmocka_unit_test(a_long_text_keeps_its_end),
		cmocka_unit_test(every_kind_has_a_status_and_words),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
