/* SPDX-License-Identifier: MIT
 * A database of its own for each test of the SQLite back end, which another program
 * (tests/store/outside.h) fills. */
#ifndef UNIT_STORE_SQLITE_BENCH_H
#define UNIT_STORE_SQLITE_BENCH_H

#include <fcntl.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cmocka.h>

#include "base/arena.h"
#include "outside.h"
#include "store/store_write.h"

struct sqlite_bench {
	char directory[64], path[128], uri[1024];
	struct zone *zone; /* of naive times: UTC */
	struct store_config config;
};

#define SEED_TABLE                                                                       \
	"CREATE TABLE checkpoints (job_id VARCHAR(255) NOT NULL, partition_id "          \
	"VARCHAR(255) NOT NULL, checkpoint_value VARCHAR(255) NOT NULL, metadata "       \
	"JSONB, updated_at TIMESTAMP NOT NULL, PRIMARY KEY (job_id, partition_id))"

static inline int
sqlite_bench_make(void **state)
{
	struct sqlite_bench *bench = calloc(1, sizeof(*bench));

	if (bench == NULL)
		return -1;
	strcpy(bench->directory, "/tmp/sqlite_bench.XXXXXX");
	if (mkdtemp(bench->directory) == NULL)
		return -1;
	snprintf(bench->path, sizeof(bench->path), "%s/x.db", bench->directory);
	snprintf(bench->uri, sizeof(bench->uri), "sqlite:%s", bench->path);
	bench->zone = zone_fixed(0);
	bench->config = (struct store_config){
		.name = "bench", .uri = bench->uri, .zone = bench->zone
	};
	*state = bench;
	return 0;
}

static inline int
sqlite_bench_unmake(void **state)
{
	static const char *const names[] = { "x.db", "x.db-wal", "x.db-shm",
		"x.db-journal", "y.db", "y.db-wal", "y.db-shm", "y.db-journal", "log" };
	struct sqlite_bench *bench = *state;
	char name[128];
	int result;

	outside_close(bench->path);
	chmod(bench->directory, 0700);
	for (size_t i = 0; i < sizeof(names) / sizeof(*names); i++) {
		snprintf(name, sizeof(name), "%s/%s", bench->directory, names[i]);
		remove(name);
	}
	result = rmdir(bench->directory);
	zone_free(bench->zone);
	free(bench);
	return result;
}

/* Another program runs SQL on the database. */
#define sql(bench, ...) outside_sql((bench)->path, __VA_ARGS__)

/* What is said behind the '?' of the URI. */
static inline void
set_query(struct sqlite_bench *bench, const char *query)
{
	snprintf(bench->uri, sizeof(bench->uri), "sqlite:%s%s%s", bench->path,
		*query ? "?" : "", query);
}

static inline struct store *
open_bench(struct sqlite_bench *bench, enum store_mode mode)
{
	struct store *store;
	struct err err = { 0 };

	if (store_open(&store, &bench->config, mode, &err) != 0)
		fail_msg("%s", err.text);
	return store;
}

/* The rows as text, one a line: "job/partition=value storage metadata @updated flags
 * damage". */
struct lines {
	struct str text;
	size_t count;
};

static inline void
add_line(void *arg, const struct ckpt *row)
{
	static const char storage[] = "nirtbo";
	struct lines *lines = arg;

	lines->count++;
	str_add_span(&lines->text, row->key.job);
	str_add_char(&lines->text, '/');
	str_add_span(&lines->text, row->key.partition);
	str_add(&lines->text, row->value.at != NULL ? "=" : "");
	str_add_span(&lines->text, row->value);
	str_addf(&lines->text, " %c", storage[row->storage]);
	if (row->metadata.at != NULL)
		str_add_char(&lines->text, ' ');
	str_add_span(&lines->text, row->metadata);
	if (row->updated_text.at != NULL)
		str_add(&lines->text, " @");
	str_add_span(&lines->text, row->updated_text);
	if (row->watermark.at != NULL)
		str_addf(&lines->text, " w%.*s", (int)row->watermark.len,
			row->watermark.at);
	if (row->head.at != NULL)
		str_addf(&lines->text, " h%.*s", (int)row->head.len, row->head.at);
	if (row->flags & CKPT_KEY_REPEATED)
		str_add(&lines->text, " repeated");
	if (row->flags & CKPT_SUPERSEDED)
		str_add(&lines->text, " superseded");
	if (row->damage.at != NULL)
		str_addf(&lines->text, " !%.*s", (int)row->damage.len, row->damage.at);
	str_add_char(&lines->text, '\n');
}

