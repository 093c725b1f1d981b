/* SPDX-License-Identifier: MIT */
#include "config/source.h"

#include <errno.h>
#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

/* Says why a file cannot be trusted, or returns 0. */
static int
check_status(const struct stat *status, const char *path, struct err *err)
{
	if (S_ISDIR(status->st_mode))
		return err_set(err, ERR_USAGE,
			"%s: is a directory; give the file in it that holds the settings",
			path);
	if (!S_ISREG(status->st_mode))
		return err_set(err, ERR_USAGE,
			"%s: is not a regular file and was not read", path);
	if (status->st_uid != geteuid() && status->st_uid != 0)
		return err_set(err, ERR_USAGE,
			"%s: belongs to user %lu, who could change it at any time, "
			"and was not read; make it yours or root's",
			path, (unsigned long)status->st_uid);
	if (status->st_mode & (S_IWGRP | S_IWOTH))
		return err_set(err, ERR_USAGE,
			"%s: others can write to it (mode %04o) and it was not read; "
			"use chmod go-w",
			path, (unsigned)(status->st_mode & 07777));
	if ((unsigned long long)status->st_size > SOURCE_SIZE_MAX)
		return err_set(err, ERR_USAGE, "%s: is larger than %zu bytes", path,
			SOURCE_SIZE_MAX);
	return 0;
}

static int
read_all(struct str *out, int fd, const char *path, struct err *err)
{
	char chunk[8192];
	ssize_t got;

	for (;;) {
		got = read(fd, chunk, sizeof(chunk));
		if (got < 0 && errno == EINTR)
			continue;
		if (got < 0)
			return err_set_errno(
				err, ERR_USAGE, errno, "%s: cannot be read", path);
		if (got == 0)
			return 0;
		if (out->len + (size_t)got > SOURCE_SIZE_MAX)
			return err_set(err, ERR_USAGE, "%s: is larger than %zu bytes",
				path, SOURCE_SIZE_MAX);
		str_add_span(out, (struct span){ chunk, (size_t)got });
	}
}

static int
fail_open(bool *absent, const char *path, int errno_value, struct err *err)
{
	bool missing = errno_value == ENOENT || errno_value == ENOTDIR;

	if (missing && absent != NULL) {
		*absent = true;
		return 0;
	}
	if (errno_value == ELOOP)
		return err_set(err, ERR_USAGE,
			"%s: is a symbolic link, which could lead elsewhere "
			"tomorrow; it was not followed; give the path of the file itself",
			path);
	return err_set_errno(err, ERR_USAGE, errno_value, "%s: cannot be read", path);
}

int
source_read(struct str *out, bool *open_to_others, bool *absent, const char *path,
	struct err *err)
{
	struct stat status;
	int fd, result = -1;

	str_clear(out);
	if (absent != NULL)
		*absent = false;
	fd = open(path, O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC | O_NOCTTY);
	if (fd < 0)
		return fail_open(absent, path, errno, err);
	if (fstat(fd, &status) != 0)
		err_set_errno(err, ERR_USAGE, errno, "%s: cannot be read", path);
	else if (check_status(&status, path, err) == 0)
		result = read_all(out, fd, path, err);
	if (result == 0)
		*open_to_others = (status.st_mode & (S_IRWXG | S_IRWXO)) != 0;
	close(fd);
	return result;
}
