/* SPDX-License-Identifier: MIT
 *
 * What can be said of an operation afterwards: what became of it, the audit in the store,
 * and which store it was. */
#include "operate.h"

#include <string.h>

/* --- what became of it --- */

static void
settles(struct store *store, struct edit edit, enum change_result expected)
{
	struct operation operation = operation_of(OP, "reset");
	struct err err = { 0 };
	int status = store_settle(store, &operation, &edit, 1, &err);

	if (edit.result != expected)
		fail_msg("settled as %d: %s", edit.result, err.text);
	assert_int_equal(status, expected == CHANGE_DONE ? 0 : -1);
	assert_int_equal(err_is_set(&err), expected != CHANGE_DONE);
	edit_clear(&edit);
}

static void
settle_both_ways(struct bench *bench, bool audited)
{
	struct scene c = scene_open(bench);
	struct operation operation = operation_of(OP, "reset");
	struct edit edit = scene_edit(&c), gone;
	struct err err = { 0 };
	bool made;

	if (audited)
		assert_int_equal(store_audit_create(c.store, &made, &err), 0);
	settles(c.store, scene_edit(&c), CHANGE_FAILED);
	settles(c.store, scene_delete(&c), CHANGE_FAILED);
	assert_outside(c.bench, "orders", "0", "100");
	assert_applied(c.store, &operation, &edit, 1);
	settles(c.store, scene_edit(&c), CHANGE_DONE);
	/* Once more, and through another handle. */
	store_close(c.store);
	c.store = bench_open(bench, STORE_WRITE);
	settles(c.store, scene_edit(&c), CHANGE_DONE);
	assert_outside(c.bench, "orders", "0", "50");
	gone = edit_of("orders", "0", str_span(&c.wanted), SPAN_NONE);
	assert_applied(c.store, &operation, &gone, 1);
	settles(c.store, edit_of("orders", "0", str_span(&c.wanted), SPAN_NONE),
		CHANGE_DONE);
	assert_outside(c.bench, "orders", "0", NULL);
	scene_close(&c);
}

static void
an_operation_is_settled(void **state)
{
	settle_both_ways(*state, false);
}

static void
an_operation_is_settled_with_an_audit(void **state)
{
	settle_both_ways(*state, true);
}

/* Somebody saved since: without any record nobody can know, and nobody says DONE. */
static void
what_cannot_be_known_is_not_claimed(void **state)
{
	struct scene c = scene_open(*state);
	struct operation operation = operation_of(OP, "reset");
	struct edit edit = scene_edit(&c);
	struct err err = { 0 };

	bench_put(c.bench, "orders", "0", "70", "{\"c\": 3}");
	assert_int_equal(store_settle(c.store, &operation, &edit, 1, &err), -1);
	assert_true(edit.result == CHANGE_FAILED || edit.result == CHANGE_UNKNOWN);
	assert_outside(c.bench, "orders", "0", "70");
	edit_clear(&edit);
	scene_close(&c);
}

/* With one it is: also where the row has moved on, and where it never was. */
static void
the_audit_tells_what_became_of_it(void **state)
{
	struct scene c = scene_open(*state);
	struct operation operation = operation_of(OP, "reset");
	struct operation never = operation_of(OTHER_OP, "reset");
	struct edit edit = scene_edit(&c);
	struct err err = { 0 };
	bool made;

	assert_int_equal(store_audit_create(c.store, &made, &err), 0);
	operation.at = never.at = clock_now() + SECOND;
	assert_applied(c.store, &operation, &edit, 1);
	bench_put(c.bench, "orders", "0", "70", "{\"c\": 3}");
	assert_int_equal(store_settle(c.store, &operation, &edit, 1, &err), 0);
	assert_int_equal(edit.result, CHANGE_DONE);
	assert_int_equal(store_settle(c.store, &never, &edit, 1, &err), -1);
	assert_int_equal(edit.result, CHANGE_FAILED);
	assert_outside(c.bench, "orders", "0", "70");
	edit_clear(&edit);
	scene_close(&c);
}

/* --- who may --- */

