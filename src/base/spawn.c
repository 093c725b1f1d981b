/* SPDX-License-Identifier: MIT */
#include "base/spawn.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <spawn.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/mem.h"

/* How often it is looked whether it has ended: no output tells that. */
#define LOOK_EVERY (10 * MILLISECOND)
/* What a program still has once this one ends. */
#define GRACE (500 * MILLISECOND)
/* So much of what it writes is kept, for what is said of it. */
#define KEPT_MAX 200

/* --- before --- */

static int
refuse_owner(
	const char *path, const char *what, const struct stat *status, struct err *err)
{
	if (status->st_uid != 0 && status->st_uid != geteuid())
		return err_set(err, ERR_REFUSED,
			"%s was not run: %s belongs to the user %u, who could put "
			"another "
			"program there",
			path, what, (unsigned)status->st_uid);
	if ((status->st_mode & 022) != 0 &&
		(!S_ISDIR(status->st_mode) || (status->st_mode & S_ISVTX) == 0))
		return err_set(err, ERR_REFUSED,
			"%s was not run: others may write to %s (mode %04o); chmod go-w",
			path, what, (unsigned)status->st_mode & 07777);
	return 0;
}

int
spawn_check_owner(const char *path, struct err *err)
{
	char *real = realpath(path, NULL), *slash;
	struct stat status;
	int result = -1;

	if (real == NULL || stat(real, &status) != 0) {
		err_set_errno(err, ERR_REFUSED, errno, "%s was not run", path);
	} else if (strcmp(real, path) != 0) {
		err_set(err, ERR_REFUSED,
			"%s was not run: there is a link in it, which could lead "
			"elsewhere "
			"tomorrow; give %s",
			path, real);
	} else if (!S_ISREG(status.st_mode)) {
		err_set(err, ERR_REFUSED, "%s was not run: it is no file", path);
	} else {
		result = refuse_owner(path, "it", &status, err);
	}
	/* All the way up: who can rename a directory can put another one there. */
	while (result == 0 && (slash = strrchr(real, '/')) != NULL && slash > real) {
		*slash = '\0';
		result = stat(real, &status) == 0
				 ? refuse_owner(path, real, &status, err)
				 : err_set_errno(err, ERR_REFUSED, errno,
					   "%s was not run: %s", path, real);
	}
	free(real);
	return result;
}

/* --- starting --- */

struct running {
	pid_t pid;
	int output; /* what it writes */
	struct str kept;
};

/* A file without a name: it is never waited for, and /dev/stdin can be opened anew. */
static int
make_input(struct span text, struct err *err)
{
	int fd = memfd_create("ckptop", MFD_CLOEXEC);

	for (size_t put = 0; fd >= 0 && put < text.len;) {
		ssize_t got = write(fd, text.at + put, text.len - put);

		if (got < 0 && errno == EINTR)
			continue;
		if (got <= 0) {
			close(fd);
			fd = -1;
		} else {
			put += (size_t)got;
		}
	}
	if (fd >= 0 && lseek(fd, 0, SEEK_SET) == 0)
		return fd;
	err_set_errno(err, ERR_FAILED, errno, "there is no room for what it reads");
	if (fd >= 0)
		close(fd);
	return -1;
}

static int
set_up(posix_spawn_file_actions_t *actions, posix_spawnattr_t *attributes, int input,
	int output)
{
	sigset_t none, all;

	sigemptyset(&none);
	sigfillset(&all);
	return posix_spawn_file_actions_adddup2(actions, input, STDIN_FILENO) != 0 ||
			       posix_spawn_file_actions_adddup2(
				       actions, output, STDOUT_FILENO) != 0 ||
			       posix_spawn_file_actions_adddup2(
				       actions, output, STDERR_FILENO) != 0 ||
			       posix_spawn_file_actions_addclosefrom_np(
				       actions, STDERR_FILENO + 1) != 0 ||
			       posix_spawn_file_actions_addchdir_np(actions, "/") != 0 ||
			       posix_spawnattr_setsigmask(attributes, &none) != 0 ||
			       posix_spawnattr_setsigdefault(attributes, &all) != 0 ||
			       posix_spawnattr_setflags(attributes,
				       POSIX_SPAWN_SETSID | POSIX_SPAWN_SETSIGMASK |
					       POSIX_SPAWN_SETSIGDEF) != 0
		       ? -1
		       : 0;
}

/* posix_spawn() promises not to write to what it is given. */
static int
start_with(struct running *out, const struct spawn *spawn, int input, int output,
	struct err *err)
{
	posix_spawn_file_actions_t actions;
	posix_spawnattr_t attributes;
	int error = ENOMEM;

