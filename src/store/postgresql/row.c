/* SPDX-License-Identifier: MIT */
#include "store/postgresql/row.h"

#include <string.h>

#include "store/edits.h"
#include "store/postgresql/blocker.h"
#include "store/postgresql/rights.h"

/* What stands in a row behind the cells of pg_table_row(), before the fields. */
#define PLACE_CELL    PG_ROW_CELLS
#define IN_TABLE_CELL (PG_ROW_CELLS + 1)
#define CHILD_CELL    (PG_ROW_CELLS + 2)
#define FIELD_CELLS   (PG_ROW_CELLS + 3)

/* --- the columns --- */

/* The names, types (those that a domain is over), and whether they are computed. */
static const char fields_sql[] =
	"SELECT a.attname, (WITH RECURSIVE base (oid, mod) AS (SELECT a.atttypid, "
	"a.atttypmod UNION ALL SELECT t.typbasetype, t.typtypmod FROM base "
	"JOIN pg_catalog.pg_type t ON t.oid = base.oid WHERE t.typtype = 'd') "
	"SELECT pg_catalog.format_type(base.oid, base.mod) FROM base "
	"JOIN pg_catalog.pg_type t ON t.oid = base.oid WHERE t.typtype <> 'd'), "
	"a.attgenerated <> '' FROM pg_catalog.pg_attribute a "
	"WHERE a.attrelid = $1::pg_catalog.oid AND a.attnum > 0 AND NOT a.attisdropped "
	"ORDER BY a.attnum";

/* Columns as they come in. */
struct fields {
	const struct pg_table *table;
	struct arena *arena;
	struct pg_fields found;
	size_t room;
	unsigned generated; /* roles of columns that are computed */
};

static unsigned
roles_of(const struct pg_table *table, struct span name)
{
	unsigned roles = 0;

	for (int role = 0; role < LAYOUT_ROLES; role++)
		if (table->layout.columns[role] != NULL &&
			span_is(name, table->layout.columns[role]))
			roles |= 1u << role;
	return roles;
}

static void
take_field(void *arg, const struct span *cells, int count)
{
	struct fields *fields = arg;
	struct pg_fields *found = &fields->found;
	unsigned roles = roles_of(fields->table, cells[0]);

	(void)count;
	if (span_is(cells[2], "t")) {
		fields->generated |= roles;
		return;
	}
	if (found->count == fields->room) {
		struct pg_field *list;

		fields->room = 2 * fields->room + 16;
		list = arena_alloc(fields->arena, fields->room, sizeof(*list));
		if (found->count > 0)
			memcpy(list, found->list, found->count * sizeof(*list));
		found->list = list;
	}
	found->list[found->count++] =
		(struct pg_field){ .name = arena_span(fields->arena, cells[0]).at,
			.type = arena_span(fields->arena, cells[1]),
			.roles = roles };
}

/* A column that is computed from others changes with them and not otherwise. */
static int
check_fields(const struct fields *fields, struct err *err)
{
	static const enum layout_role written[] = { LAYOUT_VALUE, LAYOUT_METADATA,
		LAYOUT_UPDATED };
	const struct layout *layout = &fields->table->layout;

	for (size_t i = 0; i < sizeof(written) / sizeof(*written); i++)
		if (fields->generated & (1u << written[i]))
			return err_set(err, ERR_REFUSED,
				"the column %s of table %s is computed from others; "
				"nothing was written; change what it is computed from",
				layout->columns[written[i]], layout->table);
	return 0;
}

/* Of a query what is compared and written; the rest may be another at each look. */
static void
take_query_fields(
	struct pg_fields *out, const struct pg_table *table, struct arena *arena)
{
	static const enum layout_role kept[] = { LAYOUT_KEPT };
	unsigned meant = statements_written_roles(table->statements) |
			 (1u << LAYOUT_JOB) | (1u << LAYOUT_PARTITION);

