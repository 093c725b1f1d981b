/* SPDX-License-Identifier: MIT
 *
 * What a query returns that stands in the place of a table. */
#include <stdio.h>
#include <string.h>

#include "base/mem.h"
#include "store/postgresql/statement.h"

/* The columns, copied, and the types of those that count. */
struct headings {
	struct arena *arena;
	const char **names;
	unsigned *types;
	int count;
};

static void
take_columns(void *arg, const struct pg_heading *columns, int count)
{
	struct headings *headings = arg;

	headings->names = arena_alloc(headings->arena, (size_t)count + 1, sizeof(char *));
	headings->types =
		arena_alloc(headings->arena, (size_t)count + 1, sizeof(unsigned));
	headings->count = count;
	for (int i = 0; i < count; i++) {
		headings->names[i] = arena_text(headings->arena, columns[i].name);
		headings->types[i] = columns[i].type;
	}
}

/* The part of the query that stands before the character at which a statement failed,
 * counted from 1; begin is where the query begins in it, from 0. */
static struct span
part_before(struct span query, size_t position, size_t begin)
{
	size_t bytes = 0;

	if (position <= begin)
		return SPAN_NONE;
	for (size_t left = position - begin - 1; left > 0; left--) {
		if (bytes >= query.len)
			return SPAN_NONE;
		do
			bytes++;
		while (bytes < query.len &&
			((unsigned char)query.at[bytes] & 0xc0) == 0x80);
	}
	return (struct span){ query.at, bytes };
}

/* What the server refused of the query is its writer's affair: it is told as a mistake in
 * the settings, with its place. */
static int
blame(struct pg_link *link, const struct store_config *config, size_t begin,
	const struct err *failure, struct err *err)
{
	bool is_wrong = strncmp(pg_link_state(link), "42", 2) == 0 ||
			strncmp(pg_link_state(link), "0A", 2) == 0;

	/* Bound without one. */
	if (strcmp(pg_link_state(link), "08P01") == 0) {
		err_set(err, ERR_USAGE, "%s", LAYOUT_HAS_PARAMETER);
		return layout_blame_query(config, SPAN_NONE, err);
	}
	if (pg_link_trouble(link) != PG_TROUBLE_STATEMENT)
		return err_set(err, failure->kind, "%s", failure->text);
	err_set(err, is_wrong && failure->kind == ERR_FAILED ? ERR_USAGE : failure->kind,
		"%s", failure->text);
	return layout_blame_query(config,
		part_before(layout_wanted_query(config), pg_link_position(link), begin),
		err);
}

static int
describe(struct headings *headings, struct pg_link *link,
	const struct store_config *config, int64_t timeout, struct err *err)
{
	struct err failure = { 0 };
	struct str sql = { 0 };
	size_t begin = layout_add_whole_query(&sql, layout_wanted_query(config));
	struct pg_query query = { .columns = take_columns, .arg = headings };
	int status;

	str_add(&sql, " LIMIT 0");
	query.sql = str_text(&sql);
	status = pg_read(link, PG_OTHERS, &query, 1, timeout, &failure);
	str_free(&sql);
	return status == 0 ? 0 : blame(link, config, begin, &failure, err);
}

struct types {
	struct pg_table *table;
	const struct headings *headings;
};

static void
take_type(void *arg, const struct span *cells, int count)
{
	const struct types *types = arg;
	const struct headings *headings = types->headings;
	struct pg_table *table = types->table;
	char digits[24];

	(void)count;
	for (int role = 0; role < LAYOUT_ROLES; role++)
		for (int i = 0; i < headings->count; i++) {
			if (table->layout.columns[role] == NULL ||
				strcmp(headings->names[i], table->layout.columns[role]) !=
					0)
				continue;
			snprintf(digits, sizeof(digits), "%u", headings->types[i]);
			if (!span_is(cells[0], digits))
				continue;
			pg_column_set_type(&table->columns[role],
				arena_span(table->arena, cells[1]).at);
			table->columns[role].spelled =
				arena_span(table->arena, cells[2]).at;
		}
}

static int
read_types(struct pg_table *table, const struct headings *headings, struct pg_link *link,
	int64_t timeout, struct err *err)
{
	struct types types = { table, headings };
	struct str list = { 0 };
	struct span parameter;
	const struct pg_query query = { .sql = "SELECT oid, typname, "
					       "pg_catalog.format_type(oid, NULL) FROM "
					       "pg_catalog.pg_type "
					       "WHERE oid = ANY ($1::pg_catalog.oid[])",
		.parameters = &parameter,
		.count = 1,
		.row = take_type,
		.arg = &types };
	int status;

	str_add_char(&list, '{');
	for (int i = 0; i < headings->count; i++)
		str_addf(&list, "%s%u", i > 0 ? "," : "", headings->types[i]);
	str_add_char(&list, '}');
	parameter = str_span(&list);
	status = pg_read(link, PG_OURS, &query, 1, timeout, err);
	str_free(&list);
	return status;
}

int
pg_query_find(struct pg_table *table, struct pg_link *link,
	const struct store_config *config, int64_t timeout, struct err *err)
{
	struct headings headings = { .arena = arena_new() };
	int status = describe(&headings, link, config, timeout, err);

	table->kind = "query";
	table->order = PG_AT_ONCE;
	if (status == 0)
		status = layout_choose_query(&table->layout, table->arena, config,
			headings.names, (size_t)headings.count, err);
	if (status == 0)
		status = read_types(table, &headings, link, timeout, err);
	if (status == 0)
		status = pg_statements_find(table, link, config, timeout, err);
	arena_free(headings.arena);
	return status;
}
