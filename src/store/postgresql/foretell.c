/* SPDX-License-Identifier: MIT */
#include "store/postgresql/foretell.h"

#include <string.h>

#include "store/postgresql/words.h"

/* The statement that answers with the name of a constraint that a row would violate: $1
 * is the table, and the parameters of the statement are its columns, without those that
 * are computed. NULL where nothing could refuse a row. A constraint over a computed
 * column is left out, for that has no value yet; a whole row has number 0. All columns
 * are answered, too: a domain looks only at what is used. */
static const char statement_sql[] =
	"SELECT 'SELECT ' || coalesce('CASE ' || c.tests || ' END', 'NULL') || "
	"', ' || pg_catalog.quote_ident(t.relname) || '.* FROM (SELECT ' || a.cells || "
	"') AS ' || pg_catalog.quote_ident(t.relname), a.names "
	"FROM pg_catalog.pg_class t, LATERAL (SELECT pg_catalog.string_agg("
	"'$' || n || '::' || pg_catalog.format_type(atttypid, atttypmod) || ' AS ' || "
	"pg_catalog.quote_ident(attname), ', ' ORDER BY n) AS cells, "
	"pg_catalog.string_agg(attname::pg_catalog.text, ' ' ORDER BY n) AS names, "
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
	pg->foretelling_names = arena_span(pg->table->arena, cells[1]);
}

/* The first look of a connection. */
static int
prepare(struct pg_store *pg)
{
	const struct span oid = span_of(pg->table->oid);
	const struct pg_query query = { .sql = statement_sql,
		.parameters = &oid,
		.count = 1,
		.row = take_statement,
		.arg = pg };

	if (pg->can_foretell)
		return 0;
	if (pg_read(pg->link, PG_OURS, &query, 1, pg_store_time_left(pg), NULL) != 0)
		return pg_store_failed(pg);
	pg->can_foretell = true;
	return 0;
}

/* An image of the journal may be of another time of the table. */
static bool
has_its_columns(const struct pg_store *pg, const struct pg_image *wanted)
{
	struct str names = { 0 };
	bool has;

	for (size_t i = 0; i < wanted->count; i++) {
		str_add(&names, i > 0 ? " " : "");
		str_add_span(&names, wanted->cells[i].name);
	}
	has = span_equal(str_span(&names), pg->foretelling_names);
	str_free(&names);
	return has;
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

	if (prepare(pg) != 0 || pg->foretelling == NULL || !has_its_columns(pg, wanted))
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
