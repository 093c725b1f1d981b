/* SPDX-License-Identifier: MIT
 *
 * The store audit: made, read, and what identifies a store. */
#include "store/postgresql/audit_tables.h"

#include <stdio.h>
#include <stdlib.h>

#include "base/mem.h"
#include "base/utf8.h"
#include "store/audit_row.h"
#include "store/number_text.h"
#include "store/postgresql/audit.h"
#include "store/postgresql/statement.h"

/* Rows that are read in one statement. */
#define CHUNK_ROWS 500

const struct pg_own_table pg_audit_table = { "ckptop_audit",
	"{seq," PG_AUDIT_WRITTEN "}" };
const struct pg_own_table pg_identity_table = { "ckptop_store", "{id,at}" };

void
pg_audit_add_name(
	struct str *out, const struct pg_store *pg, const struct pg_own_table *table)
{
	layout_add_name(out, pg->table->schema);
	str_add_char(out, '.');
	str_add(out, table->name);
}

int
pg_audit_refuse(const struct pg_store *pg, const struct pg_own_table *table,
	const char *undone, struct err *err)
{
	struct str where = { 0 };

	str_addf(&where, "schema %s of %s", pg->table->schema, pg_link_place(pg->link));
	audit_table_foreign(table->name, str_text(&where), undone, err);
	str_free(&where);
	return -1;
}

/* --- making it --- */

/* What makes a store audit; %s stands for the schema. Who wrote a row and when is said by
 * the server as well, and those who may only insert what we do cannot say it otherwise.
 */
static const char *const statements[] = {
	"CREATE TABLE IF NOT EXISTS %s.ckptop_audit (seq bigint GENERATED ALWAYS AS "
	"IDENTITY PRIMARY KEY, of_table text NOT NULL, op text NOT NULL, "
	"at timestamptz NOT NULL, who text, action text NOT NULL, job text NOT NULL, "
	"\"partition\" text NOT NULL, old_value text, new_value text, "
	"existed boolean NOT NULL, \"exists\" boolean NOT NULL, reason text, "
	"anchor text, undo_of text, role text NOT NULL DEFAULT session_user, "
	"written_at timestamptz NOT NULL DEFAULT pg_catalog.clock_timestamp())",
	"CREATE INDEX IF NOT EXISTS ckptop_audit_op ON %s.ckptop_audit (op)",
	"CREATE TABLE IF NOT EXISTS %s.ckptop_store (id text NOT NULL, "
	"at timestamptz NOT NULL)",
	"INSERT INTO %s.ckptop_store (id, at) SELECT "
	"pg_catalog.gen_random_uuid()::text, pg_catalog.clock_timestamp() "
	"WHERE NOT EXISTS (SELECT FROM %s.ckptop_store)",
};

#define SCRIPT (sizeof(statements) / sizeof(*statements))

/* Appends a statement with the schema in its places. */
static void
add_statement(struct str *out, const char *statement, const char *schema)
{
	for (const char *at = statement; *at != '\0'; at++) {
		if (at[0] != '%' || at[1] != 's') {
			str_add_char(out, *at);
			continue;
		}
		layout_add_name(out, schema);
		at++;
	}
}

/* Counts what is there; refuses where another's table has the name of one of ours. */
static int
count_tables(const struct pg_store *pg, int *count, struct err *err)
{
	static const struct pg_own_table *const tables[] = { &pg_audit_table,
		&pg_identity_table };

	*count = 0;
	for (size_t i = 0; i < sizeof(tables) / sizeof(*tables); i++) {
		const struct span parameters[] = { span_of(pg->table->schema),
			span_of(tables[i]->name), span_of(tables[i]->columns),
			SPAN("{}") };
		struct pg_answer *answer;
		bool is_there, is_ours;

		if (pg_run(pg->link, &answer, pg_audit_find_sql, parameters, 4, err) != 0)
			return -1;
		is_there = pg_answer_rows(answer) > 0;
		is_ours = is_there && span_is(pg_answer_cell(answer, 0, 1), "t");
		pg_answer_free(answer);
		if (is_there && !is_ours)
			return pg_audit_refuse(pg, tables[i], "no audit was made", err);
		*count += is_ours;
	}
	return 0;
}

