/* SPDX-License-Identifier: MIT */
#include "store/sqlite/table.h"

#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "base/mem.h"
#include "store/backend.h"
#include "store/written.h"

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
	/* Half of them would be another table's. */
	if (found.count > 0 && status == 0) {
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
			/* A disk, a lock or memory says nothing of the view. */
			if (sqlite_db_trouble(db) != SQLITE_TROUBLE_OTHER ||
				failure.kind != ERR_DAMAGED)
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
				table->most[role] = written_declared_most(types.names[i]);
	return 0;
}

/* --- what runs when it is changed --- */

static const char triggers_sql[] =
	"SELECT name FROM sqlite_schema WHERE type = 'trigger' AND "
	"lower(tbl_name) = lower(?1) ORDER BY name LIMIT 100";

static const char referrers_sql[] =
	"SELECT DISTINCT m.name || iif(f.on_delete IN ('NO ACTION', 'RESTRICT'), '', "
	"' ON DELETE ' || f.on_delete) "
	"FROM sqlite_schema m, pragma_foreign_key_list(m.name) f "
	"WHERE m.type = 'table' AND lower(f.\"table\") = lower(?1) ORDER BY 1 LIMIT 100";

/* A list of names; left alone where there are none. */
static int
read_list(const char **out, const struct sqlite_table *table, struct sqlite_db *db,
	const char *sql, struct err *err)
{
	struct names found;
	struct str list = { 0 };

	if (read_names(&found, db, sql, sqlite_table_changed(table), table->arena, err) !=
		0)
		return -1;
	for (size_t i = 0; i < found.count; i++)
		str_addf(&list, "%s%s", i > 0 ? ", " : "", found.names[i]);
	if (found.count > 0)
		*out = arena_text(table->arena, str_text(&list));
	str_free(&list);
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

/* Columns that hold the number 0 beside the text 0: to an index these are two. */
static const char loose_sql[] =
	"SELECT name FROM pragma_table_xinfo(?1) WHERE type = '' OR upper(type) = 'ANY' "
	"OR (upper(type) LIKE '%BLOB%' AND upper(type) NOT LIKE '%INT%')";

static int
read_unique(struct sqlite_table *table, struct sqlite_db *db, struct err *err)
{
	const char *name = table->layout.table;
	struct names loose, key, indexes, columns;

	if (read_names(&loose, db, loose_sql, name, table->arena, err) != 0 ||
		read_names(&key, db,
			"SELECT name FROM pragma_table_xinfo(?1) WHERE pk > 0", name,
			table->arena, err) != 0 ||
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
	for (size_t i = 0; i < loose.count; i++)
		table->loose |= within_key(table, &(struct names){ &loose.names[i], 1 });
	return 0;
}

/* --- a query in its place --- */

static int
choose_columns(struct sqlite_table *table, const struct sqlite_query *query,
	const struct store_config *config, struct err *err)
{
	int count = sqlite_query_columns(query);
	const char **columns;

	if (sqlite_query_parameters(query) > 0) {
		err_set(err, ERR_USAGE, "%s", LAYOUT_HAS_PARAMETER);
		return layout_blame_query(config, SPAN_NONE, err);
	}
	columns = arena_alloc(table->arena, (size_t)count + 1, sizeof(*columns));
	for (int i = 0; i < count; i++)
		columns[i] = sqlite_query_column_name(query, i);
	return layout_choose_query(
		&table->layout, table->arena, config, columns, (size_t)count, err);
}

/* Which table the statements write; one that cannot be understood writes none, and says
 * so when it is asked for. */
static int
find_written(struct sqlite_table *table, struct sqlite_db *db,
	const struct store_config *config, struct err *err)
{
	struct statements *statements = arena_alloc(table->arena, 1, sizeof(*statements));
	struct sqlite_query *query;
	struct str name = { 0 };

	if (!statements_read(statements, table->arena, config))
		return 0;
	table->statements = statements;
	if (sqlite_query_new_change(
		    &query, db, statements->of[STATEMENT_RESET].sql, &name, NULL) == 0) {
		sqlite_query_free(query);
		table->written = arena_text(table->arena, str_text(&name));
	}
	str_free(&name);
	if (table->written == NULL)
		return 0;
	return read_list(&table->triggers, table, db, triggers_sql, err) == 0 &&
			       read_list(&table->referrers, table, db, referrers_sql,
				       err) == 0
		       ? 0
		       : -1;
}

const char *
sqlite_table_changed(const struct sqlite_table *table)
{
	return table->written != NULL ? table->written : table->layout.table;
}

static int
find_query(struct sqlite_table *table, struct sqlite_db *db,
	const struct store_config *config, struct err *err)
{
	struct span wanted = layout_wanted_query(config);
	struct sqlite_query *query;
	struct err failure = { 0 };
	struct str sql = { 0 };
	int offset, status;

	table->order = SQLITE_AT_ONCE;
	table->kind = "query";
	/* As it is: in the place of a table, two columns of one name are told apart. */
	str_add_span(&sql, wanted);
	status = sqlite_query_new_around(&query, db, str_text(&sql), &offset, &failure);
	str_free(&sql);
	if (status != 0) {
		err_set(err, failure.kind, "%s", failure.text);
		if (failure.kind != ERR_USAGE)
			return -1;
		wanted.len = offset >= 0 ? (size_t)offset : 0;
		return layout_blame_query(config, offset >= 0 ? wanted : SPAN_NONE, err);
	}
	status = choose_columns(table, query, config, err);
	sqlite_query_free(query);
	return status == 0 ? find_written(table, db, config, err) : -1;
}

/* --- all of it --- */

static int
find_table(struct sqlite_table *table, struct sqlite_db *db,
	const struct store_config *config, struct err *err)
{
	return choose(table, db, config, err) == 0 && read_order(table, db, err) == 0 &&
			       read_unique(table, db, err) == 0 &&
			       read_widths(table, db, err) == 0 &&
			       read_list(&table->triggers, table, db, triggers_sql,
				       err) == 0 &&
			       read_list(&table->referrers, table, db, referrers_sql,
				       err) == 0
		       ? 0
		       : -1;
}

int
sqlite_table_find(struct sqlite_table **out, struct sqlite_db *db,
	const struct store_config *config, struct err *err)
{
	struct arena *arena = arena_new();
	struct sqlite_table *table = arena_alloc(arena, 1, sizeof(*table));

	*out = NULL;
	table->arena = arena;
	if ((layout_wanted_query(config).at != NULL ? find_query : find_table)(
		    table, db, config, err) != 0) {
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
