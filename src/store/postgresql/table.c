/* SPDX-License-Identifier: MIT */
#include "store/postgresql/table.h"

#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "store/backend.h"
#include "store/postgresql/rights.h"

/* Far above any database that pipelines are in. */
#define TABLES_MAX 4000

/* --- what tables there are --- */

/* Tables as their columns come in, one row a column. */
struct listing {
	struct arena *arena;
	struct layout_table *tables;
	size_t count, room;
};

static void
take_column(void *arg, const struct span *cells, int count)
{
	struct listing *listing = arg;
	struct layout_table *table = NULL;
	const char **columns;

	(void)count;
	if (listing->count > 0)
		table = &listing->tables[listing->count - 1];
	if (table == NULL || !span_is(cells[0], table->name)) {
		if (listing->count == TABLES_MAX)
			return;
		if (listing->count == listing->room) {
			listing->room = 2 * listing->room + 64;
			listing->tables = mem_resize(
				listing->tables, listing->room, sizeof(*listing->tables));
		}
		table = &listing->tables[listing->count++];
		*table = (struct layout_table){
			.name = arena_span(listing->arena, cells[0]).at
		};
	}
	columns = (const char **)table->columns;
	if (table->column_count % 16 == 0) {
		columns = arena_alloc(
			listing->arena, table->column_count + 16, sizeof(*columns));
		if (table->column_count > 0)
			memcpy(columns, table->columns,
				table->column_count * sizeof(*columns));
	}
	columns[table->column_count++] = arena_span(listing->arena, cells[1]).at;
	table->columns = columns;
}

/*
 * $1: the wanted table, or NULL for all. A table that is found without its schema has its
 * name alone; one that was asked for has the name that it was asked by.
 */
static const char tables_sql[] =
	"SELECT coalesce($1, t.name), a.attname FROM (SELECT c.oid, "
	"n.nspname || '.' || c.relname AS qualified, "
	"CASE WHEN pg_catalog.pg_table_is_visible(c.oid) THEN c.relname::text "
	"ELSE n.nspname || '.' || c.relname END AS name "
	"FROM pg_catalog.pg_class c "
	"JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace "
	"WHERE c.relkind IN ('r', 'p', 'v', 'm', 'f') AND NOT c.relispartition "
	"AND n.nspname NOT IN ('pg_catalog', 'information_schema') "
	"AND n.nspname NOT LIKE 'pg\\_t%' "
	"AND c.relname NOT IN ('ckptop_audit', 'ckptop_store')) t "
	"JOIN pg_catalog.pg_attribute a ON a.attrelid = t.oid "
	"WHERE a.attnum > 0 AND NOT a.attisdropped "
	"AND ($1 IS NULL OR t.oid = $2::pg_catalog.oid) "
	"ORDER BY t.name, a.attnum LIMIT 40000";

/* The table that a setting names: exactly, or else without regard to case; by its name
 * alone where it is found without its schema. */
static const char wanted_sql[] =
	"SELECT c.oid FROM pg_catalog.pg_class c "
	"JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace, "
	"LATERAL (SELECT n.nspname || '.' || c.relname AS qualified, "
	"CASE WHEN pg_catalog.pg_table_is_visible(c.oid) THEN c.relname::text END "
	"AS short) t WHERE c.relkind IN ('r', 'p', 'v', 'm', 'f') "
	"AND (pg_catalog.lower(t.qualified) = pg_catalog.lower($1) "
	"OR pg_catalog.lower(t.short) = pg_catalog.lower($1)) "
	"ORDER BY t.short = $1 DESC NULLS LAST, t.qualified = $1 DESC, "
	"t.short IS NOT NULL DESC LIMIT 1";

/* One text, copied. */
struct one_text {
	struct arena *arena;
	struct span text;
};

static void
take_text(void *arg, const struct span *cells, int count)
{
	struct one_text *one = arg;

	(void)count;
	one->text = arena_span(one->arena, cells[0]);
}

static int
list_tables(struct listing *listing, struct pg_link *link, struct span wanted,
	struct span oid, int64_t timeout, struct err *err)
{
	const struct span parameters[] = { wanted, oid };
	const struct pg_query query = { .sql = tables_sql,
		.parameters = parameters,
		.count = 2,
		.row = take_column,
		.arg = listing };

	return pg_read(link, PG_OTHERS, &query, 1, timeout, err);
}

/* --- the chosen one --- */

