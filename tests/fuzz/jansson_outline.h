/* SPDX-License-Identifier: MIT
 * A document as jansson understands it, for the target that compares us with it. The
 * names of jansson's header are those of ours: the two never meet. */
#ifndef TESTS_FUZZ_JANSSON_OUTLINE_H
#define TESTS_FUZZ_JANSSON_OUTLINE_H

#include <stdbool.h>

#include "base/str.h"

/*
 * Appends what is in the document, on one line: {"NAME"=VALUE …}, [VALUE …], strings as
 * their length, ':' and their bytes, integers in decimal, other numbers with 17 digits,
 * true, false, null. False when jansson does not accept the document.
 */
bool jansson_outline(struct str *out, struct span text);

#endif
