/* SPDX-License-Identifier: MIT
 * How long the reads of a store take: percentiles over the last of them, and the slowest.
 */
#ifndef POLL_TIMINGS_H
#define POLL_TIMINGS_H

#include <stddef.h>
#include <stdint.h>

#include "model/board.h"

#define TIMINGS_KEPT 64

/* Start with { 0 }. Durations in microseconds. */
struct timings {
	int64_t durations[TIMINGS_KEPT];
	size_t count; /* of all reads; the ring holds the last TIMINGS_KEPT */
	int64_t slowest, slowest_at;
};

void timings_add(struct timings *timings, int64_t duration, int64_t now);

/* Sets read_p50, read_p95, read_slowest and read_slowest_at; TIME_NONE before the first
 * read. */
void timings_fill(const struct timings *timings, struct board_store *store);

#endif
