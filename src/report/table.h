/* SPDX-License-Identifier: MIT
 * A table for people: columns as wide as their content, cut to a width where they must
 * be. */
#ifndef REPORT_TABLE_H
#define REPORT_TABLE_H

#include <stdbool.h>
#include <stddef.h>

#include "base/str.h"

struct table_column {
	const char *title;
	bool right;	/* numbers and times */
	unsigned least; /* it may be cut to so many cells; 0: never */
};

struct table {
	const struct table_column *columns;
	size_t column_count;
	const void *const *rows;
	size_t row_count;
	/* Appends the raw text of a cell (0: no limit, else it may take a shorter form).
	 */
	void (*cell)(void *arg, const void *row, size_t column, unsigned width,
		struct str *out);
	/* The SGR parameters for a cell ("1;31"), or NULL. NULL: no colours at all. */
	const char *(*colour)(void *arg, const void *row, size_t column);
	void *arg;
	unsigned width; /* cells of a line, 0: no limit */
	unsigned most; /* cells of a column that may be cut and pads what is behind it, 0:
			  no limit; so that one long text does not widen every row */
	bool ascii;    /* nothing above 0x7e is shown: '?' instead */
};

#define TABLE_COLUMNS 16

struct table_widths {
	unsigned cells[TABLE_COLUMNS];
};

/* Looks at all rows. */
void table_measure(const struct table *table, struct table_widths *widths);

/* Append the line of titles, and one row, with LF. All text passes safe_text(); what is
 * cut ends in '~'. Columns are two cells apart; nothing stands behind the last text. */
void table_titles(
	struct str *out, const struct table *table, const struct table_widths *widths);
void table_row(struct str *out, const struct table *table,
	const struct table_widths *widths, const void *row);

/* Appends foreign text for a person: through safe_text(), and in ASCII where it must be.
 */
void table_text(struct str *out, struct span text, bool ascii);

#endif
