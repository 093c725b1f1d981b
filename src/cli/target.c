/* SPDX-License-Identifier: MIT */
#include "cli/target.h"

#include <stdlib.h>
#include <string.h>

#include "base/arena.h"
#include "base/mem.h"
#include "config/config.h"

int
target_read(
	struct target *out, const struct cli *cli, const char *operand, struct err *err)
{
	const char *job = cli_value(cli, "job"), *partition = cli_value(cli, "partition");

	*out = (struct target){ .key = { SPAN_NONE, SPAN_NONE } };
	if (operand != NULL && (job != NULL || partition != NULL))
		return err_set(err, ERR_USAGE,
			"say '%s' or --job and --partition, not both", operand);
	if (partition != NULL && job == NULL)
		return err_set(err, ERR_USAGE, "--partition needs --job");
	if (operand != NULL)
		return key_parse(&out->key, &out->memory, operand, err);
	out->key = (struct key){ span_of(job), span_of(partition) };
	return 0;
}

void
target_free(struct target *target)
{
	str_free(&target->memory);
}

bool
target_has(const struct target *target, struct key key)
{
	if (target->key.job.at == NULL)
		return true;
	return span_equal(target->key.job, key.job) &&
	       (target->key.partition.at == NULL ||
		       span_equal(target->key.partition, key.partition));
}

/* --- the nearest names --- */

struct names {
	struct arena *arena;
	const char **at;
	size_t count, capacity;
};

static void
add_candidate(struct names *names, struct span name)
{
	if (names->count == names->capacity) {
		names->capacity = names->capacity == 0 ? 64 : names->capacity * 2;
		names->at = mem_resize(names->at, names->capacity, sizeof(*names->at));
	}
	names->at[names->count++] = arena_span(names->arena, name).at;
}

static void
collect(struct names *names, const struct look *look, bool partitions, struct span job)
{
	for (size_t i = 0; i < look->count; i++) {
		const struct board *board = look->boards[i];

		for (size_t j = 0; !partitions && j < board->job_count; j++)
			add_candidate(names, board->jobs[j].job);
		for (size_t j = 0; partitions && j < board->row_count; j++)
			if (span_equal(board->rows[j].key.job, job))
				add_candidate(names, board->rows[j].key.partition);
	}
}

#define NAMED_MAX 4

/* " in a, b" of the stores that were looked into. */
static void
add_stores(struct str *out, const struct look *look)
{
	size_t count = 0, read = 0;

	for (size_t i = 0; i < look->count; i++)
		read += look->boards[i]->store.reachable;
	if (read > NAMED_MAX) {
		str_addf(out, " in any of %s%zu stores",
			read == look->count ? "the " : "", read);
		return;
	}
	for (size_t i = 0; i < look->count; i++)
		if (look->boards[i]->store.reachable)
			str_addf(out, "%s%s", count++ == 0 ? " in " : ", ",
				look->boards[i]->store.name);
}

/* "; row security of etl may hide it". */
static void
add_hidden(struct str *out, const struct look *look)
{
	for (size_t i = 0; i < look->count; i++) {
		const struct board_store *store = &look->boards[i]->store;

		if (store->reachable && store->hides != NULL)
			str_addf(out, "; %s of %s may hide it from this role",
				store->hides, store->name);
	}
}

/* "1 of 4 stores could not be read and may have it". */
static void
add_unread(struct str *out, const char *after, const struct look *look)
{
	size_t down = 0;

	for (size_t i = 0; i < look->count; i++)
		down += !look->boards[i]->store.reachable;
	if (down > 0)
		str_addf(out, "%s%zu of %zu stores could not be read and may have it",
			after, down, look->count);
}

/* "no partition '8' of job 'orders' …, did you mean '7'?" */
static int
not_found(const struct target *target, const struct look *look, bool job_known,
	struct err *err)
{
	struct names names = { 0 };
	const char *nearest, *wanted;
	struct str text = { 0 };
	struct err unread = { 0 };

	if (look_reached(look, &unread) != 0 && unread.kind != ERR_PARTIAL)
		return err_set(err, unread.kind, "%s", unread.text);
	names.arena = arena_new();
	if (job_known)
		str_addf(&text, "no partition '%.*s' of job ",
			(int)target->key.partition.len, target->key.partition.at);
	else
		str_add(&text, "no job ");
	str_addf(&text, "'%.*s'", (int)target->key.job.len, target->key.job.at);
	add_stores(&text, look);
	collect(&names, look, job_known, target->key.job);
	wanted = arena_span(
		names.arena, job_known ? target->key.partition : target->key.job)
			 .at;
	nearest = str_nearest(wanted, names.at, names.count);
	if (nearest != NULL)
		str_addf(&text, ", did you mean '%s'?", nearest);
	add_unread(&text, nearest != NULL ? " " : "; ", look);
	add_hidden(&text, look);
	err_set(err, unread.kind == ERR_PARTIAL ? ERR_PARTIAL : ERR_NOT_FOUND, "%s",
		str_text(&text));
	str_free(&text);
	free(names.at);
	arena_free(names.arena);
	return -1;
}

