/* SPDX-License-Identifier: MIT
 * Being told which files of a directory change (inotify). Of the directory back end. */
#ifndef STORE_DIR_WATCH_H
#define STORE_DIR_WATCH_H

#include "base/err.h"

/* Watches the directory that dir_fd is open on. Returns a descriptor, to be closed, or -1
 * and err where the kernel has none left. */
int dir_watch_start(int dir_fd, struct err *err);

enum dir_watch_news {
	DIR_WATCH_LOST = 1 << 0,  /* some names were lost: look at all files */
	DIR_WATCH_ENDED = 1 << 1, /* the directory itself was moved or deleted */
};

/* Calls name for every file that something happened to since the last call (a name may
 * come more than once). Returns a set of enum dir_watch_news. Does not wait. */
typedef void dir_watch_name_fn(void *arg, const char *name);
unsigned dir_watch_drain(int watch_fd, dir_watch_name_fn *name, void *arg);

#endif
