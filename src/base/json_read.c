/* SPDX-License-Identifier: MIT */
#include "base/json.h"

#include <string.h>

#include "base/json_doc.h"
#include "base/json_strict.h"
#include "base/utf8.h"

bool
json_has_bom(const struct json *json)
{
	return json->bom_len > 0;
}

enum json_kind
json_kind(const struct json *json, json_at at)
{
	return at == JSON_ABSENT ? JSON_NULL : json->nodes[at].kind;
}

struct span
json_raw(const struct json *json, json_at at)
{
	const struct node *node;

	if (at == JSON_ABSENT)
		return SPAN_NONE;
	node = &json->nodes[at];
	return (struct span){ json->text.at + node->start, node->end - node->start };
}

size_t
json_count(const struct json *json, json_at at)
{
	return at == JSON_ABSENT ? 0 : json->nodes[at].count;
}

/* The bytes between the quotes. */
static struct span
inside_quotes(const struct json *json, json_at at)
{
	struct span raw = json_raw(json, at);

	return (struct span){ raw.at + 1, raw.len - 2 };
}

bool
json_next(const struct json *json, json_at at, size_t *cursor, struct span *name,
	json_at *value)
{
	json_at next = *cursor > 0 ? (json_at)*cursor : at + 1;

	if (at == JSON_ABSENT || next >= json->nodes[at].after)
		return false;
	if (name != NULL)
		*name = SPAN_NONE;
	if (json->nodes[at].kind == JSON_OBJECT) {
		if (name != NULL)
			*name = inside_quotes(json, next);
		next++;
	}
	*value = next;
	*cursor = (size_t)json->nodes[next].after;
	return true;
}

/* --- strings --- */

char
json_unescape(char letter)
{
	static const char letters[] = "\"\\/bfnrt", values[] = "\"\\/\b\f\n\r\t";
	const char *found = memchr(letters, letter, sizeof(letters) - 1);

	return found != NULL ? values[found - letters] : '\0';
}

static int
hex_digit(char c)
{
	if (c >= '0' && c <= '9')
		return c - '0';
	c |= 0x20;
	return c >= 'a' && c <= 'f' ? c - 'a' + 10 : -1;
}

int
json_hex(struct span digits)
{
	int unit = 0;

	if (digits.len < 4)
		return -1;
	for (size_t i = 0; i < 4; i++) {
		int digit = hex_digit(digits.at[i]);

		if (digit < 0)
			return -1;
		unit = unit << 4 | digit;
	}
	return unit;
}

/* Appends the character of the \uXXXX at the start of the text and returns how many
 * bytes it took: 12 where two of them make one character. */
static size_t
add_unit(struct str *out, struct span text)
{
	int unit = json_hex(span_from(text, 2));
	int low = -1;

	if (unit >= 0xd800 && unit < 0xdc00 && text.len >= 12 && text.at[6] == '\\' &&
		text.at[7] == 'u')
		low = json_hex(span_from(text, 8));
	if (low >= 0xdc00 && low < 0xe000) {
		utf8_add(out, 0x10000 + ((uint32_t)(unit - 0xd800) << 10) +
				      (uint32_t)(low - 0xdc00));
		return 12;
	}
	utf8_add(out, unit >= 0xd800 && unit < 0xe000 ? 0xfffd : (uint32_t)unit);
	return 6;
}

/* Appends the text between quotes with its escapes, known to be valid, resolved. */
static void
add_resolved(struct str *out, struct span text)
{
	while (text.len > 0) {
		const char *escape = memchr(text.at, '\\', text.len);
		size_t plain = escape != NULL ? (size_t)(escape - text.at) : text.len;

		str_add_span(out, (struct span){ text.at, plain });
		text = span_from(text, plain);
		if (text.len == 0)
			return;
		if (text.at[1] == 'u') {
			text = span_from(text, add_unit(out, text));
		} else {
			str_add_char(out, json_unescape(text.at[1]));
			text = span_from(text, 2);
		}
	}
}

