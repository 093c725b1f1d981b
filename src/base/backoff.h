/* SPDX-License-Identifier: MIT
 * Delays between tries: doubling from first to last, with jitter so that many clients of
 * one server do not come back together. Belongs to one thread. */
#ifndef BASE_BACKOFF_H
#define BASE_BACKOFF_H

#include <stdint.h>

struct backoff {
	int64_t first,
		last;	/* shortest and longest delay, microseconds; 0 < first <= last */
	unsigned tries; /* failures in a row */
	uint64_t seed;	/* state of the jitter; 0 takes one from the kernel */
};

/* Sets first and last for something that is done at each interval while it works: never
 * more often than then, from 1s to 5s at first and at last after five intervals, from 5s
 * to a minute, so that what is done often is soon done again. */
void backoff_fit(struct backoff *backoff, int64_t interval);

/* Counts a failure and returns how long to wait: between half and all of the delay, which
 * is first after the first failure, twice that after the second and so on up to last. */
int64_t backoff_next(struct backoff *backoff);

/* It worked: the next failure starts from first again. */
void backoff_reset(struct backoff *backoff);

#endif
