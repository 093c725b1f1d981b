/* SPDX-License-Identifier: MIT */
#include "store/sqlite/image.h"

#include <math.h>
#include <string.h>
#include <strings.h>

#include "base/json.h"
#include "store/image_json.h"
#include "store/number_text.h"
#include "store/sqlite/value.h"
#include "store/sqlite/write.h"

/* Of the form of the text. */
#define FORM "1"

#define CELLS_MAX 4000

static const char *const storages[] = { [CKPT_STORAGE_NULL] = "null",
	[CKPT_STORAGE_INTEGER] = "integer",
	[CKPT_STORAGE_REAL] = "real",
	[CKPT_STORAGE_TEXT] = "text",
	[CKPT_STORAGE_BLOB] = "blob" };

#define STORAGES (sizeof(storages) / sizeof(*storages))

/* --- as text --- */

static void
add_cell(struct str *out, const struct sqlite_cell *cell)
{
	str_add_char(out, '{');
	image_add_bytes(out, "name", cell->name, true);
	str_add_char(out, ',');
	image_add_bytes(out, "declared", cell->declared, true);
	str_add_char(out, ',');
	image_add_roles(out, cell->roles);
	str_addf(out, ",\"storage\":\"%s\"", storages[cell->storage]);
	if (cell->storage != CKPT_STORAGE_NULL) {
		str_add_char(out, ',');
		image_add_bytes(
			out, "bytes", cell->bytes, cell->storage != CKPT_STORAGE_BLOB);
	}
	str_add_char(out, '}');
}

