/* SPDX-License-Identifier: MIT */
#include "store/postgresql/jsonb.h"

#include <ctype.h>
#include <stdlib.h>
#include <string.h>

#include "base/json.h"
#include "base/mem.h"

/* Far from where numeric ends, and beyond what anybody writes. */
#define EXPONENT_MAX 9999

/* --- numbers --- */

/* A number taken apart: its digits, and where the point is among them. */
struct number {
	bool is_negative;
	struct span whole, fraction; /* digits; may be empty */
	long exponent;
};

static size_t
digits_at(struct span text, size_t at)
{
	size_t end = at;

	while (end < text.len && isdigit((unsigned char)text.at[end]))
		end++;
	return end - at;
}

static bool
read_exponent(struct span text, size_t at, long *out)
{
	char digits[8] = "";
	size_t count;

	*out = 0;
	if (at == text.len)
		return true;
	if (text.at[at] != 'e' && text.at[at] != 'E')
		return false;
	at++;
	if (at < text.len && (text.at[at] == '-' || text.at[at] == '+'))
		digits[0] = text.at[at++];
	count = digits_at(text, at);
	if (count == 0 || count > 5 || at + count != text.len)
		return false;
	strncat(digits, text.at + at, count);
	*out = strtol(digits, NULL, 10);
	return labs(*out) <= EXPONENT_MAX;
}

static bool
read_number(struct span text, struct number *out)
{
	size_t at = 0, count;

	*out = (struct number){ .is_negative = text.len > 0 && text.at[0] == '-' };
	at += out->is_negative;
	count = digits_at(text, at);
	out->whole = (struct span){ text.at + at, count };
	at += count;
	if (at < text.len && text.at[at] == '.') {
		at++;
		count = digits_at(text, at);
		out->fraction = (struct span){ text.at + at, count };
		at += count;
	}
	return out->whole.len + out->fraction.len > 0 &&
	       read_exponent(text, at, &out->exponent);
}

/* The digit that stands so many places before the point (0: the last one before it;
 * negative: behind it). */
static char
digit_at(const struct number *number, long place)
{
	long index = (long)number->whole.len + number->exponent - 1 - place;

	if (index < 0 || index >= (long)(number->whole.len + number->fraction.len))
		return '0';
	return (size_t)index < number->whole.len
		       ? number->whole.at[index]
		       : number->fraction.at[(size_t)index - number->whole.len];
}

static bool
is_zero(const struct number *number)
{
	for (size_t i = 0; i < number->whole.len; i++)
		if (number->whole.at[i] != '0')
			return false;
	for (size_t i = 0; i < number->fraction.len; i++)
		if (number->fraction.at[i] != '0')
			return false;
	return true;
}

bool
pg_numeric_add(struct str *out, struct span text)
{
	struct number number;
	long first, scale;

	if (!read_number(text, &number))
		return false;
	first = (long)number.whole.len + number.exponent - 1;
	while (first > 0 && digit_at(&number, first) == '0')
		first--;
	if (number.is_negative && !is_zero(&number))
		str_add_char(out, '-');
	for (long place = first > 0 ? first : 0; place >= 0; place--)
		str_add_char(out, digit_at(&number, place));
	scale = (long)number.fraction.len - number.exponent;
	for (long place = -1; place >= -scale; place--) {
		if (place == -1)
			str_add_char(out, '.');
		str_add_char(out, digit_at(&number, place));
	}
	return true;
}

/* Without the zeros at the end of a fraction. */
static struct span
shortened(const struct str *number)
{
	struct span text = str_span(number);

	if (memchr(text.at, '.', text.len) == NULL)
		return text;
	while (text.at[text.len - 1] == '0')
		text.len--;
	if (text.at[text.len - 1] == '.')
		text.len--;
	return text;
}

bool
pg_numeric_same(struct span a, struct span b)
{
	struct str texts[2] = { { 0 }, { 0 } };
	bool same = span_equal(a, b);

	if (!same && a.at != NULL && b.at != NULL && pg_numeric_add(&texts[0], a) &&
		pg_numeric_add(&texts[1], b))
		same = span_equal(shortened(&texts[0]), shortened(&texts[1]));
	str_free(&texts[0]);
	str_free(&texts[1]);
	return same;
}

/* --- documents --- */

static void
add_quoted(struct str *out, struct span text)
{
	static const char short_ones[] = "\bb\ff\nn\rr\tt\"\"\\\\";

	str_add_char(out, '"');
	for (size_t i = 0; i < text.len; i++) {
		const char c = text.at[i];
		const char *found = NULL;

		for (const char *at = short_ones; *at != '\0' && found == NULL; at += 2)
			found = *at == c ? at : NULL;
		if (found != NULL)
			str_addf(out, "\\%c", found[1]);
		else if ((unsigned char)c < 0x20)
			str_addf(out, "\\u%04x", (unsigned)c);
		else
			str_add_char(out, c);
	}
	str_add_char(out, '"');
}

