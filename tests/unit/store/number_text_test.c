/* SPDX-License-Identifier: MIT */
#include "store/number_text.h"

#include <float.h>
#include <locale.h>
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

static void
a_real_is_short_and_comes_back(void **state)
{
	static const struct {
		double number;
		const char *text;
	} reals[] = { { 0.1, "0.1" }, { 1000, "1000.0" }, { -0.0, "-0.0" },
		{ 1e300, "1e+300" }, { 1.5, "1.5" },
		{ 9007199254740993.0, "9007199254740992.0" },
		{ 0.1 + 0.2, "0.30000000000000004" }, { INFINITY, "inf" },
		{ -DBL_MAX, "-1.7976931348623157e+308" } };
	char text[NUMBER_REAL_SIZE];

	(void)state;
	for (size_t i = 0; i < sizeof(reals) / sizeof(*reals); i++) {
		number_write_real(text, reals[i].number);
		assert_string_equal(text, reals[i].text);
	}
	srand(3);
	for (int i = 0; i < 20000; i++) {
		double number =
			ldexp(rand() - RAND_MAX / 2.0 + rand() / 3.0, rand() % 200 - 100);
		double again;

		number_write_real(text, number);
		assert_true(strlen(text) < NUMBER_REAL_SIZE);
		assert_true(number_read_real(&again, span_of(text)));
		assert_true(again == number);
	}
}

static void
only_the_own_form_is_an_integer(void **state)
{
	static const char *const no[] = { "", "007", "+7", " 7", "7 ", "7.0", "-0", "1e3",
		"9223372036854775808", "0x10", "-", "7a",
		"12345678901234567890123456789012345" };
	int64_t number;

	(void)state;
	for (size_t i = 0; i < sizeof(no) / sizeof(*no); i++)
		if (number_read_integer(&number, span_of(no[i])))
			fail_msg("'%s' was taken", no[i]);
	assert_false(number_read_integer(&number, SPAN_NONE));
	assert_false(number_read_integer(&number, SPAN("7\0")));
	assert_true(number_read_integer(&number, SPAN("-9223372036854775808")));
	assert_true(number == INT64_MIN);
	assert_true(number_read_integer(&number, SPAN("0")));
	assert_int_equal(number, 0);
}

static void
a_real_is_read_whole_or_not(void **state)
{
	static const char *const no[] = { "", " 1.5", "1.5 ", "1.5x", "inf", "nan",
		"1,5" };
	double number;

	(void)state;
	for (size_t i = 0; i < sizeof(no) / sizeof(*no); i++)
		if (number_read_real(&number, span_of(no[i])))
			fail_msg("'%s' was taken", no[i]);
	assert_false(number_read_real(&number, SPAN_NONE));
	assert_true(number_read_real(&number, SPAN("-1.5e3")));
	assert_true(number == -1500);
}

static void
an_exact_real_is_written_as_we_would(void **state)
{
	static const char *const no[] = { "", "1.10", "01.1", "+1.1", "1", "1e0", "0x1p1",
		"1e300", "1.0e+300", "inf", ".5" };
	double number;

	(void)state;
	for (size_t i = 0; i < sizeof(no) / sizeof(*no); i++)
		if (number_read_exact_real(&number, span_of(no[i])))
			fail_msg("'%s' was taken", no[i]);
	assert_true(number_read_exact_real(&number, SPAN("1.1")));
	assert_true(number == 1.1);
	assert_true(number_read_exact_real(&number, SPAN("1e+300")));
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_real_is_short_and_comes_back),
		cmocka_unit_test(only_the_own_form_is_an_integer),
		cmocka_unit_test(a_real_is_read_whole_or_not),
		cmocka_unit_test(an_exact_real_is_written_as_we_would),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
