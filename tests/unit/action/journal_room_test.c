/* SPDX-License-Identifier: MIT
 * Room for the outcome is there before an intent is: kept behind the end of the file, or
 * where a file system keeps none, tried. fallocate() is ours and fails as it is told. */
#include "journal_bench.h"

#include <errno.h>
#include <fcntl.h>
#include <sys/syscall.h>

#include "action/journal_room.h"

static struct {
	int error; /* what it fails with; 0: it does not */
	unsigned calls;
	off_t at, bytes;
} allocation;

int
fallocate(int fd, int mode, off_t at, off_t bytes)
{
	allocation.calls++;
	allocation.at = at;
	allocation.bytes = bytes;
	if (allocation.error == 0)
		return (int)syscall(SYS_fallocate, fd, mode, at, bytes);
	errno = allocation.error;
	return -1;
}

static struct stat
status_of(const char *path)
{
	struct stat status;

	assert_int_equal(stat(path, &status), 0);
	return status;
}

static struct journal_record
intent_with_room(void)
{
	struct journal_record record = bench_record(bench_op(7), JOURNAL_INTENT);

	record.room = 5000;
	return record;
}

static void
before(int error)
{
	memset(&allocation, 0, sizeof(allocation));
	allocation.error = error;
}

/* The chain is sound, so many records long, and no crash is told of. */
static void
is_sound(const char *path, uint64_t records)
{
	struct journal_report report = bench_verify(path, NULL, 0);

	assert_int_equal(report.fault, JOURNAL_SOUND);
	assert_int_equal(report.records, records);
	assert_int_equal(report.torn, 0);
}

static void
room_is_kept_behind_an_intent(void **state)
{
	const char *path = bench_path(state, "journal.jsonl");
	const struct journal_record record = intent_with_room();
	struct stat status;
	off_t size;

	bench_fill(path, 2, NULL);
	size = status_of(path).st_size;
	before(0);
	bench_append(path, &record, NULL);
	status = status_of(path);
	assert_int_equal(allocation.calls, 1);
	/* Itself, an outcome that is as long and more, and the records of others. */
	assert_int_equal(allocation.at, size);
	assert_int_equal(allocation.bytes,
		2 * (status.st_size - size) + 5000 + (off_t)JOURNAL_ROOM_OTHERS);
	/* The file does not look longer than its records. */
	assert_true((off_t)status.st_blocks * 512 >= size + allocation.bytes);
	is_sound(path, 3);
	bench_append(path, &record, NULL);
	is_sound(path, 4);
}

static void
an_outcome_needs_none(void **state)
{
	const char *path = bench_path(state, "journal.jsonl");
	const struct journal_record record = bench_record(bench_op(1), JOURNAL_DONE);

	before(ENOSPC);
	bench_append(path, &record, NULL);
	assert_int_equal(allocation.calls, 0);
}

static void
without_room_there_is_no_intent(void **state)
{
	static const int errors[] = { ENOSPC, EDQUOT, EFBIG, EIO };
	const char *path = bench_path(state, "journal.jsonl");
	const struct journal_record record = intent_with_room();
	struct journal *journal;
	off_t size;

	bench_fill(path, 2, NULL);
	size = status_of(path).st_size;
	journal = bench_open(path);
	for (size_t i = 0; i < COUNT_OF(errors); i++) {
		struct err err = { 0 };

		before(errors[i]);
		assert_int_equal(journal_append(journal, &record, NULL, &err), -1);
		assert_int_equal(err.kind, ERR_REFUSED);
		assert_non_null(strstr(err.text, JOURNAL_NO_CHANGE));
		assert_non_null(strstr(err.text, strerrordesc_np(errors[i])));
		assert_int_equal(status_of(path).st_size, size);
	}
	journal_close(journal);
	is_sound(path, 2);
}

