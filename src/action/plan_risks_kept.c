/* SPDX-License-Identifier: MIT
 *
 * What speaks against a change where an image does not hold the whole row: what else is
 * in it is neither compared nor brought back, and nobody would find it in the journal. */
#include "action/plan_inside.h"

static bool
is_deleted(const struct making *making, const struct plan_item *item)
{
	(void)making;
	return plan_is_changed(item) && item->row->exists && !item->row->will_exist;
}

static void
say_deleted(struct str *out, const struct making *making, const struct plan_item *item,
	size_t count)
{
	str_addf(out, "Only %s of ", plan_kept(making));
	plan_add_rows(out, making, item, count);
	str_add(out, " are kept: every other column of what is deleted is LOST, and no "
		     "undo brings it back.");
}

static bool
is_made_again(const struct making *making, const struct plan_item *item)
{
	(void)making;
	return plan_is_changed(item) && !item->row->exists && item->row->will_exist;
}

static void
say_made_again(struct str *out, const struct making *making, const struct plan_item *item,
	size_t count)
{
	str_addf(out, "Only %s of ", plan_kept(making));
	plan_add_rows(out, making, item, count);
	str_add(out,
		" were kept, and what of that insert_sql names comes back: every "
		"other column is what insert_sql makes of it, and what it was before "
		"is NOT KNOWN.");
}

static bool
is_written_over(const struct making *making, const struct plan_item *item)
{
	(void)making;
	return plan_is_changed(item) && item->row->exists && item->row->will_exist;
}

static void
say_written_over(struct str *out, const struct making *making,
	const struct plan_item *item, size_t count)
{
	str_addf(out, "Only %s of ", plan_kept(making));
	plan_add_rows(out, making, item, count);
	str_add(out,
		" are kept: what reset_sql does to other columns is not looked at, and "
		"not undone.");
}

static const char *
unset(const struct making *making)
{
	return store_facts(making->terms->store)->unset;
}

static bool
is_reset(const struct making *making, const struct plan_item *item)
{
	return making->wish->kind == WISH_RESET && unset(making) != NULL &&
	       is_written_over(making, item);
}

static void
say_unset(struct str *out, const struct making *making, const struct plan_item *item,
	size_t count)
{
	(void)item;
	(void)count;
	str_addf(out,
		"reset_sql has no parameter for %s: what it makes of that by itself "
		"stays, and no undo brings back what was there.",
		unset(making));
}

bool
plan_is_unlike(const struct making *making, const struct plan_item *item)
{
	struct str names = { 0 };
	bool is_unlike;

	if (making->wish->kind != WISH_UNDO)
		return false;
	store_image_add_unlike(making->terms->store, item->subject->before,
		item->subject->image, &names);
	is_unlike = names.len > 0;
	str_free(&names);
	return is_unlike;
}

void
plan_add_unlike(struct str *out, const struct making *making,
	const struct plan_item *first, size_t count)
{
	struct str names = { 0 };

	store_image_add_unlike(making->terms->store, first->subject->before,
		first->subject->image, &names);
	plan_add_rows(out, making, first, count);
	str_addf(out,
		" %s from before the operation in %s%s, for which reset_sql has no "
		"parameter",
		count == 1 ? "differs" : "differ", count == 1 ? "" : "one or more of ",
		count == 1 ? str_text(&names) : unset(making));
	str_free(&names);
}

static bool
is_left_unlike(const struct making *making, const struct plan_item *item)
{
	return plan_is_changed(item) && plan_is_unlike(making, item);
}

static void
say_unlike(struct str *out, const struct making *making, const struct plan_item *item,
	size_t count)
{
	plan_add_unlike(out, making, item, count);
	str_add(out, ": that is NOT brought back.");
}

static const struct plan_row_risk risks[] = {
	{ "not-brought-back", true, is_left_unlike, say_unlike },
	{ "lost-columns", true, is_deleted, say_deleted },
	{ "lost-columns", true, is_made_again, say_made_again },
	{ "other-columns", false, is_written_over, say_written_over },
	{ "unset-columns", false, is_reset, say_unset },
};

void
plan_add_kept_risks(const struct making *making)
{
	if (plan_kept(making) == NULL)
		return;
	for (size_t i = 0; i < sizeof(risks) / sizeof(*risks); i++)
		plan_add_row_risk(making, &risks[i]);
}
