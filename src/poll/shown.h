/* SPDX-License-Identifier: MIT
 * The one metadata document that a picture shows. It is not asked for again as long as
 * nothing has come of its checkpoint: it may be large, and pictures are made often. */
#ifndef POLL_SHOWN_H
#define POLL_SHOWN_H

#include "base/arena.h"
#include "model/key.h"
#include "store/store.h"

/* Zero it first; end it with shown_forget(). */
struct shown {
	struct arena *arena; /* NULL: none is known */
	struct key key;
	struct span metadata; /* none: the checkpoint has no document */
	uint64_t more;	      /* see struct ckpt */
};

/* Reads the document of a checkpoint, unless it is known. -1: it cannot be read now, or
 * the checkpoint is gone. */
int shown_read(struct shown *shown, struct store *store, struct key key);

/* A scan has brought something of this checkpoint. */
void shown_note(struct shown *shown, struct key key);

void shown_forget(struct shown *shown);

#endif
