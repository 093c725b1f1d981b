/* SPDX-License-Identifier: MIT
 * The dashboard without a terminal: frames as plain text, for pipes, mail and logs. */
#ifndef TUI_FRAMES_H
#define TUI_FRAMES_H

#include <stddef.h>
#include <stdint.h>

#include "base/err.h"
#include "base/str.h"

struct config;

/* Reads the configured stores and hands a frame of the first screen to write(), `count`
 * times (0: until write() answers other than 0), `interval` apart. No threads, no
 * terminal. A store that does not answer is shown as such and is no failure. */
int frames_run(const struct config *config, unsigned width, unsigned height, size_t count,
	int64_t interval, int (*write)(void *arg, struct span text), void *arg,
	struct err *err);

#endif
