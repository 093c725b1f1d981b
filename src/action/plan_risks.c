/* SPDX-License-Identifier: MIT
 *
 * What speaks against it, or is to be known before: each with its numbers, the gravest
 * first. */
#include "action/plan_inside.h"

#include <stdlib.h>
#include <string.h>
#include <time.h>

#define RISKS_MAX 24

void
plan_add_risk(const struct making *making, const char *word, bool grave, struct str *text)
{
	struct plan *plan = making->plan;

	if (plan->risk_count == RISKS_MAX) {
		str_free(text);
		return;
	}
	plan->risks[plan->risk_count++] = (struct plan_risk){
		.word = word,
		.sentence = plan_text(plan, text),
		.grave = grave,
	};
}

void
plan_add_plain_risk(
	const struct making *making, const char *word, bool grave, const char *sentence)
{
	struct str text = { 0 };

	str_add(&text, sentence);
	plan_add_risk(making, word, grave, &text);
}

void
plan_block(struct plan *plan, const char *why)
{
	size_t count = plan->risk_count - (plan->risk_count == RISKS_MAX);

	plan->blocked = arena_text(plan->arena, why);
	memmove(plan->risks + 1, plan->risks, count * sizeof(*plan->risks));
	plan->risks[0] = (struct plan_risk){ "blocked", plan->blocked, true };
	plan->risk_count = count + 1;
}

size_t
plan_find(
	const struct plan_item **first, const struct making *making, plan_holds_fn *holds)
{
	size_t count = 0;

	*first = NULL;
	for (size_t i = 0; i < making->count; i++) {
		const struct plan_item *item = &making->items[i];

		if (!holds(making, item))
			continue;
		if (count++ == 0)
			*first = item;
	}
	return count;
}

void
plan_add_rows(struct str *out, const struct making *making, const struct plan_item *first,
	size_t count)
{
	plan_add_row_name(out, making, first->subject->key);
	if (count > 1)
		str_addf(out, " and %zu other%s", count - 1, count == 2 ? "" : "s");
}

void
plan_add_row_risk(const struct making *making, const struct plan_row_risk *risk)
{
	const struct plan_item *first;
	size_t count = plan_find(&first, making, risk->holds);
	struct str text = { 0 };

	if (count == 0)
		return;
	risk->say(&text, making, first, count);
	plan_add_risk(making, risk->word, risk->grave, &text);
}

bool
plan_is_changed(const struct plan_item *item)
{
	return item->row->direction != DIRECTION_SAME;
}

/* --- does it run? --- */

static bool
is_unknown(const struct making *making, const struct plan_item *item)
{
	(void)making;
	return plan_is_changed(item) && item->row->running == RUNNING_NOT_KNOWN;
}

static void
add_running(const struct making *making)
{
	const struct plan_item *item;
	size_t count = plan_find(&item, making, is_unknown);
	struct str text = { 0 };

	if (making->plan->running_refusal != NULL)
		plan_add_plain_risk(
			making, "running", true, making->plan->running_refusal);
	if (count == 0)
		return;
	str_add(&text, "CANNOT TELL whether ");
	if (item->told.note.at != NULL) {
		str_add_span(&text, item->told.note);
		str_add(&text, " runs: no save was seen of ");
		plan_add_rows(&text, making, item, count);
		str_add(&text, ", which does not say that nobody works.");
	} else {
		str_add(&text, "the job runs: ");
		plan_add_rows(&text, making, item, count);
		str_addf(&text, " %s not watched long enough.",
			count == 1 ? "was" : "were");
	}
	str_add(&text, " Make sure that it is stopped.");
	plan_add_risk(making, "not-known", true, &text);
}

/* --- what the rows are --- */

static bool
is_same(const struct making *making, const struct plan_item *item)
{
	(void)making;
	return !plan_is_changed(item);
}

static void
say_same(struct str *out, const struct making *making, const struct plan_item *item,
	size_t count)
{
	plan_add_rows(out, making, item, count);
	str_addf(out, " %s there already, and %s not written.", count == 1 ? "is" : "are",
		count == 1 ? "is" : "are");
}

static const struct plan_row_risk risk_same = { "same", false, is_same, say_same };

static bool
is_foreseen(const struct making *making, const struct plan_item *item)
{
	(void)making;
	return item->subject->foreseen;
}

static void
say_foreseen(struct str *out, const struct making *making, const struct plan_item *item,
	size_t count)
{
	plan_add_rows(out, making, item, count);
	str_addf(out, " %s shown as %s will be once what comes before this is done.",
		count == 1 ? "is" : "are", count == 1 ? "it" : "they");
}

