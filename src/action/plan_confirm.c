/* SPDX-License-Identifier: MIT
 *
 * What must be typed, and whether it was. Losing data is never easier than repeating it:
 * what is skipped is typed, in positions or as a time. */
#include "action/plan_inside.h"

#include "base/utf8.h"

const char *
plan_confirm_word(enum plan_confirm confirm)
{
	static const char *const words[] = {
		[PLAN_CONFIRM_PLAIN] = "plain",
		[PLAN_CONFIRM_NAME] = "name",
		[PLAN_CONFIRM_LOSS] = "loss",
	};

	return words[confirm];
}

/* --- what must be typed --- */

/* What would be skipped: positions in all, or the longest time. */
struct losses {
	int64_t positions, longest;
	bool known; /* it can be said, in one of the two */
};

static void
add_loss(struct losses *losses, const struct plan_row *row)
{
	if (!row->distance_known)
		losses->known = false;
	else if (row->type != VALUE_TIME)
		losses->known &= !__builtin_add_overflow(
			losses->positions, row->distance, &losses->positions);
	else if (row->distance > losses->longest)
		losses->longest = row->distance;
}

static struct losses
find_losses(const struct making *making)
{
	struct losses losses = { .known = true };

	for (size_t i = 0; i < making->count; i++)
		if (making->items[i].row->direction == DIRECTION_SKIP)
			add_loss(&losses, making->items[i].row);
	losses.known &= losses.positions == 0 || losses.longest == 0;
	return losses;
}

/* Sets what is lost, and how that is typed: "12043", "1d4h". */
static void
tell_losses(const struct making *making)
{
	struct losses losses = find_losses(making);
	struct plan *plan = making->plan;
	struct str text = { 0 };

	plan->lost = losses.known ? losses.positions : INT64_MAX;
	if (losses.known && losses.longest > 0)
		duration_add(&text, losses.longest);
	else if (losses.known && losses.positions > 0)
		str_add_integer(&text, losses.positions);
	plan->loss = text.len > 0 ? plan_text(plan, &text) : NULL;
}

/* One row that a plain yes is not enough for. */
static bool
is_large(const struct making *making, const struct plan_item *item)
{
	const struct plan_row *row = item->row;

	if (row->direction == DIRECTION_SAME)
		return false;
	if (row->direction == DIRECTION_DELETE || row->direction == DIRECTION_CHANGE ||
		row->direction == DIRECTION_SKIP || item->moved_on || row->hazards != 0 ||
		plan_is_guessed(making, item))
		return true;
	/* A checkpoint that comes back where there is none is no step. */
	if (row->direction == DIRECTION_RESTORE && !row->exists)
		return false;
	return !row->distance_known || row->type == VALUE_TIME ||
	       row->distance > making->terms->confirm_step;
}

static enum plan_confirm
choose(const struct making *making)
{
	if (making->plan->loss != NULL)
		return PLAN_CONFIRM_LOSS;
	if (making->terms->production || making->plan->changes > 1)
		return PLAN_CONFIRM_NAME;
	for (size_t i = 0; i < making->count; i++)
		if (is_large(making, &making->items[i]))
			return PLAN_CONFIRM_NAME;
	return PLAN_CONFIRM_PLAIN;
}

/* Each job once, in their order; of a single row whose job was guessed, the file. */
static void
add_name(struct str *out, const struct making *making)
{
	if (making->terms->production)
		str_addf(out, "%s/", making->terms->config->name);
	if (making->count == 1 && plan_is_guessed(making, making->items)) {
		str_add_span(out, making->items->subject->now.where);
		return;
	}
	for (size_t i = 0; i < making->count; i++) {
		struct span job = making->items[i].subject->key.job;

		if (i > 0 && span_equal(job, making->items[i - 1].subject->key.job))
			continue;
		str_add(out, i > 0 ? "," : "");
		str_add_span(out, job);
	}
}

void
plan_choose_confirmation(const struct making *making)
{
	struct plan *plan = making->plan;
	struct str name = { 0 }, phrase = { 0 };

	add_name(&name, making);
	plan->name = plan_text(plan, &name);
	tell_losses(making);
	plan->confirm = choose(making);
	if (plan->confirm == PLAN_CONFIRM_LOSS) {
		str_addf(&phrase, "skip %s", plan->loss);
		if (plan->production)
			str_addf(&phrase, " %s", plan->name);
	} else {
		str_add(&phrase, plan->confirm == PLAN_CONFIRM_NAME ? plan->name : "yes");
	}
	plan->phrase = plan_text(plan, &phrase);
}

