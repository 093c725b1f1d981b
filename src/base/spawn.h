/* SPDX-License-Identifier: MIT
 * The one door through which other programs are started. No shell is asked: arguments are
 * passed as they are. Any thread. */
#ifndef BASE_SPAWN_H
#define BASE_SPAWN_H

#include <stdatomic.h>
#include <stdbool.h>
#include <stdint.h>

#include "base/err.h"
#include "base/str.h"

struct spawn {
	const char *path;	      /* absolute */
	const char *const *arguments; /* from the name on, NULL behind the last */
	const char *const *environment;
	struct span input;	 /* what it reads */
	int64_t timeout;	 /* microseconds; then it is ended */
	const atomic_bool *stop; /* NULL: none. Once true it has but a moment left */
	bool *started; /* NULL, or becomes whether it ran and could read the input */
};

/*
 * Runs the program until it ends, in / and in a session of its own: it has no terminal,
 * and no key that is typed there reaches it. What it reads is a file of its own; what it
 * writes, on either output, is not shown to anybody. It has no other descriptors, and
 * every signal is as a program expects it. With its end, and when it takes too long,
 * whatever it has left in its process group is killed.
 *
 * ERR_FAILED for all but exit status 0: it could not be started, its status or signal and
 * the first line that it wrote, or that it took too long.
 */
int spawn_run(const struct spawn *spawn, struct err *err);

/* Whether nobody but root and this user can decide what the path runs: the file and its
 * directory belong to them, and others may not write there. ERR_REFUSED else. */
int spawn_check_owner(const char *path, struct err *err);

#endif
