/* SPDX-License-Identifier: MIT
 *
 * What is in the way of an operation: that what was seen is not there any more, that it
 * cannot be read, that another one comes first, that not all of it can be done. */
#include "operate.h"

#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

/* Another program saves what differs from what was seen in one thing only. */
static void
conflicts_with(struct bench *bench, const struct entry *theirs)
{
	static const char stamp[] = "2026-11-22 03:00:00";
	struct entry ours = { "orders", "0", "100", "{\"a\": 1}", stamp };
	struct store *store = bench_open(bench, STORE_WRITE);
	struct picture seen, after;
	struct str wanted;

	bench->fixture->put(&bench->site, &ours);
	seen = bench_examine(store, "orders", "0");
	wanted = bench_draft(store, &seen, "orders", "0", "50", "{\"b\": 2}");
	bench->fixture->put(&bench->site, theirs);
	assert_conflict(store,
		edit_of("orders", "0", str_span(&seen.image), str_span(&wanted)),
		theirs->value);
	assert_conflict(store, edit_of("orders", "0", str_span(&seen.image), SPAN_NONE),
		theirs->value);
	assert_conflict(store, edit_of("orders", "0", SPAN_NONE, str_span(&wanted)),
		theirs->value);
	after = bench_examine(store, "orders", "0");
	assert_string_equal(str_text(&after.value), theirs->value);
	assert_string_equal(str_text(&after.metadata), theirs->metadata);
	assert_string_equal(str_text(&after.updated), theirs->updated);
	picture_free(&seen);
	picture_free(&after);
	str_free(&wanted);
	store_close(store);
}

static void
another_value_is_not_overwritten(void **state)
{
	conflicts_with(*state, &(struct entry){ "orders", "0", "101", "{\"a\": 1}",
				       "2026-11-22 03:00:00" });
}

static void
another_time_is_not_overwritten(void **state)
{
	conflicts_with(*state, &(struct entry){ "orders", "0", "100", "{\"a\": 1}",
				       "2026-11-22 03:00:01" });
}

static void
another_metadata_is_not_overwritten(void **state)
{
	conflicts_with(*state, &(struct entry){ "orders", "0", "100", "{\"a\": 2}",
				       "2026-11-22 03:00:00" });
}

static void
what_is_gone_is_not_made_again(void **state)
{
	struct scene c = scene_open(*state);

	c.bench->fixture->remove(&c.bench->site, "orders", "0");
	assert_conflict(c.store, scene_edit(&c), NULL);
	assert_conflict(c.store, scene_delete(&c), NULL);
	assert_outside(c.bench, "orders", "0", NULL);
	scene_close(&c);
}

static void
what_cannot_be_read_is_replaced_only_knowingly(void **state)
{
	struct bench *bench = *state;
	struct operation operation = operation_of(OP, "reset");
	struct store *store = bench_open(bench, STORE_WRITE);

	for (unsigned way = 0; way < bench->fixture->ways; way++) {
		struct picture seen, after;
		struct str wanted;
		struct edit edit, back;
		struct err err = { 0 };

		bench_put(bench, "orders", "0", "100", "{\"a\": 1}");
		bench->fixture->damage(&bench->site, "orders", "0", way);
		seen = bench_examine(store, "orders", "0");
		assert_int_equal(seen.hazards & EDIT_DAMAGED, EDIT_DAMAGED);
		wanted = bench_draft(store, &seen, "orders", "0", "50", "{\"b\": 2}");
		edit = edit_of("orders", "0", str_span(&seen.image), str_span(&wanted));
		assert_int_equal(store_apply(store, &operation, &edit, 1, &err), -1);
		assert_int_equal(err.kind, ERR_REFUSED);
		assert_int_equal(edit.result, CHANGE_FAILED);
		after = bench_examine(store, "orders", "0");
		assert_true(store_image_same(
			store, str_span(&after.image), str_span(&seen.image)));
		picture_free(&after);
		edit.accepted = seen.hazards;
		assert_applied(store, &operation, &edit, 1);
		assert_outside(bench, "orders", "0", "50");
		/* Even that is taken back. */
		back = edit_of("orders", "0", str_span(&wanted), str_span(&seen.image));
		assert_applied(store, &operation, &back, 1);
		after = bench_examine(store, "orders", "0");
		assert_true(store_image_same(
			store, str_span(&after.image), str_span(&seen.image)));
		assert_int_equal(after.hazards & EDIT_DAMAGED, EDIT_DAMAGED);
		picture_free(&after);
		picture_free(&seen);
		str_free(&wanted);
	}
	store_close(store);
}

