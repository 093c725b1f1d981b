/* SPDX-License-Identifier: MIT
 *
 * What a plan means, in the words that the dialog, --dry-run and the journal have. */
#include "action/plan_inside.h"

#include "model/number.h"

const char *
plan_text(struct plan *plan, struct str *text)
{
	const char *copy = arena_text(plan->arena, str_text(text));

	str_free(text);
	return copy;
}

static const char *
unit_of(enum value_type type)
{
	return type == VALUE_INT ? "record" : "byte";
}

void
plan_add_amount(struct str *out, enum value_type type, int64_t amount)
{
	if (type == VALUE_TIME) {
		duration_add(out, amount);
		return;
	}
	number_add_grouped(out, amount);
	str_addf(out, " %s%s", unit_of(type), amount == 1 ? "" : "s");
}

static bool
has_one_job(const struct making *making)
{
	return span_equal(making->items[0].subject->key.job,
		making->items[making->count - 1].subject->key.job);
}

void
plan_add_row_name(struct str *out, const struct making *making, struct key key)
{
	if (has_one_job(making) && key.partition.len > 0)
		key_add_partition(out, key.partition);
	else
		key_add(out, key);
}

const char *
plan_kept(const struct making *making)
{
	return store_facts(making->terms->store)->kept;
}

const char *
plan_restored(const struct making *making)
{
	return store_facts(making->terms->store)->restored;
}

/* --- the MEANING column --- */

void
plan_add_value(struct str *out, const struct value *value, int64_t shift)
{
	int64_t number;

	if (value->type == VALUE_INT &&
		!__builtin_add_overflow(value->number, shift, &number))
		number_add_grouped(out, number);
	else
		str_add_span(out, value->text);
}

bool
plan_value_is_last(const struct making *making)
{
	return making->terms->config->value_is_last;
}

static void
mean_rewind(struct str *out, const struct making *making, const struct plan_item *item)
{
	str_add(out, "read again from ");
	plan_add_value(out, &item->new, plan_value_is_last(making));
}

static void
mean_skip(struct str *out, const struct making *making, const struct plan_item *item)
{
	const struct plan_row *row = item->row;

	str_add(out, "SKIPS ");
	if (!row->distance_known) {
		str_add(out, "more than can be counted");
		return;
	}
	plan_add_amount(out, row->type, row->distance);
	if (row->type != VALUE_INT) {
		str_add(out, ", up to ");
		plan_add_value(out, &item->new, 0);
		return;
	}
	str_add(out, ": ");
	if (row->distance > 1) {
		plan_add_value(out, &item->old, plan_value_is_last(making));
		str_add(out, " to ");
	}
	plan_add_value(out, &item->new, plan_value_is_last(making) ? 0 : -1);
}

static void
mean_change(struct str *out, const struct making *making, const struct plan_item *item)
{
	(void)making;
	(void)item;
	str_add(out, "another value: how far is not known");
}

static void
mean_same(struct str *out, const struct making *making, const struct plan_item *item)
{
	(void)item;
	str_add(out, making->wish->kind == WISH_UNDO && plan_kept(making) != NULL
			     ? "what is kept of it is there"
		     : making->wish->kind == WISH_UNDO ? "is as it was before"
						       : "stays as it is");
}

static void
mean_delete(struct str *out, const struct making *making, const struct plan_item *item)
{
	(void)item;
	str_add(out, making->wish->kind == WISH_UNDO ? "goes away again, as before"
		     : making->terms->config->on_delete != NULL
			     ? "what it means there is told below"
			     : "starts from the beginning");
}

static void
mean_restore(struct str *out, const struct making *making, const struct plan_item *item)
{
	if (plan_kept(making) != NULL)
		str_add(out, item->row->exists ? "back to what is kept of it"
					       : "comes back as far as it is kept");
	else
		str_add(out, item->row->exists ? "back to what it was"
					       : "comes back as it was");
}

void
plan_add_meanings(const struct making *making)
{
	static void (*const means[])(
		struct str *, const struct making *, const struct plan_item *) = {
		[DIRECTION_SAME] = mean_same,
		[DIRECTION_REWIND] = mean_rewind,
		[DIRECTION_SKIP] = mean_skip,
		[DIRECTION_CHANGE] = mean_change,
		[DIRECTION_DELETE] = mean_delete,
		[DIRECTION_RESTORE] = mean_restore,
	};

	for (size_t i = 0; i < making->count; i++) {
		struct plan_item *item = &making->items[i];
		struct str text = { 0 };

		means[item->row->direction](&text, making, item);
		item->row->meaning = plan_text(making->plan, &text);
	}
}
