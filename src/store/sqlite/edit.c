/* SPDX-License-Identifier: MIT */
#include "store/sqlite/edit.h"

#include <string.h>

#include "store/edits.h"
#include "store/sqlite/statement.h"

static struct sqlite_db *
db_of(const struct sqlite_work *work)
{
	return work->sqlite->file.db;
}

/* --- the statements --- */

/* A statement under construction, with the cells for its parameters. */
struct statement {
	struct str sql;
	const struct sqlite_cell **cells;
	int count;
};

static struct statement
statement_new(const struct sqlite_work *work, const struct sqlite_pair *pair)
{
	size_t room = 3 + (pair->seen != NULL ? pair->seen->count : 0) +
		      (pair->wanted != NULL ? pair->wanted->count : 0);

	return (struct statement){ .cells = arena_alloc(work->arena, room,
					   sizeof(struct sqlite_cell *)) };
}

static void
add_parameter(struct statement *statement, const struct sqlite_cell *cell)
{
	statement->cells[statement->count++] = cell;
	str_addf(&statement->sql, "?%d", statement->count);
}

/* The condition that what was seen is there. IS, for NULL is a value too; BINARY, for 'a'
 * is not 'A' here. */
static void
add_guard(struct statement *statement, const struct sqlite_image *seen)
{
	static const enum layout_role roles[] = { LAYOUT_VALUE, LAYOUT_UPDATED,
		LAYOUT_METADATA };

	str_add(&statement->sql, " WHERE true");
	for (size_t i = 0; i < sizeof(roles) / sizeof(*roles); i++) {
		const struct sqlite_cell *cell = sqlite_image_role(seen, roles[i]);

		if (cell == NULL)
			continue;
		str_add(&statement->sql, " AND ");
		layout_add_name(&statement->sql, cell->name.at);
		str_add(&statement->sql, " COLLATE BINARY IS ");
		add_parameter(statement, cell);
	}
}

/* True where the edit itself changes this cell of the row. */
static bool
is_changed(const struct sqlite_pair *pair, const struct sqlite_cell *wanted)
{
	return pair->seen == NULL ||
	       !sqlite_cell_same(sqlite_image_name(pair->seen, wanted->name), wanted);
}

static bool
add_update(struct statement *statement, const struct sqlite_work *work,
	const struct sqlite_pair *pair)
{
	bool changes = false;

	/* A table may say that a row in the way is replaced: another job's. */
	str_add(&statement->sql, "UPDATE OR ABORT ");
	layout_add_name(&statement->sql, work->sqlite->table->layout.table);
	for (size_t i = 0; i < pair->wanted->count; i++) {
		const struct sqlite_cell *cell = &pair->wanted->cells[i];

		if (!is_changed(pair, cell))
			continue;
		str_add(&statement->sql, changes ? ", " : " SET ");
		layout_add_name(&statement->sql, cell->name.at);
		str_add(&statement->sql, " = ");
		add_parameter(statement, cell);
		changes = true;
	}
	add_guard(statement, pair->seen);
	return changes;
}

static void
add_insert(struct statement *statement, const struct sqlite_work *work,
	const struct sqlite_pair *pair, bool rowid)
{
	const struct sqlite_image *wanted = pair->wanted;
	const struct sqlite_table *table = work->sqlite->table;

	str_add(&statement->sql, "INSERT OR ABORT INTO ");
	layout_add_name(&statement->sql, table->layout.table);
	str_add(&statement->sql, " (");
	if (rowid)
		str_addf(&statement->sql, "%s%s", table->rowid,
			wanted->count > 0 ? ", " : "");
	for (size_t i = 0; i < wanted->count; i++) {
		str_add(&statement->sql, i > 0 ? ", " : "");
		layout_add_name(&statement->sql, wanted->cells[i].name.at);
	}
	str_add(&statement->sql, ") VALUES (");
	if (rowid)
		str_addf(&statement->sql, "%lld, ", (long long)wanted->rowid);
	for (size_t i = 0; i < wanted->count; i++) {
		str_add(&statement->sql, i > 0 ? ", " : "");
		add_parameter(statement, &wanted->cells[i]);
	}
	str_add(&statement->sql, ")");
}

