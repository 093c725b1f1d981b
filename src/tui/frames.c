/* SPDX-License-Identifier: MIT */
#include "tui/frames.h"

#include <langinfo.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "base/clock.h"
#include "base/mem.h"
#include "base/sandbox.h"
#include "config/config.h"
#include "poll/survey.h"
#include "tui/app.h"

struct frames {
	const struct config *config;
	struct survey **surveys;
	const struct board **boards;
	size_t count;
	struct zone *zone;
	struct app *app;
};

static bool
wants_ascii(const struct config *config)
{
	if (config->env.ascii == CONFIG_AUTO)
		return strcmp(nl_langinfo(CODESET), "UTF-8") != 0;
	return config->env.ascii == CONFIG_ALWAYS;
}

static void
start(struct frames *frames, const struct config *config, unsigned width, unsigned height)
{
	struct app_setup setup = {
		.width = width,
		.height = height,
		.ascii = wants_ascii(config),
		.environment = config->env.name,
		.production = config->env.production,
		.read_only = config->env.read_only,
		.read_only_why = config->env.read_only_why,
		.sandboxed = sandbox_is_entered(),
		.interval = config->env.interval,
		.stale_after = config->env.stale_after,
		.times = config->env.times,
		.follow = config->env.follow,
	};

	struct err why = { 0 };

	*frames = (struct frames){ .config = config, .count = config->store_count };
	if (config->env.times == TIMES_LOCAL)
		zone_load_shown(&frames->zone, &why);
	setup.zone = frames->zone;
	frames->surveys = mem_new(frames->count, sizeof(struct survey *));
	frames->boards = mem_new(frames->count, sizeof(struct board *));
	for (size_t i = 0; i < frames->count; i++) {
		frames->surveys[i] =
			survey_new(&config->stores[i], &config->rules, frames->zone);
		survey_explain_from(frames->surveys[i], config->env.journal);
		survey_limit_documents(frames->surveys[i], SURVEY_DOCUMENT_SHOWN);
	}
	frames->app = app_new(&setup);
	if (err_is_set(&why))
		app_message(frames->app, STYLE_MESSAGE, "%s", why.text);
}

static void
stop(struct frames *frames)
{
	app_free(frames->app);
	for (size_t i = 0; i < frames->count && frames->surveys != NULL; i++) {
		if (frames->boards[i] != NULL)
			board_unref(frames->boards[i]);
		survey_free(frames->surveys[i]);
	}
	free(frames->surveys);
	free(frames->boards);
	zone_free(frames->zone);
}

/* Boards with the rows that the screen wants: of one job in one store. */
static void
show_boards(struct frames *frames)
{
	struct span job, partition;
	const char *store;

	app_wanted(frames->app, &store, &job, &partition);
	for (size_t i = 0; i < frames->count; i++) {
		struct survey_interest interest = { .rows = BOARD_ROWS_NONE };

		if (store != NULL && strcmp(store, frames->config->stores[i].name) == 0)
			interest = (struct survey_interest){ BOARD_ROWS_JOB, job,
				partition };
		if (frames->boards[i] != NULL)
			board_unref(frames->boards[i]);
		frames->boards[i] = survey_board(frames->surveys[i], &interest);
	}
	app_update(frames->app, frames->boards, frames->count, clock_now());
}

static void
draw(struct frames *frames, struct str *out)
{
	for (size_t i = 0; i < frames->count; i++) {
		struct err shown_in_the_frame = { 0 };

		survey_poll(frames->surveys[i], false, &shown_in_the_frame);
	}
	show_boards(frames);
	/* Now the screen knows what it shows, and asks for its rows. */
	show_boards(frames);
	canvas_print(app_draw(frames->app), out);
}

static void
wait_for(int64_t interval)
{
	struct timespec time = { .tv_sec = interval / SECOND,
		.tv_nsec = interval % SECOND * 1000 };

	nanosleep(&time, NULL);
}

int
frames_run(const struct config *config, unsigned width, unsigned height, size_t count,
	int64_t interval, int (*write)(void *arg, struct span text), void *arg,
	struct err *err)
{
	struct frames frames;
	struct str text = { 0 };

	/* What fails is on the frames. */
	(void)err;
	start(&frames, config, width, height);
	for (size_t i = 0; count == 0 || i < count; i++) {
		if (i > 0)
			wait_for(interval);
		str_clear(&text);
		if (i > 0)
			str_add_char(&text, '\n');
		draw(&frames, &text);
		if (write(arg, str_span(&text)) != 0)
			break;
	}
	str_free(&text);
	stop(&frames);
	return 0;
}
