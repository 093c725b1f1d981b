/* SPDX-License-Identifier: MIT */
#include "tui/keymap.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

/* Calls check for every key of every action; returns how many there are. */
static size_t
for_each_key(void (*check)(enum action action, const char *name, size_t len))
{
	size_t count = 0;

	for (int i = ACTION_NONE + 1; i < ACTIONS; i++) {
		const char *at = keymap_keys((enum action)i);
		while (*at != '\0') {
			size_t len = strcspn(at, " ");
			check((enum action)i, at, len);
			count++;
			at += len + (at[len] == ' ');
		}
	}
	return count;
}

/* A key that two actions claim would go to the first; so this also says that every
 * default key is unique. */
static void
check_key(enum action action, const char *name, size_t len)
{
	uint32_t code = keymap_code(name, len);

	assert_true(len > 0);
	assert_int_not_equal(code, KEY_CODE_NONE);
	assert_int_equal(keymap_action(code), action);
}

static void
every_key_is_known_and_has_one_meaning(void **state)
{
	(void)state;
	assert_true(for_each_key(check_key) >= ACTIONS - 1);
}

static void
every_action_has_a_key_a_word_and_help(void **state)
{
	char first[12];

	(void)state;
	for (int i = ACTION_NONE + 1; i < ACTIONS; i++) {
		enum action action = (enum action)i;
		assert_true(strlen(keymap_first(action, first)) > 0);
		assert_true(strlen(keymap_word(action)) > 0);
		assert_true(strlen(keymap_help(action)) > 0);
		assert_int_equal(strncmp(first, keymap_keys(action), strlen(first)), 0);
	}
}

static void
check_name(enum action action, const char *name, size_t len)
{
	char text[12];

	(void)action;
	keymap_name(keymap_code(name, len), text);
	assert_int_equal(strlen(text), len);
	assert_memory_equal(text, name, len);
}

static void
names_and_codes_belong_together(void **state)
{
	char text[12];

	(void)state;
	for_each_key(check_name);
	assert_int_equal(keymap_code("Up", 2), KEY_CODE_UP);
	assert_int_equal(keymap_code("^U", 2), 0x15);
	assert_int_equal(keymap_code("^", 1), '^');
	assert_int_equal(keymap_code("F12", 3), KEY_CODE_F12);
	assert_int_equal(keymap_code("\u00e9", 2), 0xe9);
	keymap_name(0x1f600, text);
	assert_string_equal(text, "\U0001f600");
	keymap_name(0x07, text);
	assert_string_equal(text, "^G");
	keymap_name(KEY_CODE_GONE, text);
	assert_string_equal(text, "");
}

static void
what_is_no_key_has_no_code(void **state)
{
	static const char *const wrong[] = { "", "F13", "F0", "up", "^u", "ab", "\xff",
		"\x1b" };

	(void)state;
	for (size_t i = 0; i < sizeof(wrong) / sizeof(wrong[0]); i++)
		assert_int_equal(keymap_code(wrong[i], strlen(wrong[i])), KEY_CODE_NONE);
	assert_int_equal(keymap_action(KEY_CODE_NONE), ACTION_NONE);
	assert_int_equal(keymap_action(KEY_CODE_PASTE_START), ACTION_NONE);
	assert_int_equal(keymap_action(0x4e2d), ACTION_NONE);
	assert_string_equal(keymap_keys(ACTION_NONE), "");
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(every_key_is_known_and_has_one_meaning),
		cmocka_unit_test(every_action_has_a_key_a_word_and_help),
		cmocka_unit_test(names_and_codes_belong_together),
		cmocka_unit_test(what_is_no_key_has_no_code),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
