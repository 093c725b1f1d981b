/* SPDX-License-Identifier: MIT */
#include "store/postgresql/rows.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#define MANY 3000

static void
gives_back_what_it_was_given(void **state)
{
	const struct span given[][3] = {
		{ SPAN("job"), SPAN_NONE, SPAN("") },
		{ SPAN_NONE, SPAN_NONE, SPAN_NONE },
		{ SPAN("a\0b"), SPAN("x"), SPAN("\xff") },
	};
	struct pg_rows rows = { 0 };
	struct span cells[3];

	(void)state;
	/* The second time in the memory of the first. */
	for (int round = 0; round < 2; round++) {
		size_t place = 0;

		for (size_t i = 0; i < 3; i++)
			pg_rows_add(&rows, given[i], 3);
		assert_int_equal(rows.count, 3);
		for (size_t i = 0; i < 3; i++) {
			pg_rows_next(&rows, &place, cells, 3);
			for (size_t j = 0; j < 3; j++) {
				assert_int_equal(
					cells[j].at == NULL, given[i][j].at == NULL);
				assert_true(span_equal(cells[j], given[i][j]));
				if (cells[j].at != NULL)
					assert_int_equal(cells[j].at[cells[j].len], 0);
			}
		}
		assert_int_equal(place, rows.used);
		pg_rows_clear(&rows);
		assert_int_equal(rows.count + rows.used, 0);
	}
	pg_rows_free(&rows);
}

/* One by one longer, so that the memory moves in the middle of things. */
static void
rows_outlive_the_growth(void **state)
{
	struct pg_rows rows = { 0 };
	char text[MANY];
	struct span cell;
	size_t place = 0;

	(void)state;
	memset(text, 'x', sizeof(text));
	for (size_t i = 0; i < MANY; i++)
		pg_rows_add(&rows, &(struct span){ text, i }, 1);
	for (size_t i = 0; i < MANY; i++) {
		pg_rows_next(&rows, &place, &cell, 1);
		assert_true(span_equal(cell, (struct span){ text, i }));
	}
	pg_rows_free(&rows);
	assert_int_equal(rows.room, 0);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(gives_back_what_it_was_given),
		cmocka_unit_test(rows_outlive_the_growth),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
