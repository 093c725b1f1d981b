/* SPDX-License-Identifier: MIT */
#include "store/dir/image.h"

#include <errno.h>
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

/* No number of an image is longer. */
#define NUMBER_SIZE 24

void
dir_image_free(struct dir_image *image)
{
	str_free(&image->name);
	fsio_file_free(&image->file);
}

/* --- members --- */

void
dir_member_add(struct str *out, const char *name, struct span bytes)
{
	size_t start = out->len;
	bool altered = false;

	str_addf(out, "\"%s\": ", name);
	if (bytes.at == NULL) {
		str_add(out, "null");
		return;
	}
	json_add_string(out, bytes, &altered);
	if (!altered)
		return;
	str_cut(out, start);
	str_addf(out, "\"%s_base64\": ", name);
	json_add_base64(out, bytes);
}

bool
dir_member_read(const struct json *json, json_at at, const char *name, struct str *out)
{
	struct str encoded = { 0 };
	bool read = json_text(json, json_member(json, at, name, NULL), out);

	if (read)
		return true;
	str_addf(&encoded, "%s_base64", name);
	read = json_base64(json, json_member(json, at, encoded.text, NULL), out);
	str_free(&encoded);
	return read;
}

bool
dir_member_integer(const struct json *json, json_at at, const char *name, int64_t *out)
{
	json_at member = json_member(json, at, name, NULL);
	struct span raw = json_raw(json, member);
	char text[NUMBER_SIZE], *end;

	if (json_kind(json, member) != JSON_NUMBER || raw.len >= sizeof(text))
		return false;
	memcpy(text, raw.at, raw.len);
	text[raw.len] = '\0';
	errno = 0;
	*out = strtoll(text, &end, 10);
	return errno == 0 && *end == '\0';
}

/* --- writing --- */

static void
add_attributes(struct str *out, const struct fsio_attributes *attributes)
{
	str_add(out, "\"attributes\": [");
	for (size_t i = 0; i < attributes->count; i++) {
		str_add(out, i > 0 ? ", {" : "{");
		dir_member_add(out, "name", str_span(&attributes->list[i].name));
		str_add(out, ", \"value_base64\": ");
		json_add_base64(out, str_span(&attributes->list[i].value));
		str_add_char(out, '}');
	}
	str_add_char(out, ']');
}

void
dir_image_add(struct str *out, struct span name, const struct fsio_file *file)
{
	const struct fsio_attributes *attributes = &file->attributes;

	str_add_char(out, '{');
	dir_member_add(out, "file", name);
	str_addf(out, ", \"mode\": \"%04o\", \"owner\": %u, \"group\": %u, ",
		(unsigned)attributes->mode, (unsigned)attributes->owner,
		(unsigned)attributes->group);
	if (file->mtime != FSIO_NO_TIME)
		str_addf(out, "\"mtime\": %" PRId64 ", ", file->mtime);
	if (attributes->count > 0) {
		add_attributes(out, attributes);
		str_add(out, ", ");
	}
	dir_member_add(
		out, "bytes", (struct span){ str_text(&file->bytes), file->bytes.len });
	str_add_char(out, '}');
}

/* --- reading --- */

static bool
read_mode(const struct json *json, mode_t *out)
{
	struct str text = { 0 };
	char *end = NULL;
	bool read = dir_member_read(json, JSON_ROOT, "mode", &text) && text.len == 4;

	if (read)
		*out = (mode_t)strtoul(text.text, &end, 8);
	read = read && *end == '\0' && *out <= 07777;
	str_free(&text);
	return read;
}

/* Attributes that nobody may set are no part of an image. */
static bool
read_attributes(const struct json *json, struct fsio_attributes *out)
{
	json_at list = json_member(json, JSON_ROOT, "attributes", NULL), at;
	size_t cursor = 0;

	while (json_next(json, list, &cursor, NULL, &at)) {
		struct fsio_attribute *added = fsio_attributes_add(out);

		if (!dir_member_read(json, at, "name", &added->name) ||
			!dir_member_read(json, at, "value", &added->value) ||
			!fsio_attribute_is_kept(str_span(&added->name)))
			return false;
	}
	return true;
}

static bool
read_document(struct dir_image *out, const struct json *json)
{
	struct fsio_attributes *attributes = &out->file.attributes;
	int64_t owner, group;

	if (!dir_member_read(json, JSON_ROOT, "file", &out->name) ||
		!dir_member_read(json, JSON_ROOT, "bytes", &out->file.bytes) ||
		!dir_member_integer(json, JSON_ROOT, "owner", &owner) ||
		!dir_member_integer(json, JSON_ROOT, "group", &group) ||
		!read_mode(json, &attributes->mode) || !read_attributes(json, attributes))
		return false;
	attributes->owner = (uid_t)owner;
	attributes->group = (gid_t)group;
	if (!dir_member_integer(json, JSON_ROOT, "mtime", &out->file.mtime))
		out->file.mtime = FSIO_NO_TIME;
	out->file.mark.mtime = out->file.mtime == FSIO_NO_TIME ? 0 : out->file.mtime;
	return owner == (int64_t)attributes->owner &&
	       group == (int64_t)attributes->group &&
	       memchr(str_text(&out->name), '\0', out->name.len) == NULL;
}

bool
dir_image_read(struct dir_image *out, struct span image)
{
	struct json *json = NULL;
	bool read;

	dir_image_free(out);
	read = image.at != NULL && json_parse(&json, image, NULL) == 0 &&
	       read_document(out, json);
	json_free(json);
	if (!read)
		dir_image_free(out);
	return read;
}

bool
dir_image_same(const struct dir_image *a, const struct dir_image *b)
{
	return span_equal(str_span(&a->name), str_span(&b->name)) &&
	       a->file.bytes.len == b->file.bytes.len &&
	       (a->file.bytes.len == 0 || memcmp(a->file.bytes.text, b->file.bytes.text,
						  a->file.bytes.len) == 0);
}