static inline void
assert_rows(struct store *store, const char *expected)
{
	struct lines lines = { 0 };
	struct err err = { 0 };
	bool steady;

	if (store_scan(store, add_line, &lines, &steady, &err) != 0)
		fail_msg("%s", err.text);
	assert_true(steady);
	assert_string_equal(str_text(&lines.text), expected);
	str_free(&lines.text);
}

static inline void
assert_loads(
	struct store *store, const char *job, const char *partition, const char *expected)
{
	struct lines lines = { 0 };
	struct err err = { 0 };

	if (store_load(store, (struct key){ span_of(job), span_of(partition) }, add_line,
		    &lines, &err) != 0)
		fail_msg("%s", err.text);
	assert_string_equal(str_text(&lines.text), expected);
	str_free(&lines.text);
}

/* 2026-11-22T04:00:00.25Z */
#define SAVED_AT (INT64_C(1795320000250000))

static inline struct change
change_of(const char *job, const char *partition, const char *value)
{
	return (struct change){ .key = { span_of(job), span_of(partition) },
		.value = span_of(value),
		.updated_at = SAVED_AT };
}

static inline void
save(struct store *store, const char *job, const char *partition, const char *value)
{
	struct change change = change_of(job, partition, value);
	struct err err = { 0 };

	if (store_save(store, &change, &err) != CHANGE_DONE)
		fail_msg("%s", err.text);
}

/* Opening fails so, and says all of this (ended by NULL). */
static inline void
assert_not_opened(struct sqlite_bench *bench, enum store_mode mode, enum err_kind kind,
	const char *const *says)
{
	struct store *store;
	struct err err = { 0 };

	assert_int_equal(store_open(&store, &bench->config, mode, &err), -1);
	if (err.kind != kind)
		fail_msg("kind %s: %s", err_word(err.kind), err.text);
	for (; *says != NULL; says++)
		if (strstr(err.text, *says) == NULL)
			fail_msg("'%s' is not said: %s", *says, err.text);
}

#define SAYS(...)                                                                        \
	(const char *const[])                                                            \
	{                                                                                \
		__VA_ARGS__, NULL                                                        \
	}

/* The text of a fact of the store, or NULL. */
static inline const char *
fact_of(const struct store *store, const char *name)
{
	const struct store_facts *facts = store_facts(store);

	for (size_t i = 0; i < facts->fact_count; i++)
		if (strcmp(facts->facts[i].name, name) == 0)
			return facts->facts[i].text;
	return NULL;
}

static inline bool
has_fact(const struct store *store, const char *name, const char *says)
{
	const char *text = fact_of(store, name);

	return text != NULL && strstr(text, says) != NULL;
}

/* The seed's table, and one row in it. */
static inline void
sqlite_bench_fill(struct sqlite_bench *bench)
{
	sql(bench, SEED_TABLE);
	sql(bench, "INSERT INTO checkpoints VALUES ('orders', '0', '1', NULL, 't')");
}

static inline void
sqlite_bench_copy(const char *from, const char *to)
{
	static char bytes[1 << 20];
	int in = open(from, O_RDONLY), out = open(to, O_WRONLY | O_CREAT | O_TRUNC, 0644);
	ssize_t size = read(in, bytes, sizeof(bytes));

	assert_true(size > 0);
	assert_int_equal(write(out, bytes, (size_t)size), size);
	close(in);
	close(out);
}

#endif
