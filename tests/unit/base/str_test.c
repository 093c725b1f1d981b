/* SPDX-License-Identifier: MIT */
#include "base/str.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

static int
sign(int number)
{
	return (number > 0) - (number < 0);
}

static void
none_is_not_empty(void **state)
{
	(void)state;
	assert_true(span_equal(SPAN_NONE, SPAN_NONE));
	assert_false(span_equal(SPAN_NONE, SPAN("")));
	assert_true(span_is(SPAN(""), ""));
	assert_true(span_is(SPAN_NONE, NULL));
	assert_false(span_is(SPAN_NONE, ""));
	assert_int_equal(span_compare(SPAN_NONE, SPAN("")), -1);
	assert_int_equal(span_compare(SPAN(""), SPAN_NONE), 1);
	assert_int_equal(sign(span_compare_natural(SPAN_NONE, SPAN(""))), -1);
	assert_null(span_of(NULL).at);
	assert_null(span_trim(SPAN_NONE).at);
}

static void
bytes_compare_unsigned_and_through_nul(void **state)
{
	(void)state;
	assert_int_equal(sign(span_compare(SPAN("a\0b"), SPAN("a\0c"))), -1);
	assert_int_equal(sign(span_compare(SPAN("\x80"), SPAN("a"))), 1);
	assert_int_equal(sign(span_compare(SPAN("ab"), SPAN("abc"))), -1);
	assert_false(span_is(SPAN("a\0b"), "a"));
}

/* Each text sorts before all that follow it. */
static void
natural_order_is_a_total_order(void **state)
{
	static const char *const sorted[] = { "", " 1", "-1", "0", "00", "07", "7", "7a",
		"8", "08x", "10", "99999999999999999999", "100000000000000000000", ":",
		"P1", "a", "a0", "a00", "a0b", "a1", "a1b", "a01c", "a2b", "a10b", "ab",
		"p9", "p9-2", "p9-10", "p10", "\xc3\xa4-1" };
	size_t count = sizeof(sorted) / sizeof(*sorted);

	(void)state;
	for (size_t i = 0; i < count; i++) {
		for (size_t j = 0; j < count; j++) {
			int order = span_compare_natural(
				span_of(sorted[i]), span_of(sorted[j]));

			if (sign(order) != (i > j) - (i < j))
				fail_msg("'%s' against '%s' gives %d", sorted[i],
					sorted[j], order);
		}
	}
}

static void
contains_ignores_ascii_case_only(void **state)
{
	(void)state;
	assert_true(span_contains(SPAN("Orders-EU"), SPAN("rs-e")));
	assert_true(span_contains(SPAN("aab"), SPAN("AB")));
	assert_true(span_contains(SPAN("x"), SPAN("")));
	assert_true(span_contains(SPAN_NONE, SPAN("")));
	assert_false(span_contains(SPAN("ab"), SPAN("abc")));
	assert_false(span_contains(SPAN_NONE, SPAN("a")));
	assert_false(span_contains(SPAN("@"), SPAN("`")));
	assert_false(span_contains(SPAN("\xc3\x84"), SPAN("\xc3\xa4")));
	assert_true(span_contains(SPAN("a\0Xy"), SPAN("\0xY")));
}

static void
trim_cuts_both_ends(void **state)
{
	(void)state;
	assert_true(span_is(span_trim(SPAN(" \t\r\n\v\f a b \n")), "a b"));
	assert_true(span_is(span_trim(SPAN(" \n ")), ""));
	assert_true(span_is(span_trim(SPAN("\xc2\xa0x")), "\xc2\xa0x"));
}

/* The published test vectors of FNV-1a. */
static void
hash_is_fnv_1a(void **state)
{
	(void)state;
	assert_true(span_hash(SPAN("")) == 0xcbf29ce484222325ULL);
	assert_true(span_hash(SPAN("a")) == 0xaf63dc4c8601ec8cULL);
	assert_true(span_hash(SPAN("foobar")) == 0x85944171f73967e8ULL);
}

/* One bit more or less, anywhere, and about half of the hash is another. */
static void
quick_hash_depends_on_every_bit(void **state)
{
	char bytes[21] = "the texts of a store";

	(void)state;
	for (size_t len = 0; len <= sizeof(bytes); len++) {
		struct span text = { bytes, len };
		unsigned long long hash = span_hash_quick(text);

		for (size_t bit = 0; bit < 8 * len; bit++) {
			int changed;

			bytes[bit / 8] ^= (char)(1 << bit % 8);
			changed = __builtin_popcountll(hash ^ span_hash_quick(text));
			bytes[bit / 8] ^= (char)(1 << bit % 8);
			assert_in_range(changed, 8, 56);
		}
		assert_true(span_hash_quick(text) == hash);
		assert_true(len == sizeof(bytes) ||
			    span_hash_quick((struct span){ bytes, len + 1 }) != hash);
	}
	assert_true(span_hash_quick(SPAN("\0")) != span_hash_quick(SPAN("\0\0")));
}

