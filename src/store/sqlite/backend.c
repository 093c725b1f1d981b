/* SPDX-License-Identifier: MIT
 *
 * Checkpoints in a table of a SQLite database. One connection for the life of the store,
 * with nothing held between two calls; a database that cannot be read with locks is
 * opened anew for every poll (files.h says why). The rows are read in
 * scan.c, saved in save.c, and changed by a person in operate.c. */
#include "store/backend.h"

#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/mem.h"
#include "store/sqlite/audit.h"

bool
sqlite_store_stop(void *arg, struct err *err)
{
	return store_must_stop(arg, err);
}

/* --- the connection --- */

void
sqlite_store_disconnect(struct sqlite_store *sqlite)
{
	struct sqlite_query **queries[] = { &sqlite->version, &sqlite->first,
		&sqlite->next, &sqlite->load[0], &sqlite->load[1], &sqlite->head };

	for (size_t i = 0; i < sizeof(queries) / sizeof(*queries); i++) {
		sqlite_query_free(*queries[i]);
		*queries[i] = NULL;
	}
	free(sqlite->head_sql);
	sqlite->head_sql = NULL;
	sqlite_table_free(sqlite->table);
	sqlite->table = NULL;
	sqlite_close(&sqlite->file);
}

/* A statement that reads the table; what a person wrote in its place can only read. */
static int
new_reader(struct sqlite_query **out, struct sqlite_store *sqlite, const char *sql,
	struct err *err)
{
	int offset;

	if (sqlite->table->layout.query == NULL)
		return sqlite_query_new(out, sqlite->file.db, sql, err);
	if (sqlite_query_new_around(out, sqlite->file.db, sql, &offset, err) == 0)
		return 0;
	return err != NULL && err->kind == ERR_USAGE
		       ? layout_blame_query(sqlite->store.config, SPAN_NONE, err)
		       : -1;
}

static int
connect_anew(struct sqlite_store *sqlite, struct err *err)
{
	const struct store_config *config = sqlite->store.config;
	enum sqlite_purpose purpose =
		sqlite->store.mode == STORE_WRITE ? SQLITE_TO_WRITE : SQLITE_TO_READ;
	const struct sqlite_table *table;
	struct sqlite_db *db;

	if (sqlite_open(&sqlite->file, store_path(config), purpose, sqlite_store_stop,
		    &sqlite->store, err) != 0)
		return -1;
	db = sqlite->file.db;
	if (sqlite_table_find(&sqlite->table, db, config, err) != 0)
		return -1;
	table = sqlite->table;
	if (sqlite_query_new(&sqlite->version, db, "PRAGMA data_version", err) != 0 ||
		new_reader(&sqlite->first, sqlite,
			sqlite_table_chunk_sql(table, true, SQLITE_WHOLE_ROW),
			err) != 0 ||
		new_reader(&sqlite->load[0], sqlite, sqlite_table_key_sql(table, false),
			err) != 0 ||
		new_reader(&sqlite->load[1], sqlite, sqlite_table_key_sql(table, true),
			err) != 0)
		return -1;
	if (sqlite_table_cursor_size(table) == 0)
		return 0;
	return sqlite_query_new(&sqlite->next, db,
		sqlite_table_chunk_sql(table, false, SQLITE_WHOLE_ROW), err);
}

static unsigned
capabilities_of(const struct sqlite_store *sqlite, bool audited)
{
	const struct sqlite_table *table = sqlite->table;
	unsigned capabilities = STORE_CAN_SQL_HEAD;

	if (table->statements != NULL)
		capabilities |= STORE_CAN_OPERATE | STORE_IS_ATOMIC |
				statements_lacking(table->statements);
	if (strcmp(table->kind, "table") == 0)
		capabilities |= STORE_CAN_SAVE | STORE_CAN_GUARD | STORE_CAN_OPERATE |
				STORE_IS_ATOMIC;
	if (table->layout.columns[LAYOUT_METADATA] != NULL)
		capabilities |= STORE_CAN_METADATA;
	if (audited)
		capabilities |= STORE_HAS_AUDIT;
	return capabilities;
}

