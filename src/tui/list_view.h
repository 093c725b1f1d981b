/* SPDX-License-Identifier: MIT
 * What the screens that are a list have in common. */
#ifndef TUI_LIST_VIEW_H
#define TUI_LIST_VIEW_H

#include "tui/list.h"
#include "tui/panel.h"

/* The state of such a view begins with this, and the functions take that state. */
struct list_view {
	struct list *list;
	struct panel_split split; /* the list and the panel below it, since the update */
};

/* For struct view_ops. */
void list_view_close(void *state);
const char *list_view_filter(const void *state);
int list_view_set_filter(void *state, const char *text, struct err *err);
void list_view_meant(const void *state, view_meant_fn *meant, void *arg);
void list_view_shown(const void *state, size_t *shown, size_t *total);

#endif
