/* SPDX-License-Identifier: MIT */
#include "workplace_inside.h"

#include <errno.h>
#include <ftw.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/mem.h"
#include "poll/actor_inside.h"
#include "store/sqlite/db.h"

#define TABLE                                                                            \
	"CREATE TABLE checkpoints (job_id VARCHAR(255) NOT NULL, partition_id "          \
	"VARCHAR(255) NOT NULL, checkpoint_value VARCHAR(255) NOT NULL, metadata "       \
	"JSONB, updated_at TIMESTAMP NOT NULL, PRIMARY KEY (job_id, partition_id))"
#define PUT                                                                              \
	"INSERT OR REPLACE INTO checkpoints (job_id, partition_id, checkpoint_value, "   \
	"metadata, updated_at) VALUES (?1, ?2, ?3, ?4, ?5)"
#define SAVE                                                                             \
	"UPDATE checkpoints SET checkpoint_value = ?3 WHERE job_id = ?1 AND "            \
	"partition_id = ?2"

void
workplace_place(
	char out[128], const struct workplace *workplace, const struct store_config *of)
{
	const char *name = strchr(of->uri, ':') + 1;

	snprintf(
		out, 128, "%s/%.*s", workplace->directory, (int)strcspn(name, "."), name);
}

bool
workplace_is_directory(const struct store_config *of)
{
	return strncmp(of->name, "files:", 6) == 0;
}

/* Kafka does not answer there. */
static bool
can_be_examined(const struct store_config *of)
{
	return strncmp(of->name, "kafka:", 6) != 0;
}

const struct store_config *
workplace_find(const struct config *config, const char *name)
{
	size_t i = 0;

	while (strcmp(config->stores[i].name, name) != 0)
		i++;
	return &config->stores[i];
}

/* --- rows --- */

struct filling {
	struct sqlite_query *put; /* NULL: files */
	const char *directory;
	struct err *err;
	int status;
};

static void
put_row(struct filling *filling, const struct ckpt *row)
{
	const struct span cells[] = { row->key.job, row->key.partition, row->value,
		row->metadata, row->updated_text };

	for (int i = 0; i < 5; i++)
		sqlite_bind_text(filling->put, i + 1, cells[i]);
	if (sqlite_query_step(filling->put, filling->err) < 0)
		filling->status = -1;
}

static void
write_file(struct filling *filling, const struct ckpt *row)
{
	struct str text = { 0 };
	char path[256];
	FILE *file;

	str_add(&text, "{\"value\": \"");
	str_add_span(&text, row->value);
	str_add(&text, "\", \"metadata\": ");
	str_add_span(&text, row->metadata.at != NULL ? row->metadata : SPAN("{}"));
	str_add(&text, ", \"timestamp\": \"");
	str_add_span(&text, row->updated_text);
	str_add(&text, "\"}");
	snprintf(path, sizeof(path), "%s/%.*s_%.*s.json", filling->directory,
		(int)row->key.job.len, row->key.job.at, (int)row->key.partition.len,
		row->key.partition.at);
	file = fopen(path, "w");
	if (file == NULL || fputs(str_text(&text), file) < 0 || fclose(file) != 0)
		filling->status =
			err_set_errno(filling->err, ERR_FAILED, errno, "%s", path);
	str_free(&text);
}

static void
take_row(void *arg, const struct ckpt *row)
{
	struct filling *filling = arg;

	if (filling->status != 0)
		return;
	if (filling->put != NULL)
		put_row(filling, row);
	else
		write_file(filling, row);
}

/* All rows of the store of the fixture. */
static int
copy_rows(const struct store_config *from, struct filling *filling)
{
	struct store *store = NULL;
	bool steady;
	int status = store_open(&store, from, STORE_READ, filling->err);

	if (status == 0)
		status = store_scan(store, take_row, filling, &steady, filling->err);
	store_close(store);
	return status != 0 ? status : filling->status;
}

static bool
never(void *arg, struct err *err)
{
	(void)arg;
	(void)err;
	return false;
}

