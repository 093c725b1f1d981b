/* SPDX-License-Identifier: MIT
 * The app without a terminal: boards and the clock in, pictures out. */
#include "tui/app.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "tests/unit/tui/plain_view.h"

/* --- time --- */

static void
ages_stand_between_polls(void **state)
{
	struct app *app = start();
	const struct board *board;

	(void)state;
	board = board_of("s", BOARDS_NOW, false, "a:ok");
	app_update(app, &board, 1, BOARDS_NOW);
	uint64_t generation = app_frame(app)->generation;
	unsigned heartbeat = app_frame(app)->heartbeat;
	for (int i = 1; i < 5; i++)
		app_update(app, &board, 1, BOARDS_NOW + i * SECOND);
	assert_line(app, 0, "age 4 stale 0 hold 0");
	assert_int_equal(app_frame(app)->generation, generation);
	poll_at(app, 5, "a:ok");
	assert_line(app, 0, "age 0 stale 0 hold 0");
	assert_int_not_equal(app_frame(app)->generation, generation);
	assert_int_equal(app_frame(app)->heartbeat, heartbeat + 1);
	/* Without polls they are counted anew now and then; a clock set back, at once. */
	board_unref(board);
	board = board_of("s", BOARDS_NOW, false, "a:ok");
	app_update(app, &board, 1, BOARDS_NOW + 6 * SECOND);
	app_update(app, &board, 1, BOARDS_NOW + 15 * SECOND);
	assert_line(app, 0, "age 9 stale 0 hold 0");
	app_update(app, &board, 1, BOARDS_NOW + 3 * SECOND);
	assert_line(app, 0, "age 0 stale 0 hold 0");
	board_unref(board);
	app_free(app);
}

/* An app with this configured, over a store with an interval of its own. */
static struct app *
start_with(int64_t stale_after, int64_t interval, int64_t of_the_store)
{
	struct app_setup setup = { .width = 80,
		.height = 24,
		.interval = interval,
		.stale_after = stale_after,
		.root = &first };
	struct app *app = app_new(&setup);
	struct board *board =
		(struct board *)(uintptr_t)board_of("s", BOARDS_NOW, false, "a:ok");

	board->store.interval = of_the_store;
	take(app, board, 0);
	return app;
}

static void
assert_old_after(struct app *app, const char *keys, int seconds)
{
	press(app, keys);
	assert_int_equal(app_frame(app)->stale_after / SECOND, seconds);
}

static void
data_is_old_when_polls_were_missed(void **state)
{
	static const struct {
		int configured, interval, store;
		int old_after, once_slower, and_faster_again;
	} cases[] = {
		/* Half a minute is never long, and three polls may be missed. */
		{ 0, 5, 0, 30, 30, 30 },
		{ 0, 30, 0, 90, 180, 90 },
		/* The store's own interval counts. */
		{ 0, 5, 120, 360, 900, 360 },
		/* What is configured holds while the intervals are not longer. */
		{ 5, 10, 0, 5, 45, 5 },
		{ 60, 10, 0, 60, 60, 60 },
		{ 2, 5, 1, 2, 6, 2 },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		struct app *app = start_with(cases[i].configured * SECOND,
			cases[i].interval * SECOND, cases[i].store * SECOND);

		assert_old_after(app, "", cases[i].old_after);
		assert_old_after(app, "+", cases[i].once_slower);
		assert_old_after(app, "-", cases[i].and_faster_again);
		app_free(app);
	}
}

/* A key sets the interval of all stores, whatever boards from before it still say. */
static void
a_chosen_interval_is_that_of_all_stores(void **state)
{
	struct app *app = start_with(0, 5 * SECOND, SECOND);
	struct board *board;

	(void)state;
	assert_int_equal(app_frame(app)->interval, SECOND);
	press(app, "+");
	board = (struct board *)(uintptr_t)board_of("s", BOARDS_NOW, false, "a:ok");
	board->store.interval = SECOND;
	take(app, board, 1);
	assert_int_equal(app_frame(app)->interval, 2 * SECOND);
	app_free(app);
}

static void
old_data_stands_still_and_says_so(void **state)
{
	struct app *app = start();
	const struct board *board = board_of("s", BOARDS_NOW, false, "a:ok");

	(void)state;
	app_update(app, &board, 1, BOARDS_NOW + 15 * SECOND);
	assert_false(app_frame(app)->stale);
	app_update(app, &board, 1, BOARDS_NOW + 16 * SECOND);
	assert_line(app, 0, "age 16 stale 1 hold 0");
	assert_line(app, MESSAGE,
		" DATA IS OLD: nothing read for 16s (last good 03:07:41); ages are of "
		"then");
	app_update(app, &board, 1, BOARDS_NOW + 75 * SECOND);
	assert_line(app, 0, "age 75 stale 1 hold 0");
	board_unref(board);
	/* A poll that failed does not make it any newer. */
	take(app, board_of("s", BOARDS_NOW + 60 * SECOND, true, "a:UNKN"), 80);
	assert_line(app, 0, "age 80 stale 1 hold 0");
	poll_at(app, 85, "a:ok");
	assert_line(app, 0, "age 0 stale 0 hold 0");
	assert_line(app, MESSAGE, "");
	app_free(app);
}

