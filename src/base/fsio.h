/* SPDX-License-Identifier: MIT
 * Files that survive: bounded reads that follow no link, and replacement that is on the
 * disk when it returns. All names are plain file names (no '/', not "." or "..") in a
 * directory that the caller holds open for reading; another name is ERR_USAGE. Any
 * thread. */
#ifndef BASE_FSIO_H
#define BASE_FSIO_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/stat.h>

#include "base/err.h"
#include "base/str.h"

/* What tells one version of a file from another; never the inode alone. Times later than
 * the year 2262 are held as that. */
struct file_mark {
	uint64_t device, inode, size;
	int64_t ctime, mtime; /* nanoseconds */
	uint64_t links;	      /* how many names the file has; not compared */
};

struct file_mark file_mark_of(const struct stat *status);
bool file_mark_equal(const struct file_mark *a, const struct file_mark *b);

/*
 * True when the file changed so lately (or in the future) that one more change could
 * leave the same mark: older kernels tick only every 4 to 10 ms. What was read is good,
 * but an equal mark later does not prove that it still is: read again once. now is
 * clock_now(); a frozen clock knows nothing, and nothing is fresh then.
 */
bool file_mark_is_fresh(const struct file_mark *mark, int64_t now);

/* Opens a directory without following a link at its end; close() it. -1 and err on
 * failure: ERR_UNREACHABLE. */
int fsio_open_dir(const char *path, struct err *err);

/*
 * Reads a regular file of at most max bytes into *out (cleared first) and its mark into
 * *mark (may be NULL; all 0 when there was nothing to open, so that a damaged file has a
 * time too). Follows no symbolic link; never blocks on a FIFO or device. Reads again
 * while the file changes under it, five times in all. ERR_NOT_FOUND, ERR_DAMAGED ("is not
 * a regular file", "is larger than …", a link), ERR_UNREACHABLE. *out is empty after -1.
 */
int fsio_read(struct str *out, struct file_mark *mark, int dir_fd, const char *name,
	size_t max, struct err *err);

/*
 * Puts these bytes in place of the file: temporary name in the same directory
 * (".ckptop-" and 12 random characters and ".tmp", opened exclusively), write, owner,
 * mode, POSIX ACL and user.* attributes of the old file kept (a new one gets mode 0666
 * less the umask, and what the directory's default ACL says), fsync, rename, fsync of the
 * directory. After 0 the new bytes survive a power loss, as far as the file system can
 * sync a directory at all (where it answers EINVAL there is nothing to wait for).
 *
 * After -1 the old file is in place and no temporary is left: ERR_FAILED, also where the
 * owner could not be kept; ERR_DAMAGED when the old one is no regular file. Only with
 * ERR_UNKNOWN the new bytes are in place, or may be, and could be lost again.
 *
 * A file with several names (file_mark.links) loses the one that is replaced to the new
 * file; the others keep the old bytes.
 */
int fsio_replace(int dir_fd, const char *name, struct span bytes, struct err *err);

/* Writes all bytes into the new version of the file `target`, which is open. ERR_FAILED,
 * and errno. */
int fsio_write(int fd, const char *target, struct span bytes, struct err *err);

/* fsync() of a file or directory; errno as there. An error is told once and then
 * forgotten, so only an interruption is tried again. */
int fsio_sync(int fd);

/* Exclusive flock() on a directory, waited for up to timeout (microseconds, 0 only
 * tries). It keeps out others who lock, nobody else. The lock ends when the descriptor is
 * closed or fsio_unlock() is called. ERR_UNREACHABLE on timeout, and where the file
 * system cannot lock. */
int fsio_lock(int dir_fd, int64_t timeout, struct err *err);
void fsio_unlock(int dir_fd);

/* The type of file system a directory is on: "ext4" (also for ext2 and ext3, which answer
 * the same), "xfs", "nfs", … or "" when not known. */
const char *fsio_type(int dir_fd);

/* True for the types of file system that other hosts may write to at the same time: the
 * kernel does not tell what they do there, and their locks are not ours. */
bool fsio_is_shared(const char *type);

/* True for the types of file system that can exchange two files in one step, as far as
 * the type tells: whether this very one can is only known when it is tried. */
bool fsio_can_exchange(const char *type);

#endif
