/* SPDX-License-Identifier: MIT
 * One operation of the journal, and whether it stands: whatever else is in the file, and
 * without reading it more than once. pread() is ours and counts. */
#include "journal_bench.h"

#include <sys/syscall.h>

#include "action/audit.h"

static size_t bytes_read;

ssize_t
pread(int fd, void *bytes, size_t size, off_t at)
{
	ssize_t got = syscall(SYS_pread64, fd, bytes, size, at);

	bytes_read += got > 0 ? (size_t)got : 0;
	return got;
}

/* --- a journal --- */

/* An operation that has changed orders/0 as it says, in two records. */
static void
append(const char *path, const char *op, const char *undo_of, const char *reason,
	const char *result)
{
	struct journal_row row = {
		.key = { SPAN("orders"), SPAN("0") },
		.old = { .exists = true, .value = SPAN("5") },
		.new = { .exists = true, .value = SPAN("4") },
	};
	struct journal_record record = bench_record(op, JOURNAL_INTENT);

	record.undo_of = span_of(undo_of);
	record.reason = span_of(reason);
	record.rows = &row;
	record.row_count = 1;
	bench_append(path, &record, NULL);
	if (result == NULL)
		return;
	record.phase = JOURNAL_DONE;
	row.result = span_of(result);
	bench_append(path, &record, NULL);
}

struct told {
	unsigned times;
	uint64_t seq;
	struct str op;
};

static bool
note(void *arg, const struct journal_record *record)
{
	struct told *told = arg;

	told->times++;
	told->seq = record->seq;
	str_clear(&told->op);
	str_add_span(&told->op, record->op);
	return false;
}

/* The seq of the record that is found; 0: none, and why. */
static uint64_t
find(const char *path, const char *op, struct err *err)
{
	struct told told = { 0 };
	int status;

	*err = (struct err){ 0 };
	status = audit_find_operation(path, span_of(op), note, &told, err);
	assert_int_equal(told.times, status == 0 ? 1 : 0);
	assert_true((status != 0) == err_is_set(err));
	str_free(&told.op);
	return told.seq;
}

/* --- what is found --- */

static void
it_is_the_last_record_with_rows(void **state)
{
	const char *path = bench_path(state, "journal");
	struct journal_record record = bench_record(bench_op(1), JOURNAL_RESOLVED);
	struct err err;

	append(path, bench_op(1), NULL, "INC-1", "done");
	append(path, bench_op(2), NULL, "INC-2", "done");
	bench_append(path, &record, NULL);
	assert_int_equal(find(path, bench_op(1), &err), 2);
	assert_int_equal(find(path, bench_op(2), &err), 4);
	/* One that was begun and of which no more is known. */
	append(path, bench_op(3), NULL, "INC-3", NULL);
	assert_int_equal(find(path, bench_op(3), &err), 6);
}

static void
a_beginning_will_do_where_there_is_only_one(void **state)
{
	const char *path = bench_path(state, "journal");
	struct err err;

	append(path, "aaaaaaaa-0000-4000-8000-000000000001", NULL, "INC-1", "done");
	append(path, "aaaaaaab-0000-4000-8000-000000000001", NULL, "INC-2", "done");
	assert_int_equal(find(path, "aaaaaaaa", &err), 2);
	assert_int_equal(find(path, "aaaaaaab-0", &err), 4);
	assert_int_equal(find(path, "aaaaaaa", &err), 0);
	assert_int_equal(err.kind, ERR_USAGE);
	assert_int_equal(find(path, "aaaaaaac", &err), 0);
	assert_int_equal(err.kind, ERR_NOT_FOUND);
	assert_int_equal(find(path, "", &err), 0);
	assert_int_equal(err.kind, ERR_NOT_FOUND);
	assert_int_equal(find(bench_path(state, "nothing"), "aaaaaaaa", &err), 0);
	assert_int_equal(err.kind, ERR_NOT_FOUND);
}

