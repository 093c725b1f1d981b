/* SPDX-License-Identifier: MIT */
#include "cli/demo_source.h"

#include <stdio.h>
#include <stdlib.h>

#include "base/clock.h"
#include "base/mem.h"
#include "cli/demo_story.h"
#include "store/sqlite/open.h"

#define PRODUCE_EVERY (500 * MILLISECOND)
#define PATIENCE      (10 * SECOND)

/* Write-ahead, so that the many who write and those who look on do not wait for each
 * other. */
static const char *const create_statements[] = {
	"PRAGMA journal_mode = WAL",
	"CREATE TABLE sources (job TEXT NOT NULL, part TEXT NOT NULL, "
	"position INTEGER NOT NULL, PRIMARY KEY (job, part))",
};

#define INSERT "INSERT INTO sources (job, part, position) VALUES (?, ?, ?)"
#define MOVE   "UPDATE sources SET position = position + ? WHERE job = ? AND part = ?"
#define LOOK   "SELECT position FROM sources WHERE job = ? AND part = ?"

struct demo_source {
	struct sqlite_file file;
	struct sqlite_query *query;
	int64_t until; /* a call that takes longer has failed */
};

static bool
took_too_long(void *arg, struct err *err)
{
	const struct demo_source *source = arg;

	if (clock_monotonic() < source->until)
		return false;
	err_set(err, ERR_UNREACHABLE, "the database of the demo does not answer");
	return true;
}

static int
open_source(struct demo_source **out, const char *database, enum sqlite_purpose purpose,
	const char *sql, struct err *err)
{
	struct demo_source *source = mem_new(1, sizeof(*source));

	*out = NULL;
	source->until = clock_monotonic() + PATIENCE;
	if (sqlite_open(&source->file, database, purpose, took_too_long, source, err) !=
		0) {
		free(source);
		return -1;
	}
	if (sql != NULL &&
		sqlite_query_new(&source->query, source->file.db, sql, err) != 0) {
		demo_source_close(source);
		return -1;
	}
	*out = source;
	return 0;
}

int
demo_source_open(struct demo_source **out, const char *database, struct err *err)
{
	return open_source(out, database, SQLITE_TO_READ, LOOK, err);
}

void
demo_source_close(struct demo_source *source)
{
	if (source == NULL)
		return;
	sqlite_query_free(source->query);
	sqlite_close(&source->file);
	free(source);
}

static struct span
partition_name(char *buffer, size_t size, unsigned partition)
{
	snprintf(buffer, size, "%u", partition);
	return span_of(buffer);
}

int
demo_source_end(struct demo_source *source, const char *job, unsigned partition,
	int64_t *end, struct err *err)
{
	char buffer[16];
	int status;

	source->until = clock_monotonic() + PATIENCE;
	sqlite_bind_text(source->query, 1, span_of(job));
	sqlite_bind_text(
		source->query, 2, partition_name(buffer, sizeof(buffer), partition));
	status = sqlite_query_step(source->query, err);
	if (status == 1)
		*end = sqlite_column_integer(source->query, 0);
	sqlite_query_reset(source->query);
	if (status == 0)
		return err_set(err, ERR_NOT_FOUND, "%s/%u has no source", job, partition);
	return status < 0 ? -1 : 0;
}

/* --- making it --- */

static int
insert_rows(
	struct demo_source *source, const struct demo_pipeline *pipeline, struct err *err)
{
	char buffer[16];

	for (unsigned i = 0; i < pipeline->partitions && !pipeline->daily; i++) {
		/* No two partitions stand at the same place. */
		sqlite_bind_text(source->query, 1, span_of(pipeline->job));
		sqlite_bind_text(
			source->query, 2, partition_name(buffer, sizeof(buffer), i));
		sqlite_bind_integer(
			source->query, 3, pipeline->first + pipeline->first / 509 * i);
		if (sqlite_query_step(source->query, err) < 0)
			return -1;
		sqlite_query_reset(source->query);
	}
	return 0;
}

int
demo_source_create(const char *database, struct err *err)
{
	struct demo_source *source;
	int result = 0;

	if (open_source(&source, database, SQLITE_TO_WRITE, NULL, err) != 0)
		return -1;
	for (size_t i = 0; i < 2 && result == 0; i++)
		result = sqlite_db_run(source->file.db, create_statements[i], err);
	if (result == 0)
		result = sqlite_query_new(&source->query, source->file.db, INSERT, err);
	for (size_t i = 0; i < demo_pipeline_count() && result == 0; i++)
		result = insert_rows(source, demo_pipeline(i), err);
	demo_source_close(source);
	return result;
}

/* --- moving it on --- */

/* Input is never quite even. */
static double
uneven(double records)
{
	return records * (0.9 + 0.2 * drand48());
}

static int
move_on(struct demo_source *source, double *due, int64_t passed, struct err *err)
{
	char buffer[16];

	for (size_t i = 0; i < demo_pipeline_count(); i++) {
		const struct demo_pipeline *pipeline = demo_pipeline(i);
		double seconds = (double)passed / (double)SECOND;

		due[i] += uneven(pipeline->input * seconds);
		for (unsigned p = 0; due[i] >= 1 && p < pipeline->partitions; p++) {
			sqlite_bind_integer(source->query, 1, (int64_t)due[i]);
			sqlite_bind_text(source->query, 2, span_of(pipeline->job));
			sqlite_bind_text(source->query, 3,
				partition_name(buffer, sizeof(buffer), p));
			if (sqlite_query_step(source->query, err) < 0)
				return -1;
			sqlite_query_reset(source->query);
		}
		due[i] -= (double)(int64_t)due[i];
	}
	return 0;
}

static int
produce_once(struct demo_source *source, double *due, int64_t passed, struct err *err)
{
	source->until = clock_monotonic() + PATIENCE;
	if (sqlite_db_run(source->file.db, "BEGIN IMMEDIATE", err) != 0 ||
		move_on(source, due, passed, err) != 0)
		return -1;
	return sqlite_db_run(source->file.db, "COMMIT", err);
}

int
demo_source_produce(void *arg, struct child *child, struct err *err)
{
	const char *database = arg;
	struct demo_source *source;
	int64_t last = clock_monotonic(), now;
	double *due;
	int result;

	if (open_source(&source, database, SQLITE_TO_WRITE, MOVE, err) != 0)
		return -1;
	due = mem_new(demo_pipeline_count(), sizeof(*due));
	child_ready(child);
	do {
		now = clock_monotonic();
		result = produce_once(source, due, now - last, err);
		last = now;
	} while (result == 0 && child_pause(child, PRODUCE_EVERY));
	free(due);
	demo_source_close(source);
	return result;
}
