/* SPDX-License-Identifier: MIT
 *
 * The store audit: whether there is one, and its rows as they are written. */
#include "store/postgresql/audit.h"

#include "store/audit_row.h"
#include "store/postgresql/audit_tables.h"
#include "store/postgresql/counts.h"

/* --- what is there --- */

/* $1: the schema, $2: the table, $3: the columns by which ours is known, $4: those of
 * them that are written. */
const char pg_audit_find_sql[] =
	"SELECT c.oid, c.relkind IN ('r', 'p') AND (SELECT count(*) "
	"FROM pg_catalog.pg_attribute a WHERE a.attrelid = c.oid AND a.attnum > 0 "
	"AND NOT a.attisdropped AND a.attname::text = ANY ($3::text[])) = "
	"pg_catalog.cardinality($3::text[]), "
	"pg_catalog.has_table_privilege(c.oid, 'SELECT'), NOT EXISTS (SELECT "
	"FROM pg_catalog.pg_attribute a WHERE a.attrelid = c.oid AND a.attnum > 0 "
	"AND a.attname::text = ANY ($4::text[]) "
	"AND NOT pg_catalog.has_column_privilege(c.oid, a.attnum, 'INSERT')) "
	"FROM pg_catalog.pg_class c "
	"JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace "
	"WHERE n.nspname = $1 AND c.relname = $2";

static void
take_look(void *arg, const struct span *cells, int count)
{
	struct pg_audit_asked *asked = arg;

	(void)count;
	asked->audit = (struct pg_audit){
		.exists = span_is(cells[1], "t"),
		.is_foreign = !span_is(cells[1], "t"),
		.may_add = span_is(cells[2], "t") && span_is(cells[3], "t"),
		.oid = arena_span(asked->arena, cells[0]),
	};
}

struct pg_query
pg_audit_ask(struct pg_audit_asked *out, const struct pg_store *pg, struct arena *arena)
{
	*out = (struct pg_audit_asked){ .arena = arena,
		.parameters = { span_of(pg->table->schema), span_of(pg_audit_table.name),
			span_of(pg_audit_table.columns),
			SPAN("{" PG_AUDIT_WRITTEN "}") } };
	return (struct pg_query){ .sql = pg_audit_find_sql,
		.parameters = out->parameters,
		.count = 4,
		.row = take_look,
		.arg = out };
}

int
pg_audit_look(struct pg_audit *out, const struct pg_store *pg, struct arena *arena,
	struct err *err)
{
	struct pg_audit_asked asked;
	struct pg_query query = pg_audit_ask(&asked, pg, arena);
	struct pg_answer *answer;

	if (pg_run(pg->link, &answer, query.sql, query.parameters, query.count, err) != 0)
		return -1;
	pg_answer_deliver(answer, query.row, query.arg);
	pg_answer_free(answer);
	*out = asked.audit;
	return 0;
}

int
pg_audit_check(const struct pg_store *pg, const struct pg_audit *audit, struct err *err)
{
	return audit->is_foreign
		       ? pg_audit_refuse(pg, &pg_audit_table, AUDIT_FOREIGN_UNDONE, err)
		       : 0;
}

/* --- its rows --- */

#define WRITTEN_COLUMNS 14

/* In the order of PG_AUDIT_WRITTEN. */
static void
fill_parameters(struct span parameters[WRITTEN_COLUMNS], const struct pg_store *pg,
	const struct audit_row *row, struct span at)
{
	const struct operation *operation = &row->operation;
	const struct span texts[] = { span_of(pg->table->name), operation->id, at,
		operation->who, operation->action, row->key.job, row->key.partition,
		row->old_value, row->new_value, operation->reason, operation->anchor,
		operation->undo_of, row->existed ? SPAN("t") : SPAN("f"),
		row->exists ? SPAN("t") : SPAN("f") };

	for (int i = 0; i < WRITTEN_COLUMNS; i++)
		parameters[i] = texts[i];
}

/* The columns of a statement that is given parameters, each cast to its type. */
static const char *const casts[WRITTEN_COLUMNS] = { "text", "text", "timestamptz", "text",
	"text", "text", "text", "text", "text", "text", "text", "text", "bool", "bool" };

static const char *const written[WRITTEN_COLUMNS] = { "of_table", "op", "at", "who",
	"action", "job", "\"partition\"", "old_value", "new_value", "reason", "anchor",
	"undo_of", "existed", "\"exists\"" };

/* Inserts it, and reads it back by its number: a trigger can do anything with a row
 * without a word. */
