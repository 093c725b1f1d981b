/* SPDX-License-Identifier: MIT
 *
 * What a change costs: how much is read again or never, from where the job reads on, how
 * long that takes, and what can be taken back. */
#include "action/plan_inside.h"

/* Ends the text. */
static void
add_effect(const struct making *making, const char *word, struct str *text)
{
	struct plan *plan = making->plan;

	plan->effects[plan->effect_count++] = (struct plan_effect){
		.word = word,
		.sentence = plan_text(plan, text),
	};
}

/* Rows of one direction, all of them together. */
struct sum {
	size_t rows;
	int64_t records, bytes, longest; /* INT; LSN and FILE_POS; TIME */
	bool counted;			 /* all of them are in it */
	const struct plan_item *first;
};

static struct sum
sum_of(const struct making *making, enum direction direction)
{
	struct sum sum = { .counted = true };

	for (size_t i = 0; i < making->count; i++) {
		const struct plan_row *row = making->items[i].row;
		int64_t *amount = row->type == VALUE_INT ? &sum.records : &sum.bytes;

		if (row->direction != direction)
			continue;
		if (sum.rows++ == 0)
			sum.first = &making->items[i];
		if (!row->distance_known)
			sum.counted = false;
		else if (row->type != VALUE_TIME)
			sum.counted &=
				!__builtin_add_overflow(*amount, row->distance, amount);
		else if (row->distance > sum.longest)
			sum.longest = row->distance;
	}
	return sum;
}

static void
add_sum(struct str *out, const struct sum *sum)
{
	const char *between = "";

	if (!sum->counted) {
		str_add(out, "more than can be counted");
		return;
	}
	if (sum->records > 0) {
		plan_add_amount(out, VALUE_INT, sum->records);
		between = ", ";
	}
	if (sum->bytes > 0) {
		str_add(out, between);
		plan_add_amount(out, VALUE_LSN, sum->bytes);
		between = ", ";
	}
	if (sum->longest > 0) {
		str_addf(out, "%severything of ", between);
		plan_add_amount(out, VALUE_TIME, sum->longest);
	}
}

static void
tell_rewind(struct str *out, const struct making *making, const struct sum *sum)
{
	(void)making;
	str_add(out, "REWIND: ");
	add_sum(out, sum);
	str_addf(out,
		" %s read AGAIN. Output is written twice unless the job is "
		"idempotent.",
		sum->counted && sum->records + sum->bytes + (sum->longest > 0) == 1
			? "is"
			: "are");
}

static void
tell_skip(struct str *out, const struct making *making, const struct sum *sum)
{
	const struct plan_item *item = sum->first;

	if (sum->rows == 1 && item->row->type == VALUE_INT && item->row->distance == 1) {
		str_add(out, "FORWARD: record ");
		plan_add_value(out, &item->new, plan_value_is_last(making) ? 0 : -1);
		str_add(out, " is SKIPPED: it will never be read.");
		return;
	}
	str_add(out, "FORWARD: SKIPS ");
	add_sum(out, sum);
	str_add(out, ": they will never be read.");
}

static void
tell_change(struct str *out, const struct making *making, const struct sum *sum)
{
	(void)making;
	str_addf(out,
		"CHANGE of %zu value%s that cannot be ordered: whether anything is "
		"read again or never is not known.",
		sum->rows, sum->rows == 1 ? "" : "s");
}

static void
tell_delete(struct str *out, const struct making *making, const struct sum *sum)
{
	int64_t done = 0;
	bool counted = making->wish->kind == WISH_DELETE;

	(void)sum;
	if (making->terms->config->on_delete != NULL) {
		str_addf(out, "DELETE: for the program whose store it is that means: %s.",
			making->terms->config->on_delete);
		return;
	}
	for (size_t i = 0; i < making->count; i++) {
		const struct value *old = &making->items[i].old;

		counted = counted && old->type == VALUE_INT && old->number >= 0 &&
			  !__builtin_add_overflow(done, old->number, &done);
	}
	str_add(out, "DELETE: the job starts FROM THE BEGINNING if it runs again: all "
		     "input is read again");
	if (counted) {
		str_add(out, ", going by the values up to ");
		plan_add_amount(out, VALUE_INT, done);
	}
	str_add_char(out, '.');
}

