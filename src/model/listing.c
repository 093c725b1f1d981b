/* SPDX-License-Identifier: MIT */
#include "model/listing.h"

#include <stdlib.h>
#include <string.h>

#include "base/mem.h"

/* --- order --- */

/* All that is compared, so that no two rows are equal and every sort gives the same. */
struct sorting {
	const struct listing_order *order;
	int (*urgency)(const void *a, const void *b); /* the default order */
	int (*identity)(const void *a, const void *b);
};

static int
order_instant(int64_t a, int64_t b)
{
	/* Not known: last. */
	if (a == TIME_NONE || b == TIME_NONE)
		return (a == TIME_NONE) - (b == TIME_NONE);
	return (a > b) - (a < b);
}

static int
order_unsigned(size_t a, size_t b)
{
	return (a > b) - (a < b);
}

static int
order_stores(const struct board *a, const struct board *b)
{
	return span_compare_natural(span_of(a->store.name), span_of(b->store.name));
}

static int
identity_of_jobs(const void *one, const void *other)
{
	const struct board_job *a = one, *b = other;
	int order = span_compare_natural(a->job, b->job);

	return order != 0 ? order : order_stores(a->board, b->board);
}

static int
identity_of_rows(const void *one, const void *other)
{
	const struct board_row *a = one, *b = other;
	int order = span_compare_natural(a->key.job, b->key.job);

	if (order == 0)
		order = order_stores(a->board, b->board);
	return order != 0 ? order
			  : span_compare_natural(a->key.partition, b->key.partition);
}

static int
identity_of_stores(const void *a, const void *b)
{
	return order_stores(a, b);
}

/* The oldest trouble first; rows that are well stay in the order of their names, or they
 * would change places whenever one recovers. */
static int
urgency(enum state a, unsigned rank_a, struct since since_a, enum state b,
	unsigned rank_b, struct since since_b)
{
	if (a != b)
		return (int)b - (int)a;
	if (!state_is_problem(a))
		return 0;
	if (rank_a != rank_b)
		return order_unsigned(rank_b, rank_a);
	return order_instant(since_a.at, since_b.at);
}

static int
urgency_of_jobs(const void *one, const void *other)
{
	const struct board_job *a = one, *b = other;

	return urgency(a->state, a->rank, a->since, b->state, b->rank, b->since);
}

static int
urgency_of_rows(const void *one, const void *other)
{
	const struct board_row *a = one, *b = other;

	return urgency(a->state, a->finding == FINDING_REWOUND, a->since, b->state,
		b->finding == FINDING_REWOUND, b->since);
}

/* Down, not known yet, ok. */
static int
store_rank(const struct board *board)
{
	if (!board->store.opened)
		return 1;
	return board->store.reachable ? 2 : 0;
}

static int
urgency_of_stores(const void *one, const void *other)
{
	const struct board *a = one, *b = other;
	int rank = store_rank(a);

	if (rank != store_rank(b))
		return rank - store_rank(b);
	return rank == 2 ? 0 : order_instant(a->store.since.at, b->store.since.at);
}

/* What has no value comes last whichever way the list is turned. */
static int
by_column(const struct listing_order *order, const void *a, const void *b)
{
	const struct column *column = order->column;

	if (column->known != NULL) {
		bool known_a = column->known(a), known_b = column->known(b);

		if (!known_a || !known_b)
			return (int)known_b - (int)known_a;
	}
	return order->inverted ? column->compare(b, a) : column->compare(a, b);
}

static int
compare_rows(const void *left, const void *right, void *arg)
{
	const void *a = *(const void *const *)left, *b = *(const void *const *)right;
	const struct sorting *sorting = arg;
	const struct listing_order *order = sorting->order;
	int result;

	if (order != NULL && order->column != NULL && order->column->compare != NULL)
		result = by_column(order, a, b);
	else if (order != NULL && order->inverted)
		result = sorting->urgency(b, a);
	else
		result = sorting->urgency(a, b);
	if (result == 0)
		result = sorting->identity(a, b);
	/* One store may give the same key twice. */
	return result != 0
		       ? result
		       : ((uintptr_t)a > (uintptr_t)b) - ((uintptr_t)a < (uintptr_t)b);
}

/* Rows that are well come in the order of their names from most stores. */
static bool
is_sorted(const struct listing *listing, const struct sorting *sorting)
{
	for (size_t i = 1; i < listing->count; i++)
		if (compare_rows(&listing->rows[i - 1], &listing->rows[i],
			    (void *)(uintptr_t)sorting) > 0)
			return false;
	return true;
}

