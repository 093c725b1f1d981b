/* SPDX-License-Identifier: MIT */
#include "cli/look.h"

#include <ctype.h>
#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "base/mem.h"
#include "config/config.h"

void
look_start(struct look *look, struct cli *cli, bool documents)
{
	const struct config *config = cli->config;
	struct err why = { 0 };

	*look = (struct look){
		.cli = cli,
		.surveys = mem_new(config->store_count, sizeof(struct survey *)),
		.boards = mem_new(config->store_count, sizeof(struct board *)),
		.told = mem_new(config->store_count, sizeof(bool)),
		.told_heads = mem_new(config->store_count, sizeof(bool)),
		.told_hidden = mem_new(config->store_count, sizeof(bool)),
		.count = config->store_count,
		.now = TIME_NONE,
	};
	if (config->env.times == TIMES_LOCAL && !zone_load_shown(&look->zone, &why))
		cli_complain(cli, why.text);
	for (size_t i = 0; i < look->count; i++) {
		look->surveys[i] =
			survey_new(&config->stores[i], &config->rules, look->zone);
		survey_keep_documents(look->surveys[i], documents);
		survey_explain_from(look->surveys[i], config->env.journal);
	}
}

void
look_limit_documents(struct look *look, size_t most)
{
	for (size_t i = 0; i < look->count; i++)
		survey_limit_documents(look->surveys[i], most);
}

static void
release_boards(struct look *look)
{
	for (size_t i = 0; i < look->count; i++) {
		if (look->boards[i] != NULL)
			board_unref(look->boards[i]);
		look->boards[i] = NULL;
	}
}

void
look_free(struct look *look)
{
	release_boards(look);
	for (size_t i = 0; i < look->count; i++)
		survey_free(look->surveys[i]);
	zone_free(look->zone);
	free(look->surveys);
	free(look->boards);
	free(look->told);
	free(look->told_heads);
	free(look->told_hidden);
	*look = (struct look){ 0 };
}

static bool
is_part_of_word(char c)
{
	return isalnum((unsigned char)c) || strchr("_-", c) != NULL || (c & 0x80);
}

/* True for texts that begin with "NAME: " or have it as a word which can be nothing else:
 * a part of a path, or a name with a dot in it. A store may be called "be" or "file". */
static bool
names_store(const char *text, const char *name)
{
	size_t len = strlen(name);

	if (strncmp(text, name, len) == 0 && strncmp(text + len, ": ", 2) == 0)
		return true;
	for (const char *at = strstr(text, name); at != NULL; at = strstr(at + 1, name)) {
		bool is_whole = (at == text || !is_part_of_word(at[-1])) &&
				(at[len] == '\0' || !is_part_of_word(at[len]));

		if (is_whole &&
			(strchr(name, '.') != NULL || (at > text && at[-1] == '/')))
			return true;
	}
	return false;
}

/* "STORE: TEXT", but for texts that name the store themselves. */
static void
tell(struct look *look, size_t index, const char *failure)
{
	const char *name = look->cli->config->stores[index].name;
	struct str text = { 0 };

	if (!names_store(failure, name))
		str_addf(&text, "%s: ", name);
	str_add(&text, failure);
	cli_complain(look->cli, str_text(&text));
	str_free(&text);
}

static void
tell_heads(struct look *look)
{
	for (size_t i = 0; i < look->count; i++) {
		const struct board_store *store = &look->boards[i]->store;

		for (size_t j = 0; j < store->head_count && !look->told_heads[i]; j++)
			tell(look, i, store->heads[j].error);
		look->told_heads[i] = store->head_count > 0;
	}
}

/* What is not seen is not missing: whoever reads the rest is told. */
static void
tell_hidden(struct look *look)
{
	for (size_t i = 0; i < look->count; i++) {
		const char *hides = look->boards[i]->store.hides;
		struct str text = { 0 };

		if (hides == NULL || look->told_hidden[i])
			continue;
		str_addf(&text,
			"%s is active for this role: rows may be hidden, and nothing "
			"says which",
			hides);
		tell(look, i, str_text(&text));
		look->told_hidden[i] = true;
		str_free(&text);
	}
}

void
look_poll(struct look *look, const struct survey_interest *interest)
{
	for (size_t i = 0; i < look->count; i++) {
		struct err failure = { 0 };

		if (survey_poll(look->surveys[i], false, &failure) != 0) {
			if (!look->told[i])
				tell(look, i, failure.text);
			look->told[i] = true;
		} else {
			look->told[i] = false;
		}
	}
	look->now = clock_now();
	look_again(look, interest);
	tell_heads(look);
	tell_hidden(look);
}

void
look_again(struct look *look, const struct survey_interest *interest)
{
	release_boards(look);
	for (size_t i = 0; i < look->count; i++)
		look->boards[i] = survey_board(look->surveys[i], interest);
}

struct column_context
look_context(const struct look *look)
{
	return (struct column_context){
		.now = look->now,
		.zone = look->zone,
		.times = look->cli->config->env.times,
		.ascii = look->cli->ascii,
	};
}

int
look_reached(const struct look *look, struct err *err)
{
	size_t down = 0;

	for (size_t i = 0; i < look->count; i++)
		down += !look->boards[i]->store.reachable;
	if (down == 0)
		return 0;
	if (down == look->count && down == 1)
		/* What failed was said when it did. */
		return err_set(err, ERR_UNREACHABLE, "%s", "");
	if (down == look->count)
		return err_set(err, ERR_UNREACHABLE,
			"none of the %zu stores could be read", down);
	return err_set(err, ERR_PARTIAL,
		"%zu of %zu stores could not be read; this is what the others hold", down,
		look->count);
}

int
look_status(const struct look *look, struct err *err)
{
	size_t heads = 0, checkpoints = 0;

	if (look_reached(look, err) != 0)
		return -1;
	for (size_t i = 0; i < look->count; i++) {
		const struct board_store *store = &look->boards[i]->store;

		heads += store->head_count;
		for (size_t j = 0; j < store->head_count; j++)
			checkpoints += store->heads[j].checkpoints;
	}
	if (heads == 0)
		return 0;
	/* What it was, was said when it failed. */
	if (heads == 1)
		return err_set(err, ERR_PARTIAL, "%s", "");
	return err_set(err, ERR_PARTIAL,
		"the lag of %zu checkpoints is not known, because %zu heads could not be "
		"read",
		checkpoints, heads);
}
