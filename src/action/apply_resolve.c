/* SPDX-License-Identifier: MIT
 *
 * Operations that somebody began and did not end: a machine that died, a connection that
 * was lost. The journal knows what was meant, the store what came of it. */
#include "action/apply_record.h"

#include <stdlib.h>

#include "action/anchor.h"
#include "action/hook.h"
#include "base/arena.h"
#include "base/mem.h"

/* An operation as the journal tells it, copied. */
struct begun {
	struct begun *next;
	struct journal_record *record;
	struct journal_row *rows; /* of it, to be given their results */
	struct span who;
};

struct search {
	const struct apply_terms *terms;
	const struct who_sources *here;
	struct arena *arena;
	struct begun *first, **end;
	resolve_fn *told;
	void *arg;
};

/* --- what there is --- */

static void
add(struct search *search, const struct journal_record *record)
{
	struct arena *arena = search->arena;
	struct begun *begun = arena_alloc(arena, 1, sizeof(*begun));
	struct str name = { 0 };

	begun->record = journal_record_copy(arena, record);
	begun->rows = arena_alloc(arena, record->row_count > 0 ? record->row_count : 1,
		sizeof(*begun->rows));
	for (size_t i = 0; i < record->row_count; i++)
		begun->rows[i] = begun->record->rows[i];
	who_add_name(&name, &record->who);
	begun->who = arena_span(arena, str_span(&name));
	str_free(&name);
	*search->end = begun;
	search->end = &begun->next;
}

static void
say_begun(struct search *search, const struct journal_record *record, const char *why)
{
	struct str text = { 0 };

	str_addf(&text, "%s %.*s of ", journal_action_word(record->action),
		(int)record->op.len, record->op.at);
	time_add_rfc3339(&text, record->begun);
	str_addf(&text, ": %s", why);
	search->told(search->arg, str_text(&text));
	str_free(&text);
}

static bool
take(void *arg, const struct journal_record *record)
{
	struct search *search = arg;
	enum who_state state;

	if (!apply_is_store_of(record, search->terms->lasting, search->terms->present))
		return true;
	state = who_state_of(&record->who, search->here);
	/* Who says that an outcome is unknown, or what is left, is not at it any more. */
	if (record->phase == JOURNAL_UNKNOWN || record->left || state == WHO_GONE) {
		add(search, record);
	} else if (state == WHO_NOT_KNOWN) {
		say_begun(search, record,
			"begun on another host or in another container; it is left to "
			"whoever is there");
	}
	return true;
}

/* --- the end of one --- */

static struct span
image_of(const struct journal_state *state)
{
	return state->exists ? state->image : SPAN_NONE;
}

static size_t
make_edits(const struct begun *begun, struct edit *edits, size_t *row_of)
{
	size_t count = 0;

	for (size_t i = 0; i < begun->record->row_count; i++) {
		const struct journal_row *row = &begun->rows[i];

		if (span_is(row->direction, direction_word(DIRECTION_SAME)))
			continue;
		row_of[count] = i;
		edits[count++] = (struct edit){
			.key = row->key,
			.seen = image_of(&row->old),
			.wanted = image_of(&row->new),
		};
	}
	return count;
}

static const char *
say_result(const struct edit *edits, size_t count)
{
	size_t done = 0, unknown = 0;

	for (size_t i = 0; i < count; i++) {
		done += edits[i].result == CHANGE_DONE;
		unknown += edits[i].result == CHANGE_UNKNOWN;
	}
	if (unknown > 0)
		return "still nobody knows what became of it; look at the checkpoint";
	if (done == count)
		return "it had been done";
	return done == 0 ? "it had not been done" : "it had been done in part";
}

static int
tell_journal(const struct search *search, struct begun *begun, const char *note,
	enum journal_phase phase, bool left, struct err *err)
{
	const struct apply_terms *terms = search->terms;
	struct str place = { 0 }, line = { 0 };
	struct journal_record record = *begun->record;
	struct err hook_err = { 0 };
	int status;

	record.phase = phase;
	record.program = terms->program;
	store_add_place(&place, terms->config);
	record.store = (struct journal_store){ span_of(terms->config->name),
		str_span(&place), apply_identity(terms) };
	record.who = *terms->who;
	record.rows = begun->rows;
	record.note = span_of(note);
	record.left = left;
	status = journal_append_line(terms->journal, &record, NULL, &line, err);
	if (status == 0 && hook_tell(terms, &record, str_span(&line), &hook_err) != 0)
		search->told(search->arg, hook_err.text);
	str_free(&line);
	str_free(&place);
	return status;
}

