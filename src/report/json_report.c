/* SPDX-License-Identifier: MIT */
#include "report/json_report.h"

#include <inttypes.h>
#include <math.h>

#include "base/json.h"
#include "base/utf8.h"
#include "report/scalar.h"

static void
add_name(struct str *out, const char *name, const char *suffix)
{
	str_addf(out, "\"%s%s\":", name, suffix);
}

static void
add_text(struct str *out, const char *name, const char *suffix, struct span text)
{
	bool altered;

	add_name(out, name, suffix);
	json_add_string(out, text, &altered);
	if (!altered)
		return;
	str_addf(out, ",\"%s_base64\":", name);
	json_add_base64(out, text);
}

/* True when a reader of JSON understands the document too: no NaN, no bytes that are not
 * UTF-8. What is written is what was stored, so it must be right as it stands. */
static bool
is_json(const struct json *json, json_at at)
{
	struct span raw = json_raw(json, at), name;
	size_t cursor = 0;
	json_at value;

	if (json_kind(json, at) == JSON_NUMBER)
		return raw.at[raw.len - 1] >= '0' && raw.at[raw.len - 1] <= '9';
	if (json_kind(json, at) == JSON_OBJECT || json_kind(json, at) == JSON_ARRAY)
		while (json_next(json, at, &cursor, &name, &value))
			if (!is_json(json, value))
				return false;
	return true;
}

/* On one line, and with what a terminal might act on as escapes, which is the same
 * document. Such characters stand only in strings; line ends only between tokens. */
static void
add_document_bytes(struct str *out, struct span text)
{
	while (text.len > 0) {
		uint32_t cp;
		size_t len = utf8_decode(text, &cp);

		if (cp < ' ')
			str_add_char(out, ' ');
		else if (utf8_is_plain(cp))
			str_add_span(out, (struct span){ text.at, len });
		else if (cp < 0x10000)
			str_addf(out, "\\u%04" PRIx32, cp);
		else
			str_addf(out, "\\u%04" PRIx32 "\\u%04" PRIx32,
				0xd800 + ((cp - 0x10000) >> 10),
				0xdc00 + ((cp - 0x10000) & 0x3ff));
		text.at += len;
		text.len -= len;
	}
}

static void
add_document(struct str *out, const char *name, struct span text)
{
	struct json *json = NULL;

	if (utf8_is_valid(text) && json_parse(&json, text, NULL) == 0 &&
		is_json(json, JSON_ROOT)) {
		add_name(out, name, "");
		add_document_bytes(out, json_raw(json, JSON_ROOT));
	} else {
		add_name(out, name, "");
		str_add(out, "null,");
		add_text(out, name, "_text", text);
	}
	json_free(json);
}

void
json_report_member(struct str *out, const char *name, const struct field_value *value)
{
	if (value->kind == FIELD_TEXT) {
		add_text(out, name, "", value->text);
		return;
	}
	if (value->kind == FIELD_DOCUMENT) {
		add_document(out, name, value->text);
		return;
	}
	add_name(out, name, "");
	switch (value->kind) {
	case FIELD_NONE: str_add(out, "null"); break;
	case FIELD_TIME:
		str_add_char(out, '"');
		scalar_add(out, value);
		str_add_char(out, '"');
		break;
	default: scalar_add(out, value); break;
	}
}

void
json_report_members(struct str *out, const struct field *fields, size_t count,
	const void *row, int64_t now)
{
	for (size_t i = 0; i < count; i++) {
		struct field_value value = fields[i].get(row, now);

		if (i > 0)
			str_add_char(out, ',');
		json_report_member(out, fields[i].name, &value);
	}
}

void
json_report_head(struct str *out, int64_t now)
{
	str_addf(out, "\"schema\":%d,\"at\":\"", REPORT_SCHEMA);
	time_add_rfc3339(out, now);
	str_add_char(out, '"');
}