/* Runs it over the row with this key (NULL: an INSERT) and counts the rows. */
static int
run(const struct sqlite_work *work, struct statement *statement, const struct key *key,
	int64_t *changes, struct err *err)
{
	struct sqlite_query *query;
	struct str condition = { 0 };
	int status = -1;

	*changes = 0;
	if (key != NULL && sqlite_table_add_key(&condition, work->sqlite->table,
				   statement->count + 1, sqlite_is_nameless(*key)))
		/* It begins with the same word as the guard. */
		str_addf(&statement->sql, " AND %s",
			str_text(&condition) + strlen(" WHERE "));
	if (sqlite_query_new(&query, db_of(work), str_text(&statement->sql), err) == 0) {
		for (int i = 0; i < statement->count; i++)
			sqlite_bind_cell(query, i + 1, statement->cells[i]);
		if (key != NULL)
			sqlite_bind_key(
				query, work->sqlite->table, statement->count + 1, *key);
		status = sqlite_query_step(query, err);
		*changes = sqlite_db_changes(db_of(work));
		sqlite_query_free(query);
	}
	str_free(&condition);
	str_free(&statement->sql);
	return status;
}

/* --- one edit --- */

/* A row that was deleted gets its number back if nobody has taken it. */
static int
rowid_is_free(const struct sqlite_work *work, const struct sqlite_image *wanted,
	bool *is_free, struct err *err)
{
	const struct sqlite_table *table = work->sqlite->table;
	struct sqlite_query *query;
	struct str sql = { 0 };
	int status;

	*is_free = false;
	if (!wanted->has_rowid || table->order != SQLITE_BY_ROWID)
		return 0;
	str_add(&sql, "SELECT 1 FROM ");
	layout_add_name(&sql, table->layout.table);
	str_addf(&sql, " WHERE %s = ?1", table->rowid);
	status = sqlite_query_new(&query, db_of(work), str_text(&sql), err);
	str_free(&sql);
	if (status != 0)
		return -1;
	sqlite_bind_integer(query, 1, wanted->rowid);
	status = sqlite_query_step(query, err);
	*is_free = status == 0;
	sqlite_query_free(query);
	return status < 0 ? -1 : 0;
}

static int
write_edit(const struct sqlite_work *work, const struct sqlite_pair *pair, struct key key,
	int64_t *changes, struct err *err)
{
	struct statement statement = statement_new(work, pair);
	bool rowid;

	if (pair->seen == NULL) {
		if (rowid_is_free(work, pair->wanted, &rowid, err) != 0)
			return -1;
		add_insert(&statement, work, pair, rowid);
		return run(work, &statement, NULL, changes, err);
	}
	if (pair->wanted == NULL) {
		str_add(&statement.sql, "DELETE FROM ");
		layout_add_name(&statement.sql, work->sqlite->table->layout.table);
		add_guard(&statement, pair->seen);
	} else if (!add_update(&statement, work, pair)) {
		*changes = 1;
		str_free(&statement.sql);
		return 0;
	}
	return run(work, &statement, &key, changes, err);
}

/* What is there must be what was wanted, in every column: those that the edit changes as
 * it says, the others as they were before. The first that is not, or NULL. */
static const struct sqlite_cell *
find_altered(const struct sqlite_pair *pair, const struct sqlite_row *before,
	const struct sqlite_row *after)
{
	for (size_t i = 0; i < pair->wanted->count; i++) {
		const struct sqlite_cell *wanted = &pair->wanted->cells[i];
		const struct sqlite_cell *there =
			sqlite_image_name(&after->image, wanted->name);

		if (!is_changed(pair, wanted))
			wanted = sqlite_image_name(&before->image, wanted->name);
		if (wanted != NULL && !sqlite_cell_same(wanted, there))
			return wanted;
	}
	return NULL;
}

