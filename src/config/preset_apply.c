/* SPDX-License-Identifier: MIT
 *
 * What the preset of a store section says, behind what the section says itself. */
#include <ctype.h>
#include <string.h>

#include "base/str.h"
#include "config/preset.h"
#include "store/layout.h"
#include "store/statements.h"
#include "store/uri.h"

/* What is about the preset itself. */
static const char *const about_keys[] = { "about", "upstream", "kinds", "needs_job" };

static bool
is_about(const char *key)
{
	for (size_t i = 0; i < sizeof(about_keys) / sizeof(*about_keys); i++)
		if (strcmp(about_keys[i], key) == 0)
			return true;
	return false;
}

/* Whether the word is one of the list. */
static bool
has_word(const char *list, const char *word)
{
	size_t length = strlen(word);

	for (const char *at = list; (at = strstr(at, word)) != NULL; at += length)
		if ((at == list || at[-1] == ' ') &&
			(at[length] == '\0' || at[length] == ' '))
			return true;
	return false;
}

static int
check_kind(const struct preset *preset, const struct section *section,
	const struct entry *named, struct err *err)
{
	const char *kinds = preset_text(preset, "kinds");
	const struct entry *uri = section_entry(section, "uri");
	const char *scheme = uri != NULL ? uri_scheme(uri->value) : NULL;

	/* Of a section without a URI, or one that is wrong, that is said. */
	if (kinds == NULL || scheme == NULL || has_word(kinds, scheme))
		return 0;
	return err_set(err, ERR_USAGE,
		"%s: preset = %s is for stores of %s, and [store %s] is one of %s",
		named->origin, preset->name, kinds, section->name, scheme);
}

static int
check_job(const struct preset *preset, const struct section *section,
	const struct entry *named, struct err *err)
{
	const char *needed = preset_text(preset, "needs_job");

	if (needed == NULL || section_entry(section, "job") != NULL)
		return 0;
	return err_set(err, ERR_USAGE, "%s: preset = %s needs job = %s", named->origin,
		preset->name, needed);
}

/* --- the query --- */

/* SCHEMA.TABLE or TABLE, each part quoted. */
static void
add_identifier(struct str *out, struct arena *arena, const char *name)
{
	const char *dot = strchr(name, '.');

	if (dot != NULL) {
		layout_add_name(
			out, arena_printf(arena, "%.*s", (int)(dot - name), name));
		str_add_char(out, '.');
		name = dot + 1;
	}
	layout_add_name(out, name);
}

/* As a part of an identifier. */
static int
add_job(struct str *out, const struct preset *preset, const struct entry *job,
	struct err *err)
{
	for (const char *c = job->value; *c != '\0'; c++)
		if (!isalnum((unsigned char)*c) && strchr("_-.$", *c) == NULL)
			return err_set(err, ERR_USAGE,
				"%s: job = %s: preset = %s makes it a part of the name "
				"of "
				"a table, and has no use for such characters there",
				job->origin, job->value, preset->name);
	str_add(out, job->value);
	return 0;
}

static int
fill_in(struct str *out, const struct preset *preset, const struct section *section,
	const char *query, struct err *err)
{
	static const char table_mark[] = "{table}", job_mark[] = "{job}";
	const struct entry *table = section_entry(section, "table");
	const struct entry *job = section_entry(section, "job");
	const char *name = table != NULL ? table->value : preset_text(preset, "table");
	struct arena *arena = arena_new();
	int status = 0;

	while (*query != '\0' && status == 0) {
		if (name != NULL &&
			strncmp(query, table_mark, sizeof(table_mark) - 1) == 0) {
			add_identifier(out, arena, name);
			query += sizeof(table_mark) - 1;
		} else if (job != NULL &&
			   strncmp(query, job_mark, sizeof(job_mark) - 1) == 0) {
			status = add_job(out, preset, job, err);
			query += sizeof(job_mark) - 1;
		} else {
			str_add_char(out, *query++);
		}
	}
	arena_free(arena);
	return status;
}

/* --- all of it --- */

/* The section has a query of its own, and not the one that the preset has put there. */
static bool
is_own(const struct section *section, const struct preset *preset)
{
	const char *origin = section_entry(section, "query")->origin;

	for (size_t i = 0; i < preset->count; i++)
		if (strcmp(preset->entries[i].key, "query") == 0 &&
			strcmp(preset->entries[i].origin, origin) == 0)
			return false;
	return true;
}

static int
put(struct settings *settings, struct section *section, const struct preset *preset,
	const struct preset_entry *entry, struct err *err)
{
	struct str filled = { 0 };
	int status = 0;

	if (strcmp(entry->key, "uri") == 0 || strcmp(entry->key, "preset") == 0)
		return err_set(err, ERR_USAGE, "%s: a preset cannot set \"%s\"",
			entry->origin, entry->key);
	if (is_about(entry->key) || section_entry(section, entry->key) != NULL)
		return 0;
	/* The table of a query is in it, whoever's query it is. */
	if (strcmp(entry->key, "table") == 0 &&
		(preset_text(preset, "query") != NULL ||
			section_entry(section, "query") != NULL))
		return 0;
	/* Whose query it is, his are the statements that write it. */
	if (statement_is_key(entry->key) && section_entry(section, "query") != NULL &&
		is_own(section, preset))
		return 0;
	if (strcmp(entry->key, "query") == 0 || statement_is_key(entry->key))
		status = fill_in(&filled, preset, section, entry->value, err);
	else
		str_add(&filled, entry->value);
	if (status == 0)
		status = settings_put(settings, section, entry->key, entry->key,
			str_text(&filled), entry->origin, err);
	str_free(&filled);
	return status;
}

static int
apply(struct settings *settings, struct section *section, const char *folder,
	struct err *err)
{
	const struct entry *named = section_entry(section, "preset");
	struct preset preset;
	bool has_query;

	if (preset_load(&preset, settings->arena, named->value, folder, err) != 0) {
		err_prefix(err, "%s", named->origin);
		return -1;
	}
	if (check_kind(&preset, section, named, err) != 0 ||
		check_job(&preset, section, named, err) != 0)
		return -1;
	has_query = preset_text(&preset, "query") != NULL &&
		    section_entry(section, "query") == NULL;
	for (size_t i = 0; i < preset.count; i++)
		if (put(settings, section, &preset, &preset.entries[i], err) != 0)
			return -1;
	if (has_query)
		section_drop(section, "table");
	return 0;
}

int
presets_apply(struct settings *settings, const char *folder, struct err *err)
{
	settings_next_source(settings, false);
	for (struct section *s = settings->first; s != NULL; s = s->next)
		if (s->kind == OPTION_STORE && section_entry(s, "preset") != NULL &&
			apply(settings, s, folder, err) != 0)
			return -1;
	return 0;
}
