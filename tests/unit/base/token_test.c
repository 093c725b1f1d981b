/* SPDX-License-Identifier: MIT */
#include "base/token.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#define MANY 2000

static int
compare(const void *a, const void *b)
{
	return strcmp(a, b);
}

/* All are of the form, no two are equal, and every digit that may differ does. */
static void
tokens_are_random_uuids(void **state)
{
	static char tokens[MANY][TOKEN_SIZE];
	static bool seen[TOKEN_LEN][128];

	(void)state;
	for (size_t i = 0; i < MANY; i++) {
		assert_int_equal(token_make(tokens[i], NULL), 0);
		assert_true(token_is_one(span_of(tokens[i])));
		for (size_t at = 0; at < TOKEN_LEN; at++)
			seen[at][(unsigned char)tokens[i][at]] = true;
	}
	qsort(tokens, MANY, sizeof(*tokens), compare);
	for (size_t i = 1; i < MANY; i++)
		assert_string_not_equal(tokens[i - 1], tokens[i]);
	for (size_t at = 0; at < TOKEN_LEN; at++) {
		const char *form = "xxxxxxxx-xxxx-4xxx-nxxx-xxxxxxxxxxxx";
		const char *wanted = form[at] == 'x'   ? "0123456789abcdef"
				     : form[at] == 'n' ? "89ab"
						       : (char[]){ form[at], '\0' };

		for (int c = 1; c < 128; c++)
			assert_int_equal(seen[at][c], strchr(wanted, c) != NULL);
	}
}

static void
other_texts_are_no_tokens(void **state)
{
	static const char *const bad[] = { "", "x",
		"6ba7b810-9dad-11d1-80b4-00c04fd430c8",
		"6ba7b810-9dad-41d1-c0b4-00c04fd430c8",
		"6BA7B810-9DAD-41D1-80B4-00C04FD430C8",
		"6ba7b810-9dad-41d1-80b4-00c04fd430c",
		"6ba7b810-9dad-41d1-80b4-00c04fd430c88",
		"6ba7b810x9dad-41d1-80b4-00c04fd430c8",
		"6ba7b810-9dad-41d1-80b4-00c04fd430c\n" };

	(void)state;
	assert_true(token_is_one(SPAN("6ba7b810-9dad-41d1-80b4-00c04fd430c8")));
	assert_false(token_is_one(SPAN_NONE));
	assert_false(token_is_one(SPAN("6ba7b810-9dad-41d1-80b4-00c04fd430c\0")));
	for (size_t i = 0; i < sizeof(bad) / sizeof(*bad); i++)
		if (token_is_one(span_of(bad[i])))
			fail_msg("'%s' is no UUID of ours", bad[i]);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(tokens_are_random_uuids),
		cmocka_unit_test(other_texts_are_no_tokens),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
