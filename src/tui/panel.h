/* SPDX-License-Identifier: MIT
 * The panel under a list: a rule with a title and lines of "label  text" below it. */
#ifndef TUI_PANEL_H
#define TUI_PANEL_H

#include "model/column.h"
#include "tui/view.h"

/* A panel that is being filled from the top; lines that find no room are left out. */
struct panel {
	struct canvas *canvas;
	const struct frame *frame;
	unsigned y, end; /* the next line, and the first that is not the panel's */
	bool dim;	 /* what it shows is not live */
};

/* How a screen is shared between a list and the panel below it. */
struct panel_split {
	unsigned list_height; /* with its titles */
	unsigned panel;	      /* line of the rule; 0: there is no panel */
	unsigned end;	      /* first line behind the panel */
};

/*
 * top: the first line of the list. rows: how many it could show. lines: how many the
 * panel wants below its rule, on screens of 30 lines and more, and of 20 to 29; smaller
 * ones have no panel.
 */
struct panel_split panel_split(unsigned width, unsigned height, unsigned top, size_t rows,
	unsigned lines_tall, unsigned lines_short);

/* Draws the rule and starts below it. */
struct panel panel_start(struct canvas *canvas, const struct frame *frame,
	const struct panel_split *split, struct span title, struct span note);

/* True while there is a free line. */
bool panel_has_room(const struct panel *panel);
unsigned panel_room(const struct panel *panel);

/* One line: label from cell 1 (none: no label), text from cell 11. */
void panel_field(struct panel *panel, const char *label, struct span text);

/* One line without a label, in a style. */
void panel_line(struct panel *panel, enum style style, struct span text);

/* The same over as many lines as it needs, at most max, broken at spaces; the lines that
 * follow the first begin below its text. */
void
panel_paragraph(struct panel *panel, const char *label, struct span text, unsigned max);

/* How many bytes of the text go on a line of this many cells: up to the last space that
 * leaves no more than fits, or all that fits where there is none. */
size_t panel_line_length(struct span text, unsigned cells);

/* Appends the text of a column for a row, in its longest form. */
void panel_add_cell(struct str *out, const struct frame *frame, enum column_list list,
	const char *column, const void *row);

/* The zone of the times on the screen; NULL: UTC. */
const struct zone *panel_zone(const struct frame *frame);

/* The words for a verdict, with clock times of the zone on the screen. */
const struct why *panel_words(const struct frame *frame, const struct why *why);

/* "12s ago", "in 4m12s" for the future, "?" when not known. */
void panel_add_ago(struct str *out, const struct frame *frame, int64_t at);

#endif
