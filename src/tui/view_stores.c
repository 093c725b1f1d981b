/* SPDX-License-Identifier: MIT
 * The health of the stores: which answer, how fast, since when, and what the last error
 * was. */
#include <string.h>

#include "tui/list_view.h"
#include "tui/view.h"
#include "tui/view_parts.h"

#define PANEL_TALL  24
#define PANEL_SHORT 13

static void
stores_open(void *state, struct app *app, const struct view_target *target)
{
	(void)app;
	(void)target;
	((struct list_view *)state)->list = list_new(COLUMNS_STORES);
}

static void
stores_update(void *state, const struct frame *frame, unsigned width, unsigned height)
{
	struct list_view *stores = state;
	unsigned top = parts_header_lines(width, height);

	stores->split = panel_split(
		width, height, top, frame->board_count + 1, PANEL_TALL, PANEL_SHORT);
	list_update(
		stores->list, frame, NULL, SPAN_NONE, width, stores->split.list_height);
}

/* --- the panels --- */

static const char *
plural(size_t count)
{
	return count == 1 ? "" : "s";
}

/* "117 since 02:58:02; next in 12s (back-off 5s .. 60s); r = try now" */
static void
add_tries(struct str *out, const struct frame *frame, const struct board_store *store)
{
	int64_t wait = store->next_try - frame->now;

	str_addf(out, "%u", store->tries);
	if (store->since.at != TIME_NONE) {
		str_add(out, " since ");
		parts_add_since(out, store->since, frame, true);
	}
	if (parts_is_suspended(frame, store->name)) {
		str_add(out, "; polling is stopped (P starts it)");
		return;
	}
	if (store->next_try != TIME_NONE) {
		str_add(out, "; next in ");
		duration_add(out, wait > 0 ? (wait + SECOND - 1) / SECOND * SECOND : 0);
	}
	str_add(out, " (back-off ");
	duration_add(out, store->backoff_first);
	str_add(out, " .. ");
	duration_add(out, store->backoff_last);
	str_add(out, "); r = try now");
}

/* What the outage means for what the other screens show. */
static void
add_effect(struct str *out, const struct frame *frame, const struct board *board)
{
	size_t critical = 0;

	if (board->job_count == 0) {
		str_add(out,
			"nothing of this store is known, so none of its jobs is shown");
		return;
	}
	str_addf(out, "%zu job%s (", board->job_count, plural(board->job_count));
	if (board->job_count == 1) {
		str_add_span(out, board->jobs[0].job);
		str_add(out, ", ");
	}
	str_addf(out, "%zu checkpoint%s) %s shown as UNKN", board->checkpoint_count,
		plural(board->checkpoint_count), board->job_count == 1 ? "is" : "are");
	for (size_t i = 0; i < board->job_count; i++)
		critical += board->jobs[i].state == STATE_CRIT;
	if (critical > 0)
		str_addf(out, " (%zu as CRIT, as before)", critical);
	str_add(out, " with the values read at ");
	parts_add_time(out, board->store.good_at, frame, "%H:%M:%S");
	str_add(out, ", never as ok");
}

static void
draw_down(struct panel *panel, const struct board *board)
{
	const struct frame *frame = panel->frame;
	struct str text = { 0 };

	str_add(&text, "DOWN since ");
	parts_add_since(&text, board->store.since, frame, true);
	str_add(&text, " (");
	duration_add(&text, (frame->now - board->store.since.at) / SECOND * SECOND);
	str_add(&text, ").  Last error, as it was given:");
	panel_line(panel, STYLE_STATE_CRIT, str_span(&text));
	panel_paragraph(panel, NULL, span_of(board->store.error.text), 3);
	str_clear(&text);
	add_tries(&text, frame, &board->store);
	panel_field(panel, "tries", str_span(&text));
	str_clear(&text);
	add_effect(&text, frame, board);
	panel_paragraph(panel, "effect", str_span(&text), 2);
	panel_field(panel, "where", span_of(board->store.where));
	str_clear(&text);
	str_addf(&text, "ckptop %s stores", board->store.call);
	panel_paragraph(panel, "try", str_span(&text), 2);
	str_free(&text);
}

static void
draw_up(struct panel *panel, const struct board *board)
{
	const struct frame *frame = panel->frame;
	const struct board_store *store = &board->store;
	struct str text = { 0 };

	str_addf(&text, "%s, %zu job%s, %zu checkpoint%s%s", store->kind,
		board->job_count, plural(board->job_count), board->checkpoint_count,
		plural(board->checkpoint_count), store->read_only ? ", read-only" : "");
	panel_field(panel, "ok", str_span(&text));
	str_clear(&text);
	str_add(&text, store->where);
	panel_field(panel, "where", str_span(&text));
	str_clear(&text);
	if (parts_is_suspended(frame, store->name)) {
		str_add(&text, "stopped (P starts it)");
	} else {
		str_add(&text, "every ");
		duration_add(&text, parts_interval(frame, store));
	}
	if (store->read_p50 != TIME_NONE) {
		str_add(&text, "; a read takes ");
		panel_add_cell(&text, frame, COLUMNS_STORES, "read", board);
		str_add(&text, " ms (p50 / p95); slowest ");
		duration_add(&text, store->read_slowest);
		str_add(&text, " at ");
		parts_add_time(&text, store->read_slowest_at, frame, "%H:%M:%S");
	}
	panel_field(panel, "polls", str_span(&text));
	for (size_t i = 0; i < board->rule_count; i++) {
		if (!board->rules[i].is_for ||
			!boards_lack_rule(frame->boards, frame->board_count, i))
			continue;
		str_clear(&text);
		str_addf(&text, "no job here matches %s (match = %s)",
			board->rules[i].name, board->rules[i].match);
		panel_paragraph(panel, "rule", str_span(&text), 2);
	}
	for (size_t i = 0; i < store->fact_count; i++)
		panel_paragraph(
			panel, store->facts[i].name, span_of(store->facts[i].text), 2);
	str_free(&text);
}

