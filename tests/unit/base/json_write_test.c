/* SPDX-License-Identifier: MIT */
#include "base/json.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "base/utf8.h"

static void
strings_are_escaped(void **state)
{
	static const struct {
		struct span text;
		const char *json;
		bool altered;
	} cases[] = {
		{ SPAN(""), "\"\"", false },
		{ SPAN("a\"b\\c/d"), "\"a\\\"b\\\\c/d\"", false },
		{ SPAN("\b\f\n\r\t\x01\x1b\0"),
			"\"\\b\\f\\n\\r\\t\\u0001\\u001b\\u0000\"", false },
		{ SPAN("\x7f\xc2\x9b"), "\"\\u007f\\u009b\"", false },
		{ SPAN("\u00e4\u4e2d\U0001f600"), "\"\u00e4\u4e2d\U0001f600\"", false },
		{ SPAN("\u202e\ufeff\u200b"), "\"\\u202e\\ufeff\\u200b\"", false },
		{ SPAN("\U000e0041"), "\"\\udb40\\udc41\"", false },
		{ SPAN("a\xff\xed\xa0\x80"), "\"a\\ufffd\\ufffd\\ufffd\\ufffd\"", true },
		{ SPAN("\ufffd"), "\"\ufffd\"", false },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(*cases); i++) {
		struct str out = { 0 };
		bool altered = !cases[i].altered;

		json_add_string(&out, cases[i].text, &altered);
		assert_string_equal(str_text(&out), cases[i].json);
		assert_int_equal(altered, cases[i].altered);
		json_add_string(&out, cases[i].text, NULL);
		str_free(&out);
	}
}

/* What was written is read back, for every character, and shows nothing dangerous. */
static void
every_character_round_trips(void **state)
{
	struct str text = { 0 }, out = { 0 }, back = { 0 };

	(void)state;
	for (uint32_t cp = 0; cp <= 0x10ffff; cp += cp < 0x3000 ? 1 : 61) {
		struct json *json;

		if (cp >= 0xd800 && cp <= 0xdfff)
			continue;
		str_clear(&text);
		str_clear(&out);
		str_clear(&back);
		utf8_add(&text, cp);
		str_add(&text, "0");
		json_add_string(&out, str_span(&text), NULL);
		assert_int_equal(json_parse(&json, str_span(&out), NULL), 0);
		if (!json_text(json, JSON_ROOT, &back) ||
			!span_equal(str_span(&text), str_span(&back)))
			fail_msg("U+%04X becomes %s", cp, str_text(&out));
		if (safe_text_alters(str_span(&out)) && utf8_width(cp) > 0)
			fail_msg("U+%04X is shown raw", cp);
		json_free(json);
	}
	str_free(&text);
	str_free(&out);
	str_free(&back);
}

/* The test vectors of RFC 4648, and bytes above 0x7f. */
static void
base64_is_rfc_4648(void **state)
{
	static const struct {
		struct span bytes;
		const char *base64;
	} cases[] = { { SPAN(""), "\"\"" }, { SPAN("f"), "\"Zg==\"" },
		{ SPAN("fo"), "\"Zm8=\"" }, { SPAN("foo"), "\"Zm9v\"" },
		{ SPAN("foob"), "\"Zm9vYg==\"" }, { SPAN("fooba"), "\"Zm9vYmE=\"" },
		{ SPAN("foobar"), "\"Zm9vYmFy\"" }, { SPAN("\xff\xfe\xfb"), "\"//77\"" },
		{ SPAN("\0\0"), "\"AAA=\"" } };

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(*cases); i++) {
		struct str out = { 0 };

		json_add_base64(&out, cases[i].bytes);
		assert_string_equal(str_text(&out), cases[i].base64);
		str_free(&out);
	}
}

static bool
read_base64(const char *document, struct str *out)
{
	struct json *json;
	bool good;

	assert_int_equal(json_parse(&json, span_of(document), NULL), 0);
	good = json_base64(json, JSON_ROOT, out);
	json_free(json);
	return good;
}

/* All bytes of every length up to where the forms of the end repeat, and again behind
 * what the text held before. */
