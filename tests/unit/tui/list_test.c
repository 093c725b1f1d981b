/* SPDX-License-Identifier: MIT
 * Lists as a user meets them: in a view, by keys, from boards. */
#include "tui/list.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "tests/unit/tui/boards.h"
#include "tui/app.h"

/* --- a view that is nothing but a list --- */

struct probe {
	struct list *list;
};

static struct list *list; /* of the probe that is open */

static void
probe_open(void *state, struct app *app, const struct view_target *target)
{
	struct probe *probe = state;

	(void)app;
	(void)target;
	probe->list = list = list_new(COLUMNS_JOBS);
}

static void
probe_close(void *state)
{
	list_free(((struct probe *)state)->list);
}

static void
probe_update(void *state, const struct frame *frame, unsigned width, unsigned height)
{
	list_update(
		((struct probe *)state)->list, frame, NULL, SPAN_NONE, width, height - 2);
}

static void
probe_draw(const void *state, const struct frame *frame, struct canvas *canvas)
{
	list_draw(((const struct probe *)state)->list, frame, canvas, 0,
		canvas_height(canvas) - 2, NULL);
}

static enum view_answer
probe_act(void *state, struct app *app, enum action action)
{
	return list_act(((struct probe *)state)->list, app, action);
}

static const char *
probe_filter(const void *state)
{
	return list_filter(((const struct probe *)state)->list);
}

static int
probe_set_filter(void *state, const char *text, struct err *err)
{
	return list_set_filter(((struct probe *)state)->list, text, err);
}

static const enum action probe_actions[] = { ACTION_NONE };

static const struct view_ops probe = {
	.name = "probe",
	.title = "PROBE",
	.help = "",
	.state_size = sizeof(struct probe),
	.open = probe_open,
	.close = probe_close,
	.update = probe_update,
	.draw = probe_draw,
	.act = probe_act,
	.actions = probe_actions,
	.filter = probe_filter,
	.set_filter = probe_set_filter,
};

/* --- what is done with it --- */

static struct app *
start(unsigned width, unsigned height)
{
	static struct app_setup setup;

	setup = (struct app_setup){ .width = width,
		.height = height,
		.ascii = true,
		.interval = 5 * SECOND,
		.follow = true,
		.root = &probe };
	return app_new(&setup);
}

/* A poll after so many seconds, which brings these jobs. */
static void
poll_at(struct app *app, int seconds, const char *words)
{
	int64_t now = BOARDS_NOW + seconds * SECOND;
	const struct board *board = board_of("s", now, false, words);

	app_update(app, &board, 1, now);
	board_unref(board);
	app_draw(app);
}

static void
press(struct app *app, const char *keys)
{
	while (*keys != '\0') {
		size_t len = strcspn(keys, " ");
		app_key(app, keymap_code(keys, len));
		app_draw(app);
		keys += len + (keys[len] == ' ');
	}
}

static void
add_line(struct str *out, const char *line, size_t len)
{
	const char *name = len > 11 ? line + 11 : "";

	if (out->len > 0)
		str_add_char(out, ' ');
	if (len > 0 && line[0] != ' ')
		str_add_char(out, line[0]);
	str_add_span(out, (struct span){ name, strcspn(name, " \n") });
}

/* The names on the screen, with the signs before them: ">a *b c". */
static const char *
rows(struct app *app)
{
	static char result[512];
	struct str text = { 0 }, names = { 0 };
	unsigned height = canvas_height(app_draw(app));
	const char *at;

	canvas_print(app_draw(app), &text);
	at = str_text(&text);
	for (unsigned y = 0; y < height - 2; y++) {
		size_t len = strcspn(at, "\n");
		if (y > 0 && len > 0)
			add_line(&names, at, len);
		at += len + 1;
	}
	snprintf(result, sizeof(result), "%s", str_text(&names));
	str_free(&text);
	str_free(&names);
	return result;
}

/* Some line of the screen holds the text. */
static bool
shows(struct app *app, const char *words)
{
	struct str text = { 0 };
	bool found;

	canvas_print(app_draw(app), &text);
	found = strstr(str_text(&text), words) != NULL;
	str_free(&text);
	return found;
}

/* --- cursor --- */

