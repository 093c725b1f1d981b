/* SPDX-License-Identifier: MIT
 * What the images of rows have in common, whichever database the row is of: how bytes and
 * the meanings of columns stand in JSON, and how the facts of an image are handed out. */
#ifndef STORE_IMAGE_JSON_H
#define STORE_IMAGE_JSON_H

#include "base/arena.h"
#include "base/json.h"
#include "store/layout.h"
#include "store/store_write.h"

/* Appends a member, "name":"…"; bytes that JSON cannot hold as they are, and those that
 * are no text, in base64 under a name that says so. */
void image_add_bytes(struct str *out, const char *name, struct span bytes, bool is_text);

/* Reads it back, copied into the arena. False: there is no such member. */
bool image_read_bytes(const struct json *json, json_at at, const char *name,
	struct arena *arena, struct span *out);

/* The roles of a column, a bit each (1 << LAYOUT_VALUE, …), named as the settings that
 * name their columns: appends "roles":[…], and reads the array. False: it is none. */
void image_add_roles(struct str *out, unsigned roles);
bool image_read_roles(const struct json *json, json_at at, unsigned *out);

/* What an image says, copied into *memory, which it lives as long as; in this order. */
#define IMAGE_FACTS 3
struct image_facts
image_facts_of(struct str *memory, const struct span value_updated_metadata[IMAGE_FACTS]);

#endif
