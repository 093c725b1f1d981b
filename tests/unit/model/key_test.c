/* SPDX-License-Identifier: MIT */
#include "model/key.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

static void
splits_at_the_first_bare_slash(void **state)
{
	static const struct {
		const char *text, *job, *partition;
	} cases[] = {
		{ "orders", "orders", NULL },
		{ "orders/7", "orders", "7" },
		{ "a/b/c", "a", "b/c" },
		{ "a\\/b/c", "a/b", "c" },
		{ "a\\\\/b", "a\\", "b" },
		{ "a/b\\/c\\\\", "a", "b/c\\" },
	};
	struct str memory = { 0 };

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		struct key key;

		assert_int_equal(key_parse(&key, &memory, cases[i].text, NULL), 0);
		assert_true(span_equal(key.job, span_of(cases[i].job)));
		assert_true(span_equal(key.partition, span_of(cases[i].partition)));
	}
	str_free(&memory);
}

static void
refuses_what_names_nothing(void **state)
{
	static const char *const bad[] = { "", "/7", "orders/", "orders\\", "or\\ders/7",
		"orders/7\\" };
	struct str memory = { 0 };
	struct key key;

	(void)state;
	for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
		struct err err = { 0 };

		assert_int_equal(key_parse(&key, &memory, bad[i], &err), -1);
		assert_int_equal(err.kind, ERR_USAGE);
		assert_true(strlen(err.text) > 0);
	}
	str_free(&memory);
}

/* Every key over a nasty alphabet comes back as it was. */
static void
what_is_written_is_read_back(void **state)
{
	static const char alphabet[] = "a/\\ \xc3";
	struct str text = { 0 }, memory = { 0 };

	(void)state;
	for (unsigned seed = 0; seed < 5 * 5 * 5 * 5 * 5; seed++) {
		char bytes[5];
		struct key key = { { bytes, 3 }, { bytes + 3, 2 } }, back;

		for (unsigned i = 0, rest = seed; i < 5; i++, rest /= 5)
			bytes[i] = alphabet[rest % 5];
		if (seed % 2 == 0)
			key.partition = SPAN_NONE;
		str_clear(&text);
		key_add(&text, key);
		assert_int_equal(key_parse(&back, &memory, str_text(&text), NULL), 0);
		assert_true(key_equal(key, back));
	}
	str_free(&text);
	str_free(&memory);
}

static void
orders_by_job_then_partition_as_people_count(void **state)
{
	const struct key keys[] = {
		{ SPAN("job2"), SPAN_NONE },
		{ SPAN("job2"), SPAN("p9") },
		{ SPAN("job2"), SPAN("p10") },
		{ SPAN("job10"), SPAN("p1") },
	};

	(void)state;
	for (int a = 0; a < 4; a++)
		for (int b = 0; b < 4; b++) {
			int order = key_compare(keys[a], keys[b]);

			assert_int_equal((order > 0) - (order < 0), (a > b) - (a < b));
			assert_int_equal(key_equal(keys[a], keys[b]), a == b);
		}
}