	out->list = arena_alloc(arena, LAYOUT_ROLES, sizeof(*out->list));
	out->count = 0;
	for (size_t i = 0; i < sizeof(kept) / sizeof(*kept); i++) {
		const char *name = table->layout.columns[kept[i]];
		const char *type = table->columns[kept[i]].spelled;

		if (name == NULL)
			continue;
		/* What a reset does not write is whatever it makes of it. */
		out->list[out->count++] = (struct pg_field){ .name = name,
			.type = type != NULL ? span_of(type) : SPAN(""),
			.roles = (1u << kept[i]) & meant };
	}
}

int
pg_fields_read(struct pg_fields *out, const struct pg_store *pg, struct arena *arena,
	struct err *err)
{
	struct fields fields = { .table = pg->table, .arena = arena };
	struct span oid = span_of(pg->table->oid);
	struct pg_answer *answer;

	if (pg->table->statements != NULL) {
		take_query_fields(out, pg->table, arena);
		return 0;
	}
	if (!pg_table_is_written(pg->table))
		return edit_view(pg->table->kind, pg->table->layout.table, err);
	if (pg_rights_check(pg->table, err) != 0)
		return -1;
	if (pg_run(pg->link, &answer, fields_sql, &oid, 1, err) != 0)
		return -1;
	pg_answer_deliver(answer, take_field, &fields);
	pg_answer_free(answer);
	*out = fields.found;
	return check_fields(&fields, err);
}

/* --- a row --- */

struct rows {
	const struct pg_store *pg;
	const struct pg_fields *fields;
	struct arena *arena;
	struct pg_row *row;
	size_t count;
};

static void
take_image(const struct rows *rows, const struct span *cells, struct pg_image *out)
{
	const struct pg_table *table = rows->pg->table;
	const struct pg_fields *fields = rows->fields;
	struct arena *arena = rows->arena;

	*out = (struct pg_image){
		.schema = span_of(arena_text(arena, table->schema)),
		.table = span_of(arena_text(arena, table->name)),
		.cells = arena_alloc(arena, fields->count + 1, sizeof(*out->cells)),
		.count = fields->count,
	};
	for (size_t i = 0; i < fields->count; i++)
		out->cells[i] = (struct pg_cell){
			.name = span_of(arena_text(arena, fields->list[i].name)),
			.type = arena_span(arena, fields->list[i].type),
			.roles = fields->list[i].roles,
			.text = arena_span(arena, cells[i]),
		};
}

/* Nothing of ours can be put into metadata that no statement writes. */
static void
mark_place(const struct pg_table *table, struct ckpt *row)
{
	if (table->statements != NULL &&
		!(statements_written_roles(table->statements) & (1u << LAYOUT_METADATA)))
		row->flags |= CKPT_NO_METADATA;
}

static void
take_row(void *arg, const struct span *cells, int count)
{
	struct rows *rows = arg;
	struct pg_row *row = rows->row;

	if (count < FIELD_CELLS + (int)rows->fields->count || rows->count++ > 0)
		return;
	row->exists = true;
	pg_table_row(rows->pg->table, cells, rows->arena, &row->ckpt);
	mark_place(rows->pg->table, &row->ckpt);
	row->place = arena_span(rows->arena, cells[PLACE_CELL]);
	row->in_table = arena_span(rows->arena, cells[IN_TABLE_CELL]);
	row->hazards = row->ckpt.damage.at != NULL ? EDIT_DAMAGED : 0;
	take_image(rows, cells + FIELD_CELLS, &row->image);
	row->image.child = arena_span(rows->arena, cells[CHILD_CELL]);
}

void
pg_row_foresee(const struct pg_table *table, struct arena *arena, struct pg_row *row)
{
	struct span cells[PG_ROW_CELLS] = { [PG_SUPERSEDED_CELL] = SPAN("f") };

	for (int role = 0; role < LAYOUT_ROLES; role++) {
		const struct pg_cell *cell =
			pg_image_role(&row->image, (enum layout_role)role);

		cells[role] = cell != NULL ? cell->text : SPAN_NONE;
	}
	row->exists = true;
	pg_table_row(table, cells, arena, &row->ckpt);
	mark_place(table, &row->ckpt);
	row->hazards = row->ckpt.damage.at != NULL ? EDIT_DAMAGED : 0;
}

