/* SPDX-License-Identifier: MIT */
#include "base/json.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

/* A document that must parse. */
static struct json *
parsed(struct span text)
{
	struct json *json;
	struct err err = { 0 };

	if (json_parse(&json, text, &err) != 0)
		fail_msg("%.*s: %s", (int)text.len, text.at, err.text);
	return json;
}

/* A member's scalar as text, which must be this. */
static void
check_member(const struct json *json, const char *name, const char *expected)
{
	json_at at = json_member(json, JSON_ROOT, name, NULL);
	struct str text = { 0 };

	if (!json_scalar(json, at, &text))
		fail_msg("no scalar '%s'", name);
	assert_string_equal(str_text(&text), expected);
	str_free(&text);
}

/* The document written anew, without the white space between its tokens. */
static void
rewrite(struct str *out, const struct json *json, json_at at)
{
	enum json_kind kind = json_kind(json, at);
	struct span name;
	json_at value;
	size_t cursor = 0, count = 0;

	if (kind != JSON_OBJECT && kind != JSON_ARRAY) {
		str_add_span(out, json_raw(json, at));
		return;
	}
	str_add_char(out, kind == JSON_OBJECT ? '{' : '[');
	while (json_next(json, at, &cursor, &name, &value)) {
		if (count++ > 0)
			str_add_char(out, ',');
		assert_int_equal(name.at != NULL, kind == JSON_OBJECT);
		if (kind == JSON_OBJECT) {
			str_add_char(out, '"');
			str_add_span(out, name);
			str_add(out, "\":");
		}
		rewrite(out, json, value);
	}
	str_add_char(out, kind == JSON_OBJECT ? '}' : ']');
	assert_int_equal(json_count(json, at), count);
}

static void
check_rewrite(struct span text, const char *expected)
{
	struct json *json = parsed(text);
	struct str out = { 0 };

	rewrite(&out, json, JSON_ROOT);
	assert_string_equal(str_text(&out), expected);
	str_free(&out);
	json_free(json);
}

static void
check_damaged(struct span text, const char *reason)
{
	struct json *json = (struct json *)&json;
	struct err err = { 0 };

	if (json_parse(&json, text, &err) == 0)
		fail_msg("%.*s: is not refused", (int)text.len, text.at);
	assert_null(json);
	assert_int_equal(err.kind, ERR_DAMAGED);
	if (strstr(err.text, reason) == NULL)
		fail_msg("%.*s: says '%s', not '%s'", (int)text.len, text.at, err.text,
			reason);
	assert_int_equal(json_parse(&json, text, NULL), -1);
}

/* --- reading --- */

static void
structure_and_white_space(void **state)
{
	(void)state;
	check_rewrite(SPAN(" {\t\"a\" :\r\n[ 1 ,{ } , [ ]\n] , \"b\":{\"c\":null}} \n"),
		"{\"a\":[1,{},[]],\"b\":{\"c\":null}}");
	check_rewrite(SPAN("[[[]],[{}],{\"\":[]},\"x\"]"), "[[[]],[{}],{\"\":[]},\"x\"]");
	check_rewrite(SPAN("\"[{,:}]\\\"\""), "\"[{,:}]\\\"\"");
	check_rewrite(SPAN(" -0.0e+10 "), "-0.0e+10");
	check_rewrite(SPAN("true"), "true");
}

static void
members_are_found(void **state)
{
	struct json *json = parsed(SPAN("{\"offset\":5,\"deep\":{\"offset\":6,"
					"\"list\":[{\"offset\":7}]},"
					"\"\\u006fther\":\"\\u00e4\",\"last\":false}"));
	json_at deep = json_member(json, JSON_ROOT, "deep", NULL);
	struct str text = { 0 };

	(void)state;
	check_member(json, "offset", "5");
	check_member(json, "other", "\u00e4");
	check_member(json, "last", "false");
	assert_int_equal(json_kind(json, deep), JSON_OBJECT);
	assert_true(
		span_is(json_raw(json, json_member(json, deep, "offset", NULL)), "6"));
	assert_true(span_is(json_raw(json, json_member(json, deep, "list", NULL)),
		"[{\"offset\":7}]"));
	assert_int_equal(json_count(json, JSON_ROOT), 4);
	assert_int_equal(json_member(json, JSON_ROOT, "list", NULL), JSON_ABSENT);
	assert_int_equal(json_member(json, JSON_ROOT, "offse", NULL), JSON_ABSENT);
	assert_int_equal(json_member(json, JSON_ROOT, "", NULL), JSON_ABSENT);
	assert_false(json_scalar(json, deep, &text));
	assert_false(
		json_text(json, json_member(json, JSON_ROOT, "offset", NULL), &text));
	assert_int_equal(text.len, 0);
	json_free(json);
}