struct member {
	struct str name;
	json_at value;
	size_t index;
};

static int
compare_members(const void *left, const void *right)
{
	const struct member *a = left, *b = right;
	int order;

	if (a->name.len != b->name.len)
		return a->name.len < b->name.len ? -1 : 1;
	order = memcmp(str_text(&a->name), str_text(&b->name), a->name.len);
	if (order != 0)
		return order;
	return a->index < b->index ? -1 : 1;
}

static bool add_value(struct str *out, const struct json *json, json_at at);

/* Resolves the escapes of the name of a member. */
static bool
read_name(struct str *out, struct span raw)
{
	struct str quoted = { 0 };
	struct json *json = NULL;
	bool ok;

	str_add_char(&quoted, '"');
	str_add_span(&quoted, raw);
	str_add_char(&quoted, '"');
	ok = json_parse(&json, str_span(&quoted), NULL) == 0 &&
	     json_text(json, JSON_ROOT, out) &&
	     memchr(str_text(out), '\0', out->len) == NULL;
	json_free(json);
	str_free(&quoted);
	return ok;
}

static bool
add_members(
	struct str *out, const struct json *json, struct member *members, size_t count)
{
	bool is_next = false;

	qsort(members, count, sizeof(*members), compare_members);
	str_add_char(out, '{');
	for (size_t i = 0; i < count; i++) {
		if (i + 1 < count && span_equal(str_span(&members[i].name),
					     str_span(&members[i + 1].name)))
			continue;
		str_add(out, is_next ? ", " : "");
		is_next = true;
		add_quoted(out, str_span(&members[i].name));
		str_add(out, ": ");
		if (!add_value(out, json, members[i].value))
			return false;
	}
	str_add_char(out, '}');
	return true;
}

static bool
add_object(struct str *out, const struct json *json, json_at at)
{
	size_t room = json_count(json, at), count = 0, cursor = 0;
	struct member *members = mem_new(room + 1, sizeof(*members));
	struct span raw;
	json_at value;
	bool ok = true;

	while (ok && json_next(json, at, &cursor, &raw, &value)) {
		members[count].value = value;
		members[count].index = count;
		ok = read_name(&members[count++].name, raw);
	}
	ok = ok && add_members(out, json, members, count);
	for (size_t i = 0; i < count; i++)
		str_free(&members[i].name);
	free(members);
	return ok;
}

static bool
add_array(struct str *out, const struct json *json, json_at at)
{
	size_t cursor = 0;
	bool is_next = false;
	json_at value;

	str_add_char(out, '[');
	while (json_next(json, at, &cursor, NULL, &value)) {
		str_add(out, is_next ? ", " : "");
		is_next = true;
		if (!add_value(out, json, value))
			return false;
	}
	str_add_char(out, ']');
	return true;
}

static bool
add_string(struct str *out, const struct json *json, json_at at)
{
	struct str text = { 0 };
	bool ok = json_text(json, at, &text) &&
		  memchr(str_text(&text), '\0', text.len) == NULL;

	if (ok)
		add_quoted(out, str_span(&text));
	str_free(&text);
	return ok;
}

static bool
add_word(struct str *out, const struct json *json, json_at at)
{
	str_add_span(out, json_raw(json, at));
	return true;
}

static bool
add_number(struct str *out, const struct json *json, json_at at)
{
	return pg_numeric_add(out, json_raw(json, at));
}

/* As deep as a document may be nested, which is not deep. */
static bool
add_value(struct str *out, const struct json *json, json_at at)
{
	static bool (*const writers[])(
		struct str * out, const struct json *json, json_at at) = {
		[JSON_NULL] = add_word,
		[JSON_BOOL] = add_word,
		[JSON_NUMBER] = add_number,
		[JSON_STRING] = add_string,
		[JSON_ARRAY] = add_array,
		[JSON_OBJECT] = add_object,
	};

	return writers[json_kind(json, at)](out, json, at);
}

bool
pg_jsonb_add(struct str *out, struct span text)
{
	struct json *json = NULL;
	bool ok = text.at != NULL && json_parse(&json, text, NULL) == 0 &&
		  !json_has_bom(json) && add_value(out, json, JSON_ROOT);

	json_free(json);
	return ok;
}

bool
pg_jsonb_same(struct span a, struct span b)
{
	struct str texts[2] = { { 0 }, { 0 } };
	bool same = span_equal(a, b);

	if (!same && pg_jsonb_add(&texts[0], a) && pg_jsonb_add(&texts[1], b))
		same = span_equal(str_span(&texts[0]), str_span(&texts[1]));
	str_free(&texts[0]);
	str_free(&texts[1]);
	return same;
}
