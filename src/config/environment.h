/* SPDX-License-Identifier: MIT
 * Settings of [env] from variables and from the command line. Only for config/. */
#ifndef CONFIG_ENVIRONMENT_H
#define CONFIG_ENVIRONMENT_H

#include <stddef.h>

#include "base/err.h"
#include "config/settings.h"

/* CKPTOP_KEY for every key of [env], NO_COLOR and CKPTOP_NO_COLOR. Empty variables count
 * as not set. One that is nearly, but not quite, such a name is refused: CKPTOP_READONLY
 * would protect nothing. */
int environment_read(
	struct settings *settings, const char *const *environment, struct err *err);

int environment_override(struct settings *settings,
	const struct config_override *overrides, size_t count, struct err *err);

#endif
