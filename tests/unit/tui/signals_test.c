/* SPDX-License-Identifier: MIT
 * A fault in any thread, with any stack, leaves the terminal as it was. */
#include "tui/signals.h"

#include <fcntl.h>
#include <limits.h>
#include <poll.h>
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cmocka.h>

#include "base/thread.h"

#define GOOD_BYE "good-bye"

struct terminal {
	int master, slave;
	struct termios modes; /* of the beginning */
};

static void
open_terminal(struct terminal *out)
{
	out->master = posix_openpt(O_RDWR | O_NOCTTY | O_CLOEXEC);
	assert_true(out->master >= 0);
	assert_int_equal(grantpt(out->master), 0);
	assert_int_equal(unlockpt(out->master), 0);
	out->slave = open(ptsname(out->master), O_RDWR | O_NOCTTY | O_CLOEXEC);
	assert_true(out->slave >= 0);
	assert_int_equal(tcgetattr(out->slave, &out->modes), 0);
}

/* More and more of the stack is used until there is none left. */
static unsigned
use_up(unsigned depth)
{
	volatile char page[4096];

	page[0] = (char)depth;
	if (depth == UINT_MAX)
		return depth;
	return use_up(depth + 1) + (unsigned char)page[0];
}

static void
overflow(void *arg)
{
	*(unsigned *)arg = use_up(0);
}

static void
fault(void *arg)
{
	(void)arg;
	raise(SIGSEGV);
}

/* The child: a raw terminal, and then a thread that does no good. */
static void
be_ended_by(const struct terminal *terminal, void (*run)(void *arg))
{
	const struct rlimit no_core = { 0, 0 };
	struct termios raw = terminal->modes;
	struct thread *thread;
	unsigned result;

	setrlimit(RLIMIT_CORE, &no_core);
	if (signals_open(NULL) != 0)
		_exit(100);
	signals_guard(terminal->slave, &terminal->modes, SPAN(GOOD_BYE));
	cfmakeraw(&raw);
	if (tcsetattr(terminal->slave, TCSANOW, &raw) != 0 ||
		thread_start(&thread, "store", run, &result, NULL) != 0)
		_exit(101);
	thread_join(thread);
	_exit(102);
}

static void
assert_left_clean(void (*run)(void *arg))
{
	struct terminal terminal;
	struct termios left;
	char bytes[64] = "";
	int status;
	pid_t child;

	open_terminal(&terminal);
	child = fork();
	assert_true(child >= 0);
	if (child == 0)
		be_ended_by(&terminal, run);
	assert_int_equal(waitpid(child, &status, 0), child);
	assert_true(WIFSIGNALED(status));
	assert_int_equal(WTERMSIG(status), SIGSEGV);
	assert_int_equal(tcgetattr(terminal.slave, &left), 0);
	assert_int_equal(left.c_lflag, terminal.modes.c_lflag);
	assert_int_equal(left.c_iflag, terminal.modes.c_iflag);
	assert_int_equal(left.c_oflag, terminal.modes.c_oflag);
	assert_int_equal(poll(&(struct pollfd){ .fd = terminal.master, .events = POLLIN },
				 1, 10000),
		1);
	assert_true(read(terminal.master, bytes, sizeof(bytes) - 1) > 0);
	assert_string_equal(bytes, GOOD_BYE);
	close(terminal.slave);
	close(terminal.master);
}

static void
a_fault_in_a_thread_leaves_the_terminal_clean(void **state)
{
	(void)state;
	assert_left_clean(fault);
}

static void
a_thread_without_stack_leaves_the_terminal_clean(void **state)
{
	(void)state;
	assert_left_clean(overflow);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_fault_in_a_thread_leaves_the_terminal_clean),
		cmocka_unit_test(a_thread_without_stack_leaves_the_terminal_clean),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
