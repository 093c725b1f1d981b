/* SPDX-License-Identifier: MIT
 * A back end around another one that logs every call: what was asked, how long it took,
 * what came of it. Only store.c uses it, when a log is open. */
#ifndef STORE_TRACE_H
#define STORE_TRACE_H

#include "store/backend.h"

/* Takes over an open store and returns what stands before it; it can do what the store
 * can, and closing it closes the store. */
struct store *trace_wrap(struct store *store);

#endif
