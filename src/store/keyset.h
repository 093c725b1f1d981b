/* SPDX-License-Identifier: MIT
 * The keys that a scan has met, by their hashes: 8 bytes a key, so that a million of them
 * can be remembered to find those that come twice. */
#ifndef STORE_KEYSET_H
#define STORE_KEYSET_H

#include <stdint.h>

#include "model/key.h"

struct keyset;

struct keyset *keyset_new(void);
void keyset_free(struct keyset *set);

/* Makes room for so many keys, where that is known before. */
void keyset_reserve(struct keyset *set, size_t count);

/* Adds a key; true when it (or, once in 10^7 scans of a million, another one with its
 * hash) was there. */
bool keyset_add(struct keyset *set, struct key key);

/* The same in two steps, for many keys: the place of a hash is on its way into the cache
 * while those before it are added. */
uint64_t keyset_expect(const struct keyset *set, struct key key);
bool keyset_add_expected(struct keyset *set, uint64_t hash);

#endif
