/* SPDX-License-Identifier: MIT
 * Who keeps a row or a table locked. */
#ifndef STORE_POSTGRESQL_BLOCKER_H
#define STORE_POSTGRESQL_BLOCKER_H

#include "store/postgresql/store.h"

/*
 * After a lock was waited for in vain: ends the transaction, asks the server who holds
 * it, and says so in err, which keeps its text where the server cannot be asked. What is
 * locked is a table, that of the store audit, or the row of the key. A session is told of
 * by its process and role, which every role may see, and by what it does where this one
 * may see it; a prepared transaction by its name.
 */
void pg_blocker_tell(struct pg_store *pg, struct key key, struct err *err);

/* As pg_store_failed(), and the same of a table that could not be read; err may be NULL.
 * No transaction is open. */
int pg_store_failed_to_read(struct pg_store *pg, struct err *err);

#endif
