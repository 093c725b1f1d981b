/* SPDX-License-Identifier: MIT
 *
 * A role may have the right to read some columns of a table and not the others, nor those
 * of the system (ctid, tableoid, xmin), by which a table is read in ranges, changes are
 * found and a row is changed. Then what it may read is shown, and what it may not is not
 * said to be none. */
#include "store/postgresql/rights.h"

#include <string.h>

/* $1: the table. */
static const char table_sql[] =
	"SELECT current_user, pg_catalog.quote_ident(current_user), "
	"pg_catalog.quote_ident(n.nspname), pg_catalog.quote_ident(c.relname), "
	"pg_catalog.has_schema_privilege(n.oid, 'USAGE'), "
	"pg_catalog.has_any_column_privilege(c.oid, 'SELECT'), "
	"pg_catalog.has_any_column_privilege(c.oid, 'UPDATE'), "
	"pg_catalog.has_table_privilege(c.oid, 'DELETE'), "
	"pg_catalog.row_security_active(c.oid) AND NOT " PG_HAS_POLICY(
		"w") ", "
		     "pg_catalog.row_security_active(c.oid) AND NOT " PG_HAS_POLICY(
			     "d") " "
				  "FROM pg_catalog.pg_class c JOIN "
				  "pg_catalog.pg_namespace n "
				  "ON n.oid = c.relnamespace WHERE c.oid = "
				  "$1::pg_catalog.oid";

/* What it may not read of $1, the table, or not set. A view has no columns of the system.
 */
static const char columns_sql[] =
	"SELECT a.attname, pg_catalog.quote_ident(a.attname), a.attnum > 0, "
	"s.may_read, s.may_set "
	"FROM pg_catalog.pg_attribute a, LATERAL (SELECT "
	"pg_catalog.has_column_privilege(a.attrelid, a.attnum, 'SELECT') AS may_read, "
	"pg_catalog.has_column_privilege(a.attrelid, a.attnum, 'UPDATE') AS may_set) s "
	"WHERE a.attrelid = $1::pg_catalog.oid "
	"AND (a.attnum > 0 OR a.attname IN ('ctid', 'tableoid', 'xmin')) "
	"AND NOT a.attisdropped AND NOT (s.may_read AND s.may_set) "
	"ORDER BY a.attnum";

/* The answers, while they come in. */
struct rights {
	struct pg_table *table;
	const char *schema, *name, *role; /* as SQL has them, the name with its schema */
	bool may_enter;			  /* the schema */
	bool reads_any;			  /* of the columns */
	struct str unread, system; /* lists of names: columns, those of the system */
	struct str needed, needed_quoted; /* those of unread that there must be */
	struct str unwritten;		  /* of what a reset sets, what it may not */
};

static void
take_table(void *arg, const struct span *cells, int count)
{
	struct rights *rights = arg;
	struct arena *arena = rights->table->arena;

	(void)count;
	rights->table->role = arena_span(arena, cells[0]).at;
	rights->role = arena_span(arena, cells[1]).at;
	rights->schema = arena_span(arena, cells[2]).at;
	rights->name = arena_printf(
		arena, "%s.%.*s", rights->schema, (int)cells[3].len, cells[3].at);
	rights->may_enter = span_is(cells[4], "t");
	rights->reads_any = span_is(cells[5], "t");
	rights->table->may_write = span_is(cells[6], "t");
	rights->table->may_delete = span_is(cells[7], "t");
	rights->table->is_closed = span_is(cells[8], "t");
	rights->table->is_closed_to_deletes = span_is(cells[9], "t");
}

static void
add_name(struct str *names, struct span name)
{
	str_add(names, names->len > 0 ? ", " : "");
	str_add_span(names, name);
}

/* There are checkpoints without metadata and without the time of a save; what else has a
 * role is a part of the key, the value, or wanted by a setting. */
static bool
is_needed(enum layout_role role)
{
	return role != LAYOUT_METADATA && role != LAYOUT_UPDATED;
}

static bool
is_set(const struct layout *layout, struct span name)
{
	static const enum layout_role set[] = { LAYOUT_VALUE, LAYOUT_METADATA,
		LAYOUT_UPDATED };

	for (size_t i = 0; i < sizeof(set) / sizeof(*set); i++)
		if (layout->columns[set[i]] != NULL &&
			span_is(name, layout->columns[set[i]]))
			return true;
	return false;
}

static void
take_unread(struct rights *rights, const struct span *cells)
{
	struct layout *layout = &rights->table->layout;
	bool needed = false;

	add_name(span_is(cells[2], "t") ? &rights->unread : &rights->system, cells[0]);
	for (int role = 0; role < LAYOUT_ROLES; role++) {
		const char *name = layout->columns[role];

		if (name == NULL || !span_is(cells[0], name))
			continue;
		needed |= is_needed((enum layout_role)role);
		layout->hidden[role] = name;
		layout->columns[role] = NULL;
	}
	if (!needed)
		return;
	add_name(&rights->needed, cells[0]);
	add_name(&rights->needed_quoted, cells[1]);
}