/* Whoever writes a reason can write the marks that are looked for. */
static void
what_a_reason_looks_like_is_no_operation(void **state)
{
	static const char *const reasons[] = {
		"\"op\":\"bbbbbbbb",
		"\\\"op\":\"bbbbbbbb-0000-4000-8000-000000000001\"",
		"x\",\"undo_of\":\"00000000-0000-4000-8000-000000000001\"",
	};
	const char *path = bench_path(state, "journal");
	struct err err;

	append(path, bench_op(1), NULL, "INC-1", "done");
	for (unsigned i = 0; i < COUNT_OF(reasons); i++)
		append(path, bench_op(i + 2), NULL, reasons[i], "done");
	assert_int_equal(find(path, "bbbbbbbb", &err), 0);
	assert_int_equal(err.kind, ERR_NOT_FOUND);
	assert_int_equal(find(path, bench_op(1), &err), 2);
	assert_int_equal(find(path, "\",\"op\":\"", &err), 0);
	assert_int_equal(err.kind, ERR_NOT_FOUND);
}

/* --- whether it stands --- */

static void
an_undo_of_an_undo_leaves_it_standing(void **state)
{
	const char *path = bench_path(state, "journal");
	struct err err;

	append(path, bench_op(1), NULL, "INC-1", "done");
	for (unsigned i = 2; i < 8; i++) {
		bool stands = i % 2 == 0;

		/* It stands, or else what undid it last is named. */
		assert_int_equal(find(path, bench_op(1), &err), stands ? 2 : 0);
		assert_true(stands || strstr(err.text, bench_op(i - 1)) != NULL);
		append(path, bench_op(i), bench_op(i - 1), "INC-2", "done");
	}
	/* Of 3 four undos are left, which take each other back; of 2 there are five. */
	assert_int_equal(find(path, bench_op(3), &err), 6);
	assert_int_equal(find(path, bench_op(2), &err), 0);
	assert_non_null(strstr(err.text, bench_op(7)));
	/* A second undo of the very first one. */
	append(path, bench_op(9), bench_op(1), "INC-3", "done");
	assert_int_equal(find(path, bench_op(1), &err), 0);
	assert_non_null(strstr(err.text, bench_op(9)));
}

static void
an_undo_that_changed_nothing_is_none(void **state)
{
	const char *path = bench_path(state, "journal");
	struct err err;

	append(path, bench_op(1), NULL, "INC-1", "done");
	append(path, bench_op(2), bench_op(1), "INC-2", "failed");
	append(path, bench_op(3), bench_op(1), "INC-2", NULL);
	assert_int_equal(find(path, bench_op(1), &err), 2);
	append(path, bench_op(4), bench_op(1), "INC-2", "overwritten");
	assert_int_equal(find(path, bench_op(1), &err), 0);
	assert_int_equal(err.kind, ERR_REFUSED);
}

/* --- what it costs --- */

static void
the_journal_is_read_once_and_not_beyond_its_beginning(void **state)
{
	const char *path = bench_path(state, "journal");
	struct stat before, all;
	struct err err;

	for (unsigned i = 0; i < 300; i++)
		append(path, bench_op(i), NULL, "INC-1", "done");
	assert_int_equal(stat(path, &before), 0);
	append(path, bench_op(300), NULL, "INC-2", "done");
	append(path, bench_op(301), NULL, "INC-2", "done");
	assert_int_equal(stat(path, &all), 0);
	assert_true(before.st_size > 200 << 10);
	/* Another one may begin so, as far as is known. */
	bytes_read = 0;
	assert_int_equal(find(path, "00000000-0000-4000-8000-000000000300", &err), 602);
	assert_true(bytes_read < 128 << 10);
	bytes_read = 0;
	assert_int_equal(find(path, "00000000-0000-4000-8000-00000000030", &err), 0);
	assert_int_equal(err.kind, ERR_USAGE);
	assert_true(bytes_read <= (size_t)all.st_size);
	bytes_read = 0;
	assert_int_equal(find(path, bench_op(0), &err), 2);
	assert_true(bytes_read <= (size_t)all.st_size);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
#define TEST(name) cmocka_unit_test_setup_teardown(name, scratch_make, scratch_remove)
		TEST(it_is_the_last_record_with_rows),
		TEST(a_beginning_will_do_where_there_is_only_one),
		TEST(what_a_reason_looks_like_is_no_operation),
		TEST(an_undo_of_an_undo_leaves_it_standing),
		TEST(an_undo_that_changed_nothing_is_none),
		TEST(the_journal_is_read_once_and_not_beyond_its_beginning),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
