/* SPDX-License-Identifier: MIT
 *
 * What names a plan: the same for the same rows old and new, whenever and by whomever it
 * is made. */
#include "action/plan_inside.h"

/* Each with its length, so that no two lists of texts give the same bytes. */
static void
add(struct str *out, struct span text)
{
	if (text.at == NULL) {
		str_add(out, "-,");
		return;
	}
	str_addf(out, "%zu:", text.len);
	str_add_span(out, text);
	str_add_char(out, ',');
}

static void
add_image(struct str *out, const struct store *store, struct span image)
{
	struct str memory = { 0 };
	struct image_facts facts;

	if (store_image_read(store, image, &memory, &facts)) {
		add(out, facts.value);
		add(out, facts.updated_text);
		add(out, facts.metadata);
	} else {
		add(out, image);
	}
	str_free(&memory);
}

static void
add_row(struct str *out, const struct making *making, const struct plan_item *item)
{
	const struct store *store = making->terms->store;
	const struct plan_row *row = item->row;

	add(out, row->key.job);
	add(out, row->key.partition);
	str_addf(out, "%d %d ", row->exists, (int)item->subject->now.storage);
	add_image(out, store, row->seen);
	add(out, span_of(direction_word(row->direction)));
	add(out, row->new_value);
	/* The draft of a reset holds the time and the op, and follows from the rest. */
	if (making->wish->kind == WISH_UNDO && !item->moved_on)
		add_image(out, store, row->wanted);
}

void
plan_make_digest(const struct making *making)
{
	struct str text = { 0 };

	add(&text, SPAN("ckptop plan 1"));
	add(&text, span_of(wish_word(making->wish->kind)));
	add(&text, span_of(making->terms->config->name));
	add(&text, making->wish->undo_of);
	for (size_t i = 0; i < making->count; i++)
		add_row(&text, making, &making->items[i]);
	digest_of(making->plan->digest, str_span(&text));
	str_free(&text);
}