void
sqlite_image_write(struct str *out, const struct sqlite_image *image)
{
	str_add(out, "{\"sqlite_row\":" FORM ",");
	image_add_bytes(out, "table", image->table, true);
	if (image->has_rowid) {
		str_add(out, ",\"rowid\":");
		str_add_integer(out, image->rowid);
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
is_infinite(struct span text)
{
	return span_is(text, "inf") || span_is(text, "-inf");
}

/* A number must be written as it is when it is read from the database. */
static bool
is_sound(const struct sqlite_cell *cell)
{
	int64_t integer;
	double real;

	if (cell->storage == CKPT_STORAGE_INTEGER)
		return number_read_integer(&integer, cell->bytes);
	if (cell->storage == CKPT_STORAGE_REAL)
		return is_infinite(cell->bytes) ||
		       number_read_exact_real(&real, cell->bytes);
	return true;
}

static bool
read_cell(
	const struct json *json, json_at at, struct arena *arena, struct sqlite_cell *out)
{
	struct str word = { 0 };
	size_t storage = 0;

	json_text(json, json_member(json, at, "storage", NULL), &word);
	while (storage < STORAGES && strcmp(storages[storage], str_text(&word)) != 0)
		storage++;
	str_free(&word);
	if (storage == STORAGES ||
		!image_read_bytes(json, at, "name", arena, &out->name) ||
		!image_read_bytes(json, at, "declared", arena, &out->declared) ||
		!image_read_roles(
			json, json_member(json, at, "roles", NULL), &out->roles))
		return false;
	out->storage = (enum ckpt_storage)storage;
	return storage == CKPT_STORAGE_NULL ||
	       (image_read_bytes(json, at, "bytes", arena, &out->bytes) && is_sound(out));
}

static bool
read_row(const struct json *json, struct arena *arena, struct sqlite_image *out)
{
	json_at columns = json_member(json, JSON_ROOT, "columns", NULL), value;
	json_at rowid = json_member(json, JSON_ROOT, "rowid", NULL);
	json_at version = json_member(json, JSON_ROOT, "sqlite_row", NULL);
	size_t cursor = 0;

	if (!span_is(json_raw(json, version), FORM) ||
		!image_read_bytes(json, JSON_ROOT, "table", arena, &out->table) ||
		json_kind(json, columns) != JSON_ARRAY ||
		json_count(json, columns) > CELLS_MAX)
		return false;
	out->has_rowid = rowid != JSON_ABSENT;
	if (out->has_rowid && !number_read_integer(&out->rowid, json_raw(json, rowid)))
		return false;
	out->cells = arena_alloc(arena, json_count(json, columns), sizeof(*out->cells));
	while (json_next(json, columns, &cursor, NULL, &value))
		if (!read_cell(json, value, arena, &out->cells[out->count++]))
			return false;
	return true;
}

bool
sqlite_image_read(struct sqlite_image *out, struct arena *arena, struct span text)
{
	struct json *json = NULL;
	bool ok;

	*out = (struct sqlite_image){ 0 };
	if (text.at == NULL || json_parse(&json, text, NULL) != 0)
		return false;
	ok = read_row(json, arena, out);
	json_free(json);
	return ok;
}

/* --- comparing --- */

const struct sqlite_cell *
sqlite_image_role(const struct sqlite_image *image, enum layout_role role)
{
	for (size_t i = 0; i < image->count; i++)
		if (image->cells[i].roles & (1u << role))
			return &image->cells[i];
	return NULL;
}

const struct sqlite_cell *
sqlite_image_name(const struct sqlite_image *image, struct span name)
{
	for (size_t i = 0; i < image->count; i++)
		if (span_equal(image->cells[i].name, name))
			return &image->cells[i];
	return NULL;
}

bool
sqlite_cell_same(const struct sqlite_cell *a, const struct sqlite_cell *b)
{
	if (a == NULL || b == NULL)
		return a == b;
	return a->storage == b->storage && span_equal(a->bytes, b->bytes);
}

bool
sqlite_image_same(const struct sqlite_image *a, const struct sqlite_image *b)
{
	static const enum layout_role compared[] = { LAYOUT_VALUE, LAYOUT_METADATA,
		LAYOUT_UPDATED };

	for (size_t i = 0; i < sizeof(compared) / sizeof(*compared); i++)
		if (!sqlite_cell_same(sqlite_image_role(a, compared[i]),
			    sqlite_image_role(b, compared[i])))
			return false;
	return span_equal(a->table, b->table);
}

/* NULL is shown as the empty name. */
static bool
is_name(const struct sqlite_cell *cell, struct span name)
{
	return cell == NULL ||
	       (cell->storage == CKPT_STORAGE_NULL ? name.len == 0
						   : span_equal(cell->bytes, name));
}

bool
sqlite_image_has_key(const struct sqlite_image *image, struct key key)
{
	return is_name(sqlite_image_role(image, LAYOUT_JOB), key.job) &&
	       is_name(sqlite_image_role(image, LAYOUT_PARTITION), key.partition);
}

void
sqlite_bind_cell(
	struct sqlite_query *query, int parameter, const struct sqlite_cell *cell)
{
	if (cell == NULL)
		sqlite_bind_text(query, parameter, SPAN_NONE);
	else if (cell->storage == CKPT_STORAGE_REAL && is_infinite(cell->bytes))
		sqlite_bind_real(
			query, parameter, *cell->bytes.at == '-' ? -HUGE_VAL : HUGE_VAL);
	else
		sqlite_bind_stored(query, parameter, cell->bytes, cell->storage);
}

/* --- drafts --- */

/* What SQLite makes of a value because of how its column is declared. */
enum affinity { AFFINITY_NONE, AFFINITY_TEXT, AFFINITY_REAL, AFFINITY_NUMERIC };

/* As the documentation of SQLite's types says, in its order. ANY converts nothing in a
 * STRICT table, which is where it is used. */
static enum affinity
affinity_of(struct span declared)
{
	static const struct {
		const char *part;
		enum affinity affinity;
	} parts[] = { { "INT", AFFINITY_NUMERIC }, { "CHAR", AFFINITY_TEXT },
		{ "CLOB", AFFINITY_TEXT }, { "TEXT", AFFINITY_TEXT },
		{ "BLOB", AFFINITY_NONE }, { "REAL", AFFINITY_REAL },
		{ "FLOA", AFFINITY_REAL }, { "DOUB", AFFINITY_REAL } };

	if (declared.len == 0 ||
		(declared.len == 3 && strncasecmp(declared.at, "any", 3) == 0))
		return AFFINITY_NONE;
	for (size_t i = 0; i < sizeof(parts) / sizeof(*parts); i++)
		if (span_contains(declared, span_of(parts[i].part)))
			return parts[i].affinity;
	return AFFINITY_NUMERIC;
}

static void
set_real(struct sqlite_cell *cell, double real, struct arena *arena)
{
	char text[NUMBER_REAL_SIZE];

	number_write_real(text, real);
	cell->storage = CKPT_STORAGE_REAL;
	cell->bytes = span_of(arena_text(arena, text));
}

/* Makes of the cell what the column will. Of texts only those are converted that give
 * the number's own text; what SQLite makes of another one is seen after the write. */
static void
settle_cell(struct sqlite_cell *cell, struct arena *arena)
{
	enum affinity affinity = affinity_of(cell->declared);
	int64_t integer;
	double real;

	if (cell->storage == CKPT_STORAGE_NULL || cell->storage == CKPT_STORAGE_BLOB ||
		affinity == AFFINITY_NONE)
		return;
	if (affinity == AFFINITY_TEXT) {
		cell->storage = CKPT_STORAGE_TEXT;
		return;
	}
	if (cell->storage == CKPT_STORAGE_TEXT &&
		number_read_integer(&integer, cell->bytes))
		cell->storage = CKPT_STORAGE_INTEGER;
	else if (cell->storage == CKPT_STORAGE_TEXT &&
		 number_read_exact_real(&real, cell->bytes))
		cell->storage = CKPT_STORAGE_REAL;
	if (affinity == AFFINITY_REAL && cell->storage == CKPT_STORAGE_INTEGER &&
		number_read_integer(&integer, cell->bytes)) {
		set_real(cell, (double)integer, arena);
	} else if (affinity == AFFINITY_NUMERIC && cell->storage == CKPT_STORAGE_REAL &&
		   number_read_real(&real, cell->bytes) && real > -0x1p62 &&
		   real < 0x1p62 && (double)(int64_t)real == real) {
		cell->storage = CKPT_STORAGE_INTEGER;
		cell->bytes =
			span_of(arena_printf(arena, "%lld", (long long)(int64_t)real));
	}
}

/* Puts a text into the cell as what was there was stored. */
static void
set_cell(struct sqlite_cell *cell, struct span text, enum ckpt_storage like,
	struct arena *arena)
{
	int64_t integer;
	double real;

	cell->bytes = text;
	cell->storage = text.at == NULL		    ? CKPT_STORAGE_NULL
			: like == CKPT_STORAGE_BLOB ? CKPT_STORAGE_BLOB
						    : CKPT_STORAGE_TEXT;
	if (text.at != NULL && like == CKPT_STORAGE_INTEGER &&
		number_read_integer(&integer, text))
		cell->storage = CKPT_STORAGE_INTEGER;
	else if (text.at != NULL && like == CKPT_STORAGE_REAL &&
		 number_read_real(&real, text))
		set_real(cell, real, arena);
	settle_cell(cell, arena);
}

/* The one cell of a role, to be written. */
static struct sqlite_cell *
cell_of(struct sqlite_image *image, enum layout_role role)
{
	return (struct sqlite_cell *)sqlite_image_role(image, role);
}

static int
draft_value(struct sqlite_image *image, struct span value, struct arena *arena,
	struct err *err)
{
	struct sqlite_cell *cell = cell_of(image, LAYOUT_VALUE);
	struct written_width width;

	if (cell == NULL)
		return err_set(err, ERR_REFUSED,
			"the image of the row has no value; nothing was written; read "
			"the row again");
	width = (struct written_width){ image->table, cell->name,
		written_declared_most(cell->declared.at), "value" };
	if (written_check_length(&width, value, cell->bytes, err) != 0)
		return -1;
	set_cell(cell, value, cell->storage, arena);
	return 0;
}

static int
draft_metadata(struct sqlite_image *image, const struct draft *draft, struct arena *arena,
	struct err *err)
{
	struct sqlite_cell *cell = cell_of(image, LAYOUT_METADATA);
	struct written_width width;

	if (draft->keep_metadata || (cell == NULL && draft->metadata.at == NULL))
		return 0;
	if (cell == NULL)
		return err_set(err, ERR_REFUSED,
			"table %.*s has no place for metadata; nothing was written",
			(int)image->table.len, image->table.at);
	width = (struct written_width){ image->table, cell->name,
		written_declared_most(cell->declared.at), "metadata" };
	if (written_check_length(&width, draft->metadata, cell->bytes, err) != 0)
		return -1;
	set_cell(cell, draft->metadata, cell->storage, arena);
	return 0;
}

static void
draft_updated(struct sqlite_image *image, int64_t at, const struct zone *zone,
	struct arena *arena)
{
	struct sqlite_cell *cell = cell_of(image, LAYOUT_UPDATED);
	struct str text = { 0 };
	bool is_time;

	if (cell == NULL)
		return;
	is_time = written_updated(&text, cell->bytes, at, zone);
	set_cell(cell, arena_span(arena, str_span(&text)),
		is_time ? cell->storage : CKPT_STORAGE_TEXT, arena);
	str_free(&text);
}

int
sqlite_not_an_image(struct err *err)
{
	return err_set(err, ERR_USAGE,
		"this is no image of a row of a SQLite table; nothing was written");
}

int
sqlite_store_draft(struct store *store, struct span image, const struct draft *draft,
	struct str *out, struct err *err)
{
	struct arena *arena = arena_new();
	struct sqlite_image row;
	int status = -1;

	if (!sqlite_image_read(&row, arena, image) ||
		!sqlite_image_has_key(&row, draft->key)) {
		sqlite_not_an_image(err);
		goto out;
	}
	if (draft_value(&row, draft->value, arena, err) != 0 ||
		draft_metadata(&row, draft, arena, err) != 0)
		goto out;
	draft_updated(&row, draft->updated_at, store->config->zone, arena);
	sqlite_image_write(out, &row);
	status = 0;
out:
	arena_free(arena);
	return status;
}

/* --- for those who only have the image --- */

static struct span
bytes_of(const struct sqlite_image *image, enum layout_role role)
{
	const struct sqlite_cell *cell = sqlite_image_role(image, role);

	return cell != NULL ? cell->bytes : SPAN_NONE;
}

bool
sqlite_store_image_read(const struct store *store, struct span image, struct str *memory,
	struct image_facts *out)
{
	struct arena *arena = arena_new();
	struct sqlite_image row;
	bool ok = sqlite_image_read(&row, arena, image);

	(void)store;
	if (ok) {
		const struct span facts[] = { bytes_of(&row, LAYOUT_VALUE),
			bytes_of(&row, LAYOUT_UPDATED), bytes_of(&row, LAYOUT_METADATA) };

		*out = image_facts_of(memory, facts);
	}
	arena_free(arena);
	return ok;
}

bool
sqlite_store_image_same(const struct store *store, struct span a, struct span b)
{
	struct arena *arena = arena_new();
	struct sqlite_image rows[2];
	bool same = sqlite_image_read(&rows[0], arena, a) &&
		    sqlite_image_read(&rows[1], arena, b) &&
		    sqlite_image_same(&rows[0], &rows[1]);

	(void)store;
	arena_free(arena);
	return same;
}
