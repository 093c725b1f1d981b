/* SPDX-License-Identifier: MIT
 * Memory that is always there. A process that cannot get a few kilobytes cannot be
 * helped; these say so on standard error and abort(), and so no caller needs a branch for
 * it. Sizes that come from outside (a file, a row) are limited before they get here. */
#ifndef BASE_MEM_H
#define BASE_MEM_H

#include <stddef.h>

/* Zeroed memory, to be freed with free(). */
void *mem_new(size_t count, size_t size);

/* realloc() of count elements; the new part is not zeroed. */
void *mem_resize(void *old, size_t count, size_t size);

/* A copy of len bytes with a NUL behind them, to be freed with free(). */
char *mem_copy(const void *bytes, size_t len);

#endif
