/* SPDX-License-Identifier: MIT
 * What the files of fsio share. */
#ifndef BASE_FSIO_INTERNAL_H
#define BASE_FSIO_INTERNAL_H

#include <sys/stat.h>

#include "base/err.h"
#include "base/str.h"

/*
 * Opens a regular file for reading, following nothing and never blocking. -1 and err on
 * failure: ERR_USAGE, ERR_NOT_FOUND, ERR_DAMAGED, ERR_UNREACHABLE. *status is set as soon
 * as something was opened.
 */
int fsio_open_regular(int dir_fd, const char *name, struct stat *status, struct err *err);

/* Reads a file that is open to its end, but no more than one byte beyond max; size is
 * what it is thought to have. -1 and errno. */
int fsio_read_all(struct str *out, int fd, size_t size, size_t max);

#endif
