/* SPDX-License-Identifier: MIT
 * The edges of the wallboard: where and when, whether the data can be trusted. */
#include "tui/view_wall.h"

#include <string.h>

#include "base/utf8.h"
#include "tui/view_parts.h"

#define BAR_CELLS 10
#define TALL	  16

/* --- the first line --- */

void
wall_draw_top(const struct frame *frame, struct canvas *canvas)
{
	unsigned width = canvas_width(canvas);
	struct parts_pen pen = { canvas, 0, 0, width };
	const char *name = frame->environment;
	struct str clock = { 0 };

	canvas_fill(canvas, 0, 0, width, STYLE_TITLE, " ");
	parts_add_time(&clock, frame->now, frame,
		width >= WALL_WIDE     ? "%a %d %b   %H:%M:%S %Z"
		: width >= WALL_NARROW ? "%a %d %b  %H:%M:%S %Z"
				       : "%H:%M:%S");
	pen_right(&pen, STYLE_TITLE, str_text(&clock), 2);
	str_free(&clock);
	if (name[0] == '\0')
		name = frame->production ? "PRODUCTION" : "ckptop";
	pen_text(&pen, STYLE_TITLE, " ");
	pen_text(&pen, frame->production ? STYLE_TITLE_PRODUCTION : STYLE_TITLE, name);
	if (width >= WALL_NARROW)
		pen_text(&pen, STYLE_TITLE, "  data pipelines");
}

/* --- old data --- */

/* The store that is to blame: the one that failed, else the one read longest ago. */
static const struct board_store *
worst_store(const struct frame *frame)
{
	const struct board_store *worst = NULL;

	for (size_t i = 0; i < frame->board_count; i++) {
		const struct board_store *store = &frame->boards[i]->store;

		if (worst == NULL || (worst->reachable && !store->reachable) ||
			(worst->reachable == store->reachable &&
				store->good_at < worst->good_at))
			worst = store;
	}
	return worst;
}

static void
add_reason(struct str *out, const struct frame *frame)
{
	const struct board_store *store = worst_store(frame);

	if (store == NULL)
		return;
	if (store->reachable) {
		str_addf(out, "%s: no answer since then", store->name);
		return;
	}
	str_addf(out, "%s: %s; try %u", store->name, store->error.text, store->tries + 1);
	if (store->next_try != TIME_NONE && store->next_try > frame->now) {
		str_add(out, " in ");
		duration_add(out, (store->next_try - frame->now) / SECOND * SECOND);
	} else {
		str_add(out, " now");
	}
}

/* "##   text   ##" */
static void
draw_boxed(struct canvas *canvas, unsigned y, struct span text)
{
	unsigned width = canvas_width(canvas), room = width > 8 ? width - 8 : 0;
	unsigned cells = (unsigned)safe_width(text);

	if (cells > room)
		cells = room;
	canvas_fill(canvas, y, 0, width, STYLE_BANNER, " ");
	canvas_text(canvas, y, 0, 2, STYLE_BANNER, SPAN("##"));
	canvas_text(canvas, y, width - 2, 2, STYLE_BANNER, SPAN("##"));
	canvas_text(canvas, y, 4 + (room - cells) / 2, cells, STYLE_BANNER, text);
}

static void
add_old(struct str *out, const struct frame *frame, bool brief)
{
	str_add(out, brief ? "DATA IS OLD: " : "DATA IS OLD: nothing was read for ");
	duration_add(out, (frame->now - frame->age_now) / SECOND * SECOND);
	str_add(out, brief ? ", of " : " (last good read ");
	parts_add_time(out, frame->age_now, frame, "%H:%M:%S");
	str_add(out, brief ? "" : ")");
}

void
wall_draw_banner(
	const struct wall *wall, const struct frame *frame, struct canvas *canvas)
{
	unsigned width = canvas_width(canvas);
	bool tall = wall->height >= TALL, brief = width < 76;
	struct str text = { 0 };

	add_old(&text, frame, brief);
	if (tall) {
		canvas_fill(canvas, 1, 0, width, STYLE_BANNER, "#");
		canvas_fill(canvas, 4, 0, width, STYLE_BANNER, "#");
		draw_boxed(canvas, 2, str_span(&text));
		str_clear(&text);
		add_reason(&text, frame);
		draw_boxed(canvas, 3, str_span(&text));
	} else {
		canvas_fill(canvas, 1, 0, width, STYLE_BANNER, " ");
		canvas_text(canvas, 1, 1, width, STYLE_BANNER, str_span(&text));
	}
	str_clear(&text);
	str_add(&text, brief ? "States of " : "The states below are those of ");
	parts_add_time(&text, frame->age_now, frame, "%H:%M:%S");
	str_add(&text, brief ? ", NOT of now." : ". They are NOT the states of now.");
	if (wall->pages > 1)
		str_addf(&text, "  %zu problems on %zu pages", wall->row_count,
			wall->pages);
	canvas_text(
		canvas, tall ? 5 : 2, brief ? 1 : 3, width, STYLE_PLAIN, str_span(&text));
	str_free(&text);
}

/* --- the stores --- */

