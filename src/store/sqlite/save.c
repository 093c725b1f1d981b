/* SPDX-License-Identifier: MIT
 *
 * Writing one checkpoint: in a transaction that holds the write lock from its beginning,
 * so that what is compared is what is replaced. */
#include "store/sqlite/write.h"

#include <string.h>
#include <strings.h>

#include "store/edits.h"
#include "store/number_text.h"
#include "store/sqlite/references.h"
#include "store/sqlite/value.h"

/* Parameters of the statements: what is written, what is compared, then the key. */
enum parameter {
	PARAMETER_VALUE = 1,
	PARAMETER_METADATA,
	PARAMETER_UPDATED,
	PARAMETER_SEEN,
	PARAMETER_JOB,
	PARAMETER_PARTITION,
	PARAMETER_KEY, /* six of sqlite_bind_key() */
};

/* One save under way. */
struct save {
	struct sqlite_store *sqlite;
	const struct sqlite_table *table;
	const struct change *change;
	struct arena *arena;
	bool exists;				  /* there is a row with this key */
	struct ckpt now;			  /* it */
	struct sqlite_pattern like[LAYOUT_ROLES]; /* how its columns, or a neighbour's,
					      are stored */
	struct ckpt written;			  /* the row as it was read again */
	struct str updated; /* the new time of the save, in its format */
};

static struct sqlite_db *
db_of(const struct save *save)
{
	return save->sqlite->file.db;
}

/* --- what is there --- */

static void
note_pattern(struct save *save, struct sqlite_query *query)
{
	for (int role = 0; role < LAYOUT_ROLES; role++) {
		save->like[role].storage = sqlite_column_storage(query, role);
		save->like[role].text =
			arena_span(save->arena, sqlite_column(query, role));
	}
}

/* Whoever loads such a row finds it damaged, whatever is saved. */
static int
refuse_null_name(const struct save *save, struct sqlite_query *query, struct err *err)
{
	static const enum layout_role names[] = { LAYOUT_JOB, LAYOUT_PARTITION };
	const struct layout *layout = &save->table->layout;

	for (size_t i = 0; i < sizeof(names) / sizeof(*names); i++)
		if (layout->columns[names[i]] != NULL &&
			sqlite_column_storage(query, names[i]) == CKPT_STORAGE_NULL)
			return edit_nameless(layout, names[i], save->change->key, err);
	return 0;
}

static int
read_present(struct save *save, struct err *err)
{
	struct sqlite_query *query =
		save->sqlite->load[sqlite_is_nameless(save->change->key)];
	int status;

	if (!sqlite_bind_key(query, save->table, 1, save->change->key))
		return edit_no_such_key(&save->table->layout, err);
	status = sqlite_query_step(query, err);
	if (status == 1) {
		save->exists = true;
		sqlite_table_row(save->table, query, save->arena, &save->now);
		note_pattern(save, query);
		status = refuse_null_name(save, query, err);
		if (status == 0)
			status = sqlite_query_step(query, err);
		if (status == 1)
			status = edit_repeated(
				save->table->layout.table, save->change->key, err);
	}
	sqlite_query_reset(query);
	return status;
}

/* A new row is stored as its neighbour is; in an empty table as the seed's programs do:
 * texts, and positions of Kafka as numbers. */
static int
read_neighbour(struct save *save, struct err *err)
{
	bool numbers = save->table->layout.whole_numbers;
	struct sqlite_query *query;
	struct err failure = { 0 };
	int status;

	save->like[LAYOUT_VALUE].storage = save->like[LAYOUT_PARTITION].storage =
		numbers ? CKPT_STORAGE_INTEGER : CKPT_STORAGE_TEXT;
	save->like[LAYOUT_JOB].storage = CKPT_STORAGE_TEXT;
	if (sqlite_query_new(
		    &query, db_of(save), sqlite_table_sample_sql(save->table), err) != 0)
		return -1;
	status = sqlite_query_step(query, &failure);
	if (status == 1)
		note_pattern(save, query);
	sqlite_query_free(query);
	if (status < 0 && sqlite_db_trouble(db_of(save)) != SQLITE_TROUBLE_TOO_BIG)
		return err_set(err, failure.kind, "%s", failure.text);
	return 0;
}

