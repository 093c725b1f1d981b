/* SPDX-License-Identifier: MIT */
#include "store/postgresql/image.h"

#include <string.h>

#include "store/image_json.h"
#include "store/postgresql/jsonb.h"
#include "store/postgresql/type.h"

/* Of the form of the text. */
#define FORM "1"

/* A table of PostgreSQL has no more. */
#define CELLS_MAX 1600

/* --- as text --- */

static void
add_cell(struct str *out, const struct pg_cell *cell)
{
	str_add_char(out, '{');
	image_add_bytes(out, "name", cell->name, true);
	str_add_char(out, ',');
	image_add_bytes(out, "type", cell->type, true);
	str_add_char(out, ',');
	image_add_roles(out, cell->roles);
	str_add_char(out, ',');
	if (cell->text.at != NULL)
		image_add_bytes(out, "text", cell->text, true);
	else
		str_add(out, "\"null\":true");
	str_add_char(out, '}');
}

void
pg_image_write(struct str *out, const struct pg_image *image)
{
	str_add(out, "{\"postgresql_row\":" FORM ",");
	image_add_bytes(out, "schema", image->schema, true);
	str_add_char(out, ',');
	image_add_bytes(out, "table", image->table, true);
	if (image->child.at != NULL) {
		str_add_char(out, ',');
		image_add_bytes(out, "child", image->child, true);
	}
	str_add(out, ",\"columns\":[");
	for (size_t i = 0; i < image->count; i++) {
		if (i > 0)
			str_add_char(out, ',');
		add_cell(out, &image->cells[i]);
	}
	str_add(out, "]}");
}

static bool
read_cell(const struct json *json, json_at at, struct arena *arena, struct pg_cell *out)
{
	bool is_null =
		span_is(json_raw(json, json_member(json, at, "null", NULL)), "true");

	return image_read_bytes(json, at, "name", arena, &out->name) &&
	       image_read_bytes(json, at, "type", arena, &out->type) &&
	       image_read_roles(
		       json, json_member(json, at, "roles", NULL), &out->roles) &&
	       image_read_bytes(json, at, "text", arena, &out->text) != is_null;
}

static bool
read_row(const struct json *json, struct arena *arena, struct pg_image *out)
{
	json_at columns = json_member(json, JSON_ROOT, "columns", NULL), value;
	json_at version = json_member(json, JSON_ROOT, "postgresql_row", NULL);
	size_t cursor = 0;

	if (!span_is(json_raw(json, version), FORM) ||
		!image_read_bytes(json, JSON_ROOT, "schema", arena, &out->schema) ||
		!image_read_bytes(json, JSON_ROOT, "table", arena, &out->table) ||
		json_kind(json, columns) != JSON_ARRAY ||
		json_count(json, columns) > CELLS_MAX)
		return false;
	if (!image_read_bytes(json, JSON_ROOT, "child", arena, &out->child))
		out->child = SPAN_NONE;
	out->cells =
		arena_alloc(arena, json_count(json, columns) + 1, sizeof(*out->cells));
	while (json_next(json, columns, &cursor, NULL, &value))
		if (!read_cell(json, value, arena, &out->cells[out->count++]))
			return false;
	return true;
}

bool
pg_image_read(struct pg_image *out, struct arena *arena, struct span text)
{
	struct json *json = NULL;
	bool ok;

	*out = (struct pg_image){ 0 };
	if (text.at == NULL || json_parse(&json, text, NULL) != 0)
		return false;
	ok = read_row(json, arena, out);
	json_free(json);
	return ok;
}

/* --- comparing --- */

struct pg_cell *
pg_image_role(const struct pg_image *image, enum layout_role role)
{
	for (size_t i = 0; i < image->count; i++)
		if (image->cells[i].roles & (1u << role))
			return &image->cells[i];
	return NULL;
}

struct pg_cell *
pg_image_name(const struct pg_image *image, struct span name)
{
	for (size_t i = 0; i < image->count; i++)
		if (span_equal(image->cells[i].name, name))
			return &image->cells[i];
	return NULL;
}

bool
pg_cell_same(const struct pg_cell *a, const struct pg_cell *b)
{
	if (a == NULL || b == NULL)
		return a == b;
	return pg_type_same(a->type, a->text, b->text);
}

bool
pg_image_same(const struct pg_image *a, const struct pg_image *b)
{
	static const enum layout_role compared[] = { LAYOUT_VALUE, LAYOUT_METADATA,
		LAYOUT_UPDATED };

	for (size_t i = 0; i < sizeof(compared) / sizeof(*compared); i++)
		if (!pg_cell_same(
			    pg_image_role(a, compared[i]), pg_image_role(b, compared[i])))
			return false;
	return span_equal(a->schema, b->schema) && span_equal(a->table, b->table);
}

