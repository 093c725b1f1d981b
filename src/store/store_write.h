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
	int64_t updated_at;   /* written in the format of what it replaces */
	struct guard guard;
};

enum change_result {
	CHANGE_DONE,
	CHANGE_CONFLICT, /* the guard did not hold: nothing was written */
	CHANGE_FAILED,	 /* nothing was written */
	CHANGE_UNKNOWN,	 /* it may or may not have been written */
};

/*
 * Writes one checkpoint so that it survives a power loss once CHANGE_DONE is returned.
 * err is set for everything but CHANGE_DONE: ERR_CONFLICT names what is there now,
 * ERR_REFUSED on a read handle or where the store cannot do it.
 */
enum change_result
store_save(struct store *store, const struct change *change, struct err *err);

/*
 * Makes the empty store that config->uri names: the checkpoints table in a new or empty
 * database, a directory. *made false: such a store is already there and was left alone.
 * ERR_REFUSED: read-only, the clock is frozen, the back end cannot, or something else is
 * there.
 */
int store_create(const struct store_config *config, bool *made, struct err *err);

#endif
