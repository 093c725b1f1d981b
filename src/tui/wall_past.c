/* SPDX-License-Identifier: MIT
 * What was in trouble and is no longer: a board tells of each job's last trouble only,
 * the wallboard remembers what it was told. */
#include "tui/view_wall.h"

#include <stdlib.h>
#include <string.h>

#include "base/mem.h"

static void
forget(struct wall_past *entry)
{
	free(entry->store);
	str_free(&entry->job);
}

/* Those that ended too long ago stand last. */
static void
forget_older(struct wall *wall, int64_t limit)
{
	while (wall->past_count > 0 &&
		wall->past[wall->past_count - 1].past.until < limit)
		forget(&wall->past[--wall->past_count]);
}

void
wall_forget_past(struct wall *wall)
{
	forget_older(wall, INT64_MAX);
}

static bool
is_of(const struct wall_past *entry, const struct board_job *job)
{
	return strcmp(entry->store, job->board->store.name) == 0 &&
	       span_equal(str_span(&entry->job), job->job);
}

/* Partitions of a job recover one after the other: it is one trouble while they overlap.
 */
static bool
overlap(const struct past *a, const struct past *b)
{
	return a->from <= b->until && b->from <= a->until;
}

/* Returns whether it is another one now. */
static bool
widen(struct past *past, const struct past *by)
{
	bool inside = by->from >= past->from && by->until <= past->until &&
		      by->state <= past->state;

	past->from = by->from < past->from ? by->from : past->from;
	past->until = by->until > past->until ? by->until : past->until;
	past->state = by->state > past->state ? by->state : past->state;
	return !inside;
}

static int
newest_first(const void *left, const void *right)
{
	const struct wall_past *a = left, *b = right;

	if (a->past.until != b->past.until)
		return a->past.until < b->past.until ? 1 : -1;
	if (a->past.from != b->past.from)
		return a->past.from < b->past.from ? 1 : -1;
	return span_compare_natural(str_span(&a->job), str_span(&b->job));
}

/* Returns whether that is news. */
static bool
note(struct wall *wall, const struct board_job *job)
{
	struct wall_past *entry;

	for (size_t i = 0; i < wall->past_count; i++) {
		entry = &wall->past[i];
		if (is_of(entry, job) && overlap(&entry->past, &job->past))
			return widen(&entry->past, &job->past);
	}
	wall->past = mem_resize(wall->past, wall->past_count + 1, sizeof(*wall->past));
	entry = &wall->past[wall->past_count++];
	*entry = (struct wall_past){
		.store = mem_copy(job->board->store.name, strlen(job->board->store.name)),
		.past = job->past,
	};
	str_add_span(&entry->job, job->job);
	return true;
}

void
wall_note_past(struct wall *wall, const struct frame *frame)
{
	int64_t limit = frame->now - WALL_REMEMBERS;
	bool news = false;

	for (size_t i = 0; i < frame->board_count; i++)
		for (size_t j = 0; j < frame->boards[i]->job_count; j++) {
			const struct board_job *job = &frame->boards[i]->jobs[j];

			if (job->past.state != STATE_OK && job->past.until >= limit)
				news |= note(wall, job);
		}
	if (news)
		qsort(wall->past, wall->past_count, sizeof(*wall->past), newest_first);
	forget_older(wall, limit);
}
