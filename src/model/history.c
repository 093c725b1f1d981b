/* SPDX-License-Identifier: MIT */
#include "model/history.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "base/mem.h"

#define SAMPLE_EVERY   (10 * SECOND)
#define SAMPLE_RAREST  (10 * MINUTE)
#define SHORTEST_WATCH (3 * SECOND)
#define BASE_REACH     (10 * DAY) /* well within 32 bits of milliseconds */

struct history *
history_new(void)
{
	struct history *history = mem_new(1, sizeof(*history));

	history->value_moved_at = TIME_NONE;
	history->head_moved_at = TIME_NONE;
	history->error_since = TIME_NONE;
	history->speed_before = NAN;
	return history;
}

void
history_restart(struct history *history)
{
	history->sample_count = 0;
}

/* --- saves --- */

void
history_saved(struct history *history, int64_t interval)
{
	history->saves_seen++;
	if (interval == TIME_NONE || interval <= 0)
		return;
	history->intervals[history->interval_next] = (float)interval / (float)SECOND;
	history->interval_next = (history->interval_next + 1) % HISTORY_INTERVALS;
	if (history->interval_count < HISTORY_INTERVALS)
		history->interval_count++;
}

static int
compare_floats(const void *a, const void *b)
{
	const float *x = a, *y = b;

	return (*x > *y) - (*x < *y);
}

/* The median, so that one pause is no cadence; the lower of two in the middle. */
int64_t
history_cadence(const struct history *history)
{
	float sorted[HISTORY_INTERVALS];
	size_t count = history->interval_count;

	if (count == 0)
		return TIME_NONE;
	memcpy(sorted, history->intervals, count * sizeof(*sorted));
	qsort(sorted, count, sizeof(*sorted), compare_floats);
	return (int64_t)((double)sorted[(count - 1) / 2] * (double)SECOND);
}

/* --- rates --- */

static int64_t
sample_spacing(const struct history *history)
{
	int64_t cadence = history_cadence(history), spacing = SAMPLE_EVERY;

	if (cadence != TIME_NONE && cadence / 2 > spacing)
		spacing = cadence / 2;
	return spacing < SAMPLE_RAREST ? spacing : SAMPLE_RAREST;
}

static int32_t
after_base(const struct history *history, int64_t at)
{
	return (int32_t)((at - history->base) / MILLISECOND);
}

static bool
in_reach(const struct history *history, int64_t at)
{
	return at > history->base - BASE_REACH && at < history->base + BASE_REACH;
}

static void
drop_oldest(struct history *history)
{
	history->sample_count--;
	memmove(&history->samples[0], &history->samples[1],
		history->sample_count * sizeof(history->samples[0]));
}

/* The oldest sample may lie before the window only while it is the last one there. */
static void
drop_outdated(struct history *history, int64_t now, int64_t window)
{
	while (history->sample_count >= 2 && in_reach(history, now - window) &&
		history->samples[1].value_ms < after_base(history, now - window))
		drop_oldest(history);
}

void
history_sample(struct history *history, const struct reading *reading, int64_t now)
{
	int64_t spacing = sample_spacing(history);
	struct sample *sample;

	if (history->sample_count > 0) {
		if (now - history->sampled_at < spacing)
			return;
		if (!in_reach(history, reading->value_at) || !in_reach(history, now))
			history_restart(history);
	}
	drop_outdated(history, now, HISTORY_SAMPLES * spacing);
	if (history->sample_count == HISTORY_SAMPLES)
		drop_oldest(history);
	if (history->sample_count == 0)
		history->base = reading->value_at;
	sample = &history->samples[history->sample_count++];
	sample->value = reading->value;
	sample->value_ms = after_base(history, reading->value_at);
	sample->head = reading->head;
	sample->head_ms = INT32_MIN;
	if (reading->head_at != TIME_NONE && in_reach(history, reading->head_at))
		sample->head_ms = after_base(history, reading->head_at);
	history->sampled_at = now;
}

static struct rate
rate_between(int64_t from, int64_t from_at, int64_t to, int64_t to_at)
{
	if (to_at - from_at < SHORTEST_WATCH)
		return (struct rate){ 0 };
	return (struct rate){
		.known = true,
		.per_second = ((double)to - (double)from) * (double)SECOND /
			      (double)(to_at - from_at),
	};
}

static struct rate
speed_of(const struct history *history, const struct reading *newest)
{
	const struct sample *oldest = &history->samples[0];

	return rate_between(oldest->value, history->base + oldest->value_ms * MILLISECOND,
		newest->value, newest->value_at);
}

static struct rate
head_speed_of(const struct history *history, const struct reading *newest)
{
	for (size_t i = 0; i < history->sample_count; i++) {
		const struct sample *sample = &history->samples[i];

		if (sample->head_ms != INT32_MIN)
			return rate_between(sample->head,
				history->base + sample->head_ms * MILLISECOND,
				newest->head, newest->head_at);
	}
	return (struct rate){ 0 };
}

struct history_rates
history_rates(const struct history *history, const struct reading *newest)
{
	struct history_rates rates = { 0 };

	if (history->sample_count == 0)
		return rates;
	rates.speed = speed_of(history, newest);
	if (newest->head_at != TIME_NONE)
		rates.head_speed = head_speed_of(history, newest);
	if (rates.speed.known && rates.head_speed.known) {
		rates.lag_rate.known = true;
		rates.lag_rate.per_second =
			rates.head_speed.per_second - rates.speed.per_second;
	}
	return rates;
}

static void
not_after(int64_t *at, int64_t now)
{
	if (*at > now)
		*at = now;
}

void
history_step_back(struct history *history, int64_t now)
{
	history_restart(history);
	not_after(&history->value_moved_at, now);
	not_after(&history->head_moved_at, now);
	not_after(&history->error_since, now);
	if (history->spark.step > now / SPARK_STEP)
		history->spark.step = now / SPARK_STEP;
}

/* --- spark --- */

static void
spark_advance(struct spark *spark, int64_t step)
{
	int64_t steps = step - spark->step;

	if (steps <= 0)
		return;
	for (size_t i = 0; i < SPARK_CELLS; i++)
		spark->cells[i] = steps < SPARK_CELLS && i + (size_t)steps < SPARK_CELLS
					  ? spark->cells[i + (size_t)steps]
					  : NAN;
	spark->step = step;
}

void
spark_add(struct spark *spark, int64_t now, double lag)
{
	float *newest = &spark->cells[SPARK_CELLS - 1];

	spark_advance(spark, now / SPARK_STEP);
	if (isnan(*newest) || lag > (double)*newest)
		*newest = (float)lag;
}

void
spark_copy(float out[SPARK_CELLS], const struct spark *spark, int64_t now)
{
	struct spark copy = *spark;

	spark_advance(&copy, now / SPARK_STEP);
	memcpy(out, copy.cells, sizeof(copy.cells));
}

void
spark_flat(float out[SPARK_CELLS], int64_t since, int64_t now, double lag)
{
	int64_t first = since / SPARK_STEP, newest = now / SPARK_STEP;

	for (int64_t i = 0; i < SPARK_CELLS; i++)
		out[i] = newest - (SPARK_CELLS - 1) + i >= first ? (float)lag : NAN;
}
