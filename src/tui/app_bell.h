/* SPDX-License-Identifier: MIT
 * When to ring: a job that was not CRIT is, a store that answered is down. What was so
 * when it was first seen does not ring. */
#ifndef TUI_APP_BELL_H
#define TUI_APP_BELL_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "model/board.h"

/* Start with { 0 }, end with app_bell_free(). */
struct app_bell {
	unsigned long long *troubles; /* hashes of CRIT jobs and DOWN stores, sorted */
	size_t trouble_count;
	uint64_t *sequences; /* of the boards looked at; 0: not opened yet */
	size_t store_count;
};

/* Looks at the newest boards; true when it should ring once. */
bool
app_bell_look(struct app_bell *bell, const struct board *const *boards, size_t count);
void app_bell_free(struct app_bell *bell);

#endif
