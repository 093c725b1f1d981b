/* SPDX-License-Identifier: MIT
 *
 * Threads: the clerk's has handles of its own for as long as it reads. Between the
 * threads there are the pointer to the newest ledger, under a lock that is held for its
 * swap, and two bells. */
#include "poll/clerk.h"

#include <stdatomic.h>
#include <stdlib.h>

#include "base/clock.h"
#include "base/mem.h"
#include "base/thread.h"

#define STOP_PATIENCE (1 * SECOND)

struct clerk {
	struct ledger_terms terms;    /* of all that is read */
	struct store_config *configs; /* copies, which end soon once stop is set */
	struct thread *thread;
	struct lock *lock;
	const struct ledger *newest; /* guarded by the lock; with a reference */
	struct bell *wake, *news;
	atomic_bool stop, ended;
};

static void
publish(struct clerk *clerk, const struct ledger *ledger)
{
	const struct ledger *before;

	lock_take(clerk->lock);
	before = clerk->newest;
	clerk->newest = ledger;
	lock_give(clerk->lock);
	ledger_unref(before);
	bell_ring(clerk->news);
}

static void
run_clerk(void *arg)
{
	struct clerk *clerk = arg;

	while (bell_wait(clerk->wake, -1) && !atomic_load(&clerk->stop)) {
		struct ledger_terms here = clerk->terms;

		/* Stores may take their time: what is on this host does not. */
		here.ask = false;
		publish(clerk, ledger_read(&here));
		if (here.store_count > 0 && !atomic_load(&clerk->stop))
			publish(clerk, ledger_read(&clerk->terms));
	}
	atomic_store(&clerk->ended, true);
	bell_ring(clerk->news);
}

int
clerk_start(struct clerk **out, const struct ledger_terms *terms, struct err *err)
{
	struct clerk *clerk = mem_new(1, sizeof(*clerk));

	*out = clerk;
	clerk->configs = mem_new(terms->store_count + 1, sizeof(*clerk->configs));
	for (size_t i = 0; i < terms->store_count; i++) {
		clerk->configs[i] = terms->stores[i];
		clerk->configs[i].stop = &clerk->stop;
	}
	clerk->terms = *terms;
	clerk->terms.stores = clerk->configs;
	clerk->terms.ask = true;
	clerk->lock = lock_new();
	if (bell_new(&clerk->wake, err) == 0 && bell_new(&clerk->news, err) == 0 &&
		thread_start(&clerk->thread, "clerk", run_clerk, clerk, err) == 0)
		return 0;
	clerk_stop(clerk);
	*out = NULL;
	return -1;
}

bool
clerk_stop(struct clerk *clerk)
{
	int64_t deadline = clock_monotonic() + STOP_PATIENCE, left;

	if (clerk == NULL)
		return true;
	if (clerk->thread != NULL) {
		atomic_store(&clerk->stop, true);
		bell_ring(clerk->wake);
		while (!atomic_load(&clerk->ended) &&
			(left = deadline - clock_monotonic()) > 0)
			bell_wait(clerk->news, left);
		if (!atomic_load(&clerk->ended))
			return false;
		thread_join(clerk->thread);
	}
	ledger_unref(clerk->newest);
	bell_free(clerk->wake);
	bell_free(clerk->news);
	lock_free(clerk->lock);
	free(clerk->configs);
	free(clerk);
	return true;
}

int
clerk_fd(const struct clerk *clerk)
{
	return bell_fd(clerk->news);
}

void
clerk_ask(struct clerk *clerk)
{
	bell_ring(clerk->wake);
}

const struct ledger *
clerk_take(struct clerk *clerk)
{
	const struct ledger *ledger;

	bell_clear(clerk->news);
	lock_take(clerk->lock);
	ledger = clerk->newest;
	clerk->newest = NULL;
	lock_give(clerk->lock);
	return ledger;
}