/* Inside the transaction, which is given up where a trigger or the type of a column made
 * something else of the row. */
int
sqlite_edit_check(struct sqlite_work *work, size_t index, struct err *err)
{
	const struct sqlite_pair *pair = &work->pairs[index];
	const char *table = work->sqlite->table->layout.table;
	const struct sqlite_cell *altered;
	struct sqlite_row after;

	if (work->sqlite->table->statements != NULL)
		return sqlite_statement_check(work, index, err);
	if (sqlite_reader_read(
		    &work->reader, work->edits[index].key, work->arena, &after, err) != 0)
		return -1;
	if (pair->wanted == NULL && !after.exists)
		return 0;
	if (pair->wanted == NULL)
		return edit_brought_back(table, err);
	if (!after.exists)
		return edit_moved(table, err);
	altered = find_altered(pair, pair->before, &after);
	return altered == NULL ? 0 : edit_altered(table, altered->name, err);
}

static enum change_result
conflict(struct edit *edit, const struct sqlite_row *row)
{
	if (row->exists)
		sqlite_image_write(&edit->found, &row->image);
	return edit_conflict(edit, row->exists ? &row->ckpt : NULL);
}

/* Of a query every column that is kept counts, whether a reset writes it or not. */
static bool
is_query_row_seen(const struct sqlite_image *seen, const struct sqlite_image *now)
{
	for (size_t i = 0; i < now->count; i++)
		if (!sqlite_cell_same(
			    sqlite_image_name(seen, now->cells[i].name), &now->cells[i]))
			return false;
	return seen->count == now->count;
}

static enum change_result
make_by_statement(struct sqlite_work *work, size_t index, const struct sqlite_row *row)
{
	const struct sqlite_pair *pair = &work->pairs[index];
	struct edit *edit = &work->edits[index];

	if (pair->seen != NULL && !is_query_row_seen(pair->seen, &row->image))
		return conflict(edit, row);
	return sqlite_statement_make(work, index, &edit->err) == 0 &&
			       sqlite_statement_check(work, index, &edit->err) == 0
		       ? CHANGE_DONE
		       : CHANGE_FAILED;
}

bool
sqlite_row_is(const struct sqlite_row *row, const struct sqlite_image *image)
{
	if (image == NULL || !row->exists)
		return image == NULL && !row->exists;
	return sqlite_image_same(image, &row->image);
}

enum change_result
sqlite_edit_make(struct sqlite_work *work, size_t index, bool only_look)
{
	struct sqlite_pair *pair = &work->pairs[index];
	struct edit *edit = &work->edits[index];
	struct sqlite_row *row = arena_alloc(work->arena, 1, sizeof(*row));
	int64_t changes;

	if (sqlite_reader_read(&work->reader, edit->key, work->arena, row, &edit->err) !=
		0)
		return CHANGE_FAILED;
	if (!sqlite_row_is(row, pair->seen))
		return conflict(edit, row);
	if (only_look)
		return CHANGE_DONE;
	if (row->hazards & ~edit->accepted)
		return edit_damaged(edit, &row->ckpt);
	pair->before = row;
	if (work->sqlite->table->statements != NULL)
		return make_by_statement(work, index, row);
	if (write_edit(work, pair, edit->key, &changes, &edit->err) != 0)
		return CHANGE_FAILED;
	if (changes == 1)
		return sqlite_edit_check(work, index, &edit->err) == 0 ? CHANGE_DONE
								       : CHANGE_FAILED;
	err_set(&edit->err, ERR_REFUSED,
		"a trigger of table %s keeps the row as it is; nothing was written; ask "
		"who made the trigger",
		work->sqlite->table->layout.table);
	return CHANGE_FAILED;
}
