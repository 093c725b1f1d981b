/* SPDX-License-Identifier: MIT */
#include "base/thread.h"

#include <errno.h>
#include <poll.h>
#include <pthread.h>
#include <signal.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/eventfd.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/mem.h"

/* 512 KiB are promised: SQLite takes 260 KiB for a SELECT of 500 terms, which it allows;
 * the rest is for those who call it. The C library takes the thread-local data of all
 * libraries out of the same stack, and the thread sanitizer alone has 770 KiB of it.
 * Memory is only used as far as the stack has ever grown. */
#define STACK_SIZE ((size_t)2 * 1024 * 1024)

/* For handlers of signals; a sanitizer's report needs most of it. */
#define SPARE_STACK_SIZE ((size_t)64 * 1024)

/* --- threads --- */

struct thread {
	pthread_t handle;
	char name[16]; /* as long as Linux has it */
	void (*run)(void *arg);
	void *arg;
	/* Whoever comes second of its end and thread_leave() frees it. */
	atomic_bool is_alone;
};

static _Thread_local const struct thread *self;

/* An overflow of the stack is told on another one, and every thread needs its own:
 * without it the kernel ends the process before the handler that gives the terminal back.
 * Returns NULL where there is one already (the address sanitizer brings its own). */
static void *
take_spare_stack(void)
{
	stack_t spare = { .ss_size = SPARE_STACK_SIZE }, present;

	if (sigaltstack(NULL, &present) != 0 || (present.ss_flags & SS_DISABLE) == 0)
		return NULL;
	spare.ss_sp = mem_new(1, spare.ss_size);
	sigaltstack(&spare, NULL);
	return spare.ss_sp;
}

static void
give_spare_stack_back(void *memory)
{
	const stack_t none = { .ss_flags = SS_DISABLE };

	if (memory == NULL)
		return;
	sigaltstack(&none, NULL);
	free(memory);
}

static void *
begin(void *arg)
{
	struct thread *thread = arg;
	void *spare_stack = take_spare_stack();

	self = thread;
	pthread_setname_np(pthread_self(), thread->name);
	thread->run(thread->arg);
	give_spare_stack_back(spare_stack);
	if (atomic_exchange(&thread->is_alone, true)) {
		self = NULL;
		free(thread);
	}
	return NULL;
}

/* All signals but those of a fault in the thread itself: blocked, such a one would end
 * the process before the handler that gives the terminal back. */
static sigset_t
signals_to_block(void)
{
	static const int faults[] = { SIGSEGV, SIGBUS, SIGFPE, SIGILL, SIGABRT, SIGTRAP,
		SIGSYS };
	sigset_t set;

	sigfillset(&set);
	for (size_t i = 0; i < sizeof(faults) / sizeof(faults[0]); i++)
		sigdelset(&set, faults[i]);
	return set;
}

static int
create(struct thread *thread)
{
	const sigset_t blocked = signals_to_block();
	pthread_attr_t attributes;
	sigset_t old;
	int error;

	error = pthread_attr_init(&attributes);
	if (error != 0)
		return error;
	error = pthread_attr_setstacksize(&attributes, STACK_SIZE);
	if (error == 0) {
		/* A thread inherits the mask: blocked here, no signal can come between.
		 */
		pthread_sigmask(SIG_SETMASK, &blocked, &old);
		error = pthread_create(&thread->handle, &attributes, begin, thread);
		pthread_sigmask(SIG_SETMASK, &old, NULL);
	}
	pthread_attr_destroy(&attributes);
	return error;
}

int
thread_start(struct thread **out, const char *name, void (*run)(void *arg), void *arg,
	struct err *err)
{
	struct thread *thread = mem_new(1, sizeof(*thread));
	int error;

	snprintf(thread->name, sizeof(thread->name), "%s", name);
	thread->run = run;
	thread->arg = arg;
	error = create(thread);
	if (error != 0) {
		free(thread);
		*out = NULL;
		return err_set_errno(err, ERR_FAILED, error,
			"cannot start the thread %s; see the limits of this user (ulimit "
			"-u)",
			name);
	}
	*out = thread;
	return 0;
}

void
thread_join(struct thread *thread)
{
	if (thread == NULL)
		return;
	pthread_join(thread->handle, NULL);
	free(thread);
}

void
thread_leave(struct thread *thread)
{
	if (thread == NULL)
		return;
	pthread_detach(thread->handle);
	if (atomic_exchange(&thread->is_alone, true))
		free(thread);
}

thread_id
thread_self(void)
{
	static _Atomic thread_id last;
	static _Thread_local thread_id id;

	if (id == 0)
		id = atomic_fetch_add(&last, 1) + 1;
	return id;
}

const char *
thread_name(void)
{
	return self != NULL ? self->name : "main";
}

/* --- locks --- */

struct lock {
	pthread_mutex_t mutex;
};

struct lock *
lock_new(void)
{
	struct lock *lock = mem_new(1, sizeof(*lock));

	pthread_mutex_init(&lock->mutex, NULL);
	return lock;
}

void
lock_free(struct lock *lock)
{
	if (lock == NULL)
		return;
	pthread_mutex_destroy(&lock->mutex);
	free(lock);
}

void
lock_take(struct lock *lock)
{
	pthread_mutex_lock(&lock->mutex);
}

void
lock_give(struct lock *lock)
{
	pthread_mutex_unlock(&lock->mutex);
}

/* --- bells --- */

struct bell {
	int fd;
};

int
bell_new(struct bell **out, struct err *err)
{
	int fd = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);

	*out = NULL;
	if (fd < 0)
		return err_set_errno(err, ERR_FAILED, errno,
			"cannot make a wake-up for a thread; see the limit of open files "
			"(ulimit -n)");
	*out = mem_new(1, sizeof(**out));
	(*out)->fd = fd;
	return 0;
}

void
bell_free(struct bell *bell)
{
	if (bell == NULL)
		return;
	close(bell->fd);
	free(bell);
}

void
bell_ring(struct bell *bell)
{
	const uint64_t one = 1;

	/* EAGAIN means that it has been rung 2^64 times and not heard: it is rung. */
	while (write(bell->fd, &one, sizeof(one)) < 0 && errno == EINTR)
		;
}

int
bell_fd(const struct bell *bell)
{
	return bell->fd;
}

bool
bell_clear(struct bell *bell)
{
	uint64_t count;
	ssize_t got;

	do
		got = read(bell->fd, &count, sizeof(count));
	while (got < 0 && errno == EINTR);
	return got == sizeof(count);
}

bool
bell_wait(struct bell *bell, int64_t timeout)
{
	int64_t start = clock_monotonic(), left = timeout;
	struct pollfd wait = { .fd = bell->fd, .events = POLLIN };

	for (;;) {
		struct timespec limit = { left / SECOND, left % SECOND * 1000 };

		if (bell_clear(bell))
			return true;
		if (timeout >= 0 && left <= 0)
			return false;
		ppoll(&wait, 1, timeout < 0 ? NULL : &limit, NULL);
		if (timeout >= 0)
			left = timeout - (clock_monotonic() - start);
	}
}