/* This row, or all that the fixture has. */
static int
feed(const struct store_config *from, struct filling *filling, const struct ckpt *row)
{
	if (row == NULL)
		return copy_rows(from, filling);
	take_row(filling, row);
	return filling->status;
}

static int
fill_database(const struct store_config *from, const char *path, const struct ckpt *row,
	struct err *err)
{
	struct filling filling = { .err = err };
	struct sqlite_db *db;
	bool is_new = access(path, F_OK) != 0;
	int status = sqlite_db_new(&db, path, SQLITE_MODE_CREATE, never, NULL, err);

	if (status == 0 && is_new)
		status = sqlite_db_run(db, TABLE, err);
	if (status == 0)
		status = sqlite_db_run(db, "BEGIN", err);
	if (status == 0)
		status = sqlite_query_new(&filling.put, db, PUT, err);
	if (status == 0)
		status = feed(from, &filling, row);
	sqlite_query_free(filling.put);
	if (status == 0)
		status = sqlite_db_run(db, "COMMIT", err);
	sqlite_db_free(db);
	return status;
}

int
workplace_fill(const struct workplace *workplace, const struct store_config *from,
	const struct ckpt *row, struct err *err)
{
	struct filling filling = { .err = err };
	char place[128], path[140];

	workplace_place(place, workplace, from);
	if (!workplace_is_directory(from)) {
		snprintf(path, sizeof(path), "%s.db", place);
		return fill_database(from, path, row, err);
	}
	if (mkdir(place, 0700) != 0 && access(place, F_OK) != 0)
		return err_set_errno(err, ERR_FAILED, errno, "%s", place);
	filling.directory = place;
	return feed(from, &filling, row);
}

int
workplace_sql(struct workplace *workplace, const char *store, const char *statement,
	struct err *err)
{
	struct sqlite_db *db = NULL;
	char place[128], path[140];
	int status = -1;

	workplace_place(place, workplace, workplace_find(workplace->fixture, store));
	snprintf(path, sizeof(path), "%s.db", place);
	if (sqlite_db_new(&db, path, SQLITE_MODE_WRITE, never, NULL, err) == 0)
		status = sqlite_db_run(db, statement, err);
	sqlite_db_free(db);
	return status;
}

int
workplace_file(struct workplace *workplace, const char *store, const char *name,
	const char *text, struct err *err)
{
	char place[128], path[256];
	FILE *file;

	workplace_place(place, workplace, workplace_find(workplace->fixture, store));
	snprintf(path, sizeof(path), "%s/%s", place, name);
	file = fopen(path, "w");
	if (file == NULL || fputs(text, file) < 0 || fclose(file) != 0)
		return err_set_errno(err, ERR_FAILED, errno, "%s", path);
	return 0;
}

static int
fill_all(struct workplace *workplace, struct err *err)
{
	for (size_t i = 0; i < workplace->fixture->store_count; i++)
		if (can_be_examined(&workplace->fixture->stores[i]) &&
			workplace_fill(workplace, &workplace->fixture->stores[i], NULL,
				err) != 0)
			return -1;
	return 0;
}

int
workplace_save(struct workplace *workplace, const char *store, struct key key,
	const char *value, struct err *err)
{
	const struct span cells[] = { key.job, key.partition, span_of(value) };
	struct sqlite_query *save = NULL;
	struct sqlite_db *db = NULL;
	char place[128], path[140];
	int status = -1;

	workplace_place(place, workplace, workplace_find(workplace->fixture, store));
	snprintf(path, sizeof(path), "%s.db", place);
	if (sqlite_db_new(&db, path, SQLITE_MODE_WRITE, never, NULL, err) == 0 &&
		sqlite_query_new(&save, db, SAVE, err) == 0) {
		for (int i = 0; i < 3; i++)
			sqlite_bind_text(save, i + 1, cells[i]);
		status = sqlite_query_step(save, err) < 0 || sqlite_db_changes(db) != 1
				 ? -1
				 : 0;
	}
	sqlite_query_free(save);
	sqlite_db_free(db);
	return status;
}

/* --- the configuration of the fixture, with the stores that are here --- */

