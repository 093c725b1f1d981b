/* SPDX-License-Identifier: MIT
 * What a list shows: jobs or checkpoints of all boards, filtered and sorted, and the
 * counts of the header line. Pure; borrows the boards. */
#ifndef MODEL_LISTING_H
#define MODEL_LISTING_H

#include <stddef.h>

#include "model/board.h"
#include "model/column.h"
#include "model/filter.h"

struct listing_order {
	const struct column
		*column; /* NULL: state first, then oldest trouble, then name */
	bool inverted;
};

struct listing {
	const void **rows; /* struct board_job or struct board_row, by the list of the
			      columns */
	size_t count;	   /* shown */
	size_t total;	   /* before the filter */
};

/* Fills a zeroed listing (or refills a used one, keeping its memory). Dormant jobs are
 * left out unless the filter names them. filter may be NULL. listing_free() frees it. */
void
listing_jobs(struct listing *out, const struct board *const *boards, size_t board_count,
	const struct filter *filter, const struct listing_order *order, int64_t now);
void listing_rows(struct listing *out, const struct board *const *boards,
	size_t board_count, struct span store, struct span job,
	const struct filter *filter, const struct listing_order *order, int64_t now);
void listing_free(struct listing *listing);

/* The header line: jobs by state (they add up to jobs), and the oldest trouble. */
struct listing_counts {
	size_t jobs, checkpoints, by_state[STATES], dormant;
	size_t stores, stores_down;
	struct since oldest; /* of the problems other than RPLY; at TIME_NONE: none */
	int64_t read_at;     /* the oldest last good read of a reachable store */
};

struct listing_counts
listing_count(const struct board *const *boards, size_t board_count);

#endif