/* $1: how it was asked for, $2: the columns of the roles, as an array of texts. The first
 * that answers is the one that was listed. */
static const char chosen_sql[] =
	"SELECT c.oid, n.nspname, c.relname, c.relkind, "
	"pg_catalog.row_security_active(c.oid), "
	"EXISTS (SELECT FROM pg_catalog.pg_partition_tree(c.oid) p "
	"JOIN pg_catalog.pg_class l ON l.oid = p.relid WHERE l.relkind = 'f'), "
	"EXISTS (SELECT FROM pg_catalog.pg_index i WHERE i.indrelid = c.oid "
	"AND i.indisunique AND i.indisvalid AND i.indpred IS NULL AND i.indexprs IS NULL "
	"AND NOT EXISTS (SELECT FROM pg_catalog.generate_series(0, i.indnkeyatts - 1) k "
	"JOIN pg_catalog.pg_attribute a ON a.attrelid = c.oid AND a.attnum = i.indkey[k] "
	"WHERE a.attname NOT IN (coalesce($2, ''), coalesce($3, '')))) "
	"FROM pg_catalog.pg_class c "
	"JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace "
	"WHERE c.relkind IN ('r', 'p', 'v', 'm', 'f') "
	"AND CASE WHEN $4::pg_catalog.oid IS NOT NULL THEN c.oid = $4::pg_catalog.oid "
	"WHEN pg_catalog.pg_table_is_visible(c.oid) THEN c.relname = $1 "
	"ELSE n.nspname || '.' || c.relname = $1 END LIMIT 1";

/* The types of its columns, those of domains looked through. */
static const char types_sql[] =
	"SELECT a.attname, (WITH RECURSIVE base (oid) AS (SELECT a.atttypid UNION ALL "
	"SELECT t.typbasetype FROM base JOIN pg_catalog.pg_type t ON t.oid = base.oid "
	"WHERE t.typtype = 'd') SELECT CASE t.typnamespace "
	"WHEN 'pg_catalog'::pg_catalog.regnamespace THEN t.typname::pg_catalog.text "
	"ELSE pg_catalog.quote_ident(t.typnamespace::pg_catalog.regnamespace::text) || "
	"'.' || t.typname END FROM base "
	"JOIN pg_catalog.pg_type t ON t.oid = base.oid WHERE t.typtype <> 'd') "
	"FROM pg_catalog.pg_attribute a WHERE a.attrelid = $1::pg_catalog.oid "
	"AND a.attnum > 0 AND NOT a.attisdropped";

static const struct {
	char relkind;
	const char *kind;
	enum pg_order order;
} kinds[] = {
	{ 'r', "table", PG_BY_PAGE },
	{ 'p', "partitioned table", PG_BY_PAGE },
	{ 'm', "materialized view", PG_BY_PAGE },
	{ 'v', "view", PG_AT_ONCE },
	{ 'f', "foreign table", PG_AT_ONCE },
};

/* What is known of types; one that is not here is told of as a text. */
static const struct {
	const char *type;
	enum ckpt_storage storage;
	bool is_copied;
} type_facts[] = {
	{ "int2", CKPT_STORAGE_INTEGER, true },
	{ "int4", CKPT_STORAGE_INTEGER, true },
	{ "int8", CKPT_STORAGE_INTEGER, true },
	{ "oid", CKPT_STORAGE_INTEGER, true },
	{ "xid8", CKPT_STORAGE_INTEGER, true },
	{ "float4", CKPT_STORAGE_REAL, true },
	{ "float8", CKPT_STORAGE_REAL, true },
	{ "numeric", CKPT_STORAGE_REAL, true },
	{ "text", CKPT_STORAGE_TEXT, true },
	{ "varchar", CKPT_STORAGE_TEXT, true },
	{ "bpchar", CKPT_STORAGE_TEXT, true },
	{ "uuid", CKPT_STORAGE_TEXT, true },
	{ "pg_lsn", CKPT_STORAGE_TEXT, true },
	{ "date", CKPT_STORAGE_TEXT, true },
	{ "timestamp", CKPT_STORAGE_TEXT, true },
	{ "timestamptz", CKPT_STORAGE_TEXT, true },
	{ "bytea", CKPT_STORAGE_BLOB, true },
	{ "bool", CKPT_STORAGE_OTHER, false },
	{ "json", CKPT_STORAGE_OTHER, true },
	{ "jsonb", CKPT_STORAGE_OTHER, true },
};

