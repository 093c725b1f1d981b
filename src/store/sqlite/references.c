/* SPDX-License-Identifier: MIT */
#include "store/sqlite/references.h"

#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "base/mem.h"

/* --- which foreign keys matter --- */

/* The columns of foreign keys from or to the table ?1: of which table they are a part,
 * and both ends of each. Where a foreign key names no columns it is the primary key.
 * Every save asks; a table without the word has none, and that is seen sooner. */
static const char keys_sql[] =
	"SELECT m.name, f.\"from\", ifnull(f.\"to\", (SELECT x.name FROM "
	"pragma_table_xinfo(f.\"table\") x WHERE x.pk = f.seq + 1)), "
	"lower(m.name) = lower(?1), lower(f.\"table\") = lower(?1) "
	"FROM sqlite_schema m, pragma_foreign_key_list(m.name) f "
	"WHERE m.type = 'table' AND instr(upper(m.sql), 'REFERENCES') > 0 AND "
	"(lower(m.name) = lower(?1) OR "
	"lower(f.\"table\") = lower(?1)) ORDER BY m.name";

/* The present row of keys_sql. */
static bool
may_break(const struct sqlite_touch *touch, struct sqlite_query *query)
{
	bool refers = sqlite_column_integer(query, 3) != 0;
	bool is_referred_to = sqlite_column_integer(query, 4) != 0;

	/* Which columns a statement of the configuration writes is not known. */
	if (touch->is_unknown)
		return true;
	return (refers && (touch->inserts ||
				  touch->changes(touch->arg, sqlite_column(query, 1)))) ||
	       (is_referred_to && (touch->deletes || touch->changes(touch->arg,
							     sqlite_column(query, 2))));
}

static int
find_tables(const struct sqlite_touch *touch, struct arena *arena,
	struct sqlite_references *out, struct err *err)
{
	struct sqlite_query *query;
	int status;

	if (sqlite_query_new(&query, out->sqlite->file.db, keys_sql, err) != 0)
		return -1;
	sqlite_bind_text(query, 1, span_of(sqlite_table_changed(out->sqlite->table)));
	while ((status = sqlite_query_step(query, err)) == 1) {
		struct span name = sqlite_column(query, 0);
		size_t last = out->table_count;

		if ((last > 0 && span_is(name, out->tables[last - 1])) ||
			!may_break(touch, query))
			continue;
		out->tables = mem_resize(
			out->tables, out->table_count + 1, sizeof(*out->tables));
		out->tables[out->table_count++] = arena_span(arena, name).at;
	}
	sqlite_query_free(query);
	return status;
}

/* --- the rows --- */

static int
compare_orphans(const void *a, const void *b)
{
	uint64_t x = ((const struct sqlite_orphan *)a)->sum;
	uint64_t y = ((const struct sqlite_orphan *)b)->sum;

	return x < y ? -1 : x > y;
}

/* Rows of a table WITHOUT ROWID have no number, and are only counted. */
static struct sqlite_orphan
orphan_of(struct sqlite_query *query, size_t table)
{
	struct sqlite_orphan orphan = { .table = table,
		.key = sqlite_column_integer(query, 1) };
	struct str name = { 0 };

	str_addf(&name, "%zu %lld ", table, (long long)orphan.key);
	str_add_span(&name, sqlite_column(query, 0));
	orphan.sum = span_hash(str_span(&name));
	str_free(&name);
	return orphan;
}

static int
read_orphans(struct sqlite_references *out, size_t table, struct err *err)
{
	struct sqlite_query *query;
	int status;

	if (sqlite_query_new(&query, out->sqlite->file.db,
		    "SELECT rowid, fkid FROM pragma_foreign_key_check(?1)", err) != 0)
		return -1;
	sqlite_bind_text(query, 1, span_of(out->tables[table]));
	while ((status = sqlite_query_step(query, err)) == 1) {
		if (out->count % 64 == 0)
			out->orphans = mem_resize(
				out->orphans, out->count + 64, sizeof(*out->orphans));
		out->orphans[out->count++] = orphan_of(query, table);
	}
	sqlite_query_free(query);
	return status;
}

/* A foreign key to columns that are not unique is one that SQLite enforces for nobody:
 * who turned foreign keys on could not write to these tables at all. */
static bool
is_enforced_for_nobody(const struct err *err)
{
	return strstr(err->text, "foreign key mismatch") != NULL;
}

static int
look_at_rows(struct sqlite_references *out, struct err *err)
{
	for (size_t i = 0; i < out->table_count; i++) {
		struct err failure = { 0 };

		if (read_orphans(out, i, &failure) != 0 &&
			!is_enforced_for_nobody(&failure))
			return err_set(err, failure.kind, "%s", failure.text);
	}
	if (out->count > 0)
		qsort(out->orphans, out->count, sizeof(*out->orphans), compare_orphans);
	return 0;
}

