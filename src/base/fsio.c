/* SPDX-License-Identifier: MIT */
#include "base/fsio.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <linux/magic.h>
#include <linux/openat2.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/syscall.h>
#include <sys/vfs.h>
#include <time.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/fsio_internal.h"
#include "base/mem.h"

#define READ_TRIES 5

/* Twice the longest tick of a kernel's clock for files (100 Hz). */
#define FRESH (20 * MILLISECOND)

/* --- marks --- */

static int64_t
nanoseconds(struct timespec time)
{
	int64_t sum;

	if (__builtin_mul_overflow((int64_t)time.tv_sec, INT64_C(1000000000), &sum) ||
		__builtin_add_overflow(sum, (int64_t)time.tv_nsec, &sum))
		return INT64_MAX;
	return sum;
}

struct file_mark
file_mark_of(const struct stat *status)
{
	return (struct file_mark){
		.device = status->st_dev,
		.inode = status->st_ino,
		.size = (uint64_t)status->st_size,
		.ctime = nanoseconds(status->st_ctim),
		.mtime = nanoseconds(status->st_mtim),
		.links = status->st_nlink,
	};
}

bool
file_mark_equal(const struct file_mark *a, const struct file_mark *b)
{
	return a->device == b->device && a->inode == b->inode && a->size == b->size &&
	       a->ctime == b->ctime && a->mtime == b->mtime;
}

bool
file_mark_is_fresh(const struct file_mark *mark, int64_t now)
{
	return !clock_is_frozen() && mark->ctime / 1000 > now - FRESH;
}

/* --- opening --- */

