/* SPDX-License-Identifier: MIT
 * The few members of a metadata document that the model looks at. The document itself is
 * not kept. */
#ifndef MODEL_METADATA_H
#define MODEL_METADATA_H

#include <stdint.h>

#include "base/str.h"

/* Members whose names are configured; NULL: not looked for. */
struct metadata_names {
	const char *watermark, *error, *head;
};

/* None: not there, null, or nothing in it. All borrow from memory. */
struct metadata {
	struct span watermark, head; /* text of a scalar */
	struct span error; /* first line of what the pipeline says; of an object its
			      member "message"; else of a document that is no JSON,
			      or has one of these members twice, that it is so */
	struct span note;  /* "worker-07 att 3", from host and attempt */
	struct span reset_by, reset_at, reset_from, reset_id; /* of a recorded reset */
	struct str memory;
};

/* The names of the members that are looked for whatever is configured. */
const char *const *metadata_fixed_members(size_t *count);

/* Says of a document that it has so many bytes and was not looked into. */
void metadata_unread(struct metadata *out, uint64_t bytes);

/* Reads a document into a zeroed or used *out. What is no object has no members: it
 * belongs to the pipeline, and is none of our business. */
void metadata_read(
	struct metadata *out, struct span document, const struct metadata_names *names);
void metadata_free(struct metadata *metadata);

#endif
