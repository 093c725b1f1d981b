/* SPDX-License-Identifier: MIT
 * Signals, and a terminal that is left clean whatever ends the program. One user in a
 * process. */
#ifndef TUI_SIGNALS_H
#define TUI_SIGNALS_H

#include <stdbool.h>
#include <termios.h>

#include "base/err.h"
#include "base/str.h"

enum signal_event {
	SIGNAL_END = 1 << 0,	  /* TERM, INT, HUP, QUIT */
	SIGNAL_RESIZED = 1 << 1,  /* WINCH */
	SIGNAL_STOP = 1 << 2,	  /* TSTP */
	SIGNAL_CONTINUED = 1 << 3 /* CONT */
};

/*
 * From now on signals are events to be polled for. Those that the program was started to
 * ignore (nohup, a shell's &) stay ignored. SEGV, ABRT, BUS, FPE and ILL restore the
 * terminal (see signals_guard()) and end the process as they always do; so do those of
 * SIGNAL_END when signals_close() does not follow within two seconds.
 */
int signals_open(struct err *err);
/* The handlers of before are back. */
void signals_close(void);

/* Readable when there are events. */
int signals_fd(void);
/* The events since the last call, as bits; number (may be NULL) becomes the signal of
 * SIGNAL_END. */
unsigned signals_take(int *number);

/* What makes the terminal as it was: these modes and these bytes (copied, at most
 * SIGNALS_BYTES). */
#define SIGNALS_BYTES 256
void signals_guard(int fd, const struct termios *modes, struct span bytes);
void signals_unguard(void);

/* Stops the program as ^Z does without us; returns when it goes on. */
void signals_stop_here(void);
/* Whether the program was started to ignore this signal. */
bool signals_ignored(int number);
/* Ends the process by this signal, if it does end one. */
void signals_end_by(int number);

#endif
