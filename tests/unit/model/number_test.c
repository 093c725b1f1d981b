/* SPDX-License-Identifier: MIT */
#include "model/number.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

static const struct row {
	int64_t number;
	const char *short_text, *brief, *grouped;
} rows[] = {
	{ 0, "0", "0", "0" },
	{ 310, "310", "310", "310" },
	{ 999, "999", "999", "999" },
	{ 1000, "1.0k", "1.0k", "1,000" },
	{ 2149, "2.1k", "2.1k", "2,149" },
	{ 12000, "12.0k", "12k", "12,000" },
	{ 88199, "88.1k", "88k", "88,199" },
	{ 631019, "631k", "631k", "631,019" },
	{ 999999, "999k", "999k", "999,999" },
	{ 1000000, "1.00M", "1.0M", "1,000,000" },
	{ 2039999, "2.03M", "2.0M", "2,039,999" },
	{ 18460000, "18.4M", "18M", "18,460,000" },
	{ 88412007, "88.4M", "88M", "88,412,007" },
	{ -5454113, "-5.45M", "-5.4M", "-5,454,113" },
	{ -4, "-4", "-4", "-4" },
	{ INT64_MAX, "9.22E", "9.2E", "9,223,372,036,854,775,807" },
	{ INT64_MIN, "-9.22E", "-9.2E", "-9,223,372,036,854,775,808" },
};

static void
check(void (*add)(struct str *, int64_t), int64_t number, const char *expected)
{
	struct str text = { 0 };

	add(&text, number);
	assert_string_equal(str_text(&text), expected);
	str_free(&text);
}

static void
test_numbers(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		check(number_add_short, rows[i].number, rows[i].short_text);
		check(number_add_brief, rows[i].number, rows[i].brief);
		check(number_add_grouped, rows[i].number, rows[i].grouped);
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_numbers),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
