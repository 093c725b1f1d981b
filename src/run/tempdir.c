/* SPDX-License-Identifier: MIT */
#include "run/tempdir.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/log.h"
#include "base/mem.h"
#include "run/folder.h"

struct tempdir {
	struct folder folder;
	pid_t guardian;
	int hold; /* the guardian waits until every copy of it is closed */
};

/* What the guardian says of its beginning. */
struct report {
	struct err err;
	char path[PATH_MAX];
};

/* --- the guardian's own process --- */

/* Closes everything but the two. */
static void
close_others(unsigned one, unsigned other)
{
	unsigned low = one < other ? one : other, high = one < other ? other : one;

	if (low > 3)
		close_range(3, low - 1, 0);
	if (high > low + 1)
		close_range(low + 1, high - 1, 0);
	close_range(high + 1, ~0U, 0);
}

/* It has no terminal and no group in common with anybody, holds nothing that somebody
 * could wait for, and no signal but SIGKILL ends it: it has one thing to do. */
static void
step_aside(int *hold, int *report)
{
	int null = open("/dev/null", O_RDWR);
	sigset_t all;

	sigfillset(&all);
	sigprocmask(SIG_BLOCK, &all, NULL);
	setsid();
	*hold = fcntl(*hold, F_DUPFD, 3);
	*report = fcntl(*report, F_DUPFD, 3);
	for (int fd = 0; null >= 0 && fd < 3; fd++)
		dup2(null, fd);
	close_others((unsigned)*hold, (unsigned)*report);
	if (chdir("/") != 0)
		log_add("the guardian keeps its directory: %s", strerror(errno));
	prctl(PR_SET_NAME, "ckptop-guard");
}

static bool
write_all(int fd, const void *bytes, size_t len)
{
	const char *at = bytes;

	while (len > 0) {
		ssize_t written = write(fd, at, len);

		if (written < 0 && errno != EINTR)
			return false;
		at += written > 0 ? written : 0;
		len -= written > 0 ? (size_t)written : 0;
	}
	return true;
}

static bool
read_all(int fd, void *bytes, size_t len)
{
	char *at = bytes;

	while (len > 0) {
		ssize_t got = read(fd, at, len);

		if (got == 0 || (got < 0 && errno != EINTR))
			return false;
		at += got > 0 ? got : 0;
		len -= got > 0 ? (size_t)got : 0;
	}
	return true;
}

static void __attribute__((noreturn))
guard(int hold, int report, const char *const *places, const char *prefix)
{
	struct report said = { 0 };
	struct folder folder;
	char byte;

	step_aside(&hold, &report);
	if (folder_make(&folder, places, prefix, &said.err) == 0)
		memcpy(said.path, folder.path, sizeof(said.path));
	write_all(report, &said, sizeof(said));
	close(report);
	if (said.path[0] == '\0')
		_exit(1);
	while (read_all(hold, &byte, 1))
		;
	_exit(folder_remove(&folder, NULL) == 0 ? 0 : 1);
}

/* --- this process --- */

static void
close_pipe(int pipe_fds[2])
{
	for (int i = 0; i < 2; i++)
		if (pipe_fds[i] >= 0)
			close(pipe_fds[i]);
}

/* Waits for what the guardian has to say; it has made the folder then. */
static int
read_report(struct tempdir *tempdir, int fd, struct err *err)
{
	struct report said;

	if (!read_all(fd, &said, sizeof(said)))
		return err_set(err, ERR_FAILED,
			"cannot make a temporary folder: the process that should mind "
			"it has ended");
	if (err_is_set(&said.err))
		return err_set(err, said.err.kind, "%s", said.err.text);
	return folder_open(&tempdir->folder, said.path, err);
}

int
tempdir_new(struct tempdir **out, const char *const *places, const char *prefix,
	struct err *err)
{
	int hold[2] = { -1, -1 }, report[2] = { -1, -1 }, result = -1;
	struct tempdir *tempdir = mem_new(1, sizeof(*tempdir));

	tempdir->folder.parent = tempdir->folder.self = tempdir->hold = -1;
	*out = NULL;
	if (pipe2(hold, O_CLOEXEC) != 0 || pipe2(report, O_CLOEXEC) != 0) {
		err_set_errno(err, ERR_FAILED, errno, "cannot make a pipe");
		goto out;
	}
	tempdir->guardian = fork();
	if (tempdir->guardian == 0) {
		close(hold[1]);
		close(report[0]);
		guard(hold[0], report[1], places, prefix);
	}
	if (tempdir->guardian < 0) {
		err_set_errno(err, ERR_FAILED, errno, "cannot start a process");
		goto out;
	}
	close(report[1]);
	report[1] = -1;
	tempdir->hold = hold[1];
	hold[1] = -1;
	result = read_report(tempdir, report[0], err);
	if (result != 0)
		tempdir_end(tempdir, NULL);
	else
		*out = tempdir;
	tempdir = NULL;
out:
	close_pipe(hold);
	close_pipe(report);
	free(tempdir);
	return result;
}

const char *
tempdir_path(const struct tempdir *tempdir)
{
	return tempdir->folder.path;
}

static bool
wait_for(pid_t pid)
{
	int status = 0;

	while (waitpid(pid, &status, 0) < 0)
		if (errno != EINTR)
			return false;
	return WIFEXITED(status) && WEXITSTATUS(status) == 0;
}

int
tempdir_end(struct tempdir *tempdir, struct err *err)
{
	int result = 0;

	if (tempdir == NULL)
		return 0;
	close(tempdir->hold);
	/* Somebody may have killed the guardian; then it is up to us. */
	if (!wait_for(tempdir->guardian) && tempdir->folder.self >= 0)
		result = folder_remove(&tempdir->folder, err);
	folder_close(&tempdir->folder);
	free(tempdir);
	return result;
}
