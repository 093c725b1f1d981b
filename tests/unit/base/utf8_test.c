/* SPDX-License-Identifier: MIT */
#include "base/utf8.h"

#include <locale.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <wchar.h>

#include <cmocka.h>

/* --- what must never come out, written down here once more from the Unicode tables ---
 */

static const struct {
	uint32_t first, last;
	const char *what;
} forbidden[] = {
	{ 0x00, 0x1f, "C0 control" },
	{ 0x7f, 0x9f, "DEL or C1 control" },
	{ 0xa0, 0xa0, "no-break space" },
	{ 0xad, 0xad, "soft hyphen" },
	{ 0x034f, 0x034f, "grapheme joiner" },
	{ 0x061c, 0x061c, "Arabic letter mark" },
	{ 0x115f, 0x1160, "Hangul filler" },
	{ 0x1680, 0x1680, "Ogham space" },
	{ 0x17b4, 0x17b5, "Khmer inherent vowel" },
	{ 0x180b, 0x180f, "Mongolian selector" },
	{ 0x2000, 0x200f, "space, zero width or bidi mark" },
	{ 0x2028, 0x202f, "separator, bidi embedding or override, narrow space" },
	{ 0x205f, 0x206f, "space, invisible operator, bidi isolate" },
	{ 0x2800, 0x2800, "blank Braille" },
	{ 0x3000, 0x3000, "wide space" },
	{ 0x3164, 0x3164, "Hangul filler" },
	{ 0xd800, 0xdfff, "surrogate" },
	{ 0xe000, 0xf8ff, "private use" },
	{ 0xfdd0, 0xfdef, "noncharacter" },
	{ 0xfe00, 0xfe0f, "variation selector" },
	{ 0xfeff, 0xfeff, "zero-width no-break space" },
	{ 0xffa0, 0xffa0, "Hangul filler" },
	{ 0xfff0, 0xfffb, "interlinear annotation" },
	{ 0xfffe, 0xffff, "noncharacter" },
	{ 0x1bca0, 0x1bca3, "shorthand format control" },
	{ 0x1d173, 0x1d17a, "musical format control" },
	{ 0xe0000, 0xe0fff, "tag or variation selector" },
	{ 0xf0000, UINT32_MAX, "private use or no character" },
};

static const char *
why_forbidden(uint32_t cp)
{
	for (size_t i = 0; i < sizeof(forbidden) / sizeof(*forbidden); i++)
		if (cp >= forbidden[i].first && cp <= forbidden[i].last)
			return forbidden[i].what;
	return NULL;
}

/* The text with every byte in hexadecimal, for messages. */
static const char *
hex(struct span text)
{
	static struct str out;

	str_clear(&out);
	for (size_t i = 0; i < text.len; i++)
		str_addf(&out, "%02x ", (unsigned char)text.at[i]);
	return str_text(&out);
}

/*
 * The promises of the gate, for one input. The C library decodes the output, so that an
 * error of our own decoder cannot hide itself.
 */
static void
check_gate(struct span text)
{
	struct str out = { 0 }, again = { 0 };
	size_t width = safe_text(&out, text), sum = 0, at = 0;
	unsigned flood = 0;
	mbstate_t shift = { 0 };

	while (at < out.len) {
		wchar_t wide;
		size_t len = mbrtowc(&wide, out.text + at, out.len - at, &shift);
		const char *why;

		if (len == 0 || len > 4)
			fail_msg("%s: invalid output at %zu", hex(text), at);
		why = why_forbidden((uint32_t)wide);
		if (why != NULL)
			fail_msg("%s: lets U+%04X (%s) pass", hex(text), (unsigned)wide,
				why);
		if (wcwidth(wide) != (int)utf8_width((uint32_t)wide))
			fail_msg("%s: U+%04X has %d cells for curses, not %u", hex(text),
				(unsigned)wide, wcwidth(wide),
				utf8_width((uint32_t)wide));
		flood = utf8_width((uint32_t)wide) == 0 ? flood + 1 : 0;
		if (flood > 4 || (at == 0 && flood > 0))
			fail_msg("%s: %u marks, at byte %zu", hex(text), flood, at);
		sum += utf8_width((uint32_t)wide);
		at += len;
	}
	if (sum != width || safe_width(text) != width)
		fail_msg("%s: %zu cells, said %zu and %zu", hex(text), sum, width,
			safe_width(text));
	if (safe_text(&again, str_span(&out)) != width ||
		!span_equal(str_span(&out), str_span(&again)))
		fail_msg("%s: another text the second time", hex(text));
	if (safe_text_alters(text) != !span_equal(text, str_span(&out)) ||
		safe_text_alters(str_span(&out)))
		fail_msg("%s: wrong about being altered", hex(text));
	str_free(&out);
	str_free(&again);
}

