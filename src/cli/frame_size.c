/* SPDX-License-Identifier: MIT */
#include "cli/frame_size.h"

#include <stdlib.h>
#include <string.h>

/* Wide enough for everything there is to say. */
#define WIDTH_MOST  240
#define HEIGHT_MOST 10000

static unsigned
size_of(const struct cli *cli, const char *name, unsigned preset, unsigned most)
{
	const char *text = paths_variable(cli->environment, name);
	unsigned size;

	if (text == NULL || strspn(text, "0123456789") != strlen(text) ||
		strlen(text) > 5)
		return preset;
	size = (unsigned)atoi(text);
	return size == 0 || size > most ? most : size;
}

unsigned
frame_width(const struct cli *cli, unsigned preset)
{
	return size_of(cli, "COLUMNS", preset, WIDTH_MOST);
}

unsigned
frame_height(const struct cli *cli, unsigned preset)
{
	return size_of(cli, "LINES", preset, HEIGHT_MOST);
}
