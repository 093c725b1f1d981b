/* SPDX-License-Identifier: MIT
 * A log file for finding out why; nothing is logged unless CKPTOP_LOG names a file. */
#ifndef BASE_LOG_H
#define BASE_LOG_H

#include <stdbool.h>

#include "base/err.h"

/* Opens (appends to, mode 0600) the log file. Without it log_add() does nothing. */
int log_open(const char *path, struct err *err);
void log_close(void);
bool log_is_open(void);

/* One line: time, thread name, text through safe_text(). Any thread; one write(2) a line.
 */
void log_add(const char *format, ...) __attribute__((format(printf, 1, 2)));

#endif