/* The promises of the cut, at every width up to `most`. */
static void
check_cuts(struct span text, size_t most)
{
	size_t full = safe_width(text);
	struct str whole = { 0 }, out = { 0 };

	safe_text(&whole, text);
	for (size_t max = 0; max <= most; max++) {
		size_t width, said;

		str_clear(&out);
		str_add(&out, "|");
		said = safe_text_cut(&out, text, max);
		width = safe_width((struct span){ out.text + 1, out.len - 1 });
		if (said != width || said > max)
			fail_msg("%s cut to %zu: %zu cells, said %zu", hex(text), max,
				width, said);
		if (!utf8_is_valid(str_span(&out)))
			fail_msg("%s cut to %zu is not valid", hex(text), max);
		if (full <= max) {
			assert_string_equal(out.text + 1, str_text(&whole));
		} else if (max > 0) {
			assert_int_equal(out.text[out.len - 1], '~');
			assert_memory_equal(out.text + 1, whole.text, out.len - 2);
		} else {
			assert_int_equal(out.len, 1);
		}
	}
	str_free(&whole);
	str_free(&out);
}

/* --- decoding --- */

/* Markus Kuhn's list of what decoders get wrong, shortened. */
static void
decoder_refuses_what_is_not_utf8(void **state)
{
	static const struct span invalid[] = { SPAN("\x80"), SPAN("\xbf"),
		SPAN("\xc0\x80"), SPAN("\xc0\xaf"), SPAN("\xc1\xbf"), SPAN("\xc2"),
		SPAN("\xc2 "), SPAN("\xe0\x80\xaf"), SPAN("\xe0\x9f\xbf"),
		SPAN("\xe2\x82"), SPAN("\xed\xa0\x80"), SPAN("\xed\xbf\xbf"),
		SPAN("\xf0\x80\x80\xaf"), SPAN("\xf0\x8f\xbf\xbf"), SPAN("\xf0\x9f\x98"),
		SPAN("\xf4\x90\x80\x80"), SPAN("\xf5\x80\x80\x80"),
		SPAN("\xf8\x88\x80\x80\x80"), SPAN("\xfc\x84\x80\x80\x80\x80"),
		SPAN("\xfe"), SPAN("\xff") };

	(void)state;
	for (size_t i = 0; i < sizeof(invalid) / sizeof(*invalid); i++) {
		uint32_t cp = 0;

		assert_int_equal(utf8_decode(invalid[i], &cp), 1);
		assert_int_equal(cp, UINT32_MAX);
		assert_false(utf8_is_valid(invalid[i]));
		check_gate(invalid[i]);
	}
	assert_true(utf8_is_valid(SPAN("")));
	assert_true(utf8_is_valid(SPAN("\0")));
	assert_false(utf8_is_valid(SPAN("fine until \xe2\x82")));
}

/* Every scalar value there is: encoded, decoded, and sent through the gate. */
static void
every_character_round_trips_and_passes_the_gate(void **state)
{
	struct str text = { 0 };

	(void)state;
	for (uint32_t cp = 0; cp <= 0x10ffff; cp++) {
		uint32_t back = 0;

		if (cp >= 0xd800 && cp <= 0xdfff)
			continue;
		str_clear(&text);
		utf8_add(&text, cp);
		if (utf8_decode(str_span(&text), &back) != text.len || back != cp)
			fail_msg("U+%04X comes back as U+%04X", cp, back);
		if (utf8_is_plain(cp) && why_forbidden(cp) != NULL)
			fail_msg("U+%04X (%s) is taken for plain", cp, why_forbidden(cp));
		/* Above the first planes whole blocks are alike: samples do. */
		if (cp < 0x20000 || cp % 257 == 0 || (cp & 0xff000) == 0xe0000)
			check_gate(str_span(&text));
	}
	str_free(&text);
}

/* --- width --- */