/* --- the time of the save --- */

/* Writes the time as the row (or its neighbour) has it. */
static void
format_updated(struct save *save)
{
	struct sqlite_pattern *like = &save->like[LAYOUT_UPDATED];

	if (!written_updated(&save->updated, like->text, save->change->updated_at,
		    save->sqlite->store.config->zone))
		like->storage = CKPT_STORAGE_TEXT;
}

/* --- what fits --- */

static int
check_length(const struct save *save, enum layout_role role, const char *what,
	struct span text, struct span present, struct err *err)
{
	const struct sqlite_table *table = save->table;
	struct written_width width = { span_of(table->layout.table),
		span_of(table->layout.columns[role]), table->most[role], what };

	return written_check_length(&width, text, present, err);
}

static int
check_lengths(const struct save *save, struct err *err)
{
	const struct change *change = save->change;
	struct key key =
		save->exists ? change->key : (struct key){ SPAN_NONE, SPAN_NONE };

	if (check_length(save, LAYOUT_JOB, "job", change->key.job, key.job, err) != 0 ||
		check_length(save, LAYOUT_PARTITION, "partition", change->key.partition,
			key.partition, err) != 0)
		return -1;
	return check_length(
		save, LAYOUT_VALUE, "value", change->value, save->now.value, err);
}

/* --- the change --- */

static void
add_update(struct str *sql, const struct save *save)
{
	const struct layout *layout = &save->table->layout;
	bool has_key;

	/* A table may say that a row in the way is replaced: another job's. */
	str_add(sql, "UPDATE OR ABORT ");
	layout_add_name(sql, layout->table);
	str_add(sql, " SET ");
	layout_add_column(sql, layout, LAYOUT_VALUE);
	str_addf(sql, " = ?%d", PARAMETER_VALUE);
	if (layout->columns[LAYOUT_METADATA] != NULL && !save->change->keep_metadata) {
		str_add(sql, ", ");
		layout_add_column(sql, layout, LAYOUT_METADATA);
		str_addf(sql, " = ?%d", PARAMETER_METADATA);
	}
	if (layout->columns[LAYOUT_UPDATED] != NULL) {
		str_add(sql, ", ");
		layout_add_column(sql, layout, LAYOUT_UPDATED);
		str_addf(sql, " = ?%d", PARAMETER_UPDATED);
	}
	has_key = sqlite_table_add_key(
		sql, save->table, PARAMETER_KEY, sqlite_is_nameless(save->change->key));
	if (save->change->guard.kind != GUARD_VALUE)
		return;
	/* IS, for NULL is a value too; BINARY, for 'a' is not 'A' here. */
	str_add(sql, has_key ? " AND " : " WHERE ");
	layout_add_column(sql, layout, LAYOUT_VALUE);
	str_addf(sql, " COLLATE BINARY IS ?%d", PARAMETER_SEEN);
}

static void
add_insert(struct str *sql, const struct save *save)
{
	static const struct {
		enum layout_role role;
		enum parameter parameter;
	} columns[] = { { LAYOUT_VALUE, PARAMETER_VALUE },
		{ LAYOUT_METADATA, PARAMETER_METADATA },
		{ LAYOUT_UPDATED, PARAMETER_UPDATED }, { LAYOUT_JOB, PARAMETER_JOB },
		{ LAYOUT_PARTITION, PARAMETER_PARTITION } };
	const struct layout *layout = &save->table->layout;
	struct str values = { 0 };

	str_add(sql, "INSERT OR ABORT INTO ");
	layout_add_name(sql, layout->table);
	for (size_t i = 0; i < sizeof(columns) / sizeof(*columns); i++) {
		if (layout->columns[columns[i].role] == NULL)
			continue;
		str_add(sql, values.len > 0 ? ", " : " (");
		layout_add_column(sql, layout, columns[i].role);
		str_addf(&values, "%s?%d", values.len > 0 ? ", " : "",
			columns[i].parameter);
	}
	str_addf(sql, ") VALUES (%s)", str_text(&values));
	if (save->change->guard.kind == GUARD_ABSENT)
		str_add(sql, " ON CONFLICT DO NOTHING");
	str_free(&values);
}

