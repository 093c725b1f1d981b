/* SPDX-License-Identifier: MIT */
#include "poll/timings.h"

#include <stdlib.h>
#include <string.h>

void
timings_add(struct timings *timings, int64_t duration, int64_t now)
{
	timings->durations[timings->count++ % TIMINGS_KEPT] = duration;
	if (timings->count == 1 || duration > timings->slowest) {
		timings->slowest = duration;
		timings->slowest_at = now;
	}
}

static int
compare_durations(const void *a, const void *b)
{
	const int64_t *left = a, *right = b;

	return (*left > *right) - (*left < *right);
}

void
timings_fill(const struct timings *timings, struct board_store *store)
{
	int64_t sorted[TIMINGS_KEPT];
	size_t count = timings->count < TIMINGS_KEPT ? timings->count : TIMINGS_KEPT;

	if (count == 0) {
		store->read_p50 = store->read_p95 = TIME_NONE;
		store->read_slowest = store->read_slowest_at = TIME_NONE;
		return;
	}
	memcpy(sorted, timings->durations, count * sizeof(sorted[0]));
	qsort(sorted, count, sizeof(sorted[0]), compare_durations);
	/* Nearest rank: the smallest duration that covers the share. */
	store->read_p50 = sorted[(count * 50 + 99) / 100 - 1];
	store->read_p95 = sorted[(count * 95 + 99) / 100 - 1];
	store->read_slowest = timings->slowest;
	store->read_slowest_at = timings->slowest_at;
}
