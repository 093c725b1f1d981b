/* SPDX-License-Identifier: MIT
 * Colour themes: files in themes/, compiled in and loadable. */
#ifndef TUI_THEME_H
#define TUI_THEME_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/err.h"
#include "tui/style.h"

enum theme_attribute {
	THEME_BOLD = 1 << 0,
	THEME_DIM = 1 << 1,
	THEME_REVERSE = 1 << 2,
	THEME_UNDERLINE = 1 << 3,
};

/* -1 is the terminal's default colour; 0-15 its own palette, up to 255 the 256-colour
 * one. */
struct theme_look {
	int16_t foreground, background;
	uint8_t attributes; /* enum theme_attribute */
};

struct theme {
	struct theme_look looks[STYLES];
	struct theme_look selected, marked, dim;
};

/* By name (compiled in, or NAME.theme in $XDG_CONFIG_HOME/ckptop/themes) or by path when
 * it has a
 * '/'. Errors are FILE:LINE with the nearest known word. no_color gives the same shapes
 * without colours: bold, reverse and underline stay. */
int theme_load(struct theme *out, const char *name, bool no_color, struct err *err);

/* The names of the themes that are compiled in. */
size_t theme_count(void);
const char *theme_name(size_t index);

#endif
