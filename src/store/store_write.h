/* SPDX-License-Identifier: MIT
 * Changing checkpoints. Only store/, action/ and lib/ may include this (checked by a
 * lint). */
#ifndef STORE_STORE_WRITE_H
#define STORE_STORE_WRITE_H

#include "store/store.h"

/* What must be in the store for a change to be made: the compare of compare-and-set. */
enum guard_kind {
	GUARD_NONE,   /* whatever is there (an upsert) */
	GUARD_ABSENT, /* no checkpoint with this key */
	GUARD_VALUE,  /* a checkpoint with exactly this stored value */
};

struct guard {
	enum guard_kind kind;
	struct span value;	   /* GUARD_VALUE: as text */
	enum ckpt_storage storage; /* how it was stored, as it was read */
};

/* One checkpoint to be written. All spans are borrowed for the call. */
struct change {
	struct key key;
	struct span value;
	bool keep_metadata;   /* leave what is there; metadata is ignored */
	struct span metadata; /* finished bytes; none: SQL NULL, or {} in a file */
	int64_t updated_at;   /* by our clock; written by the store's (see
				 store_clock_ahead()), in the format of what it replaces */
	struct guard guard;
	struct str
		*stored; /* set to the value as the store holds it once it is written,
			    which may be spelt otherwise: 1.50 for 1.5; cleared first,
			    and empty where nothing was read again. NULL: nobody asks */
};

enum change_result {
	CHANGE_DONE,
	CHANGE_CONFLICT, /* the guard did not hold: nothing was written */
	CHANGE_FAILED,	 /* nothing was written */
	CHANGE_UNKNOWN,	 /* it may or may not have been written */
};

/*
 * Writes one checkpoint so that it survives a power loss once CHANGE_DONE is returned.
 * What a database holds is read again before the end of the transaction, and another
 * value than the one that was given (a trigger, a type that rounds) is taken back. err is
 * set for everything but CHANGE_DONE: ERR_CONFLICT names what is there now, ERR_REFUSED
 * on a read handle, where the store cannot do it or makes another value of it.
 */
enum change_result
store_save(struct store *store, const struct change *change, struct err *err);

/*
 * Makes the empty store that config->uri names: the checkpoints table in a new or empty
 * database, a directory. *made false: such a store is already there and was left alone;
 * of a query, whose tables are somebody else's, it is not even looked for.
 * ERR_REFUSED: read-only, the clock is frozen, the back end cannot, or something else is
 * there.
 */
int store_create(const struct store_config *config, bool *made, struct err *err);

/*
 * --- operations: what a person changes, and can take back ---
 *
 * An *image* is everything that a store holds of one checkpoint, as JSON text that its
 * back end has written: what is compared before a change, what the journal keeps, and
 * what brings the row back. Every change replaces one image by another: a reset the one
 * that was seen by its draft, a delete by none, an undo the one that was left by the one
 * from before. No image (SPAN_NONE) stands for no checkpoint.
 */

/* What must be said before a change is made, and taken upon oneself. */
enum edit_hazard {
	EDIT_DAMAGED = 1 << 0, /* what is there is damaged and would be replaced */
	EDIT_LINKED =
		1 << 1, /* the file has other names: they would keep what is there */
	EDIT_UNGUARDED = 1 << 2, /* the store cannot exchange what it compares: somebody
				    else's save may be overwritten unseen */
};

/* Called once with what is there; everything is borrowed for the call. hazards: enum
 * edit_hazard. */
typedef void
store_image_fn(void *arg, const struct ckpt *row, struct span image, unsigned hazards);

/*
 * Reads one checkpoint and its image; also on a handle to read. ERR_NOT_FOUND: it is not
 * there. ERR_REFUSED: nobody can change it, whatever is taken upon oneself (two rows have
 * its key; it is a link): the text says why and what to do.
 */
int store_examine(struct store *store, struct key key, store_image_fn *image, void *arg,
	struct err *err);

