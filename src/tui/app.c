/* SPDX-License-Identifier: MIT */
#include "tui/app.h"

#include <limits.h>
#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "tui/app_state.h"
#include "tui/view_parts.h"

/* Between two polls, ages are counted anew this often. */
#define AGE_STEP (10 * SECOND)
/* Data that is younger than this is never called old, unless so configured. */
#define STALE_AT_LEAST (30 * SECOND)
/* For so long after a key, rows stay where they are. */
#define HOLD SECOND

/* --- requests --- */

void
app_queue(struct app *app, enum app_request_kind kind, const char *text)
{
	struct queued_request *request;

	app->requests =
		mem_resize(app->requests, app->request_count + 1, sizeof(*app->requests));
	request = &app->requests[app->request_count++];
	*request =
		(struct queued_request){ .kind = kind, .interval = app->frame.interval };
	if (text != NULL)
		request->text = mem_copy(text, strlen(text));
}

bool
app_request(struct app *app, struct app_request *out)
{
	free(app->request_text);
	app->request_text = NULL;
	*out = (struct app_request){ .kind = APP_NOTHING };
	if (app->request_count == 0)
		return false;
	struct queued_request first = app->requests[0];
	memmove(app->requests, app->requests + 1,
		--app->request_count * sizeof(*app->requests));
	app->request_text = first.text;
	*out = (struct app_request){ first.kind, first.text, first.interval };
	return true;
}

void
app_refresh(struct app *app, const char *store)
{
	app_queue(app, APP_REFRESH, store);
}

static size_t
find_suspended(const struct app *app, const char *store)
{
	size_t i = 0;

	while (i < app->frame.suspended_count && strcmp(app->suspended[i], store) != 0)
		i++;
	return i;
}

void
app_suspend_store(struct app *app, const char *store, bool suspended)
{
	size_t count = app->frame.suspended_count, at = find_suspended(app, store);

	if ((at < count) == suspended)
		return;
	if (suspended) {
		app->suspended =
			mem_resize(app->suspended, count + 1, sizeof(*app->suspended));
		app->suspended[count++] = mem_copy(store, strlen(store));
		app_queue(app, APP_SUSPEND_STORE, store);
	} else {
		app_queue(app, APP_RESUME_STORE, store);
		free(app->suspended[at]);
		app->suspended[at] = app->suspended[--count];
	}
	app->frame.suspended = (const char *const *)app->suspended;
	app->frame.suspended_count = count;
}

void
app_read_audit(struct app *app)
{
	app_queue(app, APP_AUDIT, NULL);
}

void
app_take_ledger(struct app *app, const struct ledger *ledger)
{
	const struct ledger *before = app->frame.ledger;

	app_row_keep(app);
	app->frame.ledger = ledger_ref(ledger);
	ledger_unref(before);
	app_changed(app);
	app_row_compare(app);
}

struct actor *
app_actor(struct app *app)
{
	return app->actor;
}

/* To the view that asked, if it is still there; what is to be said reaches the message
 * line in any case. */
void
app_take_answer(struct app *app, struct answer *answer)
{
	struct open_view *view = app_top(app);

	if (answer->text.len > 0)
		app_message(app,
			(answer->kind == ANSWER_OUTCOME || answer->kind == ANSWER_FILE) &&
					!err_is_set(&answer->err)
				? STYLE_MESSAGE
				: STYLE_ERROR,
			"%s", str_text(&answer->text));
	if (answer->kind == ANSWER_OUTCOME || answer->kind == ANSWER_NEWS) {
		app_refresh(app, NULL);
		app_read_audit(app);
	}
	if (view->ops->answered != NULL)
		view->ops->answered(view->state, app, answer);
	answer_free(answer);
}

bool
app_shown(struct app *app)
{
	struct open_view *view = app_top(app);

	if (view->shown_at != TIME_NONE)
		return false;
	view->shown_at = clock_monotonic();
	return view->ops->type != NULL;
}

/* --- time and boards --- */

const struct frame *
app_frame(const struct app *app)
{
	return &app->frame;
}

void
app_changed(struct app *app)
{
	app->frame.generation++;
}

static void
release_boards(struct app *app)
{
	for (size_t i = 0; i < app->frame.board_count; i++)
		board_unref(app->boards[i]);
	free(app->boards);
	app->boards = NULL;
	app->frame.board_count = 0;
}

/* Not every board comes from a poll: some answer what a view asked for. */
static bool
was_polled(const struct board_store *before, const struct board_store *now)
{
	return now->good_at != before->good_at || now->tries != before->tries;
}