	if (posix_spawn_file_actions_init(&actions) != 0)
		return err_set_errno(err, ERR_FAILED, ENOMEM, "it cannot be started");
	if (posix_spawnattr_init(&attributes) == 0) {
		if (set_up(&actions, &attributes, input, output) == 0)
			error = posix_spawn(&out->pid, spawn->path, &actions, &attributes,
				(char *const *)(uintptr_t)spawn->arguments,
				(char *const *)(uintptr_t)spawn->environment);
		posix_spawnattr_destroy(&attributes);
	}
	posix_spawn_file_actions_destroy(&actions);
	if (error == 0)
		return 0;
	return err_set_errno(err, ERR_FAILED, error, "it cannot be started");
}

static int
start(struct running *out, const struct spawn *spawn, struct err *err)
{
	int input = make_input(spawn->input, err), ends[2], status;

	if (input < 0)
		return -1;
	if (pipe2(ends, O_CLOEXEC | O_NONBLOCK) != 0) {
		close(input);
		return err_set_errno(err, ERR_FAILED, errno, "it cannot be started");
	}
	/* Only our end is not waited for. */
	fcntl(ends[1], F_SETFL, 0);
	status = start_with(out, spawn, input, ends[1], err);
	close(input);
	close(ends[1]);
	out->output = ends[0];
	if (status != 0)
		close(ends[0]);
	return status;
}

/* --- waiting --- */

/* Takes what it has written, so that it can go on; most of it is thrown away. */
static void
drain(struct running *running)
{
	char chunk[4096];
	ssize_t got;

	/* Bounded, so that one that never stops to write cannot keep us. */
	for (int i = 0; i < 64; i++) {
		got = read(running->output, chunk, sizeof(chunk));
		if (got <= 0)
			return;
		if (running->kept.len < KEPT_MAX)
			str_add_span(&running->kept, (struct span){ chunk, (size_t)got });
	}
}

/* True once it has ended; it is not reaped yet, so that its number stays its own. */
static bool
has_ended(const struct running *running)
{
	siginfo_t info = { .si_pid = 0 };

	return waitid(P_PID, (id_t)running->pid, &info, WEXITED | WNOHANG | WNOWAIT) !=
		       0 ||
	       info.si_pid != 0;
}

/* False: it took too long. */
static bool
wait_for(struct running *running, const struct spawn *spawn)
{
	int64_t until = clock_monotonic() + spawn->timeout;
	bool stopped = false, silent = false;

	while (!has_ended(running)) {
		struct pollfd poll_for = { .fd = running->output, .events = POLLIN };
		int64_t now = clock_monotonic();

		if (!stopped && spawn->stop != NULL && atomic_load(spawn->stop)) {
			stopped = true;
			until = until < now + GRACE ? until : now + GRACE;
		}
		if (now >= until)
			return false;
		/* Where nobody holds the other end any more it would not wait. */
		poll(&poll_for, silent ? 0 : 1, (int)(LOOK_EVERY / MILLISECOND));
		silent |= (poll_for.revents & (POLLHUP | POLLIN)) == POLLHUP;
		drain(running);
	}
	return true;
}

static struct span
first_line(const struct running *running)
{
	struct span text = span_trim(str_span(&running->kept));
	const char *end = text.len > 0 ? memchr(text.at, '\n', text.len) : NULL;

	if (end != NULL)
		text.len = (size_t)(end - text.at);
	if (text.len > KEPT_MAX)
		text.len = KEPT_MAX;
	return text;
}

static int
judge(const struct running *running, int status, struct err *err)
{
	struct span line = first_line(running);
	const char *between = line.len > 0 ? ": " : "";

	if (WIFEXITED(status) && WEXITSTATUS(status) == 0)
		return 0;
	if (WIFEXITED(status))
		return err_set(err, ERR_FAILED, "it ended with %d%s%.*s",
			WEXITSTATUS(status), between, (int)line.len,
			line.len > 0 ? line.at : "");
	return err_set(err, ERR_FAILED, "it was ended by signal %d%s%.*s",
		WIFSIGNALED(status) ? WTERMSIG(status) : 0, between, (int)line.len,
		line.len > 0 ? line.at : "");
}

int
spawn_run(const struct spawn *spawn, struct err *err)
{
	struct running running = { .pid = -1 };
	bool in_time;
	int status = 0, result;

	result = start(&running, spawn, err);
	if (spawn->started != NULL)
		*spawn->started = result == 0;
	if (result != 0)
		return -1;
	in_time = wait_for(&running, spawn);
	kill(-running.pid, SIGKILL);
	while (waitpid(running.pid, &status, 0) < 0 && errno == EINTR)
		;
	drain(&running);
	close(running.output);
	if (in_time) {
		result = judge(&running, status, err);
	} else {
		struct str time = { 0 };

		duration_add(&time, spawn->timeout);
		result = err_set(err, ERR_FAILED,
			"it did not end in time (%s) and was killed, with all that it "
			"had "
			"started",
			str_text(&time));
		str_free(&time);
	}
	str_free(&running.kept);
	return result;
}
