/* SPDX-License-Identifier: MIT */
#include "base/fsio_exchange.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <unistd.h>

#include "base/fsio_internal.h"

#define READ_TRIES 5

/* --- reading --- */

void
fsio_file_free(struct fsio_file *file)
{
	str_free(&file->bytes);
	fsio_attributes_free(&file->attributes);
	*file = (struct fsio_file){ 0 };
}

/* 1 when all is of one version of the file, 0 when it changed meanwhile. */
static int
capture_open(struct fsio_file *out, int fd, const struct stat *before, const char *name,
	size_t max, struct err *err)
{
	struct file_mark mark_after;
	struct stat after;

	out->mark = file_mark_of(before);
	out->mtime = out->mark.mtime;
	if ((uint64_t)before->st_size > max)
		return err_set(
			err, ERR_DAMAGED, "%s is larger than %zu bytes", name, max);
	if (fsio_read_all(&out->bytes, fd, (size_t)before->st_size, max) != 0)
		return err_set_errno(
			err, ERR_UNREACHABLE, errno, "cannot read the file %s", name);
	if (fsio_attributes_read(&out->attributes, fd, before, name, err) != 0)
		return -1;
	if (fstat(fd, &after) != 0)
		return err_set_errno(
			err, ERR_UNREACHABLE, errno, "cannot read the file %s", name);
	mark_after = file_mark_of(&after);
	/* A rename changes the ctime, and nothing that was read. */
	mark_after.ctime = out->mark.ctime;
	return file_mark_equal(&out->mark, &mark_after) && out->bytes.len <= max;
}

int
fsio_capture(struct fsio_file *out, int *held, int dir_fd, const char *name, size_t max,
	struct err *err)
{
	int result = 0;

	if (held != NULL)
		*held = -1;
	for (int i = 0; i < READ_TRIES && result == 0; i++) {
		struct stat status = { 0 };
		int fd = fsio_open_regular(dir_fd, name, &status, err);

		fsio_file_free(out);
		if (fd < 0)
			return -1;
		result = capture_open(out, fd, &status, name, max, err);
		if (result == 1 && held != NULL)
			*held = fd;
		else
			close(fd);
	}
	if (result == 1)
		return 0;
	fsio_file_free(out);
	return err_set(err, ERR_UNREACHABLE,
		"%s changed each of the %d times that it was read; try again", name,
		READ_TRIES);
}

/* --- making --- */

static int
set_time(int fd, int64_t mtime, const char *target, struct err *err)
{
	struct timespec times[2] = { { .tv_nsec = UTIME_OMIT },
		{ .tv_sec = mtime / 1000000000, .tv_nsec = mtime % 1000000000 } };

	if (mtime == FSIO_NO_TIME)
		return 0;
	if (times[1].tv_nsec < 0) {
		times[1].tv_sec--;
		times[1].tv_nsec += 1000000000;
	}
	if (futimens(fd, times) == 0)
		return 0;
	return err_set_errno(err, ERR_FAILED, errno,
		"cannot set the time of %s; nothing was changed", target);
}

/* The time before the owner, who may be somebody else then. */
static int
fill(const struct fsio_file *file, int fd, const char *target, struct err *err)
{
	if (fsio_write(fd, target, str_span(&file->bytes), err) != 0 ||
		set_time(fd, file->mtime, target, err) != 0 ||
		fsio_attributes_set(&file->attributes, fd, target, err) != 0)
		return -1;
	if (fsio_sync(fd) == 0)
		return 0;
	return err_set_errno(err, ERR_FAILED, errno,
		"cannot bring %s onto the disk; nothing was changed", target);
}

int
fsio_make(const struct fsio_file *file, int *held, int dir_fd, const char *name,
	const char *target, struct err *err)
{
	*held = openat(
		dir_fd, name, O_RDWR | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, 0600);
	if (*held < 0 && errno == EEXIST)
		return err_set(err, ERR_FAILED,
			"there is a file %s already, which only this operation should "
			"make; nothing was changed; see who made it, then remove it",
			name);
	if (*held < 0)
		return err_set_errno(err, ERR_FAILED, errno,
			"cannot make a temporary file for %s; nothing was changed",
			target);
	if (fill(file, *held, target, err) == 0)
		return 0;
	close(*held);
	*held = -1;
	unlinkat(dir_fd, name, 0);
	return -1;
}

