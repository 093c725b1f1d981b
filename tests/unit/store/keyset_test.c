/* SPDX-License-Identifier: MIT */
#include "store/keyset.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

#include <cmocka.h>

static struct key
key_of(const char *job, const char *partition)
{
	return (struct key){ span_of(job), span_of(partition) };
}

static void
keys_are_told_apart(void **state)
{
	struct keyset *set = keyset_new();

	(void)state;
	assert_false(keyset_add(set, key_of("a", "bc")));
	assert_false(keyset_add(set, key_of("ab", "c")));
	assert_false(keyset_add(set, key_of("abc", "")));
	assert_false(keyset_add(set, key_of("", "abc")));
	assert_false(keyset_add(set, key_of("bc", "a")));
	assert_false(keyset_add(set, key_of("a", "a")));
	assert_false(keyset_add(set, key_of("b", "b")));
	assert_false(keyset_add(set, (struct key){ SPAN("b"), SPAN("\0") }));
	assert_false(keyset_add(set, key_of("b", "")));
	assert_true(keyset_add(set, key_of("ab", "c")));
	keyset_free(set);
	keyset_free(NULL);
}

/* The last character decides alone, each of the 256. */
static void
neighbours_are_told_apart(void **state)
{
	struct keyset *set = keyset_new();

	(void)state;
	for (int round = 0; round < 2; round++)
		for (int last = 0; last < 256; last++) {
			char name[] = { 'p', (char)last };
			struct key key = { SPAN("job"), { name, sizeof(name) } };

			assert_int_equal(keyset_add(set, key), round == 1);
		}
	keyset_free(set);
}

static void
many_keys_come_once_and_then_twice(void **state)
{
	struct keyset *set = keyset_new();
	char job[24], partition[24];

	(void)state;
	for (int round = 0; round < 2; round++) {
		/* Less than there is, and more: what is there stays. */
		keyset_reserve(set, round == 0 ? 1000 : 300000);
		for (int i = 0; i < 200000; i++) {
			snprintf(job, sizeof(job), "job-%d", i / 1000);
			snprintf(partition, sizeof(partition), "%d", i % 1000);
			if (keyset_add(set, key_of(job, partition)) != (round == 1))
				fail_msg("%s/%s in round %d", job, partition, round);
		}
	}
	keyset_free(set);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(keys_are_told_apart),
		cmocka_unit_test(neighbours_are_told_apart),
		cmocka_unit_test(many_keys_come_once_and_then_twice),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
