/* SPDX-License-Identifier: MIT */
#include "store/sqlite/statement.h"

#include <string.h>
#include <strings.h>

#include "store/edits.h"

/* --- preparing --- */

/* What SQLite has against a statement is told as a mistake in the settings. */
static int
blame(const struct store_config *config, enum statement_kind kind,
	const struct err *failure, struct err *err)
{
	const char *key = statement_key(kind);

	if (failure->kind != ERR_USAGE)
		return err_set(err, failure->kind, "%s", failure->text);
	err_set(err, ERR_USAGE, "%s: %s; nothing was written; correct %s", key,
		failure->text, key);
	return store_blame(config, key, err);
}

/* SQLite takes ?, @x and $x for parameters too. */
static bool
has_strangers(const struct sqlite_query *query)
{
	int known = 0;

	for (int i = 0; i < STATEMENT_PARAMETERS; i++)
		known += sqlite_query_parameter(query,
				 statement_parameter_name((enum statement_parameter)i)) >
			 0;
	return sqlite_query_parameters(query) != known;
}

static int
prepare(struct sqlite_query **out, const struct sqlite_store *sqlite,
	enum statement_kind kind, struct err *err)
{
	const char *sql = sqlite->table->statements->of[kind].sql;
	struct sqlite_db *db = sqlite->file.db;
	struct err failure = { 0 };
	struct str table = { 0 };
	int offset, status;

	status = kind == STATEMENT_GUARD
			 ? sqlite_query_new_around(out, db, sql, &offset, &failure)
			 : sqlite_query_new_change(out, db, sql, &table, &failure);
	str_free(&table);
	if (status == 0 && has_strangers(*out)) {
		sqlite_query_free(*out);
		*out = NULL;
		err_set(&failure, ERR_USAGE, "%s", LAYOUT_HAS_PARAMETER);
		status = -1;
	}
	return status == 0 ? 0 : blame(sqlite->store.config, kind, &failure, err);
}

int
sqlite_statements_check(struct sqlite_store *sqlite, struct err *err)
{
	for (int i = 0; i < STATEMENTS; i++) {
		struct sqlite_query *query;

		if (sqlite->table->statements->of[i].sql == NULL)
			continue;
		if (prepare(&query, sqlite, (enum statement_kind)i, err) != 0)
			return -1;
		sqlite_query_free(query);
	}
	return 0;
}

/* --- parameters --- */

static const struct sqlite_cell *
cell_of(const struct sqlite_table *table, const struct sqlite_image *image,
	enum layout_role role)
{
	const char *column = table->layout.columns[role];

	return image != NULL && column != NULL ? sqlite_image_name(image, span_of(column))
					       : NULL;
}

/* The key as it is stored: the number 0 is not the text 0. */
static void
bind_name(struct sqlite_query *query, int number, const struct sqlite_cell *cell,
	struct span name)
{
	if (cell != NULL)
		sqlite_bind_cell(query, number, cell);
	else
		sqlite_bind_text(query, number, name);
}

static void
bind(struct sqlite_query *query, const struct sqlite_table *table, struct key key,
	const struct sqlite_image *seen, const struct sqlite_image *wanted)
{
	for (int i = 0; i < STATEMENT_PARAMETERS; i++) {
		enum statement_parameter parameter = (enum statement_parameter)i;
		enum layout_role role = statement_parameter_role(parameter);
		bool is_old = statement_parameter_is_old(parameter);
		int number = sqlite_query_parameter(
			query, statement_parameter_name(parameter));

		if (number == 0)
			continue;
		if (role == LAYOUT_JOB || role == LAYOUT_PARTITION)
			bind_name(query, number,
				cell_of(table, seen != NULL ? seen : wanted, role),
				role == LAYOUT_JOB ? key.job : key.partition);
		else
			sqlite_bind_cell(query, number,
				cell_of(table, is_old ? seen : wanted, role));
	}
}

/* --- the guard --- */

static int
refused_column(const struct sqlite_query *query)
{
	for (int i = 0; i < sqlite_query_columns(query); i++)
		if (strcasecmp(sqlite_query_column_name(query, i), STATEMENT_REFUSED) ==
			0)
			return i;
	return -1;
}

int
sqlite_statement_ask(struct sqlite_store *sqlite, struct key key,
	const struct sqlite_image *seen, const struct sqlite_image *wanted,
	struct err *err)
{
	struct sqlite_query *query;
	int status, column;

	if (seen == NULL || sqlite->table->statements->of[STATEMENT_GUARD].sql == NULL)
		return 0;
	if (prepare(&query, sqlite, STATEMENT_GUARD, err) != 0)
		return -1;
	bind(query, sqlite->table, key, seen, wanted);
	status = sqlite_query_step(query, err);
	column = refused_column(query);
	if (status == 0)
		status = statement_guard_without_row(key, err);
	else if (status == 1 && column >= 0 &&
		 sqlite_column_storage(query, column) != CKPT_STORAGE_NULL)
		status = statement_guard_refuses(key, sqlite_column(query, column), err);
	sqlite_query_free(query);
	return status < 0 ? -1 : 0;
}

