/* SPDX-License-Identifier: MIT
 * Children hold one end of a pipe: when the other reads its end, all have ended. */
#include "run/children.h"

#include <fcntl.h>
#include <poll.h>
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cmocka.h>

#include "base/clock.h"

#define WATCHDOG (60 * SECOND)

static int
work(void *arg, struct child *child, struct err *err)
{
	(void)arg;
	(void)err;
	child_ready(child);
	while (child_pause(child, MILLISECOND))
		;
	return 0;
}

/* Looks at nothing, and ends only by force; or long after this test has failed. */
static int
hang(void *arg, struct child *child, struct err *err)
{
	(void)arg;
	(void)err;
	alarm(2 * WATCHDOG / SECOND);
	child_ready(child);
	for (;;)
		pause();
	return 0;
}

static int
find_no_road(void *arg, struct child *child, struct err *err)
{
	(void)child;
	return err_set(err, ERR_UNREACHABLE, "no road to %s", (const char *)arg);
}

static int
vanish(void *arg, struct child *child, struct err *err)
{
	(void)arg;
	(void)child;
	(void)err;
	raise(SIGKILL);
	return 0;
}

/* Waits for the end of a pipe that nobody writes to. */
static void
await_end(int fd)
{
	struct pollfd end = { .fd = fd, .events = POLLIN };
	char byte;

	assert_int_equal(poll(&end, 1, WATCHDOG / MILLISECOND), 1);
	assert_int_equal(read(fd, &byte, 1), 0);
}

static void
all_are_gone_after_the_end(void **state)
{
	struct children *children;
	struct err err = { 0 };
	int held[2];

	(void)state;
	assert_int_equal(pipe2(held, O_CLOEXEC), 0);
	assert_int_equal(children_new(&children, &err), 0);
	for (int i = 0; i < 5; i++)
		assert_int_equal(children_start(children, "work", work, NULL, &err), 0);
	close(held[1]);
	assert_int_equal(children_await(children, WATCHDOG, &err), 0);
	children_end(children);
	await_end(held[0]);
	assert_int_equal(wait(NULL), -1);
	close(held[0]);
}

static void
one_that_hangs_is_killed(void **state)
{
	struct children *children;
	struct err err = { 0 };

	(void)state;
	assert_int_equal(children_new(&children, &err), 0);
	assert_int_equal(children_start(children, "hang", hang, NULL, &err), 0);
	assert_int_equal(children_start(children, "work", work, NULL, &err), 0);
	assert_int_equal(children_await(children, WATCHDOG, &err), 0);
	children_end(children);
	assert_int_equal(wait(NULL), -1);
}

static void
a_failure_is_told(void **state)
{
	struct children *children;
	struct err err = { 0 };
	char place[] = "Rome";

	(void)state;
	assert_int_equal(children_new(&children, &err), 0);
	assert_int_equal(children_start(children, "work", work, NULL, &err), 0);
	assert_int_equal(
		children_start(children, "orders", find_no_road, place, &err), 0);
	assert_int_equal(children_await(children, WATCHDOG, &err), -1);
	assert_int_equal(err.kind, ERR_UNREACHABLE);
	assert_string_equal(err.text, "orders: no road to Rome");
	children_end(children);
}

static void
an_end_without_a_word_is_told(void **state)
{
	struct children *children;
	struct err err = { 0 };

	(void)state;
	assert_int_equal(children_new(&children, &err), 0);
	assert_int_equal(children_start(children, "orders", vanish, NULL, &err), 0);
	assert_int_equal(children_await(children, WATCHDOG, &err), -1);
	assert_string_equal(err.text, "orders has ended before it began");
	children_end(children);
}

/* The parent dies in a way that lets it do nothing any more; so do the children, also the
 * one that looks at nothing. */
static void
all_are_gone_after_the_parent(bool whole_group)
{
	int held[2], told[2], status;
	char byte;
	pid_t parent;

	assert_int_equal(pipe2(held, O_CLOEXEC), 0);
	assert_int_equal(pipe2(told, O_CLOEXEC), 0);
	parent = fork();
	assert_true(parent >= 0);
	if (parent == 0) {
		struct children *children;

		setpgid(0, 0);
		if (children_new(&children, NULL) != 0 ||
			children_start(children, "work", work, NULL, NULL) != 0 ||
			children_start(children, "hang", hang, NULL, NULL) != 0 ||
			children_await(children, WATCHDOG, NULL) != 0 ||
			write(told[1], "x", 1) != 1)
			_exit(1);
		pause();
		_exit(2);
	}
	close(held[1]);
	assert_int_equal(read(told[0], &byte, 1), 1);
	assert_int_equal(kill(whole_group ? -parent : parent, SIGKILL), 0);
	await_end(held[0]);
	assert_int_equal(waitpid(parent, &status, 0), parent);
	assert_true(WIFSIGNALED(status));
	close(held[0]);
	close(told[0]);
	close(told[1]);
}

static void
all_are_gone_when_the_parent_is_killed(void **state)
{
	(void)state;
	all_are_gone_after_the_parent(false);
	all_are_gone_after_the_parent(true);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(all_are_gone_after_the_end),
		cmocka_unit_test(one_that_hangs_is_killed),
		cmocka_unit_test(a_failure_is_told),
		cmocka_unit_test(an_end_without_a_word_is_told),
		cmocka_unit_test(all_are_gone_when_the_parent_is_killed),
	};

	alarm(300);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