static void
tell_restore(struct str *out, const struct making *making, const struct sum *sum)
{
	if (plan_kept(making) != NULL) {
		str_addf(out,
			"RESTORE: of %zu checkpoint%s what the query returned before the "
			"operation is written again: %s.",
			sum->rows, sum->rows == 1 ? "" : "s",
			sum->first->row->exists ? plan_restored(making)
						: plan_kept(making));
		return;
	}
	str_addf(out,
		"RESTORE: %zu checkpoint%s what %s before the operation, with %s "
		"metadata and the time of %s save.",
		sum->rows, sum->rows == 1 ? " becomes" : "s become",
		sum->rows == 1 ? "it was" : "they were", sum->rows == 1 ? "its" : "their",
		sum->rows == 1 ? "its" : "their");
}

/* With one row the very record; else what holds for all. */
static void
tell_first(const struct making *making)
{
	const struct plan_item *first = NULL;
	const char *meaning =
		plan_value_is_last(making) ? "LAST record done" : "NEXT record to read";
	struct str text = { 0 };
	size_t count = 0;

	for (size_t i = 0; i < making->count; i++) {
		const struct plan_row *row = making->items[i].row;

		if (row->direction == DIRECTION_SAME || !row->will_exist ||
			making->items[i].new.type != VALUE_INT)
			continue;
		if (count++ == 0)
			first = &making->items[i];
	}
	if (count == 1) {
		str_add(&text, "First record read after it: ");
		plan_add_value(&text, &first->new, plan_value_is_last(making));
		str_addf(&text, " (in %s a value is the %s).", making->plan->store,
			meaning);
	} else if (count > 1) {
		str_addf(&text,
			"In %s a value is the %s: each partition reads on from NEW%s.",
			making->plan->store, meaning,
			plan_value_is_last(making) ? " + 1" : "");
	}
	if (count > 0)
		add_effect(making, "first", &text);
}

static void
tell_outlook(const struct making *making)
{
	struct str text = { 0 };

	plan_add_outlook(&text, making);
	if (text.len > 0)
		add_effect(making, "lag", &text);
	else
		str_free(&text);
}

/* Only where it was watched for long enough to say so. */
static void
tell_standing(const struct making *making)
{
	const struct plan_item *first = NULL;
	int64_t at = TIME_NONE, latest = TIME_NONE;
	struct str text = { 0 };
	size_t count = 0;

	for (size_t i = 0; i < making->count; i++) {
		const struct plan_item *item = &making->items[i];

		if (item->row->direction == DIRECTION_SAME)
			continue;
		if (item->row->running != RUNNING_NO)
			return;
		at = item->subject->observed->updated;
		if (at > latest)
			latest = at;
		if (count++ == 0)
			first = item;
	}
	if (latest == TIME_NONE)
		return;
	plan_add_row_name(&text, making, first->subject->key);
	if (count > 1)
		str_addf(&text, " and %zu other%s", count - 1, count == 2 ? "" : "s");
	str_addf(&text, " %s not saved for ", count == 1 ? "was" : "were");
	duration_add(&text, first->subject->observed->board->taken_at - latest);
	str_add(&text, ": no running worker was seen.");
	add_effect(making, "ok", &text);
}

static bool
is_for_good(const struct making *making)
{
	bool deletes = false;

	for (size_t i = 0; i < making->count; i++)
		deletes |= making->items[i].row->direction == DIRECTION_DELETE;
	return deletes &&
	       (store_capabilities(making->terms->store) & STORE_NO_INSERT) != 0;
}

/* An undo would reset the rows, and not insert them; and not all that is kept is set so.
 */
