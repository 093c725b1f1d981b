/* SPDX-License-Identifier: MIT
 * Asking where the sources are now, once a poll, and what of it could not be learned. One
 * thread. */
#ifndef POLL_HEADS_H
#define POLL_HEADS_H

#include <stdatomic.h>

#include "model/board.h"
#include "model/records.h"
#include "poll/head_sources.h"
#include "store/store.h"

/* What could not be learned in the last round; zeroed but for the configuration of the
 * sources: nothing was asked yet. */
struct heads {
	struct head_sources sources;
	struct head_trouble *troubles;
	size_t count;
};

/* Asks the head of every checkpoint that is not in the row itself, and gives it to the
 * records. A head that cannot be had leaves the lag unknown and is remembered; it is no
 * failure of the poll. Ends soon once *stop (may be NULL) is true. */
void heads_ask(struct heads *heads, struct records *records, struct store *store,
	int64_t now, const atomic_bool *stop);

/* Puts what is remembered into the store of a board: one entry for each head that is
 * configured. */
void heads_fill(const struct heads *heads, struct board *board);

/* Closes the other stores that heads are asked in, in the thread that asked. */
void heads_close(struct heads *heads);

/* After heads_close(). */
void heads_free(struct heads *heads);

#endif
