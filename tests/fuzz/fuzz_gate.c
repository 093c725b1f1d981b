/* SPDX-License-Identifier: MIT
 * The gate to the terminal. What passes it is valid UTF-8, holds nothing that a terminal
 * acts on or that a reader cannot see, is as wide as we say (and as wcwidth(), which
 * curses believes, says), and is never empty unless there was nothing. */
#include "fuzz.h"

#include <locale.h>
#include <string.h>
#include <wchar.h>

#include "base/utf8.h"

#define MARKS_KEPT 4

/* Written from the names of the characters, not from our tables. */
static const struct {
	uint32_t first, last;
} forbidden[] = {
	{ 0x00, 0x1f },	       /* controls, ESC among them */
	{ 0x7f, 0x9f },	       /* DEL and the controls of C1 */
	{ 0xa0, 0xa0 },	       /* a space that is none */
	{ 0xad, 0xad },	       /* soft hyphen */
	{ 0x34f, 0x34f },      /* grapheme joiner */
	{ 0x61c, 0x61c },      /* Arabic letter mark */
	{ 0x115f, 0x1160 },    /* Hangul fillers, but see jamo below */
	{ 0x17b4, 0x17b5 },    /* Khmer inherent vowels */
	{ 0x180b, 0x180f },    /* Mongolian selectors */
	{ 0x2000, 0x200f },    /* spaces, zero widths, direction marks */
	{ 0x2028, 0x202f },    /* line ends, embeddings, overrides */
	{ 0x205f, 0x206f },    /* a space, joiners, isolates, invisible operators */
	{ 0x2800, 0x2800 },    /* blank Braille */
	{ 0x3000, 0x3000 },    /* a wide space */
	{ 0x3164, 0x3164 },    /* Hangul filler */
	{ 0xd800, 0xf8ff },    /* surrogates, private use */
	{ 0xfe00, 0xfe0f },    /* variation selectors */
	{ 0xfeff, 0xfeff },    /* byte order mark */
	{ 0xffa0, 0xffa0 },    /* half a Hangul filler */
	{ 0xfff0, 0xfffb },    /* interlinear annotation */
	{ 0x1bca0, 0x1bca3 },  /* shorthand format controls */
	{ 0x1d173, 0x1d17a },  /* musical format controls */
	{ 0xe0000, 0x10ffff }, /* tags, more selectors, private use */
};

static bool
is_forbidden(uint32_t cp)
{
	for (size_t i = 0; i < sizeof(forbidden) / sizeof(*forbidden); i++)
		if (cp >= forbidden[i].first && cp <= forbidden[i].last)
			return true;
	return (cp & 0xfffe) == 0xfffe;
}

/* The width of a text that has passed, character by character. */
static size_t
check_characters(struct span text)
{
	size_t width = 0, marks = 0;
	mbstate_t state = { 0 };

	while (text.len > 0) {
		wchar_t c;
		size_t len = mbrtowc(&c, text.at, text.len, &state);

		WANT(len != (size_t)-1 && len != (size_t)-2);
		WANT(len > 0 && !is_forbidden((uint32_t)c));
		WANT(wcwidth(c) >= 0);
		marks = wcwidth(c) == 0 ? marks + 1 : 0;
		WANT(marks <= MARKS_KEPT);
		width += (size_t)wcwidth(c);
		text.at += len;
		text.len -= len;
	}
	return width;
}

/* A text cut to some cells is the beginning of the whole one, and a '~'. */
static void
check_cut(struct span text, struct span whole, size_t width, size_t max)
{
	struct str cut = { 0 };
	size_t shown = safe_text_cut(&cut, text, max);

	WANT(shown <= max);
	WANT(check_characters(str_span(&cut)) == shown);
	if (width <= max) {
		WANT(span_equal(str_span(&cut), whole) || whole.len == 0);
	} else if (max == 0) {
		WANT(cut.len == 0);
	} else {
		WANT(cut.len >= 1 && cut.text[cut.len - 1] == '~');
		WANT(cut.len - 1 <= whole.len);
		WANT(memcmp(cut.text, whole.at, cut.len - 1) == 0);
	}
	str_free(&cut);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct span text;
	struct str shown = { 0 }, again = { 0 };
	size_t width, max = (size_t)fuzz_take_number(data, &size, 1) % 32;

	setlocale(LC_CTYPE, "C.UTF-8");
	text = fuzz_span(data, size);
	width = safe_text(&shown, text);
	WANT(check_characters(str_span(&shown)) == width);
	WANT(safe_width(text) == width);
	WANT((width == 0) == (text.len == 0));
	WANT(safe_text_alters(text) ==
		(shown.len != text.len || memcmp(str_text(&shown), text.at, text.len)));
	WANT(safe_text(&again, str_span(&shown)) == width);
	WANT(strcmp(str_text(&again), str_text(&shown)) == 0);
	check_cut(text, str_span(&shown), width, max);
	str_free(&shown);
	str_free(&again);
	return 0;
}