/* It would be told of in every change to come, if nobody could say that he has looked. */
static void
say_unknown(struct search *search, const struct journal_record *record, const char *why)
{
	struct str text = { 0 };

	str_addf(&text, "%s; once you have: ckptop audit acknowledge ", why);
	for (size_t i = 0; i < record->row_count; i++)
		if (i == 0 || !span_equal(record->rows[i].key.job,
				      record->rows[i - 1].key.job)) {
			str_add(&text, i > 0 ? ", " : "");
			if (record->row_count == 1)
				key_add(&text, record->rows[i].key);
			else
				str_add_span(&text, record->rows[i].key.job);
		}
	str_add(&text, " --reason TEXT");
	say_begun(search, record, str_text(&text));
	str_free(&text);
}

/* The table has set the time of the save by itself: what is there is another image than
 * the one that was meant. */
static void
take_timed(
	const struct search *search, struct journal_state *state, const struct edit *edit)
{
	struct image_facts facts;
	struct str memory = { 0 };

	if (edit->result != CHANGE_DONE || edit->made.len == 0)
		return;
	state->image = arena_span(search->arena, str_span(&edit->made));
	if (store_image_read(search->terms->store, state->image, &memory, &facts))
		state->updated_at = arena_span(search->arena, facts.updated_text);
	str_free(&memory);
}

/* What became of it. */
static int
answer_for(struct search *search, struct begun *begun, const struct edit *edits,
	const size_t *row_of, size_t count, struct err *err)
{
	static const char *const words[] = {
		[CHANGE_DONE] = "done",
		[CHANGE_CONFLICT] = "conflict",
		[CHANGE_FAILED] = "failed",
		[CHANGE_UNKNOWN] = "unknown",
	};
	const char *result = say_result(edits, count);
	bool unknown = false, left = false;
	int status = 0;

	for (size_t i = 0; i < count; i++) {
		begun->rows[row_of[i]].result = span_of(words[edits[i].result]);
		take_timed(search, &begun->rows[row_of[i]].new, &edits[i]);
		unknown |= edits[i].result == CHANGE_UNKNOWN;
		left |= edits[i].left;
	}
	/* What was unknown and still is needs no second record. */
	if (!unknown || begun->record->phase == JOURNAL_INTENT)
		status = tell_journal(search, begun, result,
			unknown ? JOURNAL_UNKNOWN : JOURNAL_RESOLVED, left, err);
	if (status == 0)
		(unknown ? say_unknown : say_begun)(search, begun->record, result);
	return status;
}

/* What became of it was known before; only something of it still lay in the store. */
static int
tidy_up(struct search *search, struct begun *begun, const struct edit *edits,
	size_t count, struct err *err)
{
	static const char removed[] = "what it had left behind was removed";

	for (size_t i = 0; i < count; i++) {
		if (!edits[i].left)
			continue;
		say_begun(search, begun->record,
			"a temporary file of it still lies there and could not be "
			"removed; look at the directory");
		return 0;
	}
	say_begun(search, begun->record, removed);
	return tell_journal(search, begun, removed, JOURNAL_RESOLVED, false, err);
}

static int
end(struct search *search, struct begun *begun, struct err *err)
{
	size_t most = begun->record->row_count > 0 ? begun->record->row_count : 1, count;
	struct edit *edits = mem_new(most, sizeof(*edits));
	size_t *row_of = mem_new(most, sizeof(*row_of));
	struct str anchor = { 0 };
	struct operation operation = {
		.id = begun->record->op,
		.at = begun->record->at,
		.who = begun->who,
		.action = span_of(journal_action_word(begun->record->action)),
		.reason = begun->record->reason,
		.undo_of = begun->record->undo_of,
	};
	struct err ignored = { 0 };
	int status;

	anchor_add(&anchor, begun->record->hash, search->terms->journal_path);
	operation.anchor = str_span(&anchor);
	count = make_edits(begun, edits, row_of);
	store_settle(search->terms->store, &operation, edits, count, &ignored);
	status = journal_phase_is_open(begun->record->phase)
			 ? answer_for(search, begun, edits, row_of, count, err)
			 : tidy_up(search, begun, edits, count, err);
	for (size_t i = 0; i < count; i++)
		edit_clear(&edits[i]);
	free(edits);
	free(row_of);
	str_free(&anchor);
	return status;
}

int
apply_resolve(const struct apply_terms *terms, const struct who_sources *here,
	resolve_fn *told, void *arg, size_t *found, struct err *err)
{
	struct search search = { .terms = terms,
		.here = here,
		.arena = arena_new(),
		.told = told,
		.arg = arg };
	int status;

	*found = 0;
	search.end = &search.first;
	status = journal_open_intents(terms->journal_path, take, &search, err);
	for (struct begun *at = search.first; at != NULL && status >= 0; at = at->next) {
		status = end(&search, at, err);
		++*found;
	}
	arena_free(search.arena);
	return status < 0 ? -1 : 0;
}