/* A chain of look-ups needs no check at every step. */
static void
absent_is_answered(void **state)
{
	struct json *json = parsed(SPAN("[1]"));
	json_at at = json_member(json, JSON_ROOT, "x", NULL), value;
	struct str text = { 0 };
	struct span name;
	size_t cursor = 0;

	(void)state;
	assert_int_equal(at, JSON_ABSENT);
	assert_int_equal(json_member(json, at, "y", NULL), JSON_ABSENT);
	assert_int_equal(json_kind(json, at), JSON_NULL);
	assert_int_equal(json_count(json, at), 0);
	assert_null(json_raw(json, at).at);
	assert_false(json_next(json, at, &cursor, &name, &value));
	assert_false(json_text(json, at, &text));
	assert_false(json_scalar(json, at, &text));
	json_free(json);
	json_free(NULL);
}

/* Python keeps the last one, and we say that there were more.
 * D02 json_duplicate_keys */
static void
json_duplicate_keys(void **state)
{
	struct json *json = parsed(SPAN("{\"a\":1,\"b\":2,\"\\u0061\":3}"));
	json_at before, at = json_member(json, JSON_ROOT, "a", &before);

	(void)state;
	assert_true(span_is(json_raw(json, at), "3"));
	assert_true(span_is(json_raw(json, before), "1"));
	json_member(json, JSON_ROOT, "b", &before);
	assert_int_equal(before, JSON_ABSENT);
	assert_int_equal(json_count(json, JSON_ROOT), 3);
	json_free(json);
}

/* D03: what only Python writes, and bytes that are not UTF-8. */
static void
json_python_only(void **state)
{
	static const char text[] =
		"{\"a\": NaN, \"b\": Infinity, \"c\": -Infinity, "
		"\"d\": 1180591620717411303424, "
		"\"e\": \"x\\ud800y\", \"f\": \"\\udc00\\ud83d\\ude00\", "
		"\"g\": \"\xff\", \"h\": \"a\\u0000b\", "
		"\"i\": \"\\ud83d\\ud83d\\ude00\\ud83d\\u0041\"}";
	struct json *json = parsed(SPAN(text));
	struct str out = { 0 };

	(void)state;
	check_member(json, "a", "NaN");
	check_member(json, "c", "-Infinity");
	check_member(json, "d", "1180591620717411303424");
	check_member(json, "e", "x\ufffdy");
	check_member(json, "f", "\ufffd\U0001f600");
	check_member(json, "g", "\xff");
	check_member(json, "i", "\ufffd\U0001f600\ufffdA");
	assert_int_equal(
		json_kind(json, json_member(json, JSON_ROOT, "b", NULL)), JSON_NUMBER);
	assert_true(json_text(json, json_member(json, JSON_ROOT, "h", NULL), &out));
	assert_true(span_equal(str_span(&out), SPAN("a\0b")));
	assert_true(span_is(json_raw(json, JSON_ROOT), text));
	str_free(&out);
	json_free(json);
}

/* D04: a number is its text. */
static void
json_number_text(void **state)
{
	static const char *const good[] = { "0", "-0", "0.1", "1.0", "1e400", "1E-5",
		"9007199254740993", "18446744073709551616", "-12.50e+03" };
	static const char *const bad[] = { "01", "+1", ".5", "5.", "1e", "1e+", "-",
		"--1", "0x10", "1_000", "1.2.3", "nan", "inf", "-NaN", "infinity", "True",
		"None", "nul", "nullx", "undefined", "1-2" };
	struct str text = { 0 };

	(void)state;
	for (size_t i = 0; i < sizeof(good) / sizeof(*good); i++) {
		struct json *json = parsed(span_of(good[i]));

		assert_int_equal(json_kind(json, JSON_ROOT), JSON_NUMBER);
		assert_true(span_is(json_raw(json, JSON_ROOT), good[i]));
		json_free(json);
	}
	for (size_t i = 0; i < sizeof(bad) / sizeof(*bad); i++) {
		str_clear(&text);
		str_addf(&text, "[1, %s ]", bad[i]);
		check_damaged(str_span(&text), "a word that is no value at byte 5");
	}
	str_free(&text);
}

