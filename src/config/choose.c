/* SPDX-License-Identifier: MIT */
#include "config/choose.h"

#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "base/str.h"
#include "config/assign.h"
#include "config/config.h"
#include "config/option.h"
#include "store/statements.h"
#include "store/store.h"
#include "store/uri.h"

#define ORIGIN CHOOSE_ORIGIN

/* The last part of a path, without what a name cannot hold; the scheme where there is
 * none. */
static char *
base_name(struct arena *arena, const struct uri *uri)
{
	size_t len = strlen(uri->path), start;
	char *name;

	while (len > 0 && uri->path[len - 1] == '/')
		len--;
	for (start = len; start > 0 && uri->path[start - 1] != '/'; start--)
		;
	name = start == len ? arena_text(arena, uri->scheme)
			    : arena_printf(arena, "%.*s", (int)(len - start),
				      uri->path + start);
	for (char *p = name; *p != '\0'; p++)
		if (strchr(" \t[]\":", *p) != NULL || (p == name && *p == '-'))
			*p = '_';
	return name;
}

static const char *
unused_name(struct settings *settings, const struct uri *uri)
{
	char *base = base_name(settings->arena, uri), *name = base;

	for (unsigned i = 2; settings_find(settings, OPTION_STORE, name) != NULL; i++)
		name = arena_printf(settings->arena, "%s-%u", base, i);
	return name;
}

static const struct option *
option_of(const struct store_setting *setting)
{
	const struct option *option = option_find(OPTION_STORE, setting->key);

	return option != NULL && strcmp(option->key, "uri") != 0 ? option : NULL;
}

/* Whether it is a key of the section: with a preset, also what that is filled with. */
static bool
is_of_section(const struct uri *uri, const struct store_setting *setting)
{
	bool fills = strcmp(setting->key, "table") == 0 ||
		     strcmp(setting->key, "job") == 0 ||
		     strcmp(setting->key, "query") == 0 || statement_is_key(setting->key);

	for (size_t i = 0; fills && i < uri->setting_count; i++)
		if (strcmp(uri->settings[i].key, "preset") == 0)
			return true;
	return option_of(setting) != NULL;
}

/* The URI without those parts of its query that are keys of a store section; the back end
 * reads the others. */
static const char *
without_options(struct arena *arena, const char *text, const struct uri *uri)
{
	size_t path = strcspn(text, "?");
	const char *part = text + path + (text[path] == '?');
	struct str out = { 0 };
	char separator = '?';
	const char *result;

	str_add_span(&out, (struct span){ text, path });
	for (size_t i = 0; i < uri->setting_count; i++) {
		size_t len = strcspn(part, "&");

		if (!is_of_section(uri, &uri->settings[i])) {
			str_add_char(&out, separator);
			str_add_span(&out, (struct span){ part, len });
			separator = '&';
		}
		part += len + (part[len] == '&');
	}
	result = arena_text(arena, str_text(&out));
	str_free(&out);
	return result;
}

/* What is neither a key of a store section nor one of the back end is refused here, where
 * both are known. */
static int
check_settings(const char *text, const struct uri *uri, struct err *err)
{
	size_t count, known = 0;
	const struct option *options = config_options(&count);
	const char **names = mem_new(count + 1, sizeof(*names));
	int status = 0;

	for (size_t i = 0; i < count; i++)
		if (options[i].section == OPTION_STORE &&
			strcmp(options[i].key, "uri") != 0)
			names[known++] = options[i].key;
	for (size_t i = 0; i < uri->setting_count && status == 0; i++)
		if (option_of(&uri->settings[i]) == NULL)
			status = store_check_setting(text, &uri->settings[i], names, err);
	free(names);
	return status;
}

/* A section made of a URI: its name, and the keys in its query. */
static struct section *
make_section(struct settings *settings, const char *text, const struct uri *uri,
	struct err *err)
{
	struct section *section;

	settings_next_source(settings, false);
	section = settings_open(
		settings, OPTION_STORE, unused_name(settings, uri), ORIGIN, err);
	if (section != NULL)
		section->given = arena_text(settings->arena, text);
	if (section == NULL ||
		settings_put(settings, section, "uri", "uri",
			without_options(settings->arena, text, uri), ORIGIN, err) != 0)
		return NULL;
	for (size_t i = 0; i < uri->setting_count; i++) {
		const struct store_setting *setting = &uri->settings[i];

		if (is_of_section(uri, setting) &&
			settings_put(settings, section, setting->key, setting->key,
				setting->value, ORIGIN, err) != 0)
			return NULL;
	}
	return section;
}

