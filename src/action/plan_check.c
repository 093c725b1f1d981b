/* SPDX-License-Identifier: MIT
 *
 * What hinders a plan: rows that are not what was seen, no reason, and what nothing that
 * is typed can help against. */
#include "action/plan_inside.h"

#include <inttypes.h>

#include "action/audit.h"
#include "action/reason.h"

void
plan_find_reason(const struct making *making)
{
	const struct plan_terms *terms = making->terms;
	struct plan *plan = making->plan;
	struct str text = { 0 };

	if (reason_refusal(&text, plan->wish.reason,
		    terms->require_reason || terms->production, terms->reason_least))
		plan->reason_refusal = plan_text(plan, &text);
}

bool
plan_is_reason_bad(const struct plan *plan)
{
	return plan->reason_refusal != NULL && span_trim(plan->wish.reason).len > 0;
}

int
plan_check_value(const struct making *making, struct err *err)
{
	const struct wish *wish = making->wish;

	for (size_t i = 0; wish->if_value_given && i < making->count; i++) {
		const struct plan_subject *subject = making->items[i].subject;
		struct str text = { 0 };

		if (span_equal(subject->now.value, wish->if_value))
			continue;
		key_add(&text, subject->key);
		str_add(&text, " is now ");
		audit_put_value(&text, subject->image.at != NULL, subject->now.value);
		str_add(&text, ", not ");
		audit_put_value(&text, true, wish->if_value);
		err_set(err, ERR_CONFLICT, "%s; nothing was written; look again",
			str_text(&text));
		str_free(&text);
		return -1;
	}
	return 0;
}

int
plan_check_digest(const struct making *making, struct err *err)
{
	struct span wanted = making->wish->if_digest;
	struct span digest = span_of(making->plan->digest);

	if (wanted.at == NULL)
		return 0;
	if (wanted.len < PLAN_DIGEST_SHOWN || wanted.len > digest.len)
		return err_set(err, ERR_USAGE,
			"\"%.*s\" is no digest of a plan, which has %d to %d digits; "
			"nothing was written",
			(int)(wanted.len < 100 ? wanted.len : 100), wanted.at,
			PLAN_DIGEST_SHOWN, DIGEST_LEN);
	if (span_equal((struct span){ digest.at, wanted.len }, wanted))
		return 0;
	return err_set(err, ERR_CONFLICT,
		"the plan is not the one that was looked at (%.*s, now %.*s): something "
		"was saved since, or something else is asked; nothing was written; look "
		"again",
		(int)wanted.len, wanted.at, (int)wanted.len, digest.at);
}

static bool
add_limit(struct str *out, const struct plan *plan, int64_t most, int64_t changed)
{
	int64_t changes = (int64_t)plan->changes;

	if (plan->wish.most > 0 && changes > plan->wish.most) {
		str_addf(out,
			"It would change %zu checkpoints, and --max %" PRId64
			" allows no more than that; nothing was written. Name fewer, or "
			"allow more.",
			plan->changes, plan->wish.most);
		return true;
	}
	if (most == 0 || plan->wish.kind == WISH_UNDO || changes <= most - changed)
		return false;
	str_addf(out,
		"It would change %zu checkpoint%s, and %" PRId64
		" were changed within the last hour, where max_changes allows %" PRId64
		"; nothing was written. Look what changes so many (ckptop audit), wait, "
		"or "
		"have the limit raised; an undo is not limited.",
		plan->changes, plan->changes == 1 ? "" : "s", changed, most);
	return true;
}

int
plan_check_limit(
	const struct plan *plan, int64_t changes_most, int64_t changed, struct err *err)
{
	struct str text = { 0 };
	int status = 0;

	if (add_limit(&text, plan, changes_most, changed))
		status = err_set(err, ERR_REFUSED, "%s", str_text(&text));
	str_free(&text);
	return status;
}

/* Who may not write may see the plan, to hand it on. */
static const char *
hindrance_of(const struct making *making)
{
	for (size_t i = 0; i < making->count; i++)
		if (making->items[i].subject->hindrance != NULL)
			return making->items[i].subject->hindrance;
	return NULL;
}

/* In a directory: a table refuses it when the row is examined. */
static bool
is_repeated(const struct making *making, const struct plan_item *item)
{
	const struct board_row *seen = item->subject->observed;

	(void)making;
	return plan_is_changed(item) && seen != NULL &&
	       (seen->flags & CKPT_KEY_REPEATED) != 0;
}

static bool
add_repeated(struct str *out, const struct making *making)
{
	const struct plan_item *item;
	size_t count = plan_find(&item, making, is_repeated);

	if (count == 0)
		return false;
	plan_add_rows(out, making, item, count);
	str_add(out, count == 1 ? " is" : " are each");
	str_add(out, " there more than once, and which one the job reads is not known; "
		     "nothing was written. Look at them, and leave one.");
	return true;
}

void
plan_find_block(const struct making *making)
{
	const struct plan_terms *terms = making->terms;
	struct plan *plan = making->plan;
	struct str text = { 0 };
	int64_t good_at = terms->board != NULL ? terms->board->store.good_at : TIME_NONE;
	int64_t age;

	if (!terms->journal) {
		plan->blocked = "There is no journal that can be written, and without a "
				"record nothing is changed; nothing was written.";
	} else if (hindrance_of(making) != NULL) {
		str_addf(&text, "You cannot do this: %s.", hindrance_of(making));
		plan->blocked = plan_text(plan, &text);
	} else if (add_repeated(&text, making)) {
		plan->blocked = plan_text(plan, &text);
	} else if (terms->board != NULL && terms->stale_after > 0 &&
		   (good_at == TIME_NONE ||
			   __builtin_sub_overflow(terms->now, good_at, &age) ||
			   age > terms->stale_after)) {
		str_addf(&text,
			"What is seen of %s is too old to act on: its last good "
			"read was ",
			terms->config->name);
		if (good_at == TIME_NONE) {
			str_add(&text, "never");
		} else {
			duration_add(&text, terms->now - good_at);
			str_add(&text, " ago");
		}
		str_add(&text, "; nothing was written. Refresh first.");
		plan->blocked = plan_text(plan, &text);
	} else if (add_limit(&text, plan, terms->changes_most, terms->changed)) {
		plan->blocked = plan_text(plan, &text);
	}
}
