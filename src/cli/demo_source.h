/* SPDX-License-Identifier: MIT
 * Where the records of the demo come from: a table "sources" in its database, one row a
 * partition, that a producer moves on. It is what the dashboard asks for heads, and what
 * the pipelines read. */
#ifndef CLI_DEMO_SOURCE_H
#define CLI_DEMO_SOURCE_H

#include <stdint.h>

#include "base/err.h"
#include "run/children.h"

/* The head provider of stores that keep their checkpoints beside the table. */
#define DEMO_SOURCE_HEAD                                                                 \
	"sql:SELECT position FROM sources WHERE job = :job AND part = :partition"

struct demo_source;

/* Makes the table and its rows, in a database that is there. */
int demo_source_create(const char *database, struct err *err);

/* A child's life: new records come in. arg: the path of the database. */
int demo_source_produce(void *arg, struct child *child, struct err *err);

/* Opens the table for reading. demo_source_close() it; NULL is allowed there. */
int demo_source_open(struct demo_source **out, const char *database, struct err *err);
void demo_source_close(struct demo_source *source);

/* The last record there is. */
int demo_source_end(struct demo_source *source, const char *job, unsigned partition,
	int64_t *end, struct err *err);

#endif
