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
	bool problems_only; /* a filter of its own, for the `!` key */
};

struct listing {
	const void **rows; /* struct board_job, struct board_row or struct board, by the
			      list of the columns */
	size_t count;	   /* shown */
	size_t total;	   /* before the filter */
	size_t capacity;   /* of rows */
};

/*
 * Fill a zeroed listing (or refill a used one, keeping its memory). Dormant jobs are left
 * out, of the total too, unless the filter names them. filter may be NULL. The order is
 * total: equal input gives equal output, and rows that compare equal are in the order of
 * their names and stores. store and job may be none: all. listing_free() frees it.
 */
void
listing_jobs(struct listing *out, const struct board *const *boards, size_t board_count,
	const struct filter *filter, const struct listing_order *order, int64_t now);
void listing_rows(struct listing *out, const struct board *const *boards,
	size_t board_count, struct span store, struct span job,
	const struct filter *filter, const struct listing_order *order, int64_t now);
/* The stores: those that do not answer first. */
void listing_stores(struct listing *out, const struct board *const *boards,
	size_t board_count, const struct listing_order *order);
void listing_free(struct listing *listing);

/* The header line: jobs by state (they add up to jobs; dormant ones are counted apart),
 * and the oldest trouble. */
struct listing_counts {
	size_t jobs, checkpoints, by_state[STATES], dormant;
	size_t stores, stores_down;
	struct since oldest; /* of the problems other than RPLY; at TIME_NONE: none */
	int64_t read_at;     /* the oldest last good read of a reachable store */
};

struct listing_counts
listing_count(const struct board *const *boards, size_t board_count);

#endif
