/* SPDX-License-Identifier: MIT */
#include "base/mem.h"

#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

/* Without memory nothing that allocates may be called any more: write(2), then end. */
static _Noreturn void
give_up(void)
{
	static const char text[] = "ckptop: out of memory; nothing more was done\n";

	if (write(STDERR_FILENO, text, sizeof(text) - 1) < 0) {
		/* There is nobody left to tell. */
	}
	abort();
}

/* malloc(0) may return NULL, which must not look like a failure. */
static size_t
total(size_t count, size_t size)
{
	size_t bytes;

	if (__builtin_mul_overflow(count, size, &bytes) || bytes > PTRDIFF_MAX)
		give_up();
	return bytes > 0 ? bytes : 1;
}

void *
mem_new(size_t count, size_t size)
{
	void *memory = calloc(1, total(count, size));

	if (memory == NULL)
		give_up();
	return memory;
}

void *
mem_resize(void *old, size_t count, size_t size)
{
	void *memory = realloc(old, total(count, size));

	if (memory == NULL)
		give_up();
	return memory;
}

char *
mem_copy(const void *bytes, size_t len)
{
	size_t room;
	char *copy;

	if (__builtin_add_overflow(len, 1, &room))
		give_up();
	copy = mem_resize(NULL, room, 1);
	if (len > 0)
		memcpy(copy, bytes, len);
	copy[len] = '\0';
	return copy;
}
