/* SPDX-License-Identifier: MIT
 * What a handle of libckpt knows of each checkpoint: the value it loaded or saved last,
 * which must still be there when it saves. */
#ifndef LIB_FENCE_H
#define LIB_FENCE_H

#include <stdbool.h>

#include "model/ckpt.h"

struct fence;

/* One checkpoint as this handle knows it. */
struct fence_post {
	bool present;	  /* false: it was not there */
	bool null;	  /* it was there, without a value */
	struct str value; /* while present and not null */
	bool doubtful;	  /* a save had an unknown outcome: it may have become `tried` */
	struct str tried;
};

struct fence *fence_new(void);
void fence_free(struct fence *fence);

/* What is known of a key; NULL: it was never loaded. Borrowed until the key is set. */
const struct fence_post *fence_find(const struct fence *fence, struct key key);

/* The checkpoint is not there. */
void fence_set_absent(struct fence *fence, struct key key);

/* The checkpoint has this value; none: it has no value. */
void fence_set_value(struct fence *fence, struct key key, struct span value);

/* The value may have become this one. */
void fence_set_doubtful(struct fence *fence, struct key key, struct span tried);

/* Nothing is known of the key any more. */
void fence_forget(struct fence *fence, struct key key);

/*
 * True when what is there now (NULL: nothing) may be what the handle left there. The
 * store may have changed the form of a number that it was given, as SQLite does in a
 * column of numbers: 007 and 7, 1e3 and 1000 are the same then.
 */
bool fence_holds(const struct fence_post *post, const struct ckpt *now);

#endif
