/* SPDX-License-Identifier: MIT */
#include "tui/canvas.h"

#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "base/utf8.h"

struct canvas {
	unsigned width, height;
	bool ascii;
	struct cell *cells;
	bool cursor_shown;
	unsigned cursor_y, cursor_x;
	struct str scratch; /* text behind the gate, kept for its memory */
};

static const struct cell blank = { .glyph = " ", .width = 1, .style = STYLE_PLAIN };

struct canvas *
canvas_new(unsigned width, unsigned height, bool ascii)
{
	struct canvas *canvas = mem_new(1, sizeof(*canvas));

	canvas->ascii = ascii;
	canvas_resize(canvas, width, height);
	return canvas;
}

void
canvas_free(struct canvas *canvas)
{
	if (canvas == NULL)
		return;
	str_free(&canvas->scratch);
	free(canvas->cells);
	free(canvas);
}

void
canvas_resize(struct canvas *canvas, unsigned width, unsigned height)
{
	canvas->width = width;
	canvas->height = height;
	free(canvas->cells);
	/* One more than needed: a canvas without cells is a canvas all the same. */
	canvas->cells = mem_new((size_t)width * height + 1, sizeof(*canvas->cells));
	canvas_clear(canvas);
}

void
canvas_clear(struct canvas *canvas)
{
	size_t count = (size_t)canvas->width * canvas->height;

	for (size_t i = 0; i < count; i++)
		canvas->cells[i] = blank;
	canvas->cursor_shown = false;
}

void
canvas_copy(struct canvas *to, const struct canvas *from)
{
	if (to->width != from->width || to->height != from->height)
		canvas_resize(to, from->width, from->height);
	memcpy(to->cells, from->cells,
		(size_t)from->width * from->height * sizeof(*from->cells));
	to->ascii = from->ascii;
	to->cursor_shown = from->cursor_shown;
	to->cursor_y = from->cursor_y;
	to->cursor_x = from->cursor_x;
}

unsigned
canvas_width(const struct canvas *canvas)
{
	return canvas->width;
}

unsigned
canvas_height(const struct canvas *canvas)
{
	return canvas->height;
}

bool
canvas_is_ascii(const struct canvas *canvas)
{
	return canvas->ascii;
}

static struct cell *
cell_at(const struct canvas *canvas, unsigned y, unsigned x)
{
	return &canvas->cells[(size_t)y * canvas->width + x];
}

const struct cell *
canvas_cell(const struct canvas *canvas, unsigned y, unsigned x)
{
	return y < canvas->height && x < canvas->width ? cell_at(canvas, y, x) : &blank;
}

bool
cell_equal(const struct cell *a, const struct cell *b)
{
	return a->width == b->width && a->style == b->style &&
	       a->attribute == b->attribute && strcmp(a->glyph, b->glyph) == 0;
}

bool
canvas_equal(const struct canvas *a, const struct canvas *b)
{
	size_t count = (size_t)a->width * a->height;

	if (a->width != b->width || a->height != b->height ||
		a->cursor_shown != b->cursor_shown)
		return false;
	if (a->cursor_shown && (a->cursor_y != b->cursor_y || a->cursor_x != b->cursor_x))
		return false;
	for (size_t i = 0; i < count; i++)
		if (!cell_equal(&a->cells[i], &b->cells[i]))
			return false;
	return true;
}

/* Blanks the other half of a wide character of which this cell is about to be lost. */
static void
spare_halves(struct canvas *canvas, unsigned y, unsigned x)
{
	struct cell *cell = cell_at(canvas, y, x);

	if (cell->width == 0 && x > 0)
		*cell_at(canvas, y, x - 1) = blank;
	if (cell->width == 2 && x + 1 < canvas->width)
		*cell_at(canvas, y, x + 1) = blank;
}

static void
set_cell(struct canvas *canvas, unsigned y, unsigned x, enum style style,
	struct span glyph, unsigned width)
{
	struct cell *cell = cell_at(canvas, y, x);

	spare_halves(canvas, y, x);
	*cell = (struct cell){ .width = (uint8_t)width, .style = (uint8_t)style };
	memcpy(cell->glyph, glyph.at, glyph.len);
	if (width == 2) {
		spare_halves(canvas, y, x + 1);
		*cell_at(canvas, y, x + 1) =
			(struct cell){ .width = 0, .style = (uint8_t)style };
	}
}

/* Puts a combining mark on the character that ends before x. */
static void
add_mark(struct canvas *canvas, unsigned y, unsigned x, struct span mark)
{
	struct cell *cell = cell_at(canvas, y, x - 1);

	if (cell->width == 0)
		cell = cell_at(canvas, y, x - 2);
	size_t len = strlen(cell->glyph);
	if (len + mark.len < sizeof(cell->glyph))
		memcpy(cell->glyph + len, mark.at, mark.len);
}

/* Places text that has passed the gate and fits. Returns the cells used. */
static unsigned
place(struct canvas *canvas, unsigned y, unsigned x, enum style style, struct span text)
{
	unsigned start = x;

	while (text.len > 0) {
		uint32_t cp;
		size_t len = utf8_decode(text, &cp);
		unsigned width = utf8_width(cp);
		struct span glyph = { text.at, len };

		if (x + width > canvas->width)
			break;
		if (canvas->ascii && cp > 0x7e) {
			for (unsigned i = 0; i < width; i++)
				set_cell(canvas, y, x + i, style, SPAN("?"), 1);
		} else if (width > 0) {
			set_cell(canvas, y, x, style, glyph, width);
		} else if (x > start) {
			add_mark(canvas, y, x, glyph);
		}
		x += width;
		text.at += len;
		text.len -= len;
	}
	return x - start;
}

