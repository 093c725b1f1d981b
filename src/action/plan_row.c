/* SPDX-License-Identifier: MIT
 *
 * What becomes of one row: its new value, the image that it would have, and which way
 * that is. Numbers are never compared as texts. */
#include "action/plan_inside.h"

static struct arena *
arena_of(const struct making *making)
{
	return making->plan->arena;
}

static bool
is_same(const struct plan_item *item, bool to_the_byte)
{
	const struct value *old = &item->old, *new = &item->new;

	if (old->text.at == NULL || new->text.at == NULL)
		return old->text.at == new->text.at;
	return to_the_byte ? span_equal(old->text, new->text) : value_equal(old, new);
}

/* Which way it is from the old value to the new one, and how far. */
static void
measure(struct plan_item *item, bool to_the_byte)
{
	struct plan_row *row = item->row;
	int64_t distance;

	row->type = item->old.text.at != NULL ? item->old.type : item->new.type;
	if (is_same(item, to_the_byte)) {
		row->direction = DIRECTION_SAME;
		row->new_value = row->old_value;
		row->distance_known = true;
		return;
	}
	row->direction = DIRECTION_CHANGE;
	if (item->old.text.at == NULL || item->new.text.at == NULL ||
		!value_comparable(&item->new, &item->old))
		return;
	distance = value_distance(&item->new, &item->old);
	if (distance == 0)
		return;
	row->direction = distance > 0 ? DIRECTION_SKIP : DIRECTION_REWIND;
	row->distance = distance > 0 ? distance : -distance;
	/* What is limited is not exact. */
	row->distance_known = row->distance < INT64_MAX;
}

static void
set_new(const struct making *making, struct plan_item *item, struct span text)
{
	item->row->new_value = arena_span(arena_of(making), text);
	item->new = plan_parse(making, item->subject->key, item->row->new_value);
}

/* The image that a reset of the present row gives. */
static int
draft(const struct making *making, struct plan_item *item, struct err *err)
{
	const struct plan_subject *subject = item->subject;
	const struct plan_terms *terms = making->terms;
	struct metadata_mark mark = {
		.by = span_of(terms->who),
		.reason = making->wish->reason,
		.id = terms->op,
		.from = subject->now.value,
		.at = terms->now,
	};
	struct draft draft = {
		.key = subject->key,
		.value = item->row->new_value,
		.updated_at = terms->now,
	};
	struct str document = { 0 }, image = { 0 };
	int status;

	if ((subject->now.flags & CKPT_NO_METADATA) == 0)
		item->fate = metadata_mark(&document, subject->now.metadata, &mark);
	draft.keep_metadata =
		item->fate == METADATA_NO_PLACE || item->fate == METADATA_FOREIGN;
	if (!draft.keep_metadata)
		draft.metadata = str_span(&document);
	status = store_draft(terms->store, subject->image, &draft, &image, err);
	if (status == 0)
		item->row->wanted = arena_span(arena_of(making), str_span(&image));
	str_free(&document);
	str_free(&image);
	return status;
}

/* A column may hold only its own kind of number, and makes 900.0 of 900. */
static void
take_drafted(const struct making *making, struct plan_item *item)
{
	struct str memory = { 0 };
	struct image_facts facts;

	if (store_image_read(making->terms->store, item->row->wanted, &memory, &facts) &&
		facts.value.at != NULL &&
		!span_equal(facts.value, item->row->new_value)) {
		set_new(making, item, facts.value);
		measure(item, making->wish->target.is_text);
	}
	if (item->row->direction == DIRECTION_SAME)
		item->row->wanted = SPAN_NONE;
	str_free(&memory);
}

static int
fill_reset(const struct making *making, struct plan_item *item, struct err *err)
{
	struct str text = { 0 };
	int status = plan_resolve(making, item, &text, err);

	if (status == 0)
		set_new(making, item, str_span(&text));
	str_free(&text);
	if (status != 0)
		return -1;
	item->row->will_exist = true;
	measure(item, making->wish->target.is_text);
	if (item->row->direction == DIRECTION_SAME)
		return 0;
	if (draft(making, item, err) != 0)
		return -1;
	take_drafted(making, item);
	return 0;
}

static int
fill_delete(const struct making *making, struct plan_item *item, struct err *err)
{
	(void)making;
	(void)err;
	item->row->direction = DIRECTION_DELETE;
	item->row->type = item->old.type;
	return 0;
}

