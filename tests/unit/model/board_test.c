/* SPDX-License-Identifier: MIT */
#include "model/board.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

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

/* The board of a store for which some rules are (a capital: a job was seen), in words
 * like "aB-": a and B are for it. */
static struct board *
board_with(const char *rules, bool is_read)
{
	struct board *board = board_new();
	size_t count = strlen(rules);
	struct board_rule *all = arena_alloc(board->arena, count + 1, sizeof(*all));

	for (size_t i = 0; i < count; i++)
		all[i] = (struct board_rule){
			.is_for = rules[i] != '-',
			.met = rules[i] >= 'A' && rules[i] <= 'Z',
		};
	board->rules = all;
	board->rule_count = count;
	board->store.good_at = is_read ? 0 : TIME_NONE;
	return board;
}

static void
a_rule_for_no_job_is_known_when_all_is_read(void **state)
{
	static const struct {
		const char *first, *second;
		bool second_is_read, lacks;
	} cases[] = {
		{ "a", "a", true, true },
		{ "a", "A", true, false },
		{ "A", "a", true, false },
		{ "A", "-", true, false },
		{ "a", "-", true, true },
		{ "a", "-", false, true },
		/* Nobody knows what is in the second one. */
		{ "a", "a", false, false },
		{ "-", "-", true, false },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		const struct board *boards[] = {
			board_with(cases[i].first, true),
			board_with(cases[i].second, cases[i].second_is_read),
		};

		if (boards_lack_rule(boards, 2, 0) != cases[i].lacks)
			fail_msg("case %zu", i);
		assert_false(boards_lack_rule(boards, 2, 1));
		board_unref(boards[0]);
		board_unref(boards[1]);
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(lives_until_the_last_lets_go),
		cmocka_unit_test(a_rule_for_no_job_is_known_when_all_is_read),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
