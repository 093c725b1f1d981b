/* SPDX-License-Identifier: MIT */
#include "tui/list.h"

#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "tui/list_state.h"

struct list *
list_new(enum column_list kind)
{
	struct list *list = mem_new(1, sizeof(*list));

	list->kind = kind;
	list->dirty = true;
	list->filter_text = mem_copy("", 0);
	return list;
}

void
list_free(struct list *list)
{
	if (list == NULL)
		return;
	list_unmark_all(list);
	list_forget_order(list);
	listing_free(&list->listing);
	filter_free(list->filter);
	free(list->filter_text);
	free(list->at_memory);
	free(list);
}

/* --- rows --- */

static void
take_rows(
	struct list *list, const struct frame *frame, const char *store, struct span job)
{
	if (list->kind == COLUMNS_JOBS)
		listing_jobs(&list->listing, frame->boards, frame->board_count,
			list->filter, &list->order, frame->age_now);
	else if (list->kind == COLUMNS_PARTITIONS)
		listing_rows(&list->listing, frame->boards, frame->board_count,
			span_of(store), job, list->filter, &list->order, frame->age_now);
	else
		listing_stores(
			&list->listing, frame->boards, frame->board_count, &list->order);
}

static size_t
find_row(const struct list *list, const struct row_id *id)
{
	for (size_t i = 0; i < list->listing.count; i++) {
		struct row_id row = row_id_of(list->kind, list->listing.rows[i]);
		if (row_id_equal(&row, id))
			return i;
	}
	return SIZE_MAX;
}

static void
set_identity(struct list *list, const struct row_id *id)
{
	struct row_id copy;
	void *memory = row_id_copy(&copy, id);

	free(list->at_memory);
	list->at_memory = memory;
	list->at = copy;
}

/* The cursor's identity becomes that of the row it stands on. */
static void
bind_cursor(struct list *list)
{
	if (list->listing.count == 0)
		return;
	struct row_id id = row_id_of(list->kind, list->listing.rows[list->cursor]);
	if (list->at_memory == NULL || !row_id_equal(&id, &list->at))
		set_identity(list, &id);
}

static void
place_cursor(struct list *list, const struct frame *frame)
{
	size_t found = SIZE_MAX;

	if (list->touched && (frame->follow || list->wanted) && list->at_memory != NULL)
		found = find_row(list, &list->at);
	if (found != SIZE_MAX)
		list->cursor = found;
	else if (!list->touched)
		list->cursor = 0;
	if (list->cursor >= list->listing.count)
		list->cursor = list->listing.count > 0 ? list->listing.count - 1 : 0;
	list->wanted = false;
	bind_cursor(list);
}

/* Moves the window so that the cursor is in it and no line stays empty for nothing. */
static void
scroll_to_cursor(struct list *list)
{
	size_t count = list->listing.count;
	size_t last_top = count > list->page ? count - list->page : 0;

	if (list->cursor < list->top)
		list->top = list->cursor;
	else if (list->page > 0 && list->cursor - list->top >= list->page)
		list->top = list->cursor - list->page + 1;
	if (list->top > last_top)
		list->top = last_top;
}

void
list_update(struct list *list, const struct frame *frame, const char *store,
	struct span job, unsigned width, unsigned height)
{
	bool hold = frame->hold || list->mark_count > 0;

	if (frame->hold)
		list->touched = true;
	list->page = height - (width >= LIST_TITLES_WIDTH && height > 0);
	if (list->dirty || list->generation != frame->generation) {
		take_rows(list, frame, store, job);
		if (!hold || list->fresh_order)
			list_forget_order(list);
		list_hold_order(list);
		place_cursor(list, frame);
		list->generation = frame->generation;
		list->choose_columns = true;
	}
	list->dirty = list->fresh_order = false;
	if (hold)
		list_remember_order(list);
	if (list->width != width || list->choose_columns) {
		list->width = width;
		list->choose_columns = false;
		list_choose_columns(list, frame);
	}
	scroll_to_cursor(list);
}

void
list_move_to(struct list *list, size_t row)
{
	if (list->listing.count == 0)
		return;
	list->cursor = row < list->listing.count ? row : list->listing.count - 1;
	bind_cursor(list);
	scroll_to_cursor(list);
}

void
list_take_again(struct list *list)
{
	list->dirty = true;
	list->fresh_order = true;
}

/* --- what it says about itself --- */

const void *
list_selected(const struct list *list)
{
	return list->listing.count > 0 ? list->listing.rows[list->cursor] : NULL;
}

size_t
list_position(const struct list *list)
{
	return list->listing.count > 0 ? list->cursor + 1 : 0;
}

size_t
list_count(const struct list *list)
{
	return list->listing.count;
}

size_t
list_total(const struct list *list)
{
	return list->listing.total;
}

size_t
list_marked(const struct list *list)
{
	return list->mark_count;
}

void
list_window(const struct list *list, size_t *first, size_t *last)
{
	size_t left = list->listing.count - list->top;

	*first = list->listing.count > 0 ? list->top + 1 : 0;
	*last = list->top + (left < list->page ? left : list->page);
}

void
list_order_text(const struct list *list, struct str *out)
{
	str_addf(out, "%s %c",
		list->order.column != NULL ? list->order.column->name : "state, age",
		list->order.inverted ? '^' : 'v');
}

const char *
list_filter(const struct list *list)
{
	return list->filter_text;
}

int
list_set_filter(struct list *list, const char *text, struct err *err)
{
	struct filter *filter;

	if (filter_parse(&filter, text, err) != 0)
		return -1;
	filter_free(list->filter);
	free(list->filter_text);
	list->filter = filter;
	list->filter_text = mem_copy(text, strlen(text));
	list_take_again(list);
	return 0;
}

bool
list_problems_only(const struct list *list)
{
	return list->order.problems_only;
}

void
list_select(struct list *list, const char *store, struct span job, struct span partition)
{
	struct row_id id = { span_of(store), job, partition };

	set_identity(list, &id);
	list->touched = list->wanted = true;
	list->dirty = true;
}
