/* SPDX-License-Identifier: MIT */
#include "store/postgresql/foretell.h"

#include <stdlib.h>
#include <string.h>

#include "store/postgresql/words.h"

/* The columns of $1, the table, without those that are computed, and how many. */
static const char names_sql[] =
	"SELECT attname, pg_catalog.count(*) OVER () FROM pg_catalog.pg_attribute "
	"WHERE attrelid = $1::pg_catalog.oid AND attnum > 0 AND NOT attisdropped "
	"AND attgenerated = '' ORDER BY attnum";

/* The statement that answers with the name of a constraint that a row would violate: $1
 * is the table, and the parameters of the statement are those columns. None where nothing
 * could refuse a row. A constraint over a computed column is left out, for that has no
 * value yet; a whole row has number 0. All columns are answered, too: a domain looks only
 * at what is used. */
static const char statement_sql[] =
	"SELECT 'SELECT ' || coalesce('CASE ' || c.tests || ' END', 'NULL') || "
	"', ' || pg_catalog.quote_ident(t.relname) || '.* FROM (SELECT ' || a.cells || "
	"') AS ' || pg_catalog.quote_ident(t.relname) "
	"FROM pg_catalog.pg_class t, LATERAL (SELECT pg_catalog.string_agg("
	"'$' || n || '::' || pg_catalog.format_type(atttypid, atttypmod) || ' AS ' || "
	"pg_catalog.quote_ident(attname), ', ' ORDER BY n) AS cells, "
	"pg_catalog.bool_or(typtype IN ('d', 'e')) AS may_refuse FROM (SELECT "
	"pg_catalog.row_number() OVER (ORDER BY attnum) AS n, attname, atttypid, "
	"atttypmod, typtype FROM pg_catalog.pg_attribute "
	"JOIN pg_catalog.pg_type y ON y.oid = atttypid "
	"WHERE attrelid = t.oid AND attnum > 0 AND NOT attisdropped "
	"AND attgenerated = '') l) a, LATERAL (SELECT pg_catalog.string_agg('WHEN (' || "
	"pg_catalog.pg_get_expr(conbin, conrelid) || ') IS FALSE THEN ' || "
	"pg_catalog.quote_literal(conname), ' ' ORDER BY conname) AS tests "
	"FROM pg_catalog.pg_constraint k WHERE conrelid = t.oid AND contype = 'c' "
	"AND NOT EXISTS (SELECT FROM pg_catalog.pg_attribute g WHERE g.attrelid = t.oid "
	"AND g.attgenerated <> '' AND (g.attnum = ANY (conkey) OR 0 = ANY (conkey)))) c "
	"WHERE t.oid = $1::pg_catalog.oid AND (c.tests IS NOT NULL OR a.may_refuse)";

static void
take_statement(void *arg, const struct span *cells, int count)
{
	struct pg_store *pg = arg;

	(void)count;
	pg->foretelling = arena_span(pg->table->arena, cells[0]).at;
}

static void
take_name(void *arg, const struct span *cells, int count)
{
	struct pg_store *pg = arg;
	struct arena *arena = pg->table->arena;
	struct pg_names *names = &pg->foretelling_names;

	(void)count;
	if (names->list == NULL)
		names->list = arena_alloc(
			arena, strtoull(cells[1].at, NULL, 10), sizeof(*names->list));
	names->list[names->count++] = arena_span(arena, cells[0]);
}

/* The first look of a connection. */
static int
prepare(struct pg_store *pg)
{
	const struct span oid = span_of(pg->table->oid);
	const struct pg_query queries[] = {
		{ .sql = names_sql,
			.parameters = &oid,
			.count = 1,
			.row = take_name,
			.arg = pg },
		{ .sql = statement_sql,
			.parameters = &oid,
			.count = 1,
			.row = take_statement,
			.arg = pg },
	};

	if (pg->can_foretell)
		return 0;
	pg->foretelling_names = (struct pg_names){ 0 };
	if (pg_read(pg->link, PG_OURS, queries, 2, pg_store_time_left(pg), NULL) != 0)
		return pg_store_failed(pg);
	pg->can_foretell = true;
	return 0;
}