static void
the_cursor_follows_its_row(void **state)
{
	struct app *app = start(80, 20);

	(void)state;
	poll_at(app, 0, "a:ok b:ok c:ok");
	press(app, "Down");
	assert_string_equal(rows(app), "a >b c");
	poll_at(app, 5, "a:ok b:ok c:CRIT");
	assert_string_equal(rows(app), "c a >b");
	poll_at(app, 10, "a:ok b:CRIT c:ok");
	assert_string_equal(rows(app), ">b a c");
	assert_true(span_is(((const struct board_job *)list_selected(list))->job, "b"));
	app_free(app);
}

static void
or_stays_on_its_line(void **state)
{
	struct app *app = start(80, 20);

	(void)state;
	poll_at(app, 0, "a:ok b:ok c:ok");
	press(app, "F Down");
	poll_at(app, 5, "a:ok b:ok c:CRIT");
	assert_string_equal(rows(app), "c >a b");
	app_free(app);
}

static void
a_row_that_goes_leaves_the_cursor_on_its_line(void **state)
{
	struct app *app = start(80, 20);

	(void)state;
	poll_at(app, 0, "a:ok b:ok c:ok");
	press(app, "Down");
	poll_at(app, 5, "a:ok c:ok");
	assert_string_equal(rows(app), "a >c");
	/* And it is now c's. */
	poll_at(app, 10, "a:ok b:ok c:ok");
	assert_string_equal(rows(app), "a b >c");
	poll_at(app, 15, "a:ok");
	assert_string_equal(rows(app), ">a");
	app_free(app);
}

static void
before_the_first_key_the_worst_is_on_top(void **state)
{
	struct app *app = start(80, 20);

	(void)state;
	poll_at(app, 0, "a:ok b:ok");
	poll_at(app, 5, "a:ok b:CRIT");
	assert_string_equal(rows(app), ">b a");
	app_free(app);
}

static void
the_same_name_in_two_stores_is_two_rows(void **state)
{
	struct app *app = start(80, 20);
	const struct board *boards[2];

	(void)state;
	boards[0] = board_of("s", BOARDS_NOW, false, "a:ok");
	boards[1] = board_of("t", BOARDS_NOW, false, "a:ok");
	app_update(app, boards, 2, BOARDS_NOW);
	press(app, "Down Space Up");
	assert_string_equal(rows(app), ">a *a");
	assert_int_equal(list_marked(list), 1);
	board_unref(boards[0]);
	board_unref(boards[1]);
	app_free(app);
}

static void
moving_stops_at_the_ends(void **state)
{
	struct app *app = start(80, 8); /* five rows */

	(void)state;
	poll_at(app, 0, "a:ok b:ok c:ok d:ok e:ok f:ok g:ok h:ok");
	assert_string_equal(rows(app), ">a b c d e");
	press(app, "Up");
	assert_string_equal(rows(app), ">a b c d e");
	press(app, "PgDn");
	assert_string_equal(rows(app), "a b c d >e");
	press(app, "j");
	assert_string_equal(rows(app), "b c d e >f");
	press(app, "End Down");
	assert_string_equal(rows(app), "d e f g >h");
	press(app, "^B");
	assert_string_equal(rows(app), ">d e f g h");
	press(app, "k");
	assert_string_equal(rows(app), ">c d e f g");
	size_t first, last;
	list_window(list, &first, &last);
	assert_int_equal(first, 3);
	assert_int_equal(last, 7);
	assert_int_equal(list_position(list), 3);
	press(app, "g");
	assert_string_equal(rows(app), ">a b c d e");
	app_free(app);
}

static void
no_line_stays_empty_when_the_screen_grows(void **state)
{
	struct app *app = start(80, 6); /* three rows */

	(void)state;
	poll_at(app, 0, "a:ok b:ok c:ok d:ok e:ok");
	press(app, "G");
	assert_string_equal(rows(app), "c d >e");
	app_resize(app, 80, 8);
	assert_string_equal(rows(app), "a b c d >e");
	app_resize(app, 80, 5);
	assert_string_equal(rows(app), "d >e");
	app_free(app);
}