/* One who resets to a value: tells that he has looked, waits for the other, and ends with
 * the result. */
static void
reset_once_told(
	struct bench *bench, const char *id, const char *value, int looked, int go)
{
	struct scene c = { .store = bench_open(bench, STORE_WRITE) };
	struct operation operation = operation_of(id, "reset");
	struct edit edit;
	struct err err = { 0 };
	char byte = 0;

	c.seen = bench_examine(c.store, "orders", "0");
	c.wanted = bench_draft(c.store, &c.seen, "orders", "0", value, "{}");
	if (write(looked, &byte, 1) != 1 || read(go, &byte, 1) != 1)
		_exit(9);
	edit = scene_edit(&c);
	store_apply(c.store, &operation, &edit, 1, &err);
	_exit((int)edit.result);
}

/* Both have seen the same when they begin; returns who has won. */
static int
two_reset(struct bench *bench, const char *const values[2])
{
	int looked[2], go[2], winner = -1;
	pid_t children[2];

	assert_int_equal(pipe(looked), 0);
	assert_int_equal(pipe(go), 0);
	for (int i = 0; i < 2; i++) {
		children[i] = fork();
		if (children[i] == 0)
			reset_once_told(bench, i == 0 ? OP : OTHER_OP, values[i],
				looked[1], go[0]);
	}
	for (int i = 0; i < 2; i++)
		assert_int_equal(read(looked[0], &(char){ 0 }, 1), 1);
	assert_int_equal(write(go[1], "go", 2), 2);
	for (int i = 0; i < 2; i++) {
		int status;

		assert_int_equal(waitpid(children[i], &status, 0), children[i]);
		assert_true(WIFEXITED(status));
		if (WEXITSTATUS(status) == CHANGE_DONE)
			winner = winner < 0 ? i : 2;
		else
			assert_int_equal(WEXITSTATUS(status), CHANGE_CONFLICT);
		close(looked[i]);
		close(go[i]);
	}
	return winner;
}

/* X01 two ckptop reset the same key (SQLite)
 * X01 two ckptop reset the same key (files)
 * X01 two ckptop reset the same key (PostgreSQL) */
static void
of_two_who_reset_the_same_one_is_told(void **state)
{
	static const char *const values[] = { "50", "60" };
	struct bench *bench = *state;

	for (int round = 0; round < 10; round++) {
		int winner;

		bench_put(bench, "orders", "0", "100", "{\"a\": 1}");
		winner = two_reset(bench, values);
		assert_in_range(winner, 0, 1);
		assert_outside(bench, "orders", "0", values[winner]);
	}
}

/* --- several --- */

/* Three rows, and an edit of each to 50. */
struct three {
	struct bench *bench;
	struct store *store;
	struct picture seen[3];
	struct str wanted[3];
	struct edit edits[3];
};

static void
three_open(struct three *three, struct bench *bench)
{
	static const char *const partitions[] = { "0", "1", "2" };

	*three =
		(struct three){ .bench = bench, .store = bench_open(bench, STORE_WRITE) };
	for (int i = 0; i < 3; i++)
		bench_put(bench, "orders", partitions[i], "100", "{\"a\": 1}");
	for (int i = 0; i < 3; i++) {
		struct picture *seen = &three->seen[i];
		struct str *wanted = &three->wanted[i];

		*seen = bench_examine(three->store, "orders", partitions[i]);
		*wanted = bench_draft(
			three->store, seen, "orders", partitions[i], "50", "{\"b\": 2}");
		three->edits[i] = edit_of("orders", partitions[i], str_span(&seen->image),
			str_span(wanted));
	}
}

static void
three_close(struct three *three)
{
	for (int i = 0; i < 3; i++) {
		picture_free(&three->seen[i]);
		str_free(&three->wanted[i]);
		edit_clear(&three->edits[i]);
	}
	store_close(three->store);
}

