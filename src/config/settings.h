/* SPDX-License-Identifier: MIT
 * Sections and keys as they are merged from all sources, with where each came from. Only
 * for config/. */
#ifndef CONFIG_SETTINGS_H
#define CONFIG_SETTINGS_H

#include <stdbool.h>

#include "base/arena.h"
#include "base/err.h"
#include "config/config.h"

struct entry {
	const char *key, *value;
	const char *origin;  /* FILE:LINE, a variable, an option of the command line */
	const char *written; /* the key as written; differs for head_sql, KEY_file */
	unsigned source;
	bool is_policy; /* the policy has set it */
	/* What the policy says is the most or the least; NULL: it says nothing. */
	const struct entry *limit;
	struct entry *next;
};

struct section {
	enum option_section kind;
	const char *name;   /* "" for [env] */
	const char *origin; /* where it was first opened */
	const char *given;  /* the URI behind -s that it was made of; NULL: none */
	unsigned source;    /* the last one that opened it */
	struct entry *first, *last;
	struct section *next;
};

struct settings {
	struct arena *arena;
	struct section *first, *last;
	/* Counts files, variables and options; within one, nothing may come twice. */
	unsigned source;
	bool is_policy; /* the present source is the policy */
};

/* Begins the next source. */
void settings_next_source(struct settings *settings, bool is_policy);

/* The section, made when it is new. ERR_USAGE when this source has opened it before. Text
 * is copied. */
struct section *settings_open(struct settings *settings, enum option_section kind,
	const char *name, const char *origin, struct err *err);

/* The section, or NULL. */
struct section *settings_find(
	const struct settings *settings, enum option_section kind, const char *name);

/*
 * Sets a key. Checks the value; refuses a key that this source has set before, one that a
 * policy may not set, and one that nobody knows (but in store sections, whose back end
 * may know it: see settings_check_store()). What a sticky option was set to stays.
 * written is the key as the user wrote it. ERR_USAGE starts with the origin.
 */
int settings_put(struct settings *settings, struct section *section, const char *key,
	const char *written, const char *value, const char *origin, struct err *err);

/* Takes a key back, where it is set. */
void section_drop(struct section *section, const char *key);

/* The entry of a key, or NULL. */
const struct entry *section_entry(const struct section *section, const char *key);

/* Refuses a store section without a URI, with one of no back end, and with a key that
 * neither the table nor its back end knows. */
int settings_check_store(const struct section *section, struct err *err);

#endif