/* --- whether it was --- */

/* A name that holds what cannot be typed may be typed as it is shown. */
static bool
is_typed(struct span typed, const char *wanted)
{
	struct str shown = { 0 };
	bool same;

	safe_text(&shown, span_of(wanted));
	same = span_is(typed, wanted) || span_equal(typed, str_span(&shown));
	str_free(&shown);
	return typed.at != NULL && same;
}

static int
refuse(struct err *err, const char *what, const char *wanted, struct span typed)
{
	struct str text = { 0 };

	if (typed.at == NULL)
		str_add(&text, "nothing was given");
	else
		str_addf(&text, "\"%.*s\" was given",
			(int)(typed.len < 200 ? typed.len : 200), typed.at);
	err_set(err, ERR_REFUSED,
		"not confirmed: %s \"%s\" is to be typed, %s; nothing was written", what,
		wanted, str_text(&text));
	str_free(&text);
	return -1;
}

static int
check_name(const struct plan *plan, const struct plan_answer *answer, struct err *err)
{
	if (is_typed(answer->name, plan->name))
		return 0;
	return refuse(err, "the name", plan->name, answer->name);
}

/* The whole phrase, or its parts: what is lost, with or without its word, and the name.
 */
static int
check_loss(const struct plan *plan, const struct plan_answer *answer, struct err *err)
{
	struct str loss = { 0 };
	bool is_said;

	if (is_typed(answer->loss, plan->phrase))
		return 0;
	str_addf(&loss, "skip %s", plan->loss);
	is_said = is_typed(answer->loss, str_text(&loss)) ||
		  is_typed(answer->loss, plan->loss);
	str_free(&loss);
	if (!is_said)
		return refuse(err, "what would be lost,", plan->phrase, answer->loss);
	return plan->production ? check_name(plan, answer, err) : 0;
}

static int
check_plain(const struct plan *plan, const struct plan_answer *answer, struct err *err)
{
	if (answer->yes || is_typed(answer->name, plan->name))
		return 0;
	return err_set(err, ERR_REFUSED, "not confirmed; nothing was written");
}

static int
check_running(const struct plan *plan, bool while_running, struct err *err)
{
	if (plan->running_refusal == NULL || plan->wish.while_running || while_running)
		return 0;
	return err_set(err, ERR_REFUSED,
		"%s Nothing was written; --while-running goes on all the same",
		plan->running_refusal);
}

int
plan_check_wish(const struct plan *plan, struct err *err)
{
	if (plan_is_reason_bad(plan))
		return err_set(err, ERR_REFUSED, "%s", plan->reason_refusal);
	if (plan_is_empty(plan))
		return 0;
	if (plan->blocked != NULL)
		return err_set(err, ERR_REFUSED, "%s", plan->blocked);
	return check_running(plan, false, err);
}

static int
check(const struct plan *plan, const struct plan_answer *answer, struct err *err)
{
	static int (*const checks[])(
		const struct plan *, const struct plan_answer *, struct err *) = {
		[PLAN_CONFIRM_PLAIN] = check_plain,
		[PLAN_CONFIRM_NAME] = check_name,
		[PLAN_CONFIRM_LOSS] = check_loss,
	};

	if (plan->state != PLAN_MADE)
		return err_set(err, ERR_REFUSED,
			"this plan was confirmed before; make a new one to do it again");
	if (plan_is_empty(plan))
		return err_set(err, ERR_REFUSED,
			"there is nothing to change; nothing was written");
	if (plan->blocked != NULL)
		return err_set(err, ERR_REFUSED, "%s", plan->blocked);
	if (plan->reason_refusal != NULL)
		return err_set(err, ERR_REFUSED, "%s", plan->reason_refusal);
	if (check_running(plan, answer->while_running, err) != 0)
		return -1;
	return checks[plan->confirm](plan, answer, err);
}

int
plan_confirm(struct plan *plan, const struct plan_answer *answer, struct err *err)
{
	if (check(plan, answer, err) != 0)
		return -1;
	plan->state = PLAN_CONFIRMED;
	return 0;
}

bool
plan_is_confirmed(const struct plan *plan)
{
	return plan->state == PLAN_CONFIRMED;
}

int
plan_begin(struct plan *plan, struct err *err)
{
	if (plan->state == PLAN_CONFIRMED) {
		plan->state = PLAN_BEGUN;
		return 0;
	}
	return err_set(err, ERR_REFUSED, "%s; nothing was written",
		plan->state == PLAN_MADE ? "the plan is not confirmed"
					 : "the plan was applied before");
}
