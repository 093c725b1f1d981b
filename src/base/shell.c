/* SPDX-License-Identifier: MIT */
#include "base/shell.h"

#include <string.h>

#include "base/utf8.h"

static bool
is_plain(struct span word)
{
	static const char plain[] = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ"
				    "0123456789_-./:,=@%+";

	for (size_t i = 0; i < word.len; i++)
		if (memchr(plain, word.at[i], sizeof(plain) - 1) == NULL)
			return false;
	return word.len > 0;
}

/* Three octal digits: what follows cannot be taken for part of them. */
static void
add_escaped(struct str *out, struct span word)
{
	str_add(out, "$'");
	for (size_t i = 0; i < word.len; i++) {
		unsigned char c = (unsigned char)word.at[i];

		if (c >= ' ' && c < 0x7f && c != '\'' && c != '\\')
			str_add_char(out, (char)c);
		else
			str_addf(out, "\\%03o", c);
	}
	str_add_char(out, '\'');
}

void
shell_add_word(struct str *out, struct span word)
{
	const char *end = word.len > 0 ? memchr(word.at, '\0', word.len) : NULL;

	if (end != NULL)
		word.len = (size_t)(end - word.at);
	if (is_plain(word)) {
		str_add_span(out, word);
		return;
	}
	if (safe_text_alters(word)) {
		add_escaped(out, word);
		return;
	}
	str_add_char(out, '\'');
	for (size_t i = 0; i < word.len; i++)
		if (word.at[i] == '\'')
			str_add(out, "'\\''");
		else
			str_add_char(out, word.at[i]);
	str_add_char(out, '\'');
}

size_t
shell_line_length(struct span command, size_t cells)
{
	bool quoted = false;
	size_t gap = 0;

	if (safe_width(command) <= cells)
		return command.len;
	for (size_t i = 0; i < command.len; i++) {
		/* " \\" */
		if (safe_width((struct span){ command.at, i }) + 2 > cells)
			break;
		if (command.at[i] == '\\' && !quoted)
			i++;
		else if (command.at[i] == '\'')
			quoted = !quoted;
		else if (command.at[i] == ' ' && !quoted)
			gap = i;
	}
	return gap;
}