static void
bind_like(struct sqlite_query *query, int parameter, struct span text,
	const struct sqlite_pattern *like)
{
	if (like->storage == CKPT_STORAGE_NULL)
		sqlite_bind_text(query, parameter, text);
	else
		sqlite_bind_stored(query, parameter, text, like->storage);
}

/* A name is not rounded: 1.10 beside the number 1.1 is a text. */
static void
bind_name_like(struct sqlite_query *query, int parameter, struct span name,
	const struct sqlite_pattern *like)
{
	double real;

	if (like->storage == CKPT_STORAGE_REAL && !number_read_exact_real(&real, name))
		sqlite_bind_text(query, parameter, name);
	else
		bind_like(query, parameter, name, like);
}

static void
bind_change(struct sqlite_query *query, const struct save *save)
{
	const struct change *change = save->change;

	bind_like(query, PARAMETER_VALUE, change->value, &save->like[LAYOUT_VALUE]);
	bind_like(query, PARAMETER_METADATA,
		change->keep_metadata ? SPAN_NONE : change->metadata,
		&save->like[LAYOUT_METADATA]);
	bind_like(query, PARAMETER_UPDATED, str_span(&save->updated),
		&save->like[LAYOUT_UPDATED]);
	sqlite_bind_stored(
		query, PARAMETER_SEEN, change->guard.value, change->guard.storage);
	bind_name_like(query, PARAMETER_JOB, change->key.job, &save->like[LAYOUT_JOB]);
	bind_name_like(query, PARAMETER_PARTITION, change->key.partition,
		&save->like[LAYOUT_PARTITION]);
	sqlite_bind_key(query, save->table, PARAMETER_KEY, change->key);
}

static enum change_result
conflict(const struct save *save, struct err *err)
{
	return edit_save_conflict(&save->table->layout, save->change->key,
		save->exists ? &save->now : NULL,
		save->change->guard.kind == GUARD_ABSENT, err);
}

/*
 * Whoever loads what was saved finds it under its key, and with its value: a column of
 * numbers makes 5 of the name 05, and a trigger makes anything of anything. Inside the
 * transaction, which is given up otherwise.
 */
static int
check_written(struct save *save, struct err *err)
{
	const struct change *change = save->change;
	const struct layout *layout = &save->table->layout;
	struct save again = { .sqlite = save->sqlite,
		.table = save->table,
		.change = change,
		.arena = save->arena };

	if (read_present(&again, err) != 0)
		return -1;
	if (!again.exists)
		return save->exists ? edit_moved(layout->table, err)
				    : edit_renamed(layout, change->key, err);
	if (!written_holds(change->value, &again.now))
		return edit_remade(
			layout, change->key, change->value, again.now.value, err);
	save->written = again.now;
	if (change->stored != NULL)
		str_add_span(change->stored, again.now.value);
	return 0;
}

/* Which columns an update of a row has: see add_update(). */
static bool
is_updated(const void *arg, struct span column)
{
	static const enum layout_role roles[] = { LAYOUT_VALUE, LAYOUT_METADATA,
		LAYOUT_UPDATED };
	const struct save *save = arg;

	for (size_t i = 0; i < sizeof(roles) / sizeof(*roles); i++) {
		const char *name = save->table->layout.columns[roles[i]];

		if (name != NULL && strlen(name) == column.len &&
			strncasecmp(name, column.at, column.len) == 0 &&
			(roles[i] != LAYOUT_METADATA || !save->change->keep_metadata))
			return save->exists;
	}
	return false;
}

/* A save can leave rows that refer to nothing as well as an operation can: a new one of a
 * job that is not in the table of jobs, or a value that others refer to. */
static int
look_at_references(
	const struct save *save, struct sqlite_references *out, struct err *err)
{
	const struct sqlite_touch touch = {
		.inserts = !save->exists,
		.changes = is_updated,
		.arg = save,
	};

	return sqlite_references_look_for(save->sqlite, &touch, save->arena, out, err);
}

