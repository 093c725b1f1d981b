/* SPDX-License-Identifier: MIT
 * The steps of compare-and-set for files: read all that a file has, make another one
 * beside it, exchange their names, and look at what was displaced. The order of the steps
 * is the caller's. All names are plain file names in a directory that is open, as in
 * fsio.h. Any thread. */
#ifndef BASE_FSIO_EXCHANGE_H
#define BASE_FSIO_EXCHANGE_H

#include "base/fsio.h"
#include "base/fsio_attributes.h"

#define FSIO_NO_TIME INT64_MIN

/* A file with all that must be known to bring it back. Start with { 0 }, end with
 * fsio_file_free(). */
struct fsio_file {
	struct str bytes;
	struct fsio_attributes attributes;
	int64_t mtime; /* nanoseconds; FSIO_NO_TIME: when it is written */
	struct file_mark mark;
};

void fsio_file_free(struct fsio_file *file);

/*
 * Reads a regular file of at most max bytes as fsio_read() does, with its attributes; one
 * version of it, never parts of two. *held (may be NULL) is a descriptor of it, -1 after
 * a failure, that the caller closes: while it is open no other file gets the inode.
 */
int fsio_capture(struct fsio_file *out, int *held, int dir_fd, const char *name,
	size_t max, struct err *err);

/*
 * Makes a new file with these bytes, attributes and (unless FSIO_NO_TIME) mtime, and
 * brings it onto the disk. What has the name already is an error, whatever it is.
 * `target` is whose new version it is, for messages. ERR_FAILED, and no file is left.
 * *held is a descriptor of it, as above.
 */
int fsio_make(const struct fsio_file *file, int *held, int dir_fd, const char *name,
	const char *target, struct err *err);

enum fsio_moved {
	FSIO_MOVED,
	FSIO_MISSING,	  /* a name is not there: nothing was done */
	FSIO_OCCUPIED,	  /* the new name is there: nothing was done */
	FSIO_UNSUPPORTED, /* the file system cannot: nothing was done */
	FSIO_NOT_MOVED,	  /* an error: nothing was done */
	FSIO_UNCERTAIN,	  /* an error: nobody knows what was done */
};

/*
 * Renames. `own` is the one of the two names that only the caller uses, and own_inode the
 * file that had it before, 0 where it had none: a rename that reports an error may have
 * been done all the same (rename(2), BUGS), and a look at that name tells. errno is the
 * reason of all but FSIO_MOVED.
 */
enum fsio_moved
fsio_exchange(int dir_fd, const char *own, uint64_t own_inode, const char *other);
enum fsio_moved fsio_move_out(int dir_fd, const char *other, const char *own);
enum fsio_moved
fsio_move_in(int dir_fd, const char *own, uint64_t own_inode, const char *other);

/* Replaces whatever has the other name: where the file system can do no better. */
enum fsio_moved
fsio_move_over(int dir_fd, const char *own, uint64_t own_inode, const char *other);

/* Brings the names of a directory onto the disk. False, and errno; a file system that
 * cannot sync a directory at all has nothing to wait for. */
bool fsio_sync_names(int dir_fd);

#endif
