/* SPDX-License-Identifier: MIT
 * The thread that reads who changed what, whenever it is asked to. The caller's thread
 * never touches a store or the journal. */
#ifndef POLL_CLERK_H
#define POLL_CLERK_H

#include "poll/ledger.h"

struct clerk;

/* Starts it; it reads nothing before clerk_ask(). What the terms point to is borrowed;
 * .ask counts not. */
int clerk_start(struct clerk **out, const struct ledger_terms *terms, struct err *err);

/* Ends it, for which it waits up to a second. False: it hangs in the kernel and is left;
 * then what it borrows must live until the process ends. NULL is allowed. */
bool clerk_stop(struct clerk *clerk);

/* Readable when there is news. */
int clerk_fd(const struct clerk *clerk);

/* Reads everything as soon as it can: first the journal alone, then the stores, too. */
void clerk_ask(struct clerk *clerk);

/* The newest ledger with its reference, or NULL when there is none since the last call.
 * Clears the descriptor. */
const struct ledger *clerk_take(struct clerk *clerk);

#endif
