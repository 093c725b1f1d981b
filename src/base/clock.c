/* SPDX-License-Identifier: MIT */
#include "base/clock.h"

#include <stdatomic.h>
#include <stdlib.h>
#include <time.h>

/* Whether the wall clock stands still is asked of the environment once. Every thread that
 * asks at the same time finds the same answer, so no lock is needed. */
enum { NOT_ASKED, RUNNING, FROZEN, GARBLED };
static atomic_int mode = NOT_ASKED;
static _Atomic int64_t frozen_at;

static int
find_mode(struct err *err)
{
	const char *text = getenv("CKPTOP_NOW");
	int64_t at;

	if (text == NULL || text[0] == '\0')
		return RUNNING;
	if (time_parse(&at, span_of(text), err) != 0) {
		err_prefix(err, "CKPTOP_NOW");
		return GARBLED;
	}
	atomic_store(&frozen_at, at);
	return FROZEN;
}

static int
mode_now(void)
{
	int found = atomic_load(&mode);

	if (found == NOT_ASKED) {
		found = find_mode(NULL);
		atomic_store(&mode, found);
	}
	return found;
}

static int64_t
read_clock(clockid_t clock)
{
	struct timespec now;

	/* Cannot fail: both clocks exist on every Linux and the pointer is good. */
	clock_gettime(clock, &now);
	return now.tv_sec * SECOND + now.tv_nsec / 1000;
}

int64_t
clock_now(void)
{
	return mode_now() == FROZEN ? atomic_load(&frozen_at)
				    : read_clock(CLOCK_REALTIME);
}

bool
clock_is_frozen(void)
{
	return mode_now() != RUNNING;
}

int
clock_check(struct err *err)
{
	return find_mode(err) == GARBLED ? -1 : 0;
}

void
clock_freeze(int64_t at)
{
	atomic_store(&frozen_at, at);
	atomic_store(&mode, at == TIME_NONE ? RUNNING : FROZEN);
}

int64_t
clock_monotonic(void)
{
	return read_clock(CLOCK_MONOTONIC);
}
