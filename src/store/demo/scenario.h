/* SPDX-License-Identifier: MIT
 * A scenario: what a demo store contains at any moment, read from a JSON file.
 *
 * Times are offsets from the moment the store was opened ("-53m39s", "+5m"), so that the
 * same file plays now or, with a frozen clock, always gives the same picture:
 *
 *	{ "kind": "postgresql", "where": "db=etl", "took": "4ms",
 *	  "facts": [ ["table", "public.checkpoints"] ],
 *	  "moments": [ ["-8h", "1m"], ["-10m", "5s"] ],
 *	  "down": [ ["-9m37s", "+1d", "Connection refused"] ],
 *	  "checkpoints": [
 *	    { "job": "orders", "partition": "7",
 *	      "saves": [ ["-8h", "5s"], ["-53m39s", "never"] ],
 *	      "skew": [ ["-1m", "4m12s"] ],
 *	      "value": [ ["-8h", 1000], ["0s", 9000] ],
 *	      "head": [ ["-8h", 1000], ["0s", 9500] ],
 *	      "watermark": [ ["-8h", "-8h"], ["0s", "-4s"] ],
 *	      "metadata": [ ["-8h", { "host": "worker-07" }] ],
 *	      "damage": [ ["-1h", "value unreadable"] ],
 *	      "gone": "-2m" } ] }
 */

/* Numbers run in straight lines between their points, and on beyond the last two; texts,
 * metadata, skew (how far the writer's clock is ahead) and damage hold from their point
 * on. In texts {-1d} is the date of that day. The stored value, metadata and watermark
 * are those of the last save, the head is that of now. */
#ifndef STORE_DEMO_SCENARIO_H
#define STORE_DEMO_SCENARIO_H

#include "base/err.h"
#include "base/str.h"
#include "model/ckpt.h"

struct scenario;

/* Parses a scenario that is opened at `opened`. ERR_USAGE says which checkpoint and
 * member is wrong. */
int
scenario_parse(struct scenario **out, struct span text, int64_t opened, struct err *err);
void scenario_free(struct scenario *scenario);

const char *scenario_kind(const struct scenario *scenario);
const char *scenario_where(const struct scenario *scenario);
/* How long a read is said to take. */
int64_t scenario_took(const struct scenario *scenario);
size_t scenario_fact_count(const struct scenario *scenario);
void scenario_fact(const struct scenario *scenario, size_t index, const char **name,
	const char **text, bool *warning);

/* Why the store does not answer at this moment, or NULL. */
const char *scenario_down(const struct scenario *scenario, int64_t at);

/* The first moment of the past, and the one after `at`. */
int64_t scenario_start(const struct scenario *scenario);
int64_t scenario_next(const struct scenario *scenario, int64_t at);

/* The checkpoint as it stands at a moment; false when there is none then. *row borrows
 * from *memory, which is cleared first. */
size_t scenario_count(const struct scenario *scenario);
struct key scenario_key(const struct scenario *scenario, size_t index);
bool scenario_row(const struct scenario *scenario, size_t index, int64_t at,
	struct str *memory, struct ckpt *row);

#endif