void
pg_column_set_type(struct pg_column *column, const char *type)
{
	column->type = type;
	column->storage = CKPT_STORAGE_TEXT;
	column->is_copied = false;
	for (size_t i = 0; i < sizeof(type_facts) / sizeof(*type_facts); i++) {
		if (strcmp(type_facts[i].type, type) != 0)
			continue;
		column->storage = type_facts[i].storage;
		column->is_copied = type_facts[i].is_copied;
	}
	column->is_padded = strcmp(type, "bpchar") == 0;
	column->is_jsonb = strcmp(type, "jsonb") == 0;
}

/* "t" where the server prints it, "true" where it makes a text of it. */
static bool
is_true(struct span cell)
{
	return cell.len > 0 && cell.at[0] == 't';
}

static void
take_chosen(void *arg, const struct span *cells, int count)
{
	struct pg_table *table = arg;
	bool has_foreign = is_true(cells[5]);

	(void)count;
	table->oid = arena_span(table->arena, cells[0]).at;
	table->schema = arena_span(table->arena, cells[1]).at;
	table->name = arena_span(table->arena, cells[2]).at;
	for (size_t i = 0; i < sizeof(kinds) / sizeof(*kinds); i++) {
		if (kinds[i].relkind != cells[3].at[0])
			continue;
		table->kind = kinds[i].kind;
		table->order = has_foreign ? PG_AT_ONCE : kinds[i].order;
	}
	table->is_secured = is_true(cells[4]);
	table->unique = is_true(cells[6]);
}

static void
take_type(void *arg, const struct span *cells, int count)
{
	struct pg_table *table = arg;

	(void)count;
	for (int role = 0; role < LAYOUT_ROLES; role++) {
		const char *name = table->layout.columns[role];
		struct pg_column *column = &table->columns[role];

		if (name == NULL || !span_is(cells[0], name) || cells[1].at == NULL)
			continue;
		pg_column_set_type(column, arena_span(table->arena, cells[1]).at);
	}
}

static int
read_chosen(struct pg_table *table, struct pg_link *link, struct span oid,
	int64_t timeout, struct err *err)
{
	const struct layout *layout = &table->layout;
	const struct span parameters[] = { span_of(layout->table),
		span_of(layout->columns[LAYOUT_JOB]),
		span_of(layout->columns[LAYOUT_PARTITION]), oid };
	const struct pg_query chosen = { .sql = chosen_sql,
		.parameters = parameters,
		.count = 4,
		.row = take_chosen,
		.arg = table };
	struct span found;
	const struct pg_query types = { .sql = types_sql,
		.parameters = &found,
		.count = 1,
		.row = take_type,
		.arg = table };

	if (pg_read(link, PG_OTHERS, &chosen, 1, timeout, err) != 0)
		return -1;
	if (table->oid == NULL)
		return err_set(err, ERR_DAMAGED,
			"the table %s in %s was removed while it was looked at",
			layout->table, pg_link_place(link));
	found = span_of(table->oid);
	if (pg_read(link, PG_OURS, &types, 1, timeout, err) != 0)
		return -1;
	return pg_rights_read(table, link, timeout, err);
}

static int
find_table(struct pg_table *table, struct pg_link *link,
	const struct store_config *config, int64_t timeout, struct err *err)
{
	struct span wanted = span_of(layout_wanted_table(config));
	struct arena *scratch = arena_new();
	struct listing listing = { .arena = scratch };
	struct one_text oid = { .arena = scratch };
	const struct pg_query find = { .sql = wanted_sql,
		.parameters = &wanted,
		.count = 1,
		.row = take_text,
		.arg = &oid };
	int status = -1;

	if (wanted.at != NULL && pg_read(link, PG_OTHERS, &find, 1, timeout, err) != 0)
		goto out;
	/* Where there is none of that name, the others are told. */
	if (list_tables(&listing, link, oid.text.at != NULL ? wanted : SPAN_NONE,
		    oid.text, timeout, err) != 0)
		goto out;
	if (layout_choose(&table->layout, table->arena, config, listing.tables,
		    listing.count, pg_link_place(link), err) != 0)
		goto out;
	status = read_chosen(table, link, oid.text, timeout, err);
out:
	free(listing.tables);
	arena_free(scratch);
	return status;
}

