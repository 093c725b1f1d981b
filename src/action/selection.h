/* SPDX-License-Identifier: MIT
 * The checkpoints that a wish names, each once, in the order in which they were named. */
#ifndef ACTION_SELECTION_H
#define ACTION_SELECTION_H

#include "model/key.h"

/* Starts with { 0 }. The texts of the keys are borrowed. */
struct selection {
	struct key *keys;
	size_t count;
};

void selection_free(struct selection *selection);

/* Nothing is done for one that is there already. */
void selection_add(struct selection *selection, struct key key);

#endif
