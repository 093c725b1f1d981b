/* SPDX-License-Identifier: MIT
 * Who changed what: what nobody explains first, then the journal and the audits of the
 * stores. */
#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "tui/audit_export.h"
#include "tui/audit_lines.h"
#include "tui/audit_panel.h"
#include "tui/change_view.h"
#include "tui/panel.h"
#include "tui/view.h"
#include "tui/view_parts.h"

#define PANEL_TALL  8
#define PANEL_SHORT 5
/* While the screen is open the journal is read again this often. */
#define READ_EVERY (5 * SECOND)

struct audit_view {
	struct app *app;
	struct audit_lines lines;
	char *filter;
	struct str job; /* the only one that is shown */
	bool one_job;
	uint64_t generation;
	bool dirty;
	size_t cursor, top, page;
	struct str at; /* which line the cursor is on, as key_of() names it */
	struct str
		watched; /* whose rows the boards are asked for, as key_of() names it */
	int64_t asked_at;
	struct panel_split split;
	struct audit_export export;
};

/* --- life --- */

static void
audit_open(void *state, struct app *app, const struct view_target *target)
{
	struct audit_view *view = state;

	(void)target;
	view->app = app;
	view->dirty = true;
	view->asked_at = app_frame(app)->now;
	view->filter = mem_copy("", 0);
	app_read_audit(app);
}

static void
audit_close(void *state)
{
	struct audit_view *view = state;

	audit_lines_free(&view->lines);
	free(view->filter);
	str_free(&view->job);
	str_free(&view->at);
	str_free(&view->watched);
	audit_export_free(&view->export);
}

static void
add_key_of(struct str *out, const struct audit_line *line)
{
	str_add_span(out, line->entries != NULL ? line->entries->op : SPAN("?"));
	str_add_char(out, ' ');
	str_add_span(out, line->store);
	str_add_char(out, ' ');
	str_add_span(out, line->job);
	str_add_char(out, '/');
	str_add_span(out, line->partition);
}

static void
remember_cursor(struct audit_view *view)
{
	str_clear(&view->at);
	if (view->cursor < view->lines.count)
		add_key_of(&view->at, &view->lines.lines[view->cursor]);
}

/* The cursor stays on its line of text, wherever that has moved. */
static void
find_cursor(struct audit_view *view)
{
	struct str key = { 0 };

	for (size_t i = 0; view->at.len > 0 && i < view->lines.count; i++) {
		str_clear(&key);
		add_key_of(&key, &view->lines.lines[i]);
		if (!span_equal(str_span(&key), str_span(&view->at)))
			continue;
		view->cursor = i;
		break;
	}
	str_free(&key);
	if (view->cursor >= view->lines.count)
		view->cursor = view->lines.count > 0 ? view->lines.count - 1 : 0;
}

static void
scroll(struct audit_view *view)
{
	if (view->cursor < view->top)
		view->top = view->cursor;
	if (view->page > 0 && view->cursor >= view->top + view->page)
		view->top = view->cursor - view->page + 1;
	if (view->top + view->page > view->lines.count)
		view->top = view->lines.count > view->page
				    ? view->lines.count - view->page
				    : 0;
}

static const struct audit_line *
selected(const struct audit_view *view)
{
	return view->cursor < view->lines.count ? &view->lines.lines[view->cursor] : NULL;
}

/* What has become of the checkpoints under the cursor is in the rows of their job. */
static void
watch(struct audit_view *view)
{
	const struct audit_line *line = selected(view);
	struct str key = { 0 }, store = { 0 };

	if (line != NULL && line->job.at != NULL) {
		add_key_of(&key, line);
		str_add_span(&store, line->store);
	}
	if (!span_equal(str_span(&key), str_span(&view->watched))) {
		app_interest(view->app, store.len > 0 ? str_text(&store) : NULL,
			store.len > 0 ? line->job : SPAN_NONE, SPAN_NONE);
		str_clear(&view->watched);
		str_add_span(&view->watched, str_span(&key));
	}
	str_free(&key);
	str_free(&store);
}

