/* SPDX-License-Identifier: MIT
 * Presets: how the tables of well-known programs are read, and what a change would mean
 * there. Built in, or files of the same form in the folder of the configuration. */
#ifndef CONFIG_PRESET_H
#define CONFIG_PRESET_H

#include "config/settings.h"

/* One line KEY = VALUE of a preset, or its query. */
struct preset_entry {
	const char *key, *value;
	const char *origin; /* "preset airbyte:7", "PATH:7" */
};

struct preset {
	const char *name;
	const struct preset_entry *entries;
	size_t count;
};

/* Those that are built in, in the order of their names. */
size_t preset_count(void);
const char *preset_name(size_t index);

/*
 * Reads one: a path where the name has a slash, else NAME.ini in the folder (NULL: none),
 * else the one that is built in. Everything is in the arena. ERR_USAGE: there is none of
 * that name, or it makes no sense.
 */
int preset_load(struct preset *out, struct arena *arena, const char *name,
	const char *folder, struct err *err);

/* What a preset says under a key, or NULL: about, upstream, kinds (of stores), needs_job
 * are about it; all others are keys of a store section. */
const char *preset_text(const struct preset *preset, const char *key);

/* Puts what the presets of store sections say behind what these say themselves. In a
 * query {table} is then the table, as an identifier, and {job} the job. ERR_USAGE. */
int presets_apply(struct settings *settings, const char *folder, struct err *err);

#endif
