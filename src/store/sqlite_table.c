/* SPDX-License-Identifier: MIT */
#include "store/sqlite_table.h"

#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "base/mem.h"
#include "base/utf8.h"
#include "store/backend.h"
#include "store/number_text.h"

/* A longer value is no position. */
#define VALUE_MAX (64 << 10)

/* --- what tables there are --- */

/* The names that a query with one parameter answers. */
struct names {
	const char **names;
	size_t count;
};

static int
read_names(struct names *out, struct sqlite_db *db, const char *sql, const char *of,
	struct arena *arena, struct err *err)
{
	struct sqlite_query *query;
	struct names found = { NULL, 0 };
	int status;

	*out = (struct names){ NULL, 0 };
	if (sqlite_query_new(&query, db, sql, err) != 0)
		return -1;
	sqlite_bind_text(query, 1, span_of(of));
	while ((status = sqlite_query_step(query, err)) == 1) {
		if (found.count % 64 == 0)
			found.names = mem_resize(
				found.names, found.count + 64, sizeof(*found.names));
		/* A column of an index over an expression has no name. */
		found.names[found.count++] =
			arena_span(arena, sqlite_column(query, 0)).at;
	}
	sqlite_query_free(query);
	if (found.count > 0) {
		out->names = arena_alloc(arena, found.count, sizeof(*out->names));
		memcpy(out->names, found.names, found.count * sizeof(*out->names));
		out->count = found.count;
	}
	free(found.names);
	return status < 0 ? -1 : 0;
}

static bool
holds(const struct names *names, const char *name)
{
	for (size_t i = 0; i < names->count; i++)
		if (names->names[i] != NULL && strcasecmp(names->names[i], name) == 0)
			return true;
	return false;
}

/* The limits on names are far above any table that a pipeline makes. */
static const char columns_sql[] = "SELECT name FROM pragma_table_xinfo(?1) "
				  "WHERE hidden <> 1 LIMIT 2000";
/* In the same order. */
static const char types_sql[] = "SELECT type FROM pragma_table_xinfo(?1) "
				"WHERE hidden <> 1 LIMIT 2000";

/* Reads the columns of the tables that count. A view that cannot be understood is one
 * without columns. */
static int
read_columns(struct layout_table *tables, size_t count, const char *wanted,
	struct sqlite_db *db, struct arena *arena, struct err *err)
{
	for (size_t i = 0; i < count; i++) {
		struct names columns;
		struct err failure = { 0 };

		if (wanted != NULL && strcasecmp(tables[i].name, wanted) != 0)
			continue;
		if (read_names(&columns, db, columns_sql, tables[i].name, arena,
			    &failure) != 0) {
			/* A disk or a lock that fails says nothing of the view. */
			if (sqlite_db_trouble(db) != SQLITE_TROUBLE_OTHER ||
				failure.kind == ERR_UNREACHABLE)
				return err_set(err, failure.kind, "%s", failure.text);
			tables[i].trouble = arena_text(arena, failure.text);
		}
		tables[i].columns = columns.names;
		tables[i].column_count = columns.count;
	}
	return 0;
}

static int
choose(struct sqlite_table *table, struct sqlite_db *db,
	const struct store_config *config, struct err *err)
{
	static const char sql[] = "SELECT name FROM sqlite_schema "
				  "WHERE type IN ('table', 'view') "
				  "AND substr(name, 1, 7) <> 'sqlite_' "
				  "AND name NOT IN ('ckptop_audit', 'ckptop_store') "
				  "ORDER BY name LIMIT 4000";
	struct arena *scratch = arena_new();
	struct layout_table *tables;
	struct names names;
	int status = -1;

	if (read_names(&names, db, sql, NULL, scratch, err) != 0)
		goto out;
	tables = arena_alloc(scratch, names.count + 1, sizeof(*tables));
	for (size_t i = 0; i < names.count; i++)
		tables[i].name = names.names[i];
	if (read_columns(tables, names.count, layout_wanted_table(config), db, scratch,
		    err) != 0)
		goto out;
	status = layout_choose(&table->layout, table->arena, config, tables, names.count,
		store_path(config), err);
out:
	arena_free(scratch);
	return status;
}

