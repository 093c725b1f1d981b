/* SPDX-License-Identifier: MIT
 * Head providers: where the source is now.
 *
 *	sql:QUERY       first column of the first row; :job and :partition are bound
 *	sql@STORE:QUERY the same, asked in another store
 *	file:PATH       the size of a file; {job} and {partition} are filled in
 *	now             the present time, for values that are times
 *	metadata:MEMBER a member of the checkpoint's own metadata
 *	none            no head: the lag is unknown
 *
 * A head counts the last thing there is (sql, now, metadata) or the next one to come
 * (file); head_spec.is_last says which. */
#ifndef STORE_HEAD_H
#define STORE_HEAD_H

#include "model/head_spec.h"
#include "store/store.h"

/*
 * What was asked in one poll: a query that does not name :partition (or :job) is asked
 * once for all that share its answer, and one that failed is not asked again. Make a new
 * one for every poll.
 */
struct head_round;
struct head_round *head_round_new(void);
void head_round_free(struct head_round *round);

/*
 * The head of one checkpoint as text into *out (cleared first), *known false when there
 * is none. store is the one that the spec names, else that of the checkpoint.
 * HEAD_METADATA is not asked here (records.c reads it). -1 says why this head could not
 * be asked; the store itself may be well.
 */
int head_ask(struct head_round *round, struct store *store, const struct head_spec *spec,
	struct key key, int64_t now, struct str *out, bool *known, struct err *err);

#endif