static int
run_statements(const struct pg_store *pg, struct err *err)
{
	for (size_t i = 0; i < SCRIPT; i++) {
		struct str sql = { 0 };
		int status;

		add_statement(&sql, statements[i], pg->table->schema);
		status = pg_run(pg->link, NULL, str_text(&sql), NULL, 0, err);
		str_free(&sql);
		if (status != 0)
			return -1;
	}
	return 0;
}

static int
make_tables(struct pg_store *pg, struct arena *arena, bool *made, struct err *err)
{
	struct pg_transaction transaction;
	struct str name = { 0 };
	int tables = 0, status = -1;

	/* Of two who make it one waits for the other. */
	str_addf(&name, "ckptop_audit in %s", pg->table->schema);
	if (pg_transaction_begin(&transaction, pg, arena, err) == 0 &&
		pg_transaction_claim(pg, str_span(&name), err) == 0 &&
		count_tables(pg, &tables, err) == 0)
		status = tables == 2 ? 0 : run_statements(pg, err);
	str_free(&name);
	if (status != 0 || pg_transaction_commit(pg, err) != CHANGE_DONE)
		return -1;
	*made = tables < 2;
	return 0;
}

int
pg_store_audit_create(struct store *store, bool *made, struct err *err)
{
	struct pg_store *pg = (struct pg_store *)store;
	struct arena *arena;
	struct err failure = { 0 };
	int status;

	if (pg_store_connect(pg, err) != 0)
		return -1;
	arena = arena_new();
	status = make_tables(pg, arena, made, &failure);
	if (status == 0)
		store->capabilities |= STORE_HAS_AUDIT;
	else if (failure.kind == ERR_REFUSED)
		err_set(err, ERR_REFUSED, "%s", failure.text);
	else
		err_set(err, failure.kind, "%s: %s", pg_link_place(pg->link),
			failure.text);
	pg_transaction_end(pg);
	arena_free(arena);
	return status;
}

/* The table that rights are needed on. Of what a function reads and writes nobody knows.
 */
static void
add_changed_table(struct str *out, const struct pg_table *table)
{
	if (table->statements == NULL) {
		pg_table_add_name(out, table);
	} else if (pg_statements_call(table)) {
		str_add(out, "TABLES_OF_THE_QUERY");
	} else {
		layout_add_name(out, table->schema);
		str_add_char(out, '.');
		layout_add_name(out, table->name);
	}
}

int
pg_store_audit_add_script(struct store *store, struct str *out, struct err *err)
{
	struct pg_store *pg = (struct pg_store *)store;
	struct str table = { 0 }, schema = { 0 };

	if (pg_store_connect(pg, err) != 0)
		return -1;
	add_changed_table(&table, pg->table);
	layout_add_name(&schema, pg->table->schema);
	str_add(out, "-- The store audit of ckptop. To be run as a role that may make "
		     "tables in schema ");
	safe_text(out, str_span(&schema));
	str_add(out, "\n-- of ");
	safe_text(out, span_of(pg_link_place(pg->link)));
	str_add(out, "\n");
	for (size_t i = 0; i < SCRIPT; i++) {
		add_statement(out, statements[i], pg->table->schema);
		str_add(out, ";\n");
	}
	str_addf(out,
		"-- For each role that resets, in place of OPERATOR (INSERT on the table "
		"is for the undo\n-- of a delete):\n"
		"-- GRANT USAGE ON SCHEMA %s TO OPERATOR;\n"
		"-- GRANT SELECT, INSERT, UPDATE, DELETE ON %s TO OPERATOR;\n"
		"-- GRANT SELECT ON %s.ckptop_audit, %s.ckptop_store TO OPERATOR;\n"
		"-- GRANT INSERT (of_table, op, at, who, action, job, \"partition\", "
		"old_value, new_value,\n"
		"--   existed, \"exists\", reason, anchor, undo_of) ON %s.ckptop_audit "
		"TO OPERATOR;\n"
		"-- For each role that only looks, in place of VIEWER:\n"
		"-- GRANT USAGE ON SCHEMA %s TO VIEWER;\n"
		"-- GRANT SELECT ON %s, %s.ckptop_audit, %s.ckptop_store TO VIEWER;\n",
		str_text(&schema), str_text(&table), str_text(&schema), str_text(&schema),
		str_text(&schema), str_text(&schema), str_text(&table), str_text(&schema),
		str_text(&schema));
	str_free(&table);
	str_free(&schema);
	return 0;
}

