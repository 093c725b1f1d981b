/* SPDX-License-Identifier: MIT
 * Room for what will have to be recorded. Only for the files of the journal. */
#ifndef ACTION_JOURNAL_ROOM_H
#define ACTION_JOURNAL_ROOM_H

#include <stdbool.h>
#include <stdint.h>

#include "base/err.h"

/* Kept behind every intent for the records of others, who write at the same time. */
#define JOURNAL_ROOM_OTHERS ((uint64_t)16 << 10)

/*
 * Sees to it, with the lock held, that so many bytes fit behind the end of the file, and
 * keeps them for it where the file system can: then no other file can take them, nor does
 * the file look longer. *kept false: it cannot, and only writing tells whether there is
 * room. ERR_REFUSED: there is none.
 */
int journal_room_keep(int fd, const char *path, uint64_t end, uint64_t bytes, bool *kept,
	struct err *err);

/* Where none can be kept: whether as much is free on the file system, as far as it tells.
 * ERR_REFUSED: it is not. */
int journal_room_look(int fd, const char *path, uint64_t bytes, struct err *err);

/* Whether there is room, as far as that can be told when nothing may be written: fd may
 * be a directory on that file system. ERR_REFUSED: there is none. */
int journal_room_foresee(
	int fd, const char *path, uint64_t end, uint64_t bytes, struct err *err);

#endif
