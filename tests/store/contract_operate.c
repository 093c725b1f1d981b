/* SPDX-License-Identifier: MIT
 *
 * What a person changes, and takes back: resets, deletes and undos.
 *
 * A fixture takes part with STORE_CAN_OPERATE in its to_read and to_write; what only
 * holds for a store that makes an operation whole or not at all is asked of those with
 * STORE_IS_ATOMIC there. Every test begins without a store audit. */
#include "operate.h"

#include <string.h>

/* --- looking --- */

static void
what_is_examined_is_what_is_there(void **state)
{
	struct bench *bench = *state;
	struct store *stores[2];
	struct picture pictures[2];
	struct image_facts facts;
	struct str memory = { 0 };

	bench_put(bench, "orders", "0", "88412007", "{\"host\":   \"worker-07\"}");
	bench_put(bench, "orders", "1", "5", NULL);
	for (int i = 0; i < 2; i++) {
		stores[i] = bench_open(bench, i == 0 ? STORE_READ : STORE_WRITE);
		pictures[i] = bench_examine(stores[i], "orders", "0");
		assert_string_equal(str_text(&pictures[i].value), "88412007");
		assert_metadata(bench, str_span(&pictures[i].metadata),
			"{\"host\":   \"worker-07\"}");
		assert_int_equal(pictures[i].hazards & EDIT_DAMAGED, 0);
		assert_true(store_image_read(
			stores[i], str_span(&pictures[i].image), &memory, &facts));
		assert_span(facts.value, "88412007");
		assert_metadata(bench, facts.metadata, "{\"host\":   \"worker-07\"}");
		assert_span(facts.updated_text, str_text(&pictures[i].updated));
	}
	assert_true(store_image_same(
		stores[0], str_span(&pictures[0].image), str_span(&pictures[1].image)));
	assert_not_examined(stores[0], "orders", "2");
	assert_not_examined(stores[1], "order", "0");
	str_free(&memory);
	for (int i = 0; i < 2; i++) {
		picture_free(&pictures[i]);
		store_close(stores[i]);
	}
}

/* Whoever may write may change it, and make it where it is gone. */
static void
what_can_be_changed_is_permitted(void **state)
{
	struct scene c = scene_open(*state);
	struct operation operation = operation_of(OP, "delete");
	struct store *reader = bench_open(c.bench, STORE_READ);
	struct key key = key_of("orders", "0");
	struct edit gone = scene_delete(&c);
	struct err err = { 0 };

	for (int i = 0; i < 2; i++) {
		assert_int_equal(
			store_permit(reader, key, str_span(&c.seen.image), &err), 0);
		assert_int_equal(
			store_permit(c.store, key, str_span(&c.seen.image), &err), 0);
		if (i == 0)
			assert_applied(c.store, &operation, &gone, 1);
	}
	assert_outside(c.bench, "orders", "0", NULL);
	store_close(reader);
	scene_close(&c);
}

static void
what_is_foreseen_is_what_is_there_then(void **state)
{
	struct scene c = scene_open(*state);
	struct operation operation = operation_of(OP, "reset");
	struct store *reader = bench_open(c.bench, STORE_READ);
	struct edit edit = scene_edit(&c);
	struct picture before = bench_foresee(reader, "orders", "0", str_span(&c.wanted));
	struct picture after, now;

	/* It is no look at what is there. */
	assert_outside(c.bench, "orders", "0", "100");
	assert_string_equal(str_text(&before.value), "50");
	now = bench_examine(reader, "orders", "0");
	assert_string_equal(str_text(&now.value), "100");
	assert_applied(c.store, &operation, &edit, 1);
	after = bench_examine(reader, "orders", "0");
	assert_string_equal(str_text(&before.value), str_text(&after.value));
	assert_string_equal(str_text(&before.metadata), str_text(&after.metadata));
	assert_string_equal(str_text(&before.updated), str_text(&after.updated));
	assert_int_equal(before.hazards, after.hazards);
	assert_true(store_image_same(
		reader, str_span(&before.image), str_span(&after.image)));
	picture_free(&before);
	picture_free(&after);
	picture_free(&now);
	store_close(reader);
	scene_close(&c);
}

