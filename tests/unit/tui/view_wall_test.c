/* SPDX-License-Identifier: MIT
 * The wallboard: what it shows of boards, and what keys and time do to it. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "tests/unit/tui/boards.h"
#include "tui/app.h"

static const enum action page_keys[] = { ACTION_UP, ACTION_DOWN, ACTION_PAGE_DOWN,
	ACTION_FIRST, ACTION_LAST, ACTION_CLOSE, ACTION_QUIT, ACTION_NONE };
static const enum action no_keys[] = { ACTION_NONE };

static struct app *
wall(unsigned width, unsigned height, const enum action *only)
{
	return app_new(&(struct app_setup){
		.width = width,
		.height = height,
		.ascii = true,
		.environment = "prod",
		.read_only = true,
		.sandboxed = true,
		.interval = 5 * SECOND,
		.root = view_find("wall"),
		.only = only,
	});
}

static char *
screen_of(struct app *app)
{
	struct str text = { 0 };
	char *screen;

	canvas_print(app_draw(app), &text);
	screen = strdup(str_text(&text));
	str_free(&text);
	return screen;
}

static bool
shows(struct app *app, const char *text)
{
	char *screen = screen_of(app);
	bool found = strstr(screen, text) != NULL;

	if (!found)
		print_message("'%s' is not on\n%s", text, screen);
	free(screen);
	return found;
}

static bool
hides(struct app *app, const char *text)
{
	char *screen = screen_of(app);
	bool found = strstr(screen, text) != NULL;

	free(screen);
	return !found;
}

/* Shows one board, and gives it back. */
static void
show(struct app *app, const struct board *board, int64_t now)
{
	app_update(app, &board, 1, now);
	app_draw(app);
	board_unref(board);
}

/* Boards are constant for those who get them; here we are who makes them. */
static struct board_job *
job_of(const struct board *board, size_t index)
{
	return (struct board_job *)(uintptr_t)&board->jobs[index];
}

static void
press(struct app *app, const char *key)
{
	app_key(app, keymap_code(key, strlen(key)));
}

/* --- all is well --- */

static void
all_ok_is_said_when_it_is(void **state)
{
	struct app *app = wall(80, 24, page_keys);
	const struct board *board = board_of("s", BOARDS_NOW, false, "a:ok b:ok");
	static const char *const expected =
		" prod  data pipelines                                   Sun 22 Nov  "
		"03:07:41 UTC\n\n\n\n"
		"             ###  #     #          ###  #   #\n"
		"            #   # #     #         #   # #  #\n"
		"            ##### #     #         #   # ###\n"
		"            #   # #     #         #   # #  #\n"
		"            #   # ##### #####      ###  #   #\n\n\n"
		"            2 jobs, 2 checkpoints, 1 store\n\n"
		"            all ok since 03:06:41 (1m)\n"
		"            last problem: b, CRIT 02:14 - 03:06 (52m)\n\n"
		"            next planned save: a 03:57\n\n\n\n\n\n"
		" stores   s ok\n"
		" data 0s old   next read in 5s   [..........]                  "
		"READ-ONLY "
		"  UTC\n";
	char *screen;

	(void)state;
	job_of(board, 1)->past = (struct past){ STATE_CRIT, BOARDS_NOW - 53 * MINUTE,
		BOARDS_NOW - MINUTE };
	job_of(board, 0)->finding = FINDING_DONE;
	job_of(board, 0)->limits.cadence = 50 * MINUTE;
	show(app, board, BOARDS_NOW);
	screen = screen_of(app);
	assert_string_equal(screen, expected);
	free(screen);
	app_free(app);
}

static void
what_is_unexplained_is_not_all_ok(void **state)
{
	struct app *app = wall(80, 24, page_keys);
	const struct board *board = board_of("s", BOARDS_NOW, false, "a:ok b:ok");

	(void)state;
	job_of(board, 1)->unexplained = (struct since){ BOARDS_NOW - HOUR, false };
	show(app, board, BOARDS_NOW);
	assert_true(hides(app, "all ok"));
	assert_true(shows(app, " ###  #   #     #   #  ###  #   #\n"));
	assert_true(shows(app, "1 UNEXPLAINED: b went BACK at 02:07 by UNKNOWN"));
	/* Beside a problem it is counted, and has its row. */
	board = board_of("s", BOARDS_NOW, false, "a:CRIT b:ok");
	job_of(board, 1)->unexplained = (struct since){ BOARDS_NOW - HOUR, false };
	show(app, board, BOARDS_NOW);
	assert_true(shows(app, "1 UNEXPLAINED"));
	assert_true(shows(app, " ok     1h00  b             went BACK, by UNKNOWN"));
	/* Who could not be asked is not said not to know it. */
	board = board_of("s", BOARDS_NOW, false, "a:CRIT b:ok");
	((struct board *)(uintptr_t)board)->store.half_asked = true;
	job_of(board, 1)->unexplained = (struct since){ BOARDS_NOW - HOUR, false };
	show(app, board, BOARDS_NOW);
	assert_true(shows(app, "went BACK, no record on this host"));
	app_free(app);
}