static unsigned
room_at(const struct canvas *canvas, unsigned y, unsigned x, unsigned max)
{
	if (y >= canvas->height || x >= canvas->width)
		return 0;
	return max < canvas->width - x ? max : canvas->width - x;
}

unsigned
canvas_text(struct canvas *canvas, unsigned y, unsigned x, unsigned max, enum style style,
	struct span text)
{
	unsigned room = room_at(canvas, y, x, max);

	if (room == 0 || text.len == 0)
		return 0;
	str_clear(&canvas->scratch);
	safe_text_cut(&canvas->scratch, text, room);
	return place(canvas, y, x, style, str_span(&canvas->scratch));
}

unsigned
canvas_text_right(struct canvas *canvas, unsigned y, unsigned x, unsigned width,
	enum style style, struct span text)
{
	unsigned room = room_at(canvas, y, x, width);

	if (room == 0 || text.len == 0)
		return 0;
	str_clear(&canvas->scratch);
	unsigned used = (unsigned)safe_text_cut(&canvas->scratch, text, room);
	return place(canvas, y, x + room - used, style, str_span(&canvas->scratch));
}

unsigned
canvas_printf(struct canvas *canvas, unsigned y, unsigned x, unsigned max,
	enum style style, const char *format, ...)
{
	struct str text = { 0 };
	va_list args;

	va_start(args, format);
	str_addv(&text, format, args);
	va_end(args);
	unsigned used = canvas_text(canvas, y, x, max, style, str_span(&text));
	str_free(&text);
	return used;
}

void
canvas_fill(struct canvas *canvas, unsigned y, unsigned x, unsigned count,
	enum style style, const char *glyph)
{
	unsigned room = room_at(canvas, y, x, count);
	struct span span = span_of(glyph);

	for (unsigned i = 0; i < room; i++)
		place(canvas, y, x + i, style, span);
}

const char *
canvas_line(const struct canvas *canvas)
{
	return canvas->ascii ? "-" : "\u2500";
}

void
canvas_rule(struct canvas *canvas, unsigned y, struct span title, struct span note)
{
	unsigned width = canvas->width;
	unsigned note_width = (unsigned)safe_width(note), end = width;

	canvas_fill(canvas, y, 0, width, STYLE_RULE, canvas_line(canvas));
	/* The note goes first where there is no room for both. */
	if (note.len > 0 && note_width + safe_width(title) + 12 <= width) {
		end = width - 4 - note_width;
		canvas_text(canvas, y, end, 1, STYLE_RULE, SPAN(" "));
		canvas_text(canvas, y, end + 1, note_width, STYLE_RULE, note);
		canvas_text(canvas, y, width - 3, 1, STYLE_RULE, SPAN(" "));
	}
	if (title.len > 0 && end > 6) {
		canvas_text(canvas, y, 2, 1, STYLE_RULE, SPAN(" "));
		unsigned used = canvas_text(canvas, y, 3, end - 6, STYLE_RULE, title);
		canvas_text(canvas, y, 3 + used, 1, STYLE_RULE, SPAN(" "));
	}
}

void
canvas_attribute(struct canvas *canvas, unsigned y, unsigned x, unsigned count,
	unsigned attributes)
{
	unsigned room = room_at(canvas, y, x, count);

	for (unsigned i = 0; i < room; i++)
		cell_at(canvas, y, x + i)->attribute |= (uint8_t)attributes;
}

void
canvas_print(const struct canvas *canvas, struct str *out)
{
	for (unsigned y = 0; y < canvas->height; y++) {
		size_t end = out->len;
		for (unsigned x = 0; x < canvas->width; x++) {
			const struct cell *cell = cell_at(canvas, y, x);
			str_add(out, cell->glyph);
			if (strcmp(cell->glyph, " ") != 0)
				end = out->len;
		}
		str_cut(out, end);
		str_add_char(out, '\n');
	}
}

static void
add_style(struct str *out, const struct cell *cell)
{
	static const char *const names[] = { "selected", "marked", "dim", "underline" };

	str_addf(out, "{%s", style_key(cell->style));
	for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++)
		if (cell->attribute & 1u << i)
			str_addf(out, "+%s", names[i]);
	str_add_char(out, '}');
}

void
canvas_print_styles(const struct canvas *canvas, struct str *out)
{
	for (unsigned y = 0; y < canvas->height; y++) {
		const struct cell *last = &blank;
		size_t end = out->len;
		for (unsigned x = 0; x < canvas->width; x++) {
			const struct cell *cell = cell_at(canvas, y, x);
			bool change = cell->style != last->style ||
				      cell->attribute != last->attribute;
			if (change)
				add_style(out, cell);
			str_add(out, cell->glyph);
			if (cell->attribute != 0 || strcmp(cell->glyph, " ") != 0)
				end = out->len;
			last = cell;
		}
		str_cut(out, end);
		str_add_char(out, '\n');
	}
}

void
canvas_cursor(struct canvas *canvas, unsigned y, unsigned x)
{
	canvas->cursor_shown = y < canvas->height && x < canvas->width;
	canvas->cursor_y = y;
	canvas->cursor_x = x;
}

bool
canvas_cursor_at(const struct canvas *canvas, unsigned *y, unsigned *x)
{
	*y = canvas->cursor_y;
	*x = canvas->cursor_x;
	return canvas->cursor_shown;
}
