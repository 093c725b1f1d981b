/* SPDX-License-Identifier: MIT */
#include "base/fsio.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/random.h>
#include <sys/xattr.h>
#include <unistd.h>

#include "base/fsio_internal.h"
#include "base/mem.h"

#define NAME_TRIES 8
#define ACL	   "system.posix_acl_access"

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

static int
write_all(const struct draft *draft, struct span bytes, struct err *err)
{
	while (bytes.len > 0) {
		ssize_t put = write(draft->fd, bytes.at, bytes.len);

		if (put < 0 && errno == EINTR)
			continue;
		if (put <= 0)
			return err_set_errno(err, ERR_FAILED, put < 0 ? errno : EIO,
				"cannot write %s; nothing was changed", draft->target);
		bytes.at += put;
		bytes.len -= (size_t)put;
	}
	return 0;
}

/* --- what the old file had --- */

static int
keep_owner_and_mode(const struct draft *draft, struct err *err)
{
	struct stat now;

	if (fstat(draft->fd, &now) != 0)
		return err_set_errno(err, ERR_FAILED, errno,
			"cannot look at the new version of %s; nothing was changed",
			draft->target);
	if ((now.st_uid != draft->old.st_uid || now.st_gid != draft->old.st_gid) &&
		fchown(draft->fd, draft->old.st_uid, draft->old.st_gid) != 0)
		return err_set_errno(err, ERR_FAILED, errno,
			"cannot keep the owner of %s (user %u, group %u); nothing was "
			"changed; "
			"do this as that user or as root",
			draft->target, (unsigned)draft->old.st_uid,
			(unsigned)draft->old.st_gid);
	if (fchmod(draft->fd, draft->old.st_mode & 07777) != 0)
		return err_set_errno(err, ERR_FAILED, errno,
			"cannot keep the mode of %s; nothing was changed", draft->target);
	return 0;
}

static int
copy_attribute(const struct draft *draft, const char *name)
{
	ssize_t size = fgetxattr(draft->old_fd, name, NULL, 0);
	void *value;
	int result = -1;

	if (size < 0)
		return errno == ENODATA ? 0 : -1; /* removed meanwhile */
	value = mem_new(size > 0 ? (size_t)size : 1, 1);
	size = fgetxattr(draft->old_fd, name, value, (size_t)size);
	if (size >= 0)
		result = fsetxattr(draft->fd, name, value, (size_t)size, 0);
	free(value);
	return result;
}

/* The names of the attributes, one NUL-terminated name after the other; free() them. */
static ssize_t
list_attributes(int fd, char **names)
{
	ssize_t size = flistxattr(fd, NULL, 0);

	*names = NULL;
	if (size <= 0)
		return size < 0 && errno == ENOTSUP ? 0 : size;
	*names = mem_new((size_t)size, 1);
	return flistxattr(fd, *names, (size_t)size);
}

static int
copy_attributes(const struct draft *draft, const char *names, ssize_t size)
{
	bool acl = false;

	for (ssize_t at = 0; at < size; at += (ssize_t)strlen(names + at) + 1) {
		const char *name = names + at;

		if (strcmp(name, ACL) == 0)
			acl = true;
		else if (strncmp(name, "user.", 5) == 0 &&
			 copy_attribute(draft, name) != 0)
			return -1;
	}
	/* Last, because the ACL may take from us the right to set attributes. */
	if (acl)
		return copy_attribute(draft, ACL);
	/* What the draft has is the directory's default ACL, not the old file's. */
	if (fremovexattr(draft->fd, ACL) != 0 && errno != ENODATA && errno != ENOTSUP)
		return -1;
	return 0;
}

static int
keep_attributes(const struct draft *draft, struct err *err)
{
	char *names;
	ssize_t size = list_attributes(draft->old_fd, &names);
	int result = size < 0 ? -1 : copy_attributes(draft, names, size);

	if (result != 0)
		err_set_errno(err, ERR_FAILED, errno,
			"cannot keep the ACL and attributes of %s; nothing was changed",
			draft->target);
	free(names);
	return result;
}

/* --- onto the disk --- */

static int
sync_fd(int fd)
{
	int result;

	/* An error is told once and then forgotten, so only an interruption is retried.
	 */
	do
		result = fsync(fd);
	while (result != 0 && errno == EINTR);
	return result;
}

/* Closes the draft; after fsync() there is nothing more to lose than a late error. */
static int
finish_draft(struct draft *draft, struct err *err)
{
	int fd = draft->fd;

	if (sync_fd(fd) != 0)
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
	if (sync_fd(draft->dir_fd) != 0 && errno != EINVAL)
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
	if (open_draft(draft, err) != 0 || write_all(draft, bytes, err) != 0)
		return -1;
	/* The mode last: it may be one that forbids us the rest. */
	if (draft->old_fd >= 0 && (keep_attributes(draft, err) != 0 ||
					  keep_owner_and_mode(draft, err) != 0))
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
