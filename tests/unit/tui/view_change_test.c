/* SPDX-License-Identifier: MIT
 * The dialog over a real store, with an actor that works when the test lets him. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "../base/scratch.h"
#include "poll/actor_inside.h"
#include "poll/survey.h"
#include "store/sqlite/db.h"
#include "tui/app.h"

#define TABLE                                                                            \
	"CREATE TABLE checkpoints (job_id TEXT, partition_id TEXT, checkpoint_value "    \
	"TEXT, metadata TEXT, updated_at TEXT, PRIMARY KEY (job_id, partition_id))"
#define ROW(partition, value)                                                            \
	"INSERT INTO checkpoints VALUES ('orders', '" partition "', '" value             \
	"', '{}', '2026-11-22 03:07:41')"

struct bench {
	void *scratch;
	char path[PATH_MAX + 16], uri[PATH_MAX + 32], journal[PATH_MAX + 32];
	struct store_config store;
	struct config config;
	struct zone *zone;
	struct survey *survey;
	struct actor *actor;
	struct app *app;
};

static bool
never(void *arg, struct err *err)
{
	(void)arg, (void)err;
	return false;
}

static void
run_sql_on(const char *path, const char *sql)
{
	struct sqlite_db *db = NULL;
	struct err err = { 0 };

	if (sqlite_db_new(&db, path, SQLITE_MODE_CREATE, never, NULL, &err) != 0 ||
		sqlite_db_run(db, sql, &err) != 0)
		fail_msg("%s", err.text);
	sqlite_db_free(db);
}

static void
save(struct bench *bench, const char *partition, const char *value)
{
	char sql[256];

	snprintf(sql, sizeof(sql),
		"UPDATE checkpoints SET checkpoint_value = '%s' WHERE partition_id = "
		"'%s'",
		value, partition);
	run_sql_on(bench->path, sql);
}

static struct str
value_of(struct bench *bench, const char *partition)
{
	struct sqlite_query *query = NULL;
	struct sqlite_db *db = NULL;
	struct str out = { 0 };
	struct err err = { 0 };

	if (sqlite_db_new(&db, bench->path, SQLITE_MODE_READ, never, NULL, &err) != 0 ||
		sqlite_query_new(&query, db,
			"SELECT checkpoint_value FROM checkpoints WHERE partition_id = "
			"?1",
			&err) != 0)
		fail_msg("%s", err.text);
	sqlite_bind_text(query, 1, span_of(partition));
	if (sqlite_query_step(query, &err) == 1)
		str_add_span(&out, sqlite_column(query, 0));
	sqlite_query_free(query);
	sqlite_db_free(db);
	return out;
}

static void
assert_value(struct bench *bench, const char *partition, const char *value)
{
	struct str is = value_of(bench, partition);

	assert_string_equal(str_text(&is), value);
	str_free(&is);
}

/* How many records of the journal have this phase. */
static size_t
count_phase(struct bench *bench, const char *phase)
{
	char line[16384], wanted[64];
	FILE *file = fopen(bench->journal, "r");
	size_t count = 0;

	snprintf(wanted, sizeof(wanted), "\"phase\":\"%s\"", phase);
	while (file != NULL && fgets(line, sizeof(line), file) != NULL)
		count += strstr(line, wanted) != NULL;
	if (file != NULL)
		fclose(file);
	return count;
}

static int
make_bench(void **state)
{
	struct bench *bench = calloc(1, sizeof(*bench));
	const char *directory;

	if (bench == NULL || scratch_make(&bench->scratch) != 0)
		return -1;
	directory = ((const struct scratch *)bench->scratch)->path;
	snprintf(bench->path, sizeof(bench->path), "%s/x.db", directory);
	snprintf(bench->uri, sizeof(bench->uri), "sqlite:%s", bench->path);
	snprintf(bench->journal, sizeof(bench->journal), "%s/journal.jsonl", directory);
	run_sql_on(bench->path, TABLE);
	run_sql_on(bench->path, ROW("0", "500"));
	bench->zone = zone_fixed(0);
	bench->store = (struct store_config){ .name = "warehouse",
		.uri = bench->uri,
		.zone = bench->zone,
		.value_is_last = true };
	bench->config = (struct config){ .stores = &bench->store, .store_count = 1 };
	bench->config.env.name = "";
	bench->config.env.journal = bench->journal;
	bench->config.env.confirm_step = 1000;
	*state = bench;
	return 0;
}

static void
close_dashboard(struct bench *bench)
{
	app_free(bench->app);
	actor_stop(bench->actor);
	survey_free(bench->survey);
	bench->app = NULL;
	bench->actor = NULL;
	bench->survey = NULL;
}

