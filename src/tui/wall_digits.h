/* SPDX-License-Identifier: MIT
 * Letters five lines high, to be read across a room. */
#ifndef TUI_WALL_DIGITS_H
#define TUI_WALL_DIGITS_H

#include "tui/canvas.h"

#define WALL_LETTER_HEIGHT 5

/* The cells a text takes, with strokes of so many cells. It may have digits, blanks and
 * the letters of ALL OK NOW; others are blank. */
unsigned wall_letters_width(const char *text, unsigned stroke);

/* Draws it in solid blocks, or '#' in an ASCII canvas. */
void wall_letters_draw(struct canvas *canvas, unsigned y, unsigned x, unsigned stroke,
	enum style style, const char *text);

#endif
