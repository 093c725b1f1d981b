/* SPDX-License-Identifier: MIT */
#include "action/steward.h"

#include "action/apply_record.h"
#include "action/elsewhere.h"
#include "action/group.h"

void
steward_begin(struct steward *out, const struct config *config,
	const struct who_sources *sources, struct span program, const atomic_bool *stop)
{
	*out = (struct steward){
		.config = config,
		.sources = *sources,
		.program = program,
		.stop = stop,
		.arena = arena_new(),
	};
	who_find(out->arena, &out->who, sources);
	who_add_name(&out->name, &out->who);
	out->group = span_of(paths_variable(sources->environment, "CKPTOP_GROUP"));
}

void
steward_end(struct steward *steward)
{
	str_free(&steward->name);
	arena_free(steward->arena);
	*steward = (struct steward){ 0 };
}

int
steward_no_journal(struct err *err)
{
	return err_set(err, ERR_REFUSED,
		"there is no place for the journal (HOME is not set), so nothing "
		"was written; set XDG_STATE_HOME");
}

int
steward_check_journal(const struct steward *steward, struct err *err)
{
	if (steward->group.at != NULL && group_check(steward->group, err) != 0)
		return -1;
	if (steward->config->env.journal != NULL)
		return 0;
	return steward_no_journal(err);
}

/* --- which store an operation was on --- */

struct search {
	const struct steward *steward;
	struct arena *arena;
	const struct journal_record **record;
	size_t *store;
	struct err *err;
	int status;
};

/* At its place, and only what changes it was edited since. */
static bool
is_rewritten(struct str *out, const struct store *store,
	const struct store_config *config, const struct journal_record *record,
	struct span lasting, struct span present)
{
	struct str place = { 0 };
	bool is_there;

	store_add_place(&place, config);
	is_there = span_equal(record->store.uri, str_span(&place));
	str_free(&place);
	return is_there && apply_tell_rewritten(out, store, record->store.identity,
				   lasting, present, "at that operation");
}

/* A name may stand for another store by now, or for one of several. What keeps one from
 * being it that is at its place is said in *rewritten. */
static bool
is_store_of(const struct store_config *config, const struct journal_record *record,
	struct str *rewritten)
{
	struct str lasting = { 0 }, present = { 0 };
	struct store *store = NULL;
	struct err ignored = { 0 };
	bool is_it = false;

	if (store_open(&store, config, STORE_READ, &ignored) == 0 &&
		store_identify(store, &lasting, &present, &ignored) == 0) {
		is_it = apply_is_store_of(record, str_span(&lasting), str_span(&present));
		if (!is_it && rewritten->len == 0)
			is_rewritten(rewritten, store, config, record, str_span(&lasting),
				str_span(&present));
	}
	store_close(store);
	str_free(&lasting);
	str_free(&present);
	return is_it;
}

/* None of the stores is the one that the operation was on. */
static void
refuse_other(struct search *search, const struct journal_record *record,
	const struct str *rewritten)
{
	if (rewritten->len > 0)
		search->status = err_set(search->err, ERR_REFUSED,
			"%.*s: %s; nothing was written; write it as it "
			"was, then undo, or reset by hand",
			(int)record->store.name.len, record->store.name.at,
			str_text(rewritten));
	else
		search->status = err_set(search->err, ERR_USAGE,
			"that operation was on %.*s (%.*s), and no store here is that "
			"one; nothing was written; give it with -s, or, where it was "
			"replaced since, reset by hand",
			(int)record->store.name.len, record->store.name.at,
			(int)record->store.uri.len, record->store.uri.at);
}

static bool
find_store(void *arg, const struct journal_record *record)
{
	struct search *search = arg;
	const struct config *config = search->steward->config;
	struct str rewritten = { 0 };

	*search->record = journal_record_copy(search->arena, record);
	for (*search->store = 0; *search->store < config->store_count; ++*search->store)
		if (is_store_of(&config->stores[*search->store], record, &rewritten))
			break;
	if (*search->store == config->store_count)
		refuse_other(search, record, &rewritten);
	str_free(&rewritten);
	return false;
}

bool
steward_refuse_elsewhere(const struct steward *steward, struct store *store,
	const struct store_config *config, struct span op, bool *unread, struct err *err)
{
	const struct elsewhere_terms terms = {
		.store = store,
		.config = config,
		.journal = steward->config->env.journal,
		.me = str_span(&steward->name),
	};

	return elsewhere_refuse(&terms, op, unread, err);
}

/* What the journal does not have one of the stores may have, which others changed. */
static void
find_elsewhere(const struct steward *steward, struct span op, struct err *err)
{
	const struct config *config = steward->config;
	struct err before = *err;
	size_t unread = 0;

	for (size_t i = 0; i < config->store_count; i++) {
		struct store *store = NULL;
		struct err ignored = { 0 };
		bool is_unread = false, found = false;

		if (store_open(&store, &config->stores[i], STORE_READ, &ignored) != 0)
			is_unread = true;
		else
			found = steward_refuse_elsewhere(
				steward, store, &config->stores[i], op, &is_unread, err);
		store_close(store);
		unread += is_unread;
		if (found)
			return;
	}
	if (unread == 0)
		return;
	err_clear(err);
	err_set(err, before.kind,
		"%s; %zu of %zu stores could not be asked for their audit", before.text,
		unread, config->store_count);
}

int
steward_find_undone(const struct steward *steward, struct span op, struct arena *arena,
	const struct journal_record **record, size_t *store, struct err *err)
{
	struct search search = { steward, arena, record, store, err, 0 };

	if (audit_find_operation(
		    steward->config->env.journal, op, find_store, &search, err) == 0)
		return search.status;
	if (err->kind == ERR_NOT_FOUND)
		find_elsewhere(steward, op, err);
	return -1;
}

/* --- where it was --- */

struct place {
	struct str now;
	bool is_it;
};

static bool
compare_place(void *arg, const struct journal_record *record)
{
	struct place *place = arg;

	place->is_it = span_equal(record->store.uri, str_span(&place->now));
	return false;
}

bool
steward_was_at(
	const struct steward *steward, struct span op, const struct store_config *config)
{
	struct place place = { 0 };
	struct err ignored = { 0 };

	store_add_place(&place.now, config);
	audit_find_operation(
		steward->config->env.journal, op, compare_place, &place, &ignored);
	str_free(&place.now);
	return place.is_it;
}
