/* SPDX-License-Identifier: MIT */
#include "config/paths.h"

#include <stddef.h>
#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "base/str.h"

/* The policy binds whoever installed the program where: it does not move with a prefix.
 */
#define SYSTEM_DIR "/etc/ckptop"

static char *
joined(const char *directory, const char *rest)
{
	struct str path = { 0 };

	str_addf(&path, "%s/%s", directory, rest);
	return str_take(&path);
}

/* An absolute path from a variable, or NULL. */
static const char *
absolute(const char *const *environment, const char *name)
{
	const char *value = paths_variable(environment, name);

	return value != NULL && value[0] == '/' ? value : NULL;
}

/* One base directory: $VARIABLE/ckptop, else ~/FALLBACK/ckptop, else NULL. */
static char *
base_dir(const char *const *environment, const char *variable, const char *fallback)
{
	const char *base = absolute(environment, variable);
	const char *home = absolute(environment, "HOME");
	char *path, *directory;

	if (base != NULL)
		return joined(base, "ckptop");
	if (home == NULL)
		return NULL;
	directory = joined(home, fallback);
	path = joined(directory, "ckptop");
	free(directory);
	return path;
}

const char *
paths_variable(const char *const *environment, const char *name)
{
	size_t len = strlen(name);

	for (; environment != NULL && *environment != NULL; environment++)
		if (strncmp(*environment, name, len) == 0 && (*environment)[len] == '=')
			return (*environment)[len + 1] != '\0' ? *environment + len + 1
							       : NULL;
	return NULL;
}

void
paths_find(struct paths *out, const char *const *environment)
{
	*out = (struct paths){
		.policy_file = joined(SYSTEM_DIR, "policy.conf"),
		.system_file = joined(SYSTEM_DIR, "ckptop.conf"),
		.config_dir = base_dir(environment, "XDG_CONFIG_HOME", ".config"),
		.state_dir = base_dir(environment, "XDG_STATE_HOME", ".local/state"),
		.data_dir = base_dir(environment, "XDG_DATA_HOME", ".local/share"),
	};
	if (out->state_dir != NULL)
		out->journal_file = joined(out->state_dir, "journal.jsonl");
	if (out->config_dir != NULL)
		out->user_file = joined(out->config_dir, "ckptop.conf");
}

void
paths_free(struct paths *paths)
{
	free(paths->policy_file);
	free(paths->system_file);
	free(paths->user_file);
	free(paths->config_dir);
	free(paths->journal_file);
	free(paths->state_dir);
	free(paths->data_dir);
	*paths = (struct paths){ 0 };
}
