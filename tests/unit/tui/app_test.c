/* SPDX-License-Identifier: MIT
 * The app without a terminal: keys in, pictures and requests out. */
#include "tui/app.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "tests/unit/tui/plain_view.h"

/* --- views --- */

static void
views_are_a_stack(void **state)
{
	struct app *app = start();
	const char *store;
	struct span job, partition;

	(void)state;
	assert_int_equal(open_views, 1);
	app_wanted(app, &store, &job, &partition);
	assert_null(store);
	press(app, "Enter");
	assert_int_equal(open_views, 2);
	assert_line(app, 2, "x");
	app_wanted(app, &store, &job, &partition);
	assert_string_equal(store, "s");
	assert_true(span_is(job, "x"));
	assert_true(span_is(partition, "0"));
	/* The same again is gone back to, not opened a second time. */
	press(app, "Enter ?");
	assert_int_equal(open_views, 2);
	press(app, "? q");
	assert_int_equal(open_views, 1);
	app_wanted(app, &store, &job, &partition);
	assert_null(store);
	press(app, "Enter 1");
	assert_int_equal(open_views, 1);
	press(app, "Esc");
	assert_line(app, MESSAGE, " this is the first screen; q quits");
	assert_false(app_ended(app));
	press(app, "q");
	assert_true(app_ended(app));
	app_free(app);
	assert_int_equal(open_views, 0);
}

static void
quit_keys_quit_from_everywhere(void **state)
{
	(void)state;
	for (int i = 0; i < 2; i++) {
		struct app *app = start();
		press(app, "Enter");
		press(app, i == 0 ? "Q" : "^C");
		assert_true(app_ended(app));
		app_free(app);
	}
}

static void
keys_that_do_nothing_say_why(void **state)
{
	struct app *app = start();

	(void)state;
	press(app, "Space");
	assert_line(app, MESSAGE, " Space (mark) is off: it is a test");
	press(app, "U");
	assert_line(app, MESSAGE, " U (unmark all) has no meaning on this screen");
	press(app, "Z");
	assert_line(app, MESSAGE, " Z is no command; ? shows the keys");
	press(app, "^G");
	assert_line(app, MESSAGE, " ^G is no command; ? shows the keys");
	press(app, "Enter /");
	assert_line(app, MESSAGE, " there is nothing to filter here");
	press(app, "y");
	assert_line(app, MESSAGE, " there is nothing to copy here");
	app_free(app);
}

static void
help_runs_the_key_of_its_line(void **state)
{
	struct app *app = start();
	unsigned before = open_views;

	(void)state;
	press(app, "?");
	for (int i = 0; i < 200; i++) {
		struct str text = { 0 };
		canvas_print_styles(app_draw(app), &text);
		bool found = strstr(str_text(&text), "+selected}Enter") != NULL;
		str_free(&text);
		if (found)
			break;
		press(app, "Down");
	}
	press(app, "Enter");
	assert_int_equal(open_views, before + 1);
	assert_line(app, 2, "x");
	app_free(app);
}

/* --- filter --- */

static void
escape_clears_the_filter_before_it_closes(void **state)
{
	struct app *app = start();

	(void)state;
	press(app, "/ a b");
	assert_line(app, 1, "jobs 0 filter [ab]");
	assert_line(app, MESSAGE, " filter: ab    7 of 43 shown   Enter keep, Esc clear");
	press(app, "Enter");
	assert_line(app, MESSAGE, "");
	press(app, "Esc");
	assert_line(app, 1, "jobs 0 filter []");
	assert_line(app, MESSAGE, "");
	press(app, "Esc");
	assert_line(app, MESSAGE, " this is the first screen; q quits");
	press(app, "/ c Esc");
	assert_line(app, 1, "jobs 0 filter []");
	/* ^C in a question is no more than "no". */
	press(app, "/ d ^C");
	assert_false(app_ended(app));
	assert_line(app, 1, "jobs 0 filter []");
	app_free(app);
}

static void
a_wrong_filter_stays_to_be_mended(void **state)
{
	struct app *app = start();

	(void)state;
	press(app, "/ a (");
	assert_line(app, 1, "jobs 0 filter [a]");
	assert_line(app, MESSAGE, " filter: a(    no parentheses here");
	press(app, "Enter");
	assert_line(app, MESSAGE, " filter: a(    no parentheses here");
	press(app, "Backspace Enter");
	assert_line(app, MESSAGE, "");
	app_free(app);
}

/* --- pastes --- */

static void
paste(struct app *app, const char *text)
{
	app_key(app, KEY_CODE_PASTE_START);
	for (; *text != '\0'; text++)
		app_key(app, *text == '\n' ? KEY_CODE_ENTER : (uint32_t)*text);
	app_key(app, KEY_CODE_PASTE_END);
}

static void
pasted_text_is_never_a_command(void **state)
{
	struct app *app = start();

	(void)state;
	paste(app, "q\nQ");
	assert_false(app_ended(app));
	assert_int_equal(open_views, 1);
	assert_line(app, MESSAGE,
		" pasted text is not taken for commands; press / or : first");
	/* Not even a question it could answer is opened by it, or ended. */
	paste(app, "/x\n");
	assert_line(app, 1, "jobs 0 filter []");
	press(app, "/");
	paste(app, "q\nQ");
	assert_line(app, 1, "jobs 0 filter [q Q]");
	press(app, "Enter Q");
	assert_true(app_ended(app));
	app_free(app);
}

/* --- requests --- */