/* --- what its columns are declared to hold --- */

size_t
sqlite_declared_most(const char *type)
{
	const char *bracket = type != NULL ? strchr(type, '(') : NULL;
	unsigned long most;
	char *end;

	if (bracket == NULL || strcasestr(type, "char") == NULL ||
		strcasestr(type, "char") > bracket)
		return 0;
	most = strtoul(bracket + 1, &end, 10);
	end += strspn(end, " ");
	return *end == ')' ? most : 0;
}

static int
read_widths(struct sqlite_table *table, struct sqlite_db *db, struct err *err)
{
	const char *const *wanted = table->layout.columns;
	const char *name = table->layout.table;
	struct names columns, types;

	if (read_names(&columns, db, columns_sql, name, table->arena, err) != 0 ||
		read_names(&types, db, types_sql, name, table->arena, err) != 0)
		return -1;
	for (size_t i = 0; i < columns.count && i < types.count; i++)
		for (int role = 0; role < LAYOUT_ROLES; role++)
			if (wanted[role] != NULL && columns.names[i] != NULL &&
				strcasecmp(wanted[role], columns.names[i]) == 0)
				table->most[role] = sqlite_declared_most(types.names[i]);
	return 0;
}

/* --- how it can be walked --- */

static int
read_order(struct sqlite_table *table, struct sqlite_db *db, struct err *err)
{
	static const char *const rowids[] = { "rowid", "_rowid_", "oid" };
	const char *name = table->layout.table;
	struct names kind, columns, key;

	if (read_names(&kind, db,
		    "SELECT iif(type = 'view', type, iif(rootpage = 0, "
		    "'virtual table', type)) FROM sqlite_schema "
		    "WHERE name = ?1 AND type IN ('table', 'view')",
		    name, table->arena, err) != 0 ||
		read_names(&columns, db, columns_sql, name, table->arena, err) != 0 ||
		/* Of a table this is the primary key, if it is without rowid. */
		read_names(&key, db, "SELECT name FROM pragma_index_info(?1)", name,
			table->arena, err) != 0)
		return -1;
	table->kind = kind.count > 0 ? kind.names[0] : "table";
	table->order = SQLITE_AT_ONCE;
	if (strcmp(table->kind, "table") != 0 || key.count > SQLITE_KEY_COLUMNS)
		return 0;
	if (key.count > 0) {
		table->order = SQLITE_BY_KEY;
		table->key_count = (int)key.count;
		memcpy(table->key_columns, key.names, key.count * sizeof(*key.names));
		return 0;
	}
	for (size_t i = 0; i < 3 && table->order == SQLITE_AT_ONCE; i++) {
		if (holds(&columns, rowids[i]))
			continue;
		table->order = SQLITE_BY_ROWID;
		table->rowid = rowids[i];
	}
	return 0;
}

/* True when all of these columns belong to the key of a checkpoint: what is unique in
 * them is unique in the key. */
static bool
within_key(const struct sqlite_table *table, const struct names *columns)
{
	const char *job = table->layout.columns[LAYOUT_JOB];
	const char *partition = table->layout.columns[LAYOUT_PARTITION];

	for (size_t i = 0; i < columns->count; i++) {
		const char *name = columns->names[i];

		if (name == NULL ||
			((job == NULL || strcasecmp(name, job) != 0) &&
				(partition == NULL || strcasecmp(name, partition) != 0)))
			return false;
	}
	return columns->count > 0;
}

static int
read_unique(struct sqlite_table *table, struct sqlite_db *db, struct err *err)
{
	const char *name = table->layout.table;
	struct names key, indexes, columns;

	if (read_names(&key, db, "SELECT name FROM pragma_table_xinfo(?1) WHERE pk > 0",
		    name, table->arena, err) != 0 ||
		read_names(&indexes, db,
			"SELECT name FROM pragma_index_list(?1) "
			"WHERE \"unique\" AND NOT partial",
			name, table->arena, err) != 0)
		return -1;
	table->unique = within_key(table, &key);
	for (size_t i = 0; i < indexes.count && !table->unique; i++) {
		if (read_names(&columns, db, "SELECT name FROM pragma_index_info(?1)",
			    indexes.names[i], table->arena, err) != 0)
			return -1;
		table->unique = within_key(table, &columns);
	}
	return 0;
}

