/* SPDX-License-Identifier: MIT
 *
 * Draws the dashboard over the fixture stores, in memory and with a frozen clock, after a
 *script of keys, and compares every cell with the expected screen.
 *
 *	screen_test DIRECTORY               all NAME.keys against NAME.screen
 *	screen_test --print DIRECTORY NAME  prints the screen of one
 *
 * A script is lines of words: "size 120x36", "ascii", "keys Enter j j", "type INC-1" (as
 * it stands), "view wall" (the first screen is another one, of a program that may only
 * read), "read-only", "root" (does it), "store offsets:dwh" (only this one), "after 691"
 * (seconds), "save pg:main orders-daily 7 88412950" (a job saves, after the keys before),
 * "sql pg:main STATEMENT" (somebody else runs it before the next key, and nobody has
 * looked since), "file files:batch NAME TEXT" (the same with a file), "live" (from here
 *on what is confirmed is tried: the clock goes). The stores are read at 03:07:39 and the
 *screen is drawn at 03:07:41, or so long after they were read. */
#include <dirent.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/mem.h"
#include "config/config.h"
#include "poll/actor_inside.h"
#include "poll/ledger.h"
#include "poll/survey.h"
#include "tui/app.h"
#include "workplace.h"

#define READ_AT	 INT64_C(1795316859) /* 2026-11-22T03:07:39Z */
#define SHOWN_AT (READ_AT + 2)
#define STORES	 8

#define KEYS 512

struct script {
	unsigned width, height;
	bool ascii, read_only, root;
	char view[32];	/* "": the first */
	char store[32]; /* "": all */
	int64_t shown_at;
	uint32_t keys[KEYS];
	size_t key_count;
	struct {
		char store[32], job[64], partition[16], value[32];
		size_t after; /* keys; store "": nothing is saved */
	} save;
	struct {
		char store[32], statement[256];
		char name[64]; /* of a file, which the statement is the text of */
		size_t before; /* which key; store "": none is run */
	} meanwhile;
	bool is_live;
	size_t live_from; /* which key */
};

struct world {
	struct config *config;
	struct survey *surveys[STORES];
	const struct board *boards[STORES];
	size_t count;
	struct workplace *workplace;
};

static void
die(const char *what, const struct err *err)
{
	fprintf(stderr, "screen_test: %s: %s\n", what, err->text);
	exit(99);
}

static void
open_world(struct world *world)
{
	static const char *const environment[] = { "HOME=/nonexistent", NULL };
	struct err err = { 0 };
	struct paths paths;
	struct config_request request = {
		.paths = &paths,
		.environment = environment,
		.file = "fixture.conf",
	};

	paths_find(&paths, environment);
	clock_freeze(READ_AT * SECOND);
	if (config_load(&world->config, &request, &err) != 0)
		die("fixture.conf", &err);
	paths_free(&paths);
	if (workplace_new(&world->workplace, world->config, &err) != 0) {
		workplace_free(world->workplace);
		die("the stores to be examined", &err);
	}
	world->count = world->config->store_count;
	for (size_t i = 0; i < world->count; i++) {
		struct survey_interest nothing = { .rows = BOARD_ROWS_NONE };
		struct err store_err = { 0 };

		world->surveys[i] = survey_new(
			&world->config->stores[i], &world->config->rules, NULL);
		survey_poll(world->surveys[i], true, &store_err);
		world->boards[i] = survey_board(world->surveys[i], &nothing);
	}
}

static void
close_world(struct world *world)
{
	workplace_free(world->workplace);
	for (size_t i = 0; i < world->count; i++) {
		board_unref(world->boards[i]);
		survey_free(world->surveys[i]);
	}
	config_free(world->config);
}

/* What the journal beside the stores tells, as the clerk does. */
static void
give_ledger(struct app *app)
{
	const struct ledger *ledger =
		ledger_read(&(struct ledger_terms){ .journal = "journal.jsonl" });

	app_take_ledger(app, ledger);
	ledger_unref(ledger);
}

