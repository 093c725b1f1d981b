/* SPDX-License-Identifier: MIT */
#include "tui/prompt.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "base/utf8.h"
#include "tui/keymap.h"

static void
type(struct prompt *prompt, const char *text)
{
	struct span rest = span_of(text);

	while (rest.len > 0) {
		uint32_t cp;
		size_t len = utf8_decode(rest, &cp);
		assert_int_equal(prompt_key(prompt, cp), PROMPT_CHANGED);
		rest.at += len;
		rest.len -= len;
	}
}

static void
assert_drawn(struct prompt *prompt, unsigned width, const char *expected, unsigned cursor)
{
	struct canvas *canvas = canvas_new(width, 1, false);
	struct str text = { 0 };
	unsigned y, x;

	prompt_draw(prompt, canvas, 0, 0, width);
	canvas_print(canvas, &text);
	assert_string_equal(str_text(&text), expected);
	assert_true(canvas_cursor_at(canvas, &y, &x));
	assert_int_equal(x, cursor);
	str_free(&text);
	canvas_free(canvas);
}

static void
characters_are_edited_whole(void **state)
{
	struct prompt *prompt = prompt_new("", "");

	(void)state;
	type(prompt, "a\u00e9\u4e2d\U0001f600z");
	prompt_key(prompt, KEY_CODE_LEFT);
	assert_int_equal(prompt_key(prompt, KEY_CODE_BACKSPACE), PROMPT_CHANGED);
	assert_string_equal(prompt_text(prompt), "a\u00e9\u4e2dz");
	prompt_key(prompt, KEY_CODE_HOME);
	prompt_key(prompt, KEY_CODE_RIGHT);
	assert_int_equal(prompt_key(prompt, KEY_CODE_DELETE), PROMPT_CHANGED);
	assert_string_equal(prompt_text(prompt), "a\u4e2dz");
	type(prompt, "\u00df");
	assert_string_equal(prompt_text(prompt), "a\u00df\u4e2dz");
	prompt_free(prompt);
}

static void
at_the_ends_nothing_happens(void **state)
{
	struct prompt *prompt = prompt_new("", "ab");

	(void)state;
	assert_int_equal(prompt_key(prompt, KEY_CODE_RIGHT), PROMPT_TYPING);
	assert_int_equal(prompt_key(prompt, KEY_CODE_DELETE), PROMPT_TYPING);
	prompt_key(prompt, 'A' & 0x1f);
	assert_int_equal(prompt_key(prompt, KEY_CODE_LEFT), PROMPT_TYPING);
	assert_int_equal(prompt_key(prompt, KEY_CODE_BACKSPACE), PROMPT_TYPING);
	assert_int_equal(prompt_key(prompt, 'U' & 0x1f), PROMPT_TYPING);
	assert_int_equal(prompt_key(prompt, KEY_CODE_UP), PROMPT_TYPING);
	assert_int_equal(prompt_key(prompt, 0x07), PROMPT_TYPING);
	assert_string_equal(prompt_text(prompt), "ab");
	prompt_free(prompt);
}

static void
words_and_ends_are_cut(void **state)
{
	struct prompt *prompt = prompt_new("", "state:crit  lag>50k");

	(void)state;
	prompt_key(prompt, 'W' & 0x1f);
	assert_string_equal(prompt_text(prompt), "state:crit  ");
	prompt_key(prompt, 'W' & 0x1f);
	assert_string_equal(prompt_text(prompt), "");
	prompt_set_text(prompt, "abcdef");
	prompt_key(prompt, KEY_CODE_LEFT);
	prompt_key(prompt, KEY_CODE_LEFT);
	assert_int_equal(prompt_key(prompt, 'K' & 0x1f), PROMPT_CHANGED);
	assert_string_equal(prompt_text(prompt), "abcd");
	prompt_key(prompt, KEY_CODE_LEFT);
	assert_int_equal(prompt_key(prompt, 'U' & 0x1f), PROMPT_CHANGED);
	assert_string_equal(prompt_text(prompt), "d");
	prompt_free(prompt);
}