static void
str_grows_and_stays_terminated(void **state)
{
	struct str str = { 0 };
	char line[300];

	(void)state;
	assert_string_equal(str_text(&str), "");
	assert_non_null(str_span(&str).at);
	for (int i = 0; i < 10000; i++) {
		str_addf(&str, "%d,", i % 10);
		if (str.text[str.len] != '\0' || str.len != (size_t)(2 * (i + 1)))
			fail_msg("after %d pieces: %zu bytes", i + 1, str.len);
	}
	assert_memory_equal(str.text, "0,1,2,3,", 8);
	str_clear(&str);
	assert_int_equal(str.len, 0);
	assert_true(str.capacity >= 20000);
	memset(line, 'x', sizeof(line) - 1);
	line[sizeof(line) - 1] = '\0';
	/* Every length around the borders of the growing buffer. */
	for (size_t len = 0; len < sizeof(line); len++) {
		struct str other = { 0 };

		str_addf(&other, "%s", line + sizeof(line) - 1 - len);
		assert_int_equal(other.len, len);
		assert_int_equal(strlen(other.text), len);
		str_free(&other);
	}
	str_free(&str);
	assert_null(str.text);
}

static void
str_holds_any_bytes(void **state)
{
	struct str str = { 0 };

	(void)state;
	str_add_span(&str, SPAN_NONE);
	str_add_span(&str, SPAN("a\0b"));
	str_add_char(&str, '\0');
	str_add_repeated(&str, '-', 3);
	str_add_repeated(&str, '+', 0);
	str_add(&str, NULL);
	assert_int_equal(str.len, 7);
	assert_memory_equal(str.text, "a\0b\0---", 8);
	str_cut(&str, 100);
	assert_int_equal(str.len, 7);
	str_cut(&str, 1);
	assert_string_equal(str_text(&str), "a");
	str_free(&str);
	str_cut(&str, 0);
	str_clear(&str);
}

static void
take_hands_over(void **state)
{
	struct str str = { 0 };
	char *text;

	(void)state;
	text = str_take(&str);
	assert_string_equal(text, "");
	free(text);
	str_add(&str, "kept");
	text = str_take(&str);
	assert_string_equal(str_text(&str), "");
	str_add(&str, "other");
	assert_string_equal(text, "kept");
	free(text);
	str_free(&str);
}

static void
nearest_word(void **state)
{
	static const char *const words[] = { "read_only", "uri", "table", "warn_age",
		"warn_lag", "list" };
	size_t count = sizeof(words) / sizeof(*words);

	(void)state;
	assert_string_equal(str_nearest("readonly", words, count), "read_only");
	assert_string_equal(str_nearest("tabel", words, count), "table");
	assert_string_equal(str_nearest("lsit", words, count), "list");
	assert_string_equal(str_nearest("urii", words, count), "uri");
	assert_string_equal(str_nearest("warn_leg", words, count), "warn_lag");
	assert_string_equal(str_nearest("warn_xag", words, count), "warn_lag");
	assert_string_equal(str_nearest("table", words, count), "table");
	assert_null(str_nearest("tbl", words, count));
	assert_null(str_nearest("ur", words, count));
	assert_null(str_nearest("", words, count));
	assert_null(str_nearest("something_else", words, count));
	assert_null(str_nearest("table", words, 0));
}

static void
numbers_are_as_printf_writes_them(void **state)
{
	static const int64_t numbers[] = { 0, 1, -1, 9, 10, -10, 99, 100, 1234567890,
		INT64_MAX, INT64_MIN, INT64_MIN + 1 };
	char expected[64];

	(void)state;
	for (size_t i = 0; i < sizeof(numbers) / sizeof(*numbers); i++) {
		struct str str = { 0 };

		str_add_integer(&str, numbers[i]);
		snprintf(expected, sizeof(expected), "%lld", (long long)numbers[i]);
		assert_string_equal(str_text(&str), expected);
		for (unsigned digits = 0; digits <= 30; digits += 3) {
			str_clear(&str);
			str_add_digits(&str, (uint64_t)numbers[i], digits);
			snprintf(expected, sizeof(expected), "%0*llu",
				digits > 0 ? (int)digits : 1,
				(unsigned long long)numbers[i]);
			assert_string_equal(str_text(&str), expected);
		}
		str_free(&str);
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(none_is_not_empty),
		cmocka_unit_test(bytes_compare_unsigned_and_through_nul),
		cmocka_unit_test(natural_order_is_a_total_order),
		cmocka_unit_test(contains_ignores_ascii_case_only),
		cmocka_unit_test(trim_cuts_both_ends),
		cmocka_unit_test(hash_is_fnv_1a),
		cmocka_unit_test(quick_hash_depends_on_every_bit),
		cmocka_unit_test(str_grows_and_stays_terminated),
		cmocka_unit_test(str_holds_any_bytes),
		cmocka_unit_test(numbers_are_as_printf_writes_them),
		cmocka_unit_test(take_hands_over),
		cmocka_unit_test(nearest_word),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
