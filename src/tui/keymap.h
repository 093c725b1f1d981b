/* SPDX-License-Identifier: MIT
 * From keys to actions, by the one table keys.def. Views never see a raw key. */
#ifndef TUI_KEYMAP_H
#define TUI_KEYMAP_H

#include <stddef.h>
#include <stdint.h>

enum action {
	ACTION_NONE,
#define KEY(action, keys, word, help) ACTION_##action,
#include "tui/keys.def"
#undef KEY
	ACTIONS
};

/* Keys as term.c delivers them: a character, or one of these. */
enum key_code {
	KEY_CODE_FIRST = 0x110000, /* above all characters */
	KEY_CODE_UP,
	KEY_CODE_DOWN,
	KEY_CODE_LEFT,
	KEY_CODE_RIGHT,
	KEY_CODE_PAGE_UP,
	KEY_CODE_PAGE_DOWN,
	KEY_CODE_HOME,
	KEY_CODE_END,
	KEY_CODE_ENTER,
	KEY_CODE_ESCAPE,
	KEY_CODE_TAB,
	KEY_CODE_BACK_TAB, /* Shift and Tab */
	KEY_CODE_BACKSPACE,
	KEY_CODE_DELETE,
	KEY_CODE_F1, /* … F12 in a row */
	KEY_CODE_F12 = KEY_CODE_F1 + 11,
	KEY_CODE_RESIZE,
	KEY_CODE_PASTE_START, /* bracketed paste: what follows up to its end is no command
			       */
	KEY_CODE_PASTE_END,
	KEY_CODE_NONE, /* nothing came */
	KEY_CODE_GONE, /* the terminal is gone */
};

enum action keymap_action(uint32_t key);
/* The code of a key by its name in keys.def ("Up", "^U", "q"), KEY_CODE_NONE: no such.
 * For key scripts of the tests as well. */
uint32_t keymap_code(const char *name, size_t len);
/* The name of a key as keys.def writes it; a character is its own name. */
void keymap_name(uint32_t key, char out[12]);
const char *keymap_keys(enum action action);		    /* "Up k" */
const char *keymap_first(enum action action, char out[12]); /* "Up" */
const char *keymap_word(enum action action);
const char *keymap_help(enum action action);

#endif