static bool
name_is(struct span raw, struct span name, struct str *scratch)
{
	if (raw.len == 0 || memchr(raw.at, '\\', raw.len) == NULL)
		return span_equal(raw, name);
	str_clear(scratch);
	add_resolved(scratch, raw);
	return span_equal(str_span(scratch), name);
}

json_at
json_member(const struct json *json, json_at at, const char *name, json_at *before)
{
	struct span wanted = span_of(name), found;
	struct str scratch = { 0 };
	json_at value, last = JSON_ABSENT;
	size_t cursor = 0;

	if (before != NULL)
		*before = JSON_ABSENT;
	if (at == JSON_ABSENT || json->nodes[at].kind != JSON_OBJECT)
		return JSON_ABSENT;
	while (json_next(json, at, &cursor, &found, &value)) {
		if (!name_is(found, wanted, &scratch))
			continue;
		if (before != NULL)
			*before = last;
		last = value;
	}
	str_free(&scratch);
	return last;
}

bool
json_text(const struct json *json, json_at at, struct str *out)
{
	if (at == JSON_ABSENT || json->nodes[at].kind != JSON_STRING)
		return false;
	add_resolved(out, inside_quotes(json, at));
	return true;
}

/* The value of a digit of base64, or -1. */
static int
base64_digit(char c)
{
	if (c >= 'A' && c <= 'Z')
		return c - 'A';
	if (c >= 'a' && c <= 'z')
		return c - 'a' + 26;
	if (c >= '0' && c <= '9')
		return c - '0' + 52;
	return c == '+' ? 62 : c == '/' ? 63 : -1;
}

/* Four digits, the last one or two of which may be '=' at the end of the text. Bits that
 * nobody wrote must not be there: a text has one form only. */
static bool
add_group(struct str *out, const char *digits, bool is_last)
{
	size_t bytes = is_last && digits[3] == '=' ? digits[2] == '=' ? 1 : 2 : 3;
	uint32_t group = 0;

	for (size_t i = 0; i < 4; i++) {
		int digit = i <= bytes ? base64_digit(digits[i]) : 0;

		if (digit < 0)
			return false;
		group = group << 6 | (uint32_t)digit;
	}
	for (size_t i = 0; i < bytes; i++)
		str_add_char(out, (char)(group >> (16 - 8 * i) & 0xff));
	return (group & (0xffffffu >> (8 * bytes)) & 0xffffffu) == 0;
}

bool
json_base64(const struct json *json, json_at at, struct str *out)
{
	size_t before = out->len;
	struct span text;

	if (at == JSON_ABSENT || json->nodes[at].kind != JSON_STRING)
		return false;
	text = inside_quotes(json, at);
	if (text.len % 4 != 0)
		return false;
	for (; text.len > 0; text = span_from(text, 4))
		if (!add_group(out, text.at, text.len == 4)) {
			if (out->len > before)
				str_cut(out, before);
			return false;
		}
	return true;
}

bool
json_scalar(const struct json *json, json_at at, struct str *out)
{
	if (json_text(json, at, out))
		return true;
	if (at == JSON_ABSENT || json->nodes[at].kind == JSON_ARRAY ||
		json->nodes[at].kind == JSON_OBJECT)
		return false;
	str_add_span(out, json_raw(json, at));
	return true;
}

/* --- the strict check --- */

int
json_check_strict(struct span text, struct err *err)
{
	struct err reason = { 0 };
	struct json *json = NULL;

	/* First our own check, which bounds the depth: jansson recurses, and what is
	 * written must be readable again. */
	if (json_parse(&json, text, &reason) != 0)
		return err_set(err, ERR_USAGE, "%s", reason.text);
	if (json_kind(json, JSON_ROOT) != JSON_OBJECT)
		err_set(&reason, ERR_USAGE, "not a JSON object: {…} is needed");
	else if (json_has_bom(json))
		err_set(&reason, ERR_USAGE, "a byte order mark before the JSON object");
	json_free(json);
	if (err_is_set(&reason))
		return err_set(err, ERR_USAGE, "%s", reason.text);
	return json_strict(text, err);
}
