/* SPDX-License-Identifier: MIT */
#include "cli/changes.h"

#include <stdlib.h>

#include "base/mem.h"

static bool
differs(const struct board_row *a, const struct board_row *b)
{
	return !span_equal(a->value, b->value) ||
	       !span_equal(a->updated_text, b->updated_text) ||
	       !span_equal(a->metadata, b->metadata) ||
	       !span_equal(a->damage, b->damage) || a->updated != b->updated ||
	       a->watermark != b->watermark || a->state != b->state ||
	       a->finding != b->finding;
}

/* Both are in the order of their keys. */
static void
walk_board(const struct board *before, const struct board *board, changes_fn *changed,
	void *arg)
{
	size_t old = 0, old_count = before != NULL ? before->row_count : 0;

	for (size_t i = 0; i < board->row_count; i++) {
		const struct board_row *row = &board->rows[i], *found = NULL;

		while (old < old_count &&
			key_compare(before->rows[old].key, row->key) < 0)
			old++;
		if (old < old_count && key_equal(before->rows[old].key, row->key))
			found = &before->rows[old];
		if (found == NULL || differs(found, row))
			changed(arg, found, row);
	}
}

void
changes_walk(struct changes *changes, const struct board *const *boards, size_t count,
	changes_fn *changed, void *arg)
{
	if (changes->before == NULL) {
		changes->before = mem_new(count, sizeof(struct board *));
		changes->count = count;
	}
	for (size_t i = 0; i < count; i++) {
		walk_board(changes->before[i], boards[i], changed, arg);
		if (changes->before[i] != NULL)
			board_unref(changes->before[i]);
		changes->before[i] = board_ref(boards[i]);
	}
}

void
changes_free(struct changes *changes)
{
	for (size_t i = 0; i < changes->count; i++)
		if (changes->before[i] != NULL)
			board_unref(changes->before[i]);
	free(changes->before);
	*changes = (struct changes){ 0 };
}
