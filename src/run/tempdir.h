/* SPDX-License-Identifier: MIT
 * A temporary folder that is gone when its holders have ended, however they ended. */
#ifndef RUN_TEMPDIR_H
#define RUN_TEMPDIR_H

#include "base/err.h"

struct tempdir;

/*
 * Makes a folder that only this user can enter, in the first of these places (NULL after
 * the last; one that is not absolute or not writable is passed over). A process of its
 * own session makes it, so that there is no moment in which nobody minds it, waits until
 * this process and all that were forked from it later have ended, and removes the folder
 * with all that is in it: never through a link, never into another file system. prefix
 * begins the folder's name. Only while the process has one thread. ERR_FAILED.
 */
int tempdir_new(struct tempdir **out, const char *const *places, const char *prefix,
	struct err *err);

/* Lives as long as the folder. */
const char *tempdir_path(const struct tempdir *tempdir);

/* Lets go of the folder and waits until it is removed; the processes that were forked
 * since must have ended. -1 and err when something is left; freed in any case. NULL is
 * allowed. */
int tempdir_end(struct tempdir *tempdir, struct err *err);

#endif
