/* SPDX-License-Identifier: MIT
 * What a list knows; for the files list*.c only. */
#ifndef TUI_LIST_STATE_H
#define TUI_LIST_STATE_H

#include "tui/list.h"
#include "tui/list_rows.h"

struct list_mark {
	struct row_id id;
	void *memory;
};

struct list {
	enum column_list kind;
	struct listing listing;
	struct listing_order order;
	char *filter_text;
	struct filter *filter;

	uint64_t generation; /* of the frame the rows are from */
	bool dirty;	     /* filter, order or width changed: take the rows again */
	bool fresh_order;    /* … and do not hold the old order */
	bool choose_columns;

	unsigned width;	  /* of the screen */
	size_t page;	  /* rows that find room */
	size_t cursor;	  /* index of a row; 0 in an empty list */
	size_t top;	  /* the first row on the screen */
	bool touched;	  /* a key was pressed: the cursor belongs to somebody */
	bool wanted;	  /* `at` is where the cursor shall go, follow or not */
	struct row_id at; /* what the cursor is on */
	void *at_memory;  /* NULL: nothing yet */

	struct list_mark *marks;
	size_t mark_count;

	/* Hashes of the rows in the order that is held; NULL: none is. */
	unsigned long long *held;
	size_t held_count;

	/* The columns as they are shown now; shift: how many are scrolled away. */
	size_t shift;
	struct column_layout layout;
	struct column_place places[COLUMN_PLACES];
	unsigned widths[COLUMN_PLACES];
};

/* list_columns.c: chooses the columns for list->width and list->shift. */
void list_choose_columns(struct list *list, const struct frame *frame);
/* How far the columns can be scrolled. */
size_t list_shift_max(const struct list *list);
struct column_context list_context(const struct list *list, const struct frame *frame);

/* list_order.c: keeps rows in the order they had, and remembers it. */
void list_hold_order(struct list *list);
void list_remember_order(struct list *list);
void list_forget_order(struct list *list);

/* list.c */
void list_move_to(struct list *list, size_t row);
/* With the next update, and in the order that it gives. */
void list_take_again(struct list *list);

/* list_act.c */
void list_unmark_all(struct list *list);
bool list_is_marked(const struct list *list, const void *row);

#endif
