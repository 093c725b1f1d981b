/* SPDX-License-Identifier: MIT
 * What the dialog makes of a plan that the actor has made: what moved since the one
 * before, what is to be typed, and whether that was seen. */
#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "tui/change_view.h"

/* How many rows have another value than when the dialog opened. */
static void
count_moved(struct dialog *change)
{
	size_t count;
	const struct plan_row *rows = plan_rows(change->plan, &count);

	if (change->first == NULL) {
		change->first = mem_new(count + 1, sizeof(*change->first));
		for (size_t i = 0; i < count; i++)
			change->first[i] = arena_span(change->arena, rows[i].old_value);
	}
	change->moved = 0;
	for (size_t i = 0; i < count; i++)
		change->moved += !span_equal(change->first[i], rows[i].old_value);
}

/* Whether the rows are other ones than those of the plan before, or have other values. */
static bool
has_moved(const struct plan *before, const struct plan *now)
{
	size_t count, before_count;
	const struct plan_row *rows = plan_rows(now, &count);
	const struct plan_row *old = plan_rows(before, &before_count);

	for (size_t i = 0; i < count && count == before_count; i++)
		if (rows[i].exists != old[i].exists ||
			!span_equal(rows[i].old_value, old[i].old_value))
			return true;
	return count != before_count;
}

/* Nothing is written before it was looked at again. */
void
change_resumed(void *state)
{
	struct dialog *change = state;
	const struct plan_row *rows;

	if (change->is_writing || change->plan == NULL)
		return;
	rows = plan_rows(change->plan, &change->stopped_count);
	free(change->stopped);
	change->stopped = mem_new(change->stopped_count + 1, sizeof(*change->stopped));
	for (size_t i = 0; i < change->stopped_count; i++)
		change->stopped[i] = arena_span(change->arena, rows[i].old_value);
	plan_free(change->plan);
	change->plan = NULL;
	change->revision++;
	change->dirty = true;
}

/* Whoever comes back to it has what he saw in his head, not what is there: where that is
 * something else now, he begins anew. */
static bool
ends_after_stop(struct dialog *change, struct app *app)
{
	size_t count = 0, moved = 0;
	const struct plan_row *rows =
		change->plan != NULL ? plan_rows(change->plan, &count) : NULL;

	if (change->stopped == NULL ||
		(change->plan == NULL && change->err.kind != ERR_NOT_FOUND))
		return false;
	for (size_t i = 0; i < count && i < change->stopped_count; i++)
		moved += !span_equal(rows[i].old_value, change->stopped[i]);
	moved += count < change->stopped_count ? change->stopped_count - count : 0;
	free(change->stopped);
	change->stopped = NULL;
	if (moved == 0)
		return false;
	app_close(app);
	app_message(app, STYLE_ERROR,
		"cancelled: %zu moved while this was stopped; nothing was written; look "
		"again",
		moved);
	return true;
}

static void
take_phrase(struct dialog *change)
{
	const char *phrase = plan_phrase(change->plan);

	if (strcmp(phrase, str_text(&change->phrase)) == 0)
		return;
	str_clear(&change->phrase);
	str_add(&change->phrase, phrase);
	change->phrase_at = clock_monotonic();
}

void
change_answered(void *state, struct app *app, struct answer *answer)
{
	struct dialog *change = state;

	if (answer->serial != change->serial)
		return;
	if (answer->kind == ANSWER_OUTCOME) {
		app_close(app);
		return;
	}
	if (answer->kind != ANSWER_PLAN || answer->revision != change->revision ||
		change->is_writing)
		return;
	if (change->plan != NULL && answer->plan != NULL &&
		has_moved(change->plan, answer->plan))
		change->moved_at = clock_monotonic();
	plan_free(change->plan);
	change->plan = answer->plan;
	answer->plan = NULL;
	change->err = answer->err;
	if (ends_after_stop(change, app))
		return;
	if (change->plan != NULL) {
		take_phrase(change);
		count_moved(change);
	}
	if (!change_has(change, change->focus))
		change->focus = FOCUS_CANCEL;
}