int
fsio_open_dir(const char *path, struct err *err)
{
	char *copy = mem_copy(path, strlen(path));
	size_t len = strlen(copy);
	int fd, error;

	/* A slash at the end would make the kernel follow a link before it. */
	while (len > 1 && copy[len - 1] == '/')
		copy[--len] = '\0';
	fd = open(copy, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
	error = errno;
	free(copy);
	if (fd >= 0)
		return fd;
	if (error == ELOOP || error == ENOTDIR)
		return err_set_errno(err, ERR_UNREACHABLE, error,
			"cannot open the directory %s (a link to one is not followed: "
			"name what "
			"it points to)",
			path);
	return err_set_errno(
		err, ERR_UNREACHABLE, error, "cannot open the directory %s", path);
}

static bool
is_plain_name(const char *name)
{
	return name[0] != '\0' && strchr(name, '/') == NULL && strcmp(name, ".") != 0 &&
	       strcmp(name, "..") != 0;
}

/* openat2() stays below the directory whatever the name is; where the kernel is too old
 * or a container forbids it, a plain name and O_NOFOLLOW say the same. */
static int
open_below(int dir_fd, const char *name)
{
	struct open_how how = {
		.flags = O_RDONLY | O_NONBLOCK | O_NOCTTY | O_NOFOLLOW | O_CLOEXEC,
		.resolve = RESOLVE_BENEATH | RESOLVE_NO_SYMLINKS | RESOLVE_NO_MAGICLINKS,
	};
	int fd;

	do
		fd = (int)syscall(SYS_openat2, dir_fd, name, &how, sizeof(how));
	while (fd < 0 && errno == EINTR);
	if (fd < 0 && (errno == ENOSYS || errno == EPERM)) {
		do
			fd = openat(dir_fd, name, (int)how.flags);
		while (fd < 0 && errno == EINTR);
	}
	return fd;
}

static int
refuse_open(struct err *err, int error, const char *name)
{
	if (error == ENOENT)
		return err_set(err, ERR_NOT_FOUND, "there is no file %s", name);
	if (error == ELOOP || error == EXDEV)
		return err_set(err, ERR_DAMAGED,
			"%s is a symbolic link, which is not followed", name);
	if (error == ENXIO || error == ENODEV)
		return err_set(err, ERR_DAMAGED, "%s is not a regular file", name);
	return err_set_errno(
		err, ERR_UNREACHABLE, error, "cannot open the file %s", name);
}

int
fsio_open_regular(int dir_fd, const char *name, struct stat *status, struct err *err)
{
	int fd, error;

	if (!is_plain_name(name))
		return err_set(err, ERR_USAGE, "'%s' is not a plain file name", name);
	fd = open_below(dir_fd, name);
	if (fd < 0)
		return refuse_open(err, errno, name);
	if (fstat(fd, status) != 0) {
		error = errno;
		close(fd);
		return err_set_errno(
			err, ERR_UNREACHABLE, error, "cannot look at the file %s", name);
	}
	if (!S_ISREG(status->st_mode)) {
		close(fd);
		return err_set(err, ERR_DAMAGED, "%s is not a regular file", name);
	}
	return fd;
}

/* --- reading --- */

/* A read that gives less than was asked for, just where the file is known to end, has
 * shown the end and spares another. */
int
fsio_read_all(struct str *out, int fd, size_t size, size_t max)
{
	char chunk[16384];

	while (out->len <= max) {
		size_t wanted = max + 1 - out->len;
		ssize_t got;

		if (wanted > sizeof(chunk))
			wanted = sizeof(chunk);
		got = read(fd, chunk, wanted);
		if (got < 0 && errno == EINTR)
			continue;
		if (got < 0)
			return -1;
		str_add_span(out, (struct span){ chunk, (size_t)got });
		if (got == 0 || ((size_t)got < wanted && out->len == size))
			break;
	}
	return 0;
}

/* 1 when the bytes are those of one version of the file, 0 when it changed meanwhile. */
static int
read_once(struct str *out, struct file_mark *mark, int dir_fd, const char *name,
	size_t max, struct err *err)
{
	struct stat before = { 0 }, after;
	struct file_mark mark_after;
	int fd, result = -1;

	str_clear(out);
	*mark = (struct file_mark){ 0 };
	fd = fsio_open_regular(dir_fd, name, &before, err);
	if (before.st_ino != 0)
		*mark = file_mark_of(&before);
	if (fd < 0)
		return -1;
	if ((uint64_t)before.st_size > max) {
		err_set(err, ERR_DAMAGED, "%s is larger than %zu bytes", name, max);
	} else if (fsio_read_all(out, fd, (size_t)before.st_size, max) != 0 ||
		   fstat(fd, &after) != 0) {
		err_set_errno(
			err, ERR_UNREACHABLE, errno, "cannot read the file %s", name);
	} else {
		mark_after = file_mark_of(&after);
		result = file_mark_equal(mark, &mark_after) && out->len <= max;
	}
	close(fd);
	return result;
}

int
fsio_read(struct str *out, struct file_mark *mark, int dir_fd, const char *name,
	size_t max, struct err *err)
{
	struct file_mark unwanted;
	int result = 0;

	for (int i = 0; i < READ_TRIES && result == 0; i++)
		result = read_once(
			out, mark != NULL ? mark : &unwanted, dir_fd, name, max, err);
	if (result == 1)
		return 0;
	str_clear(out);
	return err_set(err, ERR_UNREACHABLE,
		"%s changed each of the %d times that it was read; try again", name,
		READ_TRIES);
}

/* --- writing --- */

int
fsio_write(int fd, const char *target, struct span bytes, struct err *err)
{
	while (bytes.len > 0) {
		ssize_t put = write(fd, bytes.at, bytes.len);

		if (put < 0 && errno == EINTR)
			continue;
		if (put <= 0)
			return err_set_errno(err, ERR_FAILED, put < 0 ? errno : EIO,
				"cannot write %s; nothing was changed", target);
		bytes.at += put;
		bytes.len -= (size_t)put;
	}
	return 0;
}

int
fsio_sync(int fd)
{
	int result;

	do
		result = fsync(fd);
	while (result != 0 && errno == EINTR);
	return result;
}

/* --- locks --- */

int
fsio_lock(int dir_fd, int64_t timeout, struct err *err)
{
	int64_t deadline, pause = MILLISECOND;

	if (__builtin_add_overflow(clock_monotonic(), timeout, &deadline))
		deadline = INT64_MAX;
	while (flock(dir_fd, LOCK_EX | LOCK_NB) != 0) {
		int64_t left = deadline - clock_monotonic();
		struct timespec nap;

		if (errno == EINTR)
			continue;
		if (errno != EWOULDBLOCK)
			return err_set_errno(err, ERR_UNREACHABLE, errno,
				"cannot lock the directory (file system %s)",
				fsio_type(dir_fd)[0] != '\0' ? fsio_type(dir_fd)
							     : "not known");
		if (left <= 0)
			return err_set(err, ERR_UNREACHABLE,
				"the directory is locked by another program; try again "
				"when it "
				"has ended");
		if (pause > left)
			pause = left;
		nap = (struct timespec){ pause / SECOND, pause % SECOND * 1000 };
		nanosleep(&nap, NULL);
		pause = pause < 16 * MILLISECOND ? pause * 2 : pause;
	}
	return 0;
}

void
fsio_unlock(int dir_fd)
{
	flock(dir_fd, LOCK_UN);
}

/* --- file systems --- */

static const struct file_system {
	uint32_t magic;
	const char *name;
	bool shared;	/* other hosts write there, and the kernel does not tell of it */
	bool exchanges; /* renameat2() can exchange two files there */
} file_systems[] = {
	{ EXT4_SUPER_MAGIC, "ext4", false, true },
	{ XFS_SUPER_MAGIC, "xfs", false, true },
	{ BTRFS_SUPER_MAGIC, "btrfs", false, true },
	{ F2FS_SUPER_MAGIC, "f2fs", false, true },
	{ 0x2fc12fc1, "zfs", false, true },
	{ TMPFS_MAGIC, "tmpfs", false, true },
	{ RAMFS_MAGIC, "ramfs", false, true },
	{ OVERLAYFS_SUPER_MAGIC, "overlay", false, true },
	{ MSDOS_SUPER_MAGIC, "vfat", false, true },
	{ EXFAT_SUPER_MAGIC, "exfat", false, false },
	{ SQUASHFS_MAGIC, "squashfs", false, false },
	{ NFS_SUPER_MAGIC, "nfs", true, false },
	{ SMB_SUPER_MAGIC, "smb", true, false },
	{ SMB2_SUPER_MAGIC, "smb2", true, false },
	{ CIFS_SUPER_MAGIC, "cifs", true, false },
	{ CEPH_SUPER_MAGIC, "ceph", true, false },
	{ V9FS_MAGIC, "9p", true, false },
	{ FUSE_SUPER_MAGIC, "fuse", true,
		false }, /* also virtiofs, and whatever sshfs shows */
	{ AFS_SUPER_MAGIC, "afs", true, false },
	{ AFS_FS_MAGIC, "afs", true, false },
	{ CODA_SUPER_MAGIC, "coda", true, false },
	{ 0x786f4256, "vboxsf", true, false },
	{ 0x01161970, "gfs2", true, false },
	{ 0x7461636f, "ocfs2", true, false },
	{ 0x0bd00bd0, "lustre", true, false },
	{ 0x47504653, "gpfs", true, false },
};

const char *
fsio_type(int dir_fd)
{
	struct statfs status;

	if (fstatfs(dir_fd, &status) == 0) {
		for (size_t i = 0; i < sizeof(file_systems) / sizeof(*file_systems); i++)
			if (file_systems[i].magic == (uint32_t)status.f_type)
				return file_systems[i].name;
	}
	return "";
}

bool
fsio_is_shared(const char *type)
{
	for (size_t i = 0; i < sizeof(file_systems) / sizeof(*file_systems); i++)
		if (strcmp(file_systems[i].name, type) == 0)
			return file_systems[i].shared;
	return false;
}

bool
fsio_can_exchange(const char *type)
{
	for (size_t i = 0; i < sizeof(file_systems) / sizeof(*file_systems); i++)
		if (strcmp(file_systems[i].name, type) == 0)
			return file_systems[i].exchanges;
	return false;
}
