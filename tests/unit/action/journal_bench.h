/* SPDX-License-Identifier: MIT
 * What the tests of the journal share: a journal in a directory of its own, records to
 * put into it, and its bytes. */
#ifndef UNIT_ACTION_JOURNAL_BENCH_H
#define UNIT_ACTION_JOURNAL_BENCH_H

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

#include "../base/scratch.h"
#include "action/journal.h"
#include "base/token.h"

#define COUNT_OF(array) (sizeof(array) / sizeof((array)[0]))

/* The path of a file in the scratch directory; good for some more calls. */
static inline const char *
bench_path(void **state, const char *name)
{
	static char paths[8][PATH_MAX + 64];
	static unsigned next;
	const struct scratch *scratch = *state;
	char *path = paths[next++ % 8];

	snprintf(path, sizeof(paths[0]), "%s/%s", scratch->path, name);
	return path;
}

static inline struct journal *
bench_open(const char *path)
{
	const struct journal_settings settings = { .path = path };
	struct journal *journal = NULL;
	struct err err = { 0 };

	if (journal_open(&journal, &settings, &err) != 0)
		fail_msg("%s", err.text);
	return journal;
}

/* The op of record number i, always the same; good for those that differ by less than 64.
 */
static inline const char *
bench_op(unsigned i)
{
	static char ops[64][TOKEN_SIZE];
	char *op = ops[i % 64];

	snprintf(op, TOKEN_SIZE, "00000000-0000-4000-8000-%012u", i);
	return op;
}

static inline struct journal_record
bench_record(const char *op, enum journal_phase phase)
{
	return (struct journal_record){
		.op = span_of(op),
		.phase = phase,
		.action = JOURNAL_ACTION_RESET,
		.reason = SPAN("INC-4711 bad tax table"),
	};
}

/* Appends a record; *head is its hash. */
static inline void
bench_append(const char *path, const struct journal_record *record, char *head)
{
	struct journal *journal = bench_open(path);
	struct err err = { 0 };

	if (journal_append(journal, record, head, &err) != 0)
		fail_msg("%s", err.text);
	journal_close(journal);
}

/* A journal of so many records, an intent each; heads (may be NULL) are their hashes. */
static inline void
bench_fill(const char *path, unsigned count, char (*heads)[DIGEST_SIZE])
{
	for (unsigned i = 1; i <= count; i++) {
		struct journal_record record = bench_record(bench_op(i), JOURNAL_INTENT);

		bench_append(path, &record, heads != NULL ? heads[i - 1] : NULL);
	}
}

/* The bytes of a file. str_free() them. */
static inline struct str
bench_bytes(const char *path)
{
	struct str bytes = { 0 };
	char chunk[4096];
	size_t got;
	FILE *file = fopen(path, "re");

	if (file == NULL)
		fail_msg("%s cannot be read", path);
	while ((got = fread(chunk, 1, sizeof(chunk), file)) > 0)
		str_add_span(&bytes, (struct span){ chunk, got });
	fclose(file);
	return bytes;
}

static inline void
bench_put(const char *path, struct span bytes)
{
	FILE *file = fopen(path, "we");

	if (file == NULL || fwrite(bytes.at, 1, bytes.len, file) != bytes.len ||
		fclose(file) != 0)
		fail_msg("%s cannot be written", path);
}

static inline struct journal_report
bench_verify(const char *path, struct journal_anchor *anchors, size_t count)
{
	struct journal_report report;
	struct err err = { 0 };

	if (journal_verify(path, anchors, count, &report, &err) != 0)
		fail_msg("%s", err.text);
	return report;
}

#endif
