/* SPDX-License-Identifier: MIT */
#include "tui/input.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "base/clock.h"
#include "base/str.h"

#define DELAY (25 * MILLISECOND)

/* The keys that are there, by name: "Up q Esc". */
static void
take(struct input *input, int64_t idle, struct str *out)
{
	uint32_t key;
	char name[12];

	while ((key = input_next(input, idle)) != KEY_CODE_NONE) {
		if (out->len > 0)
			str_add_char(out, ' ');
		keymap_name(key, name);
		if (key == KEY_CODE_PASTE_START)
			str_add(out, "<paste>");
		else if (key == KEY_CODE_PASTE_END)
			str_add(out, "</paste>");
		else
			str_add(out, name);
	}
}

/* Feeds the bytes in one piece, and byte by byte: the keys must be the same. */
static void
assert_keys(const char *bytes, size_t len, const char *expected)
{
	for (int single = 0; single < 2; single++) {
		struct input *input = input_new(DELAY);
		struct str keys = { 0 };

		for (size_t i = 0; single && i < len; i++) {
			input_feed(input, bytes + i, 1);
			take(input, 0, &keys);
		}
		if (!single)
			input_feed(input, bytes, len);
		take(input, 0, &keys);
		assert_string_equal(str_text(&keys), expected);
		str_free(&keys);
		input_free(input);
	}
}

#define ASSERT_KEYS(bytes, expected) assert_keys(bytes, sizeof(bytes) - 1, expected)

static void
characters_and_controls(void **state)
{
	(void)state;
	ASSERT_KEYS("aZ?", "a Z ?");
	ASSERT_KEYS("\u00e9\u4e2d\U0001f600", "\u00e9 \u4e2d \U0001f600");
	ASSERT_KEYS("\r\n\t\x7f\b \x0c\x1a",
		"Enter Enter Tab Backspace Backspace Space ^L "
		"^Z");
}

static void
keys_of_all_usual_terminals(void **state)
{
	(void)state;
	ASSERT_KEYS("\x1b[A\x1bOB\x1b[C\x1bOD", "Up Down Right Left");
	ASSERT_KEYS("\x1b[H\x1b[F\x1bOH\x1bOF\x1b[1~\x1b[4~\x1b[7~\x1b[8~",
		"Home End Home End Home End Home End");
	ASSERT_KEYS("\x1b[5~\x1b[6~\x1b[3~", "PgUp PgDn Delete");
	ASSERT_KEYS("\t\x1b[Z", "Tab BackTab");
	ASSERT_KEYS("\x1bOP\x1b[11~\x1b[[A\x1b[15~\x1b[[E\x1b[24~", "F1 F1 F1 F5 F5 F12");
}

static void
answers_of_the_terminal_are_no_keys(void **state)
{
	(void)state;
	/* Device attributes, status, cursor position, focus, colours, version, mouse. */
	ASSERT_KEYS("\x1b[?62;1;6;9q\x1b[?64;1;2cx", "x");
	ASSERT_KEYS("\x1b[>41;370;0c\x1b[0nx", "x");
	ASSERT_KEYS("\x1b[24;80Rx\x1b[1;1Ry", "x y");
	ASSERT_KEYS("\x1b[Ix\x1b[Oy", "x y");
	ASSERT_KEYS("\x1b]11;rgb:1e1e/1e1e/2e2e\x1b\\x", "x");
	ASSERT_KEYS("\x1b]10;rgb:ffff/ffff/ffff\ax", "x");
	ASSERT_KEYS("\x1bP>|XTerm(370)\x1b\\x\x1b_Gi=1;OK\x1b\\y", "x y");
	ASSERT_KEYS("\x1b[<0;10;20Mx\x1b[M !!y", "x y");
	ASSERT_KEYS("\x1b[?2026;2$yq", "q");
	ASSERT_KEYS("\x1b[8;36;120tq", "q");
}

static void
what_nobody_knows_is_swallowed_whole(void **state)
{
	(void)state;
	ASSERT_KEYS("\x1b[99~\x1b[Yx", "x");
	ASSERT_KEYS("\x1b[1;5A\x1b[1;2Px", "x"); /* with modifiers */
	ASSERT_KEYS("\x1b[27;5;9~\x1b[97;5ux", "x");
	ASSERT_KEYS("\x1bqx\x1b\u00e9y\x1b\ry", "x y y"); /* with Alt */
	ASSERT_KEYS("\xff\xc3x\xc2\x9b"
		    "31my",
		"x 3 1 m y"); /* no 8-bit controls */
	/* Broken off by another one. */
	ASSERT_KEYS("\x1b[12\x1b[Ax", "Up x");
	ASSERT_KEYS("\x1b]0;title\x1b[Ax", "Up x");
}

static void
a_sequence_too_long_is_given_up(void **state)
{
	struct input *input = input_new(DELAY);
	struct str keys = { 0 };

	(void)state;
	input_feed(input, "\x1b[", 2);
	for (int i = 0; i < 100; i++)
		input_feed(input, "1", 1);
	take(input, 0, &keys);
	assert_int_equal(keys.len, 0);
	input_feed(input, "\x1b[A", 3);
	take(input, 0, &keys);
	assert_string_equal(str_text(&keys), "Up");
	str_free(&keys);
	input_free(input);
}

