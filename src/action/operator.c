/* SPDX-License-Identifier: MIT */
#include "action/operator.h"

#include "action/apply.h"

void
operator_begin(struct operator* out, const struct config *config,
	const char *const *environment, struct span program, const atomic_bool *stop)
{
	struct who_sources sources = who_sources_real(environment);

	*out = (struct operator){
		.config = config,
		.environment = environment,
		.program = program,
		.stop = stop,
		.arena = arena_new(),
	};
	who_find(out->arena, &out->who, &sources);
	who_add_name(&out->name, &out->who);
}

void operator_end(struct operator* operator)
{
	str_free(&operator->name);
	arena_free(operator->arena);
	*operator=(struct operator){ 0 };
}

int
operator_check_journal(const struct operator* operator, struct err * err)
{
	if (operator->config->env.journal != NULL)
		return 0;
	return err_set(err, ERR_REFUSED,
		"there is no place for the journal (HOME is not set), so nothing "
		"was written; set XDG_STATE_HOME");
}

/* --- which store an operation was on --- */

struct search {
	const struct operator* operator;
	struct arena *arena;
	struct span *whole;
	size_t *store;
	struct err *err;
	int status;
};

/* A name may stand for another store by now, or for one of several. */
static bool
is_store_of(const struct store_config *config, const struct journal_record *record)
{
	struct str lasting = { 0 }, present = { 0 };
	struct store *store = NULL;
	struct err ignored = { 0 };
	bool is_it = false;

	if (store_open(&store, config, STORE_READ, &ignored) == 0 &&
		store_identify(store, &lasting, &present, &ignored) == 0)
		is_it = apply_is_store_of(record, str_span(&lasting), str_span(&present));
	store_close(store);
	str_free(&lasting);
	str_free(&present);
	return is_it;
}

static bool
find_store(void *arg, const struct journal_record *record)
{
	struct search *search = arg;
	const struct config *config = search->operator->config;

	*search->whole = arena_span(search->arena, record->op);
	for (*search->store = 0; *search->store < config->store_count; ++*search->store)
		if (is_store_of(&config->stores[*search->store], record))
			return false;
	search->status = err_set(search->err, ERR_USAGE,
		"that operation was on %.*s (%.*s), and no store here is that one; "
		"nothing was written; give it with -s, or, where it was replaced since, "
		"reset by hand",
		(int)record->store.name.len, record->store.name.at,
		(int)record->store.uri.len, record->store.uri.at);
	return false;
}

int
operator_find_undone(const struct operator* operator, struct span op, struct arena *arena,
	struct span *whole, size_t *store, struct err *err)
{
	struct search search = { operator, arena, whole, store, err, 0 };

	if (audit_find_operation(operator->config->env.journal, op, find_store, &search,
		    err) != 0)
		return -1;
	return search.status;
}
