/* SPDX-License-Identifier: MIT
 * One checkpoint as a store gives it: plain data, not yet judged. */
#ifndef MODEL_CKPT_H
#define MODEL_CKPT_H

#include <stdbool.h>
#include <stdint.h>

#include "base/clock.h"
#include "base/str.h"
#include "model/key.h"

/* How the store itself holds the value (SQLite's typeof(), the kind of a JSON member). */
enum ckpt_storage {
	CKPT_STORAGE_NULL,
	CKPT_STORAGE_INTEGER,
	CKPT_STORAGE_REAL,
	CKPT_STORAGE_TEXT,
	CKPT_STORAGE_BLOB,
	CKPT_STORAGE_OTHER, /* a JSON array, object or boolean, as its text */
};

enum ckpt_flag {
	CKPT_KEY_GUESSED =
		1 << 0, /* the key was split from a file name that allows others */
	CKPT_KEY_REPEATED = 1 << 1, /* more than one row of the store has this key */
	CKPT_SUPERSEDED = 1 << 2,   /* dated tables: an older date, done by definition */
	CKPT_NO_METADATA = 1 << 3,  /* the store has no place for metadata */
	CKPT_NO_UPDATED = 1 << 4,   /* the store has no place for the time of a save */
	CKPT_GONE = 1 << 5, /* store_scan_changes() only: no longer there; only key and
			       where are set */
};

/*
 * All spans are borrowed and live until the callback that received them returns. A
 * checkpoint that cannot be read is delivered all the same, with damage set and whatever
 * is known.
 */
struct ckpt {
	struct key key;
	struct span value; /* exactly as stored, as text; none for SQL NULL */
	enum ckpt_storage storage;
	struct span metadata;	  /* the document as stored, or the part of it that was
				     asked for; none: no metadata */
	uint64_t metadata_more;	  /* bytes of the document that were not read; without any
				     metadata about how many it has, which is then too
				     large to be looked into */
	struct span updated_text; /* the time of the save as stored; none: no time */
	struct stamp updated;	  /* the same, parsed */
	int64_t written_at;	  /* when the medium says it was written (file mtime) or
				     TIME_NONE */
	struct span
		watermark; /* from a column of the store; none: look into the metadata */
	struct span head;  /* from a column of the store; none: ask the head provider */
	struct span lag;   /* from a column of the store, in positions; counts where there
			      is no head; none: made of head and value */
	struct span state; /* what the program says of itself there; or none */
	unsigned flags;	   /* enum ckpt_flag */
	struct span damage; /* why it cannot be read, in the words of the WHY column */
	struct span damage_detail; /* the same for a sentence, with what and where; none:
				      there is no more to say */
	struct span where; /* what names the row in the store: a file name; or none */
};

#endif