/* --- its statements --- */

/* SELECT with the columns of sqlite_table_row(). */
static void
add_roles(struct str *sql, const struct sqlite_table *table, enum sqlite_detail detail)
{
	const struct layout *layout = &table->layout;

	str_add(sql, "SELECT ");
	for (int role = 0; role < LAYOUT_ROLES; role++) {
		bool is_key = role == LAYOUT_JOB || role == LAYOUT_PARTITION;

		if (detail == SQLITE_WHOLE_ROW || (detail == SQLITE_KEY_ONLY && is_key))
			layout_add_column(sql, layout, role);
		else
			str_add(sql, "NULL");
		str_add(sql, ", ");
	}
	if (layout->dated && detail == SQLITE_WHOLE_ROW) {
		layout_add_column(sql, layout, LAYOUT_PARTITION);
		str_add(sql, " IS NOT (SELECT max(");
		layout_add_column(sql, layout, LAYOUT_PARTITION);
		str_add(sql, ") FROM ");
		layout_add_name(sql, layout->table);
		str_add(sql, ")");
	} else {
		str_add(sql, "0");
	}
}

static void
add_from(struct str *sql, const struct sqlite_table *table)
{
	str_add(sql, " FROM ");
	layout_add_name(sql, table->layout.table);
}

/* The same with the cursor behind them. */
static void
add_select(struct str *sql, const struct sqlite_table *table, bool cursor,
	enum sqlite_detail detail)
{
	add_roles(sql, table, detail);
	if (cursor && table->order == SQLITE_BY_ROWID)
		str_addf(sql, ", %s", table->rowid);
	for (int i = 0; cursor && i < table->key_count; i++) {
		str_add(sql, ", ");
		layout_add_name(sql, table->key_columns[i]);
	}
	add_from(sql, table);
}

static void
add_key_columns(struct str *sql, const struct sqlite_table *table)
{
	if (table->order == SQLITE_BY_ROWID)
		str_add(sql, table->rowid);
	for (int i = 0; i < table->key_count; i++) {
		str_add(sql, i > 0 ? ", " : "");
		layout_add_name(sql, table->key_columns[i]);
	}
}

int
sqlite_table_cursor_size(const struct sqlite_table *table)
{
	return table->order == SQLITE_BY_ROWID ? 1 : table->key_count;
}

const char *
sqlite_table_chunk_sql(
	const struct sqlite_table *table, bool first, enum sqlite_detail detail)
{
	struct str sql = { 0 };
	const char *text;

	add_select(&sql, table, true, detail);
	if (!first) {
		str_add(&sql, " WHERE (");
		add_key_columns(&sql, table);
		str_add(&sql, ") > (?2");
		for (int i = 1; i < table->key_count; i++)
			str_addf(&sql, ", ?%d", i + 2);
		str_add(&sql, ")");
	}
	if (sqlite_table_cursor_size(table) > 0) {
		str_add(&sql, " ORDER BY ");
		add_key_columns(&sql, table);
	}
	str_add(&sql, " LIMIT ?1");
	text = arena_text(table->arena, str_text(&sql));
	str_free(&sql);
	return text;
}

/*
 * The column, compared so that an index helps, and then exactly: a column of numbers or
 * with a collation takes texts for equal that are different names, and a column without a
 * type the numbers 5 and 5.0. A number that is no integer was only bound where the name
 * is the way we write it.
 */
static void
add_exact(struct str *out, const struct layout *layout, enum layout_role role, int first)
{
	layout_add_column(out, layout, role);
	str_addf(
		out, " IN (?%d, ?%d, ?%d) AND CASE typeof(", first, first + 1, first + 2);
	layout_add_column(out, layout, role);
	str_addf(out, ") WHEN 'real' THEN typeof(?%d) = 'real' WHEN 'blob' THEN ",
		first + 1);
	layout_add_column(out, layout, role);
	str_addf(out, " = ?%d ELSE CAST(", first + 2);
	layout_add_column(out, layout, role);
	str_addf(out, " AS TEXT) COLLATE BINARY = ?%d END", first);
}

