/* SPDX-License-Identifier: MIT
 * Standard error while a screen is shown. Libraries warn there, and where it is the
 * terminal they would paint over the screen. One user in a process, one thread. */
#ifndef TUI_QUIET_H
#define TUI_QUIET_H

/* From now on what is written to standard error goes to the log, or nowhere where there
 * is none; where it is no terminal, or it cannot be kept, nothing happens. */
void quiet_begin(void);
/* Standard error is again what it was. */
void quiet_end(void);

#endif
