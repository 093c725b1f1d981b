/* SPDX-License-Identifier: MIT
 * A place on one line that moves right as text is drawn, up to an end that moves left. */
#ifndef TUI_PARTS_PEN_H
#define TUI_PARTS_PEN_H

#include "tui/canvas.h"

struct parts_pen {
	struct canvas *canvas;
	unsigned y, x, end;
};

/* Cells that are left. */
unsigned pen_room(const struct parts_pen *pen);
void pen_span(struct parts_pen *pen, enum style style, struct span text);
void pen_text(struct parts_pen *pen, enum style style, const char *text);
/* At most so many cells of it; a cut shows. */
void pen_text_within(
	struct parts_pen *pen, enum style style, const char *text, unsigned cells);
void pen_textf(struct parts_pen *pen, enum style style, const char *format, ...)
	__attribute__((format(printf, 3, 4)));
/* Draws at the end, and moves the end to `space` cells before it. What finds no room is
 * left out. */
void pen_right(struct parts_pen *pen, enum style style, const char *text, unsigned space);

#endif
