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

static const struct plan_row_risk risks[] = {
	{ "lost-columns", true, is_deleted, say_deleted },
	{ "lost-columns", true, is_made_again, say_made_again },
	{ "other-columns", false, is_written_over, say_written_over },
};

void
plan_add_kept_risks(const struct making *making)
{
	if (plan_kept(making) == NULL)
		return;
	for (size_t i = 0; i < sizeof(risks) / sizeof(*risks); i++)
		plan_add_row_risk(making, &risks[i]);
}
