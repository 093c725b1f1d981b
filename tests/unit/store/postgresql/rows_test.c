/* SPDX-License-Identifier: MIT */
#include "store/postgresql/rows.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
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
		for (size_t i = 0; i < 3; i++) {
			assert_true(pg_rows_next(&rows, &place, cells, 3));
			for (size_t j = 0; j < 3; j++) {
				assert_int_equal(
					cells[j].at == NULL, given[i][j].at == NULL);
				assert_true(span_equal(cells[j], given[i][j]));
			}
		}
		assert_int_equal(place, rows.used);
		assert_false(pg_rows_next(&rows, &place, cells, 3));
		assert_true(place == PG_ROWS_END);
		assert_false(pg_rows_next(&rows, &place, cells, 3));
		pg_rows_clear(&rows);
		assert_int_equal(rows.used, 0);
		place = 0;
		assert_false(pg_rows_next(&rows, &place, cells, 3));
		assert_true(place == PG_ROWS_END);
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
		assert_true(pg_rows_next(&rows, &place, &cell, 1));
		assert_true(span_equal(cell, (struct span){ text, i }));
	}
	pg_rows_free(&rows);
	assert_int_equal(rows.room, 0);
}

/* Two rows of two cells as COPY brings them. */
static const char copied[] = "PGCOPY\n\377\r\n\0"
			     "\0\0\0\0"
			     "\0\0\0\3xyz"
			     "\0\2\0\0\0\2ab\377\377\377\377"
			     "\0\2\0\0\0\0\0\0\0\1c"
			     "\377\377";
#define COPIED (sizeof(copied) - 1)

static size_t
count_rows(const struct pg_rows *rows, size_t *place)
{
	struct span cells[2];
	size_t count = 0;

	*place = 0;
	while (pg_rows_next(rows, place, cells, 2)) {
		assert_true(span_is(cells[0], count == 0 ? "ab" : ""));
		if (count++ == 0)
			assert_null(cells[1].at);
		else
			assert_true(span_is(cells[1], "c"));
	}
	return count;
}

/* However it is cut: a part is not a row. */
static void
takes_what_copy_brings(void **state)
{
	struct pg_rows rows = { 0 };
	size_t place;

	(void)state;
	for (size_t cut = 0; cut <= COPIED; cut++) {
		pg_rows_take(&rows, (struct span){ copied, cut });
		pg_rows_take(&rows, (struct span){ copied + cut, COPIED - cut });
		assert_int_equal(count_rows(&rows, &place), 2);
		assert_true(place == PG_ROWS_END);
		pg_rows_clear(&rows);
	}
	pg_rows_free(&rows);
}

/* In memory of its own size, where a byte behind it is nobody's. */
static void
what_is_cut_off_is_not_taken_for_all(void **state)
{
	(void)state;
	for (size_t len = 0; len < COPIED; len++) {
		struct pg_rows rows = { .bytes = malloc(len > 0 ? len : 1),
			.is_stream = true };
		size_t place;

		assert_non_null(rows.bytes);
		rows.room = rows.used = len;
		memcpy(rows.bytes, copied, len);
		count_rows(&rows, &place);
		assert_true(place != PG_ROWS_END);
		pg_rows_free(&rows);
	}
}

static void
another_form_is_no_row(void **state)
{
	static const size_t places[] = { 0, 5, 10, 15, 22, 23, 24 };

	(void)state;
	for (size_t i = 0; i < sizeof(places) / sizeof(*places); i++) {
		struct pg_rows rows = { 0 };
		size_t place = 0;
		struct span cells[3];

		pg_rows_take(&rows, (struct span){ copied, COPIED });
		rows.bytes[places[i]] ^= 0x41;
		while (pg_rows_next(&rows, &place, cells, 2)) {
		}
		assert_true(place != PG_ROWS_END);
		pg_rows_clear(&rows);
		pg_rows_take(&rows, (struct span){ copied, COPIED });
		place = 0;
		assert_false(pg_rows_next(&rows, &place, cells, 3));
		assert_true(place != PG_ROWS_END);
		pg_rows_free(&rows);
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(gives_back_what_it_was_given),
		cmocka_unit_test(rows_outlive_the_growth),
		cmocka_unit_test(takes_what_copy_brings),
		cmocka_unit_test(what_is_cut_off_is_not_taken_for_all),
		cmocka_unit_test(another_form_is_no_row),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
