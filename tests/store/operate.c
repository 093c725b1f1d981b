/* SPDX-License-Identifier: MIT */
#include "operate.h"

#include <string.h>

static void
picture_take(void *arg, const struct ckpt *row, struct span image, unsigned hazards)
{
	struct picture *picture = arg;

	str_add_span(&picture->image, image);
	str_add_span(&picture->value, row->value);
	str_add_span(&picture->metadata, row->metadata);
	str_add_span(&picture->updated, row->updated_text);
	picture->hazards = hazards;
}

void
picture_free(struct picture *picture)
{
	str_free(&picture->image);
	str_free(&picture->value);
	str_free(&picture->metadata);
	str_free(&picture->updated);
}

struct picture
bench_examine(struct store *store, const char *job, const char *partition)
{
	struct picture picture = { 0 };
	struct err err = { 0 };

	if (store_examine(store, key_of(job, partition), picture_take, &picture, &err) !=
		0)
		fail_msg("%s", err.text);
	assert_true(picture.image.len > 0);
	return picture;
}

struct picture
bench_foresee(struct store *store, const char *job, const char *partition, struct span of)
{
	struct picture picture = { 0 };
	struct err err = { 0 };

	if (store_foresee(
		    store, key_of(job, partition), of, picture_take, &picture, &err) != 0)
		fail_msg("%s", err.text);
	return picture;
}

void
assert_not_examined(struct store *store, const char *job, const char *partition)
{
	struct picture picture = { 0 };
	struct err err = { 0 };

	assert_int_equal(store_examine(store, key_of(job, partition), picture_take,
				 &picture, &err),
		-1);
	assert_int_equal(err.kind, ERR_NOT_FOUND);
	assert_int_equal(picture.image.len, 0);
}

struct operation
operation_of(const char *id, const char *action)
{
	return (struct operation){ .id = span_of(id),
		.at = RESET_AT,
		.who = SPAN("bob@jump1"),
		.action = span_of(action),
		.reason = SPAN("bad \"batch\"\nof Monday"),
		.anchor = SPAN("00ff") };
}

struct str
bench_draft(struct store *store, const struct picture *picture, const char *job,
	const char *partition, const char *value, const char *metadata)
{
	struct draft draft = { .key = key_of(job, partition),
		.value = span_of(value),
		.keep_metadata = metadata == NULL,
		.metadata = span_of(metadata),
		.updated_at = RESET_AT };
	struct str out = { 0 };
	struct err err = { 0 };

	if (store_draft(store, str_span(&picture->image), &draft, &out, &err) != 0)
		fail_msg("%s", err.text);
	return out;
}

struct edit
edit_of(const char *job, const char *partition, struct span seen, struct span wanted)
{
	return (struct edit){
		.key = key_of(job, partition), .seen = seen, .wanted = wanted
	};
}

void
assert_applied(struct store *store, const struct operation *operation, struct edit *edits,
	size_t count)
{
	struct err err = { 0 };

	if (store_apply(store, operation, edits, count, &err) != 0)
		fail_msg("%s", err.text);
	assert_false(err_is_set(&err));
	for (size_t i = 0; i < count; i++) {
		assert_int_equal(edits[i].result, CHANGE_DONE);
		assert_false(err_is_set(&edits[i].err));
		edit_clear(&edits[i]);
	}
}

void
assert_conflict(struct store *store, struct edit edit, const char *found)
{
	struct operation operation = operation_of(OP, "reset");
	struct image_facts facts;
	struct str memory = { 0 };
	struct err err = { 0 };

	assert_int_equal(store_apply(store, &operation, &edit, 1, &err), -1);
	assert_int_equal(err.kind, ERR_CONFLICT);
	assert_int_equal(edit.result, CHANGE_CONFLICT);
	assert_int_equal(edit.err.kind, ERR_CONFLICT);
	if (found == NULL) {
		assert_int_equal(edit.found.len, 0);
	} else {
		assert_true(
			store_image_read(store, str_span(&edit.found), &memory, &facts));
		assert_span(facts.value, found);
	}
	str_free(&memory);
	edit_clear(&edit);
}

struct scene
scene_open(struct bench *bench)
{
	struct scene c = { .bench = bench };

	bench_put(bench, "orders", "0", "100", "{\"a\": 1}");
	c.store = bench_open(bench, STORE_WRITE);
	c.seen = bench_examine(c.store, "orders", "0");
	c.wanted = bench_draft(c.store, &c.seen, "orders", "0", "50", "{\"b\": 2}");
	return c;
}

struct edit
scene_edit(const struct scene *c)
{
	return edit_of("orders", "0", str_span(&c->seen.image), str_span(&c->wanted));
}

struct edit
scene_delete(const struct scene *c)
{
	return edit_of("orders", "0", str_span(&c->seen.image), SPAN_NONE);
}

void
scene_close(struct scene *c)
{
	picture_free(&c->seen);
	str_free(&c->wanted);
	store_close(c->store);
}
