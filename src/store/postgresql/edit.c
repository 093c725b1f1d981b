/* SPDX-License-Identifier: MIT */
#include "store/postgresql/edit.h"

#include <string.h>

#include "store/edits.h"
#include "store/postgresql/statement.h"
#include "store/postgresql/type.h"

/* --- comparing --- */

bool
pg_row_is(const struct pg_row *row, const struct pg_image *image)
{
	if (image == NULL || !row->exists)
		return image == NULL && !row->exists;
	return pg_image_same(image, &row->image);
}

bool
pg_row_is_but_for_time(const struct pg_row *row, const struct pg_image *wanted)
{
	return row->exists && wanted != NULL &&
	       pg_cell_same(pg_image_role(wanted, LAYOUT_VALUE),
		       pg_image_role(&row->image, LAYOUT_VALUE)) &&
	       pg_cell_same(pg_image_role(wanted, LAYOUT_METADATA),
		       pg_image_role(&row->image, LAYOUT_METADATA));
}

enum change_result
pg_edit_conflict(struct edit *edit, const struct pg_row *row)
{
	if (row->exists)
		pg_image_write(&edit->found, &row->image);
	return edit_conflict(edit, row->exists ? &row->ckpt : NULL);
}

/* What goes, or comes, is to come back by an undo to where it was. */
static int
can_be_undone(const struct pg_pair *pair, struct err *err)
{
	if (pair->wanted == NULL)
		return pg_image_can_come_back(&pair->before->image, err);
	return pair->before->exists ? 0 : pg_image_can_come_back(pair->wanted, err);
}

enum change_result
pg_edit_lock(struct pg_work *work, size_t index)
{
	struct pg_pair *pair = &work->pairs[index];
	struct edit *edit = &work->edits[index];
	struct pg_row *row = arena_alloc(work->arena, 1, sizeof(*row));

	if (work->pg->table->statements != NULL)
		return pg_statement_lock(work, index);
	pair->before = row;
	if (pg_row_read(row, work->pg, &work->fields, edit->key, PG_LOCK, work->arena,
		    &edit->err) != 0)
		return CHANGE_FAILED;
	if (!pg_row_is(row, pair->seen))
		return pg_edit_conflict(edit, row);
	if (row->hazards & ~edit->accepted)
		return edit_damaged(edit, &row->ckpt);
	return can_be_undone(pair, &edit->err) == 0 ? CHANGE_DONE : CHANGE_FAILED;
}

/* --- writing --- */

/* A statement under construction, and its parameters. */
struct statement {
	struct str sql;
	struct span *parameters;
	size_t count;
};

static void
add_parameter(struct statement *statement, struct span text)
{
	statement->parameters[statement->count++] = text;
	str_addf(&statement->sql, "$%zu", statement->count);
}

/* True where the edit itself changes this cell of the row. */
static bool
is_changed(const struct pg_pair *pair, const struct pg_cell *wanted)
{
	return pair->seen == NULL ||
	       !pg_cell_same(pg_image_name(pair->seen, wanted->name), wanted);
}

bool
pg_pair_writes(const struct pg_pair *pair)
{
	if (pair->seen == NULL || pair->wanted == NULL)
		return pair->seen != pair->wanted;
	for (size_t i = 0; i < pair->wanted->count; i++)
		if (is_changed(pair, &pair->wanted->cells[i]))
			return true;
	return false;
}

/* The very version of the row that was compared. Nobody else can have made another one
 * of it since, and a trigger that has moves it elsewhere. */
static void
add_place(struct statement *statement, const struct pg_row *row)
{
	str_add(&statement->sql, " WHERE ctid OPERATOR(pg_catalog.=) ");
	add_parameter(statement, row->place);
	str_add(&statement->sql, "::pg_catalog.tid AND tableoid OPERATOR(pg_catalog.=) ");
	add_parameter(statement, row->in_table);
	str_add(&statement->sql, "::pg_catalog.oid");
}

