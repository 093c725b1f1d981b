/* SPDX-License-Identifier: MIT
 * The words for a verdict: the WHY column and the sentence of the inspector. */
#ifndef MODEL_WHY_H
#define MODEL_WHY_H

#include "base/arena.h"
#include "base/clock.h"
#include "model/health.h"

#define WHY_FULL_CELLS	60
#define WHY_TEXT_CELLS	27
#define WHY_BRIEF_CELLS 17

/*
 * The same in three lengths; a list shows the longest that fits its column. "" where
 * there is nothing to say, never NULL. Store bytes in them are raw and pass the gate when
 * they are drawn; the lengths hold for what the gate makes of them. What the pipeline
 * says of its own error is in all of them.
 */
struct why {
	const char *full;     /* at most WHY_FULL_CELLS */
	const char *text;     /* at most WHY_TEXT_CELLS */
	const char *brief;    /* at most WHY_BRIEF_CELLS, after a job name */
	const char *sentence; /* full sentences with numbers and limits; state and since
				 stand before it, see why_add_since() */
	const struct why *local; /* the same with clock times of the local zone; NULL:
				    there are none in it, or no such zone was given */
};

/* Clock times in the words are UTC; local (may be NULL) is for why.local. */
struct why_context {
	struct arena *arena;
	const struct zone *local;
};

/* Words for one checkpoint; partition is named as "p7", none is not named. */
struct why why_of_checkpoint(const struct why_context *context,
	const struct observation *seen, const struct verdict *verdict,
	const struct limits *limits, struct span partition);

/* What the words for a job need besides its worst partition. */
#define WHY_NAMES 3

struct why_job {
	size_t partitions;	      /* those that are neither dormant nor superseded */
	size_t same;		      /* those with the verdict's state and finding */
	struct span names[WHY_NAMES]; /* the first of them, in natural order */
	size_t moving;		      /* those that save within their habit */
	struct lag lag;		      /* of the job, and how it changes */
	struct rate lag_rate, speed, head_speed;
	/* Of those that went back: their values as numbers, and how far all of them
	 * together. */
	bool numbers;
	int64_t from_least, from_most, to_least, to_most, fall;
	bool damaged_unlike; /* those that cannot be read are so for several reasons */
	int replayed;	     /* percent of all that is replayed; -1: not known */
};

struct why why_of_job(const struct why_context *context, const struct why_job *job,
	const struct observation *worst, const struct verdict *verdict,
	const struct limits *limits, struct span partition);

/* "stuck", "went BACK", …: a finding as one word or two; "" where the state says all. */
const char *why_finding_words(enum finding finding);

/*
 * What stands before every sentence: "CRIT since 02:14:02 (53m39s)", and where the
 * trouble is older than the state "CRIT since 02:44:02 (23m39s), stuck since 02:14:02
 * (53m39s)"; "since ≥" (">=" in ASCII) where it began at that time or before. zone NULL:
 * UTC.
 */
void
why_add_since(struct str *out, enum state state, enum finding finding, struct since since,
	struct since state_since, int64_t now, const struct zone *zone, bool ascii);

#endif
