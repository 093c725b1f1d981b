/* SPDX-License-Identifier: MIT
 * The wallboard where nothing is wrong, and what was. */
#include "tui/view_wall.h"

#include "model/column_cell.h"
#include "tui/view_parts.h"
#include "tui/wall_digits.h"

#define MARGIN_SHARE 7 /* the margin is this part of the width */

/* The lines that are being drawn. */
struct lines {
	const struct frame *frame;
	struct canvas *canvas;
	unsigned x, y, end;
	struct str text;
};

static void
end_line(struct lines *lines, enum style style)
{
	if (lines->y < lines->end)
		canvas_text(lines->canvas, lines->y, lines->x,
			canvas_width(lines->canvas), style, str_span(&lines->text));
	lines->y++;
	str_clear(&lines->text);
}

bool
wall_is_calm(const struct wall *wall, const struct frame *frame)
{
	for (size_t i = 0; i < frame->board_count; i++) {
		const struct board_store *store = &frame->boards[i]->store;

		if (!store->opened || !store->reachable || store->good_at == TIME_NONE)
			return false;
	}
	return wall->problems.count == 0 && frame->counts.jobs > 0;
}

/* Since when checkpoints are watched: the first look at any. */
static int64_t
watched_since(const struct frame *frame)
{
	int64_t first = frame->age_now;

	for (size_t i = 0; i < frame->board_count; i++)
		for (size_t j = 0; j < frame->boards[i]->job_count; j++) {
			int64_t since = frame->boards[i]->jobs[j].worst->watched_since;

			if (since != TIME_NONE && since < first)
				first = since;
		}
	return first;
}

/* A store that was away was a problem, too. */
static int64_t
calm_since(const struct wall *wall, const struct frame *frame)
{
	int64_t since = TIME_NONE;

	if (wall->past_count > 0)
		since = wall->past[0].past.until;
	for (size_t i = 0; i < frame->board_count; i++) {
		struct since back = frame->boards[i]->store.since;

		if (!back.at_least && back.at > since)
			since = back.at;
	}
	return since;
}

static void
add_counts(struct lines *lines)
{
	const struct listing_counts *counts = &lines->frame->counts;
	struct str *text = &lines->text;

	str_addf(text, "%zu job%s, %zu checkpoint%s, %zu store%s", counts->jobs,
		counts->jobs == 1 ? "" : "s", counts->checkpoints,
		counts->checkpoints == 1 ? "" : "s", counts->stores,
		counts->stores == 1 ? "" : "s");
	if (counts->dormant > 0)
		str_addf(text, ", %zu dormant", counts->dormant);
	end_line(lines, STYLE_PLAIN);
	lines->y++;
}

static void
add_unexplained(const struct wall *wall, struct lines *lines)
{
	const struct column_context context = {
		.now = lines->frame->age_now,
		.zone = lines->frame->zone,
		.times = lines->frame->times,
		.ascii = lines->frame->ascii,
		.width = WHY_FULL_CELLS,
	};

	for (size_t i = 0; i < wall->row_count; i++) {
		const struct board_job *job = wall->rows[i];

		if (i == 0)
			str_addf(&lines->text, "%zu UNEXPLAINED: ", wall->row_count);
		wall_add_job(&lines->text, wall, job->job, job->board->store.name);
		str_add_char(&lines->text, ' ');
		if (job->finding == FINDING_RECOVERED) {
			cell_add_why(&lines->text, &job->why, &context);
		} else {
			str_add(&lines->text, "went BACK at ");
			parts_add_since(
				&lines->text, job->unexplained, lines->frame, false);
			str_add(&lines->text, job->board->store.half_asked
						      ? ", no record on this host"
						      : " by UNKNOWN");
		}
		end_line(lines, i == 0 ? STYLE_BANNER : STYLE_PLAIN);
	}
}

static void
add_since(const struct wall *wall, struct lines *lines)
{
	int64_t since = calm_since(wall, lines->frame);
	bool known = since != TIME_NONE;

	if (!known)
		since = watched_since(lines->frame);
	str_add(&lines->text,
		known ? "all ok since " : "no problem since this began to look at ");
	parts_add_since(&lines->text, (struct since){ .at = since }, lines->frame, true);
	str_add(&lines->text, " (");
	duration_add(&lines->text, (lines->frame->age_now - since) / SECOND * SECOND);
	str_add_char(&lines->text, ')');
	end_line(lines, STYLE_PLAIN);
}

