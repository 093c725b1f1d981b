/* SPDX-License-Identifier: MIT
 * The first screen over boards that a fixture of files cannot have: stores that were
 * never read, and stores with jobs of the same name. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "tests/unit/tui/boards.h"
#include "tui/app.h"

static struct app *
start(unsigned width, unsigned height)
{
	const struct app_setup setup = { .width = width,
		.height = height,
		.ascii = true,
		.interval = 5 * SECOND,
		.follow = true };

	return app_new(&setup);
}

/* A store of which nothing was read yet: not tried, or in vain. */
static const struct board *
unread_board(const char *name, bool tried)
{
	struct board *board =
		(struct board *)(uintptr_t)board_of(name, BOARDS_NOW, true, "");

	board->store.good_at = TIME_NONE;
	board->store.opened = tried;
	return board;
}

static void
show(struct app *app, const struct board *const *boards, size_t count, struct str *out)
{
	app_update(app, boards, count, BOARDS_NOW);
	str_clear(out);
	canvas_print(app_draw(app), out);
}

/* --- cold start --- */

static void
assert_line_1(
	unsigned width, const struct board *a, const struct board *b, const char *begin)
{
	struct app *app = start(width, 24);
	const struct board *const boards[] = { a, b };
	struct str text = { 0 };

	show(app, boards, 2, &text);
	text.text[strcspn(text.text, "\n")] = '\0';
	if (strncmp(text.text, begin, strlen(begin)) != 0)
		fail_msg("at %u it is '%s', not '%s'", width, text.text, begin);
	str_free(&text);
	app_free(app);
}

static void
a_store_that_was_never_read_is_told_in_line_1(void **state)
{
	const struct board *read = board_of("s", BOARDS_NOW, false, "a:ok b:CRIT"),
			   *down = board_of("t", BOARDS_NOW, true, "c:ok"),
			   *waiting = unread_board("t", false),
			   *failed = unread_board("t", true);

	(void)state;
	assert_line_1(120, waiting, waiting, " ckptop    reading   ");
	assert_line_1(120, failed, failed, " ckptop    2 stores NEVER READ   ");
	assert_line_1(120, read, waiting,
		" ckptop    CRIT 1   ok 1   reading 1 store    oldest: 1m, since 03:06  "
		" ");
	assert_line_1(120, read, failed,
		" ckptop    CRIT 1   ok 1   1 store NEVER READ    oldest: 1m, since "
		"03:06");
	assert_line_1(80, read, failed,
		" ckptop  CRIT 1  ok 1  1 store NEVER READ   since 03:06  ");
	assert_line_1(40, read, failed, "C1 ok1 1 unread  since 03:06  ");
	/* What was read once is in the counts. */
	assert_line_1(80, read, down, " ckptop  CRIT 1  ok 2   since 03:06  ");
	board_unref(read);
	board_unref(down);
	board_unref(waiting);
	board_unref(failed);
}

/* One text stood over the other, which was longer: "reading 1 store ...st time". */
static void
why_there_are_no_rows_is_said_once(void **state)
{
	const struct board *waiting = unread_board("t", false),
			   *reading = unread_board("t", false),
			   *failed = unread_board("t", true),
			   *none = board_of("s", BOARDS_NOW, false, ""),
			   *folded = board_of("s", BOARDS_NOW, false, "old:ok");
	const struct {
		const struct board *board;
		const char *line;
	} empty[] = {
		{ waiting, "\n reading 1 store ...\n" },
		{ reading, "\n reading 1 store, 412,096 checkpoints so far ...\n" },
		{ failed, "\n nothing could be read: S shows the stores and why\n" },
		{ none, "\n the stores hold no checkpoints yet\n" },
		{ folded, "\n all jobs are dormant (not saved for 7 days): " },
	};

	(void)state;
	((struct board *)(uintptr_t)reading)->store.rows_read = 412096;
	((struct board_job *)(uintptr_t)folded->jobs)->finding = FINDING_DORMANT;
	for (size_t i = 0; i < sizeof(empty) / sizeof(*empty); i++) {
		struct app *app = start(120, 24);
		struct str text = { 0 };

		show(app, &empty[i].board, 1, &text);
		if (strstr(str_text(&text), empty[i].line) == NULL)
			fail_msg("%s", str_text(&text));
		str_free(&text);
		app_free(app);
		board_unref(empty[i].board);
	}
}

/* --- what line 2 calls ok --- */

static void
only_what_is_read_is_called_ok(void **state)
{
	const struct board *const boards[] = {
		board_of("s", BOARDS_NOW, false, "a:ok"),
		board_of("t", BOARDS_NOW, false, "b:ok"),
		board_of("u", BOARDS_NOW, false, "c:ok"),
		unread_board("v", false),
	};
	struct app *app = start(80, 24);
	struct str text = { 0 };

	(void)state;
	app_suspend_store(app, "t", true);
	show(app, boards, 4, &text);
	assert_non_null(strstr(text.text, "\n 2 stores ok, 1 opening, 1 not polled "));
	str_free(&text);
	app_free(app);
	for (size_t i = 0; i < 4; i++)
		board_unref(boards[i]);
}

/* --- the name of the environment --- */

