/* SPDX-License-Identifier: MIT
 * What the panel of a store says, while a back end puts it together. */
#ifndef STORE_FACTS_H
#define STORE_FACTS_H

#include "base/arena.h"
#include "store/layout.h"
#include "store/statements.h"

/* More than any panel has lines for; what is beyond is left out. */
#define FACTS_MAX 16

struct facts {
	struct arena *arena; /* for the texts */
	struct store_fact *list;
	size_t count;
};

void facts_begin(struct facts *facts);

/* name and text must live as long as the arena. */
void facts_add(struct facts *facts, const char *name, bool warning, const char *text);

/* What is said of the query that stands in the place of a table. rows are those of the
 * last read, where there was one; cut: it has more. */
void facts_add_query(struct facts *facts, const struct layout *layout, bool scanned,
	size_t rows, bool cut);

/* Tells what is kept of a row of a query that can be changed, and what of that comes
 * back; statements NULL: it is read only, or a table. */
void facts_tell_kept(const struct facts *facts, const struct layout *layout,
	const struct statements *statements, struct store_facts *out);

/* Why the rows of a query can never be changed; NULL: these statements say how. */
const char *facts_why_query(const struct statements *statements);

/* Says that nothing can be changed, and why: refuses is that of struct store_facts, and
 * nothing is said where it is NULL. What the configuration knows of resets and deletes
 * stands behind it. */
void facts_add_refusal(
	struct facts *facts, const struct store_config *config, const char *refuses);

/* Hands the list over: *kept is the arena of the last time, or NULL, which ends, and
 * becomes the one of this list. The texts of *out are copied into it: they are asked for
 * when the table that they were of is not known any more. */
void facts_end(struct facts *facts, struct arena **kept, struct store_facts *out);

#endif