static void
what_is_to_be_done_outside_is_a_queue(void **state)
{
	struct app *app = start();

	(void)state;
	press(app, "r ^L ^Z y");
	assert_null(request(app, APP_REFRESH).text);
	request(app, APP_REDRAW);
	request(app, APP_STOP);
	assert_string_equal(request(app, APP_COPY).text, "orders-daily/7");
	request(app, APP_NOTHING);
	app_suspend_store(app, "s", true);
	app_suspend_store(app, "s", true);
	assert_string_equal(request(app, APP_SUSPEND_STORE).text, "s");
	request(app, APP_NOTHING);
	assert_int_equal(app_frame(app)->suspended_count, 1);
	app_suspend_store(app, "s", false);
	assert_string_equal(request(app, APP_RESUME_STORE).text, "s");
	assert_int_equal(app_frame(app)->suspended_count, 0);
	/* One that is never taken is nobody's leak. */
	app_refresh(app, "s");
	app_free(app);
}

static void
the_interval_goes_in_steps(void **state)
{
	struct app *app = start();

	(void)state;
	press(app, "+");
	assert_int_equal(request(app, APP_INTERVAL).interval, 10 * SECOND);
	assert_line(app, MESSAGE, " the stores are read every 10 s");
	press(app, "- - - - -");
	assert_int_equal(request(app, APP_INTERVAL).interval, 5 * SECOND);
	assert_int_equal(request(app, APP_INTERVAL).interval, 2 * SECOND);
	assert_int_equal(request(app, APP_INTERVAL).interval, 1 * SECOND);
	request(app, APP_NOTHING);
	assert_line(app, MESSAGE, " this is the shortest interval");
	assert_int_equal(app_frame(app)->stale_after, 15 * SECOND);
	for (int i = 0; i < 20; i++)
		press(app, "+");
	assert_line(app, MESSAGE, " this is the longest interval");
	assert_int_equal(app_frame(app)->interval, 300 * SECOND);
	assert_int_equal(app_frame(app)->stale_after, 900 * SECOND);
	app_free(app);
}

/* --- going to a job --- */

static void
names_are_completed(void **state)
{
	struct app *app = start();

	(void)state;
	poll_at(app, 0, "orders-daily:ok orders-hourly:ok items:ok");
	press(app, ": o Tab");
	assert_line(app, MESSAGE,
		" go to: orders-    JOB or JOB/PARTITION   Tab completes, Enter go, Esc "
		"cancel");
	press(app, "Tab");
	assert_line(app, MESSAGE, " go to: orders-    2 jobs begin like this");
	press(app, "h Tab");
	assert_line(app, MESSAGE,
		" go to: orders-hourly    JOB or JOB/PARTITION   Tab completes, Enter "
		"go, Esc ca~");
	press(app, "x Tab");
	assert_line(app, MESSAGE, " go to: orders-hourlyx    no job begins like this");
	press(app, "Enter");
	assert_line(app, MESSAGE,
		" go to: orders-hourlyx    no job 'orders-hourlyx', did you mean "
		"'orders-hourly'?");
	press(app, "Esc");
	assert_line(app, MESSAGE, "");
	app_free(app);
}

static void
a_job_in_two_stores_asks_which(void **state)
{
	struct app *app = start();
	const struct board *boards[2];
	const char *store;
	struct span job, partition;

	(void)state;
	boards[0] = board_of("s", BOARDS_NOW, false, "a:ok");
	boards[1] = board_of("t", BOARDS_NOW, false, "a:ok");
	app_update(app, boards, 2, BOARDS_NOW);
	press(app, ": a Enter");
	assert_line(app, 2, " + in which store +");
	press(app, "Down Enter");
	app_draw(app);
	app_wanted(app, &store, &job, &partition);
	assert_string_equal(store, "t");
	assert_true(span_is(job, "a"));
	board_unref(boards[0]);
	board_unref(boards[1]);
	app_free(app);
}

/* The screen as one text, its lines parted by single spaces. */
static void
flatten(struct app *app, struct str *out)
{
	struct str text = { 0 };

	canvas_print(app_draw(app), &text);
	for (const char *at = str_text(&text); *at != '\0'; at++)
		if (*at != ' ' && *at != '\n')
			str_add_char(out, *at);
		else if (out->len > 0 && out->text[out->len - 1] != ' ')
			str_add_char(out, ' ');
	str_free(&text);
}

/* What is to be done next stands at its end. */
static void
a_long_message_is_not_cut(void **state)
{
	static const unsigned widths[] = { 40, 60, 80, 110, 200 };
	static const char message[] =
		"NOT written: 127.0.0.1:5432/etl: orders/0 is locked by somebody else "
		"(process 4711, role etl, job); nothing was written; try again";

	(void)state;
	for (size_t i = 0; i < sizeof(widths) / sizeof(*widths); i++) {
		struct app *app = start();
		struct str text = { 0 };

		app_resize(app, widths[i], 24);
		app_message(app, STYLE_ERROR, "%s", message);
		flatten(app, &text);
		if (strstr(str_text(&text), message) == NULL)
			fail_msg("of %u cells: %s", widths[i], str_text(&text));
		str_free(&text);
		app_free(app);
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(views_are_a_stack),
		cmocka_unit_test(quit_keys_quit_from_everywhere),
		cmocka_unit_test(keys_that_do_nothing_say_why),
		cmocka_unit_test(help_runs_the_key_of_its_line),
		cmocka_unit_test(escape_clears_the_filter_before_it_closes),
		cmocka_unit_test(a_wrong_filter_stays_to_be_mended),
		cmocka_unit_test(pasted_text_is_never_a_command),
		cmocka_unit_test(what_is_to_be_done_outside_is_a_queue),
		cmocka_unit_test(the_interval_goes_in_steps),
		cmocka_unit_test(names_are_completed),
		cmocka_unit_test(a_job_in_two_stores_asks_which),
		cmocka_unit_test(a_long_message_is_not_cut),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