/* --- where it is --- */

static bool
holds(const struct board *board, const struct target *target, bool *job_known)
{
	for (size_t i = 0; i < board->job_count; i++) {
		if (!span_equal(board->jobs[i].job, target->key.job))
			continue;
		*job_known = true;
		if (target->key.partition.at == NULL)
			return true;
		break;
	}
	for (size_t i = 0; i < board->row_count; i++)
		if (target_has(target, board->rows[i].key))
			return true;
	return false;
}

/* What the user may write behind -s for a store: its name where it is configured, else
 * the URI that was given, which is the one at the same place. */
static void
add_choice(struct str *out, const struct look *look, size_t index)
{
	const struct cli *cli = look->cli;
	size_t place = 0;

	for (size_t i = 0; i < cli->given_count; i++) {
		const struct cli_given *given = &cli->given[i];

		if (strcmp(given->option->name, "store") != 0 || place++ != index)
			continue;
		if (store_is_uri(given->value)) {
			char *uri = store_uri_redacted(given->value);

			str_addf(out, "-s '%s'", uri);
			free(uri);
			return;
		}
	}
	str_addf(out, "-s %s", look->boards[index]->store.name);
}

static int
ambiguous(const struct look *look, const bool *found, struct span job, struct err *err)
{
	struct str choices = { 0 };
	size_t count = 0;

	for (size_t i = 0; i < look->count; i++) {
		if (!found[i])
			continue;
		str_add(&choices, count++ > 0 ? " or " : "");
		add_choice(&choices, look, i);
	}
	err_set(err, ERR_USAGE, "job '%.*s' is in %zu stores; say which one: %s",
		(int)job.len, job.at, count, str_text(&choices));
	str_free(&choices);
	return -1;
}

int
target_find(const struct target *target, const struct look *look, size_t *only,
	struct err *err)
{
	bool *found = mem_new(look->count, sizeof(*found)), job_known = false;
	size_t count = 0;
	int status = 0;

	for (size_t i = 0; i < look->count; i++) {
		found[i] = holds(look->boards[i], target, &job_known);
		if (found[i] && only != NULL)
			*only = i;
		count += found[i];
	}
	if (count == 0)
		status = not_found(target, look, job_known, err);
	else if (count > 1 && only != NULL)
		status = ambiguous(look, found, target->key.job, err);
	free(found);
	return status;
}

/* --- what is to be changed --- */

/* The stores that could not be read, but for this one. */
static void
add_unread_names(struct str *out, const struct look *look, size_t except)
{
	for (size_t i = 0; i < look->count; i++)
		if (i != except && !look->boards[i]->store.reachable)
			str_addf(out, "%s%s", out->len > 0 ? ", " : "",
				look->boards[i]->store.name);
}

/* The same of all with where they are, which a program that reads our JSON is not told
 * otherwise. */
static void
add_unread_places(struct str *out, const struct look *look)
{
	for (size_t i = 0; i < look->count; i++) {
		char *uri = store_uri_redacted(look->cli->config->stores[i].uri);

		if (!look->boards[i]->store.reachable)
			str_addf(out, "%s%s (%s)", out->len > 0 ? ", " : "",
				look->boards[i]->store.name, uri);
		free(uri);
	}
}

/* What cannot be found is not changed, and a change is never done in part for that. */
static int
say_nothing_written(const struct target *target, const struct look *look, struct err *err)
{
	enum err_kind kind = err->kind == ERR_PARTIAL ? ERR_UNREACHABLE : err->kind;
	struct str text = { 0 }, unread = { 0 };

	str_add(&text, err->text);
	if (text.len == 0) {
		/* Of each store it was said why. */
		add_unread_places(&unread, look);
		key_add(&text, target->key);
		str_addf(&text,
			" was looked for in vain, because %s could not be read; nothing "
			"was written; look into that, then try again",
			str_text(&unread));
	} else if (text.text[text.len - 1] == '?') {
		str_add(&text, " Nothing was written");
	} else {
		str_add(&text, "; nothing was written");
	}
	err_clear(err);
	err_set(err, kind, "%s", str_text(&text));
	str_free(&text);
	str_free(&unread);
	return -1;
}

/* Another store, which could not be read, may have it, too. */
static int
not_sure(const struct target *target, const struct look *look, size_t only,
	struct err *err)
{
	struct str text = { 0 }, unread = { 0 };

	add_unread_names(&unread, look, only);
	if (unread.len == 0)
		return 0;
	key_add(&text, target->key);
	str_addf(&text, " is in %s, but %s could not be read and may have it, too; ",
		look->boards[only]->store.name, str_text(&unread));
	str_add(&text, "nothing was written; say which one is meant: ");
	add_choice(&text, look, only);
	err_set(err, ERR_UNREACHABLE, "%s", str_text(&text));
	str_free(&text);
	str_free(&unread);
	return -1;
}

int
target_find_to_change(const struct target *target, const struct look *look, size_t *only,
	struct err *err)
{
	if (target_find(target, look, only, err) != 0)
		return say_nothing_written(target, look, err);
	return not_sure(target, look, *only, err);
}
