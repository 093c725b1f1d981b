/* SPDX-License-Identifier: MIT
 * The checkpoints of one job, and what is known of the one under the cursor. */
#include <string.h>

#include "tui/list_view.h"
#include "tui/panel_checkpoint.h"
#include "tui/view.h"
#include "tui/view_parts.h"

#define PANEL_TALL  7
#define PANEL_SHORT 4

struct partitions {
	struct list_view base;
	struct view_target target; /* borrowed from the app for the life of the view */
};

/* The job on the boards of this frame; NULL: it is not there (any more). */
static const struct board_job *
find_job(const struct partitions *partitions, const struct frame *frame)
{
	for (size_t i = 0; i < frame->board_count; i++) {
		const struct board *board = frame->boards[i];

		if (strcmp(board->store.name, partitions->target.store) != 0)
			continue;
		for (size_t j = 0; j < board->job_count; j++)
			if (span_equal(board->jobs[j].job, partitions->target.job))
				return &board->jobs[j];
	}
	return NULL;
}

static void
partitions_open(void *state, struct app *app, const struct view_target *target)
{
	struct partitions *partitions = state;

	partitions->base.list = list_new(COLUMNS_PARTITIONS);
	partitions->target = *target;
	if (target->partition.at != NULL)
		list_select(partitions->base.list, target->store, target->job,
			target->partition);
	app_interest(app, target->store, target->job, SPAN_NONE);
}

/* The first line below the header: the job's own state. Narrow screens of few lines leave
 * it to the rows. */
static unsigned
job_lines(unsigned width, unsigned height)
{
	return width >= LIST_TITLES_WIDTH && height >= 12 ? 1 : 0;
}

static void
partitions_update(void *state, const struct frame *frame, unsigned width, unsigned height)
{
	struct partitions *partitions = state;
	unsigned top = parts_header_lines(width, height) + job_lines(width, height);
	const struct board_job *job = find_job(partitions, frame);
	size_t rows = job != NULL ? job->partitions : 1;

	if (list_filter(partitions->base.list)[0] != '\0' ||
		list_problems_only(partitions->base.list))
		rows = list_count(partitions->base.list);
	partitions->base.split =
		panel_split(width, height, top, rows + 1, PANEL_TALL, PANEL_SHORT);
	list_update(partitions->base.list, frame, partitions->target.store,
		partitions->target.job, width, partitions->base.split.list_height);
}

/* --- the screen --- */

static void
draw_panel(const struct partitions *partitions, const struct frame *frame,
	struct canvas *canvas)
{
	const struct board_row *row = list_selected(partitions->base.list);
	struct str title = { 0 }, note = { 0 };
	struct panel panel;

	if (row == NULL || partitions->base.split.panel == 0)
		return;
	str_add(&title, "partition ");
	str_add_span(&title, row->key.partition);
	str_addf(&note, "%zu of %zu", list_position(partitions->base.list),
		list_count(partitions->base.list));
	panel = panel_start(canvas, frame, &partitions->base.split, str_span(&title),
		str_span(&note));
	panel.dim = !row->board->store.reachable;
	panel_draw(&panel, panel_checkpoint, row);
	str_free(&title);
	str_free(&note);
}

/* Draws a text three cells behind x, or not at all. Returns the cells used. */
static unsigned
draw_if_it_fits(struct canvas *canvas, unsigned y, unsigned x, const struct str *text)
{
	if (x + 3 + text->len + 1 > canvas_width(canvas))
		return 0;
	return 3 + canvas_text(canvas, y, x + 3, (unsigned)text->len, STYLE_PLAIN,
			   str_span(text));
}

static void
draw_job_line(const struct partitions *partitions, const struct frame *frame,
	struct canvas *canvas, unsigned y)
{
	const struct board_job *job = find_job(partitions, frame);
	struct str left = { 0 }, right = { 0 };
	unsigned width = canvas_width(canvas), used;

	if (job == NULL) {
		canvas_text(canvas, y, 1, width - 1, STYLE_ERROR,
			SPAN("this job is not in the store any more"));
		return;
	}
	if (job->finding == FINDING_NONE)
		str_add(&left, state_word(job->state));
	else
		panel_add_since(&left, frame, job);
	if (job->why.text[0] != '\0')
		str_addf(&left, ": %s", panel_words(frame, &job->why)->text);
	used = canvas_text(canvas, y, 1, width - 2, STYLE_PLAIN, str_span(&left)) + 1;
	str_add(&right, "job lag ");
	panel_add_cell(&right, frame, COLUMNS_JOBS, "lag", job);
	used += draw_if_it_fits(canvas, y, used, &right);
	if (job->watermark != TIME_NONE) {
		str_clear(&right);
		str_add(&right, "min watermark ");
		parts_add_time(&right, job->watermark, frame, "%H:%M:%S");
		draw_if_it_fits(canvas, y, used, &right);
	}
	if (!job->board->store.reachable)
		canvas_attribute(canvas, y, 0, width, CELL_DIM);
	str_free(&left);
	str_free(&right);
}