static bool
is_down(const struct board_store *store)
{
	return store->opened && !store->reachable;
}

static void
add_store(struct str *out, const struct board_store *store, const struct frame *frame)
{
	str_addf(out, "%s ", store->name);
	if (!store->opened)
		str_add(out, store->rows_read > 0 ? "reading" : "opening");
	else if (frame->stale && store->good_at != TIME_NONE)
		str_add(out, "last read ");
	else if (store->reachable)
		str_add(out, "ok");
	else
		str_add(out, "DOWN ");
	if (store->opened && frame->stale && store->good_at != TIME_NONE)
		parts_add_time(out, store->good_at, frame, "%H:%M:%S");
	else if (is_down(store))
		duration_add_short(out, frame->now - store->since.at);
	if (store->hides != NULL)
		str_addf(out, ", %s HIDES rows?", store->hides);
}

/* Those that are down first; what finds no room is counted. */
static void
draw_stores(const struct frame *frame, struct canvas *canvas, unsigned y)
{
	unsigned width = canvas_width(canvas);
	struct parts_pen pen = { canvas, y, width >= WALL_WIDE ? 3 : 1, width };
	struct str text = { 0 };
	size_t left = frame->board_count;

	pen_text(&pen, STYLE_STORES, width >= WALL_NARROW ? "stores" : "");
	for (int down = 1; down >= 0; down--)
		for (size_t i = 0; i < frame->board_count; i++) {
			const struct board_store *store = &frame->boards[i]->store;
			unsigned more = left > 1 ? 10 : 0;

			if (is_down(store) != down)
				continue;
			str_clear(&text);
			add_store(&text, store, frame);
			if (safe_width(str_span(&text)) + 3 + more > pen_room(&pen) &&
				left < frame->board_count) {
				pen_textf(&pen, STYLE_STORES, "   +%zu more", left);
				str_free(&text);
				return;
			}
			if (width >= WALL_NARROW)
				pen_text(&pen, STYLE_STORES, "   ");
			else if (left < frame->board_count)
				pen_text(&pen, STYLE_STORES, " ");
			pen_text(&pen, down ? STYLE_STORES_DOWN : STYLE_STORES,
				str_text(&text));
			left--;
		}
	str_free(&text);
}

/* --- what is ok --- */

static const struct board_job *
oldest_ok_job(const struct frame *frame)
{
	const struct board_job *oldest = NULL;

	for (size_t i = 0; i < frame->board_count; i++)
		for (size_t j = 0; j < frame->boards[i]->job_count; j++) {
			const struct board_job *job = &frame->boards[i]->jobs[j];

			if (job->state == STATE_OK && job->finding != FINDING_DORMANT &&
				job->updated != TIME_NONE &&
				(oldest == NULL || job->updated < oldest->updated))
				oldest = job;
		}
	return oldest;
}

static const char *
rests_because(enum finding finding)
{
	if (finding == FINDING_DONE)
		return ", by plan";
	return finding == FINDING_IDLE ? ", idle" : "";
}

static void
draw_ok(const struct wall *wall, const struct frame *frame, struct canvas *canvas,
	unsigned y)
{
	unsigned width = canvas_width(canvas);
	struct parts_pen pen = { canvas, y, width >= WALL_WIDE ? 3 : 1, width };
	const struct board_job *oldest = oldest_ok_job(frame);
	size_t ok = frame->counts.by_state[STATE_OK];
	struct str text = { 0 };

	pen_textf(&pen, STYLE_PLAIN, "%zu job%s ok", ok, ok == 1 ? "" : "s");
	if (frame->counts.dormant > 0)
		pen_textf(&pen, STYLE_PLAIN, ", %zu dormant", frame->counts.dormant);
	if (oldest == NULL)
		return;
	str_add(&text, "oldest ok save: ");
	duration_add_short(&text, frame->age_now - oldest->updated);
	str_add(&text, " (");
	wall_add_job(&text, wall, oldest->job, oldest->board->store.name);
	str_addf(&text, "%s)", rests_because(oldest->finding));
	pen.end -= pen.end > 3 ? 3 : 0;
	pen_right(&pen, STYLE_PLAIN, str_text(&text), 1);
	str_free(&text);
}

/* --- the last line --- */

/* Of what is read at each interval; where nothing answers, of all that was read. */
static int64_t
oldest_read(const struct frame *frame)
{
	if (frame->stale)
		return frame->age_now;
	return frame->counts.read_at != TIME_NONE ? frame->counts.read_at
						  : parts_oldest_read(frame);
}

/* When a store that answers is asked next, and how long it is from one time to the next;
 * when all are old, any store. */
static int64_t
next_read(const struct frame *frame, int64_t *interval)
{
	int64_t next = INT64_MAX;

	for (size_t i = 0; i < frame->board_count; i++) {
		const struct board_store *store = &frame->boards[i]->store;
		int64_t between = parts_interval(frame, store);
		int64_t at =
			store->reachable ? store->good_at + between : store->next_try;

		if (at == TIME_NONE || !store->opened || at >= next ||
			(!frame->stale && !store->reachable))
			continue;
		next = at;
		*interval = between;
	}
	return next;
}

