/* SPDX-License-Identifier: MIT
 * What changed between two looks at the same stores. */
#ifndef CLI_CHANGES_H
#define CLI_CHANGES_H

#include "model/board.h"

/* Start with { 0 }. */
struct changes {
	const struct board **before; /* references, one a store; NULL at first */
	size_t count;
};

/* Called for each checkpoint that is new (before NULL) or differs. */
typedef void
changes_fn(void *arg, const struct board_row *before, const struct board_row *row);

/* Compares with the boards of the last call, in their order, and keeps these. A change is
 * one of value, time of save, watermark, metadata, damage, state or finding; that time
 * goes by is none. */
void changes_walk(struct changes *changes, const struct board *const *boards,
	size_t count, changes_fn *changed, void *arg);

void changes_free(struct changes *changes);

#endif
