/* SPDX-License-Identifier: MIT
 * Documents of other programs. Every value lies inside what holds it and is a document
 * itself; where jansson, a reader that shares nothing with ours, accepts a document, both
 * find the same in it; a value can be replaced and every other byte stays; any text can
 * be written as a string and read again. */
#include "fuzz.h"

#include <stdlib.h>
#include <string.h>

#include "base/json.h"
#include "base/utf8.h"
#include "jansson_outline.h"

/* --- spans --- */

static bool
lies_within(struct span inner, struct span outer)
{
	return inner.at >= outer.at && inner.len <= outer.len &&
	       inner.at + inner.len <= outer.at + outer.len;
}

/* A value is a document of its own, of the same kind and as many members. */
static void
check_alone(const struct json *json, json_at at)
{
	struct json *alone;

	WANT(json_parse(&alone, json_raw(json, at), NULL) == 0);
	WANT(json_kind(alone, JSON_ROOT) == json_kind(json, at));
	WANT(json_count(alone, JSON_ROOT) == json_count(json, at));
	WANT(span_equal(json_raw(alone, JSON_ROOT), json_raw(json, at)));
	json_free(alone);
}

static void
check_spans(const struct json *json, json_at at, struct span around)
{
	struct span raw = json_raw(json, at), name;
	const char *before = raw.at;
	size_t cursor = 0, count = 0;
	json_at value;

	WANT(raw.len > 0 && lies_within(raw, around));
	while (json_next(json, at, &cursor, &name, &value)) {
		if (json_kind(json, at) == JSON_OBJECT) {
			WANT(lies_within(name, raw) && name.at > before);
			before = name.at + name.len;
		}
		WANT(json_raw(json, value).at > before);
		check_spans(json, value, raw);
		before = json_raw(json, value).at + json_raw(json, value).len - 1;
		count++;
	}
	WANT(count == json_count(json, at));
}

/* --- the same as jansson has --- */

static void
add_string(struct str *out, struct span quoted)
{
	struct str text = { 0 };
	struct json *json;

	WANT(json_parse(&json, quoted, NULL) == 0);
	WANT(json_text(json, JSON_ROOT, &text));
	str_addf(out, "%zu:", text.len);
	str_add_span(out, str_span(&text));
	str_free(&text);
	json_free(json);
}

static void
add_number(struct str *out, struct span raw)
{
	bool is_integer = true;
	struct str text = { 0 };

	str_add_span(&text, raw);
	for (size_t i = 0; i < raw.len; i++)
		if (memchr(".eE", raw.at[i], 3) != NULL)
			is_integer = false;
	if (is_integer)
		str_addf(out, "%lld", strtoll(text.text, NULL, 10));
	else
		str_addf(out, "%.17g", strtod(text.text, NULL));
	str_free(&text);
}

static void
add_outline(struct str *out, const struct json *json, json_at at)
{
	bool is_object = json_kind(json, at) == JSON_OBJECT;
	struct span raw = json_raw(json, at), name;
	size_t cursor = 0;
	json_at value;

	switch (json_kind(json, at)) {
	case JSON_OBJECT:
	case JSON_ARRAY:
		str_add_char(out, is_object ? '{' : '[');
		while (json_next(json, at, &cursor, &name, &value)) {
			if (is_object) {
				add_string(
					out, (struct span){ name.at - 1, name.len + 2 });
				str_add_char(out, '=');
			}
			add_outline(out, json, value);
			str_add_char(out, ' ');
		}
		str_add_char(out, is_object ? '}' : ']');
		break;
	case JSON_STRING: add_string(out, raw); break;
	case JSON_NUMBER: add_number(out, raw); break;
	case JSON_BOOL:
	case JSON_NULL: str_add_span(out, raw); break;
	}
}

