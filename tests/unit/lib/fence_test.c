/* SPDX-License-Identifier: MIT */
#include "lib/fence.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

#include <cmocka.h>

static const struct key orders = { { "orders", 6 }, { "0", 1 } };

static struct ckpt
row_of(struct span value, enum ckpt_storage storage)
{
	return (struct ckpt){ .value = value, .storage = storage };
}

static bool
holds(struct span left, struct span found, enum ckpt_storage storage)
{
	struct fence *fence = fence_new();
	struct ckpt row = row_of(found, storage);
	bool result;

	fence_set_value(fence, orders, left);
	result = fence_holds(fence_find(fence, orders), &row);
	fence_free(fence);
	return result;
}

static void
the_text_must_be_the_same(void **state)
{
	(void)state;
	assert_true(holds(SPAN("5"), SPAN("5"), CKPT_STORAGE_TEXT));
	assert_false(holds(SPAN("5"), SPAN("6"), CKPT_STORAGE_TEXT));
	assert_false(holds(SPAN("007"), SPAN("7"), CKPT_STORAGE_TEXT));
	assert_false(holds(SPAN(""), SPAN_NONE, CKPT_STORAGE_NULL));
	assert_false(holds(SPAN_NONE, SPAN(""), CKPT_STORAGE_TEXT));
	assert_true(holds(SPAN_NONE, SPAN_NONE, CKPT_STORAGE_NULL));
}

static void
a_store_may_change_the_form_of_a_number(void **state)
{
	(void)state;
	assert_true(holds(SPAN("007"), SPAN("7"), CKPT_STORAGE_INTEGER));
	assert_true(holds(SPAN("1e3"), SPAN("1000"), CKPT_STORAGE_INTEGER));
	assert_true(holds(SPAN("1.50"), SPAN("1.5"), CKPT_STORAGE_REAL));
	assert_true(holds(SPAN("3.0"), SPAN("3"), CKPT_STORAGE_INTEGER));
	assert_false(holds(SPAN("1e3"), SPAN("1001"), CKPT_STORAGE_INTEGER));
	assert_false(holds(SPAN(""), SPAN("0"), CKPT_STORAGE_INTEGER));
	assert_false(holds(SPAN("x"), SPAN("0"), CKPT_STORAGE_INTEGER));
	assert_false(holds(SPAN(" 7"), SPAN("7"), CKPT_STORAGE_REAL));
	/* The same double, but not the same number. */
	assert_false(holds(SPAN("9007199254740993"), SPAN("9007199254740992"),
		CKPT_STORAGE_INTEGER));
}

static void
absence_is_remembered(void **state)
{
	struct fence *fence = fence_new();
	struct ckpt row = row_of(SPAN("5"), CKPT_STORAGE_TEXT);

	(void)state;
	assert_null(fence_find(fence, orders));
	fence_set_absent(fence, orders);
	assert_true(fence_holds(fence_find(fence, orders), NULL));
	assert_false(fence_holds(fence_find(fence, orders), &row));
	fence_set_value(fence, orders, SPAN("5"));
	assert_false(fence_holds(fence_find(fence, orders), NULL));
	assert_true(fence_holds(fence_find(fence, orders), &row));
	fence_forget(fence, orders);
	assert_null(fence_find(fence, orders));
	fence_free(fence);
}

static void
after_a_doubtful_save_both_outcomes_hold(void **state)
{
	struct fence *fence = fence_new();
	struct ckpt old = row_of(SPAN("5"), CKPT_STORAGE_TEXT);
	struct ckpt tried = row_of(SPAN("6"), CKPT_STORAGE_TEXT);
	struct ckpt other = row_of(SPAN("7"), CKPT_STORAGE_TEXT);

	(void)state;
	fence_set_value(fence, orders, SPAN("5"));
	fence_set_doubtful(fence, orders, SPAN("6"));
	assert_true(fence_holds(fence_find(fence, orders), &old));
	assert_true(fence_holds(fence_find(fence, orders), &tried));
	assert_false(fence_holds(fence_find(fence, orders), &other));
	fence_set_value(fence, orders, SPAN("6"));
	assert_false(fence_holds(fence_find(fence, orders), &old));
	fence_set_absent(fence, orders);
	fence_set_doubtful(fence, orders, SPAN("6"));
	assert_true(fence_holds(fence_find(fence, orders), NULL));
	assert_true(fence_holds(fence_find(fence, orders), &tried));
	assert_false(fence_holds(fence_find(fence, orders), &other));
	fence_free(fence);
}

static void
thousands_of_keys_are_kept_apart(void **state)
{
	struct fence *fence = fence_new();
	char job[16], partition[16], value[32];

	(void)state;
	for (int i = 0; i < 10000; i++) {
		int number = i % 5000;
		struct key key;
		const struct fence_post *post;

		snprintf(job, sizeof(job), "j%d", number % 70);
		snprintf(partition, sizeof(partition), "%d", number / 70);
		snprintf(value, sizeof(value), "v%d", number);
		key = (struct key){ span_of(job), span_of(partition) };
		post = fence_find(fence, key);
		assert_int_equal(post != NULL, i >= 5000);
		if (post == NULL)
			fence_set_value(fence, key, span_of(value));
		else
			assert_string_equal(str_text(&post->value), value);
	}
	fence_free(fence);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(the_text_must_be_the_same),
		cmocka_unit_test(a_store_may_change_the_form_of_a_number),
		cmocka_unit_test(absence_is_remembered),
		cmocka_unit_test(after_a_doubtful_save_both_outcomes_hold),
		cmocka_unit_test(thousands_of_keys_are_kept_apart),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