/* What stands around the document.
 * D05 json_trailing_garbage */
static void
json_trailing_garbage(void **state)
{
	struct json *json = parsed(SPAN("\xef\xbb\xbf{\"a\":1}\r\n"));

	(void)state;
	assert_true(json_has_bom(json));
	assert_true(span_is(json_raw(json, JSON_ROOT), "{\"a\":1}"));
	json_free(json);
	json = parsed(SPAN("{}"));
	assert_false(json_has_bom(json));
	json_free(json);
	check_damaged(SPAN(""), "the document is empty");
	check_damaged(SPAN_NONE, "the document is empty");
	check_damaged(SPAN(" \r\n\t"), "the document is empty");
	check_damaged(SPAN("\xef\xbb\xbf"), "the document is empty");
	check_damaged(SPAN("{} {}"), "text behind the document at byte 4");
	check_damaged(SPAN("{}x"), "text behind the document at byte 3");
	check_damaged(SPAN("1 2"), "text behind the document at byte 3");
	check_damaged(SPAN("{},"), "text behind the document at byte 3");
	check_damaged(SPAN("\xef\xbb\xbf{} x"), "text behind the document at byte 7");
	check_damaged(SPAN("{}\0"), "unexpected character at byte 3");
	check_damaged(SPAN("{}\xef\xbb\xbf"), "unexpected character at byte 3");
}

static void
damage_is_located(void **state)
{
	static const struct {
		struct span text;
		const char *reason;
	} cases[] = {
		{ SPAN("{\"a\":1"), "cut off after 6 bytes, neither a comma nor" },
		{ SPAN("{\"a\":"), "cut off after 5 bytes, no value" },
		{ SPAN("{\"a\""), "cut off after 4 bytes, no colon" },
		{ SPAN("{\"a"), "cut off after 3 bytes, within a string" },
		{ SPAN("{\"a\\"), "cut off after 4 bytes, within a string" },
		{ SPAN("\"\\u12"), "cut off after 5 bytes, within a string" },
		{ SPAN("["), "cut off after 1 bytes, neither a value nor a ]" },
		{ SPAN("{"), "cut off after 1 bytes, neither a quoted name" },
		{ SPAN("\"\\u12\""), "invalid escape at byte 2" },
		{ SPAN("\"\\u12x4\""), "invalid escape at byte 2" },
		{ SPAN("[\"ok\\n\",\"\\x41\"]"), "invalid escape at byte 10" },
		{ SPAN("\"\\\0\""), "invalid escape at byte 2" },
		{ SPAN("\"a\nb\""), "control character in a string at byte 3" },
		{ SPAN("\"a\0b\""), "control character in a string at byte 3" },
		{ SPAN("[1,]"), "no value where one is due at byte 4" },
		{ SPAN("[,1]"), "neither a value nor a ] at byte 2" },
		{ SPAN("[1 2]"), "neither a comma nor the closing bracket at byte 4" },
		{ SPAN("[1:2]"), "neither a comma nor the closing bracket at byte 3" },
		{ SPAN("{\"a\":1,}"), "no quoted name where one is due at byte 8" },
		{ SPAN("{\"a\" 1}"), "no colon behind the name at byte 6" },
		{ SPAN("{\"a\",\"b\"}"), "no colon behind the name at byte 5" },
		{ SPAN("{\"a\"}"), "no colon behind the name at byte 5" },
		{ SPAN("{\"a\":1:2}"), "neither a comma nor the closing" },
		{ SPAN("{\"a\":\"b\":\"c\"}"), "neither a comma nor the closing" },
		{ SPAN("{\"a\"::1}"), "no value where one is due at byte 6" },
		{ SPAN("{1:2}"), "neither a quoted name nor a } at byte 2" },
		{ SPAN("{[1]:2}"), "neither a quoted name nor a } at byte 2" },
		{ SPAN("{a:1}"), "neither a quoted name nor a } at byte 2" },
		{ SPAN("{,}"), "neither a quoted name nor a } at byte 2" },
		{ SPAN("{'a':1}"), "neither a quoted name nor a } at byte 2" },
		{ SPAN("[1}"), "wrong closing bracket at byte 3" },
		{ SPAN("{\"a\":1]"), "wrong closing bracket at byte 7" },
		{ SPAN("]"), "closing bracket without opening at byte 1" },
		{ SPAN("[]]"), "closing bracket without opening at byte 3" },
		{ SPAN("1\"a\""), "unexpected character at byte 2" },
		{ SPAN("\"a\"1"), "text behind the document at byte 4" },
		{ SPAN("[1\"a\"]"), "unexpected character at byte 3" },
		{ SPAN("[\"a\"\"b\"]"), "neither a comma nor the closing" },
		{ SPAN("[1[2]]"), "unexpected character at byte 3" },
		{ SPAN("[1] // x"), "text behind the document at byte 5" },
		{ SPAN("[\x01]"), "unexpected character at byte 2" },
		{ SPAN("[\xc3\xa4]"), "unexpected character at byte 2" },
		{ SPAN(":"), "no value where one is due at byte 1" },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(*cases); i++)
		check_damaged(cases[i].text, cases[i].reason);
}