static void
a_beginning_has_no_half_characters(void **state)
{
	struct span text = SPAN("a\xc3\xa4\xf0\x9f\x98\x80z");

	(void)state;
	assert_int_equal(utf8_beginning(text, 0), 0);
	assert_int_equal(utf8_beginning(text, 1), 1);
	assert_int_equal(utf8_beginning(text, 2), 1);
	assert_int_equal(utf8_beginning(text, 3), 3);
	assert_int_equal(utf8_beginning(text, 6), 3);
	assert_int_equal(utf8_beginning(text, 7), 7);
	assert_int_equal(utf8_beginning(text, 8), 8);
	assert_int_equal(utf8_beginning(text, 100), 8);
	/* An invalid byte stands for itself. */
	assert_int_equal(utf8_beginning(SPAN("\x80\x80\x80\x80"), 3), 3);
	assert_int_equal(utf8_beginning(SPAN_NONE, 3), 0);
}

static void
width_in_cells(void **state)
{
	static const struct {
		uint32_t cp;
		unsigned width;
	} cases[] = { { 'a', 1 }, { ' ', 1 }, { 0xe4, 1 }, { 0x301, 0 }, { 0x20dd, 0 },
		{ 0x903, 1 }, { 0x4e2d, 2 }, { 0xac00, 2 }, { 0x1100, 2 }, { 0x1161, 0 },
		{ 0x11a8, 0 }, { 0xff21, 2 }, { 0xff71, 1 }, { 0x1f600, 2 },
		{ 0x4dc0, 2 }, { 0x2588, 1 }, { 0x2500, 1 }, { 0x26a0, 1 }, { 0x3099, 0 },
		{ 0x20000, 2 }, { '\0', 0 }, { '\n', 0 }, { 0x7f, 0 }, { 0x9b, 0 },
		{ 0x200b, 0 }, { 0x110000, 0 }, { UINT32_MAX, 0 } };

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(*cases); i++)
		if (utf8_width(cases[i].cp) != cases[i].width)
			fail_msg(
				"U+%04X: %u cells", cases[i].cp, utf8_width(cases[i].cp));
}

/* --- the gate: named cases --- */

struct gate_case {
	struct span text;
	const char *safe;
};

static void
check_cases(const struct gate_case *cases, size_t count)
{
	for (size_t i = 0; i < count; i++) {
		struct str out = { 0 };

		safe_text(&out, cases[i].text);
		assert_string_equal(str_text(&out), cases[i].safe);
		str_free(&out);
		check_gate(cases[i].text);
		check_cuts(cases[i].text, 40);
	}
}

#define CHECK_CASES(cases) check_cases(cases, sizeof(cases) / sizeof(*(cases)))

/* T01: sequences that make a terminal act. */
static void
escape_corpus(void **state)
{
	static const struct gate_case cases[] = {
		{ SPAN("\x1b[31mred\x1b[0m"), "\\x1b[31mred\\x1b[0m" },
		{ SPAN("\x1b]0;title\a"), "\\x1b]0;title\\x07" },
		{ SPAN("\x1b]8;;http://x\x1b\\y\x1b]8;;\x1b\\"),
			"\\x1b]8;;http://x\\x1b\\y\\x1b]8;;\\x1b\\" },
		{ SPAN("\x1b]52;c;ZXZpbA==\x1b\\"), "\\x1b]52;c;ZXZpbA==\\x1b\\" },
		{ SPAN("\x1bPq#0\x1b\\"), "\\x1bPq#0\\x1b\\" },
		{ SPAN("\x1b_apc\x1b\\"), "\\x1b_apc\\x1b\\" },
		{ SPAN("\x1bXsos\x1b\\"), "\\x1bXsos\\x1b\\" },
		{ SPAN("\x9b"
		       "31m"),
			"\\x9b31m" },
		{ SPAN("\xc2\x9b"
		       "31m"),
			"\\x9b31m" },
		{ SPAN("\xc2\x80\xc2\x9d\xc2\x9f"), "\\x80\\x9d\\x9f" },
		{ SPAN("\x0e\x0f\x7f"), "\\x0e\\x0f\\x7f" },
		{ SPAN("a\rb\nc\bd\te\a"), "a\\x0db\\x0ac\\x08d\\x09e\\x07" },
		{ SPAN("nul\0end"), "nul\\x00end" },
		{ SPAN("\\x1b stays"), "\\x1b stays" },
		{ SPAN(""), "" },
	};

	(void)state;
	CHECK_CASES(cases);
}

