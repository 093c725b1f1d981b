/* SPDX-License-Identifier: MIT */
#include "tui/menu.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>

#include <cmocka.h>

static const char *const choices[] = { "state, age", "job", "lag", "upd" };

static void
it_moves_between_its_ends(void **state)
{
	struct menu *menu = menu_new("sort by", choices, 4, 1);

	(void)state;
	assert_int_equal(menu_selected(menu), 1);
	menu_act(menu, ACTION_UP);
	menu_act(menu, ACTION_UP);
	assert_int_equal(menu_selected(menu), 0);
	menu_act(menu, ACTION_LAST);
	assert_int_equal(menu_act(menu, ACTION_DOWN), MENU_OPEN);
	assert_string_equal(menu_choice(menu), "upd");
	assert_int_equal(menu_act(menu, ACTION_OPEN), MENU_CHOSEN);
	menu_free(menu);
}

static void
every_way_out_cancels(void **state)
{
	static const enum action ways[] = { ACTION_BACK, ACTION_CLOSE, ACTION_QUIT };
	struct menu *menu = menu_new("sort by", choices, 4, 0);

	(void)state;
	for (size_t i = 0; i < 3; i++)
		assert_int_equal(menu_act(menu, ways[i]), MENU_CANCELLED);
	assert_int_equal(menu_act(menu, ACTION_HELP), MENU_OPEN);
	assert_int_equal(menu_act(menu, ACTION_NONE), MENU_OPEN);
	menu_free(menu);
	menu = menu_new("empty", NULL, 0, 0);
	menu_act(menu, ACTION_DOWN);
	assert_int_equal(menu_act(menu, ACTION_OPEN), MENU_CANCELLED);
	menu_free(menu);
}

static void
assert_drawn(struct menu *menu, bool ascii, unsigned width, unsigned height,
	const char *expected)
{
	struct canvas *canvas = canvas_new(width, height, ascii);
	struct str text = { 0 };

	canvas_fill(canvas, 1, 0, width, STYLE_PLAIN, "x");
	menu_draw(menu, canvas, 0, 1, height);
	canvas_print(canvas, &text);
	assert_string_equal(str_text(&text), expected);
	str_free(&text);
	canvas_free(canvas);
}

static void
it_is_a_box_with_nothing_shining_through(void **state)
{
	struct menu *menu = menu_new("sort by", choices, 4, 3);

	(void)state;
	assert_drawn(menu, true, 20, 6,
		" + sort by ----+\n"
		"x| state, age  |xxxx\n"
		" | job         |\n"
		" | lag         |\n"
		" |>upd         |\n"
		" +-------------+\n");
	menu_free(menu);
}

static void
a_small_screen_shows_the_selected_one(void **state)
{
	struct menu *menu = menu_new("sort by", choices, 4, 3);

	(void)state;
	assert_drawn(menu, false, 8, 3,
		" \u250c sor~\u2510\nx\u2502>upd \u2502\n"
		" \u2514\u2500\u2500\u2500\u2500\u2500\u2518\n");
	assert_drawn(menu, false, 4, 3, "\nxxxx\n\n");
	assert_drawn(menu, false, 20, 2, "\nxxxxxxxxxxxxxxxxxxxx\n");
	menu_free(menu);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(it_moves_between_its_ends),
		cmocka_unit_test(every_way_out_cancels),
		cmocka_unit_test(it_is_a_box_with_nothing_shining_through),
		cmocka_unit_test(a_small_screen_shows_the_selected_one),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
