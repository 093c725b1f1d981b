/* SPDX-License-Identifier: MIT */
#include "report/csv.h"

#include <string.h>

#include "base/utf8.h"
#include "report/scalar.h"

static bool
is_text(const struct field_value *value)
{
	return value->kind == FIELD_TEXT || value->kind == FIELD_DOCUMENT;
}

/* -5, -0.5: a spreadsheet takes it for the number that it is. */
static bool
is_number(struct span text)
{
	size_t digits = 0, points = 0;

	for (size_t i = 0; i < text.len; i++) {
		char c = text.at[i];

		if (c >= '0' && c <= '9')
			digits++;
		else if (c == '.' && digits > 0 && points == 0 && i + 1 < text.len)
			points++;
		else if (c != '-' || i != 0)
			return false;
	}
	return digits > 0;
}

static bool
is_formula(struct span text)
{
	return text.len > 0 && memchr("=+-@\t\r", text.at[0], 6) != NULL &&
	       !is_number(text);
}

static void
add_quoted(struct str *out, struct span text)
{
	str_add_char(out, '"');
	for (size_t i = 0; i < text.len; i++) {
		if (text.at[i] == '"')
			str_add_char(out, '"');
		str_add_span(out, (struct span){ text.at + i, 1 });
	}
	str_add_char(out, '"');
}

/* Blanks at the ends are quoted too: some readers cut them. */
static bool
needs_quotes(struct span text)
{
	if (text.len == 0)
		return true;
	if (text.at[0] == ' ' || text.at[text.len - 1] == ' ')
		return true;
	for (size_t i = 0; i < text.len; i++)
		if (memchr(",\"\r\n\t", text.at[i], 5) != NULL)
			return true;
	return false;
}

static void
add_text(struct str *out, struct span text, const struct csv_style *style)
{
	struct str changed = { 0 };

	if (!style->raw && is_formula(text))
		str_add_char(&changed, '\'');
	if (style->safe)
		safe_text(&changed, text);
	else
		str_add_span(&changed, text);
	if (needs_quotes(str_span(&changed)))
		add_quoted(out, str_span(&changed));
	else
		str_add_span(out, str_span(&changed));
	str_free(&changed);
}

void
csv_header(struct str *out, const struct field *fields, size_t count)
{
	for (size_t i = 0; i < count; i++)
		str_addf(out, "%s%s", i > 0 ? "," : "", fields[i].name);
	str_add(out, "\r\n");
}

void
csv_record(struct str *out, const struct field *fields, size_t count, const void *row,
	int64_t now, const struct csv_style *style)
{
	for (size_t i = 0; i < count; i++) {
		struct field_value value = fields[i].get(row, now);

		if (i > 0)
			str_add_char(out, ',');
		if (is_text(&value))
			add_text(out, value.text, style);
		else
			scalar_add(out, &value);
	}
	str_add(out, "\r\n");
}

void
plain_record(struct str *out, const struct field *fields, size_t count, const void *row,
	int64_t now)
{
	for (size_t i = 0; i < count; i++) {
		struct field_value value = fields[i].get(row, now);
		size_t start;

		if (i > 0)
			str_add_char(out, '\t');
		start = out->len;
		if (is_text(&value))
			safe_text(out, value.text);
		else
			scalar_add(out, &value);
		if (out->len == start)
			str_add_char(out, '-');
	}
	str_add_char(out, '\n');
}
