/* SPDX-License-Identifier: MIT
 * Records go into the journal and come back byte for byte, whatever they hold. */
#include "journal_bench.h"

#include "base/clock.h"
#include "base/json.h"

/* --- there and back --- */

static const struct who bob = {
	.uid = 0,
	.euid = 0,
	.user = SPAN("root"),
	.login_uid = 1004,
	.login_user = SPAN("bob"),
	.session = WHO_NONE,
	.host = SPAN("jump1"),
	.pid = 4242,
	.pid_namespace = SPAN("pid:[4026531836]"),
	.started = 1234567,
	.parent = 4241,
	.parent_name = SPAN("sudo"),
	.boot = SPAN("b0071d"),
	.claims = { .sudo_user = SPAN("bob"), .ssh_connection = SPAN("10.1.2.3 22") },
};

#define HOSTILE SPAN("a\n{\"v\":1}\n\x1b[2J\xff\xe2\x80\xae\0z\"\\,\"hash\":\"")

static void
same_text(struct span got, struct span wanted, const char *what)
{
	if (!span_equal(got, wanted))
		fail_msg("%s: got '%.*s', not '%.*s'", what, (int)got.len,
			got.at != NULL ? got.at : "(none)", (int)wanted.len,
			wanted.at != NULL ? wanted.at : "(none)");
}

static void
same_state(const struct journal_state *got, const struct journal_state *wanted)
{
	assert_int_equal(got->exists, wanted->exists);
	same_text(got->value, wanted->value, "value");
	same_text(got->updated_at, wanted->updated_at, "updated_at");
	same_text(got->image, wanted->image, "image");
}

static void
same_who(const struct who *got, const struct who *wanted)
{
	assert_int_equal(got->uid, wanted->uid);
	assert_int_equal(got->euid, wanted->euid);
	assert_int_equal(got->login_uid, wanted->login_uid);
	assert_int_equal(got->session, wanted->session);
	assert_int_equal(got->pid, wanted->pid);
	assert_int_equal(got->started, wanted->started);
	assert_int_equal(got->parent, wanted->parent);
	same_text(got->user, wanted->user, "user");
	same_text(got->login_user, wanted->login_user, "login_user");
	same_text(got->tty, wanted->tty, "tty");
	same_text(got->host, wanted->host, "host");
	same_text(got->pid_namespace, wanted->pid_namespace, "pid_namespace");
	same_text(got->parent_name, wanted->parent_name, "parent_name");
	same_text(got->boot, wanted->boot, "boot");
	same_text(got->claims.sudo_user, wanted->claims.sudo_user, "sudo_user");
	same_text(got->claims.ssh_connection, wanted->claims.ssh_connection,
		"ssh_connection");
	same_text(got->claims.logname, wanted->claims.logname, "logname");
}

struct wanted {
	const struct journal_record *records;
	size_t count, met;
	int64_t before; /* when the first one was written */
	char last[DIGEST_SIZE];
};

static bool
meet(void *arg, const struct journal_record *got)
{
	struct wanted *wanted = arg;
	const struct journal_record *want = &wanted->records[wanted->met++];

	assert_true(wanted->met <= wanted->count);
	assert_int_equal(got->seq, wanted->met);
	assert_int_equal(got->line, wanted->met);
	assert_true(got->at >= wanted->before && got->at <= clock_now());
	assert_false(got->altered);
	same_text(got->prev, span_of(wanted->last), "prev");
	memcpy(wanted->last, got->hash.at, DIGEST_LEN);
	same_text(got->op, want->op, "op");
	assert_int_equal(got->phase, want->phase);
	assert_int_equal(got->action, want->action);
	same_text(got->program, want->program, "program");
	same_text(got->store.name, want->store.name, "store");
	same_text(got->store.uri, want->store.uri, "uri");
	same_text(got->store.identity, want->store.identity, "identity");
	same_who(&got->who, &want->who);
	same_text(got->reason, want->reason, "reason");
	same_text(got->plan, want->plan, "plan");
	same_text(got->undo_of, want->undo_of, "undo_of");
	same_text(got->note, want->note, "note");
	assert_int_equal(got->row_count, want->row_count);
	for (size_t i = 0; i < want->row_count; i++) {
		assert_true(key_equal(got->rows[i].key, want->rows[i].key));
		same_state(&got->rows[i].old, &want->rows[i].old);
		same_state(&got->rows[i].new, &want->rows[i].new);
		same_text(got->rows[i].direction, want->rows[i].direction, "direction");
		same_text(got->rows[i].result, want->rows[i].result, "result");
		same_text(got->rows[i].note, want->rows[i].note, "note of a row");
	}
	return true;
}

static void
read_all(const char *path, struct wanted *wanted)
{
	struct err err = { 0 };
	size_t damaged;

	memset(wanted->last, '0', DIGEST_LEN);
	if (journal_read(path, meet, wanted, &damaged, &err) != 0)
		fail_msg("%s", err.text);
	assert_int_equal(wanted->met, wanted->count);
	assert_int_equal(damaged, 0);
}

static void
records_come_back(void **state)
{
	const char *path = bench_path(state, "journal.jsonl");
	static const struct journal_row rows[] = {
		{ .key = { SPAN("orders-daily"), SPAN("3") },
			.old = { true, SPAN("89361000"), SPAN("2026-11-22 02:41:00"),
				SPAN("{\"value\":89361000}") },
			.new = { true, SPAN("89261000"), SPAN_NONE, SPAN_NONE },
			.direction = SPAN("rewind") },
		{ .key = { HOSTILE, SPAN_NONE },
			.old = { true, HOSTILE, HOSTILE, HOSTILE },
			.new = { .exists = false },
			.direction = HOSTILE,
			.result = HOSTILE,
			.note = HOSTILE },
		{ .key = { SPAN(""), SPAN("") },
			.old = { true, SPAN(""), SPAN(""), SPAN("") },
			.new = { true, SPAN_NONE, SPAN_NONE, SPAN_NONE } },
	};
	struct journal_record records[] = {
		bench_record(bench_op(1), JOURNAL_INTENT),
		bench_record(bench_op(1), JOURNAL_OVERWRITTEN),
		bench_record(bench_op(2), JOURNAL_ACKNOWLEDGED),
	};
	struct wanted wanted = { records, COUNT_OF(records), 0, clock_now(), "" };

	records[0].who = bob;
	records[0].program = SPAN("ckptop 1.0 tui");
	records[0].store = (struct journal_store){ SPAN("pg-main"),
		SPAN("sqlite:/var/lib/etl/state.db"), SPAN("9f3c") };
	records[0].plan = SPAN("0123");
	records[0].rows = rows;
	records[0].row_count = COUNT_OF(rows);
	records[1].reason = HOSTILE;
	records[1].note = HOSTILE;
	records[1].program = HOSTILE;
	records[1].store = (struct journal_store){ HOSTILE, HOSTILE, HOSTILE };
	records[1].who.user = HOSTILE;
	records[1].who.claims.logname = HOSTILE;
	records[2].action = JOURNAL_ACTION_ACKNOWLEDGE;
	records[2].undo_of = span_of(bench_op(1));
	for (size_t i = 0; i < COUNT_OF(records); i++)
		bench_append(path, &records[i], NULL);
	read_all(path, &wanted);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(
			records_come_back, scratch_make, scratch_remove),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
