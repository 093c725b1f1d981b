/* SPDX-License-Identifier: MIT
 * The list of what was decided, and by whom. Only for config/. */
#ifndef CONFIG_DECIDED_H
#define CONFIG_DECIDED_H

#include "config/config.h"
#include "config/settings.h"

/* Fills config->settings: all of [env], the chosen stores (config->stores, in the same
 * order) and all rules, with defaults where nobody said anything. In the arena. */
void decided_list(struct config *config, const struct settings *settings,
	struct section *const *chosen);

#endif
