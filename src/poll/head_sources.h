/* SPDX-License-Identifier: MIT
 * The stores that heads are asked in beside the one whose heads they are: opened when one
 * is asked for the first time, and not tried again too soon where that fails. One thread.
 */
#ifndef POLL_HEAD_SOURCES_H
#define POLL_HEAD_SOURCES_H

#include "model/head_spec.h"
#include "store/store.h"

struct head_source;

struct head_sources {
	const struct store_config
		*config; /* of the store whose heads they are, borrowed */
	struct head_source **list;
	size_t count;
};

/* The store that this head is asked in, borrowed: own, where it names no other. NULL: it
 * cannot be asked now, with the reason. */
struct store *head_sources_open(struct head_sources *sources,
	const struct head_spec *head, struct store *own, struct err *err);

/* It could not be asked: it is opened afresh, after a while. Nothing where it is that of
 * the checkpoints, which their poll looks after. */
void head_sources_failed(struct head_sources *sources, const struct head_spec *head,
	const struct err *err);

/* Closes all, in the thread that opened them; they are opened again when they are asked.
 */
void head_sources_close(struct head_sources *sources);

/* All must be closed. */
void head_sources_free(struct head_sources *sources);

#endif
