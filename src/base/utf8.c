/* SPDX-License-Identifier: MIT */
#include "base/utf8.h"

#include <stdio.h>
#include <string.h>

#include <utf8proc.h>

/* So many combining marks stay on one base character; real scripts need three. */
#define MARKS_MAX 4

/* --- characters --- */

size_t
utf8_decode(struct span text, uint32_t *cp)
{
	utf8proc_int32_t value;
	utf8proc_ssize_t len;

	len = utf8proc_iterate(
		(const utf8proc_uint8_t *)text.at, (utf8proc_ssize_t)text.len, &value);
	if (len <= 0) {
		*cp = UINT32_MAX;
		return 1;
	}
	*cp = (uint32_t)value;
	return (size_t)len;
}

void
utf8_add(struct str *out, uint32_t cp)
{
	utf8proc_uint8_t bytes[4];
	utf8proc_ssize_t len = utf8proc_encode_char((utf8proc_int32_t)cp, bytes);

	str_add_span(out, (struct span){ (const char *)bytes, (size_t)len });
}

bool
utf8_is_valid(struct span text)
{
	while (text.len > 0) {
		uint32_t cp;
		size_t len = utf8_decode(text, &cp);

		if (cp == UINT32_MAX)
			return false;
		text.at += len;
		text.len -= len;
	}
	return true;
}

size_t
utf8_beginning(struct span text, size_t max)
{
	size_t len = 0;

	if (text.len <= max)
		return text.len;
	while (len < max) {
		uint32_t cp;
		size_t bytes =
			utf8_decode((struct span){ text.at + len, text.len - len }, &cp);

		if (len + bytes > max)
			break;
		len += bytes;
	}
	return len;
}

/* The vowels and final consonants that join the Hangul letter before them. */
static bool
is_joining_jamo(uint32_t cp)
{
	return (cp >= 0x1160 && cp <= 0x11ff) || (cp >= 0xd7b0 && cp <= 0xd7ff);
}

/* The initial consonants and syllables that they join. */
static bool
is_hangul_base(uint32_t cp)
{
	return (cp >= 0x1100 && cp <= 0x115e) || (cp >= 0xa960 && cp <= 0xa97c) ||
	       (cp >= 0xac00 && cp <= 0xd7a3);
}

/*
 * Where the Unicode tables and the terminals differ, the terminals (and wcwidth(), which
 * curses believes) decide: a spacing mark has a cell of its own, a joining jamo has none,
 * and two blocks of East Asian symbols are wide.
 */
unsigned
utf8_width(uint32_t cp)
{
	const utf8proc_property_t *property;

	if (cp < 0x7f)
		return cp >= 0x20;
	if (cp > 0x10ffff || is_joining_jamo(cp))
		return 0;
	if ((cp >= 0x3248 && cp <= 0x324f) || (cp >= 0x4dc0 && cp <= 0x4dff))
		return 2;
	property = utf8proc_get_property((utf8proc_int32_t)cp);
	if (property->category == UTF8PROC_CATEGORY_MC && property->charwidth == 0)
		return 1;
	return property->charwidth;
}

/* Characters of harmless categories that nevertheless show nothing: blank Braille, blank
 * hieroglyphs, the Khitan filler, the Duployan selector, the note without a head. */
static const uint32_t blanks[] = { 0x2800, 0x13441, 0x13442, 0x16fe4, 0x1bc9d, 0x1d159 };

/*
 * Blocks and characters that are younger than Unicode 14: the C library does not know
 * their width, so neither curses nor we know where the next character stands. (What is
 * not assigned within them is not shown either.)
 */
