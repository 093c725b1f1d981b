/* SPDX-License-Identifier: MIT */
#include "base/backoff.h"

#include <limits.h>
#include <sys/random.h>

#include "base/clock.h"

/* Of backoff_fit(). */
#define FIRST_LEAST    SECOND
#define FIRST_MOST     (5 * SECOND)
#define LAST_INTERVALS 5
#define LAST_LEAST     (5 * SECOND)
#define LAST_MOST      (60 * SECOND)

/* splitmix64: any seed will do, and the same seed gives the same delays. */
static uint64_t
next_random(uint64_t *seed)
{
	uint64_t x = *seed += UINT64_C(0x9e3779b97f4a7c15);

	x = (x ^ (x >> 30)) * UINT64_C(0xbf58476d1ce4e5b9);
	x = (x ^ (x >> 27)) * UINT64_C(0x94d049bb133111eb);
	return x ^ (x >> 31);
}

static uint64_t
first_seed(void)
{
	uint64_t seed = 0;

	/* Early in a boot the kernel may have none yet; the time is as good for this. */
	if (getrandom(&seed, sizeof(seed), GRND_NONBLOCK) != (ssize_t)sizeof(seed))
		seed = (uint64_t)clock_monotonic();
	return seed;
}

static int64_t
within(int64_t least, int64_t most, int64_t delay)
{
	if (delay < least)
		return least;
	return delay > most ? most : delay;
}

void
backoff_fit(struct backoff *backoff, int64_t interval)
{
	backoff->first = within(FIRST_LEAST, FIRST_MOST, interval);
	backoff->last = within(LAST_LEAST, LAST_MOST, LAST_INTERVALS * interval);
}

int64_t
backoff_next(struct backoff *backoff)
{
	int64_t delay = backoff->first;
	uint64_t half;

	for (unsigned i = 0; i < backoff->tries && delay < backoff->last; i++)
		delay = delay <= backoff->last / 2 ? delay * 2 : backoff->last;
	if (backoff->tries < UINT_MAX)
		backoff->tries++;
	if (backoff->seed == 0)
		backoff->seed = first_seed();
	half = (uint64_t)delay / 2;
	return delay - (int64_t)(next_random(&backoff->seed) % (half + 1));
}

void
backoff_reset(struct backoff *backoff)
{
	backoff->tries = 0;
}
