/* SPDX-License-Identifier: MIT
 * Rows that do not move under somebody's finger: the order they had is remembered as
 * hashes of their identities, because the boards they came from are gone by then. */
#include <stdlib.h>

#include "base/mem.h"
#include "tui/list_state.h"

struct place {
	unsigned long long hash;
	size_t rank;
};

struct ranked {
	size_t rank;
	const void *row;
};

static unsigned long long
hash_of(const struct list *list, size_t index)
{
	struct row_id id = row_id_of(list->kind, list->listing.rows[index]);

	return row_id_hash(&id);
}

void
list_remember_order(struct list *list)
{
	if (list->held != NULL)
		return;
	list->held_count = list->listing.count;
	list->held = mem_new(list->held_count + 1, sizeof(*list->held));
	for (size_t i = 0; i < list->held_count; i++)
		list->held[i] = hash_of(list, i);
}

void
list_forget_order(struct list *list)
{
	free(list->held);
	list->held = NULL;
	list->held_count = 0;
}

static int
compare_places(const void *a, const void *b)
{
	const struct place *left = a, *right = b;

	return (left->hash > right->hash) - (left->hash < right->hash);
}

static int
compare_ranks(const void *a, const void *b)
{
	const struct ranked *left = a, *right = b;

	return (left->rank > right->rank) - (left->rank < right->rank);
}

void
list_hold_order(struct list *list)
{
	size_t count = list->listing.count;
	struct place *places;
	struct ranked *ranked;

	if (list->held == NULL || count == 0)
		return;
	places = mem_new(list->held_count + 1, sizeof(*places));
	ranked = mem_new(count, sizeof(*ranked));
	for (size_t i = 0; i < list->held_count; i++)
		places[i] = (struct place){ list->held[i], i };
	qsort(places, list->held_count, sizeof(*places), compare_places);
	for (size_t i = 0; i < count; i++) {
		struct place wanted = { .hash = hash_of(list, i) };
		struct place *old = bsearch(&wanted, places, list->held_count,
			sizeof(*places), compare_places);

		/* New ones come behind all others, in their own order. */
		ranked[i].rank = old != NULL ? old->rank : list->held_count + i;
		ranked[i].row = list->listing.rows[i];
	}
	qsort(ranked, count, sizeof(*ranked), compare_ranks);
	for (size_t i = 0; i < count; i++)
		list->listing.rows[i] = ranked[i].row;
	free(places);
	free(ranked);
}
