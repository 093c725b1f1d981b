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
	unsigned spare;	 /* lines that long texts may take beyond one each */
	bool counting;	 /* nothing is drawn, only y goes on */
	bool dim;	 /* what it shows is not live */
};

/* Draws lines of a panel for what it is given. */
typedef void panel_drawer(struct panel *panel, const void *what);

/* How a screen is shared between a list and the panel below it. */
struct panel_split {
	unsigned list_height; /* with its titles */
	unsigned panel;	      /* line of the rule; 0: there is no panel */
	unsigned end;	      /* first line behind the panel */
};

/*
 * top: the first line of the list. rows: how many it could show. lines: how many the
 * panel wants below its rule, on screens of 30 lines and more, and of 20 to 29. Where the
 * list would not keep three it gets the next fewer, and eight at least. Smaller screens
 * have no panel.
 */
struct panel_split panel_split(unsigned width, unsigned height, unsigned top, size_t rows,
	unsigned lines_tall, unsigned lines_short);

/* Draws the rule and starts below it. */
struct panel panel_start(struct canvas *canvas, const struct frame *frame,
	const struct panel_split *split, struct span title, struct span note);

/* Has this drawn twice: first to count its lines, then to draw them, where texts that are
 * too long for their lines share those that are left over. */
void panel_draw(struct panel *panel, panel_drawer *draw, const void *what);

/* Lines that are free. */
unsigned panel_room(const struct panel *panel);

/* True when the next line is to be drawn at y; who draws it calls panel_end_line(). */
bool panel_begin_line(struct panel *panel);
void panel_end_line(struct panel *panel);

/* A label from cell 1 (NULL: none) and a text from cell 11 (no label: 1): one line, or
 * more while lines are spare. It is broken at spaces, and the lines that follow the first
 * begin below its text; what finds no room is cut where the cut shows. */
void panel_field(struct panel *panel, const char *label, struct span text);

/* The same without a label, in a style. */
void panel_line(struct panel *panel, enum style style, struct span text);

/* A field that takes up to so many lines also when none is spare. */
void
panel_paragraph(struct panel *panel, const char *label, struct span text, unsigned lines);

/* How many bytes of the text go on a line of this many cells: up to the last gap of three
 * spaces between its parts that leaves no more than fits, else up to the last space, or
 * all that fits where there is none. */
size_t panel_line_length(struct span text, unsigned cells);
/* The cells of a text that has a label, or none. */
unsigned panel_text_width(unsigned width, bool has_label);

/* Appends the text of a column for a row, in its longest form. */
void panel_add_cell(struct str *out, const struct frame *frame, enum column_list list,
	const char *column, const void *row);

/* The zone of the times on the screen; NULL: UTC. */
const struct zone *panel_zone(const struct frame *frame);

/* The words for a verdict, with clock times of the zone on the screen. */
const struct why *panel_words(const struct frame *frame, const struct why *why);

/* "CRIT since 02:14:02 (53m39s)": what stands before the words for a job. */
void
panel_add_since(struct str *out, const struct frame *frame, const struct board_job *job);

/* "12s ago", "in 4m12s" for the future, "?" when not known. */
void panel_add_ago(struct str *out, const struct frame *frame, int64_t at);

#endif