static void
who_may_not_write_changes_nothing(void **state)
{
	struct scene c = scene_open(*state);
	struct store *reader = bench_open(c.bench, STORE_READ);
	struct operation operation = operation_of(OP, "reset");
	struct edit edit = scene_edit(&c);
	struct err err = { 0 };
	bool made;

	assert_int_equal(store_apply(reader, &operation, &edit, 1, &err), -1);
	assert_int_equal(err.kind, ERR_REFUSED);
	assert_int_equal(edit.result, CHANGE_FAILED);
	err_clear(&err);
	assert_int_equal(store_settle(reader, &operation, &edit, 1, &err), -1);
	assert_int_equal(err.kind, ERR_REFUSED);
	assert_int_equal(edit.result, CHANGE_UNKNOWN);
	err_clear(&err);
	assert_int_equal(store_audit_create(reader, &made, &err), -1);
	assert_int_equal(err.kind, ERR_REFUSED);
	err_clear(&err);
	clock_freeze(RESET_AT);
	assert_int_equal(store_apply(c.store, &operation, &edit, 1, &err), -1);
	assert_int_equal(err.kind, ERR_REFUSED);
	assert_non_null(strstr(err.text, "clock"));
	clock_freeze(TIME_NONE);
	assert_outside(c.bench, "orders", "0", "100");
	edit_clear(&edit);
	store_close(reader);
	scene_close(&c);
}

/* --- the store audit --- */

/* The rows as lines. */
static void
add_audit_line(void *arg, const struct audit_row *row)
{
	const struct operation *operation = &row->operation;
	struct span texts[] = { operation->id, operation->who, operation->action,
		row->key.job, row->key.partition, row->old_value, row->new_value,
		operation->reason, operation->anchor, operation->undo_of };
	struct str *out = arg;

	for (size_t i = 0; i < sizeof(texts) / sizeof(*texts); i++) {
		str_add(out, i > 0 ? "|" : "");
		str_add(out, texts[i].at == NULL ? "-" : "");
		str_add_span(out, texts[i]);
	}
	str_addf(
		out, "|%d%d|%lld\n", row->existed, row->exists, (long long)operation->at);
}

static void
assert_audit(struct store *store, const char *expected)
{
	struct str lines = { 0 };
	struct err err = { 0 };

	if (store_audit_read(store, add_audit_line, &lines, &err) != 0)
		fail_msg("%s", err.text);
	assert_string_equal(str_text(&lines), expected);
	str_free(&lines);
}

static void
the_audit_tells_all_oldest_first(void **state)
{
	struct scene c = scene_open(*state);
	struct store *reader = bench_open(c.bench, STORE_READ);
	struct operation reset = operation_of(OP, "reset");
	struct operation undo = operation_of(OTHER_OP, "undo");
	struct edit edit = scene_edit(&c), gone, back;
	struct err err = { 0 };
	struct rows rows = { 0 };
	bool made;

	assert_audit(reader, "");
	assert_int_equal(store_capabilities(c.store) & STORE_HAS_AUDIT, 0);
	assert_int_equal(store_audit_create(c.store, &made, &err), 0);
	assert_true(made);
	assert_int_equal(store_capabilities(c.store) & STORE_HAS_AUDIT, STORE_HAS_AUDIT);
	assert_int_equal(store_audit_create(c.store, &made, &err), 0);
	assert_false(made);
	assert_audit(reader, "");
	assert_applied(c.store, &reset, &edit, 1);
	assert_conflict(c.store, scene_edit(&c), "50");
	gone = edit_of("orders", "0", str_span(&c.wanted), SPAN_NONE);
	assert_applied(c.store, &reset, &gone, 1);
	undo.undo_of = reset.id;
	undo.reason = SPAN_NONE;
	undo.at += 1;
	back = edit_of("orders", "0", SPAN_NONE, str_span(&c.wanted));
	assert_applied(c.store, &undo, &back, 1);
	for (int i = 0; i < 2; i++)
		assert_audit(i == 0 ? c.store : reader,
			OP "|bob@jump1|reset|orders|0|100|50|bad \"batch\"\nof Monday|"
			   "00ff|-|11|1795320000250000\n" OP
			   "|bob@jump1|reset|orders|0|50|-|bad \"batch\"\nof Monday|"
			   "00ff|-|10|1795320000250000\n" OTHER_OP
			   "|bob@jump1|undo|orders|0|-|50|-|00ff|" OP
			   "|01|1795320000250001\n");
	/* What is audited is not what is shown. */
	bench_scan(reader, &rows);
	assert_int_equal(rows.count, 1);
	rows_free(&rows);
	store_close(reader);
	scene_close(&c);
}

