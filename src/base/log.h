/* SPDX-License-Identifier: MIT
 * A log file for finding out why; nothing is logged unless CKPTOP_LOG names a file. */
#ifndef BASE_LOG_H
#define BASE_LOG_H

#include <stdbool.h>

#include "base/err.h"

/*
 * Opens (appends to, makes with mode 0600) the log file, which is a regular one and no
 * link at its end: ERR_FAILED else. Without it log_add() does nothing. Opened and closed
 * while the process has one thread; a second log_open() changes the file.
 */
int log_open(const char *path, struct err *err);
void log_close(void);
bool log_is_open(void);
/* Its descriptor, for what others write as they like; -1: there is none. */
int log_descriptor(void);

/*
 * One line: time, thread name, text through safe_text(). Any thread; one write(2) a line,
 * so lines of several threads and processes stay whole. What cannot be written is lost.
 * Leaves errno as it was.
 */
void log_add(const char *format, ...) __attribute__((format(printf, 1, 2)));

#endif
