/* SPDX-License-Identifier: MIT
 * Several operations together: what a loop in a shell has done, and how much was changed
 * lately. Both are asked of the journal. */
#ifndef ACTION_GROUP_H
#define ACTION_GROUP_H

#include "action/journal.h"
#include "base/arena.h"

/* Bytes that the name of a group may have. */
#define GROUP_MAX 64

/* ERR_USAGE for a name that is empty, too long, no UTF-8 or has control characters. */
int group_check(struct span group, struct err *err);

/*
 * The operations of a group that have changed something and are not undone, newest first;
 * undos are none of them. The list lives as long as the arena. ERR_NOT_FOUND: there is
 * none. ERR_PARTIAL: the journal has records that cannot be read or are missing, which
 * may be of the group.
 */
int group_find(const char *journal_path, struct span group, struct arena *arena,
	const struct span **ops, size_t *count, struct err *err);

/* The time in which changes are counted, for a limit. */
#define GROUP_LATELY HOUR

/* How many checkpoints were changed since then by resets and deletes that stand: what an
 * undo brought back does not count, unless the undo was undone, and undos never do. */
int group_count_since(
	const char *journal_path, int64_t since, int64_t *count, struct err *err);

#endif
