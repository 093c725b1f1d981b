/* SPDX-License-Identifier: MIT
 *
 * What the cells of a row mean, whichever database they come from. */
#include <string.h>

#include "base/utf8.h"
#include "store/layout.h"

/* A longer value is no position. */
#define VALUE_MAX (64 << 10)

/* Programs that keep texts as BLOBs are read as they mean it. */
static bool
is_text(struct span bytes)
{
	return bytes.len == 0 ||
	       (utf8_is_valid(bytes) && memchr(bytes.at, '\0', bytes.len) == NULL);
}

static struct span
damage_of(const struct layout *layout, const struct span *cells,
	enum ckpt_storage storage, struct arena *arena)
{
	static const enum layout_role needed[] = { LAYOUT_JOB, LAYOUT_PARTITION,
		LAYOUT_VALUE };
	struct span value = cells[LAYOUT_VALUE];

	for (size_t i = 0; i < sizeof(needed) / sizeof(*needed); i++) {
		const char *column = layout->columns[needed[i]];

		/* A query may tell of what has no position yet. */
		if (needed[i] == LAYOUT_VALUE && layout->query != NULL)
			continue;
		if (column != NULL && cells[needed[i]].at == NULL)
			return span_of(arena_printf(arena, "%s is NULL", column));
	}
	if (storage == CKPT_STORAGE_BLOB && !is_text(value))
		return span_of(arena_printf(arena, "BLOB of %zu byte%s that is no text",
			value.len, value.len == 1 ? "" : "s"));
	if (value.len > VALUE_MAX)
		return span_of(arena_printf(arena, "value of %zu kB", value.len / 1000));
	return SPAN_NONE;
}

/* A name that is NULL is an empty one, and the damage says so. */
static struct span
name_of(const char *column, struct span cell, const char *fixed)
{
	if (column == NULL)
		return span_of(fixed);
	return cell.at != NULL ? cell : SPAN("");
}

void
layout_borrow(const struct layout *layout, const struct span cells[LAYOUT_ROLES],
	enum ckpt_storage storage, bool superseded, struct arena *arena, struct ckpt *out)
{
	const char *const *columns = layout->columns;
	struct span value = cells[LAYOUT_VALUE];

	*out = (struct ckpt){ .written_at = TIME_NONE, .storage = storage };
	out->key.job = name_of(columns[LAYOUT_JOB], cells[LAYOUT_JOB], layout->job);
	out->key.partition = name_of(
		columns[LAYOUT_PARTITION], cells[LAYOUT_PARTITION], layout->partition);
	out->damage = damage_of(layout, cells, storage, arena);
	out->value = value.len > VALUE_MAX ? SPAN_NONE : value;
	out->metadata = cells[LAYOUT_METADATA];
	out->updated_text = cells[LAYOUT_UPDATED];
	stamp_parse(&out->updated, out->updated_text);
	out->watermark = cells[LAYOUT_WATERMARK];
	out->head = cells[LAYOUT_HEAD];
	out->lag = cells[LAYOUT_LAG];
	out->state = cells[LAYOUT_STATE];
	if (layout->dated && superseded)
		out->flags |= CKPT_SUPERSEDED;
	if (columns[LAYOUT_METADATA] == NULL && layout->hidden[LAYOUT_METADATA] == NULL)
		out->flags |= CKPT_NO_METADATA;
	if (columns[LAYOUT_UPDATED] == NULL && layout->hidden[LAYOUT_UPDATED] == NULL)
		out->flags |= CKPT_NO_UPDATED;
}

void
layout_row(const struct layout *layout, const struct span cells[LAYOUT_ROLES],
	enum ckpt_storage storage, bool superseded, struct arena *arena, struct ckpt *out)
{
	layout_borrow(layout, cells, storage, superseded, arena, out);
	out->key.job = arena_span(arena, out->key.job);
	out->key.partition = arena_span(arena, out->key.partition);
	out->value = arena_span(arena, out->value);
	out->metadata = arena_span(arena, out->metadata);
	out->updated_text = arena_span(arena, out->updated_text);
	out->watermark = arena_span(arena, out->watermark);
	out->head = arena_span(arena, out->head);
	out->lag = arena_span(arena, out->lag);
	out->state = arena_span(arena, out->state);
}
