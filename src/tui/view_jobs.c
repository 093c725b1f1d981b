/* SPDX-License-Identifier: MIT
 * All jobs of all stores, worst first, and what is wrong with the one under the cursor.
 */
#include "model/advice.h"
#include "tui/list_view.h"
#include "tui/view.h"
#include "tui/view_parts.h"

#define PANEL_TALL  6
#define PANEL_SHORT 3

static void
jobs_open(void *state, struct app *app, const struct view_target *target)
{
	struct list_view *jobs = state;

	(void)app;
	(void)target;
	jobs->list = list_new(COLUMNS_JOBS);
}

static void
jobs_update(void *state, const struct frame *frame, unsigned width, unsigned height)
{
	struct list_view *jobs = state;
	unsigned top = parts_header_lines(width, height);

	/* How long the list can be decides how many rows there are, and they how long it
	 * is. */
	jobs->split = panel_split(width, height, top, SIZE_MAX, PANEL_TALL, PANEL_SHORT);
	list_update(jobs->list, frame, NULL, SPAN_NONE, width, jobs->split.list_height);
	if (list_count(jobs->list) >= jobs->split.list_height)
		return;
	jobs->split = panel_split(
		width, height, top, list_count(jobs->list) + 1, PANEL_TALL, PANEL_SHORT);
	list_update(jobs->list, frame, NULL, SPAN_NONE, width, jobs->split.list_height);
}

/* --- the panel --- */

static void
add_partition(struct str *out, const struct board_row *row)
{
	if (row->job->partitions > 1) {
		key_add_partition(out, row->key.partition);
		str_add_char(out, ' ');
	}
}

/* Numbers of the partition the state comes from; where there are others they say whose
 * they are. */
static void
add_numbers(struct str *out, const struct frame *frame, const struct board_row *row)
{
	add_partition(out, row);
	str_add(out, "value ");
	panel_add_cell(out, frame, COLUMNS_PARTITIONS, "value", row);
	str_add(out, "   ");
	add_partition(out, row);
	str_add(out, "lag ");
	panel_add_cell(out, frame, COLUMNS_PARTITIONS, "lag", row);
	if (row->lag_rate.known) {
		str_add(out, " (");
		panel_add_cell(out, frame, COLUMNS_PARTITIONS, "rate", row);
		str_add(out, "/s)");
	}
	if (row->watermark != TIME_NONE) {
		str_add(out, "   ");
		add_partition(out, row);
		str_add(out, "watermark ");
		parts_add_time(out, row->watermark, frame, "%H:%M:%S");
		str_add(out, " (");
		panel_add_cell(out, frame, COLUMNS_PARTITIONS, "wmark", row);
		str_add(out, " behind)");
	}
}

static void
add_status(struct str *out, const struct board_row *row)
{
	add_partition(out, row);
	str_addf(out, "status %s", row->status);
}

/* What the pipeline says: its error and since when, its worker, its status. */
static void
add_says(struct str *out, const struct frame *frame, const struct board_row *row)
{
	if (row->error.at != NULL) {
		add_partition(out, row);
		str_add(out, "says \"");
		str_add_span(out, row->error);
		str_add_char(out, '"');
		if (row->error_since != TIME_NONE) {
			str_add(out, ", first saved ");
			parts_add_time(out, row->error_since, frame, "%H:%M:%S");
		}
	}
	if (row->note != NULL && row->note[0] != '\0')
		str_addf(out, "%s%s", out->len > 0 ? "   " : "", row->note);
	if (row->status != NULL) {
		str_add(out, out->len > 0 ? "   " : "");
		add_status(out, row);
	}
}

static void
add_place(struct str *out, const struct board_job *job)
{
	str_addf(out, "store %s", job->board->store.name);
	if (job->owner != NULL)
		str_addf(out, "   owner %s", job->owner);
	if (job->runbook != NULL)
		str_addf(out, "   runbook %s", job->runbook);
}

static void
draw_wide_panel(struct panel *panel, const void *what)
{
	const struct board_job *job = what;
	const struct frame *frame = panel->frame;
	struct str text = { 0 };

	if (job->finding != FINDING_NONE) {
		panel_add_since(&text, frame, job);
		str_addf(&text, ": %s", panel_words(frame, &job->why)->sentence);
		panel_paragraph(panel, NULL, str_span(&text), 2);
		str_clear(&text);
	}
	add_numbers(&text, frame, job->worst);
	panel_line(panel, STYLE_PLAIN, str_span(&text));
	str_clear(&text);
	add_says(&text, frame, job->worst);
	if (text.len > 0)
		panel_line(panel, STYLE_PLAIN, str_span(&text));
	str_clear(&text);
	add_place(&text, job);
	panel_line(panel, STYLE_PLAIN, str_span(&text));
	str_clear(&text);
	advice_add(&text, job->worst);
	if (text.len > 0)
		panel_field(panel, "reading", str_span(&text));
	str_free(&text);
}

