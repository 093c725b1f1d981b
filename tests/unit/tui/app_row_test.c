/* SPDX-License-Identifier: MIT
 * What a key is about when the rows have changed places between the look and the key. */
#include <limits.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

#include "poll/actor_inside.h"
#include "poll/ledger.h"
#include "tests/unit/tui/boards.h"
#include "tui/app.h"

/* A bit longer than keys of what has changed places are refused. */
#define LOOKED (501 * MILLISECOND)

struct desk_top {
	struct config config;
	struct actor *actor;
	struct app *app;
};

static int
open_app(void **state)
{
	static const char *const environment[] = { NULL };
	struct desk_top *desk = calloc(1, sizeof(*desk));
	struct err err = { 0 };

	if (desk == NULL ||
		actor_new(&desk->actor, &desk->config, environment, NULL, &err) != 0)
		return -1;
	desk->app = app_new(&(struct app_setup){ .width = 80,
		.height = 24,
		.ascii = true,
		.interval = 5 * SECOND,
		.follow = true,
		.actor = desk->actor });
	*state = desk;
	return 0;
}

static int
close_app(void **state)
{
	struct desk_top *desk = *state;

	app_free(desk->app);
	actor_stop(desk->actor);
	free(desk);
	return 0;
}

/* A poll, and the picture that somebody looks at. */
static void
poll_at(struct desk_top *desk, int seconds, const char *words)
{
	const struct board *board =
		board_of("s", BOARDS_NOW + seconds * SECOND, false, words);

	app_update(desk->app, &board, 1, BOARDS_NOW + seconds * SECOND);
	board_unref(board);
	app_draw(desk->app);
}

static void
press(struct desk_top *desk, const char *key)
{
	app_key(desk->app, keymap_code(key, strlen(key)));
}

static bool
shows(struct desk_top *desk, const char *text)
{
	struct str screen = { 0 };
	bool found;

	canvas_print(app_draw(desk->app), &screen);
	found = strstr(str_text(&screen), text) != NULL;
	str_free(&screen);
	return found;
}

/* Whether the cursor is on this job. */
static bool
is_on(struct desk_top *desk, const char *job)
{
	struct str screen = { 0 };
	const char *line;
	bool found;

	canvas_print(app_draw(desk->app), &screen);
	line = strstr(str_text(&screen), "\n>");
	assert_non_null(line);
	/* It is the first word behind state and age. */
	found = strncmp(strstr(line, " 1m ") + 4, job, strlen(job)) == 0;
	str_free(&screen);
	return found;
}

/* O02 wrong_row */
static void
the_selection_follows_the_row_and_not_its_place(void **state)
{
	struct desk_top *desk = *state;

	poll_at(desk, 0, "a:CRIT b:WARN c:ok");
	press(desk, "j");
	assert_true(is_on(desk, "b"));
	/* It is the last of four a moment later, and still the one that is meant. */
	poll_at(desk, 5, "d:CRIT a:CRIT c:CRIT b:ok");
	assert_true(is_on(desk, "b"));
	press(desk, "R");
	assert_true(shows(desk, " RESET b "));
}

/* O02 wrong_row */
static void
what_became_another_row_a_moment_ago_is_not_meant(void **state)
{
	static const char *const keys[] = { "R", "D" };
	static const char *const titles[] = { " RESET a ", " DELETE a " };
	struct desk_top *desk = *state;

	/* The cursor stays on its line now. */
	poll_at(desk, 0, "a:CRIT b:WARN");
	press(desk, "F");
	for (int i = 0; i < 2; i++) {
		poll_at(desk, 10 * i + 5, "b:CRIT a:WARN");
		assert_true(is_on(desk, "b"));
		clock_advance(LOOKED);
		poll_at(desk, 10 * i + 10, "a:CRIT b:WARN");
		assert_true(is_on(desk, "a"));
		press(desk, keys[i]);
		assert_false(shows(desk, titles[i]));
		assert_true(shows(desk, "became another one just now; look, and press"));
		/* Once it could be seen it is meant. */
		clock_advance(LOOKED);
		press(desk, keys[i]);
		assert_true(shows(desk, titles[i]));
		press(desk, "Esc");
	}
}

