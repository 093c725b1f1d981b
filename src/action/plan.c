/* SPDX-License-Identifier: MIT
 *
 * From a wish to a plan: what hinders it at once, then row by row, then what that means
 * as a whole. */
#include "action/plan_inside.h"

#include <stdlib.h>

#include "action/audit.h"
#include "base/mem.h"

const char *
direction_word(enum direction direction)
{
	static const char *const words[] = {
		[DIRECTION_SAME] = "same",
		[DIRECTION_REWIND] = "rewind",
		[DIRECTION_SKIP] = "skip",
		[DIRECTION_CHANGE] = "change",
		[DIRECTION_DELETE] = "delete",
		[DIRECTION_RESTORE] = "restore",
	};

	return words[direction];
}

const char *
running_word(enum running running)
{
	static const char *const words[] = {
		[RUNNING_NO] = "no",
		[RUNNING_YES] = "yes",
		[RUNNING_SIBLINGS] = "siblings",
		[RUNNING_NOT_KNOWN] = "unknown",
	};

	return words[running];
}

/* --- the rows --- */

static int
compare_subjects(const void *a, const void *b)
{
	const struct key x = (*(const struct plan_subject *const *)a)->key;
	const struct key y = (*(const struct plan_subject *const *)b)->key;
	int order = key_compare(x, y);

	if (order == 0)
		order = span_compare(x.job, y.job);
	return order != 0 ? order : span_compare(x.partition, y.partition);
}

/* In the order of the keys, in whatever order they came. */
static int
take_subjects(struct making *making, const struct plan_subject *subjects, struct err *err)
{
	struct arena *arena = making->plan->arena;
	const struct plan_subject **sorted =
		arena_alloc(arena, making->count, sizeof(*sorted));
	struct str name = { 0 };
	int status = 0;

	making->items = mem_new(making->count, sizeof(*making->items));
	making->plan->rows =
		arena_alloc(arena, making->count, sizeof(*making->plan->rows));
	making->plan->row_count = making->count;
	for (size_t i = 0; i < making->count; i++)
		sorted[i] = &subjects[i];
	qsort(sorted, making->count, sizeof(const struct plan_subject *),
		compare_subjects);
	for (size_t i = 0; i < making->count; i++) {
		making->items[i].subject = sorted[i];
		making->items[i].row = &making->plan->rows[i];
		if (status != 0 || i == 0 ||
			!key_equal(sorted[i]->key, sorted[i - 1]->key))
			continue;
		key_add(&name, sorted[i]->key);
		status = err_set(err, ERR_USAGE,
			"%s is named twice; nothing was written; name it once",
			str_text(&name));
	}
	str_free(&name);
	return status;
}

/* Whether the last save of this row was a reset, and no save of its job. */
static bool
is_reset_save(const struct making *making, const struct plan_item *item)
{
	const struct plan_subject *subject = item->subject;
	const struct zone *zone = making->terms->config->zone;
	int64_t saved = stamp_instant(&subject->now.updated, zone), apart;
	struct stamp at;

	if (making->wish->kind == WISH_UNDO && subject->image.at != NULL &&
		store_image_same(making->terms->store, subject->image, subject->left))
		return true;
	if (saved == TIME_NONE && subject->observed != NULL)
		saved = subject->observed->updated != TIME_NONE
				? subject->observed->updated
				: subject->observed->updated_if;
	if (item->told.reset_at.at == NULL || saved == TIME_NONE ||
		!stamp_parse(&at, item->told.reset_at) || at.form != STAMP_ZONED ||
		__builtin_sub_overflow(saved, at.at, &apart))
		return false;
	return apart <= 2 * SECOND && apart >= -2 * SECOND;
}

static int
fill_rows(const struct making *making, struct err *err)
{
	const struct store_config *config = making->terms->config;
	const struct metadata_names names = {
		.watermark = config->watermark_member,
		.error = config->error_member,
	};

	for (size_t i = 0; i < making->count; i++) {
		struct plan_item *item = &making->items[i];

		metadata_read(&item->told, item->subject->now.metadata, &names);
		item->is_reset_of_ours = is_reset_save(making, item);
		if (plan_fill_row(making, item, err) != 0)
			return -1;
		if (item->row->direction != DIRECTION_SAME &&
			store_can_become(making->terms->store,
				item->subject->image.at != NULL, item->row->will_exist,
				err) != 0)
			return -1;
		making->plan->changes += item->row->direction != DIRECTION_SAME;
	}
	return 0;
}

/* --- the whole --- */

/* The texts of the wish as the plan's own. */
static struct wish
copy_wish(struct arena *arena, const struct wish *wish)
{
	struct wish copy = *wish;

	copy.target.text = arena_span(arena, wish->target.text);
	copy.reason = arena_span(arena, wish->reason);
	copy.if_value = arena_span(arena, wish->if_value);
	copy.if_digest = arena_span(arena, wish->if_digest);
	copy.undo_of = arena_span(arena, wish->undo_of);
	copy.watch = arena_span(arena, wish->watch);
	return copy;
}

