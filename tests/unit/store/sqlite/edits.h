/* SPDX-License-Identifier: MIT
 * A row of a SQLite database that a person changes: what was seen, what is wanted, and
 * how it went. */
#ifndef UNIT_STORE_SQLITE_EDITS_H
#define UNIT_STORE_SQLITE_EDITS_H

#include "sqlite_bench.h"

#define OP "6f1d0a3e-52c4-4b8e-9d0f-3a7c1e5b9f20"

static inline void
take_image(void *arg, const struct ckpt *row, struct span image, unsigned hazards)
{
	struct str *out = arg;

	(void)row;
	(void)hazards;
	str_clear(out);
	str_add_span(out, image);
}

static inline struct str
image_of(struct store *store, const char *job, const char *partition)
{
	struct key key = { span_of(job), span_of(partition) };
	struct str image = { 0 };
	struct err err = { 0 };

	if (store_examine(store, key, take_image, &image, &err) != 0)
		fail_msg("%s", err.text);
	return image;
}

static inline struct draft
draft_to(const char *job, const char *partition, const char *value)
{
	return (struct draft){ .key = { span_of(job), span_of(partition) },
		.value = span_of(value),
		.keep_metadata = true,
		.updated_at = SAVED_AT };
}

static inline struct str
draft_of(struct store *store, const struct str *image, const struct draft *draft)
{
	struct str wanted = { 0 };
	struct err err = { 0 };

	if (store_draft(store, str_span(image), draft, &wanted, &err) != 0)
		fail_msg("%s", err.text);
	return wanted;
}

static inline struct operation
operation_of(const char *id)
{
	return (struct operation){ .id = span_of(id),
		.at = SAVED_AT,
		.who = SPAN("bob@jump1"),
		.action = SPAN("reset"),
		.reason = SPAN("why"),
		.anchor = SPAN("00ff") };
}

/* One edit. What it is answered for anything but DONE is in *err. */
static inline enum change_result
apply_one(struct store *store, const char *job, const char *partition, struct span seen,
	struct span wanted, struct err *err)
{
	struct operation operation = operation_of(OP);
	struct edit edit = { .key = { span_of(job), span_of(partition) },
		.seen = seen,
		.wanted = wanted };

	err_clear(err);
	store_apply(store, &operation, &edit, 1, err);
	edit_clear(&edit);
	return edit.result;
}

static inline void
apply_done(struct store *store, const char *job, const char *partition, struct span seen,
	struct span wanted)
{
	struct err err = { 0 };

	if (apply_one(store, job, partition, seen, wanted, &err) != CHANGE_DONE)
		fail_msg("%s", err.text);
	assert_false(err_is_set(&err));
}

/* Resets a row as it is now. */
static inline enum change_result
reset(struct store *store, const char *job, const char *partition, const char *value,
	struct err *err)
{
	struct draft draft = draft_to(job, partition, value);
	struct str seen = image_of(store, job, partition);
	struct str wanted = draft_of(store, &seen, &draft);
	enum change_result result =
		apply_one(store, job, partition, str_span(&seen), str_span(&wanted), err);

	str_free(&seen);
	str_free(&wanted);
	return result;
}

#endif
