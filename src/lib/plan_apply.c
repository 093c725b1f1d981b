/* SPDX-License-Identifier: MIT
 *
 * Confirming and applying a plan, and what came of it. */
#include <time.h>

#include "action/outcome.h"
#include "lib/operator.h"
#include "lib/status.h"

#define WATCH_STEP (500 * MILLISECOND)

/* --- doing it --- */

enum ckpt_status
ckpt_plan_confirm(struct ckpt_plan *plan, const struct ckpt_answer *answer)
{
	static const struct ckpt_answer none;
	const struct ckpt_answer *given = answer != NULL ? answer : &none;
	const struct plan_answer taken = {
		.yes = given->yes != 0,
		.name = span_of(given->name),
		.loss = span_of(given->loss),
		.while_running = given->while_running != 0,
	};

	if (plan == NULL)
		return CKPT_USAGE;
	err_clear(&plan->err);
	plan_confirm(plan->plan, &taken, &plan->err);
	return lib_status(&plan->err);
}

/* What was tried once is not tried again: its outcome stays what it is. */
static int
apply(struct ckpt_plan *plan, struct err *err)
{
	if (plan->outcome != NULL || !plan_is_confirmed(plan->plan))
		return plan_begin(plan->plan, err);
	if (operator_begin(plan->by, plan->session, err) != 0)
		return -1;
	return session_apply(plan->session, plan->plan, &plan->outcome, err);
}

enum ckpt_status
ckpt_plan_apply(struct ckpt_plan *plan)
{
	if (plan == NULL)
		return CKPT_USAGE;
	err_clear(&plan->err);
	apply(plan, &plan->err);
	return lib_status(&plan->err);
}

/* --- watching --- */

static int
look_again(struct ckpt_plan *plan, struct err *err)
{
	struct str text = { 0 };

	if (session_watch(plan->session, plan->plan, plan->outcome) == 0)
		return 0;
	outcome_add_overwritten(&text, plan->outcome, true);
	err_set(err, ERR_CONFLICT, "OVERWRITTEN by the job: %s", str_text(&text));
	str_free(&text);
	return -1;
}

/* The last look could not see all that is done. */
static void
say_unseen(const struct outcome *outcome, struct err *err)
{
	struct str text = { 0 };

	outcome_add_unwatched(&text, outcome);
	err_set(err, ERR_UNREACHABLE, "%s", str_text(&text));
	str_free(&text);
}

enum ckpt_status
ckpt_plan_watch(struct ckpt_plan *plan, int64_t duration)
{
	const struct timespec step = { .tv_nsec = WATCH_STEP * 1000 };
	int64_t until = clock_monotonic() + duration;

	if (plan == NULL)
		return CKPT_USAGE;
	err_clear(&plan->err);
	if (plan->outcome == NULL)
		err_set(&plan->err, ERR_USAGE,
			"nothing was done that could be saved over; apply the plan "
			"first");
	while (!err_is_set(&plan->err) && look_again(plan, &plan->err) == 0 &&
		clock_monotonic() < until)
		nanosleep(&step, NULL);
	if (!err_is_set(&plan->err) && plan->outcome->unseen > 0)
		say_unseen(plan->outcome, &plan->err);
	return lib_status(&plan->err);
}

/* --- what came of it --- */

static void
take_result(struct ckpt_row *out, const struct outcome_row *row)
{
	static const enum ckpt_result results[] = {
		[ROW_DONE] = CKPT_ROW_DONE,
		[ROW_SAME] = CKPT_ROW_SAME,
		[ROW_CONFLICT] = CKPT_ROW_CONFLICT,
		[ROW_FAILED] = CKPT_ROW_FAILED,
		[ROW_UNKNOWN] = CKPT_ROW_UNKNOWN,
		[ROW_OVERWRITTEN] = CKPT_ROW_OVERWRITTEN,
	};

	out->result = results[row->result];
	out->error = err_is_set(&row->err) ? row->err.text : NULL;
	out->now_exists = row->now_exists;
	out->now_value = row->now_value.at;
}

size_t
ckpt_plan_row_count(const struct ckpt_plan *plan)
{
	size_t count = 0;

	if (plan != NULL)
		plan_rows(plan->plan, &count);
	return count;
}

enum ckpt_status
ckpt_plan_row(struct ckpt_plan *plan, size_t index, struct ckpt_row *out)
{
	const struct plan_row *row;

	if (index >= ckpt_plan_row_count(plan) || out == NULL)
		return CKPT_USAGE;
	row = &plan_rows(plan->plan, &(size_t){ 0 })[index];
	*out = (struct ckpt_row){
		.job = row->key.job.at,
		.partition = row->key.partition.at,
		.exists = row->exists,
		.will_exist = row->will_exist,
		.old_value = row->old_value.at,
		.new_value = row->new_value.at,
		.direction = direction_word(row->direction),
		.running = running_word(row->running),
		.meaning = row->meaning,
	};
	if (plan->outcome != NULL)
		take_result(out, &plan->outcome->rows[index]);
	return CKPT_OK;
}

const char *
ckpt_plan_outcome(struct ckpt_plan *plan)
{
	str_clear(&plan->told);
	if (plan->outcome != NULL)
		outcome_add_json(&plan->told, plan->outcome, plan->plan);
	return str_text(&plan->told);
}