/*
 * Where nothing is configured, three polls may be missed before data is old, but half a
 * minute is never long. What is configured holds until a key makes the intervals longer
 * than it was meant for.
 */
static void
judge_by_interval(struct app *app)
{
	struct frame *frame = &app->frame;
	bool by_polls = app->stale_after == 0 || app->chosen_interval > app->interval;

	frame->interval = app->chosen_interval > 0 ? app->chosen_interval : app->interval;
	frame->stale_after = app->stale_after > 0 ? app->stale_after : STALE_AT_LEAST;
	if (by_polls && 3 * frame->interval > frame->stale_after)
		frame->stale_after = 3 * frame->interval;
}

/* A store may have an interval of its own. */
static void
take_intervals(struct app *app)
{
	int64_t shortest = INT64_MAX;

	for (size_t i = 0; i < app->frame.board_count; i++) {
		int64_t interval = app->boards[i]->store.interval;

		if (interval > 0 && interval < shortest)
			shortest = interval;
	}
	if (app->chosen_interval == 0 && shortest != INT64_MAX)
		app->interval = shortest;
	judge_by_interval(app);
}

/* Takes the new boards; false when they are those it has. */
static bool
take_boards(struct app *app, const struct board *const *boards, size_t count)
{
	struct frame *frame = &app->frame;
	bool same = count == frame->board_count, polled = !same;

	for (size_t i = 0; i < count && i < frame->board_count; i++) {
		same &= boards[i] == app->boards[i];
		polled |= was_polled(&app->boards[i]->store, &boards[i]->store);
	}
	if (same)
		return false;
	app_row_keep(app);
	const struct board **taken = mem_new(count + 1, sizeof(const struct board *));
	for (size_t i = 0; i < count; i++)
		taken[i] = board_ref(boards[i]);
	release_boards(app);
	app->boards = taken;
	frame->boards = taken;
	frame->board_count = count;
	frame->counts = listing_count(frame->boards, count);
	frame->heartbeat += polled;
	take_intervals(app);
	return true;
}

/* The last time that anything was read; TIME_NONE: never. */
static int64_t
newest_read(const struct frame *frame)
{
	int64_t newest = TIME_NONE;

	for (size_t i = 0; i < frame->board_count; i++)
		if (frame->boards[i]->store.good_at > newest)
			newest = frame->boards[i]->store.good_at;
	return newest;
}

/* Whether no store was asked again since time went on without us. Not for ever: what
 * hangs is called old like everything else. Where one has answered, its rows need the
 * time of now. */
static bool
is_catching_up(const struct app *app)
{
	const struct frame *frame = &app->frame;

	if (app->jumped_at == TIME_NONE || frame->now < app->jumped_at ||
		frame->now - app->jumped_at > frame->stale_after)
		return false;
	for (size_t i = 0; i < frame->board_count; i++) {
		const struct board *board = frame->boards[i];

		if (board->store.reachable ? board->store.good_at >= app->jumped_at
					   : board->taken_at >= app->jumped_at)
			return false;
	}
	return true;
}

static void
count_ages(struct app *app, bool changed)
{
	struct frame *frame = &app->frame;
	int64_t read_at = newest_read(frame), since = frame->now - frame->age_now;
	bool stale = read_at != TIME_NONE && frame->now - read_at > frame->stale_after;

	if (is_catching_up(app)) {
		if (read_at > frame->age_now)
			frame->age_now = read_at;
		frame->generation += changed;
		return;
	}
	if (!changed && stale == frame->stale &&
		(stale || (since >= 0 && since < AGE_STEP)))
		return;
	frame->stale = stale;
	frame->age_now = stale ? read_at : frame->now;
	frame->generation++;
}

void
app_update(struct app *app, const struct board *const *boards, size_t count, int64_t now)
{
	struct frame *frame = &app->frame;

	app->clock = now;
	frame->hold = app->key_at != TIME_NONE && now >= app->key_at &&
		      now - app->key_at < HOLD;
	if (app_bell_look(&app->bell, boards, count) && frame->bell)
		app_queue(app, APP_BELL, NULL);
	if (frame->paused)
		return;
	bool changed = take_boards(app, boards, count);
	frame->now = now;
	count_ages(app, changed);
	if (changed) {
		app_row_compare(app);
		app_act_now(app);
	}
}