/* An image of the journal may be of another time of the table. */
static bool
has_its_columns(const struct pg_store *pg, const struct pg_image *wanted)
{
	const struct pg_names *names = &pg->foretelling_names;

	if (wanted->count != names->count)
		return false;
	for (size_t i = 0; i < names->count; i++)
		if (!span_equal(wanted->cells[i].name, names->list[i]))
			return false;
	return true;
}

static bool
is_column(const struct pg_store *pg, struct span name)
{
	const struct pg_names *names = &pg->foretelling_names;

	for (size_t i = 0; i < names->count; i++)
		if (span_equal(names->list[i], name))
			return true;
	return false;
}

/* What a column held that was dropped or renamed since has no place. A table without any
 * was itself dropped meanwhile: that says whoever writes. */
static int
check_columns(const struct pg_store *pg, const struct pg_image *wanted, struct err *err)
{
	for (size_t i = 0; pg->foretelling_names.count > 0 && i < wanted->count; i++) {
		struct span name = wanted->cells[i].name;

		if (!is_column(pg, name))
			return err_set(err, ERR_REFUSED,
				"table %s has no column %.*s any more, which the row had "
				"then; nothing was written; give the table that column "
				"again, or write the old value by hand",
				pg->table->layout.table, (int)name.len, name.at);
	}
	return 0;
}

struct answer {
	struct arena *arena;
	struct span violated;
};

static void
take_answer(void *arg, const struct span *cells, int count)
{
	struct answer *answer = arg;

	(void)count;
	answer->violated = arena_span(answer->arena, cells[0]);
}

/* Only what the server has against the texts themselves would be said again. */
static int
judge_failure(struct pg_store *pg, const struct err *failure, struct err *err)
{
	const char *state = pg_link_state(pg->link), *next;
	enum err_kind kind;

	if (strncmp(state, "22", 2) != 0 && strncmp(state, "23", 2) != 0) {
		pg_store_failed(pg);
		return 0;
	}
	next = pg_refusal_of(state, &kind);
	return err_set(err, kind, "%s: %s; nothing was written; %s",
		pg_link_place(pg->link), failure->text, next);
}

static int
judge(const struct pg_store *pg, struct span violated, struct err *err)
{
	enum err_kind kind = ERR_REFUSED;
	const char *next = pg_refusal_of("23514", &kind);

	if (violated.at == NULL)
		return 0;
	return err_set(err, kind,
		"%s: new row for relation \"%s\" violates check constraint \"%.*s\"; "
		"nothing was written; %s",
		pg_link_place(pg->link), pg->table->name, (int)violated.len, violated.at,
		next);
}

int
pg_foretell(struct pg_store *pg, const struct pg_image *wanted, struct err *err)
{
	struct answer answer = { .arena = arena_new() };
	struct span *parameters =
		arena_alloc(answer.arena, wanted->count + 1, sizeof(*parameters));
	struct pg_query query = { .parameters = parameters,
		.count = wanted->count,
		.row = take_answer,
		.arg = &answer };
	struct err failure = { 0 };
	int status = 0;

	if (prepare(pg) != 0)
		goto out;
	status = check_columns(pg, wanted, err);
	if (pg->foretelling == NULL || !has_its_columns(pg, wanted))
		goto out;
	for (size_t i = 0; i < wanted->count; i++)
		parameters[i] = wanted->cells[i].text;
	query.sql = pg->foretelling;
	if (pg_read(pg->link, PG_OURS, &query, 1, pg_store_time_left(pg), &failure) != 0)
		status = judge_failure(pg, &failure, err);
	else
		status = judge(pg, answer.violated, err);
out:
	arena_free(answer.arena);
	return status;
}