/* A row in which the column is NULL is shown under the empty name, and found by it. */
static void
add_exact_or_null(
	struct str *out, const struct layout *layout, enum layout_role role, int first)
{
	str_addf(out, "(?%d = '' AND ", first);
	layout_add_column(out, layout, role);
	str_add(out, " IS NULL OR ");
	add_exact(out, layout, role, first);
	str_add(out, ")");
}

bool
sqlite_is_nameless(struct key key)
{
	return key.job.len == 0 || key.partition.len == 0;
}

bool
sqlite_table_add_key(
	struct str *out, const struct sqlite_table *table, int first, bool nameless)
{
	static const enum layout_role roles[] = { LAYOUT_JOB, LAYOUT_PARTITION };
	bool wrote = false;

	for (int i = 0; i < 2; i++, first += 3) {
		if (table->layout.columns[roles[i]] == NULL)
			continue;
		str_add(out, wrote ? " AND " : " WHERE ");
		(nameless ? add_exact_or_null : add_exact)(
			out, &table->layout, roles[i], first);
		wrote = true;
	}
	return wrote;
}

/* A key may be stored as text, as a number or as bytes; IN lets an index help. */
static void
bind_name(struct sqlite_query *query, int first, struct span name)
{
	int64_t integer;
	double real;

	sqlite_bind_text(query, first, name);
	if (number_read_integer(&integer, name))
		sqlite_bind_stored(query, first + 1, name, CKPT_STORAGE_INTEGER);
	else if (number_read_exact_real(&real, name))
		sqlite_bind_stored(query, first + 1, name, CKPT_STORAGE_REAL);
	else
		sqlite_bind_text(query, first + 1, SPAN_NONE);
	sqlite_bind_stored(query, first + 2, name, CKPT_STORAGE_BLOB);
}

bool
sqlite_bind_key(struct sqlite_query *query, const struct sqlite_table *table, int first,
	struct key key)
{
	const struct layout *layout = &table->layout;

	if (layout->columns[LAYOUT_JOB] != NULL)
		bind_name(query, first, key.job);
	else if (!span_is(key.job, layout->job))
		return false;
	if (layout->columns[LAYOUT_PARTITION] != NULL)
		bind_name(query, first + 3, key.partition);
	else if (!span_is(key.partition, layout->partition))
		return false;
	return true;
}

/* Completes a statement over single rows and keeps it; of several the last counts, as in
 * a scan. */
static const char *
finish_sql(struct str *sql, const struct sqlite_table *table, int limit)
{
	const char *text;

	if (table->order == SQLITE_BY_ROWID)
		str_addf(sql, " ORDER BY %s DESC", table->rowid);
	str_addf(sql, " LIMIT %d", limit);
	text = arena_text(table->arena, str_text(sql));
	str_free(sql);
	return text;
}

const char *
sqlite_table_key_sql(const struct sqlite_table *table, bool nameless)
{
	struct str sql = { 0 };

	add_select(&sql, table, false, SQLITE_WHOLE_ROW);
	sqlite_table_add_key(&sql, table, 1, nameless);
	return finish_sql(&sql, table, 2);
}

const char *
sqlite_table_row_sql(const struct sqlite_table *table, bool nameless,
	const char *const *columns, size_t count)
{
	struct str sql = { 0 };

	add_roles(&sql, table, SQLITE_WHOLE_ROW);
	str_addf(&sql, ", %s", table->order == SQLITE_BY_ROWID ? table->rowid : "NULL");
	for (size_t i = 0; i < count; i++) {
		str_add(&sql, ", ");
		layout_add_name(&sql, columns[i]);
	}
	add_from(&sql, table);
	sqlite_table_add_key(&sql, table, 1, nameless);
	return finish_sql(&sql, table, 2);
}

const char *
sqlite_table_sample_sql(const struct sqlite_table *table)
{
	struct str sql = { 0 };

	add_select(&sql, table, false, SQLITE_WHOLE_ROW);
	return finish_sql(&sql, table, 1);
}

