/* SPDX-License-Identifier: MIT */
#include "base/permit.h"

#include <errno.h>
#include <fcntl.h>
#include <libgen.h>
#include <linux/capability.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "base/fsio.h"
#include "base/mem.h"

/* What hinders, and what helps against it. */
struct hindrance {
	const char *what, *remedy;
};

static const struct hindrance no_right = { "may not be written by this user",
	"do this as its owner" };
static const struct hindrance own_right = { "may not be written by this user, its owner",
	"give yourself the right first (chmod u+w)" };
static const struct hindrance read_only = { "is on a file system that is read-only",
	"see why it is (mount)" };
static const struct hindrance immutable = { "is immutable or may only be appended to",
	"see why it is (lsattr)" };
static const struct hindrance foreign = {
	"belongs to somebody else, and only he or root can put another one in its place",
	"do this as its owner"
};
static const struct hindrance foreign_group = {
	"is of a group that this user, its owner, is not in, and only a member of it or "
	"root can put another file of that group in its place",
	"do this as root, or when you are in that group"
};

static int
refuse(const struct hindrance *hindrance, const struct statx *status, const char *path,
	struct err *err)
{
	return err_set(err, ERR_REFUSED,
		"%s %s (it belongs to uid %u, gid %u, mode %04o, and this is uid %u); "
		"nothing was written; %s",
		path, hindrance->what, status->stx_uid, status->stx_gid,
		status->stx_mode & 07777, (unsigned)geteuid(), hindrance->remedy);
}

/* What cannot be looked at is not refused: whoever tries sees. */
static int
check(int dir_fd, const char *name, int mode, const char *path, struct err *err)
{
	const uint64_t fixed = STATX_ATTR_IMMUTABLE | STATX_ATTR_APPEND;
	struct statx status;

	if (statx(dir_fd, name, 0, STATX_BASIC_STATS, &status) != 0)
		return 0;
	if (faccessat(dir_fd, name, mode, AT_EACCESS) != 0) {
		if (errno == EROFS)
			return refuse(&read_only, &status, path, err);
		if (errno == EACCES || errno == EPERM)
			return refuse((status.stx_attributes & fixed) ? &immutable
				      : status.stx_uid == geteuid()   ? &own_right
								      : &no_right,
				&status, path, err);
	}
	if (status.stx_attributes & fixed)
		return refuse(&immutable, &status, path, err);
	return 0;
}

int
permit_directory(int dir_fd, const char *path, struct err *err)
{
	return check(dir_fd, ".", W_OK | X_OK, path, err);
}

int
permit_making(const char *path, struct err *err)
{
	char *copy = mem_copy(path, strlen(path));
	const char *directory = dirname(copy);
	int status = check(AT_FDCWD, directory, W_OK | X_OK, directory, err);

	free(copy);
	return status;
}

int
permit_writing(int dir_fd, const char *name, const char *path, struct err *err)
{
	return check(dir_fd, name, W_OK, path, err);
}

int
permit_beside(const char *path, const char *why, struct err *err)
{
	char *real = realpath(path, NULL), *directory;
	int status = 0;

	if (real == NULL)
		return 0;
	directory = mem_copy(real, strlen(real));
	status = check(AT_FDCWD, dirname(directory), W_OK | X_OK, dirname(real), err);
	if (status != 0)
		err_prefix(err, "%s: %s cannot be made beside it", path, why);
	free(directory);
	free(real);
	return status;
}

/* --- owners --- */

static bool
may_give_away(void)
{
	struct __user_cap_header_struct header = { .version =
							   _LINUX_CAPABILITY_VERSION_3 };
	struct __user_cap_data_struct data[2];

	return syscall(SYS_capget, &header, data) != 0 ||
	       (data[0].effective & (1U << CAP_CHOWN)) != 0;
}

static bool
is_in_group(uint32_t group)
{
	gid_t groups[1024];
	int count = getgroups(sizeof(groups) / sizeof(*groups), groups);

	if (count < 0 || getegid() == group)
		return true;
	for (int i = 0; i < count; i++)
		if (groups[i] == group)
			return true;
	return false;
}

/* Where a new file is whose it seems to be: elsewhere (FAT, networks, user space) the
 * file system may say what it likes. */
static bool
has_owners(int dir_fd)
{
	static const char *const types[] = { "ext4", "xfs", "btrfs", "tmpfs", "overlay" };
	const char *type = fsio_type(dir_fd);

	for (size_t i = 0; i < sizeof(types) / sizeof(*types); i++)
		if (strcmp(type, types[i]) == 0)
			return true;
	return false;
}

int
permit_replacing(int dir_fd, const char *name, const char *path, struct err *err)
{
	const uint64_t fixed = STATX_ATTR_IMMUTABLE | STATX_ATTR_APPEND;
	struct statx status, directory;
	bool inherits;

	if (statx(dir_fd, name, AT_SYMLINK_NOFOLLOW, STATX_BASIC_STATS, &status) != 0 ||
		statx(dir_fd, "", AT_EMPTY_PATH, STATX_BASIC_STATS, &directory) != 0)
		return 0;
	if (status.stx_attributes & fixed)
		return refuse(&immutable, &status, path, err);
	inherits = (directory.stx_mode & S_ISGID) && directory.stx_gid == status.stx_gid;
	if (!has_owners(dir_fd) || may_give_away() ||
		(status.stx_uid == geteuid() &&
			(inherits || is_in_group(status.stx_gid))))
		return 0;
	return refuse(status.stx_uid == geteuid() ? &foreign_group : &foreign, &status,
		path, err);
}