/* A path that names another file than before is told: its rows are another story. */
static void
note_replaced(struct sqlite_store *sqlite)
{
	const struct file_mark *now = &sqlite->file.files.database;

	if (sqlite->opened.inode != 0 && (sqlite->opened.inode != now->inode ||
						 sqlite->opened.device != now->device)) {
		sqlite->replaced++;
		sqlite->replaced_at = clock_now();
	}
	sqlite->opened = *now;
}

int
sqlite_store_connect(struct sqlite_store *sqlite, struct err *err)
{
	struct err moved = { 0 };
	bool audited;

	if (sqlite->file.db != NULL) {
		if (sqlite_unmoved(&sqlite->file, &moved) == 0)
			return 0;
		sqlite_store_disconnect(sqlite);
	}
	if (connect_anew(sqlite, err) != 0 ||
		sqlite_audit_look(sqlite->file.db, &audited, NULL, err) != 0) {
		sqlite_store_disconnect(sqlite);
		return -1;
	}
	note_replaced(sqlite);
	/* What was seen through another connection is only known by the files. */
	sqlite->seen = sqlite->seen && sqlite->quiet && sqlite->file.snapshot;
	sqlite->quiet = sqlite->file.snapshot;
	sqlite->store.capabilities = capabilities_of(sqlite, audited);
	sqlite_store_set_facts(sqlite);
	return 0;
}

int
sqlite_store_failed(struct sqlite_store *sqlite)
{
	if (sqlite->file.db != NULL &&
		sqlite_db_trouble(sqlite->file.db) == SQLITE_TROUBLE_OTHER)
		sqlite_store_disconnect(sqlite);
	return -1;
}

int
sqlite_store_verify(struct sqlite_store *sqlite, struct err *err)
{
	if (!sqlite->file.snapshot || sqlite_unmoved(&sqlite->file, err) == 0)
		return 0;
	sqlite_store_disconnect(sqlite);
	return -1;
}

int
sqlite_store_version(struct sqlite_store *sqlite, int64_t *version, struct err *err)
{
	if (sqlite_query_step(sqlite->version, err) != 1)
		return sqlite_store_failed(sqlite);
	*version = sqlite_column_integer(sqlite->version, 0);
	sqlite_query_reset(sqlite->version);
	return 0;
}

/* --- entry points --- */

static void
sqlite_store_close(struct store *store)
{
	struct sqlite_store *sqlite = (struct sqlite_store *)store;

	sqlite_store_disconnect(sqlite);
	if (sqlite->facts != NULL)
		arena_free(sqlite->facts);
	free(sqlite);
}

static int
sqlite_store_open(struct store **out, const struct store_config *config,
	enum store_mode mode, struct err *err)
{
	struct sqlite_store *sqlite;

	*out = NULL;
	sqlite = mem_new(1, sizeof(*sqlite));
	store_prepare(&sqlite->store, &backend_sqlite, config, mode);
	if (sqlite_store_connect(sqlite, err) != 0) {
		sqlite_store_close(&sqlite->store);
		return -1;
	}
	*out = &sqlite->store;
	return 0;
}

/* Without a lasting connection the files are the gate. */
static int
files_changed(struct sqlite_store *sqlite, bool *changed, struct err *err)
{
	struct sqlite_files now;

	sqlite_store_disconnect(sqlite);
	if (sqlite_files_look(&now, store_path(sqlite->store.config), err) != 0)
		return -1;
	*changed = !sqlite->seen || !sqlite_files_equal(&now, &sqlite->seen_files) ||
		   store_setting(sqlite->store.config, "query") != NULL;
	return 0;
}

static int
sqlite_store_changed(struct store *store, bool *changed, struct err *err)
{
	struct sqlite_store *sqlite = (struct sqlite_store *)store;

	int64_t version;

	if (sqlite->quiet)
		return files_changed(sqlite, changed, err);
	if (sqlite_store_connect(sqlite, err) != 0 ||
		sqlite_store_version(sqlite, &version, err) != 0)
		return -1;
	/* What time it is, and what else a query may look at, has no version. */
	*changed = !sqlite->seen || version != sqlite->seen_version ||
		   sqlite->table->layout.query != NULL;
	return 0;
}

