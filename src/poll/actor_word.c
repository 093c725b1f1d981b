/* SPDX-License-Identifier: MIT
 *
 * What somebody says about something that went back or is gone: into the journal. */
#include <stdlib.h>
#include <string.h>

#include "action/explain.h"
#include "base/mem.h"
#include "poll/actor_inside.h"

static struct journal_state
keep_state(struct arena *arena, const struct journal_state *state)
{
	return (struct journal_state){
		.exists = state->exists,
		.value = arena_span(arena, state->value),
		.updated_at = arena_span(arena, state->updated_at),
	};
}

struct kept_word *
kept_word_new(const struct actor_word *word)
{
	struct kept_word *kept = mem_new(1, sizeof(*kept));
	struct arena *arena = arena_new();
	struct journal_row *rows = arena_alloc(arena, word->count + 1, sizeof(*rows));

	kept->arena = arena;
	kept->word = *word;
	for (size_t i = 0; i < word->count; i++)
		rows[i] = (struct journal_row){
			.key = { arena_span(arena, word->rows[i].key.job),
				arena_span(arena, word->rows[i].key.partition) },
			.old = keep_state(arena, &word->rows[i].old),
			.new = keep_state(arena, &word->rows[i].new),
		};
	kept->word.rows = rows;
	kept->word.store = arena_text(arena, word->store);
	kept->word.reason = arena_span(arena, word->reason);
	return kept;
}

void
kept_word_free(struct kept_word *kept)
{
	arena_free(kept->arena);
	free(kept);
}

static int
record(const struct desk *desk, const struct actor_word *word, char op[TOKEN_SIZE],
	struct err *err)
{
	struct acknowledgement what = {
		.rows = word->rows,
		.count = word->count,
		.after = word->after,
		.until = word->until,
		.reason = word->reason,
	};

	for (size_t i = 0; i < desk->config->store_count; i++)
		if (strcmp(desk->config->stores[i].name, word->store) == 0)
			what.store = &desk->config->stores[i];
	if (what.store == NULL)
		return err_set(err, ERR_USAGE,
			"%s is none of the stores here; nothing was recorded",
			word->store);
	return explain_acknowledge(&desk->steward, &what, op, err);
}

void
desk_acknowledge(
	struct desk *desk, const struct actor_word *word, desk_tell *tell, void *arg)
{
	struct answer *answer = answer_new(ANSWER_OUTCOME, 0);
	struct str *text = &answer->text;
	char op[TOKEN_SIZE] = "";

	if (record(desk, word, op, &answer->err) != 0) {
		str_addf(text, "not acknowledged: %s", answer->err.text);
	} else {
		str_add(text, "acknowledged ");
		key_add(text, word->rows->key);
		if (word->count > 1)
			str_addf(text, " and %zu other%s", word->count - 1,
				word->count == 2 ? "" : "s");
		str_addf(text, ", operation %.8s", op);
	}
	tell(arg, answer);
}
