/* SPDX-License-Identifier: MIT */
#include "model/head_spec.h"

#include <string.h>

static const struct {
	const char *word; /* with a ':' an argument follows */
	enum head_kind kind;
	bool is_last;
	const char *argument; /* what must follow */
} kinds[] = {
	{ "none", HEAD_NONE, false, NULL },
	{ "now", HEAD_NOW, true, NULL },
	{ "sql:", HEAD_SQL, true, "a query, such as sql:SELECT max(id) FROM orders" },
	{ "file:", HEAD_FILE, false, "a path, such as file:/var/log/{job}.log" },
	{ "metadata:", HEAD_METADATA, true, "a member, such as metadata:end_offset" },
};

/* sql@STORE:QUERY */
static int
parse_elsewhere(struct head_spec *out, const char *text, struct err *err)
{
	const char *place = strchr(text, '@') + 1, *colon = strchr(place, ':');

	if (colon == NULL || colon == place || colon[1] == '\0')
		return err_set(err, ERR_USAGE,
			"head = %s needs a store and a query, such as "
			"sql@orders:SELECT max(id) FROM orders",
			text);
	*out = (struct head_spec){
		.kind = HEAD_SQL,
		.text = text,
		.argument = colon + 1,
		.place = { place, (size_t)(colon - place) },
		.is_last = true,
	};
	return 0;
}

int
head_parse(struct head_spec *out, const char *text, struct err *err)
{
	*out = (struct head_spec){ .kind = HEAD_NONE, .text = text };
	if (text == NULL)
		return 0;
	if (strncmp(text, "sql@", 4) == 0)
		return parse_elsewhere(out, text, err);
	for (size_t i = 0; i < sizeof(kinds) / sizeof(*kinds); i++) {
		bool has_argument = kinds[i].argument != NULL;
		size_t length = strlen(kinds[i].word);

		if (has_argument ? strncmp(text, kinds[i].word, length) != 0
				 : strcmp(text, kinds[i].word) != 0)
			continue;
		if (has_argument && text[length] == '\0')
			return err_set(err, ERR_USAGE, "head = %s needs %s", text,
				kinds[i].argument);
		*out = (struct head_spec){
			.kind = kinds[i].kind,
			.text = text,
			.argument = has_argument ? text + length : NULL,
			.is_last = kinds[i].is_last,
		};
		return 0;
	}
	return err_set(err, ERR_USAGE,
		"head = %s is not understood; there are none, now, sql:QUERY, "
		"sql@STORE:QUERY, file:PATH and metadata:MEMBER",
		text);
}