static bool
will_be_reset(const struct making *making)
{
	return store_facts(making->terms->store)->unset != NULL &&
	       making->items[0].row->exists && making->wish->kind != WISH_DELETE;
}

static void
tell_safety(const struct making *making)
{
	bool atomic = store_capabilities(making->terms->store) & STORE_IS_ATOMIC;
	struct str text = { 0 };

	str_add(&text, "Nothing is written yet. ");
	if (making->plan->changes == 1)
		str_add(&text, "It is written only if it still is what is shown here.");
	else if (atomic)
		str_add(&text, "All of it is written, and only if each still is what is "
			       "shown here; else nothing.");
	else
		str_add(&text, "Each is written only if it still is what is shown here; "
			       "the first that is not ends it, and those behind it stay "
			       "as they are.");
	add_effect(making, "safe", &text);
	making->plan->is_for_good = is_for_good(making);
	if (plan_kept(making) != NULL)
		str_addf(&text, "Of the old rows only %s go to the journal, ",
			plan_kept(making));
	else
		str_add(&text, "The old rows go to the journal, ");
	if (making->plan->is_for_good)
		str_addf(&text,
			"but ckptop undo CANNOT bring them back: %s has no insert_sql.",
			making->plan->store);
	else
		str_addf(&text,
			"and ckptop undo brings %s%s back: the position, not what the "
			"job has put out meanwhile.",
			plan_kept(making) != NULL ? "only " : "",
			plan_kept(making) == NULL ? "them"
			: will_be_reset(making)	  ? plan_restored(making)
						  : "these");
	add_effect(making, "undo", &text);
}

/* What its maker says of it, for whoever does it for the first time. */
static void
tell_reset(const struct making *making)
{
	const char *words = making->terms->config->on_reset;
	struct str text = { 0 };

	if (words == NULL || making->wish->kind != WISH_RESET)
		return;
	str_addf(
		&text, "RESET: for the program whose store it is that means: %s.", words);
	add_effect(making, "effect", &text);
}

static void
tell_nothing(const struct making *making)
{
	const struct plan_item *unlike;
	size_t count = plan_find(&unlike, making, plan_is_unlike);
	struct str text = { 0 };

	if (making->wish->kind != WISH_UNDO) {
		str_add(&text, "Nothing changes: it is there already.");
	} else if (count > 0) {
		str_add(&text, "Nothing that an undo could write: ");
		plan_add_unlike(&text, making, unlike, count);
		str_add(&text, ", and all else that is kept is there.");
	} else if (plan_kept(making) != NULL) {
		str_add(&text, "Nothing to undo: what is kept of it is there.");
	} else {
		str_add(&text,
			"Nothing to undo: everything is as it was before the operation.");
	}
	str_add(&text, " Nothing is written.");
	add_effect(making, "effect", &text);
}

void
plan_add_effects(const struct making *making)
{
	static const struct {
		enum direction direction;
		void (*tell)(struct str *, const struct making *, const struct sum *);
	} tellers[] = {
		{ DIRECTION_SKIP, tell_skip },
		{ DIRECTION_REWIND, tell_rewind },
		{ DIRECTION_CHANGE, tell_change },
		{ DIRECTION_DELETE, tell_delete },
		{ DIRECTION_RESTORE, tell_restore },
	};
	enum { TELLERS = sizeof(tellers) / sizeof(tellers[0]), OTHERS = 6 };
	struct plan *plan = making->plan;
	struct str text = { 0 };

	plan->effects =
		arena_alloc(plan->arena, TELLERS + OTHERS, sizeof(*plan->effects));
	for (size_t i = 0; i < TELLERS; i++) {
		struct sum sum = sum_of(making, tellers[i].direction);

		if (sum.rows == 0)
			continue;
		tellers[i].tell(&text, making, &sum);
		add_effect(making, "effect", &text);
	}
	if (plan_is_empty(plan)) {
		tell_nothing(making);
		return;
	}
	tell_reset(making);
	tell_first(making);
	tell_outlook(making);
	tell_standing(making);
	tell_safety(making);
}