static void
add_row_sql(struct str *out, const struct pg_table *table, const struct pg_fields *fields,
	struct key key, enum pg_look look)
{
	str_add(out, "SELECT ");
	static const struct pg_documents whole = { 0 };

	pg_table_add_cells(out, table, &whole);
	if (table->statements != NULL) {
		str_add(out, ", NULL, NULL, NULL");
	} else {
		str_add(out, ", ctid::text, tableoid::text, ");
		pg_table_add_child(out, table);
	}
	for (size_t i = 0; i < fields->count; i++) {
		str_add(out, ", ");
		layout_add_name(out, fields->list[i].name);
		str_add(out, "::text");
	}
	str_add(out, " FROM ");
	pg_table_add_name(out, table);
	pg_table_add_key(out, table, key);
	str_add(out, look == PG_LOCK ? " LIMIT 2 FOR UPDATE" : " LIMIT 2");
}

static int
read_once(struct rows *rows, struct key key, enum pg_look look, struct err *err)
{
	const struct pg_store *pg = rows->pg;
	struct span parameters[PG_KEY_PARAMETERS];
	size_t count = pg_table_key_parameters(pg->table, key, parameters);
	struct pg_answer *answer;
	struct str sql = { 0 };
	int status;

	add_row_sql(&sql, pg->table, rows->fields, key, look);
	status = pg_run(pg->link, &answer, str_text(&sql), parameters, count, err);
	str_free(&sql);
	if (status != 0)
		return -1;
	pg_answer_deliver(answer, take_row, rows);
	pg_answer_free(answer);
	return rows->count > 1 ? edit_repeated(pg->table->layout.table, key, err) : 0;
}

static int
refuse_secured(const struct pg_store *pg, struct key key, struct err *err)
{
	struct str name = { 0 };

	key_add(&name, key);
	err_set(err, ERR_REFUSED,
		"row-level security of table %s shows %s to this role, but does not let "
		"it be changed; nothing was written; ask who made the policies",
		pg->table->layout.table, str_text(&name));
	str_free(&name);
	return -1;
}

int
pg_row_read(struct pg_row *out, const struct pg_store *pg, const struct pg_fields *fields,
	struct key key, enum pg_look look, struct arena *arena, struct err *err)
{
	struct rows rows = { .pg = pg, .fields = fields, .arena = arena, .row = out };

	*out = (struct pg_row){ 0 };
	if (!pg_table_has_key(pg->table, key))
		return 0;
	if (read_once(&rows, key, look, err) != 0)
		return -1;
	/* One that was removed while it was waited for may have been made anew, which the
	 * statement that waited did not see. */
	if (out->exists || look == PG_LOOK || pg->table->statements != NULL)
		return 0;
	if (read_once(&rows, key, look, err) != 0)
		return -1;
	if (out->exists || !pg->table->is_secured)
		return 0;
	if (read_once(&rows, key, PG_LOOK, err) != 0)
		return -1;
	return out->exists ? refuse_secured(pg, key, err) : 0;
}

/* --- without a change --- */

/* What can be asked in one transaction that only reads: the columns, and then the row as
 * they were at the last look. Where they are others by now the row is read again. */
static int
examine(struct rows *rows, struct fields *fields, struct pg_store *pg, struct key key,
	struct err *err)
{
	struct span parameters[PG_KEY_PARAMETERS], oid = span_of(pg->table->oid);
	struct pg_query queries[] = {
		{ .sql = fields_sql,
			.parameters = &oid,
			.count = 1,
			.row = take_field,
			.arg = fields },
		{ .parameters = parameters, .row = take_row, .arg = rows },
	};
	size_t count = rows->fields != NULL ? 2 : 1;
	struct err failure = { 0 };
	struct str sql = { 0 };
	int status;

