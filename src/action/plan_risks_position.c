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
say_error(struct str *out, const struct making *making, const struct plan_item *item,
	size_t count)
{
	plan_add_rows(out, making, item, count);
	str_add(out, ": the last error is \"");
	str_add_span(out, item->told.error);
	str_add(out, "\". ");
	if (item->row->direction == DIRECTION_SKIP)
		str_add(out, "If what is skipped is not its cause, it comes again.");
	else
		str_add(out, "This does not touch its cause: what failed is read again "
			     "and may fail again.");
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
say_repeated(struct str *out, const struct making *making, const struct plan_item *item,
	size_t count)
{
	plan_add_rows(out, making, item, count);
	str_add(out, " was reset before");
	if (item->told.reset_by.at != NULL) {
		str_add(out, " by ");
		str_add_span(out, item->told.reset_by);
	}
	if (item->told.reset_at.at != NULL) {
		str_add(out, " at ");
		add_to_the_second(out, item->told.reset_at);
	}
	str_add(out, ", from ");
	str_add_span(out, item->told.reset_from);
	str_add(out, ": some of what lies before that may be read a third time.");
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
say_beyond(struct str *out, const struct making *making, const struct plan_item *item,
	size_t count)
{
	plan_add_rows(out, making, item, count);
	str_add(out, " would stand beyond its source, which was at ");
	plan_add_value_or(out, item->subject->observed->head, "an unknown place");
	str_add(out, ": what comes next is skipped too, and some jobs then start over.");
}

static bool
has_watermark_ahead(const struct making *making, const struct plan_item *item)
{
	(void)making;
	return (item->row->direction == DIRECTION_REWIND) &&
	       (item->told.watermark.len > 0 || item->subject->now.watermark.len > 0);
}

static void
say_watermark(struct str *out, const struct making *making, const struct plan_item *item,
	size_t count)
{
	str_add(out, "The watermark of ");
	plan_add_rows(out, making, item, count);
	str_add(out, " stays at ");
	str_add_span(out, item->subject->now.watermark.len > 0
				  ? item->subject->now.watermark
				  : item->told.watermark);
	str_add(out, ", ahead of what is then read again, until the job saves.");
}

static const struct plan_row_risk risks[] = {
	{ "beyond-head", true, is_beyond, say_beyond },
	{ "error", true, has_error, say_error },
	{ "read-before", false, is_repeated, say_repeated },
	{ "watermark", false, has_watermark_ahead, say_watermark },
};

void
plan_add_position_risks(const struct making *making)
{
	for (size_t i = 0; i < sizeof(risks) / sizeof(*risks); i++)
		plan_add_row_risk(making, &risks[i]);
}
