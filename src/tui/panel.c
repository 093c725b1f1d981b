/* SPDX-License-Identifier: MIT */
#include "tui/panel.h"

#include "base/utf8.h"
#include "tui/list.h"
#include "tui/view_parts.h"

#define LABEL_X	     1
#define TEXT_X	     11
#define TALL_SCREEN  30
#define SHORT_SCREEN 20

struct panel_split
panel_split(unsigned width, unsigned height, unsigned top, size_t rows,
	unsigned lines_tall, unsigned lines_short)
{
	struct panel_split split = { .end = parts_body(height) };
	unsigned lines = height >= TALL_SCREEN ? lines_tall : lines_short;
	unsigned titles = width >= LIST_TITLES_WIDTH ? 1 : 0;
	unsigned room = split.end > top ? split.end - top : 0;

	if (height < SHORT_SCREEN || room < lines + 4) {
		split.list_height = room;
		return split;
	}
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

unsigned
panel_room(const struct panel *panel)
{
	return panel->y < panel->end ? panel->end - panel->y : 0;
}

bool
panel_has_room(const struct panel *panel)
{
	return panel_room(panel) > 0;
}

static void
finish_line(struct panel *panel)
{
	if (panel->dim)
		canvas_attribute(panel->canvas, panel->y, 0, canvas_width(panel->canvas),
			CELL_DIM);
	panel->y++;
}

static unsigned
draw_label(struct panel *panel, const char *label)
{
	if (label == NULL)
		return LABEL_X;
	canvas_text(panel->canvas, panel->y, LABEL_X, TEXT_X - LABEL_X - 1, STYLE_LABEL,
		span_of(label));
	return TEXT_X;
}

static unsigned
room_from(const struct panel *panel, unsigned x)
{
	unsigned width = canvas_width(panel->canvas);

	return width > x + 1 ? width - x - 1 : 0;
}

void
panel_field(struct panel *panel, const char *label, struct span text)
{
	unsigned x;

	if (!panel_has_room(panel))
		return;
	x = draw_label(panel, label);
	canvas_text(panel->canvas, panel->y, x, room_from(panel, x), STYLE_PLAIN, text);
	finish_line(panel);
}

void
panel_line(struct panel *panel, enum style style, struct span text)
{
	if (!panel_has_room(panel))
		return;
	canvas_text(
		panel->canvas, panel->y, LABEL_X, room_from(panel, LABEL_X), style, text);
	finish_line(panel);
}

size_t
panel_line_length(struct span text, unsigned cells)
{
	size_t at = 0, last_space = 0, width = 0;

	while (at < text.len) {
		uint32_t cp;
		size_t bytes =
			utf8_decode((struct span){ text.at + at, text.len - at }, &cp);
		struct span one = { text.at + at, bytes };

		width += safe_width(one);
		if (width > cells)
			return last_space > 0 ? last_space : (at > 0 ? at : bytes);
		if (cp == ' ')
			last_space = at;
		at += bytes;
	}
	return text.len;
}

void
panel_paragraph(struct panel *panel, const char *label, struct span text, unsigned max)
{
	unsigned x = panel_has_room(panel) ? draw_label(panel, label) : 0;

	for (unsigned line = 0; text.len > 0 && line < max && panel_has_room(panel);
		line++) {
		unsigned room = room_from(panel, x);
		size_t length = panel_line_length(text, room);
		/* The last line keeps what is left and is cut where the cut shows. */
		bool last = line + 1 == max || panel_room(panel) == 1;
		struct span part = { text.at, last ? text.len : length };

		canvas_text(panel->canvas, panel->y, x, room, STYLE_PLAIN, part);
		finish_line(panel);
		if (last)
			break;
		text = span_trim((struct span){ text.at + length, text.len - length });
	}
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