/* --- size and depth: these end at once or, with a quadratic parser, not today --- */

static void
add_times(struct str *out, const char *text, size_t count)
{
	while (count-- > 0)
		str_add(out, text);
}

/* D01 json_depth_bomb */
static void
json_depth_bomb(void **state)
{
	static const struct {
		const char *open, *close, *reason;
		size_t count;
	} cases[] = {
		{ "[", "", "nested deeper than 64 at byte 65", 1000000 },
		{ "[", "]", "nested deeper than 64 at byte 65", 500000 },
		{ "{\"a\":", "}", "nested deeper than 64 at byte 321", 200000 },
		{ "[", "]", "nested deeper than 64 at byte 65", 65 },
		{ "]", "", "closing bracket without opening at byte 1", 1000000 },
	};
	struct str text = { 0 };

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(*cases); i++) {
		str_clear(&text);
		add_times(&text, cases[i].open, cases[i].count);
		add_times(&text, cases[i].close, cases[i].count);
		check_damaged(str_span(&text), cases[i].reason);
	}
	str_clear(&text);
	add_times(&text, "[", JSON_DEPTH_MAX);
	add_times(&text, "]", JSON_DEPTH_MAX);
	check_rewrite(str_span(&text), str_text(&text));
	str_free(&text);
}

/* Documents that would hide the depth from a scanner that reads quotes differently from
 * the tokeniser, and chains on which the tokeniser climbs. */
static void
depth_cannot_be_hidden(void **state)
{
	struct str text = { 0 };

	(void)state;
	str_add(&text, "1\" ");
	add_times(&text, "[", 300000);
	add_times(&text, "]", 300000);
	str_add(&text, "\"");
	check_damaged(str_span(&text), "unexpected character at byte 2");
	str_clear(&text);
	str_add(&text, "{");
	add_times(&text, "\"a\":", 200000);
	str_add(&text, "1}");
	check_damaged(str_span(&text), "neither a comma nor the closing");
	str_clear(&text);
	add_times(&text, "[", 63);
	add_times(&text, "a:", 200000);
	add_times(&text, "[],", 100000);
	add_times(&text, "]", 63);
	check_damaged(str_span(&text), "a word that is no value");
	str_free(&text);
}

static void
documents_of_a_mebibyte(void **state)
{
	size_t mebibyte = 1024 * 1024;
	struct str text = { 0 };
	struct json *json;
	struct span name;
	json_at value = JSON_ABSENT;
	size_t cursor = 0, count = 0;

	(void)state;
	str_add(&text, "[1");
	add_times(&text, ",1", mebibyte / 2);
	str_add(&text, "]");
	check_rewrite(str_span(&text), str_text(&text));
	str_clear(&text);
	str_add(&text, "{\"v\":\"");
	str_add_repeated(&text, 'x', mebibyte);
	add_times(&text, "\\\\", mebibyte / 4);
	str_add(&text, "\"}");
	check_rewrite(str_span(&text), str_text(&text));
	str_clear(&text);
	str_add(&text, "[");
	add_times(&text, "{\"a\":[{}]},", mebibyte / 12);
	str_add(&text, "{}]");
	json = parsed(str_span(&text));
	while (json_next(json, JSON_ROOT, &cursor, &name, &value))
		count++;
	assert_int_equal(count, mebibyte / 12 + 1);
	assert_true(span_is(json_raw(json, value), "{}"));
	json_free(json);
	str_free(&text);
}

/* --- random documents --- */

static uint64_t
next_random(uint64_t *seed)
{
	*seed ^= *seed >> 12;
	*seed ^= *seed << 25;
	*seed ^= *seed >> 27;
	return *seed * UINT64_C(2685821657736338717);
}

