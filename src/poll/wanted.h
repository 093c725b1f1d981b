/* SPDX-License-Identifier: MIT
 * What the records look at in the metadata of every checkpoint, by the names that a
 * configuration gives it. */
#ifndef POLL_WANTED_H
#define POLL_WANTED_H

#include "model/rule.h"
#include "store/store.h"

/* Names are borrowed from config and rules (may be NULL). End it with wanted_end(). */
void wanted_begin(struct store_wanted *out, const struct store_config *config,
	const struct rules *rules);
void wanted_end(struct store_wanted *wanted);

#endif