	if (rows->fields != NULL)
		add_row_sql(&sql, pg->table, rows->fields, key, PG_LOOK);
	queries[1].sql = str_text(&sql);
	queries[1].count = pg_table_key_parameters(pg->table, key, parameters);
	status = pg_read(
		pg->link, PG_OURS, queries, count, pg_store_time_left(pg), &failure);
	str_free(&sql);
	if (status == 0 || pg_store_is_no_name(pg))
		return check_fields(fields, err);
	err_set(err, failure.kind, "%s: %s", pg_link_place(pg->link), failure.text);
	return pg_store_failed_to_read(pg, err);
}

static bool
are_same_fields(const struct pg_fields *a, const struct pg_fields *b)
{
	if (a == NULL || a->count != b->count)
		return false;
	for (size_t i = 0; i < a->count; i++)
		if (strcmp(a->list[i].name, b->list[i].name) != 0 ||
			!span_equal(a->list[i].type, b->list[i].type))
			return false;
	return true;
}

/* The columns are few, and a connection that lives long knows them. */
static void
remember(struct pg_store *pg, const struct pg_fields *fields)
{
	struct arena *arena = pg->table->arena;
	struct pg_fields *copy = arena_alloc(arena, 1, sizeof(*copy));

	copy->count = fields->count;
	copy->list = arena_alloc(arena, fields->count + 1, sizeof(*copy->list));
	for (size_t i = 0; i < fields->count; i++)
		copy->list[i] = (struct pg_field){
			.name = arena_text(arena, fields->list[i].name),
			.type = arena_span(arena, fields->list[i].type),
			.roles = fields->list[i].roles,
		};
	pg->fields = copy;
}

static int
examine_query(struct rows *rows, struct pg_store *pg, struct key key, struct err *err)
{
	struct span parameters[PG_KEY_PARAMETERS];
	struct pg_query query = {
		.parameters = parameters, .row = take_row, .arg = rows
	};
	struct pg_fields fields;
	struct err failure = { 0 };
	struct str sql = { 0 };
	int status;

	take_query_fields(&fields, pg->table, rows->arena);
	rows->fields = &fields;
	add_row_sql(&sql, pg->table, &fields, key, PG_LOOK);
	query.sql = str_text(&sql);
	query.count = pg_table_key_parameters(pg->table, key, parameters);
	status =
		pg_read(pg->link, PG_OTHERS, &query, 1, pg_store_time_left(pg), &failure);
	str_free(&sql);
	rows->fields = NULL;
	if (status != 0 && !pg_store_is_no_name(pg)) {
		err_set(err, failure.kind, "%s: %s", pg_link_place(pg->link),
			failure.text);
		return pg_store_failed_to_read(pg, err);
	}
	return rows->count > 1 ? edit_repeated(pg->table->layout.table, key, err) : 0;
}

int
pg_row_examine(struct pg_row *out, struct pg_store *pg, struct key key,
	struct arena *arena, struct err *err)
{
	if (pg->table->statements != NULL) {
		struct rows rows = { .pg = pg, .arena = arena, .row = out };

		*out = (struct pg_row){ 0 };
		return pg_table_has_key(pg->table, key)
			       ? examine_query(&rows, pg, key, err)
			       : 0;
	}
	if (!pg_table_is_written(pg->table))
		return edit_view(pg->table->kind, pg->table->layout.table, err);
	if (pg_rights_check(pg->table, err) != 0)
		return -1;
	*out = (struct pg_row){ 0 };
	if (!pg_table_has_key(pg->table, key))
		return 0;
	for (int look = 0; look < 3; look++) {
		struct fields fields = { .table = pg->table, .arena = arena };
		struct rows rows = {
			.pg = pg, .fields = pg->fields, .arena = arena, .row = out
		};

		*out = (struct pg_row){ 0 };
		if (examine(&rows, &fields, pg, key, err) != 0)
			return -1;
		if (are_same_fields(pg->fields, &fields.found))
			return rows.count > 1
				       ? edit_repeated(pg->table->layout.table, key, err)
				       : 0;
		remember(pg, &fields.found);
	}
	return err_set(err, ERR_DAMAGED,
		"%s: the columns of table %s change while they are looked at; try again",
		pg_link_place(pg->link), pg->table->layout.table);
}