static void
draw_store(struct panel *panel, const void *what)
{
	const struct board *board = what;

	if (!board->store.opened)
		panel_line(panel, STYLE_PLAIN, SPAN("not read yet"));
	else if (board->store.reachable)
		draw_up(panel, board);
	else
		draw_down(panel, board);
}

/* The one under the cursor, then the others as far as there is room. */
static void
draw_panels(
	const struct list_view *stores, const struct frame *frame, struct canvas *canvas)
{
	const struct board *selected = list_selected(stores->list);
	struct str note = { 0 };
	struct panel panel;

	if (selected == NULL || stores->split.panel == 0)
		return;
	str_addf(&note, "%zu of %zu", list_position(stores->list),
		list_count(stores->list));
	panel = panel_start(canvas, frame, &stores->split, span_of(selected->store.name),
		str_span(&note));
	panel_draw(&panel, draw_store, selected);
	for (size_t i = 0; i < frame->board_count && panel_room(&panel) > 5; i++) {
		if (frame->boards[i] == selected)
			continue;
		canvas_rule(canvas, panel.y + 1, span_of(frame->boards[i]->store.name),
			SPAN_NONE);
		panel.y += 2;
		panel_draw(&panel, draw_store, frame->boards[i]);
	}
	str_free(&note);
}

/* --- the screen --- */

static void
draw_header(
	const struct list_view *stores, const struct frame *frame, struct canvas *canvas)
{
	struct str about = { 0 }, right = { 0 }, position = { 0 };

	str_addf(&about, "%zu store%s, %zu DOWN", frame->counts.stores,
		plural(frame->counts.stores), frame->counts.stores_down);
	parts_add_poll(&right, frame, NULL);
	parts_add_position(&position, stores->list, "/");
	parts_header(frame, canvas,
		&(struct parts_place){
			.path = SPAN("STORES"),
			.about = str_span(&about),
			.right = str_span(&right),
			.position = str_span(&position),
		});
	str_free(&about);
	str_free(&right);
	str_free(&position);
}

static void
stores_draw(const void *state, const struct frame *frame, struct canvas *canvas)
{
	const struct list_view *stores = state;
	unsigned top = parts_header_lines(canvas_width(canvas), canvas_height(canvas));

	draw_header(stores, frame, canvas);
	list_draw(stores->list, frame, canvas, top, stores->split.list_height, NULL);
	draw_panels(stores, frame, canvas);
}

/* Stops or starts the polling of the store under the cursor. */
static void
toggle_polling(struct app *app, const struct board *board)
{
	bool suspended = parts_is_suspended(app_frame(app), board->store.name);

	app_suspend_store(app, board->store.name, !suspended);
	app_message(app, STYLE_MESSAGE, "%s: polling %s", board->store.name,
		suspended ? "started" : "stopped (P starts it)");
}

static enum view_answer
stores_act(void *state, struct app *app, enum action action)
{
	struct list_view *stores = state;
	const struct board *board = list_selected(stores->list);

	if (board == NULL)
		return list_act(stores->list, app, action);
	switch (action) {
	case ACTION_REFRESH:
		app_refresh(app, board->store.name);
		app_message(app, STYLE_MESSAGE, "%s: reading now", board->store.name);
		return VIEW_HANDLED;
	case ACTION_SUSPEND_STORE: toggle_polling(app, board); return VIEW_HANDLED;
	case ACTION_OPEN: return VIEW_HANDLED;
	default: return list_act(stores->list, app, action);
	}
}

/* The error of a store that is down, else its name: what one wants to send to somebody.
 */
static bool
stores_copy(const void *state, struct str *out)
{
	const struct board *board =
		list_selected(((const struct list_view *)state)->list);

	if (board == NULL)
		return false;
	str_add(out, board->store.name);
	if (err_is_set(&board->store.error))
		str_addf(out, ": %s", board->store.error.text);
	return true;
}

static const enum action stores_actions[] = {
	ACTION_REFRESH,
	ACTION_SUSPEND_STORE,
	ACTION_COPY,
	ACTION_PAUSE,
	ACTION_TIMES,
	ACTION_BACK,
	ACTION_HELP,
	ACTION_NONE,
};

const struct view_ops view_stores = {
	.name = "stores",
	.title = "STORES",
	.help = "the stores: which answer, how fast, since when",
	.state_size = sizeof(struct list_view),
	.has_list = true,
	.list = COLUMNS_STORES,
	.open = stores_open,
	.close = list_view_close,
	.update = stores_update,
	.draw = stores_draw,
	.act = stores_act,
	.actions = stores_actions,
	.copy = stores_copy,
};
