/* SPDX-License-Identifier: MIT */
#include "base/log.h"

#include <errno.h>
#include <fcntl.h>
#include <stdarg.h>
#include <stdatomic.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/str.h"
#include "base/thread.h"
#include "base/utf8.h"

static atomic_int log_fd = -1;

int
log_open(const char *path, struct err *err)
{
	/* O_NONBLOCK, because a FIFO without a reader would wait for one. */
	int fd = open(path,
		O_WRONLY | O_APPEND | O_CREAT | O_NOFOLLOW | O_NOCTTY | O_NONBLOCK |
			O_CLOEXEC,
		0600);
	struct stat status;

	if (fd < 0)
		return err_set_errno(err, ERR_FAILED, errno,
			"cannot open the log file %s; name another one in CKPTOP_LOG",
			path);
	if (fstat(fd, &status) != 0 || !S_ISREG(status.st_mode)) {
		close(fd);
		return err_set(err, ERR_FAILED,
			"the log file %s is not a regular file; name another one in "
			"CKPTOP_LOG",
			path);
	}
	log_close();
	atomic_store(&log_fd, fd);
	return 0;
}

void
log_close(void)
{
	int fd = atomic_exchange(&log_fd, -1);

	if (fd >= 0)
		close(fd);
}

bool
log_is_open(void)
{
	return atomic_load(&log_fd) >= 0;
}

int
log_descriptor(void)
{
	return atomic_load(&log_fd);
}

void
log_add(const char *format, ...)
{
	int fd = atomic_load(&log_fd), error = errno;
	struct str text = { 0 }, line = { 0 };
	ssize_t put;
	va_list args;

	if (fd < 0)
		return;
	va_start(args, format);
	str_addv(&text, format, args);
	va_end(args);
	time_add_rfc3339(&line, clock_now());
	str_addf(&line, " %s ", thread_name());
	safe_text(&line, str_span(&text));
	str_add_char(&line, '\n');
	do
		put = write(fd, line.text, line.len);
	while (put < 0 && errno == EINTR);
	str_free(&text);
	str_free(&line);
	errno = error;
}
