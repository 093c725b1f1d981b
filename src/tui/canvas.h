/* SPDX-License-Identifier: MIT
 * A screen in memory. Views draw here and nowhere else; term.c shows it, tests print it.
 *
 * This is where text of a store becomes visible: everything drawn passes safe_text(), is
 * cut to its place by cell width, and cannot leave it. */
#ifndef TUI_CANVAS_H
#define TUI_CANVAS_H

#include <stdbool.h>
#include <stdint.h>

#include "base/str.h"
#include "tui/style.h"

/* One cell. A wide character has its text in the first cell and an empty second one. */
struct cell {
	char glyph[20];	   /* UTF-8, NUL-terminated, a base character and its marks */
	uint8_t width;	   /* 1 or 2; 0: the second half of a wide one */
	uint8_t style;	   /* enum style */
	uint8_t attribute; /* enum cell_attribute, on top of the style */
};

enum cell_attribute {
	CELL_SELECTED = 1 << 0,
	CELL_MARKED = 1 << 1,
	CELL_DIM = 1 << 2, /* not live: the store is not reachable, or a key is off */
	CELL_UNDERLINE = 1 << 3,
};

struct canvas;

struct canvas *canvas_new(unsigned width, unsigned height, bool ascii);
void canvas_free(struct canvas *canvas);

/* Blanks everything and takes a new size. */
void canvas_resize(struct canvas *canvas, unsigned width, unsigned height);
void canvas_clear(struct canvas *canvas);
/* Makes one canvas like the other, size included. */
void canvas_copy(struct canvas *to, const struct canvas *from);
/* True when both show the same, cursor included. */
bool canvas_equal(const struct canvas *a, const struct canvas *b);
bool cell_equal(const struct cell *a, const struct cell *b);

unsigned canvas_width(const struct canvas *canvas);
unsigned canvas_height(const struct canvas *canvas);
bool canvas_is_ascii(const struct canvas *canvas);
const struct cell *canvas_cell(const struct canvas *canvas, unsigned y, unsigned x);

/*
 * Draws text at a place, at most max cells (and never beyond the right edge); what does
 * not fit is cut with '~'. In an ASCII canvas a character above 0x7e becomes '?' in as
 * many cells as it takes. Outside the canvas nothing happens. Returns the cells used.
 */
unsigned canvas_text(struct canvas *canvas, unsigned y, unsigned x, unsigned max,
	enum style style, struct span text);

/* The same, from the right: the text ends before x + width. */
unsigned canvas_text_right(struct canvas *canvas, unsigned y, unsigned x, unsigned width,
	enum style style, struct span text);

unsigned canvas_printf(struct canvas *canvas, unsigned y, unsigned x, unsigned max,
	enum style style, const char *format, ...) __attribute__((format(printf, 6, 7)));

/* The same glyph of one cell in count cells from x. */
void canvas_fill(struct canvas *canvas, unsigned y, unsigned x, unsigned count,
	enum style style, const char *glyph);

/* The glyph of a horizontal line: "-" or U+2500. */
const char *canvas_line(const struct canvas *canvas);

/* A horizontal rule of '-' or U+2500, with a title and a right-hand note set into it:
 * "-- orders-daily ------ 1 of 43 --". Either may be none. */
void canvas_rule(struct canvas *canvas, unsigned y, struct span title, struct span note);

/* Adds attributes to count cells from x. Text drawn there later has none of them. */
void canvas_attribute(struct canvas *canvas, unsigned y, unsigned x, unsigned count,
	unsigned attributes);

/* The canvas as lines of plain text without trailing blanks: for -b, tests and reports.
 */
void canvas_print(const struct canvas *canvas, struct str *out);

/* The same with the style of every stretch in front of it, for tests of styles:
 * "{state.crit}". */
void canvas_print_styles(const struct canvas *canvas, struct str *out);

/* Where the terminal's cursor shall be shown (a text field), or hidden. */
void canvas_cursor(struct canvas *canvas, unsigned y, unsigned x);
bool canvas_cursor_at(const struct canvas *canvas, unsigned *y, unsigned *x);

#endif