static const struct plan_row_risk risk_foreseen = { "foreseen", false, is_foreseen,
	say_foreseen };

static bool
is_moved_on(const struct making *making, const struct plan_item *item)
{
	(void)making;
	return plan_is_changed(item) && item->moved_on;
}

void
plan_add_value_or(struct str *out, struct span value, const char *none)
{
	if (value.at != NULL)
		str_add_span(out, value);
	else
		str_add(out, none);
}

/* As it stands in the other sentences. */
static void
add_shown(struct str *out, const struct making *making, const struct plan_item *item,
	struct span text, const char *none)
{
	struct value value = plan_parse(making, item->subject->key, text);

	if (text.at != NULL)
		plan_add_value(out, &value, 0);
	else
		str_add(out, none);
}

static void
say_moved_on(struct str *out, const struct making *making, const struct plan_item *item,
	size_t count)
{
	struct str memory = { 0 };
	struct image_facts facts = { 0 };

	store_image_read(making->terms->store, item->subject->left, &memory, &facts);
	plan_add_rows(out, making, item, count);
	str_addf(out, " %s moved on since the operation: left at ",
		count == 1 ? "has" : "have");
	add_shown(out, making, item, facts.value, "nothing");
	str_add(out, ", now ");
	add_shown(out, making, item, item->row->old_value,
		item->row->exists ? "NULL" : "gone");
	if (!item->row->will_exist)
		str_add(out, "; an undo deletes it, with what was saved since.");
	else if (!item->row->exists)
		str_addf(out, "; an undo brings back %s.",
			plan_kept(making) != NULL ? "what is kept of it"
						  : "all of it as it was before");
	else
		str_add(out, "; an undo takes its value back, and leaves the rest as "
			     "the job has it.");
	str_free(&memory);
}

static const struct plan_row_risk risk_moved_on = { "moved-on", true, is_moved_on,
	say_moved_on };

static bool
is_other_type(const struct making *making, const struct plan_item *item)
{
	(void)making;
	return plan_is_changed(item) && item->old.text.at != NULL &&
	       item->new.text.at != NULL && item->old.type != item->new.type;
}

static void
say_type(struct str *out, const struct making *making, const struct plan_item *item,
	size_t count)
{
	plan_add_rows(out, making, item, count);
	str_addf(out,
		" held %s and would hold %s: a job that cannot read it may start "
		"over or fail.",
		plan_value_words(&item->old), plan_value_words(&item->new));
}

static const struct plan_row_risk risk_type = { "type", true, is_other_type, say_type };

/* --- where it is, who does it, what is kept of it --- */

static bool
is_untouched(const struct making *making, const struct plan_item *item)
{
	(void)making;
	return plan_is_changed(item) && item->row->will_exist &&
	       item->row->direction != DIRECTION_RESTORE &&
	       (item->fate == METADATA_FOREIGN || item->fate == METADATA_NO_PLACE);
}

static void
add_audit(const struct making *making)
{
	bool has_audit = store_capabilities(making->terms->store) & STORE_HAS_AUDIT;
	const struct plan_item *item;
	size_t count = plan_find(&item, making, is_untouched);
	struct str text = { 0 };

	if (count > 0) {
		plan_add_rows(&text, making, item, count);
		str_addf(&text, ": the metadata %s, so who and why go to %s only.",
			item->fate == METADATA_NO_PLACE
				? "has no place in this store"
				: "is no JSON object and stays as it is",
			has_audit ? "the journal and the audit of the store"
				  : "the journal");
		plan_add_risk(making, "metadata", false, &text);
	}
	if (has_audit)
		return;
	str_addf(&text,
		"%s has no audit of its own: who and why are kept in the journal "
		"of this host%s (ckptop %s init makes one).",
		making->plan->store,
		making->wish->kind == WISH_RESET && count == 0 ? " and in the metadata"
							       : "",
		making->plan->call);
	plan_add_risk(making, "audit", false, &text);
}

static bool
is_deleted(const struct making *making, const struct plan_item *item)
{
	(void)making;
	return plan_is_changed(item) && !item->row->will_exist;
}

/* What they do elsewhere is neither in the plan nor in the journal. */
static void
add_triggers(const struct making *making)
{
	const char *triggers = store_facts(making->terms->store)->triggers;
	struct str text = { 0 };

	if (triggers == NULL)
		return;
	str_addf(&text,
		"The table has triggers (%s): those made for such a change run with it, "
		"and what they do in other tables undo does not take back. Where they "
		"make anything else of the row %snothing is written.",
		triggers,
		store_facts(making->terms->store)->takes_time
			? "than is shown here, but for the time of its save, "
			: "than is shown here ");
	plan_add_risk(making, "trigger", false, &text);
}