static void
add_update(struct statement *statement, const struct pg_work *work,
	const struct pg_pair *pair)
{
	bool changes = false;

	str_add(&statement->sql, "UPDATE ");
	pg_table_add_name(&statement->sql, work->pg->table);
	for (size_t i = 0; i < pair->wanted->count; i++) {
		const struct pg_cell *cell = &pair->wanted->cells[i];

		if (!is_changed(pair, cell))
			continue;
		str_add(&statement->sql, changes ? ", " : " SET ");
		layout_add_name(&statement->sql, cell->name.at);
		str_add(&statement->sql, " = ");
		add_parameter(statement, cell->text);
		changes = true;
	}
	add_place(statement, pair->before);
}

/* A number that an identity column has given comes back with its row. */
static void
add_insert(struct statement *statement, const struct pg_work *work,
	const struct pg_pair *pair)
{
	const struct pg_image *wanted = pair->wanted;

	str_add(&statement->sql, "INSERT INTO ");
	pg_table_add_name(&statement->sql, work->pg->table);
	str_add(&statement->sql, " (");
	for (size_t i = 0; i < wanted->count; i++) {
		str_add(&statement->sql, i > 0 ? ", " : "");
		layout_add_name(&statement->sql, wanted->cells[i].name.at);
	}
	str_add(&statement->sql, ") OVERRIDING SYSTEM VALUE VALUES (");
	for (size_t i = 0; i < wanted->count; i++) {
		str_add(&statement->sql, i > 0 ? ", " : "");
		add_parameter(statement, wanted->cells[i].text);
	}
	str_add(&statement->sql, ") ON CONFLICT DO NOTHING");
}

static int
run(struct pg_work *work, struct statement *statement, int64_t *changes, struct err *err)
{
	struct pg_answer *answer = NULL;
	int status;

	if (work->wants_place)
		str_add(&statement->sql, " RETURNING ctid::pg_catalog.text, "
					 "tableoid::pg_catalog.text");
	status = pg_run(work->pg->link, &answer, str_text(&statement->sql),
		statement->parameters, statement->count, err);
	if (status == 0)
		*changes = pg_answer_changes(answer);
	if (status == 0 && pg_answer_rows(answer) == 1) {
		work->place = arena_span(work->arena, pg_answer_cell(answer, 0, 0));
		work->in_table = arena_span(work->arena, pg_answer_cell(answer, 0, 1));
	}
	pg_answer_free(answer);
	return status;
}

static int
write_row(struct pg_work *work, const struct pg_pair *pair, int64_t *changes,
	struct err *err)
{
	size_t room = 2 + (pair->wanted != NULL ? pair->wanted->count : 0);
	struct statement statement = { .parameters = arena_alloc(
					       work->arena, room, sizeof(struct span)) };
	int status;

	*changes = 1;
	if (!pg_pair_writes(pair))
		return 0;
	if (pair->seen == NULL) {
		add_insert(&statement, work, pair);
	} else if (pair->wanted == NULL) {
		str_add(&statement.sql, "DELETE FROM ");
		pg_table_add_name(&statement.sql, work->pg->table);
		add_place(&statement, pair->before);
	} else {
		add_update(&statement, work, pair);
	}
	status = run(work, &statement, changes, err);
	str_free(&statement.sql);
	return status;
}

/* Nothing was inserted: another row is in the way, of this key or of another one. */
static enum change_result
is_in_the_way(struct pg_work *work, struct edit *edit)
{
	struct pg_row row;

	if (pg_transaction_as(&work->transaction, PG_OURS, &edit->err) != 0 ||
		pg_row_read(&row, work->pg, &work->fields, edit->key, PG_LOOK,
			work->arena, &edit->err) != 0)
		return CHANGE_FAILED;
	if (row.exists)
		return pg_edit_conflict(edit, &row);
	err_set(&edit->err, ERR_REFUSED,
		"another row of table %s, or a trigger, is in the way of the row that "
		"was to be brought back; nothing was written; look at the table itself",
		work->pg->table->layout.table);
	return CHANGE_FAILED;
}

enum change_result
pg_edit_write(struct pg_work *work, size_t index)
{
	const struct pg_pair *pair = &work->pairs[index];
	struct edit *edit = &work->edits[index];
	int64_t changes;

	if (work->pg->table->statements != NULL)
		return pg_statement_write(work, index);
	if (write_row(work, pair, &changes, &edit->err) != 0)
		return CHANGE_FAILED;
	if (changes == 1)
		return CHANGE_DONE;
	if (pair->seen == NULL)
		return is_in_the_way(work, edit);
	err_set(&edit->err, ERR_REFUSED,
		"a trigger of table %s keeps the row as it is; nothing was written; ask "
		"who made the trigger",
		work->pg->table->layout.table);
	return CHANGE_FAILED;
}

