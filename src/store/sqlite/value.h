/* SPDX-License-Identifier: MIT
 * Values of any storage class, as texts: how a checkpoint has them. */
#ifndef STORE_SQLITE_VALUE_H
#define STORE_SQLITE_VALUE_H

#include "store/sqlite/db.h"

/* Binds a text as what it was stored as: the integer 5, not '5'. A text that cannot be
 * that (or CKPT_STORAGE_OTHER) is bound as text. */
void sqlite_bind_stored(struct sqlite_query *query, int parameter, struct span text,
	enum ckpt_storage storage);

#endif
