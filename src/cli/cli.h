/* SPDX-License-Identifier: MIT
 * The command line: the front door that main.c opens. */
#ifndef CLI_CLI_H
#define CLI_CLI_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/err.h"
#include "base/str.h"

struct config;

/* What stands behind the other front door. The two do not see each other; main.c hands
 * one to the other. */
struct cli_front {
	/* Runs the dashboard until it ends. An exit status, or -1 and err. */
	int (*dashboard)(const struct config *config, struct err *err);
	/* The same for the wallboard. keys: it can be scrolled and left by keys. bell: it
	 * rings for a new CRIT. */
	int (*wall)(const struct config *config, bool keys, bool bell, struct err *err);
	/* Draws `count` frames (0: without end) as plain text, `interval` apart, and
	 * hands each to write() until that fails. */
	int (*frames)(const struct config *config, unsigned width, unsigned height,
		size_t count, int64_t interval, int (*write)(void *arg, struct span text),
		void *arg, struct err *err);
	size_t (*theme_count)(void);
	const char *(*theme_name)(size_t index);
};

/* Runs the command line and returns the exit status of the program. */
int cli_main(int argc, char **argv, const char *const *environment,
	const struct cli_front *front);

#endif