/* What an image from the journal says its value was. */
static int
value_before(const struct making *making, struct plan_item *item, struct err *err)
{
	struct str memory = { 0 }, name = { 0 };
	struct image_facts facts;
	int status = 0;

	if (item->subject->before.at == NULL)
		return 0;
	if (store_image_read(
		    making->terms->store, item->subject->before, &memory, &facts)) {
		set_new(making, item, facts.value);
	} else {
		key_add(&name, item->subject->key);
		status = err_set(err, ERR_REFUSED,
			"%s: what the journal has kept of it cannot be read; nothing was "
			"written; reset it to the old value instead",
			str_text(&name));
	}
	str_free(&memory);
	str_free(&name);
	return status;
}

/* The row is as the operation has left it: it becomes what it was before. */
static void
take_back(const struct making *making, struct plan_item *item)
{
	const struct plan_subject *subject = item->subject;

	item->row->wanted = arena_span(arena_of(making), subject->before);
	item->row->will_exist = subject->before.at != NULL;
	measure(item, true);
	item->row->direction =
		item->row->will_exist ? DIRECTION_RESTORE : DIRECTION_DELETE;
}

static int
had_no_value(struct key key, struct err *err)
{
	struct str name = { 0 };

	key_add(&name, key);
	err_set(err, ERR_REFUSED,
		"%s: before the operation it had no value, and the job has saved since; "
		"nothing was written; delete it, if it is to start over",
		str_text(&name));
	str_free(&name);
	return -1;
}

/* The job has moved on. Its value goes back to the old one; the rest stays the job's. */
static int
take_back_value(const struct making *making, struct plan_item *item, struct err *err)
{
	const struct plan_subject *subject = item->subject;

	item->moved_on = true;
	if (subject->before.at == NULL || subject->image.at == NULL) {
		take_back(making, item);
		return 0;
	}
	item->row->will_exist = true;
	measure(item, false);
	if (item->new.text.at == NULL)
		return had_no_value(subject->key, err);
	return item->row->direction == DIRECTION_SAME ? 0 : draft(making, item, err);
}

static int
fill_undo(const struct making *making, struct plan_item *item, struct err *err)
{
	const struct plan_subject *subject = item->subject;
	const struct store *store = making->terms->store;

	if (value_before(making, item, err) != 0)
		return -1;
	if (store_image_same(store, subject->image, subject->before)) {
		item->row->direction = DIRECTION_SAME;
		item->row->distance_known = true;
		item->row->will_exist = item->row->exists;
		item->row->new_value = item->row->old_value;
		item->row->type = item->old.type;
		return 0;
	}
	if (!store_image_same(store, subject->image, subject->left))
		return take_back_value(making, item, err);
	take_back(making, item);
	return 0;
}

static bool
is_unreadable(const struct making *making, struct span image)
{
	struct str memory = { 0 };
	struct image_facts facts;
	bool unreadable =
		store_image_read(making->terms->store, image, &memory, &facts) &&
		facts.unreadable;

	str_free(&memory);
	return unreadable;
}

/* What becomes of it, by the wish. */
static int
fill(const struct making *making, struct plan_item *item, struct err *err)
{
	static int (*const fills[])(
		const struct making *, struct plan_item *, struct err *) = {
		[WISH_RESET] = fill_reset,
		[WISH_DELETE] = fill_delete,
		[WISH_UNDO] = fill_undo,
	};
	struct plan_row *row = item->row;

	if (fills[making->wish->kind](making, item, err) != 0)
		return -1;
	if (row->direction != DIRECTION_SAME &&
		store_foretell(
			making->terms->store, row->key, row->seen, row->wanted, err) != 0)
		return -1;
	row->old_unreadable = is_unreadable(making, row->seen);
	row->new_unreadable = row->direction == DIRECTION_SAME
				      ? row->old_unreadable
				      : is_unreadable(making, row->wanted);
	return 0;
}

int
plan_fill_row(const struct making *making, struct plan_item *item, struct err *err)
{
	const struct plan_subject *subject = item->subject;
	struct plan_row *row = item->row;
	struct str name = { 0 };
	int status;

	*row = (struct plan_row){
		.key.job = arena_span(arena_of(making), subject->key.job),
		.key.partition = arena_span(arena_of(making), subject->key.partition),
		.old_value = arena_span(arena_of(making), subject->now.value),
		.exists = subject->image.at != NULL,
		.seen = arena_span(arena_of(making), subject->image),
		.hazards = subject->hazards,
		.meaning = "",
	};
	item->old = plan_parse(making, subject->key, row->old_value);
	if (row->exists || making->wish->kind == WISH_UNDO)
		return fill(making, item, err);
	key_add(&name, subject->key);
	status = err_set(err, ERR_NOT_FOUND, "there is no checkpoint %s in %s",
		str_text(&name), making->terms->config->name);
	str_free(&name);
	return status;
}
