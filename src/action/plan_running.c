/* SPDX-License-Identifier: MIT
 *
 * Whether a job runs. That nothing is saved does not say that nobody works: where
 * partitions beside it are saved the job counts as running, and where it was not watched
 * for long enough nothing is claimed. */
#include "action/plan_inside.h"

/* A save and the record of a reset that belong together are not further apart. */
#define TOGETHER (2 * SECOND)

static bool
is_near(int64_t a, int64_t b)
{
	int64_t apart;

	return a != TIME_NONE && b != TIME_NONE &&
	       !__builtin_sub_overflow(a, b, &apart) && apart <= TOGETHER &&
	       apart >= -TOGETHER;
}

/* The age from which a row that is not saved counts as standing; TIME_NONE: not known. A
 * limit of what is bad says nothing about how often a job saves. */
static int64_t
within_of(const struct board_row *row)
{
	int64_t cadence = row->cadence != TIME_NONE ? row->cadence : row->cadence_before;
	struct observation seen = {
		.saves_seen = UINT32_MAX,
		.learned_cadence = cadence,
	};
	struct limits limits = rule_unset().limits;

	if (row->job != NULL)
		limits.cadence = row->job->limits.cadence;
	return health_stopped_after(&seen, &limits);
}

static bool
is_stopped(const struct board_row *row)
{
	return row->finding == FINDING_STOPPED || row->finding == FINDING_STALLED ||
	       row->finding == FINDING_LOST || row->finding == FINDING_DAMAGED;
}

/* The last save of it is a recorded reset. */
static bool
is_reset_row(const struct board_row *row)
{
	int64_t last = row->updated != TIME_NONE      ? row->updated
		       : row->updated_if != TIME_NONE ? row->updated_if
						      : row->moved.at;

	return is_near(row->reset_at, last) ||
	       (row->replay.active && is_near(row->replay.at, last));
}

/* Saved within its cadence; where that is not known, since it is watched. */
static bool
is_saved(const struct board_row *row)
{
	int64_t within = within_of(row), last = row->updated, age;

	if (is_stopped(row) || is_reset_row(row))
		return false;
	if (last == TIME_NONE && !row->moved.at_least)
		last = row->moved.at;
	if (last == TIME_NONE || __builtin_sub_overflow(row->board->taken_at, last, &age))
		return false;
	if (within == TIME_NONE)
		return age <= MINUTE && !row->moved.at_least;
	return age <= within;
}

static bool
is_in_plan(const struct making *making, struct key key)
{
	for (size_t i = 0; i < making->count; i++)
		if (key_equal(making->items[i].subject->key, key))
			return true;
	return false;
}

static bool
is_item_saved(const struct plan_item *item)
{
	const struct plan_subject *subject = item->subject;
	const struct board_row *seen = subject->observed;

	if (item->is_reset_of_ours || subject->image.at == NULL)
		return false;
	/* Between the last poll and now: somebody is at it. */
	if (!subject->foreseen &&
		(!span_equal(seen->value, subject->now.value) ||
			!span_equal(seen->updated_text, subject->now.updated_text)))
		return true;
	return is_saved(seen);
}

/* How many partitions of this job are saved: those of the plan as they are now, the
 * others as the board shows them. */
static size_t
count_saved(const struct making *making, struct span job)
{
	const struct board *board = making->terms->board;
	size_t saved = 0;

	for (size_t i = 0; i < making->count; i++)
		saved += span_equal(making->items[i].subject->key.job, job) &&
			 making->items[i].subject->observed != NULL &&
			 is_item_saved(&making->items[i]);
	for (size_t i = 0; i < board->row_count; i++)
		saved += span_equal(board->rows[i].key.job, job) &&
			 !is_in_plan(making, board->rows[i].key) &&
			 is_saved(&board->rows[i]);
	return saved;
}

static enum running
running_of(const struct plan_item *item, size_t saved)
{
	const struct board_row *seen = item->subject->observed;

	if (seen != NULL && is_item_saved(item))
		return RUNNING_YES;
	if (saved > 0)
		return RUNNING_SIBLINGS;
	if (seen == NULL || !seen->board->store.reachable ||
		within_of(seen) == TIME_NONE || item->told.note.at != NULL)
		return RUNNING_NOT_KNOWN;
	return RUNNING_NO;
}

static void
refuse(const struct making *making, struct span job, size_t saved)
{
	const struct board *board = making->terms->board;
	size_t partitions = saved;
	struct str text = { 0 };

	for (size_t i = 0; i < board->job_count; i++)
		if (span_equal(board->jobs[i].job, job))
			partitions = board->jobs[i].partitions;
	str_add(&text, "The job ");
	str_add_span(&text, job);
	str_addf(&text,
		" is RUNNING: %zu of %zu partition%s %s saved within %s cadence. A "
		"running worker may overwrite this at its next save, or go on "
		"from what it has in memory. Stop the job first.",
		saved, partitions < saved ? saved : partitions,
		partitions == 1 ? "" : "s", saved == 1 ? "was" : "were",
		saved == 1 ? "its" : "their");
	making->plan->running_refusal = plan_text(making->plan, &text);
}

void
plan_find_running(const struct making *making)
{
	size_t saved = 0;

	for (size_t i = 0; i < making->count; i++) {
		struct plan_item *item = &making->items[i];
		struct span job = item->subject->key.job;

		if (making->terms->board == NULL) {
			item->row->running = RUNNING_NOT_KNOWN;
			continue;
		}
		if (i == 0 || !span_equal(job, making->items[i - 1].subject->key.job))
			saved = count_saved(making, job);
		item->row->running = running_of(item, saved);
		if (saved > 0 && making->plan->running_refusal == NULL &&
			item->row->direction != DIRECTION_SAME)
			refuse(making, job, saved);
	}
}
