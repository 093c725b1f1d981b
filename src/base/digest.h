/* SPDX-License-Identifier: MIT
 * SHA-256: what proves that bytes are the ones they were. The one door to nettle. */
#ifndef BASE_DIGEST_H
#define BASE_DIGEST_H

#include <stdbool.h>

#include "base/str.h"

/* A digest as text: 64 small hexadecimal digits, and a NUL. */
#define DIGEST_LEN  64
#define DIGEST_SIZE (DIGEST_LEN + 1)

/* Writes the digest of the bytes. Any thread. */
void digest_of(char out[DIGEST_SIZE], struct span bytes);

/* True when the text has the form of a digest, whatever it is of. */
bool digest_is_one(struct span text);

#endif
