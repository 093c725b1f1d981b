/* SPDX-License-Identifier: MIT */
#include "store/sqlite/row.h"

#include <string.h>
#include <strings.h>

#include "store/edits.h"
#include "store/number_text.h"

/* Where the cells begin in a row of the statement. */
#define CELLS_COLUMN (SQLITE_CURSOR_COLUMN + 1)

/* --- the columns --- */

/* A column that is computed from others changes with them and not otherwise. */
static int
refuse_generated(const struct sqlite_table *table, struct span name, struct err *err)
{
	static const enum layout_role written[] = { LAYOUT_VALUE, LAYOUT_METADATA,
		LAYOUT_UPDATED };

	for (size_t i = 0; i < sizeof(written) / sizeof(*written); i++) {
		const char *column = table->layout.columns[written[i]];

		if (column != NULL && span_is(name, column))
			return err_set(err, ERR_REFUSED,
				"the column %s of table %s is computed from others; "
				"nothing was written; change what it is computed from",
				column, table->layout.table);
	}
	return 0;
}

/* Reads names and types of the columns that can be written. */
static int
read_columns(struct sqlite_reader *reader, struct sqlite_query *query, struct err *err)
{
	size_t room = 0;
	int status;

	while ((status = sqlite_query_step(query, err)) == 1) {
		struct span name = arena_span(reader->arena, sqlite_column(query, 0));
		struct span type = arena_span(reader->arena, sqlite_column(query, 1));

		if (sqlite_column_integer(query, 2) != 0) {
			if (refuse_generated(reader->table, name, err) != 0)
				return -1;
			continue;
		}
		if (reader->count == room) {
			const char **names, **types;

			room = 2 * room + 16;
			names = arena_alloc(reader->arena, room, sizeof(*names));
			types = arena_alloc(reader->arena, room, sizeof(*types));
			memcpy(names, reader->names, reader->count * sizeof(*names));
			memcpy(types, reader->types, reader->count * sizeof(*types));
			reader->names = names;
			reader->types = types;
		}
		reader->names[reader->count] = name.at != NULL ? name.at : "";
		reader->types[reader->count++] = type.at != NULL ? type.at : "";
	}
	return status;
}

/* Of a query what is compared and written; the rest may be another at each look. */
static void
take_query_columns(struct sqlite_reader *reader)
{
	static const enum layout_role kept[] = { LAYOUT_KEPT };
	enum { KEPT = sizeof(kept) / sizeof(*kept) };

	reader->names = arena_alloc(reader->arena, KEPT, sizeof(*reader->names));
	reader->types = arena_alloc(reader->arena, KEPT, sizeof(*reader->types));
	for (size_t i = 0; i < KEPT; i++) {
		const char *name = reader->table->layout.columns[kept[i]];

		if (name == NULL)
			continue;
		reader->names[reader->count] = name;
		reader->types[reader->count++] = "";
	}
}

static int
read_table_columns(
	struct sqlite_reader *reader, const struct sqlite_store *sqlite, struct err *err)
{
	struct sqlite_query *columns;
	int status;

	if (strcmp(reader->table->kind, "table") != 0)
		return edit_view(reader->table->kind, reader->table->layout.table, err);
	if (sqlite_query_new(&columns, sqlite->file.db,
		    "SELECT name, type, hidden FROM pragma_table_xinfo(?1)", err) != 0)
		return -1;
	sqlite_bind_text(columns, 1, span_of(reader->table->layout.table));
	status = read_columns(reader, columns, err);
	sqlite_query_free(columns);
	return status;
}

int
sqlite_reader_open(
	struct sqlite_reader *out, const struct sqlite_store *sqlite, struct err *err)
{
	struct sqlite_db *db = sqlite->file.db;
	int status = 0;

	*out = (struct sqlite_reader){ .table = sqlite->table, .arena = arena_new() };
	out->names = out->types = arena_alloc(out->arena, 1, sizeof(*out->names));
	if (out->table->statements != NULL)
		take_query_columns(out);
	else
		status = read_table_columns(out, sqlite, err);
	for (int nameless = 0; nameless < 2 && status == 0; nameless++)
		status = sqlite_query_new(&out->queries[nameless], db,
			sqlite_table_row_sql(
				out->table, nameless != 0, out->names, out->count),
			err);
	if (status != 0)
		sqlite_reader_close(out);
	return status;
}

void
sqlite_reader_close(struct sqlite_reader *reader)
{
	sqlite_query_free(reader->queries[0]);
	sqlite_query_free(reader->queries[1]);
	if (reader->arena != NULL)
		arena_free(reader->arena);
	*reader = (struct sqlite_reader){ 0 };
}

