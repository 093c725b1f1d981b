/* SPDX-License-Identifier: MIT
 *
 * Making an empty store: the table of the seed in a new or empty database. */
#include "store/sqlite/store.h"

#include <stdlib.h>
#include <sys/stat.h>

#include "base/mem.h"

/* As pipelines have it. JSONB and TIMESTAMP give NUMERIC affinity in SQLite, which leaves
 * documents and times as text. */
#define CREATE_TABLE                                                                     \
	"CREATE TABLE checkpoints (job_id VARCHAR(255) NOT NULL, "                       \
	"partition_id VARCHAR(255) NOT NULL, checkpoint_value VARCHAR(255) NOT NULL, "   \
	"metadata JSONB, updated_at TIMESTAMP NOT NULL, "                                \
	"PRIMARY KEY (job_id, partition_id))"

/* How many tables, views and indexes there are, or -1. */
static int64_t
count_objects(struct sqlite_db *db, struct err *err)
{
	struct sqlite_query *query;
	int64_t count = -1;

	if (sqlite_query_new(&query, db, "SELECT count(*) FROM sqlite_schema", err) != 0)
		return -1;
	if (sqlite_query_step(query, err) == 1)
		count = sqlite_column_integer(query, 0);
	sqlite_query_free(query);
	return count;
}

/* In a database that is not empty: fine if it is a store already. */
static int
look_for_table(struct sqlite_db *db, const struct store_config *config, struct err *err)
{
	struct sqlite_table *table;
	struct err none = { 0 };

	if (sqlite_table_find(&table, db, config, &none) == 0) {
		sqlite_table_free(table);
		return 0;
	}
	if (sqlite_db_trouble(db) == SQLITE_TROUBLE_LOCKED ||
		sqlite_db_trouble(db) == SQLITE_TROUBLE_STOPPED)
		return err_set(err, none.kind, "%s", none.text);
	if (config->setting_count > 0)
		return err_set(err, ERR_REFUSED,
			"%s has no table as the settings of %s say (ckptop stores says "
			"what is missing); nothing was made; make it by hand",
			store_path(config), config->name);
	return err_set(err, ERR_REFUSED,
		"%s holds other tables; nothing was made; take a new file, or make the "
		"table by hand: " CREATE_TABLE,
		store_path(config));
}

static int
refuse_settings(const struct store_config *config, struct err *err)
{
	return err_set(err, ERR_USAGE,
		"%s = %s: only the table checkpoints can be made, without settings; "
		"nothing was made; make the table by hand",
		config->settings[0].key, config->settings[0].value);
}

static bool
is_empty(const char *path)
{
	struct stat status;

	return stat(path, &status) != 0 || status.st_size == 0;
}

static int
make_table(struct sqlite_db *db, const struct store_config *config, bool *made,
	struct err *err)
{
	int64_t count;

	if (sqlite_db_run(db, "BEGIN IMMEDIATE", err) != 0)
		return -1;
	count = count_objects(db, err);
	if (count > 0)
		return look_for_table(db, config, err);
	if (count == 0 && config->setting_count > 0)
		return refuse_settings(config, err);
	if (count < 0 || sqlite_db_run(db, CREATE_TABLE, err) != 0 ||
		sqlite_db_run(db, "COMMIT", err) != 0)
		return -1;
	*made = true;
	return 0;
}

int
sqlite_store_create(const struct store_config *config, bool *made, struct err *err)
{
	struct store store = { 0 };
	struct sqlite_file file;
	int status;

	/* Before opening it makes a file. */
	if (config->setting_count > 0 && is_empty(store_path(config)))
		return refuse_settings(config, err);
	store_prepare(&store, &backend_sqlite, config, STORE_WRITE);
	if (sqlite_open(&file, store_path(config), SQLITE_TO_CREATE, sqlite_store_stop,
		    &store, err) != 0)
		return -1;
	status = make_table(file.db, config, made, err);
	if (sqlite_db_in_transaction(file.db))
		sqlite_db_run(file.db, "ROLLBACK", NULL);
	sqlite_close(&file);
	return status;
}
