/* SPDX-License-Identifier: MIT
 * What is remembered of a checkpoint that moves: samples for its rates, the times between
 * its saves, the picture of its lag. Made only for records that have moved. */
#ifndef MODEL_HISTORY_H
#define MODEL_HISTORY_H

#include "model/board.h"

/* Rates are taken over about a minute, or over a few saves where those are rarer, so that
 * the jitter of one poll does not turn them. */
#define HISTORY_SAMPLES	  6
#define HISTORY_INTERVALS 5

/* Where value and head stand. A value has the time of its save, where that is known, and
 * not that of the poll which happened to see it. */
struct reading {
	int64_t value, value_at;
	int64_t head, head_at; /* head_at TIME_NONE: no head */
};

struct sample {
	int64_t value, head;
	int32_t value_ms, head_ms; /* after the base; INT32_MIN: no head */
};

/* The lag of the last hour, in cells of SPARK_STEP. */
struct spark {
	int64_t step; /* number of the newest cell since 1970 */
	float cells[SPARK_CELLS];
};

struct history {
	struct spark spark;
	int64_t base, sampled_at;
	struct sample samples[HISTORY_SAMPLES]; /* oldest first */
	uint8_t sample_count;
	uint8_t interval_count, interval_next;
	float intervals[HISTORY_INTERVALS]; /* seconds between saves, newest over oldest
					     */
	float speed_before;		    /* the last while it moved; NAN: not known */
	uint32_t saves_seen, saves_standing;
	int64_t value_moved_at, head_moved_at, error_since; /* TIME_NONE: not seen */
};

struct history *history_new(void);

/* Forgets the samples: what comes next does not go on from them. */
void history_restart(struct history *history);

/* A save was seen, interval after the one before (TIME_NONE or not positive: unknown). */
void history_saved(struct history *history, int64_t interval);

/* The typical time between saves, TIME_NONE while none is known. */
int64_t history_cadence(const struct history *history);

/* Takes a sample where the last is long enough ago. */
void history_sample(struct history *history, const struct reading *reading, int64_t now);

/* From the samples to the newest reading. What was not watched for long enough is not
 * known. */
struct history_rates {
	struct rate speed, head_speed, lag_rate;
};

struct history_rates
history_rates(const struct history *history, const struct reading *newest);

/* Our own clock was set back to now: no time in here lies after it. */
void history_step_back(struct history *history, int64_t now);

/* --- spark --- */

/* The lag at a moment; of each cell the maximum counts. */
void spark_add(struct spark *spark, int64_t now, double lag);
/* The cells so that the last is that of now. */
void spark_copy(float out[SPARK_CELLS], const struct spark *spark, int64_t now);
/* The picture of a lag that has stood since a moment. */
void spark_flat(float out[SPARK_CELLS], int64_t since, int64_t now, double lag);

#endif
