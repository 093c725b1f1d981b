/* SPDX-License-Identifier: MIT */
#include "jansson_outline.h"

#include <inttypes.h>
#include <string.h>

#include <jansson.h>

static void
add_string(struct str *out, const char *text, size_t len)
{
	str_addf(out, "%zu:", len);
	str_add_span(out, (struct span){ text, len });
}

static void
add_value(struct str *out, json_t *value)
{
	const char *name;
	json_t *inner;
	size_t i;

	switch (json_typeof(value)) {
	case JSON_OBJECT:
		str_add(out, "{");
		json_object_foreach(value, name, inner)
		{
			add_string(out, name, span_of(name).len);
			str_add(out, "=");
			add_value(out, inner);
			str_add(out, " ");
		}
		str_add(out, "}");
		break;
	case JSON_ARRAY:
		str_add(out, "[");
		json_array_foreach(value, i, inner)
		{
			add_value(out, inner);
			str_add(out, " ");
		}
		str_add(out, "]");
		break;
	case JSON_STRING:
		add_string(out, json_string_value(value), json_string_length(value));
		break;
	case JSON_INTEGER:
		str_addf(out, "%" PRIdMAX, (intmax_t)json_integer_value(value));
		break;
	case JSON_REAL: str_addf(out, "%.17g", json_real_value(value)); break;
	case JSON_TRUE: str_add(out, "true"); break;
	case JSON_FALSE: str_add(out, "false"); break;
	case JSON_NULL: str_add(out, "null"); break;
	}
}

bool
jansson_outline(struct str *out, struct span text)
{
	size_t flags = JSON_DECODE_ANY | JSON_REJECT_DUPLICATES | JSON_ALLOW_NUL;
	json_t *root = NULL;

	/* A NUL byte behind the document is its end to jansson 2.14, and no JSON. */
	if (text.len > 0 && memchr(text.at, '\0', text.len) == NULL)
		root = json_loadb(text.at, text.len, flags, NULL);
	if (root == NULL)
		return false;
	add_value(out, root);
	json_decref(root);
	return true;
}
