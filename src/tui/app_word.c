/* SPDX-License-Identifier: MIT
 * The `x` key: somebody says why what nobody has recorded was. It is frozen when he is
 * asked: what happens while he types is not what he speaks of. */
#include <stdlib.h>

#include "base/mem.h"
#include "tui/app_state.h"
#include "tui/audit_lines.h"

struct asked_word {
	struct arena *arena; /* of everything here */
	struct actor_word word;
	struct journal_row *rows;
	size_t capacity;
	bool several_stores, too_many;
};

void
app_forget_word(struct app *app)
{
	if (app->word == NULL)
		return;
	arena_free(app->word->arena);
	free(app->word->rows);
	free(app->word);
	app->word = NULL;
}

/* --- what it is about --- */

static struct asked_word *
begin(struct app *app)
{
	app_forget_word(app);
	app->word = mem_new(1, sizeof(*app->word));
	app->word->arena = arena_new();
	return app->word;
}

static void
add_row(struct asked_word *asked, const struct board_row *row)
{
	const struct doubt *doubt = &row->doubt;
	struct actor_word *word = &asked->word;
	struct arena *arena = asked->arena;
	int64_t after = doubt->after == TIME_NONE ? 0 : doubt->after;

	if (doubt->kind == DOUBT_NONE)
		return;
	if (word->count == asked->capacity) {
		asked->capacity = asked->capacity * 2 + 8;
		asked->rows =
			mem_resize(asked->rows, asked->capacity, sizeof(*asked->rows));
		word->rows = asked->rows;
	}
	word->store = arena_text(arena, row->board->store.name);
	word->after = word->count == 0 || after < word->after ? after : word->after;
	/* All that was seen by then, also what others have seen of it since. */
	word->until = row->board->store.good_at;
	asked->rows[word->count++] = (struct journal_row){
		.key = { arena_span(arena, row->key.job),
			arena_span(arena, row->key.partition) },
		.old = { .exists = true, .value = arena_span(arena, doubt->from) },
		.new = { .exists = doubt->kind != DOUBT_GONE,
			.value = arena_span(arena, doubt->to) },
	};
}

static void
add_job(struct asked_word *asked, const struct board_job *job, struct span partition)
{
	if (job->rows == NULL) {
		/* A large job has only its worst row here. */
		if (partition.at == NULL ||
			span_equal(partition, job->worst->key.partition))
			add_row(asked, job->worst);
		asked->too_many |= job->worst->doubt.kind != DOUBT_NONE;
		return;
	}
	for (size_t i = 0; i < job->partitions; i++)
		if (partition.at == NULL ||
			span_equal(partition, job->rows[i]->key.partition))
			add_row(asked, job->rows[i]);
}

static void
add_meant(void *arg, struct span store, struct span job, struct span partition)
{
	const struct app *app = arg;
	struct asked_word *asked = app->word;

	asked->several_stores |=
		asked->word.store != NULL && !span_is(store, asked->word.store);
	for (size_t i = 0; i < app->frame.board_count; i++) {
		const struct board *board = app->frame.boards[i];

		for (size_t j = 0;
			span_is(store, board->store.name) && j < board->job_count; j++)
			if (span_equal(board->jobs[j].job, job))
				add_job(asked, &board->jobs[j], partition);
	}
}

/* --- asking --- */

static bool
reason_given(void *state, struct app *app, const char *text)
{
	(void)state;
	if (text == NULL) {
		app_forget_word(app);
		app_message(app, STYLE_MESSAGE, "cancelled; nothing was recorded");
		return true;
	}
	if (span_trim(span_of(text)).len == 0) {
		app_message(app, STYLE_ERROR,
			"it stays unexplained without a reason: type one, or Esc");
		return false;
	}
	app->word->word.reason = arena_span(app->word->arena, span_of(text));
	actor_acknowledge(app->actor, &app->word->word);
	app_forget_word(app);
	app_message(app, STYLE_MESSAGE, "being recorded ...");
	return true;
}

static void
add_label(struct str *out, const struct actor_word *word)
{
	const struct journal_row *row = word->rows;

	str_add(out, "why was ");
	key_add(out, row->key);
	str_add_char(out, ' ');
	audit_add_value(out, true, row->old.value);
	str_add(out, " -> ");
	audit_add_value(out, row->new.exists, row->new.value);
	if (word->count > 1)
		str_addf(out, " (and %zu other%s)", word->count - 1,
			word->count == 2 ? "" : "s");
	str_add(out, ": ");
}

static const char *
why_not(const struct app *app)
{
	const struct asked_word *asked = app->word;

	if (asked->word.count == 0)
		return "there is nothing here that somebody should explain";
	if (asked->several_stores)
		return "what is marked is of several stores: one at a time";
	if (asked->too_many)
		return "this job has many partitions: open it first, they are being read";
	for (size_t i = 0; i < app->frame.board_count; i++)
		if (span_is(span_of(asked->word.store), app->boards[i]->store.name) &&
			app->boards[i]->store.read_only)
			return "this store is read-only";
	return NULL;
}

static void
ask(struct app *app)
{
	const char *refusal = why_not(app);
	struct app_question question = {
		.hint = "your reason is recorded; Enter record, Esc cancel",
		.done = reason_given,
	};
	struct str label = { 0 };

	if (refusal != NULL) {
		app_message(app, STYLE_MESSAGE, "%s", refusal);
		app_forget_word(app);
		return;
	}
	add_label(&label, &app->word->word);
	question.label = str_text(&label);
	app_ask(app, &question);
	str_free(&label);
}

void
app_ask_why(struct app *app)
{
	begin(app);
	app_meant(app, add_meant, app);
	ask(app);
}

void
app_ask_why_of(struct app *app, const struct board_row *row)
{
	add_row(begin(app), row);
	ask(app);
}
