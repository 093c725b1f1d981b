/* SPDX-License-Identifier: MIT
 *
 * The statements that read the table of the checkpoints, and the rows that they answer.
 */
#include "store/sqlite/table.h"

#include <string.h>

#include "store/number_text.h"
#include "store/sqlite/value.h"

/* --- statements --- */

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
	layout_add_source(sql, &table->layout);
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

/* SELECT of everything that is in the rows. */
static void
add_whole_rows(struct str *sql, const struct sqlite_table *table,
	const char *const *columns, size_t count)
{
	add_roles(sql, table, SQLITE_WHOLE_ROW);
	str_addf(sql, ", %s", table->order == SQLITE_BY_ROWID ? table->rowid : "NULL");
	for (size_t i = 0; i < count; i++) {
		str_add(sql, ", ");
		layout_add_name(sql, columns[i]);
	}
	add_from(sql, table);
}

const char *
sqlite_table_every_sql(
	const struct sqlite_table *table, const char *const *columns, size_t count)
{
	struct str sql = { 0 };
	const char *text;

	add_whole_rows(&sql, table, columns, count);
	text = arena_text(table->arena, str_text(&sql));
	str_free(&sql);
	return text;
}

const char *
sqlite_table_row_sql(const struct sqlite_table *table, bool nameless,
	const char *const *columns, size_t count)
{
	struct str sql = { 0 };

	add_whole_rows(&sql, table, columns, count);
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

/* --- rows --- */

void
sqlite_table_row(const struct sqlite_table *table, struct sqlite_query *query,
	struct arena *arena, struct ckpt *out)
{
	/* Before a value is read as a text. */
	enum ckpt_storage storage = sqlite_column_storage(query, LAYOUT_VALUE);
	const struct layout *layout = &table->layout;
	struct span cells[LAYOUT_ROLES] = { SPAN_NONE };

	for (int role = 0; role < LAYOUT_ROLES; role++)
		if (layout->columns[role] != NULL)
			cells[role] = sqlite_column(query, role);
	layout_row(layout, cells, storage,
		sqlite_column_integer(query, LAYOUT_ROLES) != 0, arena, out);
}
