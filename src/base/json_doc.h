/* SPDX-License-Identifier: MIT
 * The inside of a parsed document, for json.c, which makes it, and json_read.c. */
#ifndef BASE_JSON_DOC_H
#define BASE_JSON_DOC_H

#include <stddef.h>

#include "base/json.h"

/* A value, or the name of a member. They stand in the order of the text: a container
 * before its content, a name before its value. */
struct node {
	enum json_kind kind;
	unsigned start, end; /* bytes of the text, quotes and brackets included */
	unsigned count;	     /* members or elements */
	int after;	     /* the first node behind the value and its content */
};

struct json {
	struct span text; /* without the BOM */
	struct node *nodes;
	int nodes_len;
	size_t bom_len;
};

/* The text from a place in it to its end. */
static inline struct span
span_from(struct span text, size_t at)
{
	return (struct span){ text.at + at, text.len - at };
}

/* What a letter behind a backslash stands for; '\0' for \u and for invalid escapes. */
char json_unescape(char letter);

/* The number in the four digits of \uXXXX, which stand at the start of the text; -1 when
 * they do not. */
int json_hex(struct span digits);

#endif
