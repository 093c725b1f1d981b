/* SPDX-License-Identifier: MIT
 *
 * What is said of a plan and of what came of it. */
#include <time.h>

#include "action/outcome.h"
#include "base/json.h"
#include "cli/change_inside.h"
#include "report/table.h"

#define WATCH_STEP (500 * MILLISECOND)

static void
print_line(struct change_flow *flow, struct str *text)
{
	table_text(&flow->cli->out.text, str_span(text), flow->cli->ascii);
	str_add_char(&flow->cli->out.text, '\n');
	str_clear(text);
}

void
change_tell_plan(struct change_flow *flow)
{
	if (cli_has(flow->cli, "json"))
		plan_add_json(flow->plan, &flow->cli->out.text);
	else
		plan_add_text(flow->plan, &flow->cli->out.text);
}

/* --- the outcome for people --- */

static void
tell_row(struct change_flow *flow, const struct plan_row *row,
	const struct outcome_row *result)
{
	struct str text = { 0 };

	key_add(&text, row->key);
	if (result->result == ROW_DONE) {
		str_add(&text, "  ");
		plan_row_add_old(&text, row);
		str_add(&text, " -> ");
		plan_row_add_new(&text, row);
		if (err_is_set(&result->unseen))
			str_addf(&text, "  done, but it could not be read back: %s",
				result->unseen.text);
		else
			str_add(&text, "  done, read back");
		outcome_row_add_made(&text, result);
		if (err_is_set(&result->err))
			str_addf(&text, "; but %s", result->err.text);
	} else if (result->result == ROW_SAME) {
		str_add(&text, "  is as wished already; nothing was written");
	} else {
		str_addf(&text, "  %s: %s",
			result->result == ROW_OVERWRITTEN ? "OVERWRITTEN"
			: result->result == ROW_UNKNOWN	  ? "NOT KNOWN"
							  : "NOT written",
			result->err.text);
	}
	print_line(flow, &text);
	str_free(&text);
}

static void
tell_text(struct change_flow *flow)
{
	const struct outcome *outcome = flow->outcome;
	struct str text = { 0 };
	size_t count;
	const struct plan_row *rows = plan_rows(flow->plan, &count);

	for (size_t i = 0; i < count; i++)
		tell_row(flow, &rows[i], &outcome->rows[i]);
	str_addf(&text, "operation %.*s", (int)outcome->op.len, outcome->op.at);
	if (outcome->done > 0 && !plan_is_for_good(flow->plan))
		str_addf(&text, "; to take it back: ckptop %s undo %.8s --reason TEXT",
			plan_call(flow->plan), outcome->op.at);
	print_line(flow, &text);
	str_free(&text);
}

/* It is done whatever becomes of the message: who is told that it failed does it once
 * more. */
static void
say_all_the_same(struct change_flow *flow)
{
	struct cli *cli = flow->cli;
	struct str text = { 0 };

	if (output_flush(&cli->out) == 0 || !err_is_set(&cli->out.err) ||
		flow->outcome->done == 0)
		return;
	str_addf(&text, "operation %.*s is done, only this could not be said: %s",
		(int)flow->outcome->op.len, flow->outcome->op.at, cli->out.err.text);
	cli_complain(cli, str_text(&text));
	err_clear(&cli->out.err);
	str_free(&text);
}

void
change_tell_outcome(struct change_flow *flow)
{
	if (cli_has(flow->cli, "json"))
		outcome_add_json(&flow->cli->out.text, flow->outcome, flow->plan);
	else
		tell_text(flow);
	say_all_the_same(flow);
	if (err_is_set(&flow->outcome->journal_err))
		cli_complain(flow->cli, flow->outcome->journal_err.text);
	if (err_is_set(&flow->outcome->hook_err))
		cli_complain(flow->cli, flow->outcome->hook_err.text);
}

void
change_add_error(struct str *out, const struct err *err)
{
	str_addf(out, "\"error\":{\"kind\":\"%s\",\"status\":%d", err_word(err->kind),
		err_exit_status(err->kind));
	json_add_member(out, "message", span_of(err->text));
	str_add_char(out, '}');
}

void
change_tell_refusal(struct change_flow *flow, const struct err *err)
{
	struct str *out = &flow->cli->out.text;

	str_add(out, "{\"schema\":1,\"plan\":");
	if (flow->plan != NULL)
		plan_add_json(flow->plan, out);
	else
		str_add(out, "null");
	str_add_char(out, ',');
	change_add_error(out, err);
	str_add(out, "}\n");
}

int
change_refused(struct cli *cli, const struct err *err)
{
	struct change_flow flow = { .cli = cli };

	if (cli_has(cli, "json"))
		change_tell_refusal(&flow, err);
	return -1;
}

/* --- watching --- */

static int
tell_watched(struct change_flow *flow, const char *text)
{
	struct str line = { 0 };

	if (cli_has(flow->cli, "json"))
		return 0;
	str_add(&line, text);
	print_line(flow, &line);
	str_free(&line);
	return output_flush(&flow->cli->out);
}

/* What one look has found. What cannot be seen is said once. */
static void
tell_look(struct change_flow *flow, size_t found, bool *unseen_told)
{
	const struct outcome *outcome = flow->outcome;
	struct str text = { 0 };

	if (outcome->unseen > 0 && !*unseen_told) {
		*unseen_told = true;
		outcome_add_unwatched(&text, outcome);
		cli_complain(flow->cli, str_text(&text));
		str_clear(&text);
	}
	if (found > 0 && outcome->done > 0) {
		str_add(&text, "OVERWRITTEN by the job: ");
		outcome_add_overwritten(&text, outcome, true);
		str_add(&text, "; watching the others ...");
		tell_watched(flow, str_text(&text));
	}
	str_free(&text);
}

/* Where other rows stayed as they were made it is a part that is done. */
static int
refuse_overwritten(const struct outcome *outcome, struct err *err)
{
	struct str text = { 0 };

	if (outcome->row_count == 1) {
		key_add(&text, outcome->rows[0].key);
		str_addf(&text, ": %s", outcome->rows[0].err.text);
	} else {
		outcome_add_overwritten(&text, outcome, false);
	}
	err_set(err, outcome->done > 0 ? ERR_PARTIAL : ERR_CONFLICT,
		"OVERWRITTEN by the job: %s; stop it and do it again", str_text(&text));
	str_free(&text);
	return -1;
}

int
change_watch(struct change_flow *flow, int64_t duration, struct err *err)
{
	const struct timespec step = { .tv_nsec = WATCH_STEP * 1000 };
	const struct outcome *outcome = flow->outcome;
	int64_t until = clock_monotonic() + duration;
	bool unseen_told = false, unrecorded = err_is_set(&outcome->journal_err);

	if (duration == 0) {
		tell_watched(
			flow, "not watched: whether the job saves over it was not seen");
		return 0;
	}
	tell_watched(flow, "watching whether the job saves over it ...");
	while (outcome->done > 0 && clock_monotonic() < until) {
		nanosleep(&step, NULL);
		tell_look(flow, session_watch(flow->session, flow->plan, flow->outcome),
			&unseen_told);
	}
	if (!unrecorded && err_is_set(&outcome->journal_err) &&
		!cli_has(flow->cli, "json"))
		cli_complain(flow->cli, outcome->journal_err.text);
	if (outcome->overwritten > 0)
		return refuse_overwritten(outcome, err);
	tell_watched(flow, outcome->unseen == 0
				   ? "nobody has saved over it"
				   : "not watched to the end: whether the job saves over "
				     "it was not seen");
	return 0;
}
