/* SPDX-License-Identifier: MIT
 * What went back or is gone without a record in its own row: who says that he did it, and
 * who says why it was. */
#ifndef ACTION_EXPLAIN_H
#define ACTION_EXPLAIN_H

#include "action/steward.h"
#include "base/token.h"
#include "model/records.h"
#include "store/store.h"

typedef void explain_fn(void *arg, const struct explanation *explanation);

/*
 * Hands out what the journal (NULL: there is none) and the audit of this store tell of
 * its checkpoints: changes that were made, also those whose outcome is not known, and
 * acknowledgements, oldest first. name: of the store here. -1 with the first failure;
 * what could be read was handed out. On any handle.
 */
int explain_changes(struct store *store, const char *name, const char *journal,
	explain_fn *explain, void *arg, struct err *err);

/* What somebody says about something that went back or is gone. Borrowed. */
struct acknowledgement {
	const struct store_config *store;
	const struct journal_row *rows; /* old and new as they were seen; a new one that
					   does not exist: it is gone */
	size_t count;
	int64_t after, until; /* it was seen to happen between these; 0: at any time */
	struct span reason;
};

/* Records it, as the operation op, and ends operations of which nobody knows what became
 * where all of their checkpoints are among the rows. ERR_REFUSED as for journal_append(),
 * where there is no reason or none that says anything, and where everything is read-only;
 * the failures of store_open(), because the store itself says which one it is. */
int explain_acknowledge(const struct steward *steward, const struct acknowledgement *what,
	char op[TOKEN_SIZE], struct err *err);

#endif
