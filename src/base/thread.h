/* SPDX-License-Identifier: MIT
 * The one door to pthread: a thread, a lock, a wake-up. */
#ifndef BASE_THREAD_H
#define BASE_THREAD_H

#include <stdbool.h>
#include <stdint.h>

#include "base/err.h"

struct thread;

/* Starts a thread with all signals blocked (the main thread handles them) and a small
 * stack. name is at most 15 bytes. thread_join() waits for its end and frees it. */
int thread_start(struct thread **out, const char *name, void (*run)(void *arg), void *arg,
	struct err *err);
void thread_join(struct thread *thread);

/* True when the caller is the thread in which the id was taken. */
typedef uint64_t thread_id;
thread_id thread_self(void);

/* A lock that guards a few instructions; never held while another lock is taken. */
struct lock;
struct lock *lock_new(void);
void lock_free(struct lock *lock);
void lock_take(struct lock *lock);
void lock_give(struct lock *lock);

/*
 * A wake-up with a file descriptor (eventfd): any thread rings, one thread listens with
 * poll() on bell_fd() or with bell_wait(). bell_wait() returns true when rung, false
 * after timeout microseconds (< 0: for ever). bell_clear() after poll() said so.
 */
struct bell;
struct bell *bell_new(void);
void bell_free(struct bell *bell);
void bell_ring(struct bell *bell);
int bell_fd(const struct bell *bell);
bool bell_wait(struct bell *bell, int64_t timeout);
void bell_clear(struct bell *bell);

#endif