static void
patterns_match_whole_names(void **state)
{
	static const struct {
		const char *pattern, *name;
		bool matches;
	} cases[] = {
		{ "", "", true },
		{ "", "a", false },
		{ "*", "", true },
		{ "**", "", true },
		{ "?", "", false },
		{ "orders-*", "orders-daily", true },
		{ "orders-*", "orders-", true },
		{ "orders-*", "my-orders-daily", false },
		{ "*daily", "orders-daily", true },
		{ "*daily", "orders-daily2", false },
		{ "Orders", "orders", false },
		{ "a?c", "abc", true },
		{ "a?c", "ac", false },
		{ "*.x/*", ".hidden.x/y", true },
		{ "p[0-9]", "p7", true },
		{ "p[0-9]", "p77", false },
		{ "p[!0-9]", "px", true },
		{ "p[!0-9]", "p7", false },
		{ "p[]x]", "p]", true },
		{ "p[a-]", "p-", true },
		{ "p[a-]", "pb", false },
		{ "p[\\]]", "p]", true },
		{ "p[a", "p[a", true }, /* no class without its end */
		{ "p[a", "pa", false },
		{ "\\*", "*", true },
		{ "\\*", "x", false },
		{ "a\\", "a\\", true },
		{ "?", "\xc3\xa4", true }, /* one character, two bytes */
		{ "[\xc3\xa4-\xc3\xbc]", "\xc3\xb6", true },
		{ "[a-z]", "\xc3\xb6", false },
		{ "\xff?", "\xff\xfe", true },
		{ "*ab*ab", "abab", true },
		{ "*ab", "aab", true },
		{ "a*b*c", "a-b-b-c-c", true },
		{ "a*b*c", "a-c-b", false },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++)
		if (pattern_matches(span_of(cases[i].pattern), span_of(cases[i].name)) !=
			cases[i].matches)
			fail_msg("'%s' with '%s'", cases[i].pattern, cases[i].name);
	assert_true(pattern_matches(SPAN("*"), SPAN_NONE));
	assert_false(pattern_matches(SPAN("?"), SPAN_NONE));
	assert_true(pattern_matches(SPAN("a?c"), SPAN("a\0c")));
}

/* What the wildcards mean, said as plainly as possible. */
static bool
means(const char *pattern, const char *name)
{
	if (*pattern == '\0')
		return *name == '\0';
	if (*pattern == '*')
		return means(pattern + 1, name) ||
		       (*name != '\0' && means(pattern, name + 1));
	return *name != '\0' && (*pattern == '?' || *pattern == *name) &&
	       means(pattern + 1, name + 1);
}

/* The words over an alphabet, counted: the empty one is 0, then all of one letter. */
static void
spell(char *out, unsigned number, const char *alphabet, unsigned base)
{
	for (; number > 0; number = (number - 1) / base)
		*out++ = alphabet[(number - 1) % base];
	*out = '\0';
}

static void
patterns_agree_with_their_meaning(void **state)
{
	char pattern[8], name[8];

	(void)state;
	for (unsigned p = 0; p < 4 * 4 * 4 * 4 * 4; p++) {
		spell(pattern, p, "ab*?", 4);
		for (unsigned n = 0; n < 2 * 2 * 2 * 2 * 2 * 2; n++) {
			spell(name, n, "ab", 2);
			if (pattern_matches(span_of(pattern), span_of(name)) !=
				means(pattern, name))
				fail_msg("'%s' with '%s'", pattern, name);
		}
	}
}

/* With backtracking over every star this would take longer than the universe has. */
static void
many_stars_do_not_explode(void **state)
{
	struct str pattern = { 0 }, name = { 0 };

	(void)state;
	for (int i = 0; i < 200; i++)
		str_add(&pattern, "a*");
	str_add(&pattern, "b");
	str_add_repeated(&name, 'a', 20000);
	assert_false(pattern_matches(str_span(&pattern), str_span(&name)));
	str_add(&name, "b");
	assert_true(pattern_matches(str_span(&pattern), str_span(&name)));
	str_free(&pattern);
	str_free(&name);
}

static void
a_partition_with_a_name_keeps_it(void **state)
{
	static const char *const names[][2] = { { "7", "p7" }, { "p0", "p0" },
		{ "eu", "eu" }, { "", "" }, { "2026-11-22", "p2026-11-22" } };

	(void)state;
	for (size_t i = 0; i < sizeof(names) / sizeof(*names); i++) {
		struct str text = { 0 };

		key_add_partition(&text, span_of(names[i][0]));
		assert_string_equal(str_text(&text), names[i][1]);
		str_free(&text);
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_partition_with_a_name_keeps_it),
		cmocka_unit_test(splits_at_the_first_bare_slash),
		cmocka_unit_test(refuses_what_names_nothing),
		cmocka_unit_test(what_is_written_is_read_back),
		cmocka_unit_test(orders_by_job_then_partition_as_people_count),
		cmocka_unit_test(patterns_match_whole_names),
		cmocka_unit_test(patterns_agree_with_their_meaning),
		cmocka_unit_test(many_stars_do_not_explode),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
