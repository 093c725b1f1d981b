/* SPDX-License-Identifier: MIT
 * The lines of the audit screen: what nobody explains first, then what is recorded, the
 * checkpoints of one operation as one line. */
#ifndef TUI_AUDIT_LINES_H
#define TUI_AUDIT_LINES_H

#include "base/arena.h"
#include "poll/ledger.h"
#include "tui/view.h"

/* One line. The texts live as long as the lines, entries and boards as long as theirs. */
struct audit_line {
	const struct audit_entry *entries; /* NULL: nobody recorded it */
	size_t count;			   /* of the checkpoints that it sums up */
	const struct board_row *row;	   /* of what nobody recorded */
	int64_t at;
	bool at_least; /* or before */
	bool is_sum;   /* old and new are those of all together */
	struct span op, who, what, store, job, partition, old_value, new_value, change,
		reason; /* as they are shown; none: nothing */
};

struct audit_lines {
	struct arena *arena;
	struct audit_line *lines;
	size_t count;
	size_t total; /* before filter and job */
	size_t unexplained;
};

/* Makes them anew from frame->ledger (NULL: there is none yet) and the boards. All words
 * of the filter must occur in a line; job (none: all) is the only one. */
void audit_lines_take(struct audit_lines *lines, const struct frame *frame,
	struct span filter, struct span job);
void audit_lines_free(struct audit_lines *lines);

/* Appends a value as the screen shows it: numbers in groups, "(none)" where there is no
 * checkpoint. */
void audit_add_value(struct str *out, bool exists, struct span value);
/* The same of an entry, before it or after it; "(unreadable)". */
void audit_add_side(struct str *out, const struct audit_entry *entry, bool after);
/* Appends "-100,000" or "+1d", "?" where the two cannot be subtracted. brief: as in a
 * column. */
void audit_add_change(struct str *out, struct span from, struct span to, bool brief);

/* audit_columns.c: the titles, and a line below them. */
void audit_draw_titles(struct canvas *canvas, unsigned y);
void audit_draw_line(const struct audit_line *line, const struct frame *frame,
	struct canvas *canvas, unsigned y);

#endif