static void
an_empty_list_takes_all_keys(void **state)
{
	struct app *app = start(80, 10);

	(void)state;
	press(app, "Down Space PgDn End n > I Right Left");
	assert_null(list_selected(list));
	poll_at(app, 0, "");
	press(app, "Up Space Home N < U !");
	assert_null(list_selected(list));
	assert_int_equal(list_position(list), 0);
	assert_int_equal(list_count(list), 0);
	size_t first, last;
	list_window(list, &first, &last);
	assert_int_equal(first, 0);
	assert_int_equal(last, 0);
	press(app, "!");
	assert_true(shows(app, "the stores hold no checkpoints yet"));
	app_free(app);
}

/* --- order --- */

static void
rows_do_not_move_under_the_finger(void **state)
{
	struct app *app = start(80, 20);

	(void)state;
	poll_at(app, 0, "a:ok b:ok c:ok");
	press(app, "Down");
	/* Within a second after the key the order stands, and new rows come last. */
	poll_at(app, 0, "0:CRIT a:ok b:ok c:CRIT");
	assert_string_equal(rows(app), "a >b c 0");
	poll_at(app, 0, "0:CRIT b:ok c:CRIT");
	assert_string_equal(rows(app), ">b c 0");
	poll_at(app, 2, "0:CRIT a:ok b:ok c:CRIT");
	assert_string_equal(rows(app), "0 c a >b");
	app_free(app);
}

static void
a_mark_holds_the_order(void **state)
{
	struct app *app = start(80, 20);

	(void)state;
	poll_at(app, 0, "a:ok b:ok c:ok");
	press(app, "Space");
	assert_string_equal(rows(app), "*a >b c");
	poll_at(app, 60, "a:ok b:ok c:CRIT");
	assert_string_equal(rows(app), "*a >b c");
	press(app, "Up Space");
	poll_at(app, 120, "a:ok b:ok c:CRIT");
	assert_string_equal(rows(app), "c a >b");
	press(app, "Home Space Space U");
	assert_int_equal(list_marked(list), 0);
	app_free(app);
}

static void
sorting_goes_through_all_columns_and_round(void **state)
{
	struct app *app = start(80, 20);
	struct str order = { 0 };

	(void)state;
	poll_at(app, 0, "a:ok b:CRIT c:WARN");
	assert_string_equal(rows(app), ">b c a");
	list_order_text(list, &order);
	assert_string_equal(str_text(&order), "state, age v");
	press(app, "I");
	assert_string_equal(rows(app), "a c >b");
	press(app, "> <");
	assert_string_equal(rows(app), ">b c a");
	press(app, "<");
	str_clear(&order);
	list_order_text(list, &order);
	assert_string_not_equal(str_text(&order), "state, age v");
	press(app, ">");
	str_clear(&order);
	list_order_text(list, &order);
	assert_string_equal(str_text(&order), "state, age v");
	str_free(&order);
	app_free(app);
}

static void
the_menu_sorts_by_a_column(void **state)
{
	struct app *app = start(80, 30);

	(void)state;
	poll_at(app, 0, "a:ok b:CRIT c:WARN");
	press(app, "s");
	assert_true(shows(app, "+ sort by "));
	assert_true(shows(app, "|>state, age"));
	for (int i = 0; i < 30 && !shows(app, "|>job "); i++)
		press(app, "Down");
	press(app, "Enter");
	assert_false(shows(app, "+ sort by "));
	assert_string_equal(rows(app), "a >b c");
	assert_true(shows(app, "JOBv"));
	press(app, "I");
	assert_string_equal(rows(app), "c >b a");
	assert_true(shows(app, "JOB^"));
	/* It opens on what is chosen, and Esc changes nothing. */
	press(app, "s");
	assert_true(shows(app, "|>job "));
	press(app, "Home Esc");
	assert_string_equal(rows(app), "c >b a");
	app_free(app);
}

/* --- filter and problems --- */

static void
the_filter_works_while_it_is_typed(void **state)
{
	struct app *app = start(80, 20);

	(void)state;
	poll_at(app, 0, "orders:ok items:ok invoices:ok");
	press(app, "/ i");
	assert_string_equal(rows(app), ">invoices items");
	press(app, "n");
	assert_string_equal(rows(app), ">invoices");
	assert_true(shows(app, " filter: in"));
	press(app, "Backspace Enter");
	assert_string_equal(rows(app), ">invoices items");
	assert_string_equal(list_filter(list), "i");
	assert_int_equal(list_count(list), 2);
	assert_int_equal(list_total(list), 3);
	press(app, "/ Esc");
	assert_string_equal(rows(app), ">invoices items orders");
	app_free(app);
}

