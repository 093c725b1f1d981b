/* SPDX-License-Identifier: MIT */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "report/table.h"

/* A row is an array of texts. */
static void
cell(void *arg, const void *row, size_t column, unsigned width, struct str *out)
{
	(void)arg;
	(void)width;
	str_add(out, ((const char *const *)row)[column]);
}

static const char *
colour(void *arg, const void *row, size_t column)
{
	(void)arg;
	(void)row;
	return column == 0 ? "1;31" : NULL;
}

static const struct table_column columns[] = {
	{ "ST", false, 0 },
	{ "JOB", false, 6 },
	{ "LAG", true, 0 },
};

static void
expect(struct table *table, const char *expected)
{
	struct table_widths widths;
	struct str out = { 0 };

	table->columns = columns;
	table->column_count = 3;
	table->cell = cell;
	table_measure(table, &widths);
	table_titles(&out, table, &widths);
	for (size_t i = 0; i < table->row_count; i++)
		table_row(&out, table, &widths, table->rows[i]);
	assert_string_equal(str_text(&out), expected);
	str_free(&out);
}

static void
columns_are_as_wide_as_their_content(void **state)
{
	static const char *const a[] = { "CRIT", "orders-daily", "310" };
	static const char *const b[] = { "ok", "x", "1,000" };
	static const void *const rows[] = { a, b };
	struct table table = { .rows = rows, .row_count = 2 };

	(void)state;
	expect(&table, "ST    JOB             LAG\n"
		       "CRIT  orders-daily    310\n"
		       "ok    x             1,000\n");
	table.width = 21;
	expect(&table, "ST    JOB         LAG\n"
		       "CRIT  orders-~    310\n"
		       "ok    x         1,000\n");
	/* Less than the least: the line is longer rather than unreadable. */
	table.width = 10;
	expect(&table, "ST    JOB       LAG\n"
		       "CRIT  order~    310\n"
		       "ok    x       1,000\n");
}

static void
one_long_text_does_not_widen_every_row(void **state)
{
	static char name[5001];
	const char *const a[] = { "CRIT", name, "1" };
	const char *const b[] = { "ok", "x", "2" };
	const void *const rows[] = { a, b };
	struct table table = { .rows = rows, .row_count = 2, .most = 8 };

	(void)state;
	memset(name, 'n', sizeof(name) - 1);
	expect(&table, "ST    JOB       LAG\n"
		       "CRIT  nnnnnnn~    1\n"
		       "ok    x           2\n");
}

static void
foreign_bytes_stay_in_their_cell(void **state)
{
	static const char *const a[] = { "ok", "\033[2J\n\t", "1" };
	static const char *const b[] = { "ok", "\xe6\x97\xa5\xe6\x9c\xac", "2" };
	static const char *const c[] = { "ok", "e\xcc\x81\xff", "" };
	static const void *const rows[] = { a, b, c };
	struct table table = { .rows = rows, .row_count = 3 };

	(void)state;
	expect(&table, "ST  JOB              LAG\n"
		       "ok  \\x1b[2J\\x0a\\x09    1\n"
		       "ok  \xe6\x97\xa5\xe6\x9c\xac               2\n"
		       "ok  e\xcc\x81\\xff\n");
	table.ascii = true;
	expect(&table, "ST  JOB              LAG\n"
		       "ok  \\x1b[2J\\x0a\\x09    1\n"
		       "ok  ????               2\n"
		       "ok  e\\xff\n");
}

static void
colours_only_where_asked_for(void **state)
{
	static const char *const a[] = { "CRIT", "x", "1" };
	static const void *const rows[] = { a };
	struct table table = { .rows = rows, .row_count = 1, .colour = colour };

	(void)state;
	expect(&table, "\033[1mST\033[m    \033[1mJOB\033[m  \033[1mLAG\033[m\n"
		       "\033[1;31mCRIT\033[m  x      1\n");
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(columns_are_as_wide_as_their_content),
		cmocka_unit_test(one_long_text_does_not_widen_every_row),
		cmocka_unit_test(foreign_bytes_stay_in_their_cell),
		cmocka_unit_test(colours_only_where_asked_for),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
