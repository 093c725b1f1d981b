/* SPDX-License-Identifier: MIT */
#include "base/backoff.h"

#include <limits.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "base/clock.h"

static void
delays_double_up_to_the_last(void **state)
{
	static const int64_t delays[] = { 5, 10, 20, 40, 60, 60, 60 };

	(void)state;
	for (uint64_t seed = 1; seed < 500; seed++) {
		struct backoff backoff = {
			.first = 5 * SECOND, .last = 60 * SECOND, .seed = seed
		};

		for (size_t i = 0; i < sizeof(delays) / sizeof(delays[0]); i++)
			assert_in_range(backoff_next(&backoff), delays[i] * SECOND / 2,
				delays[i] * SECOND);
		assert_int_equal(backoff.tries, 7);
		backoff_reset(&backoff);
		assert_int_equal(backoff.tries, 0);
		assert_in_range(backoff_next(&backoff), 5 * SECOND / 2, 5 * SECOND);
	}
}

/* Clients that failed together come back over the whole second half of the delay. */
static void
delays_are_spread(void **state)
{
	int tenths[10] = { 0 };

	(void)state;
	for (uint64_t seed = 1; seed <= 1000; seed++) {
		struct backoff backoff = { .first = 1000, .last = 1000, .seed = seed };

		tenths[(backoff_next(&backoff) - 500) * 10 / 501]++;
	}
	for (int i = 0; i < 10; i++)
		assert_in_range(tenths[i], 60, 140);
}

static void
each_process_has_a_seed_of_its_own(void **state)
{
	struct backoff first = { .first = HOUR, .last = HOUR }, second = first, same;
	int64_t delay;

	(void)state;
	delay = backoff_next(&first);
	assert_true(delay != backoff_next(&second) || first.seed != second.seed);
	assert_true(first.seed != 0);
	same = first;
	assert_int_equal(backoff_next(&same), backoff_next(&first));
}

static void
nothing_overflows(void **state)
{
	struct backoff forever = { .first = 1, .last = INT64_MAX, .seed = 7 };
	struct backoff tired = { .first = 3, .last = 4, .tries = UINT_MAX, .seed = 7 };

	(void)state;
	for (int i = 0; i < 200; i++)
		assert_true(backoff_next(&forever) >= 0);
	assert_true(backoff_next(&forever) >= INT64_MAX / 2);
	assert_in_range(backoff_next(&tired), 2, 4);
	assert_true(tired.tries == UINT_MAX);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(delays_double_up_to_the_last),
		cmocka_unit_test(delays_are_spread),
		cmocka_unit_test(each_process_has_a_seed_of_its_own),
		cmocka_unit_test(nothing_overflows),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