static void
audit_update(void *state, const struct frame *frame, unsigned width, unsigned height)
{
	struct audit_view *view = state;
	unsigned top = parts_header_lines(width, height);

	if (frame->now - view->asked_at >= READ_EVERY || frame->now < view->asked_at) {
		view->asked_at = frame->now;
		app_read_audit(view->app);
	}
	if (view->dirty || view->generation != frame->generation) {
		view->dirty = false;
		view->generation = frame->generation;
		audit_lines_take(&view->lines, frame, span_of(view->filter),
			view->one_job ? str_span(&view->job) : SPAN_NONE);
		if (frame->follow)
			find_cursor(view);
	}
	view->split = panel_split(
		width, height, top, view->lines.count + 1, PANEL_TALL, PANEL_SHORT);
	view->page = view->split.list_height > 1 ? view->split.list_height - 1 : 1;
	find_cursor(view);
	scroll(view);
	watch(view);
}

/* --- drawing --- */

static void
draw_line(const struct audit_view *view, const struct frame *frame, struct canvas *canvas,
	unsigned y, size_t index)
{
	audit_draw_line(&view->lines.lines[index], frame, canvas, y);
	if (index != view->cursor)
		return;
	canvas_text(canvas, y, 0, 1, STYLE_PLAIN, SPAN(">"));
	canvas_attribute(canvas, y, 0, canvas_width(canvas), CELL_SELECTED);
}

static void
draw_list(const struct audit_view *view, const struct frame *frame, struct canvas *canvas,
	unsigned y)
{
	audit_draw_titles(canvas, y);
	for (size_t i = 0; i < view->page && view->top + i < view->lines.count; i++)
		draw_line(view, frame, canvas, y + 1 + (unsigned)i, view->top + i);
	if (view->lines.count > 0)
		return;
	canvas_text(canvas, y + 1, 1, canvas_width(canvas) - 1, STYLE_PLAIN,
		frame->ledger == NULL ? SPAN("reading ...")
		: view->lines.total > 0
			? SPAN("nothing matches (Esc clears the filter)")
			: SPAN("nothing was changed, as far as is recorded "
			       "here"));
}

/* "3 lines of the journal cannot be read; pg:main could not be asked: …" */
static void
add_gaps(struct str *out, const struct ledger *ledger)
{
	if (err_is_set(&ledger->journal_err))
		str_addf(out, "journal: %s", ledger->journal_err.text);
	if (ledger->damaged > 0)
		str_addf(out,
			"%s%zu lines of the journal cannot be read (ckptop audit verify)",
			out->len > 0 ? "; " : "", ledger->damaged);
	for (size_t i = 0; i < ledger->gap_count; i++)
		str_addf(out, "%s%s not asked: %s", out->len > 0 ? "; " : "",
			ledger->gaps[i].store, ledger->gaps[i].error);
}

static void
draw_header(
	const struct audit_view *view, const struct frame *frame, struct canvas *canvas)
{
	struct str about = { 0 }, position = { 0 }, right = { 0 };
	size_t last = view->top + view->page;

	if (last > view->lines.count)
		last = view->lines.count;
	str_addf(&about, "filter: %s    %zu entr%s",
		view->filter[0] != '\0' ? view->filter : "-", view->lines.count,
		view->lines.count == 1 ? "y" : "ies");
	if (view->lines.unexplained > 0)
		str_addf(&about, ", %zu UNEXPLAINED", view->lines.unexplained);
	str_add(&about, "    shown: ");
	if (view->one_job) {
		str_add_span(&about, str_span(&view->job));
		str_add(&about, " (a = all)");
	} else {
		str_add(&about, "all (a = this job only)");
	}
	str_addf(&position, "%zu-%zu/%zu", view->lines.count > 0 ? view->top + 1 : 0,
		last, view->lines.count);
	str_addf(&right, "newest first  %zu-%zu of %zu",
		view->lines.count > 0 ? view->top + 1 : 0, last, view->lines.count);
	parts_header(frame, canvas,
		&(struct parts_place){
			.path = SPAN("AUDIT"),
			.about = str_span(&about),
			.right = str_span(&right),
			.narrow = view->one_job ? str_span(&view->job) : SPAN("all jobs"),
			.position = str_span(&position),
		});
	str_free(&about);
	str_free(&position);
	str_free(&right);
}

