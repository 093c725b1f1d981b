/* SPDX-License-Identifier: MIT */
#include "tui/app_bell.h"

#include <stdlib.h>
#include <string.h>

#include "base/mem.h"

static bool
is_news(const struct app_bell *bell, const struct board *const *boards, size_t count)
{
	if (count != bell->store_count)
		return true;
	for (size_t i = 0; i < count; i++)
		if (boards[i]->sequence != bell->sequences[i])
			return true;
	return false;
}

static int
compare_hashes(const void *a, const void *b)
{
	const unsigned long long *left = a, *right = b;

	return (*left > *right) - (*left < *right);
}

static bool
was_there(const struct app_bell *bell, unsigned long long trouble)
{
	return bsearch(&trouble, bell->troubles, bell->trouble_count, sizeof(trouble),
		       compare_hashes) != NULL;
}

/* Adds the troubles of one board to the next list; true when one of them is new. */
static bool
add_troubles(const struct app_bell *bell, struct app_bell *next,
	const struct board *board, bool known)
{
	unsigned long long store = span_hash(span_of(board->store.name));
	bool rings = false;

	if (!board->store.opened)
		return false;
	if (!board->store.reachable) {
		rings = known && !was_there(bell, store);
		next->troubles[next->trouble_count++] = store;
	}
	for (size_t i = 0; i < board->job_count; i++) {
		if (board->jobs[i].state != STATE_CRIT)
			continue;
		unsigned long long job =
			store * 1099511628211ull + span_hash(board->jobs[i].job);
		rings |= known && !was_there(bell, job);
		next->troubles[next->trouble_count++] = job;
	}
	return rings;
}

bool
app_bell_look(struct app_bell *bell, const struct board *const *boards, size_t count)
{
	struct app_bell next = { .store_count = count };
	size_t most = count;
	bool rings = false;

	if (!is_news(bell, boards, count))
		return false;
	for (size_t i = 0; i < count; i++)
		most += boards[i]->job_count;
	next.troubles = mem_new(most + 1, sizeof(*next.troubles));
	next.sequences = mem_new(count + 1, sizeof(*next.sequences));
	for (size_t i = 0; i < count; i++) {
		bool known = i < bell->store_count && bell->sequences[i] != 0;

		rings |= add_troubles(bell, &next, boards[i], known);
		next.sequences[i] = boards[i]->store.opened ? boards[i]->sequence : 0;
	}
	qsort(next.troubles, next.trouble_count, sizeof(*next.troubles), compare_hashes);
	app_bell_free(bell);
	*bell = next;
	return rings;
}

void
app_bell_free(struct app_bell *bell)
{
	free(bell->troubles);
	free(bell->sequences);
	*bell = (struct app_bell){ 0 };
}
