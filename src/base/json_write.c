/* SPDX-License-Identifier: MIT */
#include "base/json.h"

#include <string.h>

#include "base/utf8.h"

/* Appends one character in the form in which JSON holds it. All that a terminal might
 * act on is escaped, which changes nothing for a program that reads it. */
static void
add_character(struct str *out, struct span bytes, uint32_t cp)
{
	static const char values[] = "\"\\\b\f\n\r\t", letters[] = "\"\\bfnrt";
	const char *found = cp > 0 && cp < 0x80 ? strchr(values, (int)cp) : NULL;

	if (found != NULL) {
		str_add_char(out, '\\');
		str_add_char(out, letters[found - values]);
	} else if (utf8_is_plain(cp)) {
		str_add_span(out, bytes);
	} else if (cp < 0x10000) {
		str_addf(out, "\\u%04x", cp);
	} else {
		cp -= 0x10000;
		str_addf(out, "\\u%04x\\u%04x", 0xd800 + (cp >> 10),
			0xdc00 + (cp & 0x3ff));
	}
}

void
json_add_string(struct str *out, struct span text, bool *altered)
{
	bool invalid = false;

	str_add_char(out, '"');
	while (text.len > 0) {
		uint32_t cp;
		size_t len = utf8_decode(text, &cp);

		if (cp == UINT32_MAX) {
			str_add(out, "\\ufffd");
			invalid = true;
		} else {
			add_character(out, (struct span){ text.at, len }, cp);
		}
		text.at += len;
		text.len -= len;
	}
	str_add_char(out, '"');
	if (altered != NULL)
		*altered = invalid;
}

void
json_add_base64(struct str *out, struct span bytes)
{
	static const char digits[] =
		"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";

	str_add_char(out, '"');
	for (size_t at = 0; at < bytes.len; at += 3) {
		size_t left = bytes.len - at < 3 ? bytes.len - at : 3;
		uint32_t group = 0;

		for (size_t i = 0; i < 3; i++)
			group = group << 8 |
				(i < left ? (unsigned char)bytes.at[at + i] : 0);
		for (size_t i = 0; i < 4; i++)
			str_add_char(out,
				i <= left ? digits[group >> (18 - 6 * i) & 63] : '=');
	}
	str_add_char(out, '"');
}

void
json_add_member(struct str *out, const char *name, struct span text)
{
	bool altered = false;

	str_addf(out, "%s\"%s\":", out->text[out->len - 1] == '{' ? "" : ",", name);
	if (text.at == NULL)
		str_add(out, "null");
	else
		json_add_string(out, text, &altered);
	if (!altered)
		return;
	str_addf(out, ",\"%s_base64\":", name);
	json_add_base64(out, text);
}