static void
draw_narrow_panel(struct panel *panel, const void *what)
{
	const struct board_job *job = what;
	const struct frame *frame = panel->frame;
	struct str text = { 0 };

	if (job->finding != FINDING_NONE) {
		panel_add_since(&text, frame, job);
		str_addf(&text, ": %s", panel_words(frame, &job->why)->sentence);
		panel_line(panel, STYLE_PLAIN, str_span(&text));
		str_clear(&text);
	}
	advice_add(&text, job->worst);
	if (text.len > 0)
		panel_line(panel, STYLE_PLAIN, str_span(&text));
	str_clear(&text);
	add_numbers(&text, frame, job->worst);
	panel_line(panel, STYLE_PLAIN, str_span(&text));
	str_clear(&text);
	if (job->worst->status != NULL) {
		add_status(&text, job->worst);
		panel_line(panel, STYLE_PLAIN, str_span(&text));
		str_clear(&text);
	}
	add_place(&text, job);
	panel_line(panel, STYLE_PLAIN, str_span(&text));
	str_free(&text);
}

static void
draw_panel(const struct list_view *jobs, const struct frame *frame, struct canvas *canvas)
{
	const struct board_job *job = list_selected(jobs->list);
	struct str note = { 0 };
	struct panel panel;

	if (job == NULL || jobs->split.panel == 0)
		return;
	str_addf(&note, "%zu of %zu", list_position(jobs->list), list_count(jobs->list));
	panel = panel_start(canvas, frame, &jobs->split, job->job, str_span(&note));
	panel.dim = !job->board->store.reachable;
	panel_draw(&panel,
		canvas_width(canvas) >= 100 ? draw_wide_panel : draw_narrow_panel, job);
	str_free(&note);
}

/* --- the screen --- */

static void
draw_header(
	const struct list_view *jobs, const struct frame *frame, struct canvas *canvas)
{
	struct str about = { 0 }, right = { 0 }, position = { 0 };

	parts_add_list(&about, jobs->list);
	str_addf(&about, "    %zu job%s, %zu checkpoint%s", frame->counts.jobs,
		frame->counts.jobs == 1 ? "" : "s", frame->counts.checkpoints,
		frame->counts.checkpoints == 1 ? "" : "s");
	if (frame->counts.dormant > 0)
		str_addf(&about, ", %zu dormant", frame->counts.dormant);
	parts_add_poll(&right, frame, NULL);
	str_add(&right, "  ");
	parts_add_position(&right, jobs->list, " of ");
	parts_add_position(&position, jobs->list, "/");
	parts_header(frame, canvas,
		&(struct parts_place){
			.path = SPAN("JOBS"),
			.about = str_span(&about),
			.right = str_span(&right),
			.position = str_span(&position),
			.first = true,
		});
	str_free(&about);
	str_free(&right);
	str_free(&position);
}

static void
jobs_draw(const void *state, const struct frame *frame, struct canvas *canvas)
{
	const struct list_view *jobs = state;
	unsigned top = parts_header_lines(canvas_width(canvas), canvas_height(canvas));

	draw_header(jobs, frame, canvas);
	list_draw(jobs->list, frame, canvas, top, jobs->split.list_height, NULL);
	draw_panel(jobs, frame, canvas);
}

static enum view_answer
jobs_act(void *state, struct app *app, enum action action)
{
	struct list_view *jobs = state;
	const struct board_job *job;

	if (action != ACTION_OPEN)
		return list_act(jobs->list, app, action);
	job = list_selected(jobs->list);
	if (job != NULL)
		app_open(app, view_find("partitions"),
			&(struct view_target){
				.store = job->board->store.name, .job = job->job });
	else
		app_message(app, STYLE_MESSAGE, "there is no job to open here");
	return VIEW_HANDLED;
}

static bool
jobs_copy(const void *state, struct str *out)
{
	const struct board_job *job =
		list_selected(((const struct list_view *)state)->list);

	if (job != NULL)
		key_add(out, (struct key){ .job = job->job });
	return job != NULL;
}

static const enum action jobs_actions[] = {
	ACTION_OPEN,
	ACTION_FILTER,
	ACTION_PROBLEMS,
	ACTION_SORT_MENU,
	ACTION_RESET,
	ACTION_DELETE,
	ACTION_AUDIT,
	ACTION_STORES,
	ACTION_WALL,
	ACTION_COPY,
	ACTION_PAUSE,
	ACTION_TIMES,
	ACTION_GO,
	ACTION_HELP,
	ACTION_CLOSE,
	ACTION_NONE,
};

const struct view_ops view_jobs = {
	.name = "jobs",
	.title = "JOBS",
	.help = "all jobs of all stores, the worst first",
	.state_size = sizeof(struct list_view),
	.has_list = true,
	.list = COLUMNS_JOBS,
	.open = jobs_open,
	.close = list_view_close,
	.update = jobs_update,
	.draw = jobs_draw,
	.act = jobs_act,
	.actions = jobs_actions,
	.meant = list_view_meant,
	.filter = list_view_filter,
	.set_filter = list_view_set_filter,
	.shown = list_view_shown,
	.copy = jobs_copy,
};
