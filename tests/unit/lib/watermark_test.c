/* SPDX-License-Identifier: MIT */
#include "lib/ckpt.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#define SECOND INT64_C(1000000)

static void
it_is_the_largest_time_less_the_lateness(void **state)
{
	struct ckpt_watermark watermark;

	(void)state;
	ckpt_watermark_start(&watermark, 5 * SECOND);
	ckpt_watermark_see(&watermark, 100 * SECOND);
	ckpt_watermark_see(&watermark, 103 * SECOND);
	assert_int_equal(ckpt_watermark_now(&watermark), 98 * SECOND);
	ckpt_watermark_see(&watermark, 1 * SECOND);
	assert_int_equal(ckpt_watermark_now(&watermark), 98 * SECOND);
}

static void
without_an_event_there_is_none(void **state)
{
	struct ckpt_watermark watermark;
	char text[32] = "left";

	(void)state;
	ckpt_watermark_start(&watermark, 0);
	assert_true(ckpt_watermark_now(&watermark) == INT64_MIN);
	assert_int_equal(ckpt_watermark_text(&watermark, text), -1);
	assert_string_equal(text, "");
}

static void
it_stays_within_time(void **state)
{
	struct ckpt_watermark watermark;

	(void)state;
	ckpt_watermark_start(&watermark, INT64_MAX);
	ckpt_watermark_see(&watermark, INT64_MIN + 1);
	assert_true(ckpt_watermark_now(&watermark) == INT64_MIN + 1);
	ckpt_watermark_start(&watermark, 1);
	ckpt_watermark_see(&watermark, INT64_MIN + 1);
	assert_true(ckpt_watermark_now(&watermark) == INT64_MIN + 1);
	ckpt_watermark_start(&watermark, -1);
	ckpt_watermark_see(&watermark, INT64_MAX);
	assert_true(ckpt_watermark_now(&watermark) == INT64_MAX);
}

static void
its_text_fits(void **state)
{
	struct ckpt_watermark watermark;
	char text[33];

	(void)state;
	memset(text, '#', sizeof(text));
	ckpt_watermark_start(&watermark, 0);
	ckpt_watermark_see(&watermark, INT64_C(1795352861) * SECOND + 250000);
	assert_int_equal(ckpt_watermark_text(&watermark, text), 0);
	assert_string_equal(text, "2026-11-22T13:07:41.25Z");
	ckpt_watermark_see(&watermark, INT64_MAX);
	assert_int_equal(ckpt_watermark_text(&watermark, text), 0);
	assert_true(strlen(text) < 32);
	ckpt_watermark_start(&watermark, 0);
	ckpt_watermark_see(&watermark, INT64_MIN + 1);
	assert_int_equal(ckpt_watermark_text(&watermark, text), 0);
	assert_true(strlen(text) < 32);
	assert_int_equal(text[strlen(text) - 1], 'Z');
	assert_int_equal(text[32], '#');
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(it_is_the_largest_time_less_the_lateness),
		cmocka_unit_test(without_an_event_there_is_none),
		cmocka_unit_test(it_stays_within_time),
		cmocka_unit_test(its_text_fits),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
