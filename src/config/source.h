/* SPDX-License-Identifier: MIT
 * Reading files that decide what the program may do. Only for config/. */
#ifndef CONFIG_SOURCE_H
#define CONFIG_SOURCE_H

#include <stdbool.h>
#include <stddef.h>

#include "base/err.h"
#include "base/str.h"

#define SOURCE_SIZE_MAX ((size_t)1 << 20)

/*
 * Reads a whole file into *out (cleared first), if it can be trusted: a regular file and
 * not a symbolic link, owned by us or root, that nobody else can write. Never blocks on a
 * FIFO. *open_to_others says that others can read it. *absent (may be NULL: then it is an
 * error) says that there is no such file. ERR_USAGE starts with the path.
 */
int source_read(struct str *out, bool *open_to_others, bool *absent, const char *path,
	struct err *err);

#endif
