/* SPDX-License-Identifier: MIT
 * Text on its way to a person: decoding, cell width, and the gate. The one door to
 * utf8proc. */
#ifndef BASE_UTF8_H
#define BASE_UTF8_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/str.h"

/*
 * Decodes the character at the start of a non-empty span into *cp and returns how many
 * bytes it takes. An invalid byte gives *cp = UINT32_MAX and 1. Overlong forms,
 * surrogates and values above U+10FFFF are invalid.
 */
size_t utf8_decode(struct span text, uint32_t *cp);

/* Appends one character. cp must be a valid scalar value. */
void utf8_add(struct str *out, uint32_t cp);

/* True when every byte belongs to a valid character. */
bool utf8_is_valid(struct span text);

/* How many bytes of the text, at most max, are its beginning without half a character. */
size_t utf8_beginning(struct span text, size_t max);

/* How many terminal cells the character takes: 0 (combining), 1 or 2. */
unsigned utf8_width(uint32_t cp);

/*
 * True for plain visible characters: what safe_text() shows as it is (a combining mark
 * only on a base). False for all that it spells out. For encoders of other formats, which
 * have escapes of their own.
 */
bool utf8_is_plain(uint32_t cp);

/*
 * THE GATE. Every byte of a store, a file name or a server's message passes here on its
 * way to a terminal, a table, a log or an error line.
 *
 * Appends the text with everything that is not plain visible text spelt out: C0, DEL and
 * C1 controls as \x1b, invalid bytes as \xff, bidi controls, zero-width characters, tags,
 * variation selectors, fillers, blanks and spaces other than U+0020, line separators,
 * private use and unassigned characters, and those younger than Unicode 14, as <202e>. At
 * most four combining marks are kept on one base character, the others are left out; one
 * without a base (or on a space, or behind something spelt out) is spelt out. The result
 * is valid UTF-8 that holds none of the above, and passing it through again changes
 * nothing. Returns its width in cells.
 */
size_t safe_text(struct str *out, struct span text);

/* Width in cells of what safe_text() would append. */
size_t safe_width(struct span text);

/*
 * safe_text() cut to at most max cells. A text that does not fit ends in '~' (one cell;
 * nothing at all is appended for max 0), and neither a wide character nor an escape is
 * halved. Returns the width of what was appended, <= max.
 */
size_t safe_text_cut(struct str *out, struct span text, size_t max);

/* True when safe_text() would change the text: something in it is not what it seems. */
bool safe_text_alters(struct span text);

#endif
