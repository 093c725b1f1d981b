/* SPDX-License-Identifier: MIT */
#include "model/board.h"

#include <stdatomic.h>

/* The count stands beside the board in its arena, so that readers of the const board can
 * hold it. */
struct counted {
	struct board board;
	atomic_size_t references;
};

struct board *
board_new(void)
{
	struct arena *arena = arena_new();
	struct counted *counted = arena_alloc(arena, 1, sizeof(*counted));

	counted->board.arena = arena;
	atomic_init(&counted->references, 1);
	return &counted->board;
}

/* The board is the first member. The count is the only thing that ever changes. */
static struct counted *
counted_of(const struct board *board)
{
	return (struct counted *)board;
}

const struct board *
board_ref(const struct board *board)
{
	atomic_fetch_add_explicit(
		&counted_of(board)->references, 1, memory_order_relaxed);
	return board;
}

void
board_unref(const struct board *board)
{
	/* The last holder must see everything that the others did before they let go. */
	if (board != NULL && atomic_fetch_sub_explicit(&counted_of(board)->references, 1,
				     memory_order_acq_rel) == 1)
		arena_free(board->arena);
}

bool
boards_lack_rule(const struct board *const *boards, size_t count, size_t rule)
{
	bool is_for = false;

	for (size_t i = 0; i < count; i++) {
		const struct board *board = boards[i];

		if (rule >= board->rule_count || !board->rules[rule].is_for)
			continue;
		if (board->rules[rule].met || board->store.good_at == TIME_NONE)
			return false;
		is_for = true;
	}
	return is_for;
}
