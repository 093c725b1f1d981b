/* SPDX-License-Identifier: MIT */
#include "store/sql_text.h"

#include <ctype.h>
#include <string.h>

size_t
sql_quoted_length(const char *text)
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

/* True when there is nothing but white space, semicolons and comments. */
static bool
is_end(const char *text)
{
	while (*text != '\0') {
		size_t length = sql_quoted_length(text);

		if (isspace((unsigned char)*text) || *text == ';')
			length = 1;
		else if (length == 0 || (*text != '-' && *text != '/'))
			return false;
		text += length;
	}
	return true;
}

struct span
sql_without_end(const char *text)
{
	size_t at = 0;

	while (text[at] != '\0') {
		size_t length = sql_quoted_length(text + at);

		if (text[at] == ';' && is_end(text + at))
			break;
		at += length > 0 ? length : 1;
	}
	return span_trim((struct span){ text, at });
}
