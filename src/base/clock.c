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
/* What tests have let pass. */
static _Atomic int64_t advanced;

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

/* Less is a machine with much to do, or a clock that is brought into step. */
#define ABSENT_LEAST (10 * SECOND)
#define SET_LEAST    (5 * SECOND)

struct clock_jump
clock_compare(struct clock_watch *watch, int64_t wall, int64_t elapsed)
{
	int64_t passed = elapsed - watch->elapsed, set = wall - watch->wall - passed;
	struct clock_jump jump = { 0 };

	if (watch->looked && passed >= ABSENT_LEAST)
		jump.absent = passed;
	if (watch->looked && (set >= SET_LEAST || set <= -SET_LEAST))
		jump.set = set;
	*watch = (struct clock_watch){ true, wall, elapsed };
	return jump;
}

struct clock_jump
clock_look(struct clock_watch *watch)
{
	int64_t before, wall, after;

	/* Both at one moment, also where the process is stopped between the two. */
	do {
		before = read_clock(CLOCK_BOOTTIME);
		wall = read_clock(CLOCK_REALTIME);
		after = read_clock(CLOCK_BOOTTIME);
	} while (after - before > SECOND);
	return clock_compare(watch, wall, after);
}

int64_t
clock_monotonic(void)
{
	return read_clock(CLOCK_MONOTONIC) + atomic_load(&advanced);
}

void
clock_advance(int64_t by)
{
	atomic_fetch_add(&advanced, by);
}
