/* SPDX-License-Identifier: MIT
 * One folder of our own: made, and removed without ever leaving it. */
#ifndef RUN_FOLDER_H
#define RUN_FOLDER_H

#include <limits.h>

#include "base/err.h"

struct folder {
	char path[PATH_MAX];
	int parent, self; /* descriptors; -1: none */
};

/* Makes PLACE/PREFIX-XXXXXX with mode 0700 in the first place where that works; places as
 * for tempdir_new(). ERR_FAILED. */
int folder_make(struct folder *out, const char *const *places, const char *prefix,
	struct err *err);

/* Opens one that somebody made. ERR_FAILED. */
int folder_open(struct folder *out, const char *path, struct err *err);

/* Removes what is in the folder and the folder itself, and closes it. Links are removed
 * and not followed; what is mounted in it stays; a folder that has been moved away or
 * replaced stays, too. -1 and err when something is left. One that is gone already is
 * fine. */
int folder_remove(struct folder *folder, struct err *err);

void folder_close(struct folder *folder);

#endif
