/* SPDX-License-Identifier: MIT */
#include "action/journal_room.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/statvfs.h>
#include <unistd.h>

/* A limit of the process knows nothing of what is kept beyond the end. */
static bool
is_within_limit(uint64_t end, uint64_t bytes)
{
	struct rlimit limit;

	return getrlimit(RLIMIT_FSIZE, &limit) != 0 || limit.rlim_cur == RLIM_INFINITY ||
	       (end <= limit.rlim_cur && bytes <= limit.rlim_cur - end);
}

static int
keep(int fd, uint64_t end, uint64_t bytes)
{
	if (!is_within_limit(end, bytes))
		return EFBIG;
	while (fallocate(fd, FALLOC_FL_KEEP_SIZE, (off_t)end, (off_t)bytes) != 0)
		if (errno != EINTR)
			return errno;
	return 0;
}

static int
no_room(const char *path, uint64_t bytes, int error, struct err *err)
{
	return err_set(err, ERR_REFUSED,
		"the journal %s has no room for this change and for what becomes of it "
		"(%llu bytes: %s); without a journal nothing is changed: make room on "
		"its file system, or raise the limit (ulimit -f, quota)",
		path, (unsigned long long)bytes, strerrordesc_np(error));
}

int
journal_room_keep(int fd, const char *path, uint64_t end, uint64_t bytes, bool *kept,
	struct err *err)
{
	int error = keep(fd, end, bytes);

	*kept = error == 0;
	/* NFS, and file systems that have no such thing. */
	if (error == 0 || error == EOPNOTSUPP || error == ENOSYS)
		return 0;
	return no_room(path, bytes, error, err);
}

int
journal_room_look(int fd, const char *path, uint64_t bytes, struct err *err)
{
	struct statvfs status;
	uint64_t blocks;

	/* One that does not know itself says that it has none at all. */
	if (fstatvfs(fd, &status) != 0 || status.f_blocks == 0 || status.f_frsize == 0)
		return 0;
	blocks = geteuid() == 0 ? status.f_bfree : status.f_bavail;
	return blocks > bytes / status.f_frsize ? 0 : no_room(path, bytes, ENOSPC, err);
}

int
journal_room_foresee(
	int fd, const char *path, uint64_t end, uint64_t bytes, struct err *err)
{
	struct stat status;

	if (!is_within_limit(end, bytes))
		return no_room(path, bytes, EFBIG, err);
	/* What was kept for it before is not free any more. */
	if (fstat(fd, &status) == 0 && S_ISREG(status.st_mode) &&
		(uint64_t)status.st_blocks * 512 >= end + bytes)
		return 0;
	return journal_room_look(fd, path, bytes, err);
}
