/* SPDX-License-Identifier: MIT */
#include "store/keyset.h"

#include <stdint.h>
#include <stdlib.h>

#include "base/mem.h"

#define KEYS_FIRST 512
/* So many keys that come one after the other lie side by side. */
#define TOGETHER 8

/* Open addressing; 0 marks a free slot. */
struct keyset {
	uint64_t *slots;
	size_t size, used; /* size: a multiple of TOGETHER */
};

struct keyset *
keyset_new(void)
{
	struct keyset *set = mem_new(1, sizeof(*set));

	keyset_reserve(set, KEYS_FIRST);
	return set;
}

void
keyset_free(struct keyset *set)
{
	if (set == NULL)
		return;
	free(set->slots);
	free(set);
}

/*
 * The two names are told apart: a/bc is not ab/c. Keys that differ in the last three bits
 * alone, as 0 to 7 do, differ in the last three bits of their hashes alone: they come one
 * after the other, and most are in the processor's cache when they are looked for.
 */
static uint64_t
hash(struct key key)
{
	uint64_t mixed = span_hash_quick(key.job) * UINT64_C(0x9e3779b97f4a7c15);
	struct span name = key.partition;
	unsigned last = 0, others = 0;

	if (name.len > 0) {
		last = (unsigned char)name.at[--name.len];
		others = 1 + (last >> 3);
	}
	mixed ^= span_hash_quick(name) + (mixed >> 29) + others;
	mixed *= UINT64_C(0xbf58476d1ce4e5b9);
	mixed ^= mixed >> 32;
	mixed = (mixed & ~UINT64_C(7)) | (last & 7);
	return mixed != 0 ? mixed : 8;
}

static size_t
first_slot(const struct keyset *set, uint64_t mixed)
{
	return ((mixed >> 32) * (set->size / TOGETHER) >> 32) * TOGETHER +
	       mixed % TOGETHER;
}

static bool
insert(struct keyset *set, uint64_t mixed)
{
	size_t slot = first_slot(set, mixed);

	while (set->slots[slot] != 0) {
		if (set->slots[slot] == mixed)
			return false;
		slot = slot + 1 < set->size ? slot + 1 : 0;
	}
	set->slots[slot] = mixed;
	set->used++;
	return true;
}

static void
resize(struct keyset *set, size_t size)
{
	uint64_t *old = set->slots;
	size_t count = set->size;

	set->size = size;
	set->used = 0;
	set->slots = mem_new(set->size, sizeof(*set->slots));
	for (size_t i = 0; i < count; i++)
		if (old[i] != 0)
			insert(set, old[i]);
	free(old);
}

/* It is full at two thirds. */
static size_t
size_for(size_t count)
{
	return ((count + count / 2) / TOGETHER + 1) * TOGETHER;
}

void
keyset_reserve(struct keyset *set, size_t count)
{
	size_t size = size_for(count);

	if (size > set->size)
		resize(set, size);
}

uint64_t
keyset_expect(const struct keyset *set, struct key key)
{
	uint64_t mixed = hash(key);

	__builtin_prefetch(&set->slots[first_slot(set, mixed)], 1);
	return mixed;
}

bool
keyset_add_expected(struct keyset *set, uint64_t mixed)
{
	if (size_for(set->used + 1) > set->size)
		resize(set, 2 * set->size);
	return !insert(set, mixed);
}

bool
keyset_add(struct keyset *set, struct key key)
{
	return keyset_add_expected(set, hash(key));
}