static void
a_long_audit_is_read_whole(void **state)
{
	struct scene c = scene_open(*state);
	struct operation operation = operation_of(OP, "reset");
	struct str lines = { 0 };
	struct err err = { 0 };
	size_t count = 0;
	bool made;

	assert_int_equal(store_audit_create(c.store, &made, &err), 0);
	for (int i = 0; i < 60; i++) {
		struct edit edit = scene_edit(&c);
		struct edit back = edit_of(
			"orders", "0", str_span(&c.wanted), str_span(&c.seen.image));

		assert_applied(c.store, &operation, &edit, 1);
		assert_applied(c.store, &operation, &back, 1);
	}
	assert_int_equal(store_audit_read(c.store, add_audit_line, &lines, &err), 0);
	for (const char *at = str_text(&lines); (at = strstr(at, OP)) != NULL; at++)
		count++;
	assert_int_equal(count, 120);
	str_free(&lines);
	scene_close(&c);
}

static void
a_store_has_an_identity(void **state)
{
	struct bench *bench = *state;
	struct store *store = bench_open(bench, STORE_WRITE);
	struct str lasting[3] = { { 0 } }, present[3] = { { 0 } }, script = { 0 };
	struct err err = { 0 };
	bool made;

	assert_int_equal(store_identify(store, &lasting[0], &present[0], &err), 0);
	assert_int_equal(lasting[0].len, 0);
	assert_true(present[0].len > 0);
	assert_int_equal(store_audit_add_script(store, &script, &err), 0);
	assert_true(script.len > 0);
	/* The script only says what would be done. */
	assert_int_equal(store_identify(store, &lasting[0], &present[0], &err), 0);
	assert_int_equal(lasting[0].len, 0);
	assert_int_equal(store_audit_create(store, &made, &err), 0);
	assert_int_equal(store_identify(store, &lasting[1], &present[1], &err), 0);
	assert_true(lasting[1].len > 0);
	assert_string_equal(str_text(&present[0]), str_text(&present[1]));
	store_close(store);
	store = bench_open(bench, STORE_READ);
	assert_int_equal(store_identify(store, &lasting[2], &present[2], &err), 0);
	assert_string_equal(str_text(&lasting[1]), str_text(&lasting[2]));
	assert_string_equal(str_text(&present[1]), str_text(&present[2]));
	for (int i = 0; i < 3; i++) {
		str_free(&lasting[i]);
		str_free(&present[i]);
	}
	str_free(&script);
	store_close(store);
}

#define OPERATES STORE_CAN_OPERATE

const struct contract contract_of_settling[] = {
	{ "an operation is settled", an_operation_is_settled, FIXTURE_WRITES, OPERATES },
	{ "an operation is settled with an audit", an_operation_is_settled_with_an_audit,
		FIXTURE_WRITES, OPERATES },
	{ "what cannot be known is not claimed", what_cannot_be_known_is_not_claimed,
		FIXTURE_WRITES, OPERATES },
	{ "the audit tells what became of it", the_audit_tells_what_became_of_it,
		FIXTURE_WRITES, OPERATES },
	{ "who may not write changes nothing", who_may_not_write_changes_nothing,
		FIXTURE_WRITES, OPERATES },
	{ "the audit tells all, oldest first", the_audit_tells_all_oldest_first,
		FIXTURE_WRITES, OPERATES },
	{ "a long audit is read whole", a_long_audit_is_read_whole, FIXTURE_WRITES,
		OPERATES },
	{ "a store has an identity", a_store_has_an_identity, FIXTURE_WRITES, OPERATES },
	{ NULL, NULL, 0, 0 },
};
