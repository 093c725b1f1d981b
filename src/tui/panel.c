/* SPDX-License-Identifier: MIT */
#include "tui/panel.h"

#include <string.h>

#include "base/utf8.h"
#include "tui/list.h"
#include "tui/view_parts.h"

#define LABEL_X	     1
#define TEXT_X	     11
#define TALL_SCREEN  30
#define SHORT_SCREEN 20
#define LIST_LEAST   3 /* lines, with its titles */
#define PANEL_LEAST  8

struct panel_split
panel_split(unsigned width, unsigned height, unsigned top, size_t rows,
	unsigned lines_tall, unsigned lines_short)
{
	struct panel_split split = { .end = parts_body(height) };
	unsigned titles = width >= LIST_TITLES_WIDTH ? 1 : 0;
	unsigned room = split.end > top ? split.end - top : 0;
	unsigned lines = lines_tall;

	if (height < SHORT_SCREEN || room < PANEL_LEAST + 1 + LIST_LEAST) {
		split.list_height = room;
		return split;
	}
	/* A panel that is shorter than it would like to be says more than none. */
	if (height < TALL_SCREEN || room < lines + 1 + LIST_LEAST)
		lines = lines_short;
	if (room < lines + 1 + LIST_LEAST)
		lines = PANEL_LEAST;
	split.list_height = room - lines - 1;
	/* A short list gives its lines to the panel, but for one between them. */
	if (rows < split.list_height - titles)
		split.list_height = (unsigned)rows + titles;
	split.panel = top + split.list_height;
	return split;
}

struct panel
panel_start(struct canvas *canvas, const struct frame *frame,
	const struct panel_split *split, struct span title, struct span note)
{
	canvas_rule(canvas, split->panel, title, note);
	return (struct panel){
		.canvas = canvas,
		.frame = frame,
		.y = split->panel + 1,
		.end = split->end,
	};
}

void
panel_draw(struct panel *panel, panel_drawer *draw, const void *what)
{
	struct panel count = *panel;
	unsigned room = panel_room(panel), lines;

	count.counting = true;
	draw(&count, what);
	lines = count.y - panel->y;
	panel->spare = room > lines ? room - lines : 0;
	draw(panel, what);
	panel->spare = 0;
}

unsigned
panel_room(const struct panel *panel)
{
	return panel->y < panel->end ? panel->end - panel->y : 0;
}

bool
panel_begin_line(struct panel *panel)
{
	if (panel->counting)
		panel->y++;
	return !panel->counting && panel_room(panel) > 0;
}

void
panel_end_line(struct panel *panel)
{
	if (panel->dim)
		canvas_attribute(panel->canvas, panel->y, 0, canvas_width(panel->canvas),
			CELL_DIM);
	panel->y++;
}

unsigned
panel_text_width(unsigned width, bool has_label)
{
	unsigned x = has_label ? TEXT_X : LABEL_X;

	return width > x + 1 ? width - x - 1 : 0;
}

size_t
panel_line_length(struct span text, unsigned cells)
{
	size_t at = 0, last_space = 0, last_gap = 0, width = 0;

	while (at < text.len) {
		struct span rest = { text.at + at, text.len - at };
		uint32_t cp;
		size_t bytes = utf8_decode(rest, &cp);

		width += safe_width((struct span){ rest.at, bytes });
		if (width > cells && last_gap > 0)
			return last_gap;
		if (width > cells)
			return last_space > 0 ? last_space : (at > 0 ? at : bytes);
		if (cp == ' ')
			last_space = at;
		if (rest.len > 2 && memcmp(rest.at, "   ", 3) == 0)
			last_gap = at;
		at += bytes;
	}
	return text.len;
}

/* May this text go on below, after so many lines of it? */
static bool
takes_another_line(struct panel *panel, unsigned lines, unsigned assured)
{
	if (lines < assured)
		return panel->counting || panel_room(panel) > 1;
	if (panel->spare == 0)
		return false;
	panel->spare--;
	return true;
}

static void
put_text(struct panel *panel, const char *label, enum style style, struct span text,
	unsigned assured)
{
	unsigned x = label != NULL ? TEXT_X : LABEL_X;
	unsigned room = panel_text_width(canvas_width(panel->canvas), label != NULL);

	for (unsigned lines = 1; text.len > 0 || lines == 1; lines++) {
		size_t length = panel_line_length(text, room);

		/* The last line keeps what is left and is cut where the cut shows. */
		if (length < text.len && !takes_another_line(panel, lines, assured))
			length = text.len;
		if (panel_begin_line(panel)) {
			if (label != NULL && lines == 1)
				canvas_text(panel->canvas, panel->y, LABEL_X,
					TEXT_X - LABEL_X - 1, STYLE_LABEL,
					span_of(label));
			canvas_text(panel->canvas, panel->y, x, room, style,
				(struct span){ text.at, length });
			panel_end_line(panel);
		}
		text = span_trim((struct span){ text.at + length, text.len - length });
	}
}

void
panel_field(struct panel *panel, const char *label, struct span text)
{
	put_text(panel, label, STYLE_PLAIN, text, 1);
}

void
panel_line(struct panel *panel, enum style style, struct span text)
{
	put_text(panel, NULL, style, text, 1);
}

void
panel_paragraph(struct panel *panel, const char *label, struct span text, unsigned lines)
{
	put_text(panel, label, STYLE_PLAIN, text, lines);
}

void
panel_add_cell(struct str *out, const struct frame *frame, enum column_list list,
	const char *column, const void *row)
{
	const struct column_context context = {
		.now = frame->age_now,
		.zone = panel_zone(frame),
		.times = frame->times == TIMES_RELATIVE ? TIMES_UTC : frame->times,
		.ascii = frame->ascii,
	};

	column_find(list, column)->text(out, row, &context);
}

const struct zone *
panel_zone(const struct frame *frame)
{
	return frame->times == TIMES_LOCAL ? frame->zone : NULL;
}

const struct why *
panel_words(const struct frame *frame, const struct why *why)
{
	return frame->times == TIMES_LOCAL && why->local != NULL ? why->local : why;
}

void
panel_add_since(struct str *out, const struct frame *frame, const struct board_job *job)
{
	why_add_since(out, job->state, job->finding, job->since, job->state_since,
		frame->age_now, panel_zone(frame), frame->ascii);
}

void
panel_add_ago(struct str *out, const struct frame *frame, int64_t at)
{
	int64_t age = frame->age_now - at;

	if (at == TIME_NONE) {
		str_add_char(out, '?');
		return;
	}
	if (age < 0)
		str_add(out, "in ");
	duration_add(out, age < 0 ? -age : age);
	if (age >= 0)
		str_add(out, " ago");
}
