/* SPDX-License-Identifier: MIT */
#include "store/head.h"

#include <ctype.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "base/arena.h"
#include "base/mem.h"

/* --- what was asked in this round --- */

/* One question (sql: the head as it is configured) and its answer. job and partition are
 * none where the query does not name them; a failure stands for all keys of its query. */
struct answer {
	const char *sql;
	struct key key;
	struct span head;
	const struct err *failure;
};

struct head_round {
	struct arena *arena;
	struct answer **slots; /* open addressing */
	size_t size, used;     /* size is a power of two, at most half used */
};

struct head_round *
head_round_new(void)
{
	struct head_round *round = mem_new(1, sizeof(*round));

	round->arena = arena_new();
	round->size = 64;
	round->slots = mem_new(round->size, sizeof(struct answer *));
	return round;
}

void
head_round_free(struct head_round *round)
{
	if (round == NULL)
		return;
	arena_free(round->arena);
	free(round->slots);
	free(round);
}

static struct answer **
find_slot(const struct head_round *round, const char *sql, struct key key)
{
	unsigned long long hash = span_hash(span_of(sql)) ^ span_hash(key.job) * 31 ^
				  span_hash(key.partition) * 961;
	size_t slot = (size_t)(hash ^ hash >> 32) & (round->size - 1);
	struct answer *answer;

	while ((answer = round->slots[slot]) != NULL &&
		!(strcmp(answer->sql, sql) == 0 && key_equal(answer->key, key)))
		slot = (slot + 1) & (round->size - 1);
	return &round->slots[slot];
}

static void
remember(struct head_round *round, const char *sql, struct key key, struct span head,
	const struct err *failure)
{
	struct answer *answer = arena_alloc(round->arena, 1, sizeof(*answer));
	struct answer **old = round->slots;
	size_t size = round->size;

	*answer = (struct answer){ .sql = arena_text(round->arena, sql),
		.key = { arena_span(round->arena, key.job),
			arena_span(round->arena, key.partition) },
		.head = arena_span(round->arena, head) };
	if (failure != NULL) {
		struct err *copy = arena_alloc(round->arena, 1, sizeof(*copy));

		*copy = *failure;
		answer->failure = copy;
	}
	*find_slot(round, sql, key) = answer;
	if (++round->used * 2 <= size)
		return;
	round->size *= 2;
	round->slots = mem_new(round->size, sizeof(struct answer *));
	for (size_t i = 0; i < size; i++)
		if (old[i] != NULL)
			*find_slot(round, old[i]->sql, old[i]->key) = old[i];
	free(old);
}

/* --- the kinds --- */

/* True when the query names the parameter (or only seems to, inside a literal: then it is
 * asked more often than it must be). */
static bool
names(const char *sql, const char *parameter)
{
	size_t length = strlen(parameter);

	for (const char *at = sql; (at = strstr(at, parameter)) != NULL; at += length)
		if (!isalnum((unsigned char)at[length]) && at[length] != '_')
			return true;
	return false;
}

static const struct key no_key = { { NULL, 0 }, { NULL, 0 } };

static int
ask_sql(struct head_round *round, struct store *store, const struct head_spec *spec,
	struct key key, struct str *out, bool *known, struct err *err)
{
	const char *sql = spec->argument;
	bool by_job = names(sql, ":job"), by_partition = names(sql, ":partition");
	struct key asked = { by_job ? key.job : SPAN_NONE,
		by_partition ? key.partition : SPAN_NONE };
	const struct answer *answer = *find_slot(round, spec->text, no_key);
	struct err failure = { 0 };

	if (answer == NULL && !by_partition)
		answer = *find_slot(round, spec->text, asked);
	if (answer != NULL && answer->failure != NULL)
		return err_set(err, answer->failure->kind, "%s", answer->failure->text);
	if (answer != NULL) {
		str_add_span(out, answer->head);
		*known = answer->head.at != NULL;
		return 0;
	}
	if (store_sql_head(store, sql, key, out, known, &failure) != 0) {
		remember(round, spec->text, no_key, SPAN_NONE, &failure);
		return err_set(err, failure.kind, "%s", failure.text);
	}
	if (!by_partition)
		remember(round, spec->text, asked, *known ? str_span(out) : SPAN_NONE,
			NULL);
	return 0;
}

/* Fills {job} and {partition} in; false for a name that cannot be a part of a path. */
static bool
fill_path(struct str *out, const char *pattern, struct key key)
{
	static const char job[] = "{job}", partition[] = "{partition}";

	while (*pattern) {
		bool is_job = strncmp(pattern, job, sizeof(job) - 1) == 0;
		bool is_partition =
			strncmp(pattern, partition, sizeof(partition) - 1) == 0;
		struct span name = is_job ? key.job : key.partition;

		if (!is_job && !is_partition) {
			str_add_char(out, *pattern++);
			continue;
		}
		if (name.at == NULL || memchr(name.at, '\0', name.len) != NULL)
			return false;
		str_add_span(out, name);
		pattern += is_job ? sizeof(job) - 1 : sizeof(partition) - 1;
	}
	return true;
}

static int
ask_file(const char *pattern, struct key key, struct str *out, bool *known,
	struct err *err)
{
	struct str path = { 0 };
	struct stat status;
	int result = 0;

	if (!fill_path(&path, pattern, key))
		result = err_set(err, ERR_USAGE,
			"head = file:%s: a name of this store is no part of a path",
			pattern);
	else if (stat(str_text(&path), &status) != 0)
		result = err_set_errno(err, ERR_UNREACHABLE, errno,
			"the size of %s is the head, and it cannot be asked",
			str_text(&path));
	else if (!S_ISREG(status.st_mode))
		result = err_set(err, ERR_USAGE,
			"the size of %s is the head, but it is no regular file",
			str_text(&path));
	else
		str_addf(out, "%lld", (long long)status.st_size);
	*known = result == 0;
	str_free(&path);
	return result;
}

int
head_ask(struct head_round *round, struct store *store, const struct head_spec *spec,
	struct key key, int64_t now, struct str *out, bool *known, struct err *err)
{
	str_clear(out);
	*known = false;
	switch (spec->kind) {
	case HEAD_SQL: return ask_sql(round, store, spec, key, out, known, err);
	case HEAD_FILE: return ask_file(spec->argument, key, out, known, err);
	case HEAD_NOW:
		time_add_rfc3339(out, now);
		*known = true;
		return 0;
	case HEAD_NONE:
	case HEAD_METADATA: return 0;
	}
	return 0;
}
