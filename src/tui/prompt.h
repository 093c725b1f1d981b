/* SPDX-License-Identifier: MIT
 * A line of text being typed: editing, UTF-8, and paste as text. */
#ifndef TUI_PROMPT_H
#define TUI_PROMPT_H

#include "base/str.h"
#include "tui/canvas.h"

/* No longer text can be typed, in bytes. */
#define PROMPT_MAX 1024

enum prompt_answer {
	PROMPT_TYPING,
	PROMPT_CHANGED,
	PROMPT_DONE,	  /* Enter */
	PROMPT_CANCELLED, /* Esc, ^C */
	PROMPT_COMPLETE,  /* Tab */
};

struct prompt;

/* Begins with this text, the cursor behind it. prompt_free() it. */
struct prompt *prompt_new(const char *label, const char *text);
void prompt_free(struct prompt *prompt);

/* A key as term.h delivers it. Between the start and the end of a paste no key is a
 * command: line ends and other controls become blanks. */
enum prompt_answer prompt_key(struct prompt *prompt, uint32_t key);

const char *prompt_text(const struct prompt *prompt);
void prompt_set_text(struct prompt *prompt, const char *text);

/* Draws label and text into at most width cells from x, and places the cursor. A long
 * text is scrolled so that the cursor is in sight. Returns the cells used. */
unsigned prompt_draw(const struct prompt *prompt, struct canvas *canvas, unsigned y,
	unsigned x, unsigned width);

#endif
