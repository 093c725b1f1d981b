/* SPDX-License-Identifier: MIT
 * What fsio.c and fsio_replace.c share. */
#ifndef BASE_FSIO_INTERNAL_H
#define BASE_FSIO_INTERNAL_H

#include <sys/stat.h>

#include "base/err.h"

/*
 * Opens a regular file for reading, following nothing and never blocking. -1 and err on
 * failure: ERR_USAGE, ERR_NOT_FOUND, ERR_DAMAGED, ERR_UNREACHABLE. *status is set as soon
 * as something was opened.
 */
int fsio_open_regular(int dir_fd, const char *name, struct stat *status, struct err *err);

#endif
