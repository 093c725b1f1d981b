/* SPDX-License-Identifier: MIT */
#include "tui/canvas.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

static void
assert_shows(const struct canvas *canvas, const char *expected)
{
	struct str text = { 0 };

	canvas_print(canvas, &text);
	assert_string_equal(str_text(&text), expected);
	str_free(&text);
}

static void
text_is_cut_to_its_place(void **state)
{
	struct canvas *canvas = canvas_new(10, 3, false);

	(void)state;
	assert_int_equal(canvas_text(canvas, 0, 0, 4, STYLE_PLAIN, SPAN("orders")), 4);
	assert_int_equal(canvas_text(canvas, 1, 6, 100, STYLE_PLAIN, SPAN("orders")), 4);
	assert_int_equal(canvas_text(canvas, 2, 2, 8, STYLE_PLAIN, SPAN("fits")), 4);
	assert_shows(canvas, "ord~\n      ord~\n  fits\n");
	canvas_free(canvas);
}

static void
outside_nothing_happens(void **state)
{
	struct canvas *canvas = canvas_new(4, 2, false);

	(void)state;
	assert_int_equal(canvas_text(canvas, 2, 0, 4, STYLE_PLAIN, SPAN("x")), 0);
	assert_int_equal(canvas_text(canvas, 0, 4, 4, STYLE_PLAIN, SPAN("x")), 0);
	assert_int_equal(
		canvas_text(canvas, 0, UINT32_MAX, 4, STYLE_PLAIN, SPAN("x")), 0);
	assert_int_equal(canvas_text_right(canvas, 9, 0, 4, STYLE_PLAIN, SPAN("x")), 0);
	canvas_attribute(canvas, 7, 0, 4, CELL_SELECTED);
	canvas_attribute(canvas, 0, 3, UINT32_MAX, CELL_SELECTED);
	canvas_rule(canvas, 5, SPAN("t"), SPAN("n"));
	canvas_cursor(canvas, 2, 0);
	unsigned y, x;
	assert_false(canvas_cursor_at(canvas, &y, &x));
	assert_string_equal(canvas_cell(canvas, 99, 99)->glyph, " ");
	assert_shows(canvas, "\n\n");
	canvas_free(canvas);
}

static void
a_canvas_without_cells_is_harmless(void **state)
{
	struct canvas *canvas = canvas_new(0, 0, false);

	(void)state;
	canvas_text(canvas, 0, 0, 10, STYLE_PLAIN, SPAN("text"));
	canvas_rule(canvas, 0, SPAN("title"), SPAN("note"));
	canvas_fill(canvas, 0, 0, 10, STYLE_PLAIN, "x");
	assert_shows(canvas, "");
	canvas_resize(canvas, 3, 1);
	canvas_text(canvas, 0, 0, 10, STYLE_PLAIN, SPAN("abc"));
	assert_shows(canvas, "abc\n");
	canvas_free(canvas);
}

/* T05 wide_at_last_column */
static void
wide_characters_are_never_halved(void **state)
{
	struct canvas *canvas = canvas_new(5, 3, false);

	(void)state;
	/* At the last column only '~' has room. */
	assert_int_equal(canvas_text(canvas, 0, 3, 2, STYLE_PLAIN, SPAN("a\u4e2d")), 2);
	assert_shows(canvas, "   a~\n\n\n");
	canvas_text(canvas, 1, 1, 4, STYLE_PLAIN, SPAN("\u4e2d\u6587"));
	assert_int_equal(canvas_cell(canvas, 1, 1)->width, 2);
	assert_int_equal(canvas_cell(canvas, 1, 2)->width, 0);
	/* Overwriting one half takes the other away too, on both sides. */
	canvas_text(canvas, 1, 2, 2, STYLE_PLAIN, SPAN("xy"));
	assert_string_equal(canvas_cell(canvas, 1, 1)->glyph, " ");
	assert_int_equal(canvas_cell(canvas, 1, 1)->width, 1);
	assert_string_equal(canvas_cell(canvas, 1, 4)->glyph, " ");
	assert_int_equal(canvas_cell(canvas, 1, 4)->width, 1);
	/* A wide one on the second half of another. */
	canvas_text(canvas, 2, 0, 4, STYLE_PLAIN, SPAN("\u4e2d\u6587"));
	canvas_text(canvas, 2, 1, 2, STYLE_PLAIN, SPAN("\u65e5"));
	assert_shows(canvas, "   a~\n  xy\n \u65e5\n");
	canvas_free(canvas);
}

/* T04 combining_flood */
static void
marks_stay_on_their_character(void **state)
{
	struct canvas *canvas = canvas_new(8, 1, false);
	struct str flood = { 0 };

	(void)state;
	str_add(&flood, "\u4e2d");
	for (int i = 0; i < 10000; i++)
		str_add(&flood, "\u0301");
	str_add(&flood, "b");
	assert_int_equal(canvas_text(canvas, 0, 0, 8, STYLE_PLAIN, SPAN("e\u0301")), 1);
	assert_string_equal(canvas_cell(canvas, 0, 0)->glyph, "e\u0301");
	canvas_text(canvas, 0, 1, 7, STYLE_PLAIN, str_span(&flood));
	assert_string_equal(
		canvas_cell(canvas, 0, 1)->glyph, "\u4e2d\u0301\u0301\u0301\u0301");
	str_free(&flood);
	canvas_free(canvas);
}

