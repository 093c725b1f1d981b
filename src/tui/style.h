/* SPDX-License-Identifier: MIT
 * The styles views draw with. What they look like is the theme's business. */
#ifndef TUI_STYLE_H
#define TUI_STYLE_H

enum style {
#define STYLE(name, key, help) STYLE_##name,
#include "tui/style.def"
#undef STYLE
	STYLES
};

/* The key of a style in a theme file. */
const char *style_key(enum style style);

#endif