static struct plan *
new_plan(const struct wish *wish, const struct plan_terms *terms)
{
	struct arena *arena = arena_new();
	struct plan *plan = arena_alloc(arena, 1, sizeof(*plan));
	struct str call = { 0 };

	plan->arena = arena;
	plan->wish = copy_wish(arena, wish);
	plan->store = arena_text(arena, terms->config->name);
	if (terms->config->call != NULL)
		str_add(&call, terms->config->call);
	else
		str_addf(&call, "-s %s", terms->config->name);
	plan->call = plan_text(plan, &call);
	plan->environment =
		arena_text(arena, terms->environment != NULL ? terms->environment : "");
	plan->group = arena_span(arena, terms->group);
	plan->production = terms->production;
	return plan;
}

static int
make(struct making *making, const struct plan_subject *subjects, struct err *err)
{
	if (take_subjects(making, subjects, err) != 0 ||
		plan_check_value(making, err) != 0 || fill_rows(making, err) != 0)
		return -1;
	plan_make_digest(making);
	if (plan_check_digest(making, err) != 0)
		return -1;
	plan_find_running(making);
	plan_find_reason(making);
	plan_find_block(making);
	plan_find_hazard(making);
	plan_choose_confirmation(making);
	plan_add_meanings(making);
	plan_add_effects(making);
	plan_add_risks(making);
	return 0;
}

int
plan_make(struct plan **out, const struct wish *wish, const struct plan_subject *subjects,
	size_t count, const struct plan_terms *terms, struct err *err)
{
	struct making making = { .terms = terms, .count = count };
	int status;

	*out = NULL;
	if (count == 0)
		return err_set(err, ERR_USAGE,
			"there is no checkpoint to change; nothing was written");
	making.plan = new_plan(wish, terms);
	making.wish = &making.plan->wish;
	status = make(&making, subjects, err);
	for (size_t i = 0; making.items != NULL && i < count; i++)
		metadata_free(&making.items[i].told);
	free(making.items);
	if (status == 0)
		*out = making.plan;
	else
		plan_free(making.plan);
	return status;
}

void
plan_free(struct plan *plan)
{
	if (plan != NULL)
		arena_free(plan->arena);
}

/* --- what is in it --- */

static void
add_value(struct str *out, bool exists, bool is_unreadable, struct span value)
{
	if (exists && is_unreadable)
		str_add(out, "(unreadable)");
	else
		audit_put_value(out, exists, value);
}

void
plan_row_add_old(struct str *out, const struct plan_row *row)
{
	add_value(out, row->exists, row->old_unreadable, row->old_value);
}

void
plan_row_add_new(struct str *out, const struct plan_row *row)
{
	add_value(out, row->will_exist, row->new_unreadable, row->new_value);
}

const struct wish *
plan_wish(const struct plan *plan)
{
	return &plan->wish;
}

const struct plan_row *
plan_rows(const struct plan *plan, size_t *count)
{
	*count = plan->row_count;
	return plan->rows;
}

const struct plan_risk *
plan_risks(const struct plan *plan, size_t *count)
{
	*count = plan->risk_count;
	return plan->risks;
}

const struct plan_effect *
plan_effects(const struct plan *plan, size_t *count)
{
	*count = plan->effect_count;
	return plan->effects;
}

const char *
wish_word(enum wish_kind kind)
{
	static const char *const words[] = {
		[WISH_RESET] = "reset",
		[WISH_DELETE] = "delete",
		[WISH_UNDO] = "undo",
	};

	return words[kind];
}

bool
plan_is_empty(const struct plan *plan)
{
	return plan->changes == 0;
}

enum wish_kind
plan_kind(const struct plan *plan)
{
	return plan->wish.kind;
}

struct span
plan_digest(const struct plan *plan)
{
	return span_of(plan->digest);
}

int64_t
plan_lost(const struct plan *plan)
{
	return plan->lost;
}

enum plan_confirm
plan_confirmation(const struct plan *plan)
{
	return plan->confirm;
}

const char *
plan_phrase(const struct plan *plan)
{
	return plan->phrase;
}

const char *
plan_name(const struct plan *plan)
{
	return plan->name;
}

const char *
plan_running_refusal(const struct plan *plan)
{
	return plan->running_refusal;
}

const char *
plan_reason_refusal(const struct plan *plan)
{
	return plan->reason_refusal;
}

bool
plan_is_for_good(const struct plan *plan)
{
	return plan->is_for_good;
}

const char *
plan_blocked(const struct plan *plan)
{
	return plan->blocked;
}
