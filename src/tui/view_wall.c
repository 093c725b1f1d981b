/* SPDX-License-Identifier: MIT
 * The wallboard: how many are how bad in large letters, and every problem on a line. */
#include "tui/view_wall.h"

#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "tui/view_parts.h"

/* Pages turn by themselves so often. */
#define PAGE_STANDS (20 * SECOND)
/* After a key, the page stands for so much longer. */
#define KEY_STANDS (40 * SECOND)

static void
release_good(struct wall *wall)
{
	for (size_t i = 0; i < wall->good_count; i++)
		board_unref(wall->good[i]);
	free(wall->good);
	wall->good = NULL;
	wall->good_count = 0;
}

/* A store that was never read has its empty board there. */
static void
keep_good(struct wall *wall, const struct frame *frame)
{
	if (wall->good_count != frame->board_count) {
		release_good(wall);
		wall->good =
			mem_new(frame->board_count + 1, sizeof(const struct board *));
		for (size_t i = 0; i < frame->board_count; i++)
			wall->good[i] = board_ref(frame->boards[i]);
		wall->good_count = frame->board_count;
	}
	for (size_t i = 0; i < frame->board_count; i++) {
		if (!frame->boards[i]->store.reachable)
			continue;
		board_unref(wall->good[i]);
		wall->good[i] = board_ref(frame->boards[i]);
	}
}

static void
wall_open(void *state, struct app *app, const struct view_target *target)
{
	struct wall *wall = state;
	const void *below;

	(void)target;
	wall->has_way_back = app_below(app, &below) != NULL;
}

static void
wall_close(void *state)
{
	struct wall *wall = state;

	release_good(wall);
	wall_forget_past(wall);
	free(wall->past);
	free(wall->rows);
	listing_free(&wall->problems);
}

/* --- what there is --- */

static void
add_unexplained(struct wall *wall, const struct board *board)
{
	for (size_t i = 0; i < board->job_count; i++) {
		const struct board_job *job = &board->jobs[i];

		if (job->unexplained.at == TIME_NONE)
			continue;
		wall->unexplained++;
		if (!state_is_problem(job->state))
			wall->rows[wall->row_count++] = job;
	}
}

static void
collect(struct wall *wall, const struct frame *frame)
{
	const struct listing_order order = { .problems_only = true };
	const struct board *const *boards = frame->stale ? wall->good : frame->boards;
	size_t most = 0, count = frame->board_count;

	for (size_t i = 0; i < count; i++)
		most += boards[i]->job_count;
	listing_jobs(&wall->problems, boards, count, NULL, &order, frame->age_now);
	wall->rows = mem_resize(wall->rows, most + 1, sizeof(*wall->rows));
	wall->row_count = wall->unexplained = 0;
	wall->tells_stores = parts_names_are_ambiguous(boards, count);
	for (size_t i = 0; i < wall->problems.count; i++)
		wall->rows[wall->row_count++] = wall->problems.rows[i];
	for (size_t i = 0; i < count; i++)
		add_unexplained(wall, boards[i]);
}

/* --- pages --- */

static void
turn(struct wall *wall, size_t page, int64_t now)
{
	wall->page = page;
	wall->turned_at = now;
}

/* Pages only turn where there is more than one. What becomes critical is shown at once;
 * it stands on the first page. */
static void
turn_pages(struct wall *wall, const struct frame *frame)
{
	size_t crit = frame->counts.by_state[STATE_CRIT];
	int64_t since = frame->now - wall->turned_at;

	if (wall->page >= wall->pages || crit > wall->crit)
		turn(wall, 0, frame->now);
	else if (since < -KEY_STANDS)
		turn(wall, wall->page, frame->now);
	else if (since >= PAGE_STANDS)
		turn(wall, (wall->page + 1) % wall->pages, frame->now);
	wall->crit = crit;
}

static void
wall_update(void *state, const struct frame *frame, unsigned width, unsigned height)
{
	struct wall *wall = state;

	if (wall->generation != frame->generation || wall->good == NULL ||
		width != wall->width || height != wall->height) {
		keep_good(wall, frame);
		wall_note_past(wall, frame);
		collect(wall, frame);
		wall->generation = frame->generation;
		wall->width = width;
		wall->height = height;
		wall_find_places(wall, frame);
	}
	turn_pages(wall, frame);
}

static enum view_answer
wall_act(void *state, struct app *app, enum action action)
{
	struct wall *wall = state;
	size_t last = wall->pages - 1, page = wall->page;

	switch (action) {
	case ACTION_UP:
	case ACTION_PAGE_UP: page = page > 0 ? page - 1 : 0; break;
	case ACTION_DOWN:
	case ACTION_PAGE_DOWN: page = page < last ? page + 1 : last; break;
	case ACTION_FIRST: page = 0; break;
	case ACTION_LAST: page = last; break;
	case ACTION_CLOSE:
	case ACTION_BACK:
	case ACTION_QUIT:
	case ACTION_SUSPEND:
	case ACTION_REDRAW: return VIEW_IGNORED;
	default: return VIEW_HANDLED;
	}
	turn(wall, page, app_frame(app)->now + KEY_STANDS);
	return VIEW_HANDLED;
}

/* --- the picture --- */

static void
wall_draw(const void *state, const struct frame *frame, struct canvas *canvas)
{
	const struct wall *wall = state;

	wall_draw_top(frame, canvas);
	if (frame->stale) {
		wall_draw_banner(wall, frame, canvas);
		wall_draw_rows(wall, frame, canvas);
	} else if (wall_is_calm(wall, frame)) {
		wall_draw_calm(wall, frame, canvas);
	} else {
		wall_draw_counts(wall, frame, canvas);
		wall_draw_rows(wall, frame, canvas);
	}
	wall_draw_bottom(wall, frame, canvas);
}

static const enum action wall_actions[] = { ACTION_NONE };

const struct view_ops view_wall = {
	.name = "wall",
	.title = "WALLBOARD",
	.help = "how many jobs are how bad, in large letters, and every problem",
	.state_size = sizeof(struct wall),
	.alone = true,
	.open = wall_open,
	.close = wall_close,
	.update = wall_update,
	.draw = wall_draw,
	.act = wall_act,
	.actions = wall_actions,
};
