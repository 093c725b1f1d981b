/* SPDX-License-Identifier: MIT
 *
 * Writing one checkpoint: the row is locked before it is compared, so that what is
 * compared is what is replaced. */
#include "store/postgresql/operate.h"

#include <string.h>

#include "store/edits.h"
#include "store/postgresql/blocker.h"
#include "store/postgresql/type.h"

/* How often a row may appear between the look for it and its making. */
#define ROUNDS 3

/* One save under way, as an operation of one edit. */
struct save {
	struct pg_work work;
	struct edit edit;
	struct pg_pair pair;
	struct pg_row row; /* that is there */
	struct pg_image wanted;
	const struct change *change;
	struct pg_last last; /* number of the transaction */
};

static const struct layout *
layout_of(const struct save *save)
{
	return &save->work.pg->table->layout;
}

/* --- what is there --- */

static int
check_names(const struct save *save, struct err *err)
{
	static const enum layout_role names[] = { LAYOUT_JOB, LAYOUT_PARTITION };

	for (size_t i = 0; i < sizeof(names) / sizeof(*names); i++) {
		const struct pg_cell *cell = pg_image_role(&save->row.image, names[i]);

		if (cell != NULL && cell->text.at == NULL)
			return edit_nameless(
				layout_of(save), names[i], save->change->key, err);
	}
	return 0;
}

static enum change_result
conflict(const struct save *save, struct err *err)
{
	return edit_save_conflict(layout_of(save), save->change->key,
		save->row.exists ? &save->row.ckpt : NULL,
		save->change->guard.kind == GUARD_ABSENT, err);
}

static bool
guard_holds(const struct save *save)
{
	const struct guard *guard = &save->change->guard;

	if (guard->kind == GUARD_ABSENT)
		return !save->row.exists;
	return guard->kind == GUARD_NONE ||
	       (save->row.exists && span_equal(save->row.ckpt.value, guard->value));
}

static enum change_result
look(struct save *save, struct err *err)
{
	struct pg_work *work = &save->work;

	if (!pg_table_has_key(work->pg->table, save->change->key)) {
		edit_no_such_key(layout_of(save), err);
		return CHANGE_FAILED;
	}
	if (pg_row_read(&save->row, work->pg, &work->fields, save->change->key, PG_LOCK,
		    work->arena, err) != 0 ||
		(save->row.exists && check_names(save, err) != 0))
		return CHANGE_FAILED;
	return guard_holds(save) ? CHANGE_DONE : conflict(save, err);
}

/* --- what is to be there --- */

/* The time of a save in a neighbouring row, as a pattern for a column of texts or
 * numbers. */
static int
read_neighbour(const struct save *save, struct span *out, struct err *err)
{
	const struct pg_store *pg = save->work.pg;
	struct pg_answer *answer;
	struct str sql = { 0 };
	int status;

	*out = SPAN_NONE;
	str_add(&sql, "SELECT ");
	layout_add_column(&sql, layout_of(save), LAYOUT_UPDATED);
	str_add(&sql, "::text FROM ");
	pg_table_add_name(&sql, pg->table);
	str_add(&sql, " WHERE ");
	layout_add_column(&sql, layout_of(save), LAYOUT_UPDATED);
	str_add(&sql, " IS NOT NULL LIMIT 1");
	status = pg_run(pg->link, &answer, str_text(&sql), NULL, 0, err);
	str_free(&sql);
	if (status != 0)
		return -1;
	if (pg_answer_rows(answer) > 0)
		*out = arena_span(save->work.arena, pg_answer_cell(answer, 0, 0));
	pg_answer_free(answer);
	return 0;
}

static int
set_text(const struct save *save, enum layout_role role, const char *what,
	struct span text, struct err *err)
{
	struct pg_cell *cell = pg_image_role(&save->wanted, role);
	struct pg_column_text column;

	if (cell == NULL)
		return 0;
	column = (struct pg_column_text){ span_of(layout_of(save)->table), cell->name,
		cell->type, what };
	return pg_type_take(&cell->text, &column, text, save->work.arena, err);
}