static bool
wall_shows(unsigned width, const struct board *const *boards, const char *text)
{
	struct app *app = wall(width, 24, no_keys);
	bool found;

	app_update(app, boards, 2, BOARDS_NOW);
	found = shows(app, text);
	app_free(app);
	return found;
}

static void
a_store_that_is_down_has_an_age_and_a_next_try(void **state)
{
	const struct board *boards[] = { board_of("s", BOARDS_NOW, false, "a:ok"),
		board_of("t", BOARDS_NOW, true, "b:UNKN") };
	struct board_store *up = (struct board_store *)(uintptr_t)&boards[0]->store;
	struct board_store *down = (struct board_store *)(uintptr_t)&boards[1]->store;

	(void)state;
	down->next_try = BOARDS_NOW + 3 * SECOND;
	assert_true(wall_shows(
		80, boards, " data 0s-1m old   next read in 5s, next try in 3s "));
	assert_true(wall_shows(60, boards, " data 0s-1m old   next try in 3s "));
	assert_true(wall_shows(40, boards, " 0s-1m old   try in 3s "));
	down->next_try = BOARDS_NOW;
	/* Of a store that was never read there is no age. */
	down->good_at = TIME_NONE;
	assert_true(wall_shows(80, boards, " data 0s old   next read in 5s, trying "));
	/* Where none answers nothing is fresh, and that is said before it is old. */
	up->reachable = false;
	up->good_at = BOARDS_NOW - 12 * SECOND;
	up->next_try = down->next_try = BOARDS_NOW + 2 * SECOND;
	down->good_at = BOARDS_NOW - 20 * SECOND;
	assert_true(wall_shows(80, boards, " data 20s old   next try in 2s "));
	for (int i = 0; i < 2; i++)
		board_unref(boards[i]);
}

static void
what_was_not_read_is_not_all_ok(void **state)
{
	struct app *app = wall(80, 24, page_keys);
	const struct board *boards[] = { board_of("s", BOARDS_NOW, false, "a:ok"),
		board_of("t", BOARDS_NOW, true, "") };
	struct board_store *store = (struct board_store *)(uintptr_t)&boards[1]->store;

	(void)state;
	store->good_at = TIME_NONE;
	err_set(&store->error, ERR_UNREACHABLE, "t.db: no such file");
	app_update(app, boards, 2, BOARDS_NOW);
	assert_true(hides(app, "all ok"));
	assert_true(shows(app, "1 of 2 stores not read"));
	assert_true(shows(app, "t: t.db: no such file"));
	assert_true(shows(app, "t DOWN 1m"));
	/* And no jobs are no good ones. */
	app_update(app, boards, 0, BOARDS_NOW);
	assert_true(hides(app, "all ok"));
	assert_true(shows(app, "not read yet"));
	for (int i = 0; i < 2; i++)
		board_unref(boards[i]);
	app_free(app);
}

static void
past_problems_are_remembered_for_twelve_hours(void **state)
{
	struct app *app = wall(80, 24, page_keys);
	int64_t now = BOARDS_NOW;

	(void)state;
	/* A job tells of its last trouble only; there were three of it, two in one. */
	for (int i = 0; i < 4; i++, now += HOUR) {
		const struct board *board = board_of("s", now, false, "a:ok");

		job_of(board, 0)->past = (struct past){ STATE_WARN,
			now - (i == 2 ? 2 * HOUR : MINUTE), now - SECOND };
		show(app, board, now);
	}
	assert_true(shows(app, "last problems: a, WARN 06:06 - 06:07 (59s)"));
	assert_true(shows(app, "               a, WARN 03:07 - 05:07 (1h59m)"));
	assert_true(shows(app, "               a, WARN 03:06 - 03:07 (59s)"));
	now += 9 * HOUR - 2 * MINUTE;
	show(app, board_of("s", now, false, "a:ok"), now);
	assert_true(hides(app, "03:06"));
	assert_true(shows(app, "a, WARN 03:07 - 05:07 (1h59m)"));
	now += DAY;
	show(app, board_of("s", now, false, "a:ok"), now);
	assert_true(hides(app, "last problem"));
	app_free(app);
}

