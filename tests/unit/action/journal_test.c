/* SPDX-License-Identifier: MIT
 * Records go into the journal and come back byte for byte, whatever they hold. */
#include "journal_bench.h"

#include "base/clock.h"
#include "base/log.h"

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
	assert_int_equal(got->unreadable, wanted->unreadable);
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
	struct arena *arena;
	struct journal_record *copies[32];
};

/* Records are compared when what they were read from is gone. */
static bool
meet(void *arg, const struct journal_record *record)
{
	struct wanted *wanted = arg;

	assert_true(wanted->met < wanted->count);
	wanted->copies[wanted->met++] = journal_record_copy(wanted->arena, record);
	return true;
}

static void
compare(struct wanted *wanted, size_t at)
{
	const struct journal_record *got = wanted->copies[at];
	const struct journal_record *want = &wanted->records[at];

	assert_int_equal(got->seq, at + 1);
	assert_int_equal(got->line, at + 1);
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
	assert_int_equal(got->after, want->after);
	assert_int_equal(got->until, want->until);
	assert_int_equal(got->row_count, want->row_count);
	for (size_t i = 0; i < want->row_count; i++) {
		assert_true(key_equal(got->rows[i].key, want->rows[i].key));
		same_state(&got->rows[i].old, &want->rows[i].old);
		same_state(&got->rows[i].new, &want->rows[i].new);
		same_text(got->rows[i].direction, want->rows[i].direction, "direction");
		same_text(got->rows[i].result, want->rows[i].result, "result");
		same_text(got->rows[i].note, want->rows[i].note, "note of a row");
	}
}

static void
read_all(const char *path, struct wanted *wanted)
{
	struct err err = { 0 };
	size_t damaged;

	memset(wanted->last, '0', DIGEST_LEN);
	wanted->arena = arena_new();
	if (journal_read(path, meet, wanted, &damaged, &err) != 0)
		fail_msg("%s", err.text);
	assert_int_equal(wanted->met, wanted->count);
	assert_int_equal(damaged, 0);
	for (size_t i = 0; i < wanted->met; i++)
		compare(wanted, i);
	arena_free(wanted->arena);
}

static void
records_come_back(void **state)
{
	const char *path = bench_path(state, "journal.jsonl");
	static const struct journal_row rows[] = {
		{ .key = { SPAN("orders-daily"), SPAN("3") },
			.old = { true, SPAN("89361000"), false,
				SPAN("2026-11-22 02:41:00"),
				SPAN("{\"value\":89361000}") },
			.new = { true, SPAN("89261000"), false, SPAN_NONE, SPAN_NONE },
			.direction = SPAN("rewind") },
		{ .key = { HOSTILE, SPAN_NONE },
			.old = { true, HOSTILE, true, HOSTILE, HOSTILE },
			.new = { .exists = false },
			.direction = HOSTILE,
			.result = HOSTILE,
			.note = HOSTILE },
		{ .key = { SPAN(""), SPAN("") },
			.old = { true, SPAN(""), false, SPAN(""), SPAN("") },
			.new = { true, SPAN_NONE, true, SPAN_NONE, SPAN_NONE } },
	};
	struct journal_record records[] = {
		bench_record(bench_op(1), JOURNAL_INTENT),
		bench_record(bench_op(1), JOURNAL_OVERWRITTEN),
		bench_record(bench_op(2), JOURNAL_ACKNOWLEDGED),
	};
	struct wanted wanted = { records, COUNT_OF(records), 0, clock_now(), "", NULL,
		{ NULL } };

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
	records[2].after = SECOND;
	records[2].until = INT64_C(1795316861) * SECOND;
	records[2].undo_of = span_of(bench_op(1));
	for (size_t i = 0; i < COUNT_OF(records); i++)
		bench_append(path, &records[i], NULL);
	read_all(path, &wanted);
}

