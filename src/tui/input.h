/* SPDX-License-Identifier: MIT
 * From the bytes of a terminal to keys. Pure. What a terminal sends of its own accord
 * (answers, reports, focus) and sequences nobody knows are no keys: they are swallowed,
 * so that no part of them is taken for a command. */
#ifndef TUI_INPUT_H
#define TUI_INPUT_H

#include <stddef.h>
#include <stdint.h>

#include "tui/keymap.h"

struct input;

/* escape_delay: after an Escape, what follows within this time belongs to it
 * (microseconds). input_free() it. */
struct input *input_new(int64_t escape_delay);
void input_free(struct input *input);

/* A sequence of this terminal that begins with an Escape, beyond those that are the same
 * everywhere. Others are not taken. */
void input_define(struct input *input, const char *sequence, uint32_t key);

/* Bytes as they were read. */
void input_feed(struct input *input, const char *bytes, size_t len);

/*
 * The next key: a character, an enum key_code, or KEY_CODE_NONE when there is none. idle:
 * for how long nothing more came (microseconds). Between KEY_CODE_PASTE_START and _END
 * come the characters that were pasted, controls included.
 */
uint32_t input_next(struct input *input, int64_t idle);

/* After how long without further bytes input_next() should be asked again; -1: not before
 * bytes came. */
int64_t input_patience(const struct input *input);

#endif
