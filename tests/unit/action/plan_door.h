/* SPDX-License-Identifier: MIT
 * The library as one of the doors through which a plan is asked for: with an operator of
 * its own, who has looked at the store as often as the others, and a journal of
 * operations that may be undone. */
#ifndef UNIT_ACTION_PLAN_DOOR_H
#define UNIT_ACTION_PLAN_DOOR_H

#include "lib/operator.h"

#define DOOR_OPERATIONS 64
#define DOOR_ROWS	4

struct door {
	char directory[64], path[96];
	struct config config;
	struct ckpt_operator *by;
	struct arena *arena;
	/* As the journal tells them; each of one job. */
	struct journal_record *operations[DOOR_OPERATIONS];
};

/* store and rules are borrowed. The clock must run: a journal is written. partitions:
 * DOOR_ROWS names; jobs: job_count names; random gives a number from 0 to `most`. */
void
door_open(struct door *door, const struct store_config *store, const struct rules *rules,
	const char *const *jobs, size_t job_count, const char *const *partitions,
	uint64_t (*random)(void *arg, uint64_t most), void *arg);
void door_close(struct door *door);

/* The library looks for itself: of the circumstances all that can be chosen is the
 * environment. */
struct plan_terms door_terms(const struct plan_terms *terms);

/* The plan as the library says it while the clock of the test stands still: nothing could
 * be written to the journal. */
void door_add_json(struct str *out, struct plan *plan);

/* What the library makes of a wish: its plan is this JSON, or it is refused with this
 * error (json NULL). target: as it is typed. Of terms the environment is taken. */
void door_expect(struct door *door, const struct wish *wish, const struct key *keys,
	size_t count, const char *target, const struct plan_terms *terms,
	const char *json, const struct err *err);

/* The same of an operation of the journal that is undone, for the reason of this wish:
 * made here from what is in the store and on the board of terms, and by the library.
 * Whether there is a plan. */
bool door_expect_undo(struct door *door, struct store *store, size_t operation,
	const struct wish *wish, const struct plan_terms *terms);

#endif