static void
the_end_is_told(void **state)
{
	struct prompt *prompt = prompt_new("", "x");

	(void)state;
	assert_int_equal(prompt_key(prompt, KEY_CODE_ENTER), PROMPT_DONE);
	assert_int_equal(prompt_key(prompt, KEY_CODE_ESCAPE), PROMPT_CANCELLED);
	assert_int_equal(prompt_key(prompt, 'C' & 0x1f), PROMPT_CANCELLED);
	assert_int_equal(prompt_key(prompt, KEY_CODE_TAB), PROMPT_COMPLETE);
	assert_string_equal(prompt_text(prompt), "x");
	prompt_free(prompt);
}

static void
a_paste_is_only_text(void **state)
{
	static const uint32_t pasted[] = { 'y', KEY_CODE_ENTER, KEY_CODE_ESCAPE, 0x03,
		KEY_CODE_TAB, KEY_CODE_BACKSPACE, KEY_CODE_UP, 'q' };
	struct prompt *prompt = prompt_new("", "");

	(void)state;
	assert_int_equal(prompt_key(prompt, KEY_CODE_PASTE_START), PROMPT_TYPING);
	for (size_t i = 0; i < sizeof(pasted) / sizeof(pasted[0]); i++)
		assert_int_equal(prompt_key(prompt, pasted[i]), PROMPT_CHANGED);
	assert_int_equal(prompt_key(prompt, KEY_CODE_PASTE_END), PROMPT_TYPING);
	assert_string_equal(prompt_text(prompt), "y      q");
	/* And then keys are keys again. */
	assert_int_equal(prompt_key(prompt, KEY_CODE_ENTER), PROMPT_DONE);
	prompt_free(prompt);
}

static void
no_more_than_the_most_is_taken(void **state)
{
	struct prompt *prompt = prompt_new("", "");

	(void)state;
	for (int i = 0; i < PROMPT_MAX / 3; i++)
		assert_int_equal(prompt_key(prompt, 0x4e2d), PROMPT_CHANGED);
	assert_int_equal(prompt_key(prompt, 0x4e2d), PROMPT_TYPING);
	assert_int_equal(strlen(prompt_text(prompt)), PROMPT_MAX / 3 * 3);
	assert_true(utf8_is_valid(span_of(prompt_text(prompt))));
	prompt_free(prompt);
}

static void
invalid_text_is_not_taken_over(void **state)
{
	struct prompt *prompt = prompt_new("", "a\xff\xc3z");

	(void)state;
	assert_string_equal(prompt_text(prompt), "az");
	prompt_free(prompt);
}

static void
the_cursor_stays_in_sight(void **state)
{
	struct prompt *prompt = prompt_new("to: ", "");

	(void)state;
	assert_drawn(prompt, 12, "to:\n", 4);
	type(prompt, "abcdefg");
	assert_drawn(prompt, 12, "to: abcdefg\n", 11);
	type(prompt, "h");
	assert_drawn(prompt, 12, "to: bcdefgh\n", 11);
	prompt_key(prompt, KEY_CODE_HOME);
	assert_drawn(prompt, 12, "to: abcdefgh\n", 4);
	/* What is spelt out takes the room of its spelling. */
	prompt_set_text(prompt, "\u202e");
	assert_drawn(prompt, 12, "to: <202e>\n", 10);
	prompt_set_text(prompt, "\u4e2d\u4e2d\u4e2d\u4e2d");
	assert_drawn(prompt, 12, "to: \u4e2d\u4e2d\u4e2d\n", 10);
	prompt_free(prompt);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(characters_are_edited_whole),
		cmocka_unit_test(at_the_ends_nothing_happens),
		cmocka_unit_test(words_and_ends_are_cut),
		cmocka_unit_test(the_end_is_told),
		cmocka_unit_test(a_paste_is_only_text),
		cmocka_unit_test(no_more_than_the_most_is_taken),
		cmocka_unit_test(invalid_text_is_not_taken_over),
		cmocka_unit_test(the_cursor_stays_in_sight),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
