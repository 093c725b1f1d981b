/* SPDX-License-Identifier: MIT
 *
 * The order is the promise: intent, change, look, outcome. Whatever ends the program in
 * between leaves an intent in the journal that apply_resolve() answers for. */
#include "action/apply.h"

#include <stdlib.h>

#include "action/anchor.h"
#include "action/apply_look.h"
#include "action/apply_record.h"
#include "base/arena.h"
#include "base/mem.h"

/* One plan on its way. */
struct applying {
	struct plan *plan;
	const struct apply_terms *terms;
	const struct plan_row *rows;
	size_t count;
	struct edit *edits; /* one a row that changes */
	size_t *row_of;	    /* which row an edit is of */
	size_t edit_count;
	struct outcome *outcome;
	struct outcome_row *results; /* outcome->rows */
	struct arena *arena;	     /* the outcome's */
};

struct owned_outcome {
	struct outcome outcome;
	struct arena *arena;
};

const char *
row_result_word(enum row_result result)
{
	static const char *const words[] = {
		[ROW_DONE] = "done",
		[ROW_SAME] = "same",
		[ROW_CONFLICT] = "conflict",
		[ROW_FAILED] = "failed",
		[ROW_UNKNOWN] = "unknown",
		[ROW_OVERWRITTEN] = "overwritten",
	};

	return words[result];
}

/* --- what must hold --- */

static int
check_place(const struct apply_terms *terms, struct err *err)
{
	struct str lasting = { 0 }, present = { 0 };
	int status = store_identify(terms->store, &lasting, &present, err);

	if (status == 0)
		status = apply_check_present(terms, str_span(&present), err);
	if (status == 0)
		status = apply_check_pin(terms, str_span(&lasting), err);
	str_free(&lasting);
	str_free(&present);
	return status;
}

/* --- the edits --- */

static void
make_edits(struct applying *applying)
{
	const struct wish *wish = plan_wish(applying->plan);

	applying->edits = mem_new(applying->count, sizeof(*applying->edits));
	applying->row_of = mem_new(applying->count, sizeof(*applying->row_of));
	for (size_t i = 0; i < applying->count; i++) {
		const struct plan_row *row = &applying->rows[i];

		if (row->direction == DIRECTION_SAME)
			continue;
		applying->row_of[applying->edit_count] = i;
		applying->edits[applying->edit_count++] = (struct edit){
			.key = row->key,
			.seen = row->seen,
			.wanted = row->wanted,
			.accepted = wish->accepted,
		};
	}
}

static struct operation
operation_of(const struct applying *applying, struct span anchor, struct str *name)
{
	const struct wish *wish = plan_wish(applying->plan);

	who_add_name(name, applying->terms->who);
	return (struct operation){
		.id = applying->terms->op,
		.at = clock_now(),
		.who = str_span(name),
		.action = span_of(
			journal_action_word(apply_action(plan_kind(applying->plan)))),
		.reason = wish->reason,
		.anchor = anchor,
		.undo_of = wish->undo_of,
	};
}

/* --- the results --- */

static void
take_result(struct applying *applying, const struct edit *edit, struct outcome_row *out)
{
	static const enum row_result results[] = {
		[CHANGE_DONE] = ROW_DONE,
		[CHANGE_CONFLICT] = ROW_CONFLICT,
		[CHANGE_FAILED] = ROW_FAILED,
		[CHANGE_UNKNOWN] = ROW_UNKNOWN,
	};
	struct image_facts facts;
	struct str memory = { 0 };

	out->result = results[edit->result];
	out->err = edit->err;
	if (edit->result == CHANGE_DONE && edit->made.len > 0)
		out->made = arena_span(applying->arena, str_span(&edit->made));
	if (edit->result == CHANGE_DONE && edit->unlike.len > 0)
		out->unlike = arena_span(applying->arena, str_span(&edit->unlike));
	applying->outcome->left |= edit->left;
	if (edit->result == CHANGE_CONFLICT &&
		store_image_read(applying->terms->store,
			edit->found.len > 0 ? str_span(&edit->found) : SPAN_NONE, &memory,
			&facts)) {
		out->now_exists = true;
		out->now_value = arena_span(applying->arena, facts.value);
	}
	str_free(&memory);
}