static int
free_bench(void **state)
{
	struct bench *bench = *state;
	int result;

	close_dashboard(bench);
	result = scratch_remove(&bench->scratch);
	zone_free(bench->zone);
	free(bench);
	return result;
}

/* The boards of now, and the answers to what is asked then, until nothing is asked. */
static void
look(struct bench *bench)
{
	for (int i = 0; i < 2; i++) {
		struct survey_interest all = { .rows = BOARD_ROWS_ALL };
		const struct board *board = survey_board(bench->survey, &all);
		struct answer *answer;

		app_update(bench->app, &board, 1, clock_now());
		board_unref(board);
		app_draw(bench->app);
		actor_round(bench->actor);
		while ((answer = actor_take(bench->actor)) != NULL)
			app_take_answer(bench->app, answer);
	}
}

static void
poll_store(struct bench *bench)
{
	struct err err = { 0 };

	survey_poll(bench->survey, true, &err);
	look(bench);
}

static void
open_dashboard(struct bench *bench, unsigned width, unsigned height)
{
	static const char *const environment[] = { NULL };
	struct err err = { 0 };

	if (actor_new(&bench->actor, &bench->config, environment, NULL, &err) != 0)
		fail_msg("%s", err.text);
	bench->survey = survey_new(&bench->store, &bench->config.rules, NULL);
	bench->app = app_new(&(struct app_setup){ .width = width,
		.height = height,
		.ascii = true,
		.environment = bench->config.env.name,
		.production = bench->config.env.production,
		.interval = 5 * SECOND,
		.follow = true,
		.actor = bench->actor });
	poll_store(bench);
}

/* Keys by their names, as slowly as a person. */
static void
press(struct bench *bench, const char *keys)
{
	while (*keys != '\0') {
		size_t length = strcspn(keys, " ");

		clock_advance(SECOND);
		app_key(bench->app, keymap_code(keys, length));
		look(bench);
		keys += length + (keys[length] == ' ');
	}
}

static void
type(struct bench *bench, const char *text)
{
	for (; *text != '\0'; text++) {
		clock_advance(SECOND);
		app_key(bench->app, (unsigned char)*text);
		look(bench);
	}
}

static bool
shows(struct bench *bench, const char *text)
{
	struct str screen = { 0 };
	bool found;

	canvas_print(app_draw(bench->app), &screen);
	found = strstr(str_text(&screen), text) != NULL;
	str_free(&screen);
	return found;
}

static void
assert_shows(struct bench *bench, const char *text)
{
	struct str screen = { 0 };

	if (shows(bench, text))
		return;
	canvas_print(app_draw(bench->app), &screen);
	fail_msg("there is no \"%s\" on\n%s", text, str_text(&screen));
}

/* A reset of the one partition, all of it filled in and read. */
static void
fill(struct bench *bench, const char *target)
{
	press(bench, "R Tab");
	type(bench, target);
	press(bench, "Tab");
	type(bench, "INC-1 tax table");
	press(bench, "PgDn PgDn");
}

/* --- where it is --- */

/* The style of the last cell of this text on the first lines. */
static enum style
style_of(struct bench *bench, const char *text)
{
	const struct canvas *canvas = app_draw(bench->app);
	size_t length = strlen(text);

	for (unsigned y = 0; y < 4; y++)
		for (unsigned x = 0; x + length <= canvas_width(canvas); x++) {
			size_t i = 0;

			while (i < length &&
				canvas_cell(canvas, y, x + (unsigned)i)->glyph[0] ==
					text[i])
				i++;
			if (i == length)
				return (enum style)canvas_cell(
					canvas, y, x + (unsigned)i - 1)
					->style;
		}
	fail_msg("there is no \"%s\" at the top", text);
	return STYLE_PLAIN;
}

/* O01 wrong_store */
static void
in_production_the_place_is_coloured_and_typed(void **state)
{
	struct bench *bench = *state;
	static const unsigned sizes[][2] = { { 80, 24 }, { 120, 36 } };

	for (int production = 0; production < 2; production++)
		for (int i = 0; i < 2; i++) {
			bench->config.env.name = production ? "prod-eu1" : "staging";
			bench->config.env.production = production;
			open_dashboard(bench, sizes[i][0], sizes[i][1]);
			press(bench, "R");
			assert_int_equal(
				style_of(bench, production ? "prod-eu1 / warehouse"
							   : "staging / warehouse") ==
					STYLE_TITLE_PRODUCTION,
				production);
			press(bench, "Esc");
			close_dashboard(bench);
		}
	open_dashboard(bench, 80, 24);
	fill(bench, "400");
	press(bench, "PgUp PgUp");
	assert_shows(bench, "This is PRODUCTION, prod-eu1: store warehouse.");
	assert_shows(bench, "Type warehouse/orders to confirm");
	/* The name alone is that of staging, too. */
	press(bench, "Tab");
	type(bench, "orders");
	press(bench, "Tab Enter");
	assert_shows(bench, "nothing was written: what is typed to confirm is not");
	assert_value(bench, "0", "500");
	assert_int_equal(count_phase(bench, "intent"), 0);
	/* Round to its field again, by either way, and back from there. */
	press(bench, "Tab Tab Tab Tab BackTab");
	press(bench, "BackTab BackTab BackTab BackTab Tab");
	press(bench, "BackTab");
	for (int i = 0; i < 6; i++)
		press(bench, "Backspace");
	type(bench, "warehouse/orders");
	press(bench, "Tab Enter");
	assert_shows(bench, "read back ok");
	assert_value(bench, "0", "400");
}