/* "orders-daily, CRIT 02:14 - 04:02 (1h48m)" */
static void
add_past(const struct wall *wall, struct lines *lines, const struct wall_past *entry)
{
	const struct past *past = &entry->past;

	wall_add_job(&lines->text, wall, str_span(&entry->job), entry->store);
	str_addf(&lines->text, ", %s ", state_word(past->state));
	parts_add_since(
		&lines->text, (struct since){ .at = past->from }, lines->frame, false);
	str_add(&lines->text, " - ");
	parts_add_since(
		&lines->text, (struct since){ .at = past->until }, lines->frame, false);
	str_add(&lines->text, " (");
	duration_add(&lines->text, (past->until - past->from) / SECOND * SECOND);
	str_add_char(&lines->text, ')');
}

/* The newest first; what finds no room is counted. */
static void
add_all_past(const struct wall *wall, struct lines *lines)
{
	unsigned room = lines->end > lines->y ? lines->end - lines->y : 0;
	size_t shown = wall->past_count;

	if (shown == 1)
		str_add(&lines->text, "last problem: ");
	for (size_t i = 0; i < shown && room > 0; i++, room--) {
		if (room == 1 && i + 1 < shown) {
			str_addf(&lines->text, "and %zu more in the last 12 hours",
				shown - i);
			end_line(lines, STYLE_PLAIN);
			return;
		}
		if (shown > 1)
			str_add(&lines->text,
				i == 0 ? "last problems: " : "               ");
		add_past(wall, lines, &wall->past[i]);
		end_line(lines, STYLE_PLAIN);
	}
}

/* The next save of a job that saves rarely; a job of that habit is done until then. */
static void
add_next_save(const struct wall *wall, struct lines *lines)
{
	const struct frame *frame = lines->frame;
	const struct board_job *next = NULL;
	int64_t next_at = INT64_MAX;

	for (size_t i = 0; i < frame->board_count; i++)
		for (size_t j = 0; j < frame->boards[i]->job_count; j++) {
			const struct board_job *job = &frame->boards[i]->jobs[j];
			int64_t cadence = job->limits.cadence;

			if (cadence == RULE_UNSET)
				cadence = job->worst->cadence;
			if (job->finding != FINDING_DONE || cadence == TIME_NONE ||
				job->worst->updated == TIME_NONE ||
				job->worst->updated + cadence >= next_at)
				continue;
			next = job;
			next_at = job->worst->updated + cadence;
		}
	if (next == NULL)
		return;
	lines->y++;
	str_add(&lines->text, "next planned save: ");
	wall_add_job(&lines->text, wall, next->job, next->board->store.name);
	str_add_char(&lines->text, ' ');
	parts_add_time(&lines->text, next_at, frame,
		next_at - frame->now < DAY ? "%H:%M" : "%a %H:%M");
	end_line(lines, STYLE_PLAIN);
}

static void
draw_letters(const struct wall *wall, struct lines *lines)
{
	unsigned width = canvas_width(lines->canvas), height = wall->height;
	bool fine = wall->row_count == 0;
	enum style style = fine ? STYLE_WALL_OK : STYLE_WALL_WARN;
	const char *text = fine ? "ALL OK" : "OK NOW";
	unsigned stroke = width >= WALL_WIDE && height >= 20 ? 2 : 1;

	if (height < 16 || lines->x + wall_letters_width(text, 1) > width) {
		lines->y = 2;
		str_add(&lines->text, text);
		end_line(lines, fine ? STYLE_STATE_OK : STYLE_BANNER);
		return;
	}
	lines->y = height >= 20 ? 4 : 2;
	wall_letters_draw(lines->canvas, lines->y, lines->x, stroke, style, text);
	lines->y += WALL_LETTER_HEIGHT + (height >= 20 ? 2 : 1);
}

void
wall_draw_calm(const struct wall *wall, const struct frame *frame, struct canvas *canvas)
{
	unsigned width = canvas_width(canvas);
	struct lines lines = {
		.frame = frame,
		.canvas = canvas,
		.x = width >= WALL_NARROW ? width / MARGIN_SHARE + 1 : 1,
		.end = wall->places.stores > 0 ? wall->places.stores
					       : wall->places.status,
	};

	draw_letters(wall, &lines);
	add_counts(&lines);
	if (wall->row_count > 0)
		add_unexplained(wall, &lines);
	else
		add_since(wall, &lines);
	/* The line about the next save is kept free. */
	lines.end -= lines.end > lines.y + 3 ? 2 : 0;
	add_all_past(wall, &lines);
	lines.end += 2;
	if (lines.end > wall->places.status)
		lines.end = wall->places.status;
	add_next_save(wall, &lines);
	str_free(&lines.text);
}