static void
take_results(struct applying *applying)
{
	for (size_t i = 0; i < applying->count; i++) {
		applying->results[i].key = applying->rows[i].key;
		applying->results[i].result = ROW_SAME;
	}
	for (size_t i = 0; i < applying->edit_count; i++)
		take_result(applying, &applying->edits[i],
			&applying->results[applying->row_of[i]]);
}

static void
count_results(struct outcome *outcome)
{
	size_t counts[ROW_OVERWRITTEN + 1] = { 0 };

	for (size_t i = 0; i < outcome->row_count; i++)
		counts[outcome->rows[i].result]++;
	outcome->done = counts[ROW_DONE];
	outcome->same = counts[ROW_SAME];
	outcome->conflicts = counts[ROW_CONFLICT];
	outcome->failed = counts[ROW_FAILED];
	outcome->unknown = counts[ROW_UNKNOWN];
	outcome->overwritten = counts[ROW_OVERWRITTEN];
	if (outcome->unknown > 0)
		outcome->phase = JOURNAL_UNKNOWN;
	else if (outcome->conflicts > 0)
		outcome->phase = JOURNAL_CONFLICT;
	else if (outcome->failed > 0)
		outcome->phase = JOURNAL_FAILED;
	else if (outcome->overwritten > 0)
		outcome->phase = JOURNAL_OVERWRITTEN;
	else
		outcome->phase = JOURNAL_DONE;
}

/* --- one plan --- */

static void
clear(struct applying *applying)
{
	for (size_t i = 0; i < applying->edit_count; i++)
		edit_clear(&applying->edits[i]);
	free(applying->edits);
	free(applying->row_of);
}

static struct outcome *
new_outcome(struct applying *applying)
{
	struct owned_outcome *owned = mem_new(1, sizeof(*owned));

	owned->arena = applying->arena = arena_new();
	applying->results =
		arena_alloc(owned->arena, applying->count, sizeof(*applying->results));
	owned->outcome.rows = applying->results;
	owned->outcome.row_count = applying->count;
	owned->outcome.op = arena_span(owned->arena, applying->terms->op);
	return &owned->outcome;
}

/* What was looked into is known, and what was said first is the cause. A look that failed
 * says nothing of the change: then that is said again. */
static void
explain_settled(const struct applying *applying, struct edit *edit,
	enum change_result before, const struct err *cause)
{
	if (edit->result == CHANGE_UNKNOWN && edit->err.kind != ERR_UNKNOWN)
		edit->err = *cause;
	if (edit->result != CHANGE_FAILED)
		return;
	err_clear(&edit->err);
	if (before == CHANGE_UNKNOWN)
		err_set(&edit->err, ERR_FAILED,
			"%s: nothing was written, as a look behind it says; look into "
			"the cause, then try again; what was said first: %s",
			applying->terms->config->name, cause->text);
	else
		edit->err = *cause;
}

/* What nobody knows yet is looked up at once, with the connection that is left. */
static void
settle(struct applying *applying, const struct operation *operation)
{
	struct err ignored = { 0 };
	struct before {
		enum change_result result;
		struct err err;
	} * before;
	bool unknown = false;

	for (size_t i = 0; i < applying->edit_count; i++)
		unknown |= applying->edits[i].result == CHANGE_UNKNOWN;
	if (!unknown)
		return;
	before = mem_new(applying->edit_count, sizeof(*before));
	for (size_t i = 0; i < applying->edit_count; i++)
		before[i] = (struct before){ applying->edits[i].result,
			applying->edits[i].err };
	store_settle(applying->terms->store, operation, applying->edits,
		applying->edit_count, &ignored);
	for (size_t i = 0; i < applying->edit_count; i++)
		explain_settled(
			applying, &applying->edits[i], before[i].result, &before[i].err);
	free(before);
}

