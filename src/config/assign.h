/* SPDX-License-Identifier: MIT
 * What KEY = VALUE in a file means: secrets, queries in files of their own, short forms.
 * Only for config/. */
#ifndef CONFIG_ASSIGN_H
#define CONFIG_ASSIGN_H

#include <stdbool.h>

#include "base/err.h"
#include "config/settings.h"

struct assignment {
	const char *key, *value; /* as written */
	const char *path;	 /* of the file */
	unsigned long line;
	bool open_to_others; /* others can read the file */
};

/* Puts it into the section. ERR_USAGE starts with FILE:LINE. */
int assign(struct settings *settings, struct section *section,
	const struct assignment *assignment, struct err *err);

/* True when the value of this key holds a password. */
bool assign_is_secret(const char *key, const char *value);

#endif