/* T02: characters that hide themselves or reorder others. */
static void
bidi_zero_width(void **state)
{
	static const struct gate_case cases[] = {
		{ SPAN("a\u202eb\u202c"), "a<202e>b<202c>" },
		{ SPAN("\u2066x\u2069\u061c\u200e\u200f"),
			"<2066>x<2069><061c><200e><200f>" },
		{ SPAN("or\u200bders"), "or<200b>ders" },
		{ SPAN("\U0001f468\u200d\U0001f469"), "\U0001f468<200d>\U0001f469" },
		{ SPAN("\ufefforders\u2060"), "<feff>orders<2060>" },
		{ SPAN("x\U000e0001\U000e0041"), "x<e0001><e0041>" },
		{ SPAN("\u2764\ufe0f \ue0001\U000e0100"), "\u2764<fe0f> <e000>1<e0100>" },
		{ SPAN("\u115f\u1160\u3164\uffa0\u2800"),
			"<115f><1160><3164><ffa0><2800>" },
		{ SPAN("soft\u00adhyphen\u00a0hard\u3000wide"),
			"soft<00ad>hyphen<00a0>hard<3000>wide" },
		{ SPAN("a\u2028b\u2029c\xc2\x85"), "a<2028>b<2029>c\\x85" },
		{ SPAN("\ue000\U0010fffd\uffff\U000e0fff\u0378"),
			"<e000><10fffd><ffff><e0fff><0378>" },
		{ SPAN("\u05e9\u05dc\u05d5\u05dd \u4e2d\u6587 \U0001f600 \ufffd"),
			"\u05e9\u05dc\u05d5\u05dd \u4e2d\u6587 \U0001f600 \ufffd" },
	};

	(void)state;
	CHECK_CASES(cases);
}

/* T03: a row with invalid bytes stays visible. */
static void
invalid_utf8_row_not_hidden(void **state)
{
	static const struct gate_case cases[] = {
		{ SPAN("a\xff\xfe"), "a\\xff\\xfe" },
		{ SPAN("\xed\xa0\x80z"), "\\xed\\xa0\\x80z" },
		{ SPAN("cut \xe2\x82"), "cut \\xe2\\x82" },
		{ SPAN("\xc0\x9b"), "\\xc0\\x9b" },
		{ SPAN("\xff\u0301"), "\\xff<0301>" },
	};

	(void)state;
	CHECK_CASES(cases);
}

/* T04: marks pile up on one base, or have none. */
static void
combining_flood(void **state)
{
	static const struct gate_case cases[] = {
		{ SPAN("e\u0301"), "e\u0301" },
		{ SPAN("\u0301e"), "<0301>e" },
		{ SPAN(" \u0301"), " <0301>" },
		{ SPAN("\u202e\u0301"), "<202e><0301>" },
		{ SPAN("a\u0301\u0302\u0303\u0304\u0305\u0306b\u0307"),
			"a\u0301\u0302\u0303\u0304b\u0307" },
		/* Hindi with spacing marks; Hangul written as single letters */
		{ SPAN("\u0939\u093f\u0928\u094d\u0926\u0940"),
			"\u0939\u093f\u0928\u094d\u0926\u0940" },
		{ SPAN("\u1112\u1161\u11ab\uac00\u11ab"),
			"\u1112\u1161\u11ab\uac00\u11ab" },
		{ SPAN("a\u1161\u0301\u11ab"), "a<1161><0301><11ab>" },
	};
	struct str text = { 0 }, out = { 0 };

	(void)state;
	CHECK_CASES(cases);
	str_add(&text, "a");
	for (int i = 0; i < 10000; i++)
		utf8_add(&text, 0x301);
	assert_int_equal(safe_text(&out, str_span(&text)), 1);
	assert_string_equal(str_text(&out), "a\u0301\u0301\u0301\u0301");
	assert_true(safe_text_alters(str_span(&text)));
	str_clear(&out);
	assert_int_equal(safe_text_cut(&out, str_span(&text), 1), 1);
	assert_int_equal(out.len, 9);
	str_add(&text, "b");
	str_clear(&out);
	assert_int_equal(safe_text_cut(&out, str_span(&text), 1), 1);
	assert_string_equal(str_text(&out), "~");
	str_free(&text);
	str_free(&out);
}

