/* SPDX-License-Identifier: MIT
 * Edits of one file in a scratch directory: looked at, drafted, applied, settled. */
#ifndef UNIT_STORE_DIR_EDITS_H
#define UNIT_STORE_DIR_EDITS_H

#include "rows.h"

#define OP "11111111-2222-4333-8444-555555555555"

/* What one look has shown. */
struct look {
	struct str image, where;
	unsigned hazards, flags;
	struct err err;
};

static inline void
look_take(void *arg, const struct ckpt *row, struct span image, unsigned hazards)
{
	struct look *look = arg;

	str_add_span(&look->image, image);
	str_add_span(&look->where, row->where);
	look->hazards = hazards;
	look->flags = row->flags;
}

static inline void
look_free(struct look *look)
{
	str_free(&look->image);
	str_free(&look->where);
	*look = (struct look){ 0 };
}

static inline struct key
key_of(const char *job, const char *partition)
{
	return (struct key){ span_of(job), span_of(partition) };
}

/* 0, or -1 and look->err. */
static inline int
look_at(struct opened *opened, struct key key, struct look *look)
{
	look_free(look);
	return store_examine(opened->store, key, look_take, look, &look->err);
}

/* The image of a row after a reset to a value; str_free() it. */
static inline struct str
draft_of(struct opened *opened, struct key key, struct span image, const char *value)
{
	struct draft draft = { .key = key,
		.value = span_of(value),
		.keep_metadata = true,
		.updated_at = INT64_C(1760000000) * SECOND };
	struct err err = { 0 };
	struct str out = { 0 };

	if (store_draft(opened->store, image, &draft, &out, &err) != 0)
		fail_msg("%s", err.text);
	return out;
}

static inline struct operation
operation_of(const char *id)
{
	return (struct operation){ .id = span_of(id),
		.at = INT64_C(1760000000) * SECOND,
		.who = SPAN("bob@jump1"),
		.action = SPAN("reset"),
		.reason = SPAN("a test"),
		.anchor = SPAN("abc") };
}

/* "done", "conflict", "failed", "unknown" */
static inline const char *
result_word(enum change_result result)
{
	static const char *const words[] = { [CHANGE_DONE] = "done",
		[CHANGE_CONFLICT] = "conflict",
		[CHANGE_FAILED] = "failed",
		[CHANGE_UNKNOWN] = "unknown" };

	return words[result];
}

/* Applies one edit of orders/0 and checks what must always be true. */
static inline const char *
apply_edit(struct opened *opened, struct edit *edit)
{
	struct operation operation = operation_of(OP);
	struct err err = { 0 };
	int status = store_apply(opened->store, &operation, edit, 1, &err);

	assert_int_equal(status == 0, edit->result == CHANGE_DONE);
	assert_int_equal(err.kind, edit->err.kind);
	assert_int_equal(edit->result == CHANGE_CONFLICT, err.kind == ERR_CONFLICT);
	assert_int_equal(edit->result == CHANGE_UNKNOWN, err.kind == ERR_UNKNOWN);
	return result_word(edit->result);
}

static inline const char *
settle_edit(struct opened *opened, struct edit *edit)
{
	struct operation operation = operation_of(OP);
	struct err err = { 0 };

	store_settle(opened->store, &operation, edit, 1, &err);
	return result_word(edit->result);
}

/* A reset of orders/0, from what is there to a value. The images are the caller's. */
struct reset {
	struct look look;
	struct str wanted;
	struct edit edit;
};

static inline void
reset_prepare(struct opened *opened, struct reset *reset, const char *value)
{
	struct key key = key_of("orders", "0");

	*reset = (struct reset){ 0 };
	if (look_at(opened, key, &reset->look) != 0)
		fail_msg("%s", reset->look.err.text);
	reset->wanted = draft_of(opened, key, str_span(&reset->look.image), value);
	reset->edit = (struct edit){ .key = key,
		.seen = str_span(&reset->look.image),
		.wanted = str_span(&reset->wanted) };
}

static inline void
reset_free(struct reset *reset)
{
	look_free(&reset->look);
	str_free(&reset->wanted);
	edit_clear(&reset->edit);
}

static inline void
assert_text(const struct scratch *scratch, const char *name, const char *expected)
{
	char *text = file_text(scratch, name);

	if (expected == NULL)
		assert_null(text);
	else if (text == NULL)
		fail_msg("there is no %s", name);
	else
		assert_string_equal(text, expected);
	free(text);
}

#endif