static void
take_column(void *arg, const struct span *cells, int count)
{
	struct rights *rights = arg;

	(void)count;
	if (!span_is(cells[4], "t") && is_set(&rights->table->layout, cells[0]))
		add_name(&rights->unwritten, cells[0]);
	if (!span_is(cells[3], "t"))
		take_unread(rights, cells);
}

/* What is said to whoever may grant it. Without any right the whole table is the better
 * thing to ask for. */
static int
refuse(const struct rights *rights, const struct pg_link *link, struct err *err)
{
	const struct pg_table *table = rights->table;
	struct str lacks = { 0 }, grants = { 0 };

	if (!rights->may_enter) {
		str_addf(&lacks, "USAGE on schema %s", table->schema);
		str_addf(&grants, "GRANT USAGE ON SCHEMA %s TO %s", rights->schema,
			rights->role);
	}
	if (rights->needed.len > 0) {
		str_addf(&lacks, "%sSELECT on %s of %s.%s", lacks.len > 0 ? " and " : "",
			str_text(&rights->needed), table->schema, table->name);
		str_addf(&grants, "%sGRANT SELECT%s%s%s ON %s TO %s",
			grants.len > 0 ? "; " : "", rights->reads_any ? " (" : "",
			rights->reads_any ? str_text(&rights->needed_quoted) : "",
			rights->reads_any ? ")" : "", rights->name, rights->role);
	}
	err_set(err, ERR_UNREACHABLE,
		"role %s lacks %s in %s; nothing was read; take a role that has it, or "
		"let the owner say: %s",
		table->role, str_text(&lacks), pg_link_place(link), str_text(&grants));
	str_free(&lacks);
	str_free(&grants);
	return -1;
}

static void
finish(const struct rights *rights)
{
	const struct str *unread =
		rights->unread.len > 0 ? &rights->unread : &rights->system;
	struct pg_table *table = rights->table;

	if (rights->unwritten.len > 0)
		table->unwritten = arena_text(table->arena, str_text(&rights->unwritten));
	if (unread->len == 0)
		return;
	table->unread = arena_text(table->arena, str_text(unread));
	table->grant = arena_printf(
		table->arena, "GRANT SELECT ON %s TO %s", rights->name, rights->role);
}

int
pg_rights_read(
	struct pg_table *table, struct pg_link *link, int64_t timeout, struct err *err)
{
	const struct span oid = span_of(table->oid);
	struct rights rights = { .table = table };
	const struct pg_query queries[] = {
		{ .sql = table_sql,
			.parameters = &oid,
			.count = 1,
			.row = take_table,
			.arg = &rights },
		{ .sql = columns_sql,
			.parameters = &oid,
			.count = 1,
			.row = take_column,
			.arg = &rights },
	};
	int status = pg_read(link, PG_OURS, queries, 2, timeout, err);

	/* It may have been removed meanwhile: then it cannot be read, either. */
	if (status == 0 && table->role != NULL &&
		(!rights.may_enter || rights.needed.len > 0))
		status = refuse(&rights, link, err);
	if (status == 0)
		finish(&rights);
	str_free(&rights.unread);
	str_free(&rights.system);
	str_free(&rights.needed);
	str_free(&rights.needed_quoted);
	str_free(&rights.unwritten);
	return status;
}

int
pg_rights_check(const struct pg_table *table, struct err *err)
{
	if (table->unread == NULL)
		return 0;
	return err_set(err, ERR_REFUSED,
		"role %s lacks SELECT on %s of %s.%s, and what it does not see whole it "
		"does not change; nothing was written; take a role that has it, or let "
		"the owner say: %s",
		table->role, table->unread, table->schema, table->name, table->grant);
}

const char *
pg_rights_lacking(const struct pg_table *table, struct arena *arena)
{
	bool is_of_columns = table->unread != NULL || table->may_write;
	struct str lacks = { 0 };
	const char *text;

	if (table->unread == NULL && table->unwritten == NULL)
		return NULL;
	str_addf(&lacks, "role %s lacks ", table->role);
	if (table->unread != NULL)
		str_addf(&lacks, "SELECT on %s", table->unread);
	if (table->unwritten != NULL)
		str_addf(&lacks, "%sUPDATE on ", table->unread != NULL ? " and " : "");
	if (table->unwritten != NULL && is_of_columns)
		str_add(&lacks, table->unwritten);
	str_addf(&lacks, "%s%s.%s", is_of_columns ? " of " : "", table->schema,
		table->name);
	text = arena_text(arena, str_text(&lacks));
	str_free(&lacks);
	return text;
}

static const char *
secured(const struct pg_table *table, const char *verb, struct arena *arena)
{
	return arena_printf(arena, "row-level security of %s.%s lets role %s %s no row",
		table->schema, table->name, table->role, verb);
}

const char *
pg_rights_refusing(const struct pg_table *table, struct arena *arena)
{
	const char *lacking = pg_rights_lacking(table, arena);

	if (lacking != NULL)
		return lacking;
	return table->is_closed ? secured(table, "change", arena) : NULL;
}

const char *
pg_rights_refusing_deletes(const struct pg_table *table, struct arena *arena)
{
	if (!table->may_delete)
		return arena_printf(arena, "role %s lacks DELETE on %s.%s", table->role,
			table->schema, table->name);
	return table->is_closed_to_deletes ? secured(table, "delete", arena) : NULL;
}