/* Nothing of what was tried stays in the file, nor in what the hook is given. */
static void
where_none_is_kept_it_is_tried(void **state)
{
	static const int errors[] = { EOPNOTSUPP, ENOSYS };
	const char *path = bench_path(state, "journal.jsonl");
	const struct journal_record record = intent_with_room();

	for (size_t i = 0; i < COUNT_OF(errors); i++) {
		struct journal *journal = bench_open(path);
		off_t size = status_of(path).st_size;
		struct str line = { 0 };
		struct err err = { 0 };

		before(errors[i]);
		assert_int_equal(
			journal_append_line(journal, &record, NULL, &line, &err), 0);
		assert_int_equal(status_of(path).st_size, size + (off_t)line.len);
		assert_int_equal(line.text[line.len - 1], '\n');
		is_sound(path, i + 1);
		str_free(&line);
		journal_close(journal);
	}
}

/* What stands in the way is found before there is anything to record. */
static void
expect_tried(const char *path, const char *refusal)
{
	const struct journal_record record = intent_with_room();
	struct str bytes = bench_bytes(path), after;
	struct journal *journal = bench_open(path);
	struct err err = { 0 };

	if (refusal == NULL) {
		if (journal_try(journal, &record, &err) != 0)
			fail_msg("%s", err.text);
	} else {
		assert_int_equal(journal_try(journal, &record, &err), -1);
		assert_int_equal(err.kind, ERR_REFUSED);
		assert_non_null(strstr(err.text, JOURNAL_NO_CHANGE));
		if (strstr(err.text, refusal) == NULL)
			fail_msg("%s", err.text);
	}
	journal_close(journal);
	after = bench_bytes(path);
	assert_true(span_equal(str_span(&bytes), str_span(&after)));
	str_free(&bytes);
	str_free(&after);
}

static void
an_intent_can_be_tried(void **state)
{
	const char *path = bench_path(state, "journal.jsonl");
	const struct journal_record record = intent_with_room();
	off_t size, bytes;
	struct str whole;

	bench_fill(path, 2, NULL);
	size = status_of(path).st_size;
	before(ENOSPC);
	expect_tried(path, strerrordesc_np(ENOSPC));
	before(EDQUOT);
	expect_tried(path, strerrordesc_np(EDQUOT));
	before(0);
	expect_tried(path, NULL);
	assert_int_equal(allocation.at, size);
	/* What it kept is what the intent then wants, whatever the length of its time. */
	bytes = allocation.bytes;
	assert_true((off_t)status_of(path).st_blocks * 512 >= size + bytes);
	bench_append(path, &record, NULL);
	assert_int_equal(allocation.at, size);
	assert_in_range(allocation.bytes, bytes - 16, bytes + 16);
	is_sound(path, 3);
	/* What a crash has left is no hindrance, and a line of somebody else is one. */
	whole = bench_bytes(path);
	str_add(&whole, "{\"v\":1");
	bench_put(path, str_span(&whole));
	expect_tried(path, NULL);
	str_add(&whole, "\n");
	bench_put(path, str_span(&whole));
	expect_tried(path, "a line that is no record");
	str_free(&whole);
}

/* Where none can be kept what is free on the file system is looked at. */
static void
room_that_cannot_be_kept_is_looked_for(void **state)
{
	const char *path = bench_path(state, "journal.jsonl");
	struct err err = { 0 };
	int fd;

	bench_fill(path, 1, NULL);
	before(EOPNOTSUPP);
	expect_tried(path, NULL);
	fd = open(path, O_RDWR | O_CLOEXEC);
	assert_true(fd >= 0);
	assert_int_equal(journal_room_look(fd, path, 1, &err), 0);
	assert_int_equal(journal_room_look(fd, path, UINT64_MAX, &err), -1);
	assert_int_equal(err.kind, ERR_REFUSED);
	assert_non_null(strstr(err.text, strerrordesc_np(ENOSPC)));
	close(fd);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, scratch_make, scratch_remove)

int
main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(room_is_kept_behind_an_intent),
		TEST(an_outcome_needs_none),
		TEST(without_room_there_is_no_intent),
		TEST(where_none_is_kept_it_is_tried),
		TEST(an_intent_can_be_tried),
		TEST(room_that_cannot_be_kept_is_looked_for),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
