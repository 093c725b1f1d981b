/* SPDX-License-Identifier: MIT
 * The one list widget: cursor, marks, scrolling, filter, sort, columns. Rows are
 * identified by their key, never by their place. */
#ifndef TUI_LIST_H
#define TUI_LIST_H

#include "model/column.h"
#include "model/listing.h"
#include "tui/view.h"

struct list;

/* A list over the columns of one kind. list_free() it. */
struct list *list_new(enum column_list kind);
void list_free(struct list *list);

/*
 * Takes the rows of these boards (COLUMNS_PARTITIONS: of one store and job), filtered and
 * sorted, for a screen of this width and for height lines with the column titles. The
 * cursor stays on the identity it is on (follow) or on its line; when its row is gone it
 * stays on the line; before the first key it is on the first row. Rows stay in their
 * order while frame->hold is set or a row is marked. The rows are taken only when the
 * frame's generation changed or an action asks for it.
 */
void list_update(struct list *list, const struct frame *frame, const char *store,
	struct span job, unsigned width, unsigned height);

/* Column titles at y and rows below, height lines in all (as in list_update()). A screen
 * of less than LIST_TITLES_WIDTH cells has no titles. Where there are no rows it is said
 * why; nothing: that there are none to show, or NULL. */
#define LIST_TITLES_WIDTH 60
void list_draw(const struct list *list, const struct frame *frame, struct canvas *canvas,
	unsigned y, unsigned height, const char *nothing);

/* Movement, marks, sort, problems only, next problem: all that has one meaning in every
 * list. VIEW_IGNORED for the rest. */
enum view_answer list_act(struct list *list, struct app *app, enum action action);

/* The row under the cursor, borrowed until the next update; NULL when the list is empty.
 */
const void *list_selected(const struct list *list);
size_t list_position(const struct list *list); /* 1-based, 0: empty */
size_t list_count(const struct list *list);
size_t list_total(const struct list *list);
size_t list_marked(const struct list *list);
/* First and last row on the screen, 1-based; 0: empty. */
void list_window(const struct list *list, size_t *first, size_t *last);
/* "state, age v" for the third line. */
void list_order_text(const struct list *list, struct str *out);

/* The text of the filter. A text that is not understood (ERR_USAGE) leaves it as it was.
 */
const char *list_filter(const struct list *list);
int list_set_filter(struct list *list, const char *text, struct err *err);
bool list_problems_only(const struct list *list);

/* Calls it for each marked row, else for the one under the cursor. */
void list_meant(const struct list *list, view_meant_fn *meant, void *arg);

/* Puts the cursor on this row, if it is there after the next update. */
void
list_select(struct list *list, const char *store, struct span job, struct span partition);

#endif
