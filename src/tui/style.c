/* SPDX-License-Identifier: MIT */
#include "tui/style.h"

const char *
style_key(enum style style)
{
	static const char *const keys[STYLES] = {
#define STYLE(name, key, help) [STYLE_##name] = key,
#include "tui/style.def"
#undef STYLE
	};
	return keys[style];
}
