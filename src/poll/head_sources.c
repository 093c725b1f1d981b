/* SPDX-License-Identifier: MIT */
#include "poll/head_sources.h"

#include <stdlib.h>
#include <string.h>

#include "base/backoff.h"
#include "base/mem.h"

#define BACKOFF_FIRST (5 * SECOND)
#define BACKOFF_LAST  (60 * SECOND)

struct head_source {
	struct store_config config;
	struct store *store; /* NULL while not open */
	struct backoff backoff;
	int64_t retry_at; /* clock_monotonic(), while not open */
	struct err error; /* of the last try */
};

/* As it is configured, but that it ends with the thread that asks. */
static struct head_source *
new_source(const struct store_config *found, const struct store_config *asker)
{
	struct head_source *source = mem_new(1, sizeof(*source));

	source->config = *found;
	source->config.stop = asker->stop;
	source->backoff.first = BACKOFF_FIRST;
	source->backoff.last = BACKOFF_LAST;
	return source;
}

/* NULL: none of that name is configured. */
static struct head_source *
source_of(struct head_sources *sources, struct span name)
{
	const struct store_config *config = sources->config;

	for (size_t i = 0; i < sources->count; i++)
		if (span_is(name, sources->list[i]->config.name))
			return sources->list[i];
	for (size_t i = 0; i < config->neighbour_count; i++) {
		if (!span_is(name, config->neighbours[i].name))
			continue;
		sources->list = mem_resize(
			sources->list, sources->count + 1, sizeof(*sources->list));
		return sources->list[sources->count++] =
			       new_source(&config->neighbours[i], config);
	}
	return NULL;
}

static void
note_failure(struct head_source *source, const struct err *err)
{
	store_close(source->store);
	source->store = NULL;
	source->error = *err;
	source->retry_at = clock_monotonic() + backoff_next(&source->backoff);
}

struct store *
head_sources_open(struct head_sources *sources, const struct head_spec *head,
	struct store *own, struct err *err)
{
	struct head_source *source;
	struct err failure = { 0 };

	if (head->place.at == NULL || span_is(head->place, sources->config->name))
		return own;
	source = source_of(sources, head->place);
	if (source == NULL) {
		err_set(err, ERR_USAGE, "no store \"%.*s\" is configured",
			(int)head->place.len, head->place.at);
		return NULL;
	}
	if (source->store == NULL && clock_monotonic() >= source->retry_at) {
		if (store_open(&source->store, &source->config, STORE_READ, &failure) ==
			0)
			backoff_reset(&source->backoff);
		else
			note_failure(source, &failure);
	}
	if (source->store == NULL)
		err_set(err, source->error.kind, "%s: %s", source->config.name,
			source->error.text);
	return source->store;
}

void
head_sources_failed(
	struct head_sources *sources, const struct head_spec *head, const struct err *err)
{
	struct head_source *source =
		head->place.at != NULL ? source_of(sources, head->place) : NULL;

	/* What is wrong with the query is no reason to connect again. */
	if (source != NULL && source->store != NULL && err->kind == ERR_UNREACHABLE)
		note_failure(source, err);
}

void
head_sources_close(struct head_sources *sources)
{
	for (size_t i = 0; i < sources->count; i++) {
		store_close(sources->list[i]->store);
		sources->list[i]->store = NULL;
	}
}

void
head_sources_free(struct head_sources *sources)
{
	for (size_t i = 0; i < sources->count; i++)
		free(sources->list[i]);
	free(sources->list);
	sources->list = NULL;
	sources->count = 0;
}