/* Inside the transaction, which has read what is there. */
static enum change_result
write_row(struct save *save, struct err *err)
{
	enum guard_kind guard = save->change->guard.kind;
	struct sqlite_query *query;
	struct str sql = { 0 };
	int status = -1;
	int64_t changes = 0;

	if ((guard == GUARD_ABSENT && save->exists) ||
		(guard == GUARD_VALUE && !save->exists))
		return conflict(save, err);
	if (check_lengths(save, err) != 0 ||
		(!save->exists && read_neighbour(save, err) != 0))
		return CHANGE_FAILED;
	format_updated(save);
	if (save->exists)
		add_update(&sql, save);
	else
		add_insert(&sql, save);
	if (sqlite_query_new(&query, db_of(save), str_text(&sql), err) == 0) {
		bind_change(query, save);
		status = sqlite_query_step(query, err);
		changes = sqlite_db_changes(db_of(save));
		sqlite_query_free(query);
	}
	str_free(&sql);
	if (status != 0)
		return CHANGE_FAILED;
	if (changes == 1 && check_written(save, err) != 0)
		return CHANGE_FAILED;
	return changes == 1 ? CHANGE_DONE : conflict(save, err);
}

/* --- the end of the transaction --- */

/* As far as the table that it was read from tells: the one that was written to went with
 * its connection. */
static bool
is_what_we_wrote(const struct save *save, const struct save *again)
{
	return span_equal(again->now.value, save->written.value) &&
	       (again->table->layout.columns[LAYOUT_UPDATED] == NULL ||
		       span_equal(again->now.updated_text, save->written.updated_text));
}

static bool
is_what_was_there(const struct save *save, bool found, const struct ckpt *row)
{
	if (!found || !save->exists)
		return found == save->exists;
	return span_equal(row->value, save->now.value) &&
	       span_equal(row->updated_text, save->now.updated_text);
}

/* A sqlite_look_fn. */
static enum sqlite_found
look_again(void *arg)
{
	const struct save *save = arg;
	struct save again = { .sqlite = save->sqlite,
		.table = save->sqlite->table,
		.change = save->change,
		.arena = save->arena };

	if (read_present(&again, NULL) != 0)
		return SQLITE_FOUND_UNREAD;
	if (again.exists && is_what_we_wrote(save, &again))
		return SQLITE_FOUND_NEW;
	return is_what_was_there(save, again.exists, &again.now) ? SQLITE_FOUND_OLD
								 : SQLITE_FOUND_OTHER;
}

static enum change_result
write_whole(struct save *save, struct err *err)
{
	struct sqlite_references references = { 0 };
	enum change_result result = CHANGE_FAILED;

	if (read_present(save, err) >= 0 &&
		look_at_references(save, &references, err) == 0)
		result = write_row(save, err);
	if (result == CHANGE_DONE && sqlite_references_check(&references, err) != 0)
		result = CHANGE_FAILED;
	sqlite_references_free(&references);
	return result;
}

static enum change_result
save_row(struct save *save, struct err *err)
{
	enum change_result result;

	/* The write lock is taken at once: a transaction that begins by reading fails
	 * without waiting when somebody wrote in between. */
	if (sqlite_db_run(db_of(save), "BEGIN IMMEDIATE", err) != 0)
		return CHANGE_FAILED;
	if (sqlite_unmoved(&save->sqlite->file, err) != 0)
		return CHANGE_FAILED;
	result = write_whole(save, err);
	return result == CHANGE_DONE ? sqlite_commit(save->sqlite, look_again, save, err)
				     : result;
}

enum change_result
sqlite_store_save(struct store *store, const struct change *change, struct err *err)
{
	struct sqlite_store *sqlite = (struct sqlite_store *)store;
	struct save save = { .sqlite = sqlite, .change = change };
	enum change_result result;

	/* The connection may be a new one, to another table than the gate knew. */
	if (sqlite_store_connect(sqlite, err) != 0 ||
		store_can_change(store, change, err) != 0)
		return CHANGE_FAILED;
	save.table = sqlite->table;
	save.arena = arena_new();
	result = save_row(&save, err);
	/* In this order: a ROLLBACK that succeeds hides what the trouble was. */
	if (result != CHANGE_DONE && result != CHANGE_CONFLICT)
		sqlite_store_failed(sqlite);
	sqlite_roll_back(sqlite);
	/* Our own commits do not move the gate of this connection. */
	sqlite->seen = false;
	str_free(&save.updated);
	arena_free(save.arena);
	return result;
}
