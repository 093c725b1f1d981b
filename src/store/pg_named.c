/* SPDX-License-Identifier: MIT
 *
 * PostgreSQL numbers its parameters; what people write in a configuration has names. */
#include <ctype.h>
#include <string.h>

#include "store/pg_store.h"

/* How long the quoted part or comment at text is, with its ends; 0: there is none. One
 * that does not end goes to the end: the server will say so. */
static size_t
quoted_length(const char *text)
{
	const char *end = NULL;
	size_t tag;

	if (*text == '\'' || *text == '"') {
		end = strchr(text + 1, *text);
		return end != NULL ? (size_t)(end + 1 - text) : strlen(text);
	}
	if (strncmp(text, "--", 2) == 0)
		return strcspn(text, "\n");
	if (strncmp(text, "/*", 2) == 0) {
		size_t depth = 1, at = 2;

		for (; text[at] != '\0' && depth > 0; at++) {
			if (strncmp(text + at, "/*", 2) == 0)
				depth++, at++;
			else if (strncmp(text + at, "*/", 2) == 0)
				depth--, at++;
		}
		return at;
	}
	if (*text != '$')
		return 0;
	tag = 1;
	while (isalnum((unsigned char)text[tag]) || text[tag] == '_')
		tag++;
	if (text[tag] != '$' || isdigit((unsigned char)text[1]))
		return 0;
	tag++;
	for (end = text + tag; (end = strchr(end, '$')) != NULL; end++)
		if (strncmp(end, text, tag) == 0)
			return (size_t)(end - text) + tag;
	return strlen(text);
}

static bool
is_word(char c)
{
	return isalnum((unsigned char)c) || c == '_' || c == '$' ||
	       (unsigned char)c >= 0x80;
}

/* How long ":name" at text is when it is this name; 0: it is not. */
static size_t
name_length(const char *text, const char *name)
{
	size_t length = strlen(name);

	return strncmp(text, name, length) == 0 && !is_word(text[length]) ? length : 0;
}

size_t
pg_number_parameters(struct str *out, const char *sql, struct key key,
	struct span parameters[PG_NAMED_PARAMETERS])
{
	static const char *const names[] = { ":job", ":partition" };
	const struct span values[] = { key.job, key.partition };
	size_t numbers[PG_NAMED_PARAMETERS] = { 0 }, count = 0;
	const char *before = sql;

	while (*sql != '\0') {
		size_t length = 0;

		/* A '$' within a name begins no quotation. */
		if (*sql != '$' || sql == before || !is_word(sql[-1]))
			length = quoted_length(sql);
		if (length > 0 || strncmp(sql, "::", 2) == 0) {
			length = length > 0 ? length : 2;
			str_add_span(out, (struct span){ sql, length });
			sql += length;
			continue;
		}
		for (int i = 0; i < PG_NAMED_PARAMETERS && length == 0; i++) {
			length = name_length(sql, names[i]);
			if (length == 0)
				continue;
			if (numbers[i] == 0) {
				parameters[count] = values[i];
				numbers[i] = ++count;
			}
			str_addf(out, "$%zu::text", numbers[i]);
		}
		if (length == 0)
			str_add_char(out, *sql++);
		sql += length;
	}
	return count;
}
