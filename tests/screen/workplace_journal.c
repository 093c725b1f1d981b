/* SPDX-License-Identifier: MIT */
#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>

#include "action/journal_line.h"
#include "store/store_write.h"
#include "workplace_inside.h"

struct moment {
	const char *value, *metadata, *updated; /* value NULL: it was not there */
};

/* What an operation has found and left. */
static const struct memory {
	const char *op, *store, *job, *partition;
	struct moment before, after;
} memories[] = {
	{ "6b2204ef", "pg:main", "orders-daily", "3",
		{ "89361000", "{\"host\": \"worker-03\"}", "2026-11-22T02:41:15Z" },
		{ "89261000",
			"{\"host\": \"worker-03\", \"reset_by\": \"bob\", "
			"\"reset_at\": \"2026-11-22T02:41:18Z\", "
			"\"reset_from\": \"89361000\"}",
			"2026-11-22T02:41:18Z" } },
	{ "5ab7130d", "files:batch", "tmp-import", "0",
		{ "55000", "{\"host\": \"import-1\"}", "2026-11-21T22:10:07Z" },
		{ NULL, NULL, NULL } },
	{ "5ab7130d", "files:batch", "tmp-import", "1",
		{ "54120", "{\"host\": \"import-1\"}", "2026-11-21T22:11:41Z" },
		{ NULL, NULL, NULL } },
};

static void
take_image(void *arg, const struct ckpt *row, struct span image, unsigned hazards)
{
	(void)row;
	(void)hazards;
	str_add_span(arg, image);
}

/* Puts the row into the store for a moment, and examines it. */
static int
add_image(const struct workplace *workplace, const struct memory *memory,
	const struct moment *moment, struct str *out, struct err *err)
{
	const struct ckpt row = {
		.key = { span_of(memory->job), span_of(memory->partition) },
		.value = span_of(moment->value),
		.metadata = span_of(moment->metadata),
		.updated_text = span_of(moment->updated),
	};
	const struct store_config *from =
		workplace_find(workplace->fixture, memory->store);
	struct store *store = NULL;
	char path[256], place[128];
	int status = workplace_fill(workplace, from, &row, err);

	if (status == 0)
		status = store_open(&store,
			workplace_find(workplace->config, memory->store), STORE_READ,
			err);
	if (status == 0)
		status = store_examine(store, row.key, take_image, out, err);
	store_close(store);
	workplace_place(place, workplace, from);
	snprintf(path, sizeof(path), "%s/%s_%s.json", place, memory->job,
		memory->partition);
	if (workplace_is_directory(from))
		remove(path);
	return status;
}

static int
add_identity(const struct workplace *workplace, const char *name, struct str *out,
	struct err *err)
{
	struct str lasting = { 0 };
	struct store *store = NULL;
	int status = store_open(
		&store, workplace_find(workplace->config, name), STORE_READ, err);

	if (status == 0)
		status = store_identify(store, &lasting, out, err);
	store_close(store);
	str_free(&lasting);
	return status;
}

struct writing {
	const struct workplace *workplace;
	struct str lines;
	char hash[DIGEST_SIZE];
	struct err *err;
	int status;
};

/* The record with what the memories have of it. */
static int
remember(struct writing *writing, struct journal_record *record, struct arena *arena)
{
	struct journal_row *rows = (struct journal_row *)(uintptr_t)record->rows;

	for (size_t i = 0; i < sizeof(memories) / sizeof(memories[0]); i++) {
		const struct memory *memory = &memories[i];

		if (strncmp(record->op.at, memory->op, 8) != 0)
			continue;
		for (size_t j = 0; j < record->row_count; j++) {
			struct journal_state *states[] = { &rows[j].old, &rows[j].new };

			for (int after = 0; after < 2; after++) {
				const struct moment *moment =
					after ? &memory->after : &memory->before;
				struct str image = { 0 };

				if (!span_is(rows[j].key.partition, memory->partition) ||
					moment->value == NULL)
					continue;
				if (add_image(writing->workplace, memory, moment, &image,
					    writing->err) != 0)
					return -1;
				states[after]->image =
					arena_span(arena, str_span(&image));
				str_free(&image);
			}
		}
	}
	return 0;
}

static bool
write_record(void *arg, const struct journal_record *record)
{
	static const struct line_torn nothing = { 0, SPAN_NONE };
	struct writing *writing = arg;
	struct arena *arena = arena_new();
	struct journal_record *copy = journal_record_copy(arena, record);
	struct str name = { 0 }, identity = { 0 };

	str_add_span(&name, record->store.name);
	writing->status = add_identity(
		writing->workplace, str_text(&name), &identity, writing->err);
	if (writing->status == 0)
		writing->status = remember(writing, copy, arena);
	copy->store.identity = str_span(&identity);
	copy->prev = span_of(writing->hash);
	line_write(&writing->lines, writing->hash, copy, &nothing, NULL);
	str_free(&name);
	str_free(&identity);
	arena_free(arena);
	return writing->status == 0;
}

int
workplace_write_journal(const struct workplace *workplace, struct err *err)
{
	struct writing writing = {
		.workplace = workplace, .hash = JOURNAL_NO_HASH, .err = err
	};
	const char *path = workplace->config->env.journal;
	char directory[160];
	FILE *file;
	int status = journal_read("journal.jsonl", write_record, &writing, NULL, err);

	if (status == 0)
		status = writing.status;
	snprintf(directory, sizeof(directory), "%s/ckptop", workplace->directory);
	mkdir(directory, 0700);
	file = status == 0 ? fopen(path, "w") : NULL;
	if (status == 0 && (file == NULL || fputs(str_text(&writing.lines), file) < 0 ||
				   fclose(file) != 0))
		status = err_set_errno(err, ERR_FAILED, errno, "%s", path);
	str_free(&writing.lines);
	return status;
}
