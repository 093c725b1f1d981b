/* SPDX-License-Identifier: MIT
 * A scan from its beginning to its end: which row belongs to which record, keys that come
 * more than once, rows that do not come any more. */
#include "model/records_inside.h"

#include <stdlib.h>

#include "base/mem.h"

/* A row of a key that comes more than once in a scan. */
struct pending {
	uint32_t index;
	uint32_t sequence;
	struct ckpt ckpt; /* copied into the arena */
};

static void
lose(struct records *records, struct record *record)
{
	struct incident *incident;

	if (!record_is_shown(record) || record_is_lost(record))
		return;
	/* Old dates of a dated table are cleared away; nobody misses them. */
	if (record->flags & CKPT_SUPERSEDED) {
		record->flags |= RECORD_REMOVED;
		records->shown--;
		return;
	}
	incident = record_incident(records, record);
	incident->lost = (struct since){ .at = records->now };
	records_wonder(records, &incident->lost_in, false);
}

static struct ckpt
copy_ckpt(struct arena *arena, const struct ckpt *ckpt)
{
	struct ckpt copy = *ckpt;

	copy.key = (struct key){ SPAN_NONE, SPAN_NONE };
	copy.value = arena_span(arena, ckpt->value);
	copy.metadata = arena_span(arena, ckpt->metadata);
	copy.updated_text = arena_span(arena, ckpt->updated_text);
	copy.watermark = arena_span(arena, ckpt->watermark);
	copy.head = arena_span(arena, ckpt->head);
	copy.lag = arena_span(arena, ckpt->lag);
	copy.state = arena_span(arena, ckpt->state);
	copy.damage = arena_span(arena, ckpt->damage);
	copy.damage_detail = arena_span(arena, ckpt->damage_detail);
	copy.where = arena_span(arena, ckpt->where);
	return copy;
}

static void
put_aside(struct records *records, const struct record *record, const struct ckpt *ckpt)
{
	if (records->pending_count == records->pending_capacity) {
		records->pending_capacity = records->pending_capacity * 2 + 16;
		records->pending = mem_resize(records->pending, records->pending_capacity,
			sizeof(*records->pending));
	}
	records->pending[records->pending_count] = (struct pending){
		.index = (uint32_t)(record - records->all),
		.sequence = (uint32_t)records->pending_count,
		.ckpt = copy_ckpt(records->pending_arena, ckpt),
	};
	records->pending_count++;
}

static int
compare_pending(const void *a, const void *b)
{
	const struct pending *x = a, *y = b;

	if (x->index != y->index)
		return x->index < y->index ? -1 : 1;
	return x->sequence < y->sequence ? -1 : 1;
}

void
records_apply_pending(struct records *records)
{
	struct pending *all = records->pending;
	size_t first = 0;

	if (records->pending_count == 0)
		return;
	qsort(all, records->pending_count, sizeof(*all), compare_pending);
	for (size_t i = 0; i < records->pending_count; i++) {
		struct record *record = &records->all[all[i].index];

		if (i + 1 < records->pending_count && all[i + 1].index == all[i].index)
			continue;
		if (i == first)
			record->flags &= (uint16_t)~RECORD_REPEATED;
		record_put(records, record, &all[i].ckpt, false);
		first = i + 1;
	}
	records->pending_count = 0;
	arena_free(records->pending_arena);
	records->pending_arena = arena_new();
}

void
records_put(struct records *records, const struct ckpt *ckpt)
{
	struct record *record;
	bool is_new, again, was_removed;

	if (ckpt->flags & CKPT_GONE) {
		record = record_find(records, ckpt->key);
		if (record != NULL)
			lose(records, record);
		return;
	}
	record = record_of(records, ckpt->key, &is_new);
	if (record == NULL)
		return;
	again = !is_new && record->generation == records->generation;
	was_removed = record->flags & RECORD_REMOVED;
	record->generation = records->generation;
	if (record->flags & RECORD_REPEATED) {
		put_aside(records, record, ckpt);
		return;
	}
	/* The first time that a key comes twice nothing can be said about what changed
	 * between the two; from the next scan on only the last counts. */
	if (again)
		record->flags |= RECORD_REPEATED;
	/* What somebody removed begins anew when it comes back. */
	record_put(records, record, ckpt, is_new || again || was_removed);
}

/* --- a scan --- */

/* Only records that this scan delivered have its number: when the numbers are used up,
 * all records give theirs back. */
static void
next_generation(struct records *records)
{
	if (++records->generation != 0)
		return;
	for (size_t i = 0; i < records->count; i++)
		records->all[i].generation = 0;
	records->generation = 1;
}

void
records_begin(struct records *records, int64_t now)
{
	bool stepped = records->now != TIME_NONE && now < records->now;

	if (stepped)
		records_step_back(records, now);
	/* Up to here nothing had changed, whether that took a scan to see or not. */
	records->seen_until = stepped ? TIME_NONE : records->good_at;
	records->now = now;
	if (records->began == TIME_NONE)
		records->began = now;
	next_generation(records);
	records->next = 0;
}

void
records_set_clock(struct records *records, int64_t ahead)
{
	records->clock_ahead = ahead;
}

void
records_end(struct records *records, records_gone_fn *gone, void *arg)
{
	records_apply_pending(records);
	for (size_t i = 0; i < records->count; i++) {
		struct record *record = &records->all[i];

		if (record->generation == records->generation ||
			!record_is_shown(record) || record_is_lost(record))
			continue;
		if (gone == NULL || gone(arg, record_key(records, record)))
			lose(records, record);
	}
}

void
records_walk(struct records *records, records_walk_fn *walk, void *arg)
{
	for (size_t i = 0; i < records->count; i++) {
		const struct record *record = &records->all[i];

		if (!record_is_shown(record) || record_is_troubled(record) ||
			(record->flags & CKPT_SUPERSEDED))
			continue;
		walk(arg, i, record_key(records, record),
			&records->jobs[record->job].head,
			extra_of(record)->head_at != TIME_NONE);
	}
}