/* --- time that went on without us --- */

static void
jump(struct app *app, int64_t absent, int64_t set, int64_t now)
{
	struct clock_jump jump = { .absent = absent, .set = set };

	app_jumped(app, &jump, now);
	request(app, APP_REFRESH);
	request(app, APP_NOTHING);
}

/* Eight hours on, and no store was asked: nothing is old, and no age has grown.
 * N12 laptop_suspend */
static void
a_sleep_makes_nothing_old(void **state)
{
	const int64_t night = BOARDS_NOW + 8 * HOUR;
	struct app *app = start();
	const struct board *before = board_of("s", BOARDS_NOW, false, "a:ok");

	(void)state;
	app_update(app, &before, 1, BOARDS_NOW + 3 * SECOND);
	jump(app, 8 * HOUR, 0, night);
	app_update(app, &before, 1, night);
	assert_line(app, MESSAGE,
		" nothing was seen for 8h (asleep or stopped); reading all stores again");
	assert_false(app_frame(app)->stale);
	assert_int_equal(app_frame(app)->age_now, BOARDS_NOW + 3 * SECOND);
	assert_int_equal(app_frame(app)->now, night);
	/* What was read before the sleep may be handed over after it. */
	board_unref(before);
	before = board_of("s", BOARDS_NOW + 5 * SECOND, false, "a:ok b:ok");
	app_update(app, &before, 1, night + 2 * SECOND);
	assert_false(app_frame(app)->stale);
	assert_int_equal(app_frame(app)->age_now, BOARDS_NOW + 5 * SECOND);
	board_unref(before);
	/* An answer counts, also a bad one. */
	before = board_of("s", night + 3 * SECOND, false, "a:CRIT");
	app_update(app, &before, 1, night + 3 * SECOND);
	assert_line(app, 0, "age 0 stale 0 hold 0");
	board_unref(before);
	app_free(app);
}

static void
stores_that_hang_after_a_sleep(void **state)
{
	const int64_t night = BOARDS_NOW + 8 * HOUR;
	struct app *app = start();
	const struct board *boards[2] = { board_of("s", BOARDS_NOW, false, "a:ok"),
		board_of("t", BOARDS_NOW, false, "b:ok") };

	(void)state;
	app_update(app, boards, 2, BOARDS_NOW);
	jump(app, 8 * HOUR, 0, night);
	/* They have as long as every poll has, and then they are old. */
	app_update(app, boards, 2, night + app_frame(app)->stale_after);
	assert_false(app_frame(app)->stale);
	app_update(app, boards, 2, night + app_frame(app)->stale_after + SECOND);
	assert_true(app_frame(app)->stale);
	/* One answers, and its rows are of now. */
	board_unref(boards[0]);
	boards[0] = board_of("s", night + 40 * SECOND, false, "a:ok");
	app_update(app, boards, 2, night + 40 * SECOND);
	assert_line(app, 0, "age 0 stale 0 hold 0");
	/* After another night it was asked in vain: what there is is old. */
	jump(app, 8 * HOUR, 0, night + 8 * HOUR);
	board_unref(boards[0]);
	boards[0] = board_of("s", night + 8 * HOUR + SECOND, true, "a:UNKN");
	app_update(app, boards, 2, night + 8 * HOUR + SECOND);
	assert_true(app_frame(app)->stale);
	board_unref(boards[0]);
	board_unref(boards[1]);
	app_free(app);
}

static void
a_clock_that_is_set_is_told(void **state)
{
	struct app *app = start();
	const struct board *board = board_of("s", BOARDS_NOW, false, "a:ok");

	(void)state;
	app_update(app, &board, 1, BOARDS_NOW);
	jump(app, 0, -HOUR, BOARDS_NOW - HOUR);
	app_update(app, &board, 1, BOARDS_NOW - HOUR);
	assert_line(app, 0, "age 0 stale 0 hold 0");
	assert_line(app, MESSAGE, " the clock jumped 1h back; reading all stores again");
	jump(app, 0, DAY, BOARDS_NOW + DAY);
	app_update(app, &board, 1, BOARDS_NOW + DAY);
	assert_line(
		app, MESSAGE, " the clock jumped 1d forward; reading all stores again");
	assert_false(app_frame(app)->stale);
	board_unref(board);
	app_free(app);
}