/* Behind what stands already; false: no room. */
static bool
draw_whole(struct parts_pen *pen, enum style style, const char *between, struct span text)
{
	if (strlen(between) + safe_width(text) > pen_room(pen))
		return false;
	pen_text(pen, STYLE_PLAIN, between);
	pen_span(pen, style, text);
	return true;
}

/* "next read in 3s" of the stores that answer, "next try in 31s" of one that is down:
 * where there is no room for both, the try. */
static void
draw_next(struct parts_pen *pen, const struct frame *frame, int64_t left)
{
	struct str read = { 0 }, next = { 0 };
	const char *between = "   ";
	bool is_known = left != INT64_MAX;

	if (!frame->stale)
		parts_add_try(
			&next, frame, NULL, canvas_width(pen->canvas) < WALL_NARROW);
	if (is_known && left == 0) {
		str_add(&read, "reading");
	} else if (is_known) {
		str_add(&read, frame->stale ? "retry in " : "next read in ");
		duration_add(&read, (left + SECOND - 1) / SECOND * SECOND);
	}
	if (is_known && (next.len == 0 || read.len + next.len + 5 <= pen_room(pen)))
		between = draw_whole(pen, STYLE_PLAIN, between, str_span(&read))
				  ? ", "
				  : between;
	if (next.len > 0)
		draw_whole(pen, STYLE_STORES_DOWN, between, str_span(&next));
	str_free(&read);
	str_free(&next);
}

static void
draw_progress(struct parts_pen *pen, const struct frame *frame)
{
	int64_t interval = frame->interval, next = next_read(frame, &interval);
	int64_t left = next != INT64_MAX ? next - frame->now : INT64_MAX, done;
	char bar[BAR_CELLS + 3] = "[";

	left = left < 0 ? 0 : left;
	draw_next(pen, frame, left);
	if (next == INT64_MAX)
		return;
	done = left >= interval ? 0 : BAR_CELLS * (interval - left) / interval;
	for (int i = 0; i < BAR_CELLS; i++)
		bar[1 + i] = i < done ? '#' : '.';
	bar[1 + BAR_CELLS] = ']';
	if (pen_room(pen) >= BAR_CELLS + 5 && !frame->stale) {
		pen_text(pen, STYLE_PLAIN, "   ");
		pen_text(pen, STYLE_PLAIN, bar);
	}
}

static void
draw_data_age(struct parts_pen *pen, const struct frame *frame)
{
	int64_t oldest = parts_oldest_read(frame), read_at = oldest_read(frame), age;
	struct str text = { 0 };

	if (oldest == TIME_NONE) {
		pen_text(pen, STYLE_PLAIN, "not read yet");
		return;
	}
	age = (frame->now - read_at) / SECOND * SECOND;
	str_add(&text, canvas_width(pen->canvas) >= WALL_NARROW ? "data " : "");
	duration_add(&text, age < 0 ? 0 : age);
	/* That of a store that is down is older. */
	if (!frame->stale && frame->counts.stores_down > 0 && oldest < read_at) {
		str_add_char(&text, '-');
		duration_add_short(&text, frame->now - oldest);
	}
	str_add(&text, frame->stale ? " OLD" : " old");
	pen_text(pen, frame->stale ? STYLE_BANNER : STYLE_PLAIN, str_text(&text));
	str_free(&text);
}

/* From the right, so that what a viewer must not overlook finds room first. */
static void
draw_right(struct parts_pen *pen, const struct wall *wall, const struct frame *frame)
{
	bool wide = canvas_width(pen->canvas) >= WALL_WIDE;
	struct str text = { 0 };

	str_addf(&text, "%s%s%s", wall->has_way_back ? "q back   " : "",
		frame->read_only ? parts_read_only(frame) : "",
		!wide		   ? ""
		: frame->read_only ? " wallboard"
				   : "wallboard");
	if (wide)
		str_addf(&text, "   page %zu of %zu", wall->page + 1, wall->pages);
	else if (wall->pages > 1)
		str_addf(&text, "  %zu/%zu", wall->page + 1, wall->pages);
	if (canvas_width(pen->canvas) >= WALL_NARROW) {
		str_add(&text, wide ? "   all times " : "   ");
		parts_add_time(&text, frame->now, frame, "%Z");
	}
	pen->end -= pen->end > 2 ? 2 : 0;
	pen_right(pen, STYLE_PLAIN, str_text(&text), 2);
	str_free(&text);
}

void
wall_draw_bottom(
	const struct wall *wall, const struct frame *frame, struct canvas *canvas)
{
	const struct wall_places *places = &wall->places;
	unsigned width = canvas_width(canvas);
	struct parts_pen pen = { canvas, places->status, width >= WALL_WIDE ? 3 : 1,
		width };

	if (places->status == 0)
		return;
	if (places->ok > 0 && !frame->stale && !wall_is_calm(wall, frame))
		draw_ok(wall, frame, canvas, places->ok);
	if (places->stores > 0)
		draw_stores(frame, canvas, places->stores);
	draw_right(&pen, wall, frame);
	draw_data_age(&pen, frame);
	draw_progress(&pen, frame);
}
