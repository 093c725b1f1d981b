/* SPDX-License-Identifier: MIT
 * Who changed what, as one look at the journal and at the stores has found it: immutable,
 * and read by any thread. */
#ifndef POLL_LEDGER_H
#define POLL_LEDGER_H

#include "action/audit.h"
#include "store/store.h"

/* A store that could not be asked for its audit. */
struct ledger_gap {
	const char *store, *error;
};

struct ledger {
	const struct audit_entry *entries; /* newest first */
	size_t count;
	size_t damaged;		       /* lines of the journal that are no records */
	struct err journal_err;	       /* why it could not be read */
	bool asked;		       /* the stores were, too */
	const struct ledger_gap *gaps; /* those of them that did not answer */
	size_t gap_count;
	int64_t read_at;
};

/* What is read. All borrowed for the call. */
struct ledger_terms {
	const char *journal; /* NULL: there is no place for one */
	const struct store_config *stores;
	size_t store_count;
	bool only_these; /* what the journal has of other stores is left out */
	bool ask;	 /* their own audits are read, too */
};

/*
 * Reads the journal, and the audits of the stores, each with a handle of its own that is
 * closed again. A failure is part of the result, which has one reference. Waits for the
 * stores it asks: not for the thread of a screen.
 */
const struct ledger *ledger_read(const struct ledger_terms *terms);

/* Another reference, and its end. Any thread; NULL is allowed. */
const struct ledger *ledger_ref(const struct ledger *ledger);
void ledger_unref(const struct ledger *ledger);

#endif
