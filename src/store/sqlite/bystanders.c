/* SPDX-License-Identifier: MIT */
#include "store/sqlite/bystanders.h"

#include <stdlib.h>
#include <string.h>

/* Rows whose texts are kept at a time. */
#define ROWS_AT_ONCE 1000

static struct sqlite_db *
db_of(const struct sqlite_work *work)
{
	return work->sqlite->file.db;
}

/* --- the triggers --- */

/* The statements of the edits, as far as triggers tell them apart. */
struct kinds {
	bool updates, inserts, deletes;
};

static struct kinds
kinds_of(const struct sqlite_work *work)
{
	struct kinds kinds = { 0 };

	for (size_t i = 0; i < work->count; i++) {
		const struct sqlite_pair *pair = &work->pairs[i];

		kinds.inserts |= pair->seen == NULL;
		kinds.deletes |= pair->wanted == NULL;
		kinds.updates |= pair->seen != NULL && pair->wanted != NULL;
	}
	return kinds;
}

/* Nothing of this is run. */
static int
find_trigger(const struct sqlite_work *work, bool wanted, const char *statement,
	struct str *trigger, struct err *err)
{
	const char *table = work->sqlite->table->layout.table;
	struct str sql = { 0 };
	int status;

	if (!wanted || trigger->len > 0)
		return 0;
	str_add(&sql, statement);
	layout_add_name(&sql, table);
	if (strncmp(statement, "UPDATE", 6) == 0)
		for (size_t i = 0; i < work->reader.count; i++) {
			str_add(&sql, i > 0 ? ", " : " SET ");
			layout_add_name(&sql, work->reader.names[i]);
			str_add(&sql, " = NULL");
		}
	else if (strncmp(statement, "INSERT", 6) == 0)
		str_add(&sql, " DEFAULT VALUES");
	status = sqlite_db_find_trigger(db_of(work), str_text(&sql), table, trigger, err);
	str_free(&sql);
	return status;
}

static int
find_triggers(const struct sqlite_work *work, struct str *trigger, struct err *err)
{
	struct kinds kinds = kinds_of(work);

	if (find_trigger(work, kinds.updates, "UPDATE ", trigger, err) != 0 ||
		find_trigger(work, kinds.inserts, "INSERT INTO ", trigger, err) != 0 ||
		find_trigger(work, kinds.deletes, "DELETE FROM ", trigger, err) != 0)
		return -1;
	if (!work->audited || trigger->len > 0)
		return 0;
	return sqlite_db_find_trigger(db_of(work),
		"INSERT INTO ckptop_audit DEFAULT VALUES",
		work->sqlite->table->layout.table, trigger, err);
}

/* --- the rows --- */

static int
compare_keys(const void *a, const void *b)
{
	return key_compare(*(const struct key *)a, *(const struct key *)b);
}

/* The keys of the edits, in order. */
static struct key *
named_keys(const struct sqlite_work *work)
{
	struct key *keys = arena_alloc(work->arena, work->count, sizeof(*keys));

	for (size_t i = 0; i < work->count; i++)
		keys[i] = work->edits[i].key;
	qsort(keys, work->count, sizeof(*keys), compare_keys);
	return keys;
}

static uint64_t
mix(uint64_t a)
{
	a = (a ^ (a >> 30)) * UINT64_C(0xbf58476d1ce4e5b9);
	a = (a ^ (a >> 27)) * UINT64_C(0x94d049bb133111eb);
	return a ^ (a >> 31);
}

/* Of the cells of the present row, their storage classes and all their bytes. */
static uint64_t
sum_of_row(const struct sqlite_work *work, struct sqlite_query *query)
{
	uint64_t sum = 0;

	for (size_t i = 0; i < work->reader.count; i++) {
		int column = SQLITE_CURSOR_COLUMN + 1 + (int)i;
		enum ckpt_storage storage = sqlite_column_storage(query, column);
		double real = storage == CKPT_STORAGE_REAL
				      ? sqlite_column_real(query, column)
				      : 0;
		struct span bytes =
			storage == CKPT_STORAGE_REAL
				? (struct span){ (const char *)&real, sizeof(real) }
				: sqlite_column(query, column);

		sum = mix(sum + 1 + (uint64_t)storage);
		sum = mix(sum + span_hash(bytes) + bytes.len);
	}
	return mix(sum);
}

/* In whatever order: the sums of the rows are added up. */
static int
read_rows(const struct sqlite_work *work, struct sqlite_query *query,
	struct sqlite_bystanders *out, struct err *err)
{
	struct key *named = named_keys(work);
	struct arena *arena = arena_new();
	size_t kept = 0;
	int status;

	while ((status = sqlite_query_step(query, err)) == 1) {
		struct ckpt row;

		if (++kept % ROWS_AT_ONCE == 0) {
			arena_free(arena);
			arena = arena_new();
		}
		sqlite_table_row(work->sqlite->table, query, arena, &row);
		if (bsearch(&row.key, named, work->count, sizeof(*named), compare_keys) !=
			NULL)
			continue;
		out->count++;
		out->sum += sum_of_row(work, query);
	}
	arena_free(arena);
	return status;
}

static int
look_at_rows(
	const struct sqlite_work *work, struct sqlite_bystanders *out, struct err *err)
{
	const struct sqlite_reader *reader = &work->reader;
	struct sqlite_query *query;
	int status;

	out->count = out->sum = 0;
	if (sqlite_query_new(&query, db_of(work),
		    sqlite_table_every_sql(
			    work->sqlite->table, reader->names, reader->count),
		    err) != 0)
		return -1;
	status = read_rows(work, query, out, err);
	sqlite_query_free(query);
	return status;
}

int
sqlite_bystanders_look(
	const struct sqlite_work *work, struct sqlite_bystanders *out, struct err *err)
{
	*out = (struct sqlite_bystanders){ 0 };
	/* What a statement of the configuration does nobody has looked at. */
	if (work->sqlite->table->statements != NULL)
		return look_at_rows(work, out, err);
	if (find_triggers(work, &out->trigger, err) != 0)
		return -1;
	return out->trigger.len > 0 ? look_at_rows(work, out, err) : 0;
}

int
sqlite_bystanders_check(const struct sqlite_work *work,
	const struct sqlite_bystanders *before, struct err *err)
{
	bool is_query = work->sqlite->table->statements != NULL;
	struct sqlite_bystanders after = { 0 };

	if (before->trigger.len == 0 && !is_query)
		return 0;
	if (look_at_rows(work, &after, err) != 0)
		return -1;
	if (after.count == before->count && after.sum == before->sum)
		return 0;
	if (is_query && work->count > 0)
		return statement_touched_others(
			statement_of_edit(work->pairs[0].seen != NULL,
				work->pairs[0].wanted != NULL),
			err);
	return err_set(err, ERR_REFUSED,
		"a trigger (%s) changes, adds or removes other rows of table %s than "
		"those asked for, and no undo would bring them back; nothing was "
		"written; ask who made it, or change the rows in the table itself",
		str_text(&before->trigger), work->sqlite->table->layout.table);
}

void
sqlite_bystanders_free(struct sqlite_bystanders *bystanders)
{
	str_free(&bystanders->trigger);
}
