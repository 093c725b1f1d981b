/* SPDX-License-Identifier: MIT */
#include "run/children.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <poll.h>
#include <signal.h>
#include <stdlib.h>
#include <sys/pidfd.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/log.h"
#include "base/mem.h"

#define TIME_TO_END (2 * SECOND)

/* What a child says, once: it is ready, or what went wrong before it was. */
struct message {
	unsigned index;
	struct err err;
};
_Static_assert(sizeof(struct message) <= PIPE_BUF, "messages do not mix");

struct child {
	unsigned index;
	const char *name;
	int leash;  /* ends when the parent does */
	int report; /* -1: it has been said */
};

struct process {
	const char *name;
	pid_t pid;
	bool is_ready;
};

struct children {
	int leash[2], report[2];
	struct process *all;
	unsigned count;
};

/* --- the parent --- */

int
children_new(struct children **out, struct err *err)
{
	struct children *children = mem_new(1, sizeof(*children));

	*out = children;
	for (int i = 0; i < 2; i++)
		children->leash[i] = children->report[i] = -1;
	if (pipe2(children->leash, O_CLOEXEC) != 0 ||
		pipe2(children->report, O_CLOEXEC) != 0)
		return err_set_errno(err, ERR_FAILED, errno, "cannot make a pipe");
	return 0;
}

static void
close_end(int *fd)
{
	if (*fd >= 0)
		close(*fd);
	*fd = -1;
}

static void __attribute__((noreturn)) live(struct children *children, const char *name,
	child_fn *body, void *arg, pid_t parent);

int
children_start(struct children *children, const char *name, child_fn *body, void *arg,
	struct err *err)
{
	pid_t parent = getpid(), pid = fork();

	if (pid == 0)
		live(children, name, body, arg, parent);
	if (pid < 0)
		return err_set_errno(
			err, ERR_FAILED, errno, "cannot start a process for %s", name);
	children->all =
		mem_resize(children->all, children->count + 1, sizeof(*children->all));
	children->all[children->count++] = (struct process){ name, pid, false };
	/* The child does the same; whoever comes first. */
	setpgid(pid, children->all[0].pid);
	return 0;
}

/* The next message; false and err when there will be none. */
static bool
next_message(
	struct children *children, int64_t until, struct message *out, struct err *err)
{
	struct pollfd readable = { .fd = children->report[0], .events = POLLIN };
	int64_t left;
	ssize_t got;

	while ((left = until - clock_monotonic()) > 0) {
		int ready = poll(&readable, 1, (int)(left / MILLISECOND + 1));

		if (ready < 0 && errno != EINTR)
			break;
		if (ready <= 0)
			continue;
		got = read(children->report[0], out, sizeof(*out));
		if (got == (ssize_t)sizeof(*out))
			return true;
		if (got == 0)
			break;
	}
	for (unsigned i = 0; i < children->count; i++)
		if (!children->all[i].is_ready)
			err_set(err, ERR_FAILED,
				left > 0 ? "%s has ended before it began"
					 : "%s has not begun, it takes too long",
				children->all[i].name);
	return false;
}

int
children_await(struct children *children, int64_t timeout, struct err *err)
{
	int64_t until = clock_monotonic() + timeout;

	close_end(&children->report[1]);
	for (unsigned ready = 0; ready < children->count; ready++) {
		struct message message;
		struct process *process;

		if (!next_message(children, until, &message, err))
			return -1;
		process = &children->all[message.index];
		process->is_ready = true;
		if (err_is_set(&message.err)) {
			err_set(err, message.err.kind, "%s", message.err.text);
			err_prefix(err, "%s", process->name);
			return -1;
		}
	}
	return 0;
}

/* True when the process has ended. */
static bool
wait_until(pid_t pid, int64_t until)
{
	struct pollfd ended = { .fd = pidfd_open(pid, 0), .events = POLLIN };
	int64_t left = until - clock_monotonic();
	bool result = false;

	while (ended.fd >= 0 && left > 0 && !result) {
		result = poll(&ended, 1, (int)(left / MILLISECOND + 1)) > 0;
		left = until - clock_monotonic();
	}
	close_end(&ended.fd);
	return result;
}

void
children_end(struct children *children)
{
	int64_t until = clock_monotonic() + TIME_TO_END;

	if (children == NULL)
		return;
	for (int i = 0; i < 2; i++) {
		close_end(&children->leash[i]);
		close_end(&children->report[i]);
	}
	for (unsigned i = 0; i < children->count; i++) {
		pid_t pid = children->all[i].pid;

		if (!wait_until(pid, until))
			kill(pid, SIGKILL);
		while (waitpid(pid, NULL, 0) < 0 && errno == EINTR)
			;
	}
	free(children->all);
	free(children);
}

/* --- the child --- */

static void
use_null(void)
{
	int null = open("/dev/null", O_RDWR | O_CLOEXEC);

	for (int fd = 0; null >= 0 && fd < 3; fd++)
		dup2(null, fd);
	if (null > 2)
		close(null);
}

/* Whatever the parent did with its signals, a child has them as they come. */
static void
reset_signals(void)
{
	sigset_t none;

	for (int number = 1; number < NSIG; number++)
		signal(number, SIG_DFL);
	sigemptyset(&none);
	sigprocmask(SIG_SETMASK, &none, NULL);
}

static void
say(struct child *child, const struct err *err)
{
	struct message message = { .index = child->index };

	if (child->report < 0)
		return;
	message.err = *err;
	/* Nobody may be left to hear it. */
	signal(SIGPIPE, SIG_IGN);
	if (write(child->report, &message, sizeof(message)) < 0)
		log_add("%s cannot tell how it began", child->name);
	close_end(&child->report);
}

void
child_ready(struct child *child)
{
	static const struct err none;

	say(child, &none);
}

bool
child_pause(struct child *child, int64_t microseconds)
{
	struct pollfd leash = { .fd = child->leash, .events = POLLIN };
	struct timespec timeout = {
		.tv_sec = microseconds / SECOND,
		.tv_nsec = microseconds % SECOND * 1000,
	};

	if (microseconds < 0)
		timeout = (struct timespec){ 0 };
	return ppoll(&leash, 1, &timeout, NULL) <= 0;
}

static void
live(struct children *children, const char *name, child_fn *body, void *arg, pid_t parent)
{
	struct child child = {
		.index = children->count,
		.name = name,
		.leash = children->leash[0],
		.report = children->report[1],
	};
	struct err err = { 0 };
	int status;

	/* Before anything else; and if it is too late already, the parent is another. */
	prctl(PR_SET_PDEATHSIG, SIGKILL);
	if (getppid() != parent)
		_exit(1);
	setpgid(0, children->count > 0 ? children->all[0].pid : 0);
	prctl(PR_SET_NAME, name);
	close_end(&children->leash[1]);
	close_end(&children->report[0]);
	reset_signals();
	use_null();
	status = body(arg, &child, &err);
	if (status != 0) {
		log_add("%s has ended: %s", name, err.text);
		say(&child, &err);
	}
	_exit(status == 0 ? 0 : 1);
}
