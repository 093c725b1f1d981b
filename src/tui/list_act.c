/* SPDX-License-Identifier: MIT
 * What the keys do in a list. */
#include <stdlib.h>

#include "base/mem.h"
#include "tui/list_state.h"

/* From here on the third line of the screen tells the order: parts_add_list(). */
#define ORDER_IS_SHOWN_WIDTH 100

/* --- marks --- */

void
list_unmark_all(struct list *list)
{
	for (size_t i = 0; i < list->mark_count; i++)
		free(list->marks[i].memory);
	free(list->marks);
	list->marks = NULL;
	list->mark_count = 0;
}

bool
list_is_marked(const struct list *list, const void *row)
{
	struct row_id id = row_id_of(list->kind, row);

	for (size_t i = 0; i < list->mark_count; i++)
		if (row_id_equal(&list->marks[i].id, &id))
			return true;
	return false;
}

static void
move_by(struct list *list, long rows)
{
	size_t back = (size_t)-rows;

	if (rows < 0)
		list_move_to(list, list->cursor > back ? list->cursor - back : 0);
	else
		list_move_to(list, list->cursor + (size_t)rows);
}

/* To the next problem in a direction, round the ends. */
static void
move_to_problem(struct list *list, struct app *app, bool forward)
{
	size_t count = list->listing.count, row = list->cursor;

	for (size_t i = 0; i < count; i++) {
		row = forward ? (row + 1) % count : (row + count - 1) % count;
		if (state_is_problem(row_state(list->kind, list->listing.rows[row]))) {
			list_move_to(list, row);
			return;
		}
	}
	app_message(app, STYLE_MESSAGE, "no problem in this list");
}

static void
toggle_mark(struct list *list)
{
	if (list->listing.count == 0)
		return;
	struct row_id id = row_id_of(list->kind, list->listing.rows[list->cursor]);
	for (size_t i = 0; i < list->mark_count; i++)
		if (row_id_equal(&list->marks[i].id, &id)) {
			free(list->marks[i].memory);
			list->marks[i] = list->marks[--list->mark_count];
			move_by(list, 1);
			return;
		}
	list->marks = mem_resize(list->marks, list->mark_count + 1, sizeof(*list->marks));
	struct list_mark *mark = &list->marks[list->mark_count++];
	mark->memory = row_id_copy(&mark->id, &id);
	move_by(list, 1);
}

static void
sort_by(struct list *list, const struct column *column)
{
	list->order.column = column;
	list->order.inverted = false;
	list_take_again(list);
}

/* True when an earlier column sorts in the same way. */
static bool
sorts_like_earlier(const struct column *table, size_t at)
{
	for (size_t i = 0; i < at; i++)
		if (table[i].compare == table[at].compare)
			return true;
	return false;
}

/* Sortable columns by index; NULL behind the last. */
static const struct column *
sortable(const struct list *list, size_t index)
{
	size_t count;
	const struct column *table = column_table(list->kind, &count);

	for (size_t i = 0; i < count; i++)
		if (table[i].compare != NULL && !sorts_like_earlier(table, i) &&
			index-- == 0)
			return &table[i];
	return NULL;
}

/* Goes through the order at the start and all columns, round. */
static void
sort_step(struct list *list, struct app *app, bool forward)
{
	size_t count = 0, at = 0;

	for (; sortable(list, count) != NULL; count++)
		if (sortable(list, count) == list->order.column)
			at = count + 1;
	at = (forward ? at + 1 : at + count) % (count + 1);
	sort_by(list, at == 0 ? NULL : sortable(list, at - 1));
	/* Narrow screens have no place that tells it, nor all the columns. */
	if (list->width < ORDER_IS_SHOWN_WIDTH)
		app_message(app, STYLE_MESSAGE, "sorted by %s (s shows all)",
			list->order.column != NULL ? list->order.column->name
						   : "state, age");
}

static void
sort_chosen(void *state, struct app *app, int index, const char *choice)
{
	struct list *list = state;

	(void)app;
	(void)choice;
	if (index >= 0)
		sort_by(list, index == 0 ? NULL : sortable(list, (size_t)index - 1));
}

static void
sort_menu(struct list *list, struct app *app)
{
	const char **choices = NULL;
	size_t count = 1, selected = 0;

	choices = mem_resize(choices, 1, sizeof(*choices));
	choices[0] = "state, age";
	for (const struct column *column; (column = sortable(list, count - 1)) != NULL;) {
		if (column == list->order.column)
			selected = count;
		choices = mem_resize(choices, count + 1, sizeof(*choices));
		choices[count++] = column->name;
	}
	app_choose(app, "sort by", choices, count, selected, sort_chosen, list);
	free(choices);
}

static void
shift_columns(struct list *list, struct app *app, int by)
{
	if (by < 0 ? list->shift == 0 : list->shift >= list_shift_max(list)) {
		app_message(app, STYLE_MESSAGE,
			by < 0 ? "this is the first column" : "this is the last column");
		return;
	}
	list->shift += by < 0 ? (size_t)-1 : 1;
	list->choose_columns = true;
}

static bool
act_move(struct list *list, struct app *app, enum action action)
{
	long page = list->page > 1 ? (long)list->page - 1 : 1;

	switch (action) {
	case ACTION_UP: move_by(list, -1); return true;
	case ACTION_DOWN: move_by(list, 1); return true;
	case ACTION_PAGE_UP: move_by(list, -page); return true;
	case ACTION_PAGE_DOWN: move_by(list, page); return true;
	case ACTION_FIRST: list_move_to(list, 0); return true;
	case ACTION_LAST: list_move_to(list, SIZE_MAX); return true;
	case ACTION_NEXT: move_to_problem(list, app, true); return true;
	case ACTION_PREVIOUS: move_to_problem(list, app, false); return true;
	case ACTION_LEFT: shift_columns(list, app, -1); return true;
	case ACTION_RIGHT: shift_columns(list, app, 1); return true;
	default: return false;
	}
}

enum view_answer
list_act(struct list *list, struct app *app, enum action action)
{
	if (act_move(list, app, action))
		return VIEW_HANDLED;
	switch (action) {
	case ACTION_MARK: toggle_mark(list); break;
	case ACTION_UNMARK_ALL: list_unmark_all(list); break;
	case ACTION_PROBLEMS:
		list->order.problems_only = !list->order.problems_only;
		list_take_again(list);
		break;
	case ACTION_SORT_NEXT: sort_step(list, app, true); break;
	case ACTION_SORT_PREVIOUS: sort_step(list, app, false); break;
	case ACTION_SORT_MENU: sort_menu(list, app); break;
	case ACTION_INVERT:
		list->order.inverted = !list->order.inverted;
		list_take_again(list);
		break;
	default: return VIEW_IGNORED;
	}
	return VIEW_HANDLED;
}

/* --- what is meant --- */

void
list_meant(const struct list *list, view_meant_fn *meant, void *arg)
{
	struct row_id id;

	for (size_t i = 0; i < list->mark_count; i++)
		meant(arg, list->marks[i].id.store, list->marks[i].id.job,
			list->marks[i].id.partition);
	if (list->mark_count > 0 || list_selected(list) == NULL)
		return;
	id = row_id_of(list->kind, list_selected(list));
	meant(arg, id.store, id.job, id.partition);
}
