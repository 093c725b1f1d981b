/* SPDX-License-Identifier: MIT */
#include "poll/heads.h"

#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "base/utf8.h"
#include "store/head.h"

#define SHOWN_BYTES 120 /* of a head in a message */

/* One configured head, the first checkpoint by its name that it could not be learned for,
 * and why: the order in which a store has them is not to be seen. */
struct head_trouble {
	char *head, *key;
	struct err error;
	size_t checkpoints;
};

struct round {
	struct heads *heads;
	struct records *records;
	struct store *store;
	struct head_round *answers;
	const atomic_bool *stop;
	struct str text;
	int64_t now;
};

static void
forget_troubles(struct heads *heads)
{
	for (size_t i = 0; i < heads->count; i++) {
		free(heads->troubles[i].head);
		free(heads->troubles[i].key);
	}
	free(heads->troubles);
	heads->troubles = NULL;
	heads->count = 0;
}

void
heads_close(struct heads *heads)
{
	head_sources_close(&heads->sources);
}

void
heads_free(struct heads *heads)
{
	forget_troubles(heads);
	head_sources_free(&heads->sources);
}

static struct head_trouble *
trouble_of(struct heads *heads, const struct head_spec *head)
{
	struct head_trouble *trouble;

	for (size_t i = 0; i < heads->count; i++)
		if (strcmp(heads->troubles[i].head, head->text) == 0)
			return &heads->troubles[i];
	heads->troubles =
		mem_resize(heads->troubles, heads->count + 1, sizeof(*heads->troubles));
	trouble = &heads->troubles[heads->count++];
	*trouble = (struct head_trouble){
		.head = mem_copy(head->text, strlen(head->text)),
	};
	return trouble;
}

static void
remember(struct heads *heads, const struct head_spec *head, struct key key,
	const struct err *error)
{
	struct head_trouble *trouble = trouble_of(heads, head);
	struct str name = { 0 };

	key_add(&name, key);
	if (trouble->checkpoints++ == 0 || strcmp(str_text(&name), trouble->key) < 0) {
		free(trouble->key);
		trouble->key = mem_copy(str_text(&name), name.len);
		trouble->error = *error;
	}
	str_free(&name);
}

static void
ask(void *arg, size_t index, struct key key, const struct head_spec *head, bool has_head)
{
	struct round *round = arg;
	struct head_sources *sources = &round->heads->sources;
	struct err error = { 0 };
	struct store *store;
	bool known = false;

	if ((round->stop != NULL && atomic_load(round->stop)) || head->kind == HEAD_NONE)
		return;
	if (head->kind == HEAD_METADATA) {
		/* It came with the row, or it did not. */
		if (has_head)
			return;
		err_set(&error, ERR_DAMAGED, "its metadata has no member \"%s\"",
			head->argument);
		remember(round->heads, head, key, &error);
		return;
	}
	store = head_sources_open(sources, head, round->store, &error);
	if (store == NULL) {
		remember(round->heads, head, key, &error);
	} else if (head_ask(round->answers, store, head, key, round->now, &round->text,
			   &known, &error) != 0) {
		remember(round->heads, head, key, &error);
		head_sources_failed(sources, head, &error);
		known = false;
	}
	records_set_head(round->records, index,
		known ? str_span(&round->text) : SPAN_NONE, round->now);
}

void
heads_ask(struct heads *heads, struct records *records, struct store *store, int64_t now,
	const atomic_bool *stop)
{
	struct round round = {
		.heads = heads,
		.records = records,
		.store = store,
		.stop = stop,
		.now = now,
	};

	forget_troubles(heads);
	round.answers = head_round_new();
	records_walk(records, ask, &round);
	head_round_free(round.answers);
	str_free(&round.text);
}

static const char *
describe(struct arena *arena, const struct head_trouble *trouble)
{
	int shown = (int)utf8_beginning(span_of(trouble->head), SHOWN_BYTES);
	struct str text = { 0 };
	const char *copy;

	str_addf(&text, "the head of %s", trouble->key);
	if (trouble->checkpoints > 1)
		str_addf(&text, " and %zu more", trouble->checkpoints - 1);
	str_addf(&text, " could not be read, so the lag is not known: %s (head = %.*s%s)",
		trouble->error.text, shown, trouble->head,
		trouble->head[shown] != '\0' ? "..." : "");
	copy = arena_text(arena, str_text(&text));
	str_free(&text);
	return copy;
}

void
heads_fill(const struct heads *heads, struct board *board)
{
	struct board_head *out =
		arena_alloc(board->arena, heads->count + 1, sizeof(*out));

	for (size_t i = 0; i < heads->count; i++) {
		const struct head_trouble *trouble = &heads->troubles[i];

		out[i] = (struct board_head){
			.head = arena_text(board->arena, trouble->head),
			.error = describe(board->arena, trouble),
			.kind = trouble->error.kind,
			.checkpoints = trouble->checkpoints,
		};
	}
	board->store.heads = out;
	board->store.head_count = heads->count;
}
