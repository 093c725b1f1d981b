/* SPDX-License-Identifier: MIT
 * Which columns a list shows and how wide: those of the screen's layout or, scrolled to
 * the right, state and name followed by the later columns of the widest layout. */
#include <limits.h>
#include <string.h>

#include "tui/list_state.h"
#include "tui/view_parts.h"

/* What a column that takes the rest of the line needs at least. */
#define REST_MIN 8
/* How far the name of a store may widen its column among jobs. */
#define STORE_GROWS 16
/* Its width where there are no titles. */
#define STORE_NARROW 6

struct column_context
list_context(const struct list *list, const struct frame *frame)
{
	(void)list;
	return (struct column_context){
		.now = frame->age_now,
		.zone = frame->zone,
		.times = frame->times,
		.ascii = frame->ascii,
	};
}

/* The columns that stay where they are. */
static bool
is_fixed(enum column_list kind, const char *name)
{
	static const char *const names[COLUMN_LISTS] = {
		[COLUMNS_JOBS] = "job",
		[COLUMNS_PARTITIONS] = "partition",
		[COLUMNS_STORES] = "store",
	};

	return strcmp(name, "state") == 0 || strcmp(name, names[kind]) == 0;
}

size_t
list_shift_max(const struct list *list)
{
	const struct column_layout *widest = column_layout(list->kind, UINT_MAX);
	size_t movable = 0;

	for (size_t i = 0; i < widest->count; i++)
		movable += !is_fixed(list->kind, widest->places[i].name);
	return movable > 0 ? movable - 1 : 0;
}

static void
choose_shifted(struct list *list)
{
	const struct column_layout *widest = column_layout(list->kind, UINT_MAX);
	size_t skip = list->shift, count = 0;

	for (int fixed = 1; fixed >= 0; fixed--)
		for (size_t i = 0; i < widest->count; i++) {
			if (is_fixed(list->kind, widest->places[i].name) != fixed)
				continue;
			if (!fixed && skip > 0)
				skip--;
			else
				list->places[count++] = widest->places[i];
		}
	list->layout = *widest;
	list->layout.count = count;
}

/* --- which store, where the name of a job does not tell --- */

static size_t
find_place(const struct list *list, const char *name)
{
	size_t i = 0;

	while (i < list->layout.count && strcmp(list->places[i].name, name) != 0)
		i++;
	return i;
}

/*
 * The store goes behind the name of the job or, on the narrowest screens, before the
 * words that begin with it. Where WHY would have no room left, BAD makes way.
 */
static void
add_store_column(struct list *list)
{
	struct column_place store = { "store", 1, 9, STORE_GROWS, NULL };
	size_t job = find_place(list, "job"), bad = find_place(list, "bad");
	bool narrow = job == list->layout.count;
	size_t at = narrow ? find_place(list, "problem") : job + 1;

	if (narrow) {
		store.width = STORE_NARROW;
		store.grow = 0;
	} else if (list->width < LIST_TITLES_WIDTH + 20 && bad < list->layout.count) {
		store.width = list->places[bad].width;
		store.grow = 0;
		list->layout.count--;
		memmove(&list->places[bad], &list->places[bad + 1],
			(list->layout.count - bad) * sizeof(store));
	}
	if (list->layout.count == COLUMN_PLACES)
		return;
	memmove(&list->places[at + 1], &list->places[at],
		(list->layout.count - at) * sizeof(store));
	list->places[at] = store;
	list->layout.count++;
}

/* Takes columns away that find no room; the last of them that does is cut. */
static void
drop_what_does_not_fit(struct list *list)
{
	unsigned used = 0;
	size_t count = 0;

	while (count < list->layout.count) {
		const struct column_place *place = &list->places[count];
		unsigned width = place->width > 0 ? place->width : REST_MIN;

		if (used + place->gap + width > list->width)
			break;
		used += place->gap + width;
		count++;
	}
	list->layout.count = count;
}

void
list_choose_columns(struct list *list, const struct frame *frame)
{
	struct column_context context = list_context(list, frame);
	const struct column_layout *layout = column_layout(list->kind, list->width);

	if (list->shift > 0) {
		choose_shifted(list);
		drop_what_does_not_fit(list);
	} else {
		list->layout = *layout;
		memcpy(list->places, layout->places,
			layout->count * sizeof(list->places[0]));
	}
	if (list->kind == COLUMNS_JOBS &&
		parts_names_are_ambiguous(frame->boards, frame->board_count)) {
		add_store_column(list);
		drop_what_does_not_fit(list);
	}
	list->layout.places = list->places;
	column_widths(list->widths, &list->layout, list->width,
		(const void *const *)list->listing.rows, list->listing.count, &context);
}
