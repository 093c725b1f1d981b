/* SPDX-License-Identifier: MIT */
#include "store/image_json.h"

#include <string.h>

#include "base/utf8.h"

/* Roles are named as the settings that name their columns. */
static const char *const roles_named[LAYOUT_ROLES] = {
#define LAYOUT_COLUMN(role, name, help) name,
#include "store/layout.def"
};

void
image_add_bytes(struct str *out, const char *name, struct span bytes, bool is_text)
{
	bool plain = is_text && utf8_is_valid(bytes) &&
		     (bytes.len == 0 || memchr(bytes.at, '\0', bytes.len) == NULL);

	str_addf(out, "\"%s%s\":", name, plain ? "" : "_base64");
	if (plain)
		json_add_string(out, bytes, NULL);
	else
		json_add_base64(out, bytes);
}

bool
image_read_bytes(const struct json *json, json_at at, const char *name,
	struct arena *arena, struct span *out)
{
	char *encoded = arena_printf(arena, "%s_base64", name);
	struct str bytes = { 0 };
	bool ok = json_text(json, json_member(json, at, name, NULL), &bytes) ||
		  json_base64(json, json_member(json, at, encoded, NULL), &bytes);

	*out = ok ? arena_span(arena, (struct span){ str_text(&bytes), bytes.len })
		  : SPAN_NONE;
	str_free(&bytes);
	return ok;
}

void
image_add_roles(struct str *out, unsigned roles)
{
	bool is_next = false;

	str_add(out, "\"roles\":[");
	for (int role = 0; role < LAYOUT_ROLES; role++) {
		if (!(roles & (1u << role)))
			continue;
		str_addf(out, "%s\"%s\"", is_next ? "," : "", roles_named[role]);
		is_next = true;
	}
	str_add_char(out, ']');
}

bool
image_read_roles(const struct json *json, json_at at, unsigned *out)
{
	size_t cursor = 0;
	json_at value;

	*out = 0;
	if (json_kind(json, at) != JSON_ARRAY)
		return false;
	while (json_next(json, at, &cursor, NULL, &value)) {
		struct str word = { 0 };
		int role = 0;

		json_text(json, value, &word);
		while (role < LAYOUT_ROLES &&
			strcmp(roles_named[role], str_text(&word)) != 0)
			role++;
		str_free(&word);
		if (role == LAYOUT_ROLES)
			return false;
		*out |= 1u << role;
	}
	return true;
}

struct image_facts
image_facts_of(struct str *memory, const struct span facts[IMAGE_FACTS])
{
	struct span out[IMAGE_FACTS];
	size_t at = memory->len;

	for (int i = 0; i < IMAGE_FACTS; i++) {
		str_add_span(memory, facts[i]);
		str_add_char(memory, '\0');
	}
	/* A memory that grows moves: only now it lies where it will. */
	for (int i = 0; i < IMAGE_FACTS; i++) {
		out[i] = facts[i].at != NULL
				 ? (struct span){ memory->text + at, facts[i].len }
				 : SPAN_NONE;
		at += facts[i].len + 1;
	}
	return (struct image_facts){
		.value = out[0], .updated_text = out[1], .metadata = out[2]
	};
}
