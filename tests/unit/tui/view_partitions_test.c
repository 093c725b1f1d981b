/* SPDX-License-Identifier: MIT
 * The checkpoints of a job over boards that do not hold them yet. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "tests/unit/tui/boards.h"
#include "tui/app.h"

/* New boards of a store with such jobs; has_rows: and their checkpoints. */
static void
poll(struct app *app, const char *words, bool has_rows)
{
	struct board *board =
		(struct board *)(uintptr_t)board_of("s", BOARDS_NOW, false, words);
	const struct board *const boards[] = { board };

	if (!has_rows)
		board->row_count = 0;
	app_update(app, boards, 1, BOARDS_NOW);
	board_unref(board);
}

static void
press(struct app *app, const char *key)
{
	app_key(app, keymap_code(key, strlen(key)));
}

static void
assert_shows(struct app *app, const char *words)
{
	struct str text = { 0 };

	canvas_print(app_draw(app), &text);
	if (strstr(text.text, words) == NULL)
		fail_msg("no '%s' on\n%s", words, text.text);
	str_free(&text);
}

/* The checkpoints of the only job, before they are there. */
static struct app *
start(void)
{
	const struct app_setup setup = {
		.width = 80, .height = 24, .ascii = true, .interval = 5 * SECOND
	};
	struct app *app = app_new(&setup);

	poll(app, "a:ok", false);
	press(app, "Enter");
	assert_shows(app, "\n reading ...");
	return app;
}

static void
enter_before_the_rows_opens_when_they_are_there(void **state)
{
	struct app *app = start();

	(void)state;
	press(app, "Enter");
	assert_shows(app, "\n reading: the first partition opens when it is there");
	poll(app, "a:ok", false);
	assert_shows(app, "\n reading: the first partition opens when it is there");
	poll(app, "a:ok", true);
	assert_shows(app, "JOBS > a > 0");
	assert_shows(app, "-- metadata --");
	press(app, "Esc");
	/* Once is enough. */
	poll(app, "a:ok", true);
	assert_shows(app, " JOBS > a   ");
	app_free(app);
}

static void
another_key_takes_it_back(void **state)
{
	struct app *app = start();

	(void)state;
	press(app, "Enter");
	press(app, "Down");
	poll(app, "a:ok", true);
	assert_shows(app, " JOBS > a   ");
	app_free(app);
}

static void
what_will_not_be_there_is_not_waited_for(void **state)
{
	struct app *app = start();

	(void)state;
	poll(app, "b:ok", false);
	press(app, "Enter");
	assert_shows(app, "\n there is no partition to open here");
	poll(app, "a:ok", true);
	assert_shows(app, " JOBS > a   ");
	/* What the filter leaves out, too. */
	press(app, "/");
	press(app, "7");
	press(app, "Enter");
	press(app, "Enter");
	assert_shows(app, "\n there is no partition to open here");
	press(app, "1");
	poll(app, "", true);
	press(app, "Enter");
	assert_shows(app, "\n there is no job to open here");
	app_free(app);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(enter_before_the_rows_opens_when_they_are_there),
		cmocka_unit_test(another_key_takes_it_back),
		cmocka_unit_test(what_will_not_be_there_is_not_waited_for),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