static void
a_pause_holds_the_picture(void **state)
{
	struct app *app = start();

	(void)state;
	poll_at(app, 0, "a:ok");
	press(app, "p");
	poll_at(app, 12, "a:ok b:ok");
	assert_line(app, 1, "jobs 1 filter []");
	assert_int_equal(app_frame(app)->now, BOARDS_NOW);
	assert_line(
		app, MESSAGE, " PAUSED 12s at 03:07:41 - data is still read; p = go on");
	/* Keys work on what is shown. */
	press(app, "Enter");
	assert_line(app, 2, "x");
	press(app, "Esc p");
	poll_at(app, 13, "a:ok b:ok");
	assert_line(app, 1, "jobs 2 filter []");
	assert_line(app, MESSAGE, "");
	app_free(app);
}

static void
a_key_holds_rows_for_a_second(void **state)
{
	struct app *app = start();

	(void)state;
	poll_at(app, 0, "");
	assert_false(app_frame(app)->hold);
	press(app, "Down");
	assert_true(app_frame(app)->hold);
	poll_at(app, 0, "");
	assert_true(app_frame(app)->hold);
	poll_at(app, 1, "");
	assert_false(app_frame(app)->hold);
	app_free(app);
}

/* --- the bell --- */

static void
assert_rings(struct app *app, bool rings)
{
	request(app, rings ? APP_BELL : APP_NOTHING);
	request(app, APP_NOTHING);
}

static void
the_bell_rings_for_news_only(void **state)
{
	struct app *app = start();

	(void)state;
	/* What was so at the start is no news. */
	poll_at(app, 0, "a:CRIT b:ok c:ok d:WARN");
	assert_rings(app, false);
	/* Once for two, not again for the same, not for less. */
	poll_at(app, 5, "a:CRIT b:CRIT c:CRIT d:WARN");
	assert_rings(app, true);
	poll_at(app, 10, "a:CRIT b:CRIT c:CRIT d:UNKN");
	assert_rings(app, false);
	poll_at(app, 15, "a:ok b:RPLY c:WARN d:RPLY");
	assert_rings(app, false);
	poll_at(app, 20, "a:CRIT");
	assert_rings(app, true);
	/* A store that goes down, also while the picture is held. */
	press(app, "p");
	take(app, board_of("s", BOARDS_NOW + 25 * SECOND, true, "a:CRIT"), 25);
	assert_rings(app, true);
	take(app, board_of("s", BOARDS_NOW + 30 * SECOND, true, "a:CRIT"), 30);
	assert_rings(app, false);
	press(app, "b");
	poll_at(app, 35, "a:CRIT e:CRIT");
	assert_rings(app, false);
	app_free(app);
}

/* --- all sizes --- */

static void
line_1_is_there_at_every_size(void **state)
{
	static const unsigned sizes[][2] = { { 0, 0 }, { 1, 1 }, { 2, 1 }, { 10, 3 },
		{ 40, 10 }, { 60, 15 }, { 80, 24 }, { 120, 36 }, { 300, 100 },
		{ 500, 2 } };
	static const char *const keys[] = { "", "Enter", "?", "/", ":", "s", "S", "p" };
	static const struct app_setup setup = { .width = 80,
		.height = 24,
		.environment = "prod-eu1",
		.production = true,
		.read_only = true,
		.interval = 5 * SECOND };

	(void)state;
	for (size_t i = 0; i < sizeof(keys) / sizeof(keys[0]); i++) {
		struct app *app = app_new(&setup);
		poll_at(app, 0, "orders-daily:CRIT b:ok");
		app_draw(app);
		press(app, keys[i]);
		/* What stands at the left of line 1 stands there in every picture. */
		for (size_t j = 0; j < sizeof(sizes) / sizeof(sizes[0]); j++) {
			const struct canvas *canvas;
			app_resize(app, sizes[j][0], sizes[j][1]);
			canvas = app_draw(app);
			assert_int_equal(canvas_height(canvas), sizes[j][1]);
			if (sizes[j][0] >= 10 && sizes[j][1] >= 3)
				assert_string_not_equal(
					canvas_cell(canvas, 0, 1)->glyph, "");
		}
		app_free(app);
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(ages_stand_between_polls),
		cmocka_unit_test(data_is_old_when_polls_were_missed),
		cmocka_unit_test(a_chosen_interval_is_that_of_all_stores),
		cmocka_unit_test(old_data_stands_still_and_says_so),
		cmocka_unit_test(a_sleep_makes_nothing_old),
		cmocka_unit_test(stores_that_hang_after_a_sleep),
		cmocka_unit_test(a_clock_that_is_set_is_told),
		cmocka_unit_test(a_pause_holds_the_picture),
		cmocka_unit_test(a_key_holds_rows_for_a_second),
		cmocka_unit_test(the_bell_rings_for_news_only),
		cmocka_unit_test(line_1_is_there_at_every_size),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
