/* SPDX-License-Identifier: MIT
 * The one door to pthread: a thread, a lock, a wake-up. */
#ifndef BASE_THREAD_H
#define BASE_THREAD_H

#include <stdbool.h>
#include <stdint.h>

#include "base/err.h"

struct thread;

/*
 * Starts a thread with all signals blocked (the main thread handles them) except those of
 * a fault, such as SIGSEGV, and with 512 KiB of stack or more. name is cut to 15 bytes.
 * ERR_FAILED when the system has no room for one more. thread_join() waits for its end
 * and frees it; NULL is allowed there.
 */
int thread_start(struct thread **out, const char *name, void (*run)(void *arg), void *arg,
	struct err *err);
void thread_join(struct thread *thread);

/* Instead of thread_join(): nobody waits for its end any more. For work that a library
 * does not let go of; what such a thread uses must be its own. */
void thread_leave(struct thread *thread);

/* The id of the calling thread: never 0, and never given to another one. */
typedef uint64_t thread_id;
thread_id thread_self(void);

/* The name that the calling thread was started with, "main" for the first one. Lives as
 * long as the thread. */
const char *thread_name(void);

/* A lock that guards a few instructions; never held while another lock is taken. */
struct lock;
struct lock *lock_new(void);
void lock_free(struct lock *lock);
void lock_take(struct lock *lock);
void lock_give(struct lock *lock);

/*
 * A wake-up with a file descriptor (eventfd): any thread rings, one thread listens, with
 * poll() on bell_fd() and then bell_clear(), or with bell_wait(). A bell stays rung until
 * it is cleared, so no ring is lost; several rings before that are one. ERR_FAILED when
 * there is no descriptor left.
 */
struct bell;
int bell_new(struct bell **out, struct err *err);
void bell_free(struct bell *bell);
void bell_ring(struct bell *bell);
int bell_fd(const struct bell *bell);

/* True when rung, and clears it; false after timeout microseconds (0 only looks, < 0
 * waits for ever). A signal does not end it. */
bool bell_wait(struct bell *bell, int64_t timeout);

/* Clears it; true when it was rung. */
bool bell_clear(struct bell *bell);

#endif
