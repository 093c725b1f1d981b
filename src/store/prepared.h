/* SPDX-License-Identifier: MIT
 * A store_config as back ends get it: checked, its URI taken apart. Of the gate. */
#ifndef STORE_PREPARED_H
#define STORE_PREPARED_H

#include "store/store.h"

struct backend;

/* Checks a config without looking at the store, and finds its back end. ERR_USAGE names
 * the origin of what is wrong. prepared_free() the result, with which what it borrows of
 * config must live as long. */
int prepared_new(struct store_config **out, const struct backend **backend,
	const struct store_config *config, struct err *err);

/* The config of prepared_new(), and nothing else; NULL is allowed. */
void prepared_free(const struct store_config *config);

#endif