/* --- reading it --- */

struct audit_reader {
	struct arena *arena;
	struct audit_row *rows; /* of a chunk */
	size_t count;
	struct span last; /* its last number */
};

static void
take_audit_row(void *arg, const struct span *cells, int count)
{
	struct audit_reader *reader = arg;
	struct audit_row *row = &reader->rows[reader->count++];
	struct span texts[AUDIT_ROW_TEXTS];

	(void)count;
	for (int i = 0; i < AUDIT_ROW_TEXTS; i++)
		texts[i] = arena_span(reader->arena, cells[i + 3]);
	reader->last = arena_span(reader->arena, cells[0]);
	audit_row_take(row, texts);
	row->existed = span_is(cells[1], "t");
	row->exists = span_is(cells[2], "t");
}

static int
read_chunk(struct audit_reader *reader, struct pg_store *pg, const char *last,
	struct err *err)
{
	const struct span parameters[] = { span_of(pg->table->name), span_of(last) };
	struct pg_query query = {
		.parameters = parameters, .count = 2, .row = take_audit_row, .arg = reader
	};
	struct str sql = { 0 };
	int status;

	str_add(&sql, "SELECT seq, existed, \"exists\", " AUDIT_ROW_COLUMNS " FROM ");
	pg_audit_add_name(&sql, pg, &pg_audit_table);
	str_addf(&sql,
		" WHERE of_table = $1 AND seq > $2::pg_catalog.int8 ORDER BY seq "
		"LIMIT %d",
		CHUNK_ROWS);
	query.sql = str_text(&sql);
	reader->count = 0;
	status = pg_store_read(pg, PG_OURS, &query, 1, err);
	str_free(&sql);
	return status;
}

static int
read_audit(struct audit_reader *reader, struct pg_store *pg, store_audit_fn *row,
	void *arg, struct err *err)
{
	char last[24] = "-9223372036854775808";
	int status;

	do {
		reader->arena = arena_new();
		status = read_chunk(reader, pg, last, err);
		for (size_t i = 0; status == 0 && i < reader->count; i++)
			row(arg, &reader->rows[i]);
		if (status == 0 && reader->count > 0)
			snprintf(last, sizeof(last), "%.*s", (int)reader->last.len,
				reader->last.at);
		arena_free(reader->arena);
		if (status != 0 || store_must_stop(&pg->store, err))
			return -1;
		store_extend(&pg->store);
	} while (reader->count == CHUNK_ROWS);
	return 0;
}

/* Whether there is one is asked anew: somebody may have made it meanwhile. */
static int
look_for_audit(struct pg_store *pg, bool *exists, struct err *err)
{
	struct arena *arena = arena_new();
	struct pg_audit_asked asked;
	struct pg_query query = pg_audit_ask(&asked, pg, arena);
	int status = pg_store_read(pg, PG_OURS, &query, 1, err);

	*exists = status == 0 && asked.audit.exists;
	arena_free(arena);
	return status;
}

int
pg_store_audit_read(struct store *store, store_audit_fn *row, void *arg, struct err *err)
{
	struct pg_store *pg = (struct pg_store *)store;
	struct audit_reader reader = { 0 };
	bool exists = false;
	int status;

	if (pg_store_connect(pg, err) != 0 || look_for_audit(pg, &exists, err) != 0)
		return -1;
	if (!exists)
		return 0;
	reader.rows = mem_new(CHUNK_ROWS, sizeof(*reader.rows));
	status = read_audit(&reader, pg, row, arg, err);
	free(reader.rows);
	return status;
}

struct gap_reader {
	store_gap_fn *gap;
	void *arg;
};

static void
take_gap(void *arg, const struct span *cells, int count)
{
	const struct gap_reader *reader = arg;
	struct audit_gap gap = { 0 };

	(void)count;
	if (number_read_integer(&gap.first, cells[0]) &&
		number_read_integer(&gap.last, cells[1]))
		reader->gap(reader->arg, &gap);
}

