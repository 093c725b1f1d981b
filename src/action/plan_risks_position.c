/* SPDX-License-Identifier: MIT
 *
 * What speaks against the new position itself: the cause that stays, what was read
 * before, the source that ends before it, the watermark that is ahead of it. */
#include "action/plan_inside.h"

#include <string.h>

static bool
has_error(const struct making *making, const struct plan_item *item)
{
	(void)making;
	return plan_is_changed(item) && item->told.error.len > 0;
}

static void
add_error(const struct making *making)
{
	const struct plan_item *item;
	size_t count = plan_find(&item, making, has_error);
	struct str text = { 0 };

	if (count == 0)
		return;
	plan_add_rows(&text, making, item, count);
	str_add(&text, ": the last error is \"");
	str_add_span(&text, item->told.error);
	str_add(&text, "\". ");
	if (item->row->direction == DIRECTION_SKIP)
		str_add(&text, "If what is skipped is not its cause, it comes again.");
	else
		str_add(&text, "This does not touch its cause: what failed is read again "
			       "and may fail again.");
	plan_add_risk(making, "error", true, &text);
}

static bool
is_repeated(const struct making *making, const struct plan_item *item)
{
	struct value from = plan_parse(making, item->subject->key, item->told.reset_from);

	return item->row->direction == DIRECTION_REWIND &&
	       item->told.reset_from.at != NULL && value_comparable(&from, &item->new) &&
	       value_distance(&from, &item->new) > 0;
}

/* As it stands in the metadata, to the second: nobody counts in smaller parts here. */
static void
add_to_the_second(struct str *out, struct span text)
{
	struct stamp stamp;
	const char *point = memchr(text.at, '.', text.len);
	size_t before, fraction;

	if (point == NULL || !stamp_parse(&stamp, text) || stamp.fraction == 0) {
		str_add_span(out, text);
		return;
	}
	before = (size_t)(point - text.at);
	fraction = before + 1 + stamp.fraction;
	str_add_span(out, (struct span){ text.at, before });
	str_add_span(out, (struct span){ text.at + fraction, text.len - fraction });
}

static void
add_repeated(const struct making *making)
{
	const struct plan_item *item;
	size_t count = plan_find(&item, making, is_repeated);
	struct str text = { 0 };

	if (count == 0)
		return;
	plan_add_rows(&text, making, item, count);
	str_add(&text, " was reset before");
	if (item->told.reset_by.at != NULL) {
		str_add(&text, " by ");
		str_add_span(&text, item->told.reset_by);
	}
	if (item->told.reset_at.at != NULL) {
		str_add(&text, " at ");
		add_to_the_second(&text, item->told.reset_at);
	}
	str_add(&text, ", from ");
	str_add_span(&text, item->told.reset_from);
	str_add(&text, ": some of what lies before that may be read a third time.");
	plan_add_risk(making, "read-before", false, &text);
}

static bool
is_beyond(const struct making *making, const struct plan_item *item)
{
	const struct board_row *seen = item->subject->observed;
	int64_t lag;

	(void)making;
	return item->row->direction == DIRECTION_SKIP && seen != NULL &&
	       (seen->lag.kind == LAG_POSITIONS || seen->lag.kind == LAG_TIME) &&
	       !seen->lag.partial && value_comparable(&seen->parsed, &item->new) &&
	       !__builtin_sub_overflow(seen->lag.amount,
		       value_distance(&item->new, &seen->parsed), &lag) &&
	       lag < 0;
}

static void
add_beyond(const struct making *making)
{
	const struct plan_item *item;
	size_t count = plan_find(&item, making, is_beyond);
	struct str text = { 0 };

	if (count == 0)
		return;
	plan_add_rows(&text, making, item, count);
	str_add(&text, " would stand beyond its source, which was at ");
	plan_add_value_or(&text, item->subject->observed->head, "an unknown place");
	str_add(&text,
		": what comes next is skipped too, and some jobs then start over.");
	plan_add_risk(making, "beyond-head", true, &text);
}

static bool
has_watermark_ahead(const struct making *making, const struct plan_item *item)
{
	(void)making;
	return (item->row->direction == DIRECTION_REWIND) &&
	       (item->told.watermark.len > 0 || item->subject->now.watermark.len > 0);
}

static void
add_watermark(const struct making *making)
{
	const struct plan_item *item;
	size_t count = plan_find(&item, making, has_watermark_ahead);
	struct str text = { 0 };

	if (count == 0)
		return;
	str_add(&text, "The watermark of ");
	plan_add_rows(&text, making, item, count);
	str_add(&text, " stays at ");
	str_add_span(&text, item->subject->now.watermark.len > 0
				    ? item->subject->now.watermark
				    : item->told.watermark);
	str_add(&text, ", ahead of what is then read again, until the job saves.");
	plan_add_risk(making, "watermark", false, &text);
}

void
plan_add_position_risks(const struct making *making)
{
	add_beyond(making);
	add_error(making);
	add_repeated(making);
	add_watermark(making);
}
