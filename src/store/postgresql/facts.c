/* SPDX-License-Identifier: MIT
 *
 * What the panel of a store says about a PostgreSQL database. */
#include "store/postgresql/store.h"

#include <string.h>

#include "base/clock.h"
#include "store/facts.h"

static const char *
told(const struct pg_store *pg, const char *name)
{
	const char *text = pg_link_told(pg->link, name);

	return text != NULL ? text : "?";
}

static void
add_again(struct facts *facts, const struct pg_store *pg)
{
	if (pg->scanned && pg->again > 0)
		facts_add(facts, "keys", true,
			arena_printf(facts->arena,
				"%zu %s the key of another row; of each key the last one "
				"is shown",
				pg->again, pg->again == 1 ? "row has" : "rows have"));
}

static const char *
why_metadata_unread(const struct pg_table *table, struct arena *arena)
{
	const char *column = table->layout.hidden[LAYOUT_METADATA];

	if (column == NULL)
		return NULL;
	return arena_printf(arena, "role %s may not read %s", table->role, column);
}

/* It is a warning where something that would be shown is not. */
static void
add_rights(struct facts *facts, const struct pg_table *table)
{
	bool hides = table->layout.hidden[LAYOUT_METADATA] != NULL ||
		     table->layout.hidden[LAYOUT_UPDATED] != NULL;

	if (table->unread != NULL)
		facts_add(facts, "rights", hides,
			arena_printf(facts->arena,
				"of role %s do not cover %s%s; to read all of the table: "
				"%s",
				table->role, table->unread,
				hides ? ": what is there is not known" : "",
				table->grant));
}

static void
add_table(struct facts *facts, const struct pg_store *pg)
{
	const struct pg_table *table = pg->table;
	struct arena *arena = facts->arena;
	struct str text = { 0 };

	if (table->layout.query != NULL) {
		facts_add_query(facts, &table->layout, pg->scanned, pg->rows + pg->again,
			pg->cut);
		add_again(facts, pg);
		return;
	}
	str_addf(&text, "%s.%s, a %s", table->schema, table->name, table->kind);
	if (strcmp(table->layout.shape, table->name) != 0)
		str_addf(&text, " of shape %s", table->layout.shape);
	if (pg->scanned)
		str_addf(&text, ", %s%zu rows", pg->cut ? "more than " : "",
			pg->rows + pg->again);
	if (!table->unique)
		str_add(&text, ", no unique key");
	if (table->unread != NULL)
		str_add(&text, ", read whole in each poll");
	facts_add(facts, "table", false, arena_text(arena, str_text(&text)));
	str_free(&text);
	add_again(facts, pg);
	if (pg->cut)
		facts_add(facts, "rows", true,
			arena_printf(arena, "only the first %zu rows of the %s are shown",
				pg->rows + pg->again, table->kind));
	if (table->is_secured)
		facts_add(facts, "row security", true,
			"is active for this role: rows may be hidden, and nothing says "
			"which");
	add_rights(facts, table);
	if (table->layout.missing_note != NULL)
		facts_add(facts, "columns", true,
			arena_printf(
				arena, "there is no %s", table->layout.missing_note));
	if (table->layout.others != NULL)
		facts_add(facts, "also there", false,
			arena_text(arena, table->layout.others));
}

static void
add_clock(struct facts *facts, int64_t ahead)
{
	struct str text = { 0 };

	if (ahead == 0)
		return;
	duration_add_short(&text, (ahead > 0 ? ahead : -ahead) + SECOND / 2);
	facts_add(facts, "clock", true,
		arena_printf(facts->arena,
			"the server's is %s %s that of this host; ages go by the "
			"server's",
			str_text(&text), ahead > 0 ? "ahead of" : "behind"));
	str_free(&text);
}

static void
add_server(struct facts *facts, const struct pg_store *pg)
{
	bool is_standby = strcmp(told(pg, "in_hot_standby"), "on") == 0;
	bool is_read_only = strcmp(told(pg, "default_transaction_read_only"), "on") == 0;

	facts_add(facts, "server", false,
		arena_printf(facts->arena, "PostgreSQL %s", told(pg, "server_version")));
	facts_add(facts, "role", false,
		arena_printf(facts->arena, "%s%s", told(pg, "session_authorization"),
			pg->table->may_write || pg->table->layout.query != NULL
				? ""
				: ", which may not change the table"));
	if (pg->refuses_delete != NULL)
		facts_add(facts, "deletes", false,
			arena_printf(facts->arena, "none are made here: %s",
				pg->refuses_delete));
	if (pg->is_pooled)
		facts_add(facts, "pooler", false,
			"one stands between (as PgBouncer) and shares its connections: "
			"each look and each change is one transaction, and nothing is "
			"left to a session");
	add_clock(facts, pg->store.clock_ahead);
	if (is_standby)
		facts_add(facts, "standby", true,
			"the server repeats what another one does: it may be behind, and "
			"nothing can be changed here");
	else if (is_read_only)
		facts_add(facts, "read-only", false,
			"the server takes no changes by default");
}

/* Whatever the rights: what has no rows of its own here is only shown. */
static const char *
why_never(const struct pg_store *pg, struct arena *arena)
{
	const struct pg_table *table = pg->table;

	if (table->layout.query != NULL)
		return facts_why_query(table->statements);
	if (pg_table_is_written(table))
		return NULL;
	return arena_printf(arena, "a %s%s is only shown", table->kind,
		strcmp(table->kind, "partitioned table") == 0
			? " with parts on other servers"
			: "");
}

void
pg_store_set_facts(struct pg_store *pg)
{
	const char *never, *refuses;
	struct facts facts;

	facts_begin(&facts);
	never = why_never(pg, facts.arena);
	refuses = never != NULL ? never : pg->refuses;
	add_table(&facts, pg);
	add_server(&facts, pg);
	facts_add_refusal(&facts, pg->store.config, refuses);
	pg->store.facts = (struct store_facts){
		.kind = "postgresql",
		.where = arena_printf(facts.arena, "%s, %s%s%s", pg_link_place(pg->link),
			pg->table->layout.query == NULL ? pg->table->kind : "",
			pg->table->layout.query == NULL ? " " : "",
			pg->table->layout.table),
		.hides = pg->table->is_secured ? "row security" : NULL,
		.metadata_unread = why_metadata_unread(pg->table, facts.arena),
		.refuses = refuses,
		.refuses_delete = never == NULL ? pg->refuses_delete : NULL,
		.may_relent =
			never == NULL && (refuses != NULL || pg->refuses_delete != NULL),
		.triggers = pg->triggers,
		.inserters = pg->inserters,
		.referred = pg->referred,
		.takes_time = pg->table->statements == NULL,
		.view = pg->table->layout.query == NULL && !pg_table_is_written(pg->table)
				? pg->table->kind
				: NULL,
		.view_name = pg->table->layout.table,
		.is_shared = true,
	};
	facts_tell_kept(
		&facts, &pg->table->layout, pg->table->statements, &pg->store.facts);
	facts_end(&facts, &pg->facts, &pg->store.facts);
}
