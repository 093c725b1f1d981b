/* SPDX-License-Identifier: MIT
 * Boards for tests of lists and the app: a store with jobs of one partition each. */
#ifndef TESTS_UNIT_TUI_BOARDS_H
#define TESTS_UNIT_TUI_BOARDS_H

#include <stdio.h>
#include <string.h>

#include "model/board.h"

/* 2026-11-22T03:07:41Z */
#define BOARDS_NOW (INT64_C(1795316861) * SECOND)

/*
 * Makes a board from words like "b:CRIT a:ok": a job a word, with its state. The troubles
 * are a minute old. down: the store does not answer, and was last read a minute ago.
 */
static inline const struct board *
board_of(const char *store, int64_t now, bool down, const char *words)
{
	static uint64_t sequence;
	struct board *board = board_new();
	size_t count = 0;
	const struct why why = { "", "", "", "", NULL };

	for (const char *at = words; *at != '\0'; at++)
		count += *at == ':';
	struct board_job *jobs = arena_alloc(board->arena, count + 1, sizeof(*jobs));
	struct board_row *rows = arena_alloc(board->arena, count + 1, sizeof(*rows));
	board->sequence = ++sequence;
	board->taken_at = now;
	board->store = (struct board_store){
		.name = arena_text(board->arena, store),
		.kind = "test",
		.where = "",
		.reachable = !down,
		.opened = true,
		.since = { now - MINUTE, false },
		.good_at = down ? now - MINUTE : now,
		.next_try = TIME_NONE,
		.read_p50 = 4 * MILLISECOND,
		.read_p95 = 4 * MILLISECOND,
		.read_slowest = TIME_NONE,
		.read_slowest_at = TIME_NONE,
	};
	board->jobs = jobs;
	board->rows = rows;
	board->job_count = board->row_count = board->checkpoint_count = count;
	for (size_t i = 0; i < count; i++) {
		char name[32], state[8];
		int used = 0;

		sscanf(words, " %31[^:]:%7s%n", name, state, &used);
		words += used;
		rows[i] = (struct board_row){
			.board = board,
			.key = { arena_span(board->arena, span_of(name)), SPAN("0") },
			.value = SPAN("1"),
			.since = { now - MINUTE, false },
			.state_since = { now - MINUTE, false },
			.why = why,
			.updated = now,
			.moved = { now, false },
			.cadence = TIME_NONE,
			.cadence_before = TIME_NONE,
			.watermark = TIME_NONE,
			.error_since = TIME_NONE,
			.note = "",
			.head_at = TIME_NONE,
			.job = &jobs[i],
		};
		state_from_word(&rows[i].state, span_of(state));
		jobs[i] = (struct board_job){
			.board = board,
			.job = rows[i].key.job,
			.state = rows[i].state,
			.since = rows[i].since,
			.state_since = rows[i].state_since,
			.why = why,
			.partitions = 1,
			.bad = state_is_problem(rows[i].state),
			.updated = now,
			.watermark = TIME_NONE,
			.worst = &rows[i],
			.limits = rule_unset().limits,
			.unexplained = { .at = TIME_NONE },
		};
	}
	return board;
}

#endif
