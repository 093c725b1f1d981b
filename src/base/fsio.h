/* SPDX-License-Identifier: MIT
 * Files that survive: bounded reads that follow no link, and replacement that is on the
 * disk when it returns. All names are relative to a directory that the caller holds open.
 */
#ifndef BASE_FSIO_H
#define BASE_FSIO_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/stat.h>

#include "base/err.h"
#include "base/str.h"

/* What tells one version of a file from another; never the inode alone. */
struct file_mark {
	uint64_t device, inode, size;
	int64_t ctime, mtime; /* nanoseconds */
	uint64_t links;	      /* how many names the file has; not compared */
};

struct file_mark file_mark_of(const struct stat *status);
bool file_mark_equal(const struct file_mark *a, const struct file_mark *b);

/* Opens a directory without following a link at its end; close() it. -1 and err on
 * failure: ERR_UNREACHABLE. */
int fsio_open_dir(const char *path, struct err *err);

/*
 * Reads a regular file of at most max bytes into *out (cleared first) and its mark into
 * *mark. Follows no symbolic link and leaves the directory by no other way; never blocks
 * on a FIFO or device. Reads again while the file changes under it (a few times).
 * ERR_NOT_FOUND, ERR_DAMAGED ("not a regular file", "larger than …"), ERR_UNREACHABLE.
 */
int fsio_read(struct str *out, struct file_mark *mark, int dir_fd, const char *name,
	size_t max, struct err *err);

/*
 * Puts these bytes in place of the file: temporary name in the same directory (never
 * ending in .json, opened exclusively), write, owner and mode of the old file kept (a new
 * one gets mode 0666 less the umask), fsync, rename, fsync of the directory. After 0 the
 * new bytes survive a power loss. After -1 the old file is in place and no temporary is
 * left (ERR_FAILED); ERR_UNKNOWN when the rename was done but the directory could not be
 * synced.
 */
int fsio_replace(int dir_fd, const char *name, struct span bytes, struct err *err);

/* Exclusive flock() on a directory, waited for up to timeout (microseconds). The lock
 * ends when the descriptor is closed or fsio_unlock() is called. ERR_UNREACHABLE on
 * timeout. */
int fsio_lock(int dir_fd, int64_t timeout, struct err *err);
void fsio_unlock(int dir_fd);

/* The type of file system a directory is on, "ext4", "nfs", … or "" when not known. */
const char *fsio_type(int dir_fd);

#endif