static int
set_updated(const struct save *save, struct err *err)
{
	struct pg_cell *cell = pg_image_role(&save->wanted, LAYOUT_UPDATED);

	if (cell == NULL)
		return 0;
	if (!save->row.exists && read_neighbour(save, &cell->text, err) != 0)
		return -1;
	cell->text = pg_type_time(cell->type, cell->text, save->change->updated_at,
		save->work.pg->store.config->zone, save->work.arena);
	return 0;
}

/* The columns of a row: all of one that is there, of a new one those that mean something,
 * so that the others get what their defaults say. */
static void
begin_wanted(struct save *save)
{
	const struct pg_fields *fields = &save->work.fields;
	struct pg_image *wanted = &save->wanted;

	*wanted = save->row.image;
	wanted->cells =
		arena_alloc(save->work.arena, fields->count + 1, sizeof(*wanted->cells));
	if (save->row.exists) {
		memcpy(wanted->cells, save->row.image.cells,
			wanted->count * sizeof(*wanted->cells));
		return;
	}
	wanted->count = 0;
	for (size_t i = 0; i < fields->count; i++) {
		const unsigned saved = 1u << LAYOUT_JOB | 1u << LAYOUT_PARTITION |
				       1u << LAYOUT_VALUE | 1u << LAYOUT_METADATA |
				       1u << LAYOUT_UPDATED;
		const struct pg_field *field = &fields->list[i];

		if (field->roles & saved)
			wanted->cells[wanted->count++] =
				(struct pg_cell){ .name = span_of(field->name),
					.type = field->type,
					.roles = field->roles };
	}
}

static int
make_wanted(struct save *save, struct err *err)
{
	const struct change *change = save->change;

	begin_wanted(save);
	if (!save->row.exists &&
		(set_text(save, LAYOUT_JOB, "job", change->key.job, err) != 0 ||
			set_text(save, LAYOUT_PARTITION, "partition",
				change->key.partition, err) != 0))
		return -1;
	if (set_text(save, LAYOUT_VALUE, "value", change->value, err) != 0 ||
		set_updated(save, err) != 0)
		return -1;
	return change->keep_metadata ? 0
				     : set_text(save, LAYOUT_METADATA, "metadata",
					       change->metadata, err);
}

/* --- writing --- */

static enum change_result
write_row(struct save *save, struct err *err)
{
	struct pg_work *work = &save->work;
	enum change_result result;

	save->pair = (struct pg_pair){ save->row.exists ? &save->row.image : NULL,
		&save->wanted, &save->row };
	if (pg_transaction_as(&work->transaction, PG_OTHERS, err) != 0)
		return CHANGE_FAILED;
	work->place = save->row.exists ? save->row.place : SPAN_NONE;
	work->in_table = save->row.exists ? save->row.in_table : SPAN_NONE;
	/* A rule has no place to tell. */
	work->wants_place = work->pg->triggers == NULL;
	result = pg_edit_write(work, 0);
	*err = save->edit.err;
	return result;
}

/* --- what was written --- */

/* Behind PG_ENDING_CELLS. */
enum cell {
	CELL_HELD = PG_ENDING_CELLS,
	CELL_PRINTED, /* what was given, in the type of the column without its length */
	CELL_JOB,
	CELL_PARTITION,
};

/* Under whatever search_path, so all names are whole. Names are texts as they are where a
 * row is looked for, the value is printed as it is where it is loaded. */
