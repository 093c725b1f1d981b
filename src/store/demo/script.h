/* SPDX-License-Identifier: MIT
 * The inside of a scenario: shared by its reader and its player, nobody else's business.
 */
#ifndef STORE_DEMO_SCRIPT_H
#define STORE_DEMO_SCRIPT_H

#include "base/arena.h"
#include "store/demo/scenario.h"

/* One point of a line: from `at` on it is text, or the line of numbers goes through
 * number. */
struct point {
	int64_t at;
	double number;
	struct span text; /* none: a number */
};

struct line {
	const struct point *points;
	size_t count;
};

struct script {
	struct key key;
	struct line saves, skew, value, head, watermark, metadata, damage;
	int64_t gone;
};

struct outage {
	int64_t from, until;
	const char *why;
};

struct scenario_fact {
	const char *name, *text;
	bool warning;
};

struct scenario {
	struct arena *arena;
	int64_t opened;
	const char *kind, *where;
	int64_t took;
	struct line moments;
	const struct outage *outages;
	size_t outage_count;
	const struct scenario_fact *facts;
	size_t fact_count;
	struct script *scripts;
	size_t count;
};

#endif
