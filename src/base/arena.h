/* SPDX-License-Identifier: MIT
 * Memory with one life: everything taken from an arena ends with it. */
#ifndef BASE_ARENA_H
#define BASE_ARENA_H

#include <stddef.h>

#include "base/str.h"

struct arena;

/* A new arena; arena_free() ends it and everything in it. */
struct arena *arena_new(void);
void arena_free(struct arena *arena);

/* Zeroed memory, aligned for any object. */
void *arena_alloc(struct arena *arena, size_t count, size_t size);

/* Copies with a NUL behind them. arena_span() of none is none. */
char *arena_text(struct arena *arena, const char *text);
struct span arena_span(struct arena *arena, struct span span);
char *arena_printf(struct arena *arena, const char *format, ...)
	__attribute__((format(printf, 2, 3)));

/* How many bytes the arena holds. */
size_t arena_size(const struct arena *arena);

#endif
