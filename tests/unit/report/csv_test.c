/* SPDX-License-Identifier: MIT */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "report/csv.h"

/* A row is the value of its only field. */
static struct field_value
get_itself(const void *row, int64_t now)
{
	(void)now;
	return *(const struct field_value *)row;
}

static const struct field one[] = { { "value", "", get_itself } };

static void
expect_csv(struct field_value value, const struct csv_style *style, const char *expected)
{
	struct str out = { 0 };

	csv_record(&out, one, 1, &value, 0, style);
	assert_string_equal(str_text(&out), expected);
	str_free(&out);
}

static void
expect_text(const char *text, const char *expected)
{
	const struct csv_style style = { 0 };

	expect_csv(field_word(text), &style, expected);
}

static void
quotes_what_rfc_4180_wants_quoted(void **state)
{
	(void)state;
	expect_text("plain", "plain\r\n");
	expect_text("a,b", "\"a,b\"\r\n");
	expect_text("say \"hi\"", "\"say \"\"hi\"\"\"\r\n");
	expect_text("two\nlines", "\"two\nlines\"\r\n");
	expect_text(" blank", "\" blank\"\r\n");
	/* An empty text is not the same as no text. */
	expect_text("", "\"\"\r\n");
	expect_text(NULL, "\r\n");
}

static void
csv_formula(void **state)
{
	(void)state;
	expect_text("=cmd|' /C calc'!A0", "'=cmd|' /C calc'!A0\r\n");
	expect_text("+1", "'+1\r\n");
	expect_text("@SUM(A1)", "'@SUM(A1)\r\n");
	expect_text("-1+1", "'-1+1\r\n");
	expect_text("-", "'-\r\n");
	expect_text("\tx", "\"'\tx\"\r\n");
	expect_text("\rx", "\"'\rx\"\r\n");
	expect_text("-=1", "'-=1\r\n");
	expect_text("1=1", "1=1\r\n");
}

static void
numbers_stay_numbers(void **state)
{
	const struct csv_style style = { 0 };

	(void)state;
	expect_text("-5", "-5\r\n");
	expect_text("-0.5", "-0.5\r\n");
	expect_text("-5.", "'-5.\r\n");
	expect_text("--5", "'--5\r\n");
	expect_csv(field_integer(-5), &style, "-5\r\n");
	expect_csv(field_integer(INT64_MIN), &style, "-9223372036854775808\r\n");
	expect_csv(field_seconds(-250 * MILLISECOND), &style, "-0.25\r\n");
	expect_csv(field_seconds(INT64_MIN + 1), &style, "-9223372036854.775807\r\n");
	expect_csv(field_seconds(1), &style, "0.000001\r\n");
	expect_csv(field_seconds(90 * SECOND), &style, "90\r\n");
	expect_csv(field_seconds(TIME_NONE), &style, "\r\n");
}

static void
raw_is_as_stored(void **state)
{
	const struct csv_style raw = { .raw = true };
	const struct csv_style safe = { .safe = true };

	(void)state;
	expect_csv(field_word("=1"), &raw, "=1\r\n");
	expect_csv(field_word("\033[2J\xff"), &raw, "\033[2J\xff\r\n");
	expect_csv(field_word("\033[2J\xff"), &safe, "\\x1b[2J\\xff\r\n");
	/* What the gate spells out cannot break the quoting. */
	expect_csv(field_word("a\n,"), &safe, "\"a\\x0a,\"\r\n");
}

static void
plain_is_one_line(void **state)
{
	const struct field two[] = { one[0], one[0] };
	struct field_value value = field_word("a\tb\nc");
	struct field_value none = field_none();
	struct str out = { 0 };

	(void)state;
	plain_record(&out, two, 2, &value, 0);
	assert_string_equal(str_text(&out), "a\\x09b\\x0ac\ta\\x09b\\x0ac\n");
	str_clear(&out);
	plain_record(&out, two, 2, &none, 0);
	assert_string_equal(str_text(&out), "-\t-\n");
	str_free(&out);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(quotes_what_rfc_4180_wants_quoted),
		cmocka_unit_test(csv_formula),
		cmocka_unit_test(numbers_stay_numbers),
		cmocka_unit_test(raw_is_as_stored),
		cmocka_unit_test(plain_is_one_line),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
