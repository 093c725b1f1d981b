/* SPDX-License-Identifier: MIT */
#include "base/arena.h"

#include <stdalign.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "base/mem.h"

/* The first block is small because most arenas are; each further one is as large as all
 * before it, up to a limit. */
#define BLOCK_FIRST ((size_t)1024)
#define BLOCK_LAST  ((size_t)1024 * 1024)

struct block {
	struct block *next;
	alignas(max_align_t) char bytes[];
};

struct arena {
	struct block *blocks; /* all of them, to be freed */
	char *free;	      /* what is left of the newest ordinary block */
	size_t room;
	size_t size; /* bytes of all blocks */
};

struct arena *
arena_new(void)
{
	return mem_new(1, sizeof(struct arena));
}

void
arena_free(struct arena *arena)
{
	if (arena == NULL)
		return;
	for (struct block *block = arena->blocks, *next; block != NULL; block = next) {
		next = block->next;
		free(block);
	}
	free(arena);
}

/* Fresh zeroed memory that the arena frees in the end. */
static char *
add_block(struct arena *arena, size_t bytes)
{
	struct block *block;
	size_t all;

	if (__builtin_add_overflow(sizeof(struct block), bytes, &all))
		all = SIZE_MAX; /* which mem_new() refuses */
	block = mem_new(all, 1);
	block->next = arena->blocks;
	arena->blocks = block;
	arena->size += bytes;
	return block->bytes;
}

/* Zeroed memory; align is a power of two, at most that of max_align_t. */
static char *
take(struct arena *arena, size_t bytes, size_t align)
{
	size_t gap = -(uintptr_t)arena->free & (align - 1);
	char *taken;

	if (arena->free == NULL || arena->room < gap || arena->room - gap < bytes) {
		size_t block = arena->size < BLOCK_FIRST ? BLOCK_FIRST : arena->size;

		if (block > BLOCK_LAST)
			block = BLOCK_LAST;
		/* A large piece gets a block of its own, so that the rest of the
		 * current one is not lost. */
		if (bytes > block / 4)
			return add_block(arena, bytes);
		arena->free = add_block(arena, block);
		arena->room = block;
		gap = 0;
	}
	taken = arena->free + gap;
	arena->free = taken + bytes;
	arena->room -= gap + bytes;
	return taken;
}

void *
arena_alloc(struct arena *arena, size_t count, size_t size)
{
	size_t bytes;

	if (__builtin_mul_overflow(count, size, &bytes))
		bytes = SIZE_MAX; /* which mem_new() refuses */
	return take(arena, bytes, alignof(max_align_t));
}

char *
arena_text(struct arena *arena, const char *text)
{
	return (char *)arena_span(arena, span_of(text)).at;
}

struct span
arena_span(struct arena *arena, struct span span)
{
	char *copy;

	if (span.at == NULL)
		return SPAN_NONE;
	copy = take(arena, span.len + 1, 1);
	memcpy(copy, span.at, span.len);
	return (struct span){ copy, span.len };
}

char *
arena_printf(struct arena *arena, const char *format, ...)
{
	struct str text = { 0 };
	va_list args;
	char *copy;

	va_start(args, format);
	str_addv(&text, format, args);
	va_end(args);
	copy = (char *)arena_span(arena, str_span(&text)).at;
	str_free(&text);
	return copy;
}

size_t
arena_size(const struct arena *arena)
{
	return arena->size;
}