/* Gives the app the boards it asks for, as the pollers do. */
static const struct canvas *
give_boards(struct world *world, const struct script *script, struct app *app)
{
	const struct board *shown[STORES];
	const char *store;
	struct span job, partition;
	struct app_request request;
	size_t count = 0;

	while (app_request(app, &request))
		if (request.kind == APP_AUDIT)
			give_ledger(app);
	app_wanted(app, &store, &job, &partition);
	clock_freeze(READ_AT * SECOND);
	for (size_t i = 0; i < world->count; i++) {
		bool wanted = store != NULL &&
			      strcmp(store, world->config->stores[i].name) == 0;
		struct survey_interest interest = {
			.rows = wanted ? BOARD_ROWS_JOB : BOARD_ROWS_NONE,
			.job = job,
			.partition = partition,
		};

		board_unref(world->boards[i]);
		world->boards[i] = survey_board(world->surveys[i], &interest);
		if (script->store[0] == '\0' ||
			strcmp(script->store, world->config->stores[i].name) == 0)
			shown[count++] = world->boards[i];
	}
	clock_freeze(script->shown_at * SECOND);
	app_update(app, shown, count, script->shown_at * SECOND);
	return app_draw(app);
}

/* … and what the actor answers to what is asked of him then. */
static const struct canvas *
settle(struct world *world, const struct script *script, struct app *app,
	struct actor *actor, bool live)
{
	const struct canvas *canvas = give_boards(world, script, app);
	struct answer *answer;

	if (actor == NULL)
		return canvas;
	clock_freeze(live ? TIME_NONE : READ_AT * SECOND);
	actor_round(actor);
	while ((answer = actor_take(actor)) != NULL)
		app_take_answer(app, answer);
	return give_boards(world, script, app);
}

static struct app *
open_app(struct world *world, const struct script *script, struct actor *actor)
{
	const struct config_env *env = &world->config->env;
	const struct app_setup setup = {
		.width = script->width,
		.height = script->height,
		.ascii = script->ascii,
		.environment = env->name,
		.production = env->production,
		.interval = env->interval,
		.stale_after = env->stale_after,
		.follow = true,
		.sandboxed = true,
		.read_only = script->view[0] != '\0' || script->read_only,
		.root = script->view[0] != '\0' ? view_find(script->view) : NULL,
		.actor = actor,
	};

	return app_new(&setup);
}

static void
save(struct world *world, const struct script *script)
{
	const struct key key = { span_of(script->save.job),
		span_of(script->save.partition) };
	struct err err = { 0 };

	if (workplace_save(world->workplace, script->save.store, key, script->save.value,
		    &err) != 0)
		die("save", &err);
}

static void
do_meanwhile(struct world *world, const struct script *script)
{
	struct err err = { 0 };

	if (script->meanwhile.name[0] != '\0') {
		if (workplace_file(world->workplace, script->meanwhile.store,
			    script->meanwhile.name, script->meanwhile.statement,
			    &err) != 0)
			die("file", &err);
		return;
	}
	if (workplace_sql(world->workplace, script->meanwhile.store,
		    script->meanwhile.statement, &err) != 0)
		die("sql", &err);
}

/* The digest of a plan is also that of who owns the files. */
static void
mask_digest(char *text)
{
	static const char option[] = "--if-digest";
	char *at = strstr(text, option);
	size_t length;

	if (at == NULL)
		return;
	at += strlen(option);
	while ((length = strspn(at, "0123456789abcdef")) < 12 && *at != '\0')
		at += length + 1;
	if (length == 12)
		memset(at, '.', length);
}

/* The id of what was done is another one each time. */
static void
mask_operation(char *text)
{
	static const char word[] = "operation ";
	size_t length;

	for (char *at = text; (at = strstr(at, word)) != NULL;) {
		at += strlen(word);
		length = strspn(at, "0123456789abcdef");
		if (length == 8)
			memset(at, '.', length);
	}
}

static void
draw(struct world *world, const struct script *script, struct str *out)
{
	struct err err = { 0 };
	struct actor *actor = NULL;
	struct app *app;
	const struct canvas *canvas;

	if (script->view[0] == '\0' && !script->read_only &&
		(actor = workplace_actor(world->workplace, script->root, &err)) == NULL)
		die("the actor", &err);
	app = open_app(world, script, actor);
	canvas = settle(world, script, app, actor, false);
	for (size_t i = 0; i < script->key_count; i++) {
		bool live = script->is_live && i >= script->live_from;

		/* As slowly as somebody who reads what is there. */
		clock_advance(SECOND);
		if (script->meanwhile.store[0] != '\0' && i == script->meanwhile.before)
			do_meanwhile(world, script);
		app_key(app, script->keys[i]);
		canvas = settle(world, script, app, actor, live);
		if (script->save.store[0] == '\0' || i + 1 != script->save.after)
			continue;
		save(world, script);
		canvas = settle(world, script, app, actor, live);
	}
	canvas_print(canvas, out);
	mask_digest(out->text);
	if (script->is_live)
		mask_operation(out->text);
	app_free(app);
	actor_stop(actor);
	clock_freeze(READ_AT * SECOND);
	if ((script->save.store[0] != '\0' || script->meanwhile.store[0] != '\0' ||
		    script->is_live) &&
		workplace_restore(world->workplace, &err) != 0)
		die("the stores", &err);
}

