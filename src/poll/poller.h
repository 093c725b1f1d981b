/* SPDX-License-Identifier: MIT
 * One worker thread for each store. Boards come out, requests go in; the only lock is
 * held for the swap of a pointer. The caller's thread never touches a store. */
#ifndef POLL_POLLER_H
#define POLL_POLLER_H

#include "model/board.h"
#include "store/store.h"

struct pollers;

/* Starts a worker a store; they begin to poll at once. configs, rules and local (see
 * survey_new()) are borrowed, and so is journal (see survey_explain_from()). */
int pollers_start(struct pollers **out, const struct store_config *configs, size_t count,
	const struct rules *rules, const struct zone *local, const char *journal,
	struct err *err);

/*
 * Ends what is under way and the workers, for which it waits up to a second. False: some
 * hang in the kernel (a dead network file system) and are left; then what the workers
 * borrow (configs, rules, local) must live until the process ends, which should be soon.
 */
bool pollers_stop(struct pollers *pollers);

/* Readable when a new board came. */
int pollers_fd(const struct pollers *pollers);

/* The newest board of each store into boards[count] (a reference each, released by the
 * next call or pollers_stop()); a store that has answered nothing yet has a board with
 * opened == false. Returns true when any is new. Clears the descriptor. */
bool pollers_take(struct pollers *pollers, const struct board **boards);

/* Read now, not at the next interval. store_index < 0: all. */
void pollers_refresh(struct pollers *pollers, int store_index);

/* Whose rows the next boards shall hold: of one job in one store, and the metadata of one
 * partition (none: no metadata). Copied. Answered at once with a new board, without a new
 * poll. */
void pollers_interest(
	struct pollers *pollers, int store_index, struct span job, struct span partition);

/* The polling interval of all stores from now on. */
void pollers_set_interval(struct pollers *pollers, int64_t interval);

/* Stops or starts the polling of one store. */
void pollers_suspend(struct pollers *pollers, int store_index, bool suspended);

#endif
