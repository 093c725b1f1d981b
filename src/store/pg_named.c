/* SPDX-License-Identifier: MIT
 *
 * PostgreSQL numbers its parameters; what people write in a configuration has names. */
#include <ctype.h>
#include <string.h>

#include "store/pg_store.h"
#include "store/sql_text.h"

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
			length = sql_quoted_length(sql);
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
