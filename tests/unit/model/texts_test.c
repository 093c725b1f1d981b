/* SPDX-License-Identifier: MIT */
#include "model/texts.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

#include <cmocka.h>

#define MANY 5000

static text_id
add_number(struct texts *texts, int number)
{
	char text[24];

	snprintf(text, sizeof(text), "host-%d", number);
	return texts_add(texts, span_of(text));
}

static void
keeps_one_of_each(void **state)
{
	struct texts *texts = texts_new();
	text_id first = texts_add(texts, SPAN("worker-07"));

	(void)state;
	assert_int_equal(texts_add(texts, SPAN("worker-07")), first);
	assert_int_not_equal(texts_add(texts, SPAN("worker-08")), first);
	assert_int_equal(texts_add(texts, SPAN_NONE), 0);
	assert_int_not_equal(texts_add(texts, SPAN("")), 0);
	assert_null(texts_span(texts, 0).at);
	assert_int_equal(texts_count(texts), 3);
	assert_int_equal(texts_find(texts, SPAN("worker-07")), first);
	assert_int_equal(texts_find(texts, SPAN("worker-09")), 0);
	/* Two references: the first end of one leaves it there. */
	texts_drop(texts, first);
	assert_true(span_is(texts_span(texts, first), "worker-07"));
	texts_drop(texts, first);
	assert_int_equal(texts_find(texts, SPAN("worker-07")), 0);
	texts_drop(texts, 0);
	texts_free(texts);
}

static void
bytes_of_any_kind_are_texts(void **state)
{
	struct texts *texts = texts_new();
	text_id nul = texts_add(texts, SPAN("a\0b")),
		other = texts_add(texts, SPAN("a\0c"));

	(void)state;
	assert_int_not_equal(nul, other);
	assert_int_equal(texts_span(texts, nul).len, 3);
	texts_free(texts);
}

/* What stands behind a text that goes must still be found: every order of going. */
static void
what_stays_is_found_whatever_goes(void **state)
{
	struct texts *texts = texts_new();
	static text_id ids[MANY];

	(void)state;
	for (int i = 0; i < MANY; i++)
		ids[i] = add_number(texts, i);
	for (int i = 0; i < MANY; i += 3)
		texts_drop(texts, ids[i]);
	for (int i = 0; i < MANY; i++) {
		char text[24];

		snprintf(text, sizeof(text), "host-%d", i);
		assert_int_equal(
			texts_find(texts, span_of(text)), i % 3 == 0 ? 0 : ids[i]);
	}
	texts_free(texts);
}

/* Hosts that come and go for months leave nothing behind: ids are used again. */
static void
a_store_of_passing_names_does_not_grow(void **state)
{
	struct texts *texts = texts_new();
	text_id held = add_number(texts, 0), highest = 0;

	(void)state;
	for (int i = 1; i < 100000; i++) {
		char text[24];

		snprintf(text, sizeof(text), "pod-%d", i);
		texts_replace(texts, &held, span_of(text));
		if (held > highest)
			highest = held;
	}
	assert_int_equal(texts_count(texts), 1);
	assert_in_range(highest, 1, 3);
	texts_free(texts);
}

static void
replaces_a_text_by_a_part_of_itself(void **state)
{
	struct texts *texts = texts_new();
	text_id held = texts_add(texts, SPAN("one and two"));
	struct span whole = texts_span(texts, held);

	(void)state;
	texts_replace(texts, &held, (struct span){ whole.at + 4, 3 });
	assert_true(span_is(texts_span(texts, held), "and"));
	texts_replace(texts, &held, texts_span(texts, held));
	assert_true(span_is(texts_span(texts, held), "and"));
	texts_replace(texts, &held, SPAN_NONE);
	assert_int_equal(held, 0);
	assert_int_equal(texts_count(texts), 0);
	texts_free(texts);
}

static void
takes_the_text_that_it_is_probably_like(void **state)
{
	struct texts *texts = texts_new();
	text_id first = texts_add(texts, SPAN("a")), second = texts_add(texts, SPAN("b"));
	text_id held = 0;

	(void)state;
	texts_replace_like(texts, &held, SPAN("a"), first);
	assert_int_equal(held, first);
	texts_drop(texts, first);
	assert_true(span_is(texts_span(texts, held), "a"));
	/* What is like it only probably was another. */
	texts_replace_like(texts, &held, SPAN("b"), first);
	assert_int_equal(held, second);
	texts_replace_like(texts, &held, SPAN("c"), second);
	assert_true(span_is(texts_span(texts, held), "c"));
	texts_replace_like(texts, &held, SPAN_NONE, second);
	assert_int_equal(held, 0);
	texts_drop(texts, second);
	assert_int_equal(texts_count(texts), 0);
	texts_free(texts);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(keeps_one_of_each),
		cmocka_unit_test(bytes_of_any_kind_are_texts),
		cmocka_unit_test(what_stays_is_found_whatever_goes),
		cmocka_unit_test(a_store_of_passing_names_does_not_grow),
		cmocka_unit_test(replaces_a_text_by_a_part_of_itself),
		cmocka_unit_test(takes_the_text_that_it_is_probably_like),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
