/* SPDX-License-Identifier: MIT
 * Child processes that end with their parent, however it ends. */
#ifndef RUN_CHILDREN_H
#define RUN_CHILDREN_H

#include <stdbool.h>
#include <stdint.h>

#include "base/err.h"

struct children;

/* What a child has of its parent. */
struct child;

/* The life of a child, in its own process, in the process group of the children; 0, or
 * -1 and err. Standard input and output are /dev/null. */
typedef int child_fn(void *arg, struct child *child, struct err *err);

/* No child yet. children_end() it, also after errors. ERR_FAILED. */
int children_new(struct children **out, struct err *err);

/*
 * Starts one. It is killed when the parent dies, and sees the parent's end even where the
 * kernel would not tell it. arg is the child's copy. Only while the process has one
 * thread; the thread that starts children must live as long as they. The name is
 * borrowed. ERR_FAILED.
 */
int children_start(struct children *children, const char *name, child_fn *body, void *arg,
	struct err *err);

/* Waits until every child has said child_ready(); no more are started after that.
 * timeout in microseconds. What the first failing child said, with its name before it;
 * ERR_FAILED when one has ended without a word, or it takes too long. */
int children_await(struct children *children, int64_t timeout, struct err *err);

/* Asks all children to end, waits a moment, kills those that are left; all are gone when
 * this returns. NULL is allowed. */
void children_end(struct children *children);

/* --- in the child --- */

/* It has begun well. */
void child_ready(struct child *child);

/* Waits; false: the parent wants it to end, or is gone. */
bool child_pause(struct child *child, int64_t microseconds);

#endif
