/* SPDX-License-Identifier: MIT
 * Which stores the user means. Only for config/. */
#ifndef CONFIG_CHOOSE_H
#define CONFIG_CHOOSE_H

#include <stddef.h>

#include "base/err.h"
#include "config/settings.h"
#include "store/store.h"

/* What made the section of a store that is not configured: its origin. */
#define CHOOSE_ORIGIN STORE_ORIGIN_OPTION

/*
 * The sections of the stores named by -s, each once, in that order; without any, all
 * configured ones. A URI that is not configured gets a section of its own, with a name
 * made from it. Writes at most as many as there are sections afterwards plus the number
 * of arguments; *out is in the arena. ERR_USAGE for a name that is not configured and for
 * a URI that holds a password.
 */
int choose_stores(struct section ***out, size_t *out_count, struct settings *settings,
	const char *const *arguments, size_t count, struct err *err);

#endif
