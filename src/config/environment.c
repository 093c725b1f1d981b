/* SPDX-License-Identifier: MIT */
#include "config/environment.h"

#include <ctype.h>
#include <string.h>

#include "base/str.h"

#define PREFIX "CKPTOP_"

#define NAMES_MAX 64

/* What a variable cannot say: it would run the program of whoever sets it. */
static const char *const not_here[] = { "hook" };

/* Names behind the prefix that mean something to other parts of the program. */
static const char *const others[] = { "GROUP", "LOG", "NO_COLOR", "NOW" };

/* Whatever they say: no colours. A variable or an option that says more wins. */
static const char *const no_colours[] = { "NO_COLOR", PREFIX "NO_COLOR" };

static int
put(struct settings *settings, const char *key, const char *value, const char *origin,
	struct err *err)
{
	struct section *env;

	for (size_t i = 0; i < sizeof(not_here) / sizeof(not_here[0]); i++)
		if (strcmp(key, not_here[i]) == 0)
			return err_set(err, ERR_USAGE,
				"%s: %s is only set in the configuration files", origin,
				key);
	settings_next_source(settings, false);
	env = settings_open(settings, OPTION_ENV, "", origin, err);
	if (env == NULL)
		return -1;
	return settings_put(settings, env, key, key, value, origin, err);
}

/* All names that may stand behind the prefix. Returns how many; the first of them are the
 * keys of [env], in capitals. */
static size_t
known_names(struct arena *arena, const char **names, const char **keys)
{
	size_t count, known = 0;
	const struct option *options = config_options(&count);

	for (size_t i = 0; i < count && known < NAMES_MAX; i++) {
		char *name;

		if (options[i].section != OPTION_ENV)
			continue;
		name = arena_text(arena, options[i].key);
		for (char *p = name; *p != '\0'; p++)
			*p = (char)toupper((unsigned char)*p);
		keys[known] = options[i].key;
		names[known++] = name;
	}
	for (size_t i = 0; i < sizeof(others) / sizeof(others[0]) && known < NAMES_MAX;
		i++) {
		keys[known] = NULL;
		names[known++] = others[i];
	}
	return known;
}

/* Sets what one variable behind the prefix says, or refuses its name. */
static int
take_variable(struct settings *settings, const char *variable, const char *const *names,
	const char *const *keys, size_t count, struct err *err)
{
	const char *equals = strchr(variable, '=');
	char *name =
		arena_printf(settings->arena, "%.*s", (int)(equals - variable), variable);
	const char *rest = name + strlen(PREFIX), *nearest;

	for (size_t i = 0; i < count; i++)
		if (strcmp(names[i], rest) == 0)
			return keys[i] == NULL
				       ? 0
				       : put(settings, keys[i], equals + 1, name, err);
	nearest = str_nearest(rest, names, count);
	if (nearest == NULL)
		return 0;
	return err_set(err, ERR_USAGE,
		"%s: there is no such variable; did you mean " PREFIX "%s?", name,
		nearest);
}

int
environment_read(
	struct settings *settings, const char *const *environment, struct err *err)
{
	const char *names[NAMES_MAX], *keys[NAMES_MAX];
	size_t count = known_names(settings->arena, names, keys);

	for (size_t i = 0; i < sizeof(no_colours) / sizeof(no_colours[0]); i++)
		if (paths_variable(environment, no_colours[i]) != NULL &&
			put(settings, "color", "never", no_colours[i], err) != 0)
			return -1;
	for (; environment != NULL && *environment != NULL; environment++) {
		const char *equals = strchr(*environment, '=');

		if (strncmp(*environment, PREFIX, strlen(PREFIX)) == 0 &&
			equals != NULL && equals[1] != '\0' &&
			take_variable(settings, *environment, names, keys, count, err) !=
				0)
			return -1;
	}
	return 0;
}

int
environment_override(struct settings *settings, const struct config_override *overrides,
	size_t count, struct err *err)
{
	for (size_t i = 0; i < count; i++)
		if (put(settings, overrides[i].key, overrides[i].value,
			    overrides[i].option, err) != 0)
			return -1;
	return 0;
}