static void
sort(struct listing *out, const struct sorting *sorting)
{
	if (!is_sorted(out, sorting))
		qsort_r(out->rows, out->count, sizeof(*out->rows), compare_rows,
			(void *)(uintptr_t)sorting);
}

/* --- filling --- */

static void
begin(struct listing *out)
{
	out->count = 0;
	out->total = 0;
}

static void
add(struct listing *out, const void *row)
{
	if (out->count == out->capacity) {
		out->capacity = out->capacity == 0 ? 64 : out->capacity * 2;
		out->rows = mem_resize(out->rows, out->capacity, sizeof(*out->rows));
	}
	out->rows[out->count++] = row;
}

static bool
wants(const struct listing_order *order, enum state state)
{
	return order == NULL || !order->problems_only || state_is_problem(state);
}

static bool
is_dormant(const struct board_job *job)
{
	return job->finding == FINDING_DORMANT;
}

void
listing_jobs(struct listing *out, const struct board *const *boards, size_t board_count,
	const struct filter *filter, const struct listing_order *order, int64_t now)
{
	struct sorting sorting = { order, urgency_of_jobs, identity_of_jobs };

	begin(out);
	for (size_t i = 0; i < board_count; i++) {
		for (size_t j = 0; j < boards[i]->job_count; j++) {
			const struct board_job *job = &boards[i]->jobs[j];

			if (is_dormant(job) && !filter_names_job(filter, job))
				continue;
			out->total++;
			if (wants(order, job->state) &&
				filter_matches_job(filter, job, now))
				add(out, job);
		}
	}
	sort(out, &sorting);
}

void
listing_rows(struct listing *out, const struct board *const *boards, size_t board_count,
	struct span store, struct span job, const struct filter *filter,
	const struct listing_order *order, int64_t now)
{
	struct sorting sorting = { order, urgency_of_rows, identity_of_rows };

	begin(out);
	for (size_t i = 0; i < board_count; i++) {
		if (store.at != NULL &&
			!span_equal(store, span_of(boards[i]->store.name)))
			continue;
		for (size_t j = 0; j < boards[i]->row_count; j++) {
			const struct board_row *row = &boards[i]->rows[j];

			if (job.at != NULL && !span_equal(job, row->key.job))
				continue;
			out->total++;
			if (wants(order, row->state) &&
				filter_matches_row(filter, row, now))
				add(out, row);
		}
	}
	sort(out, &sorting);
}

void
listing_stores(struct listing *out, const struct board *const *boards, size_t board_count,
	const struct listing_order *order)
{
	struct sorting sorting = { order, urgency_of_stores, identity_of_stores };

	begin(out);
	for (size_t i = 0; i < board_count; i++) {
		out->total++;
		if (order == NULL || !order->problems_only || store_rank(boards[i]) < 2)
			add(out, boards[i]);
	}
	sort(out, &sorting);
}

void
listing_free(struct listing *listing)
{
	free(listing->rows);
	*listing = (struct listing){ 0 };
}

/* --- counts --- */

/* The older of the two; of the same moment that which may be older. */
static struct since
older(struct since a, struct since b)
{
	int order = order_instant(a.at, b.at);

	if (order != 0)
		return order < 0 ? a : b;
	return a.at_least ? a : b;
}

struct listing_counts
listing_count(const struct board *const *boards, size_t board_count)
{
	struct listing_counts counts = { .oldest = { .at = TIME_NONE },
		.read_at = TIME_NONE };

	for (size_t i = 0; i < board_count; i++) {
		const struct board *board = boards[i];

		counts.stores++;
		counts.checkpoints += board->checkpoint_count;
		if (board->store.opened && !board->store.reachable)
			counts.stores_down++;
		if (board->store.reachable &&
			order_instant(board->store.good_at, counts.read_at) < 0)
			counts.read_at = board->store.good_at;
		for (size_t j = 0; j < board->job_count; j++) {
			const struct board_job *job = &board->jobs[j];

			if (is_dormant(job)) {
				counts.dormant++;
				counts.checkpoints -= job->partitions;
				continue;
			}
			counts.jobs++;
			counts.by_state[job->state]++;
			if (state_is_problem(job->state) && job->state != STATE_RPLY)
				counts.oldest = older(counts.oldest, job->since);
		}
	}
	return counts;
}
