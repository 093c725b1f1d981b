/* SPDX-License-Identifier: MIT
 * What to look at first, before anybody thinks of a reset: one sentence for a checkpoint
 * in trouble, or for one of which too little is known. */
#ifndef MODEL_ADVICE_H
#define MODEL_ADVICE_H

#include "model/board.h"

/* Appends the sentence; nothing where there is nothing to do. It may hold bytes of a
 * store. */
void advice_add(struct str *out, const struct board_row *row);

#endif