/* T05: the cut never halves a wide character and takes the marks along. */
static void
cut_at_the_edge(void **state)
{
	static const struct {
		const char *text;
		size_t max;
		const char *safe;
		size_t width;
	} cases[] = {
		{ "\u4e2d\u6587", 4, "\u4e2d\u6587", 4 },
		{ "\u4e2d\u6587", 3, "\u4e2d~", 3 },
		{ "\u4e2d\u6587", 2, "~", 1 },
		{ "\u4e2d\u6587", 1, "~", 1 },
		{ "\u4e2d\u6587", 0, "", 0 },
		{ "a\u4e2d", 2, "a~", 2 },
		{ "abc", 3, "abc", 3 },
		{ "abcd", 3, "ab~", 3 },
		{ "ab\u0301c\u0302d", 3, "ab\u0301~", 3 },
		{ "ab\u0301c\u0302", 3, "ab\u0301c\u0302", 3 },
		{ "ab\x1b", 5, "ab~", 3 },
		{ "ab\x1b", 6, "ab\\x1b", 6 },
		{ "a\u202e", 6, "a~", 2 },
		{ "", 0, "", 0 },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(*cases); i++) {
		struct str out = { 0 };

		assert_int_equal(
			safe_text_cut(&out, span_of(cases[i].text), cases[i].max),
			cases[i].width);
		assert_string_equal(str_text(&out), cases[i].safe);
		str_free(&out);
	}
}

/* --- the gate: random inputs --- */

/* xorshift64*: the same inputs in every run. */
static uint64_t
next_random(uint64_t *seed)
{
	*seed ^= *seed >> 12;
	*seed ^= *seed << 25;
	*seed ^= *seed >> 27;
	return *seed * UINT64_C(2685821657736338717);
}

/* Bytes, characters of every plane, and the ends and neighbours of all that is
 * forbidden: what a uniform choice would hit only once in a million. */
static void
add_random(struct str *text, uint64_t *seed)
{
	size_t ranges = sizeof(forbidden) / sizeof(*forbidden);
	uint64_t number = next_random(seed);
	uint32_t pick = (uint32_t)(number >> 32) & 0x7fffffff, cp = 0;

	switch (number % 8) {
	case 0: str_add_char(text, (char)pick); return;
	case 1: str_add_char(text, (char)(0x80 | pick)); return;
	case 2: cp = pick % 0x80; break;
	case 3: cp = pick % 0x3000; break;
	case 4: cp = pick % 0x110000; break;
	case 5: cp = 0x300 + pick % 0x70; break;
	case 6: cp = 0x1100 + pick % 0x100; break;
	case 7: {
		size_t range = pick % ranges;

		cp = (pick & 0x10000 ? forbidden[range].first : forbidden[range].last) +
		     pick / ranges % 3 - 1;
		break;
	}
	}
	if (cp <= 0x10ffff && (cp < 0xd800 || cp > 0xdfff))
		utf8_add(text, cp);
}

static void
random_texts_keep_the_promises(void **state)
{
	uint64_t seed = 20221122;
	struct str text = { 0 };

	(void)state;
	for (int i = 0; i < 20000; i++) {
		size_t pieces = next_random(&seed) % 24;

		str_clear(&text);
		while (pieces-- > 0)
			add_random(&text, &seed);
		check_gate(str_span(&text));
		if (i % 8 == 0)
			check_cuts(str_span(&text), 24);
	}
	str_free(&text);
}

/* Every way to tear a valid text apart. */
static void
torn_texts_keep_the_promises(void **state)
{
	static const char text[] =
		"a\u0301\u4e2d\U0001f600\x1b[0m\u202e\u1112\u1161\u11ab\u0939\u093f ";

	(void)state;
	for (size_t start = 0; start < sizeof(text); start++)
		for (size_t end = start; end <= sizeof(text); end++)
			check_gate((struct span){ text + start, end - start });
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(decoder_refuses_what_is_not_utf8),
		cmocka_unit_test(every_character_round_trips_and_passes_the_gate),
		cmocka_unit_test(a_beginning_has_no_half_characters),
		cmocka_unit_test(width_in_cells),
		cmocka_unit_test(escape_corpus),
		cmocka_unit_test(bidi_zero_width),
		cmocka_unit_test(invalid_utf8_row_not_hidden),
		cmocka_unit_test(combining_flood),
		cmocka_unit_test(cut_at_the_edge),
		cmocka_unit_test(random_texts_keep_the_promises),
		cmocka_unit_test(torn_texts_keep_the_promises),
	};

	if (setlocale(LC_CTYPE, "C.UTF-8") == NULL)
		return 1;
	return cmocka_run_group_tests(tests, NULL, NULL);
}