/* O01 wrong_store */
static void
the_store_that_was_looked_at_is_the_one_that_is_written(void **state)
{
	struct bench *bench = *state;
	char other[PATH_MAX + 32];

	open_dashboard(bench, 80, 24);
	fill(bench, "400");
	press(bench, "Tab");
	/* The same rows under the same name in another file. */
	snprintf(other, sizeof(other), "%s.new", bench->path);
	run_sql_on(other, TABLE);
	run_sql_on(other, ROW("0", "500"));
	assert_int_equal(rename(other, bench->path), 0);
	press(bench, "Enter");
	assert_false(shows(bench, "read back ok"));
	assert_value(bench, "0", "500");
	assert_int_equal(count_phase(bench, "done"), 0);
}

/* --- once --- */

static void
enter_twice_is_one_operation(void **state)
{
	struct bench *bench = *state;

	open_dashboard(bench, 80, 24);
	fill(bench, "-100");
	press(bench, "Tab");
	/* Before anything was drawn, and while it is written. */
	clock_advance(SECOND);
	for (int i = 0; i < 5; i++)
		app_key(bench->app, KEY_CODE_ENTER);
	look(bench);
	assert_shows(bench, "reset orders/0 500 -> 400, read back ok");
	for (int i = 0; i < 5; i++)
		app_key(bench->app, KEY_CODE_ENTER);
	look(bench);
	assert_value(bench, "0", "400");
	assert_int_equal(count_phase(bench, "intent"), 1);
	assert_int_equal(count_phase(bench, "done"), 1);
}

static void
a_key_that_is_held_opens_and_writes_nothing(void **state)
{
	struct bench *bench = *state;

	open_dashboard(bench, 80, 24);
	for (int i = 0; i < 40; i++) {
		app_key(bench->app, 'R');
		look(bench);
	}
	assert_shows(bench, " RESET orders");
	assert_shows(bench, "[ Cancel ]");
	assert_int_equal(count_phase(bench, "intent"), 0);
}

/* --- what was seen --- */

static void
a_button_is_not_pressed_for_rows_that_nobody_has_read(void **state)
{
	struct bench *bench = *state;

	open_dashboard(bench, 80, 24);
	fill(bench, "-100");
	/* It runs: that is typed, and it goes on. */
	save(bench, "0", "550");
	look(bench);
	press(bench, "Tab");
	type(bench, "running");
	press(bench, "Tab");
	save(bench, "0", "600");
	look(bench);
	assert_shows(bench, "1 of 1 moved since you opened this (p0 was 500)");
	app_key(bench->app, KEY_CODE_ENTER);
	look(bench);
	assert_shows(bench, "nothing was written: NOW became another one just now");
	assert_value(bench, "0", "600");
	clock_advance(SECOND);
	app_key(bench->app, KEY_CODE_ENTER);
	look(bench);
	assert_shows(bench, "reset orders/0 600 -> 500, read back ok");
	assert_value(bench, "0", "500");
}

static void
nothing_is_written_before_its_end_was_read(void **state)
{
	struct bench *bench = *state;

	open_dashboard(bench, 60, 20);
	press(bench, "R Tab");
	type(bench, "400");
	press(bench, "Tab");
	type(bench, "INC-1");
	press(bench, "Tab Enter");
	assert_shows(bench, "nothing was written: read it to its end first");
	press(bench, "PgDn PgDn PgDn PgDn Enter");
	assert_shows(bench, "read back ok");
	assert_value(bench, "0", "400");
}

/* How often the app has asked to be stopped. */
static size_t
count_stops(struct bench *bench)
{
	struct app_request request;
	size_t count = 0;

	while (app_request(bench->app, &request))
		count += request.kind == APP_STOP;
	return count;
}