static void
control_bytes_are_spelt_out(void **state)
{
	struct canvas *canvas = canvas_new(40, 2, false);

	(void)state;
	canvas_text(canvas, 0, 0, 40, STYLE_PLAIN, SPAN("a\x1b]0;x\ab\r\n\xc2\x9b\xff"));
	canvas_text(canvas, 1, 0, 40, STYLE_PLAIN, SPAN("\u202egnp\u200b"));
	struct str text = { 0 };
	canvas_print(canvas, &text);
	for (size_t i = 0; i < text.len; i++)
		assert_true(text.text[i] == '\n' ||
			    ((unsigned char)text.text[i] >= ' ' && text.text[i] < 0x7f));
	assert_non_null(strstr(text.text, "a\\x1b]0;x\\x07b"));
	assert_non_null(strstr(text.text, "<202e>gnp"));
	str_free(&text);
	canvas_free(canvas);
}

static void
ascii_canvas_has_only_ascii(void **state)
{
	struct canvas *canvas = canvas_new(12, 2, true);

	(void)state;
	/* One '?' for each cell the character would take, so that columns keep. */
	assert_int_equal(
		canvas_text(canvas, 0, 0, 12, STYLE_PLAIN, SPAN("\u4e2de\u0301\u2500|")),
		5);
	canvas_rule(canvas, 1, SPAN("a"), SPAN_NONE);
	assert_shows(canvas, "??e?|\n-- a -------\n");
	canvas_free(canvas);
}

static void
rules_carry_title_and_note(void **state)
{
	struct canvas *canvas = canvas_new(32, 3, true);

	(void)state;
	canvas_rule(canvas, 0, SPAN("orders-daily"), SPAN("1 of 43"));
	canvas_rule(canvas, 1, SPAN_NONE, SPAN_NONE);
	/* The title matters more than the note. */
	canvas_rule(canvas, 2, SPAN("orders-daily-of-all-tenants"), SPAN("1 of 43"));
	assert_shows(canvas, "-- orders-daily ----- 1 of 43 --\n"
			     "--------------------------------\n"
			     "-- orders-daily-of-all-tenan~ --\n");
	canvas_free(canvas);
}

static void
right_aligned_text_ends_at_its_place(void **state)
{
	struct canvas *canvas = canvas_new(10, 2, false);

	(void)state;
	canvas_text_right(canvas, 0, 2, 6, STYLE_PLAIN, SPAN("42"));
	canvas_text_right(canvas, 1, 2, 6, STYLE_PLAIN, SPAN("88,412,007"));
	assert_shows(canvas, "      42\n  88,41~\n");
	canvas_free(canvas);
}

static void
styles_can_be_printed(void **state)
{
	struct canvas *canvas = canvas_new(9, 1, false);
	struct str text = { 0 };

	(void)state;
	canvas_text(canvas, 0, 1, 4, STYLE_STATE_CRIT, SPAN("CRIT"));
	canvas_attribute(canvas, 0, 0, 3, CELL_SELECTED | CELL_MARKED);
	canvas_print_styles(canvas, &text);
	assert_string_equal(str_text(&text),
		"{plain+selected+marked} "
		"{state.crit+selected+marked}CR{state.crit}IT\n");
	str_free(&text);
	canvas_free(canvas);
}

static void
equal_means_the_same_picture(void **state)
{
	struct canvas *a = canvas_new(6, 2, false), *b = canvas_new(1, 1, true);

	(void)state;
	canvas_text(a, 1, 1, 5, STYLE_PLAIN, SPAN("text"));
	assert_false(canvas_equal(a, b));
	canvas_copy(b, a);
	assert_true(canvas_equal(a, b));
	canvas_attribute(b, 1, 1, 1, CELL_DIM);
	assert_false(canvas_equal(a, b));
	canvas_copy(b, a);
	canvas_cursor(b, 0, 0);
	assert_false(canvas_equal(a, b));
	canvas_cursor(a, 0, 1);
	assert_false(canvas_equal(a, b));
	canvas_text(a, 1, 1, 4, STYLE_TITLE, SPAN("text"));
	canvas_cursor(a, 0, 0);
	assert_false(canvas_equal(a, b));
	canvas_free(a);
	canvas_free(b);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(text_is_cut_to_its_place),
		cmocka_unit_test(outside_nothing_happens),
		cmocka_unit_test(a_canvas_without_cells_is_harmless),
		cmocka_unit_test(wide_characters_are_never_halved),
		cmocka_unit_test(marks_stay_on_their_character),
		cmocka_unit_test(control_bytes_are_spelt_out),
		cmocka_unit_test(ascii_canvas_has_only_ascii),
		cmocka_unit_test(rules_carry_title_and_note),
		cmocka_unit_test(right_aligned_text_ends_at_its_place),
		cmocka_unit_test(styles_can_be_printed),
		cmocka_unit_test(equal_means_the_same_picture),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
