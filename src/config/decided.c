/* SPDX-License-Identifier: MIT */
#include "config/decided.h"

#include <stdlib.h>
#include <string.h>

#include "config/option.h"

struct listing {
	struct arena *arena;
	struct config_setting *settings;
	size_t count;
};

static void
list_value(struct listing *listing, const char *section, const char *key,
	const char *value, const char *origin)
{
	if (value == NULL)
		return;
	if (strcmp(key, "uri") == 0) {
		char *redacted = store_uri_redacted(value);

		value = arena_text(listing->arena, redacted);
		free(redacted);
	}
	listing->settings[listing->count++] =
		(struct config_setting){ section, key, value, origin };
}

/* All options of a kind, set or not, then what else the section holds. */
static void
list_section(struct listing *listing, enum option_section kind,
	const struct section *section, const char *protector)
{
	const char *word = option_section_word(kind);
	const char *title =
		section == NULL || section->name[0] == '\0'
			? word
			: arena_printf(listing->arena, "%s %s", word, section->name);
	size_t count;
	const struct option *options = config_options(&count);

	for (size_t i = 0; i < count; i++) {
		const char *key = options[i].key;
		const struct entry *entry =
			section != NULL ? section_entry(section, key) : NULL;

		if (options[i].section != kind)
			continue;
		if (protector != NULL && strcmp(key, "read_only") == 0)
			list_value(listing, title, key, "yes", protector);
		else if (entry != NULL)
			list_value(listing, title, key, entry->value, entry->origin);
		else if (kind != OPTION_RULE)
			list_value(listing, title, key, options[i].preset, "default");
	}
	for (const struct entry *entry = section != NULL ? section->first : NULL;
		entry != NULL; entry = entry->next)
		if (option_find(kind, entry->key) == NULL)
			list_value(
				listing, title, entry->key, entry->value, entry->origin);
}

static size_t
most_settings(const struct settings *settings)
{
	size_t options, most;

	config_options(&options);
	most = options;
	for (const struct section *s = settings->first; s != NULL; s = s->next) {
		most += options;
		for (const struct entry *e = s->first; e != NULL; e = e->next)
			most++;
	}
	return most;
}

void
decided_list(struct config *config, const struct settings *settings,
	struct section *const *chosen)
{
	struct listing listing = { .arena = settings->arena };

	listing.settings = arena_alloc(
		settings->arena, most_settings(settings), sizeof(*listing.settings));
	list_section(&listing, OPTION_ENV, settings_find(settings, OPTION_ENV, ""),
		config->env.read_only_why);
	for (size_t i = 0; i < config->store_count; i++)
		list_section(&listing, OPTION_STORE, chosen[i],
			config->stores[i].read_only_why);
	for (const struct section *s = settings->first; s != NULL; s = s->next)
		if (s->kind == OPTION_RULE)
			list_section(&listing, OPTION_RULE, s, NULL);
	config->settings = listing.settings;
	config->setting_count = listing.count;
}
