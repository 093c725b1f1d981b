/* SPDX-License-Identifier: MIT */
#include "poll/ledger.h"

#include <stdatomic.h>
#include <stdlib.h>

#include "base/arena.h"
#include "base/clock.h"
#include "base/mem.h"

struct ledger_inside {
	struct ledger ledger; /* the first: what others see of it */
	atomic_uint references;
	struct audit *audit;
	struct arena *arena;
	struct ledger_gap *gaps;
	struct audit_entry *chosen; /* NULL: all that there are */
};

static void
add_gap(struct ledger_inside *inside, const char *store, const char *error)
{
	inside->gaps[inside->ledger.gap_count++] = (struct ledger_gap){
		arena_text(inside->arena, store),
		arena_text(inside->arena, error),
	};
}

static void
ask_store(struct ledger_inside *inside, const struct store_config *config)
{
	struct store *store = NULL;
	struct err err = { 0 };

	if (store_open(&store, config, STORE_READ, &err) != 0 ||
		audit_add_store(inside->audit, store, config->name, &err) != 0)
		add_gap(inside, config->name, err.text);
	store_close(store);
}

/* Of the stores that were asked about alone. */
static void
choose(struct ledger_inside *inside)
{
	struct ledger *ledger = &inside->ledger;
	size_t kept = 0;

	inside->chosen = mem_new(ledger->count + 1, sizeof(*inside->chosen));
	for (size_t i = 0; i < ledger->count; i++)
		if (ledger->entries[i].place != AUDIT_ELSEWHERE)
			inside->chosen[kept++] = ledger->entries[i];
	ledger->entries = inside->chosen;
	ledger->count = kept;
}

const struct ledger *
ledger_read(const struct ledger_terms *terms)
{
	struct ledger_inside *inside = mem_new(1, sizeof(*inside));
	struct ledger *ledger = &inside->ledger;

	atomic_init(&inside->references, 1);
	inside->audit = audit_new();
	inside->arena = arena_new();
	inside->gaps =
		arena_alloc(inside->arena, terms->store_count + 1, sizeof(*inside->gaps));
	for (size_t i = 0; i < terms->store_count; i++)
		audit_ask_about(inside->audit, &terms->stores[i]);
	if (terms->journal == NULL)
		err_set(&ledger->journal_err, ERR_FAILED,
			"there is no place for a journal (HOME is not set)");
	else
		audit_add_journal(inside->audit, terms->journal, &ledger->damaged,
			&ledger->journal_err);
	for (size_t i = 0; terms->ask && i < terms->store_count; i++)
		ask_store(inside, &terms->stores[i]);
	ledger->asked = terms->ask && terms->store_count > 0;
	ledger->gaps = inside->gaps;
	ledger->entries = audit_entries(inside->audit, &ledger->count);
	if (terms->only_these)
		choose(inside);
	ledger->read_at = clock_now();
	return ledger;
}

/* What was handed out is the first member of what was allocated; only the count of
 * references ever changes. */
static struct ledger_inside *
inside_of(const struct ledger *ledger)
{
	return (struct ledger_inside *)(void *)(uintptr_t)ledger;
}

const struct ledger *
ledger_ref(const struct ledger *ledger)
{
	if (ledger != NULL)
		atomic_fetch_add(&inside_of(ledger)->references, 1);
	return ledger;
}

void
ledger_unref(const struct ledger *ledger)
{
	struct ledger_inside *inside;

	if (ledger == NULL)
		return;
	inside = inside_of(ledger);
	if (atomic_fetch_sub(&inside->references, 1) != 1)
		return;
	audit_free(inside->audit);
	arena_free(inside->arena);
	free(inside->chosen);
	free(inside);
}
