/* SPDX-License-Identifier: MIT
 * What every call through the gate begins and ends with. Only for store.c and operate.c.
 */
#ifndef STORE_GATE_H
#define STORE_GATE_H

#include "store/backend.h"

/* Starts a call: the right thread and process, the whole timeout, no interrupt from
 * before. */
int gate_begin(struct store *store, struct err *err);

/* Ends a reading call: what came after an interrupt is not to be relied on. */
int gate_end(struct store *store, int status, struct err *err);

/* The reasons why nothing may be written to this store, whatever is in it. */
/* ERR_REFUSED: the store is read-only here. */
int gate_is_writable(const struct store_config *config, struct err *err);
int gate_may_write(const struct store_config *config, struct err *err);

/* ERR_REFUSED: the checkpoints come from a query, and nothing says how it is written. */
int gate_is_written(const struct store_config *config, struct err *err);

/* ERR_REFUSED: what is asked cannot be done to what this store reads, which is no table
 * and no query that can be written: says why, and what to do. Returns -1. */
int gate_refuse(const struct store *store, struct err *err);

/* A handle that was opened to read does not write. */
int gate_is_writer(const struct store *store, struct err *err);

/* Some stores have jobs without partitions: then the name of the partition is empty. */
int gate_check_key(struct key key, struct err *err);

#endif