static int
write_config(const struct workplace *workplace, const char *path, struct err *err)
{
	FILE *from = fopen("fixture.conf", "r"), *to = fopen(path, "w");
	char line[256], here[4096];
	int status = 0;

	if (getcwd(here, sizeof(here)) == NULL)
		status = err_set_errno(err, ERR_FAILED, errno, "getcwd");
	if (from == NULL || to == NULL)
		status = err_set_errno(err, ERR_FAILED, errno, "%s", path);
	while (status == 0 && fgets(line, sizeof(line), from) != NULL) {
		static const char key[] = "uri = demo:";
		const char *name = line + strlen(key);
		bool is_uri = strncmp(line, key, strlen(key)) == 0;

		if (is_uri && strncmp(name, "files-", 6) == 0)
			fprintf(to, "uri = dir:%s/%.*s\n", workplace->directory,
				(int)strcspn(name, "."), name);
		else if (is_uri && strncmp(name, "kafka-", 6) != 0)
			fprintf(to, "uri = sqlite:%s/%.*s.db\n", workplace->directory,
				(int)strcspn(name, "."), name);
		else if (is_uri)
			fprintf(to, "uri = demo:%s/%s", here, name);
		else
			fputs(line, to);
	}
	if (from != NULL)
		fclose(from);
	if (to != NULL && fclose(to) != 0)
		status = err_set_errno(err, ERR_FAILED, errno, "%s", path);
	return status;
}

static int
load_config(struct workplace *workplace, struct err *err)
{
	struct store_config *stores;
	struct config_request request = {
		.paths = &workplace->paths,
		.environment = workplace->environment,
		.file = workplace->file,
	};

	snprintf(workplace->file, sizeof(workplace->file), "%s/here.conf",
		workplace->directory);
	if (write_config(workplace, workplace->file, err) != 0)
		return -1;
	paths_find(&workplace->paths, workplace->environment);
	if (config_load(&workplace->config, &request, err) != 0)
		return -1;
	/* Commands are those of the fixture: this directory has another name each time.
	 */
	stores = (struct store_config *)(uintptr_t)workplace->config->stores;
	for (size_t i = 0; i < workplace->config->store_count; i++)
		stores[i].call = workplace->fixture->stores[i].call;
	return 0;
}

int
workplace_restore(struct workplace *workplace, struct err *err)
{
	if (fill_all(workplace, err) != 0 || workplace_write_journal(workplace, err) != 0)
		return -1;
	/* What was put in for a moment is there no more. */
	return fill_all(workplace, err);
}

int
workplace_new(struct workplace **out, const struct config *fixture, struct err *err)
{
	struct workplace *workplace = *out = mem_new(1, sizeof(*workplace));

	workplace->fixture = fixture;
	strcpy(workplace->directory, "/tmp/screen_test.XXXXXX");
	if (mkdtemp(workplace->directory) == NULL)
		return err_set_errno(err, ERR_FAILED, errno, "%s", workplace->directory);
	snprintf(workplace->home, sizeof(workplace->home), "XDG_STATE_HOME=%s",
		workplace->directory);
	workplace->environment[0] = workplace->home;
	if (load_config(workplace, err) != 0)
		return -1;
	return workplace_restore(workplace, err);
}

static int
remove_one(const char *path, const struct stat *stat, int kind, struct FTW *walk)
{
	(void)stat;
	(void)kind;
	(void)walk;
	return remove(path);
}

void
workplace_free(struct workplace *workplace)
{
	if (workplace == NULL)
		return;
	nftw(workplace->directory, remove_one, 8, FTW_DEPTH | FTW_PHYS);
	config_free(workplace->config);
	paths_free(&workplace->paths);
	free(workplace);
}

struct actor *
workplace_actor(struct workplace *workplace, bool root, struct err *err)
{
	const struct who_sources sources = {
		.proc = workplace->directory,
		.host = "jump1",
		.uid = root ? 0 : 1004,
		.euid = root ? 0 : 1004,
		.pid = 1,
		.terminal = -1,
		.environment = workplace->environment,
	};
	struct actor *actor;

	return actor_new(&actor, workplace->config, workplace->environment, &sources,
		       err) == 0
		       ? actor
		       : NULL;
}