/* What jansson accepts we accept, unless it is nested deeper than we go. */
static void
check_against_jansson(const struct json *json, struct span text, const struct err *err)
{
	struct str ours = { 0 }, theirs = { 0 };

	if (jansson_outline(&theirs, text)) {
		WANT(json != NULL || strstr(err->text, "nested deeper") != NULL);
		if (json != NULL) {
			add_outline(&ours, json, JSON_ROOT);
			WANT(span_equal(str_span(&ours), str_span(&theirs)));
		}
	}
	/* What may be written must be readable. */
	WANT(json_check_strict(text, NULL) != 0 ||
		(json != NULL && json_kind(json, JSON_ROOT) == JSON_OBJECT));
	str_free(&ours);
	str_free(&theirs);
}

/* --- members --- */

/* The raw bytes of every value but the one that was replaced. */
static void
check_others(const struct json *before, const struct json *after, json_at replaced)
{
	size_t cursor = 0, cursor_after = 0;
	struct span name, name_after;
	json_at value, value_after;

	while (json_next(before, JSON_ROOT, &cursor, &name, &value)) {
		WANT(json_next(
			after, JSON_ROOT, &cursor_after, &name_after, &value_after));
		WANT(span_equal(name, name_after));
		if (value == replaced)
			WANT(span_is(json_raw(after, value_after), "\"new\""));
		else
			WANT(span_equal(
				json_raw(before, value), json_raw(after, value_after)));
	}
	WANT(!json_next(after, JSON_ROOT, &cursor_after, &name_after, &value_after));
}

static void
check_splice(const struct json *json, struct span text, json_at value)
{
	struct span raw = json_raw(json, value);
	struct str spliced = { 0 };
	struct json *after;

	str_add_span(&spliced, (struct span){ text.at, (size_t)(raw.at - text.at) });
	str_add(&spliced, "\"new\"");
	str_add_span(&spliced, (struct span){ raw.at + raw.len,
				       (size_t)(text.at + text.len - raw.at - raw.len) });
	WANT(json_parse(&after, str_span(&spliced), NULL) == 0);
	check_others(json, after, value);
	json_free(after);
	str_free(&spliced);
}

static void
check_members(const struct json *json, struct span text)
{
	size_t cursor = 0;
	json_at value;

	while (json_next(json, JSON_ROOT, &cursor, NULL, &value)) {
		check_alone(json, value);
		check_splice(json, text, value);
	}
}

/* --- writing --- */

/* Nothing that a terminal would act on. */
static void
check_plain(struct span text)
{
	while (text.len > 0) {
		uint32_t cp;
		size_t len = utf8_decode(text, &cp);

		WANT(cp != UINT32_MAX && utf8_is_plain(cp));
		text.at += len;
		text.len -= len;
	}
}

static void
check_written(struct span text)
{
	struct str written = { 0 }, again = { 0 };
	struct json *json;
	bool altered;

	json_add_string(&written, text, &altered);
	WANT(altered != utf8_is_valid(text));
	check_plain(str_span(&written));
	WANT(json_parse(&json, str_span(&written), NULL) == 0);
	WANT(json_text(json, JSON_ROOT, &again));
	WANT(altered || span_equal(str_span(&again), text) || text.len == 0);
	WANT(text.len > 0 || again.len == 0);
	json_free(json);
	str_free(&written);
	str_free(&again);
}

/* "… at byte N" is a byte of the text. */
static void
check_place(const struct err *err, struct span text)
{
	const char *at = strstr(err->text, " at byte ");
	size_t place = at != NULL ? strtoul(at + strlen(" at byte "), NULL, 10) : 1;

	WANT(err->kind == ERR_DAMAGED);
	WANT(strncmp(err->text, "not JSON: ", strlen("not JSON: ")) == 0);
	WANT(place >= 1 && place <= text.len + 1);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct span text = fuzz_span(data, size);
	struct err err = { 0 };
	struct json *json;

	if (json_parse(&json, text, &err) != 0) {
		WANT(json == NULL);
		check_place(&err, text);
	} else {
		check_spans(json, JSON_ROOT, text);
		check_members(json, text);
	}
	check_against_jansson(json, text, &err);
	check_written(text);
	json_free(json);
	return 0;
}
