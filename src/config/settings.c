/* SPDX-License-Identifier: MIT */
#include "config/settings.h"

#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "config/option.h"
#include "store/store.h"
#include "store/uri.h"

void
settings_next_source(struct settings *settings, bool is_policy)
{
	settings->source++;
	settings->is_policy = is_policy;
}

struct section *
settings_find(const struct settings *settings, enum option_section kind, const char *name)
{
	struct section *section = settings->first;

	while (section != NULL &&
		(section->kind != kind || strcmp(section->name, name) != 0))
		section = section->next;
	return section;
}

struct section *
settings_open(struct settings *settings, enum option_section kind, const char *name,
	const char *origin, struct err *err)
{
	struct section *section = settings_find(settings, kind, name);

	if (section != NULL && section->source == settings->source) {
		err_set(err, ERR_USAGE, "%s: [%s%s%s] stands at %s already; join the two",
			origin, option_section_word(kind), name[0] != '\0' ? " " : "",
			name, section->origin);
		return NULL;
	}
	if (section == NULL) {
		section = arena_alloc(settings->arena, 1, sizeof(*section));
		section->kind = kind;
		section->name = arena_text(settings->arena, name);
		if (settings->last != NULL)
			settings->last->next = section;
		else
			settings->first = section;
		settings->last = section;
	}
	section->origin = arena_text(settings->arena, origin);
	section->source = settings->source;
	return section;
}

static struct entry *
find_entry(const struct section *section, const char *key)
{
	struct entry *entry = section->first;

	while (entry != NULL && strcmp(entry->key, key) != 0)
		entry = entry->next;
	return entry;
}

const struct entry *
section_entry(const struct section *section, const char *key)
{
	return find_entry(section, key);
}

void
section_drop(struct section *section, const char *key)
{
	struct entry *before = NULL;

	for (struct entry *entry = section->first; entry != NULL; entry = entry->next) {
		if (strcmp(entry->key, key) != 0) {
			before = entry;
			continue;
		}
		if (before != NULL)
			before->next = entry->next;
		else
			section->first = entry->next;
		if (section->last == entry)
			section->last = before;
		return;
	}
}

/* "unknown key …" with the nearest of the keys that the section could have. */
static int
unknown_key(const struct section *section, const struct store_key *more,
	const char *written, const char *origin, struct err *err)
{
	size_t count, known = 0, extra = 0;
	const struct option *options = config_options(&count);
	const char **names, *nearest;

	while (more != NULL && more[extra].name != NULL)
		extra++;
	names = mem_new(count + extra, sizeof(*names));
	for (size_t i = 0; i < count; i++)
		if (options[i].section == section->kind)
			names[known++] = options[i].key;
	for (size_t i = 0; i < extra; i++)
		names[known++] = more[i].name;
	nearest = str_nearest(written, names, known);
	err_set(err, ERR_USAGE, "%s: [%s%s%s] has no key \"%s\"%s%s%s", origin,
		option_section_word(section->kind), section->name[0] != '\0' ? " " : "",
		section->name, written, nearest != NULL ? "; did you mean \"" : "",
		nearest != NULL ? nearest : "", nearest != NULL ? "\"?" : "");
	free(names);
	return -1;
}

/* Checks what can be said of an entry before it is known what was set before. */
static int
check_entry(const struct settings *settings, const struct section *section,
	const struct option *option, const char *written, const char *value,
	const char *origin, struct err *err)
{
	if (settings->is_policy && (option == NULL || !option_is_policy(option)))
		return err_set(err, ERR_USAGE,
			"%s: the policy cannot set \"%s\", only what nobody can "
			"take back: read_only, production, the journal, the hook, and "
			"what changes "
			"ask for (require_reason, reason_least, confirm_step, "
			"max_changes) in [env]",
			origin, written);
	if (option == NULL)
		return section->kind == OPTION_STORE
			       ? 0
			       : unknown_key(section, NULL, written, origin, err);
	if (option_check(option, value, err) != 0) {
		err_prefix(err, "%s", origin);
		return -1;
	}
	return 0;
}

/* What the policy has said is kept beside what later sources say, and counts where they
 * pass it. */
static void
keep_limit(struct settings *settings, struct entry *entry, const struct option *option)
{
	struct entry *limit;

	if (option == NULL || !option_is_limit(option))
		return;
	if (settings->is_policy) {
		limit = arena_alloc(settings->arena, 1, sizeof(*limit));
		*limit = *entry;
		entry->limit = limit;
	} else if (entry->limit != NULL &&
		   option_is_beyond(option, entry->value, entry->limit->value)) {
		entry->value = entry->limit->value;
		entry->written = entry->limit->written;
		entry->origin = entry->limit->origin;
	}
}

