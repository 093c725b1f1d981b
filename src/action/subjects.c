/* SPDX-License-Identifier: MIT */
#include "action/subjects.h"

#include <stdlib.h>

#include "base/arena.h"
#include "base/mem.h"

struct subjects {
	struct arena *arena;
	struct plan_subject *list;
	size_t count;
};

/* One examination under way. */
struct examined {
	struct arena *arena;
	struct plan_subject *subject;
};

/* Everything is only lent for the call. */
static void
keep(void *arg, const struct ckpt *row, struct span image, unsigned hazards)
{
	struct examined *examined = arg;
	struct arena *arena = examined->arena;
	struct plan_subject *subject = examined->subject;
	struct ckpt *now = &subject->now;

	*now = *row;
	now->key.job = arena_span(arena, row->key.job);
	now->key.partition = arena_span(arena, row->key.partition);
	now->value = arena_span(arena, row->value);
	now->metadata = arena_span(arena, row->metadata);
	now->updated_text = arena_span(arena, row->updated_text);
	now->watermark = arena_span(arena, row->watermark);
	now->head = arena_span(arena, row->head);
	now->damage = arena_span(arena, row->damage);
	now->damage_detail = arena_span(arena, row->damage_detail);
	now->where = arena_span(arena, row->where);
	subject->image = arena_span(arena, image);
	subject->hazards = hazards;
}

static int
compare_row(const void *key, const void *row)
{
	return key_compare(
		*(const struct key *)key, ((const struct board_row *)row)->key);
}

static const struct board_row *
observed_of(const struct board *board, struct key key)
{
	if (board == NULL || board->row_count == 0)
		return NULL;
	return bsearch(
		&key, board->rows, board->row_count, sizeof(*board->rows), compare_row);
}

static struct subjects *
new_subjects(size_t count)
{
	struct subjects *subjects = mem_new(1, sizeof(*subjects));

	subjects->arena = arena_new();
	subjects->list = arena_alloc(
		subjects->arena, count > 0 ? count : 1, sizeof(*subjects->list));
	return subjects;
}

/* The next subject: its key, and what was observed of it. */
static struct plan_subject *
add(struct subjects *subjects, struct key key, const struct board *board)
{
	struct plan_subject *subject = &subjects->list[subjects->count++];

	subject->key.job = arena_span(subjects->arena, key.job);
	subject->key.partition = arena_span(subjects->arena, key.partition);
	subject->observed = observed_of(board, key);
	return subject;
}

/* What hinders this user is a part of the plan. */
static int
ask_permit(struct subjects *subjects, struct plan_subject *subject, struct span image,
	bool deletes, struct store *store, struct err *err)
{
	struct err hindrance = { 0 };

	if (store_permit(store, subject->key, image, &hindrance) == 0 &&
		(!deletes || store_permit_delete(store, subject->key, &hindrance) == 0))
		return 0;
	if (hindrance.kind != ERR_REFUSED) {
		err_clear(err);
		return err_set(err, hindrance.kind, "%s", hindrance.text);
	}
	subject->hindrance = arena_text(subjects->arena, hindrance.text);
	return 0;
}

/* like: an image of it, which it has or had; none: it is the row that has its key.
 * deletes: it is to be deleted. */
static int
examine(struct subjects *subjects, struct plan_subject *subject, struct span like,
	bool deletes, struct store *store, struct err *err)
{
	struct examined examined = { subjects->arena, subject };
	int status = like.at == NULL
			     ? store_examine(store, subject->key, keep, &examined, err)
			     : store_examine_again(
				       store, subject->key, like, keep, &examined, err);

	if (subject->image.at != NULL)
		like = subject->image;
	/* What is not there may have to be made. */
	if ((status == 0 || err->kind == ERR_NOT_FOUND) && like.at != NULL &&
		ask_permit(subjects, subject, like, deletes, store, err) != 0)
		return -1;
	return status;
}

int
subjects_examine(struct subjects **out, struct store *store, const struct key *keys,
	size_t count, bool deletes, const struct board *board, struct err *err)
{
	struct subjects *subjects = *out = new_subjects(count);

	for (size_t i = 0; i < count; i++)
		if (examine(subjects, add(subjects, keys[i], board), SPAN_NONE, deletes,
			    store, err) != 0)
			return -1;
	return 0;
}