/* A valid document, and the same one with white space wherever it may stand. */
static void
add_random(struct str *plain, struct str *spaced, uint64_t *seed, int depth)
{
	static const char *const scalars[] = { "null", "true", "false", "0", "-1.5e+9",
		"NaN", "-Infinity", "\"\"", "\"a,b:[c]\\\"{\"", "\"\\ud83d\\ude00\"",
		"\"\xc3\xa4\"", "1180591620717411303424" };
	static const char *const names[] = { "\"a\"", "\"\"", "\"\\u0061\"", "\"x:y\"" };
	static const char *const spaces[] = { "", " ", "\n\t", "\r" };
	unsigned kind = next_random(seed) % 4;
	size_t count = next_random(seed) % 4;

	if (depth == 0 || kind > 1) {
		const char *scalar = scalars[next_random(seed) % 12];

		str_add(plain, scalar);
		str_add(spaced, scalar);
		return;
	}
	str_add_char(plain, kind == 0 ? '[' : '{');
	str_add_char(spaced, kind == 0 ? '[' : '{');
	for (size_t i = 0; i < count; i++) {
		str_add(spaced, spaces[next_random(seed) % 4]);
		if (kind == 1) {
			const char *name = names[next_random(seed) % 4];

			str_addf(plain, "%s:", name);
			str_addf(spaced, "%s%s:%s", name, spaces[next_random(seed) % 4],
				spaces[next_random(seed) % 4]);
		}
		add_random(plain, spaced, seed, depth - 1);
		str_add(spaced, spaces[next_random(seed) % 4]);
		if (i + 1 < count) {
			str_add_char(plain, ',');
			str_add_char(spaced, ',');
		}
	}
	str_add_char(plain, kind == 0 ? ']' : '}');
	str_add_char(spaced, kind == 0 ? ']' : '}');
}

/* D06: every byte between the tokens and every token survives. */
static void
valid_documents_survive(void **state)
{
	uint64_t seed = 20221122;
	struct str plain = { 0 }, spaced = { 0 };

	(void)state;
	for (int i = 0; i < 5000; i++) {
		str_clear(&plain);
		str_clear(&spaced);
		add_random(&plain, &spaced, &seed, 6);
		check_rewrite(str_span(&spaced), str_text(&plain));
	}
	str_free(&plain);
	str_free(&spaced);
}

/* What is accepted after damage is still a document: written anew it is accepted again
 * and stays the same; and no prefix of a container is a document. */
static void
damaged_documents_are_refused_or_whole(void **state)
{
	static const char bytes[] = "{}[],:\"\\ 0-1.eEu\n\0tN\xff";
	uint64_t seed = 4711;
	struct str plain = { 0 }, text = { 0 }, once = { 0 }, refused = { 0 };

	(void)state;
	for (int i = 0; i < 20000; i++) {
		struct json *json;
		size_t at;

		str_clear(&plain);
		str_clear(&text);
		str_add(&text, "[");
		add_random(&plain, &text, &seed, 4);
		str_add(&text, "]");
		at = next_random(&seed) % text.len;
		assert_int_equal(
			json_parse(&json, (struct span){ text.text, at }, NULL), -1);
		text.text[at] = bytes[next_random(&seed) % (sizeof(bytes) - 1)];
		if (json_parse(&json, str_span(&text), NULL) != 0) {
			str_add_char(&refused, 'x');
			continue;
		}
		str_clear(&once);
		rewrite(&once, json, JSON_ROOT);
		json_free(json);
		check_rewrite(str_span(&once), str_text(&once));
	}
	/* Both ends of the test were reached. */
	assert_in_range(refused.len, 5000, 19000);
	str_free(&plain);
	str_free(&text);
	str_free(&once);
	str_free(&refused);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(structure_and_white_space),
		cmocka_unit_test(members_are_found),
		cmocka_unit_test(absent_is_answered),
		cmocka_unit_test(json_duplicate_keys),
		cmocka_unit_test(json_python_only),
		cmocka_unit_test(json_number_text),
		cmocka_unit_test(json_trailing_garbage),
		cmocka_unit_test(damage_is_located),
		cmocka_unit_test(json_depth_bomb),
		cmocka_unit_test(depth_cannot_be_hidden),
		cmocka_unit_test(documents_of_a_mebibyte),
		cmocka_unit_test(valid_documents_survive),
		cmocka_unit_test(damaged_documents_are_refused_or_whole),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