int
pg_image_can_come_back(const struct pg_image *image, struct err *err)
{
	const struct span child = image->child, table = image->table;

	if (child.at == NULL)
		return 0;
	return err_set(err, ERR_REFUSED,
		"the row is one of table %.*s, which inherits from table %.*s: brought "
		"back it would be one of %.*s, without what the other table has of its "
		"own; nothing was written; name %.*s as the table of the store",
		(int)child.len, child.at, (int)table.len, table.at, (int)table.len,
		table.at, (int)child.len, child.at);
}

/* NULL is shown as the empty name. */
static bool
is_name(const struct pg_cell *cell, struct span name)
{
	return cell == NULL ||
	       (cell->text.at == NULL ? name.len == 0 : span_equal(cell->text, name));
}

bool
pg_image_has_key(const struct pg_image *image, struct key key)
{
	return is_name(pg_image_role(image, LAYOUT_JOB), key.job) &&
	       is_name(pg_image_role(image, LAYOUT_PARTITION), key.partition);
}

/* --- drafts --- */

struct drafting {
	struct pg_image image;
	const struct draft *draft;
	const struct zone *zone;
	struct arena *arena;
};

static int
draft_value(struct drafting *drafting, struct err *err)
{
	struct pg_cell *cell = pg_image_role(&drafting->image, LAYOUT_VALUE);
	const struct pg_column_text column = { drafting->image.table, cell->name,
		cell->type, "value" };

	return pg_type_take(
		&cell->text, &column, drafting->draft->value, drafting->arena, err);
}

static int
draft_metadata(struct drafting *drafting, struct err *err)
{
	const struct draft *draft = drafting->draft;
	struct pg_cell *cell = pg_image_role(&drafting->image, LAYOUT_METADATA);

	if (draft->keep_metadata || (cell == NULL && draft->metadata.at == NULL))
		return 0;
	if (cell == NULL)
		return err_set(err, ERR_REFUSED,
			"table %.*s has no place for metadata; nothing was written",
			(int)drafting->image.table.len, drafting->image.table.at);
	return pg_type_take(&cell->text,
		&(struct pg_column_text){
			drafting->image.table, cell->name, cell->type, "metadata" },
		draft->metadata, drafting->arena, err);
}

int
pg_not_an_image(struct err *err)
{
	return err_set(err, ERR_USAGE,
		"this is no image of a row of a PostgreSQL table; nothing was written");
}

int
pg_store_draft(struct store *store, struct span image, const struct draft *draft,
	struct str *out, struct err *err)
{
	struct drafting drafting = {
		.draft = draft, .zone = store->config->zone, .arena = arena_new()
	};
	struct pg_cell *updated;
	int status = -1;

	if (!pg_image_read(&drafting.image, drafting.arena, image) ||
		pg_image_role(&drafting.image, LAYOUT_VALUE) == NULL ||
		!pg_image_has_key(&drafting.image, draft->key)) {
		pg_not_an_image(err);
		goto out;
	}
	if (draft_value(&drafting, err) != 0 || draft_metadata(&drafting, err) != 0)
		goto out;
	updated = pg_image_role(&drafting.image, LAYOUT_UPDATED);
	if (updated != NULL)
		updated->text = pg_type_time(updated->type, updated->text,
			draft->updated_at, drafting.zone, drafting.arena);
	pg_image_write(out, &drafting.image);
	status = 0;
out:
	arena_free(drafting.arena);
	return status;
}

/* --- for those who only have the image --- */

static struct span
text_of(const struct pg_image *image, enum layout_role role)
{
	const struct pg_cell *cell = pg_image_role(image, role);

	return cell != NULL ? cell->text : SPAN_NONE;
}

bool
pg_store_image_read(const struct store *store, struct span image, struct str *memory,
	struct image_facts *out)
{
	struct arena *arena = arena_new();
	struct pg_image row;
	bool ok = pg_image_read(&row, arena, image);

	(void)store;
	if (ok) {
		const struct span facts[] = { text_of(&row, LAYOUT_VALUE),
			text_of(&row, LAYOUT_UPDATED), text_of(&row, LAYOUT_METADATA) };

		*out = image_facts_of(memory, facts);
	}
	arena_free(arena);
	return ok;
}

bool
pg_store_image_same(const struct store *store, struct span a, struct span b)
{
	struct arena *arena = arena_new();
	struct pg_image rows[2];
	bool same = pg_image_read(&rows[0], arena, a) &&
		    pg_image_read(&rows[1], arena, b) &&
		    pg_image_same(&rows[0], &rows[1]);

	(void)store;
	arena_free(arena);
	return same;
}