int
sqlite_references_look_for(struct sqlite_store *sqlite, const struct sqlite_touch *touch,
	struct arena *arena, struct sqlite_references *out, struct err *err)
{
	*out = (struct sqlite_references){ .sqlite = sqlite };
	return find_tables(touch, arena, out, err) == 0 ? look_at_rows(out, err) : -1;
}

/* --- of an operation --- */

static const struct sqlite_cell *
cell_of(const struct sqlite_image *image, struct span column)
{
	for (size_t i = 0; i < image->count; i++)
		if (image->cells[i].name.len == column.len &&
			strncasecmp(image->cells[i].name.at, column.at, column.len) == 0)
			return &image->cells[i];
	return NULL;
}

/* Whether an edit gives a row another value in this column; one that is generated from
 * others may always get one. */
static bool
is_changed(const void *arg, struct span column)
{
	const struct sqlite_work *work = arg;

	for (size_t i = 0; i < work->count; i++) {
		const struct sqlite_pair *pair = &work->pairs[i];
		const struct sqlite_cell *wanted;

		if (pair->seen == NULL || pair->wanted == NULL)
			continue;
		wanted = cell_of(pair->wanted, column);
		if (wanted == NULL ||
			!sqlite_cell_same(cell_of(pair->seen, column), wanted))
			return true;
	}
	return false;
}

int
sqlite_references_look(
	const struct sqlite_work *work, struct sqlite_references *out, struct err *err)
{
	struct sqlite_touch touch = {
		.is_unknown = work->sqlite->table->statements != NULL,
		.changes = is_changed,
		.arg = work,
	};

	for (size_t i = 0; i < work->count; i++) {
		touch.inserts |= work->pairs[i].seen == NULL;
		touch.deletes |= work->pairs[i].wanted == NULL;
	}
	return sqlite_references_look_for(work->sqlite, &touch, work->arena, out, err);
}

/* --- afterwards --- */

/* The first that was not there before, and how many there are; both are in order. */
static const struct sqlite_orphan *
find_new(const struct sqlite_references *before, const struct sqlite_references *after,
	size_t *count)
{
	const struct sqlite_orphan *first = NULL;
	size_t old = 0;

	*count = 0;
	for (size_t i = 0; i < after->count; i++) {
		while (old < before->count &&
			before->orphans[old].sum < after->orphans[i].sum)
			old++;
		if (old < before->count &&
			before->orphans[old].sum == after->orphans[i].sum) {
			old++;
			continue;
		}
		if ((*count)++ == 0)
			first = &after->orphans[i];
	}
	return first;
}

/* To which table a foreign key leads. */
static int
read_parent(struct sqlite_db *db, const char *table, int64_t key, struct str *out,
	struct err *err)
{
	struct sqlite_query *query;
	int status;

	if (sqlite_query_new(&query, db,
		    "SELECT \"table\" FROM pragma_foreign_key_list(?1) WHERE id = ?2",
		    err) != 0)
		return -1;
	sqlite_bind_text(query, 1, span_of(table));
	sqlite_bind_integer(query, 2, key);
	status = sqlite_query_step(query, err);
	if (status == 1)
		str_add_span(out, sqlite_column(query, 0));
	sqlite_query_free(query);
	return status < 0 ? -1 : 0;
}

static int
refuse(const struct sqlite_references *after, const struct sqlite_orphan *orphan,
	size_t count, struct err *err)
{
	const char *table = after->tables[orphan->table];
	struct str parent = { 0 };

	if (read_parent(after->sqlite->file.db, table, orphan->key, &parent, err) == 0)
		err_set(err, ERR_REFUSED,
			"a foreign key lets rows of table %s refer to rows of table %s, "
			"and this change would leave %zu that refer%s to nothing; "
			"nothing was written; see to the rows of %s first, in the "
			"database "
			"itself",
			table, str_text(&parent), count, count == 1 ? "s" : "",
			strcasecmp(table, sqlite_table_changed(after->sqlite->table)) == 0
				? str_text(&parent)
				: table);
	str_free(&parent);
	return -1;
}

int
sqlite_references_check(const struct sqlite_references *before, struct err *err)
{
	struct sqlite_references after = { .sqlite = before->sqlite,
		.tables = before->tables,
		.table_count = before->table_count };
	const struct sqlite_orphan *orphan = NULL;
	size_t count = 0;
	int status = before->table_count > 0 ? look_at_rows(&after, err) : 0;

	if (status == 0)
		orphan = find_new(before, &after, &count);
	if (orphan != NULL)
		status = refuse(&after, orphan, count, err);
	free(after.orphans);
	return status;
}

void
sqlite_references_free(struct sqlite_references *references)
{
	free(references->tables);
	free(references->orphans);
	*references = (struct sqlite_references){ 0 };
}
