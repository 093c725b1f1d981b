/* SPDX-License-Identifier: MIT */
#include "action/recover.h"

#include <stdlib.h>

#include "action/session.h"
#include "base/mem.h"

/* Of which stores an operation was not ended. */
struct begun {
	const struct config *config;
	bool *stores;
};

static bool
is_begun_here(void *arg, const struct journal_record *record)
{
	struct begun *begun = arg;

	for (size_t i = 0; i < begun->config->store_count; i++)
		if (span_is(record->store.name, begun->config->stores[i].name))
			begun->stores[i] = true;
	return true;
}

void
recover_operations(const struct steward *steward, resolve_fn *told, void *arg)
{
	const struct config *config = steward->config;
	struct begun begun = { config,
		mem_new(config->store_count, sizeof(*begun.stores)) };
	struct err ignored = { 0 };

	journal_open_intents(config->env.journal, is_begun_here, &begun, &ignored);
	for (size_t i = 0; i < config->store_count; i++) {
		struct session *session;

		if (!begun.stores[i])
			continue;
		session = session_new(steward, &config->stores[i]);
		err_clear(&ignored);
		session_begin(session, told, arg, &ignored);
		session_free(session);
	}
	free(begun.stores);
}

bool
recover_store(const struct store_config *config)
{
	struct err ignored = { 0 };
	struct store *store = NULL;
	bool opened = store_open(&store, config, STORE_WRITE, &ignored) == 0;

	store_close(store);
	return opened;
}
