/* SPDX-License-Identifier: MIT */
#include "base/thread.h"

#include <poll.h>
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/time.h>

#include <cmocka.h>

#include "base/clock.h"

static struct thread *
start(void (*run)(void *arg), void *arg)
{
	struct thread *thread = NULL;
	struct err err = { 0 };

	if (thread_start(&thread, "worker:warehouse", run, arg, &err) != 0)
		fail_msg("%s", err.text);
	return thread;
}

/* --- what a thread is --- */

struct seen {
	thread_id id;
	bool signals_blocked;
	char name[32], system_name[32];
};

static void
look_around(void *arg)
{
	struct seen *seen = arg;
	volatile char room[500 * 1024];
	sigset_t mask;

	/* Every page from the near end to the far one: a stack that is too small ends
	 * here, whatever lies behind it. */
	for (size_t i = sizeof(room); i > 0; i -= 1024)
		room[i - 1] = 1;
	seen->id = thread_self() + (thread_id)(room[1023] - 1);
	sigemptyset(&mask);
	sigprocmask(SIG_BLOCK, NULL, &mask);
	seen->signals_blocked =
		sigismember(&mask, SIGINT) == 1 && sigismember(&mask, SIGTERM) == 1 &&
		sigismember(&mask, SIGWINCH) == 1 && sigismember(&mask, SIGCHLD) == 1;
	strncpy(seen->name, thread_name(), sizeof(seen->name) - 1);
	prctl(PR_GET_NAME, seen->system_name);
}

static void
a_thread_has_its_own_name_and_id_and_no_signals(void **state)
{
	struct seen first = { 0 }, second = { 0 };
	sigset_t before, after;

	(void)state;
	sigprocmask(SIG_BLOCK, NULL, &before);
	thread_join(start(look_around, &first));
	thread_join(start(look_around, &second));
	sigprocmask(SIG_BLOCK, NULL, &after);
	assert_true(first.signals_blocked);
	assert_string_equal(first.name, "worker:warehous");
	assert_string_equal(first.system_name, "worker:warehous");
	assert_string_equal(thread_name(), "main");
	assert_true(first.id != 0 && second.id != 0);
	assert_true(first.id != second.id);
	assert_true(thread_self() != first.id && thread_self() != second.id);
	assert_true(thread_self() == thread_self());
	for (int number = 1; number < 32; number++)
		assert_int_equal(
			sigismember(&after, number), sigismember(&before, number));
	thread_join(NULL);
}

/* --- locks --- */

struct sum {
	struct lock *lock;
	int value;
};

static void
count_up(void *arg)
{
	struct sum *sum = arg;

	for (int i = 0; i < 20000; i++) {
		lock_take(sum->lock);
		sum->value++;
		lock_give(sum->lock);
	}
}

static void
a_lock_keeps_a_sum_right(void **state)
{
	struct sum sum = { .lock = lock_new() };
	struct thread *threads[4];

	(void)state;
	for (size_t i = 0; i < 4; i++)
		threads[i] = start(count_up, &sum);
	for (size_t i = 0; i < 4; i++)
		thread_join(threads[i]);
	assert_int_equal(sum.value, 80000);
	lock_free(sum.lock);
	lock_free(NULL);
}

/* --- bells --- */

struct pair {
	struct bell *ping, *pong;
	int rounds;
};

static void
answer(void *arg)
{
	struct pair *pair = arg;

	for (int i = 0; i < 1000; i++) {
		if (!bell_wait(pair->ping, -1))
			return;
		pair->rounds++;
		bell_ring(pair->pong);
	}
}

static void
no_ring_is_lost(void **state)
{
	struct pair pair = { 0 };
	struct thread *thread;

	(void)state;
	assert_int_equal(bell_new(&pair.ping, NULL), 0);
	assert_int_equal(bell_new(&pair.pong, NULL), 0);
	thread = start(answer, &pair);
	for (int i = 0; i < 1000; i++) {
		bell_ring(pair.ping);
		assert_true(bell_wait(pair.pong, -1));
	}
	thread_join(thread);
	assert_int_equal(pair.rounds, 1000);
	assert_false(bell_wait(pair.pong, 0));
	bell_free(pair.ping);
	bell_free(pair.pong);
}

static void
rings_before_a_look_are_one(void **state)
{
	struct bell *bell = NULL;
	struct pollfd poll_bell = { .events = POLLIN };

	(void)state;
	assert_int_equal(bell_new(&bell, NULL), 0);
	poll_bell.fd = bell_fd(bell);
	assert_int_equal(poll(&poll_bell, 1, 0), 0);
	assert_false(bell_clear(bell));
	for (int i = 0; i < 5; i++)
		bell_ring(bell);
	assert_int_equal(poll(&poll_bell, 1, 0), 1);
	assert_true(bell_clear(bell));
	assert_int_equal(poll(&poll_bell, 1, 0), 0);
	bell_ring(bell);
	assert_true(bell_wait(bell, 0));
	assert_false(bell_wait(bell, 0));
	bell_free(bell);
	bell_free(NULL);
}

static void
on_alarm(int number)
{
	(void)number;
}

/* A signal every millisecond neither ends the wait nor makes it longer than it is. */
static void
a_signal_does_not_end_a_wait(void **state)
{
	const struct itimerval often = { { 0, 1000 }, { 0, 1000 } }, never = { 0 };
	struct sigaction action = { .sa_handler = on_alarm }, old;
	struct bell *bell = NULL;
	int64_t start_at, took;

	(void)state;
	assert_int_equal(bell_new(&bell, NULL), 0);
	sigaction(SIGALRM, &action, &old);
	start_at = clock_monotonic();
	setitimer(ITIMER_REAL, &often, NULL);
	assert_false(bell_wait(bell, 30 * MILLISECOND));
	took = clock_monotonic() - start_at;
	setitimer(ITIMER_REAL, &never, NULL);
	sigaction(SIGALRM, &old, NULL);
	assert_true(took >= 30 * MILLISECOND);
	bell_free(bell);
}

static void
no_descriptor_is_an_error(void **state)
{
	struct bell *bell = (struct bell *)&bell;
	struct rlimit old, none;
	struct err err = { 0 };

	(void)state;
	assert_int_equal(getrlimit(RLIMIT_NOFILE, &old), 0);
	none = old;
	none.rlim_cur = 0;
	assert_int_equal(setrlimit(RLIMIT_NOFILE, &none), 0);
	assert_int_equal(bell_new(&bell, &err), -1);
	assert_int_equal(setrlimit(RLIMIT_NOFILE, &old), 0);
	assert_null(bell);
	assert_int_equal(err.kind, ERR_FAILED);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_thread_has_its_own_name_and_id_and_no_signals),
		cmocka_unit_test(a_lock_keeps_a_sum_right),
		cmocka_unit_test(no_ring_is_lost),
		cmocka_unit_test(rings_before_a_look_are_one),
		cmocka_unit_test(a_signal_does_not_end_a_wait),
		cmocka_unit_test(no_descriptor_is_an_error),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
