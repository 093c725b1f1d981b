/* SPDX-License-Identifier: MIT
 * Names that nobody else has given: random UUIDs. */
#ifndef BASE_TOKEN_H
#define BASE_TOKEN_H

#include <stdbool.h>

#include "base/err.h"
#include "base/str.h"

/* A UUID as text: 36 characters and a NUL. */
#define TOKEN_LEN  36
#define TOKEN_SIZE (TOKEN_LEN + 1)

/* Writes a new UUID (version 4, small letters). ERR_FAILED where the kernel gives no
 * random bytes. Any thread. */
int token_make(char out[TOKEN_SIZE], struct err *err);

/* True when the text has the form that token_make() writes. */
bool token_is_one(struct span text);

#endif
