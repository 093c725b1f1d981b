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

/*
 * By name (compiled in, or NAME.theme in directory, which wins; directory may be NULL) or
 * by path when it has a '/'. ERR_USAGE is FILE:LINE with the nearest known word, or the
 * known themes. What a file leaves out looks as in the theme mono. no_color: the file is
 * checked all the same, but the looks are those of mono.
 */
int theme_load(struct theme *out, const char *name, const char *directory, bool no_color,
	struct err *err);

/* The looks for terminals without colours. */
void theme_mono(struct theme *out);

/* The colour for a terminal that has only so many: the nearest of its own. Without
 * colours, and for the default colour, -1. */
int16_t theme_reduce(int16_t colour, int colours);

/* The names of the themes that are compiled in. */
size_t theme_count(void);
const char *theme_name(size_t index);

#endif