static void
assert_environment(const char *name, unsigned width, const char *begin)
{
	const struct app_setup setup = { .width = width,
		.height = 24,
		.environment = name,
		.production = true,
		.interval = 5 * SECOND };
	const struct board *board = board_of("s", BOARDS_NOW, false, "a:ok b:CRIT");
	struct app *app = app_new(&setup);
	struct str text = { 0 };

	show(app, &board, 1, &text);
	if (strncmp(text.text, begin, strlen(begin)) != 0)
		fail_msg("at %u it is '%.*s', not '%s'", width,
			(int)strcspn(text.text, "\n"), text.text, begin);
	str_free(&text);
	app_free(app);
	board_unref(board);
}

static void
production_is_told_and_hides_nothing(void **state)
{
	(void)state;
	assert_environment("", 120, " ckptop  PRODUCTION    CRIT 1   ok 1 ");
	assert_environment("", 80, " PRODUCTION  CRIT 1  ok 1 ");
	assert_environment("the-one-in-the-cellar-of-house-7", 80,
		" the-one-in-the-~  CRIT 1  ok 1   since 03:06  ");
}

/* --- jobs of the same name --- */

static void
the_store_is_told_where_names_do_not_tell_it(void **state)
{
	static const struct {
		unsigned width;
		const char *titles, *row;
	} cases[] = {
		{ 120, "  JOB                STORE        BAD",
			"  a10                pg:main      0/1" },
		{ 80, " JOB             STORE        BAD",
			" a10             pg:main      0/1" },
		{ 60, " JOB             STORE   UPD", " a10             pg:ma~   0s" },
		{ 40, "", "ok    1m pg:ma~ a10\n" },
	};
	const struct board *boards[3];
	struct str text = { 0 };

	(void)state;
	boards[0] = board_of("pg:main", BOARDS_NOW, false, "a:ok a10:ok");
	boards[1] = board_of("t", BOARDS_NOW, false, "a10:ok b:ok");
	boards[2] = board_of("u", BOARDS_NOW, false, "c:ok");
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		struct app *app = start(cases[i].width, 20);

		show(app, boards, 3, &text);
		if (strstr(str_text(&text), cases[i].titles) == NULL ||
			strstr(str_text(&text), cases[i].row) == NULL)
			fail_msg("at %u:\n%s", cases[i].width, str_text(&text));
		show(app, &boards[1], 2, &text);
		assert_null(strstr(str_text(&text), " STORE "));
		app_free(app);
	}
	str_free(&text);
	for (size_t i = 0; i < 3; i++)
		board_unref(boards[i]);
}

/* --- what is down --- */

static void
one_that_is_down_says_when_it_is_tried_next(void **state)
{
	static const struct {
		unsigned width, height;
		const char *text;
	} cases[] = {
		{ 120, 36, "poll 5s, next try in 3s  " },
		{ 80, 24, " t DOWN 1m (last read 03:06:41), 1 store ok, next try in 3s" },
		{ 40, 10, "read 0s ago | 1 DOWN, try in 3s " },
	};
	const struct board *const boards[] = { board_of("s", BOARDS_NOW, false, "a:ok"),
		board_of("t", BOARDS_NOW, true, "b:UNKN") };
	struct str text = { 0 };

	(void)state;
	((struct board_store *)(uintptr_t)&boards[1]->store)->next_try =
		BOARDS_NOW + 3 * SECOND;
	for (size_t i = 0; i < sizeof(cases) / sizeof(*cases); i++) {
		struct app *app = start(cases[i].width, cases[i].height);

		show(app, boards, 2, &text);
		if (strstr(str_text(&text), cases[i].text) == NULL)
			fail_msg("'%s' is not on\n%s", cases[i].text, str_text(&text));
		app_free(app);
	}
	str_free(&text);
	for (int i = 0; i < 2; i++)
		board_unref(boards[i]);
}

/* --- what a program says of itself --- */

/* Its whole text, which the column of a list has no room for. */
static void
the_status_in_the_store_is_in_the_panels(void **state)
{
	static const unsigned sizes[][2] = { { 120, 36 }, { 80, 24 } };
	const struct board *board = board_of("s", BOARDS_NOW, false, "a:ok");
	struct str text = { 0 };

	(void)state;
	((struct board_row *)(uintptr_t)board->jobs[0].worst)->status =
		"inactive, WAL reserved, retains 6274 kB";
	for (size_t i = 0; i < 2; i++) {
		struct app *app = start(sizes[i][0], sizes[i][1]);

		for (int level = 0; level < 2; level++) {
			show(app, &board, 1, &text);
			if (strstr(text.text, "reserved, retains 6274 kB") == NULL)
				fail_msg("it is not on\n%s", text.text);
			app_key(app, keymap_code("Enter", 5));
		}
		app_free(app);
	}
	str_free(&text);
	board_unref(board);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(one_that_is_down_says_when_it_is_tried_next),
		cmocka_unit_test(a_store_that_was_never_read_is_told_in_line_1),
		cmocka_unit_test(why_there_are_no_rows_is_said_once),
		cmocka_unit_test(only_what_is_read_is_called_ok),
		cmocka_unit_test(production_is_told_and_hides_nothing),
		cmocka_unit_test(the_store_is_told_where_names_do_not_tell_it),
		cmocka_unit_test(the_status_in_the_store_is_in_the_panels),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
