/* SPDX-License-Identifier: MIT
 * The `:` key: to a job, or a checkpoint of it, by its name. */
#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "model/key.h"
#include "tui/app_state.h"

/* --- completion --- */

static size_t
common_length(const char *a, const char *b)
{
	size_t len = 0;

	while (a[len] != '\0' && a[len] == b[len])
		len++;
	/* No half characters. */
	while (len > 0 && ((unsigned char)a[len] & 0xc0) == 0x80)
		len--;
	return len;
}

/* Makes of the text what all jobs that begin with it have in common. */
static void
go_complete(void *state, struct app *app, struct str *text)
{
	const struct frame *frame = &app->frame;
	struct str common = { 0 }, name = { 0 };
	size_t matches = 0;

	(void)state;
	for (size_t i = 0; i < frame->board_count; i++)
		for (size_t j = 0; j < frame->boards[i]->job_count; j++) {
			const struct key key = { frame->boards[i]->jobs[j].job,
				SPAN_NONE };
			str_clear(&name);
			key_add(&name, key);
			if (strncmp(str_text(&name), str_text(text), text->len) != 0)
				continue;
			if (matches++ == 0)
				str_add(&common, str_text(&name));
			else
				str_cut(&common, common_length(str_text(&common),
							 str_text(&name)));
		}
	if (matches == 0)
		app_message(app, STYLE_MESSAGE, "no job begins like this");
	if (matches > 1 && common.len == text->len)
		app_message(app, STYLE_MESSAGE, "%zu jobs begin like this", matches);
	if (common.len > text->len) {
		str_clear(text);
		str_add_span(text, str_span(&common));
	}
	str_free(&common);
	str_free(&name);
}

/* --- going --- */

static void
go_to(struct app *app, const char *store)
{
	const struct view_target target = {
		.store = store,
		.job = { str_text(&app->go_job), app->go_job.len },
		.partition = app->go_has_partition
				     ? (struct span){ str_text(&app->go_partition),
					       app->go_partition.len }
				     : SPAN_NONE,
	};
	const struct view_target job = { target.store, target.job, SPAN_NONE };

	app_close_all(app);
	app_open(app, view_find("partitions"), &job);
	if (app->go_has_partition)
		app_open(app, view_find("detail"), &target);
}

static bool
has_job(const struct board *board, struct span job)
{
	for (size_t i = 0; i < board->job_count; i++)
		if (span_equal(board->jobs[i].job, job))
			return true;
	return false;
}

/* The index-th board that has the job, or NULL. */
static const struct board *
board_with(const struct app *app, size_t index)
{
	struct span job = { str_text(&app->go_job), app->go_job.len };

	for (size_t i = 0; i < app->frame.board_count; i++)
		if (has_job(app->frame.boards[i], job) && index-- == 0)
			return app->frame.boards[i];
	return NULL;
}

static void
store_chosen(void *state, struct app *app, int index, const char *store)
{
	(void)state;
	(void)index;
	if (store != NULL)
		go_to(app, store);
}

static void
choose_store(struct app *app)
{
	const char **names = NULL;
	const struct board *board;
	size_t count = 0;

	while ((board = board_with(app, count)) != NULL) {
		names = mem_resize(names, count + 1, sizeof(*names));
		names[count++] = board->store.name;
	}
	app_choose(app, "in which store", names, count, 0, store_chosen, NULL);
	free(names);
}

static void
say_unknown_job(struct app *app, const char *job)
{
	const struct frame *frame = &app->frame;
	const char **names = NULL;
	size_t count = 0;

	for (size_t i = 0; i < frame->board_count; i++)
		for (size_t j = 0; j < frame->boards[i]->job_count; j++) {
			struct span name = frame->boards[i]->jobs[j].job;
			names = mem_resize(names, count + 1, sizeof(*names));
			names[count++] = mem_copy(name.at, name.len);
		}
	const char *nearest = str_nearest(job, names, count);
	if (nearest != NULL)
		app_message(app, STYLE_ERROR, "no job '%s', did you mean '%s'?", job,
			nearest);
	else
		app_message(app, STYLE_ERROR, "no job '%s'", job);
	for (size_t i = 0; i < count; i++)
		free((char *)names[i]);
	free(names);
}

static bool
go_done(void *state, struct app *app, const char *text)
{
	struct str memory = { 0 };
	struct err err = { 0 };
	struct key key;
	bool over = true;

	(void)state;
	if (text == NULL || text[0] == '\0')
		return true;
	if (key_parse(&key, &memory, text, &err) != 0) {
		app_message(app, STYLE_ERROR, "%s", err.text);
		str_free(&memory);
		return false;
	}
	str_clear(&app->go_job);
	str_add_span(&app->go_job, key.job);
	str_clear(&app->go_partition);
	str_add_span(&app->go_partition, key.partition);
	app->go_has_partition = key.partition.at != NULL;
	str_free(&memory);
	if (board_with(app, 0) == NULL) {
		say_unknown_job(app, str_text(&app->go_job));
		over = false;
	} else if (board_with(app, 1) == NULL) {
		go_to(app, board_with(app, 0)->store.name);
	} else {
		choose_store(app);
	}
	return over;
}

void
app_ask_go(struct app *app)
{
	static const struct app_question question = {
		.label = "go to: ",
		.hint = "JOB or JOB/PARTITION   Tab completes, Enter go, Esc cancel",
		.complete = go_complete,
		.done = go_done,
	};

	app_ask(app, &question);
}