/* Reads a checkpoint into memory, so that nothing is locked when it is delivered. */
static int
read_one(struct sqlite_store *sqlite, struct key key, struct arena *arena,
	struct ckpt *row, struct err *err)
{
	struct sqlite_query *query = sqlite->load[sqlite_is_nameless(key)];
	int status;

	if (!sqlite_bind_key(query, sqlite->table, 1, key))
		return 0;
	status = sqlite_query_step(query, err);
	if (status == 1) {
		sqlite_table_row(sqlite->table, query, arena, row);
		if (sqlite_query_step(query, NULL) == 1)
			row->flags |= CKPT_KEY_REPEATED;
	}
	sqlite_query_reset(query);
	return status;
}

int
sqlite_store_not_found(const struct sqlite_store *sqlite, struct key key, struct err *err)
{
	struct str name = { 0 };

	key_add(&name, key);
	err_set(err, ERR_NOT_FOUND, "no checkpoint %s in %s%s of %s", str_text(&name),
		sqlite->table->layout.query == NULL ? "table " : "",
		sqlite->table->layout.table, store_path(sqlite->store.config));
	str_free(&name);
	return -1;
}

static int
sqlite_store_load(struct store *store, struct key key, store_row_fn *row, void *arg,
	struct err *err)
{
	struct sqlite_store *sqlite = (struct sqlite_store *)store;
	struct arena *arena = arena_new();
	struct ckpt ckpt;
	int status = -1;

	if (sqlite_store_connect(sqlite, err) != 0)
		goto out;
	status = read_one(sqlite, key, arena, &ckpt, err);
	if (status < 0)
		sqlite_store_failed(sqlite);
	else if (sqlite_store_verify(sqlite, err) != 0)
		status = -1;
	else if (status == 0)
		status = sqlite_store_not_found(sqlite, key, err);
	else
		row(arg, &ckpt);
out:
	arena_free(arena);
	return status < 0 ? -1 : 0;
}

/* The statement of the last head is kept: most often the next one is the same. */
static int
prepare_head(struct sqlite_store *sqlite, const char *sql, struct err *err)
{
	if (sqlite->head_sql != NULL && strcmp(sqlite->head_sql, sql) == 0)
		return 0;
	sqlite_query_free(sqlite->head);
	free(sqlite->head_sql);
	sqlite->head_sql = NULL;
	if (sqlite_query_new_select(&sqlite->head, sqlite->file.db, sql, err) != 0)
		return -1;
	sqlite->head_sql = mem_copy(sql, strlen(sql));
	return 0;
}

static int
sqlite_store_sql_head(struct store *store, const char *sql, struct key key,
	struct str *out, bool *known, struct err *err)
{
	struct sqlite_store *sqlite = (struct sqlite_store *)store;
	struct span head;
	int status;

	if (sqlite_store_connect(sqlite, err) != 0 || prepare_head(sqlite, sql, err) != 0)
		return -1;
	sqlite_bind_named(sqlite->head, ":job", key.job);
	sqlite_bind_named(sqlite->head, ":partition", key.partition);
	status = sqlite_query_step(sqlite->head, err);
	if (status < 0) {
		err_prefix(err, "asking '%s'", sql);
		return sqlite_store_failed(sqlite);
	}
	head = status == 1 ? sqlite_column(sqlite->head, 0) : SPAN_NONE;
	str_add_span(out, head);
	*known = head.at != NULL;
	sqlite_query_reset(sqlite->head);
	return sqlite_store_verify(sqlite, err);
}

static const struct store_key keys[] = {
#define LAYOUT_KEY(name, help)		   { name, help },
#define LAYOUT_COLUMN(role, name, help)	   { name, help },
#define LAYOUT_STATEMENT(kind, name, help) { name, help },
#include "store/layout.def"
	{ NULL, NULL },
};

const struct backend backend_sqlite = {
	.scheme = "sqlite",
	.form = "sqlite:PATH",
	.help = "a table of a SQLite database (sqlite:PATH)",
	.keys = keys,
	.check = layout_check,
	.open = sqlite_store_open,
	.close = sqlite_store_close,
	.changed = sqlite_store_changed,
	.scan = sqlite_store_scan,
	.load = sqlite_store_load,
	.save = sqlite_store_save,
	.create = sqlite_store_create,
	.sql_head = sqlite_store_sql_head,
	.operations = &sqlite_operations,
};