static void
what_is_no_image_is_not_taken_for_one(void **state)
{
	static const char *const texts[] = { "", "{}", "null", "[]", "x",
		"{\"value\": \"1\"}", "{\"sqlite_row\":1}", "{\"columns\":[]}" };
	struct scene c = scene_open(*state);
	struct operation operation = operation_of(OP, "reset");
	struct draft draft = { .key = key_of("orders", "0"), .value = SPAN("5") };
	struct str out = { 0 }, memory = { 0 };
	struct image_facts facts;

	for (size_t i = 0; i < sizeof(texts) / sizeof(*texts); i++) {
		struct edit edit = edit_of("orders", "0", span_of(texts[i]), SPAN_NONE);
		struct err err = { 0 };

		assert_false(
			store_image_read(c.store, span_of(texts[i]), &memory, &facts));
		assert_int_equal(
			store_draft(c.store, span_of(texts[i]), &draft, &out, &err), -1);
		assert_true(err_is_set(&err));
		err_clear(&err);
		assert_int_equal(store_apply(c.store, &operation, &edit, 1, &err), -1);
		assert_int_equal(edit.result, CHANGE_FAILED);
		edit_clear(&edit);
	}
	/* Nor the image of another row. */
	draft.key = key_of("orders", "1");
	{
		struct edit edit = edit_of(
			"orders", "1", str_span(&c.seen.image), str_span(&c.wanted));
		struct err err = { 0 };

		bench_put(c.bench, "orders", "1", "100", "{\"a\": 1}");
		assert_int_equal(store_apply(c.store, &operation, &edit, 1, &err), -1);
		assert_true(
			edit.result == CHANGE_FAILED || edit.result == CHANGE_CONFLICT);
		assert_outside(c.bench, "orders", "1", "100");
		edit_clear(&edit);
	}
	assert_outside(c.bench, "orders", "0", "100");
	str_free(&out);
	str_free(&memory);
	scene_close(&c);
}

/* --- changing --- */

static void
a_reset_is_read_by_everybody(void **state)
{
	struct scene c = scene_open(*state);
	struct operation operation = operation_of(OP, "reset");
	struct store *reader = bench_open(c.bench, STORE_READ);
	struct edit edit = scene_edit(&c);
	struct picture after;
	struct rows rows = { 0 };

	bench_put(c.bench, "orders", "1", "7", NULL);
	bench_scan(reader, &rows);
	bench_scan(c.store, &rows);
	assert_applied(c.store, &operation, &edit, 1);
	assert_outside(c.bench, "orders", "0", "50");
	assert_outside(c.bench, "orders", "1", "7");
	assert_true(bench_changed(reader));
	assert_true(bench_changed(c.store));
	bench_load(reader, "orders", "0", &rows);
	assert_span(rows.list[0].value, "50");
	assert_span(rows.list[0].metadata, "{\"b\": 2}");
	assert_int_equal(stamp_instant(&rows.list[0].updated, c.bench->zone), RESET_AT);
	after = bench_examine(reader, "orders", "0");
	assert_true(
		store_image_same(reader, str_span(&after.image), str_span(&c.wanted)));
	assert_false(store_image_same(
		reader, str_span(&after.image), str_span(&c.seen.image)));
	/* What was seen is not there any more. */
	assert_conflict(c.store, scene_edit(&c), "50");
	picture_free(&after);
	rows_free(&rows);
	store_close(reader);
	scene_close(&c);
}

