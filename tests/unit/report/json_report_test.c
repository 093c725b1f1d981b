/* SPDX-License-Identifier: MIT */
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "report/json_report.h"

static void
expect(struct field_value value, const char *expected)
{
	struct str out = { 0 };

	json_report_member(&out, "m", &value);
	assert_string_equal(str_text(&out), expected);
	str_free(&out);
}

static void
expect_document(const char *document, const char *expected)
{
	expect((struct field_value){ .kind = FIELD_DOCUMENT, .text = span_of(document) },
		expected);
}

static void
scalars(void **state)
{
	(void)state;
	expect(field_none(), "\"m\":null");
	expect(field_integer(INT64_C(9007199254740993)), "\"m\":9007199254740993");
	expect(field_bool(true), "\"m\":true");
	expect(field_time(0), "\"m\":\"1970-01-01T00:00:00Z\"");
	expect(field_time(TIME_NONE), "\"m\":null");
	expect(field_seconds(1500 * MILLISECOND), "\"m\":1.5");
	expect((struct field_value){ .kind = FIELD_REAL, .real = 0.1 }, "\"m\":0.1");
	expect((struct field_value){ .kind = FIELD_REAL, .real = NAN }, "\"m\":null");
	expect((struct field_value){ .kind = FIELD_REAL, .real = INFINITY },
		"\"m\":null");
}

static void
json_output_of_invalid_bytes(void **state)
{
	(void)state;
	expect(field_word("\xff"
			  "A"),
		"\"m\":\"\\ufffdA\",\"m_base64\":\"/0E=\"");
	expect(field_word("\x9b"), "\"m\":\"\\ufffd\",\"m_base64\":\"mw==\"");
	/* Valid, but nothing for a terminal. */
	expect(field_word("\xc2\x9b\xe2\x80\xae"), "\"m\":\"\\u009b\\u202e\"");
	expect(field_word(""), "\"m\":\"\"");
}

static void
documents_as_stored(void **state)
{
	(void)state;
	expect_document("{\"a\": 0.10, \"b\": 1e400, \"c\": 1180591620717411303424}",
		"\"m\":{\"a\": 0.10, \"b\": 1e400, \"c\": 1180591620717411303424}");
	/* Members that come twice are in the document, so they are in ours. */
	expect_document("{\"a\":1,\"a\":2}", "\"m\":{\"a\":1,\"a\":2}");
	/* One record a line. */
	expect_document("{\n\t\"a\": \"\\n\"\r\n}\n", "\"m\":{  \"a\": \"\\n\"  }");
	expect_document("\xef\xbb\xbf[1]", "\"m\":[1]");
	expect_document(
		"\"\xc2\x9b\xf3\xa0\x80\x81\"", "\"m\":\"\\u009b\\udb40\\udc01\"");
}

static void
documents_that_are_not_json(void **state)
{
	(void)state;
	expect_document("{\"a\": NaN}", "\"m\":null,\"m_text\":\"{\\\"a\\\": NaN}\"");
	expect_document("[-Infinity]", "\"m\":null,\"m_text\":\"[-Infinity]\"");
	expect_document("{\"a\":", "\"m\":null,\"m_text\":\"{\\\"a\\\":\"");
	expect_document("", "\"m\":null,\"m_text\":\"\"");
	expect_document("\"\xff\"",
		"\"m\":null,\"m_text\":\"\\\"\\ufffd\\\"\",\"m_base64\":\"Iv8i\"");
}

static void
heads_are_the_same_everywhere(void **state)
{
	struct str out = { 0 };

	(void)state;
	json_report_head(&out, 0);
	assert_string_equal(
		str_text(&out), "\"schema\":1,\"at\":\"1970-01-01T00:00:00Z\"");
	str_free(&out);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(scalars),
		cmocka_unit_test(json_output_of_invalid_bytes),
		cmocka_unit_test(documents_as_stored),
		cmocka_unit_test(documents_that_are_not_json),
		cmocka_unit_test(heads_are_the_same_everywhere),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
