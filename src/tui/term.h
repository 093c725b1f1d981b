/* SPDX-License-Identifier: MIT
 * The terminal: the one door to ncurses. Shows canvases, delivers keys, and leaves the
 * terminal as it was however the program ends. One thread. */
#ifndef TUI_TERM_H
#define TUI_TERM_H

#include <stdbool.h>
#include <stdint.h>

#include "base/err.h"
#include "tui/canvas.h"
#include "tui/theme.h"

struct terminal;

/*
 * Takes the terminal over: standard input and output must be one, TERM must be known and
 * able to place the cursor. ERR_USAGE says what is wrong and what to use instead ("ckptop
 * list", "ckptop -b -n 1"); nothing was written then. The locale must have been set. A
 * terminal without colours has the looks of the theme mono, whatever the theme. From now
 * on signals are events (tui/signals.h), and nothing that libraries write to standard
 * error reaches the terminal (tui/quiet.h).
 */
int term_open(struct terminal **out, const struct theme *theme, struct err *err);
/* Gives it back: alternate screen left, cursor shown, modes restored. NULL is allowed. */
void term_close(struct terminal *term);

void term_size(const struct terminal *term, unsigned *width, unsigned *height);
/* Asks the terminal for its size, after SIGNAL_RESIZED; the next term_show() paints
 * everything. */
void term_resize(struct terminal *term);
/*
 * Makes the terminal show the canvas; sends only what differs from the last one. Never
 * waits for the terminal: one that has not taken the last picture yet is sent nothing,
 * and gets what is true then with the first call after it has.
 */
void term_show(struct terminal *term, const struct canvas *canvas);
/* The next term_show() paints everything again. */
void term_redraw(struct terminal *term);
/* Rings with the next term_show(). */
void term_bell(struct terminal *term);
/* Puts text on the user's clipboard (OSC 52) with the next term_show(); the last one
 * counts. */
void term_copy(struct terminal *term, struct span text);

/* The descriptor to poll() for keys, and the next key: a character, an enum key_code,
 * KEY_CODE_NONE when there is none now, KEY_CODE_GONE when the terminal is gone. */
int term_fd(const struct terminal *term);
/* The descriptor to poll() for POLLOUT while a picture is on its way; -1: none is. */
int term_output_fd(const struct terminal *term);
uint32_t term_key(struct terminal *term);
/* Throws away what was typed and not yet taken. */
void term_forget_keys(struct terminal *term);
/* After so many microseconds term_key() may have a key although no byte came; -1: not. */
int64_t term_patience(const struct terminal *term);

/* Suspends the program (^Z) and takes the terminal over again when it goes on. */
void term_suspend(struct terminal *term);
/* Takes it over again after somebody else stopped the program and let it go on. */
void term_resume(struct terminal *term);

/* True when the characters of this locale are UTF-8. Calls no terminal function. */
bool term_locale_is_utf8(void);

#endif