/* --- problems --- */

#define MANY                                                                             \
	"c1:CRIT c2:CRIT u1:UNKN w1:WARN w2:WARN w3:WARN w4:WARN w5:WARN w6:WARN "       \
	"w7:WARN w8:WARN w9:WARN x1:WARN x2:WARN o:ok r:RPLY"

static void
numbers_add_up_with_replays(void **state)
{
	struct app *app = wall(80, 16, page_keys);

	(void)state;
	show(app, board_of("s", BOARDS_NOW, false, MANY), BOARDS_NOW);
	assert_true(shows(app, " CRIT 2   UNKN 1   WARN 11   RPLY 1   ok 1\n"));
	app_free(app);
}

static void
pages_turn_only_where_all_do_not_fit(void **state)
{
	struct app *app = wall(80, 24, page_keys);
	int64_t now = BOARDS_NOW;

	(void)state;
	show(app, board_of("s", now, false, MANY), now);
	assert_true(shows(app, " CRIT     1m  c1\n"));
	assert_true(shows(app, "READ-ONLY  1/2   UTC"));
	assert_true(hides(app, "x2"));
	show(app, board_of("s", now + 19 * SECOND, false, MANY), now + 19 * SECOND);
	assert_true(shows(app, "c1"));
	show(app, board_of("s", now + 20 * SECOND, false, MANY), now + 20 * SECOND);
	assert_true(shows(app, "x2"));
	assert_true(shows(app, "READ-ONLY  2/2   UTC"));
	assert_true(hides(app, "c1"));
	show(app, board_of("s", now + 40 * SECOND, false, MANY), now + 40 * SECOND);
	assert_true(shows(app, "c1"));
	/* What becomes critical is seen at once. */
	show(app, board_of("s", now + 60 * SECOND, false, MANY), now + 60 * SECOND);
	assert_true(hides(app, "c1"));
	show(app, board_of("s", now + 61 * SECOND, false, "c0:CRIT " MANY),
		now + 61 * SECOND);
	assert_true(shows(app, "c0"));
	/* All on one page: none is turned. */
	app_resize(app, 80, 40);
	for (int i = 0; i < 5; i++) {
		now += MINUTE;
		show(app, board_of("s", now, false, MANY), now);
		assert_true(shows(app, "c1"));
		assert_true(shows(app, "x2"));
		assert_true(shows(app, "READ-ONLY   UTC"));
	}
	app_free(app);
}

/* --- stores --- */

/* Shows two boards, and gives them back. */
static void
show_both(struct app *app, const struct board *a, const struct board *b)
{
	const struct board *boards[] = { a, b };

	app_update(app, boards, 2, BOARDS_NOW);
	board_unref(a);
	board_unref(b);
}

static void
a_name_that_two_stores_have_is_told_with_its_store(void **state)
{
	static const struct {
		unsigned width;
		const char *old, *new, *other;
	} cases[] = {
		{ 120, "RPLY     1m   since 03:06    orders         warehouse-old",
			"RPLY     1m   since 03:06    orders         warehouse",
			"WARN     1m   since 03:06    sales          warehouse" },
		{ 80, "RPLY     1m  orders        warehouse-o~",
			"RPLY     1m  orders        warehouse",
			"WARN     1m  sales         warehouse" },
		{ 40, "RPLY    1m orders warehou~", "RPLY    1m orders warehou~",
			"WARN    1m sales  warehou~" },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(*cases); i++) {
		struct app *app = wall(cases[i].width, 24, page_keys);

		show_both(app,
			board_of("warehouse-old", BOARDS_NOW, false,
				"bills:ok orders:RPLY"),
			board_of("warehouse", BOARDS_NOW, false,
				"orders:RPLY sales:WARN"));
		assert_true(shows(app, cases[i].old));
		assert_true(shows(app, cases[i].new));
		assert_true(shows(app, cases[i].other));
		app_free(app);
	}
}

static void
a_name_that_one_store_has_is_told_without_it(void **state)
{
	struct app *app = wall(80, 24, page_keys);

	(void)state;
	show_both(app, board_of("a", BOARDS_NOW, false, "orders:RPLY"),
		board_of("b", BOARDS_NOW, false, "sales:WARN"));
	assert_true(shows(app, " RPLY     1m  orders\n"));
	app_free(app);
}

