/* SPDX-License-Identifier: MIT */
#include "model/history.h"

#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>

#include <cmocka.h>

#define NOW (INT64_C(1795316861) * SECOND)

/* A job that saves every `every` seconds, at `pace` positions a second, under a head that
 * grows by `grows`; polled every `poll` seconds for `long_` seconds. */
struct run {
	int every, poll, lasts;
	double pace, grows;
	bool times_known; /* else a value has the time of the poll that saw it */
};

static struct reading
reading_at(const struct run *run, int seconds)
{
	int saved = seconds / run->every * run->every;

	return (struct reading){
		.value = (int64_t)(run->pace * saved),
		.value_at = NOW + (run->times_known ? saved : seconds) * SECOND,
		.head = (int64_t)(run->grows * seconds) + 1000000,
		.head_at = NOW + seconds * SECOND,
	};
}

static void
a_steady_job_has_a_steady_rate(void **state)
{
	static const struct run runs[] = {
		{ 5, 5, 600, 200, 200, true },
		{ 7, 5, 600, 200, 184, true },
		{ 13, 2, 600, 911, 1000, true },
		{ 45, 5, 900, 50, 60, true },
		{ 300, 5, 3600, 50, 60, true },
		{ 5, 60, 3600, 200, 200, true },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(runs) / sizeof(runs[0]); i++) {
		const struct run *run = &runs[i];
		struct history *history = history_new();
		int last_save = 0, known = 0, polls = 0;

		for (int at = 0; at < run->lasts; at += run->poll) {
			struct reading reading = reading_at(run, at);
			int saved = at / run->every * run->every;
			struct history_rates rates;

			if (saved != last_save)
				history_saved(history, (saved - last_save) * SECOND);
			last_save = saved;
			rates = history_rates(history, &reading);
			history_sample(history, &reading, NOW + at * SECOND);
			polls++;
			if (!rates.lag_rate.known)
				continue;
			known++;
			/* Not one poll in a hundred is off by one in a hundred. */
			assert_true(fabs(rates.head_speed.per_second - run->grows) <
				    0.01 * run->grows);
			assert_true(at < 2 * run->every ||
				    fabs(rates.speed.per_second - run->pace) <
					    0.01 * run->pace);
		}
		assert_true(known * 10 > polls * 5);
		free(history);
	}
}

static void
one_look_is_no_rate(void **state)
{
	const struct run run = { 5, 5, 60, 200, 200, true };
	struct history *history = history_new();
	struct reading reading = reading_at(&run, 0);
	struct history_rates rates;

	(void)state;
	rates = history_rates(history, &reading);
	assert_false(rates.speed.known);
	history_sample(history, &reading, NOW);
	rates = history_rates(history, &reading);
	assert_false(rates.speed.known || rates.head_speed.known);
	reading = reading_at(&run, 5);
	rates = history_rates(history, &reading);
	assert_true(rates.speed.known && rates.lag_rate.known);
	/* Without a head there is no lag, and so no rate of it. */
	reading.head_at = TIME_NONE;
	rates = history_rates(history, &reading);
	assert_true(rates.speed.known);
	assert_false(rates.head_speed.known || rates.lag_rate.known);
	free(history);
}

static void
who_stops_has_no_speed_after_a_minute(void **state)
{
	struct run run = { 5, 5, 0, 200, 200, true };
	struct history *history = history_new();
	struct history_rates rates = { 0 };

	(void)state;
	for (int at = 0; at < 300; at += 5) {
		struct reading reading = reading_at(&run, at < 200 ? at : 200);

		/* Standing, a value has the time of now. */
		if (at >= 215)
			reading.value_at = NOW + at * SECOND;
		reading.head = 200 * at;
		reading.head_at = NOW + at * SECOND;
		rates = history_rates(history, &reading);
		history_sample(history, &reading, NOW + at * SECOND);
	}
	assert_true(rates.speed.known && rates.speed.per_second == 0);
	assert_true(fabs(rates.lag_rate.per_second - 200) < 0.01);
	free(history);
}

static void
a_long_silence_is_not_averaged_away(void **state)
{
	const struct run run = { 5, 5, 0, 200, 200, true };
	struct history *history = history_new();
	struct reading reading;

	(void)state;
	for (int at = 0; at < 60; at += 5) {
		reading = reading_at(&run, at);
		history_sample(history, &reading, NOW + at * SECOND);
	}
	/* Nothing was polled for a month; two samples later that month is forgotten. */
	for (int at = 30 * 86400; at < 30 * 86400 + 200; at += 5) {
		reading = reading_at(&run, at);
		reading.value += 1000000000;
		history_sample(history, &reading, NOW + at * SECOND);
	}
	assert_true(fabs(history_rates(history, &reading).speed.per_second - 200) < 2);
	free(history);
}

static void
a_pause_is_no_cadence(void **state)
{
	struct history *history = history_new();

	(void)state;
	assert_true(history_cadence(history) == TIME_NONE);
	history_saved(history, TIME_NONE);
	history_saved(history, -5 * SECOND);
	history_saved(history, 0);
	assert_true(history_cadence(history) == TIME_NONE);
	assert_int_equal(history->saves_seen, 3);
	history_saved(history, 3 * HOUR);
	history_saved(history, 5 * SECOND);
	history_saved(history, 6 * SECOND);
	assert_int_equal(history_cadence(history), 6 * SECOND);
	/* A new habit is learned. */
	for (int i = 0; i < 3; i++)
		history_saved(history, MINUTE);
	assert_int_equal(history_cadence(history), MINUTE);
	free(history);
}

static void
cells_lie_on_whole_steps(void **state)
{
	struct spark spark = { 0 };
	float cells[SPARK_CELLS];
	int64_t step = NOW / SPARK_STEP * SPARK_STEP;

	(void)state;
	spark_add(&spark, step, 5);
	spark_add(&spark, step + SPARK_STEP - 1, 9);
	spark_add(&spark, step + SPARK_STEP - 1, 7);
	spark_add(&spark, step + SPARK_STEP, 3);
	/* Three steps without a look. */
	spark_add(&spark, step + 5 * SPARK_STEP, 4);
	spark_copy(cells, &spark, step + 6 * SPARK_STEP);
	assert_true(isnan(cells[SPARK_CELLS - 1]));
	assert_true(cells[SPARK_CELLS - 2] == 4.0f);
	assert_true(isnan(cells[SPARK_CELLS - 3]) && isnan(cells[SPARK_CELLS - 5]));
	assert_true(cells[SPARK_CELLS - 6] == 3.0f);
	assert_true(cells[SPARK_CELLS - 7] == 9.0f);
	assert_true(isnan(cells[SPARK_CELLS - 8]));
	spark_copy(cells, &spark, step + 1000 * SPARK_STEP);
	for (int i = 0; i < SPARK_CELLS; i++)
		assert_true(isnan(cells[i]));
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_steady_job_has_a_steady_rate),
		cmocka_unit_test(one_look_is_no_rate),
		cmocka_unit_test(who_stops_has_no_speed_after_a_minute),
		cmocka_unit_test(a_long_silence_is_not_averaged_away),
		cmocka_unit_test(a_pause_is_no_cadence),
		cmocka_unit_test(cells_lie_on_whole_steps),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