/* --- reading again --- */

/* What is there must be what was wanted, in every column: those that the edit changes as
 * it says, the others as they were before. The first that is not, or NULL; columns of
 * the roles but_for are not looked at. */
static const struct pg_cell *
find_altered(const struct pg_pair *pair, const struct pg_row *after, unsigned but_for)
{
	for (size_t i = 0; i < pair->wanted->count; i++) {
		const struct pg_cell *wanted = &pair->wanted->cells[i];
		const struct pg_cell *there = pg_image_name(&after->image, wanted->name);

		if (wanted->roles & but_for)
			continue;
		if (!is_changed(pair, wanted))
			wanted = pg_image_name(&pair->before->image, wanted->name);
		if (wanted != NULL && !pg_cell_same(wanted, there))
			return wanted;
	}
	return NULL;
}

/* Whether what the server has put into the column is a time between the beginning of the
 * transaction and now, by its own clock and to the precision of the column. Without a
 * zone it is that of the session, or UTC. */
static int
ask_for_own_time(const struct pg_work *work, const struct pg_cell *time, bool *is_own,
	struct err *err)
{
	static const char zones[] = "pg_catalog.unnest(ARRAY[$2, 'UTC']) z (zone)";
	const struct span parameters[] = { time->text, work->transaction.kept[PG_ZONE] };
	int length = (int)time->type.len;
	const char *type = time->type.at, *in_zone;
	struct pg_answer *answer;
	struct str sql = { 0 };
	bool has_zone;
	int status;

	*is_own = false;
	if (time->text.at == NULL || !pg_type_is_timestamp(time->type, &has_zone))
		return 0;
	in_zone = has_zone ? "" : " AT TIME ZONE z.zone";
	str_addf(&sql,
		"SELECT pg_catalog.bool_or($1::%.*s BETWEEN "
		"(pg_catalog.now()%s)::%.*s AND "
		"(pg_catalog.clock_timestamp()%s)::%.*s) FROM %s",
		length, type, in_zone, length, type, in_zone, length, type, zones);
	status = pg_run(work->pg->link, &answer, str_text(&sql), parameters, 2, err);
	str_free(&sql);
	if (status != 0)
		return -1;
	*is_own = span_is(pg_answer_cell(answer, 0, 0), "t");
	pg_answer_free(answer);
	return 0;
}

/* Many tables set the time of each save by a trigger. What is there is then the image
 * that an undo, and whoever looks again, will find. */
static int
take_altered(struct pg_work *work, size_t index, const struct pg_row *after,
	const struct pg_cell *altered, struct err *err)
{
	const unsigned time = 1u << LAYOUT_UPDATED;
	struct edit *edit = &work->edits[index];
	bool is_own = false;

	if (altered->roles == time &&
		find_altered(&work->pairs[index], after, time) == NULL &&
		ask_for_own_time(work, pg_image_name(&after->image, altered->name),
			&is_own, err) != 0)
		return -1;
	if (!is_own)
		return edit_altered(work->pg->table->layout.table, altered->name, err);
	str_clear(&edit->made);
	pg_image_write(&edit->made, &after->image);
	return 0;
}

int
pg_edit_check(struct pg_work *work, size_t index, struct err *err)
{
	const struct pg_pair *pair = &work->pairs[index];
	const char *table = work->pg->table->layout.table;
	const struct pg_cell *altered;
	struct pg_row after;

	if (work->pg->table->statements != NULL)
		return pg_statement_check(work, index, err);
	if (pg_row_read(&after, work->pg, &work->fields, work->edits[index].key, PG_LOOK,
		    work->arena, err) != 0)
		return -1;
	if (pair->wanted == NULL && !after.exists)
		return 0;
	if (pair->wanted == NULL)
		return edit_brought_back(table, err);
	if (!after.exists)
		return edit_moved(table, err);
	altered = find_altered(pair, &after, 0);
	return altered == NULL ? 0 : take_altered(work, index, &after, altered, err);
}