void
app_jumped(struct app *app, const struct clock_jump *jump, int64_t now)
{
	struct str text = { 0 };

	if (jump->absent > 0) {
		str_add(&text, "nothing was seen for ");
		duration_add(&text, (jump->absent + SECOND / 2) / SECOND * SECOND);
		str_add(&text, " (asleep or stopped)");
	}
	if (jump->set != 0) {
		int64_t size = jump->set > 0 ? jump->set : -jump->set;

		str_add(&text,
			text.len > 0 ? "; the clock jumped " : "the clock jumped ");
		duration_add(&text, (size + SECOND / 2) / SECOND * SECOND);
		str_add(&text, jump->set > 0 ? " forward" : " back");
	}
	app_message(app, STYLE_BANNER, "%s; reading all stores again", str_text(&text));
	str_free(&text);
	app->jumped_at = now;
	app_refresh(app, NULL);
}

void
app_resumed(struct app *app)
{
	struct open_view *view = app_top(app);

	/* What was typed before it is seen again is not for it. */
	view->shown_at = TIME_NONE;
	if (view->ops->resumed != NULL)
		view->ops->resumed(view->state);
}

void
app_set_interval(struct app *app, int64_t interval)
{
	app->chosen_interval = interval;
	app->frame.interval_chosen = true;
	judge_by_interval(app);
}

/* --- life --- */

struct app *
app_new(const struct app_setup *setup)
{
	static const struct view_target nothing = { NULL, SPAN_NONE, SPAN_NONE };
	struct app *app = mem_new(1, sizeof(*app));

	app->frame = (struct frame){
		.environment = setup->environment != NULL ? setup->environment : "",
		.production = setup->production,
		.read_only = setup->read_only,
		.read_only_why = setup->read_only_why,
		.sandboxed = setup->sandboxed,
		.ascii = setup->ascii,
		.times = setup->times,
		.zone = setup->zone,
		.follow = setup->follow,
		.bell = setup->bell,
		.heartbeat = UINT_MAX, /* the first poll makes it 0 */
		.counts = listing_count(NULL, 0),
	};
	app->key_at = app->jumped_at = app->row_at = TIME_NONE;
	app->only = setup->only;
	app->actor = setup->actor;
	app->deaf = setup->deaf;
	app->frame.can_write = setup->actor != NULL;
	app->stale_after = setup->stale_after;
	app->interval = setup->interval;
	judge_by_interval(app);
	app->canvas = canvas_new(setup->width, setup->height, setup->ascii);
	app_push(app, setup->root != NULL ? setup->root : view_at(0), &nothing);
	return app;
}

void
app_free(struct app *app)
{
	if (app == NULL)
		return;
	while (app->view_count > 0)
		app_close_top(app);
	free(app->views);
	release_boards(app);
	ledger_unref(app->frame.ledger);
	app_bell_free(&app->bell);
	str_free(&app->row);
	str_free(&app->message);
	prompt_free(app->prompt);
	free(app->hint);
	menu_free(app->menu);
	app_forget_word(app);
	str_free(&app->go_job);
	str_free(&app->go_partition);
	for (size_t i = 0; i < app->frame.suspended_count; i++)
		free(app->suspended[i]);
	free(app->suspended);
	for (size_t i = 0; i < app->request_count; i++)
		free(app->requests[i].text);
	free(app->requests);
	free(app->request_text);
	canvas_free(app->canvas);
	free(app);
}

bool
app_ended(const struct app *app)
{
	return app->ended;
}

void
app_resize(struct app *app, unsigned width, unsigned height)
{
	canvas_resize(app->canvas, width, height);
}

void
app_update_top(struct app *app)
{
	struct open_view *view = app_top(app);

	view->ops->update(view->state, &app->frame, canvas_width(app->canvas),
		canvas_height(app->canvas));
}

const struct canvas *
app_draw(struct app *app)
{
	struct open_view *view = app_top(app);
	unsigned width = canvas_width(app->canvas), height = canvas_height(app->canvas);

	app_update_top(app);
	canvas_clear(app->canvas);
	view->ops->draw(view->state, &app->frame, app->canvas);
	if (view->ops->alone) {
		/* What is said to somebody who came from another screen is not lost. */
		if (app->view_count > 1 && app->message.len > 0)
			app_draw_message(app);
		return app->canvas;
	}
	parts_footer(view->ops, view->state, &app->frame, app->canvas);
	if (app->menu != NULL) {
		unsigned top = parts_header_lines(width, height),
			 body = parts_body(height);
		menu_draw(app->menu, app->canvas, top, 1, body > top ? body - top : 0);
	}
	app_draw_message(app);
	return app->canvas;
}