/* --- scripts --- */

static void
add_key(struct script *script, uint32_t key)
{
	if (script->key_count == KEYS) {
		fprintf(stderr, "screen_test: more than %d keys\n", KEYS);
		exit(99);
	}
	script->keys[script->key_count++] = key;
}

static void
add_keys(struct script *script, char *names)
{
	char *rest = NULL;

	for (char *name = strtok_r(names, " ", &rest); name != NULL;
		name = strtok_r(NULL, " ", &rest)) {
		uint32_t code = keymap_code(name, strlen(name));

		if (code == KEY_CODE_NONE) {
			fprintf(stderr, "screen_test: no such key: %s\n", name);
			exit(99);
		}
		add_key(script, code);
	}
}

static void
read_word(struct script *script, char *line)
{
	if (sscanf(line, "size %ux%u", &script->width, &script->height) == 2 ||
		sscanf(line, "view %31s", script->view) == 1 ||
		sscanf(line, "store %31s", script->store) == 1)
		return;
	if (sscanf(line, "save %31s %63s %15s %31s", script->save.store, script->save.job,
		    script->save.partition, script->save.value) == 4)
		script->save.after = script->key_count;
	else if (sscanf(line, "sql %31s %255[^\n]", script->meanwhile.store,
			 script->meanwhile.statement) == 2)
		script->meanwhile.before = script->key_count;
	else if (sscanf(line, "file %31s %63s %255[^\n]", script->meanwhile.store,
			 script->meanwhile.name, script->meanwhile.statement) == 3)
		script->meanwhile.before = script->key_count;
	else if (strcmp(line, "live") == 0) {
		script->is_live = true;
		script->live_from = script->key_count;
	} else if (strcmp(line, "ascii") == 0)
		script->ascii = true;
	else if (strcmp(line, "read-only") == 0)
		script->read_only = true;
	else if (strcmp(line, "root") == 0)
		script->root = true;
	else if (strncmp(line, "after ", 6) == 0)
		script->shown_at = READ_AT + atoi(line + 6);
	else if (strncmp(line, "keys ", 5) == 0)
		add_keys(script, line + 5);
	else if (strncmp(line, "type ", 5) == 0)
		for (const char *at = line + 5; *at != '\0'; at++)
			add_key(script, (unsigned char)*at);
	else {
		fprintf(stderr, "screen_test: not understood: %s\n", line);
		exit(99);
	}
}

static bool
read_script(const char *directory, const char *name, struct script *script)
{
	char path[512], line[512];
	FILE *file;

	snprintf(path, sizeof(path), "%s/%s.keys", directory, name);
	*script = (struct script){ .width = 80, .height = 24, .shown_at = SHOWN_AT };
	file = fopen(path, "r");
	if (file == NULL)
		return false;
	while (fgets(line, sizeof(line), file) != NULL) {
		line[strcspn(line, "\n")] = '\0';
		read_word(script, line);
	}
	fclose(file);
	return true;
}

static char *
read_expected(const char *directory, const char *name)
{
	char path[512];
	FILE *file;
	char *text = mem_new(1, 65536);

	snprintf(path, sizeof(path), "%s/%s.screen", directory, name);
	file = fopen(path, "r");
	if (file == NULL) {
		free(text);
		return NULL;
	}
	text[fread(text, 1, 65535, file)] = '\0';
	fclose(file);
	return text;
}

/* Prints the lines that differ, and where. Returns how many there are. */
static unsigned
compare(const char *expected, const char *actual)
{
	unsigned different = 0;

	for (unsigned line = 1; *expected != '\0' || *actual != '\0'; line++) {
		size_t expected_length = strcspn(expected, "\n");
		size_t actual_length = strcspn(actual, "\n");

		if (expected_length != actual_length ||
			memcmp(expected, actual, actual_length) != 0) {
			printf("  line %u\n    expected |%.*s|\n    actual   |%.*s|\n",
				line, (int)expected_length, expected, (int)actual_length,
				actual);
			different++;
		}
		expected += expected_length + (expected[expected_length] == '\n');
		actual += actual_length + (actual[actual_length] == '\n');
	}
	return different;
}

