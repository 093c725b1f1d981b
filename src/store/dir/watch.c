/* SPDX-License-Identifier: MIT */
#include "store/dir/watch.h"

#include <errno.h>
#include <limits.h>
#include <stdio.h>
#include <sys/inotify.h>
#include <unistd.h>

/* In-place writers show up as IN_MODIFY, renaming ones as IN_MOVED_TO, a new hard link as
 * IN_CREATE, a change of owner or mode as IN_ATTRIB. */
#define WATCHED                                                                          \
	(IN_MODIFY | IN_CLOSE_WRITE | IN_MOVED_TO | IN_MOVED_FROM | IN_CREATE |          \
		IN_DELETE | IN_ATTRIB | IN_DELETE_SELF | IN_MOVE_SELF | IN_ONLYDIR)

#define ENDINGS (IN_DELETE_SELF | IN_MOVE_SELF | IN_UNMOUNT | IN_IGNORED)

int
dir_watch_start(int dir_fd, struct err *err)
{
	char path[32];
	int fd = inotify_init1(IN_NONBLOCK | IN_CLOEXEC);

	if (fd < 0)
		return err_set_errno(
			err, ERR_FAILED, errno, "changes cannot be watched for");
	/* Through /proc, so that it is this directory whatever its path means now. */
	snprintf(path, sizeof(path), "/proc/self/fd/%d", dir_fd);
	if (inotify_add_watch(fd, path, WATCHED) < 0) {
		err_set_errno(err, ERR_FAILED, errno, "changes cannot be watched for");
		close(fd);
		return -1;
	}
	return fd;
}

unsigned
dir_watch_drain(int watch_fd, dir_watch_name_fn *name, void *arg)
{
	_Alignas(struct inotify_event) char buffer[16 * 1024];
	unsigned news = 0;
	ssize_t size;

	while ((size = read(watch_fd, buffer, sizeof(buffer))) > 0) {
		for (const char *at = buffer; at < buffer + size;) {
			const struct inotify_event *event = (const void *)at;

			if (event->mask & IN_Q_OVERFLOW)
				news |= DIR_WATCH_LOST;
			if (event->mask & ENDINGS)
				news |= DIR_WATCH_ENDED;
			if (event->len > 0)
				name(arg, event->name);
			at += sizeof(*event) + event->len;
		}
	}
	return news;
}
