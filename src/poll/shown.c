/* SPDX-License-Identifier: MIT */
#include "poll/shown.h"

static void
keep(void *arg, const struct ckpt *row)
{
	struct shown *shown = arg;

	shown->metadata = arena_span(shown->arena, row->metadata);
	shown->more = row->metadata_more;
}

int
shown_read(struct shown *shown, struct store *store, struct key key)
{
	struct err ignored = { 0 };

	if (shown->arena != NULL && key_equal(shown->key, key))
		return 0;
	shown_forget(shown);
	shown->arena = arena_new();
	shown->key.job = arena_span(shown->arena, key.job);
	shown->key.partition = arena_span(shown->arena, key.partition);
	if (store_load(store, key, keep, shown, &ignored) == 0)
		return 0;
	shown_forget(shown);
	return -1;
}

void
shown_note(struct shown *shown, struct key key)
{
	if (shown->arena != NULL && key_equal(key, shown->key))
		shown_forget(shown);
}

void
shown_forget(struct shown *shown)
{
	if (shown->arena != NULL)
		arena_free(shown->arena);
	*shown = (struct shown){ 0 };
}