static void
a_journal_that_is_not_there_is_empty(void **state)
{
	const char *path = bench_path(state, "journal.jsonl");
	struct wanted wanted = { 0 };
	struct err err = { 0 };

	read_all(path, &wanted);
	assert_int_equal(journal_open_intents(path, meet, &wanted, &err), 0);
	assert_int_not_equal(access(path, F_OK), 0);
	assert_int_equal(mkdir(path, 0700), 0);
	assert_int_equal(journal_read(path, meet, &wanted, NULL, &err), -1);
	assert_int_equal(err.kind, ERR_FAILED);
	assert_non_null(strstr(err.text, "not a regular file"));
}

/* Twice the size of what is read at once, so that lines begin and end everywhere. */
static void
lines_end_where_they_end(void **state)
{
	const char *path = bench_path(state, "journal.jsonl");
	static char text[140000];
	struct journal_record records[24];
	struct wanted wanted = { records, COUNT_OF(records), 0, clock_now(), "", NULL,
		{ NULL } };

	memset(text, '"', sizeof(text));
	for (unsigned i = 0; i < COUNT_OF(records); i++) {
		records[i] = bench_record(bench_op(i), JOURNAL_DONE);
		records[i].reason = (struct span){ text, i * 5851 };
		bench_append(path, &records[i], NULL);
	}
	read_all(path, &wanted);
}

/* --- what is no record, and what was one --- */

struct seen {
	size_t count, altered;
	size_t most; /* then it wants no more */
};

static bool
see(void *arg, const struct journal_record *record)
{
	struct seen *seen = arg;

	seen->count++;
	seen->altered += record->altered;
	return seen->count != seen->most;
}

static void
damage_is_counted_and_passed_over(void **state)
{
	const char *path = bench_path(state, "journal.jsonl");
	struct seen seen = { 0 };
	struct str bytes;
	size_t damaged;
	char *second;

	bench_fill(path, 3, NULL);
	bytes = bench_bytes(path);
	second = strchr(bytes.text, '\n') + 1;
	memcpy(strstr(second, "INC-4711"), "INC-0815", strlen("INC-0815"));
	str_add(&bytes, "\n\n{}\nnot even that\n{\"v\":1,\"se");
	bench_put(path, str_span(&bytes));
	assert_int_equal(journal_read(path, see, &seen, &damaged, NULL), 0);
	assert_int_equal(seen.count, 3);
	assert_int_equal(seen.altered, 1);
	assert_int_equal(damaged, 5);
	seen = (struct seen){ .most = 2 };
	assert_int_equal(journal_read(path, see, &seen, NULL, NULL), 0);
	assert_int_equal(seen.count, 2);
	str_free(&bytes);
}

/* --- intents --- */

struct open_ones {
	char ops[8][TOKEN_SIZE];
	enum journal_phase phases[8];
	size_t rows[8];
	size_t count;
};

static bool
collect(void *arg, const struct journal_record *record)
{
	struct open_ones *open_ones = arg;
	size_t i = open_ones->count++;

	assert_true(i < COUNT_OF(open_ones->ops));
	assert_true(span_is(
		record->op, bench_op((unsigned)strtoul(record->op.at + 24, NULL, 10))));
	memcpy(open_ones->ops[i], record->op.at, TOKEN_LEN);
	open_ones->phases[i] = record->phase;
	open_ones->rows[i] = record->row_count;
	if (record->row_count > 0) {
		assert_true(span_is(record->rows[0].old.image, "{\"a\":\"\xff\"}"));
		assert_true(record->rows[0].old.unreadable);
		assert_false(record->rows[0].new.unreadable);
	}
	return true;
}

