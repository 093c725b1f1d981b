/* SPDX-License-Identifier: MIT
 * Numbers as people read them. */
#ifndef MODEL_NUMBER_H
#define MODEL_NUMBER_H

#include <stdint.h>

#include "base/str.h"

/*
 * Powers of 1000: k M G T P E. Cut towards zero, never rounded up: a lag of 999,999 is
 * 999k and never looks like a million. A sign takes one cell more.
 */

/* For columns, at most 5 cells: 310, 2.1k, 88.1k, 631k, 2.03M. */
void number_add_short(struct str *out, int64_t number);

/* For words, at most 4 cells: 310, 2.1k, 88k, 631k, 2.0M. */
void number_add_brief(struct str *out, int64_t number);

/* With thousands commas: 88,412,007. */
void number_add_grouped(struct str *out, int64_t number);

#endif