static int
add_row(const struct pg_store *pg, const struct audit_row *row, struct err *err)
{
	struct span parameters[WRITTEN_COLUMNS + 1];
	struct str insert = { 0 }, values = { 0 }, same = { 0 }, at = { 0 };
	struct pg_answer *answer = NULL, *back = NULL;
	int status = -1;

	time_add_rfc3339(&at, row->operation.at);
	fill_parameters(parameters, pg, row, str_span(&at));
	str_add(&insert, "INSERT INTO ");
	pg_audit_add_name(&insert, pg, &pg_audit_table);
	str_add(&same, "SELECT 1 FROM ");
	pg_audit_add_name(&same, pg, &pg_audit_table);
	str_addf(&same, " WHERE seq OPERATOR(pg_catalog.=) $%d::pg_catalog.int8",
		WRITTEN_COLUMNS + 1);
	for (int i = 0; i < WRITTEN_COLUMNS; i++) {
		str_addf(&insert, "%s%s", i > 0 ? ", " : " (", written[i]);
		str_addf(&values, "%s$%d::pg_catalog.%s", i > 0 ? ", " : "", i + 1,
			casts[i]);
		str_addf(&same,
			" AND %s::pg_catalog.text COLLATE pg_catalog.\"C\" IS NOT "
			"DISTINCT FROM $%d::pg_catalog.%s::pg_catalog.text",
			written[i], i + 1, casts[i]);
	}
	str_addf(&insert, ") VALUES (%s) RETURNING seq", str_text(&values));
	if (pg_run(pg->link, &answer, str_text(&insert), parameters, WRITTEN_COLUMNS,
		    err) != 0)
		goto out;
	if (pg_answer_rows(answer) != 1) {
		audit_row_altered(err);
		goto out;
	}
	parameters[WRITTEN_COLUMNS] = pg_answer_cell(answer, 0, 0);
	if (pg_run(pg->link, &back, str_text(&same), parameters, WRITTEN_COLUMNS + 1,
		    err) != 0)
		goto out;
	status = pg_answer_rows(back) == 1 ? 0 : audit_row_altered(err);
out:
	pg_answer_free(answer);
	pg_answer_free(back);
	str_free(&insert);
	str_free(&values);
	str_free(&same);
	str_free(&at);
	return status;
}

int
pg_audit_add(const struct pg_transaction *transaction, const struct pg_audit *audit,
	const struct audit_row *rows, size_t count, struct err *err)
{
	const struct pg_store *pg = transaction->pg;
	const struct pg_counts expected = { .inserted = (int64_t)count };
	struct pg_counts before, after;

	if (pg_counts_read(&before, pg, audit->oid, PG_ROWS, err) != 0)
		return -1;
	for (size_t i = 0; i < count; i++)
		if (add_row(pg, &rows[i], err) != 0)
			return -1;
	/* What was written first may have been changed by what was written last. */
	if (pg_counts_read(&after, pg, audit->oid, PG_ROWS, err) != 0)
		return -1;
	return pg_counts_exceed(&after, &before, &expected) ? audit_row_altered(err) : 0;
}

int
pg_audit_has(const struct pg_store *pg, struct span operation, bool *out, struct err *err)
{
	const struct span parameters[] = { operation, span_of(pg->table->name) };
	struct pg_answer *answer;
	struct str sql = { 0 };
	int status;

	*out = false;
	str_add(&sql, "SELECT 1 FROM ");
	pg_audit_add_name(&sql, pg, &pg_audit_table);
	str_add(&sql, " WHERE op = $1 AND of_table = $2 LIMIT 1");
	status = pg_run(pg->link, &answer, str_text(&sql), parameters, 2, err);
	str_free(&sql);
	if (status != 0)
		return -1;
	*out = pg_answer_rows(answer) > 0;
	pg_answer_free(answer);
	return 0;
}

int
pg_audit_since(const struct pg_store *pg, int64_t *out, struct err *err)
{
	struct pg_answer *answer;
	struct stamp made, now;
	struct str sql = { 0 };
	int status;

	*out = TIME_NONE;
	str_add(&sql, "SELECT at, pg_catalog.clock_timestamp() FROM ");
	pg_audit_add_name(&sql, pg, &pg_identity_table);
	str_add(&sql, " ORDER BY at LIMIT 1");
	status = pg_run(pg->link, &answer, str_text(&sql), NULL, 0, err);
	str_free(&sql);
	if (status != 0)
		return -1;
	if (pg_answer_rows(answer) == 1 &&
		stamp_parse(&made, pg_answer_cell(answer, 0, 0)) &&
		stamp_parse(&now, pg_answer_cell(answer, 0, 1)))
		*out = made.at - now.at + clock_now();
	pg_answer_free(answer);
	return 0;
}
