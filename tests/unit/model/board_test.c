/* SPDX-License-Identifier: MIT */
#include "model/board.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "base/thread.h"

#define READERS 4
#define ROUNDS	20000

/* Holds and lets go of a board as long as its own reference lasts. */
static void
hold(void *arg)
{
	const struct board *board = arg;

	for (int i = 0; i < ROUNDS; i++) {
		const struct board *again = board_ref(board);

		assert_ptr_equal(again, board);
		board_unref(again);
	}
	board_unref(board);
}

static void
lives_until_the_last_lets_go(void **state)
{
	struct board *board = board_new();
	struct thread *readers[READERS];
	struct err err = { 0 };
	size_t size;

	(void)state;
	board->store.name = arena_text(board->arena, "pg:main");
	size = arena_size(board->arena);
	for (int i = 0; i < READERS; i++)
		assert_int_equal(thread_start(&readers[i], "reader", hold,
					 (void *)board_ref(board), &err),
			0);
	for (int i = 0; i < READERS; i++)
		thread_join(readers[i]);
	/* All readers are gone; the board is as it was. */
	assert_int_equal(arena_size(board->arena), size);
	assert_string_equal(board->store.name, "pg:main");
	board_unref(board);
	board_unref(NULL);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(lives_until_the_last_lets_go),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
