/* SPDX-License-Identifier: MIT */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

#include <cmocka.h>

#include "poll/documents.h"

static struct key
key_of(const char *job, const char *partition)
{
	return (struct key){ span_of(job), span_of(partition) };
}

static void
the_last_one_counts(void **state)
{
	struct documents documents = { 0 };
	struct key key = key_of("orders", "7");

	(void)state;
	assert_null(documents_get(&documents, key).at);
	documents_put(&documents, key, SPAN("{\"a\": 1}"));
	documents_put(&documents, key, SPAN("{}"));
	assert_true(span_is(documents_get(&documents, key), "{}"));
	/* As long as the first one again, and longer. */
	documents_put(&documents, key, SPAN("{\"b\": 2}"));
	assert_true(span_is(documents_get(&documents, key), "{\"b\": 2}"));
	documents_put(&documents, key, SPAN("{\"a longer one\": true}"));
	assert_true(span_is(documents_get(&documents, key), "{\"a longer one\": true}"));
	documents_put(&documents, key, SPAN_NONE);
	assert_null(documents_get(&documents, key).at);
	documents_put(&documents, key, SPAN("[]"));
	assert_true(span_is(documents_get(&documents, key), "[]"));
	assert_int_equal(documents.count, 1);
	documents_free(&documents);
}

static void
keys_are_pairs(void **state)
{
	struct documents documents = { 0 };

	(void)state;
	documents_put(&documents, key_of("ab", "c"), SPAN("1"));
	documents_put(&documents, key_of("a", "bc"), SPAN("2"));
	documents_put(&documents, key_of("c", "ab"), SPAN("3"));
	documents_put(&documents, (struct key){ SPAN("a"), { "\0", 1 } }, SPAN("4"));
	assert_true(span_is(documents_get(&documents, key_of("ab", "c")), "1"));
	assert_true(span_is(documents_get(&documents, key_of("a", "bc")), "2"));
	assert_true(span_is(documents_get(&documents, key_of("c", "ab")), "3"));
	assert_null(documents_get(&documents, key_of("a", "")).at);
	documents_free(&documents);
}

static void
grows(void **state)
{
	struct documents documents = { 0 };
	char partition[16], text[16];

	(void)state;
	for (int round = 0; round < 2; round++)
		for (int i = 0; i < 5000; i++) {
			snprintf(partition, sizeof(partition), "%d", i);
			snprintf(text, sizeof(text), "%d", i + round);
			documents_put(
				&documents, key_of("job", partition), span_of(text));
		}
	assert_int_equal(documents.count, 5000);
	for (int i = 0; i < 5000; i++) {
		snprintf(partition, sizeof(partition), "%d", i);
		snprintf(text, sizeof(text), "%d", i + 1);
		assert_true(span_is(
			documents_get(&documents, key_of("job", partition)), text));
	}
	documents_free(&documents);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(the_last_one_counts),
		cmocka_unit_test(keys_are_pairs),
		cmocka_unit_test(grows),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
