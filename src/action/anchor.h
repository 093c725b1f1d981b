/* SPDX-License-Identifier: MIT
 * What the audits of stores keep of the journals: the hash of the record of an intent
 * and, behind a blank, which journal that record is in.
 *
 * A journal is named by its file: what is not in that file any more is missing, whoever
 * cut it, wrote it anew or put another one in its place. A mark that was made with the
 * journal would not tell: with the journal it is gone. */
#ifndef ACTION_ANCHOR_H
#define ACTION_ANCHOR_H

#include "action/journal.h"
#include "store/store_write.h"

/* Appends what a store is given to keep: the hash, and the path of the journal from the
 * root, through links; what is no visible ASCII in it, and '%', as %XX. */
void anchor_add(struct str *out, struct span hash, const char *journal_path);

/* Takes it apart. The path is appended; nothing of it where none is said, as by a ckptop
 * that did not say it yet, or where what is said is none. The hash is in the text. */
void anchor_read(struct span text, struct span *hash, struct str *journal_path);

/* --- all that stores keep --- */

struct anchors;

struct anchors *anchors_new(void);
void anchors_free(struct anchors *anchors);

/* The operation of a row of an audit; once, however many rows it has behind each other.
 */
void anchors_add(struct anchors *anchors, const struct operation *operation);

/* Somebody who has written to the journal that is verified. */
void anchors_add_writer(struct anchors *anchors, struct span who);

/*
 * All of them, to be held against a journal with journal_verify(): .of_others is set of
 * what is in another file on this host, or, where that is not said or it is of another
 * host, of those who never wrote to this one; .sure where it is said that it was this
 * file. me: who asks, as who_add_name() says it. Valid until the next call.
 */
struct journal_anchor *anchors_for(
	struct anchors *anchors, struct span me, const char *journal_path, size_t *count);

/* Another journal on this host, and what stores keep of it. */
struct anchors_other {
	struct span path; /* and a NUL behind it */
	struct journal_anchor *anchors;
	size_t count;
};

/*
 * Of those that anchors_for() gave, and journal_verify() did not meet, those that must be
 * in other journals of this host, a journal at a time in the order of their names. Valid
 * until the next call.
 */
const struct anchors_other *anchors_others(struct anchors *anchors, size_t *count);

#endif
