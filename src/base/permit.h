/* SPDX-License-Identifier: MIT
 * Whether this user may change files, asked without touching them: so that what cannot be
 * done is refused before anybody is asked to confirm it. What is not refused here may
 * fail all the same. */
#ifndef BASE_PERMIT_H
#define BASE_PERMIT_H

#include "base/err.h"

/*
 * All of these: 0, or ERR_REFUSED with what is missing, whose the thing is, that nothing
 * was written, and what to do. `path` is for the words.
 */

/* Making, replacing and removing files in an open directory. */
int permit_directory(int dir_fd, const char *path, struct err *err);

/* Making this file, which is not there, in its directory. */
int permit_making(const char *path, struct err *err);

/* The same for the directory that holds this file, through links. why: what is to be made
 * there ("its journal"). */
int permit_beside(const char *path, const char *why, struct err *err);

/* Writing into a file that is there; dir_fd as for openat(). */
int permit_writing(int dir_fd, const char *name, const char *path, struct err *err);

/* Putting another file in place of this one that has the same owner and group. */
int permit_replacing(int dir_fd, const char *name, const char *path, struct err *err);

#endif
