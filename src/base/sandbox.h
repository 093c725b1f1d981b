/* SPDX-License-Identifier: MIT
 * Giving up the right to write, for good: what a bug, a library or whoever stands at the
 * keyboard tries afterwards is refused by the kernel (Landlock). */
#ifndef BASE_SANDBOX_H
#define BASE_SANDBOX_H

#include <stdbool.h>

#include "base/err.h"

/*
 * The version of the kernel's Landlock interface, 0 where there is none (or it is
 * switched off). From 3 on a file cannot be cut short by truncate() either, which nothing
 * in this program calls.
 */
int sandbox_version(void);

/*
 * From now on no thread of this process, and no process it starts, can open a file for
 * writing, make, rename, link or remove one, or execute one; a descriptor that is open
 * already keeps what it can do. All may be read as before. The only files that can still
 * be opened for writing are the terminals on standard input, output and error, and
 * /dev/tty. Not covered by any Landlock: mode, owner and times of a file.
 *
 * Only while the process has one thread. ERR_FAILED where the kernel cannot, with the
 * reason; nothing has changed then, but that the process may gain no privileges by what
 * it executes. A second call does nothing.
 */
int sandbox_enter(struct err *err);

/* Whether this process has entered it. Any thread. */
bool sandbox_is_entered(void);

/* Whether it was to: a process that has said so leaves no trace of its own accord where
 * the kernel cannot see to it. Any thread. */
bool sandbox_is_wanted(void);

#endif