static void
the_row_after_one_that_vanished_is_not_meant(void **state)
{
	struct desk_top *desk = *state;

	poll_at(desk, 0, "a:CRIT b:WARN c:ok");
	press(desk, "j");
	poll_at(desk, 5, "a:CRIT c:ok");
	press(desk, "D");
	assert_true(shows(desk, "became another one just now"));
	assert_false(shows(desk, "DELETE"));
}

static void
what_did_not_change_is_meant_at_once(void **state)
{
	struct desk_top *desk = *state;

	poll_at(desk, 0, "a:CRIT b:WARN c:ok");
	/* The cursor's own key, rows that change places around it, other keys. */
	press(desk, "j");
	poll_at(desk, 5, "a:WARN b:WARN c:CRIT");
	press(desk, "?");
	press(desk, "Esc");
	press(desk, "R");
	assert_true(shows(desk, " RESET b "));
	press(desk, "Esc");
	/* Marks are what is meant, wherever the cursor is. */
	press(desk, "Space");
	press(desk, "F");
	poll_at(desk, 15, "c:CRIT a:WARN b:ok");
	clock_advance(LOOKED);
	poll_at(desk, 20, "a:CRIT c:CRIT b:ok");
	press(desk, "R");
	assert_true(shows(desk, " RESET b "));
}

/* The journal of the fixture without its last lines. */
static const struct ledger *
ledger_without(size_t lines)
{
	char path[] = "/tmp/app_row_test.XXXXXX", from[PATH_MAX];
	const char *source = getenv("srcdir");
	const struct ledger *ledger;
	struct str text = { 0 };
	FILE *file;
	int c, fd;

	snprintf(from, sizeof(from), "%s/tests/screen/fixture/journal.jsonl",
		source != NULL ? source : ".");
	file = fopen(from, "r");
	assert_non_null(file);
	fd = mkstemp(path);
	while ((c = getc(file)) != EOF)
		str_add_char(&text, (char)c);
	fclose(file);
	while (lines-- > 0)
		str_cut(&text, (size_t)((char *)memrchr(text.text, '\n', text.len - 1) -
					text.text) +
				       1);
	assert_int_equal(write(fd, text.text, text.len), text.len);
	close(fd);
	ledger = ledger_read(&(struct ledger_terms){ .journal = path });
	unlink(path);
	str_free(&text);
	return ledger;
}

static void
take_ledger(struct desk_top *desk, size_t without)
{
	const struct ledger *ledger = ledger_without(without);

	assert_false(err_is_set(&ledger->journal_err));
	app_take_ledger(desk->app, ledger);
	ledger_unref(ledger);
	app_draw(desk->app);
}

/* O02 wrong_row */
static void
what_somebody_else_did_just_now_is_not_undone(void **state)
{
	struct desk_top *desk = *state;
	int64_t came;

	poll_at(desk, 0, "orders-backfill:ok");
	press(desk, "a");
	/* The cursor is on the newest, and a newer one comes. */
	take_ledger(desk, 2);
	assert_true(shows(desk, "operation 7c4be9d8"));
	clock_advance(LOOKED);
	came = clock_monotonic();
	take_ledger(desk, 0);
	assert_true(shows(desk, "operation 8d1f66a5"));
	/* However slow this machine is: it is pressed at once. */
	clock_advance(came - clock_monotonic());
	press(desk, "u");
	assert_true(shows(desk, "became another one just now; look, and press u again"));
	assert_false(shows(desk, "UNDO"));
	clock_advance(MINUTE);
	press(desk, "u");
	assert_true(shows(desk, "UNDO"));
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
#define TEST(name) cmocka_unit_test_setup_teardown(name, open_app, close_app)
		TEST(the_selection_follows_the_row_and_not_its_place),
		TEST(what_became_another_row_a_moment_ago_is_not_meant),
		TEST(the_row_after_one_that_vanished_is_not_meant),
		TEST(what_did_not_change_is_meant_at_once),
		TEST(what_somebody_else_did_just_now_is_not_undone),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
