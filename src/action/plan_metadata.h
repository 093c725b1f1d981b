/* SPDX-License-Identifier: MIT
 * What a reset leaves in the metadata of a checkpoint: who, when, from where, why. */
#ifndef ACTION_PLAN_METADATA_H
#define ACTION_PLAN_METADATA_H

#include <stdint.h>

#include "base/str.h"

/* Our members; the rest of the document belongs to the pipeline. */
struct metadata_mark {
	struct span by, reason, id;
	struct span from; /* the value it had; none: null */
	int64_t at;
};

enum metadata_fate {
	METADATA_NO_PLACE, /* the store has none for it */
	METADATA_SPLICED,  /* an object: our members replaced or added, every other byte
			      as it was */
	METADATA_NEW, /* there was none, or it said nothing: an object of ours alone */
	METADATA_FOREIGN, /* something else, or damaged: untouched */
};

/* Writes the document that is to stand there into *out (cleared first); with
 * METADATA_FOREIGN nothing. */
enum metadata_fate
metadata_mark(struct str *out, struct span document, const struct metadata_mark *mark);

#endif
