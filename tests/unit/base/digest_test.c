/* SPDX-License-Identifier: MIT */
#include "base/digest.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "base/mem.h"

/* The examples of FIPS 180-4, and no bytes at all. */
static void
digests_are_sha256(void **state)
{
	static const struct {
		struct span bytes;
		const char *digest;
	} cases[] = {
		{ SPAN(""),
			"e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b85"
			"5" },
		{ SPAN("abc"),
			"ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015a"
			"d" },
		{ SPAN("abcdbcdecdefdefgefghfghighijhijkijkljklmklmnlmnomnopnopq"),
			"248d6a61d20638b8e5c026930c3e6039a33ce45964ff2167f6ecedd419db06c"
			"1" },
	};
	char digest[DIGEST_SIZE];

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(*cases); i++) {
		digest_of(digest, cases[i].bytes);
		assert_string_equal(digest, cases[i].digest);
		assert_true(digest_is_one(span_of(digest)));
	}
	digest_of(digest, SPAN_NONE);
	assert_string_equal(digest, cases[0].digest);
}

static void
long_texts_have_one_too(void **state)
{
	char digest[DIGEST_SIZE], *bytes = mem_new(1000000, 1);

	(void)state;
	memset(bytes, 'a', 1000000);
	digest_of(digest, (struct span){ bytes, 1000000 });
	assert_string_equal(digest,
		"cdc76e5c9914fb9281a1c7e284d73e67f1809a48a497200e046d39ccc7112cd0");
	free(bytes);
}

static void
other_texts_are_no_digests(void **state)
{
	char digest[DIGEST_SIZE];

	(void)state;
	digest_of(digest, SPAN("x"));
	assert_false(digest_is_one(SPAN_NONE));
	assert_false(digest_is_one((struct span){ digest, DIGEST_LEN - 1 }));
	assert_false(digest_is_one((struct span){ digest, DIGEST_LEN + 1 }));
	digest[5] = 'A';
	assert_false(digest_is_one(span_of(digest)));
	digest[5] = 'g';
	assert_false(digest_is_one(span_of(digest)));
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(digests_are_sha256),
		cmocka_unit_test(long_texts_have_one_too),
		cmocka_unit_test(other_texts_are_no_digests),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