/*
 * The same of the very place that an image is of: where a store may have several rows of
 * one key (files), it is the row that was changed, not another one with its key.
 * ERR_NOT_FOUND: that one is not there. ERR_USAGE: this store did not write the image.
 */
int store_examine_again(struct store *store, struct key key, struct span like,
	store_image_fn *image, void *arg, struct err *err);

/*
 * What store_examine() will give of a row once it is this image, but for when it is
 * written, without a look at the store: for those who plan a change behind another one.
 * ERR_USAGE: this store did not write the image. ERR_REFUSED: this back end cannot tell.
 */
int store_foresee(struct store *store, struct key key, struct span of,
	store_image_fn *image, void *arg, struct err *err);

/*
 * Whether this user may change the checkpoint that this is an image of, or make it where
 * it is not there any more; also on a handle to read. The checkpoint is not looked for,
 * and nothing is written to find out. ERR_REFUSED: not: read-only, or no right: the text
 * says who may, or who says so. What is not refused here may fail all the same.
 */
int store_permit(struct store *store, struct key key, struct span image, struct err *err);

/* Whether one who may change it may delete it, too. The same. */
int store_permit_delete(struct store *store, struct key key, struct err *err);

/* Whether this store has a way to make such a change: of a checkpoint that is there or
 * not one that will be or not. ERR_REFUSED: the text says what it lacks. */
int store_can_become(
	const struct store *store, bool exists, bool will_exist, struct err *err);

/* What a reset makes of a row. */
struct draft {
	struct key key;	      /* of the row */
	struct span value;    /* stored as the present one is: a number stays a number */
	bool keep_metadata;   /* leave what is there; metadata is ignored */
	struct span metadata; /* finished bytes; none: SQL NULL, or {} in a file */
	int64_t updated_at;   /* by our clock; written by the store's (see
				 store_clock_ahead()), in the format and zone of what it
				 replaces */
};

/* Writes the image that a row would have after a reset into *out (cleared first), without
 * a look at the store. ERR_REFUSED: it cannot hold that (too long for its column, no
 * place for metadata). */
int store_draft(struct store *store, struct span image, const struct draft *draft,
	struct str *out, struct err *err);

/* Whether the store would take this change, as far as it can tell before one is made: by
 * the guard_sql of its configuration, or by types and constraints of its table. It only
 * looks, and locks nothing. seen and wanted are images; none: no checkpoint. ERR_REFUSED:
 * it would not, and why. */
int store_foretell(struct store *store, struct key key, struct span seen,
	struct span wanted, struct err *err);

/* What an image says, for those who only have the image: the journal, an undo. The spans
 * live as long as *memory. False: this back end did not write it. */
struct image_facts {
	struct span value;	  /* none: NULL */
	struct span updated_text; /* none: no time */
	struct span metadata;	  /* none: no metadata */
	bool unreadable;	  /* there is no value, for it cannot be read */
};

bool store_image_read(const struct store *store, struct span image, struct str *memory,
	struct image_facts *out);

/* Whether two images are the same checkpoint: value, metadata and time of the save. What
 * else a row or file has (its owner, columns that nobody named) may differ. */
bool store_image_same(const struct store *store, struct span a, struct span b);

/* Adds to a list (empty before the first) the columns that an image holds and that are
 * not the same in both, but that no reset can set: its statement has no parameter for
 * them, so that images which differ in them are the same. Nothing where a reset writes
 * the whole image. */
void store_image_add_unlike(
	const struct store *store, struct span a, struct span b, struct str *out);

/* One row of an operation. key, seen, wanted and accepted are borrowed. */
struct edit {
	struct key key;
	struct span seen;   /* must be there (see store_image_same()), else CONFLICT */
	struct span wanted; /* and becomes this */
	unsigned accepted;  /* enum edit_hazard taken upon oneself; others refuse */