/* --- the panel --- */

static void
draw_panel(
	const struct audit_view *view, const struct frame *frame, struct canvas *canvas)
{
	const struct audit_line *line = selected(view);
	struct str title = { 0 }, note = { 0 };
	struct panel panel;

	if (line == NULL || view->split.panel == 0)
		return;
	if (line->entries != NULL) {
		str_add(&title, "operation ");
		str_add_span(&title, line->op);
	} else {
		str_add(&title, "NOT EXPLAINED");
	}
	str_addf(&note, "%zu of %zu", view->cursor + 1, view->lines.count);
	panel = panel_start(
		canvas, frame, &view->split, str_span(&title), str_span(&note));
	panel_draw(&panel, audit_panel, line);
	str_free(&title);
	str_free(&note);
}

static void
audit_draw(const void *state, const struct frame *frame, struct canvas *canvas)
{
	const struct audit_view *view = state;
	unsigned width = canvas_width(canvas), height = canvas_height(canvas);
	struct str gaps = { 0 };

	draw_header(view, frame, canvas);
	draw_list(view, frame, canvas, parts_header_lines(width, height));
	draw_panel(view, frame, canvas);
	if (frame->ledger != NULL)
		add_gaps(&gaps, frame->ledger);
	/* What is missing is said where messages stand. */
	if (gaps.len > 0 && parts_body(height) < height)
		canvas_text(canvas, parts_body(height), 1, width - 2, STYLE_ERROR,
			str_span(&gaps));
	str_free(&gaps);
}

/* --- keys --- */

static void
move(struct audit_view *view, ptrdiff_t by)
{
	size_t last = view->lines.count > 0 ? view->lines.count - 1 : 0;

	if (by < 0)
		view->cursor -= view->cursor < (size_t)-by ? view->cursor : (size_t)-by;
	else
		view->cursor = last - view->cursor < (size_t)by
				       ? last
				       : view->cursor + (size_t)by;
	remember_cursor(view);
	scroll(view);
}

/* Only the job under the cursor, and back to all. */
static void
toggle_job(struct audit_view *view, struct app *app)
{
	const struct audit_line *line = selected(view);

	if (view->one_job) {
		view->one_job = false;
	} else if (line == NULL || line->job.at == NULL) {
		app_message(app, STYLE_MESSAGE, "there is no job under the cursor");
		return;
	} else {
		str_clear(&view->job);
		str_add_span(&view->job, line->job);
		view->one_job = true;
	}
	view->dirty = true;
}

static bool
is_configured(const struct frame *frame, struct span store)
{
	for (size_t i = 0; i < frame->board_count; i++)
		if (span_is(store, frame->boards[i]->store.name))
			return true;
	return false;
}

static void
open_checkpoint(const struct audit_view *view, struct app *app)
{
	const struct audit_line *line = selected(view);
	struct str store = { 0 };

	if (line == NULL || line->job.at == NULL) {
		app_message(app, STYLE_MESSAGE, "there is no checkpoint to open here");
		return;
	}
	str_add_span(&store, line->store);
	if (!is_configured(app_frame(app), line->store))
		app_message(app, STYLE_MESSAGE, "%s is none of the stores here",
			str_text(&store));
	else if (line->count > 1)
		app_open(app, view_find("partitions"),
			&(struct view_target){ str_text(&store), line->job, SPAN_NONE });
	else
		app_open(app, view_find("detail"),
			&(struct view_target){
				str_text(&store), line->job, line->partition });
	str_free(&store);
}

static void
undo(const struct audit_view *view, struct app *app)
{
	const struct audit_line *line = selected(view);

	if (line == NULL)
		app_message(app, STYLE_MESSAGE, "there is no operation under the cursor");
	else if (line->entries == NULL)
		app_message(app, STYLE_MESSAGE,
			"nobody recorded this: nothing can be undone; R on the "
			"checkpoint sets it");
	else if (span_is(line->entries->phase, "acknowledged"))
		app_message(app, STYLE_MESSAGE,
			"an explanation has changed nothing: there is nothing to undo");
	else
		change_open(app, WISH_UNDO, line->store, line->entries->op);
}

