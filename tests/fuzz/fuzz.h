/* SPDX-License-Identifier: MIT
 * What a fuzz target is: one function that takes any bytes, and wants a property to hold.
 * libFuzzer calls it with bytes that it makes up, replay.c with the bytes of the corpus.
 */
#ifndef TESTS_FUZZ_H
#define TESTS_FUZZ_H

#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>

#include "base/str.h"

/* Returns 0. Ends the process when a property does not hold. */
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

/* Wants something of the bytes that are being tried; whoever runs the target keeps them.
 */
#define WANT(condition)                                                                  \
	((condition) ? (void)0 : fuzz_unmet(__FILE__, __LINE__, #condition))

static inline void
fuzz_unmet(const char *file, int line, const char *condition)
{
	fprintf(stderr, "%s:%d: wanted: %s\n", file, line, condition);
	abort();
}

/* The bytes as a text. */
static inline struct span
fuzz_span(const uint8_t *data, size_t size)
{
	return (struct span){ size > 0 ? (const char *)data : "", size };
}

/* Cuts a number off the end of the bytes, so that a corpus reads as text from its start;
 * fewer bytes make a smaller number. */
static inline uint64_t
fuzz_take_number(const uint8_t *data, size_t *size, size_t bytes)
{
	uint64_t number = 0;

	for (; bytes > 0 && *size > 0; bytes--)
		number = number << 8 | data[--*size];
	return number;
}

#endif