/* Where nothing is wrong, too. */
static void
the_oldest_and_the_next_save_are_told_with_their_store(void **state)
{
	struct app *app = wall(120, 36, page_keys);

	(void)state;
	show_both(app, board_of("a", BOARDS_NOW, false, "orders:ok x:WARN"),
		board_of("b", BOARDS_NOW, false, "orders:ok"));
	assert_true(shows(app, "oldest ok save: 0s (orders (a))"));
	app_free(app);
}

static void
a_clock_that_is_set_back_stops_no_page(void **state)
{
	struct app *app = wall(80, 24, page_keys);
	int64_t now = BOARDS_NOW;

	(void)state;
	show(app, board_of("s", now, false, MANY), now);
	now -= DAY;
	show(app, board_of("s", now, false, MANY), now);
	show(app, board_of("s", now + 20 * SECOND, false, MANY), now + 20 * SECOND);
	assert_true(shows(app, "READ-ONLY  2/2   UTC"));
	app_free(app);
}

static void
keys_turn_pages_and_quit(void **state)
{
	struct app *app = wall(80, 24, page_keys);

	(void)state;
	show(app, board_of("s", BOARDS_NOW, false, MANY), BOARDS_NOW);
	press(app, "Up");
	assert_true(shows(app, "1/2"));
	press(app, "Down");
	assert_true(shows(app, "2/2"));
	press(app, "j");
	assert_true(shows(app, "2/2"));
	press(app, "g");
	assert_true(shows(app, "1/2"));
	press(app, "G");
	assert_true(shows(app, "2/2"));
	/* It stands longer than a page that turned by itself. */
	show(app, board_of("s", BOARDS_NOW + 59 * SECOND, false, MANY),
		BOARDS_NOW + 59 * SECOND);
	assert_true(shows(app, "2/2"));
	show(app, board_of("s", BOARDS_NOW + MINUTE, false, MANY), BOARDS_NOW + MINUTE);
	assert_true(shows(app, "1/2"));
	assert_false(app_ended(app));
	press(app, "q");
	assert_true(app_ended(app));
	app_free(app);
}

/* Every code a terminal can send, three times. */
static void
press_all(struct app *app, const char *but)
{
	for (uint32_t key = 1; key <= KEY_CODE_PASTE_END; key++) {
		if (key == 0x100)
			key = KEY_CODE_FIRST;
		if (key < 0x80 && strchr(but, (int)key) != NULL)
			continue;
		for (int i = 0; i < 3; i++)
			app_key(app, key);
	}
}

static void
no_key_does_anything_else(void **state)
{
	/* q, Q, ^C and ^\ are those that quit. */
	static const struct {
		const enum action *only;
		const char *but;
	} cases[] = { { page_keys, "qQ\003\034" }, { no_keys, "" } };

	(void)state;
	for (int i = 0; i < 2; i++) {
		struct app *app = wall(80, 24, cases[i].only);
		struct app_request request;
		char *before, *after;

		show(app, board_of("s", BOARDS_NOW, false, "a:CRIT"), BOARDS_NOW);
		before = screen_of(app);
		press_all(app, cases[i].but);
		after = screen_of(app);
		assert_string_equal(before, after);
		assert_false(app_request(app, &request));
		assert_false(app_ended(app));
		free(before);
		free(after);
		/* Pasted letters are no keys either. */
		app_key(app, KEY_CODE_PASTE_START);
		app_key(app, 'q');
		app_key(app, KEY_CODE_PASTE_END);
		assert_false(app_ended(app));
		/* The end of the terminal is no key. */
		app_key(app, KEY_CODE_GONE);
		assert_true(app_ended(app));
		app_free(app);
	}
}

/* --- old data --- */

static void
old_data_says_so_and_shows_what_was(void **state)
{
	struct app *app = wall(80, 24, page_keys);
	int64_t now = BOARDS_NOW, later = now + 11 * MINUTE + 28 * SECOND;
	const struct board *down;

	(void)state;
	show(app, board_of("s", now, false, "a:CRIT b:ok"), now);
	/* The store fails, and says of all its jobs that they are not known. */
	down = board_of("s", later, true, "a:UNKN b:UNKN");
	((struct board_store *)(uintptr_t)&down->store)->good_at = now;
	((struct board_store *)(uintptr_t)&down->store)->tries = 40;
	((struct board_store *)(uintptr_t)&down->store)->next_try = later + 8 * SECOND;
	err_set((struct err *)(uintptr_t)&down->store.error, ERR_UNREACHABLE,
		"timed out");
	show(app, down, later);
	assert_true(shows(app, "##     DATA IS OLD: nothing was read for 11m28s (last "
			       "good read 03:07:41)    "
			       " ##"));
	assert_true(shows(app, "s: timed out; try 41 in 8s"));
	assert_true(shows(app, "The states below are those of 03:07:41. They are NOT"));
	assert_true(shows(app, " ?crit     1m at 03:07  a\n"));
	assert_true(hides(app, "?unkn"));
	assert_true(shows(app, "s last read 03:07:41"));
	assert_true(shows(app, " data 11m28s OLD   retry in 8s"));
	/* And it is over with the first read. */
	show(app, board_of("s", later + SECOND, false, "a:ok b:ok"), later + SECOND);
	assert_true(hides(app, "OLD"));
	assert_true(hides(app, "crit"));
	app_free(app);
}