int
settings_put(struct settings *settings, struct section *section, const char *key,
	const char *written, const char *value, const char *origin, struct err *err)
{
	const struct option *option = option_find(section->kind, key);
	struct entry *entry = find_entry(section, key);

	if (entry != NULL && entry->source == settings->source)
		return err_set(err, ERR_USAGE,
			"%s: \"%s\" was set at %s already; keep one", origin, written,
			entry->origin);
	if (check_entry(settings, section, option, written, value, origin, err) != 0)
		return -1;
	if (entry == NULL) {
		entry = arena_alloc(settings->arena, 1, sizeof(*entry));
		entry->key = arena_text(settings->arena, key);
		if (section->last != NULL)
			section->last->next = entry;
		else
			section->first = entry;
		section->last = entry;
	}
	entry->source = settings->source;
	if (option != NULL && option->type == OPTION_STICKY && entry->value != NULL &&
		option_bool(entry->value))
		return 0;
	if (option != NULL && option->type == OPTION_PATH && entry->is_policy)
		return 0;
	entry->is_policy = settings->is_policy;
	entry->value = arena_text(settings->arena, value);
	entry->written = arena_text(settings->arena, written);
	entry->origin = arena_text(settings->arena, origin);
	keep_limit(settings, entry, option);
	return 0;
}

static bool
is_known(const struct store_key *keys, const char *name)
{
	for (; keys != NULL && keys->name != NULL; keys++)
		if (strcmp(keys->name, name) == 0)
			return true;
	return false;
}

static bool
has_back_end(const char *uri)
{
	return uri[strcspn(uri, ":")] == ':' && uri_scheme(uri) != NULL;
}

static int
unknown_back_end(const struct entry *uri, struct err *err)
{
	struct str schemes = { 0 };
	char *redacted = store_uri_redacted(uri->value);

	for (size_t i = 0; i < store_backend_count(); i++)
		str_addf(&schemes, "%s%s:", i > 0 ? ", " : "", store_backend_scheme(i));
	err_set(err, ERR_USAGE, "%s: a URI must start with one of %s, not with \"%.*s\"",
		uri->origin, str_text(&schemes), (int)strcspn(redacted, ":/@"), redacted);
	str_free(&schemes);
	free(redacted);
	return -1;
}

/* With -s everything stands in the URI; in a file only what is the back end's own. What
 * was taken out of an origin, as a password is, is not told of. */
static int
check_query(const struct section *section, const struct entry *entry,
	const struct store_key *keys, struct err *err)
{
	struct err ignored = { 0 };
	struct uri uri;
	int status = 0;

	/* A URI that is wrong is told of where its back end is asked. */
	if (uri_parse(&uri, entry->value, &ignored) != 0)
		return 0;
	for (size_t i = 0; i < uri.setting_count && status == 0; i++) {
		const char *key = uri.settings[i].key;

		if (is_known(keys, key) || strcmp(key, "uri") == 0 ||
			option_find(OPTION_STORE, key) == NULL ||
			strstr(uri.settings[i].origin, key) == NULL)
			continue;
		status = err_set(err, ERR_USAGE,
			"%s: %s: \"%s\" is a key of [store %s], not of its uri; write it "
			"on a line of its own below [store %s]: %s = ...",
			entry->origin, uri.settings[i].origin, key, section->name,
			section->name, key);
	}
	uri_free(&uri);
	return status;
}

int
settings_check_store(const struct section *section, struct err *err)
{
	const struct entry *uri = section_entry(section, "uri");
	const struct store_key *keys;

	if (uri == NULL)
		return err_set(err, ERR_USAGE,
			"%s: [store %s] has no uri; say where it is, as sqlite:PATH or "
			"dir:PATH",
			section->origin, section->name);
	if (!has_back_end(uri->value))
		return unknown_back_end(uri, err);
	keys = store_keys(uri->value);
	if (check_query(section, uri, keys, err) != 0)
		return -1;
	for (const struct entry *entry = section->first; entry != NULL;
		entry = entry->next)
		if (option_find(OPTION_STORE, entry->key) == NULL &&
			!is_known(keys, entry->key))
			return unknown_key(
				section, keys, entry->written, entry->origin, err);
	return 0;
}