static void
add_reading(struct str *sql, const struct save *save, size_t given)
{
	const struct layout *layout = layout_of(save);
	static const enum layout_role names[] = { LAYOUT_JOB, LAYOUT_PARTITION };

	str_add(sql, "SELECT ");
	pg_transaction_add_ending(sql);
	str_add(sql, ", ");
	layout_add_column(sql, layout, LAYOUT_VALUE);
	str_addf(sql, ", COALESCE($%zu, ", given);
	layout_add_column(sql, layout, LAYOUT_VALUE);
	str_add_char(sql, ')');
	for (size_t i = 0; i < sizeof(names) / sizeof(*names); i++) {
		str_add(sql, ", ");
		if (layout->columns[names[i]] == NULL)
			str_add(sql, "NULL");
		else
			layout_add_column(sql, layout, names[i]);
		str_add(sql, "::pg_catalog.text");
	}
	str_add(sql, " FROM ");
	pg_table_add_name(sql, save->work.pg->table);
}

/* By its place: the row that was written, as long as nobody has written it again. */
static int
read_place(struct save *save, struct pg_answer **out, struct err *err)
{
	const struct pg_work *work = &save->work;
	const struct span parameters[] = { work->place, work->in_table,
		save->change->value };
	struct str sql = { 0 };
	int status;

	add_reading(&sql, save, 3);
	str_add(&sql, " WHERE ctid OPERATOR(pg_catalog.=) $1::pg_catalog.tid "
		      "AND tableoid OPERATOR(pg_catalog.=) $2::pg_catalog.oid");
	status = pg_run(work->pg->link, out, str_text(&sql), parameters, 3, err);
	str_free(&sql);
	return status;
}

/* By its key, when all that triggers do has been done. */
static int
read_key(struct save *save, struct pg_answer **out, struct err *err)
{
	const struct pg_store *pg = save->work.pg;
	struct span parameters[PG_KEY_PARAMETERS + 1];
	size_t count = pg_table_key_parameters(pg->table, save->change->key, parameters);
	struct str sql = { 0 };
	int status;

	if (pg_run(pg->link, NULL, "SET CONSTRAINTS ALL IMMEDIATE", NULL, 0, err) != 0 ||
		pg_run(pg->link, NULL,
			"SELECT pg_catalog.set_config('search_path', 'pg_catalog', true)",
			NULL, 0, err) != 0)
		return -1;
	parameters[count++] = save->change->value;
	add_reading(&sql, save, count);
	pg_table_add_key(&sql, pg->table, save->change->key);
	str_add(&sql, " LIMIT 2");
	status = pg_run(pg->link, out, str_text(&sql), parameters, count, err);
	str_free(&sql);
	return status;
}

static bool
is_named(const struct save *save, const struct pg_answer *answer, enum layout_role role,
	enum cell cell, struct span name)
{
	struct span there = pg_answer_cell(answer, 0, (int)cell);

	return layout_of(save)->columns[role] == NULL ||
	       span_equal(there.at != NULL ? there : SPAN(""), name);
}

/* Whoever loads what was saved finds it under its key. */
static int
check_found(const struct save *save, const struct pg_answer *answer, struct err *err)
{
	const struct layout *layout = layout_of(save);
	struct key key = save->change->key;

	if (pg_answer_rows(answer) > 1)
		return edit_repeated(layout->table, key, err);
	/* A column of numbers makes 5 of the name 05. */
	if (pg_answer_rows(answer) == 1 &&
		is_named(save, answer, LAYOUT_JOB, CELL_JOB, key.job) &&
		is_named(save, answer, LAYOUT_PARTITION, CELL_PARTITION, key.partition))
		return 0;
	return save->row.exists ? edit_moved(layout->table, err)
				: edit_renamed(layout, key, err);
}

static struct span
value_cell(const struct save *save, const struct pg_answer *answer, enum cell cell)
{
	return pg_table_text(
		save->work.pg->table, LAYOUT_VALUE, pg_answer_cell(answer, 0, (int)cell));
}

/* And with its value. */
static int
check_held(struct save *save, const struct pg_answer *answer, struct err *err)
{
	const struct change *change = save->change;
	struct span type = pg_image_role(&save->wanted, LAYOUT_VALUE)->type;
	struct span held, printed;

	if (check_found(save, answer, err) != 0)
		return -1;
	held = value_cell(save, answer, CELL_HELD);
	printed = value_cell(save, answer, CELL_PRINTED);
	if (!pg_type_holds(type, change->value, printed, held))
		return edit_remade(
			layout_of(save), change->key, change->value, held, err);
	if (change->stored != NULL)
		str_add_span(change->stored, held);
	pg_transaction_take_ending(answer, &save->last);
	return 0;
}

