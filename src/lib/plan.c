/* SPDX-License-Identifier: MIT
 *
 * Making a plan: what is meant, what was seen, and the same steps as on the command
 * line. */
#include <stdlib.h>

#include "action/selection.h"
#include "base/mem.h"
#include "lib/operator.h"
#include "lib/status.h"

/* One call on its way. */
struct asking {
	struct ckpt_operator *by;
	struct wish wish;
	struct span target;
	struct selection selection;
};

/* --- which checkpoints --- */

/* All of a job but what is gone. The keys are those of the board. */
static int
add_job(struct asking *asking, struct span job, struct err *err)
{
	const struct board *board = asking->by->board;
	bool found = false;

	for (size_t i = 0; i < board->row_count; i++) {
		const struct board_row *row = &board->rows[i];

		if (!span_equal(row->key.job, job) || row->finding == FINDING_LOST)
			continue;
		selection_add(&asking->selection, row->key);
		found = true;
	}
	if (found)
		return 0;
	return err_set(err, ERR_NOT_FOUND, "no job '%.*s' in %s%s%s%s", (int)job.len,
		job.at, board->store.name, board->store.hides != NULL ? "; " : "",
		board->store.hides != NULL ? board->store.hides : "",
		board->store.hides != NULL ? " may hide it from this role" : "");
}

static int
add_keys(
	struct asking *asking, const struct ckpt_key *keys, size_t count, struct err *err)
{
	for (size_t i = 0; i < count; i++) {
		struct span job = span_of(keys[i].job);

		if (job.len == 0)
			return err_set(err, ERR_USAGE, "no job was given");
		if (keys[i].partition != NULL)
			selection_add(&asking->selection,
				(struct key){ job, span_of(keys[i].partition) });
		else if (add_job(asking, job, err) != 0)
			return -1;
	}
	return 0;
}

/* --- the plan --- */

static void
take_options(struct asking *asking, const struct ckpt_options *options)
{
	struct wish *wish = &asking->wish;

	if (options == NULL)
		return;
	wish->reason = span_of(options->reason);
	wish->while_running = options->while_running != 0;
	wish->accepted = options->accept;
	wish->if_value_given = options->if_value != NULL;
	wish->if_value = span_of(options->if_value);
	wish->if_digest = span_of(options->if_digest);
}

static int
make(struct asking *asking, struct ckpt_plan **out, struct err *err)
{
	const struct request request = {
		.wish = &asking->wish,
		.target = &asking->target,
		.keys = asking->selection.keys,
		.key_count = asking->selection.count,
		.board = asking->by->board,
	};
	struct ckpt_plan *plan = mem_new(1, sizeof(*plan));

	plan->by = asking->by;
	plan->session = session_new(&asking->by->steward, asking->by->store);
	if (session_plan(plan->session, &request, &plan->plan, err) == 0) {
		session_foresee(plan->session, plan->plan);
		*out = plan;
		return 0;
	}
	ckpt_plan_close(plan);
	return -1;
}

/* Looks, finds what is meant, and makes the plan. */
static enum ckpt_status
ask(struct asking *asking, const struct ckpt_key *keys, size_t count,
	const struct ckpt_options *options, struct ckpt_plan **out)
{
	struct ckpt_operator *by = asking->by;
	struct err *err;

	if (out != NULL)
		*out = NULL;
	if (by == NULL || out == NULL)
		return CKPT_USAGE;
	err = &by->err;
	/* One that could not be opened goes on saying why. */
	if (by->store == NULL)
		return lib_status(err);
	err_clear(err);
	take_options(asking, options);
	if (operator_look(by, options != NULL ? options->observe : 0, err) == 0 &&
		add_keys(asking, keys, count, err) == 0)
		make(asking, out, err);
	selection_free(&asking->selection);
	return lib_status(err);
}

enum ckpt_status
ckpt_plan_reset(struct ckpt_plan **out, struct ckpt_operator *by,
	const struct ckpt_key *keys, size_t count, const char *target,
	const struct ckpt_options *options)
{
	struct asking asking = { .by = by, .wish = { .kind = WISH_RESET } };

	asking.target = target != NULL ? span_of(target) : SPAN("");
	return ask(&asking, keys, count, options, out);
}

enum ckpt_status
ckpt_plan_delete(struct ckpt_plan **out, struct ckpt_operator *by,
	const struct ckpt_key *keys, size_t count, const struct ckpt_options *options)
{
	struct asking asking = { .by = by, .wish = { .kind = WISH_DELETE } };

	return ask(&asking, keys, count, options, out);
}

enum ckpt_status
ckpt_plan_undo(struct ckpt_plan **out, struct ckpt_operator *by, const char *operation,
	const struct ckpt_options *options)
{
	struct asking asking = { .by = by, .wish = { .kind = WISH_UNDO } };

	asking.wish.undo_of = operation != NULL ? span_of(operation) : SPAN("");
	return ask(&asking, NULL, 0, options, out);
}

void
ckpt_plan_close(struct ckpt_plan *plan)
{
	if (plan == NULL)
		return;
	outcome_free(plan->outcome);
	plan_free(plan->plan);
	session_free(plan->session);
	str_free(&plan->text);
	str_free(&plan->json);
	str_free(&plan->digest);
	str_free(&plan->told);
	free(plan);
}

/* --- what it says --- */

const char *
ckpt_plan_error(const struct ckpt_plan *plan)
{
	return plan == NULL ? "there is no plan" : plan->err.text;
}

const char *
ckpt_plan_text(struct ckpt_plan *plan)
{
	if (plan->text.len == 0)
		plan_add_text(plan->plan, &plan->text);
	return str_text(&plan->text);
}

const char *
ckpt_plan_json(struct ckpt_plan *plan)
{
	if (plan->json.len == 0)
		plan_add_json(plan->plan, &plan->json);
	return str_text(&plan->json);
}

const char *
ckpt_plan_digest(struct ckpt_plan *plan)
{
	if (plan->digest.len == 0)
		str_add_span(&plan->digest, plan_digest(plan->plan));
	return str_text(&plan->digest);
}

const char *
ckpt_plan_operation(struct ckpt_plan *plan)
{
	return session_operation(plan->session);
}

int
ckpt_plan_is_empty(const struct ckpt_plan *plan)
{
	return plan_is_empty(plan->plan);
}

enum ckpt_confirmation
ckpt_plan_confirmation(const struct ckpt_plan *plan)
{
	static const enum ckpt_confirmation wanted[] = {
		[PLAN_CONFIRM_PLAIN] = CKPT_CONFIRM_PLAIN,
		[PLAN_CONFIRM_NAME] = CKPT_CONFIRM_NAME,
		[PLAN_CONFIRM_LOSS] = CKPT_CONFIRM_LOSS,
	};

	return wanted[plan_confirmation(plan->plan)];
}

const char *
ckpt_plan_phrase(const struct ckpt_plan *plan)
{
	return plan_phrase(plan->plan);
}

const char *
ckpt_plan_running(const struct ckpt_plan *plan)
{
	return plan_running_refusal(plan->plan);
}

const char *
ckpt_plan_blocked(const struct ckpt_plan *plan)
{
	return plan_blocked(plan->plan);
}