static void
a_filter_that_is_not_understood_is_told(void **state)
{
	struct app *app = start(80, 20);

	(void)state;
	poll_at(app, 0, "a:ok b:ok");
	press(app, "/ a Enter / ( Enter");
	assert_string_equal(list_filter(list), "a");
	assert_string_equal(rows(app), ">a");
	assert_true(shows(app, " filter: a("));
	press(app, "Backspace Enter q");
	assert_true(app_ended(app));
	app_free(app);
}

static void
nothing_that_matches_says_so(void **state)
{
	struct app *app = start(80, 20);

	(void)state;
	poll_at(app, 0, "a:ok");
	press(app, "/ z Enter");
	assert_true(shows(app, "nothing matches (Esc clears the filter)"));
	press(app, "Esc !");
	assert_true(shows(app, "no problems (! shows all)"));
	app_free(app);
}

static void
problems_can_be_visited_and_shown_alone(void **state)
{
	struct app *app = start(80, 20);

	(void)state;
	poll_at(app, 0, "a:ok b:WARN c:CRIT d:RPLY");
	assert_string_equal(rows(app), ">c b d a");
	press(app, "G n");
	assert_string_equal(rows(app), ">c b d a");
	press(app, "n n N");
	assert_string_equal(rows(app), "c >b d a");
	press(app, "N N");
	assert_string_equal(rows(app), "c b >d a");
	press(app, "!");
	assert_true(list_problems_only(list));
	assert_string_equal(rows(app), "c b >d");
	press(app, "!");
	assert_string_equal(rows(app), "c b >d a");
	poll_at(app, 5, "a:ok");
	press(app, "n");
	assert_true(shows(app, "no problem in this list"));
	app_free(app);
}

/* --- columns --- */

static void
columns_scroll_but_the_name_stays(void **state)
{
	struct app *app = start(80, 20);

	(void)state;
	poll_at(app, 0, "a:ok");
	assert_false(shows(app, "WMARK"));
	for (int i = 0; i < 8 && !shows(app, "WMARK"); i++)
		press(app, "Right");
	assert_true(shows(app, "WMARK"));
	assert_true(shows(app, "JOB"));
	for (int i = 0; i < 30; i++)
		press(app, "l");
	assert_true(shows(app, "this is the last column"));
	assert_true(shows(app, "WHY"));
	for (int i = 0; i < 30; i++)
		press(app, "h");
	assert_true(shows(app, "this is the first column"));
	assert_false(shows(app, "WMARK"));
	app_free(app);
}

static void
every_size_can_be_drawn(void **state)
{
	struct app *app = start(80, 20);

	(void)state;
	poll_at(app, 0, "a:ok b:CRIT");
	for (unsigned width = 0; width < 140; width += 7)
		for (unsigned height = 2; height < 9; height++) {
			app_resize(app, width, height);
			app_draw(app);
			press(app, "Down Right Up");
		}
	app_free(app);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(the_cursor_follows_its_row),
		cmocka_unit_test(or_stays_on_its_line),
		cmocka_unit_test(a_row_that_goes_leaves_the_cursor_on_its_line),
		cmocka_unit_test(before_the_first_key_the_worst_is_on_top),
		cmocka_unit_test(the_same_name_in_two_stores_is_two_rows),
		cmocka_unit_test(moving_stops_at_the_ends),
		cmocka_unit_test(no_line_stays_empty_when_the_screen_grows),
		cmocka_unit_test(an_empty_list_takes_all_keys),
		cmocka_unit_test(rows_do_not_move_under_the_finger),
		cmocka_unit_test(a_mark_holds_the_order),
		cmocka_unit_test(sorting_goes_through_all_columns_and_round),
		cmocka_unit_test(the_menu_sorts_by_a_column),
		cmocka_unit_test(the_filter_works_while_it_is_typed),
		cmocka_unit_test(a_filter_that_is_not_understood_is_told),
		cmocka_unit_test(nothing_that_matches_says_so),
		cmocka_unit_test(problems_can_be_visited_and_shown_alone),
		cmocka_unit_test(columns_scroll_but_the_name_stays),
		cmocka_unit_test(every_size_can_be_drawn),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