int
sqlite_table_find(struct sqlite_table **out, struct sqlite_db *db,
	const struct store_config *config, struct err *err)
{
	struct arena *arena = arena_new();
	struct sqlite_table *table = arena_alloc(arena, 1, sizeof(*table));

	*out = NULL;
	table->arena = arena;
	if (choose(table, db, config, err) != 0 || read_order(table, db, err) != 0 ||
		read_unique(table, db, err) != 0 || read_widths(table, db, err) != 0) {
		arena_free(arena);
		return -1;
	}
	*out = table;
	return 0;
}

void
sqlite_table_free(struct sqlite_table *table)
{
	if (table != NULL)
		arena_free(table->arena);
}

/* --- rows --- */

/* The text in the column of a role, borrowed; none where there is no such column. */
static struct span
column_of(const struct sqlite_table *table, struct sqlite_query *query,
	enum layout_role role)
{
	return table->layout.columns[role] != NULL ? sqlite_column(query, role)
						   : SPAN_NONE;
}

/* Programs that keep texts as BLOBs are read as they mean it. */
static bool
is_text(struct span bytes)
{
	return bytes.len == 0 ||
	       (utf8_is_valid(bytes) && memchr(bytes.at, '\0', bytes.len) == NULL);
}

static struct span
damage_of(const struct sqlite_table *table, const struct ckpt *row, struct arena *arena)
{
	const char *const *columns = table->layout.columns;
	const char *null = NULL;

	if (row->key.job.at == NULL)
		null = columns[LAYOUT_JOB];
	else if (row->key.partition.at == NULL)
		null = columns[LAYOUT_PARTITION];
	else if (row->value.at == NULL)
		null = columns[LAYOUT_VALUE];
	if (null != NULL)
		return span_of(arena_printf(arena, "%s is NULL", null));
	if (row->storage == CKPT_STORAGE_BLOB && !is_text(row->value))
		return span_of(arena_printf(arena, "BLOB of %zu byte%s that is no text",
			row->value.len, row->value.len == 1 ? "" : "s"));
	if (row->value.len > VALUE_MAX)
		return span_of(
			arena_printf(arena, "value of %zu kB", row->value.len / 1000));
	return SPAN_NONE;
}

static struct span
key_part(const struct sqlite_table *table, struct sqlite_query *query,
	struct arena *arena, enum layout_role role, const char *fixed)
{
	return table->layout.columns[role] != NULL
		       ? arena_span(arena, sqlite_column(query, role))
		       : span_of(fixed);
}

void
sqlite_table_row(const struct sqlite_table *table, struct sqlite_query *query,
	struct arena *arena, struct ckpt *out)
{
	const struct layout *layout = &table->layout;

	*out = (struct ckpt){ .written_at = TIME_NONE };
	out->key.job = key_part(table, query, arena, LAYOUT_JOB, layout->job);
	out->key.partition =
		key_part(table, query, arena, LAYOUT_PARTITION, layout->partition);
	out->storage = sqlite_column_storage(query, LAYOUT_VALUE);
	out->value = column_of(table, query, LAYOUT_VALUE);
	out->damage = damage_of(table, out, arena);
	out->value =
		out->value.len > VALUE_MAX ? SPAN_NONE : arena_span(arena, out->value);
	/* A name that is NULL is an empty one, and the damage says so. */
	if (out->key.job.at == NULL)
		out->key.job = SPAN("");
	if (out->key.partition.at == NULL)
		out->key.partition = SPAN("");
	out->metadata = arena_span(arena, column_of(table, query, LAYOUT_METADATA));
	out->updated_text = arena_span(arena, column_of(table, query, LAYOUT_UPDATED));
	stamp_parse(&out->updated, out->updated_text);
	out->watermark = arena_span(arena, column_of(table, query, LAYOUT_WATERMARK));
	out->head = arena_span(arena, column_of(table, query, LAYOUT_HEAD));
	if (layout->dated && sqlite_column_integer(query, LAYOUT_ROLES) != 0)
		out->flags |= CKPT_SUPERSEDED;
	if (layout->columns[LAYOUT_METADATA] == NULL)
		out->flags |= CKPT_NO_METADATA;
	if (layout->columns[LAYOUT_UPDATED] == NULL)
		out->flags |= CKPT_NO_UPDATED;
}