/* Where it existed there must be an image to bring back. */
static int
take_image(struct subjects *subjects, struct span *out, const struct journal_state *state,
	const struct journal_row *row, struct err *err)
{
	struct str name = { 0 };

	*out = SPAN_NONE;
	if (!state->exists)
		return 0;
	if (state->image.at != NULL) {
		*out = arena_span(subjects->arena, state->image);
		return 0;
	}
	key_add(&name, row->key);
	err_set(err, ERR_REFUSED,
		"the journal has kept only the value of %s (%.*s), not the whole of it; "
		"nothing was written; reset it to that value instead",
		str_text(&name), (int)(state->value.at != NULL ? state->value.len : 4),
		state->value.at != NULL ? state->value.at : "NULL");
	str_free(&name);
	return -1;
}

/* What the operation did to this row, or nothing. */
static bool
was_changed(const struct journal_row *row)
{
	return span_is(row->result, "done") || span_is(row->result, "overwritten");
}

int
subjects_examine_undo(struct subjects **out, struct store *store,
	const struct journal_record *record, const struct board *board, struct err *err)
{
	struct subjects *subjects = *out = new_subjects(record->row_count);

	for (size_t i = 0; i < record->row_count; i++) {
		const struct journal_row *row = &record->rows[i];
		struct plan_subject *subject;
		struct err failure = { 0 };

		if (!was_changed(row))
			continue;
		subject = add(subjects, row->key, board);
		if (take_image(subjects, &subject->left, &row->new, row, err) != 0 ||
			take_image(subjects, &subject->before, &row->old, row, err) != 0)
			return -1;
		if (examine(subjects, subject,
			    subject->left.at != NULL ? subject->left : subject->before,
			    subject->before.at == NULL, store, &failure) != 0 &&
			failure.kind != ERR_NOT_FOUND)
			return err_set(err, failure.kind, "%s", failure.text);
	}
	return 0;
}

/* --- behind another plan --- */

/* Where a row that has this image is, as far as a key does not say it: in which file. */
static int
place_of(struct subjects *subjects, struct store *store, struct key key,
	struct span image, struct span *out, struct err *err)
{
	struct plan_subject there = { 0 };
	struct examined examined = { subjects->arena, &there };
	int status = 0;

	if (image.at != NULL)
		status = store_foresee(store, key, image, keep, &examined, err);
	*out = there.now.where;
	return status;
}

static struct span
first_of(struct span a, struct span b)
{
	return a.at != NULL ? a : b;
}

/* Whether it is this row that the plan changes. The key alone does not say it of files.
 */
static int
is_changed_by(struct subjects *subjects, struct store *store, const struct plan_row *row,
	const struct plan_subject *subject, bool *is, struct err *err)
{
	struct span images[2] = { first_of(row->wanted, row->seen),
		first_of(first_of(subject->left, subject->before), subject->image) };
	struct span places[2];

	*is = false;
	if (row->direction == DIRECTION_SAME || !key_equal(row->key, subject->key))
		return 0;
	for (size_t i = 0; i < 2; i++)
		if (place_of(subjects, store, row->key, images[i], &places[i], err) != 0)
			return -1;
	*is = span_equal(places[0], places[1]);
	return 0;
}

static int
take_wanted(struct subjects *subjects, struct store *store, const struct plan_row *row,
	struct plan_subject *subject, struct err *err)
{
	struct examined examined = { subjects->arena, subject };

	subject->foreseen = true;
	if (row->will_exist)
		return store_foresee(store, row->key, row->wanted, keep, &examined, err);
	subject->now = (struct ckpt){ 0 };
	subject->image = SPAN_NONE;
	subject->hazards = 0;
	return 0;
}

int
subjects_foresee(struct subjects *subjects, struct store *store,
	const struct plan *before, struct err *err)
{
	size_t count;
	const struct plan_row *rows = plan_rows(before, &count);

	for (size_t i = 0; i < count; i++)
		for (size_t s = 0; s < subjects->count; s++) {
			struct plan_subject *subject = &subjects->list[s];
			bool is;

			if (is_changed_by(subjects, store, &rows[i], subject, &is, err) !=
					0 ||
				(is && take_wanted(subjects, store, &rows[i], subject,
					       err) != 0))
				return -1;
		}
	return 0;
}

void
subjects_free(struct subjects *subjects)
{
	if (subjects == NULL)
		return;
	arena_free(subjects->arena);
	free(subjects);
}

const struct plan_subject *
subjects_list(const struct subjects *subjects, size_t *count)
{
	*count = subjects->count;
	return subjects->list;
}
