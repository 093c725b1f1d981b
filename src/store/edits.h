/* SPDX-License-Identifier: MIT
 * The edits of an operation that is made whole or not at all, whichever database it is
 * in: what is said of each, and what can be concluded when nobody knows what came of it.
 */
#ifndef STORE_EDITS_H
#define STORE_EDITS_H

#include "store/layout.h"
#include "store/store_write.h"

/* What concerns no edit in particular. */
void edits_set_all(struct edit *edits, size_t count, enum change_result result,
	const struct err *err);

/* What hinders one edit hinders all: those that were not looked at, or were fine, are
 * FAILED and say because of which. */
void edits_give_up(struct edit *edits, size_t count, size_t culprit);

/* Something else is there than was seen; row NULL: nothing. found is the caller's. */
enum change_result edit_conflict(struct edit *edit, const struct ckpt *row);

/* ERR_REFUSED: two rows have the key. Returns -1. */
int edit_repeated(const char *table, struct key key, struct err *err);

/* What a view, or whatever else is no table (kind), shows is not changed. Returns -1. */
int edit_view(const char *kind, const char *name, struct err *err);

/* Why a save is refused: a part of the key is NULL in its row; the table holds other
 * keys; its columns would make another key of it. Each returns -1. */
int edit_nameless(const struct layout *layout, enum layout_role role, struct key key,
	struct err *err);
int edit_no_such_key(const struct layout *layout, struct err *err);
int edit_renamed(const struct layout *layout, struct key key, struct err *err);

/* What a trigger or the type of a column made of an edit, which is taken back for it: the
 * deleted row is there again; the written one has another key; a column holds something
 * else. Each is ERR_REFUSED and returns -1. */
int edit_brought_back(const char *table, struct err *err);
int edit_moved(const char *table, struct err *err);
int edit_altered(const char *table, struct span column, struct err *err);

/* The table would hold another value (none: NULL) than the one that is saved. The same.
 */
int edit_remade(const struct layout *layout, struct key key, struct span value,
	struct span held, struct err *err);

/* Somebody has saved what a save was guarded against; now NULL: nothing is there, and
 * `absent` says that nothing was to be. */
enum change_result edit_save_conflict(const struct layout *layout, struct key key,
	const struct ckpt *now, bool absent, struct err *err);

/* What is there cannot be read. Returns CHANGE_FAILED. */
enum change_result edit_damaged(struct edit *edit, const struct ckpt *row);

/* Adds a column to what is not as it was wanted; see struct edit. */
void edit_add_unlike(struct str *unlike, struct span column);

/* The metadata of a row say that it was this operation. */
bool edit_has_mark(struct span metadata, struct span operation);

/* What is there of an operation: of all its edits, or of none. */
struct edit_evidence {
	size_t seen, wanted, other; /* edits of which this is there */
	bool recorded;		    /* in the store audit */
	bool marked;		    /* in the metadata of a row */
	bool would_know; /* the store audit was there before the operation began */
};

/*
 * An operation is whole or it never was. The audit of the store knows, if it was there
 * before the operation; else the rows must agree. Sets err for all but DONE.
 */
enum change_result edit_judge(const struct edit_evidence *evidence, struct err *err);

#endif
