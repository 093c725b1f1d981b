/* SPDX-License-Identifier: MIT
 *
 * How much of the metadata a statement brings. Printing documents is what costs a server
 * the most when all rows are read, and they may be of any size: so the server takes out
 * of them what is looked at. */
#include "store/postgresql/table.h"

/* Bytes as the server keeps them, compressed, which it tells without a look at them. What
 * is smaller stands in its row. */
#define BYTES_IN_ROW "2000"
/* What is larger is not looked into. */
#define BYTES_MAX "262144"

static bool
is_there(const struct pg_table *table)
{
	return table->layout.columns[LAYOUT_METADATA] != NULL;
}

/* Only of this type can a member be taken out without a fear: texts may hold anything,
 * and type json what its own operators refuse. */
static bool
has_members(const struct pg_table *table)
{
	return table->columns[LAYOUT_METADATA].is_jsonb;
}

static void
add_column(struct str *out, const struct pg_table *table)
{
	layout_add_column(out, &table->layout, LAYOUT_METADATA);
}

/* A text as a constant, whatever the server's standard_conforming_strings. */
static void
add_constant(struct str *out, const char *text)
{
	str_add(out, "E'");
	for (; *text != '\0'; text++) {
		if (*text == '\'' || *text == '\\')
			str_add_char(out, *text);
		str_add_char(out, *text);
	}
	str_add_char(out, '\'');
}

static void
add_names(struct str *out, const struct store_wanted *wanted, bool with_watermark)
{
	bool wrote = false;

	str_add(out, "ARRAY[");
	for (size_t i = 0; i < wanted->count; i++, wrote = true) {
		str_add(out, wrote ? ", " : "");
		add_constant(out, wanted->members[i]);
	}
	if (with_watermark && wanted->watermark != NULL) {
		str_add(out, wrote ? ", " : "");
		add_constant(out, wanted->watermark);
	}
	str_add(out, "]::pg_catalog.text[]");
}

/* What is small is brought whole where something of it is wanted. The watermark alone,
 * which most have, comes by itself. */
static void
add_small(
	struct str *out, const struct pg_table *table, const struct store_wanted *wanted)
{
	str_add(out, "CASE WHEN ");
	add_column(out, table);
	str_add(out, " OPERATOR(pg_catalog.?|) ");
	add_names(out, wanted, false);
	str_add(out, " THEN ");
	add_column(out, table);
	str_add(out, "::pg_catalog.text END");
}

/* Unpacked once for all members. */
static void
add_large(
	struct str *out, const struct pg_table *table, const struct store_wanted *wanted)
{
	str_add(out, "(SELECT coalesce(pg_catalog.jsonb_object_agg(n, "
		     "d OPERATOR(pg_catalog.->) n), '{}')::pg_catalog.text FROM "
		     "(SELECT ");
	add_column(out, table);
	str_add(out, " OPERATOR(pg_catalog.||) '{}'::pg_catalog.jsonb AS d OFFSET 0) x, "
		     "pg_catalog.unnest(");
	add_names(out, wanted, true);
	str_add(out, ") n WHERE d OPERATOR(pg_catalog.?) n AND "
		     "pg_catalog.jsonb_typeof(d) = 'object')");
}

static void
add_size_of(struct str *out, const struct pg_table *table)
{
	str_add(out, "pg_catalog.pg_column_size(");
	add_column(out, table);
	str_add_char(out, ')');
}

static void
add_wanted(
	struct str *out, const struct pg_table *table, const struct store_wanted *wanted)
{
	str_add(out, "CASE WHEN ");
	add_size_of(out, table);
	if (has_members(table)) {
		str_add(out, " < " BYTES_IN_ROW " THEN ");
		add_small(out, table, wanted);
		str_add(out, " WHEN ");
		add_size_of(out, table);
	}
	str_add(out, " <= " BYTES_MAX " THEN ");
	if (!has_members(table)) {
		add_column(out, table);
		str_add(out, " END");
		return;
	}
	add_large(out, table, wanted);
	str_add(out, " ELSE '" PG_SIZE_MARK "' OPERATOR(pg_catalog.||) ");
	add_size_of(out, table);
	str_add(out, "::pg_catalog.text END");
}

void
pg_document_add(struct str *out, const struct pg_table *table,
	const struct pg_documents *documents)
{
	if (!is_there(table) || (documents->wanted == NULL && documents->max == 0)) {
		add_column(out, table);
	} else if (documents->wanted != NULL) {
		add_wanted(out, table, documents->wanted);
	} else {
		str_add(out, "pg_catalog.\"left\"(");
		add_column(out, table);
		str_addf(out, "::pg_catalog.text, %zu)", documents->max);
	}
}

/* Where it is in a small document, and else nothing rather than NULL: the document that
 * it comes from is then known, and has none. */
void
pg_document_add_watermark(struct str *out, const struct pg_table *table,
	const struct pg_documents *documents)
{
	const struct store_wanted *wanted = documents->wanted;

	if (table->layout.columns[LAYOUT_WATERMARK] != NULL || wanted == NULL ||
		wanted->watermark == NULL || !is_there(table) || !has_members(table)) {
		layout_add_column(out, &table->layout, LAYOUT_WATERMARK);
		return;
	}
	str_add(out, "CASE WHEN ");
	add_size_of(out, table);
	str_add(out, " >= " BYTES_IN_ROW " THEN NULL ELSE coalesce(");
	add_column(out, table);
	str_add(out, " OPERATOR(pg_catalog.->>) ");
	add_constant(out, wanted->watermark);
	str_add(out, ", '') END");
}

void
pg_document_add_size(struct str *out, const struct pg_table *table,
	const struct pg_documents *documents)
{
	bool is_whole = documents->wanted == NULL && documents->max == 0;

	/* Where it is in the place of the document there is no need of it. */
	if (!is_there(table) || is_whole ||
		(documents->wanted != NULL && has_members(table))) {
		str_add(out, "NULL");
		return;
	}
	if (documents->wanted == NULL) {
		str_add(out, "pg_catalog.octet_length(");
		add_column(out, table);
		str_add(out, "::pg_catalog.text)");
		return;
	}
	str_add(out, "CASE WHEN ");
	add_size_of(out, table);
	str_add(out, " > " BYTES_MAX " THEN ");
	add_size_of(out, table);
	str_add(out, " END");
}
