/* SPDX-License-Identifier: MIT */
#include "tui/parts_pen.h"

#include <stdarg.h>

#include "base/utf8.h"

unsigned
pen_room(const struct parts_pen *pen)
{
	return pen->end > pen->x ? pen->end - pen->x : 0;
}

void
pen_span(struct parts_pen *pen, enum style style, struct span text)
{
	pen->x += canvas_text(pen->canvas, pen->y, pen->x, pen_room(pen), style, text);
}

void
pen_text(struct parts_pen *pen, enum style style, const char *text)
{
	pen_span(pen, style, span_of(text));
}

void
pen_text_within(struct parts_pen *pen, enum style style, const char *text, unsigned cells)
{
	unsigned end = pen->end;

	if (pen_room(pen) > cells)
		pen->end = pen->x + cells;
	pen_text(pen, style, text);
	pen->end = end;
}

void
pen_textf(struct parts_pen *pen, enum style style, const char *format, ...)
{
	struct str text = { 0 };
	va_list args;

	va_start(args, format);
	str_addv(&text, format, args);
	va_end(args);
	pen_span(pen, style, str_span(&text));
	str_free(&text);
}

void
pen_right(struct parts_pen *pen, enum style style, const char *text, unsigned space)
{
	unsigned width = (unsigned)safe_width(span_of(text));

	if (width == 0 || width > pen_room(pen))
		return;
	canvas_text(pen->canvas, pen->y, pen->end - width, width, style, span_of(text));
	pen->end -= width;
	pen->end -= pen->end > pen->x + space ? space : pen->end - pen->x;
}