static void
an_escape_alone_is_a_key_after_its_time(void **state)
{
	struct input *input = input_new(DELAY);

	(void)state;
	assert_int_equal(input_patience(input), -1);
	input_feed(input, "\x1b", 1);
	assert_int_equal(input_next(input, 0), KEY_CODE_NONE);
	assert_int_equal(input_patience(input), DELAY);
	assert_int_equal(input_next(input, DELAY - 1), KEY_CODE_NONE);
	assert_int_equal(input_next(input, DELAY), KEY_CODE_ESCAPE);
	assert_int_equal(input_patience(input), -1);
	input_feed(input, "\x1b\x1b", 2);
	assert_int_equal(input_next(input, 0), KEY_CODE_ESCAPE);
	assert_int_equal(input_next(input, 0), KEY_CODE_NONE);
	assert_int_equal(input_next(input, DELAY), KEY_CODE_ESCAPE);
	input_free(input);
}

static void
a_slow_network_does_not_tear_sequences(void **state)
{
	struct input *input = input_new(DELAY);

	(void)state;
	input_feed(input, "\x1b[", 2);
	assert_int_equal(input_next(input, 10 * DELAY), KEY_CODE_NONE);
	input_feed(input, "A", 1);
	assert_int_equal(input_next(input, 0), KEY_CODE_UP);
	input_feed(input, "\x1b]11;rgb:", 9);
	assert_int_equal(input_next(input, 10 * DELAY), KEY_CODE_NONE);
	input_feed(input, "ffff\a", 5);
	assert_int_equal(input_next(input, 0), KEY_CODE_NONE);
	/* But what never ends does not hold keys for ever. */
	input_feed(input, "\x1b]", 2);
	assert_int_equal(input_next(input, 0), KEY_CODE_NONE);
	assert_int_equal(input_patience(input), SECOND);
	assert_int_equal(input_next(input, SECOND), KEY_CODE_NONE);
	input_feed(input, "q", 1);
	assert_int_equal(input_next(input, 0), 'q');
	input_feed(input, "\x1b[", 2);
	assert_int_equal(input_next(input, SECOND), KEY_CODE_NONE);
	input_feed(input, "\xe4\xb8", 2);
	assert_int_equal(input_next(input, SECOND), KEY_CODE_NONE);
	input_feed(input, "q", 1);
	assert_int_equal(input_next(input, 0), 'q');
	input_free(input);
}

static void
pastes_are_marked_and_untouched(void **state)
{
	(void)state;
	ASSERT_KEYS("\x1b[200~q\rQ\x1b[A\u00e9\x1b[201~x",
		"<paste> q ^M Q ^[ [ A \u00e9 </paste> x");
	ASSERT_KEYS("\x1b[200~a\x1b[201~\x1b[200~b\x1b[201~",
		"<paste> a </paste> <paste> b </paste>");
	/* An end without a beginning is nothing. */
	ASSERT_KEYS("\x1b[201~x", "x");
}

static void
a_paste_waits_for_its_end(void **state)
{
	struct input *input = input_new(DELAY);

	(void)state;
	input_feed(input, "\x1b[200~a\x1b[20", 11);
	assert_int_equal(input_next(input, 0), KEY_CODE_PASTE_START);
	assert_int_equal(input_next(input, 0), 'a');
	assert_int_equal(input_next(input, 2 * DELAY), KEY_CODE_NONE);
	/* What only looked like its end was text. */
	assert_int_equal(input_next(input, SECOND), 0x1b);
	assert_int_equal(input_next(input, SECOND), '[');
	input_feed(input, "\r", 1);
	assert_int_equal(input_next(input, 0), '2');
	assert_int_equal(input_next(input, 0), '0');
	assert_int_equal(input_next(input, 0), '\r');
	input_feed(input, "\x1b[201~\r", 7);
	assert_int_equal(input_next(input, 0), KEY_CODE_PASTE_END);
	assert_int_equal(input_next(input, 0), KEY_CODE_ENTER);
	input_free(input);
}

static void
a_terminal_may_have_keys_of_its_own(void **state)
{
	struct input *input = input_new(DELAY);

	(void)state;
	input_define(input,
		"\x1b"
		"F1",
		KEY_CODE_F1);
	input_define(input, "\x0b", KEY_CODE_UP); /* would take ^K away */
	input_define(input, "", KEY_CODE_UP);
	input_feed(input,
		"\x1b"
		"F",
		2);
	assert_int_equal(input_next(input, 0), KEY_CODE_NONE);
	input_feed(input, "1\x0b", 2);
	assert_int_equal(input_next(input, 0), KEY_CODE_F1);
	assert_int_equal(input_next(input, 0), 0x0b);
	input_free(input);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(characters_and_controls),
		cmocka_unit_test(keys_of_all_usual_terminals),
		cmocka_unit_test(answers_of_the_terminal_are_no_keys),
		cmocka_unit_test(what_nobody_knows_is_swallowed_whole),
		cmocka_unit_test(a_sequence_too_long_is_given_up),
		cmocka_unit_test(an_escape_alone_is_a_key_after_its_time),
		cmocka_unit_test(a_slow_network_does_not_tear_sequences),
		cmocka_unit_test(pastes_are_marked_and_untouched),
		cmocka_unit_test(a_paste_waits_for_its_end),
		cmocka_unit_test(a_terminal_may_have_keys_of_its_own),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