static int
say(const struct outcome *outcome, struct err *err)
{
	const struct outcome_row *first = NULL;
	enum err_kind kind;

	for (size_t i = 0; i < outcome->row_count && first == NULL; i++)
		if (outcome->rows[i].result != ROW_DONE &&
			outcome->rows[i].result != ROW_SAME)
			first = &outcome->rows[i];
	if (first == NULL)
		return 0;
	kind = first->err.kind;
	if (outcome->unknown > 0)
		kind = ERR_UNKNOWN;
	else if (outcome->overwritten > 0)
		kind = ERR_CONFLICT;
	else if (outcome->done > 0)
		/* What it says of itself must not be read as of all of them. */
		return err_set(err, ERR_PARTIAL,
			"%zu of %zu written; the first that was not: %s", outcome->done,
			outcome->row_count - outcome->same, first->err.text);
	return err_set(err, kind, "%s", first->err.text);
}

/* What was given up because the program ends has not failed by what it waited for. */
static void
blame_the_end(struct applying *applying)
{
	const apply_end *end = applying->terms->end;
	const char *why = end != NULL ? atomic_load(end) : NULL;

	for (size_t i = 0; why != NULL && i < applying->count; i++) {
		struct outcome_row *row = &applying->results[i];
		struct err cause = row->err;

		if (row->result != ROW_FAILED)
			continue;
		err_clear(&row->err);
		err_set(&row->err, ERR_FAILED, "%s before commit: %s", why, cause.text);
	}
}

static int
change(struct applying *applying, const char *head, struct err *err)
{
	const struct apply_terms *terms = applying->terms;
	struct str name = { 0 }, anchor = { 0 };
	struct operation operation;
	struct err ignored = { 0 };

	anchor_add(&anchor, span_of(head), terms->journal_path);
	operation = operation_of(applying, str_span(&anchor), &name);
	if (terms->before_change != NULL)
		terms->before_change(terms->arg);
	store_apply(terms->store, &operation, applying->edits, applying->edit_count,
		&ignored);
	settle(applying, &operation);
	take_results(applying);
	blame_the_end(applying);
	apply_look(applying->outcome, applying->results, applying->rows, terms->store,
		applying->arena);
	applying->outcome->read_back = applying->outcome->unseen == 0;
	count_results(applying->outcome);
	apply_record_outcome(terms, applying->plan, applying->outcome);
	str_free(&name);
	str_free(&anchor);
	return say(applying->outcome, err);
}

int
apply_plan(struct outcome **out, struct plan *plan, const struct apply_terms *terms,
	struct err *err)
{
	struct applying applying = { .plan = plan, .terms = terms };
	char head[DIGEST_SIZE];
	int status = -1;

	*out = NULL;
	if (check_place(terms, err) != 0 || plan_begin(plan, err) != 0)
		return -1;
	applying.rows = plan_rows(plan, &applying.count);
	if (apply_record_intent(terms, plan, head, err) != 0)
		return -1;
	make_edits(&applying);
	*out = applying.outcome = new_outcome(&applying);
	status = change(&applying, head, err);
	clear(&applying);
	return status;
}

void
outcome_free(struct outcome *outcome)
{
	struct owned_outcome *owned = (struct owned_outcome *)outcome;

	if (owned == NULL)
		return;
	arena_free(owned->arena);
	free(owned);
}

size_t
apply_watch(struct outcome *outcome, const struct plan *plan,
	const struct apply_terms *terms, struct store *store)
{
	struct owned_outcome *owned = (struct owned_outcome *)outcome;
	size_t count;
	size_t changed = apply_look(outcome, (struct outcome_row *)outcome->rows,
		plan_rows(plan, &count), store, owned->arena);

	count_results(outcome);
	if (changed > 0)
		apply_record_outcome(terms, plan, outcome);
	return changed;
}