static void
base64_comes_back(void **state)
{
	char bytes[256];

	(void)state;
	for (size_t i = 0; i < sizeof(bytes); i++)
		bytes[i] = (char)(255 - i);
	for (size_t from = 0; from < 4; from++)
		for (size_t len = 0; len <= sizeof(bytes) - from; len++) {
			struct span wanted = { bytes + from, len };
			struct str written = { 0 }, got = { 0 };

			json_add_base64(&written, wanted);
			str_add(&got, "ab");
			assert_true(read_base64(written.text, &got));
			assert_int_equal(got.len, len + 2);
			assert_memory_equal(got.text + 2, wanted.at, len);
			str_free(&written);
			str_free(&got);
		}
}

static void
what_is_no_base64_is_not_read(void **state)
{
	static const char *const bad[] = { "5", "null", "\"Zg\"", "\"Zg=\"",
		"\"Zg==Zg==\"", "\"Z===\"", "\"====\"", "\"Zh==\"", "\"Zm9=\"",
		"\"Zm9v\\n\"", "\"Zm 9\"", "\"Zm9v====\"", "\"Zm=v\"", "\"Zm-_\"",
		"\"Zm9vZ\\u0067==\"" };

	(void)state;
	for (size_t i = 0; i < sizeof(bad) / sizeof(*bad); i++) {
		struct str got = { 0 };

		str_add(&got, "ab");
		if (read_base64(bad[i], &got))
			fail_msg("%s was read", bad[i]);
		assert_string_equal(got.text, "ab");
		str_free(&got);
	}
}

static void
strict_check(void **state)
{
	static const char *const good[] = { "{}", " {\"a\":[1,{\"a\":2}],\"b\":null}\n",
		"{\"n\":1180591620717411303424}", "{\"s\":\"\\ud83d\\ude00 \u4e2d\"}",
		"{\"n\":0.1}" };
	static const struct {
		struct span text;
		const char *reason;
	} bad[] = {
		{ SPAN(""), "empty" },
		{ SPAN("[1]"), "not a JSON object" },
		{ SPAN("5"), "not a JSON object" },
		{ SPAN("null"), "not a JSON object" },
		{ SPAN("{\"a\":1,\"a\":2}"), "duplicate object key" },
		{ SPAN("{\"x\":{\"a\":1,\"\\u0061\":2}}"), "duplicate object key" },
		{ SPAN("{\"a\":NaN}"), "strict" },
		{ SPAN("{\"a\":-Infinity}"), "strict" },
		{ SPAN("{\"a\":\"\xff\"}"), "unable to decode byte 0xff" },
		{ SPAN("{\"a\":\"\\ud800\"}"), "strict" },
		{ SPAN("{\"a\":\"\\u0000\"}"), "\\u0000" },
		{ SPAN("{\"a\":1"), "cut off after 6 bytes" },
		{ SPAN("{} {}"), "at byte 4" },
		{ SPAN("\xef\xbb\xbf{}"), "byte order mark" },
	};
	struct err err = { 0 };

	(void)state;
	for (size_t i = 0; i < sizeof(good) / sizeof(*good); i++)
		if (json_check_strict(span_of(good[i]), &err) != 0)
			fail_msg("%s: %s", good[i], err.text);
	for (size_t i = 0; i < sizeof(bad) / sizeof(*bad); i++) {
		err_clear(&err);
		assert_int_equal(json_check_strict(bad[i].text, &err), -1);
		assert_int_equal(err.kind, ERR_USAGE);
		if (strstr(err.text, bad[i].reason) == NULL)
			fail_msg("%s: says '%s', not '%s'", bad[i].text.at, err.text,
				bad[i].reason);
	}
}

static void
a_member_has_its_bytes_beside_it(void **state)
{
	struct str out = { 0 };

	(void)state;
	str_add(&out, "{");
	json_add_member(&out, "a", SPAN("x\"y"));
	json_add_member(&out, "b", SPAN("5\xff"));
	json_add_member(&out, "c", SPAN_NONE);
	json_add_member(&out, "d", SPAN(""));
	str_add(&out, "}");
	assert_string_equal(str_text(&out),
		"{\"a\":\"x\\\"y\",\"b\":\"5\\ufffd\",\"b_base64\":\"Nf8=\",\"c\":null,"
		"\"d\":\"\"}");
	str_free(&out);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(strings_are_escaped),
		cmocka_unit_test(every_character_round_trips),
		cmocka_unit_test(base64_is_rfc_4648),
		cmocka_unit_test(base64_comes_back),
		cmocka_unit_test(what_is_no_base64_is_not_read),
		cmocka_unit_test(strict_check),
		cmocka_unit_test(a_member_has_its_bytes_beside_it),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
