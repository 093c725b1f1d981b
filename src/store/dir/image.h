/* SPDX-License-Identifier: MIT
 * Images of a directory's files (see store_write.h): a JSON object with the name of the
 * file, all its bytes, and what is needed to make it anew. Of the directory back end. */
#ifndef STORE_DIR_IMAGE_H
#define STORE_DIR_IMAGE_H

#include "base/fsio_exchange.h"
#include "base/json.h"

/* Start with { 0 }, end with dir_image_free(). */
struct dir_image {
	struct str name; /* of the file */
	struct fsio_file file;
};

void dir_image_free(struct dir_image *image);

/* Appends the image of a file. */
void dir_image_add(struct str *out, struct span name, const struct fsio_file *file);

/* Reads one. False: this back end did not write it. */
bool dir_image_read(struct dir_image *out, struct span image);

/* True when both are the same bytes in the same file. */
bool dir_image_same(const struct dir_image *a, const struct dir_image *b);

/* Appends `"NAME": TEXT`; bytes that are no text as `"NAME_base64": BASE64`; none as
 * null. */
void dir_member_add(struct str *out, const char *name, struct span bytes);

/* Appends the bytes of such a member. False, when it is not there, is null, or is
 * something else. */
bool
dir_member_read(const struct json *json, json_at at, const char *name, struct str *out);

/* Reads a member that is a whole number. */
bool
dir_member_integer(const struct json *json, json_at at, const char *name, int64_t *out);

#endif
