/* SPDX-License-Identifier: MIT
 * Every column of every list, once: title, text, order, name in JSON and CSV, help. The
 * screens and `ckptop list` take them from here. */
#ifndef MODEL_COLUMN_H
#define MODEL_COLUMN_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/clock.h"
#include "base/str.h"
#include "model/number.h"

enum column_list {
	COLUMNS_JOBS,	    /* rows are struct board_job */
	COLUMNS_PARTITIONS, /* rows are struct board_row */
	COLUMNS_STORES,	    /* rows are struct board (its store) */
	COLUMN_LISTS
};

enum column_times { TIMES_UTC, TIMES_LOCAL, TIMES_RELATIVE };

/* What the text of a cell depends on besides the row. */
struct column_context {
	int64_t now;
	const struct zone *zone; /* for TIMES_LOCAL; NULL: UTC */
	enum column_times times;
	bool ascii;	/* no character above 0x7e (but for bytes of a store) */
	unsigned width; /* cells there are, 0: no limit; the text takes the longest form
			   that fits, and may be longer where even the shortest does not
			 */
};

enum column_align { COLUMN_LEFT, COLUMN_RIGHT };

struct column {
	enum column_list list;
	const char *name;  /* in options, JSON, CSV and the manual: "lag" */
	const char *title; /* over the column: "LAG" */
	const char *help;  /* one line of the manual */
	enum column_align align;
	/* Appends the text of a cell. Bytes of a store in it are raw. */
	void (*text)(
		struct str *out, const void *row, const struct column_context *context);
	/* Order of two rows that have a value, the more urgent first; NULL: not sortable.
	 */
	int (*compare)(const void *a, const void *b);
	/* Whether a row has a value to sort by; those without come last, also in a list
	 * that is turned round. NULL: all have. */
	bool (*known)(const void *row);
};

/* All columns of a list. */
const struct column *column_table(enum column_list list, size_t *count);

/* By name (of this list), or NULL. */
const struct column *column_find(enum column_list list, const char *name);

/* One column in one layout of a list. */
struct column_place {
	const char *name;
	unsigned gap;	   /* cells before it; of the first: from the edge, where the
			      cursor and the mark stand */
	unsigned width;	   /* 0: what the others leave (at most one place of a layout) */
	unsigned grow;	   /* it may grow up to this width for longer texts; 0: never */
	const char *title; /* NULL: the column's own */
};

struct column_layout {
	enum column_list list;
	unsigned min_width; /* of the screen */
	const struct column_place *places;
	size_t count;
	unsigned keep; /* cells that growing leaves to the place of width 0 */
};

#define COLUMN_PLACES 20 /* no layout has more */

/* The widest layout of the list that fits a screen of this many cells. */
const struct column_layout *column_layout(enum column_list list, unsigned screen_width);

/* The width of every place on a screen of this many cells. Names that are longer than
 * their place let it grow, from left to right, as far as there is room; rows are the
 * rows of the list (only the first thousands are looked at). */
void column_widths(unsigned widths[COLUMN_PLACES], const struct column_layout *layout,
	unsigned screen_width, const void *const *rows, size_t row_count,
	const struct column_context *context);

#endif