/* What was deleted comes back by an INSERT. */
static void
add_return(const struct making *making)
{
	const struct store_facts *facts = store_facts(making->terms->store);
	const struct plan_item *item;
	struct str text = { 0 };

	if ((facts->inserters == NULL && facts->referred == NULL) ||
		making->plan->is_for_good || plan_find(&item, making, is_deleted) == 0)
		return;
	str_add(&text, "An undo would insert what is deleted.");
	if (facts->inserters != NULL)
		str_addf(&text,
			" A trigger or rule (%s) may refuse that, or make another row of "
			"it, which is refused%s.",
			facts->inserters,
			facts->takes_time ? " but for the time of its save" : "");
	if (facts->referred != NULL)
		str_addf(&text,
			" It fails where what the row refers to (in %s) is gone by then.",
			facts->referred);
	plan_add_risk(making, "return", false, &text);
}

/* It gets a time, in place of one that names no zone. */
static bool
is_unzoned(const struct making *making, const struct plan_item *item)
{
	return making->terms->config->zone == NULL &&
	       store_facts(making->terms->store)->is_shared && plan_is_changed(item) &&
	       item->row->will_exist && item->row->direction != DIRECTION_RESTORE &&
	       item->subject->now.updated.form == STAMP_NAIVE;
}

/* "UTC", or "UTC+01:00": in which such a time is written, see written_updated(). */
static void
add_zone_of_process(struct str *out, int64_t now)
{
	time_t seconds = (time_t)(now / SECOND);
	struct tm local;
	long minutes;

	str_add(out, "UTC");
	if (localtime_r(&seconds, &local) == NULL || local.tm_gmtoff == 0)
		return;
	minutes = labs(local.tm_gmtoff) / 60;
	str_addf(out, "%c%02ld:%02ld", local.tm_gmtoff < 0 ? '-' : '+', minutes / 60,
		minutes % 60);
}

static void
say_unzoned(struct str *out, const struct making *making, const struct plan_item *item,
	size_t count)
{
	str_add(out, "The time of the last save of ");
	plan_add_rows(out, making, item, count);
	str_add(out,
		" names no zone, and none is configured: the new one is written in ");
	add_zone_of_process(out, making->terms->now);
	str_addf(out,
		", and goes back or ahead where the job means another. Set tz for %s "
		"first.",
		making->plan->store);
}

static const struct plan_row_risk risk_unzoned = { "zone", true, is_unzoned,
	say_unzoned };

/* What the database would do with the rows of others is not done: nobody would be told,
 * and no undo would bring them back. */
static void
add_referrers(const struct making *making)
{
	const char *referrers = store_facts(making->terms->store)->referrers;
	const struct plan_item *item;
	struct str text = { 0 };

	if (referrers == NULL || plan_find(&item, making, is_deleted) == 0)
		return;
	str_addf(&text,
		"Other tables refer to this one (%s). No foreign key acts, and nothing "
		"is deleted or changed there: where a row there refers to what is to be "
		"deleted, the change is refused.",
		referrers);
	plan_add_risk(making, "referrer", false, &text);
}

static void
add_place(const struct making *making)
{
	const struct plan *plan = making->plan;
	struct str text = { 0 };

	if (plan->blocked != NULL)
		plan_add_plain_risk(making, "blocked", true, plan->blocked);
	if (plan->production) {
		str_addf(&text, "This is PRODUCTION%s%s: store %s.",
			plan->environment[0] != '\0' ? ", " : "", plan->environment,
			plan->store);
		plan_add_risk(making, "production", true, &text);
	}
	if (making->terms->root)
		plan_add_plain_risk(making, "root", true,
			"This is done as ROOT: the journal names who logged in where "
			"that is known, and files keep their owner.");
}

void
plan_add_risks(const struct making *making)
{
	struct plan *plan = making->plan;

	plan->risks = arena_alloc(plan->arena, RISKS_MAX, sizeof(*plan->risks));
	/* Where nothing is written the effect says so. */
	if (plan_is_empty(plan))
		return;
	plan_add_row_risk(making, &risk_same);
	add_place(making);
	add_running(making);
	plan_add_kept_risks(making);
	plan_add_row_risk(making, &risk_moved_on);
	plan_add_guesses(making);
	plan_add_hazards(making);
	plan_add_row_risk(making, &risk_type);
	plan_add_position_risks(making);
	plan_add_row_risk(making, &risk_foreseen);
	plan_add_row_risk(making, &risk_unzoned);
	add_triggers(making);
	add_return(making);
	add_referrers(making);
	add_audit(making);
}