/* The section of a URI: the configured one that has it, or a new one. */
static struct section *
section_of_uri(struct settings *settings, const char *text, struct err *err)
{
	struct section *section;
	struct uri uri;

	for (section = settings->first; section != NULL; section = section->next) {
		const struct entry *entry = section_entry(section, "uri");

		if (section->kind == OPTION_STORE && entry != NULL &&
			strcmp(entry->value, text) == 0)
			return section;
	}
	if (uri_parse(&uri, text, err) != 0) {
		err_prefix(err, ORIGIN);
		return NULL;
	}
	section = check_settings(text, &uri, err) == 0
			  ? make_section(settings, text, &uri, err)
			  : NULL;
	uri_free(&uri);
	return section;
}

/* "; there are a, b, or write a URI: sqlite:PATH, dir:PATH". */
static void
add_choices(struct str *out, const char *const *names, size_t count)
{
	for (size_t i = 0; i < count; i++)
		str_addf(out, "%s%s", i == 0 ? "; there are " : ", ", names[i]);
	str_add(out, count > 0 ? ", or write a URI: " : " (none is); write a URI: ");
	for (size_t i = 0; i < store_backend_count(); i++)
		str_addf(out, "%s%s", i == 0 ? "" : ", ", store_backend_form(i));
}

/* "there is no store …", with the names that there are. */
static void
refuse_name(const struct settings *settings, const char *name, struct err *err)
{
	size_t count = 0;
	const char **names, *nearest;
	struct str text = { 0 };

	for (const struct section *s = settings->first; s != NULL; s = s->next)
		count++;
	names = mem_new(count + 1, sizeof(*names));
	count = 0;
	for (const struct section *s = settings->first; s != NULL; s = s->next)
		if (s->kind == OPTION_STORE)
			names[count++] = s->name;
	nearest = str_nearest(name, names, count);
	str_addf(&text, ORIGIN ": no store \"%s\" is configured", name);
	if (nearest != NULL)
		str_addf(&text, "; did you mean \"%s\"?", nearest);
	else if (strpbrk(name, "/.") != NULL)
		str_addf(&text, "; for a file write sqlite:%s, for a directory dir:%s",
			name, name);
	else
		add_choices(&text, names, count);
	err_set(err, ERR_USAGE, "%s", str_text(&text));
	str_free(&text);
	free(names);
}

static struct section *
section_of(struct settings *settings, const char *argument, struct err *err)
{
	struct section *section;

	/* Also of what is no URI: it may have been meant as one. */
	if (assign_is_secret("uri", argument)) {
		err_set(err, ERR_USAGE,
			ORIGIN
			": the URI holds a password, which every user of this "
			"machine can read from the list of processes; change it, "
			"and put the new one into a password file of the database");
		return NULL;
	}
	if (store_is_uri(argument))
		return section_of_uri(settings, argument, err);
	section = settings_find(settings, OPTION_STORE, argument);
	if (section == NULL)
		refuse_name(settings, argument, err);
	return section;
}

static bool
holds(struct section *const *sections, size_t count, const struct section *section)
{
	for (size_t i = 0; i < count; i++)
		if (sections[i] == section)
			return true;
	return false;
}

int
choose_stores(struct section ***out, size_t *out_count, struct settings *settings,
	const char *const *arguments, size_t count, struct err *err)
{
	size_t configured = 0, chosen = 0;
	struct section **sections;

	for (struct section *s = settings->first; s != NULL; s = s->next)
		configured++;
	sections =
		arena_alloc(settings->arena, configured + count + 1, sizeof(*sections));
	for (size_t i = 0; i < count; i++) {
		struct section *section = section_of(settings, arguments[i], err);

		if (section == NULL)
			return -1;
		if (!holds(sections, chosen, section))
			sections[chosen++] = section;
	}
	for (struct section *s = settings->first; count == 0 && s != NULL; s = s->next)
		if (s->kind == OPTION_STORE)
			sections[chosen++] = s;
	*out = sections;
	*out_count = chosen;
	return 0;
}
