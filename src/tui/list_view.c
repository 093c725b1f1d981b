/* SPDX-License-Identifier: MIT */
#include "tui/list_view.h"

void
list_view_close(void *state)
{
	list_free(((struct list_view *)state)->list);
}

const char *
list_view_filter(const void *state)
{
	return list_filter(((const struct list_view *)state)->list);
}

int
list_view_set_filter(void *state, const char *text, struct err *err)
{
	return list_set_filter(((struct list_view *)state)->list, text, err);
}

void
list_view_meant(const void *state, view_meant_fn *meant, void *arg)
{
	list_meant(((const struct list_view *)state)->list, meant, arg);
}

void
list_view_shown(const void *state, size_t *shown, size_t *total)
{
	const struct list *list = ((const struct list_view *)state)->list;

	*shown = list_count(list);
	*total = list_total(list);
}
