/* SPDX-License-Identifier: MIT
 * Where a worker leaves its newest board and the reader picks it up. A board that was not
 * picked up is replaced: only the newest counts. The lock is held for the swap of a
 * pointer and never together with another. */
#ifndef POLL_MAILBOX_H
#define POLL_MAILBOX_H

#include "model/board.h"

struct mailbox;

struct mailbox *mailbox_new(void);
void mailbox_free(struct mailbox *mailbox);

/* Leaves a board; takes over the caller's reference. Any thread. */
void mailbox_put(struct mailbox *mailbox, const struct board *board);

/* The newest board with its reference, or NULL when there is none since the last call. */
const struct board *mailbox_take(struct mailbox *mailbox);

#endif