static void
a_reset_keeps_metadata_that_it_is_not_given(void **state)
{
	struct bench *bench = *state;
	struct operation operation = operation_of(OP, "reset");
	struct store *store;
	struct picture seen, after;
	struct str wanted;
	struct edit edit;

	bench_put(bench, "orders", "0", "100", "{\"a\":   1.50}");
	store = bench_open(bench, STORE_WRITE);
	seen = bench_examine(store, "orders", "0");
	wanted = bench_draft(store, &seen, "orders", "0", "007", NULL);
	edit = edit_of("orders", "0", str_span(&seen.image), str_span(&wanted));
	assert_applied(store, &operation, &edit, 1);
	after = bench_examine(store, "orders", "0");
	assert_string_equal(str_text(&after.value), "007");
	assert_metadata(bench, str_span(&after.metadata), "{\"a\":   1.50}");
	picture_free(&seen);
	picture_free(&after);
	str_free(&wanted);
	store_close(store);
}

static void
a_reset_keeps_the_format_of_the_time(void **state)
{
	struct bench *bench = *state;
	struct operation operation = operation_of(OP, "reset");
	struct store *store = bench_open(bench, STORE_WRITE);

	for (const struct kept_time *time = kept_times; time->before != NULL; time++) {
		struct entry entry = { "orders", "0", "1", NULL, time->before };
		struct picture seen, after;
		struct str wanted;
		struct edit edit;

		bench->fixture->put(&bench->site, &entry);
		seen = bench_examine(store, "orders", "0");
		wanted = bench_draft(store, &seen, "orders", "0", "2", NULL);
		edit = edit_of("orders", "0", str_span(&seen.image), str_span(&wanted));
		assert_applied(store, &operation, &edit, 1);
		after = bench_examine(store, "orders", "0");
		assert_string_equal(str_text(&after.updated), time->after);
		/* And it is taken back to the very text. */
		edit = edit_of("orders", "0", str_span(&wanted), str_span(&seen.image));
		assert_applied(store, &operation, &edit, 1);
		picture_free(&after);
		after = bench_examine(store, "orders", "0");
		assert_string_equal(str_text(&after.updated), time->before);
		picture_free(&seen);
		picture_free(&after);
		str_free(&wanted);
	}
	store_close(store);
}

static void
a_reset_is_taken_back(void **state)
{
	struct scene c = scene_open(*state);
	struct operation reset = operation_of(OP, "reset");
	struct operation undo = operation_of(OTHER_OP, "undo");
	struct edit edit = scene_edit(&c);
	struct edit back =
		edit_of("orders", "0", str_span(&c.wanted), str_span(&c.seen.image));
	struct picture after;

	undo.undo_of = reset.id;
	assert_applied(c.store, &reset, &edit, 1);
	assert_applied(c.store, &undo, &back, 1);
	after = bench_examine(c.store, "orders", "0");
	assert_true(store_image_same(
		c.store, str_span(&after.image), str_span(&c.seen.image)));
	assert_string_equal(str_text(&after.value), "100");
	assert_string_equal(str_text(&after.metadata), "{\"a\": 1}");
	assert_string_equal(str_text(&after.updated), str_text(&c.seen.updated));
	/* Not twice: what it left is not there any more. */
	assert_conflict(c.store, back, "100");
	picture_free(&after);
	scene_close(&c);
}

static void
a_delete_is_taken_back(void **state)
{
	struct scene c = scene_open(*state);
	struct operation delete = operation_of(OP, "delete");
	struct operation undo = operation_of(OTHER_OP, "undo");
	struct edit edit = scene_delete(&c);
	struct edit back = edit_of("orders", "0", SPAN_NONE, str_span(&c.seen.image));
	struct picture after;
	struct rows rows = { 0 };

	bench_put(c.bench, "orders", "1", "7", NULL);
	assert_applied(c.store, &delete, &edit, 1);
	assert_not_examined(c.store, "orders", "0");
	assert_outside(c.bench, "orders", "0", NULL);
	bench_scan(c.store, &rows);
	assert_int_equal(rows.count, 1);
	assert_conflict(c.store, scene_delete(&c), NULL);
	assert_applied(c.store, &undo, &back, 1);
	after = bench_examine(c.store, "orders", "0");
	assert_true(store_image_same(
		c.store, str_span(&after.image), str_span(&c.seen.image)));
	assert_outside(c.bench, "orders", "0", "100");
	/* Not over what is there. */
	assert_conflict(c.store, back, "100");
	bench_scan(c.store, &rows);
	assert_int_equal(rows.count, 2);
	picture_free(&after);
	rows_free(&rows);
	scene_close(&c);
}

