/* SPDX-License-Identifier: MIT */
#include "tui/keymap.h"

#include <stdbool.h>
#include <stdio.h>
#include <string.h>

#include "base/utf8.h"

struct binding {
	const char *keys, *word, *help;
};

static const struct binding bindings[ACTIONS] = {
#define KEY(action, keys, word, help) [ACTION_##action] = { keys, word, help },
#include "tui/keys.def"
#undef KEY
};

static const struct key_name {
	const char *name;
	uint32_t code;
} key_names[] = {
	{ "Up", KEY_CODE_UP },
	{ "Down", KEY_CODE_DOWN },
	{ "Left", KEY_CODE_LEFT },
	{ "Right", KEY_CODE_RIGHT },
	{ "PgUp", KEY_CODE_PAGE_UP },
	{ "PgDn", KEY_CODE_PAGE_DOWN },
	{ "Home", KEY_CODE_HOME },
	{ "End", KEY_CODE_END },
	{ "Enter", KEY_CODE_ENTER },
	{ "Esc", KEY_CODE_ESCAPE },
	{ "Tab", KEY_CODE_TAB },
	{ "BackTab", KEY_CODE_BACK_TAB },
	{ "Backspace", KEY_CODE_BACKSPACE },
	{ "Delete", KEY_CODE_DELETE },
	{ "Space", ' ' },
	{ "F1", KEY_CODE_F1 },
	{ "F2", KEY_CODE_F1 + 1 },
	{ "F3", KEY_CODE_F1 + 2 },
	{ "F4", KEY_CODE_F1 + 3 },
	{ "F5", KEY_CODE_F1 + 4 },
	{ "F6", KEY_CODE_F1 + 5 },
	{ "F7", KEY_CODE_F1 + 6 },
	{ "F8", KEY_CODE_F1 + 7 },
	{ "F9", KEY_CODE_F1 + 8 },
	{ "F10", KEY_CODE_F1 + 9 },
	{ "F11", KEY_CODE_F1 + 10 },
	{ "F12", KEY_CODE_F12 },
};

#define KEY_NAMES (sizeof(key_names) / sizeof(key_names[0]))

uint32_t
keymap_code(const char *name, size_t len)
{
	uint32_t cp;

	for (size_t i = 0; i < KEY_NAMES; i++)
		if (span_equal((struct span){ name, len }, span_of(key_names[i].name)))
			return key_names[i].code;
	if (len == 2 && name[0] == '^' && name[1] >= '@' && name[1] <= '_')
		return (uint32_t)(name[1] & 0x1f);
	if (len == 0 || utf8_decode((struct span){ name, len }, &cp) != len)
		return KEY_CODE_NONE;
	return cp == UINT32_MAX || cp < ' ' ? KEY_CODE_NONE : cp;
}

void
keymap_name(uint32_t key, char out[12])
{
	struct str text = { 0 };

	for (size_t i = 0; i < KEY_NAMES; i++)
		if (key_names[i].code == key)
			str_add(&text, key_names[i].name);
	if (text.len == 0 && key < ' ')
		str_addf(&text, "^%c", (char)(key + '@'));
	else if (text.len == 0 && key < KEY_CODE_FIRST)
		utf8_add(&text, key);
	snprintf(out, 12, "%s", str_text(&text));
	str_free(&text);
}

/* The next name in a list of keys, or a span of length 0 at its end. */
static struct span
next_name(const char **keys)
{
	const char *start = *keys + strspn(*keys, " ");
	size_t len = strcspn(start, " ");

	*keys = start + len;
	return (struct span){ start, len };
}

static bool
is_bound(const char *keys, uint32_t key)
{
	for (;;) {
		struct span name = next_name(&keys);
		if (name.len == 0)
			return false;
		if (keymap_code(name.at, name.len) == key)
			return true;
	}
}

enum action
keymap_action(uint32_t key)
{
	if (key == KEY_CODE_NONE)
		return ACTION_NONE;
	for (int i = ACTION_NONE + 1; i < ACTIONS; i++)
		if (is_bound(bindings[i].keys, key))
			return (enum action)i;
	return ACTION_NONE;
}

const char *
keymap_keys(enum action action)
{
	return action == ACTION_NONE ? "" : bindings[action].keys;
}

const char *
keymap_first(enum action action, char out[12])
{
	const char *keys = keymap_keys(action);
	struct span name = next_name(&keys);

	snprintf(out, 12, "%.*s", (int)name.len, name.at);
	return out;
}

const char *
keymap_word(enum action action)
{
	return action == ACTION_NONE ? "" : bindings[action].word;
}

const char *
keymap_help(enum action action)
{
	return action == ACTION_NONE ? "" : bindings[action].help;
}
