/* SPDX-License-Identifier: MIT */
#include "store/facts.h"

void
facts_begin(struct facts *facts)
{
	facts->arena = arena_new();
	facts->list = arena_alloc(facts->arena, FACTS_MAX, sizeof(*facts->list));
	facts->count = 0;
}

void
facts_add(struct facts *facts, const char *name, bool warning, const char *text)
{
	if (facts->count < FACTS_MAX)
		facts->list[facts->count++] = (struct store_fact){ name, text, warning };
}

void
facts_add_query(struct facts *facts, const struct layout *layout, bool scanned,
	size_t rows, bool cut)
{
	struct arena *arena = facts->arena;

	facts_add(facts, "query", false,
		scanned ? arena_printf(arena, "%s%zu row%s, read whole in each poll",
				  cut ? "more than " : "", rows, rows == 1 ? "" : "s")
			: "read whole in each poll");
	if (cut)
		facts_add(facts, "rows", true,
			arena_printf(arena, "only the first %zu rows are shown", rows));
	if (layout->unused != NULL)
		facts_add(facts, "columns", true,
			arena_printf(arena, "mean nothing here: %s", layout->unused));
}

const char *
facts_why_query(const struct statements *statements)
{
	return statements == NULL ? "a query without reset_sql is only read" : NULL;
}

void
facts_add_refusal(
	struct facts *facts, const struct store_config *config, const char *refuses)
{
	if (refuses == NULL)
		return;
	facts_add(facts, "changes", false,
		arena_printf(facts->arena, "none are made here: %s%s%s%s%s", refuses,
			config->on_reset != NULL ? "; to reset: " : "",
			config->on_reset != NULL ? config->on_reset : "",
			config->on_delete != NULL ? "; to delete: " : "",
			config->on_delete != NULL ? config->on_delete : ""));
}

void
facts_tell_kept(const struct facts *facts, const struct layout *layout,
	const struct statements *statements, struct store_facts *out)
{
	unsigned restored;

	if (statements == NULL)
		return;
	restored = statements_restored_roles(statements);
	out->kept = layout_kept_names(layout, ~0u, facts->arena);
	out->restored = layout_kept_names(layout, restored, facts->arena);
	out->unset = layout_kept_names(layout, ~restored, facts->arena);
}

static void
keep(const struct facts *facts, const char **text)
{
	if (*text != NULL)
		*text = arena_text(facts->arena, *text);
}

void
facts_end(struct facts *facts, struct arena **kept, struct store_facts *out)
{
	const char **const texts[] = { &out->kind, &out->where, &out->hides,
		&out->metadata_unread, &out->refuses, &out->refuses_delete,
		&out->triggers, &out->inserters, &out->referred, &out->referrers,
		&out->kept, &out->restored, &out->unset, &out->view, &out->view_name };

	for (size_t i = 0; i < sizeof(texts) / sizeof(*texts); i++)
		keep(facts, texts[i]);
	if (*kept != NULL)
		arena_free(*kept);
	*kept = facts->arena;
	out->facts = facts->list;
	out->fact_count = facts->count;
}