static void
values_come_back_as_they_were(void **state)
{
	static const char *const values[] = { "", "0", "-1", "007", "7.0", "1e3", " 7 ",
		"9007199254740993", "9223372036854775808", "16/B374D848", "NULL", "null",
		"true", "{\"a\": 1}", "caf\xc3\xa9", "a\nb\t", "\\", "\"", "\x1b[31m" };
	struct bench *bench = *state;
	struct operation operation = operation_of(OP, "reset");
	struct store *store = bench_open(bench, STORE_WRITE);

	bench_put(bench, "orders", "0", "start", NULL);
	for (size_t i = 0; i < sizeof(values) / sizeof(*values); i++) {
		struct picture seen = bench_examine(store, "orders", "0"), after;
		struct str wanted =
			bench_draft(store, &seen, "orders", "0", values[i], NULL);
		struct edit edit =
			edit_of("orders", "0", str_span(&seen.image), str_span(&wanted));
		struct edit gone = edit_of("orders", "0", str_span(&wanted), SPAN_NONE);
		struct edit back = edit_of("orders", "0", SPAN_NONE, str_span(&wanted));

		assert_applied(store, &operation, &edit, 1);
		assert_outside(bench, "orders", "0", values[i]);
		assert_applied(store, &operation, &gone, 1);
		assert_outside(bench, "orders", "0", NULL);
		assert_applied(store, &operation, &back, 1);
		after = bench_examine(store, "orders", "0");
		assert_string_equal(str_text(&after.value), values[i]);
		picture_free(&seen);
		picture_free(&after);
		str_free(&wanted);
	}
	store_close(store);
}

#define OPERATES STORE_CAN_OPERATE

const struct contract contract_of_operating[] = {
	{ "what is examined is what is there", what_is_examined_is_what_is_there,
		FIXTURE_WRITES, OPERATES | STORE_CAN_METADATA },
	{ "what can be changed is permitted", what_can_be_changed_is_permitted,
		FIXTURE_WRITES, OPERATES },
	{ "what is foreseen is what is there then",
		what_is_foreseen_is_what_is_there_then, FIXTURE_WRITES,
		OPERATES | STORE_CAN_METADATA },
	{ "what is no image is not taken for one", what_is_no_image_is_not_taken_for_one,
		FIXTURE_WRITES, OPERATES },
	{ "a reset is read by everybody", a_reset_is_read_by_everybody, FIXTURE_WRITES,
		OPERATES | STORE_CAN_METADATA },
	{ "a reset keeps metadata that it is not given",
		a_reset_keeps_metadata_that_it_is_not_given, FIXTURE_WRITES,
		OPERATES | STORE_CAN_METADATA },
	{ "a reset keeps the format of the time", a_reset_keeps_the_format_of_the_time,
		FIXTURE_WRITES | FIXTURE_ANY_TIME, OPERATES },
	{ "a reset is taken back", a_reset_is_taken_back, FIXTURE_WRITES,
		OPERATES | STORE_CAN_METADATA },
	{ "a delete is taken back", a_delete_is_taken_back, FIXTURE_WRITES, OPERATES },
	{ "values come back as they were", values_come_back_as_they_were,
		FIXTURE_WRITES | FIXTURE_ANY_VALUE, OPERATES },
	{ NULL, NULL, 0, 0 },
};
