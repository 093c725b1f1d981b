/* SPDX-License-Identifier: MIT */
#include <string.h>

#include "base/utf8.h"
#include "model/number.h"
#include "tui/list_state.h"

static void
draw_aligned(struct canvas *canvas, unsigned y, unsigned x, unsigned width,
	enum column_align align, enum style style, struct span text)
{
	if (align == COLUMN_RIGHT)
		canvas_text_right(canvas, y, x, width, style, text);
	else
		canvas_text(canvas, y, x, width, style, text);
}

static void
draw_title(const struct list *list, struct canvas *canvas, unsigned y, unsigned x,
	size_t place, const struct column *column)
{
	const char *title = list->places[place].title;
	bool chosen = column == list->order.column;
	bool sorted = chosen ||
		      (list->order.column == NULL && strcmp(column->name, "state") == 0);
	struct str text = { 0 };

	str_add(&text, title != NULL ? title : column->title);
	/* The order at the start is told by the third line. */
	if (chosen && safe_width(str_span(&text)) < list->widths[place])
		str_add_char(&text, list->order.inverted ? '^' : 'v');
	draw_aligned(canvas, y, x, list->widths[place], column->align,
		sorted ? STYLE_HEADER_SORT : STYLE_HEADER, str_span(&text));
	str_free(&text);
}

static enum style
cell_style(const struct list *list, const char *column, const void *row)
{
	if (strcmp(column, "state") == 0)
		return row_state_style(list->kind, row);
	if (strcmp(column, "trend") == 0)
		return STYLE_SPARK;
	if (strcmp(column, "value") == 0 && row_moved(list->kind, row))
		return STYLE_CHANGED;
	return STYLE_PLAIN;
}

static void
draw_row(const struct list *list, struct canvas *canvas, unsigned y, size_t index,
	struct column_context *context)
{
	const void *row = list->listing.rows[index];
	bool selected = index == list->cursor, marked = list_is_marked(list, row);
	unsigned gap = list->layout.count > 0 ? list->places[0].gap : 0;
	struct str text = { 0 };
	unsigned x = 0, attributes;

	for (size_t i = 0; i < list->layout.count; i++) {
		const struct column_place *place = &list->places[i];
		const struct column *column = column_find(list->kind, place->name);

		x += place->gap;
		context->width = list->widths[i];
		str_clear(&text);
		column->text(&text, row, context);
		draw_aligned(canvas, y, x, list->widths[i], column->align,
			cell_style(list, place->name, row), str_span(&text));
		x += list->widths[i];
	}
	str_free(&text);
	if (selected && gap > 0)
		canvas_text(canvas, y, 0, 1, STYLE_PLAIN, SPAN(">"));
	if (marked && gap > selected)
		canvas_text(canvas, y, gap > 1, 1, STYLE_PLAIN, SPAN("*"));
	attributes = (selected ? CELL_SELECTED : 0u) | (marked ? CELL_MARKED : 0u) |
		     (row_is_old(list->kind, row) ? CELL_DIM : 0u);
	canvas_attribute(canvas, y, 0, list->width, attributes);
}

static const char *
why_nothing_matches(const struct list *list)
{
	if (!list->order.problems_only)
		return "nothing matches (Esc clears the filter)";
	return list->filter == NULL ? "no problems (! shows all)"
				    : "no problems among what matches (! shows all)";
}

/* False: everything was read. */
static bool
draw_reading(const struct list *list, const struct frame *frame, struct canvas *canvas,
	unsigned y)
{
	size_t waiting = 0, rows = 0;
	struct str text = { 0 };

	for (size_t i = 0; i < frame->board_count; i++) {
		const struct board_store *store = &frame->boards[i]->store;

		waiting += !store->opened;
		rows += store->opened ? 0 : store->rows_read;
	}
	if (waiting == 0)
		return false;
	str_addf(&text, "reading %zu store%s", waiting, waiting == 1 ? "" : "s");
	if (rows > 0) {
		str_add(&text, ", ");
		number_add_grouped(&text, (int64_t)rows);
		str_add(&text, " checkpoints so far");
	}
	str_add(&text, " ...");
	canvas_text(canvas, y, 1, list->width, STYLE_PLAIN, str_span(&text));
	str_free(&text);
	return true;
}

/* Said instead of rows, so that an empty screen is never taken for a good one. */
static void
draw_why_empty(const struct list *list, const struct frame *frame, struct canvas *canvas,
	unsigned y, const char *nothing)
{
	const char *why =
		nothing != NULL ? nothing : "the stores hold no checkpoints yet";
	enum style style = STYLE_PLAIN;

	if (draw_reading(list, frame, canvas, y))
		return;
	if (frame->board_count == 0) {
		why = "no stores";
	} else if (list->listing.total > 0) {
		why = why_nothing_matches(list);
	} else if (frame->counts.stores_down > 0) {
		why = "nothing could be read: S shows the stores and why";
		style = STYLE_ERROR;
	} else if (nothing == NULL && frame->counts.dormant > 0) {
		why = "all jobs are dormant (not saved for 7 days): / with state:dormant "
		      "shows them";
	}
	canvas_text(canvas, y, 1, list->width, style, span_of(why));
}

void
list_draw(const struct list *list, const struct frame *frame, struct canvas *canvas,
	unsigned y, unsigned height, const char *nothing)
{
	struct column_context context = list_context(list, frame);
	unsigned line = 0, x = 0;

	if (list->width >= LIST_TITLES_WIDTH && height > 0) {
		for (size_t i = 0; i < list->layout.count; i++) {
			x += list->places[i].gap;
			draw_title(list, canvas, y, x, i,
				column_find(list->kind, list->places[i].name));
			x += list->widths[i];
		}
		line++;
	}
	if (list->listing.count == 0 && line < height)
		draw_why_empty(list, frame, canvas, y + line, nothing);
	for (size_t i = list->top; i < list->listing.count && line < height; i++, line++)
		draw_row(list, canvas, y + line, i, &context);
}