/* Without triggers it takes no longer than to ask for the number of the transaction. */
static int
check_written(struct save *save, struct err *err)
{
	const struct pg_work *work = &save->work;
	struct pg_answer *answer = NULL;
	int status = 0;

	if (work->pg->triggers == NULL && work->place.at != NULL)
		status = read_place(save, &answer, err);
	if (status == 0 && (answer == NULL || pg_answer_rows(answer) == 0)) {
		pg_answer_free(answer);
		answer = NULL;
		status = read_key(save, &answer, err);
	}
	if (status == 0)
		status = check_held(save, answer, err);
	pg_answer_free(answer);
	return status;
}

/* --- the transaction --- */

/* Inside the transaction. A row that appeared while it was made is another one's: what
 * was not guarded against is then replaced. */
static enum change_result
save_row(struct save *save, struct err *err)
{
	enum change_result result = CHANGE_FAILED;

	for (int round = 0; round < ROUNDS; round++) {
		err_clear(err);
		edit_clear(&save->edit);
		result = look(save, err);
		if (result != CHANGE_DONE)
			return result;
		if (make_wanted(save, err) != 0)
			return CHANGE_FAILED;
		result = write_row(save, err);
		if (result == CHANGE_DONE)
			return check_written(save, err) == 0 ? CHANGE_DONE
							     : CHANGE_FAILED;
		if (result != CHANGE_CONFLICT || save->change->guard.kind != GUARD_NONE)
			return result;
	}
	return result;
}

static int
begin(struct save *save, struct err *err)
{
	struct pg_work *work = &save->work;

	if (pg_transaction_begin(&work->transaction, work->pg, work->arena, err) != 0 ||
		pg_fields_read(&work->fields, work->pg, work->arena, err) != 0)
		return -1;
	return save->change->guard.kind == GUARD_VALUE ? 0
						       : pg_work_lock_table(work, err);
}

/* Inside the transaction. What is said of its end does not always arrive. */
static enum change_result
commit(const struct save *save, struct err *err)
{
	struct err asked = { 0 };
	enum change_result result = pg_transaction_commit(save->work.pg, err);

	if (result == CHANGE_UNKNOWN) {
		result = pg_transaction_ask(save->work.pg, &save->last, &asked);
		*err = asked;
	}
	return result;
}

enum change_result
pg_store_save(struct store *store, const struct change *change, struct err *err)
{
	struct pg_store *pg = (struct pg_store *)store;
	struct save save = { .work = { .pg = pg, .count = 1 },
		.change = change,
		.edit = { .key = change->key } };
	enum change_result result = CHANGE_FAILED;
	struct err failure = { 0 };

	/* The connection may be a new one, to another table than the gate knew. */
	if (pg_store_connect(pg, err) != 0 || store_can_change(store, change, err) != 0)
		return CHANGE_FAILED;
	save.work.arena = arena_new();
	save.work.edits = &save.edit;
	save.work.pairs = &save.pair;
	if (begin(&save, &failure) == 0)
		result = save_row(&save, &failure);
	if (result == CHANGE_DONE)
		result = commit(&save, &failure);
	else if (result == CHANGE_FAILED)
		pg_store_blame(pg, "nothing was written", &failure);
	if (result == CHANGE_FAILED)
		pg_blocker_tell(pg, change->key, &failure);
	if (result != CHANGE_DONE)
		err_set(err, failure.kind, "%s", failure.text);
	pg_transaction_end(pg);
	edit_clear(&save.edit);
	str_free(&save.last.transaction);
	str_free(&save.last.server);
	arena_free(save.work.arena);
	return result;
}