static void
it_can_be_stopped_but_not_while_it_writes(void **state)
{
	struct bench *bench = *state;

	open_dashboard(bench, 80, 24);
	fill(bench, "-100");
	count_stops(bench);
	press(bench, "^Z");
	assert_int_equal(count_stops(bench), 1);
	assert_shows(bench, "-100");
	press(bench, "Tab");
	/* On a button too, but what is pasted stops nothing. */
	press(bench, "^Z");
	assert_int_equal(count_stops(bench), 1);
	app_key(bench->app, KEY_CODE_PASTE_START);
	app_key(bench->app, 'Z' & 0x1f);
	app_key(bench->app, KEY_CODE_PASTE_END);
	assert_int_equal(count_stops(bench), 0);
	clock_advance(SECOND);
	look(bench);
	app_key(bench->app, KEY_CODE_ENTER);
	clock_advance(SECOND);
	app_key(bench->app, 'Z' & 0x1f);
	assert_int_equal(count_stops(bench), 0);
	assert_shows(bench, "it is being written; ^Z when it is done");
	look(bench);
	assert_value(bench, "0", "400");
}

static void
after_a_stop_it_looks_again_and_ends_where_it_moved(void **state)
{
	struct bench *bench = *state;

	open_dashboard(bench, 80, 24);
	fill(bench, "-100");
	press(bench, "Tab");
	/* Nothing moved: it goes on, but not with what was seen before. */
	app_resumed(bench->app);
	clock_advance(SECOND);
	app_key(bench->app, KEY_CODE_ENTER);
	assert_shows(bench, "there is nothing to write yet");
	look(bench);
	assert_shows(bench, " RESET orders");
	assert_shows(bench, "-100");
	/* An answer from before the stop is none to what is asked after it. */
	actor_round(bench->actor);
	save(bench, "0", "600");
	app_resumed(bench->app);
	look(bench);
	assert_shows(bench, "cancelled: 1 moved while this was stopped; nothing was");
	assert_false(shows(bench, " RESET orders"));
	assert_value(bench, "0", "600");
}

static void
after_a_stop_a_row_that_is_gone_ends_it(void **state)
{
	struct bench *bench = *state;

	open_dashboard(bench, 80, 24);
	fill(bench, "-100");
	run_sql_on(bench->path, "DELETE FROM checkpoints");
	app_resumed(bench->app);
	look(bench);
	assert_shows(bench, "cancelled: 1 moved while this was stopped; nothing was");
	assert_false(shows(bench, " RESET orders"));
}

/* --- of several --- */

static void
only_the_worst_is_never_all_of_them(void **state)
{
	struct bench *bench = *state;
	struct answer *answer;

	run_sql_on(bench->path, ROW("1", "700"));
	run_sql_on(bench->path, ROW("2", "800"));
	open_dashboard(bench, 80, 24);
	press(bench, "R");
	assert_shows(bench, "RESET orders, ALL 3 PARTITIONS");
	press(bench, "Tab");
	type(bench, "-100");
	assert_shows(bench, "( Reset 3 )");
	press(bench, "Tab Tab Tab Tab");
	/* A look at all three is under way when only one is asked for. */
	clock_advance(SECOND);
	actor_round(bench->actor);
	app_key(bench->app, '1');
	while ((answer = actor_take(bench->actor)) != NULL)
		app_take_answer(bench->app, answer);
	assert_false(shows(bench, "Reset 3"));
	assert_false(shows(bench, "ALL 3"));
	look(bench);
	assert_false(shows(bench, "Reset 3"));
}

static void
where_it_is_too_small_only_leaving_is_possible(void **state)
{
	struct bench *bench = *state;

	open_dashboard(bench, 80, 24);
	fill(bench, "400");
	press(bench, "Tab");
	app_resize(bench->app, 59, 24);
	look(bench);
	assert_shows(bench, "needs 60x20, this is 59x24");
	press(bench, "Enter Enter y");
	assert_value(bench, "0", "500");
	app_resize(bench->app, 80, 24);
	look(bench);
	assert_shows(bench, "[ Reset 1 ]");
	press(bench, "Esc");
	assert_shows(bench, "cancelled; nothing was written");
	assert_int_equal(count_phase(bench, "intent"), 0);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
#define TEST(name) cmocka_unit_test_setup_teardown(name, make_bench, free_bench)
		TEST(in_production_the_place_is_coloured_and_typed),
		TEST(the_store_that_was_looked_at_is_the_one_that_is_written),
		TEST(enter_twice_is_one_operation),
		TEST(a_key_that_is_held_opens_and_writes_nothing),
		TEST(a_button_is_not_pressed_for_rows_that_nobody_has_read),
		TEST(nothing_is_written_before_its_end_was_read),
		TEST(it_can_be_stopped_but_not_while_it_writes),
		TEST(after_a_stop_it_looks_again_and_ends_where_it_moved),
		TEST(after_a_stop_a_row_that_is_gone_ends_it),
		TEST(only_the_worst_is_never_all_of_them),
		TEST(where_it_is_too_small_only_leaving_is_possible),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
