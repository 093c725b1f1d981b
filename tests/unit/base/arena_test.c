/* SPDX-License-Identifier: MIT */
#include "base/arena.h"

#include <setjmp.h>
#include <stdalign.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#define PIECES 3000

/* Pieces of many sizes are zeroed, aligned and do not touch each other. */
static void
pieces_are_zeroed_aligned_and_apart(void **state)
{
	struct arena *arena = arena_new();
	unsigned char **pieces = calloc(PIECES, sizeof(*pieces));
	size_t asked = 0;

	(void)state;
	for (size_t i = 0; i < PIECES; i++) {
		size_t len = (i * 37) % 911;

		arena_text(arena, "x"); /* what follows must be aligned again */
		pieces[i] = arena_alloc(arena, len, 1);
		assert_int_equal((uintptr_t)pieces[i] % alignof(max_align_t), 0);
		for (size_t j = 0; j < len; j++)
			if (pieces[i][j] != 0)
				fail_msg("piece %zu is not zeroed at %zu", i, j);
		memset(pieces[i], (int)(i % 255) + 1, len);
		asked += len + 2;
	}
	for (size_t i = 0; i < PIECES; i++)
		for (size_t j = 0; j < (i * 37) % 911; j++)
			if (pieces[i][j] != (i % 255) + 1)
				fail_msg("piece %zu was overwritten at %zu", i, j);
	assert_in_range(arena_size(arena), asked, 3 * asked);
	free(pieces);
	arena_free(arena);
}

static void
a_large_piece_does_not_waste_the_current_block(void **state)
{
	struct arena *arena = arena_new();
	char *before, *large, *after;
	size_t size;

	(void)state;
	before = arena_alloc(arena, 1, 16);
	size = arena_size(arena);
	large = arena_alloc(arena, 1000, 1000);
	assert_int_equal(arena_size(arena), size + 1000 * 1000);
	memset(large, 'x', 1000 * 1000);
	after = arena_alloc(arena, 1, 16);
	assert_ptr_equal(after, before + 16);
	assert_int_equal(arena_size(arena), size + 1000 * 1000);
	arena_free(arena);
}

static void
copies_end_in_nul_and_none_stays_none(void **state)
{
	struct arena *arena = arena_new();
	struct span copy;
	char *text;

	(void)state;
	assert_null(arena_span(arena, SPAN_NONE).at);
	assert_null(arena_text(arena, NULL));
	assert_non_null(arena_alloc(arena, 0, 8));
	copy = arena_span(arena, SPAN("a\0b"));
	assert_int_equal(copy.len, 3);
	assert_memory_equal(copy.at, "a\0b", 4);
	copy = arena_span(arena, SPAN(""));
	assert_non_null(copy.at);
	assert_string_equal(copy.at, "");
	text = arena_printf(arena, "%s-%05d", "p", 42);
	assert_string_equal(text, "p-00042");
	assert_string_equal(arena_printf(arena, "%5000s", "y") + 4999, "y");
	assert_string_equal(text, "p-00042");
	arena_free(arena);
	arena_free(NULL);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(pieces_are_zeroed_aligned_and_apart),
		cmocka_unit_test(a_large_piece_does_not_waste_the_current_block),
		cmocka_unit_test(copies_end_in_nul_and_none_stays_none),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