	/* Set by store_apply() and store_settle(). */
	enum change_result result;
	struct err err; /* of all but CHANGE_DONE; of that only where something is left */
	bool left;	/* a temporary file of it is still there: settling removes it */
	struct str
		found;	 /* CHANGE_CONFLICT: the image that is there instead, empty: none.
			    What was displaced for a moment and put back is it too. */
	struct str made; /* CHANGE_DONE: the image that is there, where the table has set
			    the time of the save by itself, and all else is as wanted,
			    or where `unlike` is not empty; empty: it is the wanted one */
	struct str unlike; /* CHANGE_DONE: the columns, as a list, that are not as wanted
			      because the statement of a query sets them without being
			      told to what (see store_image_add_unlike()) */
};

void edit_clear(struct edit *edit); /* frees what was set */

/* Whose the change is: what the store audit is told in the same transaction. */
struct operation {
	struct span id; /* UUID, also in the names of temporary files */
	int64_t at;
	struct span who;    /* "bob@jump1" */
	struct span action; /* "reset", "delete", "undo", … */
	struct span reason;
	struct span anchor;  /* of the journal's record of the intent, see anchor_add() */
	struct span undo_of; /* none */
};

/*
 * Makes the edits, in their order; what is DONE survives a loss of power. Where the store
 * is ATOMIC all are made or none; elsewhere the first that is not DONE ends it, and those
 * behind it are FAILED and untouched. Where there is a store audit it gets a row for each
 * edit, ATOMIC ones in the same transaction. Returns 0 when all are DONE; else -1 with
 * the first failure in err.
 */
int store_apply(struct store *store, const struct operation *operation,
	struct edit *edits, size_t count, struct err *err);

/*
 * Finds out what became of edits that somebody may have been at when he died, or whose
 * outcome was UNKNOWN, and ends it: DONE, FAILED (what was seen is there, or what others
 * have saved since, and the change never was), or UNKNOWN where even now nothing can be
 * known. Puts back what it had displaced and removes what it left lying about. The same
 * operation and edits as in store_apply(); nobody may be at it any more.
 */
int store_settle(struct store *store, const struct operation *operation,
	struct edit *edits, size_t count, struct err *err);

/* --- the store audit: who changed what, in the store itself --- */

/* One row of it. Spans are borrowed; none where there is nothing. */
struct audit_row {
	struct operation operation;
	struct key key;
	struct span old_value, new_value;    /* none: no checkpoint, or no value */
	bool old_unreadable, new_unreadable; /* no value, for it could not be read */
	bool existed, exists;		     /* before and after */
};

typedef void store_audit_fn(void *arg, const struct audit_row *row);

/* Makes the audit table (or file) and with it the identity of the store. *made false: it
 * was there. */
int store_audit_create(struct store *store, bool *made, struct err *err);

/* Appends the statements that store_audit_create() would run, and the rights that those
 * who reset need, for whoever may run them. */
int store_audit_add_script(struct store *store, struct str *out, struct err *err);

/* Reads it, oldest first; on any handle. Where there is none it has no rows. */
int
store_audit_read(struct store *store, store_audit_fn *row, void *arg, struct err *err);

/* Numbers that none of its rows has, though one behind them has one; of all the tables
 * that it is about. */
struct audit_gap {
	int64_t first, last;
	bool removed; /* this store leaves no number out: each was that of a row */
};

typedef void store_gap_fn(void *arg, const struct audit_gap *gap);

/* More of them are not told of. */
#define STORE_GAPS_MOST 1000

/* Tells where numbers are missing, in their order; on any handle. Nothing where there is
 * no audit, or where its rows have no numbers. What was told before it fails may be
 * wrong.
 */
int store_audit_gaps(struct store *store, store_gap_fn *gap, void *arg, struct err *err);

/*
 * Which store this is, whatever its name: *lasting is the id that store_audit_create()
 * made (empty: none), *present is true of this very file or table until it is replaced.
 * Both cleared first.
 */
int store_identify(
	struct store *store, struct str *lasting, struct str *present, struct err *err);

#endif