static const struct {
	uint32_t first, last;
} younger[] = { { 0xcf3, 0xcf3 }, { 0xece, 0xece }, { 0x10efd, 0x10eff },
	{ 0x1123f, 0x11241 }, { 0x11b00, 0x11b5f }, { 0x11f00, 0x11f5f },
	{ 0x1342f, 0x1342f }, { 0x13439, 0x1345f }, { 0x1b132, 0x1b132 },
	{ 0x1b155, 0x1b155 }, { 0x1d2c0, 0x1d2df }, { 0x1df25, 0x1df2a },
	{ 0x1e030, 0x1e08f }, { 0x1e4d0, 0x1e4ff }, { 0x1f6dc, 0x1f6dc },
	{ 0x1f774, 0x1f776 }, { 0x1f77b, 0x1f77f }, { 0x1f7d9, 0x1f7d9 },
	{ 0x1fa75, 0x1fa77 }, { 0x1fa87, 0x1fa88 }, { 0x1faad, 0x1faaf },
	{ 0x1fabb, 0x1fabd }, { 0x1fabf, 0x1fabf }, { 0x1face, 0x1facf },
	{ 0x1fada, 0x1fadb }, { 0x1fae8, 0x1fae8 }, { 0x1faf7, 0x1faf8 },
	{ 0x2b739, 0x2b739 }, { 0x31350, 0x323af } };

/* The categories of which nothing is shown as it is; of the spaces U+0020 never gets to
 * the question. */
#define BIT(category) (UINT32_C(1) << UTF8PROC_CATEGORY_##category)
static const uint32_t hidden =
	BIT(CN) | BIT(ZS) | BIT(ZL) | BIT(ZP) | BIT(CC) | BIT(CF) | BIT(CS) | BIT(CO);
#undef BIT

bool
utf8_is_plain(uint32_t cp)
{
	const utf8proc_property_t *property;

	if (cp < 0x7f)
		return cp >= 0x20;
	if (cp > 0x10ffff)
		return false;
	for (size_t i = 0; i < sizeof(blanks) / sizeof(*blanks); i++)
		if (cp == blanks[i])
			return false;
	for (size_t i = 0; i < sizeof(younger) / sizeof(*younger); i++)
		if (cp >= younger[i].first && cp <= younger[i].last)
			return false;
	property = utf8proc_get_property((utf8proc_int32_t)cp);
	if (property->ignorable)
		return false;
	return (hidden & (UINT32_C(1) << property->category)) == 0;
}

static bool
is_mark(uint32_t cp)
{
	utf8proc_category_t category;

	if (cp < 0x300)
		return false;
	category = utf8proc_category((utf8proc_int32_t)cp);
	return category == UTF8PROC_CATEGORY_MN || category == UTF8PROC_CATEGORY_MC ||
	       category == UTF8PROC_CATEGORY_ME || is_joining_jamo(cp);
}

/* --- the gate --- */

/* What the gate makes of one character (or one invalid byte). */
struct piece {
	char escape[16];
	struct span bytes; /* into the text, or escape; empty when it is left out */
	size_t width;
	bool altered;
};

struct gate {
	struct span rest;
	uint32_t base;	/* the character that a mark would stand on; 0 is none */
	unsigned marks; /* how many stand on it */
};

static void
spell_out(struct gate *gate, struct piece *piece, const char *format, unsigned number)
{
	int len = snprintf(piece->escape, sizeof(piece->escape), format, number);

	gate->base = 0;
	piece->bytes = (struct span){ piece->escape, (size_t)len };
	piece->width = (size_t)len;
	piece->altered = true;
}

/* True when a mark has something to stand on: it must not change the look of a space or
 * of our own escapes, and a jamo joins only Hangul. */
static bool
has_base(const struct gate *gate, uint32_t mark)
{
	if (is_joining_jamo(mark))
		return is_hangul_base(gate->base);
	return gate->base != 0 && gate->base != ' ';
}

static void
pass_mark(struct gate *gate, struct piece *piece, uint32_t cp)
{
	if (!has_base(gate, cp)) {
		spell_out(gate, piece, "<%04x>", cp);
	} else if (gate->marks == MARKS_MAX) {
		piece->bytes.len = 0;
		piece->width = 0;
		piece->altered = true;
	} else {
		gate->marks++;
	}
}