static bool
check_one(struct world *world, const char *directory, const char *name)
{
	struct script script;
	struct str actual = { 0 };
	char *expected = read_expected(directory, name);
	bool same = false;

	if (expected == NULL) {
		printf("FAIL %s: there is no %s.screen\n", name, name);
		return false;
	}
	read_script(directory, name, &script);
	draw(world, &script, &actual);
	same = strcmp(expected, str_text(&actual)) == 0;
	printf("%s %s\n", same ? "PASS" : "FAIL", name);
	if (!same)
		compare(expected, str_text(&actual));
	str_free(&actual);
	free(expected);
	return same;
}

/* --- numbers on a screen add up --- */

static bool
job_adds_up(const struct board_job *job)
{
	int64_t lag = 0;
	double rate = 0;
	size_t bad = 0;
	bool same;

	for (size_t i = 0; i < job->partitions; i++) {
		lag += job->rows[i]->lag.amount;
		rate += job->rows[i]->lag_rate.per_second;
		bad += state_is_problem(job->rows[i]->state) &&
		       job->rows[i]->state != STATE_RPLY;
	}
	same = bad == job->bad &&
	       (job->lag.kind != LAG_POSITIONS || lag == job->lag.amount) &&
	       (!job->lag_rate.known || fabs(rate - job->lag_rate.per_second) < 0.5);
	if (!same)
		printf("  %.*s: partitions give lag %lld, rate %.1f, bad %zu; the job "
		       "says %lld, "
		       "%.1f, %zu\n",
			(int)job->job.len, job->job.at, (long long)lag, rate, bad,
			(long long)job->lag.amount, job->lag_rate.per_second, job->bad);
	return same;
}

/* The job's numbers are the sums of its partitions', and the counts of line 1 those of
 * the jobs. */
static bool
check_sums(struct world *world)
{
	const struct board *boards[STORES];
	struct listing_counts counts;
	size_t by_state = 0, checkpoints = 0;
	bool same = true;

	clock_freeze(READ_AT * SECOND);
	for (size_t i = 0; i < world->count; i++) {
		struct survey_interest all = { .rows = BOARD_ROWS_ALL };

		boards[i] = survey_board(world->surveys[i], &all);
		checkpoints += boards[i]->row_count;
		for (size_t j = 0; j < boards[i]->job_count; j++)
			same &= job_adds_up(&boards[i]->jobs[j]);
	}
	counts = listing_count(boards, world->count);
	for (int state = 0; state < STATES; state++)
		by_state += counts.by_state[state];
	same &= by_state == counts.jobs && counts.jobs == 43 &&
		counts.checkpoints == 512 && checkpoints == 512;
	for (size_t i = 0; i < world->count; i++)
		board_unref(boards[i]);
	printf("%s sums\n", same ? "PASS" : "FAIL");
	return same;
}

static int
is_script(const struct dirent *entry)
{
	const char *dot = strrchr(entry->d_name, '.');

	return dot != NULL && strcmp(dot, ".keys") == 0;
}

static int
check_all(struct world *world, const char *directory)
{
	struct dirent **entries;
	int count = scandir(directory, &entries, is_script, alphasort), failed = 0;

	for (int i = 0; i < count; i++) {
		entries[i]->d_name[strlen(entries[i]->d_name) - strlen(".keys")] = '\0';
		failed += !check_one(world, directory, entries[i]->d_name);
		free(entries[i]);
	}
	if (count > 0)
		free(entries);
	failed += !check_sums(world);
	printf("%d passed, %d failed\n", count + 1 - failed, failed);
	return count <= 0 || failed > 0;
}

static int
print_one(struct world *world, const char *directory, const char *name)
{
	struct script script;
	struct str text = { 0 };

	if (!read_script(directory, name, &script)) {
		fprintf(stderr, "screen_test: no script %s\n", name);
		return 2;
	}
	draw(world, &script, &text);
	fputs(str_text(&text), stdout);
	str_free(&text);
	return 0;
}

int
main(int argc, char **argv)
{
	struct world world = { 0 };
	bool print = argc == 4 && strcmp(argv[1], "--print") == 0;
	const char *source = getenv("srcdir");
	char default_directory[4096], *directory;
	int status;

	snprintf(default_directory, sizeof(default_directory), "%s/tests/screen",
		source != NULL ? source : ".");
	directory = realpath(print	? argv[2]
			     : argc > 1 ? argv[1]
					: default_directory,
		NULL);
	if (directory == NULL || chdir(directory) != 0 || chdir("fixture") != 0) {
		perror("screen_test: the directory of the scripts");
		return 99;
	}
	open_world(&world);
	status = print ? print_one(&world, directory, argv[3])
		       : check_all(&world, directory);
	close_world(&world);
	free(directory);
	return status;
}
