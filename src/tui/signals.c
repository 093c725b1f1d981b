/* SPDX-License-Identifier: MIT */
#include "tui/signals.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/mem.h"

/* So many seconds has the program to take note of a signal that ends it. */
#define PATIENCE 2

static const int ending[] = { SIGTERM, SIGINT, SIGHUP, SIGQUIT };
static const int noted[] = { SIGWINCH, SIGTSTP, SIGCONT };
static const int fatal[] = { SIGSEGV, SIGABRT, SIGBUS, SIGFPE, SIGILL };

#define COUNT(array) (sizeof(array) / sizeof(array[0]))
#define HANDLED	     (COUNT(ending) + COUNT(noted) + COUNT(fatal) + 1)

/* A signal handler has no argument: what it needs has to be here. */
static struct {
	int pipe[2];
	volatile sig_atomic_t ended_by;
	struct {
		int number;
		struct sigaction before;
	} handled[HANDLED];
	size_t handled_count;
	void *stack;

	atomic_bool guarded;
	int fd;
	struct termios modes;
	char bytes[SIGNALS_BYTES];
	size_t len;
} signals = { .pipe = { -1, -1 } };

/* --- what handlers do: only what is safe there --- */

static void
restore_terminal(void)
{
	struct sigaction ignore = { .sa_handler = SIG_IGN }, before;
	struct pollfd terminal = { .fd = signals.fd, .events = POLLOUT };

	if (!atomic_exchange(&signals.guarded, false))
		return;
	/* In the background, setting the modes would stop us. */
	sigaction(SIGTTOU, &ignore, &before);
	tcsetattr(signals.fd, TCSANOW, &signals.modes);
	/* A terminal that takes nothing must not hold us up. */
	if (poll(&terminal, 1, 100) == 1 && (terminal.revents & POLLOUT) != 0)
		while (write(signals.fd, signals.bytes, signals.len) < 0 &&
			errno == EINTR)
			;
	sigaction(SIGTTOU, &before, NULL);
}

static void
end_by_default(int number)
{
	struct sigaction standard = { .sa_handler = SIG_DFL };
	sigset_t set;

	sigaction(number, &standard, NULL);
	raise(number);
	sigemptyset(&set);
	sigaddset(&set, number);
	sigprocmask(SIG_UNBLOCK, &set, NULL);
}

static void
on_fatal(int number)
{
	restore_terminal();
	end_by_default(number);
}

static void
on_alarm(int number)
{
	(void)number;
	if (signals.ended_by == 0)
		return;
	restore_terminal();
	end_by_default(signals.ended_by);
}

static void
on_event(int number)
{
	int before = errno;
	unsigned char byte = (unsigned char)number;

	/* A full pipe has the event already. */
	if (write(signals.pipe[1], &byte, 1) < 0)
		errno = before;
	errno = before;
}

static void
on_ending(int number)
{
	signals.ended_by = number;
	alarm(PATIENCE);
	on_event(number);
}

/* --- setting up --- */

static void
handle(int number, void (*handler)(int), int flags)
{
	struct sigaction action = { .sa_handler = handler, .sa_flags = flags }, before;

	sigfillset(&action.sa_mask);
	if (sigaction(number, NULL, &before) != 0)
		return;
	if (before.sa_handler == SIG_IGN && handler != on_alarm)
		return;
	sigaction(number, &action, NULL);
	signals.handled[signals.handled_count].number = number;
	signals.handled[signals.handled_count++].before = before;
}

int
signals_open(struct err *err)
{
	size_t stack_size = 65536;
	stack_t stack = { .ss_size = stack_size };

	if (pipe2(signals.pipe, O_CLOEXEC | O_NONBLOCK) != 0)
		return err_set_errno(err, ERR_FAILED, errno, "no pipe for signals");
	signals.ended_by = 0;
	signals.handled_count = 0;
	/* An overflow of the stack is told on another one; other threads have theirs from
	 * thread_start(). */
	signals.stack = mem_new(1, stack_size);
	stack.ss_sp = signals.stack;
	sigaltstack(&stack, NULL);
	handle(SIGALRM, on_alarm, 0);
	for (size_t i = 0; i < COUNT(ending); i++)
		handle(ending[i], on_ending, 0);
	for (size_t i = 0; i < COUNT(noted); i++)
		handle(noted[i], on_event, SA_RESTART);
	for (size_t i = 0; i < COUNT(fatal); i++)
		handle(fatal[i], on_fatal, SA_ONSTACK);
	return 0;
}

void
signals_close(void)
{
	stack_t none = { .ss_flags = SS_DISABLE };

	alarm(0);
	while (signals.handled_count > 0) {
		signals.handled_count--;
		sigaction(signals.handled[signals.handled_count].number,
			&signals.handled[signals.handled_count].before, NULL);
	}
	sigaltstack(&none, NULL);
	free(signals.stack);
	signals.stack = NULL;
	for (int i = 0; i < 2; i++) {
		if (signals.pipe[i] >= 0)
			close(signals.pipe[i]);
		signals.pipe[i] = -1;
	}
}

int
signals_fd(void)
{
	return signals.pipe[0];
}

static unsigned
event_of(int number)
{
	switch (number) {
	case SIGWINCH: return SIGNAL_RESIZED;
	case SIGTSTP: return SIGNAL_STOP;
	case SIGCONT: return SIGNAL_CONTINUED;
	default: return SIGNAL_END;
	}
}

unsigned
signals_take(int *number)
{
	unsigned char bytes[64];
	unsigned events = 0;
	ssize_t got;

	while ((got = read(signals.pipe[0], bytes, sizeof(bytes))) > 0)
		for (ssize_t i = 0; i < got; i++) {
			unsigned event = event_of(bytes[i]);

			if (event == SIGNAL_END && number != NULL)
				*number = bytes[i];
			events |= event;
		}
	return events;
}

void
signals_guard(int fd, const struct termios *modes, struct span bytes)
{
	signals.fd = fd;
	signals.modes = *modes;
	signals.len = bytes.len < SIGNALS_BYTES ? bytes.len : SIGNALS_BYTES;
	memcpy(signals.bytes, bytes.at, signals.len);
	atomic_store(&signals.guarded, true);
}

void
signals_unguard(void)
{
	atomic_store(&signals.guarded, false);
}

void
signals_stop_here(void)
{
	struct sigaction standard = { .sa_handler = SIG_DFL }, before;

	sigaction(SIGTSTP, &standard, &before);
	raise(SIGTSTP);
	sigaction(SIGTSTP, &before, NULL);
}

bool
signals_ignored(int number)
{
	struct sigaction now;

	return sigaction(number, NULL, &now) == 0 && now.sa_handler == SIG_IGN;
}

void
signals_end_by(int number)
{
	end_by_default(number);
}