int
pg_table_find(struct pg_table **out, struct pg_link *link,
	const struct store_config *config, int64_t timeout, struct err *err)
{
	struct arena *arena = arena_new();
	struct pg_table *table = arena_alloc(arena, 1, sizeof(*table));
	int status;

	*out = NULL;
	table->arena = arena;
	status = (layout_wanted_query(config).at != NULL ? pg_query_find : find_table)(
		table, link, config, timeout, err);
	if (status != 0)
		arena_free(arena);
	else
		*out = table;
	return status;
}

void
pg_table_free(struct pg_table *table)
{
	if (table != NULL)
		arena_free(table->arena);
}

bool
pg_table_is_written(const struct pg_table *table)
{
	return table->order == PG_BY_PAGE &&
	       (strcmp(table->kind, "table") == 0 ||
		       strcmp(table->kind, "partitioned table") == 0);
}

/* --- its statements --- */

/* What has partitions has no other tables that inherit from it. */
void
pg_table_add_child(struct str *out, const struct pg_table *table)
{
	if (strcmp(table->kind, "partitioned table") == 0)
		str_add(out, "NULL");
	else
		str_addf(out,
			"CASE WHEN tableoid OPERATOR(pg_catalog.<>) %s::pg_catalog.oid "
			"THEN tableoid::pg_catalog.regclass::pg_catalog.text END",
			table->oid);
}

enum pg_author
pg_table_author(const struct pg_table *table)
{
	return table->layout.query != NULL ? PG_OTHERS : PG_OURS;
}

void
pg_table_add_name(struct str *out, const struct pg_table *table)
{
	if (table->layout.query != NULL) {
		layout_add_source(out, &table->layout);
		return;
	}
	layout_add_name(out, table->schema);
	str_add_char(out, '.');
	layout_add_name(out, table->name);
}

static void
add_superseded(struct str *out, const struct pg_table *table)
{
	const struct layout *layout = &table->layout;

	if (!layout->dated) {
		str_add(out, "false");
		return;
	}
	layout_add_column(out, layout, LAYOUT_PARTITION);
	str_add(out, " IS DISTINCT FROM (SELECT max(");
	layout_add_column(out, layout, LAYOUT_PARTITION);
	str_add(out, ") FROM ");
	pg_table_add_name(out, table);
	str_add_char(out, ')');
}

void
pg_table_add_cell(struct str *out, const struct pg_table *table,
	const struct pg_documents *documents, int place)
{
	if (place == PG_SUPERSEDED_CELL)
		add_superseded(out, table);
	else if (place == PG_SIZE_CELL)
		pg_document_add_size(out, table, documents);
	else if (place == LAYOUT_METADATA)
		pg_document_add(out, table, documents);
	else if (place == LAYOUT_WATERMARK)
		pg_document_add_watermark(out, table, documents);
	else
		layout_add_column(out, &table->layout, (enum layout_role)place);
}

void
pg_table_add_cells(struct str *out, const struct pg_table *table,
	const struct pg_documents *documents)
{
	for (int place = 0; place < PG_ROW_CELLS; place++) {
		str_add(out, place > 0 ? ", " : "");
		pg_table_add_cell(out, table, documents, place);
	}
}

void
pg_table_add_select(struct str *out, const struct pg_table *table,
	const struct pg_documents *documents)
{
	str_add(out, "SELECT ");
	pg_table_add_cells(out, table, documents);
	str_add(out, " FROM ");
	pg_table_add_name(out, table);
}

/*
 * The column, compared so that an index helps, and then exactly: 7 and 007 are one
 * number, and collations take texts for equal that are different names. A row in which it
 * is NULL is shown under the empty name, and found by it.
 */
static void
add_part(struct str *out, const struct layout *layout, enum layout_role role,
	struct span name, int *parameter)
{
	str_add(out, *parameter > 1 ? " AND " : " WHERE ");
	if (name.len == 0) {
		str_add_char(out, '(');
		layout_add_column(out, layout, role);
		str_add(out, " IS NULL OR ");
	} else {
		layout_add_column(out, layout, role);
		str_addf(out, " = $%d AND ", (*parameter)++);
	}
	layout_add_column(out, layout, role);
	str_addf(out, "::text COLLATE \"C\" = $%d%s", (*parameter)++,
		name.len == 0 ? ")" : "");
}

void
pg_table_add_key(struct str *out, const struct pg_table *table, struct key key)
{
	const struct layout *layout = &table->layout;
	int parameter = 1;

	if (layout->columns[LAYOUT_JOB] != NULL)
		add_part(out, layout, LAYOUT_JOB, key.job, &parameter);
	if (layout->columns[LAYOUT_PARTITION] != NULL)
		add_part(out, layout, LAYOUT_PARTITION, key.partition, &parameter);
}

