/* SPDX-License-Identifier: MIT
 * From merged settings to the typed result. Only for config/. */
#ifndef CONFIG_BUILD_H
#define CONFIG_BUILD_H

#include <stddef.h>

#include "base/err.h"
#include "config/config.h"
#include "config/settings.h"

/* Makes the configuration of the settings. On success it owns their arena, on failure
 * the caller still does. files are copied. */
int build_config(struct config **out, struct settings *settings,
	const struct config_request *request, const struct config_file *files,
	size_t file_count, struct err *err);

#endif