static void
assert_three(const struct three *three, const char *const values[3])
{
	assert_outside(three->bench, "orders", "0", values[0]);
	assert_outside(three->bench, "orders", "1", values[1]);
	assert_outside(three->bench, "orders", "2", values[2]);
}

static void
several_are_made_in_one_operation(void **state)
{
	struct operation operation = operation_of(OP, "reset");
	struct three three;

	three_open(&three, *state);
	three.edits[1].wanted = SPAN_NONE;
	assert_applied(three.store, &operation, three.edits, 3);
	assert_three(&three, (const char *const[]){ "50", NULL, "50" });
	three_close(&three);
}

/* Somebody has saved the second one. */
static void
fail_at_the_second(struct three *three, const enum change_result results[3])
{
	struct operation operation = operation_of(OP, "reset");
	struct err err = { 0 };

	bench_put(three->bench, "orders", "1", "101", "{\"a\": 1}");
	assert_int_equal(
		store_apply(three->store, &operation, three->edits, 3, &err), -1);
	for (int i = 0; i < 3; i++)
		assert_int_equal(three->edits[i].result, results[i]);
	/* What was not even tried says for whose sake. */
	assert_non_null(strstr(three->edits[2].err.text, "written"));
	assert_non_null(strstr(three->edits[2].err.text, "101"));
}

static void
all_are_made_or_none(void **state)
{
	static const enum change_result results[] = { CHANGE_FAILED, CHANGE_CONFLICT,
		CHANGE_FAILED };
	struct operation operation = operation_of(OP, "reset");
	struct three three;
	struct err err = { 0 };
	bool made;

	three_open(&three, *state);
	assert_int_equal(store_audit_create(three.store, &made, &err), 0);
	fail_at_the_second(&three, results);
	assert_non_null(strstr(three.edits[0].err.text, "nothing was written"));
	assert_non_null(strstr(three.edits[0].err.text, "orders/1"));
	assert_non_null(strstr(three.edits[2].err.text, "nothing was written"));
	assert_three(&three, (const char *const[]){ "100", "101", "100" });
	assert_int_equal(store_settle(three.store, &operation, three.edits, 3, &err), -1);
	for (int i = 0; i < 3; i++)
		assert_int_equal(three.edits[i].result, CHANGE_FAILED);
	three_close(&three);
}

static void
the_first_that_fails_ends_it(void **state)
{
	struct three three;
	enum change_result first;

	three_open(&three, *state);
	first = store_capabilities(three.store) & STORE_IS_ATOMIC ? CHANGE_FAILED
								  : CHANGE_DONE;
	fail_at_the_second(&three,
		(const enum change_result[]){ first, CHANGE_CONFLICT, CHANGE_FAILED });
	assert_three(&three, (const char *const[]){
				     first == CHANGE_DONE ? "50" : "100", "101", "100" });
	three_close(&three);
}

#define OPERATES STORE_CAN_OPERATE

const struct contract contract_of_guarding[] = {
	{ "another value is not overwritten", another_value_is_not_overwritten,
		FIXTURE_WRITES | FIXTURE_TIMES, OPERATES | STORE_CAN_METADATA },
	{ "another time is not overwritten", another_time_is_not_overwritten,
		FIXTURE_WRITES | FIXTURE_TIMES, OPERATES | STORE_CAN_METADATA },
	{ "another metadata is not overwritten", another_metadata_is_not_overwritten,
		FIXTURE_WRITES | FIXTURE_TIMES, OPERATES | STORE_CAN_METADATA },
	{ "what is gone is not made again", what_is_gone_is_not_made_again,
		FIXTURE_WRITES, OPERATES },
	{ "what cannot be read is replaced only knowingly",
		what_cannot_be_read_is_replaced_only_knowingly, FIXTURE_WRITES,
		OPERATES },
	{ "of two who reset the same one is told", of_two_who_reset_the_same_one_is_told,
		FIXTURE_WRITES, OPERATES },
	{ "several are made in one operation", several_are_made_in_one_operation,
		FIXTURE_WRITES, OPERATES },
	{ "all are made or none", all_are_made_or_none, FIXTURE_WRITES,
		OPERATES | STORE_IS_ATOMIC },
	{ "the first that fails ends it", the_first_that_fails_ends_it, FIXTURE_WRITES,
		OPERATES },
	{ NULL, NULL, 0, 0 },
};
