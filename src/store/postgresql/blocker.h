/* SPDX-License-Identifier: MIT
 * Who keeps a row locked. */
#ifndef STORE_POSTGRESQL_BLOCKER_H
#define STORE_POSTGRESQL_BLOCKER_H

#include "store/postgresql/store.h"

/*
 * After a lock was waited for in vain: ends the transaction, asks the server who holds
 * it, and says so in err, which keeps its text where the server does not tell. A session
 * is told of by its process and role, which every role may see.
 */
void pg_blocker_tell(struct pg_store *pg, struct key key, struct err *err);

#endif