static void
open_intents_are_those_without_an_outcome(void **state)
{
	static const struct {
		unsigned op;
		enum journal_phase phase;
	} steps[] = { { 1, JOURNAL_INTENT }, { 2, JOURNAL_INTENT }, { 3, JOURNAL_INTENT },
		{ 1, JOURNAL_DONE }, { 4, JOURNAL_REFUSED }, { 5, JOURNAL_INTENT },
		{ 2, JOURNAL_UNKNOWN }, { 6, JOURNAL_INTENT }, { 5, JOURNAL_CONFLICT },
		{ 6, JOURNAL_UNKNOWN }, { 6, JOURNAL_RESOLVED },
		{ 1, JOURNAL_OVERWRITTEN }, { 7, JOURNAL_ACKNOWLEDGED } };
	const char *path = bench_path(state, "journal.jsonl");
	const struct journal_row row = {
		.key = { SPAN("orders"), SPAN("1") },
		.old = { .exists = true,
			.unreadable = true,
			.image = SPAN("{\"a\":\"\xff\"}") },
	};
	struct open_ones open_ones = { 0 };

	for (size_t i = 0; i < COUNT_OF(steps); i++) {
		struct journal_record record =
			bench_record(bench_op(steps[i].op), steps[i].phase);

		record.rows = &row;
		record.row_count = steps[i].phase == JOURNAL_INTENT;
		bench_append(path, &record, NULL);
	}
	assert_int_equal(journal_open_intents(path, collect, &open_ones, NULL), 0);
	assert_int_equal(open_ones.count, 2);
	assert_string_equal(open_ones.ops[0], bench_op(2));
	assert_int_equal(open_ones.phases[0], JOURNAL_UNKNOWN);
	assert_int_equal(open_ones.rows[0], 1);
	assert_string_equal(open_ones.ops[1], bench_op(3));
	assert_int_equal(open_ones.phases[1], JOURNAL_INTENT);
	assert_int_equal(open_ones.rows[1], 1);
}

/* --- forging --- */

static size_t
count_lines(const char *path)
{
	struct str bytes = bench_bytes(path);
	size_t count = 0;

	for (size_t i = 0; i < bytes.len; i++)
		count += bytes.text[i] == '\n';
	str_free(&bytes);
	return count;
}

/* A record that is told to be a text, with everything that could end the text.
 * D13 log/audit forging */
static void
d13_a_text_cannot_become_a_record(void **state)
{
	const char *path = bench_path(state, "journal.jsonl");
	const char *log = bench_path(state, "log");
	struct str forged = { 0 }, whole;
	struct journal_record record = bench_record(bench_op(9), JOURNAL_DONE);
	struct journal_row row = { .direction = SPAN("rewind") };
	struct seen seen = { 0 };
	size_t damaged;

	bench_append(path, &record, NULL);
	whole = bench_bytes(path);
	str_add(&forged, "x\"}\n");
	str_add_span(&forged, str_span(&whole));
	str_add(&forged, "\r\n\xe2\x80\xa8\x1b[2J\n");
	str_add_span(&forged, str_span(&whole));
	record.reason = record.note = record.program = str_span(&forged);
	record.store =
		(struct journal_store){ record.reason, record.reason, record.reason };
	record.who.claims.logname = record.reason;
	row.key = (struct key){ record.reason, record.reason };
	row.old = row.new = (struct journal_state){ true, record.reason, false,
		record.reason, record.reason };
	record.rows = &row;
	record.row_count = 1;
	bench_append(path, &record, NULL);
	assert_int_equal(count_lines(path), 2);
	assert_int_equal(bench_verify(path, NULL, 0).fault, JOURNAL_SOUND);
	assert_int_equal(journal_read(path, see, &seen, &damaged, NULL), 0);
	assert_int_equal(seen.count, 2);
	assert_int_equal(damaged, 0);
	/* And in the log of the program. */
	assert_int_equal(log_open(log, NULL), 0);
	log_add("reset of %s", forged.text);
	log_close();
	assert_int_equal(count_lines(log), 1);
	str_free(&forged);
	str_free(&whole);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, scratch_make, scratch_remove)

int
main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(records_come_back),
		TEST(a_journal_that_is_not_there_is_empty),
		TEST(lines_end_where_they_end),
		TEST(damage_is_counted_and_passed_over),
		TEST(open_intents_are_those_without_an_outcome),
		TEST(d13_a_text_cannot_become_a_record),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