static void
it_says_where_it_is_not_sandboxed(void **state)
{
	struct app *app = app_new(&(struct app_setup){
		.width = 80,
		.height = 24,
		.ascii = true,
		.read_only = true,
		.interval = 5 * SECOND,
		.root = view_find("wall"),
		.only = no_keys,
	});

	(void)state;
	show(app, board_of("s", BOARDS_NOW, false, "a:ok"), BOARDS_NOW);
	assert_true(shows(app, "READ-ONLY, not sandboxed"));
	app_free(app);
}

/* --- sizes --- */

static void
no_size_breaks_it(void **state)
{
	static const char *const boards[] = { MANY, "a:ok", "", "a:CRIT" };

	(void)state;
	for (size_t i = 0; i < sizeof(boards) / sizeof(boards[0]); i++) {
		struct app *app = wall(80, 24, page_keys);

		show(app, board_of("s", BOARDS_NOW, false, boards[i]), BOARDS_NOW);
		for (unsigned width = 1; width < 200; width += width < 20 ? 1 : 17)
			for (unsigned height = 1; height < 60; height++) {
				app_resize(app, width, height);
				app_update(app, app_frame(app)->boards, 1,
					BOARDS_NOW + (height % 3) * HOUR);
				app_draw(app);
			}
		app_resize(app, 40, 12);
		app_update(app, app_frame(app)->boards, 1, BOARDS_NOW);
		assert_true(shows(app, "READ-ONLY"));
		app_free(app);
	}
}

/* An hour of polls, with the clock stepped. */
static void
an_hour_passes(void **state)
{
	struct app *app = wall(120, 36, no_keys);
	size_t polls = getenv("CKPTOP_LONG") != NULL ? 3600 : 360;
	unsigned turned = 0;
	bool second = false;

	(void)state;
	app_resize(app, 80, 24);
	for (size_t i = 0; i < polls; i++) {
		int64_t now = BOARDS_NOW + (int64_t)i * SECOND;
		const struct board *board = board_of("s", now, false, MANY);
		bool now_second;

		/* One more past trouble a minute: they are forgotten, not kept for ever.
		 */
		job_of(board, 14)->past = (struct past){ STATE_WARN,
			now / MINUTE * MINUTE - 10 * SECOND, now / MINUTE * MINUTE };
		show(app, board, now);
		now_second = !hides(app, "2/2");
		turned += now_second != second;
		second = now_second;
	}
	assert_int_equal(turned, (polls - 1) / 20);
	app_free(app);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(all_ok_is_said_when_it_is),
		cmocka_unit_test(what_is_unexplained_is_not_all_ok),
		cmocka_unit_test(what_was_not_read_is_not_all_ok),
		cmocka_unit_test(past_problems_are_remembered_for_twelve_hours),
		cmocka_unit_test(numbers_add_up_with_replays),
		cmocka_unit_test(pages_turn_only_where_all_do_not_fit),
		cmocka_unit_test(a_name_that_two_stores_have_is_told_with_its_store),
		cmocka_unit_test(a_name_that_one_store_has_is_told_without_it),
		cmocka_unit_test(the_oldest_and_the_next_save_are_told_with_their_store),
		cmocka_unit_test(a_clock_that_is_set_back_stops_no_page),
		cmocka_unit_test(keys_turn_pages_and_quit),
		cmocka_unit_test(no_key_does_anything_else),
		cmocka_unit_test(old_data_says_so_and_shows_what_was),
		cmocka_unit_test(a_store_that_is_down_has_an_age_and_a_next_try),
		cmocka_unit_test(it_says_where_it_is_not_sandboxed),
		cmocka_unit_test(no_size_breaks_it),
		cmocka_unit_test(an_hour_passes),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