static void
draw_header(const struct partitions *partitions, const struct frame *frame,
	struct canvas *canvas)
{
	const struct board_job *job = find_job(partitions, frame);
	struct str path = { 0 }, about = { 0 }, right = { 0 }, position = { 0 };

	str_add(&path, "JOBS > ");
	str_add_span(&path, partitions->target.job);
	if (job != NULL)
		str_addf(&about, "%zu partition%s    ", job->partitions,
			job->partitions == 1 ? "" : "s");
	parts_add_list(&about, partitions->base.list);
	str_addf(&right, "%s  ", partitions->target.store);
	parts_add_poll(&right, frame, partitions->target.store);
	str_add(&right, "  ");
	parts_add_position(&right, partitions->base.list, " of ");
	parts_add_position(&position, partitions->base.list, "/");
	parts_header(frame, canvas,
		&(struct parts_place){
			.path = str_span(&path),
			.about = str_span(&about),
			.right = str_span(&right),
			.narrow = span_of(partitions->target.store),
			.store = partitions->target.store,
			.position = str_span(&position),
		});
	str_free(&path);
	str_free(&about);
	str_free(&right);
	str_free(&position);
}

static void
partitions_draw(const void *state, const struct frame *frame, struct canvas *canvas)
{
	const struct partitions *partitions = state;
	unsigned width = canvas_width(canvas), height = canvas_height(canvas);
	unsigned y = parts_header_lines(width, height);
	const struct board_job *job = find_job(partitions, frame);

	draw_header(partitions, frame, canvas);
	if (job_lines(width, height) > 0)
		draw_job_line(partitions, frame, canvas, y++);
	/* Of a job that is there the partitions are only not here yet. */
	list_draw(partitions->base.list, frame, canvas, y,
		partitions->base.split.list_height, job != NULL ? "reading ..." : NULL);
	draw_panel(partitions, frame, canvas);
}

static void
open_selected(const struct partitions *partitions, struct app *app)
{
	const struct board_row *row = list_selected(partitions->base.list);

	if (row != NULL) {
		app_open(app, view_find("detail"),
			&(struct view_target){ .store = row->board->store.name,
				.job = row->key.job,
				.partition = row->key.partition });
	} else if (list_total(partitions->base.list) > 0 ||
		   find_job(partitions, app_frame(app)) == NULL) {
		app_message(app, STYLE_MESSAGE, "there is no partition to open here");
	} else {
		app_message(app, STYLE_MESSAGE,
			"reading: the first partition opens when it is there");
		app_act_later(app, ACTION_OPEN);
	}
}

static enum view_answer
partitions_act(void *state, struct app *app, enum action action)
{
	struct partitions *partitions = state;

	if (action != ACTION_OPEN)
		return list_act(partitions->base.list, app, action);
	open_selected(partitions, app);
	return VIEW_HANDLED;
}

static bool
partitions_copy(const void *state, struct str *out)
{
	const struct board_row *row =
		list_selected(((const struct partitions *)state)->base.list);

	if (row != NULL)
		key_add(out, row->key);
	return row != NULL;
}

static const enum action partitions_actions[] = {
	ACTION_OPEN,
	ACTION_FILTER,
	ACTION_PROBLEMS,
	ACTION_SORT_MENU,
	ACTION_RESET,
	ACTION_DELETE,
	ACTION_AUDIT,
	ACTION_STORES,
	ACTION_COPY,
	ACTION_PAUSE,
	ACTION_TIMES,
	ACTION_BACK,
	ACTION_HELP,
	ACTION_NONE,
};

const struct view_ops view_partitions = {
	.name = "partitions",
	.title = "PARTITIONS",
	.help = "the checkpoints of one job",
	.state_size = sizeof(struct partitions),
	.has_list = true,
	.list = COLUMNS_PARTITIONS,
	.open = partitions_open,
	.close = list_view_close,
	.update = partitions_update,
	.draw = partitions_draw,
	.act = partitions_act,
	.actions = partitions_actions,
	.meant = list_view_meant,
	.filter = list_view_filter,
	.set_filter = list_view_set_filter,
	.shown = list_view_shown,
	.copy = partitions_copy,
};
