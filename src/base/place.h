/* SPDX-License-Identifier: MIT
 * What a path leads to, however it is spelt. Any thread. */
#ifndef BASE_PLACE_H
#define BASE_PLACE_H

#include <stdbool.h>

#include "base/str.h"

/*
 * True when both paths lead to one file or directory: through links, hard links, "./",
 * "//" or ".." as well. Where there is nothing yet (or nothing that may be looked at) it
 * is what would be made there. An empty path leads nowhere but to itself.
 */
bool place_is_same(const char *a, const char *b);

/* Appends the path from the root, through links, also where there is nothing yet. */
void place_add(struct str *out, const char *path);

#endif