/* --- one edit --- */

static enum statement_kind
kind_of(const struct sqlite_pair *pair)
{
	return statement_of_edit(pair->seen != NULL, pair->wanted != NULL);
}

int
sqlite_statement_make(struct sqlite_work *work, size_t index, struct err *err)
{
	const struct sqlite_pair *pair = &work->pairs[index];
	struct sqlite_store *sqlite = work->sqlite;
	struct key key = work->edits[index].key;
	enum statement_kind kind = kind_of(pair);
	struct sqlite_query *query;
	int64_t changes;
	int status;

	if (sqlite->table->statements->of[kind].sql == NULL)
		return statement_missing(sqlite->store.config, kind, err);
	if (sqlite_statement_ask(sqlite, key, pair->seen, pair->wanted, err) != 0 ||
		prepare(&query, sqlite, kind, err) != 0)
		return -1;
	bind(query, sqlite->table, key, pair->seen, pair->wanted);
	/* One with RETURNING answers rows. */
	while ((status = sqlite_query_step(query, err)) == 1) {
	}
	changes = sqlite_db_changes(sqlite->file.db);
	sqlite_query_free(query);
	if (status != 0)
		return -1;
	return changes == 1 ? 0 : statement_counted(kind, key, changes, err);
}

static int
check_row(const struct sqlite_work *work, size_t index, const struct sqlite_row *after,
	struct err *err)
{
	static const enum layout_role written[] = { LAYOUT_VALUE, LAYOUT_UPDATED,
		LAYOUT_METADATA };
	const struct sqlite_pair *pair = &work->pairs[index];
	const struct sqlite_table *table = work->sqlite->table;
	enum statement_kind kind = kind_of(pair);
	unsigned roles = statement_written_roles(&table->statements->of[kind]);

	for (size_t i = 0; i < sizeof(written) / sizeof(*written); i++) {
		const struct sqlite_cell *meant =
			cell_of(table, pair->wanted, written[i]);
		const struct sqlite_cell *found =
			cell_of(table, &after->image, written[i]);

		if (!(roles & (1u << written[i])) || sqlite_cell_same(meant, found))
			continue;
		return statement_made_other(kind, work->edits[index].key,
			table->layout.columns[written[i]],
			meant != NULL ? meant->bytes : SPAN_NONE,
			found != NULL ? found->bytes : SPAN_NONE, err);
	}
	return 0;
}

/* What is not as it was to be although nothing that was meant is another: the statement
 * has made it so by itself, and an undo, and whoever looks again, finds it. */
static void
tell_unlike(struct edit *edit, const struct sqlite_image *wanted,
	const struct sqlite_image *there)
{
	/* It may be looked at twice. */
	str_clear(&edit->made);
	str_clear(&edit->unlike);
	for (size_t i = 0; i < wanted->count; i++)
		if (!sqlite_cell_same(&wanted->cells[i],
			    sqlite_image_name(there, wanted->cells[i].name)))
			edit_add_unlike(&edit->unlike, wanted->cells[i].name);
	if (edit->unlike.len > 0)
		sqlite_image_write(&edit->made, there);
}

int
sqlite_statement_check(struct sqlite_work *work, size_t index, struct err *err)
{
	const struct sqlite_pair *pair = &work->pairs[index];
	struct key key = work->edits[index].key;
	struct sqlite_row after;

	if (sqlite_reader_read(&work->reader, key, work->arena, &after, err) != 0)
		return -1;
	if (after.exists != (pair->wanted != NULL))
		return statement_lost_row(kind_of(pair), key, after.exists, err);
	if (after.exists && check_row(work, index, &after, err) != 0)
		return -1;
	if (after.exists)
		tell_unlike(&work->edits[index], pair->wanted, &after.image);
	return 0;
}

void
sqlite_store_image_add_unlike(
	const struct store *store, struct span a, struct span b, struct str *out)
{
	const struct sqlite_table *table = ((const struct sqlite_store *)store)->table;
	struct arena *arena = arena_new();
	struct sqlite_image rows[2];

	if (table != NULL && table->statements != NULL &&
		sqlite_image_read(&rows[0], arena, a) &&
		sqlite_image_read(&rows[1], arena, b)) {
		unsigned restored = statements_restored_roles(table->statements);

		for (size_t i = 0; i < rows[0].count; i++) {
			const struct sqlite_cell *cell = &rows[0].cells[i];

			if (!layout_is_named(&table->layout, restored, cell->name) &&
				!sqlite_cell_same(
					cell, sqlite_image_name(&rows[1], cell->name)))
				edit_add_unlike(out, cell->name);
		}
	}
	arena_free(arena);
}