/* Takes the next character off the text; false at its end. */
static bool
next_piece(struct gate *gate, struct piece *piece)
{
	uint32_t cp;
	size_t len;

	if (gate->rest.len == 0)
		return false;
	len = utf8_decode(gate->rest, &cp);
	piece->bytes = (struct span){ gate->rest.at, len };
	piece->altered = false;
	gate->rest.at += len;
	gate->rest.len -= len;
	if (cp == UINT32_MAX) {
		spell_out(gate, piece, "\\x%02x", (unsigned char)*piece->bytes.at);
	} else if (!utf8_is_plain(cp)) {
		bool is_control = cp < 0x20 || (cp >= 0x7f && cp <= 0x9f);

		spell_out(gate, piece, is_control ? "\\x%02x" : "<%04x>", cp);
	} else {
		piece->width = utf8_width(cp);
		if (is_mark(cp)) {
			pass_mark(gate, piece, cp);
		} else {
			gate->base = cp;
			gate->marks = 0;
		}
	}
	return true;
}

#define EACH_BYTE(byte) (UINT64_C(0x0101010101010101) * (byte))

/* How many bytes of printable ASCII a text begins with; eight at a time. Of such a word a
 * byte below 0x20 borrows from its high bit, one of 0x7f carries into it, and all above
 * have it; bytes behind the first of these may be wrong, which does not matter. */
static size_t
count_plain(struct span text)
{
	size_t at = 0;
	uint64_t word;

	for (; text.len - at >= sizeof(word); at += sizeof(word)) {
		memcpy(&word, text.at + at, sizeof(word));
		if (((word - EACH_BYTE(0x20)) | (word + EACH_BYTE(1)) | word) &
			EACH_BYTE(0x80))
			break;
	}
	while (at < text.len && text.at[at] >= 0x20 && text.at[at] < 0x7f)
		at++;
	return at;
}

/* Takes off what most texts are all of: a run of printable ASCII, a byte a cell. */
static struct span
next_plain(struct gate *gate)
{
	struct span run = { gate->rest.at, count_plain(gate->rest) };

	if (run.len > 0) {
		gate->base = (unsigned char)run.at[run.len - 1];
		gate->marks = 0;
		gate->rest.at += run.len;
		gate->rest.len -= run.len;
	}
	return run;
}

size_t
safe_text(struct str *out, struct span text)
{
	return safe_text_cut(out, text, SIZE_MAX);
}

size_t
safe_width(struct span text)
{
	struct gate gate = { .rest = text };
	struct piece piece;
	size_t width = next_plain(&gate).len;

	while (next_piece(&gate, &piece))
		width += piece.width + next_plain(&gate).len;
	return width;
}

size_t
safe_text_cut(struct str *out, struct span text, size_t max)
{
	struct gate gate = { .rest = text };
	struct piece piece;
	size_t width = next_plain(&gate).len;
	/* Where a text that turns out too wide is cut, so that '~' has a cell. */
	size_t cut_len = out->len, cut_width = 0;

	if (width <= max && gate.rest.len == 0) {
		str_add_span(out, text);
		return width;
	}
	gate = (struct gate){ .rest = text };
	width = 0;
	while (next_piece(&gate, &piece)) {
		if (piece.width > max - width) {
			str_cut(out, cut_len);
			if (max == 0)
				return 0;
			str_add_char(out, '~');
			return cut_width + 1;
		}
		str_add_span(out, piece.bytes);
		width += piece.width;
		if (width < max) {
			cut_len = out->len;
			cut_width = width;
		}
	}
	return width;
}

bool
safe_text_alters(struct span text)
{
	struct gate gate = { .rest = text };
	struct piece piece;

	while (next_piece(&gate, &piece))
		if (piece.altered)
			return true;
	return false;
}