/* --- a row --- */

static unsigned
roles_of(const struct sqlite_table *table, const char *name)
{
	unsigned roles = 0, meant = ~0u;

	/* What a reset of a query does not write is whatever it makes of it. */
	if (table->statements != NULL)
		meant = statements_written_roles(table->statements) | SQLITE_ROLE(JOB) |
			SQLITE_ROLE(PARTITION);
	for (int role = 0; role < LAYOUT_ROLES; role++)
		if (table->layout.columns[role] != NULL &&
			strcasecmp(table->layout.columns[role], name) == 0)
			roles |= 1u << role;
	return roles & meant;
}

static void
take_cell(const struct sqlite_reader *reader, struct sqlite_query *query, size_t index,
	struct arena *arena, struct sqlite_cell *out)
{
	int column = CELLS_COLUMN + (int)index;
	char real[NUMBER_REAL_SIZE];
	struct span bytes;

	out->name = span_of(arena_text(arena, reader->names[index]));
	out->declared = span_of(arena_text(arena, reader->types[index]));
	out->roles = roles_of(reader->table, reader->names[index]);
	out->storage = sqlite_column_storage(query, column);
	if (out->storage == CKPT_STORAGE_REAL) {
		number_write_real(real, sqlite_column_real(query, column));
		bytes = span_of(real);
	} else {
		bytes = sqlite_column(query, column);
	}
	out->bytes = arena_span(arena, bytes);
}

static void
take_image(const struct sqlite_reader *reader, struct sqlite_query *query,
	struct arena *arena, struct sqlite_image *out)
{
	const struct sqlite_table *table = reader->table;

	*out = (struct sqlite_image){
		.table = span_of(arena_text(arena, table->layout.table)),
		.has_rowid = table->order == SQLITE_BY_ROWID,
		.cells = arena_alloc(arena, reader->count + 1, sizeof(*out->cells)),
		.count = reader->count,
	};
	if (out->has_rowid)
		out->rowid = sqlite_column_integer(query, SQLITE_CURSOR_COLUMN);
	for (size_t i = 0; i < reader->count; i++)
		take_cell(reader, query, i, arena, &out->cells[i]);
}

/* What cannot be read, or is another value for programs that read it as a string. */
static unsigned
hazards_of(struct ckpt *row)
{
	if (row->damage.at == NULL && row->value.len > 0 &&
		memchr(row->value.at, '\0', row->value.len) != NULL)
		row->damage = SPAN("NUL byte in the value");
	return row->damage.at != NULL ? EDIT_DAMAGED : 0;
}

/* Nothing of ours can be put into metadata that no statement writes. */
static void
mark_place(const struct sqlite_table *table, struct ckpt *row)
{
	if (table->statements != NULL &&
		!(statements_written_roles(table->statements) & SQLITE_ROLE(METADATA)))
		row->flags |= CKPT_NO_METADATA;
}

int
sqlite_reader_read(struct sqlite_reader *reader, struct key key, struct arena *arena,
	struct sqlite_row *out, struct err *err)
{
	const struct sqlite_table *table = reader->table;
	struct sqlite_query *query = reader->queries[sqlite_is_nameless(key)];
	int status;

	*out = (struct sqlite_row){ 0 };
	if (!sqlite_bind_key(query, table, 1, key))
		return 0;
	status = sqlite_query_step(query, err);
	if (status == 1) {
		out->exists = true;
		sqlite_table_row(table, query, arena, &out->ckpt);
		take_image(reader, query, arena, &out->image);
		out->hazards = hazards_of(&out->ckpt);
		mark_place(table, &out->ckpt);
		status = sqlite_query_step(query, err);
		if (status == 1)
			status = edit_repeated(table->layout.table, key, err);
	}
	sqlite_query_reset(query);
	return status;
}

void
sqlite_row_foresee(
	const struct sqlite_table *table, struct arena *arena, struct sqlite_row *row)
{
	struct span cells[LAYOUT_ROLES] = { 0 };
	enum ckpt_storage storage = CKPT_STORAGE_NULL;

	for (int role = 0; role < LAYOUT_ROLES; role++) {
		const struct sqlite_cell *cell =
			sqlite_image_role(&row->image, (enum layout_role)role);

		cells[role] = cell != NULL ? cell->bytes : SPAN_NONE;
		if (cell != NULL && role == LAYOUT_VALUE)
			storage = cell->storage;
	}
	layout_row(&table->layout, cells, storage, false, arena, &row->ckpt);
	row->hazards = hazards_of(&row->ckpt);
	mark_place(table, &row->ckpt);
	row->exists = true;
}
