/* SPDX-License-Identifier: MIT */
#include "base/fsio.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/random.h>
#include <unistd.h>

#include "base/fsio_attributes.h"
#include "base/fsio_internal.h"

#define NAME_TRIES 8

/* The new version of a file while it is being made. */
struct draft {
	int dir_fd;
	const char *target;
	char name[32]; /* of the temporary */
	int fd;
	int old_fd; /* the version that is replaced, -1: none */
	struct stat old;
};

/* --- the temporary file --- */

/* Independent of the target's name, so that it is never too long; 60 random bits. */
static int
make_name(char *name, size_t size)
{
	static const char letters[] = "abcdefghijklmnopqrstuvwxyz234567";
	unsigned char random[12];
	char text[13] = "";

	if (getrandom(random, sizeof(random), 0) != (ssize_t)sizeof(random))
		return -1;
	for (size_t i = 0; i < sizeof(random); i++)
		text[i] = letters[random[i] % 32];
	snprintf(name, size, ".ckptop-%s.tmp", text);
	return 0;
}

/* Nobody may read the bytes before the mode of the old file is on them. */
static int
open_draft(struct draft *draft, struct err *err)
{
	mode_t mode = draft->old_fd < 0 ? 0666 : 0600;

	for (int i = 0; i < NAME_TRIES; i++) {
		if (make_name(draft->name, sizeof(draft->name)) != 0)
			break;
		draft->fd = openat(draft->dir_fd, draft->name,
			O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, mode);
		if (draft->fd >= 0)
			return 0;
		if (errno != EEXIST && errno != EINTR)
			break;
	}
	draft->name[0] = '\0'; /* whatever has this name is not ours to remove */
	return err_set_errno(err, ERR_FAILED, errno,
		"cannot make a temporary file for %s; nothing was changed",
		draft->target);
}

/* --- what the old file had --- */

static int
keep_attributes(const struct draft *draft, struct err *err)
{
	struct fsio_attributes old = { 0 };
	int status = fsio_attributes_read(
		&old, draft->old_fd, &draft->old, draft->target, err);

	if (status == 0)
		status = fsio_attributes_set(&old, draft->fd, draft->target, err);
	fsio_attributes_free(&old);
	return status;
}

/* --- onto the disk --- */

/* Closes the draft; after fsync() there is nothing more to lose than a late error. */
static int
finish_draft(struct draft *draft, struct err *err)
{
	int fd = draft->fd;

	if (fsio_sync(fd) != 0)
		return err_set_errno(err, ERR_FAILED, errno,
			"cannot bring %s onto the disk; nothing was changed",
			draft->target);
	draft->fd = -1;
	if (close(fd) != 0 && errno != EINTR)
		return err_set_errno(err, ERR_FAILED, errno,
			"cannot bring %s onto the disk; nothing was changed",
			draft->target);
	return 0;
}

/*
 * After a rename that failed. On a network file system it can have been done although its
 * answer was lost: then the target's name leads to the new file. Gone from both names, it
 * is not known.
 */
static int
judge_rename(
	const struct draft *draft, const struct stat *made, int error, struct err *err)
{
	struct stat now;

	if (fstatat(draft->dir_fd, draft->target, &now, AT_SYMLINK_NOFOLLOW) == 0 &&
		now.st_dev == made->st_dev && now.st_ino == made->st_ino)
		return 0;
	if (fstatat(draft->dir_fd, draft->name, &now, AT_SYMLINK_NOFOLLOW) == 0)
		return err_set_errno(err, ERR_FAILED, error,
			"cannot put the new version of %s in place; nothing was changed",
			draft->target);
	return err_set_errno(err, ERR_UNKNOWN, error,
		"cannot tell whether the new version of %s was put in place; read it "
		"again",
		draft->target);
}

static int
put_in_place(const struct draft *draft, struct err *err)
{
	struct stat made;

	if (fstatat(draft->dir_fd, draft->name, &made, AT_SYMLINK_NOFOLLOW) != 0)
		return err_set_errno(err, ERR_FAILED, errno,
			"cannot find the temporary file for %s again; nothing was "
			"changed",
			draft->target);
	if (renameat(draft->dir_fd, draft->name, draft->dir_fd, draft->target) != 0 &&
		judge_rename(draft, &made, errno, err) != 0)
		return -1;
	if (fsio_sync(draft->dir_fd) != 0 && errno != EINVAL)
		return err_set_errno(err, ERR_UNKNOWN, errno,
			"the new version of %s is in place, but the directory could not "
			"be "
			"brought onto the disk: a power loss may bring the old one back; "
			"look "
			"at the disk, then read the file again",
			draft->target);
	return 0;
}

/* --- all of it --- */

static int
make_draft(struct draft *draft, struct span bytes, struct err *err)
{
	if (open_draft(draft, err) != 0 ||
		fsio_write(draft->fd, draft->target, bytes, err) != 0)
		return -1;
	if (draft->old_fd >= 0 && keep_attributes(draft, err) != 0)
		return -1;
	return finish_draft(draft, err);
}

int
fsio_replace(int dir_fd, const char *name, struct span bytes, struct err *err)
{
	struct draft draft = { .dir_fd = dir_fd, .target = name, .fd = -1 };
	struct err open_err = { 0 };
	int result = -1;

	draft.old_fd = fsio_open_regular(dir_fd, name, &draft.old, &open_err);
	if (draft.old_fd < 0 && open_err.kind != ERR_NOT_FOUND)
		return err_set(err,
			open_err.kind == ERR_UNREACHABLE ? ERR_FAILED : open_err.kind,
			"%s; nothing was changed", open_err.text);
	if (make_draft(&draft, bytes, err) == 0)
		result = put_in_place(&draft, err);
	if (draft.fd >= 0)
		close(draft.fd);
	/* Gone where the rename was done: then there is nothing of this name. */
	if (result != 0 && draft.name[0] != '\0')
		unlinkat(dir_fd, draft.name, 0);
	if (draft.old_fd >= 0)
		close(draft.old_fd);
	return result;
}
