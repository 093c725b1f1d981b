/* SPDX-License-Identifier: MIT */
#include "model/column.h"

#include "base/utf8.h"
#include "model/column_lists.h"

/* Rows that column_widths() looks at: enough for every list that people read. */
#define WIDTH_ROWS 4096

const struct column *
column_table(enum column_list list, size_t *count)
{
	switch (list) {
	case COLUMNS_JOBS: *count = columns_jobs_count; return columns_jobs;
	case COLUMNS_PARTITIONS:
		*count = columns_partitions_count;
		return columns_partitions;
	case COLUMNS_STORES: *count = columns_stores_count; return columns_stores;
	case COLUMN_LISTS: break;
	}
	*count = 0;
	return NULL;
}

const struct column *
column_find(enum column_list list, const char *name)
{
	size_t count;
	const struct column *table = column_table(list, &count);

	for (size_t i = 0; i < count; i++)
		if (span_is(span_of(name), table[i].name))
			return &table[i];
	return NULL;
}

const struct column_layout *
column_layout(enum column_list list, unsigned screen_width)
{
	for (size_t i = 0; i < column_layouts_count; i++)
		if (column_layouts[i].list == list &&
			column_layouts[i].min_width <= screen_width)
			return &column_layouts[i];
	return NULL;
}

/* The width of the longest text, counted up to limit. */
static unsigned
longest_text(const struct column *column, unsigned limit, const void *const *rows,
	size_t row_count, const struct column_context *context)
{
	struct column_context wide = *context;
	struct str text = { 0 };
	size_t longest = 0;

	wide.width = limit;
	for (size_t i = 0; i < row_count && i < WIDTH_ROWS && longest < limit; i++) {
		size_t width;

		str_clear(&text);
		column->text(&text, rows[i], &wide);
		width = safe_width(str_span(&text));
		if (width > longest)
			longest = width;
	}
	str_free(&text);
	return longest < limit ? (unsigned)longest : limit;
}

void
column_widths(unsigned widths[COLUMN_PLACES], const struct column_layout *layout,
	unsigned screen_width, const void *const *rows, size_t row_count,
	const struct column_context *context)
{
	unsigned used = 0, keep = 0, room;
	size_t rest = layout->count;

	for (size_t i = 0; i < layout->count; i++) {
		widths[i] = layout->places[i].width;
		used += layout->places[i].gap + widths[i];
		if (widths[i] == 0) {
			rest = i;
			keep = layout->keep;
		}
	}
	room = screen_width > used + keep ? screen_width - used - keep : 0;
	for (size_t i = 0; i < layout->count && room > 0; i++) {
		const struct column_place *place = &layout->places[i];
		const struct column *column = column_find(layout->list, place->name);
		unsigned wanted;

		if (place->grow <= place->width || column == NULL)
			continue;
		wanted = longest_text(column, place->grow, rows, row_count, context);
		if (wanted > place->width) {
			unsigned more = wanted - place->width < room
						? wanted - place->width
						: room;

			widths[i] += more;
			used += more;
			room -= more;
		}
	}
	if (rest < layout->count)
		widths[rest] = screen_width > used ? screen_width - used : 0;
}
