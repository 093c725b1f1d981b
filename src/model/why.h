/* SPDX-License-Identifier: MIT
 * The words for a verdict: the WHY column and the sentence of the inspector. */
#ifndef MODEL_WHY_H
#define MODEL_WHY_H

#include "base/arena.h"
#include "model/health.h"

/* The same in three lengths; a list shows the longest that fits its column. All in cells
 * of printable text; store bytes in them are raw and pass the gate when they are drawn.
 */
struct why {
	const char *full;     /* at most about 60 cells */
	const char *text;     /* at most 27 cells */
	const char *brief;    /* at most 17 cells, after a job name */
	const char *sentence; /* a full sentence with numbers and limits */
};

/* Words for one checkpoint; partition is named as "p7". */
struct why why_of_checkpoint(struct arena *arena, const struct observation *seen,
	const struct verdict *verdict, const struct limits *limits,
	struct span partition);

#endif
