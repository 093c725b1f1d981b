/* SPDX-License-Identifier: MIT */
#include "action/journal_room.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/resource.h>

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

int
journal_room_keep(int fd, const char *path, uint64_t end, uint64_t bytes, bool *kept,
	struct err *err)
{
	int error = keep(fd, end, bytes);

	*kept = error == 0;
	/* NFS, and file systems that have no such thing. */
	if (error == 0 || error == EOPNOTSUPP || error == ENOSYS)
		return 0;
	return err_set(err, ERR_REFUSED,
		"the journal %s has no room for this change and for what becomes of it "
		"(%llu bytes: %s); without a journal nothing is changed: make room on "
		"its file system, or raise the limit (ulimit -f, quota)",
		path, (unsigned long long)bytes, strerrordesc_np(error));
}