static void
acknowledge(const struct audit_view *view, struct app *app)
{
	const struct audit_line *line = selected(view);

	if (line == NULL)
		app_message(app, STYLE_MESSAGE,
			"there is nothing here that somebody should explain");
	else if (line->row == NULL)
		app_message(app, STYLE_MESSAGE,
			"this is recorded: it needs no other explanation");
	else
		app_ask_why_of(app, line->row);
}

static enum view_answer
audit_act(void *state, struct app *app, enum action action)
{
	struct audit_view *view = state;
	ptrdiff_t page = (ptrdiff_t)view->page, all = (ptrdiff_t)view->lines.count;

	switch (action) {
	case ACTION_UP: move(view, -1); return VIEW_HANDLED;
	case ACTION_DOWN: move(view, 1); return VIEW_HANDLED;
	case ACTION_PAGE_UP: move(view, -page); return VIEW_HANDLED;
	case ACTION_PAGE_DOWN: move(view, page); return VIEW_HANDLED;
	case ACTION_FIRST: move(view, -all); return VIEW_HANDLED;
	case ACTION_LAST: move(view, all); return VIEW_HANDLED;
	case ACTION_AUDIT: toggle_job(view, app); return VIEW_HANDLED;
	case ACTION_OPEN: open_checkpoint(view, app); return VIEW_HANDLED;
	case ACTION_UNDO: undo(view, app); return VIEW_HANDLED;
	case ACTION_ACKNOWLEDGE: acknowledge(view, app); return VIEW_HANDLED;
	case ACTION_EXPORT:
		audit_export_ask(&view->export, app, &view->lines);
		return VIEW_HANDLED;
	case ACTION_REFRESH: app_read_audit(app); return VIEW_IGNORED;
	default: return VIEW_IGNORED;
	}
}

static const char *
audit_filter(const void *state)
{
	return ((const struct audit_view *)state)->filter;
}

static int
audit_set_filter(void *state, const char *text, struct err *err)
{
	struct audit_view *view = state;

	(void)err;
	free(view->filter);
	view->filter = mem_copy(text, strlen(text));
	view->dirty = true;
	return 0;
}

static void
audit_shown(const void *state, size_t *shown, size_t *total)
{
	const struct audit_view *view = state;

	*shown = view->lines.count;
	*total = view->lines.total;
}

/* The whole id of the operation, as `ckptop undo` wants it. */
static bool
audit_copy(const void *state, struct str *out)
{
	const struct audit_line *line = selected(state);

	if (line == NULL)
		return false;
	if (line->entries != NULL)
		str_add_span(out, line->entries->op);
	else
		key_add(out, line->row->key);
	return true;
}

static void
audit_row(const void *state, struct str *out)
{
	const struct audit_line *line = selected(state);

	if (line != NULL)
		add_key_of(out, line);
}

static const enum action audit_actions[] = {
	ACTION_OPEN,
	ACTION_AUDIT,
	ACTION_UNDO,
	ACTION_ACKNOWLEDGE,
	ACTION_FILTER,
	ACTION_COPY,
	ACTION_EXPORT,
	ACTION_REFRESH,
	ACTION_TIMES,
	ACTION_STORES,
	ACTION_BACK,
	ACTION_HELP,
	ACTION_NONE,
};

const struct view_ops view_audit = {
	.name = "audit",
	.title = "AUDIT",
	.help = "who changed what, and what nobody explains",
	.state_size = sizeof(struct audit_view),
	.open = audit_open,
	.close = audit_close,
	.update = audit_update,
	.draw = audit_draw,
	.act = audit_act,
	.actions = audit_actions,
	.row = audit_row,
	.filter = audit_filter,
	.set_filter = audit_set_filter,
	.shown = audit_shown,
	.copy = audit_copy,
};