/* --- renaming --- */

/* 1: there, 0: not there, -1: cannot be told. */
static int
inode_of(int dir_fd, const char *name, uint64_t *inode)
{
	struct stat status;

	*inode = 0;
	if (fstatat(dir_fd, name, &status, AT_SYMLINK_NOFOLLOW) != 0)
		return errno == ENOENT ? 0 : -1;
	*inode = status.st_ino;
	return 1;
}

/* What a rename that failed has done. own_inode 0: nothing had the name. leaves: done, it
 * leaves the own name empty. */
static enum fsio_moved
judge(int dir_fd, const char *own, uint64_t own_inode, bool leaves, int error)
{
	uint64_t now;
	int there = inode_of(dir_fd, own, &now);

	errno = error;
	if (there < 0 || (there == 0 && own_inode != 0 && !leaves))
		return FSIO_UNCERTAIN;
	if (now != own_inode && !(error == EEXIST && own_inode == 0))
		return FSIO_MOVED;
	if (error == ENOENT)
		return FSIO_MISSING;
	if (error == EEXIST)
		return FSIO_OCCUPIED;
	return error == EINVAL || error == ENOSYS || error == ENOTSUP ? FSIO_UNSUPPORTED
								      : FSIO_NOT_MOVED;
}

enum fsio_moved
fsio_exchange(int dir_fd, const char *own, uint64_t own_inode, const char *other)
{
	if (renameat2(dir_fd, own, dir_fd, other, RENAME_EXCHANGE) == 0)
		return FSIO_MOVED;
	return judge(dir_fd, own, own_inode, false, errno);
}

/* The own name is known to nobody else: where it is not there now, a rename that would
 * replace what has it replaces nothing. */
enum fsio_moved
fsio_move_out(int dir_fd, const char *other, const char *own)
{
	enum fsio_moved moved = FSIO_MOVED;
	uint64_t inode;

	if (renameat2(dir_fd, other, dir_fd, own, RENAME_NOREPLACE) != 0)
		moved = judge(dir_fd, own, 0, false, errno);
	if (moved != FSIO_UNSUPPORTED || inode_of(dir_fd, own, &inode) != 0)
		return moved;
	if (renameat(dir_fd, other, dir_fd, own) == 0)
		return FSIO_MOVED;
	return judge(dir_fd, own, 0, false, errno);
}

/* A link refuses a name that is there, too. */
static enum fsio_moved
link_in(int dir_fd, const char *own, const char *other)
{
	if (linkat(dir_fd, own, dir_fd, other, 0) == 0) {
		unlinkat(dir_fd, own, 0);
		return FSIO_MOVED;
	}
	if (errno == EEXIST)
		return FSIO_OCCUPIED;
	if (errno == ENOENT)
		return FSIO_MISSING;
	return FSIO_UNSUPPORTED;
}

enum fsio_moved
fsio_move_in(int dir_fd, const char *own, uint64_t own_inode, const char *other)
{
	enum fsio_moved moved;

	if (renameat2(dir_fd, own, dir_fd, other, RENAME_NOREPLACE) == 0)
		return FSIO_MOVED;
	moved = judge(dir_fd, own, own_inode, true, errno);
	return moved == FSIO_UNSUPPORTED ? link_in(dir_fd, own, other) : moved;
}

enum fsio_moved
fsio_move_over(int dir_fd, const char *own, uint64_t own_inode, const char *other)
{
	if (renameat(dir_fd, own, dir_fd, other) == 0)
		return FSIO_MOVED;
	return judge(dir_fd, own, own_inode, true, errno);
}

bool
fsio_sync_names(int dir_fd)
{
	return fsio_sync(dir_fd) == 0 || errno == EINVAL;
}
