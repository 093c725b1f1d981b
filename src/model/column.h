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
	const struct zone *zone; /* of the times on the screen */
	enum column_times times;
	bool ascii;	/* no character above 0x7e */
	unsigned width; /* cells there are; the text may choose a shorter form */
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
	/* Order, the more urgent first; NULL: not sortable. */
	int (*compare)(
		const void *a, const void *b, const struct column_context *context);
};

/* All columns of a list. */
const struct column *column_table(enum column_list list, size_t *count);

/* By name (of this list), or NULL. */
const struct column *column_find(enum column_list list, const char *name);

/* One column in one layout of a list. gap: cells before it. width 0: the rest of the
 * line. */
struct column_place {
	const char *name;
	unsigned width;
	unsigned gap;
	const char *title; /* NULL: the column's own */
};

struct column_layout {
	enum column_list list;
	unsigned min_width; /* of the screen */
	const struct column_place *places;
	size_t count;
};

/* The widest layout of the list that fits a screen of this many cells. */
const struct column_layout *column_layout(enum column_list list, unsigned screen_width);

/* Numbers as lists show them: 310, 2.1k, 88.1k, 631k, 2.03M (at most 5 cells). */
void number_add_short(struct str *out, int64_t number);
/* With thousands commas: 88,412,007. */
void number_add_grouped(struct str *out, int64_t number);

#endif
