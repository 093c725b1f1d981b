/* SPDX-License-Identifier: MIT
 * The metadata documents of a store's checkpoints as the last scan delivered them, for
 * those who want all of them. The records do not keep them. */
#ifndef POLL_DOCUMENTS_H
#define POLL_DOCUMENTS_H

#include <stddef.h>
#include <stdint.h>

#include "model/key.h"

/* The hash beside a document spares a look at those of other keys. */
struct document_place {
	uint64_t hash;
	struct document *document; /* NULL: free */
};

/* Start with { 0 }, end with documents_free(). */
struct documents {
	struct document_place *table; /* open addressing; a power of two */
	size_t capacity, count;
};

/* Copies; what was there for the key is replaced. A text of none is kept as none. */
void documents_put(struct documents *documents, struct key key, struct span text);

/* Borrowed until the next put with this key; none when there is none. */
struct span documents_get(const struct documents *documents, struct key key);

void documents_free(struct documents *documents);

#endif