/* A number that was taken is never given again: not where the row was rolled back, nor
 * where the server crashed, which takes some before they are needed. */
int
pg_store_audit_gaps(struct store *store, store_gap_fn *gap, void *arg, struct err *err)
{
	struct pg_store *pg = (struct pg_store *)store;
	struct gap_reader reader = { gap, arg };
	struct pg_query query = { .row = take_gap, .arg = &reader };
	struct str sql = { 0 };
	bool exists = false;
	int status = 0;

	if (pg_store_connect(pg, err) != 0 || look_for_audit(pg, &exists, err) != 0)
		return -1;
	str_add(&sql, "SELECT before + 1, seq - 1 FROM (SELECT seq, "
		      "pg_catalog.lag(seq, 1, 0::pg_catalog.int8) OVER (ORDER BY seq) "
		      "AS before FROM ");
	pg_audit_add_name(&sql, pg, &pg_audit_table);
	str_addf(&sql, ") AS numbered WHERE seq > before + 1 ORDER BY seq LIMIT %d",
		STORE_GAPS_MOST);
	query.sql = str_text(&sql);
	if (exists)
		status = pg_store_read(pg, PG_OURS, &query, 1, err);
	str_free(&sql);
	return status;
}

/* --- identity --- */

struct identity {
	struct str *lasting, *present;
	bool may_read;
};

static void
take_present(void *arg, const struct span *cells, int count)
{
	struct identity *identity = arg;

	(void)count;
	str_add_span(identity->present, cells[0]);
}

static void
take_lasting(void *arg, const struct span *cells, int count)
{
	struct identity *identity = arg;

	(void)count;
	str_add_span(identity->lasting, cells[0]);
}

static void
take_may_read(void *arg, const struct span *cells, int count)
{
	struct identity *identity = arg;

	(void)count;
	identity->may_read = span_is(cells[1], "t") && span_is(cells[2], "t");
}

/* Of this cluster of databases, this database, this table. */
static const char present_sql[] =
	"SELECT s.system_identifier || ':' || d.oid || ':' || $1 "
	"FROM pg_catalog.pg_control_system() s, pg_catalog.pg_database d "
	"WHERE d.datname = pg_catalog.current_database()";

static int
read_lasting(struct pg_store *pg, struct identity *identity, struct err *err)
{
	struct pg_query query = { .row = take_lasting, .arg = identity };
	struct str sql = { 0 };
	int status;

	str_add(&sql, "SELECT id FROM ");
	pg_audit_add_name(&sql, pg, &pg_identity_table);
	str_add(&sql, " ORDER BY at LIMIT 1");
	query.sql = str_text(&sql);
	status = pg_store_read(pg, PG_OURS, &query, 1, err);
	str_free(&sql);
	return status;
}

int
pg_store_identify(
	struct store *store, struct str *lasting, struct str *present, struct err *err)
{
	struct pg_store *pg = (struct pg_store *)store;
	struct identity identity = { .lasting = lasting, .present = present };
	struct span oid, find[4];
	struct pg_query queries[] = { { .sql = present_sql,
					      .parameters = &oid,
					      .count = 1,
					      .row = take_present,
					      .arg = &identity },
		{ .sql = pg_audit_find_sql,
			.parameters = find,
			.count = 4,
			.row = take_may_read,
			.arg = &identity } };

	if (pg_store_connect(pg, err) != 0)
		return -1;
	oid = span_of(pg->table->oid);
	find[0] = span_of(pg->table->schema);
	find[1] = span_of(pg_identity_table.name);
	find[2] = span_of(pg_identity_table.columns);
	find[3] = SPAN("{}");
	if (pg_store_read(pg, PG_OURS, queries, 2, err) != 0 ||
		(identity.may_read && read_lasting(pg, &identity, err) != 0))
		return -1;
	if (lasting->len > 0)
		str_addf(lasting, " %s.%s", pg->table->schema, pg->table->name);
	str_addf(present, " %s.%s", pg->table->schema, pg->table->name);
	return 0;
}