static size_t
add_parameters(struct span *parameters, size_t count, struct span name)
{
	if (name.len > 0)
		parameters[count++] = name;
	parameters[count++] = name.len > 0 ? name : SPAN("");
	return count;
}

size_t
pg_table_key_parameters(const struct pg_table *table, struct key key,
	struct span parameters[PG_KEY_PARAMETERS])
{
	size_t count = 0;

	if (table->layout.columns[LAYOUT_JOB] != NULL)
		count = add_parameters(parameters, count, key.job);
	if (table->layout.columns[LAYOUT_PARTITION] != NULL)
		count = add_parameters(parameters, count, key.partition);
	return count;
}

bool
pg_table_has_key(const struct pg_table *table, struct key key)
{
	const struct layout *layout = &table->layout;

	/* No text of PostgreSQL has a NUL in it. */
	if ((key.job.len > 0 && memchr(key.job.at, '\0', key.job.len) != NULL) ||
		(key.partition.len > 0 &&
			memchr(key.partition.at, '\0', key.partition.len) != NULL))
		return false;
	return (layout->job == NULL || span_is(key.job, layout->job)) &&
	       (layout->partition == NULL || span_is(key.partition, layout->partition));
}

/* --- rows --- */

/* numeric holds both. */
static enum ckpt_storage
storage_of(const struct pg_column *column, struct span value)
{
	if (value.at == NULL)
		return CKPT_STORAGE_NULL;
	if (column->storage == CKPT_STORAGE_REAL && column->type[0] == 'n' &&
		memchr(value.at, '.', value.len) == NULL &&
		memchr(value.at, 'N', value.len) == NULL)
		return CKPT_STORAGE_INTEGER;
	return column->storage;
}

/* CHAR(n) fills a text up with blanks, which to the server are no part of it: a name is
 * found without them, and must be shown so. */
static struct span
without_padding(const struct pg_column *column, struct span text)
{
	if (column->is_padded)
		while (text.len > 0 && text.at[text.len - 1] == ' ')
			text.len--;
	return text;
}

struct span
pg_table_text(const struct pg_table *table, enum layout_role role, struct span cell)
{
	return without_padding(&table->columns[role], cell);
}

/* What stands in the place of a document. */
static bool
is_size(const struct pg_column *column, struct span text)
{
	return column->is_jsonb && text.len > 0 && text.at[0] == PG_SIZE_MARK[0];
}

/* Of digits, and of a mark before them. */
static uint64_t
number_of(struct span text)
{
	uint64_t number = 0;

	for (size_t i = 0; i < text.len; i++)
		if (text.at[i] >= '0' && text.at[i] <= '9')
			number = number * 10 + (uint64_t)(text.at[i] - '0');
	return number;
}

/* layout_row() or layout_borrow(). */
typedef void layout_fn(const struct layout *layout, const struct span *cells,
	enum ckpt_storage storage, bool superseded, struct arena *arena,
	struct ckpt *out);

static void
read_row(const struct pg_table *table, const struct span *cells, layout_fn *layout_of,
	struct arena *arena, struct ckpt *out)
{
	struct span texts[LAYOUT_ROLES], size = cells[PG_SIZE_CELL];

	for (int role = 0; role < LAYOUT_ROLES; role++)
		texts[role] = without_padding(&table->columns[role], cells[role]);
	if (is_size(&table->columns[LAYOUT_METADATA], texts[LAYOUT_METADATA])) {
		size = texts[LAYOUT_METADATA];
		texts[LAYOUT_METADATA] = SPAN_NONE;
	}
	layout_of(&table->layout, texts,
		storage_of(&table->columns[LAYOUT_VALUE], cells[LAYOUT_VALUE]),
		is_true(cells[PG_SUPERSEDED_CELL]), arena, out);
	if (size.at != NULL)
		out->metadata_more = number_of(size) - out->metadata.len;
}

void
pg_table_row(const struct pg_table *table, const struct span *cells, struct arena *arena,
	struct ckpt *out)
{
	read_row(table, cells, layout_row, arena, out);
}

void
pg_table_borrow(const struct pg_table *table, const struct span *cells,
	struct arena *arena, struct ckpt *out)
{
	read_row(table, cells, layout_borrow, arena, out);
}
